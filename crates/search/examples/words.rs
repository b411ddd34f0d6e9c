//! Measures searches by words with facets over 50,000 made products, and how long one change takes to be found.
//! Prints JSON; run it with an empty folder.

#![allow(clippy::unwrap_used, reason = "a test or a measurement stops where something is wrong")]
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a measurement reads the clock and prints")]

use std::{collections::BTreeMap, error::Error, path::Path, time::Instant};

use vestry_model::{
    AttributeId, Confidence, ImageId, LOOK_DIMENSIONS, LocalText, LookVector, ProductId, TagState, Taxonomy,
};
use vestry_search::{Change, Document, DocumentImage, DocumentTag, Index, Request, Settings};

const PRODUCTS: u64 = 50_000;
const SEARCHES: usize = 4_000;

/// A repeatable stream of numbers (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

/// A product whose title names its category, its colour and a few more of its values, in both languages.
fn document(id: u64, numbers: &mut Numbers) -> Option<Document> {
    let (mut ko, mut en, mut tags) = (Vec::new(), Vec::new(), Vec::new());
    for attribute in Taxonomy::builtin().attributes().iter().take(8) {
        let value = &attribute.values[numbers.below(attribute.values.len() as u64) as usize];
        if numbers.below(2) == 0 || attribute.id.as_str() == "category" {
            ko.push(value.name.ko.clone());
            en.push(value.name.en.clone());
        }
        let (attribute, value) = (attribute.id.clone(), value.id.clone());
        tags.push(DocumentTag { attribute, value, confidence: Confidence::new(0.9), state: TagState::Suggested });
    }
    en.push(format!("model {}", numbers.below(5_000)));
    let values: Vec<f32> = (0..LOOK_DIMENSIONS).map(|_| numbers.below(2_001) as f32 - 1_000.0).collect();
    Some(Document {
        product: ProductId::from_row(id as i64),
        sku: format!("SKU-{id}"),
        group: None,
        description: LocalText { ko: None, en: Some(format!("{} for every day, machine wash", en.join(", "))) },
        title: LocalText { ko: Some(ko.join(" ")), en: Some(en.join(" ")) },
        brand: Some(format!("brand{}", numbers.below(300))),
        price: None,
        created_micros: id as i64,
        tags,
        own: BTreeMap::new(),
        images: vec![DocumentImage {
            image: ImageId::from_row(id as i64),
            look: LookVector::from_f32(&values)?,
            colours: Vec::new(),
        }],
    })
}

fn query(numbers: &mut Numbers) -> String {
    let attributes = Taxonomy::builtin().attributes();
    let mut name = |at: usize, korean: bool| {
        let values = &attributes[at].values;
        values[numbers.below(values.len() as u64) as usize].name.pick(korean).to_owned()
    };
    format!("{} {}", name(1, true), name(0, true))
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("use: words EMPTY-FOLDER")?;
    let index = Index::open(Path::new(&folder), Taxonomy::builtin(), Settings::default())?.index;
    let mut numbers = Numbers(1);
    let start = Instant::now();
    let products: Vec<Document> = (1..=PRODUCTS).filter_map(|id| document(id, &mut numbers)).collect();
    for chunk in products.chunks(1_000) {
        let changes = chunk.iter().map(|d| (d.product.get() as u64, Change::Upsert(Box::new(d.clone()))));
        index.apply(changes.collect())?;
    }
    let build_s = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let rows = index.save()?.len();
    let save_s = start.elapsed().as_secs_f64();

    let facets: Vec<AttributeId> = Taxonomy::builtin().attributes().iter().take(5).map(|a| a.id.clone()).collect();
    let (mut times_ms, mut found) = (Vec::new(), 0);
    for _ in 0..SEARCHES {
        let request = Request { words: Some(query(&mut numbers)), facets: facets.clone(), ..Request::default() };
        let start = Instant::now();
        found += index.search(&request)?.total;
        times_ms.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times_ms.sort_by(f64::total_cmp);
    let at = |share: f64| times_ms[((times_ms.len() - 1) as f64 * share) as usize];
    let mean = times_ms.iter().sum::<f64>() / times_ms.len() as f64;

    let start = Instant::now();
    for document in products.iter().take(50) {
        index.apply(vec![(PRODUCTS + 1, Change::Upsert(Box::new(document.clone())))])?;
    }
    let change_ms = start.elapsed().as_secs_f64() * 1e3 / 50.0;
    println!(
        "{{\"build_s\":{build_s:.1},\"save_s\":{save_s:.2},\"rows\":{rows},\"mean_ms\":{mean:.3},\"p50_ms\":{:.3},\"p99_ms\":{:.3},\"found_mean\":{},\"change_ms\":{change_ms:.1}}}",
        at(0.5),
        at(0.99),
        found / SEARCHES as u64,
    );
    Ok(())
}
