//! Sweeps of single people that had to wait: for another sweep, for a clock in doubt, or because the program stopped between
//! somebody's word and their sweep.

use crate::{Privacy, PrivacyError};
use jiff::Timestamp;
use std::{
    collections::BTreeSet,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::Notify, time::sleep};
use vestry_policy::Action;
use vestry_vault::{PersonId, VaultError};

/// How soon it is tried again whether the other sweep has ended, or the clock is trusted.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// People whose sweep waits.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    people: Mutex<BTreeSet<PersonId>>,
    more: Notify,
}

impl Owed {
    fn people(&self) -> MutexGuard<'_, BTreeSet<PersonId>> {
        // Whole at every moment.
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, person: PersonId) {
        self.people().insert(person);
        self.more.notify_one();
    }
}

impl Privacy {
    /// Notes those whose word was taken since the last sweep of all, and whose sweep did not follow.
    pub async fn owe_after_a_stop(&self) -> Result<(), PrivacyError> {
        let (policy, today) = (self.policy(), self.policy().local(self.now()).date());
        let since = match self.vault().last_swept().await? {
            Some(day) => policy.first_moment(day),
            None => Timestamp::UNIX_EPOCH,
        };
        for person in self.vault().changed_since(since).await? {
            let verdicts = self.outlook(person, today).await?;
            if verdicts.iter().any(|verdict| matches!(verdict.action, Action::Destroy { .. } | Action::Separate { .. }))
            {
                self.owed().add(person);
            }
        }
        Ok(())
    }

    /// Sweeps those who wait, one after the other; how many were.
    ///
    /// # Errors
    /// What keeps them waiting: [`VaultError::Busy`] while another sweep runs, or a clock in doubt.
    pub async fn sweep_owed(&self) -> Result<usize, PrivacyError> {
        let mut swept = 0;
        loop {
            let Some(person) = self.owed().people().first().copied() else { return Ok(swept) };
            match self.sweep_person(person).await {
                // Gone already, by the sweep they waited for.
                Ok(_) | Err(PrivacyError::Vault(VaultError::UnknownPerson(_))) => swept += 1,
                Err(error) => return Err(error),
            }
            self.owed().people().remove(&person);
        }
    }

    /// Rests for `while_`, but for sweeping whoever comes to wait.
    pub(crate) async fn rest(&self, while_: Duration) {
        let mut over = pin!(sleep(while_));
        loop {
            let again = match self.sweep_owed().await {
                Ok(_) => None,
                Err(error) if error.waits() => Some(TRY_AGAIN),
                Err(error) => {
                    let error = vestry_vault::causes(&error);
                    tracing::error!(%error, "what somebody asked for is not destroyed yet; it is tried again");
                    return over.await;
                }
            };
            let wait = async {
                match again {
                    Some(again) => sleep(again).await,
                    None => self.owed().more.notified().await,
                }
            };
            tokio::select! { () = &mut over => return, () = wait => {} }
        }
    }
}
