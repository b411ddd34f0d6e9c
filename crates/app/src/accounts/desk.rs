//! The privacy office's desk: rights and complaints that come by mail, by phone or from a member's own page, from the day
//! they come in to the day they are answered.
//!
//! What was asked, how it came, who is to be answered, how the identity was checked and what was answered are items of the
//! policy, sealed in one record with a clock of its own. How far a case is and until when it has to be answered stand in
//! the record's events, so that the board counts without opening anything.

mod deciding;

pub use deciding::{Deed, DryRun};
pub(super) use deciding::{kept, stays};

use super::{AccountError, letters::Queued, record};
use crate::{Privacy, PrivacyError};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::fmt;
use vestry_mail::{Address, Language};
use vestry_policy::{Case, CaseKind, CaseStep, Event, Membership, Policy, Timer};
use vestry_vault::{NewPerson, NewRecord, Opening, PersonId, Personal, Reader, ReasonCode, RecordId, VaultError};

/// The longest text of a case, in characters.
const MAX_WORDS: usize = 4_000;
/// The longest contact, in characters: a mail address has no more.
const MAX_CONTACT: usize = 254;

/// How a case came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// By mail, on paper or not.
    Mail,
    /// By phone.
    Phone,
    /// From the member's own page, or the link that a ban is contested by.
    Page,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mail, Self::Phone, Self::Page];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Phone => "phone",
            Self::Page => "page",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == name)
    }
}

/// How an identity may be checked.
pub const CHECKS: [&str; 4] = ["call-back", "mail-back", "document", "sign-in"];

/// A case that comes in.
#[derive(Debug)]
pub struct NewCase {
    /// What somebody comes with.
    pub kind: CaseKind,
    /// Which right, for a request.
    pub right: Option<String>,
    /// Whom it is about, if they are on file.
    pub about: Option<PersonId>,
    /// How it came.
    pub channel: Channel,
    /// Where the answer goes; the member's address when empty.
    pub contact: Personal<String>,
    /// What was asked, in words.
    pub words: Personal<String>,
    /// The language of the letters.
    pub language: Language,
}

/// A case in a list: nothing of it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLine {
    /// Which.
    pub record: RecordId,
    /// What it is called towards whoever came with it.
    pub number: String,
    /// How far it is.
    pub case: Case,
    /// When it came in.
    pub received: Option<Timestamp>,
    /// How long there is to answer; none for one that was put on file otherwise.
    pub timer: Option<Timer>,
}

/// A case as it is opened for one of the office.
#[derive(Debug)]
pub struct CaseView {
    /// Its line.
    pub line: CaseLine,
    /// Whom it is about.
    pub person: PersonId,
    /// Whether they are, or were, a member.
    pub is_member: bool,
    /// Which right, for a request.
    pub right: Option<String>,
    /// How it came.
    pub channel: Option<Channel>,
    /// What was asked.
    pub words: Personal<String>,
    /// Where the answer goes.
    pub contact: Personal<String>,
    /// What was noted at the check of the identity, while it is kept.
    pub note: Personal<String>,
    /// What was done about it.
    pub course: Course,
    /// The misuse record of the ban that it contests.
    pub ban: Option<RecordId>,
    /// The record that it goes on from.
    pub(super) continues: Option<RecordId>,
    pub(super) language: Language,
    /// What it was opened for, to show it.
    pub opening: Opening,
}

/// What was done about a case, as it is sealed. Staff stands in it by pseudonym; `Debug` shows nothing of what was written.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Course {
    /// The check of the identity.
    #[serde(default)]
    pub checked: Option<Checked>,
    /// What was decided.
    #[serde(default)]
    pub decision: Option<Decision>,
    /// What was answered.
    #[serde(default)]
    pub answer: Option<Given>,
}

impl fmt::Debug for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Course").finish_non_exhaustive()
    }
}

/// A check of an identity.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Checked {
    /// One of [`CHECKS`].
    pub how: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What came of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All of it was done.
    Done,
    /// Some of it was.
    Partly,
    /// Nothing.
    Refused,
}

impl Outcome {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partly => "partly",
            Self::Refused => "refused",
        }
    }
}

/// A decision on a case.
#[derive(Clone, Serialize, Deserialize)]
pub struct Decision {
    /// What came of it.
    pub outcome: Outcome,
    /// Why something was refused, in the officer's words.
    pub reason: String,
    /// What stays although it was to go.
    #[serde(default)]
    pub stays: Vec<Stay>,
    /// Items that were left out of what was shown.
    #[serde(default)]
    pub left_out: Vec<String>,
    /// The entry of the certificate, when something was destroyed.
    pub entry: Option<u64>,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Some items that stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// Their names in the policy.
    pub items: Vec<String>,
    /// The retention that holds them, or what else does.
    pub because: String,
    /// Until when, where that is known.
    pub until: Option<Date>,
}

/// An answer as it was given.
#[derive(Clone, Serialize, Deserialize)]
pub struct Given {
    /// What was said.
    pub words: String,
    /// Whether a letter says it; otherwise it was told by phone.
    pub by_letter: bool,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What was asked, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Asked {
    words: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    right: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ban: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    continues: Option<String>,
}

impl Asked {
    /// What was put on file otherwise is nothing but words.
    fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|_| Self {
            words: text.to_owned(),
            right: None,
            language: None,
            ban: None,
            continues: None,
        })
    }
}

/// The names of a case's items: what was asked, how it came, where the answer goes, what was done about it.
const fn items_of(kind: CaseKind) -> [&'static str; 4] {
    match kind {
        CaseKind::Request => ["request", "request_channel", "request_contact", "request_answer"],
        CaseKind::Complaint => ["complaint", "complaint_channel", "complaint_contact", "complaint_answer"],
    }
}

/// Of a request alone.
const NOTE: &str = "identity_note";

/// What a case is called: enough of its record's id to be told apart.
fn number(record: RecordId) -> String {
    record.to_string()[..8].to_owned()
}

/// What is more to a case than its form says.
#[derive(Default)]
pub(super) struct Besides {
    /// The misuse record of the ban that is contested.
    pub(super) ban: Option<RecordId>,
    /// The case that it goes on from.
    pub(super) continues: Option<RecordId>,
    /// Whether its owner signed in to ask.
    pub(super) signed_in: bool,
}

impl Privacy {
    /// Puts a case on file, about somebody who is there or a stranger, and tells whoever came with it by a letter when a
    /// mail address was given.
    ///
    /// # Errors
    /// [`AccountError::Missing`] and [`AccountError::Unusable`] by the item's name.
    pub async fn open_case(&self, new: &NewCase) -> Result<RecordId, AccountError> {
        self.open_case_with(new, &Besides::default()).await
    }

    /// A case from a member's own page. Who signed in has shown who they are.
    pub async fn ask_office(
        &self,
        person: PersonId,
        right: Option<&str>,
        words: Personal<String>,
        language: Language,
    ) -> Result<RecordId, AccountError> {
        let new = NewCase {
            kind: if right.is_some() { CaseKind::Request } else { CaseKind::Complaint },
            right: right.map(str::to_owned),
            about: Some(person),
            channel: Channel::Page,
            contact: Personal::new(String::new()),
            words,
            language,
        };
        self.open_case_with(&new, &Besides { signed_in: true, ..Besides::default() }).await
    }

    pub(super) async fn open_case_with(&self, new: &NewCase, besides: &Besides) -> Result<RecordId, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let opening = program()?;
        let [what, channel, contact_item, course] = items_of(new.kind);
        let words = written(what, new.words.open(&opening))?;
        let right = right_of(policy, new)?;
        let contact = self.contact_of(new, &opening, contact_item).await?;
        let due = policy.answer_by(right, now).map_err(|_| AccountError::Unusable { item: what.into() })?;
        let asked = Asked {
            words: words.to_owned(),
            right: right.map(str::to_owned),
            language: Some(new.language.code().into()),
            ban: besides.ban.map(|ban| ban.to_string()),
            continues: besides.continues.map(|record| record.to_string()),
        };
        let mut values = vec![(what, json(&asked)), (channel, new.channel.as_str().to_owned())];
        let mut events = vec![(Event::Made, now), (Event::Due, policy.first_moment(due))];
        if !contact.is_empty() {
            values.push((contact_item, contact.to_string()));
        }
        if let (true, Some(person)) = (besides.signed_in, new.about) {
            let checked = Checked { how: "sign-in".into(), by: person.to_string(), at: now };
            values.push((course, json(&Course { checked: Some(checked), ..Course::default() })));
            events.push((Event::Checked, now));
        }
        let case = record(policy, new.kind.class(), values, events)?;
        let id = self.put_case(new, case).await?;
        let queued = match new.kind {
            CaseKind::Request => Queued::RequestReceived { number: number(id), last_day: due },
            CaseKind::Complaint => Queued::ComplaintReceived { number: number(id) },
        };
        self.write_to(&contact, &queued, new.language).await?;
        Ok(id)
    }

    async fn put_case(&self, new: &NewCase, case: NewRecord) -> Result<RecordId, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        if let Some(person) = new.about {
            return Ok(self.vault().add_record(policy, person, &case).await?);
        }
        let person = self.vault().add_people(policy, &[stranger(vec![case])], now).await?;
        let on_file = self.vault().person(policy, person[0]).await?;
        Ok(on_file.records[0].record)
    }

    /// Where the answer goes: what was given, or the address of the member, as long as there is one.
    async fn contact_of(
        &self,
        new: &NewCase,
        opening: &Opening,
        item: &str,
    ) -> Result<zeroize::Zeroizing<String>, AccountError> {
        let given = new.contact.open(opening).trim();
        if given.chars().count() > MAX_CONTACT || given.chars().any(char::is_control) {
            return Err(AccountError::Unusable { item: item.into() });
        }
        let mut contact = zeroize::Zeroizing::new(given.to_owned());
        if let (true, Some(person)) = (given.is_empty(), new.about) {
            let opened = self.open_items(person, "membership", Reader::Program, &["email"]).await?;
            contact.push_str(opened.text(self.policy(), "email").unwrap_or_default());
        }
        if contact.is_empty() && new.channel != Channel::Phone {
            return Err(AccountError::Missing { item: item.into() });
        }
        Ok(contact)
    }

    /// Puts a letter to an address among those that wait, under a pseudonym of its own: whoever it is to may have had
    /// everything erased. What is no address, such as a phone number, gets none; whether there is one.
    pub(super) async fn write_to(
        &self,
        contact: &str,
        queued: &Queued,
        language: Language,
    ) -> Result<bool, AccountError> {
        if Address::new(contact).is_err() {
            return Ok(false);
        }
        let letter = self.letter_to_stranger(contact, queued, language)?;
        self.vault().add_people(self.policy(), &[stranger(vec![letter])], self.now()).await?;
        Ok(true)
    }

    /// All cases: those that are open first, by how long there is to answer; then closed ones, the newest first.
    pub async fn cases(&self) -> Result<Vec<CaseLine>, AccountError> {
        let mut lines: Vec<CaseLine> = self
            .vault()
            .cases()
            .await?
            .into_iter()
            .map(|found| self.case_line(found.record, found.kind, &found.events))
            .collect();
        lines.sort_by_key(|line| {
            let received = line.received.unwrap_or(Timestamp::UNIX_EPOCH);
            match line.is_open() {
                true => (false, line.timer.map(|timer| timer.due), received, line.record),
                false => (true, None, Timestamp::from_second(-received.as_second()).unwrap_or(received), line.record),
            }
        });
        Ok(lines)
    }

    fn case_line(&self, record: RecordId, kind: CaseKind, events: &[(Event, Timestamp)]) -> CaseLine {
        let (policy, at) = (self.policy(), |event| events.iter().find(|(of, _)| *of == event).map(|(_, at)| *at));
        let today = policy.local(self.now()).date();
        let timer = at(Event::Due).map(|due| Timer::on(policy.local(due).date(), today));
        CaseLine { record, number: number(record), case: Case::of(kind, events), received: at(Event::Made), timer }
    }

    /// Opens a case for one of the office; they stand in the audit log for it, under its number.
    ///
    /// # Errors
    /// [`VaultError::UnknownRecord`] for what is no case.
    pub async fn case(&self, record: RecordId, staff: PersonId) -> Result<CaseView, AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let unknown = || VaultError::UnknownRecord(record);
        let person = self.vault().owner(record).await?.ok_or_else(unknown)?;
        let on_file = self.vault().person(policy, person).await?;
        let found = on_file.records.iter().find(|known| known.record == record).ok_or_else(unknown)?;
        let kind = policy.class(found.class).id.parse::<CaseKind>().map_err(|_| unknown())?;
        let opening = case_opening(staff, record, kind)?;
        let items = Some(policy.items_of(found.class));
        let mut records = match self.vault().read_person(policy, person, &opening, items, None, now).await {
            // Its clock ran out.
            Err(VaultError::NothingFor { .. }) => return Err(unknown().into()),
            other => other?,
        };
        records.retain(|opened| opened.record == record);
        let opened = records.pop().ok_or_else(unknown)?;
        let text = |name: &str| {
            let item = policy.item_named(name);
            let value = opened.items.iter().find(|(id, _)| Some(*id) == item);
            value.map_or("", |(_, value)| value.open(&opening).as_str())
        };
        let [what, channel, contact, course] = items_of(kind);
        let asked = Asked::parse(text(what));
        Ok(CaseView {
            line: self.case_line(record, kind, &found.events),
            person,
            is_member: on_file.membership != Membership::None,
            right: asked.right,
            channel: Channel::named(text(channel)),
            words: Personal::new(asked.words),
            contact: Personal::new(text(contact).to_owned()),
            note: Personal::new(if kind == CaseKind::Request { text(NOTE).to_owned() } else { String::new() }),
            course: serde_json::from_str(text(course)).unwrap_or_default(),
            ban: asked.ban.and_then(|ban| ban.parse().ok()),
            continues: asked.continues.and_then(|record| record.parse().ok()),
            language: if asked.language.as_deref() == Some("en") { Language::English } else { Language::Korean },
            opening,
        })
    }
}

impl CaseLine {
    /// Whether somebody waits for its answer.
    pub fn is_open(&self) -> bool {
        !matches!(self.case.step, CaseStep::Answered | CaseStep::Reopened)
    }

    /// Whether its last day went by without an answer.
    pub fn is_overdue(&self) -> bool {
        self.is_open() && self.timer.is_some_and(Timer::is_overdue)
    }
}

/// What one of the office opens a case for: the right, under the case's number.
fn case_opening(staff: PersonId, record: RecordId, kind: CaseKind) -> Result<Opening, PrivacyError> {
    let reason: ReasonCode = format!("{}-{}", kind.class(), number(record)).parse()?;
    Ok(Opening::new("rights", Reader::Staff(staff), Some(reason))?)
}

/// The program's own look, to do what was asked.
fn program() -> Result<Opening, PrivacyError> {
    Ok(Opening::new("rights", Reader::Program, None)?)
}

/// Somebody who is no member, with these records.
fn stranger(records: Vec<NewRecord>) -> NewPerson {
    let (organisation, role, membership) = (None, None, Membership::None);
    NewPerson { organisation, role, membership, consents: Vec::new(), records }
}

/// The right that a request names, which the policy has to list; none of a complaint.
fn right_of<'c>(policy: &Policy, new: &'c NewCase) -> Result<Option<&'c str>, AccountError> {
    match (new.kind, new.right.as_deref()) {
        (CaseKind::Complaint, _) => Ok(None),
        (CaseKind::Request, Some(name)) if policy.rights.iter().any(|right| right.id == name) => Ok(Some(name)),
        (CaseKind::Request, _) => Err(AccountError::Unusable { item: "right".into() }),
    }
}

/// Words that say something, and not more than a page does.
pub(super) fn written<'w>(item: &str, words: &'w str) -> Result<&'w str, AccountError> {
    let words = words.trim();
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    match words.chars().count() {
        0 => Err(AccountError::Missing { item: item.into() }),
        1..=MAX_WORDS if words.chars().all(is_text) => Ok(words),
        _ => Err(AccountError::Unusable { item: item.into() }),
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("JSON")
}
