//! What a shop can learn from what it holds.

use super::{Frame, LinkView};
use askama::Template;

/// A section of the trends: what all of them have, and its body.
#[derive(Debug, Template)]
#[template(path = "trends.html")]
pub(crate) struct TrendsPage {
    pub(crate) frame: Frame,
    /// The sections; the one that is shown is first of its pair.
    pub(crate) tabs: Vec<Tab>,
    pub(crate) body: TrendsBody,
    /// Where the same is as CSV.
    pub(crate) csv: String,
}

/// A section beside others.
#[derive(Debug)]
pub(crate) struct Tab {
    pub(crate) link: LinkView,
    pub(crate) is_current: bool,
}

/// What is shown.
#[derive(Debug)]
pub(crate) enum TrendsBody {
    Shares(SharesView),
    Searches(UnmetView),
    Quality(Vec<QualityView>, String),
    Usage(Vec<UsageView>),
}

/// Something to choose.
#[derive(Debug)]
pub(crate) struct ChosenOption {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) is_chosen: bool,
}

/// Shares over time.
#[derive(Debug)]
pub(crate) struct SharesView {
    pub(crate) sources: Vec<ChosenOption>,
    pub(crate) attributes: Vec<ChosenOption>,
    pub(crate) bys: Vec<ChosenOption>,
    pub(crate) charts: Vec<ChartView>,
    /// From when to when.
    pub(crate) span: String,
    /// What there is to do where nothing is shown.
    pub(crate) empty: String,
    /// How it was measured, in sentences.
    pub(crate) how: Vec<String>,
    /// Where values go, and the first days of the periods.
    pub(crate) columns: Vec<String>,
    /// Of how many, in each column.
    pub(crate) of: Vec<String>,
    /// Each value with what stands in each column.
    pub(crate) rows: Vec<(String, Vec<String>)>,
}

/// A share over time as a picture 240 wide and 72 high.
#[derive(Debug)]
pub(crate) struct ChartView {
    pub(crate) name: String,
    /// The share in the last period that is over; where that shows nothing, in the one that is not.
    pub(crate) now: String,
    /// Where it goes.
    pub(crate) trend: String,
    /// `rising`, `falling` or empty.
    pub(crate) direction: &'static str,
    /// The share at the upper edge.
    pub(crate) top: String,
    /// The intervals of periods in a row, as corners.
    pub(crate) bands: Vec<String>,
    /// The shares of periods in a row, as points.
    pub(crate) lines: Vec<String>,
    /// The share of the period that is not over, and those that stand alone.
    pub(crate) dots: Vec<(String, String)>,
}

/// Searches that found nothing.
#[derive(Debug)]
pub(crate) struct UnmetView {
    pub(crate) searches: String,
    pub(crate) empty: String,
    /// Which words are shown.
    pub(crate) how: String,
    pub(crate) lines: Vec<UnmetLine>,
}

/// Words that found nothing.
#[derive(Debug)]
pub(crate) struct UnmetLine {
    pub(crate) words: String,
    pub(crate) searches: String,
    pub(crate) last: String,
    /// Values that they name, each with how many products have it.
    pub(crate) named: Vec<String>,
    /// Values that come nearest, and their products.
    pub(crate) nearest: Vec<LinkView>,
}

/// How right the machine is about an attribute.
#[derive(Debug)]
pub(crate) struct QualityView {
    pub(crate) name: String,
    pub(crate) all: QualityLine,
    pub(crate) values: Vec<QualityLine>,
}

/// How right the machine is.
#[derive(Debug)]
pub(crate) struct QualityLine {
    pub(crate) name: String,
    pub(crate) judged: String,
    pub(crate) right: String,
    /// The interval, and the share for a bar.
    pub(crate) interval: String,
    pub(crate) bar: String,
}

/// What a key asked.
#[derive(Debug)]
pub(crate) struct UsageView {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) total: String,
    /// Bars of a picture 240 wide and 40 high: from the left, from above, width, height.
    pub(crate) bars: Vec<[String; 4]>,
    pub(crate) areas: Vec<[String; 4]>,
}
