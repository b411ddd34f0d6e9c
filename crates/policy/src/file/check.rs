//! From what is written to what holds: names are resolved, contradictions found. Every mistake is collected; a reader
//! of the file mends them in one go.

use super::{
    Located,
    mistake::Wrong,
    raw::{Head, Raw, RawItem, RawRetention, Table},
};
use crate::{
    Basis, Class, ClassId, Clause, Clock, Event, Grain, Item, ItemId, ItemSet, Lives, Policy, Purpose, PurposeId,
    Regime, Retention, RetentionId, ids::MOST, zone,
};
use jiff::{civil::Date, tz::TimeZone};
use sha2::{Digest, Sha256};
use std::ops::Range;
use toml::Spanned;

/// The fewest full days between a dormancy notice and the separation under the law of 2019.
const DORMANCY_NOTICE_DAYS: u16 = 30;

pub(super) fn policy(raw: Raw, text: &str) -> Result<Policy, Vec<Located>> {
    let mut check = Check::new(&raw);
    let (effective, zone) = check.head(&raw.policy);
    let items = check.items(&raw.item);
    let retentions = check.retentions(&raw.retention, &items);
    check.ends_of_chains(&raw.retention, &retentions);
    check.classes(&raw, &items, &retentions);
    check.registers(&raw);
    check.rules(&raw);
    let Some((effective, zone)) = effective.zip(zone).filter(|_| check.mistakes.is_empty()) else {
        return Err(check.mistakes);
    };
    Ok(Policy {
        id: raw.policy.id.into_inner(),
        version: raw.policy.version.into_inner(),
        effective,
        regime: raw.policy.regime.into_inner(),
        controller: raw.policy.controller,
        without_delay: raw.policy.without_delay,
        small_cell: raw.policy.small_cell.into_inner(),
        staff_password: raw.policy.staff_password,
        staff_training: raw.policy.staff_training,
        two_staff: raw.policy.two_staff,
        clauses: named(raw.clause, |id, c| Clause { id, heading: c.heading, says: c.says, shows: c.shows }),
        processors: named(raw.processor, |id, p| crate::Processor { id, ..p.into_inner() }),
        partners: named(raw.partner, |id, p| crate::Partner { id, ..p.into_inner() }),
        rights: named(raw.right, |id, r| crate::Right { id, ..r.into_inner() }),
        cookies: named(raw.cookie, |id, c| crate::Cookie { id, ..c.into_inner() }),
        children: raw.children.into_inner(),
        notices: raw.notice.into_inner(),
        dormancy: raw.dormancy.map(Spanned::into_inner),
        office: raw.office.into_inner(),
        zone,
        hash: Sha256::digest(text.as_bytes()).into(),
        items,
        purposes: named(raw.purpose, |id, p| Purpose {
            id,
            clause: p.clause.into_inner(),
            name: p.name,
            says: p.says,
            basis: p.basis.unwrap_or(Basis::Internal),
            every_item: p.every_item,
        }),
        classes: named(raw.class, |id, c| Class {
            id,
            name: c.name,
            lives: c.lives,
            until: c.until.map(Spanned::into_inner),
            grain: c.grain,
        }),
        retentions,
        groups: Vec::new(),
        shared: Vec::new(),
    })
}

fn named<T, U>(table: Table<T>, make: impl Fn(String, T) -> U) -> Vec<U> {
    table.0.into_iter().map(|(id, value)| make(id.into_inner(), value)).collect()
}

fn names<T>(table: &Table<T>) -> Vec<String> {
    table.0.iter().map(|(id, _)| id.get_ref().clone()).collect()
}

/// The names of a file and the mistakes found so far.
struct Check {
    clauses: Vec<String>,
    purposes: Vec<(String, Option<Basis>)>,
    classes: Vec<String>,
    items: Vec<String>,
    retentions: Vec<String>,
    mistakes: Vec<Located>,
}

impl Check {
    fn new(raw: &Raw) -> Self {
        let purposes = raw.purpose.0.iter().map(|(id, p)| (id.get_ref().clone(), p.basis)).collect();
        let mut check = Self {
            clauses: names(&raw.clause),
            purposes,
            classes: names(&raw.class),
            items: names(&raw.item),
            retentions: names(&raw.retention),
            mistakes: Vec::new(),
        };
        check.few(&raw.purpose, "purposes");
        check.few(&raw.class, "classes");
        check.few(&raw.item, "items");
        check.few(&raw.retention, "retentions");
        for (id, purpose) in &raw.purpose.0 {
            check.clause(purpose.clause.span(), purpose.clause.get_ref());
            if purpose.every_item && purpose.basis != Some(Basis::Statute) {
                check.mistake(id.span(), Wrong::EveryItemWithoutLaw, []);
            }
            if purpose.basis.is_none() {
                check.mistake(id.span(), Wrong::PurposeWithoutBasis, [id.get_ref()]);
            }
        }
        check
    }

    fn mistake<const N: usize>(&mut self, at: Range<usize>, wrong: Wrong, values: [&dyn ToString; N]) {
        self.mistakes.push((at, wrong, values.map(ToString::to_string).into()));
    }

    fn few<T>(&mut self, table: &Table<T>, what: &str) {
        if let Some((id, _)) = table.0.get(MOST) {
            self.mistake(id.span(), Wrong::TooMany, [&MOST, &what]);
        }
        for (id, _) in &table.0 {
            self.name(id);
        }
    }

    fn name(&mut self, id: &Spanned<String>) {
        let text = id.get_ref();
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
        if text.is_empty() || text.len() > 40 || !text.chars().all(is_plain) {
            self.mistake(id.span(), Wrong::BadName, [text]);
        }
    }

    fn clause(&mut self, at: Range<usize>, clause: &str) {
        if !self.clauses.iter().any(|known| known == clause) {
            self.mistake(at, Wrong::NoClause, [&clause]);
        }
    }

    /// The place of `name` in `known`, or a mistake that lists what there is.
    fn find(&mut self, name: &Spanned<String>, what: &str, known: &[String]) -> Option<usize> {
        let found = known.iter().position(|id| id == name.get_ref());
        if found.is_none() {
            let list = known.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
            self.mistake(name.span(), Wrong::NoSuch, [&what, name.get_ref(), &list]);
        }
        found
    }

    fn head(&mut self, head: &Head) -> (Option<Date>, Option<TimeZone>) {
        self.name(&head.id);
        self.name(&head.version);
        let effective = head.effective.get_ref();
        let day = match (effective.date, effective.time, effective.offset) {
            (Some(d), None, None) => i16::try_from(d.year)
                .ok()
                .zip(i8::try_from(d.month).ok().zip(i8::try_from(d.day).ok()))
                .and_then(|(year, (month, day))| Date::new(year, month, day).ok()),
            _ => None,
        };
        if day.is_none() {
            self.mistake(head.effective.span(), Wrong::NoDay, [effective]);
        }
        let zone = zone(head.time_zone.get_ref());
        if zone.is_err() {
            self.mistake(head.time_zone.span(), Wrong::NoZone, [head.time_zone.get_ref()]);
        }
        if *head.small_cell.get_ref() < 2 {
            self.mistake(head.small_cell.span(), Wrong::SmallCell, []);
        }
        (day, zone.ok())
    }

    fn items(&mut self, table: &Table<RawItem>) -> Vec<Item> {
        let classes = self.classes.clone();
        let purposes: Vec<String> = self.purposes.iter().map(|(id, _)| id.clone()).collect();
        let mut items = Vec::new();
        for (id, raw) in &table.0 {
            self.clause(raw.clause.span(), raw.clause.get_ref());
            let class = self.find(&raw.class, "class", &classes);
            let found: Vec<usize> = raw.purposes.iter().filter_map(|p| self.find(p, "purpose", &purposes)).collect();
            let name = id.get_ref();
            if raw.purposes.is_empty() {
                self.mistake(id.span(), Wrong::ItemWithoutPurpose, [name]);
            }
            let by_consent_only =
                !found.is_empty() && found.iter().all(|at| self.purposes[*at].1 == Some(Basis::Consent));
            if raw.required && by_consent_only {
                self.mistake(id.span(), Wrong::ByConsentAndRequired, [name]);
            }
            items.push(Item {
                id: name.clone(),
                clause: raw.clause.get_ref().clone(),
                name: raw.name.clone(),
                class: ClassId(small(class.unwrap_or(0))),
                collected: raw.collected,
                required: raw.required,
                masked: raw.masked,
                purposes: found.into_iter().map(|at| PurposeId(small(at))).collect(),
            });
        }
        items
    }

    fn retentions(&mut self, table: &Table<RawRetention>, items: &[Item]) -> Vec<Retention> {
        table.0.iter().map(|(id, raw)| self.retention(id, raw, items)).collect()
    }

    fn retention(&mut self, id: &Spanned<String>, raw: &RawRetention, items: &[Item]) -> Retention {
        self.clause(raw.clause.span(), raw.clause.get_ref());
        let classes = self.classes.clone();
        // The class whose name it has, unless it names another.
        let class = self.find(raw.class.as_ref().unwrap_or(id), "class", &classes);
        let class = ClassId(small(class.unwrap_or(0)));
        let basis = *raw.basis.get_ref();
        if (basis == Basis::Statute) != raw.law.is_some() {
            let wrong = if raw.law.is_some() { Wrong::LawWithoutStatute } else { Wrong::StatuteWithoutLaw };
            self.mistake(raw.basis.span(), wrong, []);
        }
        Retention {
            id: id.get_ref().clone(),
            clause: raw.clause.get_ref().clone(),
            class,
            basis,
            law: raw.law.clone(),
            why: raw.why.clone(),
            clock: self.clock(id, raw),
            items: self.covered(raw, class, items),
            serves: raw.serves.iter().map(|s| *s.get_ref()).collect(),
        }
    }

    fn clock(&mut self, id: &Spanned<String>, raw: &RawRetention) -> Clock {
        let retentions = self.retentions.clone();
        if let Some(other) = &raw.ends_with {
            if !raw.starts.is_empty() || raw.keep.is_some() {
                self.mistake(other.span(), Wrong::TwoClocks, []);
            }
            let found = self.find(other, "retention", &retentions);
            return Clock::EndsWith(RetentionId(small(found.unwrap_or(0))));
        }
        if raw.starts.is_empty() {
            self.mistake(id.span(), Wrong::RetentionWithoutClock, [id.get_ref()]);
        }
        let events: Vec<Event> = raw.starts.iter().map(|event| *event.get_ref()).collect();
        if let Some(alone) = raw.starts.iter().find(|e| *e.get_ref() == Event::Withdrawal && events.len() > 1) {
            self.mistake(alone.span(), Wrong::WithdrawalAlone, []);
        }
        Clock::Starts { events, keep: raw.keep.as_ref().map(|keep| *keep.get_ref()) }
    }

    /// The items that a retention covers: its own class's (all of them unless listed) and others that it needs.
    fn covered(&mut self, raw: &RawRetention, class: ClassId, items: &[Item]) -> ItemSet {
        let all = self.items.clone();
        let ids = |at: &usize| ItemId(small(*at));
        let own: ItemSet = match &raw.items {
            None => (0..).map(ItemId).zip(items).filter(|(_, item)| item.class == class).map(|(id, _)| id).collect(),
            Some(listed) => {
                let mut found = Vec::new();
                for name in listed {
                    let Some(at) = self.find(name, "item", &all) else { continue };
                    if items[at].class == class {
                        found.push(at);
                    } else {
                        let class = self.classes[items[at].class.at()].clone();
                        self.mistake(name.span(), Wrong::ItemOfOtherClass, [name.get_ref(), &class]);
                    }
                }
                found.iter().map(ids).collect()
            }
        };
        let mut also = Vec::new();
        for name in &raw.also {
            let Some(at) = self.find(name, "item", &all) else { continue };
            if items[at].class == class {
                self.mistake(name.span(), Wrong::ItemOfThisClass, [name.get_ref()]);
            }
            also.push(at);
        }
        own.union(also.iter().map(ids).collect())
    }

    /// Retentions that end with each other never end.
    fn ends_of_chains(&mut self, table: &Table<RawRetention>, retentions: &[Retention]) {
        for (start, (id, _)) in table.0.iter().enumerate() {
            let mut at = start;
            for _ in 0..=retentions.len() {
                match retentions[at].clock {
                    Clock::EndsWith(next) => at = next.at(),
                    Clock::Starts { .. } => break,
                }
                if at == start {
                    self.mistake(id.span(), Wrong::Circle, [id.get_ref()]);
                    break;
                }
            }
        }
    }

    /// Each class has items and an end, and its clock fits how it lives.
    fn classes(&mut self, raw: &Raw, items: &[Item], retentions: &[Retention]) {
        for (at, (id, class)) in raw.class.0.iter().enumerate() {
            let class_id = ClassId(small(at));
            let name = id.get_ref();
            if !items.iter().any(|item| item.class == class_id) {
                self.mistake(id.span(), Wrong::ClassWithoutItem, [name]);
            }
            let own: Vec<&Retention> = retentions.iter().filter(|r| r.class == class_id).collect();
            if class.lives != Lives::Membership && own.is_empty() {
                self.mistake(id.span(), Wrong::ClassWithoutClock, [name]);
            }
            let is_ours = class.lives == Lives::Record && own.iter().all(|r| r.basis == Basis::Internal);
            if let Some(until) = class.until.as_ref().filter(|_| class.lives != Lives::Membership && !is_ours) {
                self.mistake(until.span(), Wrong::UntilOfStatute, []);
            }
            if class.grain == Grain::Day && (own.len() != 1 || class.lives != Lives::Separated) {
                self.mistake(id.span(), Wrong::WholeDays, [name]);
            }
            if class.lives == Lives::Separated && own.iter().all(|r| r.serves.is_empty()) {
                self.mistake(id.span(), Wrong::ClassServesNothing, [name]);
            }
        }
        for (at, (id, item)) in raw.item.0.iter().enumerate() {
            let held = retentions.iter().any(|r| r.items.contains(ItemId(small(at))));
            let lives = raw.class.0.iter().find(|(c, _)| c.get_ref() == item.class.get_ref()).map(|(_, c)| c.lives);
            if !held && lives.is_some_and(|lives| lives != Lives::Membership) {
                self.mistake(id.span(), Wrong::ItemWithoutClock, [id.get_ref()]);
            }
        }
    }

    /// What the registers name exists.
    fn registers(&mut self, raw: &Raw) {
        let items = self.items.clone();
        let missing = |listed: &[String]| listed.iter().find(|name| !items.contains(name)).cloned();
        for (_, processor) in &raw.processor.0 {
            self.clause(processor.span(), &processor.get_ref().clause);
            if let Some(name) = missing(&processor.get_ref().items) {
                self.mistake(processor.span(), Wrong::NoItem, [&name]);
            }
        }
        for (_, partner) in &raw.partner.0 {
            self.clause(partner.span(), &partner.get_ref().clause);
            if let Some(name) = missing(&partner.get_ref().items) {
                self.mistake(partner.span(), Wrong::NoItem, [&name]);
            }
        }
        for (_, right) in &raw.right.0 {
            self.clause(right.span(), &right.get_ref().clause);
        }
        for (_, cookie) in &raw.cookie.0 {
            self.clause(cookie.span(), &cookie.get_ref().clause);
        }
    }

    /// The rules of the law and of the document about children, notices and dormancy.
    fn rules(&mut self, raw: &Raw) {
        self.clause(raw.children.span(), &raw.children.get_ref().clause);
        self.clause(raw.office.span(), &raw.office.get_ref().clause);
        let notice = raw.notice.get_ref();
        for clause in [&notice.change_clause, &notice.transfer_clause] {
            self.clause(raw.notice.span(), clause);
        }
        if notice.change_days == 0 || notice.transfer_days == 0 {
            self.mistake(raw.notice.span(), Wrong::NoticeOfNoDays, []);
        }
        if !raw.class.0.iter().any(|(id, _)| id.get_ref() == "look") {
            self.mistake(raw.policy.regime.span(), Wrong::NoLook, []);
        }
        let regime = *raw.policy.regime.get_ref();
        let Some(dormancy) = &raw.dormancy else {
            if regime == Regime::Korea2019 {
                self.mistake(raw.policy.regime.span(), Wrong::NoDormancy, []);
            }
            return;
        };
        let rule = dormancy.get_ref();
        if !raw.class.0.iter().any(|(id, _)| id.get_ref() == "mail")
            || !raw.item.0.iter().any(|(id, _)| id.get_ref() == "mail")
        {
            self.mistake(dormancy.span(), Wrong::NoMail, []);
        }
        self.clause(dormancy.span(), &rule.clause);
        if regime == Regime::Korea2019 && rule.notice_days < DORMANCY_NOTICE_DAYS {
            self.mistake(dormancy.span(), Wrong::NoticeTooShort, [&rule.notice_days, &DORMANCY_NOTICE_DAYS]);
        }
        if rule.notify_days_before <= rule.notice_days {
            let days = [rule.notice_days, rule.notice_days + 1];
            self.mistake(dormancy.span(), Wrong::NotifiedTooLate, [&days[0], &days[1]]);
        }
    }
}

/// A place in a list of at most [`MOST`]; a longer list is a mistake that was noted.
fn small(at: usize) -> u8 {
    u8::try_from(at % MOST).unwrap_or(0)
}
