//! Organisations: the customers, each with a catalogue of its own.

use crate::{Snapshot, StoreError, Tx};
use jiff::Timestamp;
use vestry_database::{Row, args};
use vestry_model::OrganisationId;

/// A customer company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name as people read it.
    pub name: String,
    /// Its name in addresses and on the command line; unique.
    pub slug: String,
    /// When it was made.
    pub created: Timestamp,
}

fn organisation(row: &Row) -> Result<Organisation, StoreError> {
    let mut columns = row.columns();
    Ok(Organisation {
        id: OrganisationId::from_row(columns.take()?),
        name: columns.take()?,
        slug: columns.take()?,
        created: columns.instant("organisations.created")?,
    })
}

impl Snapshot {
    /// Every organisation, by slug.
    pub async fn organisations(&mut self) -> Result<Vec<Organisation>, StoreError> {
        const SQL: &str = "select id, name, slug, created from organisations order by slug";
        self.conn.rows(SQL, args![]).await?.iter().map(organisation).collect()
    }

    /// The organisation whose name in addresses is `slug`.
    pub async fn organisation(&mut self, slug: &str) -> Result<Option<Organisation>, StoreError> {
        const SQL: &str = "select id, name, slug, created from organisations where slug = $1";
        self.conn.row(SQL, args![slug]).await?.as_ref().map(organisation).transpose()
    }

    /// The organisation with this id.
    pub async fn organisation_by_id(&mut self, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
        const SQL: &str = "select id, name, slug, created from organisations where id = $1";
        self.conn.row(SQL, args![id.get()]).await?.as_ref().map(organisation).transpose()
    }

    /// Whether an owner with an account left it, whoever may be there now.
    pub async fn was_owned(&mut self, id: OrganisationId) -> Result<bool, StoreError> {
        Ok(self.setting(&owned(id)).await?.is_some())
    }
}

fn owned(id: OrganisationId) -> String {
    format!("owned/{id}")
}

impl Tx {
    /// Makes an organisation; [`StoreError::SlugTaken`] when there is one of this slug.
    pub async fn create_organisation(
        &mut self,
        name: &str,
        slug: &str,
        now: Timestamp,
    ) -> Result<OrganisationId, StoreError> {
        const SQL: &str = "insert into organisations (name, slug, created) values ($1, $2, $3) \
            on conflict (slug) do nothing returning id";
        match self.conn.row(SQL, args![name, slug, now]).await? {
            Some(row) => Ok(OrganisationId::from_row(row.only()?)),
            None => Err(StoreError::SlugTaken(slug.into())),
        }
    }

    /// Notes that it has had an owner with an account.
    pub async fn note_owned(&mut self, id: OrganisationId) -> Result<(), StoreError> {
        self.put_setting(&owned(id), "").await
    }

    /// Takes away an organisation that has nothing yet, as for somebody who did not come after all.
    pub async fn remove_organisation(&mut self, id: OrganisationId) -> Result<(), StoreError> {
        self.conn.run("delete from organisations where id = $1", args![id.get()]).await?;
        Ok(())
    }

    /// Gives an organisation another name; its name in addresses stays.
    pub async fn rename_organisation(&mut self, id: OrganisationId, name: &str) -> Result<(), StoreError> {
        const SQL: &str = "update organisations set name = $2 where id = $1";
        self.conn.run(SQL, args![id.get(), name]).await?;
        Ok(())
    }
}
