//! What changes about a person: use, leaving, consents, objections, holds, returning.
//!
//! What a restore must not take back goes to the journal first; then the databases follow. Changes are made one after
//! the other, so that what the journal holds before a mark is in the databases.

use crate::{
    Vault,
    carrying_out::replace,
    error::VaultError,
    journal::{Change, Line},
    names::Names,
    notices::NoticeKind,
    people::state_name,
    personal::ReasonCode,
    place::{NoticeId, PersonId, RecordId, Store},
    sealing::Sealing,
    tombstone::Subject,
    writing::touch,
};
use jiff::Timestamp;
use std::collections::HashMap;
use tokio::sync::MutexGuard;
use vestry_database::{Conn, args};
use vestry_policy::{Lives, Membership, Period, Policy, PurposeId, StoredIn};

/// Whom or what a hold is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldSubject {
    /// All records of a person, those to come included.
    Person(PersonId),
    /// One record.
    Record(RecordId),
}

/// A hold in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// About whom or what: an id of 32 digits; in brackets what the journal calls something without a row of its own.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub placed: Timestamp,
}

impl Vault {
    /// Notes that a member used the service: a login or the console. What was announced for want of use is called off.
    ///
    /// # Errors
    /// [`VaultError::State`] for somebody dormant, who comes back by [`Vault::return_member`], or who left.
    pub async fn used(&self, policy: &Policy, person: PersonId, now: Timestamp) -> Result<(), VaultError> {
        const SQL: &str = "update persons set since = $2, notified = null, revision = revision + 1 \
            where id = $1 and state = 'active' and since <= $2";
        let membership = self.person(policy, person).await?.membership;
        let Membership::Active { .. } = membership else {
            return Err(VaultError::State { state: state_name(membership), needed: "in use" });
        };
        let mut conn = self.people.begin().await?;
        conn.run(SQL, args![person.value(), now]).await?;
        Ok(conn.commit().await?)
    }

    /// Sets how long a member wants to be left alone before being set apart; `None` for the policy's period.
    pub async fn choose_dormancy(&self, person: PersonId, chosen: Option<Period>) -> Result<(), VaultError> {
        const SQL: &str = "update persons set chosen = $2 where id = $1";
        let mut conn = self.people.begin().await?;
        conn.run(SQL, args![person.value(), chosen.map(|period| period.to_string())]).await?;
        touch(&mut conn, person).await?;
        Ok(conn.commit().await?)
    }

    /// Gives consent to a purpose.
    pub async fn consent(
        &self,
        policy: &Policy,
        person: PersonId,
        purpose: PurposeId,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        const SQL: &str = "insert into consents (person, purpose, given) values ($1, $2, $3) \
            on conflict (person, purpose) do update set given = excluded.given, withdrawn = null, confirmed = null";
        let mut conn = self.people.begin().await?;
        touch(&mut conn, person).await?;
        conn.run(SQL, args![person.value(), policy.purpose(purpose).id.as_str(), now]).await?;
        Ok(conn.commit().await?)
    }

    /// Takes a consent back. What served it alone goes with the next sweep.
    pub async fn take_back(
        &self,
        policy: &Policy,
        person: PersonId,
        purpose: PurposeId,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let purpose = policy.purpose(purpose).id.clone();
        self.change(Subject::person(person), Some(person), Change::ConsentTakenBack { purpose }, now).await
    }

    /// Ends a membership.
    pub async fn withdraw(&self, policy: &Policy, person: PersonId, now: Timestamp) -> Result<(), VaultError> {
        let membership = self.person(policy, person).await?.membership;
        if let Membership::Ended { .. } | Membership::None = membership {
            return Err(VaultError::State { state: state_name(membership), needed: "in use or dormant" });
        }
        self.change(Subject::person(person), Some(person), Change::Withdrawn, now).await
    }

    /// Ends a membership, if it lasts, and notes the objection to improvement: what may be erased has nothing to hold it.
    pub async fn erase(&self, policy: &Policy, person: PersonId, now: Timestamp) -> Result<(), VaultError> {
        let change = match self.person(policy, person).await?.membership {
            Membership::Active { .. } | Membership::Dormant { .. } => Change::Erased,
            Membership::Ended { .. } | Membership::None => Change::Objected,
        };
        self.change(Subject::person(person), Some(person), change, now).await
    }

    /// Notes that a person objects to improvement.
    pub async fn object(&self, policy: &Policy, person: PersonId, now: Timestamp) -> Result<(), VaultError> {
        self.person(policy, person).await?;
        self.change(Subject::person(person), Some(person), Change::Objected, now).await
    }

    /// Places a hold.
    pub async fn hold(&self, subject: HoldSubject, reason: &ReasonCode, now: Timestamp) -> Result<(), VaultError> {
        let (about, person) = self.subject(subject).await?;
        self.change(about, person, Change::Held { reason: reason.as_str().into() }, now).await
    }

    /// Releases a hold; what it stopped is due from now on.
    pub async fn release(&self, subject: HoldSubject, reason: &ReasonCode, now: Timestamp) -> Result<(), VaultError> {
        let (about, person) = self.subject(subject).await?;
        self.change(about, person, Change::Released { reason: reason.as_str().into() }, now).await
    }

    /// Holds in place, the oldest first.
    pub async fn holds(&self) -> Result<Vec<Hold>, VaultError> {
        const SQL: &str = "select subject, reason, placed from holds order by placed, subject";
        let mut conn = self.people.read().await?;
        let known = Subjects::of_all(&mut conn).await?;
        let rows = conn.rows(SQL, args![]).await?;
        rows.iter()
            .map(|row| {
                let mut columns = row.columns();
                let subject = Subject::from_row(columns.take()?)?;
                let subject = match known.0.get(&subject) {
                    Some((person, None)) => person.to_string(),
                    Some((_, Some(record))) => record.to_string(),
                    None => format!("({subject:?})"),
                };
                Ok(Hold { subject, reason: columns.take()?, placed: columns.instant("holds.placed")? })
            })
            .collect()
    }

    /// Which of the two an id is.
    pub async fn hold_subject(&self, id: [u8; 16]) -> Result<HoldSubject, VaultError> {
        const PERSON: &str = "select 1 from persons where id = $1";
        const RECORD: &str = "select 1 from records where id = $1";
        const VISIT: &str = "select 1 from day_rows where record = $1";
        let mut conn = self.people.read().await?;
        if conn.row(PERSON, args![id.as_slice()]).await?.is_some() {
            return Ok(HoldSubject::Person(PersonId::from_bytes(id)));
        }
        let is_record = conn.row(RECORD, args![id.as_slice()]).await?.is_some();
        let mut apart = self.separated.read().await?;
        if is_record || apart.row(VISIT, args![id.as_slice()]).await?.is_some() {
            return Ok(HoldSubject::Record(RecordId::from_bytes(id)));
        }
        Err(VaultError::UnknownSubject)
    }

    async fn subject(&self, subject: HoldSubject) -> Result<(Subject, Option<PersonId>), VaultError> {
        const WHO: &str = "select person from records where id = $1";
        match subject {
            HoldSubject::Person(person) => Ok((Subject::person(person), Some(person))),
            HoldSubject::Record(record) => {
                let row = self.people.row(WHO, args![record.value()]).await?;
                let person = row.map(|row| PersonId::from_row(row.only()?)).transpose()?;
                Ok((Subject::record(record), person))
            }
        }
    }

    /// Journal first, then the databases.
    pub(crate) async fn change(
        &self,
        subject: Subject,
        person: Option<PersonId>,
        change: Change,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let turn = self.changing.lock().await;
        let mut conn = self.people.begin().await?;
        self.change_in(&turn, &mut conn, (subject, person), change, now).await?;
        Ok(conn.commit().await?)
    }

    /// The same, in a turn and a transaction that its caller has.
    pub(crate) async fn change_in(
        &self,
        _turn: &MutexGuard<'_, ()>,
        conn: &mut Conn,
        (subject, person): (Subject, Option<PersonId>),
        change: Change,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        self.steps.step("write the change to the journal")?;
        let line = Line::Change { subject: subject.into(), change: change.clone(), at: now };
        let index = self.journal.append(&[line], now).await?;
        self.steps.step("change the database")?;
        let known = Subjects::of_one(conn, subject, person).await?;
        apply(conn, &known, subject, &change, now).await?;
        if change == Change::BlockEnded {
            self.drop_block(subject).await?;
        }
        put_mark(conn, index + 1).await
    }

    /// Journal first, then the database, for what is posted to all.
    pub(crate) async fn post(&self, line: Line, now: Timestamp) -> Result<(), VaultError> {
        let _one = self.changing.lock().await;
        self.steps.step("write the posting to the journal")?;
        let index = self.journal.append(std::slice::from_ref(&line), now).await?;
        self.steps.step("post in the database")?;
        let mut conn = self.people.begin().await?;
        apply_posting(&mut conn, &line).await?;
        put_mark(&mut conn, index + 1).await?;
        Ok(conn.commit().await?)
    }

    /// Applies what the journal holds and the database does not.
    pub(crate) async fn catch_up(&self) -> Result<(), VaultError> {
        let _one = self.changing.lock().await;
        let mut conn = self.people.begin().await?;
        let mark = mark(&mut conn).await?;
        let lines = self.journal.lines(mark)?;
        let Some(last) = lines.last().map(|(index, _)| index + 1) else { return Ok(()) };
        if lines.iter().any(|(_, line)| matches!(line, Line::Change { .. })) {
            let known = Subjects::of_all(&mut conn).await?;
            for (_, line) in &lines {
                let Line::Change { subject, change, at } = line else { continue };
                let subject = subject.subject().ok_or(VaultError::Unreadable { what: "a line of the journal" })?;
                apply(&mut conn, &known, subject, change, *at).await?;
                if *change == Change::BlockEnded {
                    self.drop_block(subject).await?;
                }
            }
        }
        for (_, line) in &lines {
            apply_posting(&mut conn, line).await?;
        }
        put_mark(&mut conn, last).await?;
        Ok(conn.commit().await?)
    }

    /// Brings a dormant member back after a fresh login: everything that was set apart for want of use is live again.
    pub async fn return_member(&self, policy: &Policy, person: PersonId, now: Timestamp) -> Result<(), VaultError> {
        const BACK: &str = "update persons set state = 'active', since = $2, notified = null where id = $1";
        const LIVE: &str = "update records set stored = 'live' where person = $1 and id = $2";
        const AWAY: &str = "delete from items where person = $1 and record = $2";
        let on_file = self.person(policy, person).await?;
        let Membership::Dormant { .. } = on_file.membership else {
            return Err(VaultError::State { state: state_name(on_file.membership), needed: "dormant" });
        };
        let comes_back = |class| policy.class(class).lives != Lives::Separated;
        let returning = on_file.records.iter().filter(|r| r.stored == StoredIn::Separated && comes_back(r.class));
        let returning: Vec<_> = returning.collect();
        let mut apart = self.separated.read().await?;
        let (mut keys, mut rows, mut dying) = (Vec::new(), Vec::new(), Vec::new());
        for record in &returning {
            let organisation = on_file.organisation;
            let of =
                Sealing { person, organisation, record: record.record, class: record.class, store: Store::Separated };
            let opened = self.open_items(policy, &of, &mut apart, record.items).await?;
            let values: Vec<_> = opened.iter().map(|o| (o.item, o.value.to_seal().as_str())).collect();
            let revision = opened.iter().map(|o| o.revision).max().unwrap_or(0) + 1;
            let to = Sealing { store: Store::Live, ..of };
            let sealed = self.seal_items(policy, &to, &values, revision)?;
            rows.extend(sealed.rows(&to));
            keys.extend(sealed.keys);
            dying.extend(opened.iter().map(|o| o.key));
        }
        drop(apart);
        self.steps.step("store the keys of who returns")?;
        self.keyring.add(&keys).await?;
        let mut conn = self.people.begin().await?;
        if self.person_in(policy, &mut conn, person).await?.revision != on_file.revision {
            return Err(VaultError::Changed);
        }
        replace(&mut conn, rows).await?;
        for record in &returning {
            conn.run(LIVE, args![person.value(), record.record.value()]).await?;
        }
        conn.run(BACK, args![person.value(), now]).await?;
        touch(&mut conn, person).await?;
        self.doom(&mut conn, &dying).await?;
        self.steps.step("bring back")?;
        conn.commit().await?;
        self.bury_the_dying(now).await?;
        let mut conn = self.separated.begin().await?;
        for record in &returning {
            conn.run(AWAY, args![person.value(), record.record.value()]).await?;
        }
        Ok(conn.commit().await?)
    }
}

/// Ids by the names that the journal has for them.
#[derive(Default)]
struct Subjects(HashMap<Subject, (PersonId, Option<RecordId>)>);

impl Subjects {
    async fn of_one(conn: &mut Conn, subject: Subject, person: Option<PersonId>) -> Result<Self, VaultError> {
        const SQL: &str = "select id from records where person = $1";
        let Some(person) = person else { return Ok(Self::default()) };
        let mut known = HashMap::from([(Subject::person(person), (person, None))]);
        if !known.contains_key(&subject) {
            for row in conn.rows(SQL, args![person.value()]).await? {
                let record = RecordId::from_row(row.only()?)?;
                known.insert(Subject::record(record), (person, Some(record)));
            }
        }
        Ok(Self(known))
    }

    async fn of_all(conn: &mut Conn) -> Result<Self, VaultError> {
        let mut known = HashMap::new();
        for row in conn.rows("select id from persons", args![]).await? {
            let person = PersonId::from_row(row.only()?)?;
            known.insert(Subject::person(person), (person, None));
        }
        for row in conn.rows("select person, id from records", args![]).await? {
            let mut columns = row.columns();
            let (person, record) = (PersonId::from_row(columns.take()?)?, RecordId::from_row(columns.take()?)?);
            known.insert(Subject::record(record), (person, Some(record)));
        }
        Ok(Self(known))
    }
}

/// Makes the database say what the journal says. Repeating it changes nothing; a subject that is not there is gone.
async fn apply(
    conn: &mut Conn,
    known: &Subjects,
    subject: Subject,
    change: &Change,
    at: Timestamp,
) -> Result<(), VaultError> {
    const ENDED: &str =
        "update persons set state = 'ended', since = $2 where id = $1 and state in ('active', 'dormant')";
    const UNKNOWN: &str = "delete from lookups where person = $1";
    const OUT: &str = "delete from sessions where person = $1";
    const VOID: &str = "delete from links where person = $1";
    const UNASKED: &str = "delete from challenges where person = $1";
    const NO_ROLE: &str = "update persons set role = null where id = $1 and role = $2";
    const OBJECTED: &str = "update persons set objected = 1 where id = $1";
    const TAKEN_BACK: &str = "update consents set withdrawn = $3 \
        where person = $1 and purpose = $2 and given <= $3 and withdrawn is null";
    const BANNED: &str = "update persons set banned = $2 where id = $1";
    const HELD: &str =
        "insert into holds (subject, reason, placed) values ($1, $2, $3) on conflict (subject) do nothing";
    const RELEASED: &str = "delete from holds where subject = $1";
    // A hold may be on what has no row of its own, such as a visit; whoever is asked about hashes their id.
    match change {
        Change::Held { reason } => drop(conn.run(HELD, args![subject.value(), reason.as_str(), at]).await?),
        Change::Released { .. } => drop(conn.run(RELEASED, args![subject.value()]).await?),
        _ => {}
    }
    let Some((person, _)) = known.0.get(&subject) else { return Ok(()) };
    match change {
        Change::Withdrawn | Change::Erased => {
            conn.run(ENDED, args![person.value(), at]).await?;
            for sql in [UNKNOWN, OUT, VOID, UNASKED] {
                conn.run(sql, args![person.value()]).await?;
            }
            if *change == Change::Erased {
                conn.run(OBJECTED, args![person.value()]).await?;
            }
        }
        Change::RoleRemoved { role } => {
            conn.run(NO_ROLE, args![person.value(), role.as_str()]).await?;
            conn.run(OUT, args![person.value()]).await?;
        }
        Change::Objected => drop(conn.run(OBJECTED, args![person.value()]).await?),
        Change::ConsentTakenBack { purpose } => {
            conn.run(TAKEN_BACK, args![person.value(), purpose.as_str(), at]).await?;
        }
        Change::Banned { until } => {
            conn.run(BANNED, args![person.value(), *until]).await?;
            conn.run(OUT, args![person.value()]).await?;
        }
        Change::BlockEnded => drop(conn.run(BANNED, args![person.value(), None::<Timestamp>]).await?),
        Change::Held { .. } | Change::Released { .. } | Change::TwoStaff { .. } => {}
    }
    touch(conn, *person).await
}

/// Makes the database say what the journal says was posted. Repeating it changes nothing.
async fn apply_posting(conn: &mut Conn, line: &Line) -> Result<(), VaultError> {
    const VERSION: &str = "insert into policies (version, text, posted) values ($1, $2, $3) \
        on conflict (version) do update set text = excluded.text, posted = excluded.posted";
    const NOTICE: &str = "insert into notices (id, kind, body, made, reached, told, sent, failed) \
        values ($1, $2, $3, $4, 0, 0, 0, 0) on conflict (id) do nothing";
    const DONE: &str = "update notices set carried_out = $2 where id = $1 and carried_out is null";
    let id =
        |text: &str| text.parse::<NoticeId>().map_err(|_| VaultError::Unreadable { what: "a line of the journal" });
    match line {
        Line::PolicyPosted { version, text, notice, body, at } => {
            conn.run(VERSION, args![version.as_str(), text.as_str(), *at]).await?;
            let kind = NoticeKind::Policy.name();
            conn.run(NOTICE, args![id(notice)?.value(), kind, body.as_str(), *at]).await?;
        }
        Line::TransferPosted { notice, body, at } => {
            let kind = NoticeKind::Transfer.name();
            conn.run(NOTICE, args![id(notice)?.value(), kind, body.as_str(), *at]).await?;
        }
        Line::TransferDone { notice, at } => drop(conn.run(DONE, args![id(notice)?.value(), *at]).await?),
        _ => {}
    }
    Ok(())
}

const MARK: &str = "journal";

/// How much of the journal the database has.
async fn mark(conn: &mut Conn) -> Result<u64, VaultError> {
    let bytes = crate::vault::setting(conn, MARK).await?;
    Ok(bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes))
}

async fn put_mark(conn: &mut Conn, index: u64) -> Result<(), VaultError> {
    crate::vault::put_setting(conn, MARK, &index.to_be_bytes()).await
}

/// The purpose of that name.
pub(crate) fn purpose(policy: &Policy, name: &str) -> Result<PurposeId, VaultError> {
    Names::of(policy).purpose(name)
}
