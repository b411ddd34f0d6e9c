//! The frame of a sweep: one at a time, by a clock that can be trusted, ended by a certificate.

use crate::{
    Vault,
    audit::SignedHead,
    carrying_out::DUE_KEYS,
    certificate::{
        Certificate, CertificateState, GenerationState, MEDIUM, METHOD, METHOD_POSTGRES, ModelChange, OUT_OF_REACH,
        installation_text, out_of_reach_postgres,
    },
    days::KEYS_OF_A_DAY,
    error::VaultError,
    hex,
    journal::{LedgerReason, Line},
    tombstone::Tombstone,
    vault::{put_setting, setting},
};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use std::collections::HashSet;
use tokio::sync::MutexGuard;
use vestry_policy::{Policy, Totals};

/// The right to sweep, held by one.
#[derive(Debug)]
pub struct SweepTurn<'v> {
    _turn: MutexGuard<'v, ()>,
    /// Keys that a sweep destroyed before it stopped, with rows that they sealed still there perhaps.
    pub(crate) left: HashSet<Tombstone>,
    began: u64,
}

impl SweepTurn<'_> {
    /// Whether the sweep before this one stopped after it had destroyed keys.
    pub fn follows_a_stop(&self) -> bool {
        !self.left.is_empty()
    }

    /// How many entries the audit log had when it began.
    pub fn began(&self) -> u64 {
        self.began
    }
}

/// What the certificate says of the plan.
#[derive(Debug, Clone, Copy)]
pub struct PlanFacts {
    /// The day it is for.
    pub day: Date,
    /// Its hash.
    pub hash: [u8; 32],
    /// How much it looked at.
    pub totals: Totals,
    /// Of a sweep that looked at everybody as of its own day: how many entries the audit log had when it began.
    pub everybody_since: Option<u64>,
}

/// The ledger since the last final certificate.
#[derive(Debug, Default)]
pub(crate) struct LedgerPart {
    pub(crate) keys: Vec<Tombstone>,
    due: u64,
    replaced: u64,
    entries: Option<(u64, u64)>,
    models: Vec<ModelChange>,
}

const EMPTY_LOGS: &str = "empty the write-ahead logs";
/// Where the mark of the last final certificate is kept.
const CERTIFIED: &str = "certified";
/// Where the instant is kept up to which the clock is trusted.
const TRUSTED: &str = "trusted";
/// Where the day is kept for which everybody was last looked at.
const SWEPT: &str = "swept";
/// A head may be signed a little after the clock was read, by another process.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(300);

impl Vault {
    /// Takes the turn to destroy as of `now`.
    ///
    /// The clock is trusted for the day of the last head that it signed while it was trusted, and the day after: a
    /// certificate, a beat, an officer's confirmation. Other entries do not move that day, or a clock that jumped would
    /// be trusted as soon as somebody logged in.
    ///
    /// # Errors
    /// [`VaultError::Busy`] while another sweep runs; [`VaultError::ClockBehind`] when a signed head is later;
    /// [`VaultError::ClockAhead`] past the trusted days: a clock cannot kill.
    pub async fn begin_sweep(&self, policy: &Policy, now: Timestamp) -> Result<SweepTurn<'_>, VaultError> {
        let turn = self.sweeping.try_lock().map_err(|_| VaultError::Busy)?;
        let SignedHead { time: last, size: began, .. } = self.journal.head();
        if last > now.checked_add(TOLERANCE).unwrap_or(Timestamp::MAX) {
            return Err(VaultError::ClockBehind { last });
        }
        self.trusts(policy, now).await?;
        let left = self.ledger_of_a_stop().await?;
        if !left.is_empty() {
            // The ledger is a promise, whatever became lawful again since.
            let keys: Vec<Tombstone> = left.iter().copied().collect();
            self.steps.step("repeat the ledger of a stop")?;
            if [DUE_KEYS, KEYS_OF_A_DAY].iter().all(|step| self.steps.does(step)) {
                self.keyring.destroy(&keys).await?;
            }
        }
        Ok(SweepTurn { _turn: turn, left, began })
    }

    async fn trusts(&self, policy: &Policy, now: Timestamp) -> Result<(), VaultError> {
        let bytes = setting(&mut self.people.read().await?, TRUSTED).await?;
        let micros = bytes.and_then(|bytes| bytes.try_into().ok()).map(i64::from_be_bytes);
        let last = micros.and_then(|micros| Timestamp::from_microsecond(micros).ok());
        let last = last.unwrap_or_else(|| self.made_at());
        let next = policy.local(last).date().checked_add(1.day()).unwrap_or(Date::MAX);
        if policy.local(now).date() > next { Err(VaultError::ClockAhead { last }) } else { Ok(()) }
    }

    async fn trust(&self, now: Timestamp) -> Result<(), VaultError> {
        let mut conn = self.people.begin().await?;
        put_setting(&mut conn, TRUSTED, &now.as_microsecond().to_be_bytes()).await?;
        Ok(conn.commit().await?)
    }

    /// Notes that an officer looked at the clock and found it right.
    pub async fn confirm_clock(&self, reason: &crate::ReasonCode, now: Timestamp) -> Result<(), VaultError> {
        self.journal.append(&[Line::ClockConfirmed { reason: reason.as_str().into() }], now).await?;
        self.trust(now).await
    }

    /// Signs a head that says no more than that the log is alive and its clock goes on as before.
    ///
    /// # Errors
    /// [`VaultError::ClockAhead`] when the clock jumped since.
    pub async fn beat(&self, policy: &Policy, now: Timestamp) -> Result<(), VaultError> {
        self.trusts(policy, now).await?;
        self.journal.append(&[Line::Alive], now).await?;
        self.trust(now).await
    }

    /// Certifies what was destroyed since the last certificate: the keys are looked for and not found, the
    /// write-ahead logs are emptied, every place gets a generation of the keys without them and loses its older ones.
    ///
    /// # Errors
    /// [`VaultError::StillThere`] when a key of the ledger is in the key database: then there is no certificate.
    pub async fn certify(
        &self,
        _turn: &SweepTurn<'_>,
        policy: &Policy,
        plan: &PlanFacts,
        now: Timestamp,
    ) -> Result<(Certificate, u64), VaultError> {
        self.bury_the_dying(now).await?;
        let ledger = self.ledger_since_certificate().await?;
        let mut left = 0;
        for keys in ledger.keys.chunks(4_096) {
            left += self.keyring.living(keys).await?.len() as u64;
        }
        if left > 0 {
            return Err(VaultError::StillThere { left });
        }
        if !ledger.keys.is_empty() {
            self.steps.step("write the databases anew")?;
            for database in [&self.people, &self.separated, self.keyring.database()] {
                database.rewrite().await?;
            }
        }
        self.steps.step(EMPTY_LOGS)?;
        let mut generations = if self.steps.does(EMPTY_LOGS) { self.emptied_logs().await? } else { Vec::new() };
        self.steps.step("write the generations of the keys")?;
        generations.extend(self.write_generations(policy.hash(), now).await?);
        let is_pending = generations.iter().any(|generation| generation.pending.is_some());
        let state = if is_pending { CertificateState::Pending } else { CertificateState::Final };
        let counts = self.uncertified().await?;
        let entries = ledger.entries.unwrap_or((self.journal.head().size, self.journal.head().size));
        let (method, out_of_reach) = match &self.place.urls {
            None => (METHOD, OUT_OF_REACH.into()),
            Some(_) => (METHOD_POSTGRES, out_of_reach_postgres(self.place.archive_days)),
        };
        let certificate = Certificate {
            state,
            installation: installation_text(self.installation),
            policy: [policy.id.clone(), policy.version.clone(), hex::encode(&policy.hash()).to_string()],
            day: plan.day,
            at: now,
            plan: hex::encode(&plan.hash).to_string(),
            persons: plan.totals.persons,
            records: plan.totals.records,
            everybody_since: plan.everybody_since,
            destroyed: counts.destroyed(),
            separated: counts.separated(),
            overdue: counts.overdue,
            notices: counts.notices,
            keys: [ledger.due, ledger.replaced],
            models: ledger.models,
            ledger: [entries.0, entries.1],
            head: self.journal.head().to_string(),
            method: method.into(),
            medium: MEDIUM.into(),
            out_of_reach,
            generations,
        };
        self.steps.step("append the certificate")?;
        let index = self.journal.append(&[Line::Certificate(Box::new(certificate.clone()))], now).await?;
        self.steps.step("note what the certificate has")?;
        self.certified().await?;
        self.trust(now).await?;
        if state == CertificateState::Final {
            let mut conn = self.people.begin().await?;
            put_setting(&mut conn, CERTIFIED, &(index + 1).to_be_bytes()).await?;
            conn.commit().await?;
        }
        Ok((certificate, index))
    }

    /// Notes that a model is made anew; the next certificate says so.
    pub async fn note_models(&self, changes: &[ModelChange], now: Timestamp) -> Result<(), VaultError> {
        let lines: Vec<Line> = changes.iter().cloned().map(Line::Model).collect();
        if lines.is_empty() { Ok(()) } else { self.journal.append(&lines, now).await.map(drop) }
    }

    /// Notes that a sweep for `day` ended which looked at everybody; one of a single person leaves others unseen.
    pub async fn note_swept(&self, day: Date) -> Result<(), VaultError> {
        if self.last_swept().await?.is_some_and(|last| last >= day) {
            return Ok(());
        }
        let mut conn = self.people.begin().await?;
        put_setting(&mut conn, SWEPT, day.to_string().as_bytes()).await?;
        Ok(conn.commit().await?)
    }

    /// The last day for which a sweep looked at everybody and ended.
    pub async fn last_swept(&self) -> Result<Option<Date>, VaultError> {
        let bytes = setting(&mut self.people.read().await?, SWEPT).await?;
        Ok(bytes.and_then(|bytes| str::from_utf8(&bytes).ok()?.parse().ok()))
    }

    /// Empties the write-ahead logs; a reader that is in the way keeps the certificate open.
    async fn emptied_logs(&self) -> Result<Vec<GenerationState>, VaultError> {
        let mut busy = Vec::new();
        let databases = [("people", &self.people), ("separated", &self.separated), ("keys", self.keyring.database())];
        for (name, database) in databases {
            if !database.empty_log().await? {
                let pending = Some("a reader holds its write-ahead log; sweep again".into());
                busy.push(GenerationState { place: format!("{name} database"), sequence: 0, pending });
            }
        }
        Ok(busy)
    }

    pub(crate) async fn ledger_since_certificate(&self) -> Result<LedgerPart, VaultError> {
        let bytes = setting(&mut self.people.read().await?, CERTIFIED).await?;
        let from = bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
        let mut part = LedgerPart::default();
        // After a stop the next plan names again what the ledger holds already.
        let mut named = HashSet::new();
        for (index, line) in self.journal.lines(from)? {
            let ledger = match line {
                Line::Ledger(ledger) => ledger,
                Line::Model(change) => {
                    if !part.models.contains(&change) {
                        part.models.push(change);
                    }
                    continue;
                }
                _ => continue,
            };
            let mut keys = ledger.keys();
            keys.retain(|key| named.insert(*key));
            match ledger.because {
                LedgerReason::Due | LedgerReason::Forgotten => part.due += keys.len() as u64,
                LedgerReason::Replaced => part.replaced += keys.len() as u64,
            }
            part.keys.extend(keys);
            part.entries = Some((part.entries.map_or(index, |(first, _)| first), index + 1));
        }
        Ok(part)
    }

    /// The keys that were due and that no certificate says anything of, not even that it is pending.
    pub(crate) async fn ledger_of_a_stop(&self) -> Result<HashSet<Tombstone>, VaultError> {
        let bytes = setting(&mut self.people.read().await?, CERTIFIED).await?;
        let from = bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
        let mut left = HashSet::new();
        for (_, line) in self.journal.lines(from)? {
            match line {
                Line::Certificate(_) => left.clear(),
                Line::Ledger(ledger) if ledger.because == LedgerReason::Due => left.extend(ledger.keys()),
                _ => {}
            }
        }
        Ok(left)
    }

    /// The newest certificate, pending or final.
    pub async fn last_certificate(&self) -> Result<Option<Certificate>, VaultError> {
        let bytes = setting(&mut self.people.read().await?, CERTIFIED).await?;
        let mark = bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
        let lines = self.journal.lines(mark.saturating_sub(1))?.into_iter().rev();
        Ok(lines.map(|(_, line)| line).find_map(|line| match line {
            Line::Certificate(certificate) => Some(*certificate),
            _ => None,
        }))
    }

    /// The first certificate of a sweep that looked at everybody and began when the audit log had `entries` already, with the
    /// index of its entry.
    pub fn certificate_of_all_since(&self, entries: u64) -> Result<Option<(u64, Certificate)>, VaultError> {
        Ok(self.journal.lines(entries)?.into_iter().find_map(|(index, line)| match line {
            Line::Certificate(found) if found.everybody_since >= Some(entries) => Some((index, *found)),
            _ => None,
        }))
    }

    /// The certificates on file, with the indices of their entries, the oldest first.
    pub fn certificates(&self) -> Result<Vec<(u64, Certificate)>, VaultError> {
        let lines = self.journal.lines(0)?.into_iter();
        Ok(lines
            .filter_map(|(index, line)| match line {
                Line::Certificate(certificate) => Some((index, *certificate)),
                _ => None,
            })
            .collect())
    }
}
