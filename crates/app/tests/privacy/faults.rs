//! A stop at any step is made good by the next run.

use crate::{
    forensic::evidence,
    scanner::{Canary, Named, shown},
    world::{World, copy_without_keys, noon, reason, set_clock, sweep_on, values},
};
use serde_json::json;
use std::collections::BTreeSet;
use tempfile::TempDir;
use vestry_app::{Privacy, PrivacyError, SweepRequest};
use vestry_policy::{Membership, StoredIn};
use vestry_vault::{DayRecord, HoldSubject, KeyId, PersonId, Tombstone, VaultError};

/// What follows a stop.
#[derive(Debug, Clone, Copy)]
enum Then {
    /// The same program goes on, as after an error.
    GoesOn,
    /// The folder is closed and opened again, as after a crash.
    Reopens,
}

const NAMES: [&str; 6] = ["destroyed", "leaves", "dormant", "returns", "notified", "stays"];
/// When everything is carried out that the tests stop.
const DAY: &str = "2021-01-02";

/// An installation on the eve of a sweep that has everything to do, and who is in it, in the order of [`NAMES`].
struct Eve {
    world: World,
    people: [PersonId; 6],
}

fn account(name: &str, since: &str) -> vestry_app::Description {
    let item = |item: &str| format!("Canary-{name}-{item}");
    let text = json!({ "member_since": noon(since), "items": {
        "email": format!("canary-{name}@shop.example"), "password": item("password"), "name": item("name"),
        "mobile": item("mobile"), "company_phone": item("company_phone"), "company": item("company"),
        "title": item("title"), "app_settings": item("app_settings"), "state": item("state"),
        "member_id": item("member_id"),
    } });
    serde_json::from_value(text).expect("a description")
}

fn canaries(name: &str) -> Vec<Canary> {
    ["password", "name", "mobile", "app_settings", "visit"]
        .map(|item| Canary::text(&format!("{name} {item}"), &format!("Canary-{name}-{item}")))
        .to_vec()
}

impl Eve {
    async fn made() -> Self {
        let world = World::made("2020-01-01").await;
        let privacy = world.open().await;
        let since = ["2019-12-01", "2019-12-01", "2020-01-01", "2019-10-01", "2020-02-01", "2020-12-30"];
        let mut people = Vec::new();
        for (name, since) in NAMES.iter().zip(since) {
            people.push(privacy.add_person(&account(name, since)).await.expect("added"));
        }
        let people: [PersonId; 6] = people.try_into().expect("six");
        privacy.withdraw(people[0]).await.expect("withdrawn");
        set_clock(noon("2020-10-01"));
        let policy = privacy.policy();
        let (class, item) = (policy.class_named("visit").expect("a class"), policy.item_named("ip_address"));
        for (person, name) in people.iter().zip(NAMES) {
            let value = format!("Canary-{name}-visit").into();
            let visit = DayRecord { person: Some(*person), items: vec![(item.expect("an item"), value)] };
            privacy.vault().add_day_records(policy, class, &[visit], privacy.now()).await.expect("kept");
        }
        for in_use in [people[1], people[5]] {
            set_clock(noon("2020-11-29"));
            privacy.vault().used(policy, in_use, privacy.now()).await.expect("in use");
        }
        sweep_on(&privacy, "2020-11-30").await;
        sweep_on(&privacy, "2020-12-31").await;
        // The visit of one who leaves is evidence.
        let held = day_record(&privacy, people[1]).await;
        privacy.vault().hold(held, &reason(), privacy.now()).await.expect("held");
        set_clock(noon(DAY));
        privacy.close().await;
        Self { world, people }
    }

    /// The same eve in another folder.
    fn again(&self) -> Self {
        Self { world: self.world.copied(), people: self.people }
    }

    /// Everything that is to happen on the day. Whatever happened already is no error.
    async fn act(&self, privacy: &Privacy) -> Result<(), PrivacyError> {
        let (policy, vault, now) = (privacy.policy(), privacy.vault(), privacy.now());
        let [_, leaves, _, returns, notified, stays] = self.people;
        let again = |result: Result<(), VaultError>| match result {
            Err(VaultError::State { .. }) => Ok(()),
            other => other,
        };
        again(vault.withdraw(policy, leaves, now).await)?;
        again(vault.return_member(policy, returns, now).await)?;
        vault.object(policy, stays, now).await?;
        let on_file = vault.person(policy, notified).await?;
        let class = policy.class_named("account").expect("a class");
        let record = on_file.records.iter().find(|record| record.class == class).expect("a record").record;
        let mobile = policy.item_named("mobile").expect("an item");
        vault.correct(policy, record, mobile, &"Canary-notified-corrected".to_owned().into(), now).await?;
        privacy.sweep(&SweepRequest { confirm_clock: Some(reason()), ..SweepRequest::default() }, |_| {}).await?;
        Ok(())
    }
}

async fn day_record(privacy: &Privacy, person: PersonId) -> HoldSubject {
    let opening = vestry_vault::Opening::new("rights", vestry_vault::Reader::Prompt, Some(reason())).expect("opens");
    let records = privacy.show_person(person, &opening, None).await.expect("shown");
    HoldSubject::Record(records.iter().find(|record| record.day.is_some()).expect("a visit").record)
}

/// What is on file, in words that are the same in every run.
#[derive(Debug, PartialEq, Eq)]
struct State {
    people: Vec<String>,
    days: Vec<String>,
    certified: bool,
}

async fn state(privacy: &Privacy, people: &[PersonId]) -> State {
    let policy = privacy.policy();
    let mut told = Vec::new();
    for (person, name) in people.iter().zip(NAMES) {
        let on_file = match privacy.vault().person(policy, *person).await {
            Ok(on_file) => on_file,
            Err(VaultError::UnknownPerson(_)) => {
                told.push(format!("{name}: gone"));
                continue;
            }
            Err(error) => panic!("{error}"),
        };
        let membership = match on_file.membership {
            Membership::None => "none",
            Membership::Active { notified, .. } if notified.is_some() => "told",
            Membership::Active { .. } => "active",
            Membership::Dormant { .. } => "dormant",
            Membership::Ended { .. } => "ended",
        };
        let records = on_file.records.iter().map(|record| {
            let place = if record.stored == StoredIn::Live { "live" } else { "apart" };
            format!("{} {place}, {} items", policy.class(record.class).id, record.items.iter().count())
        });
        let mut records: Vec<String> = records.collect();
        records.sort();
        let opened = values(privacy, *person, "rights").await.unwrap_or_default();
        told.push(format!("{name}: {membership}, objected {}: {records:?}: {opened:?}", on_file.objected));
    }
    let days = privacy.vault().days(policy).await.expect("read");
    let days = days.iter().filter(|day| policy.class(day.class).id == "visit");
    let days = days.map(|day| format!("{}: {} of which {} held", day.counted_from, day.records, day.held.len()));
    let certificates = privacy.vault().certificates().expect("read");
    State { people: told, days: days.collect(), certified: !certificates.is_empty() }
}

/// Keys that no row names, and keys of sealed rows that are not there. A day keeps the name of its key while one of its
/// records is held past it.
async fn unmatched(world: &World, privacy: &Privacy) -> (usize, usize) {
    let (mut named, mut needed, mut stored) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for table in evidence(world, privacy, &[]).tables().await {
        if table.at.contains("as it stood") {
            continue;
        }
        for row in table.rows.iter().map(|row| Named { columns: &table.columns, row }) {
            let name = row.id("key").map(|key| *Tombstone::of(KeyId::from_bytes(key)).as_bytes());
            named.extend(name);
            needed.extend(name.filter(|_| row.bytes("sealed").is_some()));
            stored.extend(row.bytes("wrapped").and_then(|_| row.array::<32>("tombstone")));
        }
    }
    (stored.difference(&named).count(), needed.difference(&stored).count())
}

/// Ends everything, and asserts that nothing opens out of what the data was at the stop.
async fn nothing_opens_in_the_end(eve: &Eve, privacy: &Privacy, old: &TempDir, when: &str) {
    let policy = privacy.policy();
    for hold in privacy.vault().holds().await.expect("listed") {
        let record = hold.subject.parse().map(HoldSubject::Record);
        let subject = match record {
            Ok(record) => record,
            // A visit has no row among the records, so the list cannot name it.
            Err(_) => day_record(privacy, eve.people[1]).await,
        };
        privacy.vault().release(subject, &reason(), privacy.now()).await.expect("released");
    }
    for person in eve.people {
        match privacy.vault().withdraw(policy, person, privacy.now()).await {
            Ok(()) | Err(VaultError::State { .. } | VaultError::UnknownPerson(_)) => {}
            Err(error) => panic!("{when}: {error}"),
        }
    }
    sweep_on(privacy, "2022-06-01").await;
    sweep_on(privacy, "2030-01-01").await;
    assert_eq!(privacy.vault().count_people().await.expect("counted"), 0, "{when}");
    let all: Vec<Canary> = NAMES.iter().flat_map(|name| canaries(name)).collect();
    let found = evidence(&eve.world, privacy, &[old.path()]).scan(&all).await;
    assert!(found.is_empty(), "{when}:\n{}", shown(&found));
    let ids = eve.people.iter().zip(NAMES).map(|(id, name)| Canary::bytes(name, *id.as_bytes()));
    let found = evidence(&eve.world, privacy, &[]).scan(&ids.collect::<Vec<_>>()).await;
    assert!(found.is_empty(), "{when}:\n{}", shown(&found));
}

#[tokio::test]
async fn clause_6_na_an_error_at_any_step_is_made_good() {
    each_step(Then::GoesOn).await;
}

#[tokio::test]
async fn clause_6_na_a_crash_at_any_step_is_made_good() {
    each_step(Then::Reopens).await;
}

/// Stops before each step in turn, and compares what the next run makes of it with a run that nothing stopped.
async fn each_step(then: Then) {
    let eve = Eve::made().await;
    let whole = eve.again();
    let privacy = whole.world.open().await;
    privacy.vault().steps().stop_after(u32::MAX);
    whole.act(&privacy).await.expect("done");
    let steps = privacy.vault().steps().taken();
    let expected = state(&privacy, &whole.people).await;
    assert_eq!(unmatched(&whole.world, &privacy).await, (0, 0), "{expected:#?}");
    let words = format!("{expected:?}");
    for word in ["destroyed: gone", "leaves: ended", "dormant: dormant", "returns: active", "notified: told", "1 held"]
    {
        assert!(words.contains(word), "no {word}: {expected:#?}");
    }
    assert!(steps > 20, "{steps}");
    privacy.close().await;
    for step in 0..steps {
        stopped_at(&eve, step, then, &expected).await;
    }
}

async fn stopped_at(eve: &Eve, step: u32, then: Then, expected: &State) {
    let eve = eve.again();
    set_clock(noon(DAY));
    let mut privacy = eve.world.open().await;
    let old = TempDir::new().expect("a folder");
    let mut when = format!("{then:?}");
    // Twice: what makes a stop good may stop as well.
    for time in ["first", "second"] {
        privacy.vault().steps().stop_after(step);
        match eve.act(&privacy).await {
            Err(PrivacyError::Vault(VaultError::Stopped { name, .. })) => when += &format!(", before {step}, {name}"),
            Ok(()) if time == "second" => when += ", then done",
            other => panic!("{when}, {step}: {other:?}"),
        }
        copy_without_keys(&eve.world.data(), &old.path().join(time));
        privacy.vault().steps().stop_after(u32::MAX);
        if matches!(then, Then::Reopens) {
            privacy.close().await;
            // With its last owner the lock of the folder goes.
            drop(privacy);
            privacy = eve.world.open().await;
        }
    }
    eve.act(&privacy).await.unwrap_or_else(|error| panic!("{when}: {error}"));
    assert_eq!(state(&privacy, &eve.people).await, *expected, "{when}");
    let (_, missing) = unmatched(&eve.world, &privacy).await;
    assert_eq!(missing, 0, "{when}");
    nothing_opens_in_the_end(&eve, &privacy, &old, &when).await;
    privacy.close().await;
}
