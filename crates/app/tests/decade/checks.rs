//! The vault against the oracle.

use crate::{
    calendar::Calendar,
    house::{House, Life, reason},
    oracle,
    story::Part,
    world::{Member, Person},
};
use std::collections::{BTreeMap, HashMap, HashSet};
use vestry_app::{Opening, PersonId, PrivacyError, Reader, RecordId, Sweep, VaultError};
use vestry_policy::{Membership, Policy, StoredIn};
use vestry_vault::{OpenedRecord, PersonOnFile, RecordOnFile};

/// Whether all that is due must be done, or a stop may have left some of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Swept {
    Whole,
    InPart,
}

/// What opens of a person, by record and item.
type Opened = HashMap<(RecordId, String), String>;

impl House {
    /// Whether the oracle would have a sweep do anything. Visits do not count: there are some on most days.
    pub(crate) fn is_anything_due(&self, day: i64) -> bool {
        let calendar = &self.calendar;
        self.lives.iter().map(|life| &life.person).any(|person| {
            oracle::is_to_be_told(person, calendar, day)
                || oracle::is_to_be_set_apart(person, calendar, day)
                || is_anything_due(person, calendar, day)
        })
    }

    /// After a sweep that came to its end.
    pub(crate) async fn check_swept(&mut self, day: i64, reads_rows: bool) {
        let on_file = self.on_file().await;
        for life in (0..self.lives.len()).filter(|life| self.story.has(Part::Person(*life))).collect::<Vec<_>>() {
            let found = on_file.get(&self.lives[life].id);
            self.compare(life, found, None, day, Swept::Whole);
        }
        assert!(on_file.keys().all(|id| self.lives.iter().any(|life| life.id == *id)), "somebody was made up");
        self.check_days(day, Swept::Whole).await;
        if let Some(wrong) = self.went.settle() {
            self.fail_all(day, &wrong);
        }
        if reads_rows {
            self.check_rows(&on_file, day).await;
        }
        if !self.lives.is_empty() && self.dice.once_in(2) {
            let life = self.dice.below(self.lives.len() as u64) as usize;
            if self.story.has(Part::Person(life)) {
                self.check_opens(life, day).await;
                self.check_serves(life, day).await;
            }
        }
    }

    /// After a sweep that was stopped: what is held is still there, and what is gone was due.
    pub(crate) async fn check_stopped(&mut self, day: i64) {
        let on_file = self.on_file().await;
        for life in (0..self.lives.len()).filter(|life| self.story.has(Part::Person(*life))).collect::<Vec<_>>() {
            let found = on_file.get(&self.lives[life].id);
            // A row may be there whose key is gone. Whoever has nothing due is looked at now and then.
            let looks = is_anything_due(&self.lives[life].person, &self.calendar, day) || self.dice.once_in(10);
            let opened = match found {
                Some(_) if looks => Some(self.values(&self.open(life, "rights").await.unwrap_or_default())),
                _ => None,
            };
            self.compare(life, found, opened.as_ref(), day, Swept::InPart);
        }
        self.check_days(day, Swept::InPart).await;
    }

    /// After one person was swept.
    pub(crate) async fn swept_one(&mut self, life: usize, sweep: &Sweep, now: i64) {
        self.certified(sweep);
        let found = self.privacy.vault().person(self.privacy.policy(), self.lives[life].id).await.ok();
        self.compare(life, found.as_ref(), None, self.calendar.day(now), Swept::Whole);
    }

    fn compare(&mut self, life: usize, found: Option<&PersonOnFile>, opened: Option<&Opened>, day: i64, swept: Swept) {
        self.compare_membership(life, found, day, swept);
        self.adopt_mail(life, found, day);
        let policy = self.privacy.policy();
        let Life { person, records, .. } = &self.lives[life];
        let (mut gone, mut moved) = (Vec::new(), Vec::new());
        for record in &person.records {
            // Not put in yet.
            let Some(id) = records.get(&record.id) else { continue };
            let on_file = found.and_then(|found| found.records.iter().find(|r| r.record == *id));
            let names = on_file.map(|found| names(policy, found)).unwrap_or_default();
            let is_there = |item: &str| {
                names.contains(&item) && opened.is_none_or(|opened| opened.contains_key(&(*id, item.to_owned())))
            };
            for item in &record.items {
                let is_held = oracle::is_held(person, record, item, &self.calendar, day);
                let what = format!("{} {}: {item}", record.class, record.id);
                match (is_there(item), is_held) {
                    (false, true) => self.fail(life, day, &format!("{what} went early")),
                    (true, false) if swept == Swept::Whole => self.fail(life, day, &format!("nothing holds {what}")),
                    (false, false) => gone.push((record.id, *item)),
                    _ => {}
                }
            }
            let Some(on_file) = on_file else { continue };
            if swept == Swept::Whole && names.iter().any(|item| !record.items.contains(item)) {
                self.fail(life, day, &format!("{} {} holds more: {names:?}", record.class, record.id));
            }
            let is_apart = on_file.stored == StoredIn::Separated;
            let belongs = oracle::is_apart(person, record, &self.calendar, day);
            if is_apart != belongs && (swept == Swept::Whole || is_apart != record.separated) {
                self.fail(life, day, &format!("{} {} is in the wrong store", record.class, record.id));
            }
            moved.push((record.id, is_apart));
        }
        let known: Vec<_> = person.records.iter().filter_map(|record| records.get(&record.id)).collect();
        let stray = found.iter().flat_map(|found| &found.records).find(|found| !known.contains(&&found.record));
        if let (Some(stray), Swept::Whole) = (stray, swept) {
            self.fail(life, day, &format!("a record is left of which nothing is held: {stray:?}"));
        }
        if found.is_some() && person.records.is_empty() && swept == Swept::Whole {
            self.fail(life, day, "somebody is left of whom nothing is held");
        }
        self.adopt(life, day, &gone, &moved);
    }

    /// Takes over what was done rightly.
    fn adopt(&mut self, life: usize, day: i64, gone: &[(u32, &'static str)], moved: &[(u32, bool)]) {
        let person = &mut self.lives[life].person;
        let mut told = Vec::new();
        for record in &mut person.records {
            let before = record.items.len();
            record.items.retain(|item| !gone.contains(&(record.id, *item)));
            if let Some((_, is_apart)) = moved.iter().find(|(id, _)| *id == record.id) {
                record.separated = *is_apart;
            }
            let lost = (before - record.items.len()) as u64;
            if lost > 0 {
                self.went.lost(record.class, lost);
                self.tally.destroyed += lost;
                told.push(format!("{} {}: {lost} of {before} destroyed", record.class, record.id));
            }
        }
        person.records.retain(|record| !record.items.is_empty());
        for what in told {
            person.tell(&self.calendar, self.calendar.midnight(day) + 60, &what);
        }
    }

    fn compare_membership(&mut self, life: usize, found: Option<&PersonOnFile>, day: i64, swept: Swept) {
        let (apart, told) = {
            let person = &self.lives[life].person;
            (
                oracle::is_to_be_set_apart(person, &self.calendar, day),
                oracle::is_to_be_told(person, &self.calendar, day),
            )
        };
        let now = self.calendar.midnight(day) + 60;
        let person = &mut self.lives[life].person;
        let wrong = match (person.member, found.map(|found| found.membership)) {
            (Member::Active, Some(Membership::Dormant { since })) if apart => {
                person.member = Member::Dormant { since: since.as_second() };
                person.tell(&self.calendar, now, "is set apart");
                None
            }
            (Member::Active, Some(Membership::Active { last_use, notified, .. })) => {
                let at = notified.map(|at| at.as_second()).filter(|at| *at > person.last_use);
                let is_new = at.is_some() && at != person.notified;
                if is_new {
                    person.notified = at;
                    person.tell(&self.calendar, now, "is told");
                }
                if is_new && !told {
                    Some("is told too early")
                } else if swept == Swept::Whole && (apart || told && !is_new) {
                    Some("should be told, or set apart")
                } else {
                    (last_use.as_second() != person.last_use).then_some("was last here at another time")
                }
            }
            (Member::Active, _) => Some("is no member any more"),
            (Member::Dormant { .. }, None | Some(Membership::Dormant { .. })) => None,
            (Member::Ended { .. }, None | Some(Membership::Ended { .. })) => None,
            (Member::Nobody, None | Some(Membership::None)) => None,
            _ if swept == Swept::InPart => None,
            _ => Some("stands elsewhere on file"),
        };
        if let Some(wrong) = wrong {
            self.fail(life, day, &format!("{wrong}: {:?}", found.map(|found| found.membership)));
        }
    }

    /// A notice is a mail that waits; anything else nobody put in.
    fn adopt_mail(&mut self, life: usize, found: Option<&PersonOnFile>, day: i64) {
        let policy = self.privacy.policy();
        for record in found.iter().flat_map(|found| &found.records) {
            let Life { person, records, came_of_age, .. } = &mut self.lives[life];
            if records.values().any(|id| *id == record.record) {
                continue;
            }
            let is_notice = policy.class(record.class).id == "mail" && (person.notified.is_some() || *came_of_age);
            if !is_notice {
                self.fail(life, day, &format!("nobody put in {record:?}"));
            }
            person.add("mail", &["mail"], Vec::new());
            let number = person.records.last().expect("just added").id;
            person.deeds.pop();
            records.insert(number, record.record);
        }
    }

    /// Visits go by whole days, but for those of a person who is held.
    async fn check_days(&mut self, day: i64, swept: Swept) {
        let policy = self.privacy.policy();
        let days = self.privacy.vault().days(policy).await.expect("days");
        let held: HashSet<PersonId> = self.lives.iter().filter(|l| l.person.held).map(|l| l.id).collect();
        let mut on_file: BTreeMap<String, u64> = BTreeMap::new();
        for found in &days {
            let counted_from = found.counted_from.to_string();
            if policy.class(found.class).id == "visit" {
                on_file.insert(counted_from, found.records);
            } else if swept == Swept::Whole {
                let oldest = self.calendar.text((day - 366).max(0));
                assert!(
                    counted_from >= oldest,
                    "seed {}: looks of {counted_from} outlived their year",
                    self.story.seed
                );
            }
        }
        let mut mine: BTreeMap<String, [Vec<usize>; 2]> = BTreeMap::new();
        for (number, visit) in self.visits.iter().enumerate() {
            let is_held = held.contains(&visit.by) || day <= self.calendar.last_day(visit.at, 3);
            let first = self.calendar.text(self.calendar.first_day(visit.at));
            mine.entry(first).or_default()[usize::from(is_held)].push(number);
        }
        let mut gone = HashSet::new();
        for (first, [due, kept]) in &mine {
            let there = on_file.remove(first).unwrap_or(0);
            if there == kept.len() as u64 {
                gone.extend(due.iter().copied());
            } else if swept == Swept::Whole || there != (due.len() + kept.len()) as u64 {
                let text = self.calendar.text(day);
                panic!(
                    "seed {}, {text}: {there} visits of {first}; {} held, {} due",
                    self.story.seed,
                    kept.len(),
                    due.len()
                );
            }
        }
        assert!(on_file.values().all(|count| *count == 0), "seed {}: visits of nobody: {on_file:?}", self.story.seed);
        for _ in &gone {
            self.went.lost("visit", 1);
        }
        let mut number = 0..;
        self.visits.retain(|_| !gone.contains(&number.next().expect("endless")));
    }

    /// No row outlives its record or stands in the other store, and no key what it sealed.
    async fn check_rows(&mut self, on_file: &HashMap<PersonId, PersonOnFile>, day: i64) {
        let known: HashMap<RecordId, StoredIn> =
            on_file.values().flat_map(|person| &person.records).map(|r| (r.record, r.stored)).collect();
        for (rows, place) in self.rows.records().await.iter().zip([StoredIn::Live, StoredIn::Separated]) {
            for record in rows {
                let stored = known.get(record);
                if stored != Some(&place) {
                    let life = self.lives.iter().position(|life| life.records.values().any(|id| id == record));
                    let life = life.expect("somebody's");
                    let number = self.lives[life].records.iter().find(|(_, id)| *id == record).expect("theirs").0;
                    let what = format!("rows of {number} in the store {place:?}; the record is in {stored:?}");
                    self.fail(life, day, &what);
                }
            }
        }
        let undead = self.rows.undead().await;
        if undead > 0 {
            self.fail_all(day, &format!("{undead} keys outlived what they sealed"));
        }
    }

    /// Everything that is held opens, and is what was put in.
    async fn check_opens(&mut self, life: usize, day: i64) {
        let opened = match self.open(life, "rights").await {
            Ok(opened) => opened,
            Err(PrivacyError::Vault(VaultError::UnknownPerson(_) | VaultError::NothingFor { .. })) => Vec::new(),
            Err(error) => self.fail(life, day, &format!("does not open: {error:?}")),
        };
        self.tally.opened += 1;
        let values = self.values(&opened);
        let Life { person, records, values: put, id, .. } = &self.lives[life];
        for record in &person.records {
            for item in &record.items {
                let value = values.get(&(records[&record.id], (*item).to_owned()));
                let is_right = match put.get(&(record.id, *item)) {
                    Some(put) => value == Some(put),
                    None => value.is_some(),
                };
                if !is_right {
                    self.fail(life, day, &format!("{} {}: {item} opens as {value:?}", record.class, record.id));
                }
            }
        }
        if person.records.is_empty() {
            return;
        }
        let opening = opening("rights");
        let days: Vec<&String> =
            opened.iter().filter_map(|r| r.day.as_ref()).map(|(_, text)| text.open(&opening)).collect();
        let visits: Vec<_> = self.visits.iter().filter(|visit| visit.by == *id).collect();
        let are_all = visits.iter().all(|v| days.iter().any(|day| day.contains(&format!("\"{}\"", v.address))));
        if days.len() != visits.len() || !are_all {
            self.fail(life, day, &format!("{} visits open, {} are held", days.len(), visits.len()));
        }
    }

    /// What is kept apart serves nothing that lives on.
    async fn check_serves(&mut self, life: usize, day: i64) {
        for purpose in ["service", "membership", "billing", "security"] {
            let opened = match self.open(life, purpose).await {
                Ok(opened) => opened,
                Err(PrivacyError::Vault(VaultError::UnknownPerson(_) | VaultError::NothingFor { .. })) => continue,
                Err(error) => self.fail(life, day, &format!("{purpose}: {error:?}")),
            };
            let Life { person, records, .. } = &self.lives[life];
            for found in &opened {
                let known = person.records.iter().find(|r| records.get(&r.id) == Some(&found.record));
                if found.stored != StoredIn::Live || known.is_none_or(|known| known.separated) {
                    self.fail(life, day, &format!("{purpose} opens what is kept apart: {known:?}"));
                }
            }
        }
    }

    async fn open(&self, life: usize, purpose: &str) -> Result<Vec<OpenedRecord>, PrivacyError> {
        let (policy, now) = (self.privacy.policy(), self.privacy.now());
        let vault = self.privacy.vault();
        Ok(vault.read_person(policy, self.lives[life].id, &opening(purpose), None, None, now).await?)
    }

    fn values(&self, opened: &[OpenedRecord]) -> Opened {
        let (policy, opening) = (self.privacy.policy(), opening("rights"));
        let of = |record: &OpenedRecord| -> Vec<((RecordId, String), String)> {
            let items = record.items.iter();
            items.map(|(id, v)| ((record.record, policy.item(*id).id.clone()), v.open(&opening).clone())).collect()
        };
        opened.iter().flat_map(of).collect()
    }

    pub(crate) async fn on_file(&self) -> HashMap<PersonId, PersonOnFile> {
        let policy = self.privacy.policy();
        let (mut all, mut after) = (HashMap::new(), None);
        loop {
            let people = self.privacy.vault().people_after(policy, after, 100).await.expect("on file");
            let Some(last) = people.last() else { return all };
            after = Some(last.person);
            all.extend(people.into_iter().map(|person| (person.person, person)));
        }
    }

    /// Everything on file, to be compared with itself.
    pub(crate) async fn on_file_text(&self) -> String {
        let mut people: Vec<_> = self.on_file().await.into_iter().collect();
        people.sort_by_key(|(id, _)| *id.as_bytes());
        let days = self.privacy.vault().days(self.privacy.policy()).await.expect("days");
        format!("{people:?} {days:?}")
    }

    /// Ends the test with what happened to the machine of late: nobody in particular is concerned.
    #[track_caller]
    pub(crate) fn fail_all(&self, day: i64, what: &str) -> ! {
        let recent = &self.log[self.log.len().saturating_sub(8)..];
        panic!("seed {}, {}: {what}\n  {}", self.story.seed, self.calendar.text(day), recent.join("\n  "));
    }

    /// Ends the test with the person's story, and what happened to the machine meanwhile.
    #[track_caller]
    pub(crate) fn fail(&self, life: usize, day: i64, what: &str) -> ! {
        let person = &self.lives[life].person;
        let joined = person.story.first().map_or("", |line| &line[..10]);
        let mut story: Vec<&String> = person.story.iter().collect();
        let since = self.log.iter().filter(|line| &line[..10] >= joined);
        let recent: Vec<&String> = since.collect();
        story.extend(&recent[recent.len().saturating_sub(8)..]);
        story.sort_by_key(|line| line[..10].to_owned());
        let story: Vec<&str> = story.into_iter().map(String::as_str).collect();
        panic!(
            "seed {}, person {life}, {}: {what}\n  {}",
            self.story.seed,
            self.calendar.text(day),
            story.join("\n  ")
        );
    }
}

fn is_anything_due(person: &Person, calendar: &Calendar, day: i64) -> bool {
    person.records.iter().any(|record| {
        record.separated != oracle::is_apart(person, record, calendar, day)
            || record.items.iter().any(|item| !oracle::is_held(person, record, item, calendar, day))
    })
}

fn opening(purpose: &str) -> Opening {
    Opening::new(purpose, Reader::Prompt, Some(reason())).expect("an opening")
}

fn names<'p>(policy: &'p Policy, found: &RecordOnFile) -> Vec<&'p str> {
    found.items.iter().map(|item| policy.item(item).id.as_str()).collect()
}
