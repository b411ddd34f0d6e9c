//! What the policy says of a record on a day: until when it may be held, and what must have been said before.
//!
//! A policy is a file. [`Policy::read`] checks it whole; everything else asks it.
//!
//! What it must never do: read a clock, a file or a database. A day, an instant, a zone and a text are arguments, so
//! that every answer can be asked for any day of any year.
//!
//! To add a rule of time: here, with its article of the law, rows in `tests/periods.rs`, and a property if it
//! orders days. To add a personal item: a table in the policy file; nothing here.

mod case;
mod consent;
mod facts;
mod file;
mod ids;
mod notice;
mod page;
mod period;
mod plan;
mod policy;
mod schema;
mod standing;
mod versions;
mod words;
mod zone;

pub use case::{Case, CaseAct, CaseError, CaseKind, CaseStep, NotACaseKind, Timer};
pub use consent::Consent;
pub use facts::{Membership, PersonFacts, RecordFacts, StoredIn, WholeDay};
pub use file::{MAX_FILE, Mistake, PolicyError, Wrong};
pub use ids::{ClassId, ClassSet, ItemId, ItemSet, PurposeId, PurposeSet, RetentionId, RetentionSet};
pub use notice::{Notice, Transfer, TransferWaits};
pub use page::{Page, Section, Table, Told};
pub use period::{Period, PeriodError, Unit, first_day_of_age};
pub use plan::{Action, Because, Plan, PlanError, Planner, Subject, Totals, Verdict};
pub use policy::{
    Basis, Body, Children, Class, Clause, Clock, Collected, Cookie, Dormancy, Event, Grain, Item, LawfulUse, Lives,
    Notices, Office, Partner, Policy, Processor, Purpose, Regime, Retention, Right, Shown, TwoStaff,
};
pub use schema::{Schema, SchemaFault, SchemaFaults};
pub use versions::{Change, TooLate, Versions, VersionsError};
pub use words::{Language, Words};
pub use zone::{UnknownZone, zone};

/// The client's policy, the file that governs unless another is named.
pub const BUILTIN: &str = include_str!("../../../policy/omnious-2019-08-01.toml");
/// The name of [`BUILTIN`] in errors.
pub const BUILTIN_FILE: &str = "policy/omnious-2019-08-01.toml";
