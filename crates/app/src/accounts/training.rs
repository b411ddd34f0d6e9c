//! The training log of the operator's people: who was trained in what, and when.

use super::AccountError;
use crate::Privacy;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use vestry_policy::Event;
use vestry_vault::{PersonId, Reader, VaultError};

/// The longest name of a training, in characters.
const MAX_WHAT: usize = 200;
/// The most trainings that are kept of somebody; the oldest give way.
const MOST: usize = 50;

/// A training of one of the staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Training {
    /// The day.
    pub day: Date,
    /// In what.
    pub what: String,
}

impl Privacy {
    /// Writes a training of one of the staff into their log.
    ///
    /// # Errors
    /// [`AccountError::Unusable`] for a day to come or a name that is none.
    pub async fn note_training(&self, person: PersonId, what: &str, day: Date) -> Result<(), AccountError> {
        const ITEM: &str = "staff_training";
        let (policy, what) = (self.policy(), what.trim());
        let unusable = || AccountError::Unusable { item: ITEM.into() };
        let is_name = (1..=MAX_WHAT).contains(&what.chars().count()) && !what.chars().any(char::is_control);
        if !is_name || day > policy.local(self.now()).date() {
            return Err(unusable());
        }
        self.vault().role(person).await?.0.filter(|role| role.is_staff()).ok_or(VaultError::UnknownPerson(person))?;
        let opened = self.open_items(person, "accountability", Reader::Program, &[ITEM]).await?;
        let mut log = trainings(opened.text(policy, ITEM));
        log.push(Training { day, what: what.to_owned() });
        log.sort_by_key(|training| training.day);
        let log = &log[log.len().saturating_sub(MOST)..];
        let last = log.last().map_or(day, |training| training.day);
        self.put_item(policy, person, "staff", ITEM, serde_json::to_string(log).expect("JSON")).await?;
        let on_file = self.vault().person(policy, person).await?;
        let class = policy.class_named("staff");
        for account in on_file.records.iter().filter(|record| Some(record.class) == class) {
            let at = policy.first_moment(last);
            self.vault().put_event(policy, account.record, Event::Trained, Some(at)).await?;
        }
        Ok(())
    }

    /// How many of the staff were never trained, or so long ago that the policy asks for another training. Nothing is opened
    /// for it.
    pub async fn training_due(&self) -> Result<u64, AccountError> {
        let policy = self.policy();
        let Some(period) = policy.staff_training else { return Ok(0) };
        let today = policy.local(self.now()).date();
        let staff = self.vault().with_roles(None).await?;
        let events = self.vault().events_of("staff").await?;
        let is_due = |person: &PersonId| {
            let trained = events
                .iter()
                .filter(|(of, _)| of == person)
                .flat_map(|(_, events)| events)
                .filter(|(event, _)| *event == Event::Trained)
                .map(|(_, at)| policy.local(*at))
                .max();
            // Of a training the day is known alone, which does not count itself.
            let last = trained.and_then(|at| period.last_day(at.date().at(12, 0, 0, 0)).ok());
            last.is_none_or(|last| last < today)
        };
        Ok(staff.iter().filter(|(person, _)| is_due(person)).count() as u64)
    }
}

/// A training log as it is sealed; empty when there is none.
pub(super) fn trainings(text: Option<&str>) -> Vec<Training> {
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}
