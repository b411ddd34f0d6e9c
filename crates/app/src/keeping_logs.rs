//! What keeps PostgreSQL's write-ahead log past its use: such a log holds what was destroyed.

use crate::{App, PrivacyError};
use std::{collections::BTreeMap, num::NonZeroU32};

/// One thing that keeps the logs of some of the databases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKeeper {
    /// In words, the name of it in backticks.
    pub what: String,
    /// `catalogue`, `people`, `separated`, `keys`: those whose log is kept.
    pub databases: Vec<&'static str>,
    /// After how many days its operator deletes what is kept, if the settings state it.
    pub limit_days: Option<NonZeroU32>,
}

impl App {
    /// Everything that keeps a log of the databases in use; nothing on SQLite.
    pub async fn log_keepers(&self) -> Result<Vec<LogKeeper>, PrivacyError> {
        let catalogue = self.store().log_keepers().await?.into_iter().map(|what| ("catalogue", what));
        let vault = match self.privacy() {
            Some(privacy) => privacy.vault().log_keepers().await?,
            None => Vec::new(),
        };
        let mut keepers = BTreeMap::<String, Vec<&'static str>>::new();
        for (database, what) in catalogue.chain(vault) {
            keepers.entry(what).or_default().push(database);
        }
        let limit_days = NonZeroU32::new(self.config().vault.archive_days);
        Ok(keepers.into_iter().map(|(what, databases)| LogKeeper { what, databases, limit_days }).collect())
    }
}
