//! Versions of the policy that were posted, and the one that is being written. A posting is in the audit log with its
//! whole text: what was promised when can be proved, and comes back with every restore.

use crate::{
    Vault,
    error::VaultError,
    journal::Line,
    place::NoticeId,
    vault::{Databases, VaultPlace},
};
use jiff::Timestamp;
use vestry_database::{Conn, args};

/// The most bytes of a policy that is posted: the audit log takes entries of twice that, escaped.
pub const MAX_POSTED: usize = 1 << 19;

/// A version of the policy that was posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedPolicy {
    /// The whole of its file.
    pub text: String,
    /// Since when it stands.
    pub at: Timestamp,
}

impl Vault {
    /// Posts a version for all to read, for good, with the notice that tells of it; a draft of that name is one no more.
    ///
    /// # Errors
    /// [`VaultError::TooLong`] for a text of more than [`MAX_POSTED`] bytes.
    pub async fn post_policy(
        &self,
        version: &str,
        text: &str,
        body: &str,
        now: Timestamp,
    ) -> Result<NoticeId, VaultError> {
        fits(text)?;
        let id = NoticeId::random()?;
        let (notice, body) = (id.to_string(), body.into());
        self.post(Line::PolicyPosted { version: version.into(), text: text.into(), notice, body, at: now }, now)
            .await?;
        Ok(id)
    }

    /// The versions that were posted, in the order of their posting.
    pub async fn posted_policies(&self) -> Result<Vec<PostedPolicy>, VaultError> {
        posted(&mut self.people.read().await?).await
    }

    /// The same, of a vault whose keys are not opened.
    pub async fn posted_policies_at(place: &VaultPlace) -> Result<Vec<PostedPolicy>, VaultError> {
        let databases = Databases::open(place).await?;
        let found = posted(&mut databases.people.read().await?).await;
        databases.close().await;
        found
    }

    /// Keeps a draft instead of the one before.
    ///
    /// # Errors
    /// [`VaultError::TooLong`], as for posting.
    pub async fn put_draft(&self, version: &str, text: &str) -> Result<(), VaultError> {
        const SQL: &str = "insert into policies (version, text) values ($1, $2)";
        fits(text)?;
        let mut conn = self.people.begin().await?;
        conn.run(NO_DRAFT, args![]).await?;
        conn.run(SQL, args![version, text]).await?;
        Ok(conn.commit().await?)
    }

    /// The draft, if there is one.
    pub async fn draft(&self) -> Result<Option<String>, VaultError> {
        const SQL: &str = "select text from policies where posted is null";
        let row = self.people.row(SQL, args![]).await?;
        Ok(row.map(|row| row.only()).transpose()?)
    }

    /// Throws the draft away.
    pub async fn drop_draft(&self) -> Result<(), VaultError> {
        let mut conn = self.people.begin().await?;
        conn.run(NO_DRAFT, args![]).await?;
        Ok(conn.commit().await?)
    }
}

const NO_DRAFT: &str = "delete from policies where posted is null";

fn fits(text: &str) -> Result<(), VaultError> {
    if text.len() > MAX_POSTED { Err(VaultError::TooLong { most: MAX_POSTED }) } else { Ok(()) }
}

async fn posted(conn: &mut Conn) -> Result<Vec<PostedPolicy>, VaultError> {
    const SQL: &str = "select text, posted from policies where posted is not null order by posted, version";
    let rows = conn.rows(SQL, args![]).await?;
    let read = rows.iter().map(|row| {
        let mut columns = row.columns();
        Ok(PostedPolicy { text: columns.take()?, at: columns.instant("policies.posted")? })
    });
    read.collect()
}
