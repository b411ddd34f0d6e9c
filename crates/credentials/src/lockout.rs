//! How often one may try: a few failures are free, each further one makes the next try wait, twice as long each
//! time, up to a cap. Never a lock that only staff can open: that would let anybody lock out anybody.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The rules of waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockoutRules {
    free: u32,
    base: SignedDuration,
    factor: u32,
    cap: SignedDuration,
    forget_after: SignedDuration,
}

impl LockoutRules {
    /// Five failures are free; then 30 seconds, twice as long with each failure, at most 15 minutes; forgotten a day
    /// after the last.
    pub const STANDARD: Self = Self {
        free: 5,
        base: SignedDuration::from_secs(30),
        factor: 2,
        cap: SignedDuration::from_mins(15),
        forget_after: SignedDuration::from_hours(24),
    };

    /// `free` failures make nobody wait; the next makes one wait for `base`, each further one `factor` times as long,
    /// but never longer than `cap`. All failures are forgotten `forget_after` the last.
    ///
    /// # Errors
    /// Unless 0 < `base` ≤ `cap` ≤ `forget_after` and 1 ≤ `factor`: waits would vanish, shrink or be forgotten while
    /// they run.
    pub fn new(
        free: u32,
        base: SignedDuration,
        factor: u32,
        cap: SignedDuration,
        forget_after: SignedDuration,
    ) -> Result<Self, LockoutRulesError> {
        if base <= SignedDuration::ZERO || cap < base || forget_after < cap || factor == 0 {
            return Err(LockoutRulesError);
        }
        Ok(Self { free, base, factor, cap, forget_after })
    }

    /// How long one waits after the last of `failures` failures; zero while they are free.
    pub fn wait(&self, failures: u32) -> SignedDuration {
        let Some(beyond) = failures.checked_sub(self.free).filter(|n| *n > 0) else { return SignedDuration::ZERO };
        let times = i128::from(self.factor).saturating_pow(beyond - 1);
        // In nanoseconds, of which no duration has more than an i128 holds.
        let nanoseconds = self.base.as_nanos().saturating_mul(times);
        SignedDuration::from_nanos_i128(nanoseconds.min(self.cap.as_nanos()))
    }
}

impl Default for LockoutRules {
    fn default() -> Self {
        Self::STANDARD
    }
}

/// The rules contradict themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the rules of waiting contradict themselves; write 0 < base ≤ cap ≤ forget_after and a factor of 1 or more")]
pub struct LockoutRulesError;

/// What is remembered of somebody's tries. Ask [`verdict`](Self::verdict) before a secret is looked at; a try that
/// had to wait is no failure and is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attempts {
    /// Failures since the last success, or since they were forgotten.
    pub failures: u32,
    /// When the last failure was.
    pub last: Option<Timestamp>,
}

/// Whether one may try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Now.
    Go,
    /// Not before so much time has passed: more than zero, never more than the cap.
    Wait(SignedDuration),
}

impl Attempts {
    /// Whether one may try at `now`.
    ///
    /// When the clock was set back behind the last failure, the whole wait is still ahead: store what
    /// [`corrected`](Self::corrected) gives, so that it runs by the clock as it is.
    pub fn verdict(&self, rules: &LockoutRules, now: Timestamp) -> Verdict {
        let Some(last) = self.last else { return Verdict::Go };
        // A failure in the future has only just happened.
        let passed = now.duration_since(last).max(SignedDuration::ZERO);
        let remaining = rules.wait(self.failures).saturating_sub(passed);
        if remaining > SignedDuration::ZERO { Verdict::Wait(remaining) } else { Verdict::Go }
    }

    /// What to remember after a failure at `now`.
    #[must_use]
    pub fn failed(self, rules: &LockoutRules, now: Timestamp) -> Self {
        let before = if self.is_forgotten(rules, now) { 0 } else { self.failures };
        Self { failures: before.saturating_add(1), last: Some(now) }
    }

    /// What to remember after a success: nothing.
    #[must_use]
    pub fn succeeded(self) -> Self {
        Self::default()
    }

    /// The same after a clock was set back: a last failure later than `now` counts as one at `now`. A wait that was
    /// running begins again, so it is not shortened, and it ends within the cap.
    #[must_use]
    pub fn corrected(self, now: Timestamp) -> Self {
        Self { last: self.last.map(|last| last.min(now)), ..self }
    }

    /// Whether nothing has to be remembered any more at `now`, so that the row may go.
    pub fn is_forgotten(&self, rules: &LockoutRules, now: Timestamp) -> bool {
        self.last.is_none_or(|last| now.duration_since(last) >= rules.forget_after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULES: LockoutRules = LockoutRules::STANDARD;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[track_caller]
    fn check(failures: u32, wait_s: i64) {
        assert_eq!(RULES.wait(failures).as_secs(), wait_s, "{failures} failures");
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        check(0, 0);
        check(5, 0);
        check(6, 30);
        check(7, 60);
        check(8, 120);
        check(10, 480);
        check(11, 900);
        check(u32::MAX, 900);
    }

    #[test]
    fn a_wait_ends_on_its_second() {
        let attempts = Attempts { failures: 6, last: Some(at(100)) };
        assert_eq!(attempts.verdict(&RULES, at(100)), Verdict::Wait(SignedDuration::from_secs(30)));
        assert_eq!(attempts.verdict(&RULES, at(129)), Verdict::Wait(SignedDuration::from_secs(1)));
        assert_eq!(attempts.verdict(&RULES, at(130)), Verdict::Go);
    }

    #[test]
    fn a_day_later_all_is_forgotten() {
        let attempts = Attempts { failures: 11, last: Some(at(0)) };
        assert_eq!(attempts.failed(&RULES, at(86_399)).failures, 12);
        assert_eq!(attempts.failed(&RULES, at(86_400)), Attempts { failures: 1, last: Some(at(86_400)) });
        assert!(!attempts.is_forgotten(&RULES, at(86_399)));
        assert!(attempts.is_forgotten(&RULES, at(86_400)));
        assert_eq!(attempts.succeeded(), Attempts::default());
    }

    #[test]
    fn rules_that_contradict_themselves_are_refused() {
        let s = SignedDuration::from_secs;
        assert_eq!(LockoutRules::new(5, s(30), 2, s(900), s(86_400)), Ok(LockoutRules::default()));
        for (base, factor, cap, forget) in [(0, 2, 9, 9), (-1, 2, 9, 9), (5, 2, 4, 9), (5, 2, 10, 9), (5, 0, 9, 9)] {
            assert_eq!(LockoutRules::new(5, s(base), factor, s(cap), s(forget)), Err(LockoutRulesError));
        }
    }

    #[test]
    fn it_is_stored_as_it_is() {
        let attempts = Attempts { failures: 6, last: Some(at(0)) };
        let json = serde_json::to_string(&attempts).expect("JSON");
        assert_eq!(json, r#"{"failures":6,"last":"1970-01-01T00:00:00Z"}"#);
        assert_eq!(serde_json::from_str::<Attempts>(&json).expect("ours"), attempts);
    }

    #[test]
    fn a_machine_gets_a_hundred_tries_a_day() {
        let (mut attempts, mut now, mut tries) = (Attempts::default(), at(0), 0);
        while now < at(86_400) {
            match attempts.verdict(&RULES, now) {
                Verdict::Go => {
                    attempts = attempts.failed(&RULES, now);
                    tries += 1;
                }
                Verdict::Wait(wait) => now += wait,
            }
        }
        // Six at once, five while waits double, then one in 15 minutes.
        assert_eq!(tries, 6 + 5 + 94);
    }

    prop_compose! {
        fn rules()(free in 0..10u32, base in 1..100i64, factor in 1..5u32, more in 0..5000i64, rest in 0..100_000i64)
            -> LockoutRules {
            let s = SignedDuration::from_secs;
            LockoutRules::new(free, s(base), factor, s(base + more), s(base + more + rest)).expect("consistent")
        }
    }

    proptest! {
        #[test]
        fn nobody_waits_beyond_the_cap(rules in rules(), failures: u32, last in 0..1_000_000_000i64, now in 0..1_000_000_000i64) {
            let attempts = Attempts { failures, last: Some(at(last)) };
            if let Verdict::Wait(wait) = attempts.verdict(&rules, at(now)) {
                prop_assert!(wait > SignedDuration::ZERO && wait <= rules.cap, "{wait}");
                prop_assert!(failures > rules.free);
            }
        }

        #[test]
        fn more_failures_never_wait_less(rules in rules(), failures in 0..u32::MAX) {
            prop_assert!(rules.wait(failures) <= rules.wait(failures + 1));
        }

        #[test]
        fn a_clock_set_back_neither_shortens_nor_prolongs(
            rules in rules(), failures: u32, last in 0..1_000_000_000i64, back in 0..1_000_000_000i64, later in 0..20_000i64
        ) {
            let attempts = Attempts { failures, last: Some(at(last)) };
            let now = at(last - back);
            let whole = rules.wait(failures);
            let expected = if whole > SignedDuration::ZERO { Verdict::Wait(whole) } else { Verdict::Go };
            prop_assert_eq!(attempts.verdict(&rules, now), expected, "not shortened");
            let corrected = attempts.corrected(now);
            prop_assert_eq!(corrected.verdict(&rules, now), expected);
            prop_assert_eq!(corrected.verdict(&rules, now + rules.cap), Verdict::Go, "ends within the cap");
            prop_assert_eq!(attempts.corrected(at(last + later)), attempts, "a clock that runs on changes nothing");
        }
    }
}
