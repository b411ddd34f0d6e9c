//! Blocks after misuse: a mail address that signs up again is recognised by a keyed hash, and by nothing else.
//!
//! Hashes whose blocks end in one month stand under one key, destroyed with the month; a hash itself goes with its block.

use crate::{
    Vault,
    carrying_out::Done,
    error::VaultError,
    journal::{Change, Ledger, LedgerReason, Line},
    keyring::NewKey,
    lookup::{LookupKey, REJOIN, normalised_mail},
    people::state_name,
    personal::Personal,
    place::{KeyId, PersonId, Place, RecordId, Store},
    seal::DataKey,
    sealing::Sealing,
    tombstone::{Subject, Tombstone},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use std::sync::Arc;
use vestry_database::{Row, args};
use vestry_policy::{ItemSet, Membership, Policy, StoredIn};

impl Vault {
    /// Blocks the mail address of a person until `ends`: nobody signs up with it again before, and whoever wants to may then.
    ///
    /// # Errors
    /// [`VaultError::NothingFor`] for a person without an address.
    pub async fn block(&self, policy: &Policy, person: PersonId, ends: Timestamp) -> Result<(), VaultError> {
        const SQL: &str = "insert into rejoin (month, hash, subject, ends) values ($1, $2, $3, $4) \
            on conflict (month, hash) do update set ends = excluded.ends";
        let on_file = self.person(policy, person).await?;
        let nothing = || VaultError::NothingFor { purpose: REJOIN.purpose.into() };
        let item = policy.item_named(REJOIN.item).ok_or_else(nothing)?;
        let record = on_file.records.iter().find(|record| record.items.contains(item)).ok_or_else(nothing)?;
        let store = if record.stored == StoredIn::Live { Store::Live } else { Store::Separated };
        let (organisation, class) = (on_file.organisation, record.class);
        let of = Sealing { person, organisation, record: record.record, class, store };
        let mut conn = self.database(store).read().await?;
        let opened = self.open_items(policy, &of, &mut conn, ItemSet::EMPTY.with(item)).await?.pop();
        drop(conn);
        let mail = normalised_mail(opened.ok_or_else(nothing)?.value.to_seal())?;
        // Its last moment is the one before: the first of a month would keep its key for another.
        let month = month(policy.local(ends - SignedDuration::from_nanos(1)).date());
        let hash = self.rejoin_key(month).await?.hash(&mail);
        let mut conn = self.separated.begin().await?;
        conn.run(SQL, args![month, hash.as_slice(), Subject::person(person).value(), ends]).await?;
        Ok(conn.commit().await?)
    }

    /// Shuts a member out until `until`: their sessions end, and nobody signs up with their address before. What is held of
    /// them stays, so that they can contest it. A restore does not forget it.
    pub async fn ban(
        &self,
        policy: &Policy,
        person: PersonId,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let membership = self.person(policy, person).await?.membership;
        let (Membership::Active { .. } | Membership::Dormant { .. }) = membership else {
            return Err(VaultError::State { state: state_name(membership), needed: "in use or dormant" });
        };
        self.block(policy, person, until).await?;
        self.change(Subject::person(person), Some(person), Change::Banned { until }, now).await
    }

    /// Until when somebody is shut out, if they are.
    pub async fn banned_until(&self, person: PersonId, now: Timestamp) -> Result<Option<Timestamp>, VaultError> {
        const SQL: &str = "select banned from persons where id = $1 and banned > $2";
        let row = self.people.row(SQL, args![person.value(), now]).await?;
        Ok(row.map(|row| row.columns().instant_or_none("persons.banned")).transpose()?.flatten())
    }

    /// Ends the block of a person's address, and their ban, before its day; a restore does not bring it back.
    pub async fn unblock(&self, person: PersonId, now: Timestamp) -> Result<(), VaultError> {
        self.change(Subject::person(person), Some(person), Change::BlockEnded, now).await
    }

    pub(crate) async fn drop_block(&self, subject: Subject) -> Result<(), VaultError> {
        let mut conn = self.separated.begin().await?;
        conn.run("delete from rejoin where subject = $1", args![subject.value()]).await?;
        Ok(conn.commit().await?)
    }

    /// Whether an address is blocked at `now`.
    pub async fn is_blocked(&self, mail: &Personal<String>, now: Timestamp) -> Result<bool, VaultError> {
        match self.refuse_blocked(&[normalised_mail(mail.to_seal())?], now).await {
            Ok(()) => Ok(false),
            Err(VaultError::Blocked) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Refuses normalised addresses that are blocked at `now`.
    pub(crate) async fn refuse_blocked(&self, mails: &[impl AsRef<str>], now: Timestamp) -> Result<(), VaultError> {
        const BLOCKED: &str = "select 1 from rejoin where month = $1 and hash = $2 and ends > $3";
        let months = self.rejoin_months().await?;
        let mut conn = self.separated.read().await?;
        for (month, key) in months {
            let Some(key) = self.existing_rejoin_key(key).await? else { continue };
            for mail in mails {
                let hash = key.hash(mail.as_ref());
                if conn.row(BLOCKED, args![month, hash.as_slice(), now]).await?.is_some() {
                    return Err(VaultError::Blocked);
                }
            }
        }
        Ok(())
    }

    /// Destroys hashes whose blocks ended before today, and the keys of months that are over.
    pub async fn end_blocks_of(&self, policy: &Policy, now: Timestamp) -> Result<(), VaultError> {
        const UNBANNED: &str = "update persons set banned = null where banned <= $1";
        const ENDED: &str = "delete from rejoin where ends <= $1";
        const OVER: &str = "delete from rejoin where month = $1";
        const KEY: &str = "delete from rejoin_keys where month = $1";
        let today = policy.local(now).date();
        let midnight = policy.first_moment(today);
        let this_month = month(today);
        let over: Vec<_> = self.rejoin_months().await?.into_iter().filter(|(month, _)| *month < this_month).collect();
        let due: Vec<Tombstone> = over.iter().map(|(_, key)| Tombstone::of(*key)).collect();
        if !due.is_empty() {
            self.journal.append(&[Line::Ledger(Ledger::new(LedgerReason::Due, &due))], now).await?;
            self.destroy_keys("destroy the keys of past months", &due).await?;
        }
        let mut conn = self.people.begin().await?;
        conn.run(UNBANNED, args![midnight]).await?;
        conn.commit().await?;
        let mut conn = self.separated.begin().await?;
        let mut ended = conn.run(ENDED, args![midnight]).await?;
        for (month, _) in over {
            ended += conn.run(OVER, args![month]).await?;
            conn.run(KEY, args![month]).await?;
        }
        let class = policy.class_named(REJOIN.purpose).filter(|_| ended > 0);
        let destroyed = class.map(|class| (class, ended)).into_iter().collect();
        self.count(policy, &mut conn, &Done { destroyed, ..Done::default() }).await?;
        Ok(conn.commit().await?)
    }

    pub(crate) async fn rejoin_months(&self) -> Result<Vec<(i64, KeyId)>, VaultError> {
        let rows = self.separated.rows("select month, key from rejoin_keys order by month", args![]).await?;
        let month = |row: &Row| {
            let mut columns = row.columns();
            Ok((columns.take::<i64>()?, KeyId::from_row(columns.take()?)?))
        };
        rows.iter().map(month).collect()
    }

    async fn rejoin_key(&self, month: i64) -> Result<LookupKey, VaultError> {
        const MAKE: &str = "insert into rejoin_keys (month, key) values ($1, $2) on conflict do nothing";
        if !self.rejoin_months().await?.iter().any(|(known, _)| *known == month) {
            let (id, key) = (KeyId::random()?, DataKey::generate()?);
            let wrapped = key.wrap(&self.masters.separated, &self.rejoin_place(id))?;
            self.keyring.add(&[NewKey { tombstone: Tombstone::of(id), store: Store::Separated, wrapped }]).await?;
            let mut conn = self.separated.begin().await?;
            conn.run(MAKE, args![month, id.value()]).await?;
            conn.commit().await?;
        }
        let key = self.rejoin_months().await?.into_iter().find(|(known, _)| *known == month);
        let (_, key) = key.ok_or(VaultError::Changed)?;
        self.existing_rejoin_key(key).await?.ok_or(VaultError::Destroyed)
    }

    async fn existing_rejoin_key(&self, key: KeyId) -> Result<Option<LookupKey>, VaultError> {
        let found: Option<Arc<DataKey>> =
            self.keyring.unwrap_all(&self.masters, &[self.rejoin_place(key)]).await?.pop().flatten();
        Ok(found.map(|key| LookupKey::of_data_key(&key, REJOIN.purpose)))
    }

    fn rejoin_place(&self, key: KeyId) -> Place<'static> {
        Place { column: "", ..self.day_place(REJOIN.purpose, RecordId::from_bytes([0; 16]), key) }
    }
}

/// 202003 for March 2020.
fn month(day: Date) -> i64 {
    i64::from(day.year()) * 100 + i64::from(day.month())
}
