//! What staff does only two together: one of them proposes, and waits here for another.
//!
//! None of it is in a backup: after a restore it is proposed again.

use crate::{
    Vault,
    error::VaultError,
    journal::Change,
    personal::ReasonCode,
    place::{PersonId, RecordId},
    tombstone::Subject,
};
use jiff::{SignedDuration, Timestamp};
use vestry_database::{Row, args};

/// Something that waits for a second one of the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Which; an id of its own.
    pub id: RecordId,
    /// What is proposed, as the policy calls it: `hold-released`.
    pub act: String,
    /// About whom or what: the bytes of an id.
    pub about: [u8; 16],
    /// Why.
    pub reason: ReasonCode,
    /// Who proposed it.
    pub proposer: PersonId,
    /// When.
    pub made: Timestamp,
}

/// How long a proposal waits. Who proposed it has forgotten why, later.
const WAITS: SignedDuration = SignedDuration::from_hours(24 * 14);

impl Vault {
    /// Keeps a proposal, and forgets those that nobody answered in two weeks. The same again is the same one.
    pub async fn propose(
        &self,
        (act, about): (&str, [u8; 16]),
        reason: &ReasonCode,
        proposer: PersonId,
        now: Timestamp,
    ) -> Result<RecordId, VaultError> {
        const OLD: &str = "delete from proposals where made < $1";
        const SAME: &str = "select id from proposals where act = $1 and about = $2";
        const PUT: &str =
            "insert into proposals (id, act, about, reason, proposer, made) values ($1, $2, $3, $4, $5, $6)";
        let mut conn = self.people.begin().await?;
        conn.run(OLD, args![now - WAITS]).await?;
        if let Some(row) = conn.row(SAME, args![act, about.as_slice()]).await? {
            conn.commit().await?;
            return RecordId::from_row(row.only()?);
        }
        let id = RecordId::random()?;
        let row = args![id.value(), act, about.as_slice(), reason.as_str(), proposer.value(), now];
        conn.run(PUT, row).await?;
        conn.commit().await?;
        Ok(id)
    }

    /// What waits, the oldest first.
    pub async fn proposals(&self, now: Timestamp) -> Result<Vec<Proposal>, VaultError> {
        const SQL: &str =
            "select id, act, about, reason, proposer, made from proposals where made >= $1 order by made, id";
        self.people.rows(SQL, args![now - WAITS]).await?.iter().map(proposal).collect()
    }

    /// Takes a proposal away, to be carried out or not; `None` when somebody else did.
    pub async fn take_proposal(&self, id: RecordId) -> Result<Option<Proposal>, VaultError> {
        const TAKE: &str = "delete from proposals where id = $1 returning id, act, about, reason, proposer, made";
        let mut conn = self.people.begin().await?;
        let taken = conn.row(TAKE, args![id.value()]).await?.as_ref().map(proposal).transpose()?;
        conn.commit().await?;
        Ok(taken)
    }

    /// Writes into the audit log who proposed and who approved.
    pub async fn note_two(
        &self,
        (act, about): (&str, Subject),
        proposer: PersonId,
        second: PersonId,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let [proposed, approved] = [proposer, second].map(|staff| Subject::person(staff).into());
        self.change(about, None, Change::TwoStaff { act: act.into(), proposed, approved }, now).await
    }
}

fn proposal(row: &Row) -> Result<Proposal, VaultError> {
    const UNREADABLE: VaultError = VaultError::Unreadable { what: "a proposal" };
    let mut columns = row.columns();
    let (id, act) = (RecordId::from_row(columns.take()?)?, columns.take()?);
    let about = columns.take::<Vec<u8>>()?.try_into().map_err(|_| UNREADABLE)?;
    let reason = columns.take::<String>()?.parse().map_err(|_| UNREADABLE)?;
    let proposer = PersonId::from_row(columns.take()?)?;
    Ok(Proposal { id, act, about, reason, proposer, made: columns.instant("proposals.made")? })
}
