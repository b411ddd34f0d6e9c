//! Sample values of every page, rendered by a test. `VESTRY_PREVIEW=DIR cargo test -p vestry-server pages` also
//! writes them as files, to be looked at.
#![cfg(test)]

mod account;
mod insight;

use super::{review::*, *};
use crate::words::Language;

const COLOURS: [(&str, &str, &str); 6] = [
    ("#1d2a4d", "남색", "navy"),
    ("#20201f", "검정", "black"),
    ("#e9e4d8", "아이보리", "ivory"),
    ("#a5342f", "빨강", "red"),
    ("#7d8a5c", "카키", "khaki"),
    ("#9fb7d1", "하늘색", "sky blue"),
];
const TITLES: [(&str, &str); 6] = [
    ("하운드투스 울 블렌드 오버핏 재킷", "Houndstooth wool-blend oversized jacket"),
    ("브이넥 7부 소매 줄무늬 블라우스", "V-neck three-quarter sleeve striped blouse"),
    ("맘핏 연청 데님", "Mom-fit light denim"),
    ("플리츠 롱 원피스", "Pleated long dress"),
    ("반팔 티셔츠", "Short-sleeve T-shirt"),
    ("캔버스 스니커즈", "Canvas sneakers"),
];

pub(crate) fn frame(language: Language, theme: Theme, section: &'static str) -> Frame {
    Frame {
        words: Words(language),
        theme,
        section,
        shop: if language == Language::Korean { "한빛상점".into() } else { "Hanbit Shop".into() },
        csrf: "0f".repeat(16),
        you: "key-1".into(),
        may: May { edit: true, own: true, me: true },
        find: String::new(),
        here: "/catalogue".into(),
        to_review: 37,
        unkept: true,
        notes: vec![LinkView {
            href: "/policy/2027-01-01/changes".into(),
            text: Words(language).a("policy-coming", "2027-01-01"),
        }],
    }
}

fn public_frame(language: Language, theme: Theme, offer: Offer) -> PublicFrame {
    PublicFrame {
        words: Words(language),
        theme,
        asked: Some(language),
        other: format!("/policy?lang={}", language.other().code()),
        here: format!("/policy?lang={}", language.code()),
        offer,
    }
}

/// The built-in policy with a version to come.
fn policy(language: Language, theme: Theme) -> PolicyPage {
    let words = Words(language);
    let policy = vestry_policy::Policy::read(vestry_policy::BUILTIN, vestry_policy::BUILTIN_FILE).expect("a policy");
    let line = |name: &str, state: String, is_this: bool| VersionLine {
        name: name.into(),
        href: format!("/policy/{name}"),
        from: name.into(),
        state,
        changes: (!is_this).then(|| format!("/policy/{name}/changes")),
        is_this,
    };
    let log = ["log-entries", "log-signed", "log-head", "log-key"].map(|name| (words.t(name), "0f".repeat(32)));
    PolicyPage {
        log: Some(log.into()),
        frame: public_frame(language, theme, Offer::Choice),
        page: policy.page(crate::public::spoken(words)),
        standing: words.a("policy-is", "2019-08-01"),
        is_in_force: true,
        versions: vec![
            line("2027-01-01", words.t("policy-to-come"), false),
            line("2019-08-01", words.t("policy-in-force"), true),
        ],
        coming: Some(ComingView {
            text: words.a("policy-coming", "2027-01-01"),
            href: "/policy/2027-01-01".into(),
            changes: "/policy/2027-01-01/changes".into(),
        }),
        transfers: vec![LinkView {
            href: "/notices/00000000000000000000000000000001".into(),
            text: words.a("transfer-posting", pick(language, "새봄(주)", "Saebom Co.")),
        }],
    }
}

fn changes(language: Language, theme: Theme) -> ChangesPage {
    let words = Words(language);
    let says = SaysView {
        name: pick(language, "기간", "Period").into(),
        was: pick(language, "방문부터 3개월", "3 months from the visit").into(),
        is: pick(language, "방문부터 1개월", "1 month from the visit").into(),
    };
    ChangesPage {
        frame: public_frame(language, theme, Offer::Nothing),
        version: "2027-01-01".into(),
        from: "2027-01-01".into(),
        href: "/policy/2027-01-01".into(),
        before: Some(("2019-08-01".into(), "/policy/2019-08-01".into())),
        changes: vec![
            ChangeView { kind: words.t("change-regime"), name: String::new(), says: Vec::new() },
            ChangeView {
                kind: words.t("change-retention-changed"),
                name: pick(language, "방문 기록", "visits").into(),
                says: vec![says],
            },
        ],
        coming: None,
    }
}

fn cookies(language: Language, theme: Theme) -> CookiesPage {
    let line = |name: &str, ko: &str, en: &str, essential| CookieLine {
        name: name.into(),
        says: pick(language, ko, en).into(),
        keep: pick(language, "6개월", "6 months").into(),
        essential,
        agreed: false,
    };
    CookiesPage {
        frame: public_frame(language, theme, Offer::Nothing),
        lines: vec![
            line("vestry_session", "로그인을 이어 갑니다", "keeps a login", true),
            line("vestry_theme", "고른 밝기로 화면을 보여 줍니다", "shows pages light or dark", false),
        ],
        refused: true,
        chosen: false,
        signed_in: true,
    }
}

fn pick<'a>(language: Language, ko: &'a str, en: &'a str) -> &'a str {
    if language == Language::Korean { ko } else { en }
}

fn tiles(language: Language, count: usize, why: bool) -> Vec<TileView> {
    (0..count)
        .map(|at| {
            let (hex, ko, en) = COLOURS[at % 6];
            let (title_ko, title_en) = TITLES[(at * 5) % 6];
            let chip = |ko: &str, en: &str, look, dot: Option<&str>| Chip {
                text: pick(language, ko, en).into(),
                look: ChipLook(look),
                dot: dot.map(Into::into),
            };
            TileView {
                href: format!("/products/SKU-{at}"),
                alike: format!("/search?like=SKU-{at}"),
                title: pick(language, title_ko, title_en).into(),
                price: pick(language, "39,000원", "₩39,000").into(),
                picture: PictureView {
                    id: (at % 7 != 6).then_some(at as i64),
                    alt: pick(language, title_ko, title_en).into(),
                    tone: Some(hex.into()),
                },
                chips: vec![
                    chip("원피스", "dress", if at % 3 == 0 { Look::Person } else { Look::Machine }, None),
                    chip(ko, en, Look::Machine, Some(hex)),
                    chip("줄무늬", "striped", if at % 4 == 1 { Look::Question } else { Look::Machine }, None),
                ],
                why: if why {
                    pick(language, "모양 0.91 · 남색 · 줄무늬", "look 0.91 · navy · striped").into()
                } else {
                    String::new()
                },
            }
        })
        .collect()
}

fn facets(language: Language) -> Vec<FacetView> {
    let value = |ko: &str, en: &str, count: u64, picked, dot: Option<&str>| FacetValueView {
        name: pick(language, ko, en).into(),
        count: Words(language).number(count),
        href: "/catalogue?category=dress".into(),
        picked,
        dot: dot.map(Into::into),
    };
    let categories = [
        ("원피스", "dress", 1212),
        ("셔츠", "shirt", 188),
        ("티셔츠", "T-shirt", 164),
        ("바지", "trousers", 97),
        ("스커트", "skirt", 80),
        ("재킷", "jacket", 66),
        ("코트", "coat", 41),
        ("니트", "knit", 40),
        ("신발", "shoes", 12),
        ("모자", "hat", 4),
    ];
    vec![
        FacetView {
            name: pick(language, "종류", "Category").into(),
            open: true,
            values: categories.iter().enumerate().map(|(at, (ko, en, n))| value(ko, en, *n, at == 0, None)).collect(),
        },
        FacetView {
            name: pick(language, "색", "Colour").into(),
            open: true,
            values: COLOURS.iter().map(|(hex, ko, en)| value(ko, en, 120, false, Some(hex))).collect(),
        },
        FacetView {
            name: pick(language, "무늬", "Print").into(),
            open: false,
            values: vec![value("줄무늬", "striped", 44, false, None)],
        },
    ]
}

fn catalogue(language: Language, theme: Theme) -> CataloguePage {
    CataloguePage {
        frame: frame(language, theme, "catalogue"),
        tiles: tiles(language, 24, false),
        facets: facets(language),
        picked: vec![LinkView { text: pick(language, "원피스", "dress").into(), href: "/catalogue".into() }],
        total: 1284,
        to_review: 37,
        first: None,
        next: Some("/catalogue?cursor=x".into()),
        demo: false,
    }
}

fn empty(language: Language, theme: Theme) -> CataloguePage {
    CataloguePage {
        tiles: vec![],
        facets: vec![],
        picked: vec![],
        total: 0,
        to_review: 0,
        next: None,
        ..catalogue(language, theme)
    }
}

fn search(language: Language, theme: Theme, found: bool) -> SearchPage {
    let words = Words(language);
    SearchPage {
        frame: frame(language, theme, "search"),
        form: SeekForm {
            words: if found { pick(language, "남색 줄무늬", "navy striped").into() } else { String::new() },
            cut_off: "0".into(),
            weights: [
                ("look", words.t("weight-look")),
                ("colour", words.t("weight-colour")),
                ("words", words.t("weight-words")),
            ]
            .map(|(id, name)| WeightView { id, name, value: "1".into() })
            .into(),
            like: found.then(|| LikeView {
                sku: "SKU-1".into(),
                title: pick(language, "플리츠 롱 원피스", "Pleated long dress").into(),
                href: "/products/SKU-1".into(),
            }),
            kept: vec![("category".into(), "dress".into())],
        },
        examples: vec![LinkView {
            text: pick(language, "검정 줄무늬", "black striped").into(),
            href: "/search?words=x".into(),
        }],
        results: found.then(|| ResultsView {
            total: 48,
            approximate: true,
            corrected: Some(pick(language, "줄무늬", "striped").into()),
            seen: tiles(language, 2, false).remove(1).chips,
            tiles: tiles(language, 12, true),
            next: Some("/search?cursor=x".into()),
        }),
    }
}

fn tag_rows(language: Language) -> Vec<TagRow> {
    let option = |id: &str, ko: &str, en: &str| OptionView { id: id.into(), name: pick(language, ko, en).into() };
    let tag = |value: &str, ko: &str, en: &str, look, percent, dot: Option<&str>| TagView {
        value: value.into(),
        name: pick(language, ko, en).into(),
        state: TagLook(look),
        percent,
        source: Words(language).t("source-person"),
        dot: dot.map(Into::into),
    };
    let row = |id: &str, ko: &str, en: &str, tags: Vec<TagView>| TagRow {
        attribute: id.into(),
        name: pick(language, ko, en).into(),
        tags,
        options: vec![
            option("dress", "원피스", "dress"),
            option("navy", "남색", "navy"),
            option("v-neck", "브이넥", "V-neck"),
        ],
    };
    vec![
        row("category", "종류", "Category", vec![tag("dress", "원피스", "dress", Look::Person, None, None)]),
        row(
            "colour",
            "색",
            "Colour",
            vec![
                tag("navy", "남색", "navy", Look::Machine, Some(94), Some("#1d2a4d")),
                tag("ivory", "아이보리", "ivory", Look::Machine, Some(71), Some("#e9e4d8")),
            ],
        ),
        row("print", "무늬", "Print", vec![tag("striped", "줄무늬", "striped", Look::Machine, Some(88), None)]),
        row(
            "neckline",
            "네크라인",
            "Neckline",
            vec![tag("v-neck", "브이넥", "V-neck", Look::Question, Some(41), None)],
        ),
    ]
}

fn product(language: Language, theme: Theme) -> ProductPage {
    let rows = tag_rows(language);
    ProductPage {
        frame: frame(language, theme, "catalogue"),
        sku: "HB-2041-NV".into(),
        title: pick(language, TITLES[3].0, TITLES[3].1).into(),
        subtitle: pick(language, TITLES[3].1, TITLES[3].0).into(),
        brand: pick(language, "한빛", "Hanbit").into(),
        price: pick(language, "89,000원", "₩89,000").into(),
        description: pick(
            language,
            "가볍게 떨어지는 주름 원단으로 만든 긴 원피스예요.",
            "A long dress in a light pleated cloth.",
        )
        .into(),
        link: Some("https://shop.example/p/2041".into()),
        facts: vec![(pick(language, "시즌", "season").into(), "2026 SS".into())],
        main_picture: PictureView { id: Some(3), alt: "front".into(), tone: Some("#1d2a4d".into()) },
        pictures: (3..6)
            .map(|id| PictureView { id: Some(id), alt: id.to_string(), tone: Some("#1d2a4d".into()) })
            .collect(),
        tags_action: "/products/HB-2041-NV/tags".into(),
        addable: rows.clone(),
        rows,
        history: vec![HistoryLine {
            at: "2026-11-23T12:04:00Z".into(),
            shown: "2026-11-23 21:04".into(),
            attribute: pick(language, "종류", "Category").into(),
            change: pick(language, "셔츠 → 원피스", "shirt → dress").into(),
            who: Words(language).t("who-you"),
            undone: false,
        }],
        alike: tiles(language, 6, true),
        goes_with: tiles(language, 4, true),
    }
}

fn job(language: Language, theme: Theme) -> JobPage {
    let words = Words(language);
    JobPage {
        kind: words.t("job-import"),
        frame: frame(language, theme, "imports"),
        running: true,
        finished: false,
        state: words.t("state-running"),
        percent: 62,
        done: words.number(796_u64),
        total: words.number(1284_u64),
        rate: "34".into(),
        left: words.n("left-seconds", 15_u64),
        error_count: "2".into(),
        errors: vec![
            ErrorLine { line: "17".into(), value: "무료".into(), message: words.n("refusal-bad-price", 0_u64) },
            ErrorLine {
                line: "203".into(),
                value: "http://169.254.169.254/".into(),
                message: words.n("refusal-private-address", 0_u64),
            },
        ],
        failed: None,
    }
}

fn mapping(language: Language, theme: Theme) -> MappingPage {
    let options: Vec<OptionView> = ["", "sku", "title", "price", "images"]
        .iter()
        .map(|id| OptionView {
            id: (*id).into(),
            name: if id.is_empty() { Words(language).t("mapping-ignore") } else { (*id).into() },
        })
        .collect();
    let column = |name: &str, example: &str, chosen: &str| ColumnView {
        name: name.into(),
        example: example.into(),
        chosen: chosen.into(),
        options: options.clone(),
    };
    MappingPage {
        frame: frame(language, theme, "imports"),
        name: "catalogue-2026-11.csv".into(),
        upload: "0a".repeat(16),
        columns: vec![
            column("상품코드", "HB-2041-NV, HB-2042-BK", "sku"),
            column("상품명", "플리츠 롱 원피스, 맘핏 연청 데님", "title"),
            column("판매가", "89000, 59000", "price"),
            column("대표이미지", "https://cdn.example/2041.jpg", "images"),
            column("메모", "재입고", ""),
        ],
        problem: None,
    }
}

fn taught(language: Language, theme: Theme) -> TaughtPage {
    let words = Words(language);
    let dot = |at: usize| ReliabilityDot {
        x: format!("{}", 10 * at + 8),
        y: format!("{}", 98 - 10 * at),
        sure: format!("{}", 10 * at + 8),
        right: format!("{}", 10 * at + 2),
        count: 30,
    };
    let version = |id: i64, standing: &str| HeadLine {
        id,
        at: format!("2026-11-0{id} 10:20"),
        who: "key-1".into(),
        right: "90".into(),
        right_before: "88".into(),
        standing: words.t(standing),
        is_in_use: standing == "head-in-use",
        manifest: "0f".repeat(8),
        model: "1f".repeat(8),
    };
    let one = |name: &str, verdict: &str, is_good: bool| TaughtView {
        id: "category".into(),
        name: name.into(),
        shipped: "apparel@3".into(),
        judgements: 412,
        examples: 300,
        held_out: 300,
        right: "91".into(),
        right_before: "88".into(),
        difference: "+3.0 (+0.4 – +5.6)".into(),
        verdict: words.t(verdict),
        is_good,
        ece: "0.031".into(),
        dots: (0..10).map(dot).collect(),
        curve: [(10, "48"), (20, "57"), (50, "71")]
            .map(|(answers, right)| CurveLine { answers, right: right.into() })
            .into(),
        distrusted: if is_good { Vec::new() } else { vec![format!("{} 00ff", words.t("reader-colleague"))] },
        lineage: "6f1d".repeat(16),
        is_new: is_good,
        versions: if is_good { vec![version(2, "head-in-use"), version(1, "head-stands")] } else { Vec::new() },
    };
    TaughtPage {
        attributes: vec![
            one(pick(language, "카테고리", "category"), "taught-promote", true),
            one(pick(language, "무늬", "print"), "taught-few", false),
        ],
        forgotten: insight::forgotten(pick(language, "카테고리 3", "Category 3")),
        frame: frame(language, theme, "review"),
    }
}

fn keys(language: Language, theme: Theme) -> KeysPage {
    let words = Words(language);
    let key = |id, name: &str, kind: String, live| KeyLine {
        id,
        name: name.into(),
        kind,
        origins: if id == 2 { "https://shop.example".into() } else { String::new() },
        created: "2026-11-01 09:12".into(),
        used: if live { "2026-11-23 21:02".into() } else { words.t("never") },
        live,
    };
    KeysPage {
        frame: frame(language, theme, "keys"),
        made: Some(format!("vp_{}", "5e".repeat(32))),
        keys: vec![
            key(1, "first start", words.t("kind-secret"), true),
            key(2, "storefront", words.t("kind-publishable"), true),
            key(3, "old", words.t("kind-secret"), false),
        ],
    }
}

fn review(language: Language, theme: Theme, state: Look) -> ReviewPage {
    let proposal = |(ko, en): (&str, &str), percent| ProposalView {
        value: en.into(),
        name: pick(language, ko, en).into(),
        percent,
        why: if percent.is_none() { Words(language).t("review-from-alike") } else { String::new() },
        dot: None,
    };
    ReviewPage {
        frame: frame(language, theme, "review"),
        only: String::new(),
        order: "",
        other_order: None,
        start: "/review".into(),
        filters: [("모두", "All", 1241), ("종류", "Category", 212), ("목선", "Neckline", 37), ("무늬", "Print", 992)]
            .into_iter()
            .map(|(ko, en, count)| ReviewFilter {
                name: pick(language, ko, en).into(),
                count: Words(language).number(count as u64),
                href: "/review?attribute=print".into(),
                picked: count == 1241,
            })
            .collect(),
        counts: ReviewCounts { to_review: 37, suggested: 1204, reviewed: 310, today: 12 },
        accuracy: Some(AccuracyView {
            attribute: pick(language, "목선", "Neckline").into(), percent: 79, judged: 24
        }),
        note: None,
        question: Some(QuestionView {
            at: "q_0.43_1_neckline_v-neck".into(),
            attribute: pick(language, "목선", "Neckline").into(),
            state: TagLook(state),
            title: pick(language, TITLES[1].0, TITLES[1].1).into(),
            href: "/products/SKU-1".into(),
            picture: tiles(language, 1, false).remove(0).picture,
            proposals: vec![
                proposal(("브이넥", "V-neck"), Some(43)),
                proposal(("라운드넥", "round neck"), Some(31)),
                proposal(("보트넥", "boat neck"), Some(9)),
                proposal(("하이넥", "high neck"), Some(0)),
                proposal(("셔츠 칼라", "shirt collar"), None),
            ],
            options: vec![OptionView { id: "v-neck".into(), name: pick(language, "브이넥", "V-neck").into() }],
            history: product(language, theme).history,
            here: "/review?at=q_0.43_1_neckline_v-neck".into(),
            skip: "/review?after=q_0.43_1_neckline_v-neck".into(),
            alike: "/review/alike".into(),
            following: Some(2),
        }),
        last: Some(StepView {
            id: 1,
            attribute: pick(language, "종류", "Category").into(),
            change: pick(language, "셔츠 → 원피스", "shirt → dress").into(),
            title: pick(language, TITLES[3].0, TITLES[3].1).into(),
            products: 1,
            alike: Some("/review/alike".into()),
        }),
    }
}

fn teaching(language: Language, theme: Theme) -> ReviewPage {
    ReviewPage {
        only: "neckline".into(),
        order: "teach",
        other_order: Some("/review?attribute=neckline".into()),
        ..review(language, theme, Look::Question)
    }
}

fn reviewed(language: Language, theme: Theme) -> ReviewPage {
    ReviewPage {
        question: None,
        only: "neckline".into(),
        other_order: Some("/review?attribute=neckline&order=teach".into()),
        counts: ReviewCounts { to_review: 0, suggested: 0, reviewed: 310, today: 310 },
        note: Some(Words(language).t("review-left-alone")),
        last: None,
        ..review(language, theme, Look::Machine)
    }
}

fn alike(language: Language, theme: Theme) -> AlikePage {
    let choice = |(at, tile): (usize, TileView)| ChoiceView {
        key: format!("{at}=v-neck"),
        title: tile.title,
        href: tile.href,
        picture: tile.picture,
        said: pick(language, "브이넥", "V-neck").into(),
        state: TagLook(if at % 2 == 0 { Look::Question } else { Look::Machine }),
        percent: 43,
        likeness: "0.91".into(),
        chosen: at % 3 != 2,
    };
    AlikePage {
        frame: frame(language, theme, "review"),
        attribute: pick(language, "목선", "Neckline").into(),
        title: pick(language, TITLES[1].0, TITLES[1].1).into(),
        href: "/products/SKU-1".into(),
        answer: "v-neck".into(),
        kept: vec![("product".into(), "1".into())],
        options: vec![OptionView { id: "v-neck".into(), name: pick(language, "브이넥", "V-neck").into() }],
        choices: tiles(language, 8, false).into_iter().enumerate().map(choice).collect(),
        back: "/review".into(),
    }
}

/// Every page's name and its text.
fn all(language: Language, theme: Theme) -> Vec<(&'static str, String)> {
    let words = Words(language);
    let render = |page: &dyn askama::DynTemplate| page.dyn_render().expect("the page renders");
    let mut pages = account::all(language, theme, render);
    pages.extend(vec![
        ("catalogue", render(&catalogue(language, theme))),
        ("catalogue-empty", render(&empty(language, theme))),
        ("search", render(&search(language, theme, true))),
        ("search-empty", render(&search(language, theme, false))),
        ("product", render(&product(language, theme))),
        ("review", render(&review(language, theme, Look::Question))),
        ("review-sure", render(&review(language, theme, Look::Machine))),
        ("review-teaching", render(&teaching(language, theme))),
        ("review-empty", render(&reviewed(language, theme))),
        ("alike", render(&alike(language, theme))),
        (
            "imports",
            render(&ImportsPage {
                frame: frame(language, theme, "imports"),
                jobs: vec![JobLine {
                    kind: words.t("job-import"),
                    href: "/imports/1".into(),
                    started: "2026-11-23 20:11".into(),
                    state: words.t("state-done"),
                    done: "1,284".into(),
                    errors: "2".into(),
                }],
            }),
        ),
        ("mapping", render(&mapping(language, theme))),
        ("job", render(&job(language, theme))),
        ("keys", render(&keys(language, theme))),
        ("taught", render(&taught(language, theme))),
        ("recommended", render(&insight::recommended(language, theme))),
        ("trends", render(&insight::shares(language, theme, false))),
        ("trends-empty", render(&insight::shares(language, theme, true))),
        ("trends-searches", render(&insight::searches(language, theme))),
        ("trends-quality", render(&insight::quality(language, theme))),
        ("trends-usage", render(&insight::usage(language, theme))),
        ("policy", render(&policy(language, theme))),
        ("changes", render(&changes(language, theme))),
        ("cookies", render(&cookies(language, theme))),
        (
            "problem",
            render(&ProblemPage {
                words,
                theme,
                title: words.t("problem-not-found"),
                message: words.t("problem-unknown-product"),
                back: LinkView { href: "/catalogue".into(), text: words.t("to-catalogue") },
                request_id: "5b1f0c9e21aa7d04".into(),
            }),
        ),
    ]);
    pages
}

#[test]
fn every_page_renders_in_both_languages() {
    let preview = std::env::var_os("VESTRY_PREVIEW").map(std::path::PathBuf::from);
    for language in [Language::Korean, Language::English] {
        for (theme, name) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
            for (page, html) in all(language, theme) {
                assert!(html.contains(&format!("lang=\"{}\"", language.code())), "{page}");
                assert!(!html.contains("Unknown localization"), "{page}: a word is missing");
                assert!(
                    !html.contains(" style=\"") && !html.contains("<script>"),
                    "{page}: the content policy forbids it"
                );
                if let Some(folder) = &preview {
                    let file = folder.join(format!("{page}-{}-{name}.html", language.code()));
                    std::fs::write(file, &html).expect("the preview is written");
                }
            }
        }
    }
}

#[test]
fn korean_pages_have_no_english_left() {
    for (page, html) in all(Language::Korean, Theme::System) {
        let text = visible(&html);
        for word in ["Search", "Catalogue", "Import", "Review", "Undo", "Cancel", "tags", "Next", "Close"] {
            assert!(!text.contains(word), "{page} says `{word}`");
        }
    }
}

/// What stands between tags.
fn visible(html: &str) -> String {
    html.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect()
}
