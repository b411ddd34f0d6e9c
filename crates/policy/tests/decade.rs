//! Ten years of members, day by day, against a naive reading of the document: after each sweep nothing is held without
//! a reason, nothing went early, and each record is where it belongs.
//!
//! A few members by default; `VESTRY_DECADE=1000x100` lives a thousand members under a hundred seeds. People do not
//! touch each other here, so a failure tells the story of one person.

#[path = "../../../tests/decade/calendar.rs"]
mod calendar;
#[path = "../../../tests/decade/events.rs"]
mod events;
#[path = "../../../tests/decade/oracle.rs"]
mod oracle;
#[path = "../../../tests/decade/versions.rs"]
mod versions;
#[path = "../../../tests/decade/world.rs"]
mod world;

use calendar::Calendar;
use events::{at, event};
use jiff::{Timestamp, ToSpan, civil::Date};
use std::{collections::HashMap, thread};
use vestry_policy::{
    Action, BUILTIN, BUILTIN_FILE, ClassId, Event, ItemId, ItemSet, Membership, Period, PersonFacts, Planner, Policy,
    PurposeId, PurposeSet, RecordFacts, StoredIn, Subject, Unit, Verdict,
};
use world::{Dice, Member, Person, Record, instant};

const DAYS: i64 = 3653;

/// The policy's names, looked up once.
struct Names<'p> {
    policy: &'p Policy,
    items: HashMap<&'p str, ItemId>,
    classes: HashMap<&'p str, ClassId>,
    marketing: PurposeId,
}

impl<'p> Names<'p> {
    fn of(policy: &'p Policy) -> Self {
        Self {
            policy,
            items: policy.items().map(|(id, item)| (item.id.as_str(), id)).collect(),
            classes: policy.classes().map(|(id, class)| (class.id.as_str(), id)).collect(),
            marketing: policy.purpose_named("marketing").expect("marketing"),
        }
    }

    fn items(&self, items: ItemSet) -> Vec<&'p str> {
        items.iter().map(|item| self.policy.item(item).id.as_str()).collect()
    }
}

/// A person's records as the planner is told of them, made anew when something about them changed.
#[derive(Default)]
struct OnFile {
    /// Under which version, and after how many deeds.
    made: Option<(bool, usize)>,
    records: Vec<Prepared>,
}

/// What the planner asks of a record, but where it is stored and whether it is held.
struct Prepared {
    class: ClassId,
    items: ItemSet,
    events: Vec<(Event, Timestamp)>,
}

impl OnFile {
    fn update(&mut self, names: &Names<'_>, person: &Person, today: i64) {
        let made = Some((versions::is_second(today), person.deeds.len()));
        if self.made == made {
            return;
        }
        let record = |record: &Record| {
            let items = record.items.iter().map(|item| names.items[item]).collect();
            let events = record.events.iter().map(|(happened, seconds)| (event(*happened), at(*seconds))).collect();
            Prepared { class: names.classes[record.class], items, events }
        };
        *self = Self { made, records: person.records.iter().map(record).collect() };
    }
}

#[test]
fn clause_4_and_6_ga_ten_years_keep_to_the_document() {
    let size = std::env::var("VESTRY_DECADE").unwrap_or_else(|_| "60x3".into());
    let (members, seeds) = size.split_once('x').expect("members x seeds, such as `1000x100`");
    let (members, seeds): (u64, u64) = (members.parse().expect("a number"), seeds.parse().expect("a number"));
    let policies = versions::texts(BUILTIN).map(|text| Policy::read(&text, BUILTIN_FILE).expect("a policy"));
    let names = [Names::of(&policies[0]), Names::of(&policies[1])];
    let calendar = Calendar::new();
    let workers = thread::available_parallelism().map_or(1, usize::from) as u64;
    let live = |worker: u64| {
        let mut destroyed = 0;
        for seed in 1..=seeds {
            for member in (worker..members).step_by(workers as usize) {
                destroyed += decade(&names, &calendar, seed, member);
            }
        }
        destroyed
    };
    let destroyed: u64 = thread::scope(|scope| {
        let live = &live;
        let workers: Vec<_> = (0..workers).map(|worker| scope.spawn(move || live(worker))).collect();
        workers.into_iter().map(|worker| worker.join().expect("no story failed")).sum()
    });
    assert!(destroyed > members * seeds, "too little happened: {destroyed} items were destroyed");
}

/// Lives one member's ten years; how many items were destroyed.
fn decade(names: &[Names<'_>; 2], calendar: &Calendar, seed: u64, member: u64) -> u64 {
    let mut dice = Dice(seed << 32 | member);
    // Sweeps that nobody ran are the same for all members of a seed.
    let mut sweeper = Dice(seed);
    let joined = 212 + dice.below(2000) as i64;
    let at = instant(&mut dice, calendar, joined);
    let is_stranger = dice.once_in(10);
    let mut person =
        if is_stranger { Person::stranger(&mut dice, calendar, at) } else { Person::join(&mut dice, calendar, at) };
    let (mut missed, mut destroyed, mut on_file) = (0, 0, OnFile::default());
    for day in 212..212 + DAYS {
        if day > joined {
            let at = instant(&mut dice, calendar, day);
            person.live(&mut dice, calendar, at);
        }
        let (misses, long) = (sweeper.once_in(60), sweeper.once_in(4000));
        missed = if long { 730 } else { (if misses { 1 + day % 20 } else { missed - 1 }).max(0) };
        if missed == 0 && day > joined && !person.records.is_empty() {
            let names = &names[usize::from(versions::is_second(day + 1))];
            destroyed += sweep(names, calendar, (&mut person, &mut on_file), day + 1, (seed, member));
        }
    }
    destroyed
}

/// Sweeps on the morning of `today` and holds what was done against the oracle.
fn sweep(
    names: &Names<'_>,
    calendar: &Calendar,
    (person, on_file): (&mut Person, &mut OnFile),
    today: i64,
    who: (u64, u64),
) -> u64 {
    let apart = oracle::is_to_be_set_apart(person, calendar, today);
    let verdicts = plan(names, person, on_file, today);
    let told = verdicts.iter().any(|verdict| matches!(verdict.action, Action::Notify { .. }));
    assert_eq!(told, oracle::is_to_be_told(person, calendar, today), "told on {}", calendar.text(today));
    let mut destroyed = 0;
    let now = calendar.midnight(today) + 60;
    if apart {
        person.member = Member::Dormant { since: now };
        person.tell(calendar, now, "is set apart");
    }
    for verdict in &verdicts {
        if let (Action::Destroy { since, by }, Subject::Record { record, .. }) = (verdict.action, &verdict.subject) {
            let today_text = calendar.text(today);
            assert!(since <= by && since.to_string() <= today_text, "{since} {by} on {today_text}");
            let at = person.records.iter().position(|r| id(r) == *record).expect("a record of theirs");
            for item in names.items(verdict.items) {
                let is_early = oracle::is_held(person, &person.records[at], item, calendar, today);
                fail_if(is_early, person, calendar, today, who, &person.records[at], &format!("{item} went early"));
                destroyed += 1;
            }
        }
    }
    if execute(names, calendar, person, &verdicts, now) {
        on_file.made = None;
    }
    for record in &person.records {
        for item in &record.items {
            let is_held = oracle::is_held(person, record, item, calendar, today);
            fail_if(!is_held, person, calendar, today, who, record, &format!("nothing holds {item}"));
        }
        let belongs = oracle::is_apart(person, record, calendar, today);
        fail_if(record.separated != belongs, person, calendar, today, who, record, "is in the wrong store");
    }
    destroyed
}

/// Does what the verdicts say, with no choice of its own; whether anything was destroyed.
fn execute(names: &Names<'_>, calendar: &Calendar, person: &mut Person, verdicts: &[Verdict], now: i64) -> bool {
    let mut destroyed = false;
    for verdict in verdicts {
        match (verdict.action, &verdict.subject) {
            (Action::Notify { .. }, _) => {
                person.notified = Some(now);
                person.tell(calendar, now, "is told");
            }
            (Action::Separate { .. }, Subject::Record { record, .. }) => {
                let found = person.records.iter_mut().find(|r| id(r) == *record);
                found.expect("a record of theirs").separated = true;
            }
            (Action::Destroy { .. }, Subject::Record { record, .. }) => {
                let found = person.records.iter_mut().find(|r| id(r) == *record).expect("a record of theirs");
                destroyed = true;
                let gone = names.items(verdict.items);
                found.items.retain(|item| !gone.contains(item));
                let what = format!("{} {}: {} destroyed", found.class, found.id, gone.join(", "));
                person.tell(calendar, now, &what);
            }
            _ => {}
        }
    }
    person.records.retain(|record| !record.items.is_empty());
    destroyed
}

fn plan<'f>(names: &Names<'_>, person: &Person, on_file: &'f mut OnFile, today: i64) -> Vec<Verdict> {
    on_file.update(names, person, today);
    let facts = |(record, prepared): (&Record, &'f Prepared)| RecordFacts {
        record: id(record),
        class: prepared.class,
        stored: if record.separated { StoredIn::Separated } else { StoredIn::Live },
        items: prepared.items,
        events: &prepared.events,
        held: record.held || person.held,
    };
    let records: Vec<RecordFacts<'_>> = person.records.iter().zip(&on_file.records).map(facts).collect();
    let membership = match person.member {
        Member::Nobody => Membership::None,
        Member::Active => Membership::Active {
            last_use: at(person.last_use),
            notified: person.notified.map(at),
            chosen: person.chosen.map(|n| Period::new(n as u16, Unit::Months).expect("a period")),
        },
        Member::Dormant { since } => Membership::Dormant { since: at(since) },
        Member::Ended { at: ended } => Membership::Ended { at: at(ended) },
    };
    let marketing = names.marketing;
    let taken_back: Vec<_> = person.taken_back.map(|seconds| (marketing, at(seconds))).into_iter().collect();
    let facts = PersonFacts {
        person: [1; 16],
        membership,
        consents: if person.marketing { PurposeSet::EMPTY.with(marketing) } else { PurposeSet::EMPTY },
        taken_back: &taken_back,
        objected: person.objected,
        records: &records,
    };
    let day = Date::constant(2019, 1, 1).checked_add(today.days()).expect("a day");
    let mut verdicts = Vec::new();
    Planner::new(names.policy, day).person(&facts, &mut |verdict| verdicts.push(verdict)).expect("in order");
    verdicts
}

fn id(record: &Record) -> [u8; 16] {
    u128::from(record.id).to_be_bytes()
}

/// Ends the test with the person's story up to the day.
#[track_caller]
fn fail_if(
    fails: bool,
    person: &Person,
    calendar: &Calendar,
    today: i64,
    (seed, member): (u64, u64),
    record: &Record,
    what: &str,
) {
    if fails {
        let (class, id, day) = (record.class, record.id, calendar.text(today));
        panic!("seed {seed}, member {member}, {day}: {class} {id}: {what}\n  {}", person.story.join("\n  "));
    }
}
