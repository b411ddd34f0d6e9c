//! The daily sweep of a running server, and whether it is overdue.

use crate::{App, Privacy, PrivacyError, SweepRequest};
use jiff::{SignedDuration, civil::Date};
use std::{future::Future, time::Duration};
use vestry_vault::{CertificateState, VaultError};

/// How often the day is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(600);
/// How old the newest head may be before the log says that it is alive: a clock is trusted for a day after a head.
const BEAT_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Where the sweeps stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepState {
    /// The last day for which everybody was looked at; certificates of single persons do not count.
    pub last: Option<Date>,
    /// Whether a day was missed: an alert.
    pub is_overdue: bool,
    /// Places that still hold destroyed keys, by the last certificate.
    pub pending: Vec<String>,
    /// Places whose copy of the audit log is behind.
    pub behind: Vec<String>,
}

impl Privacy {
    /// Where the sweeps stand. A fresh installation is not overdue before it had a full day.
    pub async fn sweep_state(&self) -> Result<SweepState, PrivacyError> {
        let (last, certificate) = (self.vault().last_swept().await?, self.vault().last_certificate().await?);
        let today = self.policy().local(self.now()).date();
        let made = self.policy().local(self.vault().made_at()).date();
        let since = last.unwrap_or(made);
        let yesterday = today.yesterday().unwrap_or(Date::MIN);
        let pending =
            certificate.iter().flat_map(|certificate| &certificate.generations).filter(|g| g.pending.is_some());
        Ok(SweepState {
            is_overdue: since < yesterday,
            pending: pending.map(|generation| generation.place.clone()).collect(),
            behind: self.vault().places_behind().iter().map(|place| place.display().to_string()).collect(),
            last,
        })
    }

    /// Sweeps if today's sweep is still to be done or a place is pending, then backs up; else keeps the log alive.
    pub async fn keep_the_day(&self) -> Result<(), PrivacyError> {
        self.know_posted().await?;
        let today = self.policy().local(self.now()).date();
        let last = self.vault().last_certificate().await?;
        let is_swept = self.vault().last_swept().await?.is_some_and(|day| day >= today);
        let is_done = is_swept && last.is_some_and(|c| c.state == CertificateState::Final);
        if is_done {
            if self.now().duration_since(self.vault().audit_head().time) >= BEAT_EVERY {
                self.vault().beat(self.policy(), self.now()).await?;
            }
            return Ok(());
        }
        self.sweep(&SweepRequest::default(), |_| {}).await?;
        if let Err(error) = self.tell_auditors(today).await {
            let error = vestry_vault::causes(&error);
            tracing::error!(%error, "auditors are not told of the audit log's newest head");
        }
        if let Err(error) = self.remind_of_consents().await {
            let error = vestry_vault::causes(&error);
            tracing::error!(%error, "reminders of consents wait; they are tried again with the next sweep");
        }
        if !self.vault().place_of_files().places.is_empty() {
            // What a sweep sealed anew is in no older backup.
            self.back_up(None, |_| {}).await?;
        }
        Ok(())
    }
}

impl App {
    /// Keeps the days of the privacy office until `stop`.
    pub(crate) async fn keep_days(&self, stop: impl Future<Output = ()>) {
        let keeping = async {
            let Some(privacy) = self.privacy() else { return std::future::pending().await };
            self.look_at_the_day(privacy).await;
            // After the day's own sweep, which has looked at everybody unless it was done before a stop.
            if let Err(error) = privacy.owe_after_a_stop().await {
                let error = vestry_vault::causes(&error);
                tracing::error!(%error, "what was asked for before the start waits for the daily sweep");
            }
            loop {
                privacy.rest(LOOK_EVERY).await;
                self.look_at_the_day(privacy).await;
            }
        };
        tokio::select! { () = stop => {}, () = keeping => {} }
    }

    async fn look_at_the_day(&self, privacy: &Privacy) {
        match privacy.keep_the_day().await {
            Ok(()) => {}
            Err(PrivacyError::Vault(error @ (VaultError::ClockAhead { .. } | VaultError::ClockBehind { .. }))) => {
                tracing::error!(%error, "the daily sweep waits for an officer");
            }
            Err(error) => {
                let error = vestry_vault::causes(&error);
                tracing::error!(%error, "the daily sweep did not end; it is tried again");
            }
        }
        match privacy.sweep_state().await {
            Ok(state) if state.is_overdue => {
                tracing::error!(last = ?state.last, "the daily sweep is overdue; `vestry privacy sweep`");
            }
            _ => {}
        }
        // A head that was made anew without somebody looks again at what the one before saw.
        self.look_again_at_others().await;
    }
}
