//! The plan of a sweep: what is to happen to each item of each record on a day. Touches nothing.
//!
//! An item stays while a live purpose or a retention holds it; several hold it until the last one ends. A hold always
//! wins. What stays together by the same reason until the same day is one verdict, so that one key may cover it.

mod print;

use crate::{
    Basis, ClassId, Clock, Event, ItemId, ItemSet, LawfulUse, Lives, Membership, PersonFacts, Policy, RecordFacts,
    Retention, RetentionId, StoredIn, WholeDay,
    standing::{NoticeDue, Standing, latest, next},
};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

/// What is to happen to some items of a record, or to a person, or to a day's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// To whom or what.
    pub subject: Subject,
    /// Which items; for a person the notice's, which are all that would be set apart.
    pub items: ItemSet,
    /// What.
    pub action: Action,
}

/// To whom or what something is to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A person.
    Person {
        /// Who.
        person: [u8; 16],
    },
    /// A record.
    Record {
        /// Whose.
        person: [u8; 16],
        /// Which.
        record: [u8; 16],
        /// Of what kind.
        class: ClassId,
    },
    /// All records of a class that end with one day, but those held.
    Day {
        /// Of what kind.
        class: ClassId,
        /// The first day that counts.
        counted_from: Date,
        /// How many there are.
        records: u64,
        /// Those to be sealed anew, because they are held.
        held: Vec<[u8; 16]>,
    },
}

/// What is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Stays where it is.
    Keep {
        /// Its last day, where one is known.
        until: Option<Date>,
        /// What holds it.
        because: Because,
    },
    /// Its owner is told that it will be set apart.
    Notify {
        /// The first day on which it may be.
        separation: Date,
        /// Whether the notice comes so late that it moved that day: an alert.
        late: bool,
    },
    /// Is sealed anew in the separated store; its old key is destroyed.
    Separate {
        /// Its last day, where one is known.
        until: Option<Date>,
        /// What holds it.
        because: Because,
    },
    /// Is destroyed.
    Destroy {
        /// The first day on which nothing held it.
        since: Date,
        /// The last day of "without delay": past it the sweep is overdue.
        by: Date,
    },
}

/// What holds an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// A hold.
    Hold,
    /// A purpose of the membership in use.
    Membership,
    /// The return of a member who stays away.
    Return,
    /// A retention.
    Retention(RetentionId),
}

/// Why there is no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Persons, days or a person's records came in no order, or twice.
    #[error("the facts are out of order; give each once, in rising order")]
    OutOfOrder,
}

/// How much a plan asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Persons looked at.
    pub persons: u64,
    /// Records looked at, those of whole days included.
    pub records: u64,
    /// Notices to give.
    pub notices: u64,
    /// Parts of records to separate.
    pub separated: u64,
    /// Parts of records to destroy; a whole day counts each record.
    pub destroyed: u64,
    /// Of these, past their "without delay".
    pub overdue: u64,
}

/// A plan of bounded size: what is to be done, without what stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The day it is for.
    pub day: Date,
    /// The hash of the policy it obeys.
    pub policy: [u8; 32],
    /// What is to be done, in the order of the facts.
    pub verdicts: Vec<Verdict>,
    /// How much it is.
    pub totals: Totals,
    /// SHA-256 over the policy's hash, the day and every verdict, those that keep included.
    pub hash: [u8; 32],
}

/// Plans person by person, in bounded memory. Facts come in rising order of their ids: one plan has one form.
#[derive(Debug)]
pub struct Planner<'p> {
    policy: &'p Policy,
    day: Date,
    hasher: Sha256,
    totals: Totals,
    last_person: Option<[u8; 16]>,
    last_day: Option<(ClassId, Date)>,
    /// When each shared retention ends for the person at hand; kept to be filled again.
    ends: Vec<End>,
    /// When each retention of the class at hand ends for the record at hand.
    own: Vec<(RetentionId, End)>,
    bytes: Vec<u8>,
}

/// When a retention ends. The order is that of holding longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// It holds nothing.
    Absent,
    /// With this day.
    Last(Date),
    /// Its clock has not started.
    Pending,
}

impl Plan {
    /// The plan for `day` of these persons and whole days, each in rising order.
    pub fn of<'a>(
        policy: &Policy,
        day: Date,
        persons: impl IntoIterator<Item = PersonFacts<'a>>,
        days: impl IntoIterator<Item = WholeDay<'a>>,
    ) -> Result<Self, PlanError> {
        let mut planner = Planner::new(policy, day);
        let mut verdicts = Vec::new();
        let mut acting = |verdict: Verdict| {
            if !matches!(verdict.action, Action::Keep { .. }) {
                verdicts.push(verdict);
            }
        };
        for person in persons {
            planner.person(&person, &mut acting)?;
        }
        for whole in days {
            planner.whole_day(&whole, &mut acting)?;
        }
        let (totals, hash) = planner.finish();
        Ok(Self { day, policy: policy.hash(), verdicts, totals, hash })
    }
}

impl<'p> Planner<'p> {
    /// A planner for `day`, a day on the policy's calendar.
    pub fn new(policy: &'p Policy, day: Date) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(policy.hash());
        hasher.update(day.to_string());
        Self {
            policy,
            day,
            hasher,
            totals: Totals::default(),
            last_person: None,
            last_day: None,
            ends: vec![End::Absent; policy.retentions.len()],
            own: Vec::new(),
            bytes: Vec::new(),
        }
    }

    /// Hands the verdicts on one person and each of their records to `sink`; every item has exactly one.
    pub fn person(&mut self, facts: &PersonFacts<'_>, sink: &mut impl FnMut(Verdict)) -> Result<(), PlanError> {
        let in_order = facts.records.windows(2).all(|pair| pair[0].record < pair[1].record);
        if !in_order || self.last_person.is_some_and(|last| last >= facts.person) {
            return Err(PlanError::OutOfOrder);
        }
        self.last_person = Some(facts.person);
        self.totals.persons += 1;
        let (standing, notice) = Standing::on(self.policy, facts.membership, self.day);
        if let Some(notice) = notice {
            self.notify(facts, notice, sink);
        }
        self.fill_ends(facts, standing);
        for record in facts.records {
            self.record(facts, record, standing, sink);
        }
        Ok(())
    }

    /// Hands the verdict on a day's records to `sink`.
    pub fn whole_day(&mut self, facts: &WholeDay<'_>, sink: &mut impl FnMut(Verdict)) -> Result<(), PlanError> {
        let this = (facts.class, facts.counted_from);
        if self.last_day.is_some_and(|last| last >= this) || !facts.held.is_sorted() {
            return Err(PlanError::OutOfOrder);
        }
        self.last_day = Some(this);
        self.totals.records += facts.records;
        let action = self.of_day(facts.class, facts.counted_from);
        let subject = Subject::Day {
            class: facts.class,
            counted_from: facts.counted_from,
            records: facts.records,
            held: facts.held.to_vec(),
        };
        let going = facts.records.saturating_sub(facts.held.len() as u64);
        self.give(Verdict { subject, items: self.policy.items_of(facts.class), action }, going, sink);
        Ok(())
    }

    /// What is to happen to what no hold stops of a class of whole days.
    pub fn of_day(&self, class: ClassId, counted_from: Date) -> Action {
        // A checked file gives a class of whole days exactly one retention.
        let (id, keep) = self
            .policy
            .retentions()
            .find(|(_, r)| r.class == class)
            .map_or((RetentionId(0), None), |(id, r)| (id, self.policy.starts(r).1));
        let last = keep.map_or(Some(counted_from), |keep| keep.last_day_counting(counted_from).ok());
        match last {
            Some(last) if last < self.day => self.destroy(next(last)),
            until => Action::Keep { until, because: Because::Retention(id) },
        }
    }

    /// How much was planned, and the plan's hash.
    pub fn finish(self) -> (Totals, [u8; 32]) {
        (self.totals, self.hasher.finalize().into())
    }

    fn notify(&mut self, facts: &PersonFacts<'_>, notice: NoticeDue, sink: &mut impl FnMut(Verdict)) {
        let items = facts.records.iter().fold(ItemSet::EMPTY, |all, record| all.union(record.items));
        let action = Action::Notify { separation: notice.separation, late: notice.late };
        self.give(Verdict { subject: Subject::Person { person: facts.person }, items, action }, 1, sink);
    }

    /// When each retention ends for this person: the latest end among their records.
    fn fill_ends(&mut self, facts: &PersonFacts<'_>, standing: Standing) {
        let policy = self.policy;
        for id in &policy.shared {
            let retention = policy.retention(*id);
            let of_class = facts.records.iter().filter(|record| record.class == retention.class);
            let end = of_class.map(|record| own_end(policy, retention, record, standing)).max();
            self.ends[id.at()] = end.unwrap_or(End::Absent);
        }
        // What ends with another retention: the other's end, through all links.
        for id in &policy.shared {
            let mut root = id.at();
            while let Clock::EndsWith(other) = &policy.retentions[root].clock {
                root = other.at();
            }
            self.ends[id.at()] = self.ends[root];
        }
    }

    fn record(
        &mut self,
        facts: &PersonFacts<'_>,
        record: &RecordFacts<'_>,
        standing: Standing,
        sink: &mut impl FnMut(Verdict),
    ) {
        self.totals.records += 1;
        let policy = self.policy;
        let own = policy.retentions().filter(|(_, retention)| retention.class == record.class);
        self.own.clear();
        self.own.extend(own.map(|(id, retention)| (id, own_end(policy, retention, record, standing))));
        let separate = self.is_to_be_separated(record, standing) && record.stored == StoredIn::Live;
        let mut parts: Vec<(Action, ItemSet)> = Vec::new();
        for group in policy.end_groups(record.class) {
            let held = group.intersection(record.items);
            let Some(item) = held.iter().next() else { continue };
            let action = match self.held_by(facts, record, standing, item) {
                Ok((until, because)) if separate => Action::Separate { until, because },
                Ok((until, because)) => Action::Keep { until, because },
                Err(since) => self.destroy(since),
            };
            match parts.iter_mut().find(|(other, _)| *other == action) {
                Some((_, items)) => *items = items.union(held),
                None => parts.push((action, held)),
            }
        }
        for (action, items) in parts {
            let subject = Subject::Record { person: facts.person, record: record.record, class: record.class };
            self.give(Verdict { subject, items, action }, 1, sink);
        }
    }

    /// Whether the record's place is the separated store.
    fn is_to_be_separated(&self, record: &RecordFacts<'_>, standing: Standing) -> bool {
        let has_started = || self.own.iter().any(|(_, end)| *end != End::Pending);
        match (self.policy.class(record.class).lives, standing) {
            (Lives::Separated, _) => true,
            (Lives::Membership | Lives::Record, Standing::Active) => false,
            (Lives::Membership, Standing::None | Standing::Dormant | Standing::Ended { .. }) => true,
            // What is still open, such as a complaint, is still worked on; what waits for an event is still needed.
            (Lives::Record, Standing::None | Standing::Dormant | Standing::Ended { .. }) => {
                let waits = self.policy.class(record.class).until.is_some() && !self.is_over(record);
                has_started() && !waits
            }
        }
    }

    /// Until when an item is held and by what; or the first day on which nothing held it.
    fn held_by(
        &self,
        facts: &PersonFacts<'_>,
        record: &RecordFacts<'_>,
        standing: Standing,
        item: ItemId,
    ) -> Result<(Option<Date>, Because), Date> {
        if record.held {
            return Ok((None, Because::Hold));
        }
        if self.is_live(facts, record, standing, item) {
            let because = if standing == Standing::Dormant { Because::Return } else { Because::Membership };
            return Ok((None, because));
        }
        let holding = self.policy.retentions().filter(|(_, r)| r.items.contains(item));
        let ends = holding.map(|(id, r)| (self.end(facts, record, standing, id, r), id));
        // Of two that end together the one that stands first in the file is named.
        let longest = ends.max_by_key(|(end, id)| (*end, std::cmp::Reverse(*id)));
        match longest {
            Some((End::Pending, id)) => Ok((None, Because::Retention(id))),
            Some((End::Last(last), id)) if last >= self.day => Ok((Some(last), Because::Retention(id))),
            // What its clock alone held was held until then: the day does not move on with today.
            Some((End::Last(last), _)) => {
                Err(self.released(facts, record, standing, item).map_or(next(last), |day| day.max(next(last))))
            }
            Some((End::Absent, _)) | None => Err(self.released(facts, record, standing, item).unwrap_or(self.day)),
        }
    }

    /// Whether a purpose of a membership that lasts needs the item.
    fn is_live(&self, facts: &PersonFacts<'_>, record: &RecordFacts<'_>, standing: Standing, item: ItemId) -> bool {
        let class = self.policy.class(record.class);
        let lasts = matches!(standing, Standing::Active | Standing::Dormant);
        if class.lives != Lives::Membership || !lasts || self.is_over(record) {
            return false;
        }
        self.policy.item(item).purposes.iter().any(|purpose| match self.policy.purpose(purpose).basis {
            Basis::Consent => facts.consents.contains(purpose),
            Basis::Contract | Basis::Statute | Basis::Internal => true,
        })
    }

    /// Whether the event that ends the record's use, such as a child's fourteenth birthday, has come.
    fn is_over(&self, record: &RecordFacts<'_>) -> bool {
        let until = self.policy.class(record.class).until;
        until.and_then(|event| latest(self.policy, record, &[event])).is_some_and(|at| at.date() <= self.day)
    }

    /// When retention `id` ends for an item of `record`: by the record's own clock if it is of its class, otherwise by
    /// the last of the person's records that the retention is about.
    fn end(
        &self,
        facts: &PersonFacts<'_>,
        record: &RecordFacts<'_>,
        standing: Standing,
        id: RetentionId,
        retention: &Retention,
    ) -> End {
        let improves_only = retention.basis == Basis::Internal && retention.serves == [LawfulUse::Improvement];
        if improves_only && facts.objected && standing != Standing::Active {
            return End::Absent;
        }
        let own = self.own.iter().find(|(own, _)| *own == id && matches!(retention.clock, Clock::Starts { .. }));
        let end = own.map_or_else(|| self.ends[id.at()], |(_, end)| *end);
        // While a membership lasts its purposes hold what belongs to it, not the clock that leaving would start.
        let (events, _) = self.policy.starts(retention);
        let waits_for_leaving = events == [Event::Withdrawal] && end == End::Pending;
        let of_membership = self.policy.class(record.class).lives == Lives::Membership;
        if waits_for_leaving && of_membership { End::Absent } else { end }
    }

    /// The first day on which no purpose held the item: the end of the membership, a consent taken back, the end of
    /// the record's use; none when no such day is known.
    fn released(
        &self,
        facts: &PersonFacts<'_>,
        record: &RecordFacts<'_>,
        standing: Standing,
        item: ItemId,
    ) -> Option<Date> {
        let ended = if let Standing::Ended { on, .. } = standing { Some(on) } else { None };
        let until = self.policy.class(record.class).until;
        let over = until.and_then(|event| latest(self.policy, record, &[event])).map(|at| at.date());
        let purposes = self.policy.item(item).purposes;
        let taken_back = facts.taken_back.iter().filter(|(purpose, _)| purposes.contains(*purpose));
        let taken_back = taken_back.map(|(_, at)| self.policy.local(*at).date()).max();
        let released = match facts.membership {
            // Whichever came first released it.
            Membership::Ended { .. } | Membership::Dormant { .. } => ended.into_iter().chain(over).min(),
            Membership::None | Membership::Active { .. } => over.or(taken_back),
        };
        released.map(|day| day.min(self.day))
    }

    fn destroy(&self, since: Date) -> Action {
        let by = self.policy.without_delay.last_day_counting(since).unwrap_or(Date::MAX);
        Action::Destroy { since, by }
    }

    fn give(&mut self, verdict: Verdict, weight: u64, sink: &mut impl FnMut(Verdict)) {
        match verdict.action {
            Action::Keep { .. } => {}
            Action::Notify { .. } => self.totals.notices += weight,
            Action::Separate { .. } => self.totals.separated += weight,
            Action::Destroy { by, .. } => {
                self.totals.destroyed += weight;
                self.totals.overdue += if by < self.day { weight } else { 0 };
            }
        }
        self.bytes.clear();
        print::encode(&verdict, &mut self.bytes);
        self.hasher.update(&self.bytes);
        sink(verdict);
    }
}

/// When a retention with a clock of its own ends for one record of its class.
fn own_end(policy: &Policy, retention: &Retention, record: &RecordFacts<'_>, standing: Standing) -> End {
    let Clock::Starts { events, keep } = &retention.clock else { return End::Absent };
    let started = match (events.as_slice(), standing) {
        ([Event::Withdrawal], Standing::Ended { withdrawn, .. }) => match withdrawn {
            Some(at) => Some(at),
            // Held apart for too long is not leaving: nothing starts.
            None => return End::Absent,
        },
        ([Event::Withdrawal], Standing::None) => return End::Absent,
        ([Event::Withdrawal], Standing::Active | Standing::Dormant) => None,
        _ => latest(policy, record, events),
    };
    let end = match (started, keep) {
        (None, _) => End::Pending,
        // The calendar's end is later than any plan.
        (Some(started), Some(keep)) => keep.last_day(started).map_or(End::Pending, End::Last),
        (Some(started), None) => End::Last(started.date()),
    };
    // With the event that a record waited for, a reason of our own to keep it is met.
    let class = policy.class(record.class);
    let waited = class.until.filter(|_| class.lives == Lives::Record && retention.basis == Basis::Internal);
    match waited.and_then(|event| latest(policy, record, &[event])) {
        Some(met) => end.min(End::Last(met.date().yesterday().unwrap_or(Date::MIN))),
        None => end,
    }
}
