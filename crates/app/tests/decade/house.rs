//! One installation: its folder, its people, its clock, and what a day brings.

use crate::{
    REOPENS,
    calendar::Calendar,
    certified::Went,
    events::at,
    rows::Rows,
    story::{CAME, Part, Story},
    versions,
    world::{Dice, Member, Person, instant},
};
use jiff::Timestamp;
use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
    ops::Deref,
    path::Path,
};
use tempfile::TempDir;
use vestry_app::{Config, Privacy, PrivacyError, Surroundings, SweepOutcome, SweepRequest, VaultError};
use vestry_vault::{PersonId, ReasonCode, RecordId};

thread_local! {
    static NOW: Cell<i64> = const { Cell::new(0) };
}

/// The clock of this thread's installation.
fn now() -> Timestamp {
    at(NOW.get())
}

const SURROUNDINGS: Surroundings = Surroundings { now, random: || [7; 16] };

pub(crate) fn reason() -> ReasonCode {
    "decade".parse().expect("a reason")
}

/// One person of the world, and who they are in the vault.
pub(crate) struct Life {
    pub(crate) person: Person,
    pub(crate) id: PersonId,
    pub(crate) records: HashMap<u32, RecordId>,
    /// What was put in, by record and item.
    pub(crate) values: HashMap<(u32, &'static str), String>,
    /// Whether a guardian looked after them until they came of age.
    pub(crate) came_of_age: bool,
}

/// A visit on file.
pub(crate) struct Visit {
    pub(crate) at: i64,
    pub(crate) by: PersonId,
    pub(crate) address: String,
}

/// How much was lived.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) people: u64,
    pub(crate) deeds: u64,
    pub(crate) sweeps: u64,
    pub(crate) destroyed: u64,
    pub(crate) opened: u64,
    pub(crate) crashes: u64,
    pub(crate) wrong_clocks: u64,
    /// How often a crash came before each step.
    pub(crate) stopped: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(crate) fn plus(self, other: Self) -> Self {
        let mut stopped = self.stopped;
        for (step, count) in other.stopped {
            *stopped.entry(step).or_default() += count;
        }
        Self {
            stopped,
            people: self.people + other.people,
            deeds: self.deeds + other.deeds,
            sweeps: self.sweeps + other.sweeps,
            destroyed: self.destroyed + other.destroyed,
            opened: self.opened + other.opened,
            crashes: self.crashes + other.crashes,
            wrong_clocks: self.wrong_clocks + other.wrong_clocks,
        }
    }
}

/// The system, closed for the moment in which it is opened again: its folder is locked by one at a time.
pub(crate) struct Running(Option<Privacy>);

impl Deref for Running {
    type Target = Privacy;

    fn deref(&self) -> &Privacy {
        self.0.as_ref().expect("running")
    }
}

/// Whose dice: the machine's, those of whoever arrives, and from here on two for each life.
const MACHINE: u64 = 0;
const ARRIVALS: u64 = 1;

fn life_dice(life: usize) -> u64 {
    2 + 2 * life as u64
}

pub(crate) struct House {
    pub(crate) story: Story,
    /// The machine's dice of the day.
    pub(crate) dice: Dice,
    pub(crate) calendar: Calendar,
    pub(crate) privacy: Running,
    pub(crate) rows: Rows,
    pub(crate) lives: Vec<Life>,
    pub(crate) visits: Vec<Visit>,
    pub(crate) went: Went,
    pub(crate) tally: Tally,
    /// What happened to the machine.
    pub(crate) log: Vec<String>,
    /// Somebody asked for what only a sweep finishes.
    pub(crate) owed: bool,
    swept: i64,
    /// Until when the machine is switched off, and until when nobody sweeps.
    off: i64,
    missed: i64,
    config: Config,
    folder: TempDir,
}

impl House {
    pub(crate) async fn made(story: Story, day: i64) -> Self {
        let (calendar, mut config) = (Calendar::new(), Config::default());
        NOW.set(calendar.midnight(day));
        // Memory, where there is some: what is written is the same.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.expect("a folder");
        for (text, name) in versions::texts(vestry_policy::BUILTIN).iter().zip(["first.toml", "second.toml"]) {
            let file = folder.path().join(name);
            std::fs::write(&file, text).expect("written");
            config.policy.files.push(file);
        }
        let data = folder.path().join("data");
        Privacy::make(&data, &config, SURROUNDINGS).await.expect("made");
        let privacy = Privacy::open(&data, &config, SURROUNDINGS).await.expect("opens");
        if let Some(fault) = story.fault {
            privacy.vault().steps().leave_out(fault);
        }
        Self {
            dice: story.dice(MACHINE, day),
            story,
            calendar,
            privacy: Running(Some(privacy)),
            rows: Rows::of(&data).await,
            lives: Vec::new(),
            visits: Vec::new(),
            went: Went::default(),
            tally: Tally::default(),
            log: Vec::new(),
            owed: false,
            swept: day,
            off: 0,
            missed: 0,
            config,
            folder,
        }
    }

    pub(crate) fn set_clock(&self, seconds: i64) {
        NOW.set(seconds);
    }

    /// A day: who does something at midnight sharp, the sweep of the morning, and what the day brings.
    pub(crate) async fn live(&mut self, day: i64) {
        if day < self.off {
            return;
        }
        CAME.set((self.lives.len(), day));
        self.dice = self.story.dice(MACHINE, day);
        let returns = self.off == day;
        let midnight = self.calendar.midnight(day);
        self.birthdays(midnight);
        let is_troubled = self.story.has(Part::Trouble(day));
        if self.dice.once_in(400) && is_troubled {
            self.off = day + 1 + 1 + self.dice.below(20) as i64;
            self.note(day, "the machine is off");
        }
        if self.missed <= day {
            let long = self.dice.once_in(400);
            let short = self.dice.once_in(40);
            self.missed = day
                + if !is_troubled {
                    0
                } else if long {
                    90
                } else if short {
                    1 + self.dice.below(14) as i64
                } else {
                    0
                };
        }
        let mut at: Vec<(i64, usize)> = Vec::new();
        for life in 0..self.lives.len() {
            if self.story.has(Part::Person(life)) {
                at.push((instant(&mut self.story.dice(life_dice(life), day), &self.calendar, day), life));
            }
        }
        at.sort_unstable();
        if returns {
            // Nobody comes before it is known that the clock is right.
            at.retain(|(at, _)| *at > midnight);
        } else {
            self.beat(midnight).await;
        }
        for (at, life) in at.iter().filter(|(at, _)| *at == midnight) {
            self.lives_on(*life, day, *at).await;
        }
        let often = self.owed && self.dice.once_in(2) || self.dice.once_in(4);
        if returns || self.missed <= day && (often || self.swept + 7 <= day || self.is_anything_due(day)) {
            self.set_clock(midnight + 60);
            self.sweep(day).await;
        }
        self.arrivals(day, midnight + 61).await;
        for (at, life) in at.iter().filter(|(at, _)| *at > midnight) {
            self.lives_on(*life, day, (*at).max(midnight + 61)).await;
        }
        if self.dice.once_in(300) && is_troubled {
            self.clock_goes_back(day).await;
        }
    }

    /// From the fourteenth birthday on, what a guardian agreed to counts no more.
    fn birthdays(&mut self, midnight: i64) {
        for life in &mut self.lives {
            let person = &mut life.person;
            let of_age = |record: &crate::world::Record| {
                record.class == "guardian"
                    && record.events.iter().any(|(what, at)| *what == crate::world::Happened::OfAge && *at <= midnight)
            };
            let is_member = matches!(person.member, Member::Active | Member::Dormant { .. });
            if is_member && !life.came_of_age && person.records.iter().any(of_age) {
                life.came_of_age = true;
                if std::mem::take(&mut person.marketing) {
                    person.taken_back = Some(midnight);
                }
            }
        }
    }

    async fn lives_on(&mut self, life: usize, day: i64, at: i64) {
        if !self.story.has(Part::Deeds(life, day)) {
            return;
        }
        self.set_clock(at);
        let mut dice = self.story.dice(life_dice(life) + 1, day);
        self.lives[life].person.live(&mut dice, &self.calendar, at);
        self.do_deeds(life, at, &mut dice).await;
    }

    /// New people, and people who come again.
    async fn arrivals(&mut self, day: i64, at: i64) {
        self.set_clock(at);
        let mut dice = self.story.dice(ARRIVALS, day);
        let left = |life: &Life| matches!(life.person.member, Member::Ended { .. });
        let present = self.lives.iter().filter(|life| !left(life)).count();
        if present < self.story.members && dice.once_in(20) {
            let person = Person::join(&mut dice, &self.calendar, at);
            self.arrive(person, at).await;
        }
        if dice.once_in(700) {
            let person = Person::stranger(&mut dice, &self.calendar, at);
            self.arrive(person, at).await;
        }
    }

    /// Signs that the machine runs and its clock goes.
    async fn beat(&mut self, now: i64) {
        self.set_clock(now);
        let vault = self.privacy.vault();
        match vault.beat(self.privacy.policy(), at(now)).await {
            // Nobody swept for days: an officer looks at the clock.
            Err(VaultError::ClockAhead { .. }) => vault.confirm_clock(&reason(), at(now)).await.expect("confirmed"),
            beaten => beaten.expect("the log is alive"),
        }
    }

    /// Sweeps, through every crash that the dice want, until it is done or put off; holds the vault against the oracle.
    async fn sweep(&mut self, day: i64) {
        let mut request = SweepRequest::default();
        // The rows themselves are read beside the program now and then.
        let reads_rows = self.dice.once_in(3);
        if reads_rows {
            self.rows.see().await;
        }
        loop {
            let crashes = self.dice.once_in(5);
            if crashes && self.story.has(Part::Trouble(day)) {
                let steps = self.dice.below(18) as u32;
                self.privacy.vault().steps().stop_after(steps);
            }
            // A clock is doubted when the newest head is a day old.
            let is_doubtful = NOW.get() - self.privacy.vault().audit_head().time.as_second() > 23 * 3600;
            let before = if is_doubtful { Some(self.on_file_text().await) } else { None };
            let swept = self.privacy.sweep(&request, |_| {}).await;
            self.privacy.vault().steps().stop_after(u32::MAX);
            match swept {
                Ok(SweepOutcome::CarriedOut(sweep)) => {
                    self.tally.sweeps += 1;
                    self.certified(&sweep);
                    (self.owed, self.swept) = (false, day);
                    return self.check_swept(day, reads_rows).await;
                }
                Ok(SweepOutcome::Shown(_)) => panic!("seed {}: only shown", self.story.seed),
                Err(PrivacyError::Vault(VaultError::ClockAhead { .. })) => {
                    let now = Some(self.on_file_text().await);
                    assert_eq!(before, now, "seed {}: a wrong clock changed something", self.story.seed);
                    self.note(day, "the clock is confirmed");
                    self.tally.wrong_clocks += 1;
                    request.confirm_clock = Some(reason());
                }
                Err(PrivacyError::Vault(VaultError::Stopped { step, name })) => {
                    self.note(day, &format!("the sweep stops before step {step}: {name}"));
                    *self.tally.stopped.entry(name).or_default() += 1;
                    self.crash().await;
                    self.check_stopped(day).await;
                    if self.dice.once_in(3) {
                        self.owed = true;
                        return;
                    }
                }
                Err(error) => self.fail_all(day, &format!("{error:?}")),
            }
        }
    }

    /// The process ends here, and another begins.
    pub(crate) async fn crash(&mut self) {
        self.tally.crashes += 1;
        if REOPENS {
            self.privacy.close().await;
            let data = self.folder.path().join("data");
            self.privacy.0 = None;
            let opened = Privacy::open(&data, &self.config, SURROUNDINGS).await.expect("opens after a crash");
            if let Some(fault) = self.story.fault {
                opened.vault().steps().leave_out(fault);
            }
            self.privacy.0 = Some(opened);
            let beaten = self.privacy.vault().beat(self.privacy.policy(), self.privacy.now()).await;
            assert!(matches!(beaten, Ok(()) | Err(VaultError::ClockAhead { .. })), "{beaten:?}");
        }
        self.certified_before_the_stop();
    }

    /// A clock set back destroys nothing, changes nothing, and is told.
    async fn clock_goes_back(&mut self, day: i64) {
        self.beat(self.calendar.midnight(day + 1) - 1).await;
        let before = self.on_file_text().await;
        let days = 1 + self.dice.below(400) as i64;
        self.set_clock(self.calendar.midnight((day - days).max(212)));
        let refused = self.privacy.sweep(&SweepRequest::default(), |_| {}).await;
        let is_refused = matches!(refused, Err(PrivacyError::Vault(VaultError::ClockBehind { .. })));
        assert!(is_refused, "seed {}: swept {days} days ago: {refused:?}", self.story.seed);
        assert_eq!(before, self.on_file_text().await, "seed {}: a clock set back changed something", self.story.seed);
        self.tally.wrong_clocks += 1;
        self.set_clock(self.calendar.midnight(day + 1) - 1);
    }

    pub(crate) fn note(&mut self, day: i64, what: &str) {
        self.log.push(format!("{} ({what})", self.calendar.text(day)));
    }

    pub(crate) async fn end(self) -> Tally {
        self.rows.close().await;
        self.privacy.close().await;
        self.tally
    }
}
