//! Shutting a member out for misuse: by one of the office with a reason, told by letter, contested by the member, decided by
//! another.
//!
//! Nothing of theirs is destroyed meanwhile. The misuse record and the block of the address end on the same day.

use super::{
    AccountError,
    desk::{Besides, Channel, NewCase, Outcome, written},
    letters::Queued,
    record, token,
};
use crate::Privacy;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use vestry_credentials::TokenUse;
use vestry_mail::Language;
use vestry_policy::{CaseKind, Clock, Event, Membership, Policy, TwoStaff};
use vestry_vault::{PersonId, Personal, Reader, RecordId, VaultError};
use zeroize::Zeroizing;

/// What a link is good for by which a ban is contested: the mailed one, and the one that signing in gives.
const CONTEST: [&str; 2] = ["contest", "contest-here"];

/// A misuse record, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Misuse {
    /// What happened, in the officer's words.
    words: String,
    /// Who banned, by pseudonym.
    by: String,
}

impl Privacy {
    /// Shuts a member out for as long as the policy keeps misuse, for a reason that they are told; signing in and the letter
    /// say how it is contested. The last day of it.
    ///
    /// # Errors
    /// [`AccountError::Unusable`] for who is no member; [`AccountError::Missing`] without a reason.
    pub async fn ban(
        &self,
        staff: PersonId,
        person: PersonId,
        reason: &str,
        language: Language,
    ) -> Result<Date, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let words = written("misuse", reason)?.to_owned();
        let (last, until) = ban_of(policy, now)?;
        let membership = self.vault().person(policy, person).await?.membership;
        let (Membership::Active { .. } | Membership::Dormant { .. }) = membership else {
            return Err(AccountError::Unusable { item: "misuse".into() });
        };
        let misuse = serde_json::to_string(&Misuse { words: words.clone(), by: staff.to_string() }).expect("JSON");
        let misuse = record(policy, "misuse", vec![("misuse", misuse)], vec![(Event::Made, now)])?;
        self.vault().add_record(policy, person, &misuse).await?;
        self.vault().ban(policy, person, until, now).await?;
        let token = self.contest_link(person, CONTEST[0], until).await?;
        self.queue(person, &Queued::Banned { token: token.to_string(), text: words, until: last }, language).await?;
        Ok(last)
    }

    async fn contest_link(
        &self,
        person: PersonId,
        what: &str,
        until: Timestamp,
    ) -> Result<Zeroizing<String>, AccountError> {
        let link = token(self, TokenUse::MailedLink);
        self.vault().put_link(link.hash().as_bytes(), person, what, until).await?;
        Ok(link.to_text())
    }

    /// Until when somebody who proved who they are is shut out, and the link by which they contest it.
    pub(super) async fn shut_out(&self, person: PersonId) -> Result<Option<(Date, Zeroizing<String>)>, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let Some(until) = self.vault().banned_until(person, now).await? else { return Ok(None) };
        let last = policy.local(until).date().yesterday().unwrap_or(Date::MIN);
        Ok(Some((last, self.contest_link(person, CONTEST[1], until).await?)))
    }

    /// Whom a link is about by which a ban is contested, and what it is good for.
    async fn contesting(&self, link: &str) -> Result<([u8; 32], PersonId, &'static str), AccountError> {
        for what in CONTEST {
            match self.linked(TokenUse::MailedLink, link, what).await {
                Ok((hash, person)) => return Ok((hash, person, what)),
                Err(AccountError::Link) => {}
                Err(error) => return Err(error),
            }
        }
        Err(AccountError::Link)
    }

    /// Whether a link contests a ban that still holds.
    ///
    /// # Errors
    /// [`AccountError::Link`].
    pub async fn may_contest(&self, link: &str) -> Result<(), AccountError> {
        let (_, person, _) = self.contesting(link).await?;
        self.vault().banned_until(person, self.now()).await?.map(drop).ok_or(AccountError::Link)
    }

    /// Contests a ban: a complaint on the office's desk.
    ///
    /// # Errors
    /// [`AccountError::Link`] for a link that was used or a ban that is over.
    pub async fn contest(
        &self,
        link: &str,
        words: Personal<String>,
        language: Language,
    ) -> Result<RecordId, AccountError> {
        self.may_contest(link).await?;
        let (hash, person, what) = self.contesting(link).await?;
        let (ban, _) = self.misuse(person).await?.ok_or(AccountError::Link)?;
        let new = NewCase {
            kind: CaseKind::Complaint,
            right: None,
            about: Some(person),
            channel: Channel::Page,
            contact: Personal::new(String::new()),
            words,
            language,
        };
        let case = self.open_case_with(&new, &Besides { ban: Some(ban), ..Besides::default() }).await?;
        self.spend(&hash, what).await?;
        Ok(case)
    }

    /// The newest misuse record of somebody, with what it says.
    async fn misuse(&self, person: PersonId) -> Result<Option<(RecordId, Misuse)>, AccountError> {
        let policy = self.policy();
        let on_file = self.vault().person(policy, person).await?;
        let of_class = policy.class_named("misuse");
        let made = |record: &&vestry_vault::RecordOnFile| record.events.iter().map(|(_, at)| *at).max();
        let newest = on_file.records.iter().filter(|record| Some(record.class) == of_class).max_by_key(made);
        let Some(newest) = newest else { return Ok(None) };
        Ok(self.misuses(person).await?.into_iter().find(|(record, _)| *record == newest.record))
    }

    /// What each misuse record of somebody says.
    async fn misuses(&self, person: PersonId) -> Result<Vec<(RecordId, Misuse)>, AccountError> {
        let opened = self.open_items(person, "security", Reader::Program, &["misuse"]).await?;
        let found = opened
            .found
            .iter()
            .filter_map(|(record, _, value)| Some((*record, serde_json::from_str(value.open(&opened.opening)).ok()?)));
        Ok(found.collect())
    }

    /// Upholds or lifts a ban. Where the policy asks two of the staff for it, the one who banned is the first of them.
    pub(super) async fn decide_ban(
        &self,
        person: PersonId,
        ban: RecordId,
        staff: PersonId,
        outcome: Outcome,
    ) -> Result<(), AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let banners = self.misuses(person).await?.into_iter();
        let banners: Vec<(RecordId, PersonId)> =
            banners.filter_map(|(record, misuse)| Some((record, misuse.by.parse().ok()?))).collect();
        if policy.needs_two(TwoStaff::BanDecided) {
            // Whoever lifts one ban lifts all of them.
            if banners.iter().any(|(_, banner)| *banner == staff) {
                return Err(AccountError::SameStaff);
            }
            if let Some((_, banner)) = banners.into_iter().find(|(record, _)| *record == ban) {
                let act = TwoStaff::BanDecided.as_str();
                self.vault().note_two((act, vestry_vault::Subject::person(person)), banner, staff, now).await?;
            }
        }
        if outcome != Outcome::Refused {
            self.vault().unblock(person, now).await?;
        }
        Ok(())
    }
}

/// The last day of a ban that begins now, and the instant on which it is over: as long as misuse is kept.
fn ban_of(policy: &Policy, now: Timestamp) -> Result<(Date, Timestamp), AccountError> {
    let unknown = || VaultError::NotInPolicy { policy: policy.version.clone(), kind: "class", name: "misuse".into() };
    let class = policy.class_named("misuse").ok_or_else(unknown)?;
    let kept = policy.retentions().find(|(_, retention)| retention.class == class).ok_or_else(unknown)?.1;
    let Clock::Starts { keep: Some(keep), .. } = kept.clock else { return Err(unknown().into()) };
    let last = keep.last_day(policy.local(now)).map_err(|_| AccountError::Unusable { item: "misuse".into() })?;
    let over = last.tomorrow().unwrap_or(Date::MAX);
    Ok((last, policy.first_moment(over)))
}
