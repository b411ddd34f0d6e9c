//! What a shop can learn from what it holds: shares over time, searches that found nothing, how right the machine is, what keys ask.

use super::{address, frame, shown};
use crate::{
    api::insights::{DAYS, SharesQuery, written},
    pages::{
        ChartView, ChosenOption, Frame, LinkView, QualityLine, QualityView, SharesView, Tab, TrendsBody, TrendsPage,
        UnmetLine, UnmetView, UsageView,
    },
    problem::Problem,
    session::Session,
    shapes::{NearShape, QualityDocument, QualityShape, SharesDocument, UnmetDocument, UsageDocument},
    state::Server,
    words::Words,
};
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use std::iter::once;
use vestry_app::{By, Count, Direction, ShareLine, ShareSource, Shares, Trend, Usage};

/// Values that have a picture; all have their row in the table.
const CHARTS: usize = 12;
/// A picture's width and height.
const SIZE: [f64; 2] = [240.0, 72.0];
/// The height of the bars of a key.
const BARS: f64 = 40.0;

type Answer = Result<Response, Problem>;

/// What an address asks for; how the page is to be shown stands beside it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    source: Option<String>,
    attribute: Option<String>,
    by: Option<String>,
    periods: Option<usize>,
    days: Option<u32>,
    /// `csv` for the table alone.
    format: Option<String>,
}

/// The sections of the trends, for a page of one of them.
pub(super) fn tabs(frame: &Frame, current: &str) -> Vec<Tab> {
    let all = [
        ("/trends", frame.words.t("trends-shares"), true),
        ("/trends/searches", frame.words.t("trends-unmet"), true),
        ("/trends/quality", frame.words.t("trends-quality"), true),
        ("/recommendations", frame.words.t("recommendations"), true),
        ("/trends/usage", frame.words.t("trends-usage"), frame.may.own),
    ];
    let tab = |(href, text, _): (&str, String, bool)| Tab {
        link: LinkView { href: href.into(), text },
        is_current: href == current,
    };
    all.into_iter().filter(|(.., is_open)| *is_open).map(tab).collect()
}

fn page(frame: Frame, path: &str, query: &[(&str, &str)], body: TrendsBody) -> Answer {
    let with_format = query.iter().copied().chain([("format", "csv")]);
    let (tabs, csv) = (tabs(&frame, path), address(path, with_format));
    Ok(shown(&TrendsPage { tabs, csv, body, frame })?.into_response())
}

/// `GET /trends`.
pub(crate) async fn shares(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    let Asked { source, attribute, by, periods, .. } = asked;
    let query = SharesQuery { source, attribute, by, periods, format: None };
    let shares = server.app.shares(session.organisation(), query.input()?).await?;
    if let Some(format) = asked.format.as_deref() {
        let document = SharesDocument::new(shares, server.app.taxonomy());
        return written(&document, SharesDocument::csv, (Some(format), "shares"));
    }
    let frame = frame(&server, &session, &headers, &uri, "trends").await?;
    let body = TrendsBody::Shares(shares_view(&server, &shares, frame.words));
    let input = &shares.input;
    let periods = input.periods.to_string();
    let asked = [
        ("source", input.source.as_str()),
        ("attribute", input.attribute.as_str()),
        ("by", input.by.as_str()),
        ("periods", &periods),
    ];
    page(frame, "/trends", &asked, body)
}

/// `GET /trends/searches`.
pub(crate) async fn searches(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    let days = asked.days.unwrap_or(DAYS);
    let unmet = server.app.unmet_searches(session.organisation(), days).await?;
    let document = UnmetDocument::new(unmet, server.app.taxonomy());
    if let Some(format) = asked.format.as_deref() {
        return written(&document, UnmetDocument::csv, (Some(format), "searches"));
    }
    let frame = frame(&server, &session, &headers, &uri, "trends").await?;
    let view = unmet_view(&document, &server.app.policy().small_cell.to_string(), frame.words);
    page(frame, "/trends/searches", &[("days", &days.to_string())], TrendsBody::Searches(view))
}

/// `GET /trends/quality`.
pub(crate) async fn quality(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    let quality = server.app.quality(session.organisation()).await?;
    let document = QualityDocument::new(quality, server.app.taxonomy());
    if let Some(format) = asked.format.as_deref() {
        return written(&document, QualityDocument::csv, (Some(format), "quality"));
    }
    let frame = frame(&server, &session, &headers, &uri, "trends").await?;
    let views = quality_views(&document, frame.words);
    let how = frame.words.a("quality-how", &document.least.to_string());
    page(frame, "/trends/quality", &[], TrendsBody::Quality(views, how))
}

/// `GET /trends/usage`.
pub(crate) async fn usage(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    let days = asked.days.unwrap_or(DAYS);
    let usage = server.app.usage(session.organisation(), days).await?;
    if let Some(format) = asked.format.as_deref() {
        return written(&UsageDocument::from(usage), UsageDocument::csv, (Some(format), "usage"));
    }
    let frame = frame(&server, &session, &headers, &uri, "trends").await?;
    let views = usage_views(&usage, frame.words);
    page(frame, "/trends/usage", &[("days", &days.to_string())], TrendsBody::Usage(views))
}

/// A share as a percentage, with a decimal where it is small.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent < 10.0 { format!("{percent:.1}%") } else { format!("{percent:.0}%") }
}

/// What a source is called, how it is measured, and what there is to do where it shows nothing.
const fn source_words(source: ShareSource) -> [&'static str; 3] {
    match source {
        ShareSource::Catalogue => {
            [
                /* word */ "trends-catalogue",
                /* word */ "trends-how-catalogue",
                /* word */ "trends-empty-catalogue",
            ]
        }
        ShareSource::Searches => {
            [
                /* word */ "trends-searches",
                /* word */ "trends-how-searches",
                /* word */ "trends-empty-searches",
            ]
        }
        ShareSource::Clicks => {
            [
                /* word */ "trends-clicks",
                /* word */ "trends-how-clicks",
                /* word */ "trends-empty-clicks",
            ]
        }
        ShareSource::Sales => {
            [/* word */ "trends-sales", /* word */ "trends-how-sales", /* word */ "trends-empty-sales"]
        }
    }
}

fn shares_view(server: &Server, shares: &Shares, words: Words) -> SharesView {
    let (input, taxonomy) = (&shares.input, server.app.taxonomy());
    let choice = |id: &str, name: String, is_chosen| ChosenOption { id: id.into(), name, is_chosen };
    let name = |value: &str| {
        let known = taxonomy.value(input.attribute.as_str(), value);
        known.map_or_else(|| value.to_owned(), |known| known.name.pick(words.is_korean()).to_owned())
    };
    let cell = |count: &Option<Count>| match count {
        Some(count) => count.share().map_or_else(|| "–".into(), |[share, ..]| percent(share)),
        None => words.t("trends-few"),
    };
    let row = |line: &ShareLine| {
        let cells = once(trend(line.trend.as_ref(), words)).chain(line.counts.iter().map(cell));
        (name(line.value.as_str()), cells.collect())
    };
    let [_, measured, empty] = source_words(input.source);
    let mut how = vec![words.t(measured), words.t("trends-how-interval")];
    let least = shares.least.to_string();
    match input.source {
        ShareSource::Catalogue => {}
        ShareSource::Searches => how.push(words.a("trends-how-least-searches", &least)),
        ShareSource::Clicks | ShareSource::Sales => how.push(words.a("trends-how-least", &least)),
    }
    SharesView {
        sources: ShareSource::ALL
            .into_iter()
            .map(|one| choice(one.as_str(), words.t(source_words(one)[0]), one == input.source))
            .collect(),
        attributes: taxonomy
            .attributes()
            .iter()
            .map(|one| choice(one.id.as_str(), one.name.pick(words.is_korean()).into(), one.id == input.attribute))
            .collect(),
        bys: By::ALL
            .into_iter()
            .map(|by| {
                let name = match by {
                    By::Week => words.t("trends-week"),
                    By::Month => words.t("trends-month"),
                };
                choice(by.as_str(), name, by == input.by)
            })
            .collect(),
        charts: shares.lines.iter().take(CHARTS).map(|line| chart(line, name(line.value.as_str()), words)).collect(),
        span: match (shares.periods.first(), shares.periods.last()) {
            (Some(first), Some(last)) => format!("{} – {}", first.from, last.to),
            _ => String::new(),
        },
        empty: words.t(empty),
        how,
        columns: once(words.t("trends-change"))
            .chain(shares.periods.iter().map(|period| period.from.to_string()))
            .collect(),
        of: once(String::new())
            .chain(shares.of.iter().map(|of| of.map_or_else(|| words.t("trends-few"), |of| words.number(of))))
            .collect(),
        rows: shares.lines.iter().map(row).collect(),
    }
}

/// The upper edge of a picture: the next of 1, 2, 5, 10, 20, 50 and 100 % above all that is to be seen.
fn edge(highest: f64) -> f64 {
    [0.01, 0.02, 0.05, 0.1, 0.2, 0.5].into_iter().find(|edge| highest <= *edge).unwrap_or(1.0)
}

fn chart(line: &ShareLine, name: String, words: Words) -> ChartView {
    let shares: Vec<Option<[f64; 3]>> = line.counts.iter().map(|count| count.and_then(Count::share)).collect();
    let top = edge(shares.iter().flatten().map(|[.., high]| *high).fold(0.0, f64::max));
    let x = |at: usize| format!("{:.1}", SIZE[0] * at as f64 / (shares.len().max(2) - 1) as f64);
    let y = |share: f64| format!("{:.1}", SIZE[1] * (1.0 - share / top));
    let point = |at: usize, share: f64| format!("{},{}", x(at), y(share));
    let over = shares.len().saturating_sub(1);
    let (mut bands, mut lines, mut dots) = (Vec::new(), Vec::new(), Vec::new());
    let shown: Vec<(usize, [f64; 3])> =
        shares[..over].iter().enumerate().filter_map(|(at, share)| Some((at, (*share)?))).collect();
    for row in shown.chunk_by(|(a, _), (b, _)| a + 1 == *b) {
        if let [(at, [share, ..])] = row {
            dots.push((x(*at), y(*share)));
            continue;
        }
        let upper = row.iter().map(|(at, [_, _, high])| point(*at, *high));
        let lower = row.iter().rev().map(|(at, [_, low, _])| point(*at, *low));
        bands.push(upper.chain(lower).collect::<Vec<_>>().join(" "));
        lines.push(row.iter().map(|(at, [share, ..])| point(*at, *share)).collect::<Vec<_>>().join(" "));
    }
    if let Some(Some([share, ..])) = shares.last() {
        dots.push((x(over), y(*share)));
    }
    let last = shares[..over].last().copied().flatten().or(shares.last().copied().flatten());
    ChartView {
        name,
        now: last.map_or_else(|| "–".into(), |[share, ..]| percent(share)),
        trend: trend(line.trend.as_ref(), words),
        direction: match line.trend.map(|trend| trend.direction) {
            Some(Direction::Rising) => "rising",
            Some(Direction::Falling) => "falling",
            Some(Direction::Unsure) | None => "",
        },
        top: words.a("trends-top", &percent(top)),
        bands,
        lines,
        dots,
    }
}

fn trend(trend: Option<&Trend>, words: Words) -> String {
    let Some(trend) = trend else { return words.t("trends-short") };
    let [change, low, high] = [trend.change, trend.interval[0], trend.interval[1]].map(|share| 100.0 * share);
    let figures = format!("{change:+.1} ({low:+.1} – {high:+.1})");
    match trend.direction {
        Direction::Rising => words.a("trends-rising", &figures),
        Direction::Falling => words.a("trends-falling", &figures),
        Direction::Unsure => words.a("trends-unsure", &figures),
    }
}

fn unmet_view(document: &UnmetDocument, least: &str, words: Words) -> UnmetView {
    let name = |near: &NearShape| format!("{} ({})", near.name.pick(words.is_korean()), words.number(near.products));
    let line = |one: &crate::shapes::UnmetShape| UnmetLine {
        words: one.words.clone(),
        searches: words.number(one.searches),
        last: one.last.clone(),
        named: one.named.iter().map(name).collect(),
        nearest: one
            .nearest
            .iter()
            .map(|near| LinkView {
                href: address("/catalogue", [(near.attribute.as_str(), near.value.as_str())]),
                text: name(near),
            })
            .collect(),
    };
    UnmetView {
        searches: words.number(document.searches),
        empty: words.number(document.empty),
        how: words.a("unmet-how", least),
        lines: document.words.iter().map(line).collect(),
    }
}

fn quality_views(document: &QualityDocument, words: Words) -> Vec<QualityView> {
    let line = |one: &QualityShape| {
        let [low, high] = one.interval.map(|share| 100.0 * share);
        let share = 100.0 * one.right as f64 / one.judged.max(1) as f64;
        let name = one.name.pick(words.is_korean()).to_owned();
        QualityLine {
            name: if one.value.is_none() { words.t("quality-all") } else { name },
            judged: words.number(one.judged),
            right: format!("{share:.0}%"),
            interval: format!("{low:.0} – {high:.0}%"),
            bar: format!("{share:.0}"),
        }
    };
    let view = |of: &[QualityShape]| {
        let (all, values) = of.split_first()?;
        let name = all.name.pick(words.is_korean()).to_owned();
        Some(QualityView { name, all: line(all), values: values.iter().map(line).collect() })
    };
    document.lines.chunk_by(|a, b| a.attribute == b.attribute).filter_map(view).collect()
}

/// What the parts of the API are about, in the words of their pages; how its paths call them is for programs.
const AREAS: [(&str, &str); 10] = [
    ("search", /* word */ "search"),
    ("recommend", /* word */ "recommendations"),
    ("events", /* word */ "usage-events"),
    ("visitors", /* word */ "usage-visitors"),
    ("products", /* word */ "catalogue"),
    ("images", /* word */ "usage-images"),
    ("learn", /* word */ "taught"),
    ("insights", /* word */ "trends"),
    ("jobs", /* word */ "job-kind"),
    ("keys", /* word */ "keys"),
];

fn area_name(area: &str, words: Words) -> String {
    AREAS.iter().find(|(of, _)| *of == area).map_or_else(|| words.t("usage-other"), |(_, word)| words.t(word))
}

fn usage_views(usage: &Usage, words: Words) -> Vec<UsageView> {
    let view = |of: &vestry_app::KeyUsage| {
        let most = of.days.iter().copied().max().unwrap_or(0).max(1) as f64;
        let width = SIZE[0] / of.days.len().max(1) as f64;
        let bar = |(at, count): (usize, &u64)| {
            let height = (BARS - 1.0) * *count as f64 / most;
            [width * at as f64, BARS - 0.5 - height, 0.8 * width, height].map(|number| format!("{number:.1}"))
        };
        let area = |(name, counts): (&String, &[u64; 3])| {
            let [requests, refused, failed] = counts.map(|count| words.number(count));
            [area_name(name, words), requests, refused, failed]
        };
        UsageView {
            name: of.key.name.clone(),
            kind: super::keys::kind(&of.key.kind, words),
            total: words.n("usage-total", of.days.iter().sum::<u64>()),
            bars: of.days.iter().enumerate().filter(|(_, count)| **count > 0).map(bar).collect(),
            areas: of.areas.iter().map(area).collect(),
        }
    };
    usage.keys.iter().map(view).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    fn line(counts: &[Option<(u64, u64)>]) -> ShareLine {
        let counts = counts.iter().map(|count| count.map(|(hits, of)| Count { hits, of })).collect();
        ShareLine { value: vestry_model::ValueId::new("navy").expect("a value"), counts, trend: None }
    }

    #[test]
    fn a_picture_has_a_gap_where_nothing_is_shown() {
        let counts = [Some((10, 100)), Some((20, 100)), None, Some((30, 100)), None, Some((20, 100)), Some((30, 100))];
        let view = chart(&line(&counts), "navy".into(), Words(Language::English));
        assert_eq!(view.lines, ["0.0,57.6 40.0,43.2"], "two in a row; those alone are dots");
        assert_eq!(
            view.dots,
            [("120.0", "28.8"), ("200.0", "43.2"), ("240.0", "28.8")].map(|(x, y)| (x.into(), y.into()))
        );
        assert_eq!((view.bands.len(), view.top.contains("50%"), view.now.as_str()), (1, true, "20%"));
    }

    #[test]
    fn one_period_and_none_are_drawn() {
        let view = chart(&line(&[Some((0, 0))]), "navy".into(), Words(Language::English));
        assert_eq!((view.lines.len(), view.dots.len(), view.now.as_str()), (0, 0, "–"));
        let view = chart(&line(&[Some((1, 4))]), "navy".into(), Words(Language::English));
        assert_eq!(view.dots.len(), 1);
    }
}
