//! What is counted by the day: what searches ask for and do not find, and what keys ask.
//!
//! Counts gather in memory and are written every few seconds; a process that is killed loses those. Words that found nothing stay in
//! memory alone until they were searched for in as many different hours as the policy's smallest group has people: nobody says who
//! searches, and what one person types within an hour is not to be read by others.

use crate::{App, AppError};
use jiff::{Timestamp, civil::Date};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    future::Future,
    sync::Mutex,
    time::Duration,
};
use vestry_model::{AttributeId, KeyId, OrganisationId, Taxonomy, ValueId};
use vestry_search::{Answer, Filter, FilterTest, words::normalise};
use vestry_store::{AskedDay, DayCounts, KeyDay, SearchDay, UnmetDay};

/// How often counts are written.
const WRITE_EVERY: Duration = Duration::from_secs(5);
/// Words that found nothing and are remembered; the oldest go first.
const REMEMBERED: usize = 10_000;
/// Longer words are not remembered.
const LONGEST_WORDS: usize = 100;
/// Digits that may be somebody's number.
const NUMBER: usize = 7;

/// How a request of a key ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was answered.
    Answered,
    /// It was refused: a mistake of whoever asked.
    Refused,
    /// It failed: one of ours.
    Failed,
}

/// What was counted and not yet written.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: Mutex<Counts>,
    unmet: Mutex<Unmet>,
}

/// What is counted on a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Counted {
    /// Searches, and how many found nothing.
    Search(OrganisationId, Date),
    /// Searches that asked for a value.
    Asked(OrganisationId, Date, AttributeId, ValueId),
    /// Searches for words that found nothing.
    Unmet(OrganisationId, Date, String),
    /// Requests of a key, those that were refused and those that failed.
    Key(KeyId, Date, &'static str),
}

/// How many; what is counted by one or two numbers leaves the others 0.
type Counts = BTreeMap<Counted, [u64; 3]>;

fn add(counts: &mut Counts, counted: Counted, more: [u64; 3]) {
    let sums = counts.entry(counted).or_default();
    sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

/// Words that found nothing.
#[derive(Debug, Default)]
struct Unmet {
    words: HashMap<(OrganisationId, String), Waiting>,
    order: VecDeque<(OrganisationId, String)>,
}

/// Words that wait for enough to have asked for them.
#[derive(Debug, Default)]
struct Waiting {
    /// The hours, since 1970, in which they were searched for.
    hours: BTreeSet<i64>,
    searches: u64,
}

impl Unmet {
    /// How many searches for these words may be counted now: none while they were asked for in fewer hours than `least`.
    fn ask(&mut self, organisation: OrganisationId, words: String, at: Timestamp, least: u32) -> u64 {
        let key = (organisation, words);
        let waiting = self.words.entry(key.clone()).or_insert_with(|| {
            self.order.push_back(key);
            Waiting::default()
        });
        waiting.hours.insert(at.as_second().div_euclid(3_600));
        while waiting.hours.len() > least as usize {
            waiting.hours.pop_first();
        }
        waiting.searches += 1;
        let is_known = waiting.hours.len() >= least as usize;
        let searches = if is_known { std::mem::take(&mut waiting.searches) } else { 0 };
        while self.order.len() > REMEMBERED {
            if let Some(oldest) = self.order.pop_front() {
                self.words.remove(&oldest);
            }
        }
        searches
    }
}

/// Words as they are counted; `None` for what may be somebody's address or number, and for what is too long.
fn countable(words: &str) -> Option<String> {
    let words = normalise(words).split_whitespace().collect::<Vec<_>>().join(" ");
    let digits = words.chars().filter(char::is_ascii_digit).count();
    let is_somebody = words.contains('@') || digits >= NUMBER;
    (!words.is_empty() && words.chars().count() <= LONGEST_WORDS && !is_somebody).then_some(words)
}

fn rows(counts: &Counts) -> DayCounts {
    let mut rows = DayCounts::default();
    for (counted, &[searches, empty, third]) in counts {
        match counted.clone() {
            Counted::Search(organisation, day) => {
                rows.searches.push(SearchDay { organisation, day, searches, empty });
            }
            Counted::Asked(organisation, day, attribute, value) => {
                rows.asked.push(AskedDay { organisation, day, attribute, value, searches });
            }
            Counted::Unmet(organisation, day, words) => {
                rows.unmet.push(UnmetDay { organisation, day, words, searches });
            }
            Counted::Key(key, day, area) => {
                let (requests, refused, failed) = (searches, empty, third);
                rows.keys.push(KeyDay { key, day, area: area.into(), requests, refused, failed });
            }
        }
    }
    rows
}

/// What a search asks for: in its words, and by its filters. What a shop's own fields hold is not the taxonomy's, and not counted.
fn asked_values(taxonomy: &Taxonomy, filters: &[Filter], answer: &Answer) -> BTreeSet<(AttributeId, ValueId)> {
    let mut values: BTreeSet<(AttributeId, ValueId)> = answer.named.iter().cloned().collect();
    for filter in filters {
        let FilterTest::AnyOf(any) = &filter.test else { continue };
        let known = any.iter().filter_map(|value| taxonomy.value(&filter.field, value));
        let attribute = taxonomy.attribute(&filter.field).map(|attribute| &attribute.id);
        values.extend(known.filter_map(|value| Some((attribute?.clone(), value.id.clone()))));
    }
    values
}

impl App {
    /// Counts a search of a shopper; only what is said in words or by filters.
    pub(crate) fn count_search(
        &self,
        organisation: OrganisationId,
        words: Option<&str>,
        filters: &[Filter],
        answer: &Answer,
    ) {
        if words.is_none() && filters.is_empty() {
            return;
        }
        let now = self.now();
        let day = self.policy().local(now).date();
        let words = words.filter(|_| answer.total == 0).and_then(countable);
        let unmet = words.map(|words| {
            let mut unmet = self.tally().unmet.lock().expect("no holder panics");
            let searches = unmet.ask(organisation, words.clone(), now, self.policy().small_cell);
            (words, searches)
        });
        let mut counts = self.tally().counts.lock().expect("no holder panics");
        add(&mut counts, Counted::Search(organisation, day), [1, u64::from(answer.total == 0), 0]);
        for (attribute, value) in asked_values(self.taxonomy(), filters, answer) {
            add(&mut counts, Counted::Asked(organisation, day, attribute, value), [1, 0, 0]);
        }
        if let Some((words, searches)) = unmet.filter(|(_, searches)| *searches > 0) {
            add(&mut counts, Counted::Unmet(organisation, day, words), [searches, 0, 0]);
        }
    }

    /// Counts a request of a key.
    pub fn count_request(&self, key: KeyId, area: &'static str, ending: Ending) {
        let day = self.policy().local(self.now()).date();
        let mut counts = self.tally().counts.lock().expect("no holder panics");
        let is = |other| u64::from(ending == other);
        add(&mut counts, Counted::Key(key, day, area), [1, is(Ending::Refused), is(Ending::Failed)]);
    }

    /// Writes what was counted; what cannot be written waits for the next time.
    pub async fn write_counts(&self) -> Result<(), AppError> {
        let counts = std::mem::take(&mut *self.tally().counts.lock().expect("no holder panics"));
        if counts.is_empty() {
            return Ok(());
        }
        let written = self.put_counts(&rows(&counts)).await;
        if written.is_err() {
            let mut held = self.tally().counts.lock().expect("no holder panics");
            counts.into_iter().for_each(|(counted, more)| add(&mut held, counted, more));
        }
        written
    }

    pub(crate) async fn put_counts(&self, counts: &DayCounts) -> Result<(), AppError> {
        let mut tx = self.store().begin().await?;
        tx.add_counts(counts).await?;
        Ok(tx.commit().await?)
    }

    /// Writes what was counted every few seconds, and a last time once `stop` comes.
    pub(crate) async fn keep_counting(&self, stop: impl Future<Output = ()>) {
        let keeping = async {
            loop {
                tokio::time::sleep(WRITE_EVERY).await;
                self.write_or_say().await;
            }
        };
        tokio::select! { () = stop => {}, () = keeping => {} }
        self.write_or_say().await;
    }

    /// Writes what was counted. Whoever reads is not refused because it cannot be written.
    pub(crate) async fn write_or_say(&self) {
        if let Err(error) = self.write_counts().await {
            tracing::error!(%error, "counts for the insight pages wait; they are written the next time");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: OrganisationId = OrganisationId::from_row(1);

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + 60 * minutes).expect("an instant")
    }

    #[test]
    fn words_wait_for_as_many_hours_as_a_group_has_people() {
        let mut unmet = Unmet::default();
        let mut ask = |words: &str, minutes| unmet.ask(SHOP, words.into(), at(minutes), 3);
        assert_eq!((0..20).map(|minute| ask("velvet", minute)).sum::<u64>(), 0, "one hour is one person");
        assert_eq!(ask("velvet", 60), 0);
        assert_eq!(ask("velour", 120), 0);
        assert_eq!(ask("velvet", 120), 22, "all of them count at last");
        assert_eq!(ask("velvet", 121), 1);
    }

    #[test]
    fn only_so_many_words_are_remembered() {
        let mut unmet = Unmet::default();
        unmet.ask(SHOP, "first".into(), at(0), 2);
        (0..REMEMBERED).for_each(|number| {
            unmet.ask(SHOP, format!("words {number}"), at(0), 2);
        });
        assert_eq!((unmet.words.len(), unmet.order.len()), (REMEMBERED, REMEMBERED));
        assert_eq!(unmet.ask(SHOP, "first".into(), at(60), 2), 0, "the oldest went");
    }

    #[test]
    fn what_may_be_somebody_is_not_counted() {
        for (words, counted) in [
            ("  벨벳   블레이저 ", Some("벨벳 블레이저")),
            ("VELVET", Some("velvet")),
            ("size 100 205", Some("size 100 205")),
            ("kim@example.org", None),
            ("010 1234 5678", None),
            ("   ", None),
        ] {
            assert_eq!(countable(words).as_deref(), counted, "{words}");
        }
        assert_eq!(countable(&"a".repeat(101)), None);
    }
}
