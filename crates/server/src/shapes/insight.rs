//! What a shop can learn from what it holds, as documents and as tables.

use super::{Name, tagging::name_of};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use vestry_app::{
    Count, Direction, KeyUsage, NearValue, Quality, Shares, Trend, UnmetSearches, Usage, ValueQuality, feed,
};
use vestry_model::{AttributeId, Taxonomy, ValueId};

/// Shares of an attribute's values over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SharesDocument {
    /// Of what: `catalogue`, `searches`, `clicks` or `sales`.
    pub source: String,
    /// Of which attribute.
    #[schema(example = "colour")]
    pub attribute: String,
    /// `week` or `month`.
    pub by: String,
    /// Groups of fewer people are not shown; 0 of products.
    pub least: u32,
    /// When it was counted.
    #[schema(example = "2026-03-02T01:02:03Z")]
    pub as_of: String,
    /// The periods, oldest first; the last one is not over.
    pub periods: Vec<PeriodShape>,
    /// The values, the most frequent first.
    pub values: Vec<ValueSharesShape>,
}

/// A week or a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PeriodShape {
    /// Its first day.
    #[schema(example = "2026-03-02")]
    pub from: String,
    /// Its last day.
    #[schema(example = "2026-03-08")]
    pub to: String,
    /// Whether it is over.
    pub is_over: bool,
    /// Of how many products, searches or visitors its shares are; absent where they are too few to show.
    pub of: Option<u64>,
}

/// A value's shares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ValueSharesShape {
    /// The value.
    #[schema(example = "navy")]
    pub value: String,
    /// Its name.
    pub name: Name,
    /// In each period; absent where it is too few to show.
    pub shares: Vec<Option<ShareShape>>,
    /// Where they go over the periods that are over; absent where fewer than three show anything.
    pub trend: Option<TrendShape>,
}

/// A share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ShareShape {
    /// How many.
    pub count: u64,
    /// The share, 0 to 1; absent of nobody.
    pub share: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<[f64; 2]>,
}

/// How a share changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrendShape {
    /// `rising`, `falling` or `unsure`.
    pub direction: String,
    /// From the first period to the last, −1 to 1.
    pub change: f64,
    /// Its interval: 95 % for all values together.
    pub interval: [f64; 2],
}

/// Searches that found nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnmetDocument {
    /// The first day that counts.
    #[schema(example = "2026-02-01")]
    pub since: String,
    /// Searches by words or filters.
    pub searches: u64,
    /// Of these, those that found nothing.
    pub empty: u64,
    /// In how many different hours words have to be searched for before they are shown.
    pub least: u32,
    /// The words, most frequent first.
    pub words: Vec<UnmetShape>,
}

/// Words that found nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnmetShape {
    /// The words.
    #[schema(example = "벨벳 블레이저")]
    pub words: String,
    /// In how many searches.
    pub searches: u64,
    /// The last day.
    #[schema(example = "2026-03-01")]
    pub last: String,
    /// Values that they name.
    pub named: Vec<NearShape>,
    /// Values that come nearest, and that products have.
    pub nearest: Vec<NearShape>,
}

/// A value, and how many products have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NearShape {
    /// Its attribute.
    #[schema(example = "colour")]
    pub attribute: String,
    /// The value.
    #[schema(example = "navy")]
    pub value: String,
    /// Its name.
    pub name: Name,
    /// Products that have it.
    pub products: u64,
}

/// How right the machine is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QualityDocument {
    /// Values with fewer answers are not shown, nor what they could be computed from.
    pub least: u32,
    /// Each attribute that people answered about, and then its values.
    pub lines: Vec<QualityShape>,
}

/// How right the machine is about an attribute or a value, as people answered in the review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QualityShape {
    /// The attribute.
    #[schema(example = "colour")]
    pub attribute: String,
    /// The value; absent for all of the attribute.
    #[schema(example = "navy")]
    pub value: Option<String>,
    /// Its name.
    pub name: Name,
    /// Answers.
    pub judged: u64,
    /// Of these, those that left it as it was.
    pub right: u64,
    /// The 95 % interval of the share.
    pub interval: [f64; 2],
}

/// What keys asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageDocument {
    /// The first day that counts.
    #[schema(example = "2026-02-01")]
    pub since: String,
    /// The keys, newest first.
    pub keys: Vec<KeyUsageShape>,
}

/// What a key asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyUsageShape {
    /// The key.
    pub key: i64,
    /// Its name.
    #[schema(example = "web")]
    pub name: String,
    /// Requests by day, today's last.
    pub days: Vec<u64>,
    /// By area, such as `search`.
    pub areas: BTreeMap<String, AreaUsageShape>,
}

/// Requests of an area.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AreaUsageShape {
    /// All.
    pub requests: u64,
    /// Those that were refused: a mistake of whoever asked.
    pub refused: u64,
    /// Those that failed: one of ours.
    pub failed: u64,
}

/// Four decimals: a share of ten thousand.
fn rounded(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}

impl From<Count> for ShareShape {
    fn from(count: Count) -> Self {
        let share = count.share().map(|share| share.map(rounded));
        Self { count: count.hits, share: share.map(|[s, ..]| s), interval: share.map(|[_, low, high]| [low, high]) }
    }
}

impl From<Trend> for TrendShape {
    fn from(trend: Trend) -> Self {
        let direction = match trend.direction {
            Direction::Rising => "rising",
            Direction::Falling => "falling",
            Direction::Unsure => "unsure",
        };
        let interval = trend.interval.map(rounded);
        Self { direction: direction.into(), change: rounded(trend.change), interval }
    }
}

impl SharesDocument {
    /// Shares, by the names of `taxonomy`.
    pub fn new(shares: Shares, taxonomy: &Taxonomy) -> Self {
        let attribute = shares.input.attribute.to_string();
        let period = |(period, of): (vestry_app::Period, Option<u64>)| PeriodShape {
            from: period.from.to_string(),
            to: period.to.to_string(),
            is_over: period.is_over,
            of,
        };
        let value = |line: vestry_app::ShareLine| ValueSharesShape {
            value: line.value.to_string(),
            name: name_of(taxonomy, &attribute, line.value.as_str()),
            shares: line.counts.into_iter().map(|count| count.map(Into::into)).collect(),
            trend: line.trend.map(Into::into),
        };
        Self {
            source: shares.input.source.as_str().into(),
            by: shares.input.by.as_str().into(),
            least: shares.least,
            as_of: shares.as_of.to_string(),
            periods: shares.periods.into_iter().zip(shares.of).map(period).collect(),
            values: shares.lines.into_iter().map(value).collect(),
            attribute,
        }
    }

    /// A line a value and period, each with where the value goes; what is too few to show has no count.
    pub fn csv(&self) -> String {
        let header = [
            "attribute",
            "value",
            "name_ko",
            "name_en",
            "from",
            "to",
            "is_over",
            "of",
            "count",
            "share",
            "low",
            "high",
            "direction",
            "change",
            "change_low",
            "change_high",
        ];
        let lines = self.values.iter().flat_map(|value| {
            self.periods.iter().zip(&value.shares).map(move |(period, share)| {
                let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
                let count = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
                let (names, interval) = (&value.name, share.and_then(|share| share.interval));
                let trend = value.trend.as_ref();
                vec![
                    self.attribute.clone(),
                    value.value.clone(),
                    names.ko.clone(),
                    names.en.clone(),
                    period.from.clone(),
                    period.to.clone(),
                    period.is_over.to_string(),
                    count(period.of),
                    count(share.map(|share| share.count)),
                    number(share.and_then(|share| share.share)),
                    number(interval.map(|[low, _]| low)),
                    number(interval.map(|[_, high]| high)),
                    trend.map(|trend| trend.direction.clone()).unwrap_or_default(),
                    number(trend.map(|trend| trend.change)),
                    number(trend.map(|trend| trend.interval[0])),
                    number(trend.map(|trend| trend.interval[1])),
                ]
            })
        });
        feed::csv_table(&header, lines)
    }
}

fn near(near: NearValue, taxonomy: &Taxonomy) -> NearShape {
    let name = name_of(taxonomy, near.attribute.as_str(), near.value.as_str());
    let (attribute, value) = (near.attribute.to_string(), near.value.to_string());
    NearShape { attribute, value, name, products: near.products }
}

impl UnmetDocument {
    /// Searches that found nothing, by the names of `taxonomy`.
    pub fn new(unmet: UnmetSearches, taxonomy: &Taxonomy) -> Self {
        let all = |values: Vec<NearValue>| values.into_iter().map(|value| near(value, taxonomy)).collect();
        let words = unmet.words.into_iter().map(|one| UnmetShape {
            words: one.words,
            searches: one.searches,
            last: one.last.to_string(),
            named: all(one.named),
            nearest: all(one.nearest),
        });
        Self {
            since: unmet.since.to_string(),
            searches: unmet.searches,
            empty: unmet.empty,
            least: unmet.least,
            words: words.collect(),
        }
    }

    /// A line for words.
    pub fn csv(&self) -> String {
        let values = |near: &[NearShape]| {
            let each = near.iter().map(|near| format!("{}={}", near.attribute, near.value));
            each.collect::<Vec<_>>().join("|")
        };
        let line = |one: &UnmetShape| {
            let counted = [one.searches.to_string(), one.last.clone()];
            [vec![one.words.clone()], counted.to_vec(), vec![values(&one.named), values(&one.nearest)]].concat()
        };
        feed::csv_table(&["words", "searches", "last", "named", "nearest"], self.words.iter().map(line))
    }
}

impl QualityDocument {
    /// How right the machine is, by the names of `taxonomy`.
    pub fn new(quality: Quality, taxonomy: &Taxonomy) -> Self {
        let name = |attribute: &AttributeId, value: Option<&ValueId>| match value {
            Some(value) => name_of(taxonomy, attribute.as_str(), value.as_str()),
            None => taxonomy.attribute(attribute.as_str()).map_or_else(
                || Name { ko: attribute.to_string(), en: attribute.to_string() },
                |known| Name::from(&known.name),
            ),
        };
        let line = |line: ValueQuality| QualityShape {
            name: name(&line.attribute, line.value.as_ref()),
            attribute: line.attribute.to_string(),
            value: line.value.map(|value| value.to_string()),
            judged: line.judged,
            right: line.right,
            interval: line.interval.map(rounded),
        };
        Self { least: quality.least, lines: quality.lines.into_iter().map(line).collect() }
    }

    /// A line an attribute and value; `*` for all values.
    pub fn csv(&self) -> String {
        let header = ["attribute", "value", "name_ko", "name_en", "judged", "right", "low", "high"];
        let line = |one: &QualityShape| {
            let value = one.value.clone().unwrap_or_else(|| "*".into());
            let words = vec![one.attribute.clone(), value, one.name.ko.clone(), one.name.en.clone()];
            let [low, high] = one.interval.map(|share| share.to_string());
            [words, vec![one.judged.to_string(), one.right.to_string(), low, high]].concat()
        };
        feed::csv_table(&header, self.lines.iter().map(line))
    }
}

impl From<Usage> for UsageDocument {
    fn from(usage: Usage) -> Self {
        let area = |[requests, refused, failed]: [u64; 3]| AreaUsageShape { requests, refused, failed };
        let key = |of: KeyUsage| KeyUsageShape {
            key: of.key.id.get(),
            name: of.key.name,
            days: of.days,
            areas: of.areas.into_iter().map(|(name, counts)| (name, area(counts))).collect(),
        };
        Self { since: usage.since.to_string(), keys: usage.keys.into_iter().map(key).collect() }
    }
}

impl UsageDocument {
    /// A line a key and area.
    pub fn csv(&self) -> String {
        let lines = self.keys.iter().flat_map(|key| {
            key.areas.iter().map(move |(area, counts)| {
                let counts = [counts.requests, counts.refused, counts.failed].map(|count| count.to_string());
                [vec![key.key.to_string(), key.name.clone(), area.clone()], counts.to_vec()].concat()
            })
        });
        feed::csv_table(&["key", "name", "area", "requests", "refused", "failed"], lines)
    }
}
