//! What a shop sees of one index.

#![allow(clippy::unwrap_used, reason = "a test or a measurement stops where something is wrong")]

#[path = "support/shop.rs"]
mod shop;

use shop::{Shop, category, colour, document, look};
use vestry_model::{AttributeId, ProductId, Rgb, Rules};
use vestry_search::{Change, Filter, FilterTest, IndexError, Request, Rule};

fn words(text: &str) -> Request {
    Request { words: Some(text.into()), ..Request::default() }
}

fn any_of(field: &str, values: &[&str]) -> Filter {
    Filter { field: field.into(), test: FilterTest::AnyOf(values.iter().map(|v| v.to_string()).collect()) }
}

fn attribute(id: &str) -> AttributeId {
    AttributeId::new(id).unwrap()
}

#[track_caller]
fn check(shop: &Shop, request: &Request, expected: &[i64]) {
    let answer = shop.index.search(request).unwrap();
    let found: Vec<i64> = answer.results.iter().map(|hit| hit.product.get()).collect();
    assert_eq!(found, expected, "{:?}", request.words);
}

#[test]
fn words_find_titles_and_tags_in_both_languages() {
    let shop = Shop::with([
        document(1, "롱 원피스", "long dress"),
        document(2, "반짝이 헤어피스", "sparkling hairpiece"),
        category(document(3, "여름 신상", "summer news"), "dress"),
        document(4, "나이키원피스", "sports"),
        document(5, "청바지", "blue jeans"),
    ]);
    check(&shop, &words("원피스"), &[3, 1, 4]);
    check(&shop, &words("헤어피스"), &[2]);
    check(&shop, &words("jeans"), &[5]);
    check(&shop, &words("없는말"), &[]);
}

#[test]
fn a_product_with_the_tag_comes_before_one_with_the_word() {
    let shop = Shop::with([
        document(1, "black bag", "black black black"),
        colour(document(2, "a bag", "bag"), "black"),
        colour(document(3, "black bag", "bag"), "black"),
    ]);
    check(&shop, &words("black bag"), &[3, 2, 1]);
    let answer = shop.index.search(&words("black bag")).unwrap();
    assert_eq!(answer.results[1].why.tags.len(), 1, "{:?}", answer.results[1].why);
    assert!(answer.results[2].why.words.contains(&"black".to_owned()));
    assert_eq!(answer.total, 3);
}

#[test]
fn looks_are_found_and_cut_off() {
    let shop = Shop::with((1..=50).map(|id| document(id, "", "thing")));
    let request = |cut_off| Request { look: Some(look(7)), cut_off, limit: 3, ..Request::default() };
    let answer = shop.index.search(&request(None)).unwrap();
    assert_eq!(answer.results[0].product.get(), 7);
    assert!(answer.results[0].parts.look.unwrap().score > 0.999);
    assert_eq!(answer.total, 50);
    let answer = shop.index.search(&request(Some(0.99))).unwrap();
    assert_eq!((answer.results.len(), answer.total), (1, 1));
    let nothing = Request { look: Some(look(1_000)), cut_off: Some(0.99), ..Request::default() };
    assert_eq!(shop.index.search(&nothing).unwrap().results, []);
}

#[test]
fn like_leaves_the_product_itself_out() {
    let shop = Shop::with((1..=30).map(|id| document(id, "", "thing")));
    let request = Request { like: Some(ProductId::from_row(3)), limit: 200, ..Request::default() };
    let answer = shop.index.search(&request).unwrap();
    assert_eq!(answer.results.len(), 29);
    assert!(answer.results.iter().all(|hit| hit.product.get() != 3));
    let missing = Request { like: Some(ProductId::from_row(99)), ..Request::default() };
    assert!(matches!(shop.index.search(&missing), Err(IndexError::NoSuchProduct(99))));
}

#[test]
fn a_products_score_is_its_best_picture() {
    let mut two = document(1, "", "two pictures");
    two.images.push(shop::picture(900, 77));
    let shop = Shop::with([two, document(2, "", "one")]);
    let request = Request { look: Some(look(77)), ..Request::default() };
    let answer = shop.index.search(&request).unwrap();
    let best = &answer.results[0];
    assert_eq!((best.product.get(), best.image.map(|i| i.get())), (1, Some(900)));
    assert_eq!(answer.results.len(), 2);
}

#[test]
fn unknown_fields_are_named_with_the_nearest() {
    let mut tagged = colour(document(1, "", "thing"), "navy");
    tagged.own.insert("season_code".into(), "SS26".into());
    let shop = Shop::with([tagged]);
    let error = |field: &str, value: &str| {
        let request = Request { filters: vec![any_of(field, &[value])], ..Request::default() };
        shop.index.search(&request).map(|a| a.total.to_string()).unwrap_or_else(|e| e.to_string())
    };
    assert_eq!(error("color", "navy"), "no field `color` to filter by; did you mean `colour`?");
    assert_eq!(error("colour", "navi"), "`colour` has no value `navi`; did you mean `navy`?");
    assert_eq!(error("season_cod", "x"), "no field `season_cod` to filter by; did you mean `season` or `season_code`?");
    assert_eq!(error("season_code", "ss26"), "1");
    assert_eq!(error("colour", "navy"), "1");
    let facet = Request { facets: vec![attribute("colur")], ..Request::default() };
    assert!(matches!(shop.index.search(&facet), Err(IndexError::UnknownField { near, .. }) if near == ["colour"]));
}

#[test]
fn a_facet_ignores_its_own_choice() {
    let dress = |id, tint| colour(category(document(id, "", "cotton thing"), "dress"), tint);
    let skirt = |id, tint| colour(category(document(id, "", "cotton thing"), "skirt"), tint);
    let shop = Shop::with([dress(1, "navy"), dress(2, "black"), skirt(3, "navy"), skirt(4, "red"), dress(5, "navy")]);
    for base in [words("cotton"), Request::default(), Request { look: Some(look(1)), ..Request::default() }] {
        let request = Request {
            filters: vec![any_of("colour", &["navy"])],
            facets: vec![attribute("colour"), attribute("category")],
            ..base
        };
        let answer = shop.index.search(&request).unwrap();
        let counts = |at: usize| -> Vec<(String, u64)> {
            answer.facets[at].counts.iter().map(|(v, n)| (v.to_string(), *n)).collect()
        };
        assert_eq!(answer.total, 3);
        // Navy is a blue, and counted as both.
        let colours = [("blue", 3), ("navy", 3), ("black", 1), ("red", 1)].map(|(value, n)| (value.to_owned(), n));
        assert_eq!(counts(0), colours);
        let categories = counts(1);
        assert!(categories.contains(&("dress".into(), 2)) && categories.contains(&("skirt".into(), 1)));
    }
}

#[test]
fn prices_and_fields_filter() {
    let priced = |id, price| shop::priced(document(id, "", "thing"), price);
    let shop = Shop::with([priced(1, 1_000), priced(2, 2_000), document(3, "", "thing")]);
    let between = |from, to| Request {
        filters: vec![Filter { field: "price".into(), test: FilterTest::Between(from, to) }],
        ..Request::default()
    };
    check(&shop, &between(Some(1_500), None), &[2]);
    check(&shop, &between(None, Some(2_000)), &[2, 1]);
    check(&shop, &between(None, None), &[2, 1]);
    check(&shop, &Request { filters: vec![any_of("sku", &["sku-3"])], ..Request::default() }, &[3]);
}

#[test]
fn variants_fold_into_the_best() {
    let grouped = |id, group: &str| {
        let mut document = document(id, "", "thing");
        document.group = Some(group.into());
        document
    };
    let mut twin = document(9, "", "thing");
    twin.images[0].look = look(4);
    let shop = Shop::with([grouped(1, "a"), grouped(2, "a"), grouped(3, "b"), document(4, "", "thing"), twin]);
    let request = Request { look: Some(look(2)), ..Request::default() };
    let answer = shop.index.search(&request).unwrap();
    let best = &answer.results[0];
    assert_eq!((best.product.get(), best.folded.as_slice()), (2, [ProductId::from_row(1)].as_slice()));
    let four = answer.results.iter().find(|hit| hit.product.get() == 4).unwrap();
    assert_eq!(four.folded, [ProductId::from_row(9)], "the same picture is the same product to an eye");
    let apart = shop.index.search(&Request { fold: false, ..request }).unwrap();
    assert_eq!(apart.results.len(), 5);
}

#[test]
fn rules_pin_boost_bury_and_exclude() {
    let shop = Shop::with((1..=6).map(|id| document(id, "", "thing")));
    let id = ProductId::from_row;
    let rules = Rules { pin: vec![id(4), id(99)], boost: vec![id(2)], bury: vec![id(6)], exclude: vec![id(5)] };
    let request = Request { rules, ..Request::default() };
    check(&shop, &request, &[4, 2, 3, 1, 6]);
    let answer = shop.index.search(&request).unwrap();
    assert_eq!(answer.results[0].why.rule, Some(Rule::Pinned));
    assert_eq!(answer.results[4].why.rule, Some(Rule::Buried));
}

#[test]
fn a_colour_is_found_by_its_distance() {
    let shop = Shop::with([
        shop::tinted(document(1, "", "thing"), [200, 0, 0]),
        shop::tinted(document(2, "", "thing"), [255, 0, 0]),
        shop::tinted(document(3, "", "thing"), [0, 0, 255]),
    ]);
    let request = Request { colour: Some(Rgb([255, 0, 0])), ..Request::default() };
    check(&shop, &request, &[2, 1]);
    let answer = shop.index.search(&request).unwrap();
    assert_eq!(answer.results[0].why.colour_distance, Some(0.0));
}

#[test]
fn parts_are_fused() {
    let shop = Shop::with((1..=40).map(|id| document(id, "", if id % 2 == 0 { "red thing" } else { "thing" })));
    let request = Request { look: Some(look(5)), words: Some("red".into()), limit: 5, ..Request::default() };
    let answer = shop.index.search(&request).unwrap();
    assert!(answer.approximate);
    let both = answer.results.iter().filter(|hit| hit.parts.look.is_some() && hit.parts.words.is_some()).count();
    assert!(both >= 4, "what both parts name comes first: {both}");
    let only_look = Request { weights: vestry_search::Weights { words: 0.0, ..Default::default() }, ..request };
    assert_eq!(shop.index.search(&only_look).unwrap().results[0].product.get(), 5);
}

#[test]
fn pages_go_on_without_repeats_and_then_are_gone() {
    let shop = Shop::with((1..=130).map(|id| document(id, "", "thing")));
    for request in [
        Request { limit: 7, ..Request::default() },
        Request { limit: 7, look: Some(look(3)), ..Request::default() },
        Request { limit: 7, ..words("thing") },
    ] {
        let mut answer = shop.index.search(&request).unwrap();
        let first = answer.next.clone().unwrap();
        let mut seen: Vec<i64> = Vec::new();
        loop {
            seen.extend(answer.results.iter().map(|hit| hit.product.get()));
            // What comes in between must neither repeat nor shift a page.
            shop.index
                .apply(vec![(1, Change::Upsert(Box::new(document(1_000 + seen.len() as i64, "", "thing"))))])
                .unwrap();
            let Some(cursor) = answer.next.clone() else { break };
            answer = shop.index.next_page(&cursor, Some(&request)).unwrap();
        }
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), all, "a product came twice");
        assert!((1..=130).all(|id| seen.contains(&id)), "a product is missing");
        let other = words("other");
        assert!(matches!(shop.index.next_page(&first, Some(&other)), Err(IndexError::CursorGone)));
        let extra = (1_000..1_200).map(|id| (1, Change::Remove(ProductId::from_row(id))));
        shop.index.apply(extra.collect()).unwrap();
    }
    let first = shop.index.search(&Request { limit: 7, ..Request::default() }).unwrap();
    for _ in 0..100 {
        shop.index.search(&Request::default()).unwrap();
    }
    assert!(matches!(shop.index.next_page(&first.next.unwrap(), None), Err(IndexError::CursorGone)));
    assert!(matches!(shop.index.next_page("0123456789abcdef.7", None), Err(IndexError::CursorGone)));
}

#[test]
fn a_removed_product_is_on_no_page() {
    let shop = Shop::with((1..=20).map(|id| document(id, "", "thing")));
    let answer = shop.index.search(&Request { limit: 10, ..words("thing") }).unwrap();
    shop.index.apply((1..=10).map(|id| (id as u64, Change::Remove(ProductId::from_row(id)))).collect()).unwrap();
    let page = shop.index.next_page(&answer.next.unwrap(), None).unwrap();
    assert!(page.results.iter().all(|hit| hit.product.get() > 10), "{page:?}");
}

#[test]
fn a_question_is_no_answer() {
    let mut asked = category(document(1, "", "thing"), "dress");
    asked.tags[0].state = vestry_model::TagState::ToReview;
    let shop = Shop::with([asked]);
    check(&shop, &words("dress"), &[]);
    let answer = shop.index.search(&Request { facets: vec![attribute("category")], ..Request::default() }).unwrap();
    assert_eq!(answer.facets[0].counts, []);
}
