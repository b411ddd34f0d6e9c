//! Versions of heads that people taught: which corrections a published head is made of, and since when it stands. The
//! newest that did not end is the one in use; rolling back ends it.

use crate::{Snapshot, StoreError, Tx, tag::read_attribute};
use jiff::Timestamp;
use vestry_database::{Row, args};
use vestry_model::{AttributeId, OrganisationId};

/// Versions of one attribute that are read, the newest first.
const MOST: u32 = 200;

/// A published head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadVersion {
    /// Its number.
    pub id: i64,
    /// Whose.
    pub organisation: OrganisationId,
    /// Of which attribute.
    pub attribute: AttributeId,
    /// What it is.
    pub facts: HeadFacts,
    /// Who published it.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// When it ended and why, if it did.
    pub ended: Option<(Timestamp, HeadEnd)>,
}

/// What a published head is made of, and how it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadFacts {
    /// The heads that it starts from.
    pub shipped: String,
    /// The sequence of the newest correction that counts.
    pub through: i64,
    /// SHA-256 of the list of what it is made of, as hex digits.
    pub manifest: String,
    /// SHA-256 of the head, as hex digits.
    pub model: String,
    /// How it did, as JSON of the caller's.
    pub evidence: String,
}

/// Why a version ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadEnd {
    /// Somebody went back to the one before.
    RolledBack,
    /// Without somebody who taught it, it is not good enough.
    Forgotten,
    /// Too many stand after it.
    Superseded,
}

impl HeadEnd {
    const ALL: [Self; 3] = [Self::RolledBack, Self::Forgotten, Self::Superseded];

    /// As a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RolledBack => "rolled back",
            Self::Forgotten => "forgotten",
            Self::Superseded => "superseded",
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, organisation, attribute, shipped, through, manifest, model, evidence, who, at, ended, because \
            from head_versions ",
            $rest
        )
    };
}

fn version(row: &Row) -> Result<HeadVersion, StoreError> {
    let mut columns = row.columns();
    let (id, organisation) = (columns.take()?, OrganisationId::from_row(columns.take()?));
    let attribute = read_attribute(columns.take()?)?;
    let facts = HeadFacts {
        shipped: columns.take()?,
        through: columns.take()?,
        manifest: columns.take()?,
        model: columns.take()?,
        evidence: columns.take()?,
    };
    let (who, at) = (columns.take()?, columns.instant("head_versions.at")?);
    let ended = columns.instant_or_none("head_versions.ended")?;
    let because: Option<String> = columns.take()?;
    let end = because.and_then(|because| HeadEnd::ALL.into_iter().find(|end| end.as_str() == because));
    Ok(HeadVersion { id, organisation, attribute, facts, who, at, ended: ended.zip(end) })
}

impl Snapshot {
    /// The versions of an attribute's head, the newest first, those that ended too.
    pub async fn head_versions(
        &mut self,
        organisation: OrganisationId,
        attribute: &AttributeId,
    ) -> Result<Vec<HeadVersion>, StoreError> {
        const SQL: &str = select!("where organisation = $1 and attribute = $2 order by id desc limit $3");
        let args = args![organisation.get(), attribute.as_str(), MOST];
        self.conn.rows(SQL, args).await?.iter().map(version).collect()
    }

    /// The versions in use of an organisation, one an attribute, by attribute.
    pub async fn heads_in_use(
        &mut self,
        organisation: OrganisationId,
        shipped: &str,
    ) -> Result<Vec<HeadVersion>, StoreError> {
        const SQL: &str = select!(
            "where id in (select max(id) from head_versions where organisation = $1 and shipped = $2 and ended is null \
            group by attribute) order by attribute"
        );
        self.conn.rows(SQL, args![organisation.get(), shipped]).await?.iter().map(version).collect()
    }

    /// All versions of every organisation that did not end, the oldest first.
    pub async fn standing_heads(&mut self) -> Result<Vec<HeadVersion>, StoreError> {
        const SQL: &str = select!("where ended is null order by id");
        self.conn.rows(SQL, args![]).await?.iter().map(version).collect()
    }
}

impl Tx {
    /// Publishes a head; its number.
    pub async fn publish_head(
        &mut self,
        (organisation, attribute): (OrganisationId, &AttributeId),
        facts: &HeadFacts,
        who: &str,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        const SQL: &str = "insert into head_versions \
            (organisation, attribute, shipped, through, manifest, model, evidence, who, at) \
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id";
        let HeadFacts { shipped, through, manifest, model, evidence } = facts;
        let (shipped, manifest) = (shipped.as_str(), manifest.as_str());
        let args = args![
            organisation.get(),
            attribute.as_str(),
            shipped,
            *through,
            manifest,
            model.as_str(),
            evidence.as_str(),
            who,
            now
        ];
        let row = self.conn.row(SQL, args).await?.ok_or(StoreError::Unreadable { column: "head_versions.id" })?;
        Ok(row.only()?)
    }

    /// The same version, made of less: somebody who taught it is forgotten.
    pub async fn reissue_head(&mut self, id: i64, facts: &HeadFacts) -> Result<(), StoreError> {
        const SQL: &str = "update head_versions set manifest = $2, model = $3, evidence = $4 where id = $1";
        let (manifest, model) = (facts.manifest.as_str(), facts.model.as_str());
        self.conn.run(SQL, args![id, manifest, model, facts.evidence.as_str()]).await?;
        Ok(())
    }

    /// Ends a version of an organisation; whether it stood.
    pub async fn end_head(
        &mut self,
        organisation: OrganisationId,
        id: i64,
        end: HeadEnd,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update head_versions set ended = $3, because = $4 \
            where organisation = $1 and id = $2 and ended is null";
        Ok(self.conn.run(SQL, args![organisation.get(), id, now, end.as_str()]).await? > 0)
    }
}
