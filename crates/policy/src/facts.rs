//! What the planner is told: of a person when things happened, of a record what it holds. No personal data: ids are
//! pseudonyms, instants are instants.

use crate::{ClassId, Event, ItemSet, Period, PurposeId, PurposeSet};
use jiff::{Timestamp, civil::Date};

/// One person with all records about them.
#[derive(Debug, Clone, Copy)]
pub struct PersonFacts<'a> {
    /// Who, by pseudonym.
    pub person: [u8; 16],
    /// Where the membership stands.
    pub membership: Membership,
    /// The purposes that need consent and have it.
    pub consents: PurposeSet,
    /// Consents taken back, with the instant.
    pub taken_back: &'a [(PurposeId, Timestamp)],
    /// Whether the person objected to, or had erased, what serves nothing but improvement.
    pub objected: bool,
    /// Their records, each id once, in rising order.
    pub records: &'a [RecordFacts<'a>],
}

/// Where a membership stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// Never was one: somebody who wrote to the office, or one of the operator's people.
    None,
    /// In use.
    Active {
        /// The last login or use of the console, or the sign-up.
        last_use: Timestamp,
        /// When notice of the coming separation was given.
        notified: Option<Timestamp>,
        /// How long the member wants to be left alone, instead of the policy's period.
        chosen: Option<Period>,
    },
    /// Set apart for want of use.
    Dormant {
        /// Since when.
        since: Timestamp,
    },
    /// Left, or put out.
    Ended {
        /// When.
        at: Timestamp,
    },
}

/// One record about a person.
#[derive(Debug, Clone, Copy)]
pub struct RecordFacts<'a> {
    /// Which.
    pub record: [u8; 16],
    /// Of what kind.
    pub class: ClassId,
    /// Where it is now.
    pub stored: StoredIn,
    /// The items that it still holds.
    pub items: ItemSet,
    /// What happened to it; the last of each kind counts.
    pub events: &'a [(Event, Timestamp)],
    /// Whether a hold stops its destruction.
    pub held: bool,
}

/// Where a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoredIn {
    /// In use.
    Live,
    /// In the separated store.
    Separated,
}

/// The records of one class that end with one day, whosever they are.
#[derive(Debug, Clone, Copy)]
pub struct WholeDay<'a> {
    /// Of what kind; its grain is the day.
    pub class: ClassId,
    /// The first day that counts towards their period: the day after the event, or the day itself for one at 00:00.
    pub counted_from: Date,
    /// How many records there are.
    pub records: u64,
    /// Records under a hold, in rising order; they are sealed anew before their day goes.
    pub held: &'a [[u8; 16]],
}
