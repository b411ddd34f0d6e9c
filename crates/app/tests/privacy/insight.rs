//! What a shop learns from what visitors do and search for: as a naive count says, without groups of few, and gone with them.

use crate::{
    backups::everything,
    bad::run_sql,
    returns::with_place,
    scanner::{Canary, shown},
    world::{World, noon, on_each_engine, set_clock, sweep_on},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use std::collections::{BTreeMap, BTreeSet};
use vestry_app::{
    App, AppError, By, Direction, Ending, Happened, KeyKind, NewEvent, ProductInput, SearchInput, ShareSource, Shares,
    SharesInput,
};
use vestry_model::{AttributeId, DeedKind, LocalText, OrganisationId, Product, Sku, ValueId, VisitorName};
use vestry_search::{Filter, FilterTest};

const COLOURS: [&str; 3] = ["navy", "black", "red"];
const TODAY: &str = "2026-11-25"; // A Wednesday.

fn attribute(id: &str) -> AttributeId {
    AttributeId::new(id).expect("an attribute")
}

fn sku(at: usize) -> Sku {
    Sku::new(&format!("A-{at:02}")).expect("a SKU")
}

struct Shop {
    app: App,
    organisation: OrganisationId,
}

impl Shop {
    /// One with six products: two of each colour, the first of them striped as well.
    async fn stocked(world: &World) -> Self {
        let (app, organisation) = world.shop().await;
        for at in 0..2 * COLOURS.len() {
            let colour = ValueId::new(COLOURS[at / 2]).expect("a value");
            let mut tags = vec![(attribute("colour"), colour)];
            if at == 0 {
                tags.push((attribute("print"), ValueId::new("striped").expect("a value")));
            }
            let product = Product { title: LocalText::guess(&format!("Dress {at}")), ..Product::new(sku(at)) };
            let input = ProductInput { product, images: None, tags: Some(tags) };
            app.put_product(organisation, input).await.expect("put");
        }
        while app.apply_outbox().await.expect("indexed") > 0 {}
        Self { app, organisation }
    }

    async fn takes(&self, events: &[NewEvent]) {
        for events in events.chunks(1_000) {
            self.app.take_events(self.organisation, events).await.expect("taken");
        }
    }

    async fn shares(&self, source: ShareSource, of: &str, by: By, periods: usize) -> Shares {
        let input = SharesInput { source, attribute: attribute(of), by, periods };
        self.app.shares(self.organisation, input).await.expect("counted")
    }

    async fn searches(&self, words: &str) -> u64 {
        let input = SearchInput { words: Some(words.into()), counts: true, ..SearchInput::default() };
        self.app.search(self.organisation, input).await.expect("found").answer.total
    }
}

fn did(who: usize, kind: DeedKind, product: usize, at: Timestamp) -> NewEvent {
    let visitor = VisitorName::new(&format!("visitor-{who}")).expect("opaque");
    NewEvent { visitor, what: Happened::Did { kind, sku: sku(product), search: None }, at: Some(at) }
}

/// Somebody's events, as many weeks ago as they are.
fn crowd(now: Timestamp, weeks: usize, a_week: usize) -> Vec<(usize, DeedKind, usize, usize, Timestamp)> {
    let mut events = Vec::new();
    for who in 0..weeks * a_week {
        let weeks_ago = who % weeks;
        let at = now.checked_sub(jiff::SignedDuration::from_hours(168 * weeks_ago as i64)).expect("an instant");
        for step in 0..3 {
            let dice = (who * 7 + step * 11 + who / 5) % 6;
            let kind = if dice == 5 { DeedKind::Purchase } else { DeedKind::View };
            events.push((who, kind, (who * step + dice) % 6, weeks_ago, at));
        }
    }
    events
}

/// The same as the program counts, by sets: visitors by weeks ago and colour, and all of a week.
fn oracle(
    events: &[(usize, DeedKind, usize, usize, Timestamp)],
    is_sale: bool,
) -> BTreeMap<(usize, &'static str), BTreeSet<usize>> {
    let mut of: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
    for (who, kind, product, weeks_ago, _) in events {
        if (*kind == DeedKind::Purchase) == is_sale {
            of.entry((*weeks_ago, COLOURS[product / 2])).or_default().insert(*who);
            of.entry((*weeks_ago, "all")).or_default().insert(*who);
        }
    }
    of
}

fn colour_of(value: &str) -> &'static str {
    COLOURS.into_iter().find(|colour| *colour == value).expect("a colour")
}

#[tokio::test]
async fn shares_are_what_sets_of_visitors_say_without_groups_of_few() {
    on_each_engine(TODAY, async |world| {
        let shop = Shop::stocked(world).await;
        let (weeks, now) = (6, noon(TODAY));
        let told = crowd(now, weeks, 23);
        let events: Vec<NewEvent> =
            told.iter().map(|(who, kind, product, _, at)| did(*who, *kind, *product, *at)).collect();
        shop.takes(&events).await;
        let least = shop.app.policy().small_cell as usize;
        let (mut seen, mut hidden) = (0, 0);
        for (source, is_sale) in [(ShareSource::Clicks, false), (ShareSource::Sales, true)] {
            let sets = oracle(&told, is_sale);
            let size = |ago: usize, of: &'static str| sets.get(&(ago, of)).map_or(0, BTreeSet::len);
            let shares = shop.shares(source, "colour", By::Week, weeks).await;
            assert_eq!((shares.periods.len(), shares.least as usize), (weeks, least));
            for (at, period) in shares.periods.iter().enumerate() {
                let ago = weeks - 1 - at;
                let all = size(ago, "all");
                assert_eq!(shares.of[at], (all == 0 || all >= least).then_some(all as u64), "{source:?}, {period:?}");
                let is_few = |people: usize| 0 < people && people < least;
                let few = |colour: &&'static str| is_few(size(ago, colour)) || is_few(all - size(ago, colour));
                let mut hides: Vec<&'static str> = COLOURS.into_iter().filter(few).collect();
                // What is shown leaves so few that a hidden one follows: then the smallest of it is not shown either.
                let shown: Vec<_> = COLOURS.into_iter().filter(|c| !few(c) && size(ago, c) > 0).collect();
                let left = all.saturating_sub(shown.iter().map(|colour| size(ago, colour)).sum());
                if hides.iter().any(|colour| size(ago, colour) > 0) && is_few(left) {
                    hides.extend(shown.into_iter().min_by_key(|colour| (size(ago, colour), *colour)));
                }
                for line in &shares.lines {
                    let hits = size(ago, colour_of(line.value.as_str()));
                    if hides.contains(&line.value.as_str()) {
                        assert_eq!(line.counts[at], None, "{source:?}, {} of {all} {}", hits, line.value);
                        hidden += 1;
                    } else {
                        let count = line.counts[at].expect("shown");
                        assert_eq!((count.hits, count.of), (hits as u64, all as u64), "{source:?}, {}", line.value);
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > 5 && hidden > 5, "both happen: {seen} shown, {hidden} not");
        shop.app.close().await;
    })
    .await;
}

#[tokio::test]
async fn periods_are_the_policys_weeks_and_months() {
    let world = World::made(TODAY).await;
    let shop = Shop::stocked(&world).await;
    let day = |text: &str| text.parse::<Date>().expect("a day");
    let weeks = shop.shares(ShareSource::Catalogue, "colour", By::Week, 2).await;
    let days: Vec<_> = weeks.periods.iter().map(|p| (p.from, p.to, p.is_over)).collect();
    let expected = [(day("2026-11-16"), day("2026-11-22"), true), (day("2026-11-23"), day("2026-11-29"), false)];
    assert_eq!(days, expected, "from Monday to Sunday");
    let months = shop.shares(ShareSource::Catalogue, "colour", By::Month, 3).await;
    let days: Vec<_> = months.periods.iter().map(|p| (p.from, p.to)).collect();
    let of = |from: &str, to: &str| (day(from), day(to));
    let expected = [of("2026-09-01", "2026-09-30"), of("2026-10-01", "2026-10-31"), of("2026-11-01", "2026-11-30")];
    assert_eq!(days, expected);
    // Products are no people: none is too few.
    let counts: Vec<_> = weeks.lines.iter().map(|l| (l.value.as_str(), l.counts[1].expect("shown"))).collect();
    assert!(counts.iter().all(|(_, count)| (count.hits, count.of) == (2, 6)), "{counts:?}");
    let print = shop.shares(ShareSource::Catalogue, "print", By::Week, 1).await;
    assert_eq!(print.of, [Some(1)], "of the products with any print");
    // Midnight in Seoul is between two weeks.
    let monday = "2026-11-23T00:00:00+09:00".parse::<Timestamp>().expect("an instant");
    let before = monday.checked_sub(1.second()).expect("an instant");
    let events: Vec<NewEvent> = (0..5).map(|who| did(who, DeedKind::View, 0, before)).collect();
    shop.takes(&events).await;
    let events: Vec<NewEvent> = (5..11).map(|who| did(who, DeedKind::View, 0, monday)).collect();
    shop.takes(&events).await;
    assert_eq!(shop.shares(ShareSource::Clicks, "colour", By::Week, 2).await.of, [Some(5), Some(6)]);
    for (by, periods) in [(By::Week, 0), (By::Week, 54), (By::Month, 37)] {
        let input = SharesInput { source: ShareSource::Sales, attribute: attribute("colour"), by, periods };
        let refused = shop.app.shares(shop.organisation, input).await;
        assert!(matches!(refused, Err(AppError::BadRequest(_))), "{refused:?}");
    }
    let unknown = SharesInput { source: ShareSource::Sales, attribute: attribute("taste"), by: By::Week, periods: 1 };
    assert!(matches!(shop.app.shares(shop.organisation, unknown).await, Err(AppError::UnknownValue { .. })));
    shop.app.close().await;
}

#[tokio::test]
async fn what_rises_is_said_to_rise() {
    let world = World::made(TODAY).await;
    let shop = Shop::stocked(&world).await;
    let now = noon(TODAY);
    let mut events = Vec::new();
    for ago in 1..9usize {
        let at = now.checked_sub(jiff::SignedDuration::from_hours(168 * ago as i64)).expect("an instant");
        for who in 0..60 {
            // Navy from a fifth to three quarters; the others black.
            let is_navy = who < 12 + 4 * (8 - ago);
            events.push(did(100 * ago + who, DeedKind::Click, if is_navy { 0 } else { 2 }, at));
        }
    }
    shop.takes(&events).await;
    let shares = shop.shares(ShareSource::Clicks, "colour", By::Week, 9).await;
    let of = |value: &str| shares.lines.iter().find(|l| l.value.as_str() == value).expect("a line").trend.expect("one");
    assert_eq!((of("navy").direction, of("black").direction), (Direction::Rising, Direction::Falling));
    assert!((of("navy").change - 28.0 / 60.0).abs() < 1e-9, "{:?}", of("navy"));
    shop.app.close().await;
}

#[tokio::test]
async fn clause_6_ga_who_is_forgotten_leaves_the_shares() {
    let world = World::made(TODAY).await;
    let shop = Shop::stocked(&world).await;
    let events: Vec<NewEvent> = (0..5).map(|who| did(who, DeedKind::View, 0, noon(TODAY))).collect();
    shop.takes(&events).await;
    assert_eq!(shop.shares(ShareSource::Clicks, "colour", By::Week, 1).await.of, [Some(5)]);
    let gone = VisitorName::new("visitor-3").expect("opaque");
    shop.app.forget_visitor(shop.organisation, &gone).await.expect("forgotten");
    let left = shop.shares(ShareSource::Clicks, "colour", By::Week, 1).await;
    assert_eq!((left.of.as_slice(), left.lines[0].counts[0]), (&[None][..], None), "four are too few");
    shop.app.close().await;
}

#[tokio::test]
async fn searches_count_by_what_they_ask_for() {
    on_each_engine(TODAY, async |world| {
        let shop = Shop::stocked(world).await;
        for _ in 0..6 {
            assert_eq!(shop.searches("navy dress").await, 2);
        }
        for _ in 0..5 {
            shop.searches("dress").await;
        }
        // Whoever looks after the catalogue is no shopper, and a photo says nothing in words.
        let input = SearchInput { words: Some("navy".into()), ..SearchInput::default() };
        shop.app.search(shop.organisation, input).await.expect("found");
        let input = SearchInput { like: Some(sku(0)), counts: true, ..SearchInput::default() };
        let _ = shop.app.search(shop.organisation, input).await;
        let shares = shop.shares(ShareSource::Searches, "colour", By::Week, 1).await;
        let navy = shares.lines.iter().find(|line| line.value.as_str() == "navy").expect("asked for");
        assert_eq!(navy.counts[0].map(|count| (count.hits, count.of)), Some((6, 11)));
        let category = shop.shares(ShareSource::Searches, "category", By::Week, 1).await;
        assert_eq!(category.lines[0].counts[0].map(|count| count.hits), Some(11));
        // Filters ask for values of the taxonomy; brands are anybody's words.
        for (field, value, is_known) in [("colour", "black", true), ("brand", "hanbit", false)] {
            let filters = vec![Filter { field: field.into(), test: FilterTest::AnyOf(vec![value.into()]) }];
            let input = SearchInput { filters, counts: true, ..SearchInput::default() };
            shop.app.search(shop.organisation, input).await.expect("found");
            shop.app.write_counts().await.expect("written");
            let mut read = shop.app.store().read().await.expect("reads");
            let asked = read.asked_days(shop.organisation, Date::MIN).await.expect("read");
            assert_eq!(asked.iter().any(|one| one.value.as_str() == value), is_known, "{field}: {asked:?}");
        }
        // A sweep takes counts along when records of use are over.
        sweep_on(shop.app.privacy().expect("a vault"), "2031-12-01").await;
        let unmet = shop.app.unmet_searches(shop.organisation, 366).await.expect("asked");
        assert_eq!(unmet.searches, 0);
        let held = shop.app.store().read().await.expect("reads").search_days(shop.organisation, Date::MIN).await;
        assert_eq!(held.expect("read"), []);
        shop.app.close().await;
    })
    .await;
}

#[tokio::test]
async fn words_that_found_nothing_stand_nowhere_until_enough_hours_asked_for_them() {
    let (world, request) = with_place(TODAY).await;
    let shop = Shop::stocked(&world).await;
    let privacy = shop.app.privacy().expect("a vault").clone();
    let least = shop.app.policy().small_cell;
    let canary = [Canary::text("the words", "canaryqwx")];
    let hour = |hour: u32| set_clock(noon(TODAY).checked_add(i64::from(hour).hours()).expect("an instant"));
    for at in 0..least - 1 {
        hour(at);
        for _ in 0..4 {
            assert_eq!(shop.searches("Canaryqwx blazer 010-1234-5678").await, 0);
            assert_eq!(shop.searches("canaryqwx  Blazer").await, 0);
        }
    }
    let unmet = shop.app.unmet_searches(shop.organisation, 30).await.expect("asked");
    assert_eq!((unmet.empty, unmet.words), (u64::from(least - 1) * 8, vec![]));
    privacy.back_up(None, |_| {}).await.expect("backed up");
    let found = everything(&world, &privacy, &request).scan(&canary).await;
    assert!(found.is_empty(), "{}", shown(&found));
    hour(least - 1);
    shop.searches("canaryqwx blazer").await;
    let unmet = shop.app.unmet_searches(shop.organisation, 30).await.expect("asked");
    let [words] = &unmet.words[..] else { panic!("{unmet:?}") };
    assert_eq!((words.words.as_str(), words.searches), ("canaryqwx blazer", u64::from(least - 1) * 4 + 1));
    let named: Vec<_> = words.named.iter().map(|near| (near.value.as_str(), near.products)).collect();
    assert_eq!(named, [("blazer", 0)]);
    privacy.back_up(None, |_| {}).await.expect("backed up");
    let found = everything(&world, &privacy, &request).scan(&canary).await;
    assert!(!found.is_empty(), "now it is there, and a scan sees it");
    shop.app.close().await;
}

#[tokio::test]
async fn keys_are_counted_by_area_and_day() {
    let world = World::made(TODAY).await;
    let shop = Shop::stocked(&world).await;
    let key = shop.app.make_key(shop.organisation, KeyKind::Secret, "web").await.expect("made").id;
    for ending in [Ending::Answered, Ending::Refused, Ending::Failed, Ending::Answered] {
        shop.app.count_request(key, "search", ending);
    }
    set_clock(noon("2026-11-26"));
    shop.app.count_request(key, "events", Ending::Answered);
    let usage = shop.app.usage(shop.organisation, 3).await.expect("counted");
    let [of] = &usage.keys[..] else { panic!("{usage:?}") };
    assert_eq!((of.days.as_slice(), of.areas["search"], of.areas["events"]), (&[0, 4, 1][..], [4, 1, 1], [1, 0, 0]));
    assert_eq!(shop.app.usage(shop.organisation, 1).await.expect("counted").keys[0].days, [1]);
    for days in [0, 367] {
        assert!(matches!(shop.app.usage(shop.organisation, days).await, Err(AppError::BadRequest(_))));
    }
    shop.app.close().await;
}

#[tokio::test]
async fn what_no_product_has_is_next_to_what_some_have() {
    let world = World::made(TODAY).await;
    let shop = Shop::stocked(&world).await;
    let near = async |words: &str| {
        for hour in 0..shop.app.policy().small_cell {
            set_clock(noon(TODAY).checked_add(i64::from(hour).hours()).expect("an instant"));
            assert_eq!(shop.searches(words).await, 0, "{words}");
        }
        let unmet = shop.app.unmet_searches(shop.organisation, 30).await.expect("asked");
        let found = unmet.words.into_iter().find(|one| one.words == words).expect("shown");
        found.nearest.into_iter().map(|near| (near.value.to_string(), near.products)).collect::<Vec<_>>()
    };
    let wine = near("burgundy").await;
    assert_eq!(wine[0], ("red".into(), 2), "a broader colour");
    assert_eq!(near("orange").await[0], ("red".into(), 2), "a colour that looks like it");
    assert_eq!(near("pinstripe").await[0], ("striped".into(), 1), "a broader value");
    assert_eq!(near("quartz").await, [], "nothing is written like it");
    shop.app.close().await;
}

#[tokio::test]
async fn what_cannot_be_written_waits_and_whoever_reads_is_answered() {
    let world = World::made(TODAY).await;
    let shop = Shop::stocked(&world).await;
    shop.searches("navy").await;
    let behind = world.data().join("vestry.db");
    let stop = "create trigger full before insert on asked begin select raise(abort, 'full'); end";
    run_sql(&behind, &[stop]).await;
    assert!(shop.app.write_counts().await.is_err());
    let unmet = shop.app.unmet_searches(shop.organisation, 1).await.expect("read all the same");
    assert_eq!(unmet.searches, 0);
    shop.searches("navy").await;
    run_sql(&behind, &["drop trigger full"]).await;
    let unmet = shop.app.unmet_searches(shop.organisation, 1).await.expect("read");
    assert_eq!(unmet.searches, 2, "none is lost, none counted twice");
    shop.app.close().await;
}
