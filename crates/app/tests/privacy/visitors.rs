//! What visitors of a shop do: it recommends at once, and it is gone when they are forgotten, when its day is over, and from every
//! copy.

use crate::{
    backups::everything,
    returns::{from_each_to_each, with_place},
    scanner::{Canary, missed, shown},
    world::{SURROUNDINGS, World, noon, on_each_engine, reason, set_clock, sweep_on},
};
use jiff::{Timestamp, ToSpan};
use sqlx::{Connection, Executor, PgConnection};
use vestry_app::{
    App, AppError, BecauseOf, Happened, ImageInput, NewEvent, Privacy, ProductInput, RecommendInput, SearchInput,
    VaultStore, Wanted, demo, restore,
};
use vestry_learn::blend::ENOUGH;
use vestry_model::{DeedKind, OrganisationId, Product, Rgb, Sku, VisitorName};
use vestry_search::{Answer, Weights};

const PRODUCTS: usize = 8;

fn sku(at: usize) -> Sku {
    Sku::new(&format!("A-{at:02}")).expect("a SKU")
}

fn visitor(name: &str) -> VisitorName {
    VisitorName::new(name).expect("opaque")
}

fn did(name: &str, kind: DeedKind, at: usize) -> NewEvent {
    NewEvent { visitor: visitor(name), what: Happened::Did { kind, sku: sku(at), search: None }, at: None }
}

fn at(event: NewEvent, at: Timestamp) -> NewEvent {
    NewEvent { at: Some(at), ..event }
}

struct Shop {
    app: App,
    organisation: OrganisationId,
}

impl Shop {
    async fn in_world(world: &World) -> Self {
        let (app, organisation) = world.shop().await;
        Self { app, organisation }
    }

    /// One with products.
    async fn stocked(world: &World) -> Self {
        let shop = Self::in_world(world).await;
        for at in 0..PRODUCTS {
            shop.puts(at, None).await;
        }
        shop.app.apply_outbox().await.expect("indexed");
        shop
    }

    /// One with pictures of them.
    async fn pictured(world: &World) -> Self {
        let shop = Self::in_world(world).await;
        for (at, drawing) in demo::drawings(PRODUCTS).iter().enumerate() {
            shop.puts(at, Some(vec![ImageInput::Bytes(demo::picture(drawing))])).await;
        }
        shop.app.apply_outbox().await.expect("indexed");
        shop
    }

    async fn puts(&self, at: usize, images: Option<Vec<ImageInput>>) {
        let input = ProductInput { product: Product::new(sku(at)), images, tags: None };
        self.app.put_product(self.organisation, input).await.expect("put");
    }

    async fn takes(&self, events: &[NewEvent]) {
        let taken = self.app.take_events(self.organisation, events).await.expect("taken");
        assert_eq!(taken.taken, events.len(), "{taken:?}");
    }

    async fn refreshed(&self) -> [String; 2] {
        self.app.refresh_recommendations(self.organisation).await.expect("fitted");
        self.digests().await
    }

    async fn digests(&self) -> [String; 2] {
        let facts = self.app.recommender_facts(self.organisation).await.expect("fitted");
        [facts.manifest, facts.model]
    }

    async fn list(&self, wanted: Wanted, name: Option<&str>) -> Vec<(String, BecauseOf)> {
        let input = RecommendInput { visitor: name.map(visitor), limit: PRODUCTS, ..RecommendInput::new(wanted) };
        let found = self.app.recommend(self.organisation, input).await.expect("recommended");
        found.into_iter().map(|one| (one.sku, one.because)).collect()
    }

    async fn held(&self, name: &str) -> usize {
        let held = self.app.held_of_visitor(self.organisation, &visitor(name)).await.expect("asked");
        held.events.len() + held.searches.len()
    }
}

/// Two tastes: products 0 to 3 go together, and 4 to 7 do.
fn crowd() -> Vec<NewEvent> {
    let of = |who: usize| {
        let first = if who.is_multiple_of(2) { 0 } else { 4 };
        (0..3).map(move |n| did(&format!("crowd-{who}"), DeedKind::Cart, first + (who / 2 + n) % 4))
    };
    (0..12).flat_map(of).collect()
}

#[tokio::test]
async fn what_a_visitor_did_a_moment_ago_counts() {
    on_each_engine("2020-01-01", async |world| {
        let shop = Shop::pictured(world).await;
        assert!(shop.list(Wanted::Popular, None).await.is_empty(), "nobody did anything yet");
        let similar = shop.list(Wanted::Similar(sku(0)), None).await;
        assert!(!similar.is_empty() && similar.iter().all(|(_, because)| *because == BecauseOf::Looks("A-00".into())));
        shop.takes(&crowd()).await;
        shop.refreshed().await;
        // No refresh from here on.
        shop.takes(&[did("kim", DeedKind::View, 5)]).await;
        let first = shop.list(Wanted::ForYou, Some("kim")).await.swap_remove(0);
        assert!(["A-04", "A-06", "A-07"].contains(&first.0.as_str()), "{first:?}");
        assert_eq!(first.1, BecauseOf::History(Some("A-05".into())));
        // What nobody had to do with yet speaks as what it looks like.
        let new = demo::picture(&demo::drawings(PRODUCTS)[5]);
        shop.puts(PRODUCTS, Some(vec![ImageInput::Bytes(new)])).await;
        shop.app.apply_outbox().await.expect("indexed");
        shop.takes(&[did("lee", DeedKind::View, PRODUCTS)]).await;
        let first = shop.list(Wanted::ForYou, Some("lee")).await.swap_remove(0);
        assert_eq!(first.1, BecauseOf::History(Some("A-08".into())), "{first:?}");
        let others = shop.list(Wanted::ForYou, Some("nobody-knows")).await;
        assert!(others.iter().all(|(_, because)| *because == BecauseOf::Popular), "{others:?}");
        let goes = shop.list(Wanted::GoesWith(sku(1)), None).await;
        assert!(goes.iter().take(2).all(|(sku, _)| ["A-00", "A-02", "A-03"].contains(&sku.as_str())), "{goes:?}");
        // What was bought is not shown again; what was only seen may be.
        shop.takes(&[did("kim", DeedKind::Purchase, 4)]).await;
        let left: Vec<String> = shop.list(Wanted::ForYou, Some("kim")).await.into_iter().map(|(sku, _)| sku).collect();
        assert!(!left.contains(&"A-04".into()) && left.contains(&"A-05".into()), "{left:?}");
        shop.app.close().await;
    })
    .await;
}

#[tokio::test]
async fn events_are_a_set_whatever_their_order_and_how_often_they_come() {
    on_each_engine("2020-01-01", async |world| {
        let shop = Shop::stocked(world).await;
        let now = shop.app.now();
        let dated: Vec<NewEvent> =
            crowd().into_iter().zip(0..).map(|(event, n): (_, i64)| at(event, now - n.minutes())).collect();
        shop.takes(&dated).await;
        let once = shop.refreshed().await;
        let mut again = dated;
        again.reverse();
        shop.takes(&again).await;
        assert_eq!(shop.refreshed().await, once);
        assert_eq!(shop.held("crowd-0").await, 3);
        shop.app.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_taken_in_is_refused_whole_or_named() {
    let world = World::made("2020-01-01").await;
    let shop = Shop::stocked(&world).await;
    let now = shop.app.now();
    let refused = async |events: &[NewEvent], says: &str| {
        let said = shop.app.take_events(shop.organisation, events).await.expect_err("refused").to_string();
        assert!(said.contains(says), "{said}");
    };
    let one = || did("kim", DeedKind::View, 0);
    refused(&[], "1 to 1000").await;
    refused(&vec![one(); 1_001], "1 to 1000").await;
    refused(&[one(), at(one(), now + 1.hour())], "event 1 is of 2020-01-01T04:00:00Z, which is yet to come").await;
    refused(&[at(one(), noon("2014-12-31"))], "longer ago than it may be held").await;
    assert_eq!(shop.held("kim").await, 0, "all of it or nothing");
    shop.takes(&[at(one(), now + 1.minute()), at(one(), noon("2015-01-02"))]).await;
    let unknown = NewEvent {
        what: Happened::Did { kind: DeedKind::Click, sku: sku(99), search: Some("0123456789abcdef".into()) },
        ..one()
    };
    let taken = shop.app.take_events(shop.organisation, &[unknown, one()]).await.expect("taken");
    assert_eq!((taken.taken, taken.unknown_products), (1, vec![sku(99)]));
    let found = shop.app.search(shop.organisation, SearchInput::default()).await;
    let known = found.expect("found").answer.search_id;
    let seen = |search: &str| NewEvent { what: Happened::Searched { search: search.into() }, ..one() };
    let taken =
        shop.app.take_events(shop.organisation, &[seen(&known), seen("0123456789abcdef")]).await.expect("taken");
    assert_eq!((taken.taken, taken.unknown_searches), (1, vec!["0123456789abcdef".into()]));
    shop.app.close().await;
    drop(shop);

    // Without a vault nothing is kept of anybody.
    let folder = tempfile::tempdir().expect("a folder");
    let app = App::open(folder.path(), world.config.clone(), SURROUNDINGS, None).await.expect("opens");
    let organisation = app.organisation_or_new("hanbit").await.expect("made");
    assert!(matches!(app.take_events(organisation, &[one()]).await, Err(AppError::NoVault)));
    app.close().await;
}

#[tokio::test]
async fn clause_1_ga_a_visitor_who_is_forgotten_leaves_the_recommender_as_if_they_had_never_come() {
    on_each_engine("2020-01-01", async |world| {
        let shop = Shop::stocked(world).await;
        shop.takes(&crowd()).await;
        let without = shop.refreshed().await;
        let lists = async || (shop.list(Wanted::Popular, None).await, shop.list(Wanted::ForYou, Some("crowd-3")).await);
        let lists_without = lists().await;
        let all = [0, 1, 5, 6, 7].map(|at| did("kim", DeedKind::Purchase, at));
        shop.takes(&all).await;
        let with = shop.refreshed().await;
        assert_ne!(with, without);
        assert_ne!(lists().await, lists_without);

        let forgotten = shop.app.forget_visitor(shop.organisation, &visitor("kim")).await.expect("forgotten");
        assert_eq!(forgotten.rows, 5);
        assert_eq!(forgotten.recommender, Some([with.clone(), without.clone()]));
        // At once, and made anew of what is left.
        assert_eq!((shop.digests().await, lists().await), (without.clone(), lists_without));
        assert_eq!((shop.refreshed().await, shop.held("kim").await), (without.clone(), 0));
        let twice = shop.app.forget_visitor(shop.organisation, &visitor("kim")).await.expect("nothing to do");
        assert_eq!((twice.rows, twice.recommender), (0, None));
        let privacy = shop.app.privacy().expect("a vault");
        let sweep = sweep_on(privacy, "2020-01-01").await;
        let model = sweep.certificate.models.iter().find(|change| change.model == "recommendations").expect("named");
        assert_eq!((model.before.clone(), model.after.clone()), (with, Some(without)));
        assert!(sweep.certificate.keys[0] >= 1, "the way to them was destroyed");
        shop.app.close().await;
    })
    .await;
}

#[tokio::test]
async fn bug_what_only_a_forgotten_visitor_had_to_do_with_was_not_new_again_before_the_next_fit() {
    let world = World::made("2020-01-01").await;
    let shop = Shop::pictured(&world).await;
    // Looks like the sixth, and nobody had to do with it.
    let new = demo::picture(&demo::drawings(PRODUCTS)[5]);
    shop.puts(PRODUCTS, Some(vec![ImageInput::Bytes(new)])).await;
    shop.app.apply_outbox().await.expect("indexed");
    shop.takes(&crowd()).await;
    shop.takes(&[did("lee", DeedKind::View, 5)]).await;
    let digests = shop.refreshed().await;
    let list = async || shop.list(Wanted::ForYou, Some("lee")).await;
    let without = list().await;
    assert!(without.iter().any(|(sku, _)| sku == "A-08"), "{without:?}");
    shop.takes(&[did("kim", DeedKind::View, PRODUCTS)]).await;
    shop.refreshed().await;
    shop.app.forget_visitor(shop.organisation, &visitor("kim")).await.expect("forgotten");
    assert_eq!((shop.digests().await, list().await), (digests, without));
    shop.app.close().await;
}

#[tokio::test]
async fn bug_a_forgetting_that_failed_half_way_left_what_they_did_and_no_way_to_it() {
    on_each_engine("2020-01-01", async |world| {
        let url = &world.config.store.url;
        if url.is_empty() {
            return;
        }
        let shop = Shop::stocked(world).await;
        shop.takes(&crowd()).await;
        let without = shop.refreshed().await;
        shop.takes(&[did("kim", DeedKind::Purchase, 0), did("kim", DeedKind::Purchase, 5)]).await;
        shop.refreshed().await;
        run(url, "alter table shown rename to shown_away").await;
        shop.app.forget_visitor(shop.organisation, &visitor("kim")).await.expect_err("the rows cannot be deleted");
        run(url, "alter table shown_away rename to shown").await;
        assert_eq!(shop.held("kim").await, 2, "what stands is found");
        let forgotten = shop.app.forget_visitor(shop.organisation, &visitor("kim")).await.expect("forgotten");
        assert_eq!((forgotten.rows, shop.held("kim").await), (2, 0));
        assert_eq!((shop.digests().await, shop.refreshed().await), (without.clone(), without));
        shop.app.close().await;
    })
    .await;
}

#[tokio::test]
async fn bug_clicks_on_a_second_page_taught_nothing_of_who_had_named_the_first() {
    let world = World::made("2020-01-01").await;
    let shop = Shop::pictured(&world).await;
    let page = async |cursor: Option<String>| {
        let input = SearchInput { like: Some(sku(0)), cursor, limit: 3, ..SearchInput::default() };
        shop.app.search(shop.organisation, input).await.expect("found").answer
    };
    let first = page(None).await;
    let seen = |who: &str| NewEvent {
        visitor: visitor(who),
        what: Happened::Searched { search: first.search_id.clone() },
        at: None,
    };
    shop.takes(&[seen("kim")]).await;
    let second = page(first.next.clone()).await;
    let chosen = Sku::new(&second.results[1].sku).expect("a SKU");
    let click = |who: &str| NewEvent {
        visitor: visitor(who),
        what: Happened::Did { kind: DeedKind::Click, sku: chosen.clone(), search: Some(first.search_id.clone()) },
        at: None,
    };
    // Kim names the search, then clicks; Lee clicks alone; Park clicks and names it later.
    shop.takes(&[click("kim"), click("lee"), click("park"), seen("park")]).await;
    shop.refreshed().await;
    let facts = shop.app.recommender_facts(shop.organisation).await.expect("fitted");
    assert_eq!(facts.choice.visitors, 3);
    shop.app.close().await;
}

/// Runs a statement on a database of PostgreSQL.
async fn run(url: &str, sql: &'static str) {
    let mut conn = PgConnection::connect(url).await.expect("the server answers");
    conn.execute(sql).await.expect("done");
    conn.close().await.expect("closes");
}

#[tokio::test]
async fn bug_of_two_visitors_who_were_forgotten_at_once_one_came_back() {
    on_each_engine("2020-01-01", async |world| {
        let shop = Shop::stocked(world).await;
        shop.takes(&crowd()).await;
        let without = shop.refreshed().await;
        for (name, at) in [("kim", 5), ("lee", 6)] {
            shop.takes(&[did(name, DeedKind::Purchase, 0), did(name, DeedKind::Purchase, at)]).await;
        }
        shop.refreshed().await;
        let forget = async |name| shop.app.forget_visitor(shop.organisation, &visitor(name)).await.expect("forgotten");
        tokio::join!(forget("kim"), forget("lee"));
        assert_eq!(shop.digests().await, without);
        shop.app.close().await;
    })
    .await;
}

/// Records of use are held for five years.
#[tokio::test]
async fn clause_4_ga_usage_what_visitors_did_goes_with_its_day_and_the_way_to_them_with_it() {
    on_each_engine("2020-01-01", async |world| {
        let shop = Shop::stocked(world).await;
        shop.takes(&crowd()).await;
        shop.takes(&[did("kim", DeedKind::View, 0)]).await;
        shop.refreshed().await;
        set_clock(noon("2022-06-01"));
        let privacy = shop.app.privacy().expect("a vault");
        privacy.vault().confirm_clock(&reason(), privacy.now()).await.expect("confirmed");
        shop.takes(&[did("kim", DeedKind::Cart, 1), did("lee", DeedKind::View, 2)]).await;
        sweep_on(privacy, "2025-01-01").await;
        assert_eq!((shop.held("kim").await, shop.held("crowd-1").await), (2, 3), "the last day");
        let with = shop.refreshed().await;
        let due = async |day: &str| privacy.visitors_due(day.parse().expect("a day")).await.expect("counted");
        assert_eq!((due("2025-01-01").await, due("2025-01-02").await), (0, 37), "as a dry run says");
        let sweep = sweep_on(privacy, "2025-01-02").await;
        assert_eq!((shop.held("kim").await, shop.held("crowd-1").await, shop.held("lee").await), (1, 0, 1));
        let change = sweep.certificate.models.iter().find(|change| change.model == "recommendations").expect("named");
        assert_eq!((change.before.clone(), change.after.clone()), (with, Some(shop.refreshed().await)));
        let known = privacy.vault().visitors_after(None, 100).await.expect("asked");
        assert_eq!(known.len(), 2, "nothing leads to those of whom nothing is held");
        sweep_on(privacy, "2027-06-02").await;
        assert!(privacy.vault().visitors_after(None, 100).await.expect("asked").is_empty());
        shop.app.close().await;
    })
    .await;
}

#[tokio::test]
async fn clause_6_ga_a_visitor_who_is_forgotten_comes_back_from_no_backup() {
    from_each_to_each("2020-01-01", async |mut world, request, engine| {
        let shop = Shop::stocked(&world).await;
        shop.takes(&crowd()).await;
        shop.takes(&[did("kim", DeedKind::Purchase, 0), did("lee", DeedKind::Purchase, 1)]).await;
        let privacy = shop.app.privacy().expect("a vault");
        privacy.back_up(None, |_| {}).await.expect("backed up");
        shop.app.forget_visitor(shop.organisation, &visitor("kim")).await.expect("forgotten");
        let left = shop.refreshed().await;
        shop.app.close().await;
        drop(shop);

        world.lose(engine).await;
        restore(&world.data(), &world.config, SURROUNDINGS, &request).await.expect("restored");
        let shop = Shop::in_world(&world).await;
        assert_eq!((shop.held("kim").await, shop.held("lee").await), (0, 1));
        assert_eq!(shop.refreshed().await, left, "the very same recommender");
        shop.app.close().await;
    })
    .await;
}

#[tokio::test]
async fn clause_6_ga_nothing_is_left_of_the_way_to_a_visitor_who_was_forgotten() {
    let (world, request) = with_place("2020-01-01").await;
    let shop = Shop::stocked(&world).await;
    let name = "Canary-visitor-0001";
    shop.takes(&[did(name, DeedKind::Purchase, 0), did("lee", DeedKind::Purchase, 1)]).await;
    let privacy = shop.app.privacy().expect("a vault").clone();
    let organisation = shop.organisation;
    let id = privacy.vault().visitor(organisation, name).await.expect("asked").expect("known");
    let other = privacy.vault().visitor(organisation, "lee").await.expect("asked").expect("known");
    let of = |name, id: vestry_vault::VisitorId| Canary::bytes(name, id.as_bytes());
    privacy.back_up(None, |_| {}).await.expect("backed up");
    let text = [Canary::text("what the shop calls them", name)];
    let found = everything(&world, &privacy, &request).scan(&text).await;
    assert!(found.is_empty(), "hashed on arrival: {}", shown(&found));
    let here = everything(&world, &privacy, &request).scan(&[of("them", id), of("another", other)]).await;
    assert_eq!(missed(&[of("them", id), of("another", other)], &here), [""; 0]);

    shop.app.forget_visitor(shop.organisation, &visitor(name)).await.expect("forgotten");
    sweep_on(&privacy, "2020-01-01").await;
    // A backup of the data from before has what they did, under an id to which nothing leads.
    let found = everything(&world, &privacy, &request).scan(&[of("them", id), of("another", other)]).await;
    let is_way = |at: &str| at.contains("keys.db") || at.contains("/keys/");
    assert!(!found.iter().any(|finding| finding.canary == "them" && is_way(&finding.at)), "{}", shown(&found));
    assert!(found.iter().any(|finding| finding.canary == "another" && is_way(&finding.at)), "{}", shown(&found));
    shop.app.close().await;
}

#[tokio::test]
async fn another_master_key_leaves_visitors_known() {
    let world = World::made("2020-01-01").await;
    let shop = Shop::stocked(&world).await;
    shop.takes(&[did("kim", DeedKind::Purchase, 0)]).await;
    shop.app.close().await;
    drop(shop);
    let rotated = Privacy::rotate(&world.data(), &world.config, SURROUNDINGS, VaultStore::Live).await.expect("rotated");
    assert_eq!(rotated.unnamed, 0);
    let shop = Shop::in_world(&world).await;
    assert_eq!(shop.held("kim").await, 1);
    shop.takes(&[did("kim", DeedKind::View, 1)]).await;
    assert_eq!(shop.held("kim").await, 2);
    shop.app.close().await;
}

#[tokio::test]
async fn search_weights_follow_clicks_and_forget_them() {
    let world = World::made("2020-01-01").await;
    let shop = Shop::stocked(&world).await;
    let found = shop.app.search(shop.organisation, SearchInput::default()).await.expect("found").answer;
    let chosen = Sku::new(&found.results[2].sku).expect("a SKU");
    let search = found.search_id.clone();
    let what = Happened::Did { kind: DeedKind::Click, sku: chosen, search: Some(search.clone()) };
    shop.takes(&[
        NewEvent { visitor: visitor("lee"), what: Happened::Searched { search }, at: None },
        NewEvent { visitor: visitor("kim"), what, at: None },
    ])
    .await;
    shop.refreshed().await;
    let facts = shop.app.recommender_facts(shop.organisation).await.expect("fitted");
    assert_eq!((facts.choice.visitors, facts.choice.weights), (1, [1.0; 3]), "one click turns nothing");
    assert_eq!((shop.held("lee").await, shop.held("kim").await), (1, 2));
    shop.app.forget_visitor(shop.organisation, &visitor("kim")).await.expect("forgotten");
    let facts = shop.app.recommender_facts(shop.organisation).await.expect("fitted");
    assert_eq!((facts.choice.visitors, shop.held("lee").await), (0, 1));
    shop.app.close().await;
}

#[tokio::test]
async fn a_search_that_names_no_weights_takes_those_that_clicks_speak_for() {
    let world = World::made("2020-01-01").await;
    let shop = Shop::pictured(&world).await;
    let search = async |like: Option<Sku>, colour: Rgb, limit: usize| {
        let input = SearchInput { like, colour: Some(colour), limit, ..SearchInput::default() };
        shop.app.search(shop.organisation, input).await.expect("found").answer
    };
    // Like a product and near a colour: what stands second by the colour alone stands further down by both.
    let mut found = None;
    for colour in [[220, 30, 30], [30, 60, 200], [20, 20, 20], [240, 240, 240], [40, 140, 60]].map(Rgb) {
        let both = search(Some(sku(0)), colour, PRODUCTS).await;
        let near = search(None, colour, 2).await.results[1].sku.clone();
        if let Some(at @ 2..) = both.results.iter().position(|one| one.sku == near) {
            found = Some((colour, both, at));
            break;
        }
    }
    let (colour, both, at) = found.expect("a colour by which some stand higher");
    let begun = search(Some(sku(0)), colour, 4).await;
    let chosen = Sku::new(&both.results[at].sku).expect("a SKU");
    let click = |who: usize| NewEvent {
        visitor: visitor(&format!("visitor-{who}")),
        what: Happened::Did { kind: DeedKind::Click, sku: chosen.clone(), search: Some(both.search_id.clone()) },
        at: None,
    };
    shop.takes(&(0..ENOUGH).map(click).collect::<Vec<_>>()).await;
    shop.refreshed().await;
    let weights = shop.app.recommender_facts(shop.organisation).await.expect("fitted").choice.weights;
    assert!(weights[1] > weights[0], "colour counts more: {weights:?}");
    let learnt = search(Some(sku(0)), colour, PRODUCTS).await;
    let place = |answer: &Answer| answer.results.iter().position(|one| one.sku == chosen.as_str()).expect("found");
    assert!(place(&learnt) < at, "{} before, {}", at, place(&learnt));
    // A list goes on as it began.
    let next = SearchInput {
        like: Some(sku(0)),
        colour: Some(colour),
        cursor: begun.next.clone(),
        limit: 4,
        ..SearchInput::default()
    };
    let rest = shop.app.search(shop.organisation, next).await.expect("the next page").answer;
    let skus = |answer: &Answer| answer.results.iter().map(|one| one.sku.clone()).collect::<Vec<_>>();
    assert_eq!([skus(&begun), skus(&rest)].concat(), skus(&both));
    let named = Some(Weights::default());
    let input = SearchInput {
        like: Some(sku(0)),
        colour: Some(colour),
        weights: named,
        limit: PRODUCTS,
        ..SearchInput::default()
    };
    let as_asked = shop.app.search(shop.organisation, input).await.expect("found").answer;
    assert_eq!(place(&as_asked), at, "who names weights gets those");
    shop.app.close().await;
}
