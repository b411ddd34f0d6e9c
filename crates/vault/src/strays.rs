//! Strays: rows of the separated store whose record is not kept apart. A move that stopped half way leaves them, and so
//! does a record that was to be written there at once and never came to count. Nobody reads them and no plan knows them,
//! so they are looked for before each plan; their keys go first, as everywhere.
//!
//! Husks: records that hold nothing any more. A destruction that stopped between the two databases leaves them, with
//! whose they were; no verdict is about them, since a verdict is about items.
//!
//! Remains: rows whose key a sweep destroyed before it stopped. The next plan mostly asks for the same and counts them. What
//! became lawful again meanwhile, by a consent given again, no plan asks for: it is gone all the same, and counted.

use crate::{
    Vault,
    carrying_out::{Done, ItemRow, NOBODY, Planned, destroyed},
    error::VaultError,
    lookup::FINDING,
    names::write_stored,
    people::PersonOnFile,
    place::{KeyId, PersonId, RecordId, Store},
    sealing::Sealing,
    sweeping::SweepTurn,
    tombstone::Tombstone,
    writing::touch,
};
use jiff::Timestamp;
use std::collections::HashSet;
use vestry_database::{Columns, Conn, Row, Value, args};
use vestry_policy::{ItemId, ItemSet, Membership, Policy};

/// Records looked at together.
const TOGETHER: i64 = 1_000;

impl Vault {
    /// Takes strays away, those `of` one person or all: keys, then rows; how many rows there were. For whoever has the
    /// turn to sweep: nobody else moves a record there.
    pub async fn clear_strays(&self, of: Option<PersonId>, now: Timestamp) -> Result<u64, VaultError> {
        const NEXT: &str = "select distinct person, record from items where (person, record) > ($1, $2) \
            order by person, record limit $3";
        const OF_ONE: &str = "select distinct person, record from items where person = $1";
        let (mut after, mut cleared) = ((Vec::new(), Vec::new()), 0);
        loop {
            let mut apart = self.separated.read().await?;
            let rows = match of {
                Some(person) => apart.rows(OF_ONE, args![person.value()]).await?,
                None => apart.rows(NEXT, args![after.0, after.1, TOGETHER]).await?,
            };
            drop(apart);
            let records = rows.iter().map(record).collect::<Result<Vec<_>, VaultError>>()?;
            cleared += self.clear(&records, now).await?;
            match records.last() {
                Some((person, record)) if of.is_none() => {
                    after = (person.as_bytes().to_vec(), record.as_bytes().to_vec());
                }
                _ => return Ok(cleared),
            }
        }
    }

    /// Takes husks of these people away, and the hash that finds somebody by an address that is not held any more; whether
    /// there was anything, and they are to be read again. For whoever has the turn to sweep.
    pub async fn clear_husks(&self, policy: &Policy, people: &[PersonOnFile]) -> Result<bool, VaultError> {
        const FOUND: &str = "select person from lookups where person in (..)";
        const HUSK: &str = "delete from records where person = $1 and id = $2 and stored = $3";
        const UNKNOWN: &str = "delete from lookups where person = $1";
        let finding: ItemSet = FINDING.iter().filter_map(|lookup| policy.item_named(lookup.item)).collect();
        let has_login =
            |person: &&PersonOnFile| person.records.iter().any(|r| !r.items.intersection(finding).is_empty());
        let without = people.iter().filter(|person| !has_login(person)).map(|person| person.person.value()).collect();
        let mut found = HashSet::new();
        for row in self.people.read().await?.rows_in(FOUND, args![], without).await? {
            found.insert(PersonId::from_row(row.only()?)?);
        }
        let is_husk = |person: &PersonOnFile| {
            let ended = matches!(person.membership, Membership::Ended { .. } | Membership::Dormant { .. });
            person.records.iter().any(|r| r.items.is_empty())
                || found.contains(&person.person)
                || ended && person.records.is_empty()
        };
        let husks: Vec<&PersonOnFile> = people.iter().filter(|person| is_husk(person)).collect();
        if husks.is_empty() {
            return Ok(false);
        }
        let _one = self.changing.lock().await;
        let mut conn = self.people.begin().await?;
        for person in husks {
            // Whoever changed since is looked at again anyhow.
            if self.person_in(policy, &mut conn, person.person).await?.revision != person.revision {
                continue;
            }
            for record in person.records.iter().filter(|record| record.items.is_empty()) {
                let stored = write_stored(record.stored);
                conn.run(HUSK, args![person.person.value(), record.record.value(), stored]).await?;
            }
            if found.contains(&person.person) {
                conn.run(UNKNOWN, args![person.person.value()]).await?;
            }
            touch(&mut conn, person.person).await?;
            conn.run(NOBODY, args![person.person.value()]).await?;
        }
        conn.commit().await?;
        Ok(true)
    }

    /// Takes remains of these people away, in both stores, but for those that their plan asks for; how many records lost
    /// some. For whoever has the turn to sweep.
    pub async fn clear_remains(
        &self,
        policy: &Policy,
        turn: &SweepTurn<'_>,
        people: &[Planned],
    ) -> Result<u64, VaultError> {
        let rows = self.rows_of(policy, people).await?;
        let mut cleared = 0;
        for store in [Store::Live, Store::Separated] {
            let (_one, mut done) = (self.changing.lock().await, Done::default());
            let mut conn = self.database(store).begin().await?;
            for planned in people {
                for record in &planned.person.records {
                    let asked = destroyed(planned, record.record);
                    let is_left =
                        |row: &&ItemRow| turn.left.contains(&Tombstone::of(row.key)) && !asked.contains(row.item);
                    let mut gone = 0;
                    for row in rows.of(store, record.record).iter().filter(is_left) {
                        gone += clear_row(policy, &mut conn, (planned.person.person, record.record), row).await?;
                    }
                    if gone > 0 {
                        cleared += 1;
                        *done.destroyed.entry(record.class).or_default() += 1;
                    }
                }
            }
            self.count(policy, &mut conn, &done).await?;
            conn.commit().await?;
        }
        Ok(cleared)
    }

    /// Counts a live value that a stopped sweep destroyed, where it is about to be written over; whether it was one.
    pub(crate) async fn count_remains(
        &self,
        policy: &Policy,
        conn: &mut Conn,
        of: &Sealing,
        item: ItemId,
    ) -> Result<bool, VaultError> {
        const KEY: &str = "select key from items where person = $1 and record = $2 and item = $3";
        let name = policy.item(item).id.as_str();
        let Some(row) = conn.row(KEY, args![of.person.value(), of.record.value(), name]).await? else {
            return Ok(false);
        };
        let key = Tombstone::of(KeyId::from_row(row.only()?)?);
        let was_due = self.ledger_of_a_stop().await?.contains(&key);
        if was_due {
            let done = Done { destroyed: [(of.class, 1)].into(), ..Done::default() };
            self.count(policy, conn, &done).await?;
        }
        Ok(was_due)
    }

    async fn clear(&self, records: &[(PersonId, RecordId)], now: Timestamp) -> Result<u64, VaultError> {
        const APART: &str = "select id from records where stored = 'separated' and id in (..)";
        const KEYS: &str = "select key from items where person = $1 and record = $2";
        const DELETE: &str = "delete from items where person = $1 and record = $2";
        // Whoever writes there does so before the record counts, under this lock.
        let one = self.changing.lock().await;
        let mut conn = self.people.begin().await?;
        let list: Vec<Value> = records.iter().map(|(_, record)| record.value()).collect();
        let mut kept_apart = HashSet::new();
        for row in conn.rows_in(APART, args![], list).await? {
            kept_apart.insert(RecordId::from_row(row.only()?)?);
        }
        let strays: Vec<_> = records.iter().filter(|(_, record)| !kept_apart.contains(record)).collect();
        if strays.is_empty() {
            return Ok(0);
        }
        let mut keys = Vec::new();
        let mut apart = self.separated.read().await?;
        for (person, record) in &strays {
            for row in apart.rows(KEYS, args![person.value(), record.value()]).await? {
                keys.push(KeyId::from_row(row.only()?)?);
            }
        }
        drop(apart);
        self.doom(&mut conn, &keys).await?;
        self.steps.step("name the keys of strays")?;
        conn.commit().await?;
        self.bury_the_dying(now).await?;
        self.steps.step("delete strays")?;
        let mut conn = self.separated.begin().await?;
        let mut cleared = 0;
        for (person, record) in &strays {
            cleared += conn.run(DELETE, args![person.value(), record.value()]).await?;
        }
        conn.commit().await?;
        drop(one);
        Ok(cleared)
    }
}

fn record(row: &Row) -> Result<(PersonId, RecordId), VaultError> {
    let mut columns: Columns<'_> = row.columns();
    Ok((PersonId::from_row(columns.take()?)?, RecordId::from_row(columns.take()?)?))
}

/// Deletes a row, unless it was written anew since it was read; how many there were.
async fn clear_row(
    policy: &Policy,
    conn: &mut Conn,
    (person, record): (PersonId, RecordId),
    row: &ItemRow,
) -> Result<u64, VaultError> {
    const SQL: &str = "delete from items where person = $1 and record = $2 and item = $3 and key = $4";
    let item = policy.item(row.item).id.as_str();
    Ok(conn.run(SQL, args![person.value(), record.value(), item, row.key.value()]).await?)
}
