//! What is told to all whom it concerns: another version of the policy, a transfer of the business, an advertisement.
//! Everybody gets a letter of their own, which waits sealed beside their other data. People are gone through by the first
//! byte of their id, so that no mark names anybody.

use crate::{
    Vault,
    error::VaultError,
    journal::Line,
    people::works_for,
    personal::Personal,
    place::{NoticeId, PersonId},
    writing::{Batch, NewRecord, touch},
};
use jiff::Timestamp;
use vestry_database::{Columns, args};
use vestry_policy::{Event, Policy, PurposeId};

/// A statement that reads notices as [`on_file`] takes them.
macro_rules! notices {
    ($which:literal) => {
        concat!("select id, kind, body, made, reached, told, sent, failed, ended, carried_out from notices ", $which)
    };
}

/// Parts in which people are told.
const PARTS: i64 = 256;

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// Another version of the policy.
    Policy,
    /// A transfer of the business.
    Transfer,
    /// An advertisement.
    Advertisement,
}

impl NoticeKind {
    const ALL: [Self; 3] = [Self::Policy, Self::Transfer, Self::Advertisement];

    /// Its name, as rows hold it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::Transfer => "transfer",
            Self::Advertisement => "advertisement",
        }
    }
}

/// A notice, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeOnFile {
    /// Which.
    pub id: NoticeId,
    /// What it is about.
    pub kind: NoticeKind,
    /// What it says, as whoever gave it wrote it; nothing about a person.
    pub body: String,
    /// Since when it stands.
    pub made: Timestamp,
    /// Parts of all people that were gone through, of 256.
    pub reached: u64,
    /// Letters written.
    pub told: u64,
    /// Letters that a mail server took.
    pub sent: u64,
    /// People who could not be told by mail.
    pub failed: u64,
    /// When everybody had been gone through.
    pub ended: Option<Timestamp>,
    /// When the transfer was done.
    pub carried_out: Option<Timestamp>,
}

/// Somebody whom a notice may concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addressed {
    /// Whether their data is set apart for want of use: no mail is written to them.
    pub is_dormant: bool,
    /// Since when they consent to the purpose asked about.
    pub agreed: Option<Timestamp>,
}

/// Whether a notice is for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concerns {
    /// A letter is written.
    Yes,
    /// It is, and cannot be written to them.
    Unreachable,
    /// It is not.
    No,
}

impl Vault {
    /// Gives a notice that [`tell_on`](Self::tell_on) carries to people. A transfer is in the audit log from now on.
    pub async fn give_notice(&self, kind: NoticeKind, body: &str, now: Timestamp) -> Result<NoticeId, VaultError> {
        const SQL: &str = "insert into notices (id, kind, body, made, reached, told, sent, failed) \
            values ($1, $2, $3, $4, 0, 0, 0, 0)";
        let id = NoticeId::random()?;
        if kind == NoticeKind::Transfer {
            let line = Line::TransferPosted { notice: id.to_string(), body: body.into(), at: now };
            self.post(line, now).await?;
        } else {
            let mut conn = self.people.begin().await?;
            conn.run(SQL, args![id.value(), kind.name(), body, now]).await?;
            conn.commit().await?;
        }
        Ok(id)
    }

    /// Notes that a transfer was done.
    pub async fn end_transfer(&self, id: NoticeId, now: Timestamp) -> Result<(), VaultError> {
        self.post(Line::TransferDone { notice: id.to_string(), at: now }, now).await
    }

    /// All notices, the newest first.
    pub async fn notices(&self) -> Result<Vec<NoticeOnFile>, VaultError> {
        const SQL: &str = notices!("order by made desc, id");
        self.notices_by(SQL).await
    }

    /// Notices that are not told to all yet, the oldest first.
    pub async fn notices_to_tell(&self) -> Result<Vec<NoticeOnFile>, VaultError> {
        const SQL: &str = notices!("where ended is null order by made, id");
        self.notices_by(SQL).await
    }

    /// Transfers that are posted and not done, the newest first.
    pub async fn posted_transfers(&self) -> Result<Vec<NoticeOnFile>, VaultError> {
        const SQL: &str = notices!("where kind = 'transfer' and carried_out is null order by made desc, id");
        self.notices_by(SQL).await
    }

    async fn notices_by(&self, sql: &'static str) -> Result<Vec<NoticeOnFile>, VaultError> {
        let rows = self.people.rows(sql, args![]).await?;
        rows.iter().map(|row| on_file(row.columns())).collect()
    }

    /// One notice.
    pub async fn notice(&self, id: NoticeId) -> Result<Option<NoticeOnFile>, VaultError> {
        const SQL: &str = notices!("where id = $1");
        let row = self.people.row(SQL, args![id.value()]).await?;
        row.map(|row| on_file(row.columns())).transpose()
    }

    /// Writes to the next part of all members whom a notice concerns; whether others are left. `text` is what the letter
    /// is sealed as, `concerns` is asked about each member, with their consent to `purpose`.
    pub async fn tell_on(
        &self,
        policy: &Policy,
        notice: &NoticeOnFile,
        (text, purpose): (&str, PurposeId),
        concerns: impl Fn(Addressed) -> Concerns,
        now: Timestamp,
    ) -> Result<bool, VaultError> {
        const SOME: &str = "select p.id, p.organisation, p.state, c.given from persons p \
            left join consents c on c.person = p.id and c.purpose = $3 and c.withdrawn is null \
            where p.id >= $1 and p.id < $2 and p.state in ('active', 'dormant')";
        const REACHED: &str = "update notices set reached = reached + 1, told = told + $3, failed = failed + $4, \
            ended = $5 where id = $1 and reached = $2 and ended is null";
        let part = i64::try_from(notice.reached).unwrap_or(PARTS);
        let Ok(first) = u8::try_from(part) else { return Ok(false) };
        let above = first.checked_add(1).map_or_else(|| vec![u8::MAX; 17], |next| vec![next]);
        let mut conn = self.people.begin().await?;
        let name = policy.purpose(purpose).id.as_str();
        let (mut batch, mut told, mut failed) = (Batch::default(), Vec::new(), 0_i64);
        for row in conn.rows(SOME, args![vec![first], above, name]).await? {
            let mut columns = row.columns();
            let (person, organisation) = (PersonId::from_row(columns.take()?)?, works_for(&mut columns)?);
            let is_dormant = columns.take::<String>()? == "dormant";
            let agreed = columns.instant_or_none("consents.given")?;
            match concerns(Addressed { is_dormant, agreed }) {
                Concerns::Yes => {
                    let letter = letter(policy, text, now)?;
                    self.seal_record(policy, &mut batch, (person, organisation), &letter)?;
                    told.push(person);
                }
                Concerns::Unreachable => failed += 1,
                Concerns::No => {}
            }
        }
        self.keyring.add(&batch.keys).await?;
        let is_last = part + 1 == PARTS;
        let ended = is_last.then_some(now);
        let count = told.len() as i64;
        if conn.run(REACHED, args![notice.id.value(), part, count, failed, ended]).await? == 0 {
            // Somebody else told this part.
            return Ok(!is_last);
        }
        self.put_batch(&mut conn, batch).await?;
        for person in told {
            touch(&mut conn, person).await?;
        }
        self.steps.step("commit a part of a notice")?;
        conn.commit().await?;
        Ok(!is_last)
    }

    /// Counts what became of a letter of a notice.
    pub async fn count_letter(&self, id: NoticeId, is_sent: bool) -> Result<(), VaultError> {
        const SENT: &str = "update notices set sent = sent + 1 where id = $1";
        const FAILED: &str = "update notices set failed = failed + 1 where id = $1";
        let mut conn = self.people.begin().await?;
        conn.run(if is_sent { SENT } else { FAILED }, args![id.value()]).await?;
        Ok(conn.commit().await?)
    }
}

/// A letter of a member, to be sealed.
pub(crate) fn letter(policy: &Policy, text: &str, now: Timestamp) -> Result<NewRecord, VaultError> {
    let unknown = |kind| VaultError::NotInPolicy { policy: policy.version.clone(), kind, name: "mail".into() };
    let class = policy.class_named("mail").ok_or_else(|| unknown("class"))?;
    let item = policy.item_named("mail").ok_or_else(|| unknown("item"))?;
    let items = vec![(item, Personal::new(text.to_owned()))];
    Ok(NewRecord { class, events: vec![(Event::Made, now)], items })
}

fn on_file(mut columns: Columns<'_>) -> Result<NoticeOnFile, VaultError> {
    let id = NoticeId::from_row(columns.take()?)?;
    let kind: String = columns.take()?;
    let kind = NoticeKind::ALL.into_iter().find(|known| known.name() == kind);
    let body = columns.take()?;
    let made = columns.instant("notices.made")?;
    let mut count = || columns.take::<i64>().map(i64::unsigned_abs);
    let [reached, told, sent, failed] = [count()?, count()?, count()?, count()?];
    Ok(NoticeOnFile {
        id,
        kind: kind.ok_or(VaultError::Unreadable { what: "the kind of a notice" })?,
        body,
        made,
        reached,
        told,
        sent,
        failed,
        ended: columns.instant_or_none("notices.ended")?,
        carried_out: columns.instant_or_none("notices.carried_out")?,
    })
}
