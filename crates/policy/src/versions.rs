//! The versions of one policy: which governs an instant, which may follow, and when it may be posted.

use crate::{Clock, Event, Period, Policy, PurposeId, Retention};
use jiff::{Timestamp, civil::DateTime};

/// The versions of one policy, each from its first day to the next one's.
#[derive(Debug, Clone)]
pub struct Versions(Vec<Policy>);

/// Why policies are not versions of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionsError {
    /// None at all.
    #[error("no policy is given; name at least one file")]
    None,
    /// Another one's policy.
    #[error("`{version}` is of `{other}`, not of `{id}`; give versions of one policy")]
    OtherPolicy {
        /// The version in question.
        version: String,
        /// Its policy.
        other: String,
        /// The others'.
        id: String,
    },
    /// Two that begin on one day or bear one name.
    #[error("`{first}` and `{second}` begin on one day or bear one name; give the later one another")]
    Twice {
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// A period that grows without a new basis.
    #[error(
        "`{version}` keeps `{retention}` longer than `{before}` on the same basis; a longer period needs a new one: name its law or its consent, or keep the period"
    )]
    Longer {
        /// The version in question.
        version: String,
        /// The version before.
        before: String,
        /// The retention.
        retention: String,
    },
}

/// A posting that comes too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too late: it had to stand before {deadline} for {full_days} full days; choose a later first day")]
pub struct TooLate {
    /// The local time before which it had to stand.
    pub deadline: DateTime,
    /// How many full days it needed.
    pub full_days: u16,
}

/// One difference between two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An item comes.
    ItemAdded(String),
    /// An item goes.
    ItemRemoved(String),
    /// An item serves other purposes, or is required now, or no more.
    ItemChanged(String),
    /// A purpose comes.
    PurposeAdded(String),
    /// A purpose goes.
    PurposeRemoved(String),
    /// A reason to hold comes.
    RetentionAdded(String),
    /// A reason to hold goes.
    RetentionRemoved(String),
    /// A reason to hold has another clock, basis or scope.
    RetentionChanged(String),
    /// The law is another.
    Regime,
}

impl Versions {
    /// The versions, in any order.
    ///
    /// # Errors
    /// See [`VersionsError`]; a longer period on the same basis is one.
    pub fn new(mut policies: Vec<Policy>) -> Result<Self, VersionsError> {
        policies.sort_by_key(Policy::governs_from);
        let first = policies.first().ok_or(VersionsError::None)?;
        if let Some(other) = policies.iter().find(|p| p.id != first.id) {
            let (version, other, id) = (other.version.clone(), other.id.clone(), first.id.clone());
            return Err(VersionsError::OtherPolicy { version, other, id });
        }
        for pair in policies.windows(2) {
            pair[1].may_follow(&pair[0])?;
        }
        Ok(Self(policies))
    }

    /// The version that governs `instant`; `None` before the first one.
    pub fn governs(&self, instant: Timestamp) -> Option<&Policy> {
        self.0.iter().rev().find(|policy| policy.governs_from() <= instant)
    }

    /// All of them, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.0.iter()
    }
}

impl Policy {
    /// Whether this version may follow `before`: it keeps nothing longer on the same basis.
    pub fn may_follow(&self, before: &Self) -> Result<(), VersionsError> {
        if self.effective == before.effective || self.version == before.version {
            return Err(VersionsError::Twice { first: before.version.clone(), second: self.version.clone() });
        }
        for new in &self.retentions {
            let old = before.retentions.iter().find(|old| old.id == new.id);
            if old.is_some_and(|old| (old.basis, &old.law) == (new.basis, &new.law) && !ends_no_later(new, old)) {
                return Err(VersionsError::Longer {
                    version: self.version.clone(),
                    before: before.version.clone(),
                    retention: new.id.clone(),
                });
            }
        }
        Ok(())
    }

    /// Whether this version, posted at `posted`, stands long enough before its first day (clause 13).
    pub fn may_be_published(&self, posted: Timestamp) -> Result<(), TooLate> {
        let notice = self.change_notice();
        let deadline = notice.deadline(self.effective).unwrap_or(DateTime::MIN);
        if self.local(posted) < deadline { Ok(()) } else { Err(TooLate { deadline, full_days: notice.full_days }) }
    }

    /// Whether somebody who agreed to `purpose` under `then` agreed to what this version says of it: the same items,
    /// held by the same clocks. Both are versions of one policy; a purpose is the same by its name.
    pub fn same_terms(&self, then: &Self, purpose: PurposeId) -> bool {
        let name = &self.purpose(purpose).id;
        let Some(old) = then.purpose_named(name) else { return false };
        then.purpose(old).basis == self.purpose(purpose).basis && then.terms(old) == self.terms(purpose)
    }

    /// The items of a purpose with the clocks that hold each.
    fn terms(&self, purpose: PurposeId) -> Vec<(&str, Vec<(&str, Period)>)> {
        let mut terms: Vec<_> = self
            .items()
            .filter(|(_, item)| item.purposes.contains(purpose))
            .map(|(id, item)| {
                let mut clocks: Vec<(&str, Period)> = self
                    .retentions
                    .iter()
                    .filter(|r| r.items.contains(id))
                    .filter_map(|r| self.keep(r).map(|keep| (r.id.as_str(), keep)))
                    .collect();
                clocks.sort_by_key(|(id, _)| *id);
                (item.id.as_str(), clocks)
            })
            .collect();
        terms.sort_by_key(|(id, _)| *id);
        terms
    }

    /// How long a retention keeps, through those that it ends with.
    fn keep(&self, retention: &Retention) -> Option<Period> {
        self.starts(retention).1
    }

    /// The events and the period of a retention, through those that it ends with.
    pub fn starts<'a>(&'a self, retention: &'a Retention) -> (&'a [Event], Option<Period>) {
        let mut retention = retention;
        loop {
            match &retention.clock {
                Clock::Starts { events, keep } => return (events, *keep),
                // A checked file has no circles.
                Clock::EndsWith(next) => retention = self.retention(*next),
            }
        }
    }

    /// What is different in this version from `before`, by name.
    pub fn changes_since(&self, before: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.regime != before.regime {
            changes.push(Change::Regime);
        }
        let purposes = |p: &Self| p.purposes.iter().map(|p| (p.id.clone(), p.basis)).collect::<Vec<_>>();
        let item = |p: &Self, i: &crate::Item| {
            let purposes: Vec<&str> = i.purposes.iter().map(|id| p.purpose(id).id.as_str()).collect();
            format!("{purposes:?} {} {}", i.required, p.class(i.class).id)
        };
        let items = |p: &Self| p.items.iter().map(|i| (i.id.clone(), item(p, i))).collect::<Vec<_>>();
        let retention = |p: &Self, r: &Retention| {
            let items: Vec<&str> = r.items.iter().map(|id| p.item(id).id.as_str()).collect();
            format!("{:?} {:?} {items:?} {:?} {:?}", p.starts(r), r.basis, r.law, r.serves)
        };
        let retentions = |p: &Self| p.retentions.iter().map(|r| (r.id.clone(), retention(p, r))).collect::<Vec<_>>();
        // A purpose on another basis is another purpose.
        differences(
            &purposes(before),
            &purposes(self),
            Change::PurposeAdded,
            Change::PurposeRemoved,
            None,
            &mut changes,
        );
        let changed: Option<fn(String) -> Change> = Some(Change::ItemChanged);
        differences(&items(before), &items(self), Change::ItemAdded, Change::ItemRemoved, changed, &mut changes);
        let changed: Option<fn(String) -> Change> = Some(Change::RetentionChanged);
        let (added, removed) = (Change::RetentionAdded, Change::RetentionRemoved);
        differences(&retentions(before), &retentions(self), added, removed, changed, &mut changes);
        changes
    }
}

/// What comes, goes and changes between two lists of names with what stands behind them. Without a word for a change,
/// what changed goes and comes.
fn differences<T: PartialEq>(
    before: &[(String, T)],
    after: &[(String, T)],
    added: fn(String) -> Change,
    removed: fn(String) -> Change,
    changed: Option<fn(String) -> Change>,
    changes: &mut Vec<Change>,
) {
    for (id, old) in before {
        match (after.iter().find(|(other, _)| other == id), changed) {
            (None, _) => changes.push(removed(id.clone())),
            (Some((_, new)), None) if new != old => {
                changes.extend([removed(id.clone()), added(id.clone())]);
            }
            (Some((_, new)), Some(changed)) if new != old => changes.push(changed(id.clone())),
            _ => {}
        }
    }
    let come = after.iter().filter(|(id, _)| before.iter().all(|(other, _)| other != id));
    changes.extend(come.map(|(id, _)| added(id.clone())));
}

/// Whether `new` ends, for every record, no later than `old`: the same events or fewer, and a period within.
fn ends_no_later(new: &Retention, old: &Retention) -> bool {
    match (&new.clock, &old.clock) {
        (Clock::EndsWith(new), Clock::EndsWith(old)) => new == old,
        (Clock::Starts { events: new, keep: now }, Clock::Starts { events: old, keep: then }) => {
            let no_longer = match (now, then) {
                (None, _) => true,
                (Some(now), Some(then)) => now.is_within(*then),
                (Some(_), None) => false,
            };
            no_longer && new.iter().all(|event| old.contains(event))
        }
        _ => false,
    }
}
