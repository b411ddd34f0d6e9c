//! One person's ten years: what happens to them, and what a sweep did. Plain values; instants are seconds.

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
    Dormant { since: i64 },
    Ended { at: i64 },
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
    pub(crate) records: Vec<Record>,
    /// How often they log in: once in so many days.
    habit: u64,
    made: u32,
    pub(crate) story: Vec<String>,
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
    pub(crate) fn join(dice: &mut Dice, calendar: &Calendar, day: i64) -> Self {
        let at = instant(dice, calendar, day);
        let mut person = Self {
            member: Member::Active,
            last_use: at,
            notified: None,
            chosen: dice.once_in(10).then_some(36),
            marketing: dice.once_in(2),
            taken_back: None,
            objected: false,
            records: Vec::new(),
            habit: [3, 40, 400, 4000][dice.below(4) as usize],
            made: 0,
            story: Vec::new(),
        };
        person.tell(calendar, at, "joins");
        person.add("account", &ACCOUNT, Vec::new());
        person.add("security", &["session", "device"], Vec::new());
        person.add("consent", &["consent"], vec![(Happened::Made, at)]);
        if dice.once_in(20) {
            let birthday = calendar.midnight(day + 1 + dice.below(2000) as i64);
            let items = ["day_of_14", "guardian_name", "guardian_contact"];
            person.add("guardian", &items, vec![(Happened::OfAge, birthday)]);
        }
        person
    }

    fn add(&mut self, class: &'static str, items: &[&'static str], events: Vec<(Happened, i64)>) {
        self.made += 1;
        let items = items.to_vec();
        self.records.push(Record { id: self.made, class, items, separated: false, events, held: false });
    }

    pub(crate) fn tell(&mut self, calendar: &Calendar, at: i64, what: &str) {
        let day = calendar.day(at);
        let midnight = if at == calendar.midnight(day) { " 00:00" } else { "" };
        self.story.push(format!("{}{midnight} {what}", calendar.text(day)));
    }

    /// What happens on `day`, before the sweep of the next morning.
    pub(crate) fn live(&mut self, dice: &mut Dice, calendar: &Calendar, day: i64) {
        let at = instant(dice, calendar, day);
        // Without a password nobody logs in: what was held apart for too long is over.
        let can_log_in = self.records.iter().any(|record| record.items.contains(&"password"));
        if can_log_in && !matches!(self.member, Member::Ended { .. }) {
            self.use_service(dice, calendar, at);
        }
        self.cases(dice, calendar, at);
        let count = self.records.len() as u64;
        if count > 0 && dice.once_in(1500) {
            let record = &mut self.records[dice.below(count) as usize];
            record.held = !record.held;
            let what = format!("{} {} held: {}", record.class, record.id, record.held);
            self.tell(calendar, at, &what);
        }
        if self.records.iter().any(|r| r.held) && dice.once_in(200) {
            self.records.iter_mut().for_each(|r| r.held = false);
            self.tell(calendar, at, "all holds released");
        }
    }

    fn use_service(&mut self, dice: &mut Dice, calendar: &Calendar, at: i64) {
        if dice.once_in(self.habit) {
            self.last_use = at;
            if self.member != Member::Active {
                self.member = Member::Active;
                self.records.iter_mut().for_each(|r| r.separated = false);
                self.tell(calendar, at, "returns");
            }
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
                let what = format!("marketing: {}", self.marketing);
                self.tell(calendar, at, &what);
                if self.marketing {
                    // Saying yes writes the setting again.
                    let account = self.records.iter_mut().find(|r| r.class == "account").expect("a member's account");
                    if !account.items.contains(&"mailing") {
                        account.items.push("mailing");
                    }
                }
            }
        }
        if dice.once_in(3000) {
            self.tell(calendar, at, "misuse noted");
            self.add("misuse", &["misuse"], vec![(Happened::Made, at)]);
        }
        if dice.once_in(1800) {
            self.member = Member::Ended { at };
            self.tell(calendar, at, "leaves");
            self.objected = dice.once_in(5);
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
                "complaint" if !has(Happened::Closed) && dice.once_in(30) => Happened::Closed,
                "complaint" if has(Happened::Closed) && !record.separated && dice.once_in(800) => {
                    record.events.clear();
                    told.push(format!("complaint {} opened again", record.id));
                    continue;
                }
                _ => continue,
            };
            record.events.push((next, at));
            told.push(format!("{} {}: {next:?}", record.class, record.id));
        }
        for what in told {
            self.tell(calendar, at, &what);
        }
        if dice.once_in(1200) && !self.records.is_empty() {
            self.tell(calendar, at, "complains");
            self.add("complaint", &["complaint", "complaint_contact"], Vec::new());
        }
    }
}

/// An instant of the day; now and then exactly 00:00.
fn instant(dice: &mut Dice, calendar: &Calendar, day: i64) -> i64 {
    let second = if dice.once_in(20) { 0 } else { 1 + dice.below(86_399) as i64 };
    calendar.midnight(day) + second
}
