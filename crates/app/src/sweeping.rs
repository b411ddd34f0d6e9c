//! A sweep: load the facts, ask the policy, carry out the answer, certify it.

use crate::{Privacy, PrivacyError};
use jiff::civil::Date;
use vestry_policy::{Action, Plan, Planner, Policy, Totals, Verdict, WholeDay};
use vestry_vault::{
    Certificate, DayOnFile, PersonId, PersonOnFile, PlanFacts, Planned, ReasonCode, SweepTurn, VaultError,
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
        let (changed, plan) = self.carry_out_all(policy, day, progress).await?;
        self.vault().end_blocks_of(policy, now).await?;
        let (certificate, entry) = self.finish(&turn, policy, &plan).await?;
        self.vault().note_swept(day).await?;
        Ok(SweepOutcome::CarriedOut(Box::new(Sweep { certificate, entry, changed })))
    }

    /// Sweeps one person: what they asked for takes effect at once.
    pub async fn sweep_person(&self, person: PersonId) -> Result<Sweep, PrivacyError> {
        let (policy, now) = (self.policy(), self.now());
        let turn = self.vault().begin_sweep(policy, now).await?;
        self.vault().clear_strays(Some(person), now).await?;
        let day = policy.local(now).date();
        self.clear_remains(&turn, policy, day).await?;
        let mut planner = Planner::new(policy, day);
        let mut on_file = Some(self.vault().person(policy, person).await?);
        if self.vault().clear_husks(policy, on_file.as_slice()).await? {
            on_file = match self.vault().person(policy, person).await {
                Err(VaultError::UnknownPerson(_)) => None,
                other => Some(other?),
            };
        }
        let planned: Vec<Planned> =
            on_file.map(|person| planned(&mut planner, person)).transpose()?.into_iter().collect();
        let done = self.vault().carry_out(policy, &planned, now).await?;
        let (totals, hash) = planner.finish();
        let (certificate, entry) = self.finish(&turn, policy, &PlanFacts { day, hash, totals }).await?;
        Ok(Sweep { certificate, entry, changed: done.changed })
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
        // What else held traces: rows that were deleted leave the catalogue's write-ahead log too.
        self.store().empty_log().await?;
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
        for on_file in self.vault().days(policy).await? {
            let mut asked = None;
            with_day(&on_file, |facts| planner.whole_day(facts, &mut |verdict| asked = Some(verdict)))?;
            let is_due = |verdict: &Verdict| matches!(verdict.action, Action::Destroy { .. }) && !on_file.is_settled;
            let Some(verdict) = asked.filter(is_due) else { continue };
            self.vault().carry_out_day(policy, &verdict, self.now()).await?;
        }
        let (totals, hash): (Totals, [u8; 32]) = planner.finish();
        Ok((changed, PlanFacts { day, hash, totals }))
    }
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
