//! What members do about their own data: see, correct, take along, consent.

use super::{
    AccountError, Queued, Stay,
    desk::stays,
    entering::session_rules,
    joining::{Agreed, is_usable},
};
use crate::{HeldRecord, Leaving, Privacy, PrivacyError};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use vestry_credentials::SessionTimes;
use vestry_model::hex;
use vestry_policy::{Basis, Period, Policy, PurposeId};
use vestry_vault::{Edit, EndedSessions, Look, Opening, PersonId, Personal, Reader, VaultError};

/// The purpose of advertising.
pub(crate) const MARKETING: &str = "marketing";

/// One kind of record that is held of somebody, as they see it.
#[derive(Debug)]
pub struct OwnRecord {
    /// What is held.
    pub record: HeldRecord,
    /// What it was opened for, to show it.
    pub opening: Opening,
}

/// A purpose that asks for consent, and where somebody stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentView {
    /// Which.
    pub purpose: PurposeId,
    /// Whether it is given.
    pub given: bool,
    /// When it was last taken back.
    pub taken_back: Option<Timestamp>,
}

/// A session of somebody, as they see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// The hash of its token.
    pub token: [u8; 32],
    /// Since when.
    pub begun: Timestamp,
    /// Last used, to the minute.
    pub used: Timestamp,
}

impl Privacy {
    /// Everything that is held of somebody, for themselves.
    pub async fn own_records(&self, person: PersonId) -> Result<Vec<OwnRecord>, AccountError> {
        self.records_read_by(person, Reader::Themselves(person)).await
    }

    pub(super) async fn records_read_by(
        &self,
        person: PersonId,
        reader: Reader,
    ) -> Result<Vec<OwnRecord>, AccountError> {
        let opening = || Opening::new("rights", reader, None).map_err(PrivacyError::from);
        let mut records = self.show_person(person, &opening()?, None).await?;
        records.sort_by_key(|record| record.class);
        records.into_iter().map(|record| Ok(OwnRecord { record, opening: opening()? })).collect()
    }

    /// What would stay if somebody left now.
    pub async fn stays_after(&self, person: PersonId, leaving: Leaving) -> Result<Vec<Stay>, AccountError> {
        Ok(stays(self.policy(), &self.outlook_after(person, leaving).await?))
    }

    /// Corrects one item of somebody's account, by themselves.
    pub async fn correct_own(&self, person: PersonId, item: &str, value: &str) -> Result<(), AccountError> {
        let policy = self.policy();
        let value = value.trim();
        let asked = self.sign_up_items().into_iter().find(|asked| policy.item(asked.item).id == item);
        let asked = asked.ok_or_else(|| AccountError::Unusable { item: item.into() })?;
        if value.is_empty() && asked.required {
            return Err(AccountError::Missing { item: item.into() });
        }
        // Another address is confirmed by a mail to it.
        if item == "email" || !value.is_empty() && !is_usable(item, value) {
            return Err(AccountError::Unusable { item: item.into() });
        }
        self.put_item(policy, person, "account", item, value.into()).await
    }

    /// Where somebody stands with each consent.
    pub async fn consents(&self, person: PersonId) -> Result<Vec<ConsentView>, AccountError> {
        let policy = self.policy();
        let on_file = self.vault().person(policy, person).await?;
        let of = |purpose: PurposeId| ConsentView {
            purpose,
            given: on_file.consents.contains(purpose),
            taken_back: on_file.taken_back.iter().find(|(taken, _)| *taken == purpose).map(|(_, at)| *at),
        };
        Ok(self.consent_purposes().into_iter().map(of).collect())
    }

    /// Gives a consent, beside the text that was shown; what was agreed to is written down.
    ///
    /// # Errors
    /// [`AccountError::Guarded`] of a child, whose guardian consents.
    pub async fn give_consent(&self, person: PersonId, purpose: PurposeId, text: &str) -> Result<(), AccountError> {
        if self.is_guarded(person).await? {
            return Err(AccountError::Guarded);
        }
        self.give_consent_by("my-data", person, purpose, text).await
    }

    pub(super) async fn give_consent_by(
        &self,
        channel: &str,
        person: PersonId,
        purpose: PurposeId,
        text: &str,
    ) -> Result<(), AccountError> {
        let policy = self.policy();
        if policy.purpose(purpose).basis != Basis::Consent {
            return Err(AccountError::Unusable { item: policy.purpose(purpose).id.clone() });
        }
        let hash = hex(&Sha256::digest(text.as_bytes()));
        let before = self.vault().consents_of(policy, person).await?;
        let before = before.iter().find(|consent| consent.purpose == purpose).and_then(|consent| consent.withdrawn);
        let agreed = Agreed::to(policy, purpose).again_after(before);
        // Written down first: a stop in between leaves no consent that nothing proves.
        self.vault().add_record(policy, person, &self.agreement(policy, agreed, &hash, channel)?).await?;
        self.vault().consent(policy, person, purpose, self.now()).await?;
        if policy.purpose(purpose).id == MARKETING {
            self.put_item(policy, person, "account", "mailing", "{\"mail\":true}".into()).await?;
            self.tell_result(person, true).await?;
        }
        Ok(())
    }

    /// Takes a consent of somebody's own back, at once; what served it alone is gone when this returns. Somebody who does
    /// not consent stays so.
    pub async fn take_back_consent(&self, person: PersonId, purpose: PurposeId) -> Result<(), AccountError> {
        let policy = self.policy();
        let consents = self.vault().consents_of(policy, person).await?;
        if !consents.iter().any(|consent| consent.purpose == purpose && consent.withdrawn.is_none()) {
            return Ok(());
        }
        self.vault().take_back(policy, person, purpose, self.now()).await?;
        self.let_go(person).await?;
        if policy.purpose(purpose).id == MARKETING {
            self.tell_result(person, false).await?;
        }
        Ok(())
    }

    /// Tells somebody what became of their word about advertising, as the policy's period asks for.
    pub(super) async fn tell_result(&self, person: PersonId, agreed: bool) -> Result<(), AccountError> {
        self.queue(person, &Queued::ConsentResult { agreed, at: self.now() }, None).await
    }

    /// Chooses how long somebody may stay away before being set apart; `None` for the policy's period.
    ///
    /// # Errors
    /// [`AccountError::Unusable`] for a period that the policy does not offer.
    pub async fn choose_dormancy(&self, person: PersonId, chosen: Option<Period>) -> Result<(), AccountError> {
        let offered = self.policy().dormancy.as_ref().map_or(&[][..], |rule| &rule.choices);
        if chosen.is_some_and(|period| !offered.contains(&period)) {
            return Err(AccountError::Unusable { item: "period".into() });
        }
        Ok(self.vault().choose_dormancy(person, chosen).await?)
    }

    /// Who looked at somebody's data.
    pub async fn looks_at_own(&self, person: PersonId) -> Result<Vec<Look>, AccountError> {
        Ok(self.vault().looks_at(self.policy(), person).await?)
    }

    /// Somebody's sessions that last, by the rules for whose they are.
    pub async fn own_sessions(&self, person: PersonId) -> Result<Vec<SessionView>, AccountError> {
        let (now, (role, _)) = (self.now(), self.vault().role(person).await?);
        let lasts = |(_, begun, used): &([u8; 32], Timestamp, Timestamp)| {
            SessionTimes::new(*begun, *used).is_live(session_rules(role), now)
        };
        let sessions = self.vault().sessions_of(person).await?;
        Ok(sessions.into_iter().filter(lasts).map(|(token, begun, used)| SessionView { token, begun, used }).collect())
    }

    /// Ends one of somebody's own sessions, named by the first digits of its hash.
    pub async fn end_own_session(&self, person: PersonId, name: &str) -> Result<(), AccountError> {
        for (token, ..) in self.vault().sessions_of(person).await? {
            if name.len() >= 16 && hex(&token).starts_with(name) {
                self.vault().end_session(&token).await?;
            }
        }
        Ok(())
    }

    /// Writes an item of somebody's record of that class; adds the record where there is none.
    pub(super) async fn put_item(
        &self,
        policy: &Policy,
        person: PersonId,
        class: &str,
        item: &str,
        value: String,
    ) -> Result<(), AccountError> {
        self.put_items(policy, person, class, vec![(item, Some(value))], Meanwhile::default()).await
    }

    /// The same for several items, all or none; what has no value goes.
    pub(super) async fn put_items(
        &self,
        policy: &Policy,
        person: PersonId,
        class: &str,
        values: Vec<(&str, Option<String>)>,
        meanwhile: Meanwhile,
    ) -> Result<(), AccountError> {
        let on_file = self.vault().person(policy, person).await?;
        let of_class = policy.class_named(class);
        let Some(known) = on_file.records.iter().find(|record| Some(record.class) == of_class) else {
            let events = vec![(vestry_policy::Event::Made, self.now())];
            let values = values.into_iter().filter_map(|(item, value)| Some((item, value?))).collect();
            let new = super::record(policy, class, values, events)?;
            self.vault().add_record(policy, person, &new).await?;
            return Ok(());
        };
        let mut items = Vec::with_capacity(values.len());
        for (item, value) in values {
            let unknown =
                || VaultError::NotInPolicy { policy: policy.version.clone(), kind: "item", name: item.into() };
            items.push((policy.item_named(item).ok_or_else(unknown)?, value.map(Personal::new)));
        }
        let values: Vec<_> = items.iter().map(|(item, value)| (*item, value.as_ref())).collect();
        let edit = Edit { values: &values, since: meanwhile.since, sessions: meanwhile.sessions };
        Ok(self.vault().edit(policy, known.record, &edit, self.now()).await?)
    }
}

/// What else goes with a change of items, in the same transaction.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Meanwhile {
    /// The count of the person's changes at which the new values were decided.
    pub(super) since: Option<i64>,
    /// Which sessions end.
    pub(super) sessions: EndedSessions,
}
