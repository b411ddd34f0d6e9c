//! Small shops to search in.

#![allow(dead_code)]

use std::collections::BTreeMap;

use tempfile::TempDir;
use vestry_model::{
    AttributeId, ColourShare, Confidence, Currency, ImageId, LOOK_DIMENSIONS, LocalText, LookVector, Price, ProductId,
    Rgb, TagState, Taxonomy, ValueId,
};
use vestry_search::{Change, Document, DocumentImage, DocumentTag, Index, Settings};

/// An index in a folder that goes with it.
pub(crate) struct Shop {
    pub(crate) index: Index,
    pub(crate) dir: TempDir,
}

impl Shop {
    pub(crate) fn with(documents: impl IntoIterator<Item = Document>) -> Self {
        let dir = TempDir::new().unwrap();
        let index = open(&dir).index;
        index.apply(upserts(documents)).unwrap();
        Self { index, dir }
    }
}

pub(crate) fn settings() -> Settings {
    Settings { seed: 7, pools: 64, words_heap_bytes: 15_000_000, fault: None }
}

pub(crate) fn open(dir: &TempDir) -> vestry_search::Opened {
    Index::open(dir.path(), Taxonomy::builtin(), settings()).unwrap()
}

/// Numbered changes that put `documents` in.
pub(crate) fn upserts(documents: impl IntoIterator<Item = Document>) -> Vec<(u64, Change)> {
    documents.into_iter().enumerate().map(|(at, d)| (at as u64 + 1, Change::Upsert(Box::new(d)))).collect()
}

/// A repeatable stream of numbers (SplitMix64).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// Between −1 and 1, most near 0.
    pub(crate) fn centred(&mut self) -> f32 {
        (0..4).map(|_| self.below(1 << 20) as f32 / (1 << 19) as f32 - 1.0).sum::<f32>() / 4.0
    }
}

/// The look numbered `seed`; two of them are nearly at right angles.
pub(crate) fn look(seed: u64) -> LookVector {
    let mut numbers = Numbers(seed.wrapping_mul(0x1234_5678_9abc_def1));
    let values: Vec<f32> = (0..LOOK_DIMENSIONS).map(|_| numbers.centred()).collect();
    LookVector::from_f32(&values).unwrap()
}

pub(crate) fn picture(id: i64, seed: u64) -> DocumentImage {
    DocumentImage { image: ImageId::from_row(id), look: look(seed), colours: Vec::new() }
}

/// Product `id` with one picture, of the same number and look.
pub(crate) fn document(id: i64, ko: &str, en: &str) -> Document {
    let text = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    Document {
        product: ProductId::from_row(id),
        sku: format!("SKU-{id}"),
        group: None,
        title: LocalText { ko: text(ko), en: text(en) },
        description: LocalText::default(),
        brand: None,
        price: None,
        created_micros: id * 1_000,
        tags: Vec::new(),
        own: BTreeMap::new(),
        images: vec![picture(id, id as u64)],
    }
}

pub(crate) fn tagged(mut document: Document, attribute: &str, value: &str) -> Document {
    document.tags.push(DocumentTag {
        attribute: AttributeId::new(attribute).unwrap(),
        value: ValueId::new(value).unwrap(),
        confidence: Confidence::new(0.9),
        state: TagState::Suggested,
    });
    document
}

pub(crate) fn category(document: Document, value: &str) -> Document {
    tagged(document, "category", value)
}

pub(crate) fn colour(document: Document, value: &str) -> Document {
    tagged(document, "colour", value)
}

pub(crate) fn priced(mut document: Document, hundredths: i64) -> Document {
    document.price = Some(Price { hundredths, currency: Currency::new("KRW").unwrap() });
    document
}

pub(crate) fn tinted(mut document: Document, rgb: [u8; 3]) -> Document {
    document.images[0].colours = vec![ColourShare { value: ValueId::new("red").unwrap(), rgb: Rgb(rgb), share: 0.9 }];
    document
}
