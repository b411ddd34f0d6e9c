//! The policy as values: what may be held, for what, on which basis, and until when.

use crate::{
    ClassId, ClassSet, ItemId, ItemSet, Notice, Period, PurposeId, PurposeSet, RetentionId, RetentionSet, Words,
    file::{self, PolicyError},
    period::first_counted_day,
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

/// One version of a policy, checked whole. Made by [`Policy::read`] only.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Whose policy it is, such as `omnious`. Versions of one policy share it.
    pub id: String,
    /// What this version is called, such as `2019-08-01`.
    pub version: String,
    /// The day from whose first moment it governs.
    pub effective: Date,
    /// The law it stands under.
    pub regime: Regime,
    /// Who answers for the data.
    pub controller: Words,
    /// How long "without delay" is: a deadline too.
    pub without_delay: Period,
    /// Groups of fewer people than this are not shown in statistics.
    pub small_cell: u32,
    /// How long staff may keep a password; for good when absent.
    pub staff_password: Option<Period>,
    /// How long a training of staff lasts before the next is due; never when absent.
    pub staff_training: Option<Period>,
    /// What staff does only two together.
    pub two_staff: Vec<TwoStaff>,
    /// What the document says, in its order.
    pub clauses: Vec<Clause>,
    /// Who does work with personal data on the controller's behalf.
    pub processors: Vec<Processor>,
    /// Who receives personal data, with the person's consent only.
    pub partners: Vec<Partner>,
    /// What people may ask for.
    pub rights: Vec<Right>,
    /// What is kept in a browser.
    pub cookies: Vec<Cookie>,
    /// The rule for children.
    pub children: Children,
    /// What must be said before it happens.
    pub notices: Notices,
    /// What happens to the data of a member who stays away; `None` where the law knows no such thing.
    pub dormancy: Option<Dormancy>,
    /// Whom to write to.
    pub office: Office,
    pub(crate) zone: TimeZone,
    pub(crate) hash: [u8; 32],
    pub(crate) items: Vec<Item>,
    pub(crate) purposes: Vec<Purpose>,
    pub(crate) classes: Vec<Class>,
    pub(crate) retentions: Vec<Retention>,
    /// By class, its items by what ends together.
    pub(crate) groups: Vec<Vec<ItemSet>>,
    /// The retentions by which a person's records hold each other's items.
    pub(crate) shared: Vec<RetentionId>,
}

/// The law that a policy stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Regime {
    /// Korea, August 2019: dormant members are set apart after a year.
    #[serde(rename = "kr-2019")]
    Korea2019,
    /// Korea since 15 September 2023: ten days to answer, no dormancy by law.
    #[serde(rename = "kr-2023")]
    Korea2023,
}

/// One clause of the document, in our own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Such as `4.na.visit`.
    pub id: String,
    /// Its heading; a clause without one belongs to the one before it.
    pub heading: Option<Words>,
    /// What it says; empty when a table says it.
    pub says: Option<Words>,
    /// What is listed under it.
    pub shows: Vec<Shown>,
}

/// A list of the public page that is made from the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// Purposes and their bases.
    Purposes,
    /// Items by how they are collected.
    Items,
    /// Periods, bases and clocks.
    Retention,
    /// Who works on the controller's behalf.
    Processors,
    /// Who receives data by consent.
    Partners,
    /// Rights and their deadlines.
    Rights,
    /// Cookies.
    Cookies,
    /// The privacy office.
    Office,
    /// Bodies outside that hear complaints.
    Bodies,
}

/// Why something may be held or done at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A law says so.
    Statute,
    /// The person said so, and may take it back.
    Consent,
    /// The contract with the person needs it.
    Contract,
    /// The controller's own rule, told beforehand.
    Internal,
}

/// What personal data is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// Such as `marketing`.
    pub id: String,
    /// The clause that tells it.
    pub clause: String,
    /// Its name.
    pub name: Words,
    /// One sentence for the person.
    pub says: Words,
    /// Why it is lawful.
    pub basis: Basis,
    /// Whether it opens every item, listed or not, as the right to see what is held must.
    pub every_item: bool,
}

/// A kind of personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Such as `email`.
    pub id: String,
    /// The clause that tells it.
    pub clause: String,
    /// Its name.
    pub name: Words,
    /// The kind of record that holds it.
    pub class: ClassId,
    /// When it comes in.
    pub collected: Collected,
    /// Whether the service is refused without it.
    pub required: bool,
    /// Whether it is shown in part only.
    pub masked: bool,
    /// What it may be used for; never empty.
    pub purposes: PurposeSet,
}

/// When an item comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Collected {
    /// In the sign-up form or on the member's own page.
    SignUp,
    /// By using the service.
    Use,
    /// When paying.
    Payment,
    /// From a child or its guardian.
    Guardian,
    /// By the privacy office, from whoever writes to it.
    Office,
    /// From the operator's own people.
    Staff,
}

/// A kind of record: what is written, kept and destroyed as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Such as `payment`.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// Until when it is in use.
    pub lives: Lives,
    /// The event that ends its use before the membership does, such as a child's fourteenth birthday, or, of a record
    /// that is of no membership, before the clock of a reason of our own does, such as the answer that was waited for.
    pub until: Option<Event>,
    /// What is destroyed at once.
    pub grain: Grain,
}

/// Until when a record is in use; from then on it is separated or gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lives {
    /// While the membership lasts.
    Membership,
    /// Until its own clock has started and the membership is over or dormant, and never past its last day.
    Record,
    /// Never: it is written to the separated store at once.
    Separated,
}

/// What is destroyed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grain {
    /// One record of each person.
    Person,
    /// Each record by itself.
    Record,
    /// All records of one day, whosever they are.
    Day,
}

/// A reason to hold certain items after they are not needed any more, with its clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Such as `visit`.
    pub id: String,
    /// The clause that tells it.
    pub clause: String,
    /// The records whose clock it is.
    pub class: ClassId,
    /// Why it is lawful.
    pub basis: Basis,
    /// Which law, when the basis is one.
    pub law: Option<Words>,
    /// What it is kept for, for the person.
    pub why: Words,
    /// When it ends.
    pub clock: Clock,
    /// What it covers: items of its class, and those of other classes that it needs.
    pub items: ItemSet,
    /// What a separated record may serve, besides the person's own rights and return.
    pub serves: Vec<LawfulUse>,
}

/// When a retention ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clock {
    /// A period after the latest of some events that have happened; without one, on the day of the event.
    Starts {
        /// The events.
        events: Vec<Event>,
        /// The period.
        keep: Option<Period>,
    },
    /// With another retention of the same person.
    EndsWith(RetentionId),
}

/// What happens to a record or to a membership, and starts a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The record was made.
    Made,
    /// The member left; told by the membership, not by the record.
    Withdrawal,
    /// A visit was paid to the service.
    Visit,
    /// Money was paid.
    Payment,
    /// What was paid for was supplied.
    Supply,
    /// A contract ran out.
    ContractEnd,
    /// A contract was cancelled.
    Cancellation,
    /// A case was closed.
    Closed,
    /// A block ended.
    BlockEnd,
    /// The child turned 14; known before it happens.
    OfAge,
    /// A guardian was asked.
    Asked,
    /// A message was handed over or given up.
    Sent,
    /// Somebody of the operator's people left.
    Left,
    /// Somebody of the operator's people was trained.
    Trained,
    /// A case is to be answered on this day; known before it happens.
    Due,
    /// The identity of whoever came with a case was checked.
    Checked,
    /// A case was decided.
    Decided,
    /// A case was taken up again, and goes on in another record.
    Reopened,
}

/// What staff does only two together, where the policy says so: one asks for it, another carries it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TwoStaff {
    /// A hold is released, after which destruction goes on.
    HoldReleased,
    /// A ban is upheld or lifted, after the one who banned.
    BanDecided,
}

impl TwoStaff {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::HoldReleased, Self::BanDecided];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HoldReleased => "hold-released",
            Self::BanDecided => "ban-decided",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == name)
    }
}

/// What a separated record may be read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LawfulUse {
    /// What its law asks for.
    Statute,
    /// Coming back of a member who was set apart for want of use; no retention has to name it.
    Return,
    /// Telling by a keyed hash whether somebody blocked signs up again.
    RejoinCheck,
    /// Improving the algorithms, under a pseudonym.
    Improvement,
    /// Settling a dispute.
    Dispute,
    /// A request of an authority, by due procedure.
    LawfulRequest,
    /// Showing later that something was done lawfully.
    Proof,
}

/// Who does work with personal data on the controller's behalf.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Processor {
    /// Such as `payment`.
    #[serde(skip)]
    pub id: String,
    /// The clause that tells it.
    pub clause: String,
    /// Who; the deployer fills it in.
    pub name: Words,
    /// What for.
    pub business: Words,
    /// The items they may be given, by name.
    pub items: Vec<String>,
}

/// Who receives personal data, with the person's consent only.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// Its short name.
    #[serde(skip)]
    pub id: String,
    /// The clause that tells it.
    pub clause: String,
    /// Who.
    pub name: Words,
    /// What for.
    pub purpose: Words,
    /// The items, by name.
    pub items: Vec<String>,
    /// Until when the partner may hold them, from the day of the consent.
    pub keep: Period,
    /// How they are protected there.
    pub protection: Words,
}

/// What people may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Right {
    /// Such as `access`.
    #[serde(skip)]
    pub id: String,
    /// The clause that tells it.
    pub clause: String,
    /// Its name.
    pub name: Words,
    /// By when it is answered; "without delay" when absent.
    pub within: Option<Period>,
}

/// What is kept in a browser.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cookie {
    /// Its name in the browser.
    #[serde(skip)]
    pub id: String,
    /// The clause that tells it.
    pub clause: String,
    /// What it does.
    pub says: Words,
    /// Whether it is set without asking, because nothing works without it.
    pub essential: bool,
    /// How long it stays; until the browser closes when absent.
    pub keep: Option<Period>,
}

/// The rule for children.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Children {
    /// The clause that tells it.
    pub clause: String,
    /// Younger than this needs a guardian, years.
    pub under: u16,
    /// How long a guardian has to answer before what the child gave is destroyed.
    pub answer_within: Period,
}

/// What must be said before it happens, in full days.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    /// The clause about changes of the policy.
    pub change_clause: String,
    /// Full days between posting a new version and its first day.
    pub change_days: u16,
    /// The clause about transfers of the business.
    pub transfer_clause: String,
    /// Full days that a transfer is posted where people are not told one by one.
    pub transfer_days: u16,
    /// How often consent to marketing is confirmed again.
    pub marketing_reconfirm: Period,
    /// By when the outcome of a marketing choice is told, days.
    pub marketing_result_days: u16,
    /// Hours within which a breach is told.
    pub breach_hours: u16,
}

/// What happens to the data of a member who stays away.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dormancy {
    /// The clause that tells it.
    pub clause: String,
    /// How long without use.
    pub after: Period,
    /// Full days between the notice and the separation.
    pub notice_days: u16,
    /// How many days before the separation the notice goes out; more than `notice_days`, so that a missed sweep does
    /// not make it late.
    pub notify_days_before: u16,
    /// How long it stays apart at most, when its owner does not return.
    pub keep: Period,
    /// Periods that a member may choose beforehand instead.
    #[serde(default)]
    pub choices: Vec<Period>,
}

/// Whom to write to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// The clause that tells it.
    pub clause: String,
    /// The officer, by function; the deployer fills in the name.
    pub officer: Words,
    /// How to reach the office; empty until the deployer fills it in.
    pub contact: String,
    /// How soon a complaint is answered.
    pub answer_within: Period,
    /// Bodies outside that hear complaints.
    pub bodies: Vec<Body>,
}

/// A body outside that hears complaints.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Its name.
    pub name: Words,
    /// Where it is found.
    pub contact: String,
}

impl Policy {
    /// Reads and checks the text of a policy file; `file` is its name in errors.
    ///
    /// # Errors
    /// Every mistake of the file, each with its line and column and what to write instead.
    pub fn read(text: &str, file: &str) -> Result<Self, PolicyError> {
        let mut policy = file::read(text, file)?;
        policy.groups = policy.classes().map(|(class, _)| policy.groups_of(class)).collect();
        policy.shared = policy.shared();
        Ok(policy)
    }

    fn groups_of(&self, class: ClassId) -> Vec<ItemSet> {
        let mut groups: Vec<(PurposeSet, RetentionSet, ItemSet)> = Vec::new();
        for id in self.items_of(class).iter() {
            let purposes = self.item(id).purposes;
            let holding = self.retentions().filter(|(_, r)| r.items.contains(id)).map(|(id, _)| id).collect();
            match groups.iter_mut().find(|(p, r, _)| *p == purposes && *r == holding) {
                Some((_, _, items)) => *items = items.with(id),
                None => groups.push((purposes, holding, ItemSet::EMPTY.with(id))),
            }
        }
        groups.into_iter().map(|(_, _, items)| items).collect()
    }

    /// The retentions that hold items of other classes, that end with another, or that another ends with.
    fn shared(&self) -> Vec<RetentionId> {
        let target = |retention: &Retention| match retention.clock {
            Clock::EndsWith(other) => Some(other),
            Clock::Starts { .. } => None,
        };
        let targets: RetentionSet = self.retentions().filter_map(|(_, retention)| target(retention)).collect();
        let is_shared = |(id, retention): &(RetentionId, &Retention)| {
            let others = retention.items.without(self.items_of(retention.class));
            !others.is_empty() || target(retention).is_some() || targets.contains(*id)
        };
        self.retentions().filter(is_shared).map(|(id, _)| id).collect()
    }

    /// SHA-256 of the file's bytes: what the public page and every certificate carry.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// The zone in whose days it counts.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether staff does this only two together.
    pub fn needs_two(&self, act: TwoStaff) -> bool {
        self.two_staff.contains(&act)
    }

    /// `instant` on the policy's clocks.
    pub fn local(&self, instant: Timestamp) -> DateTime {
        self.zone.to_datetime(instant)
    }

    /// All items, in the order of the file.
    pub fn items(&self) -> impl Iterator<Item = (ItemId, &Item)> {
        (0..).map(ItemId).zip(&self.items)
    }

    /// The items that serve a purpose, in the order of the file.
    pub fn items_for(&self, purpose: PurposeId) -> impl Iterator<Item = (ItemId, &Item)> {
        self.items().filter(move |(_, item)| item.purposes.contains(purpose))
    }

    /// All purposes, in the order of the file.
    pub fn purposes(&self) -> impl Iterator<Item = (PurposeId, &Purpose)> {
        (0..).map(PurposeId).zip(&self.purposes)
    }

    /// All kinds of record, in the order of the file.
    pub fn classes(&self) -> impl Iterator<Item = (ClassId, &Class)> {
        (0..).map(ClassId).zip(&self.classes)
    }

    /// All reasons to hold, in the order of the file.
    pub fn retentions(&self) -> impl Iterator<Item = (RetentionId, &Retention)> {
        (0..).map(RetentionId).zip(&self.retentions)
    }

    /// The item of that name.
    pub fn item_named(&self, name: &str) -> Option<ItemId> {
        self.items().find(|(_, item)| item.id == name).map(|(id, _)| id)
    }

    /// The purpose of that name.
    pub fn purpose_named(&self, name: &str) -> Option<PurposeId> {
        self.purposes().find(|(_, purpose)| purpose.id == name).map(|(id, _)| id)
    }

    /// The kind of record of that name.
    pub fn class_named(&self, name: &str) -> Option<ClassId> {
        self.classes().find(|(_, class)| class.id == name).map(|(id, _)| id)
    }

    /// An item of this policy.
    pub fn item(&self, id: ItemId) -> &Item {
        &self.items[id.at()]
    }

    /// A purpose of this policy.
    pub fn purpose(&self, id: PurposeId) -> &Purpose {
        &self.purposes[id.at()]
    }

    /// A kind of record of this policy.
    pub fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.at()]
    }

    /// A reason to hold of this policy.
    pub fn retention(&self, id: RetentionId) -> &Retention {
        &self.retentions[id.at()]
    }

    /// The items that records of `class` hold.
    pub fn items_of(&self, class: ClassId) -> ItemSet {
        self.items().filter(|(_, item)| item.class == class).map(|(id, _)| id).collect()
    }

    /// The kinds of record in which an item of `items` stands.
    pub fn classes_of(&self, items: ItemSet) -> ClassSet {
        items.iter().map(|item| self.item(item).class).collect()
    }

    /// Whether `item` may be used for `purpose`: it lists the purpose, or the purpose is a right to every item.
    pub fn allows(&self, item: ItemId, purpose: PurposeId) -> bool {
        self.purpose(purpose).every_item || self.item(item).purposes.contains(purpose)
    }

    /// The first day that counts towards the periods of what happened at `instant`; the calendar's last past its end.
    pub fn first_counted_day(&self, instant: Timestamp) -> Date {
        first_counted_day(self.local(instant)).unwrap_or(Date::MAX)
    }

    /// The items of `class` by what ends together on every day: what one key may cover, and what is judged as one. Two
    /// items are together when the same purposes and the same retentions hold them.
    pub fn end_groups(&self, class: ClassId) -> &[ItemSet] {
        &self.groups[class.at()]
    }

    /// The instant from which this version governs: the first moment of its first day.
    pub fn governs_from(&self) -> Timestamp {
        self.first_moment(self.effective)
    }

    /// The first moment of a day.
    pub fn first_moment(&self, day: Date) -> Timestamp {
        // Every zone of the table has a first moment of each day; only the calendar's end has none.
        let first = day.to_datetime(Time::midnight());
        self.zone.to_ambiguous_timestamp(first).compatible().unwrap_or(Timestamp::MAX)
    }

    /// What a new version must observe before it governs.
    pub fn change_notice(&self) -> Notice {
        Notice { full_days: self.notices.change_days }
    }

    /// What a transfer of the business must observe where people are not told one by one.
    pub fn transfer_notice(&self) -> Notice {
        Notice { full_days: self.notices.transfer_days }
    }
}
