//! What rows call things, and what the policy in force calls them.

use crate::error::VaultError;
use jiff::Timestamp;
use std::{collections::HashMap, fmt::Write};
use vestry_policy::{ClassId, Event, ItemId, Policy, PurposeId, StoredIn};

/// Names to ids of one policy, looked up once.
pub(crate) struct Names<'p> {
    policy: &'p Policy,
    classes: HashMap<&'p str, ClassId>,
    items: HashMap<&'p str, ItemId>,
    purposes: HashMap<&'p str, PurposeId>,
}

impl<'p> Names<'p> {
    pub(crate) fn of(policy: &'p Policy) -> Self {
        Self {
            policy,
            classes: policy.classes().map(|(id, class)| (class.id.as_str(), id)).collect(),
            items: policy.items().map(|(id, item)| (item.id.as_str(), id)).collect(),
            purposes: policy.purposes().map(|(id, purpose)| (purpose.id.as_str(), id)).collect(),
        }
    }

    pub(crate) fn class(&self, name: &str) -> Result<ClassId, VaultError> {
        self.classes.get(name).copied().ok_or_else(|| self.unknown("class", name))
    }

    pub(crate) fn item(&self, name: &str) -> Result<ItemId, VaultError> {
        self.items.get(name).copied().ok_or_else(|| self.unknown("item", name))
    }

    pub(crate) fn purpose(&self, name: &str) -> Result<PurposeId, VaultError> {
        self.purposes.get(name).copied().ok_or_else(|| self.unknown("purpose", name))
    }

    fn unknown(&self, kind: &'static str, name: &str) -> VaultError {
        VaultError::NotInPolicy { policy: self.policy.version.clone(), kind, name: name.into() }
    }
}

/// A class that the policy does not list.
pub(crate) fn not_listed(policy: &Policy, class: &str) -> VaultError {
    VaultError::NotInPolicy { policy: policy.version.clone(), kind: "class", name: class.into() }
}

/// Events by the names that rows hold; a name once given stays.
const EVENTS: [(Event, &str); 18] = [
    (Event::Made, "made"),
    (Event::Withdrawal, "withdrawal"),
    (Event::Visit, "visit"),
    (Event::Payment, "payment"),
    (Event::Supply, "supply"),
    (Event::ContractEnd, "contract-end"),
    (Event::Cancellation, "cancellation"),
    (Event::Closed, "closed"),
    (Event::BlockEnd, "block-end"),
    (Event::OfAge, "of-age"),
    (Event::Asked, "asked"),
    (Event::Sent, "sent"),
    (Event::Left, "left"),
    (Event::Trained, "trained"),
    (Event::Due, "due"),
    (Event::Checked, "checked"),
    (Event::Decided, "decided"),
    (Event::Reopened, "reopened"),
];

/// The event of that name.
pub fn event_named(name: &str) -> Option<Event> {
    EVENTS.iter().find(|(_, other)| *other == name).map(|(event, _)| *event)
}

/// `made=1564585200000000 closed=…`: what happened to a record, in microseconds.
pub(crate) fn write_events(events: &[(Event, Timestamp)]) -> String {
    let mut text = String::new();
    for (event, at) in events {
        let name = EVENTS.iter().find(|(other, _)| other == event).map_or("", |(_, name)| *name);
        let space = if text.is_empty() { "" } else { " " };
        write!(text, "{space}{name}={}", at.as_microsecond()).expect("a string grows");
    }
    text
}

pub(crate) fn read_events(text: &str) -> Result<Vec<(Event, Timestamp)>, VaultError> {
    let event = |part: &str| {
        let (name, at) = part.split_once('=')?;
        Some((event_named(name)?, Timestamp::from_microsecond(at.parse().ok()?).ok()?))
    };
    let events = text.split(' ').filter(|part| !part.is_empty()).map(event);
    events.collect::<Option<_>>().ok_or(VaultError::Unreadable { what: "what happened to a record" })
}

pub(crate) fn write_stored(stored: StoredIn) -> &'static str {
    match stored {
        StoredIn::Live => "live",
        StoredIn::Separated => "separated",
    }
}

pub(crate) fn read_stored(text: &str) -> Result<StoredIn, VaultError> {
    match text {
        "live" => Ok(StoredIn::Live),
        "separated" => Ok(StoredIn::Separated),
        _ => Err(VaultError::Unreadable { what: "where a record is" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_as_written() {
        let events: Vec<_> = EVENTS
            .iter()
            .zip(0..)
            .map(|((event, _), n)| (*event, Timestamp::from_microsecond(n).expect("an instant")))
            .collect();
        assert_eq!(read_events(&write_events(&events)).expect("reads"), events);
        assert_eq!(read_events("").expect("reads"), []);
        assert!(read_events("made").is_err() && read_events("born=1").is_err());
    }
}
