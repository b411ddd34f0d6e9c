//! What is written down of use: that somebody came, and what they searched for. Each is sealed with a clock of its own:
//! visits go by whole days, records of use in years, and with an objection at once.
//!
//! A search is not made to wait for being written down. What was searched for stays in memory for a minute, sealed from
//! sight, and is written as one record a person; a process that dies loses that minute, which nobody was promised.

use super::{AccountError, Device, record};
use crate::{App, Privacy, PrivacyError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, future::Future, sync::Mutex, time::Duration};
use vestry_policy::{Event, Membership};
use vestry_vault::{DayRecord, Opening, PersonId, Personal, Reader, VaultError};

/// Searches of one person that are kept between two writings; further ones are not.
const SEARCHES_AT_MOST: usize = 100;
/// Persons whose searches are kept between two writings.
const PEOPLE_AT_MOST: usize = 10_000;
/// How often what was searched for is written.
const WRITTEN_EVERY: Duration = Duration::from_secs(60);

/// A search, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Searched {
    at: Timestamp,
    words: String,
    /// Whether a photo was shown; the photo itself is forgotten with the answer.
    photo: bool,
}

/// What members searched for and is not written yet.
#[derive(Debug, Default)]
pub(crate) struct Searches(Mutex<HashMap<PersonId, Vec<Noted>>>);

/// A search that is not written yet.
#[derive(Debug)]
struct Noted {
    at: Timestamp,
    words: Personal<String>,
    photo: bool,
}

impl Privacy {
    /// Notes that somebody came: from where, with what, and when.
    pub(super) async fn note_visit(&self, person: PersonId, device: &Device) -> Result<(), AccountError> {
        let (policy, now) = (self.policy(), self.now());
        let Some(class) = policy.class_named("visit") else { return Ok(()) };
        let values = [
            ("ip_address", device.network.clone()),
            ("access_log", device.name.clone()),
            ("visit_time", now.to_string()),
        ];
        // A version that does not list one of them takes it from nobody.
        let items = values.into_iter().filter_map(|(name, value)| Some((policy.item_named(name)?, value.into())));
        let visit = DayRecord { person: Some(person), items: items.collect() };
        Ok(self.vault().add_day_records(policy, class, &[visit], now).await?)
    }

    /// Notes what a member searched for; written with the next round.
    pub fn note_search(&self, person: PersonId, words: &str, photo: bool) {
        let mut searches = self.searches().0.lock().expect("no holder panics");
        if searches.len() >= PEOPLE_AT_MOST && !searches.contains_key(&person) {
            return;
        }
        let of = searches.entry(person).or_default();
        if of.len() < SEARCHES_AT_MOST {
            of.push(Noted { at: self.now(), words: Personal::new(words.to_owned()), photo });
        }
    }

    /// Writes what was searched for, one record a person; how many. Whoever left meanwhile has none.
    pub async fn write_searches(&self) -> Result<u64, AccountError> {
        let taken = std::mem::take(&mut *self.searches().0.lock().expect("no holder panics"));
        let (policy, mut written) = (self.policy(), 0);
        if policy.item_named("searches").is_none() {
            return Ok(0);
        }
        let opening = Opening::new("service", Reader::Program, None).map_err(PrivacyError::from)?;
        for (person, searches) in taken {
            let searched =
                |noted: Noted| Searched { at: noted.at, words: noted.words.open(&opening).clone(), photo: noted.photo };
            let list: Vec<Searched> = searches.into_iter().map(searched).collect();
            let text = serde_json::to_string(&list).expect("searches are JSON");
            let new = record(policy, "usage", vec![("searches", text)], vec![(Event::Made, self.now())])?;
            // Whoever left meanwhile is written of no more.
            match self.vault().person(policy, person).await {
                Ok(on_file) if matches!(on_file.membership, Membership::Active { .. }) => {}
                Ok(_) | Err(VaultError::UnknownPerson(_)) => continue,
                Err(error) => return Err(error.into()),
            }
            self.vault().add_record(policy, person, &new).await?;
            written += 1;
        }
        Ok(written)
    }
}

impl App {
    /// Writes what members searched for, every minute and once more at `stop`.
    pub(crate) async fn keep_searches(&self, stop: impl Future<Output = ()>) {
        let Some(privacy) = self.privacy() else { return stop.await };
        let write = async || {
            if let Err(error) = privacy.write_searches().await {
                let error = vestry_vault::causes(&error);
                tracing::error!(%error, "what was searched for in the last minute is not written down");
            }
        };
        let writing = async {
            loop {
                tokio::time::sleep(WRITTEN_EVERY).await;
                write().await;
            }
        };
        tokio::select! { () = stop => {}, () = writing => {} }
        write().await;
    }
}
