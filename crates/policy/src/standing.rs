//! Where a membership stands on a day, and what its owner's staying away asks for.

use crate::{Dormancy, Event, Membership, Period, Policy, RecordFacts};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime},
};

/// Where a membership stands on the day of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There is none.
    None,
    /// In use.
    Active,
    /// Set apart, or to be set apart today.
    Dormant,
    /// Over since `on`; `withdrawn` when its owner left, not when it was held apart for too long.
    Ended { on: Date, withdrawn: Option<DateTime> },
}

/// A notice that is to be given today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoticeDue {
    /// The first day on which the membership may be set apart.
    pub(crate) separation: Date,
    /// Whether it comes so late that it moved that day.
    pub(crate) late: bool,
}

impl Standing {
    /// Where `membership` stands on `day`, and the notice that is due.
    pub(crate) fn on(policy: &Policy, membership: Membership, day: Date) -> (Self, Option<NoticeDue>) {
        match (membership, &policy.dormancy) {
            (Membership::None, _) => (Self::None, None),
            (Membership::Active { .. }, None) => (Self::Active, None),
            (Membership::Active { last_use, notified, chosen }, Some(rule)) => {
                active(policy, rule, last_use, notified, chosen, day)
            }
            // A version without the rule sets nobody apart; who was set apart before stays so until they return or leave.
            (Membership::Dormant { .. }, None) => (Self::Dormant, None),
            (Membership::Dormant { since }, Some(rule)) => match rule.keep.last_day(policy.local(since)) {
                Ok(last) if last < day => (Self::Ended { on: next(last), withdrawn: None }, None),
                _ => (Self::Dormant, None),
            },
            (Membership::Ended { at }, _) => {
                let at = policy.local(at);
                (Self::Ended { on: at.date(), withdrawn: Some(at) }, None)
            }
        }
    }
}

/// A membership in use: whether its owner stayed away so long that something is due.
fn active(
    policy: &Policy,
    rule: &Dormancy,
    last_use: Timestamp,
    notified: Option<Timestamp>,
    chosen: Option<Period>,
    day: Date,
) -> (Standing, Option<NoticeDue>) {
    // Past the calendar's end nothing is due.
    let Ok(last) = chosen.unwrap_or(rule.after).last_day(policy.local(last_use)) else {
        return (Standing::Active, None);
    };
    let due = next(last);
    // A notice before the last use announced something that this use called off.
    match notified.filter(|notified| *notified > last_use) {
        Some(notified) => {
            let separation = due.max(after_notice(rule, policy.local(notified).date()));
            (if separation <= day { Standing::Dormant } else { Standing::Active }, None)
        }
        None => {
            let from = due.checked_sub(i64::from(rule.notify_days_before).days()).unwrap_or(Date::MIN);
            let earliest = after_notice(rule, day);
            let notice = NoticeDue { separation: due.max(earliest), late: earliest > due };
            (Standing::Active, (from <= day).then_some(notice))
        }
    }
}

/// The first day that lies the rule's full days after a notice on `day`.
fn after_notice(rule: &Dormancy, day: Date) -> Date {
    day.checked_add((i64::from(rule.notice_days) + 1).days()).unwrap_or(Date::MAX)
}

pub(crate) fn next(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}

/// The last of `events` that happened to `record`, on the policy's clocks.
pub(crate) fn latest(policy: &Policy, record: &RecordFacts<'_>, events: &[Event]) -> Option<DateTime> {
    let happened = record.events.iter().filter(|(event, _)| events.contains(event)).map(|(_, at)| *at).max();
    happened.map(|at| policy.local(at))
}
