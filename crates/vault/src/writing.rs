//! Putting people, records and values in. What always ends together is sealed under one key; the key is stored before
//! what it seals, so that a stop in between leaves a key without a value and never a value without its key.

use crate::{
    Vault,
    error::VaultError,
    keyring::NewKey,
    lookup::{LOGIN, Lookup, STAFF, normalised_mail},
    names::{write_events, write_stored},
    people::{RecordOnFile, columns_of},
    personal::Personal,
    place::{PersonId, RecordId, Store},
    roles::Role,
    sealing::Sealing,
    sessions::spend,
};
use jiff::Timestamp;
use vestry_database::{Conn, Value, args};
use vestry_model::OrganisationId;
use vestry_policy::{
    Basis, ClassId, Collected, Event, Grain, ItemId, ItemSet, Lives, Membership, Policy, PurposeId, StoredIn,
};
use zeroize::Zeroizing;

/// Somebody to be put on file.
#[derive(Debug)]
pub struct NewPerson {
    /// The customer company they belong to.
    pub organisation: Option<OrganisationId>,
    /// What they may do there, or for the operator.
    pub role: Option<Role>,
    /// Where their membership stands: in use since the sign-up, or none for somebody who wrote to the office.
    pub membership: Membership,
    /// Purposes they consent to now.
    pub consents: Vec<PurposeId>,
    /// What is held of them.
    pub records: Vec<NewRecord>,
}

/// A record to be kept.
#[derive(Debug)]
pub struct NewRecord {
    /// Of what kind.
    pub class: ClassId,
    /// What happened to it, and when.
    pub events: Vec<(Event, Timestamp)>,
    /// What it holds.
    pub items: Vec<(ItemId, Personal<String>)>,
}

/// What is to change in a record.
#[derive(Debug, Default)]
pub struct Edit<'e> {
    /// Items of one class with their new values; what has none goes.
    pub values: &'e [(ItemId, Option<&'e Personal<String>>)],
    /// The count of the person's changes at which the caller looked, where the new values hang on what was seen.
    pub since: Option<i64>,
    /// Which of the person's sessions end with it.
    pub sessions: EndedSessions,
}

/// Which sessions of a person end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EndedSessions {
    /// None.
    #[default]
    None,
    /// All but the one with this hash of a token.
    Others([u8; 32]),
    /// All.
    All,
}

impl EndedSessions {
    async fn end(self, conn: &mut Conn, person: PersonId) -> Result<(), VaultError> {
        const SQL: &str = "delete from sessions where person = $1 and token <> $2";
        let but = match self {
            Self::None => return Ok(()),
            Self::Others(token) => token.to_vec(),
            Self::All => Vec::new(),
        };
        conn.run(SQL, args![person.value(), but]).await?;
        Ok(())
    }
}

/// Whom a new record is added to.
struct Touched {
    person: PersonId,
    /// Whether the record lives with the membership.
    is_members: bool,
}

impl Touched {
    /// Counts the change. Whoever leaves at this moment waits for it or comes first; then nothing is added.
    async fn count(self, conn: &mut Conn) -> Result<(), VaultError> {
        const ENDED: &str = "select state from persons where id = $1 and state = 'ended'";
        touch(conn, self.person).await?;
        match conn.row(ENDED, args![self.person.value()]).await? {
            Some(_) if self.is_members => Err(VaultError::State { state: "ended", needed: "in use" }),
            _ => Ok(()),
        }
    }
}

/// Rows to be written, once their keys are stored.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) keys: Vec<NewKey>,
    pub(crate) persons: Vec<Vec<Value>>,
    pub(crate) consents: Vec<Vec<Value>>,
    pub(crate) records: Vec<Vec<Value>>,
    pub(crate) live: Vec<Vec<Value>>,
    pub(crate) apart: Vec<Vec<Value>>,
    pub(crate) lookups: Vec<Vec<Value>>,
    /// Normalised addresses, to be held against blocks.
    pub(crate) mails: Vec<Zeroizing<String>>,
    /// Links by which somebody comes in.
    pub(crate) spent: Vec<SpentLink>,
}

/// A mailed link that lets one in: the hash of its token, and what it is for.
pub type SpentLink = ([u8; 32], &'static str);

impl Vault {
    /// Puts people on file, all of them or none; their pseudonyms, in the same order.
    ///
    /// # Errors
    /// [`VaultError::Required`] for a member without an item that the policy requires at sign-up,
    /// [`VaultError::NoConsent`] for an item that serves a consent's purpose alone (record the consent, then the item),
    /// [`VaultError::KnownAlready`] and [`VaultError::Blocked`] by mail address.
    pub async fn add_people(
        &self,
        policy: &Policy,
        people: &[NewPerson],
        now: Timestamp,
    ) -> Result<Vec<PersonId>, VaultError> {
        self.add(policy, people, Vec::new(), now).await
    }

    /// Puts somebody on file who comes by links, each of which is spent with it.
    ///
    /// # Errors
    /// As [`Vault::add_people`]; [`VaultError::Spent`] when somebody else came by one of the links.
    pub async fn add_by_links(
        &self,
        policy: &Policy,
        person: NewPerson,
        links: Vec<SpentLink>,
        now: Timestamp,
    ) -> Result<PersonId, VaultError> {
        Ok(self.add(policy, &[person], links, now).await?.pop().expect("one for one"))
    }

    async fn add(
        &self,
        policy: &Policy,
        people: &[NewPerson],
        spent: Vec<SpentLink>,
        now: Timestamp,
    ) -> Result<Vec<PersonId>, VaultError> {
        let mut batch = Batch { spent, ..Batch::default() };
        let mut ids = Vec::with_capacity(people.len());
        for new in people {
            let person = PersonId::random()?;
            if let Membership::Active { .. } = new.membership {
                complete(policy, new)?;
            }
            let mut row = vec![person.value(), new.organisation.map(OrganisationId::get).into()];
            row.extend(columns_of(new.membership, now));
            row.extend([0_i64.into(), 0_i64.into(), new.role.map(Role::as_str).into()]);
            batch.persons.push(row);
            for purpose in &new.consents {
                batch.consents.push(args![person.as_bytes().as_slice(), policy.purpose(*purpose).id.as_str(), now]);
            }
            for record in &new.records {
                self.seal_record(policy, &mut batch, (person, new.organisation), record)?;
            }
            ids.push(person);
        }
        self.refuse_blocked(&batch.mails, now).await?;
        self.write(batch, None).await?;
        Ok(ids)
    }

    /// Adds a record to somebody on file.
    ///
    /// # Errors
    /// [`VaultError::State`] for one that lives with the membership of somebody who has left.
    pub async fn add_record(
        &self,
        policy: &Policy,
        person: PersonId,
        record: &NewRecord,
    ) -> Result<RecordId, VaultError> {
        let mut batch = Batch::default();
        let on_file = self.person(policy, person).await?;
        if let Membership::Active { .. } = on_file.membership {
            consented(policy, record, |purpose| on_file.consents.contains(purpose))?;
        }
        let id = self.seal_record(policy, &mut batch, (person, on_file.organisation), record)?;
        let is_members = policy.class(record.class).lives == Lives::Membership;
        self.write(batch, Some(Touched { person, is_members })).await?;
        Ok(id)
    }

    /// Says what else happened to a record: a case was closed, goods were supplied. An event that comes again counts
    /// by its last instant; `None` takes it back, as reopening a case does its closing.
    pub async fn put_event(
        &self,
        policy: &Policy,
        record: RecordId,
        event: Event,
        at: Option<Timestamp>,
    ) -> Result<(), VaultError> {
        const WHO: &str = "select person from records where id = $1";
        const PUT: &str = "update records set events = $2 where id = $1";
        let mut conn = self.people.begin().await?;
        let row = conn.row(WHO, args![record.value()]).await?.ok_or(VaultError::UnknownRecord(record))?;
        let person = PersonId::from_row(row.only()?)?;
        let on_file = self.person_in(policy, &mut conn, person).await?;
        let known = on_file.records.iter().find(|r| r.record == record).ok_or(VaultError::UnknownRecord(record))?;
        let mut events: Vec<_> = known.events.iter().copied().filter(|(other, _)| *other != event).collect();
        events.extend(at.map(|at| (event, at)));
        conn.run(PUT, args![record.value(), write_events(&events)]).await?;
        touch(&mut conn, person).await?;
        Ok(conn.commit().await?)
    }

    pub(crate) fn seal_record(
        &self,
        policy: &Policy,
        batch: &mut Batch,
        (person, organisation): (PersonId, Option<OrganisationId>),
        new: &NewRecord,
    ) -> Result<RecordId, VaultError> {
        let class = policy.class(new.class);
        let record = RecordId::random()?;
        if class.grain == Grain::Day {
            let class = class.id.clone();
            return Err(VaultError::WrongClass { item: "a record of one person".into(), class });
        }
        if let Some((stray, _)) = new.items.iter().find(|(item, _)| policy.item(*item).class != new.class) {
            return Err(VaultError::WrongClass { item: policy.item(*stray).id.clone(), class: class.id.clone() });
        }
        let (store, stored) = match class.lives {
            Lives::Separated => (Store::Separated, StoredIn::Separated),
            Lives::Membership | Lives::Record => (Store::Live, StoredIn::Live),
        };
        let items: Vec<(ItemId, &str)> =
            new.items.iter().map(|(item, value)| (*item, value.to_seal().as_str())).collect();
        let sealing = Sealing { person, organisation, record, class: new.class, store };
        let sealed = self.seal_items(policy, &sealing, &items, 0)?;
        for (item, mail) in &items {
            let name = policy.item(*item).id.as_str();
            let Some(key) = self.finding(name) else { continue };
            let mail = normalised_mail(mail)?;
            batch.lookups.push(args![key.hash(&mail).as_slice(), person.as_bytes().as_slice()]);
            if name == LOGIN.item {
                batch.mails.push(mail);
            }
        }
        batch.records.push(args![
            person.as_bytes().as_slice(),
            record.as_bytes().as_slice(),
            class.id.as_str(),
            write_stored(stored),
            write_events(&new.events)
        ]);
        let rows = if store == Store::Live { &mut batch.live } else { &mut batch.apart };
        rows.extend(sealed.rows(&sealing));
        batch.keys.extend(sealed.keys);
        Ok(record)
    }

    /// Keys first, then what is kept apart, then what makes all of it count.
    async fn write(&self, mut batch: Batch, touched: Option<Touched>) -> Result<(), VaultError> {
        self.keyring.add(&batch.keys).await?;
        // What is kept apart and does not count yet must not be taken for a stray.
        let _one = if batch.apart.is_empty() { None } else { Some(self.changing.lock().await) };
        if !batch.apart.is_empty() {
            let mut conn = self.separated.begin().await?;
            conn.insert(PUT_ITEMS, std::mem::take(&mut batch.apart)).await?;
            conn.commit().await?;
        }
        self.steps.step("make what is written count")?;
        let mut conn = self.people.begin().await?;
        if let Some(touched) = touched {
            touched.count(&mut conn).await?;
        }
        self.put_batch(&mut conn, batch).await?;
        Ok(conn.commit().await?)
    }

    /// Rows of the people's database, within a transaction; their keys are stored already.
    pub(crate) async fn put_batch(&self, conn: &mut Conn, batch: Batch) -> Result<(), VaultError> {
        const PERSONS: &str = "insert into persons (id, organisation, state, since, notified, chosen, objected, \
            revision, role) values (..)";
        const CONSENTS: &str = "insert into consents (person, purpose, given) values (..)";
        const RECORDS: &str = "insert into records (person, id, class, stored, events) values (..)";
        const LOOKUPS: &str = "insert into lookups (hash, person) values (..)";
        for (token, what) in batch.spent {
            spend(conn, &token, what).await?;
        }
        conn.insert(PERSONS, batch.persons).await?;
        conn.insert(CONSENTS, batch.consents).await?;
        conn.insert(RECORDS, batch.records).await?;
        conn.insert(PUT_ITEMS, batch.live).await?;
        let hashes: Vec<Value> = batch.lookups.iter().map(|row| row[0].clone()).collect();
        if !known(conn, hashes).await?.is_empty() {
            return Err(VaultError::KnownAlready);
        }
        conn.insert(LOOKUPS, batch.lookups).await?;
        Ok(())
    }

    /// Corrects an item: everything under its key is sealed anew, and the old key is destroyed.
    pub async fn correct(
        &self,
        policy: &Policy,
        record: RecordId,
        item: ItemId,
        value: &Personal<String>,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        self.edit(policy, record, &Edit { values: &[(item, Some(value))], ..Edit::default() }, now).await
    }

    /// Changes items of a record, all of them or none: what shared their keys is sealed anew, the old keys are destroyed, the
    /// look-up hash moves along, and the sessions that are to end do, in one transaction.
    ///
    /// # Errors
    /// [`VaultError::Changed`] when the person changed since the caller looked, [`VaultError::Required`] for an item that
    /// does not go, [`VaultError::KnownAlready`] and [`VaultError::Blocked`] for a mail address that cannot be theirs.
    pub async fn edit(
        &self,
        policy: &Policy,
        record: RecordId,
        edit: &Edit<'_>,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        const WHO: &str = "select person from records where id = $1";
        self.refuse_blocked_edit(policy, edit, now).await?;
        let mut conn = self.people.begin().await?;
        let row = conn.row(WHO, args![record.value()]).await?.ok_or(VaultError::UnknownRecord(record))?;
        let person = PersonId::from_row(row.only()?)?;
        // Counted first: whoever changes the same person waits here, and then sees that they came second.
        touch(&mut conn, person).await?;
        let on_file = self.person_in(policy, &mut conn, person).await?;
        if edit.since.is_some_and(|since| on_file.revision != since + 1) {
            return Err(VaultError::Changed);
        }
        let known_record =
            on_file.records.iter().find(|r| r.record == record).ok_or(VaultError::UnknownRecord(record))?;
        editable(policy, known_record, edit)?;
        let edited: ItemSet = edit.values.iter().map(|(item, _)| *item).collect();
        let groups = policy.end_groups(known_record.class).iter().copied();
        let groups = groups.filter(|group| !group.intersection(edited).is_empty());
        let group = groups.fold(ItemSet::EMPTY, ItemSet::union).intersection(known_record.items);
        let sealing = Sealing {
            person,
            organisation: on_file.organisation,
            record,
            class: known_record.class,
            store: Store::Live,
        };
        let old = self.open_items(policy, &sealing, &mut conn, group).await?;
        let mut values: Vec<(ItemId, &str)> =
            old.iter().filter(|o| !edited.contains(o.item)).map(|o| (o.item, o.value.to_seal().as_str())).collect();
        for item in edited.intersection(known_record.items).iter().filter(|item| old.iter().all(|o| o.item != *item)) {
            self.count_remains(policy, &mut conn, &sealing, item).await?;
        }
        values.extend(edit.values.iter().filter_map(|(item, value)| Some((*item, value.as_ref()?.to_seal().as_str()))));
        let revision = old.iter().map(|o| o.revision).max().unwrap_or(0) + 1;
        let sealed = self.seal_items(policy, &sealing, &values, revision)?;
        self.keyring.add(&sealed.keys).await?;
        put_edited(&mut conn, policy, &sealing, edit, sealed.rows(&sealing).collect()).await?;
        self.move_lookup(&mut conn, policy, person, edit).await?;
        let dying: Vec<_> = old.iter().map(|o| o.key).collect();
        self.doom(&mut conn, &dying).await?;
        edit.sessions.end(&mut conn, person).await?;
        conn.commit().await?;
        self.bury_the_dying(now).await
    }

    async fn refuse_blocked_edit(&self, policy: &Policy, edit: &Edit<'_>, now: Timestamp) -> Result<(), VaultError> {
        for (item, value) in edit.values {
            if let Some(value) = value.filter(|_| policy.item(*item).id == LOGIN.item) {
                self.refuse_blocked(&[normalised_mail(value.to_seal())?], now).await?;
            }
        }
        Ok(())
    }

    /// Moves the hash by which somebody is found, where what it is made of changes.
    async fn move_lookup(
        &self,
        conn: &mut Conn,
        policy: &Policy,
        person: PersonId,
        edit: &Edit<'_>,
    ) -> Result<(), VaultError> {
        const DROP: &str = "delete from lookups where person = $1";
        const LOOKUP: &str = "insert into lookups (hash, person) values ($1, $2)";
        for (item, value) in edit.values {
            let (Some(key), Some(value)) = (self.finding(&policy.item(*item).id), value) else { continue };
            let hash = key.hash(&normalised_mail(value.to_seal())?);
            conn.run(DROP, args![person.value()]).await?;
            if !known(conn, vec![hash.as_slice().into()]).await?.is_empty() {
                return Err(VaultError::KnownAlready);
            }
            conn.run(LOOKUP, args![hash.as_slice(), person.value()]).await?;
        }
        Ok(())
    }

    /// The member who has this mail address, by its look-up hash.
    pub async fn find(&self, mail: &Personal<String>) -> Result<Option<PersonId>, VaultError> {
        self.find_by(&LOGIN, mail).await
    }

    /// Who of the staff has this mail address, by its look-up hash.
    pub async fn find_staff(&self, mail: &Personal<String>) -> Result<Option<PersonId>, VaultError> {
        self.find_by(&STAFF, mail).await
    }

    async fn find_by(&self, lookup: &Lookup, mail: &Personal<String>) -> Result<Option<PersonId>, VaultError> {
        let hash = self.finding_key(lookup).hash(&normalised_mail(mail.to_seal())?);
        let mut conn = self.people.read().await?;
        Ok(known(&mut conn, vec![hash.as_slice().into()]).await?.pop())
    }
}

pub(crate) const PUT_ITEMS: &str = "insert into items (person, record, item, key, revision, sealed) values (..)";

/// That `edit` fits its record: one that is in use, items of its class, and none of them missing afterwards.
fn editable(policy: &Policy, record: &RecordOnFile, edit: &Edit<'_>) -> Result<(), VaultError> {
    if record.stored == StoredIn::Separated {
        return Err(VaultError::KeptApart);
    }
    for (item, value) in edit.values {
        let of = policy.item(*item);
        if of.class != record.class {
            return Err(VaultError::WrongClass { item: of.id.clone(), class: policy.class(record.class).id.clone() });
        }
        if value.is_none() && of.required {
            return Err(VaultError::Required { item: of.id.clone() });
        }
    }
    Ok(())
}

async fn put_edited(
    conn: &mut Conn,
    policy: &Policy,
    of: &Sealing,
    edit: &Edit<'_>,
    rows: Vec<Vec<Value>>,
) -> Result<(), VaultError> {
    const PUT: &str = "update items set key = $4, revision = $5, sealed = $6 \
        where person = $1 and record = $2 and item = $3";
    const DROP: &str = "delete from items where person = $1 and record = $2 and item = $3";
    for (item, _) in edit.values.iter().filter(|(_, value)| value.is_none()) {
        conn.run(DROP, args![of.person.value(), of.record.value(), policy.item(*item).id.as_str()]).await?;
    }
    let mut added = Vec::new();
    for row in rows {
        if conn.run(PUT, row.clone()).await? == 0 {
            added.push(row);
        }
    }
    conn.insert(PUT_ITEMS, added).await?;
    Ok(())
}

async fn known(conn: &mut Conn, hashes: Vec<Value>) -> Result<Vec<PersonId>, VaultError> {
    const SQL: &str = "select person from lookups where hash in (..)";
    let rows = conn.rows_in(SQL, args![], hashes).await?;
    rows.iter().map(|row| PersonId::from_row(row.only()?)).collect()
}

/// Counts a change of a person: what was planned before is planned again.
pub(crate) async fn touch(conn: &mut Conn, person: PersonId) -> Result<(), VaultError> {
    const SQL: &str = "update persons set revision = revision + 1 where id = $1";
    match conn.run(SQL, args![person.value()]).await? {
        0 => Err(VaultError::UnknownPerson(person)),
        _ => Ok(()),
    }
}

/// That a new member gives what the policy requires at sign-up, and nothing that waits for a consent.
fn complete(policy: &Policy, new: &NewPerson) -> Result<(), VaultError> {
    let given: ItemSet = new.records.iter().flat_map(|r| &r.items).map(|(item, _)| *item).collect();
    let missing =
        policy.items().find(|(id, item)| item.required && item.collected == Collected::SignUp && !given.contains(*id));
    if let Some((_, item)) = missing {
        return Err(VaultError::Required { item: item.id.clone() });
    }
    new.records.iter().try_for_each(|record| consented(policy, record, |purpose| new.consents.contains(&purpose)))
}

/// That no item of `record` serves nothing but purposes whose consent is not given.
fn consented(policy: &Policy, record: &NewRecord, given: impl Fn(PurposeId) -> bool) -> Result<(), VaultError> {
    for (item, _) in &record.items {
        let item = policy.item(*item);
        let waits =
            |purpose: &vestry_policy::PurposeId| policy.purpose(*purpose).basis == Basis::Consent && !given(*purpose);
        if item.purposes.iter().all(|purpose| waits(&purpose))
            && let Some(purpose) = item.purposes.iter().next()
        {
            let purpose = policy.purpose(purpose).id.clone();
            return Err(VaultError::NoConsent { item: item.id.clone(), purpose });
        }
    }
    Ok(())
}
