//! Samples of the trends.

use super::{frame, pick, tiles};
use crate::{
    pages::*,
    words::{Language, Words},
};

fn tabs(words: Words) -> Vec<Tab> {
    let tab = |text: String, is_current| Tab { link: LinkView { href: "/trends".into(), text }, is_current };
    vec![
        tab(words.t("trends-shares"), true),
        tab(words.t("trends-unmet"), false),
        tab(words.t("recommendations"), false),
    ]
}

fn page(language: Language, theme: Theme, body: TrendsBody) -> TrendsPage {
    let csv = "/trends?format=csv".into();
    TrendsPage { tabs: tabs(Words(language)), csv, body, frame: frame(language, theme, "trends") }
}

pub(super) fn shares(language: Language, theme: Theme, is_empty: bool) -> TrendsPage {
    let words = Words(language);
    let choices = |names: &[String]| {
        let choice = |(at, name): (usize, &String)| ChosenOption {
            id: format!("c{at}"),
            name: name.clone(),
            is_chosen: at == 0,
        };
        names.iter().enumerate().map(choice).collect::<Vec<_>>()
    };
    let chart = |name: &str, direction: &'static str, trend: String| ChartView {
        name: name.into(),
        now: "23%".into(),
        trend,
        direction,
        top: words.a("trends-top", "50%"),
        bands: vec!["0.0,50.0 40.0,44.0 80.0,40.0 120.0,36.0 120.0,48.0 80.0,52.0 40.0,56.0 0.0,62.0".into()],
        lines: vec!["0.0,56.0 40.0,50.0 80.0,46.0 120.0,42.0".into()],
        dots: vec![("200.0".into(), "40.0".into()), ("240.0".into(), "36.0".into())],
    };
    let figures = "+4.1 (+1.2 – +7.0)";
    let charts = vec![
        chart(pick(language, "남색", "navy"), "rising", words.a("trends-rising", figures)),
        chart(pick(language, "검정", "black"), "falling", words.a("trends-falling", figures)),
        chart(pick(language, "카키", "khaki"), "", words.a("trends-unsure", figures)),
        chart(pick(language, "하늘색", "sky blue"), "", words.t("trends-short")),
    ];
    let change = words.t("trends-change");
    let columns: Vec<String> =
        [&change, "2026-09-07", "2026-09-14", "2026-09-21", "2026-09-28"].map(Into::into).to_vec();
    let row = |name: &str| {
        let goes = words.a("trends-rising", figures);
        (name.to_owned(), vec![goes, "12%".into(), words.t("trends-few"), "8.0%".into(), "–".into()])
    };
    let view = SharesView {
        sources: choices(&[words.t("trends-clicks"), words.t("trends-sales")]),
        attributes: choices(&[pick(language, "색", "colour").into()]),
        bys: choices(&[words.t("trends-week"), words.t("trends-month")]),
        charts: if is_empty { Vec::new() } else { charts },
        span: "2026-09-07 – 2026-10-04".into(),
        empty: words.t("trends-empty-clicks"),
        how: vec![words.t("trends-how-clicks"), words.t("trends-how-interval"), words.a("trends-how-least", "5")],
        of: vec![String::new(), "1,204".into(), "1,311".into(), words.t("trends-few"), "0".into()],
        rows: vec![row(pick(language, "남색", "navy")), row(pick(language, "검정", "black"))],
        columns,
    };
    page(language, theme, TrendsBody::Shares(view))
}

pub(super) fn searches(language: Language, theme: Theme) -> TrendsPage {
    let words = Words(language);
    let near = |text: &str| LinkView { href: "/catalogue?category=jacket".into(), text: text.into() };
    let line = |typed: &str, named: &[&str], nearest: Vec<LinkView>| UnmetLine {
        words: typed.into(),
        searches: "41".into(),
        last: "2026-11-23".into(),
        named: named.iter().map(|text| (*text).into()).collect(),
        nearest,
    };
    let lines = vec![
        line(
            "벨벳 블레이저",
            &[pick(language, "블레이저 (0)", "blazer (0)")],
            vec![near(pick(language, "재킷 (212)", "jacket (212)"))],
        ),
        line("크리스탈 글라스", &[], Vec::new()),
    ];
    let how = words.a("unmet-how", "5");
    page(
        language,
        theme,
        TrendsBody::Searches(UnmetView { searches: "12,804".into(), empty: "311".into(), how, lines }),
    )
}

pub(super) fn quality(language: Language, theme: Theme) -> TrendsPage {
    let line = |name: &str, right: u32| QualityLine {
        name: name.into(),
        judged: "128".into(),
        right: format!("{right}%"),
        interval: format!("{} – {}%", right - 6, right + 4),
        bar: right.to_string(),
    };
    let view = QualityView {
        name: pick(language, "색", "colour").into(),
        all: line(&Words(language).t("quality-all"), 88),
        values: vec![line(pick(language, "남색", "navy"), 91), line(pick(language, "검정", "black"), 79)],
    };
    page(language, theme, TrendsBody::Quality(vec![view], Words(language).a("quality-how", "5")))
}

pub(super) fn usage(language: Language, theme: Theme) -> TrendsPage {
    let words = Words(language);
    let bar = |at: u32| [format!("{}.0", 8 * at), format!("{}.5", 39 - at), "6.4".into(), format!("{at}.0")];
    let key = |name: &str, kind: String| UsageView {
        name: name.into(),
        kind,
        total: words.n("usage-total", 12_804u64),
        bars: (0..30).map(bar).collect(),
        areas: vec![["search".into(), "12,800".into(), "12".into(), "0".into()]],
    };
    let keys = vec![key("web", words.t("kind-publishable")), key("server", words.t("kind-secret"))];
    page(language, theme, TrendsBody::Usage(keys))
}

pub(super) fn forgotten(model: &str) -> Vec<ForgettingView> {
    let line = |after: Option<&str>| ForgettingView {
        at: "2026-11-23 20:11".into(),
        model: model.into(),
        before: "6f1d0c9e21aa7d04".into(),
        after: after.map(Into::into),
    };
    vec![line(Some("5b1f0c9e21aa7d04")), line(None)]
}

pub(super) fn recommended(language: Language, theme: Theme) -> RecommendedPage {
    let words = Words(language);
    let list = |title: String| RecommendedList { title, tiles: tiles(language, 6, true) };
    RecommendedPage {
        seen: "SKU-1, SKU-2".into(),
        unknown: words.a("recommended-unknown", "SKU-9"),
        lists: vec![
            list(words.t("recommended-for-you")),
            RecommendedList { title: words.a("recommended-goes-with", "SKU-2"), tiles: Vec::new() },
            list(words.a("recommended-similar", "SKU-2")),
            list(words.t("recommended-popular")),
        ],
        facts: vec![
            (words.t("recommender-visitors"), "1,204".into()),
            (words.t("recommender-weights"), "1 : 1 : 2".into()),
            (words.t("taught-lineage"), "ab".repeat(32)),
        ],
        forgotten: forgotten(&words.t("recommender")),
        tabs: tabs(words),
        frame: frame(language, theme, "trends"),
    }
}
