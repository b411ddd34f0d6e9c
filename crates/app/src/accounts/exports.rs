//! My data, to take along: a copy that is asked for, made as a job, and fetched for some days. It is held sealed like
//! everything else, under keys that end with the membership, so that leaving ends a copy that is made and one that waits.

use super::{AccountError, record};
use crate::{Privacy, PrivacyError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestry_policy::{Event, Membership, Policy};
use vestry_vault::{
    Edit, Opening, PersonId, PersonOnFile, Personal, Reader, RecordId, RecordOnFile, VaultError, Waits,
};
use zeroize::Zeroizing;

/// Bytes of a copy that are sealed together.
const PART_BYTES: usize = 512 << 10;
const CLASS: &str = "export";
/// Copies made in one round.
const TOGETHER: u32 = 100;

/// A copy, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportStands {
    /// When it was asked for.
    pub asked: Timestamp,
    /// When it goes.
    pub ends: Timestamp,
    /// Parts that are made, and how many there will be, once that is known.
    pub made: (u64, Option<u64>),
    /// Whether it can be fetched.
    pub is_ready: bool,
}

/// What is known of a copy beside its parts.
#[derive(Serialize, Deserialize)]
struct State {
    by_guardian: bool,
    parts: Option<u64>,
}

/// A piece of the document.
#[derive(Serialize, Deserialize)]
struct Part {
    of: String,
    at: u64,
    text: String,
}

impl Drop for Part {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.text);
    }
}

/// Records of the one copy that somebody may have: what says that it was asked for, and its parts.
struct Copy<'f> {
    job: &'f RecordOnFile,
    parts: u64,
}

impl<'f> Copy<'f> {
    fn of(policy: &Policy, on_file: &'f PersonOnFile, now: Timestamp) -> Option<Self> {
        let mut records = exports(policy, on_file);
        let job = records.find(|record| when(record, Event::Asked).is_some())?;
        // Over, although no sweep came by.
        when(job, Event::Closed).filter(|ends| *ends > now)?;
        let parts = exports(policy, on_file).filter(|record| when(record, Event::Asked).is_none()).count() as u64;
        Some(Self { job, parts })
    }

    fn is_ready(&self) -> bool {
        when(self.job, Event::Sent).is_some()
    }
}

fn exports<'f>(policy: &Policy, on_file: &'f PersonOnFile) -> impl Iterator<Item = &'f RecordOnFile> {
    let class = policy.class_named(CLASS);
    on_file.records.iter().filter(move |record| Some(record.class) == class && !record.items.is_empty())
}

fn when(record: &RecordOnFile, event: Event) -> Option<Timestamp> {
    record.events.iter().find(|(of, _)| *of == event).map(|(_, at)| *at)
}

impl Privacy {
    /// Asks for a copy of everything held about somebody, in place of one that was asked for before.
    pub async fn ask_export(&self, person: PersonId, reader: Reader) -> Result<(), AccountError> {
        let (policy, now) = (self.policy(), self.now());
        self.drop_export(person, false).await?;
        let state = State { by_guardian: matches!(reader, Reader::Guardian(_)), parts: None };
        let text = serde_json::to_string(&state).expect("JSON");
        let events = vec![(Event::Asked, now), (Event::Closed, now + self.accounts().copies_for())];
        let job = record(policy, CLASS, vec![("export_state", text)], events)?;
        self.vault().add_record(policy, person, &job).await?;
        Ok(())
    }

    /// Where the copy of somebody stands, if they asked for one.
    pub async fn export_stands(&self, person: PersonId, reader: Reader) -> Result<Option<ExportStands>, AccountError> {
        let policy = self.policy();
        let on_file = self.vault().person(policy, person).await?;
        let Some(copy) = Copy::of(policy, &on_file, self.now()) else { return Ok(None) };
        let (Some(asked), Some(ends)) = (when(copy.job, Event::Asked), when(copy.job, Event::Closed)) else {
            return Ok(None);
        };
        let state = self.export_state(person, reader).await?;
        let made = (copy.parts, state.and_then(|state| state.parts));
        Ok(Some(ExportStands { asked, ends, made, is_ready: copy.is_ready() }))
    }

    /// The copy as JSON, once it is made.
    ///
    /// # Errors
    /// [`AccountError::Link`] where there is none: nobody asked, it is not made yet, or it is over.
    pub async fn export_text(&self, person: PersonId, reader: Reader) -> Result<Zeroizing<String>, AccountError> {
        let policy = self.policy();
        let on_file = self.vault().person(policy, person).await?;
        let copy = Copy::of(policy, &on_file, self.now()).filter(Copy::is_ready).ok_or(AccountError::Link)?;
        let of = copy.job.record.to_string();
        let opened = self.open_items(person, "rights", reader, &["export"]).await?;
        let texts = opened.found.iter().map(|(.., value)| value.open(&opened.opening));
        let parts = texts.filter_map(|text| serde_json::from_str::<Part>(text).ok()).filter(|part| part.of == of);
        let mut parts: Vec<Part> = parts.collect();
        parts.sort_by_key(|part| part.at);
        if parts.len() as u64 != copy.parts {
            return Err(AccountError::Link);
        }
        let mut whole = Zeroizing::new(String::with_capacity(parts.iter().map(|part| part.text.len()).sum()));
        parts.iter().for_each(|part| whole.push_str(&part.text));
        Ok(whole)
    }

    /// Makes every copy that waits; how many. Whoever left meanwhile has none.
    pub async fn make_exports(&self) -> Result<u64, AccountError> {
        self.vault().in_turn("copies", self.make_all_exports()).await?.unwrap_or(Ok(0))
    }

    async fn make_all_exports(&self) -> Result<u64, AccountError> {
        let mut made = 0;
        for (person, job) in self.vault().unsent(Waits::Copies, TOGETHER).await? {
            match self.make_export(person, job).await {
                Ok(is_made) => made += u64::from(is_made),
                // Gone, or asked for anew, while this went through the list.
                Err(AccountError::Privacy(PrivacyError::Vault(
                    VaultError::UnknownPerson(_)
                    | VaultError::UnknownRecord(_)
                    | VaultError::NothingFor { .. }
                    | VaultError::State { .. },
                ))) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(made)
    }

    async fn make_export(&self, person: PersonId, job: RecordId) -> Result<bool, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let on_file = self.vault().person(policy, person).await?;
        let Some(copy) = Copy::of(policy, &on_file, now).filter(|copy| copy.job.record == job) else {
            return Ok(false);
        };
        let Some(ends) = when(copy.job, Event::Closed) else { return Ok(false) };
        if matches!(on_file.membership, Membership::Ended { .. }) {
            return Ok(false);
        }
        let Some(mut state) = self.export_state(person, Reader::Program).await? else { return Ok(false) };
        // A process that stopped in the middle left parts behind.
        self.drop_export(person, true).await?;
        let reader = if state.by_guardian { Reader::Guardian(person) } else { Reader::Themselves(person) };
        let opening = Opening::new("rights", reader, None).map_err(PrivacyError::from)?;
        let document = self.own_document(person, &opening).await?;
        let texts = split(&document);
        state.parts = Some(texts.len() as u64);
        let text = Personal::new(serde_json::to_string(&state).expect("JSON"));
        let known = policy.item_named("export_state").ok_or(AccountError::Link)?;
        self.vault().correct(policy, job, known, &text, now).await?;
        for (at, text) in (0..).zip(texts) {
            let part = Part { of: job.to_string(), at, text: text.into() };
            let text = serde_json::to_string(&part).expect("JSON");
            let events = vec![(Event::Made, now), (Event::Sent, now), (Event::Closed, ends)];
            let part = record(policy, CLASS, vec![("export", text)], events)?;
            self.vault().add_record(policy, person, &part).await?;
        }
        self.vault().put_event(policy, job, Event::Sent, Some(now)).await?;
        Ok(true)
    }

    async fn export_state(&self, person: PersonId, reader: Reader) -> Result<Option<State>, AccountError> {
        let opened = self.open_items(person, "rights", reader, &["export_state"]).await?;
        Ok(opened.text(self.policy(), "export_state").and_then(|text| serde_json::from_str(text).ok()))
    }

    /// Lets a copy go: what it holds, its keys first. With `parts_alone` what says that it was asked for stays.
    async fn drop_export(&self, person: PersonId, parts_alone: bool) -> Result<(), AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let on_file = self.vault().person(policy, person).await?;
        for record in exports(policy, &on_file) {
            if parts_alone && when(record, Event::Asked).is_some() {
                continue;
            }
            let values: Vec<_> = record.items.iter().map(|item| (item, None)).collect();
            let edit = Edit { values: &values, ..Edit::default() };
            self.vault().edit(policy, record.record, &edit, now).await?;
        }
        Ok(())
    }
}

/// `text` in pieces, each whole characters.
fn split(text: &str) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while rest.len() > PART_BYTES {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PART_BYTES));
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_small_and_make_the_whole() {
        for text in [String::new(), "가".repeat(PART_BYTES), "x".repeat(PART_BYTES), "x가".repeat(PART_BYTES / 2)] {
            let pieces = split(&text);
            assert!(pieces.iter().all(|piece| piece.len() <= PART_BYTES));
            assert!(pieces.concat() == text);
        }
    }
}
