//! What staff does only two together, where the policy says so: one proposes, another carries it out or declines.

use super::AccountError;
use crate::{Privacy, Sweep};
use vestry_policy::TwoStaff;
use vestry_vault::{HoldSubject, PersonId, Proposal, ReasonCode, RecordId, Role, Subject, VaultError};

/// What came of asking for something that may need two.
#[derive(Debug)]
pub enum Asking {
    /// It was done; the sweep that followed, if one did.
    Done(Option<Box<Sweep>>),
    /// It waits for another.
    Proposed,
}

impl Privacy {
    /// Releases a hold, or proposes it where the policy asks two for that.
    ///
    /// # Errors
    /// [`VaultError::UnknownSubject`].
    pub async fn ask_release(
        &self,
        staff: PersonId,
        subject: HoldSubject,
        reason: &ReasonCode,
    ) -> Result<Asking, AccountError> {
        if !self.policy().needs_two(TwoStaff::HoldReleased) {
            return Ok(Asking::Done(self.release(subject, reason).await?.map(Box::new)));
        }
        let about = match subject {
            HoldSubject::Person(person) => *person.as_bytes(),
            HoldSubject::Record(record) => *record.as_bytes(),
        };
        self.vault().propose((TwoStaff::HoldReleased.as_str(), about), reason, staff, self.now()).await?;
        Ok(Asking::Proposed)
    }

    /// That nobody at the prompt does alone what the policy asks two for.
    ///
    /// # Errors
    /// [`AccountError::TwoAtTheDesk`] as soon as two officers have accounts; before there is nobody to be the second.
    pub async fn alone_at_prompt(&self, act: TwoStaff) -> Result<(), AccountError> {
        let staff = self.vault().with_roles(None).await?;
        let officers = staff.iter().filter(|(_, role)| *role == Role::Officer).count();
        if self.policy().needs_two(act) && officers >= 2 { Err(AccountError::TwoAtTheDesk) } else { Ok(()) }
    }

    /// What waits for another.
    pub async fn proposals(&self) -> Result<Vec<Proposal>, AccountError> {
        Ok(self.vault().proposals(self.now()).await?)
    }

    /// Approves what another of the staff proposed, which does it.
    ///
    /// # Errors
    /// [`AccountError::SameStaff`] for who proposed it; [`VaultError::UnknownSubject`] when it does not wait any more.
    pub async fn approve(&self, id: RecordId, staff: PersonId) -> Result<Option<Sweep>, AccountError> {
        let now = self.now();
        let waiting = self.vault().proposals(now).await?.into_iter().find(|proposal| proposal.id == id);
        if waiting.ok_or(VaultError::UnknownSubject)?.proposer == staff {
            return Err(AccountError::SameStaff);
        }
        // Taken first: of two who approve at once, one does it.
        let taken = self.vault().take_proposal(id).await?.ok_or(VaultError::UnknownSubject)?;
        match TwoStaff::named(&taken.act) {
            Some(TwoStaff::HoldReleased) => {
                let subject = self.vault().hold_subject(taken.about).await?;
                let about = match subject {
                    HoldSubject::Person(person) => Subject::person(person),
                    HoldSubject::Record(record) => Subject::record(record),
                };
                self.vault().note_two((&taken.act, about), taken.proposer, staff, now).await?;
                Ok(self.release(subject, &taken.reason).await?)
            }
            // A ban's first is the one who banned; nobody else proposes it.
            Some(TwoStaff::BanDecided) | None => Err(VaultError::UnknownSubject.into()),
        }
    }

    /// Declines a proposal, or takes one's own back: it waits no longer.
    pub async fn decline(&self, id: RecordId) -> Result<(), AccountError> {
        self.vault().take_proposal(id).await?.map(drop).ok_or(VaultError::UnknownSubject.into())
    }
}
