//! A plan as bytes to hash, as text to read, and as JSON.

use super::{Action, Because, Plan, Subject, Totals, Verdict};
use crate::{ItemSet, Policy};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::fmt::Write;

/// One form of a verdict as bytes: every field at its place, lengths before what varies.
pub(super) fn encode(verdict: &Verdict, out: &mut Vec<u8>) {
    match &verdict.subject {
        Subject::Person { person } => {
            out.push(1);
            out.extend(person);
        }
        Subject::Record { person, record, class } => {
            out.push(2);
            out.extend(person);
            out.extend(record);
            out.push(class.0);
        }
        Subject::Day { class, counted_from, records, held } => {
            out.push(3);
            out.push(class.0);
            day(*counted_from, out);
            out.extend(records.to_be_bytes());
            out.extend((held.len() as u64).to_be_bytes());
            held.iter().for_each(|record| out.extend(record));
        }
    }
    out.push(u8::try_from(verdict.items.len()).unwrap_or(u8::MAX));
    out.extend(verdict.items.iter().map(|item| item.0));
    match verdict.action {
        Action::Keep { until, because } => reason(4, until, because, out),
        Action::Separate { until, because } => reason(5, until, because, out),
        Action::Notify { separation, late } => {
            out.push(6);
            day(separation, out);
            out.push(u8::from(late));
        }
        Action::Destroy { since, by } => {
            out.push(7);
            day(since, out);
            day(by, out);
        }
    }
}

fn reason(tag: u8, until: Option<Date>, because: Because, out: &mut Vec<u8>) {
    out.push(tag);
    day(until.unwrap_or(Date::ZERO), out);
    out.extend(match because {
        Because::Hold => [1, 0],
        Because::Membership => [2, 0],
        Because::Return => [3, 0],
        Because::Retention(id) => [4, id.0],
    });
}

fn day(day: Date, out: &mut Vec<u8>) {
    out.extend(day.year().to_be_bytes());
    out.extend(day.month().to_be_bytes());
    out.extend(day.day().to_be_bytes());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Because {
    /// The reason by its name in the policy: `hold`, `membership`, `return`, or a retention's.
    pub fn name(self, policy: &Policy) -> &str {
        match self {
            Self::Hold => "hold",
            Self::Membership => "membership",
            Self::Return => "return",
            Self::Retention(id) => &policy.retention(id).id,
        }
    }
}

impl Action {
    /// For people: what, until when, and why.
    pub fn say(self, policy: &Policy) -> String {
        let until = |until: Option<Date>| until.map_or(String::new(), |day| format!(" until {day}"));
        match self {
            Self::Keep { until: last, because } => format!("keep{} ({})", until(last), because.name(policy)),
            Self::Separate { until: last, because } => format!("separate{} ({})", until(last), because.name(policy)),
            Self::Notify { separation, late } => {
                format!("notify: apart from {separation}{}", if late { ", late" } else { "" })
            }
            Self::Destroy { since, by } => format!("destroy: not held since {since}, due by {by}"),
        }
    }
}

impl Verdict {
    /// One line for people: what, to whom, which items, and why.
    pub fn line(&self, policy: &Policy) -> String {
        let action = self.action.say(policy);
        let subject = match &self.subject {
            Subject::Person { person } => format!("person {}", hex(person)),
            Subject::Record { person, record, class } => {
                format!("person {} {} {}", hex(person), policy.class(*class).id, hex(record))
            }
            Subject::Day { class, counted_from, records, held } => {
                let class = &policy.class(*class).id;
                format!("{class} counted from {counted_from}: {records} records, {} held", held.len())
            }
        };
        format!("{action} · {subject} · {}", names(self.items, policy).join(", "))
    }

    /// The verdict with the policy's names.
    pub fn json(&self, policy: &Policy) -> Value {
        let subject = match &self.subject {
            Subject::Person { person } => json!({"person": hex(person)}),
            Subject::Record { person, record, class } => {
                json!({"person": hex(person), "record": hex(record), "class": policy.class(*class).id})
            }
            Subject::Day { class, counted_from, records, held } => {
                let held: Vec<String> = held.iter().map(|record| hex(record)).collect();
                let class = &policy.class(*class).id;
                json!({"class": class, "counted_from": counted_from.to_string(), "records": records, "held": held})
            }
        };
        let last = |until: Option<Date>| until.map(|day| day.to_string());
        let action = match self.action {
            Action::Keep { until, because } => json!({"keep": {"until": last(until), "because": because.name(policy)}}),
            Action::Separate { until, because } => {
                json!({"separate": {"until": last(until), "because": because.name(policy)}})
            }
            Action::Notify { separation, late } => {
                json!({"notify": {"separation": separation.to_string(), "late": late}})
            }
            Action::Destroy { since, by } => json!({"destroy": {"since": since.to_string(), "by": by.to_string()}}),
        };
        json!({"subject": subject, "items": names(self.items, policy), "action": action})
    }
}

fn names(items: ItemSet, policy: &Policy) -> Vec<&str> {
    items.iter().map(|item| policy.item(item).id.as_str()).collect()
}

impl Plan {
    /// The plan for people: what it asks for, then a line a verdict.
    pub fn text(&self, policy: &Policy) -> String {
        let Totals { persons, records, notices, separated, destroyed, overdue } = self.totals;
        let mut text = format!(
            "plan for {} · {} {} · {}\n{persons} persons, {records} records: \
             {notices} notices, {separated} to separate, {destroyed} to destroy, {overdue} overdue\n",
            self.day,
            policy.id,
            policy.version,
            hex(&self.hash)
        );
        for verdict in &self.verdicts {
            text.push_str(&verdict.line(policy));
            text.push('\n');
        }
        text
    }

    /// The plan with the policy's names.
    pub fn json(&self, policy: &Policy) -> Value {
        let Totals { persons, records, notices, separated, destroyed, overdue } = self.totals;
        json!({
            "day": self.day.to_string(),
            "policy": {"id": policy.id, "version": policy.version, "sha256": hex(&self.policy)},
            "plan": hex(&self.hash),
            "totals": {
                "persons": persons, "records": records, "notices": notices,
                "separated": separated, "destroyed": destroyed, "overdue": overdue,
            },
            "verdicts": self.verdicts.iter().map(|verdict| verdict.json(policy)).collect::<Vec<_>>(),
        })
    }
}
