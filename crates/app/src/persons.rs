//! What the privacy office does about one person: put on file, look, correct, end, hold, export.

use crate::{Privacy, PrivacyError, Sweep, durable};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};
use vestry_model::OrganisationId;
use vestry_policy::{
    Action, Because, ClassId, Event, Grain, ItemId, LawfulUse, Membership, Planner, Policy, StoredIn, Subject, Verdict,
};
use vestry_vault::{
    DayRecord, HoldSubject, NewPerson, NewRecord, OpenedRecord, Opening, PersonId, PersonOnFile, Personal, Reader,
    ReasonCode, RecordId, Role, VaultError, event_named,
};
use zeroize::Zeroizing;

/// Somebody to be put on file, as a JSON document says it.
///
/// ```json
/// { "organisation": 1, "member_since": "2019-08-01T09:00:00+09:00", "consents": ["marketing"],
///   "items": { "email": "kim@shop.example", "name": "김하나" },
///   "records": [{ "class": "payment", "items": { "invoice": "…" }, "events": { "payment": "2020-01-02T10:00:00+09:00" } }] }
/// ```
///
/// `items` are put into one record of their class each; without `member_since` they are of somebody who is no member.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The customer company they belong to.
    organisation: Option<OrganisationId>,
    /// Since when they are a member; nobody's membership when absent.
    member_since: Option<Timestamp>,
    /// Purposes they consented to.
    #[serde(default)]
    consents: Vec<String>,
    #[serde(default)]
    items: BTreeMap<String, String>,
    #[serde(default)]
    records: Vec<NewRecordText>,
}

/// One record of a [`Description`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRecordText {
    class: String,
    items: BTreeMap<String, String>,
    #[serde(default)]
    events: BTreeMap<String, Timestamp>,
}

/// What is held, until when, and why: a record as it is shown to whom it is about, or to who has a reason.
#[derive(Debug)]
pub struct HeldRecord {
    /// Which.
    pub record: RecordId,
    /// Of what kind.
    pub class: ClassId,
    /// Where.
    pub stored: StoredIn,
    /// What happened to it.
    pub events: Vec<(Event, Timestamp)>,
    /// Whether a hold stops its destruction.
    pub held: bool,
    /// Its items.
    pub items: Vec<HeldItem>,
    /// What it holds, of a record that ends with its day.
    pub day: Option<HeldDay>,
}

/// A record of a day that is held.
#[derive(Debug)]
pub struct HeldDay {
    /// JSON of its items.
    pub value: Personal<String>,
    /// What is to happen to it as of today.
    pub action: Action,
}

/// An item that is held.
#[derive(Debug)]
pub struct HeldItem {
    /// Which.
    pub item: ItemId,
    /// Its value.
    pub value: Personal<String>,
    /// What is to happen to it as of today.
    pub action: Option<Action>,
}

impl HeldRecord {
    /// Whether it is in the separated store.
    pub fn is_kept_apart(&self) -> bool {
        self.stored == StoredIn::Separated
    }
}

/// How a person might leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// By ending the membership.
    Withdrawn,
    /// By having erased what may be.
    Erased,
}

impl Privacy {
    /// Puts somebody on file.
    pub async fn add_person(&self, description: &Description) -> Result<PersonId, PrivacyError> {
        let (policy, now) = (self.policy(), self.now());
        let (records, days) = records(policy, description, now)?;
        let membership = match description.member_since {
            Some(since) => Membership::Active { last_use: since, notified: None, chosen: None },
            None => Membership::None,
        };
        let consents = description.consents.iter().map(|name| {
            let unknown = || not_in_policy(policy, "purpose", name);
            policy.purpose_named(name).ok_or_else(unknown)
        });
        let consents = consents.collect::<Result<_, _>>()?;
        let new = NewPerson { organisation: description.organisation, role: None, membership, consents, records };
        let person = self.vault().add_people(policy, &[new], now).await?.pop().expect("one for one");
        for (class, at, items) in days {
            self.vault().add_day_records(policy, class, &[DayRecord { person: Some(person), items }], at).await?;
        }
        Ok(person)
    }

    /// Opens what is held of a person for a purpose; each item with what is to happen to it.
    pub async fn show_person(
        &self,
        person: PersonId,
        opening: &Opening,
        used: Option<LawfulUse>,
    ) -> Result<Vec<HeldRecord>, PrivacyError> {
        let (policy, now) = (self.policy(), self.now());
        let opened = self.vault().read_person(policy, person, opening, None, used, now).await?;
        let today = policy.local(now).date();
        let verdicts = self.outlook(person, today).await?;
        let planner = Planner::new(policy, today);
        Ok(opened.into_iter().map(|record| held(record, &verdicts, &planner)).collect())
    }

    /// Ends a membership, at once: what nothing holds is destroyed, the rest is kept apart.
    pub async fn withdraw(&self, person: PersonId) -> Result<Sweep, PrivacyError> {
        self.put_out(person, Leaving::Withdrawn).await?;
        self.sweep_person(person).await
    }

    /// Erases what may be erased, at once: the membership ends, and what serves improvement alone goes too. What a
    /// statute keeps stays apart until its day; [`outlook`](Self::outlook) says what and until when.
    pub async fn erase(&self, person: PersonId) -> Result<Sweep, PrivacyError> {
        self.put_out(person, Leaving::Erased).await?;
        self.sweep_person(person).await
    }

    /// Ends a membership the one way or the other, at once; what nothing holds is gone with it, or with the next sweep
    /// where there is no certificate.
    pub async fn end_membership(&self, person: PersonId, leaving: Leaving) -> Result<Option<Sweep>, PrivacyError> {
        self.put_out(person, leaving).await?;
        self.sweep_soon(person).await
    }

    /// What takes effect at once, everywhere: no session, no look-up, no letter.
    async fn put_out(&self, person: PersonId, leaving: Leaving) -> Result<(), PrivacyError> {
        let (policy, now) = (self.policy(), self.now());
        if let (Some(Role::Owner), Some(organisation)) = self.vault().role(person).await? {
            // Its keys opened no console while they were there, and do not with the last of them gone.
            let mut tx = self.store().begin().await?;
            tx.note_owned(organisation).await?;
            tx.commit().await?;
        }
        match leaving {
            Leaving::Withdrawn => self.vault().withdraw(policy, person, now).await?,
            Leaving::Erased => self.vault().erase(policy, person, now).await?,
        }
        Ok(())
    }

    /// Sweeps somebody who asked for it; `None` while another sweep runs or the clock is in doubt: then they are swept as
    /// soon as that is over.
    pub(crate) async fn sweep_soon(&self, person: PersonId) -> Result<Option<Sweep>, PrivacyError> {
        let swept = self.sweep_person(person).await;
        self.or_owed(Some(person), swept)
    }

    /// A sweep, or that it has to wait: then whoever it was about is swept as soon as it can be.
    fn or_owed(
        &self,
        person: Option<PersonId>,
        swept: Result<Sweep, PrivacyError>,
    ) -> Result<Option<Sweep>, PrivacyError> {
        match swept {
            Err(error) if error.waits() => {
                person.into_iter().for_each(|person| self.owed().add(person));
                Ok(None)
            }
            swept => swept.map(Some),
        }
    }

    /// What would happen to each part of what is held if the person left now. Touches nothing.
    pub async fn outlook_after(&self, person: PersonId, leaving: Leaving) -> Result<Vec<Verdict>, PrivacyError> {
        let now = self.now();
        self.outlook_if(person, |on_file| {
            if let Membership::Active { .. } | Membership::Dormant { .. } = on_file.membership {
                on_file.membership = Membership::Ended { at: now };
            }
            on_file.objected |= leaving == Leaving::Erased;
        })
        .await
    }

    /// What would happen to each part of what is held if the person were on file as `change` has it. Touches nothing.
    pub(crate) async fn outlook_if(
        &self,
        person: PersonId,
        change: impl FnOnce(&mut PersonOnFile),
    ) -> Result<Vec<Verdict>, PrivacyError> {
        let (policy, now) = (self.policy(), self.now());
        let mut on_file = self.vault().person(policy, person).await?;
        change(&mut on_file);
        let mut verdicts = Vec::new();
        let mut planner = Planner::new(policy, policy.local(now).date());
        on_file.with_facts(|facts| planner.person(facts, &mut |verdict| verdicts.push(verdict)))?;
        Ok(verdicts)
    }

    /// Takes a consent back, at once.
    pub async fn take_back(&self, person: PersonId, purpose: &str) -> Result<Option<Sweep>, PrivacyError> {
        let policy = self.policy();
        let purpose = policy.purpose_named(purpose).ok_or_else(|| not_in_policy(policy, "purpose", purpose))?;
        self.vault().take_back(policy, person, purpose, self.now()).await?;
        self.sweep_soon(person).await
    }

    /// Takes what somebody did out of what improves the service, at once and for good.
    pub async fn object(&self, person: PersonId) -> Result<Option<Sweep>, PrivacyError> {
        let (policy, now) = (self.policy(), self.now());
        self.vault().object(policy, person, now).await?;
        self.sweep_soon(person).await
    }

    /// Releases a hold; what it stopped is destroyed the same day, where there is no certificate as soon as a sweep can run.
    pub async fn release(&self, subject: HoldSubject, reason: &ReasonCode) -> Result<Option<Sweep>, PrivacyError> {
        self.vault().release(subject, reason, self.now()).await?;
        let person = match subject {
            HoldSubject::Person(person) => Some(person),
            // A visit goes by its day, whosever it is.
            HoldSubject::Record(record) => self.vault().owner(record).await?,
        };
        let swept = self.sweep_released(person).await;
        self.or_owed(person, swept)
    }

    /// Writes everything held about a person to a new file at `out`, for the person: JSON with purpose, basis and last
    /// day of each item, and who looked. Nothing is left there when it fails.
    pub async fn export_person(&self, person: PersonId, reason: ReasonCode, out: &Path) -> Result<u64, PrivacyError> {
        let policy = self.policy();
        let opening = Opening::new("rights", Reader::Prompt, Some(reason))?;
        let before = self.vault().person(policy, person).await?.revision;
        let (document, count) = self.exported(person, &opening, &[]).await?;
        let failed = |source| PrivacyError::File { path: out.into(), source };
        let partial: PathBuf = out.with_extension("partial");
        let mut file = private_file(&partial).map_err(failed)?;
        let written = file.write_all(document.as_bytes()).and_then(|()| file.sync_all());
        // Whoever was destroyed meanwhile is in no export.
        let after = self.vault().person(policy, person).await.map(|person| person.revision);
        let result = match (written, after) {
            (Err(source), _) => Err(failed(source)),
            (_, Err(gone)) => Err(gone.into()),
            (_, Ok(after)) if after != before => Err(VaultError::Changed.into()),
            _ => durable::rename(&partial, out).map_err(failed),
        };
        if result.is_err() {
            // Nothing to be done where even this fails.
            let _ = std::fs::remove_file(&partial);
        }
        result.map(|()| count)
    }

    /// Everything held about somebody, for themselves or their guardian: as [`Privacy::export_person`] writes it.
    pub(crate) async fn own_document(
        &self,
        person: PersonId,
        opening: &Opening,
    ) -> Result<Zeroizing<String>, PrivacyError> {
        Ok(self.exported(person, opening, &[]).await?.0)
    }

    /// Everything held about somebody, for one of the office who hands it over, but for items of these names.
    pub(crate) async fn export_for(
        &self,
        person: PersonId,
        opening: &Opening,
        left_out: &[String],
    ) -> Result<Zeroizing<String>, PrivacyError> {
        Ok(self.exported(person, opening, left_out).await?.0)
    }

    /// The export as JSON without items of the names that are left out, and how many records are in it.
    async fn exported(
        &self,
        person: PersonId,
        opening: &Opening,
        left_out: &[String],
    ) -> Result<(Zeroizing<String>, u64), PrivacyError> {
        let policy = self.policy();
        let mut records = self.show_person(person, opening, None).await?;
        // A copy holds no copy.
        let copy = policy.class_named("export");
        records.retain(|record| Some(record.class) != copy);
        for record in &mut records {
            record.items.retain(|held| !left_out.contains(&policy.item(held.item).id));
        }
        let looks = self.vault().looks_at(policy, person).await?;
        let on_file = self.vault().person(policy, person).await?;
        let document = Zeroizing::new(document(policy, opening, &on_file, &records, &looks));
        Ok((document, records.len() as u64))
    }
}

/// Records of persons, and records of days with their instants.
type Described = (Vec<NewRecord>, Vec<(ClassId, Timestamp, Vec<(ItemId, Personal<String>)>)>);

fn records(policy: &Policy, description: &Description, now: Timestamp) -> Result<Described, PrivacyError> {
    let mut by_class: BTreeMap<ClassId, Vec<(ItemId, Personal<String>)>> = BTreeMap::new();
    for (name, value) in &description.items {
        let item = item_named(policy, name)?;
        let class = policy.item(item).class;
        by_class.entry(class).or_default().push((item, Personal::new(value.clone())));
    }
    let made = description.member_since.unwrap_or(now);
    let mut described: Described = (Vec::new(), Vec::new());
    let mut put = |class: ClassId, items, events: Vec<(Event, Timestamp)>| {
        if policy.class(class).grain == Grain::Day {
            let at = events.iter().map(|(_, at)| *at).max().unwrap_or(now);
            described.1.push((class, at, items));
        } else {
            described.0.push(NewRecord { class, events, items });
        }
    };
    for (class, items) in by_class {
        put(class, items, vec![(Event::Made, made)]);
    }
    for record in &description.records {
        let class = policy.class_named(&record.class).ok_or_else(|| not_in_policy(policy, "class", &record.class))?;
        let items =
            record.items.iter().map(|(name, value)| Ok((item_named(policy, name)?, Personal::new(value.clone()))));
        let mut events = if record.events.is_empty() { vec![(Event::Made, now)] } else { Vec::new() };
        for (name, at) in &record.events {
            let unknown =
                || PrivacyError::Description(format!("`{name}` is no event; write `payment`, `closed`, `visit` …"));
            let event = event_named(name).ok_or_else(unknown)?;
            events.push((event, *at));
        }
        let is_told = events.iter().any(|(event, _)| *event == Event::Made);
        if !is_told && policy.class(class).grain != Grain::Day {
            events.push((Event::Made, now));
        }
        put(class, items.collect::<Result<_, PrivacyError>>()?, events);
    }
    Ok(described)
}

fn item_named(policy: &Policy, name: &str) -> Result<ItemId, PrivacyError> {
    policy.item_named(name).ok_or_else(|| not_in_policy(policy, "item", name))
}

fn not_in_policy(policy: &Policy, kind: &'static str, name: &str) -> PrivacyError {
    VaultError::NotInPolicy { policy: policy.version.clone(), kind, name: name.into() }.into()
}

fn held(record: OpenedRecord, verdicts: &[Verdict], planner: &Planner<'_>) -> HeldRecord {
    let action = |item: ItemId| {
        let about = |verdict: &&Verdict| {
            matches!(&verdict.subject, Subject::Record { record: id, .. } if id == record.record.as_bytes())
                && verdict.items.contains(item)
        };
        verdicts.iter().find(about).map(|verdict| verdict.action)
    };
    let items = record.items.into_iter().map(|(item, value)| HeldItem { item, action: action(item), value }).collect();
    let day = record.day.map(|(counted_from, value)| {
        let action = match record.held {
            true => Action::Keep { until: None, because: Because::Hold },
            false => planner.of_day(record.class, counted_from),
        };
        HeldDay { value, action }
    });
    HeldRecord {
        record: record.record,
        class: record.class,
        stored: record.stored,
        events: record.events,
        held: record.held,
        items,
        day,
    }
}

/// The export: for the person, so it opens every value once.
fn document(
    policy: &Policy,
    opening: &Opening,
    on_file: &PersonOnFile,
    records: &[HeldRecord],
    looks: &[vestry_vault::Look],
) -> String {
    let record = |record: &HeldRecord| {
        let items: Vec<serde_json::Value> = record.items.iter().map(|held| item_json(policy, opening, held)).collect();
        let day =
            record.day.as_ref().map(|day| serde_json::from_str::<serde_json::Value>(day.value.open(opening)).ok());
        let (last_day, because) = ends(policy, record.day.as_ref().map(|day| day.action));
        serde_json::json!({
            "record": record.record.to_string(),
            "class": policy.class(record.class).id,
            "name": policy.class(record.class).name,
            "kept_apart": record.stored == StoredIn::Separated,
            "held": record.held,
            "items": items,
            "day": day.flatten(),
            "because": because,
            "last_day": last_day,
        })
    };
    let document = serde_json::json!({
        "person": on_file.person.to_string(),
        "policy": policy.version,
        "consents": consents(policy, on_file),
        "records": records.iter().map(record).collect::<Vec<_>>(),
        "looks": looks,
    });
    format!("{document:#}\n")
}

/// Where the person stands with each purpose that waits for consent; what was agreed to, and when, is among the records.
fn consents(policy: &Policy, on_file: &PersonOnFile) -> Vec<serde_json::Value> {
    let asked = policy.purposes().filter(|(_, purpose)| purpose.basis == vestry_policy::Basis::Consent);
    asked
        .map(|(id, purpose)| {
            let taken_back = on_file.taken_back.iter().find(|(taken, _)| *taken == id).map(|(_, at)| at.to_string());
            let given = on_file.consents.contains(id);
            serde_json::json!({"purpose": purpose.id, "name": purpose.name, "given": given, "taken_back": taken_back})
        })
        .collect()
}

/// Whether an item opens a door: hashes and secrets say nothing about whose they are, links in letters that wait let in
/// whoever has them, and a copy holds what stands beside it already.
pub fn is_secret(policy: &Policy, item: &vestry_policy::Item) -> bool {
    let class = policy.class(item.class).id.as_str();
    let proves = class == "security" || ["password", "staff_password", "staff_second"].contains(&item.id.as_str());
    item.masked && proves || ["mail", "letter", "export"].contains(&class)
}

/// What stands for what is not shown.
pub const MASK: &str = "••••";

/// What staff see of a value before they ask for the whole: as much as tells one person's from another's. Of what the policy
/// masks, the last four characters of a long value; of what opens a door, and of documents, nothing; of an address its first
/// character and its domain; of anything else its first character.
pub fn masked(policy: &Policy, item: &vestry_policy::Item, value: &str) -> String {
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    let count = value.chars().count();
    if is_secret(policy, item) || value.starts_with(['{', '[']) {
        MASK.into()
    } else if item.masked {
        let shown = if count >= 12 { 4 } else { 0 };
        format!("{MASK}{}", value.chars().skip(count - shown).collect::<String>())
    } else {
        match value.split_once('@') {
            Some((user, domain)) => format!("{}{MASK}@{domain}", first(user)),
            None => format!("{}{MASK}", first(value)),
        }
    }
}

/// Until when something stays, and what holds it, as far as that is known.
fn ends(policy: &Policy, action: Option<Action>) -> (Option<String>, Option<&str>) {
    match action {
        Some(Action::Keep { until, because } | Action::Separate { until, because }) => {
            (until.map(|day: Date| day.to_string()), Some(because.name(policy)))
        }
        Some(Action::Destroy { by, .. }) => (Some(by.to_string()), None),
        _ => (None, None),
    }
}

fn item_json(policy: &Policy, opening: &Opening, held: &HeldItem) -> serde_json::Value {
    let item = policy.item(held.item);
    let purposes: Vec<&str> = item.purposes.iter().map(|id| policy.purpose(id).id.as_str()).collect();
    let (until, because) = ends(policy, held.action);
    serde_json::json!({
        "item": item.id,
        "name": item.name,
        "value": if is_secret(policy, item) { "••••" } else { held.value.open(opening).as_str() },
        "purposes": purposes,
        "basis": item.purposes.iter().map(|id| policy.purpose(id).basis).collect::<Vec<_>>(),
        "because": because,
        "last_day": until,
    })
}

/// A new file that its owner alone may read, in place of one that was left there.
fn private_file(path: &Path) -> std::io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
