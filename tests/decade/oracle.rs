//! What the document says, read once more and written down as plainly as can be, without the crate under test: does
//! anything hold this item today, and where does its record belong?

use crate::{
    calendar::Calendar,
    versions::{months_after_leaving, months_of_usage},
    world::{Happened, Member, Person, Record},
};

const YEAR: usize = 12;

/// Where a person stands today.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Member,
    Apart,
    Left(i64),
    /// Held apart for five years without return.
    Expired,
    /// Never a member.
    Nobody,
}

fn stands(person: &Person, calendar: &Calendar, today: i64) -> Stands {
    match person.member {
        Member::Nobody => Stands::Nobody,
        Member::Active => Stands::Member,
        Member::Dormant { since } if today > calendar.last_day(since, 5 * YEAR) => Stands::Expired,
        Member::Dormant { .. } => Stands::Apart,
        Member::Ended { at } => Stands::Left(at),
    }
}

/// Whether a member who did not come must be set apart today: a year (or what they chose) is over, and 30 full days lie
/// behind a notice that came after the last use.
pub(crate) fn is_to_be_set_apart(person: &Person, calendar: &Calendar, today: i64) -> bool {
    let quiet = today > calendar.last_day(person.last_use, person.chosen.unwrap_or(YEAR));
    let told = person.notified.filter(|at| *at > person.last_use);
    person.member == Member::Active && quiet && told.is_some_and(|at| today - calendar.day(at) > 30)
}

/// Whether a member who stays away is to be told today, a week and 30 days before they may be set apart.
pub(crate) fn is_to_be_told(person: &Person, calendar: &Calendar, today: i64) -> bool {
    let from = calendar.last_day(person.last_use, person.chosen.unwrap_or(YEAR)) + 1 - 37;
    person.member == Member::Active && person.notified.is_none_or(|at| at <= person.last_use) && from <= today
}

/// Whether something holds the item today.
pub(crate) fn is_held(person: &Person, record: &Record, item: &str, calendar: &Calendar, today: i64) -> bool {
    if record.held || person.held {
        return true;
    }
    let stands = stands(person, calendar, today);
    let in_use = matches!(stands, Stands::Member | Stands::Apart);
    let happened = |record: &Record, which: &[Happened]| {
        record.events.iter().filter(|(event, _)| which.contains(event)).map(|(_, at)| *at).max()
    };
    // A clock that has not started holds; one that has, until its last day.
    let until = |started: Option<i64>, months| started.is_none_or(|at| today <= calendar.last_day(at, months));
    let after_leaving = match stands {
        Stands::Left(at) => today <= calendar.last_day(at, months_after_leaving(today)),
        Stands::Member | Stands::Apart => true,
        Stands::Expired | Stands::Nobody => false,
    };
    let paid = |record: &Record| until(happened(record, &[Happened::Payment, Happened::Supply]), 5 * YEAR);
    let contracted =
        |record: &Record| until(happened(record, &[Happened::ContractEnd, Happened::Cancellation]), 5 * YEAR);
    match record.class {
        "account" => {
            let used = in_use && (item != "mailing" || person.marketing);
            // The time after leaving is for disputes, which no password and no setting settles.
            let left = matches!(stands, Stands::Left(_))
                && after_leaving
                && !["password", "mailing", "app_settings"].contains(&item);
            let pays = ["email", "name", "company"].contains(&item)
                && person.records.iter().any(|other| match other.class {
                    "payment" => paid(other),
                    "contract" => contracted(other),
                    _ => false,
                });
            used || left || pays
        }
        "security" => in_use,
        "guardian" => in_use && happened(record, &[Happened::OfAge]).is_none_or(|at| today < calendar.day(at)),
        "mail" => in_use && happened(record, &[Happened::Sent]).is_none_or(|at| today < calendar.day(at)),
        "stub" => happened(record, &[Happened::Asked]).is_none_or(|at| today < calendar.first_day(at) + 14),
        "request" if item == "identity_note" => {
            happened(record, &[Happened::Closed]).is_none_or(|at| today <= calendar.day(at))
        }
        "request" => until(happened(record, &[Happened::Closed]), YEAR),
        "consent" => after_leaving,
        "usage" => {
            let objected = person.objected && stands != Stands::Member;
            !objected && until(happened(record, &[Happened::Made]), months_of_usage(today))
        }
        "misuse" => until(happened(record, &[Happened::Made]), YEAR),
        "payment" => paid(record),
        "contract" => contracted(record),
        "complaint" => until(happened(record, &[Happened::Closed]), 3 * YEAR),
        other => panic!("no rule for `{other}`"),
    }
}

/// Whether the record belongs in the separated store.
pub(crate) fn is_apart(person: &Person, record: &Record, calendar: &Calendar, today: i64) -> bool {
    match stands(person, calendar, today) {
        Stands::Member => false,
        Stands::Apart | Stands::Left(_) | Stands::Expired | Stands::Nobody => match record.class {
            // What is still open is still worked on.
            "complaint" | "contract" | "request" => !record.events.is_empty(),
            // A guardian's answer is waited for.
            "stub" => false,
            _ => true,
        },
    }
}
