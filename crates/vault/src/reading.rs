//! Opening what is held about a person. The purpose is held against the policy before a key is touched, and every look
//! is in the audit log before anything is shown.

use crate::{
    Vault,
    days::{DayKey, LOOKS},
    error::VaultError,
    names::not_listed,
    people::RecordOnFile,
    personal::{Opening, Personal, Reader},
    place::{PersonId, RecordId, Store},
    seal::{BUCKET, MARK, sealed_length},
    sealing::Sealing,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use vestry_policy::{ClassId, Event, ItemId, ItemSet, LawfulUse, Membership, Policy, PurposeId, StoredIn};

/// A record as it was opened.
#[derive(Debug)]
pub struct OpenedRecord {
    /// Which.
    pub record: RecordId,
    /// Of what kind.
    pub class: ClassId,
    /// Where it is.
    pub stored: StoredIn,
    /// What happened to it.
    pub events: Vec<(Event, Timestamp)>,
    /// Whether a hold stops its destruction.
    pub held: bool,
    /// Its items.
    pub items: Vec<(ItemId, Personal<String>)>,
    /// Of one that ends with its day: the first day that counts, and JSON of its items.
    pub day: Option<(Date, Personal<String>)>,
}

/// A look at personal data, as the audit log holds it, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// Who looked: `themselves`, `guardian`, `colleague`, `staff`, `prompt`, `program`, and which.
    pub reader: String,
    /// At whose data.
    pub person: String,
    /// What for.
    pub purpose: String,
    /// Why, for staff.
    pub reason: Option<String>,
    /// At which items, by name.
    pub items: Vec<String>,
}

impl Vault {
    /// Opens what of `person` serves the purpose of `opening`, or those `items` of it. Records kept apart are opened for
    /// a lawful `used` that they serve, or for a right to every item; otherwise they are passed over.
    ///
    /// One look is written to the audit log, durable before anything is returned.
    ///
    /// # Errors
    /// [`VaultError::Purpose`] when an item that was asked for does not list the purpose, before any key is read;
    /// [`VaultError::NothingFor`] when nothing held serves it.
    pub async fn read_person(
        &self,
        policy: &Policy,
        person: PersonId,
        opening: &Opening,
        items: Option<ItemSet>,
        used: Option<LawfulUse>,
        now: Timestamp,
    ) -> Result<Vec<OpenedRecord>, VaultError> {
        let purpose = crate::changing::purpose(policy, opening.purpose())?;
        let asked = allowed(policy, purpose, items)?;
        let on_file = self.person(policy, person).await?;
        let every = policy.purpose(purpose).every_item;
        let is_dormant = matches!(on_file.membership, Membership::Dormant { .. });
        let returns = is_dormant && used == Some(LawfulUse::Return);
        let opens = |record: &&RecordOnFile| {
            let kept_apart = record.stored == StoredIn::Separated;
            !record.items.intersection(asked).is_empty()
                && (!kept_apart || every || serves(policy, record, used) || returns)
        };
        let records: Vec<&RecordOnFile> = on_file.records.iter().filter(opens).collect();
        let mut days = if every { self.day_records_of(policy, person).await? } else { Vec::new() };
        days.retain(|day| !policy.items_of(day.class).intersection(asked).is_empty());
        if records.is_empty() && days.is_empty() {
            return Err(VaultError::NothingFor { purpose: opening.purpose().into() });
        }
        let seen = records.iter().fold(ItemSet::EMPTY, |all, r| all.union(r.items.intersection(asked)));
        let seen = days.iter().fold(seen, |all, day| all.union(policy.items_of(day.class)));
        self.log_look(policy, person, opening, seen, now).await?;
        let (mut live, mut apart) = (self.people.read().await?, self.separated.read().await?);
        let mut opened = Vec::with_capacity(records.len() + days.len());
        for record in records {
            let (store, conn) = match record.stored {
                StoredIn::Live => (Store::Live, &mut live),
                StoredIn::Separated => (Store::Separated, &mut apart),
            };
            let organisation = on_file.organisation;
            let of = Sealing { person, organisation, record: record.record, class: record.class, store };
            let values = self.open_items(policy, &of, conn, record.items.intersection(asked)).await?;
            opened.push(OpenedRecord {
                record: record.record,
                class: record.class,
                stored: record.stored,
                events: record.events.clone(),
                held: record.held,
                items: values.into_iter().map(|o| (o.item, o.value)).collect(),
                day: None,
            });
        }
        opened.extend(days);
        Ok(opened)
    }

    async fn log_look(
        &self,
        policy: &Policy,
        person: PersonId,
        opening: &Opening,
        items: ItemSet,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let reader = match opening.reader() {
            Reader::Themselves(_) => "themselves".into(),
            Reader::Guardian(id) => format!("guardian {id}"),
            Reader::Colleague(id) => format!("colleague {id}"),
            Reader::Staff(id) => format!("staff {id}"),
            Reader::Prompt => "prompt".into(),
            Reader::Program => "program".into(),
        };
        let look = Look {
            at: now,
            reader,
            person: person.to_string(),
            purpose: opening.purpose().into(),
            reason: opening.reason().map(|reason| reason.as_str().into()),
            items: items.iter().map(|item| policy.item(item).id.clone()).collect(),
        };
        // A policy's file is refused without it; nothing is shown that is not kept.
        let class = policy.class_named(LOOKS).ok_or_else(|| not_listed(policy, LOOKS))?;
        let day = policy.first_counted_day(now);
        let DayKey { id, key } = self.day_key(policy, class, day).await?;
        let record = RecordId::random()?;
        let body = zeroize::Zeroizing::new(serde_json::to_vec(&look).expect("a look is JSON"));
        let sealed = key.seal(&self.day_place(LOOKS, record, id), &body)?;
        let mark = key.mark(person.as_bytes());
        let sealed = [record.as_bytes().as_slice(), id.as_bytes(), &mark, &sealed].concat();
        self.journal.append_look(sealed, day, now).await?;
        Ok(())
    }

    /// Who looked at the data of `person`, the newest last, as far as looks are kept. Reading it is itself no look: it
    /// shows nothing about the person that they did not cause.
    pub async fn looks_at(&self, policy: &Policy, person: PersonId) -> Result<Vec<Look>, VaultError> {
        let mut looks = Vec::new();
        let Some(class) = policy.class_named(LOOKS) else { return Ok(looks) };
        let of = person.to_string();
        let days = self.journal.log().days()?;
        for day in days {
            let Some(DayKey { id, key }) = self.existing_day_key(policy, class, day).await? else { continue };
            let (log, theirs) = (self.journal.log(), key.mark(person.as_bytes()));
            for (_, _, body) in log.sealed_entries(day)? {
                let Some(Parts { record, mark, sealed }) = Parts::of(&body) else { continue };
                if mark.is_some_and(|mark| mark != theirs) {
                    continue;
                }
                let opened = key.open(&self.day_place(LOOKS, record, id), sealed)?;
                let look: Look =
                    serde_json::from_slice(&opened).map_err(|_| VaultError::Unreadable { what: "a look" })?;
                if look.person == of {
                    looks.push(look);
                }
            }
        }
        Ok(looks)
    }
}

/// What a look's body in the log holds.
#[derive(Debug, PartialEq, Eq)]
struct Parts<'b> {
    record: RecordId,
    /// Whose it is, to who has the day's key. Looks that earlier builds wrote say it only once they are opened.
    mark: Option<[u8; MARK]>,
    sealed: &'b [u8],
}

impl<'b> Parts<'b> {
    fn of(body: &'b [u8]) -> Option<Self> {
        let (record, rest) = body.split_first_chunk::<16>()?;
        let (_key, rest) = rest.split_first_chunk::<16>()?;
        let record = RecordId::from_bytes(*record);
        // What is sealed is as long as so many buckets.
        match rest.len().checked_sub(sealed_length(0))? % BUCKET {
            MARK => {
                let (mark, sealed) = rest.split_first_chunk()?;
                Some(Self { record, mark: Some(*mark), sealed })
            }
            _ => Some(Self { record, mark: None, sealed: rest }),
        }
    }
}

/// The items that `purpose` may open, among those asked for.
fn allowed(policy: &Policy, purpose: PurposeId, asked: Option<ItemSet>) -> Result<ItemSet, VaultError> {
    let all: ItemSet = policy.items().map(|(id, _)| id).filter(|id| policy.allows(*id, purpose)).collect();
    let Some(asked) = asked else { return Ok(all) };
    match asked.without(all).iter().next() {
        None => Ok(asked),
        Some(refused) => {
            let item = policy.item(refused);
            let listed: Vec<String> = item.purposes.iter().map(|id| format!("`{}`", policy.purpose(id).id)).collect();
            Err(VaultError::Purpose {
                item: item.id.clone(),
                purpose: policy.purpose(purpose).id.clone(),
                listed: listed.join(", "),
            })
        }
    }
}

/// Whether a record kept apart serves `used`: some retention that covers one of its items says so.
fn serves(policy: &Policy, record: &RecordOnFile, used: Option<LawfulUse>) -> bool {
    let Some(used) = used else { return false };
    policy.retentions().any(|(_, r)| r.serves.contains(&used) && !r.items.intersection(record.items).is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::DataKey;

    #[test]
    fn a_look_says_whose_it_is_to_who_has_the_days_key_and_older_ones_are_read_too() {
        let (key, other) = (DataKey::generate().expect("a key"), DataKey::generate().expect("a key"));
        let (kim, lee) = (key.mark(b"kim"), key.mark(b"lee"));
        assert!(kim == key.mark(b"kim") && kim != lee && kim != other.mark(b"kim"));
        for bytes in [0, 1, 31, 32, 300] {
            let (record, sealed) = (RecordId::from_bytes([1; 16]), vec![7; sealed_length(bytes)]);
            let before = [&[1; 16][..], &[2; 16], &sealed].concat();
            assert_eq!(Parts::of(&before), Some(Parts { record, mark: None, sealed: &sealed }), "{bytes}");
            let now = [&[1; 16][..], &[2; 16], &kim, &sealed].concat();
            assert_eq!(Parts::of(&now), Some(Parts { record, mark: Some(kim), sealed: &sealed }), "{bytes}");
        }
        assert_eq!(Parts::of(&[0; 40]), None);
    }
}
