//! The planner against an exact scan: no filter, narrow filters, filters that go against the query.

#![allow(clippy::unwrap_used, reason = "a test or a measurement stops where something is wrong")]

#[path = "support/shop.rs"]
mod shop;

use std::sync::atomic::{AtomicBool, Ordering};

use shop::{Numbers, category, document, look, open};
use tempfile::TempDir;
use vestry_model::{LOOK_DIMENSIONS, LookVector, ProductId};
use vestry_search::{Change, Document, Filter, FilterTest, Index, Request};

const PRODUCTS: i64 = 12_000;
const CLUSTERS: u64 = 24;

/// A look near the centre of cluster `cluster`, as garments of one kind are near each other.
fn clustered(cluster: u64, numbers: &mut Numbers) -> LookVector {
    let centre = look(1_000_000 + cluster);
    let values: Vec<f32> = centre.as_slice().iter().map(|c| c.to_f32() + 0.05 * numbers.centred() * 2.0).collect();
    assert_eq!(values.len(), LOOK_DIMENSIONS);
    LookVector::from_f32(&values).unwrap()
}

fn products() -> Vec<Document> {
    let mut numbers = Numbers(5);
    (1..=PRODUCTS)
        .map(|id| {
            let cluster = numbers.below(CLUSTERS);
            let mut out = document(id, "", "");
            out.images[0].look = clustered(cluster, &mut numbers);
            out.own.insert("cluster".into(), cluster.to_string());
            out.own.insert("tenth".into(), (id % 10).to_string());
            out.own.insert("hundredth".into(), (id % 100).to_string());
            out.own.insert("half".into(), (id % 2).to_string());
            if cluster < CLUSTERS / 2 { category(out, "dress") } else { category(out, "skirt") }
        })
        .collect()
}

/// The share of the ten exactly nearest, among what `may`, that a search finds; over 60 queries.
fn recall(index: &Index, products: &[Document], filter: Option<Filter>, may: impl Fn(&Document, u64) -> bool) -> f64 {
    let mut numbers = Numbers(77);
    let (mut found, mut wanted) = (0, 0);
    for _ in 0..60 {
        let cluster = numbers.below(CLUSTERS);
        let query = clustered(cluster, &mut numbers);
        let mut filter = filter.clone();
        if let Some(Filter { field, test: FilterTest::AnyOf(values) }) = &mut filter
            && field == "cluster"
        {
            *values = vec![((cluster + 1) % CLUSTERS).to_string()];
        }
        let mut exact: Vec<(f32, i64)> = products
            .iter()
            .filter(|p| may(p, cluster))
            .map(|p| (p.images[0].look.cosine(&query), p.product.get()))
            .collect();
        exact.sort_by(|a, b| b.0.total_cmp(&a.0));
        let request = Request {
            look: Some(query),
            filters: filter.into_iter().collect(),
            limit: 10,
            fold: false,
            ..Request::default()
        };
        let answer = index.search(&request).unwrap();
        wanted += exact.len().min(10);
        let tenth = exact[exact.len().min(10) - 1].0;
        found += answer.results.iter().filter(|hit| hit.parts.look.unwrap().score >= tenth - 1e-3).count();
        assert!(answer.results.windows(2).all(|w| w[0].parts.look.unwrap().score >= w[1].parts.look.unwrap().score));
    }
    found as f64 / wanted as f64
}

#[test]
fn filters_do_not_cost_recall() {
    let mut products = products();
    let dir = TempDir::new().unwrap();
    let index = open(&dir).index;
    for chunk in products.chunks(2_000) {
        index.apply(shop::upserts(chunk.iter().cloned())).unwrap();
    }
    // A tenth goes again, so that the graph has holes.
    let gone: Vec<(u64, Change)> =
        products.extract_if(.., |p| p.product.get() % 10 == 3).map(|p| (1, Change::Remove(p.product))).collect();
    index.apply(gone).unwrap();

    let filter =
        |field: &str, value: &str| Some(Filter { field: field.into(), test: FilterTest::AnyOf(vec![value.into()]) });
    let id = |p: &Document| p.product.get();
    let measured = [
        ("none", recall(&index, &products, None, |_, _| true)),
        ("half", recall(&index, &products, filter("half", "1"), |p, _| id(p) % 2 == 1)),
        ("10 %", recall(&index, &products, filter("tenth", "1"), |p, _| id(p) % 10 == 1)),
        ("1 %", recall(&index, &products, filter("hundredth", "7"), |p, _| id(p) % 100 == 7)),
        (
            "one cluster, the query in another",
            recall(&index, &products, filter("cluster", ""), |p, cluster| {
                p.own["cluster"] == ((cluster + 1) % CLUSTERS).to_string()
            }),
        ),
        (
            "half the clusters",
            recall(&index, &products, filter("category", "skirt"), |p, _| {
                p.own["cluster"].parse::<u64>().unwrap() >= CLUSTERS / 2
            }),
        ),
    ];
    for (what, recall) in measured {
        assert!(recall >= 0.99, "{what}: {recall}");
    }
}

#[test]
fn searches_run_beside_changes() {
    let dir = TempDir::new().unwrap();
    let index = open(&dir).index;
    let put =
        |from: i64| (from..from + 40).map(|id| (id as u64, Change::Upsert(Box::new(document(id, "", "cotton thing")))));
    index.apply(put(1).collect()).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let words = Request { words: Some("cotton".into()), limit: 200, ..Request::default() };
                    let answer = index.search(&words).unwrap();
                    assert!(answer.total >= 40, "what was there stays there");
                    let near = Request { look: Some(look(7)), ..Request::default() };
                    assert_eq!(index.search(&near).unwrap().results[0].product, ProductId::from_row(7));
                }
            });
        }
        for round in 1..12 {
            index.apply(put(40 * round + 1).collect()).unwrap();
            let newest = Request { look: Some(look(40 * round as u64 + 5)), limit: 1, ..Request::default() };
            assert_eq!(index.search(&newest).unwrap().results[0].product.get(), 40 * round + 5, "visible at once");
            let words = Request { words: Some("cotton".into()), ..Request::default() };
            assert_eq!(index.search(&words).unwrap().total, 40 * (round as u64 + 1), "visible at once");
            match round % 4 {
                0 => drop(index.save().unwrap()),
                2 => drop(index.purge().unwrap()),
                _ => {}
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}
