//! Models that were made anew because somebody is forgotten. The audit log and certificates say the same; here a shop reads it.

use crate::{Snapshot, StoreError, Tx};
use jiff::Timestamp;
use vestry_database::{Row, args};
use vestry_model::OrganisationId;

/// A model that was made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forgetting {
    /// Whose.
    pub organisation: OrganisationId,
    /// What it tells: an attribute, or `recommendations`.
    pub model: String,
    /// Its version.
    pub version: i64,
    /// SHA-256 of what it was made of, and of itself, as hex digits.
    pub before: [String; 2],
    /// The same of what took its place; none where what is left is not enough for one.
    pub after: Option<[String; 2]>,
    /// When.
    pub at: Timestamp,
}

impl Snapshot {
    /// The last `limit` forgettings of an organisation, the newest first.
    pub async fn forgettings(
        &mut self,
        organisation: OrganisationId,
        limit: u32,
    ) -> Result<Vec<Forgetting>, StoreError> {
        const SQL: &str = "select model, version, manifest_before, model_before, manifest_after, model_after, at \
            from forgettings where organisation = $1 order by sequence desc limit $2";
        let read = |row: &Row| {
            let mut columns = row.columns();
            let (model, version) = (columns.take()?, columns.take()?);
            let before = [columns.take()?, columns.take()?];
            let after: [Option<String>; 2] = [columns.take()?, columns.take()?];
            let [manifest, of] = after;
            let after = manifest.zip(of).map(|(manifest, of)| [manifest, of]);
            Ok(Forgetting { organisation, model, version, before, after, at: columns.instant("forgettings.at")? })
        };
        self.conn.rows(SQL, args![organisation.get(), limit]).await?.iter().map(read).collect()
    }
}

impl Tx {
    /// Notes models that were made anew.
    pub async fn note_forgettings(&mut self, all: &[Forgetting]) -> Result<(), StoreError> {
        const SQL: &str = "insert into forgettings (organisation, model, version, manifest_before, model_before, \
            manifest_after, model_after, at) values (..)";
        let row = |one: &Forgetting| {
            let [manifest_before, model_before] = &one.before;
            let after = one.after.as_ref().map(|[manifest, model]| (manifest.as_str(), model.as_str()));
            args![
                one.organisation.get(),
                one.model.as_str(),
                one.version,
                manifest_before.as_str(),
                model_before.as_str(),
                after.map(|(manifest, _)| manifest),
                after.map(|(_, model)| model),
                one.at
            ]
        };
        self.conn.insert(SQL, all.iter().map(row).collect()).await?;
        Ok(())
    }
}
