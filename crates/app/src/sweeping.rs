//! A sweep: load the facts, ask the policy, carry out the answer, certify it.

use crate::{Privacy, PrivacyError, accounts::PSEUDONYM};
use jiff::{Timestamp, ToSpan, civil::Date};
use std::collections::HashSet;
use vestry_policy::{Action, Plan, Planner, Policy, Totals, Verdict, WholeDay};
use vestry_vault::{
    Certificate, DayOnFile, PersonId, PersonOnFile, PlanFacts, Planned, ReasonCode, RecordId, SweepTurn, VaultError,
};

/// What a sweep is asked to do.
#[derive(Debug, Default)]
pub struct SweepRequest {
    /// The day it is for; today when absent. A day to come can only be shown.
    pub as_of: Option<Date>,
    /// Show the plan and touch nothing.
    pub dry_run: bool,
    /// An officer found the clock right after a jump, for this reason.
    pub confirm_clock: Option<ReasonCode>,
}

/// What a sweep did.
#[derive(Debug)]
pub enum SweepOutcome {
    /// It showed its plan.
    Shown(Plan),
    /// It carried it out.
    CarriedOut(Box<Sweep>),
}

/// A sweep that was carried out.
#[derive(Debug)]
pub struct Sweep {
    /// Its certificate.
    pub certificate: Certificate,
    /// The certificate's entry in the audit log.
    pub entry: u64,
    /// Persons who changed while it ran and are left for the next one.
    pub changed: u64,
}

/// Persons planned and carried out together: one entry of the ledger, one transaction.
const TOGETHER: u32 = 500;

impl Privacy {
    /// Sweeps: what is due is destroyed, what is to be kept apart is moved, who stays away is told. `progress` hears how
    /// many persons were looked at.
    ///
    /// # Errors
    /// [`VaultError::Future`] for a day to come that is not only shown; and the vault's reasons not to destroy.
    pub async fn sweep(
        &self,
        request: &SweepRequest,
        progress: impl FnMut(u64) + Send,
    ) -> Result<SweepOutcome, PrivacyError> {
        let (policy, now) = (self.policy(), self.now());
        let today = policy.local(now).date();
        let day = request.as_of.unwrap_or(today);
        if request.dry_run {
            return Ok(SweepOutcome::Shown(self.plan(policy, day, progress).await?));
        }
        if day > today {
            return Err(VaultError::Future { day }.into());
        }
        if let Some(reason) = &request.confirm_clock {
            self.vault().confirm_clock(reason, now).await?;
        }
        let turn = self.vault().begin_sweep(policy, now).await?;
        self.vault().clear_strays(None, now).await?;
        self.clear_remains(&turn, policy, day).await?;
        self.come_of_age().await?;
        self.note_dismissed().await?;
        let (changed, plan) = self.carry_out_all(policy, day, progress).await?;
        let everybody_since = (day == today).then(|| turn.began());
        self.vault().end_blocks_of(policy, now).await?;
        self.sweep_visitors(policy).await?;
        let (certificate, entry) = self.finish(&turn, policy, &PlanFacts { everybody_since, ..plan }).await?;
        self.vault().note_swept(day).await?;
        Ok(SweepOutcome::CarriedOut(Box::new(Sweep { certificate, entry, changed })))
    }

    /// Sweeps one person: what they asked for takes effect at once.
    pub async fn sweep_person(&self, person: PersonId) -> Result<Sweep, PrivacyError> {
        self.sweep_some(Some(person), WholeDays::Leave).await
    }

    /// Sweeps after a hold was released: its person, if it was on one, and the days that it kept.
    pub(crate) async fn sweep_released(&self, person: Option<PersonId>) -> Result<Sweep, PrivacyError> {
        self.sweep_some(person, WholeDays::Sweep).await
    }

    async fn sweep_some(&self, person: Option<PersonId>, days: WholeDays) -> Result<Sweep, PrivacyError> {
        let (policy, now) = (self.policy(), self.now());
        let turn = self.vault().begin_sweep(policy, now).await?;
        let day = policy.local(now).date();
        let mut planner = Planner::new(policy, day);
        if person.is_some() {
            self.vault().clear_strays(person, now).await?;
        }
        self.clear_remains(&turn, policy, day).await?;
        let on_file = match person {
            Some(person) => self.without_husks(policy, person).await?,
            None => None,
        };
        let asked: Vec<Planned> =
            on_file.map(|person| planned(&mut planner, person)).transpose()?.into_iter().collect();
        let done = self.vault().carry_out(policy, &asked, now).await?;
        if days == WholeDays::Sweep {
            self.carry_out_days(policy, &mut planner).await?;
        }
        let (totals, hash) = planner.finish();
        let plan = PlanFacts { day, hash, totals, everybody_since: None };
        let (certificate, entry) = self.finish(&turn, policy, &plan).await?;
        Ok(Sweep { certificate, entry, changed: done.changed })
    }

    /// Somebody on file, once what holds nothing of theirs is taken away; `None` when that was all.
    async fn without_husks(&self, policy: &Policy, person: PersonId) -> Result<Option<PersonOnFile>, PrivacyError> {
        let on_file = self.vault().person(policy, person).await?;
        if !self.vault().clear_husks(policy, std::slice::from_ref(&on_file)).await? {
            return Ok(Some(on_file));
        }
        match self.vault().person(policy, person).await {
            Err(VaultError::UnknownPerson(_)) => Ok(None),
            other => Ok(Some(other?)),
        }
    }

    /// What would happen to one person as of `day`, what stays included.
    pub async fn outlook(&self, person: PersonId, day: Date) -> Result<Vec<Verdict>, PrivacyError> {
        let policy = self.policy();
        let on_file = self.vault().person(policy, person).await?;
        let mut verdicts = Vec::new();
        let mut planner = Planner::new(policy, day);
        on_file.with_facts(|facts| planner.person(facts, &mut |verdict| verdicts.push(verdict)))?;
        Ok(verdicts)
    }

    /// After a sweep that stopped: what it destroyed and the plan does not ask for any more goes, whosever it is, before a
    /// certificate makes the stop forgotten.
    async fn clear_remains(&self, turn: &SweepTurn<'_>, policy: &Policy, day: Date) -> Result<(), PrivacyError> {
        let mut after = None;
        while turn.follows_a_stop() {
            let people = self.vault().people_after(policy, after, TOGETHER).await?;
            let Some(last) = people.last() else { break };
            after = Some(last.person);
            // What comes of this plan is not carried out: another one counts for the certificate.
            let mut planner = Planner::new(policy, day);
            let plans =
                people.into_iter().map(|person| planned(&mut planner, person)).collect::<Result<Vec<_>, _>>()?;
            self.vault().clear_remains(policy, turn, &plans).await?;
        }
        Ok(())
    }

    async fn finish(
        &self,
        turn: &SweepTurn<'_>,
        policy: &Policy,
        plan: &PlanFacts,
    ) -> Result<(Certificate, u64), PrivacyError> {
        self.unname_the_gone(policy).await?;
        self.reissue_heads().await?;
        // What else held traces: rows that were deleted leave the catalogue's write-ahead log too.
        self.store().empty_log().await?;
        self.clear_posted().await?;
        Ok(self.vault().certify(turn, policy, plan, self.now()).await?)
    }

    async fn plan(
        &self,
        policy: &Policy,
        day: Date,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<Plan, PrivacyError> {
        let mut planner = Planner::new(policy, day);
        let mut verdicts = Vec::new();
        let mut sink = |verdict: Verdict| {
            if !matches!(verdict.action, Action::Keep { .. }) {
                verdicts.push(verdict);
            }
        };
        let (mut after, mut seen) = (None, 0);
        loop {
            let people = self.vault().people_after(policy, after, TOGETHER).await?;
            let Some(last) = people.last() else { break };
            after = Some(last.person);
            for person in &people {
                person.with_facts(|facts| planner.person(facts, &mut sink))?;
            }
            seen += people.len() as u64;
            progress(seen);
        }
        for day in self.vault().days(policy).await? {
            with_day(&day, |facts| planner.whole_day(facts, &mut sink))?;
        }
        let (totals, hash) = planner.finish();
        Ok(Plan { day, policy: policy.hash(), verdicts, totals, hash })
    }

    async fn carry_out_all(
        &self,
        policy: &Policy,
        day: Date,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<(u64, PlanFacts), PrivacyError> {
        let mut planner = Planner::new(policy, day);
        let mut changed = 0;
        let (mut after, mut seen) = (None, 0);
        loop {
            let people = self.vault().people_after(policy, after, TOGETHER).await?;
            let Some(last) = people.last() else { break };
            if self.vault().clear_husks(policy, &people).await? {
                continue;
            }
            after = Some(last.person);
            seen += people.len() as u64;
            let mut asked = Vec::new();
            for person in people {
                let planned = planned(&mut planner, person)?;
                if !planned.verdicts.is_empty() {
                    asked.push(planned);
                }
            }
            if !asked.is_empty() {
                changed += self.vault().carry_out(policy, &asked, self.now()).await?.changed;
            }
            progress(seen);
        }
        self.carry_out_days(policy, &mut planner).await?;
        let (totals, hash): (Totals, [u8; 32]) = planner.finish();
        Ok((changed, PlanFacts { day, hash, totals, everybody_since: None }))
    }

    async fn carry_out_days(&self, policy: &Policy, planner: &mut Planner<'_>) -> Result<(), PrivacyError> {
        for on_file in self.vault().days(policy).await? {
            let mut asked = None;
            with_day(&on_file, |facts| planner.whole_day(facts, &mut |verdict| asked = Some(verdict)))?;
            let is_due = |verdict: &Verdict| matches!(verdict.action, Action::Destroy { .. }) && !on_file.is_settled;
            let Some(verdict) = asked.filter(is_due) else { continue };
            self.vault().carry_out_day(policy, &verdict, self.now()).await?;
        }
        Ok(())
    }

    /// What people said of goods stays the company's; under whose pseudonym goes with them, and with the day of their records
    /// of use.
    async fn unname_the_gone(&self, policy: &Policy) -> Result<(), PrivacyError> {
        let names = self.store().read().await?.names_of(PSEUDONYM).await?;
        if names.is_empty() {
            return Ok(());
        }
        // A pseudonym is there for improvement; a hold keeps it whatever its owner objected to.
        let kept = self.vault().standings().await?.into_iter().filter(|stands| !stands.objected || stands.held);
        let kept: HashSet<String> = kept.map(|stands| self.pseudonym(stands.person)).collect();
        let gone: Vec<String> = names.into_iter().filter(|name| !kept.contains(name)).collect();
        let today = policy.local(self.now()).date();
        let mut tx = self.store().begin().await?;
        tx.unname(&gone, PSEUDONYM, last_due(policy, "corrections", today)).await?;
        Ok(tx.commit().await?)
    }

    /// Letters that were written into the data folder for want of a mail server go with their records.
    async fn clear_posted(&self) -> Result<(), PrivacyError> {
        let folder = self.posted_letters().to_owned();
        let failed = |source| PrivacyError::File { path: folder.clone(), source };
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(failed)?,
        };
        let mut letters = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            // `RECORD@host.eml`, with a dot before it while it is written.
            let record = name.to_str().and_then(|name| name.trim_start_matches('.').split('@').next()?.parse().ok());
            letters.extend(record.map(|record: RecordId| (record, folder.join(&name))));
        }
        let records: Vec<RecordId> = letters.iter().map(|(record, _)| *record).collect();
        let living = self.vault().living_records(&records).await?;
        let gone: Vec<_> = letters.into_iter().filter(|(record, _)| !living.contains(record)).collect();
        for (_, path) in &gone {
            std::fs::remove_file(path).map_err(failed)?;
        }
        if gone.is_empty() { Ok(()) } else { std::fs::File::open(&folder).and_then(|f| f.sync_all()).map_err(failed) }
    }
}

/// The last moment of which a record of `item`'s class, counted from when it was made, is due on `today`; none where the
/// policy has no such item or period.
pub(crate) fn last_due(policy: &Policy, item: &str, today: Date) -> Timestamp {
    let class = policy.item_named(item).map(|id| policy.item(id).class);
    let retention = policy.retentions().find(|(_, retention)| Some(retention.class) == class);
    let Some(keep) = retention.and_then(|(_, retention)| policy.starts(retention).1) else { return Timestamp::MIN };
    // The first day that counts and is not over yet: at most a period ago, a few days aside for short months.
    let is_over = |day: &Date| keep.last_day_counting(*day).is_ok_and(|last| last < today);
    let start = today.checked_sub(keep.span()).and_then(|day| day.checked_sub(4.days()));
    let Ok(start) = start else { return Timestamp::MIN };
    let first = std::iter::successors(Some(start), |day| day.tomorrow().ok()).find(|day| !is_over(day));
    // What happens within a day counts from the next one, what happens as it begins from itself.
    first.and_then(|day| day.yesterday().ok()).map_or(Timestamp::MIN, |day| policy.first_moment(day))
}

/// Whether records that go by whole days are swept as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WholeDays {
    Sweep,
    Leave,
}

/// A person and what the plan asks for, without what stays.
fn planned(planner: &mut Planner<'_>, person: PersonOnFile) -> Result<Planned, PrivacyError> {
    let mut verdicts = Vec::new();
    let mut sink = |verdict: Verdict| {
        if !matches!(verdict.action, Action::Keep { .. }) {
            verdicts.push(verdict);
        }
    };
    person.with_facts(|facts| planner.person(facts, &mut sink))?;
    Ok(Planned { person, verdicts })
}

fn with_day<T>(day: &DayOnFile, ask: impl FnOnce(&WholeDay<'_>) -> T) -> T {
    let held: Vec<[u8; 16]> = day.held.iter().map(|record| *record.as_bytes()).collect();
    ask(&WholeDay { class: day.class, counted_from: day.counted_from, records: day.records, held: &held })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records of use are kept for five years.
    #[test]
    fn names_under_corrections_end_with_the_records_of_use() {
        let policy = Policy::read(vestry_policy::BUILTIN, "p.toml").expect("a policy");
        let due = |today: &str| last_due(&policy, "corrections", today.parse().expect("a day"));
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        // What is said within a day counts from the next; what is said as it begins, from itself.
        assert_eq!(due("2025-03-01"), at("2020-03-01T00:00:00+09:00"));
        assert_eq!(due("2024-12-31"), at("2019-12-31T00:00:00+09:00"));
        assert_eq!(last_due(&policy, "no-such", "2025-03-01".parse().expect("a day")), Timestamp::MIN);
    }
}
