//! What people do, done to the vault, through crashes.

use crate::{
    events::{at, event},
    house::{House, Life, Visit, reason},
    story::Part,
    world::{Deed, Dice, Member, Person},
};
use std::collections::HashMap;
use vestry_app::{HoldSubject, PrivacyError, VaultError};
use vestry_model::OrganisationId;
use vestry_policy::{Event, Membership, Period, Unit};
use vestry_vault::{DayRecord, NewPerson, NewRecord, PersonId, Personal};

impl House {
    /// Puts somebody on file.
    pub(crate) async fn arrive(&mut self, mut person: Person, now: i64) {
        let mut values = HashMap::new();
        let number = self.lives.len();
        // Whoever left may come again under the same address.
        let mail = (0..number).find(|at| {
            let taken = |life: &Life| life.values.get(&(1, "email")) == self.lives[*at].values.get(&(1, "email"));
            let person = &self.lives[*at].person;
            let is_free = self.lives[*at + 1..].iter().all(|life| !taken(life));
            matches!(person.member, Member::Ended { .. })
                && is_free
                && person.records.iter().all(|r| r.class != "misuse")
        });
        let mail = mail.and_then(|at| self.lives[at].values.get(&(1, "email")).cloned());
        for record in &person.records {
            for item in &record.items {
                let value = match (*item, &mail) {
                    ("email", Some(mail)) => mail.clone(),
                    ("email", None) => format!("person{number}@shop.example"),
                    _ => format!("{item} of {number}, {}", record.id),
                };
                values.insert((record.id, *item), value);
            }
        }
        if !self.story.has(Part::Person(number)) {
            // Their place stays theirs, and nothing is known of them.
            (person.records, person.member) = (Vec::new(), Member::Nobody);
            let id = PersonId::from_bytes([0; 16]);
            return self.lives.push(Life { person, id, records: HashMap::new(), values, came_of_age: false });
        }
        let policy = self.privacy.policy();
        let membership = match person.member {
            Member::Active => Membership::Active { last_use: at(person.last_use), notified: None, chosen: None },
            _ => Membership::None,
        };
        let marketing = policy.purpose_named("marketing").expect("marketing");
        let records = person.records.iter().map(|record| self.new_record(record, &values)).collect();
        let consents = person.marketing.then_some(marketing).into_iter().collect();
        let new = NewPerson {
            organisation: Some(OrganisationId::from_row(number as i64 % 3)),
            role: None,
            membership,
            consents,
            records,
        };
        let id = self.privacy.vault().add_people(policy, &[new], at(now)).await.expect("put on file").remove(0);
        if let Some(months) = person.chosen {
            let period = Period::new(months as u16, Unit::Months).expect("a period");
            self.privacy.vault().choose_dormancy(id, Some(period)).await.expect("chosen");
        }
        let on_file = self.privacy.vault().person(policy, id).await.expect("on file");
        let of_class = |class| {
            let class = policy.class_named(class).expect("a class");
            on_file.records.iter().find(|record| record.class == class).expect("a record of the class").record
        };
        let records = person.records.iter().map(|record| (record.id, of_class(record.class))).collect();
        self.tally.people += 1;
        self.lives.push(Life { person, id, records, values, came_of_age: false });
    }

    fn new_record(&self, record: &crate::world::Record, values: &HashMap<(u32, &'static str), String>) -> NewRecord {
        let policy = self.privacy.policy();
        let value = |item: &&'static str| {
            let id = policy.item_named(item).expect("an item");
            (id, Personal::new(values[&(record.id, *item)].clone()))
        };
        NewRecord {
            class: policy.class_named(record.class).expect("a class"),
            events: record.events.iter().map(|(what, seconds)| (event(*what), at(*seconds))).collect(),
            items: record.items.iter().map(value).collect(),
        }
    }

    /// Does what the person at `life` did at `now`.
    pub(crate) async fn do_deeds(&mut self, life: usize, now: i64, dice: &mut Dice) {
        let mut deeds = std::mem::take(&mut self.lives[life].person.deeds);
        // All are of one instant. Leaving sweeps, and what it leaves must know of holds and complaints.
        deeds.sort_by_key(|deed| matches!(deed, Deed::Left | Deed::Erased));
        for deed in deeds {
            self.tally.deeds += 1;
            if let Deed::Added(record) = deed {
                self.put_values(life, record);
            }
            let (crashes, steps) = (dice.once_in(12), dice.below(6) as u32);
            if crashes && self.story.has(Part::Trouble(self.calendar.day(now))) {
                self.privacy.vault().steps().stop_after(steps);
            }
            let mut tries = 0;
            loop {
                let done = self.do_deed(life, deed, now).await;
                self.privacy.vault().steps().stop_after(u32::MAX);
                match done {
                    Ok(()) => break,
                    Err(PrivacyError::Vault(VaultError::Stopped { step, name })) if tries < 1 => {
                        tries += 1;
                        self.owed = true;
                        *self.tally.stopped.entry(name).or_default() += 1;
                        self.note(self.calendar.day(now), &format!("{deed:?} stops before step {step}: {name}"));
                        self.crash().await;
                        if matches!(deed, Deed::Left | Deed::Erased) {
                            self.check_stopped(self.calendar.day(now)).await;
                        }
                    }
                    // Somebody who was half way out is out already.
                    Err(PrivacyError::Vault(VaultError::State { .. })) if tries > 0 => break,
                    Err(PrivacyError::Vault(VaultError::UnknownPerson(_))) if tries > 0 => break,
                    Err(error) => self.fail(life, self.calendar.day(now), &format!("{deed:?}: {error:?}")),
                }
            }
        }
    }

    fn put_values(&mut self, life: usize, record: u32) {
        let Life { person, values, .. } = &mut self.lives[life];
        let record = person.records.iter().find(|r| r.id == record).expect("a record of theirs");
        for item in &record.items {
            values.insert((record.id, *item), format!("{item} of {life}, {}", record.id));
        }
    }

    async fn do_deed(&mut self, life: usize, deed: Deed, now: i64) -> Result<(), PrivacyError> {
        let (policy, vault, id, then) = (self.privacy.policy(), self.privacy.vault(), self.lives[life].id, at(now));
        let marketing = policy.purpose_named("marketing").expect("marketing");
        let record = |number: u32| self.lives[life].records[&number];
        let subject = |number: Option<u32>| number.map_or(HoldSubject::Person(id), |n| HoldSubject::Record(record(n)));
        match deed {
            Deed::Used => {
                vault.used(policy, id, then).await?;
                return self.visit(life, now).await;
            }
            Deed::Returned => {
                vault.return_member(policy, id, then).await?;
                return self.visit(life, now).await;
            }
            Deed::Added(number) => {
                let Life { person, values, .. } = &self.lives[life];
                let known = person.records.iter().find(|r| r.id == number).expect("a record of theirs");
                // What happened to it since comes as deeds of its own.
                let added = vault.add_record(policy, id, &self.new_record(known, values)).await?;
                self.lives[life].records.insert(number, added);
            }
            Deed::Happened(number, what) => vault.put_event(policy, record(number), event(what), Some(then)).await?,
            Deed::Reopened(number) => vault.put_event(policy, record(number), Event::Closed, None).await?,
            Deed::Agreed => vault.consent(policy, id, marketing, then).await?,
            Deed::TookBack => vault.take_back(policy, id, marketing, then).await?,
            Deed::WroteMailing(number) => {
                let value = format!("mailing of {life}, {number}, {now}");
                let item = policy.item_named("mailing").expect("an item");
                vault.correct(policy, record(number), item, &Personal::new(value.clone()), then).await?;
                self.lives[life].values.insert((number, "mailing"), value);
            }
            Deed::Objected => vault.object(policy, id, then).await?,
            Deed::Held(what) => vault.hold(subject(what), &reason(), then).await?,
            Deed::Released(what) => vault.release(subject(what), &reason(), then).await?,
            Deed::Left if self.lives[life].values.len().is_multiple_of(2) => vault.withdraw(policy, id, then).await?,
            Deed::Left => {
                let sweep = self.privacy.withdraw(id).await?;
                self.swept_one(life, &sweep, now).await;
            }
            Deed::Erased => {
                let sweep = self.privacy.erase(id).await?;
                self.swept_one(life, &sweep, now).await;
            }
        }
        Ok(())
    }

    /// Whoever logs in leaves a visit.
    async fn visit(&mut self, life: usize, now: i64) -> Result<(), PrivacyError> {
        let (policy, by) = (self.privacy.policy(), self.lives[life].id);
        let class = policy.class_named("visit").expect("a class");
        let address = format!("10.0.{life}.{now}");
        let items = vec![(policy.item_named("ip_address").expect("an item"), Personal::new(address.clone()))];
        let record = DayRecord { person: Some(by), items };
        self.privacy.vault().add_day_records(policy, class, &[record], at(now)).await?;
        self.visits.push(Visit { at: now, by, address });
        Ok(())
    }
}
