//! Records that end with their day, whosever they are: visits, and looks at personal data. One key covers a day.

use crate::{
    Vault,
    carrying_out::Done,
    error::VaultError,
    journal::{Ledger, LedgerReason, Line},
    keyring::NewKey,
    personal::Personal,
    place::{KeyId, PersonId, Place, RecordId, Store},
    reading::OpenedRecord,
    seal::DataKey,
    sealing::text,
    tombstone::Tombstone,
};
use jiff::{Timestamp, civil::Date};
use std::{collections::HashSet, str::FromStr, sync::Arc};
use vestry_database::{Conn, Sql, Value, args};
use vestry_policy::{Action, ClassId, Grain, ItemId, Policy, StoredIn, Subject as PlannedSubject, Verdict};

pub(crate) const KEYS_OF_A_DAY: &str = "destroy the day's keys";

/// One record of a day.
#[derive(Debug)]
pub struct DayRecord {
    /// Whose, if it is known.
    pub person: Option<PersonId>,
    /// What it holds.
    pub items: Vec<(ItemId, Personal<String>)>,
}

/// The records of a class that end with one day.
#[derive(Debug, Clone)]
pub struct DayOnFile {
    /// Of what kind.
    pub class: ClassId,
    /// The first day that counts.
    pub counted_from: Date,
    /// How many there are.
    pub records: u64,
    /// Those under a hold, in rising order.
    pub held: Vec<RecordId>,
    /// Whether an earlier sweep destroyed the day but for what is held: its key is gone, and each of these has its own.
    pub is_settled: bool,
}

/// A row a day, as handing rows over is what takes the time: its key, how many records, and where holds are looked for (`$4`)
/// its records, as lines of id, person, and whether it stands under the day's key. Ids are digits.
const DAYS: Sql = Sql {
    sqlite: "select d.day, d.key, d.records, (select group_concat(hex(r.record) || char(9) || coalesce(hex(r.person), '') \
        || char(9) || (r.key = d.key), char(10)) from day_rows r where r.class = d.class and r.day = d.day and $4 = 1) \
        from days d where d.class = $1 and d.day >= $2 and d.day <= $3 order by d.day",
    postgres: "select d.day, d.key, d.records, (select string_agg(encode(r.record, 'hex') || chr(9) || \
        coalesce(encode(r.person, 'hex'), '') || chr(9) || case when r.key = d.key then '1' else '0' end, chr(10)) \
        from day_rows r where r.class = d.class and r.day = d.day and $4 = 1) \
        from days d where d.class = $1 and d.day >= $2 and d.day <= $3 order by d.day",
};

/// A day of a class, as statements name it.
struct Day<'a> {
    name: &'a str,
    counted_from: Date,
}

impl Day<'_> {
    fn args(&self) -> Vec<Value> {
        args![self.name, self.counted_from.to_string()]
    }
}

/// Where a hold on a record of a day is looked for.
struct DayRow {
    record: RecordId,
    person: Option<PersonId>,
    is_under_its_key: bool,
}

impl FromStr for DayRow {
    type Err = VaultError;

    fn from_str(line: &str) -> Result<Self, VaultError> {
        let read = || {
            let (record, rest) = line.split_once('\t')?;
            let (person, under) = rest.split_once('\t')?;
            let person = if person.is_empty() { None } else { Some(person.parse().ok()?) };
            Some(Self { record: record.parse().ok()?, person, is_under_its_key: under == "1" })
        };
        read().ok_or(VaultError::Unreadable { what: "a record of a day" })
    }
}

/// A record sealed anew: the id of its key, the key, and the value.
struct Anew {
    id: KeyId,
    key: NewKey,
    sealed: Vec<u8>,
}

/// A day that is destroyed, sorted.
struct Sorted {
    /// Keys that go.
    keys: HashSet<KeyId>,
    /// What is held under the day's key.
    anew: Vec<(RecordId, Anew)>,
    /// How many records stay.
    kept: u64,
}

/// The key of a day, and its id.
pub(crate) struct DayKey {
    pub(crate) id: KeyId,
    pub(crate) key: Arc<DataKey>,
}

impl Vault {
    /// Keeps what happened at `now` of a class whose records end with their day.
    pub async fn add_day_records(
        &self,
        policy: &Policy,
        class: ClassId,
        records: &[DayRecord],
        now: Timestamp,
    ) -> Result<(), VaultError> {
        const ADD: &str = "insert into day_rows (record, class, day, person, key, sealed) values (..)";
        const COUNT: &str = "update days set records = records + $3 where class = $1 and day = $2";
        let day = policy.first_counted_day(now);
        let DayKey { id, key } = self.day_key(policy, class, day).await?;
        let name = policy.class(class).id.as_str();
        let mut rows = Vec::with_capacity(records.len());
        for new in records {
            let record = RecordId::random()?;
            let sealed = key.seal(&self.day_place(name, record, id), written(policy, new).as_bytes())?;
            let person = new.person.map(|person| person.as_bytes().to_vec());
            rows.push(args![
                record.as_bytes().as_slice(),
                name,
                day.to_string(),
                person,
                id.as_bytes().as_slice(),
                sealed
            ]);
        }
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let mut conn = self.separated.begin().await?;
        conn.insert(ADD, rows).await?;
        if conn.run(COUNT, args![name, day.to_string(), count]).await? == 0 {
            // A sweep took the day, and its key, in between.
            return Err(VaultError::Changed);
        }
        Ok(conn.commit().await?)
    }

    /// The days on file, in the planner's order.
    pub async fn days(&self, policy: &Policy) -> Result<Vec<DayOnFile>, VaultError> {
        self.days_between(policy, Date::ZERO, Date::MAX).await
    }

    /// The same for days from `from` to `to`, both of this era: what is held is looked for in their rows alone.
    async fn days_between(&self, policy: &Policy, from: Date, to: Date) -> Result<Vec<DayOnFile>, VaultError> {
        let holds = self.held(&mut self.people.read().await?).await?;
        let (from, to, looks) = (from.to_string(), to.to_string(), i64::from(!holds.is_empty()));
        let (mut days, mut may_be_settled) = (Vec::new(), Vec::new());
        for (class, about) in policy.classes().filter(|(_, class)| class.grain == Grain::Day) {
            let args = args![about.id.as_str(), from.as_str(), to.as_str(), looks];
            for row in self.separated.rows(DAYS, args).await? {
                let mut columns = row.columns();
                let (counted_from, key) = (date(&columns.take::<String>()?)?, KeyId::from_row(columns.take()?)?);
                let (records, rows) = (columns.take::<i64>()?.unsigned_abs(), columns.take::<Option<String>>()?);
                let (mut held, mut is_whole) = (Vec::new(), false);
                for row in rows.iter().flat_map(|rows| rows.split('\n')) {
                    let DayRow { record, person, is_under_its_key } = row.parse()?;
                    is_whole |= is_under_its_key;
                    if holds.record(record) || person.is_some_and(|person| holds.person(person)) {
                        held.push(record);
                    }
                }
                held.sort_unstable();
                if records > 0 && held.len() as u64 == records && !is_whole {
                    may_be_settled.push((days.len(), Tombstone::of(key)));
                }
                days.push(DayOnFile { class, counted_from, records, held, is_settled: false });
            }
        }
        let keys: Vec<Tombstone> = may_be_settled.iter().map(|(_, key)| *key).collect();
        let living = self.keyring.living(&keys).await?;
        for (at, key) in may_be_settled {
            days[at].is_settled = !living.contains(&key);
        }
        Ok(days)
    }

    /// Carries out the destruction of a day: what is held is sealed anew first, then the day's key goes, and all else
    /// under it. How many records were destroyed.
    pub async fn carry_out_day(&self, policy: &Policy, verdict: &Verdict, now: Timestamp) -> Result<u64, VaultError> {
        const ANEW: &str = "update day_rows set key = $2, sealed = $3 where record = $1";
        let PlannedSubject::Day { class, counted_from, held, records } = &verdict.subject else { return Ok(0) };
        let _one = self.changing.lock().await;
        let days = self.days_between(policy, *counted_from, *counted_from).await?;
        let day = days.into_iter().find(|d| d.class == *class);
        if day.is_none_or(|day| day.is_settled || !day.held.iter().map(|record| record.as_bytes()).eq(held)) {
            // Nothing is left but what is held; or a hold came or went since the plan, and the next one knows.
            return Ok(0);
        }
        let day = Day { name: policy.class(*class).id.as_str(), counted_from: *counted_from };
        let mut conn = self.separated.begin().await?;
        let held: Vec<Value> = held.iter().map(|record| record.as_slice().into()).collect();
        let Some(Sorted { keys, anew, kept }) = self.sort_day(&mut conn, &day, held).await? else { return Ok(0) };
        let due: Vec<Tombstone> = keys.iter().map(|key| Tombstone::of(*key)).collect();
        self.steps.step("store the keys of what is held past its day")?;
        let (mut rows, mut new) = (Vec::new(), Vec::new());
        for (record, Anew { id, key, sealed }) in anew {
            rows.push(args![record.value(), id.value(), sealed]);
            new.push(key);
        }
        self.keyring.add(&new).await?;
        for row in rows {
            conn.run(ANEW, row).await?;
        }
        if !new.is_empty() {
            // Durable before the key under which they stood is named.
            conn.commit().await?;
            conn = self.separated.begin().await?;
        }
        self.steps.step("write the day's ledger")?;
        self.journal.append(&[Line::Ledger(Ledger::new(LedgerReason::Due, &due))], now).await?;
        self.destroy_keys(KEYS_OF_A_DAY, &due).await?;
        self.steps.step("delete the day's records")?;
        self.delete_day(&mut conn, &day, &keys).await?;
        let destroyed = records.saturating_sub(kept);
        let is_overdue = matches!(verdict.action, Action::Destroy { by, .. } if by < policy.local(now).date());
        let overdue = if is_overdue { destroyed } else { 0 };
        let done = Done { destroyed: [(*class, destroyed)].into(), overdue, ..Done::default() };
        self.count(policy, &mut conn, &done).await?;
        conn.commit().await?;
        Ok(destroyed)
    }

    /// Which keys of a day go, and what is sealed anew because it is held; `None` where there is no such day.
    async fn sort_day(&self, conn: &mut Conn, day: &Day<'_>, held: Vec<Value>) -> Result<Option<Sorted>, VaultError> {
        const ROWS: &str = "select record, key, sealed from day_rows where class = $1 and day = $2 and record in (..)";
        const KEYS: &str = "select distinct key from day_rows where class = $1 and day = $2";
        const KEY: &str = "select key from days where class = $1 and day = $2";
        let Some(row) = conn.row(KEY, day.args()).await? else { return Ok(None) };
        let of_day = KeyId::from_row(row.only()?)?;
        let mut sorted = Sorted { keys: HashSet::from([of_day]), anew: Vec::new(), kept: 0 };
        for row in conn.rows(KEYS, day.args()).await? {
            sorted.keys.insert(KeyId::from_row(row.only()?)?);
        }
        for row in conn.rows_in(ROWS, day.args(), held).await? {
            let mut columns = row.columns();
            let (record, key) = (RecordId::from_row(columns.take()?)?, KeyId::from_row(columns.take()?)?);
            if key != of_day {
                // Sealed anew by an earlier sweep, under a key of its own.
                sorted.keys.remove(&key);
            } else if let Some(anew) = self.seal_held(day.name, record, key, &columns.take::<Vec<u8>>()?).await? {
                sorted.anew.push((record, anew));
            } else {
                // The hold came after the key had gone.
                continue;
            }
            sorted.kept += 1;
        }
        Ok(Some(sorted))
    }

    async fn delete_day(&self, conn: &mut Conn, day: &Day<'_>, keys: &HashSet<KeyId>) -> Result<(), VaultError> {
        const DELETE: &str = "delete from day_rows where class = $1 and day = $2 and key in (..)";
        const LEFT: &str = "update days set records = (select count(*) from day_rows where class = $1 and day = $2) \
            where class = $1 and day = $2";
        const DONE: &str = "delete from days where class = $1 and day = $2 and records = 0";
        if day.name == LOOKS {
            // Before the day is forgotten: after it nothing would ask for this again.
            self.journal.log().remove_day(day.counted_from)?;
        }
        conn.run_in(DELETE, day.args(), keys.iter().map(KeyId::value).collect()).await?;
        conn.run(LEFT, day.args()).await?;
        conn.run(DONE, day.args()).await?;
        Ok(())
    }

    /// A held record under a key of its own; `None` when the key it has is gone.
    async fn seal_held(
        &self,
        class: &str,
        record: RecordId,
        key: KeyId,
        sealed: &[u8],
    ) -> Result<Option<Anew>, VaultError> {
        let place = self.day_key_place(class, key);
        let old = self.keyring.unwrap_all(&self.masters, &[place]).await?.pop().flatten();
        let Some(old) = old else { return Ok(None) };
        let opened = old.open(&self.day_place(class, record, key), sealed)?;
        let (id, new) = (KeyId::random()?, DataKey::generate()?);
        let wrapped = new.wrap(&self.masters.separated, &self.day_key_place(class, id))?;
        let sealed = new.seal(&self.day_place(class, record, id), &opened)?;
        let key = NewKey { tombstone: Tombstone::of(id), store: Store::Separated, wrapped };
        Ok(Some(Anew { id, key, sealed }))
    }

    /// The records of a day that one person has, for their own eyes or a lawful use; each as JSON of its items.
    pub(crate) async fn day_records_of(
        &self,
        policy: &Policy,
        person: PersonId,
    ) -> Result<Vec<OpenedRecord>, VaultError> {
        const SQL: &str =
            "select class, day, record, key, sealed from day_rows where person = $1 order by id limit 100000";
        let holds = self.held(&mut self.people.read().await?).await?;
        let rows = self.separated.rows(SQL, args![person.value()]).await?;
        let mut opened = Vec::new();
        for row in rows {
            let mut columns = row.columns();
            let (name, counted_from) = (columns.take::<String>()?, date(&columns.take::<String>()?)?);
            let (record, key) = (RecordId::from_row(columns.take()?)?, KeyId::from_row(columns.take()?)?);
            let sealed: Vec<u8> = columns.take()?;
            let class = crate::names::Names::of(policy).class(&name)?;
            let found =
                self.keyring.unwrap_all(&self.masters, &[self.day_key_place(&name, key)]).await?.pop().flatten();
            let Some(found) = found else { continue };
            let text = text(found.open(&self.day_place(&name, record, key), &sealed)?)?;
            opened.push(OpenedRecord {
                record,
                class,
                stored: StoredIn::Separated,
                events: Vec::new(),
                held: holds.record(record) || holds.person(person),
                items: Vec::new(),
                day: Some((counted_from, text)),
            });
        }
        Ok(opened)
    }

    /// The key of a day, made when there is none.
    pub(crate) async fn day_key(&self, policy: &Policy, class: ClassId, day: Date) -> Result<DayKey, VaultError> {
        const MAKE: &str = "insert into days (class, day, key, records) values ($1, $2, $3, 0) on conflict do nothing";
        if let Some(found) = self.existing_day_key(policy, class, day).await? {
            return Ok(found);
        }
        let name = policy.class(class).id.as_str();
        let (id, key) = (KeyId::random()?, DataKey::generate()?);
        let wrapped = key.wrap(&self.masters.separated, &self.day_key_place(name, id))?;
        self.keyring.add(&[NewKey { tombstone: Tombstone::of(id), store: Store::Separated, wrapped }]).await?;
        let mut conn = self.separated.begin().await?;
        conn.run(MAKE, args![name, day.to_string(), id.value()]).await?;
        conn.commit().await?;
        // Somebody else's, if they were first.
        self.existing_day_key(policy, class, day).await?.ok_or(VaultError::Changed)
    }

    /// The key of a day on file; `None` where there is no such day.
    pub(crate) async fn existing_day_key(
        &self,
        policy: &Policy,
        class: ClassId,
        day: Date,
    ) -> Result<Option<DayKey>, VaultError> {
        const FIND: &str = "select key from days where class = $1 and day = $2";
        let name = policy.class(class).id.as_str();
        let row = self.separated.row(FIND, args![name, day.to_string()]).await?;
        let Some(row) = row else { return Ok(None) };
        let id = KeyId::from_row(row.only()?)?;
        let key = self.keyring.unwrap_all(&self.masters, &[self.day_key_place(name, id)]).await?.pop().flatten();
        Ok(Some(DayKey { id, key: key.ok_or(VaultError::Destroyed)? }))
    }

    pub(crate) fn day_place<'a>(&self, class: &'a str, record: RecordId, key: KeyId) -> Place<'a> {
        Place {
            installation: self.installation,
            store: Store::Separated,
            organisation: None,
            person: None,
            class,
            record,
            column: "day",
            key,
            revision: 0,
        }
    }

    fn day_key_place<'a>(&self, class: &'a str, key: KeyId) -> Place<'a> {
        Place { column: "", ..self.day_place(class, RecordId::from_bytes([0; 16]), key) }
    }
}

/// The class of looks at personal data, whose records are sealed entries of the audit log.
pub(crate) const LOOKS: &str = "look";

/// `{"ip_address":"…"}`
fn written(policy: &Policy, new: &DayRecord) -> zeroize::Zeroizing<String> {
    let mut map = serde_json::Map::new();
    for (item, value) in &new.items {
        map.insert(policy.item(*item).id.clone(), value.to_seal().as_str().into());
    }
    zeroize::Zeroizing::new(serde_json::Value::Object(map).to_string())
}

fn date(text: &str) -> Result<Date, VaultError> {
    text.parse().map_err(|_| VaultError::Unreadable { what: "a day" })
}
