//! What one of the office does about a case: check who asks, look at what would happen, do it or refuse it, answer, take it
//! up again.

use super::{
    Besides, CHECKS, CaseView, Checked, Decision, Given, NOTE, NewCase, Outcome, Stay, items_of, json, written,
};
use crate::{
    Leaving, Privacy, Sweep,
    accounts::{
        AccountError, MARKETING,
        letters::{KeptItems, Queued},
    },
};
use jiff::{Timestamp, civil::Date};
use sha2::{Digest, Sha256};
use vestry_mail::Language;
use vestry_policy::{Action, Because, CaseAct, CaseKind, Event, ItemId, ItemSet, Membership, Policy, Subject, Verdict};
use vestry_vault::{PersonId, Personal, RecordId, VaultError};
use zeroize::Zeroizing;

/// What a request asks to be done, by its right.
#[derive(Debug)]
pub enum Deed {
    /// Everything held is shown, but for some items.
    Show {
        /// Names of items that are another's too, and not shown.
        left_out: Vec<String>,
    },
    /// An item of the account gets another value.
    Correct {
        /// Its name.
        item: String,
        /// The value.
        value: Personal<String>,
    },
    /// What may be erased is.
    Erase,
    /// What serves improvement alone goes.
    Object,
    /// A consent is taken back.
    TakeBack {
        /// The purpose.
        purpose: String,
    },
}

/// What would come of a deed. Nothing is touched.
#[derive(Debug, Default)]
pub struct DryRun {
    /// Items that would be shown.
    pub shown: Vec<ItemId>,
    /// Items that would be destroyed.
    pub goes: Vec<ItemId>,
    /// Items that would stay.
    pub stays: Vec<Stay>,
}

impl DryRun {
    /// A mark that differs when anything of it does: what was shown is what is done.
    pub fn mark(&self) -> String {
        let numbers = |items: &[ItemId]| items.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>();
        let text = json(&(numbers(&self.shown), numbers(&self.goes), &self.stays));
        vestry_model::hex(&Sha256::digest(text)[..8])
    }
}

impl Deed {
    /// That of a right, with what the form says besides.
    ///
    /// # Errors
    /// [`AccountError::Unusable`] for a right that the program cannot carry out.
    pub fn of(
        right: Option<&str>,
        (item, value): (&str, Personal<String>),
        purpose: &str,
        left_out: Vec<String>,
    ) -> Result<Self, AccountError> {
        match right {
            Some("access") => Ok(Self::Show { left_out }),
            Some("correction") => Ok(Self::Correct { item: item.into(), value }),
            Some("deletion") => Ok(Self::Erase),
            Some("objection") => Ok(Self::Object),
            Some("withdrawal") => Ok(Self::TakeBack { purpose: purpose.into() }),
            _ => Err(AccountError::Unusable { item: "right".into() }),
        }
    }
}

impl Privacy {
    /// Notes that whoever came with a case is who they say, how that was found and by whom.
    pub async fn check_identity(
        &self,
        record: RecordId,
        staff: PersonId,
        how: &str,
        note: &Personal<String>,
    ) -> Result<(), AccountError> {
        let case = self.case(record, staff).await?;
        case.line.case.after(CaseAct::Check)?;
        if !CHECKS.contains(&how) {
            return Err(AccountError::Unusable { item: NOTE.into() });
        }
        let note = note.open(&case.opening).trim();
        if case.line.case.kind == CaseKind::Request && !note.is_empty() {
            self.seal_in(&case, NOTE, written(NOTE, note)?.to_owned()).await?;
        }
        let mut course = case.course.clone();
        course.checked = Some(Checked { how: how.into(), by: staff.to_string(), at: self.now() });
        self.seal_in(&case, items_of(case.line.case.kind)[3], json(&course)).await?;
        self.step(record, Event::Checked).await
    }

    /// What would come of `deed`: what goes, what stays, why and until when.
    pub async fn dry_run(&self, person: PersonId, deed: &Deed) -> Result<DryRun, AccountError> {
        let policy = self.policy();
        let now = self.now();
        let verdicts = match deed {
            Deed::Show { left_out } => {
                let on_file = self.vault().person(policy, person).await?;
                let items = on_file.records.iter().flat_map(|record| record.items.iter());
                let mut shown: Vec<ItemId> = items.filter(|item| !left_out.contains(&policy.item(*item).id)).collect();
                shown.sort();
                shown.dedup();
                return Ok(DryRun { shown, ..DryRun::default() });
            }
            Deed::Correct { item, .. } => {
                let goes = policy.item_named(item).into_iter().collect();
                return Ok(DryRun { goes, ..DryRun::default() });
            }
            Deed::Erase => self.outlook_after(person, Leaving::Erased).await?,
            Deed::Object => self.outlook_if(person, |on_file| on_file.objected = true).await?,
            Deed::TakeBack { purpose } => {
                let purpose = policy.purpose_named(purpose);
                let purpose = purpose.ok_or_else(|| AccountError::Unusable { item: "purpose".into() })?;
                self.outlook_if(person, |on_file| {
                    on_file.consents = on_file.consents.iter().filter(|given| *given != purpose).collect();
                    on_file.taken_back.push((purpose, now));
                })
                .await?
            }
        };
        let mut goes: Vec<ItemId> = verdicts
            .iter()
            .filter(|verdict| matches!(verdict.action, Action::Destroy { .. }))
            .flat_map(|verdict| verdict.items.iter())
            .collect();
        goes.sort();
        goes.dedup();
        // What was to go and stays is told; after the other deeds the rest was never to go.
        let others = verdicts.iter().filter(|verdict| !is_of_case(policy, verdict));
        let stays = if matches!(deed, Deed::Erase) { stays(policy, others) } else { Vec::new() };
        Ok(DryRun { shown: Vec::new(), goes, stays })
    }

    /// Does what a request asks for, once it is known who asks. What a statute keeps makes it a refusal in part, with the
    /// reason and the day on which it ends.
    ///
    /// # Errors
    /// [`AccountError::Case`] before the identity is checked; nothing was done then.
    pub async fn carry_out_request(
        &self,
        record: RecordId,
        staff: PersonId,
        deed: &Deed,
        reason: &str,
    ) -> Result<(), AccountError> {
        let case = self.case(record, staff).await?;
        case.line.case.after(CaseAct::CarryOut)?;
        let left_out = match deed {
            Deed::Show { left_out } => left_out.clone(),
            _ => Vec::new(),
        };
        if !left_out.is_empty() {
            written("reason", reason)?;
        }
        let stays = self.dry_run(case.person, deed).await?.stays;
        let entry = self.carry_out(case.person, deed).await?;
        let outcome = if stays.is_empty() && left_out.is_empty() { Outcome::Done } else { Outcome::Partly };
        let (by, at) = (staff.to_string(), self.now());
        let reason = reason.trim().to_owned();
        self.decide(&case, Decision { outcome, reason, stays, left_out, entry, by, at }).await
    }

    /// The deed itself, by what members do themselves; the entry of its certificate, unless what can go does so with a later
    /// sweep.
    async fn carry_out(&self, person: PersonId, deed: &Deed) -> Result<Option<u64>, AccountError> {
        let entry = |sweep: Option<Sweep>| sweep.map(|sweep| sweep.entry);
        Ok(match deed {
            Deed::Show { .. } => None,
            Deed::Correct { item, value } => {
                let on_file = self.vault().person(self.policy(), person).await?;
                let Membership::Active { .. } = on_file.membership else {
                    return Err(AccountError::Unusable { item: item.clone() });
                };
                self.correct_own(person, item, value.open(&super::program()?)).await?;
                None
            }
            Deed::Erase => entry(self.end_membership(person, Leaving::Erased).await?),
            Deed::Object => entry(self.object(person).await?),
            Deed::TakeBack { purpose } => {
                let swept = self.take_back(person, purpose).await?;
                if purpose == MARKETING {
                    self.tell_result(person, false).await?;
                }
                entry(swept)
            }
        })
    }

    /// Decides a complaint: in favour of whoever made it, or not. One about a ban lifts it or upholds it, by another than
    /// the one who banned.
    ///
    /// # Errors
    /// [`AccountError::SameStaff`].
    pub async fn decide_complaint(
        &self,
        record: RecordId,
        staff: PersonId,
        outcome: Outcome,
        reason: &str,
    ) -> Result<(), AccountError> {
        let case = self.case(record, staff).await?;
        let act = if outcome == Outcome::Refused { CaseAct::Refuse } else { CaseAct::CarryOut };
        case.line.case.after(act)?;
        if case.line.case.kind != CaseKind::Complaint {
            return Err(AccountError::Unusable { item: "right".into() });
        }
        let reason = written("reason", reason)?.to_owned();
        if let Some(ban) = case.ban {
            self.decide_ban(case.person, ban, staff, outcome).await?;
        }
        let (by, at) = (staff.to_string(), self.now());
        self.decide(&case, decision(outcome, reason, by, at)).await
    }

    /// Refuses a request, for a reason that is told. Who asks need not be known for that.
    pub async fn refuse_request(&self, record: RecordId, staff: PersonId, reason: &str) -> Result<(), AccountError> {
        let case = self.case(record, staff).await?;
        case.line.case.after(CaseAct::Refuse)?;
        let reason = written("reason", reason)?.to_owned();
        let (by, at) = (staff.to_string(), self.now());
        self.decide(&case, decision(Outcome::Refused, reason, by, at)).await
    }

    async fn decide(&self, case: &CaseView, decision: Decision) -> Result<(), AccountError> {
        let mut course = case.course.clone();
        course.decision = Some(decision);
        self.seal_in(case, items_of(case.line.case.kind)[3], json(&course)).await?;
        self.step(case.line.record, Event::Decided).await
    }

    /// What a request to see is answered with: everything held, but for what was left out.
    ///
    /// # Errors
    /// [`AccountError::Case`] unless it was decided so and is not answered yet.
    pub async fn case_export(&self, record: RecordId, staff: PersonId) -> Result<Zeroizing<String>, AccountError> {
        let case = self.case(record, staff).await?;
        // The same as answering: what is closed shows nothing more.
        case.line.case.after(CaseAct::Answer)?;
        let decision = case.course.decision.as_ref().filter(|decision| decision.outcome != Outcome::Refused);
        let (Some(decision), Some("access")) = (decision, case.right.as_deref()) else {
            return Err(AccountError::Unusable { item: "right".into() });
        };
        Ok(self.export_for(case.person, &case.opening, &decision.left_out).await?)
    }

    /// Answers a case, which closes it: by a letter where there is an address; otherwise what was said is written down.
    /// The clock of what is kept of it starts now.
    pub async fn answer_case(&self, record: RecordId, staff: PersonId, words: &str) -> Result<(), AccountError> {
        let case = self.case(record, staff).await?;
        case.line.case.after(CaseAct::Answer)?;
        let words = written("answer", words)?.to_owned();
        let queued = self.answer(&case, &words);
        let by_letter = self.write_to(case.contact.open(&case.opening), &queued, case.language).await?;
        let mut course = case.course.clone();
        course.answer = Some(Given { words, by_letter, by: staff.to_string(), at: self.now() });
        self.seal_in(&case, items_of(case.line.case.kind)[3], json(&course)).await?;
        // What it went on from is closed with it: its clock starts anew.
        let mut earlier = case.continues;
        while let Some(before) = earlier {
            earlier = self.case(before, staff).await.ok().and_then(|case| case.continues);
            self.step(before, Event::Closed).await?;
        }
        self.step(record, Event::Closed).await
    }

    fn answer(&self, case: &CaseView, words: &str) -> Queued {
        let (policy, text) = (self.policy(), words.to_owned());
        let decision = case.course.decision.as_ref();
        let outcome = decision.map_or(Outcome::Done, |decision| decision.outcome);
        match (case.line.case.kind, outcome) {
            (CaseKind::Complaint, Outcome::Done) if case.ban.is_some() => Queued::BanLifted { text },
            (CaseKind::Complaint, _) => Queued::ComplaintAnswered { text },
            (CaseKind::Request, Outcome::Done) => Queued::RequestAnswer { text },
            (CaseKind::Request, Outcome::Refused) => Queued::RequestRefused { text },
            (CaseKind::Request, Outcome::Partly) => {
                let stays = decision.map(|decision| decision.stays.as_slice()).unwrap_or_default();
                Queued::RequestPartly { text, kept: kept(policy, stays, case.language) }
            }
        }
    }

    /// Takes a closed complaint up again, under a new number and with a new deadline. What was kept of it loses its closing.
    pub async fn reopen_case(
        &self,
        record: RecordId,
        staff: PersonId,
        words: Personal<String>,
    ) -> Result<RecordId, AccountError> {
        let case = self.case(record, staff).await?;
        case.line.case.after(CaseAct::Reopen)?;
        let new = NewCase {
            kind: CaseKind::Complaint,
            right: None,
            about: Some(case.person),
            channel: case.channel.unwrap_or(super::Channel::Mail),
            contact: Personal::new(case.contact.open(&case.opening).clone()),
            words,
            language: case.language,
        };
        let besides = Besides { ban: case.ban, continues: Some(record), signed_in: false };
        let again = self.open_case_with(&new, &besides).await?;
        self.step(record, Event::Reopened).await?;
        self.vault().put_event(self.policy(), record, Event::Closed, None).await?;
        Ok(again)
    }

    async fn step(&self, record: RecordId, event: Event) -> Result<(), AccountError> {
        Ok(self.vault().put_event(self.policy(), record, event, Some(self.now())).await?)
    }

    async fn seal_in(&self, case: &CaseView, item: &str, value: String) -> Result<(), AccountError> {
        let policy = self.policy();
        let unknown = || VaultError::NotInPolicy { policy: policy.version.clone(), kind: "item", name: item.into() };
        let id = policy.item_named(item).ok_or_else(unknown)?;
        Ok(self.vault().correct(policy, case.line.record, id, &Personal::new(value), self.now()).await?)
    }
}

fn decision(outcome: Outcome, reason: String, by: String, at: Timestamp) -> Decision {
    Decision { outcome, reason, stays: Vec::new(), left_out: Vec::new(), entry: None, by, at }
}

/// What stays of what was to go: what stays by the same reason until the same day together, in the policy's order.
pub(in crate::accounts) fn stays<'v>(policy: &Policy, verdicts: impl IntoIterator<Item = &'v Verdict>) -> Vec<Stay> {
    let mut found: Vec<(ItemSet, Because, Option<Date>)> = Vec::new();
    for verdict in verdicts.into_iter().filter(|verdict| matches!(verdict.subject, Subject::Record { .. })) {
        let (Action::Keep { until, because } | Action::Separate { until, because }) = verdict.action else { continue };
        match found.iter_mut().find(|(_, why, day)| (*why, *day) == (because, until)) {
            Some((items, ..)) => *items = items.union(verdict.items),
            None => found.push((verdict.items, because, until)),
        }
    }
    let stay = |(items, because, until): (ItemSet, Because, Option<Date>)| Stay {
        items: items.iter().map(|item| policy.item(item).id.clone()).collect(),
        because: because.name(policy).to_owned(),
        until,
    };
    found.into_iter().map(stay).collect()
}

/// Whether a verdict is about a case, which stays until it is answered.
fn is_of_case(policy: &Policy, verdict: &Verdict) -> bool {
    matches!(verdict.subject, Subject::Record { class, .. } if policy.class(class).id.parse::<CaseKind>().is_ok())
}

/// What a letter says of what stays.
pub(in crate::accounts) fn kept(policy: &Policy, stays: &[Stay], language: Language) -> Vec<KeptItems> {
    let pick = |words: &vestry_policy::Words| match language {
        Language::Korean => words.ko.clone(),
        Language::English => words.en.clone(),
    };
    let name = |item: &String| policy.item_named(item).map_or_else(|| item.clone(), |id| pick(&policy.item(id).name));
    let line = |stay: &Stay| {
        let retention = policy.retentions().find(|(_, retention)| retention.id == stay.because);
        let items: Vec<String> = stay.items.iter().map(name).collect();
        let why = retention.map_or_else(String::new, |(_, retention)| pick(&retention.why));
        KeptItems { items: items.join(", "), why, until: stay.until }
    };
    stays.iter().map(line).collect()
}
