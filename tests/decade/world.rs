//! One person's ten years: what happens to them, and what a sweep did. Plain values; instants are seconds. Two crates
//! live it: `policy`, whose plans are carried out here on plain values, and `app`, where the whole system does the deeds.

use crate::calendar::Calendar;

/// A random source that a seed decides (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// True once in `n`.
    pub(crate) fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Member {
    Active,
    Dormant {
        since: i64,
    },
    Ended {
        at: i64,
    },
    /// Never a member: wrote to the office, or waits for a guardian.
    Nobody,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happened {
    Made,
    Payment,
    Supply,
    ContractEnd,
    Cancellation,
    Closed,
    OfAge,
    Asked,
    Sent,
}

/// What somebody did or had done, for a system that is to do the same. Records by their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Used,
    Returned,
    Added(u32),
    Happened(u32, Happened),
    Reopened(u32),
    Agreed,
    TookBack,
    WroteMailing(u32),
    Objected,
    Left,
    Erased,
    /// One record, or all of the person's.
    Held(Option<u32>),
    Released(Option<u32>),
}

#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) id: u32,
    pub(crate) class: &'static str,
    pub(crate) items: Vec<&'static str>,
    pub(crate) separated: bool,
    pub(crate) events: Vec<(Happened, i64)>,
    pub(crate) held: bool,
}

pub(crate) struct Person {
    pub(crate) member: Member,
    pub(crate) last_use: i64,
    pub(crate) notified: Option<i64>,
    /// Months that the member chose to be left alone.
    pub(crate) chosen: Option<usize>,
    pub(crate) marketing: bool,
    pub(crate) taken_back: Option<i64>,
    pub(crate) objected: bool,
    /// A hold on all that is theirs.
    pub(crate) held: bool,
    pub(crate) records: Vec<Record>,
    /// How often they log in: once in so many days.
    habit: u64,
    made: u32,
    pub(crate) story: Vec<String>,
    /// What a system that lives this has not done yet.
    pub(crate) deeds: Vec<Deed>,
}

pub(crate) const ACCOUNT: [&str; 12] = [
    "email",
    "password",
    "name",
    "mobile",
    "company_phone",
    "company",
    "title",
    "mailing",
    "app_settings",
    "form",
    "state",
    "member_id",
];

impl Person {
    pub(crate) fn join(dice: &mut Dice, calendar: &Calendar, at: i64) -> Self {
        let mut person = Self::nobody(at);
        person.member = Member::Active;
        person.chosen = dice.once_in(10).then_some(36);
        person.marketing = dice.once_in(2);
        person.habit = [3, 40, 400, 4000][dice.below(4) as usize];
        person.tell(calendar, at, "joins");
        let items: Vec<_> = ACCOUNT.into_iter().filter(|item| person.marketing || *item != "mailing").collect();
        person.add("account", &items, Vec::new());
        person.add("security", &["session", "device"], Vec::new());
        person.add("consent", &["consent"], vec![(Happened::Made, at)]);
        if dice.once_in(20) {
            let birthday = calendar.midnight(calendar.day(at) + 1 + dice.below(2000) as i64);
            let items = ["day_of_14", "guardian_name", "guardian_contact"];
            person.add("guardian", &items, vec![(Happened::OfAge, birthday)]);
        }
        person.deeds.clear();
        person
    }

    /// Somebody who is no member: a child whose guardian is asked, or a complainant.
    pub(crate) fn stranger(dice: &mut Dice, calendar: &Calendar, at: i64) -> Self {
        let mut person = Self::nobody(at);
        if dice.once_in(2) {
            person.tell(calendar, at, "wants to join; a guardian is asked");
            person.add("stub", &["stub_guardian"], vec![(Happened::Asked, at)]);
        } else {
            person.tell(calendar, at, "complains");
            person.add("complaint", &["complaint", "complaint_contact"], Vec::new());
        }
        person.deeds.clear();
        person
    }

    fn nobody(at: i64) -> Self {
        Self {
            member: Member::Nobody,
            last_use: at,
            notified: None,
            chosen: None,
            marketing: false,
            taken_back: None,
            objected: false,
            held: false,
            records: Vec::new(),
            habit: 1,
            made: 0,
            story: Vec::new(),
            deeds: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, class: &'static str, items: &[&'static str], events: Vec<(Happened, i64)>) {
        self.made += 1;
        self.deeds.push(Deed::Added(self.made));
        let items = items.to_vec();
        self.records.push(Record { id: self.made, class, items, separated: false, events, held: false });
    }

    pub(crate) fn tell(&mut self, calendar: &Calendar, at: i64, what: &str) {
        let day = calendar.day(at);
        let midnight = if at == calendar.midnight(day) { " 00:00" } else { "" };
        self.story.push(format!("{}{midnight} {what}", calendar.text(day)));
    }

    /// What happens at `at`, before the sweep of the next morning.
    pub(crate) fn live(&mut self, dice: &mut Dice, calendar: &Calendar, at: i64) {
        // Without a password nobody logs in: what was held apart for too long is over.
        let can_log_in = self.records.iter().any(|record| record.items.contains(&"password"));
        if can_log_in && matches!(self.member, Member::Active | Member::Dormant { .. }) {
            self.use_service(dice, calendar, at);
        }
        self.cases(dice, calendar, at);
        self.holds(dice, calendar, at);
    }

    fn holds(&mut self, dice: &mut Dice, calendar: &Calendar, at: i64) {
        let count = self.records.len() as u64;
        if count > 0 && dice.once_in(1500) {
            let record = &mut self.records[dice.below(count) as usize];
            record.held = !record.held;
            let (id, held) = (Some(record.id), record.held);
            let what = format!("{} {} held: {held}", record.class, record.id);
            self.deeds.push(if held { Deed::Held(id) } else { Deed::Released(id) });
            self.tell(calendar, at, &what);
        }
        if count > 0 && !self.held && dice.once_in(4000) {
            self.held = true;
            self.deeds.push(Deed::Held(None));
            self.tell(calendar, at, "held: everything");
        }
        if (self.held || self.records.iter().any(|r| r.held)) && dice.once_in(200) {
            for record in self.records.iter_mut().filter(|record| record.held) {
                record.held = false;
                self.deeds.push(Deed::Released(Some(record.id)));
            }
            if std::mem::take(&mut self.held) {
                self.deeds.push(Deed::Released(None));
            }
            self.tell(calendar, at, "all holds released");
        }
    }

    fn use_service(&mut self, dice: &mut Dice, calendar: &Calendar, at: i64) {
        if dice.once_in(self.habit) {
            self.last_use = at;
            if self.member == Member::Active {
                self.deeds.push(Deed::Used);
            } else {
                self.member = Member::Active;
                self.records.iter_mut().for_each(|r| r.separated = false);
                self.deeds.push(Deed::Returned);
                self.tell(calendar, at, "returns");
            }
            self.work(dice, calendar, at);
        }
        if dice.once_in(3000) {
            self.tell(calendar, at, "misuse noted");
            self.add("misuse", &["misuse"], vec![(Happened::Made, at)]);
        }
        if !self.objected && dice.once_in(3000) {
            self.objected = true;
            self.deeds.push(Deed::Objected);
            self.tell(calendar, at, "objects to improvement");
        }
        if dice.once_in(1800) {
            self.member = Member::Ended { at };
            let erases = dice.once_in(5);
            self.objected |= erases;
            self.deeds.push(if erases { Deed::Erased } else { Deed::Left });
            self.tell(calendar, at, if erases { "leaves, and has erased what may be" } else { "leaves" });
        }
    }

    /// What a member does once logged in.
    fn work(&mut self, dice: &mut Dice, calendar: &Calendar, at: i64) {
        if dice.once_in(60) {
            self.add("usage", &["searches", "corrections"], vec![(Happened::Made, at)]);
        }
        if dice.once_in(90) {
            self.tell(calendar, at, "pays");
            self.add("payment", &["card_number", "approval_number"], vec![(Happened::Payment, at)]);
        }
        if dice.once_in(200) {
            self.tell(calendar, at, "contract begins");
            self.add("contract", &["contract"], Vec::new());
        }
        if dice.once_in(40) {
            self.marketing = !self.marketing;
            self.taken_back = (!self.marketing).then_some(at);
            self.deeds.push(if self.marketing { Deed::Agreed } else { Deed::TookBack });
            let what = format!("marketing: {}", self.marketing);
            self.tell(calendar, at, &what);
            if self.marketing {
                // Saying yes writes the setting again.
                let account = self.records.iter_mut().find(|r| r.class == "account").expect("a member's account");
                if !account.items.contains(&"mailing") {
                    account.items.push("mailing");
                    self.deeds.push(Deed::WroteMailing(account.id));
                }
            }
        }
    }

    /// Payments are supplied, contracts end, complaints come, close and open again.
    fn cases(&mut self, dice: &mut Dice, calendar: &Calendar, at: i64) {
        let mut told = Vec::new();
        for record in &mut self.records {
            let has = |what| record.events.iter().any(|(event, _)| *event == what);
            let next = match record.class {
                "payment" if !has(Happened::Supply) && dice.once_in(20) => Happened::Supply,
                "contract" if !has(Happened::Cancellation) && dice.once_in(700) => Happened::Cancellation,
                "contract" if !has(Happened::ContractEnd) && dice.once_in(700) => Happened::ContractEnd,
                "mail" if !has(Happened::Sent) && dice.once_in(5) => Happened::Sent,
                "complaint" | "request" if !has(Happened::Closed) && dice.once_in(30) => Happened::Closed,
                "complaint" if has(Happened::Closed) && !record.separated && dice.once_in(800) => {
                    record.events.clear();
                    self.deeds.push(Deed::Reopened(record.id));
                    told.push(format!("complaint {} opened again", record.id));
                    continue;
                }
                _ => continue,
            };
            record.events.push((next, at));
            self.deeds.push(Deed::Happened(record.id, next));
            told.push(format!("{} {}: {next:?}", record.class, record.id));
        }
        for what in told {
            self.tell(calendar, at, &what);
        }
        if dice.once_in(1200) && !self.records.is_empty() {
            self.tell(calendar, at, "complains");
            self.add("complaint", &["complaint", "complaint_contact"], Vec::new());
        }
        if dice.once_in(1500) && !self.records.is_empty() {
            self.tell(calendar, at, "asks the office for a right");
            self.add("request", &["request", "identity_note"], Vec::new());
        }
    }
}

/// An instant of the day; now and then exactly 00:00.
pub(crate) fn instant(dice: &mut Dice, calendar: &Calendar, day: i64) -> i64 {
    let second = if dice.once_in(20) { 0 } else { 1 + dice.below(86_399) as i64 };
    calendar.midnight(day) + second
}
