//! What a sweep is told to do: clocks of each kind of record, overlapping bases, dormancy, holds.

use jiff::{Timestamp, ToSpan, civil::Date};
use proptest::prelude::*;
use vestry_policy::{
    Action, Event, ItemSet, Membership, PersonFacts, Plan, PlanError, Planner, Policy, PurposeSet, RecordFacts,
    StoredIn, Verdict, WholeDay,
};

fn policy() -> Policy {
    Policy::read(include_str!("../../../policy/omnious-2019-08-01.toml"), "omnious.toml").expect("the file is whole")
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// Noon of a day in Seoul.
fn noon(text: &str) -> Timestamp {
    format!("{text}T12:00:00+09:00").parse().expect("a day")
}

fn items(policy: &Policy, names: &[&str]) -> ItemSet {
    names.iter().map(|name| policy.item_named(name).expect(name)).collect()
}

fn record<'a>(
    policy: &Policy,
    class: &str,
    names: &[&str],
    stored: StoredIn,
    events: &'a [(Event, Timestamp)],
) -> RecordFacts<'a> {
    let class = policy.class_named(class).expect(class);
    RecordFacts { record: [7; 16], class, stored, items: items(policy, names), events, held: false }
}

fn person<'a>(membership: Membership, records: &'a [RecordFacts<'a>]) -> PersonFacts<'a> {
    let consents = PurposeSet::EMPTY;
    PersonFacts { person: [1; 16], membership, consents, taken_back: &[], objected: false, records }
}

fn active(last_use: &str) -> Membership {
    Membership::Active { last_use: noon(last_use), notified: None, chosen: None }
}

/// Every verdict on one person, those that keep included.
fn verdicts(policy: &Policy, on: &str, facts: &PersonFacts<'_>) -> Vec<Verdict> {
    let mut all = Vec::new();
    Planner::new(policy, day(on)).person(facts, &mut |verdict| all.push(verdict)).expect("in order");
    all
}

/// What happens, as `keep 2020-01-01 visit: email, name`.
fn said(policy: &Policy, on: &str, facts: &PersonFacts<'_>) -> Vec<String> {
    let short = |verdict: &Verdict| {
        let names: Vec<&str> = verdict.items.iter().map(|item| policy.item(item).id.as_str()).collect();
        let until = |until: Option<Date>| until.map_or("-".into(), |day| day.to_string());
        let action = match verdict.action {
            Action::Keep { until: last, because } => format!("keep {} {}", until(last), because.name(policy)),
            Action::Separate { until: last, because } => format!("separate {} {}", until(last), because.name(policy)),
            Action::Notify { separation, late } => format!("notify {separation}{}", if late { " late" } else { "" }),
            Action::Destroy { since, by } => format!("destroy {since} {by}"),
        };
        format!("{action}: {}", names.join(", "))
    };
    verdicts(policy, on, facts).iter().map(short).collect()
}

/// A record of `class` with one item and one event: on `last` it is there, on the day after it goes.
#[track_caller]
fn check_clock(class: &str, item: &str, events: &[(Event, &str)], last: &str) {
    let policy = policy();
    let events: Vec<_> = events.iter().map(|(event, on)| (*event, noon(on))).collect();
    let records = [record(&policy, class, &[item], StoredIn::Separated, &events)];
    let facts = person(Membership::Ended { at: noon("2019-08-02") }, &records);
    let kept = said(&policy, last, &facts);
    assert!(kept.len() == 1 && kept[0].starts_with(&format!("keep {last} ")), "{kept:?}");
    let after = day(last).tomorrow().expect("a day after");
    let gone = said(&policy, &after.to_string(), &facts);
    assert!(gone.len() == 1 && gone[0].starts_with(&format!("destroy {after} ")), "{gone:?}");
}

#[test]
fn clause_4_ga_misuse_one_year() {
    check_clock("misuse", "misuse", &[(Event::Made, "2019-08-01")], "2020-08-01");
    // The hash that tells a re-join goes with the block.
    check_clock("rejoin", "rejoin_hash", &[(Event::BlockEnd, "2020-03-31")], "2020-03-31");
}

/// A day that moved on with today never went by: nothing of somebody who is no member was overdue.
#[test]
fn bug_what_its_clock_alone_held_was_due_since_today() {
    let policy = policy();
    let asked = [(Event::Asked, noon("2026-11-18"))];
    let records = [record(&policy, "pending", &["pending"], StoredIn::Live, &asked)];
    for membership in [Membership::None, active("2026-11-18")] {
        let facts = person(membership, &records);
        assert!(said(&policy, "2026-11-21", &facts)[0].starts_with("keep 2026-11-21 "));
        for today in ["2026-11-22", "2026-11-27", "2027-03-01"] {
            let gone = said(&policy, today, &facts);
            assert!(gone.len() == 1 && gone[0].starts_with("destroy 2026-11-22 "), "{today}: {gone:?}");
        }
    }
}

#[test]
fn clause_4_ga_usage_five_years() {
    check_clock("usage", "searches", &[(Event::Made, "2019-02-28")], "2024-02-29");
}

#[test]
fn clause_4_na_contract_five_years_from_the_later_of_end_and_cancellation() {
    let both = [(Event::ContractEnd, "2020-01-10"), (Event::Cancellation, "2019-12-20")];
    check_clock("contract", "contract", &both, "2025-01-10");
    check_clock("contract", "contract", &[(Event::Cancellation, "2019-12-20")], "2024-12-20");
}

#[test]
fn clause_4_na_payment_five_years_from_the_later_of_payment_and_supply() {
    let both = [(Event::Payment, "2019-08-01"), (Event::Supply, "2019-09-01")];
    check_clock("payment", "card_number", &both, "2024-09-01");
}

#[test]
fn clause_4_na_complaint_three_years_from_its_last_closing() {
    let reopened = [(Event::Closed, "2019-08-01"), (Event::Closed, "2020-02-29")];
    check_clock("complaint", "complaint", &reopened, "2023-02-28");
}

#[test]
fn clause_4_na_visit_three_months_by_whole_days() {
    let policy = policy();
    let visit = policy.class_named("visit").expect("visit");
    let held = [[3; 16]];
    let whole =
        |counted_from: &str| WholeDay { class: visit, counted_from: day(counted_from), records: 900, held: &held };
    let plan = |on: &str| Plan::of(&policy, day(on), [], [whole("2019-12-01"), whole("2019-12-02")]).expect("in order");
    // Visits of 2019-11-30 count from the day after and may stay until 2020-02-29.
    assert_eq!(plan("2020-02-29").verdicts, []);
    let due = plan("2020-03-01");
    let [verdict] = due.verdicts.as_slice() else { panic!("{:?}", due.verdicts) };
    assert_eq!(verdict.action, Action::Destroy { since: day("2020-03-01"), by: day("2020-03-05") });
    assert_eq!((due.totals.records, due.totals.destroyed, due.totals.overdue), (1800, 899, 0));
    assert_eq!(plan("2020-03-06").totals.overdue, 899);
}

#[test]
fn clause_4_na_member_separated_for_a_year_and_what_nothing_needs_goes_at_once() {
    let policy = policy();
    let records = [record(&policy, "account", &["email", "name", "mobile"], StoredIn::Live, &[])];
    let facts = person(Membership::Ended { at: noon("2020-02-29") }, &records);
    let rest = "separate 2021-02-28 member: email, name, mobile";
    assert_eq!(said(&policy, "2020-02-29", &facts), [rest]);
    let security = [record(&policy, "security", &["session", "passkey"], StoredIn::Live, &[])];
    let facts = person(Membership::Ended { at: noon("2020-02-29") }, &security);
    assert_eq!(said(&policy, "2020-03-01", &facts), ["destroy 2020-02-29 2020-03-04: session, passkey"]);
}

#[test]
fn several_bases_hold_an_item_until_the_last_ends_and_only_the_items_they_need() {
    let policy = policy();
    let paid = [(Event::Payment, noon("2019-08-01")), (Event::Supply, noon("2019-08-03"))];
    let mut account = record(&policy, "account", &["email", "name", "mobile"], StoredIn::Live, &[]);
    account.record = [1; 16];
    let mut payment = record(&policy, "payment", &["card_number"], StoredIn::Live, &paid);
    payment.record = [2; 16];
    let mut records = [account, payment];
    let left = Membership::Ended { at: noon("2020-06-01") };
    let expected = [
        "separate 2024-08-03 payment: email, name",
        "separate 2021-06-01 member: mobile",
        "separate 2024-08-03 payment: card_number",
    ];
    assert_eq!(said(&policy, "2020-06-02", &person(left, &records)), expected);
    records.iter_mut().for_each(|record| record.stored = StoredIn::Separated);
    let expected = [
        "keep 2024-08-03 payment: email, name",
        "destroy 2021-06-02 2021-06-06: mobile",
        "keep 2024-08-03 payment: card_number",
    ];
    assert_eq!(said(&policy, "2021-06-02", &person(left, &records)), expected);
    let gone = said(&policy, "2024-08-04", &person(left, &records));
    assert!(gone.iter().all(|line| line.starts_with("destroy")), "{gone:?}");
}

#[test]
fn clause_1_ra_a_consent_taken_back_ends_what_served_it_alone() {
    let policy = policy();
    let records = [record(&policy, "account", &["email", "mailing"], StoredIn::Live, &[])];
    let marketing = policy.purpose_named("marketing").expect("marketing");
    let mut facts = person(active("2020-05-01"), &records);
    facts.consents = PurposeSet::EMPTY.with(marketing);
    assert_eq!(said(&policy, "2020-05-02", &facts), ["keep - membership: email, mailing"]);
    let taken_back = [(marketing, noon("2020-05-03"))];
    facts.consents = PurposeSet::EMPTY;
    facts.taken_back = &taken_back;
    let expected = ["keep - membership: email", "destroy 2020-05-03 2020-05-07: mailing"];
    assert_eq!(said(&policy, "2020-05-04", &facts), expected);
}

#[test]
fn clause_1_ga_an_objection_takes_separated_use_out_at_once() {
    let policy = policy();
    let made = [(Event::Made, noon("2020-01-01"))];
    let records = [record(&policy, "usage", &["searches"], StoredIn::Separated, &made)];
    let mut facts = person(Membership::Ended { at: noon("2020-06-01") }, &records);
    assert_eq!(said(&policy, "2020-07-01", &facts), ["keep 2025-01-01 usage: searches"]);
    facts.objected = true;
    assert_eq!(said(&policy, "2020-07-01", &facts), ["destroy 2020-06-01 2020-06-05: searches"]);
}

#[test]
fn clause_4_da_notice_then_separation_after_a_year() {
    let policy = policy();
    let records = [record(&policy, "account", &["email"], StoredIn::Live, &[])];
    let with = |notified: Option<&str>, last_use: &str| {
        let (last_use, notified) = (noon(last_use), notified.map(noon));
        person(Membership::Active { last_use, notified, chosen: None }, &records)
    };
    let keep = "keep - membership: email";
    let quiet = with(None, "2019-08-01");
    assert_eq!(said(&policy, "2020-06-25", &quiet), [keep]);
    // 37 days before 2020-08-02 the notice goes out.
    assert_eq!(said(&policy, "2020-06-26", &quiet), ["notify 2020-08-02: email", keep]);
    let told = with(Some("2020-06-26"), "2019-08-01");
    assert_eq!(said(&policy, "2020-08-01", &told), [keep]);
    assert_eq!(said(&policy, "2020-08-02", &told), ["separate - return: email"]);
    // No notice, no separation; a late notice moves it to 30 full days after.
    assert_eq!(said(&policy, "2020-08-10", &quiet), ["notify 2020-09-10 late: email", keep]);
    let late = with(Some("2020-08-10"), "2019-08-01");
    assert_eq!(said(&policy, "2020-09-09", &late), [keep]);
    assert_eq!(said(&policy, "2020-09-10", &late), ["separate - return: email"]);
    // A login after the notice, even after the day, calls it off.
    assert_eq!(said(&policy, "2020-09-10", &with(Some("2020-08-10"), "2020-09-09")), [keep]);
}

#[test]
fn clause_4_da_a_period_chosen_beforehand_goes_first() {
    let policy = policy();
    let records = [record(&policy, "account", &["email"], StoredIn::Live, &[])];
    let chosen = Some("3 years".parse().expect("a period"));
    let facts = person(Membership::Active { last_use: noon("2019-08-01"), notified: None, chosen }, &records);
    assert_eq!(said(&policy, "2022-06-25", &facts), ["keep - membership: email"]);
    assert_eq!(said(&policy, "2022-06-26", &facts)[0], "notify 2022-08-02: email");
}

#[test]
fn clause_4_da_set_apart_for_five_years_at_most() {
    let policy = policy();
    let records = [record(&policy, "account", &["email"], StoredIn::Separated, &[])];
    let facts = person(Membership::Dormant { since: noon("2020-08-02") }, &records);
    assert_eq!(said(&policy, "2025-08-02", &facts), ["keep - return: email"]);
    assert_eq!(said(&policy, "2025-08-03", &facts), ["destroy 2025-08-03 2025-08-07: email"]);
}

#[test]
fn clause_9_on_the_fourteenth_birthday_the_guardians_items_go() {
    let policy = policy();
    let birthday = [(Event::OfAge, "2022-02-28T15:00:00Z".parse().expect("midnight in Seoul"))];
    let records = [record(&policy, "guardian", &["day_of_14", "guardian_name"], StoredIn::Live, &birthday)];
    let facts = person(active("2022-02-20"), &records);
    assert_eq!(said(&policy, "2022-02-28", &facts), ["keep - membership: day_of_14, guardian_name"]);
    assert_eq!(said(&policy, "2022-03-01", &facts), ["destroy 2022-03-01 2022-03-05: day_of_14, guardian_name"]);
}

#[test]
fn clause_9_a_stub_without_answer_goes() {
    check_clock("stub", "stub_guardian", &[(Event::Asked, "2020-01-01")], "2020-01-15");
}

/// An address that nobody confirms makes no member; one that was confirmed leaves no sign-up behind.
#[test]
fn clause_4_a_sign_up_that_waits_goes_with_its_answer_or_after_three_days() {
    check_clock("pending", "pending", &[(Event::Asked, "2020-01-01")], "2020-01-04");
    let policy = policy();
    let asked = [(Event::Asked, noon("2020-01-01")), (Event::Closed, noon("2020-01-02"))];
    for (events, on, expected) in [
        (&asked[..1], "2020-01-02", "keep 2020-01-04 pending: pending"),
        (&asked[..], "2020-01-02", "destroy 2020-01-02 2020-01-06: pending"),
    ] {
        let records = [record(&policy, "pending", &["pending"], StoredIn::Live, events)];
        assert_eq!(said(&policy, on, &person(Membership::None, &records)), [expected]);
    }
}

#[test]
fn a_hold_always_wins_and_its_release_resumes_the_same_day() {
    let policy = policy();
    let made = [(Event::Made, noon("2019-08-01"))];
    let mut records = [record(&policy, "misuse", &["misuse"], StoredIn::Separated, &made)];
    records[0].held = true;
    let left = Membership::Ended { at: noon("2019-08-02") };
    assert_eq!(said(&policy, "2030-01-01", &person(left, &records)), ["keep - hold: misuse"]);
    records[0].held = false;
    assert_eq!(said(&policy, "2030-01-01", &person(left, &records)), ["destroy 2020-08-02 2020-08-06: misuse"]);
}

#[test]
fn an_open_case_of_somebody_who_left_stays_in_use() {
    let policy = policy();
    let records = [record(&policy, "complaint", &["complaint"], StoredIn::Live, &[])];
    let facts = person(Membership::Ended { at: noon("2020-01-01") }, &records);
    assert_eq!(said(&policy, "2021-01-01", &facts), ["keep - complaint: complaint"]);
}

#[test]
fn facts_out_of_order_make_no_plan() {
    let policy = policy();
    let twice = [person(active("2020-01-01"), &[]), person(active("2020-01-01"), &[])];
    assert_eq!(Plan::of(&policy, day("2020-01-02"), twice, []), Err(PlanError::OutOfOrder));
}

#[test]
fn a_plan_is_text_and_json_under_one_hash() {
    let policy = policy();
    let made = [(Event::Made, noon("2019-08-01"))];
    let records = [record(&policy, "misuse", &["misuse"], StoredIn::Separated, &made)];
    let facts = || [person(Membership::Ended { at: noon("2019-08-02") }, &records)];
    let plan = Plan::of(&policy, day("2020-08-02"), facts(), []).expect("in order");
    let again = Plan::of(&policy, day("2020-08-02"), facts(), []).expect("in order");
    assert_eq!(plan, again);
    let (text, json) = (plan.text(&policy), plan.json(&policy));
    let hash = json["plan"].as_str().expect("a hash");
    assert!(hash.len() == 64 && text.contains(hash), "{text}");
    assert!(text.contains("1 to destroy") && text.contains("misuse"), "{text}");
    assert_eq!(json["verdicts"][0]["action"]["destroy"]["since"], "2020-08-02");
    let earlier = Plan::of(&policy, day("2020-08-01"), facts(), []).expect("in order");
    assert_ne!(earlier.hash, plan.hash);
}

/// A record of a random class with random events.
fn any_record() -> impl Strategy<Value = (usize, Vec<(Event, i64)>, bool)> {
    let event = prop_oneof![
        Just(Event::Made),
        Just(Event::Payment),
        Just(Event::Supply),
        Just(Event::Closed),
        Just(Event::ContractEnd),
        Just(Event::BlockEnd),
        Just(Event::OfAge),
    ];
    // Seconds within about ten years from 2019-08-01.
    (0..18usize, prop::collection::vec((event, 0..315_000_000i64), 0..3), any::<bool>())
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_564_600_000 + seconds).expect("within the calendar")
}

proptest! {
    /// Every item has one verdict; an executed plan leaves nothing to do; a later day never un-expires; a hold wins.
    #[test]
    fn plans_are_complete_idempotent_and_monotone(
        (class, events, separated) in any_record(),
        left in prop::option::of(0..315_000_000i64),
        on in 0..4_000i64,
        later in 0..2_000i64,
    ) {
        let policy = policy();
        let class = policy.classes().nth(class).expect("18 classes").0;
        prop_assume!(policy.class(class).id != "visit" && policy.class(class).id != "look");
        let events: Vec<_> = events.into_iter().map(|(event, seconds)| (event, at(seconds))).collect();
        let stored = if separated { StoredIn::Separated } else { StoredIn::Live };
        let all = policy.items_of(class);
        let mut records = [RecordFacts { record: [7; 16], class, stored, items: all, events: &events, held: false }];
        let membership = left.map_or(
            Membership::Active { last_use: at(400_000_000), notified: None, chosen: None },
            |seconds| Membership::Ended { at: at(seconds) },
        );
        let first = day("2019-08-01").checked_add(on.days()).expect("a day");
        let second = first.checked_add(later.days()).expect("a day");
        let run = |on: Date, records: &[RecordFacts<'_>]| {
            let facts = person(membership, records);
            verdicts(&policy, &on.to_string(), &facts)
        };
        let gone = |verdicts: &[Verdict]| {
            let destroyed = verdicts.iter().filter(|v| matches!(v.action, Action::Destroy { .. }));
            destroyed.fold(ItemSet::EMPTY, |all, v| all.union(v.items))
        };
        let now = run(first, &records);
        let named: usize = now.iter().map(|v| v.items.len()).sum();
        prop_assert_eq!(named, all.len());
        let destroyed = gone(&now);
        prop_assert!(destroyed.without(gone(&run(second, &records))).is_empty(), "un-expired");

        let separate = now.iter().any(|v| matches!(v.action, Action::Separate { .. }));
        let executed = RecordFacts {
            items: all.without(destroyed),
            stored: if separate { StoredIn::Separated } else { stored },
            ..records[0]
        };
        let idle = |v: &Verdict| matches!(v.action, Action::Keep { .. });
        prop_assert!(run(first, &[executed]).iter().all(idle), "something is left to do");

        records[0].held = true;
        prop_assert!(gone(&run(second, &records)).is_empty(), "a hold lost");
    }
}
