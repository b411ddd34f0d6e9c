//! What a shop can learn from what it holds: shares of values over time, searches that found nothing, how right the machine is,
//! and what keys ask.
//!
//! Groups of fewer people than the policy's `small_cell` are never shown, and what is not shown enters no other figure.

mod periods;
mod shares;

pub use periods::{By, Period};
pub(crate) use shares::Overviews;
pub use shares::{ShareLine, ShareSource, Shares, SharesInput};

use crate::{App, AppError};
use jiff::{ToSpan, civil::Date};
use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};
use vestry_learn::measure::wilson;
use vestry_model::{AttributeId, KeyId, Oklab, OrganisationId, Taxonomy, ValueId, taxonomy::Value};
use vestry_search::words::{Nearest, Reader, Speller};
use vestry_store::{Key, TagCount};

/// Days that are looked back on, at most.
pub const MAX_DAYS: u32 = 366;
/// Words that found nothing, at most.
const UNMET: u32 = 100;
/// Values that are offered beside them.
const NEAR: usize = 3;

/// A value, and how many products have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearValue {
    /// Its attribute.
    pub attribute: AttributeId,
    /// The value.
    pub value: ValueId,
    /// Products that have it.
    pub products: u64,
}

/// Words that found nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmetWords {
    /// The words, normalised.
    pub words: String,
    /// In how many searches.
    pub searches: u64,
    /// The last day.
    pub last: Date,
    /// Values that they name.
    pub named: Vec<NearValue>,
    /// Values that come nearest to the rest, and that products have.
    pub nearest: Vec<NearValue>,
}

/// What searches did not find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmetSearches {
    /// The first day that counts.
    pub since: Date,
    /// Searches by words or filters.
    pub searches: u64,
    /// Of these, those that found nothing.
    pub empty: u64,
    /// In how many different hours words have to be searched for before they are shown.
    pub least: u32,
    /// The words, most frequent first.
    pub words: Vec<UnmetWords>,
}

/// How right the machine is about a value, as people answered in the review.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueQuality {
    /// Its attribute.
    pub attribute: AttributeId,
    /// The value; `None` for all of the attribute.
    pub value: Option<ValueId>,
    /// Answers.
    pub judged: u64,
    /// Of these, those that left it as it was.
    pub right: u64,
    /// The 95 % interval of the share (Wilson).
    pub interval: [f64; 2],
}

/// How right the machine is.
#[derive(Debug, Clone, PartialEq)]
pub struct Quality {
    /// Values with fewer answers are not shown, nor what they could be computed from.
    pub least: u32,
    /// Each attribute, and then its values, those with most answers first.
    pub lines: Vec<ValueQuality>,
}

/// What a key asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUsage {
    /// The key.
    pub key: Key,
    /// By area, such as `search`: requests, those that were refused, those that failed.
    pub areas: BTreeMap<String, [u64; 3]>,
    /// Requests by day, from the first day that counts to today.
    pub days: Vec<u64>,
}

/// What keys asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The first day that counts.
    pub since: Date,
    /// Each key that asked, or still may, newest first.
    pub keys: Vec<KeyUsage>,
}

impl App {
    /// The day `days` ago, today counted; an error beyond [`MAX_DAYS`].
    fn since(&self, days: u32) -> Result<Date, AppError> {
        if !(1..=MAX_DAYS).contains(&days) {
            return Err(AppError::BadRequest(format!("{days} days; ask for 1 to {MAX_DAYS}")));
        }
        let today = self.policy().local(self.now()).date();
        Ok(today.saturating_sub((i64::from(days) - 1).days()))
    }

    /// Searches of the last `days` days that found nothing, and what comes near.
    pub async fn unmet_searches(&self, organisation: OrganisationId, days: u32) -> Result<UnmetSearches, AppError> {
        let since = self.since(days)?;
        self.write_or_say().await;
        let mut snapshot = self.store().read().await?;
        let counted = snapshot.search_days(organisation, since).await?;
        let unmet = snapshot.unmet_since(organisation, since, UNMET).await?;
        let tags = snapshot.tag_counts(organisation).await?;
        drop(snapshot);
        let desk = Neighbours::new(&tags);
        let words = unmet.into_iter().map(|one| {
            let (named, nearest) = desk.of(&one.words);
            UnmetWords { words: one.words, searches: one.searches, last: one.day, named, nearest }
        });
        Ok(UnmetSearches {
            since,
            searches: counted.iter().map(|day| day.searches).sum(),
            empty: counted.iter().map(|day| day.empty).sum(),
            least: self.policy().small_cell,
            words: words.collect(),
        })
    }

    /// How right the machine is about each attribute and value, as people answered in the review.
    pub async fn quality(&self, organisation: OrganisationId) -> Result<Quality, AppError> {
        let least = self.policy().small_cell;
        let judged = self.store().read().await?.values_judged(organisation).await?;
        let line = |attribute: &AttributeId, value: Option<&ValueId>, judged: u64, right: u64| ValueQuality {
            attribute: attribute.clone(),
            value: value.cloned(),
            judged,
            right,
            interval: wilson(right as usize, judged as usize),
        };
        let mut lines = Vec::new();
        for of in judged.chunk_by(|a, b| a.attribute == b.attribute) {
            let (all, right) = (of.iter().map(|one| one.judged).sum::<u64>(), of.iter().map(|one| one.right).sum());
            if all < u64::from(least) {
                continue;
            }
            lines.push(line(&of[0].attribute, None, all, right));
            let mut values: Vec<_> =
                of.iter().map(|one| line(&one.attribute, Some(&one.value), one.judged, one.right)).collect();
            values.sort_by(|a, b| b.judged.cmp(&a.judged).then_with(|| a.value.cmp(&b.value)));
            let counts: Vec<u64> = values.iter().map(|one| one.judged).collect();
            values.truncate(shown(&counts, least.into()));
            lines.extend(values);
        }
        Ok(Quality { least, lines })
    }

    /// What each key asked in the last `days` days.
    pub async fn usage(&self, organisation: OrganisationId, days: u32) -> Result<Usage, AppError> {
        let since = self.since(days)?;
        self.write_or_say().await;
        let mut snapshot = self.store().read().await?;
        let keys = snapshot.keys(organisation).await?;
        let counted = snapshot.key_days(organisation, since).await?;
        let now = self.now();
        let mut of: HashMap<KeyId, KeyUsage> = HashMap::new();
        for key in keys {
            let usage = KeyUsage { areas: BTreeMap::new(), days: vec![0; days as usize], key };
            of.insert(usage.key.id, usage);
        }
        for one in counted {
            let Some(usage) = of.get_mut(&one.key) else { continue };
            let area = usage.areas.entry(one.area).or_default();
            for (sum, more) in area.iter_mut().zip([one.requests, one.refused, one.failed]) {
                *sum += more;
            }
            let at = (one.day - since).get_days() as usize;
            if let Some(day) = usage.days.get_mut(at) {
                *day += one.requests;
            }
        }
        let mut keys: Vec<KeyUsage> = of.into_values().collect();
        keys.retain(|usage| !usage.areas.is_empty() || usage.key.revoked.is_none_or(|at| now < at));
        keys.sort_by_key(|usage| std::cmp::Reverse((usage.key.created, usage.key.id)));
        Ok(Usage { since, keys })
    }
}

/// How many of `counts`, the largest first, may stand beside their sum: none below `least`, and not so many that what is left
/// out sums to less.
fn shown(counts: &[u64], least: u64) -> usize {
    let large = counts.partition_point(|count| *count >= least);
    let left_out = |shown: &usize| counts[*shown..].iter().sum::<u64>();
    (0..=large).rev().find(|shown| *shown == counts.len() || left_out(shown) >= least).unwrap_or(0)
}

/// What comes near to words that found nothing.
struct Neighbours<'a> {
    products: HashMap<(&'a AttributeId, &'a ValueId), u64>,
}

impl<'a> Neighbours<'a> {
    fn new(tags: &'a [TagCount]) -> Self {
        let mut products = HashMap::new();
        for tag in tags {
            *products.entry((&tag.attribute, &tag.value)).or_default() += tag.products;
        }
        Self { products }
    }

    fn with_products(&self, attribute: &AttributeId, value: &ValueId) -> NearValue {
        let products = self.products.get(&(attribute, value)).copied().unwrap_or(0);
        NearValue { attribute: attribute.clone(), value: value.clone(), products }
    }

    /// What words name, and what products have that comes nearest: to a value that none has, its kin; to a word that names
    /// nothing, what is written most like it.
    fn of(&self, words: &str) -> (Vec<NearValue>, Vec<NearValue>) {
        // Every name and synonym, prepared once.
        static READER: LazyLock<Reader> = LazyLock::new(|| Reader::new(Taxonomy::builtin()));
        static NEAREST: LazyLock<Nearest<'static>> = LazyLock::new(|| Nearest::new(Taxonomy::builtin()));
        let read = READER.read(words, &Speller::default()).unwrap_or_default();
        let named: Vec<NearValue> =
            read.values.iter().map(|value| self.with_products(&value.attribute, &value.value)).collect();
        let rest: Vec<&str> = read.rest.iter().map(|word| word.text.as_str()).collect();
        let kin = named.iter().filter(|near| near.products == 0).flat_map(|near| self.kin(near));
        let written = NEAREST.to(&rest.join(" "), 10 * NEAR).into_iter();
        let written = written.map(|(attribute, value)| self.with_products(&attribute, &value));
        let mut nearest: Vec<NearValue> = Vec::new();
        for near in kin.chain(written).filter(|near| near.products > 0) {
            if nearest.len() < NEAR && !nearest.contains(&near) && !named.contains(&near) {
                nearest.push(near);
            }
        }
        (named, nearest)
    }

    /// The broader values of one, then of a colour those that look most like it, of others those beside it with most products.
    fn kin(&self, of: &NearValue) -> Vec<NearValue> {
        let taxonomy = Taxonomy::builtin();
        let Some(attribute) = taxonomy.attribute(of.attribute.as_str()) else { return Vec::new() };
        let Some(own) = taxonomy.value(of.attribute.as_str(), of.value.as_str()) else { return Vec::new() };
        let with_products = |value: &Value| self.with_products(&of.attribute, &value.id);
        let broader = taxonomy.lineage(of.attribute.as_str(), of.value.as_str()).skip(1).map(with_products);
        let is_kin = |value: &&Value| match (&own.parent, &own.object) {
            _ if !own.rgb.is_empty() => true,
            (None, object) => object.is_some() && value.object == *object,
            (parent, _) => value.parent == *parent,
        };
        let mut kin: Vec<&Value> = attribute.values.iter().filter(is_kin).collect();
        let away = |value: &Value| {
            let pairs = own.rgb.iter().flat_map(|rgb| value.rgb.iter().map(|other| (*rgb, *other)));
            pairs.map(|(a, b)| Oklab::from(a).distance(b.into())).fold(f32::INFINITY, f32::min)
        };
        let most = |value: &Value| std::cmp::Reverse(with_products(value).products);
        kin.sort_by(|a, b| away(a).total_cmp(&away(b)).then_with(|| (most(a), &a.id).cmp(&(most(b), &b.id))));
        broader.chain(kin.into_iter().map(with_products)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_answers_are_not_told_nor_to_be_computed() {
        for (counts, told) in [
            ([].as_slice(), 0),
            (&[7, 5], 2),
            // 4 would be what the others leave of the sum.
            (&[9, 7, 4], 1),
            (&[9, 7, 4, 3], 2),
            (&[9, 4], 0),
            (&[4, 4], 0),
        ] {
            assert_eq!(shown(counts, 5), told, "{counts:?}");
        }
    }
}
