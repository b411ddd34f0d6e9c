//! What was carried out and stands in no certificate yet. It is counted in the transaction that carries it out, so that a
//! stop before the certificate loses no count: the next one has it.

use crate::{
    Vault,
    carrying_out::Done,
    certificate::Counted,
    error::VaultError,
    journal::Line,
    vault::{put_setting, setting},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vestry_database::Conn;
use vestry_policy::Policy;

/// Counts of what was carried out, by the names of classes.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// The size of the journal when the last of it was counted: a certificate from there on has all of it.
    journal: u64,
    destroyed: BTreeMap<String, u64>,
    separated: BTreeMap<String, u64>,
    pub(crate) overdue: u64,
    pub(crate) notices: u64,
}

impl Counts {
    pub(crate) fn plus(mut self, other: Self) -> Self {
        sum(&mut self.destroyed, other.destroyed);
        sum(&mut self.separated, other.separated);
        self.overdue += other.overdue;
        self.notices += other.notices;
        self
    }

    pub(crate) fn destroyed(&self) -> Vec<Counted> {
        counted(&self.destroyed)
    }

    pub(crate) fn separated(&self) -> Vec<Counted> {
        counted(&self.separated)
    }
}

const UNCERTIFIED: &str = "uncertified";

impl Vault {
    /// Counts what was done, within the transaction of `conn` that does it.
    pub(crate) async fn count(&self, policy: &Policy, conn: &mut Conn, done: &Done) -> Result<(), VaultError> {
        let name = |class| policy.class(class).id.clone();
        let part = Counts {
            journal: 0,
            destroyed: done.destroyed.iter().map(|(class, count)| (name(*class), *count)).collect(),
            separated: done.separated.iter().map(|(class, count)| (name(*class), *count)).collect(),
            overdue: done.overdue,
            notices: done.notices,
        };
        if part == Counts::default() {
            return Ok(());
        }
        let mut counts = self.counted(conn).await?.plus(part);
        counts.journal = self.journal.head().size;
        put_setting(conn, UNCERTIFIED, &serde_json::to_vec(&counts).expect("counts are JSON")).await
    }

    /// What no certificate has yet, over both stores.
    pub(crate) async fn uncertified(&self) -> Result<Counts, VaultError> {
        let people = self.counted(&mut self.people.read().await?).await?;
        Ok(people.plus(self.counted(&mut self.separated.read().await?).await?))
    }

    /// Forgets what a certificate has. Where this is missed, the journal tells.
    pub(crate) async fn certified(&self) -> Result<(), VaultError> {
        for database in [&self.people, &self.separated] {
            let mut conn = database.begin().await?;
            conn.run("delete from settings where name = $1", vestry_database::args![UNCERTIFIED]).await?;
            conn.commit().await?;
        }
        Ok(())
    }

    async fn counted(&self, conn: &mut Conn) -> Result<Counts, VaultError> {
        let Some(bytes) = setting(conn, UNCERTIFIED).await? else { return Ok(Counts::default()) };
        let unreadable = |_| VaultError::Unreadable { what: "what no certificate has yet" };
        let counts: Counts = serde_json::from_slice(&bytes).map_err(unreadable)?;
        let since = self.journal.lines(counts.journal)?;
        let is_certified = since.iter().any(|(_, line)| matches!(line, Line::Certificate(_)));
        Ok(if is_certified { Counts::default() } else { counts })
    }
}

fn sum(all: &mut BTreeMap<String, u64>, part: BTreeMap<String, u64>) {
    part.into_iter().for_each(|(class, count)| *all.entry(class).or_default() += count);
}

fn counted(counts: &BTreeMap<String, u64>) -> Vec<Counted> {
    counts.iter().map(|(class, count)| Counted { class: class.clone(), count: *count }).collect()
}
