//! Carrying out a plan. Makes no choices; what was planned for a person who changed meanwhile is left for the next plan.
//!
//! The order of steps is what makes a stop at any of them harmless. What moves is sealed at its new place before its old
//! key is named; the ledger is durable before a key goes; keys go before ciphertext. A start repeats the ledger; the next
//! plan finds what is left.

use crate::{
    Vault,
    error::VaultError,
    journal::{Ledger, LedgerReason, Line},
    keyring::NewKey,
    names::{Names, not_listed},
    people::{PersonOnFile, RecordOnFile},
    place::{KeyId, PersonId, RecordId, Store},
    sealing::{Sealing, text},
    tombstone::Tombstone,
    writing::{Batch, NewRecord, touch},
};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};
use vestry_database::{Conn, Value, args};
use vestry_policy::{Action, ClassId, ItemId, ItemSet, Policy, StoredIn, Subject, Verdict};

/// A person as they were when the plan was made, and what it asks for.
#[derive(Debug)]
pub struct Planned {
    /// Who.
    pub person: PersonOnFile,
    /// What is to happen; what stays may be left out.
    pub verdicts: Vec<Verdict>,
}

/// What was carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// Parts of records destroyed, by class.
    pub destroyed: BTreeMap<ClassId, u64>,
    /// Parts of records separated, by class.
    pub separated: BTreeMap<ClassId, u64>,
    /// Of those destroyed, past "without delay".
    pub overdue: u64,
    /// Notices given.
    pub notices: u64,
    /// Persons who changed meanwhile, and were left.
    pub changed: u64,
}

/// One verdict on a record, with the record it is about.
struct Asked<'a> {
    planned: &'a Planned,
    record: &'a RecordOnFile,
    items: ItemSet,
    action: Action,
}

/// An item row.
pub(crate) struct ItemRow {
    pub(crate) item: ItemId,
    pub(crate) key: KeyId,
    revision: i64,
    sealed: Vec<u8>,
}

/// Item rows by record.
#[derive(Default)]
pub(crate) struct Rows {
    live: HashMap<RecordId, Vec<ItemRow>>,
    apart: HashMap<RecordId, Vec<ItemRow>>,
}

impl Rows {
    pub(crate) fn of(&self, store: Store, record: RecordId) -> &[ItemRow] {
        let rows = if store == Store::Live { &self.live } else { &self.apart };
        rows.get(&record).map_or(&[], Vec::as_slice)
    }
}

/// Values to be sealed anew: from where, to where.
struct Move<'r> {
    from: Sealing,
    to: Sealing,
    rows: Vec<&'r ItemRow>,
}

/// What carrying out will write.
#[derive(Default)]
struct Work {
    /// Values sealed anew: keys, and rows for each store.
    keys: Vec<NewKey>,
    apart: Vec<Vec<Value>>,
    live: Vec<Vec<Value>>,
    /// Keys whose values were sealed anew: of a person, if nothing changed meanwhile; of nobody, in any case.
    replaced: Vec<(Option<PersonId>, Tombstone)>,
    /// Keys of what is destroyed, by person.
    due: Vec<(PersonId, Tombstone)>,
    notices: Batch,
}

/// Somebody about whom nothing is held.
pub(crate) const NOBODY: &str = "delete from persons where id = $1 and state <> 'active' \
    and not exists (select 1 from records r where r.person = persons.id)";
pub(crate) const DUE_KEYS: &str = "destroy the keys";
const SEPARATED_CIPHERTEXT: &str = "delete the separated ciphertext";
const LIVE_CIPHERTEXT: &str = "delete the live ciphertext";

impl Vault {
    /// Carries out what was planned for these people. Safe to repeat after a crash.
    ///
    /// # Errors
    /// What went wrong; everything that was done stays done, and a new plan finds the rest.
    pub async fn carry_out(&self, policy: &Policy, people: &[Planned], now: Timestamp) -> Result<Done, VaultError> {
        let asked: Vec<Asked<'_>> = people.iter().flat_map(asked).collect();
        let mut work = Work::default();
        let rows = self.rows_of(policy, people).await?;
        let mut moves = Vec::new();
        for asked in &asked {
            self.prepare(asked, &rows, &mut work, &mut moves);
        }
        self.seal_anew(policy, &moves, &mut work).await?;
        self.prepare_notices(policy, people, &mut work)?;
        self.steps.step("store the keys of what is sealed anew")?;
        self.keyring.add(&work.keys).await?;
        self.keyring.add(&work.notices.keys).await?;
        self.steps.step("seal at the new place")?;
        if !work.apart.is_empty() {
            let mut conn = self.separated.begin().await?;
            replace(&mut conn, std::mem::take(&mut work.apart)).await?;
            conn.commit().await?;
        }
        let _one = self.changing.lock().await;
        let mut conn = self.people.begin().await?;
        let changed = changed(&mut conn, people).await?;
        let due: Vec<Tombstone> = work.due.iter().filter(|(p, _)| !changed.contains(p)).map(|(_, key)| *key).collect();
        if !due.is_empty() {
            self.steps.step("write the ledger")?;
            self.journal.append(&[Line::Ledger(Ledger::new(LedgerReason::Due, &due))], now).await?;
            self.destroy_keys(DUE_KEYS, &due).await?;
            self.steps.step(SEPARATED_CIPHERTEXT)?;
            if self.steps.does(SEPARATED_CIPHERTEXT) {
                self.delete_apart(policy, &asked, &changed, now).await?;
            }
        }
        self.steps.step(LIVE_CIPHERTEXT)?;
        let done = self.settle(policy, &mut conn, people, &asked, &changed, work, now).await?;
        self.count(policy, &mut conn, &done).await?;
        self.steps.step("commit")?;
        conn.commit().await?;
        self.steps.step("destroy the replaced keys")?;
        self.bury_the_dying(now).await?;
        Ok(done)
    }

    /// What moves, what loses its company, and which keys go: found in the rows, nothing opened yet.
    fn prepare<'r>(&self, asked: &Asked<'_>, rows: &'r Rows, work: &mut Work, moves: &mut Vec<Move<'r>>) {
        let person = &asked.planned.person;
        let store = store_of(asked.record.stored);
        let of = Sealing {
            person: person.person,
            organisation: person.organisation,
            record: asked.record.record,
            class: asked.record.class,
            store,
        };
        let here = rows.of(store, of.record);
        let is_asked = |row: &&ItemRow| asked.items.contains(row.item);
        let keys: HashSet<KeyId> = here.iter().filter(is_asked).map(|row| row.key).collect();
        let replaced = |key: &KeyId| (Some(of.person), Tombstone::of(*key));
        match asked.action {
            Action::Separate { .. } => {
                let to = Sealing { store: Store::Separated, ..of };
                moves.push(Move { from: of, to, rows: here.iter().filter(is_asked).collect() });
                work.replaced.extend(keys.iter().map(replaced));
                // A move that stopped half way left copies under keys that nothing else names.
                let left = rows.of(Store::Separated, of.record);
                work.replaced.extend(left.iter().map(|row| replaced(&row.key)));
            }
            Action::Destroy { .. } => {
                // Items that shared a key under an earlier policy, and about which nothing is asked under this one.
                let acted = asked_of(asked.planned, of.record);
                let stays = |row: &&ItemRow| keys.contains(&row.key) && !acted.contains(row.item);
                let survivors: Vec<&ItemRow> = here.iter().filter(stays).collect();
                if !survivors.is_empty() {
                    moves.push(Move { from: of, to: of, rows: survivors });
                    // Rows of the separated store are written over before it is known whether the person changed.
                    let is_apart = store == Store::Separated;
                    work.replaced.extend(keys.iter().filter(|_| is_apart).map(|key| (None, Tombstone::of(*key))));
                }
                work.due.extend(keys.iter().map(|key| (of.person, Tombstone::of(*key))));
            }
            Action::Keep { .. } | Action::Notify { .. } => {}
        }
    }

    /// Opens what moves and seals it at its new place.
    async fn seal_anew(&self, policy: &Policy, moves: &[Move<'_>], work: &mut Work) -> Result<(), VaultError> {
        let class = |of: &Sealing| policy.class(of.class).id.as_str();
        let places: Vec<_> = moves
            .iter()
            .flat_map(|m| m.rows.iter().map(|row| self.place(&m.from, class(&m.from), "", row.key, 0)))
            .collect();
        let mut keys = self.keyring.unwrap_all(&self.masters, &places).await?.into_iter();
        for one in moves {
            let mut opened = Vec::with_capacity(one.rows.len());
            for row in &one.rows {
                let Some(key) = keys.next().flatten() else { continue };
                let name = policy.item(row.item).id.as_str();
                let place = self.place(&one.from, class(&one.from), name, row.key, row.revision);
                opened.push((row.item, text(key.open(&place, &row.sealed)?)?));
            }
            let values: Vec<_> = opened.iter().map(|(item, value)| (*item, value.to_seal().as_str())).collect();
            let revision = one.rows.iter().map(|row| row.revision).max().unwrap_or(0) + 1;
            let sealed = self.seal_items(policy, &one.to, &values, revision)?;
            let rows = if one.to.store == Store::Live { &mut work.live } else { &mut work.apart };
            rows.extend(sealed.rows(&one.to));
            work.keys.extend(sealed.keys);
        }
        Ok(())
    }

    /// The item rows of people, in both stores.
    pub(crate) async fn rows_of(&self, policy: &Policy, people: &[Planned]) -> Result<Rows, VaultError> {
        const SQL: &str = "select record, item, key, revision, sealed from items where person in (..)";
        let names = Names::of(policy);
        let mut rows = Rows::default();
        for (database, found) in [(&self.people, &mut rows.live), (&self.separated, &mut rows.apart)] {
            let list = people.iter().map(|planned| planned.person.person.value()).collect();
            for row in database.read().await?.rows_in(SQL, args![], list).await? {
                let mut columns = row.columns();
                let (record, item) = (RecordId::from_row(columns.take()?)?, names.item(&columns.take::<String>()?)?);
                let (key, revision) = (KeyId::from_row(columns.take()?)?, columns.take()?);
                let row = ItemRow { item, key, revision, sealed: columns.take()? };
                found.entry(record).or_default().push(row);
            }
        }
        Ok(rows)
    }

    /// Mail that tells of the coming separation waits, sealed, for whoever sends it.
    fn prepare_notices(&self, policy: &Policy, people: &[Planned], work: &mut Work) -> Result<(), VaultError> {
        for planned in people {
            for verdict in &planned.verdicts {
                let Action::Notify { separation, .. } = verdict.action else { continue };
                // A policy's file that knows dormancy is refused without it: nobody is set apart who was not told.
                let (Some(class), Some(item)) = (policy.class_named("mail"), policy.item_named("mail")) else {
                    return Err(not_listed(policy, "mail"));
                };
                let text = format!("{{\"template\":\"dormancy\",\"separation\":\"{separation}\"}}");
                let record = NewRecord { class, events: Vec::new(), items: vec![(item, text.into())] };
                let owner = (planned.person.person, planned.person.organisation);
                self.seal_record(policy, &mut work.notices, owner, &record)?;
            }
        }
        Ok(())
    }

    async fn delete_apart(
        &self,
        policy: &Policy,
        asked: &[Asked<'_>],
        changed: &HashSet<PersonId>,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let (mut conn, mut done) = (self.separated.begin().await?, Done::default());
        for asked in asked.iter().filter(|asked| !changed.contains(&asked.planned.person.person)) {
            let is_apart = asked.record.stored == StoredIn::Separated;
            if is_apart && let Action::Destroy { by, .. } = asked.action {
                delete_items(policy, &mut conn, asked).await?;
                *done.destroyed.entry(asked.record.class).or_default() += 1;
                done.overdue += u64::from(by < policy.local(now).date());
            }
        }
        // Counted where it is gone: after a stop the next plan does not know of it.
        self.count(policy, &mut conn, &done).await?;
        Ok(conn.commit().await?)
    }

    /// Makes the databases say what was done, within the transaction.
    #[expect(clippy::too_many_arguments, reason = "one transaction over everything that was prepared")]
    async fn settle(
        &self,
        policy: &Policy,
        conn: &mut Conn,
        people: &[Planned],
        asked: &[Asked<'_>],
        changed: &HashSet<PersonId>,
        work: Work,
        now: Timestamp,
    ) -> Result<Done, VaultError> {
        const APART: &str = "update records set stored = 'separated' where person = $1 and id = $2";
        let mut done = Done { changed: changed.len() as u64, ..Done::default() };
        for asked in asked.iter().filter(|asked| !changed.contains(&asked.planned.person.person)) {
            match asked.action {
                Action::Separate { .. } => {
                    let (person, record) = (asked.planned.person.person, asked.record.record);
                    conn.run(APART, args![person.value(), record.value()]).await?;
                    self.delete_live(policy, conn, asked).await?;
                    *done.separated.entry(asked.record.class).or_default() += 1;
                }
                // What was kept apart is gone, and counted, already.
                Action::Destroy { .. } if asked.record.stored == StoredIn::Separated => {}
                Action::Destroy { by, .. } => {
                    self.delete_live(policy, conn, asked).await?;
                    *done.destroyed.entry(asked.record.class).or_default() += 1;
                    done.overdue += u64::from(by < policy.local(now).date());
                }
                Action::Keep { .. } | Action::Notify { .. } => {}
            }
        }
        let mut work = work;
        keep_unchanged(&mut work.live, changed);
        keep_unchanged(&mut work.notices.records, changed);
        keep_unchanged(&mut work.notices.live, changed);
        replace(conn, work.live).await?;
        self.put_batch(conn, work.notices).await?;
        let stays = |person: &Option<PersonId>| person.is_none_or(|person| !changed.contains(&person));
        let doomed: Vec<Tombstone> = work.replaced.iter().filter(|(p, _)| stays(p)).map(|(_, key)| *key).collect();
        self.doom_named(conn, &doomed).await?;
        for planned in people.iter().filter(|planned| !changed.contains(&planned.person.person)) {
            self.settle_person(policy, conn, planned, now, &mut done).await?;
        }
        Ok(done)
    }

    async fn delete_live(&self, policy: &Policy, conn: &mut Conn, asked: &Asked<'_>) -> Result<(), VaultError> {
        if self.steps.does(LIVE_CIPHERTEXT) { delete_items(policy, conn, asked).await } else { Ok(()) }
    }

    async fn settle_person(
        &self,
        policy: &Policy,
        conn: &mut Conn,
        planned: &Planned,
        now: Timestamp,
        done: &mut Done,
    ) -> Result<(), VaultError> {
        const EMPTY: &str = "delete from records where person = $1 and stored = 'live' \
            and not exists (select 1 from items i where i.person = records.person and i.record = records.id)";
        const GONE: &str = "delete from records where person = $1 and id = $2";
        const NOTIFIED: &str = "update persons set notified = $2 where id = $1";
        const DORMANT: &str = "update persons set state = 'dormant', since = $2 where id = $1 and state = 'active'";
        const UNKNOWN: &str = "delete from lookups where person = $1";
        let id = planned.person.person;
        let mut acted = false;
        for verdict in &planned.verdicts {
            match verdict.action {
                Action::Keep { .. } => continue,
                Action::Notify { .. } => {
                    conn.run(NOTIFIED, args![id.value(), now]).await?;
                    done.notices += 1;
                }
                // Nothing of a membership in use is set apart but for want of use, whatever else holds it there.
                Action::Separate { .. } => drop(conn.run(DORMANT, args![id.value(), now]).await?),
                Action::Destroy { .. } => {
                    if let Subject::Record { record, .. } = verdict.subject
                        && let Some(known) = planned.person.records.iter().find(|r| *r.record.as_bytes() == record)
                        && goes_whole(planned, known)
                    {
                        conn.run(GONE, args![id.value(), record.as_slice()]).await?;
                    }
                    let finding = crate::lookup::FINDING.iter().filter_map(|lookup| policy.item_named(lookup.item));
                    if finding.into_iter().any(|item| verdict.items.contains(item)) {
                        conn.run(UNKNOWN, args![id.value()]).await?;
                    }
                }
            }
            acted = true;
        }
        if acted {
            touch(conn, id).await?;
            conn.run(EMPTY, args![id.value()]).await?;
            conn.run(NOBODY, args![id.value()]).await?;
        }
        Ok(())
    }

    /// Names keys whose values are sealed anew, in the transaction that makes the new ones count.
    pub(crate) async fn doom(&self, conn: &mut Conn, keys: &[KeyId]) -> Result<(), VaultError> {
        let keys: Vec<Tombstone> = keys.iter().map(|key| Tombstone::of(*key)).collect();
        self.doom_named(conn, &keys).await
    }

    async fn doom_named(&self, conn: &mut Conn, keys: &[Tombstone]) -> Result<(), VaultError> {
        const SQL: &str = "insert into dying (tombstone) values (..) on conflict do nothing";
        conn.insert(SQL, keys.iter().map(|key| vec![key.value()]).collect()).await?;
        Ok(())
    }

    /// Destroys keys whose names the ledger has: a step of its own.
    pub(crate) async fn destroy_keys(&self, step: &'static str, keys: &[Tombstone]) -> Result<(), VaultError> {
        self.steps.step(step)?;
        if self.steps.does(step) {
            self.keyring.destroy(keys).await?;
        }
        Ok(())
    }

    /// Destroys the keys that are named as dying: ledger, keys, names. Repeats what a stop left.
    pub(crate) async fn bury_the_dying(&self, now: Timestamp) -> Result<(), VaultError> {
        const READ: &str = "select tombstone from dying order by tombstone limit 4096";
        const BURIED: &str = "delete from dying where tombstone in (..)";
        loop {
            let rows = self.people.rows(READ, args![]).await?;
            let dying: Vec<Tombstone> =
                rows.iter().map(|row| Tombstone::from_row(row.only()?)).collect::<Result<_, VaultError>>()?;
            if dying.is_empty() {
                return Ok(());
            }
            self.journal.append(&[Line::Ledger(Ledger::new(LedgerReason::Replaced, &dying))], now).await?;
            self.destroy_keys("destroy keys that were replaced", &dying).await?;
            let mut conn = self.people.begin().await?;
            conn.run_in(BURIED, args![], dying.iter().map(Tombstone::value).collect()).await?;
            conn.commit().await?;
        }
    }
}

/// What is asked of each record, in the order of the plan.
fn asked(planned: &Planned) -> impl Iterator<Item = Asked<'_>> {
    planned.verdicts.iter().filter_map(move |verdict| {
        let Subject::Record { record, .. } = &verdict.subject else { return None };
        let known = planned.person.records.iter().find(|known| known.record.as_bytes() == record)?;
        Some(Asked { planned, record: known, items: verdict.items, action: verdict.action })
    })
}

/// All items of a record about which something is asked.
fn asked_of(planned: &Planned, record: RecordId) -> ItemSet {
    asked(planned)
        .filter(|asked| asked.record.record == record)
        .fold(ItemSet::EMPTY, |all, asked| all.union(asked.items))
}

/// The items of a record that are to be destroyed.
pub(crate) fn destroyed(planned: &Planned, record: RecordId) -> ItemSet {
    asked(planned)
        .filter(|asked| asked.record.record == record && matches!(asked.action, Action::Destroy { .. }))
        .fold(ItemSet::EMPTY, |all, asked| all.union(asked.items))
}

/// Whether all that a record holds is destroyed.
fn goes_whole(planned: &Planned, record: &RecordOnFile) -> bool {
    record.items.without(destroyed(planned, record.record)).is_empty()
}

fn store_of(stored: StoredIn) -> Store {
    match stored {
        StoredIn::Live => Store::Live,
        StoredIn::Separated => Store::Separated,
    }
}

/// Persons of the plan who changed since it was made, or are gone.
async fn changed(conn: &mut Conn, people: &[Planned]) -> Result<HashSet<PersonId>, VaultError> {
    const SQL: &str = "select id, revision from persons where id in (..)";
    let ids = people.iter().map(|planned| planned.person.person.value()).collect();
    let mut now = HashMap::new();
    for row in conn.rows_in(SQL, args![], ids).await? {
        let mut columns = row.columns();
        now.insert(PersonId::from_row(columns.take()?)?, columns.take::<i64>()?);
    }
    let has_changed = |planned: &&Planned| now.get(&planned.person.person) != Some(&planned.person.revision);
    Ok(people.iter().filter(has_changed).map(|planned| planned.person.person).collect())
}

/// Leaves out rows, which begin with a person, of those who changed.
fn keep_unchanged(rows: &mut Vec<Vec<Value>>, changed: &HashSet<PersonId>) {
    rows.retain(|row| !changed.iter().any(|p| matches!(&row[0], Value::Bytes(Some(id)) if id == p.as_bytes())));
}

async fn delete_items(policy: &Policy, conn: &mut Conn, asked: &Asked<'_>) -> Result<(), VaultError> {
    const SQL: &str = "delete from items where person = $1 and record = $2 and item in (..)";
    let of = args![asked.planned.person.person.value(), asked.record.record.value()];
    let items = asked.items.iter().map(|item| policy.item(item).id.as_str().into()).collect();
    conn.run_in(SQL, of, items).await?;
    Ok(())
}

/// Writes item rows over those that are there.
pub(crate) async fn replace(conn: &mut Conn, rows: Vec<Vec<Value>>) -> Result<(), VaultError> {
    const SQL: &str = "insert into items (person, record, item, key, revision, sealed) values (..) \
        on conflict (person, record, item) do update \
        set key = excluded.key, revision = excluded.revision, sealed = excluded.sealed";
    conn.insert(SQL, rows).await?;
    Ok(())
}
