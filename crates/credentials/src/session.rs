//! How long a login lasts: until nobody used it for a while, and never beyond its longest time.

use jiff::{SignedDuration, Timestamp};

/// How far in the future a session may seem to begin, because two clocks differ. Further, and a clock was set back:
/// the session is over, for it would live longer than its rules say.
const SLACK: SignedDuration = SignedDuration::from_mins(1);

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRules {
    idle: SignedDuration,
    absolute: SignedDuration,
}

impl SessionRules {
    /// For members of the shop: 12 hours unused, 14 days in all.
    pub const MEMBER: Self =
        Self { idle: SignedDuration::from_hours(12), absolute: SignedDuration::from_hours(14 * 24) };
    /// For staff, who see other people's data: 15 minutes unused, 8 hours in all.
    pub const STAFF: Self = Self { idle: SignedDuration::from_mins(15), absolute: SignedDuration::from_hours(8) };

    /// A session ends when unused for `idle`, and at the latest when `absolute` old.
    ///
    /// # Errors
    /// Unless 0 < `idle` ≤ `absolute`.
    pub fn new(idle: SignedDuration, absolute: SignedDuration) -> Result<Self, SessionRulesError> {
        if idle <= SignedDuration::ZERO || absolute < idle {
            return Err(SessionRulesError);
        }
        Ok(Self { idle, absolute })
    }

    /// How long a session lasts unused.
    pub fn idle(&self) -> SignedDuration {
        self.idle
    }

    /// How long a session lasts at most.
    pub fn absolute(&self) -> SignedDuration {
        self.absolute
    }
}

/// The rules contradict themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the rules of sessions contradict themselves; write 0 < idle ≤ absolute")]
pub struct SessionRulesError;

/// When a session began and when it was last used. Whoever proves again who they are begins a new session, with a
/// new token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimes {
    begun: Timestamp,
    used: Timestamp,
}

impl SessionTimes {
    /// A session that begins at `now`.
    pub fn begin(now: Timestamp) -> Self {
        Self { begun: now, used: now }
    }

    /// A session as it was stored. A use before its beginning counts as one at its beginning.
    pub fn new(begun: Timestamp, used: Timestamp) -> Self {
        Self { begun, used: used.max(begun) }
    }

    /// When somebody proved who they are.
    pub fn begun(&self) -> Timestamp {
        self.begun
    }

    /// When it was last used; never before it began.
    pub fn used(&self) -> Timestamp {
        self.used
    }

    /// The same, used at `now`. A use never goes back in time.
    #[must_use]
    pub fn touched(self, now: Timestamp) -> Self {
        Self { used: self.used.max(now), ..self }
    }

    /// The first instant at which it is over if nobody uses it any more.
    pub fn ends(&self, rules: &SessionRules) -> Timestamp {
        add(self.begun, rules.absolute).min(add(self.used, rules.idle))
    }

    /// Whether it still counts at `now`. One that was used more than a minute after `now` does not: the clock was set
    /// back, and nobody knows by how much it has outlived its rules.
    pub fn is_live(&self, rules: &SessionRules, now: Timestamp) -> bool {
        now < self.ends(rules) && self.used <= add(now, SLACK)
    }

    /// Whether somebody proved who they are less than `within` before `now`: recent enough for a dangerous step.
    pub fn fresh(&self, now: Timestamp, within: SignedDuration) -> bool {
        now.duration_since(self.begun) < within && self.begun <= add(now, SLACK)
    }
}

/// The sum, or the end of time.
fn add(instant: Timestamp, duration: SignedDuration) -> Timestamp {
    instant.checked_add(duration).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[track_caller]
    fn check(rules: SessionRules, used_s: i64, ends_s: i64) {
        let times = SessionTimes::begin(at(0)).touched(at(used_s));
        assert_eq!(times.ends(&rules), at(ends_s));
        assert!(times.is_live(&rules, at(ends_s - 1)));
        assert!(!times.is_live(&rules, at(ends_s)));
    }

    #[test]
    fn a_session_ends_unused_or_old() {
        check(SessionRules::STAFF, 0, 15 * 60);
        check(SessionRules::STAFF, 8 * 3600 - 60, 8 * 3600);
        check(SessionRules::MEMBER, 0, 12 * 3600);
        check(SessionRules::MEMBER, 14 * 86_400 - 1, 14 * 86_400);
    }

    #[test]
    fn a_dangerous_step_needs_a_recent_login() {
        let within = SignedDuration::from_mins(5);
        let times = SessionTimes::begin(at(1000)).touched(at(1290));
        for (now, fresh) in [(1000, true), (1299, true), (1300, false), (940, true), (939, false)] {
            assert_eq!(times.fresh(at(now), within), fresh, "{now}");
        }
        assert!(!SessionTimes::begin(at(0)).fresh(at(0), SignedDuration::ZERO));
    }

    #[test]
    fn rules_that_contradict_themselves_are_refused() {
        let s = SignedDuration::from_secs;
        assert_eq!(SessionRules::new(s(900), s(28_800)), Ok(SessionRules::STAFF));
        for (idle, absolute) in [(0, 1), (-1, 1), (2, 1)] {
            assert_eq!(SessionRules::new(s(idle), s(absolute)), Err(SessionRulesError));
        }
    }

    #[test]
    fn the_end_of_time_is_no_overflow() {
        let times = SessionTimes::begin(Timestamp::MAX);
        assert_eq!(times.ends(&SessionRules::MEMBER), Timestamp::MAX);
        assert!(!SessionTimes::begin(Timestamp::MIN).is_live(&SessionRules::MEMBER, Timestamp::MAX));
        assert!(!times.fresh(Timestamp::MIN, SignedDuration::MAX));
    }

    prop_compose! {
        fn rules()(idle in 1..100_000i64, more in 0..1_000_000i64) -> SessionRules {
            SessionRules::new(SignedDuration::from_secs(idle), SignedDuration::from_secs(idle + more)).expect("consistent")
        }
    }

    proptest! {
        #[test]
        fn no_use_outlives_the_rules(
            rules in rules(), begun in 0..1_000_000_000i64, uses in proptest::collection::vec(0..200_000i64, 0..40)
        ) {
            let mut times = SessionTimes::begin(at(begun));
            let mut now = times.begun();
            for step in uses {
                now += SignedDuration::from_secs(step);
                let is_live = times.is_live(&rules, now);
                prop_assert_eq!(is_live, now < times.ends(&rules));
                if !is_live {
                    let (unused, age) = (now.duration_since(times.used()), now.duration_since(times.begun()));
                    prop_assert!(unused >= rules.idle() || age >= rules.absolute());
                    break;
                }
                prop_assert!(now.duration_since(times.used()) < rules.idle());
                prop_assert!(now.duration_since(times.begun()) < rules.absolute());
                let touched = times.touched(now);
                prop_assert!(touched.ends(&rules) >= times.ends(&rules));
                prop_assert_eq!(touched.begun(), times.begun());
                times = touched;
            }
        }

        #[test]
        fn a_clock_set_back_prolongs_nothing(rules in rules(), begun in 0..1_000_000_000i64, used in 0..100_000i64, back in 61..1_000_000i64) {
            let times = SessionTimes::new(at(begun), at(begun + used));
            prop_assert!(!times.is_live(&rules, at(begun + used - back)));
            prop_assert_eq!(times.touched(at(begun + used - back)), times);
            prop_assert!(!times.fresh(at(begun - back), SignedDuration::MAX));
            prop_assert_eq!(SessionTimes::new(at(begun), at(begun - back)).used(), at(begun));
        }
    }
}
