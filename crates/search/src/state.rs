//! Everything about the products that a search reads, by slot. A product keeps its slot until the index is
//! compacted; slots are never used twice, so what another thread still holds never points at another product.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use vestry_model::{AttributeId, ImageId, Oklab, ProductId, Rgb, TagState, Taxonomy, ValueId};

use crate::{
    Document,
    bits::Bits,
    rows::{IdMap, Look, Rows},
    tokens::Terms,
};

/// Colours of a picture with their shares.
pub(crate) type Shares = Vec<([u8; 3], f32)>;

/// A product without its texts and vectors: what the snapshot keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) product: ProductId,
    pub(crate) sku: String,
    pub(crate) group: Option<String>,
    pub(crate) brand: Option<String>,
    pub(crate) price: Option<i64>,
    pub(crate) currency: Option<String>,
    pub(crate) created: i64,
    pub(crate) tags: Vec<(AttributeId, ValueId, f32)>,
    pub(crate) own: BTreeMap<String, String>,
    pub(crate) images: Vec<(ImageId, Shares)>,
    /// Words of title, words of text, pairs.
    pub(crate) lengths: [u32; 3],
    /// Words of the title, each once: what misspellings are corrected against.
    pub(crate) words: Vec<String>,
}

impl Record {
    /// A tag also says every broader value of its attribute: a mini dress is a dress.
    pub(crate) fn of(document: &Document, tokens: &Terms, taxonomy: &Taxonomy) -> Self {
        let mut tags = Vec::new();
        for tag in document.tags.iter().filter(|tag| tag.state != TagState::ToReview) {
            tags.push((tag.attribute.clone(), tag.value.clone(), tag.confidence.get()));
            for broader in taxonomy.lineage(tag.attribute.as_str(), tag.value.as_str()).skip(1) {
                tags.push((tag.attribute.clone(), broader.id.clone(), tag.confidence.get()));
            }
        }
        tags.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)).then(b.2.total_cmp(&a.2)));
        tags.dedup_by(|a, b| a.0 == b.0 && a.1 == b.1);
        let mut images: Vec<(ImageId, Vec<_>)> = Vec::with_capacity(document.images.len());
        for picture in &document.images {
            if images.iter().all(|(image, _)| *image != picture.image) {
                images.push((picture.image, picture.colours.iter().map(|c| (c.rgb.0, c.share)).collect()));
            }
        }
        let mut words = tokens.title.clone();
        words.sort_unstable();
        words.dedup();
        Self {
            product: document.product,
            sku: document.sku.clone(),
            group: document.group.clone(),
            brand: document.brand.clone(),
            price: document.price.map(|p| p.hundredths),
            currency: document.price.map(|p| p.currency.as_str().into()),
            created: document.created_micros,
            tags,
            own: document.own.clone(),
            images,
            lengths: [tokens.title.len(), tokens.text.len(), tokens.pairs.len()].map(|n| n as u32),
            words,
        }
    }
}

/// A picture of an entry.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub(crate) image: ImageId,
    pub(crate) row: u32,
    colours: Box<[([u8; 3], f32)]>,
}

/// A product.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) product: ProductId,
    pub(crate) sku: Box<str>,
    pub(crate) pictures: Box<[Picture]>,
    pub(crate) palette: Box<[(Oklab, f32)]>,
    group: Option<Box<str>>,
    brand: Option<Box<str>>,
    currency: Option<Box<str>>,
    own: BTreeMap<String, String>,
    words: Box<[u32]>,
}

/// What is left for the graph to do after a change.
#[derive(Debug, Default)]
pub(crate) struct GraphWork {
    pub(crate) removed: Vec<ImageId>,
}

/// No price.
pub(crate) const NO_PRICE: i64 = i64::MIN;

/// The products of one organisation.
#[derive(Debug, Default)]
pub(crate) struct State {
    entries: Vec<Entry>,
    slots: IdMap<ProductId, u32>,
    pub(crate) live: Bits,
    pub(crate) pictured: Bits,
    pub(crate) rows: Rows,
    /// Rows that the graph does not hold yet; searched exactly.
    pub(crate) pending: Vec<u32>,
    pub(crate) prices: Vec<i64>,
    pub(crate) created: Vec<i64>,
    pub(crate) lengths: Vec<[u32; 3]>,
    /// Sums of `lengths` over what is alive.
    pub(crate) length_sums: [u64; 3],
    /// Numbers of groups; 0 is none.
    pub(crate) groups: Vec<u32>,
    group_numbers: HashMap<Box<str>, u32>,
    tags: TagPool,
    /// Own fields, brand, sku, group and currency: field → lower-cased value → slots in order.
    fields: HashMap<String, HashMap<String, Vec<u32>>>,
    pub(crate) vocabulary: Vocabulary,
}

/// Tags in one piece of memory: counting facets walks thousands of products.
#[derive(Debug, Default)]
struct TagPool {
    numbers: HashMap<(AttributeId, ValueId), u32>,
    names: Vec<(AttributeId, ValueId)>,
    spans: Vec<(u32, u32)>,
    pool: Vec<(u32, f32)>,
    live: usize,
    /// By number, slots in order.
    postings: Vec<Vec<u32>>,
}

/// Words of the titles with the number of products that have them.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    numbers: HashMap<Box<str>, u32>,
    words: Vec<(Box<str>, u32)>,
    /// Goes up with every change of what words there are.
    pub(crate) version: u64,
}

impl Vocabulary {
    fn add(&mut self, word: &str) -> u32 {
        let number = match self.numbers.get(word) {
            Some(number) => *number,
            None => {
                let number = self.words.len() as u32;
                self.numbers.insert(word.into(), number);
                self.words.push((word.into(), 0));
                number
            }
        };
        let count = &mut self.words[number as usize].1;
        *count += 1;
        self.version += u64::from(*count == 1);
        number
    }

    fn remove(&mut self, number: u32) {
        let count = &mut self.words[number as usize].1;
        *count -= 1;
        self.version += u64::from(*count == 0);
    }

    /// The words that some product has, with how many.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        self.words.iter().filter(|(_, count)| *count > 0).map(|(word, count)| (&**word, *count))
    }
}

fn add_sorted(list: &mut Vec<u32>, slot: u32) {
    match list.last() {
        Some(last) if *last >= slot => {
            if let Err(at) = list.binary_search(&slot) {
                list.insert(at, slot);
            }
        }
        _ => list.push(slot),
    }
}

fn remove_sorted(list: &mut Vec<u32>, slot: u32) {
    if let Ok(at) = list.binary_search(&slot) {
        list.remove(at);
    }
}

impl TagPool {
    fn number(&mut self, attribute: &AttributeId, value: &ValueId) -> u32 {
        let key = (attribute.clone(), value.clone());
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(key.clone());
        self.numbers.insert(key, number);
        self.postings.push(Vec::new());
        number
    }

    fn put(&mut self, slot: u32, tags: &[(AttributeId, ValueId, f32)]) {
        let from = self.pool.len() as u32;
        for (attribute, value, confidence) in tags {
            let number = self.number(attribute, value);
            self.pool.push((number, *confidence));
            add_sorted(&mut self.postings[number as usize], slot);
        }
        if self.spans.len() <= slot as usize {
            self.spans.resize(slot as usize + 1, (0, 0));
        }
        self.spans[slot as usize] = (from, tags.len() as u32);
        self.live += tags.len();
    }

    fn take(&mut self, slot: u32) {
        let (from, count) = std::mem::take(&mut self.spans[slot as usize]);
        for at in from..from + count {
            let number = self.pool[at as usize].0;
            remove_sorted(&mut self.postings[number as usize], slot);
        }
        self.live -= count as usize;
        if self.pool.len() > 2 * self.live + 4096 {
            self.pack();
        }
    }

    fn pack(&mut self) {
        let mut packed = Vec::with_capacity(self.live * 3 / 2);
        for (from, count) in &mut self.spans {
            let at = packed.len() as u32;
            packed.extend_from_slice(&self.pool[*from as usize..(*from + *count) as usize]);
            *from = at;
        }
        self.pool = packed;
    }
}

impl State {
    pub(crate) fn slot_of(&self, product: ProductId) -> Option<u32> {
        self.slots.get(&product).copied()
    }

    pub(crate) fn entry(&self, slot: u32) -> &Entry {
        &self.entries[slot as usize]
    }

    pub(crate) fn product(&self, slot: u32) -> ProductId {
        self.entries[slot as usize].product
    }

    /// Products alive.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Slots given out, dead ones included.
    pub(crate) fn room(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn dead_share(&self) -> f32 {
        let share = |live: usize, all: usize| (all - live) as f32 / all.max(1) as f32;
        share(self.len(), self.room()).max(share(self.rows.live(), self.rows.len()))
    }

    /// Numbers of the tags of `slot`, with their confidence.
    pub(crate) fn tags(&self, slot: u32) -> &[(u32, f32)] {
        let (from, count) = self.tags.spans[slot as usize];
        &self.tags.pool[from as usize..(from + count) as usize]
    }

    pub(crate) fn tag_names(&self) -> &[(AttributeId, ValueId)] {
        &self.tags.names
    }

    pub(crate) fn tag_number(&self, attribute: &AttributeId, value: &ValueId) -> Option<u32> {
        self.tags.numbers.get(&(attribute.clone(), value.clone())).copied()
    }

    /// Slots with tag `number`, in order.
    pub(crate) fn tagged(&self, number: u32) -> &[u32] {
        &self.tags.postings[number as usize]
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|(_, values)| !values.is_empty()).map(|(name, _)| name.as_str())
    }

    pub(crate) fn field(&self, name: &str) -> Option<&HashMap<String, Vec<u32>>> {
        self.fields.get(name).filter(|values| !values.is_empty())
    }

    /// Puts a product in, or in place of its older self. A picture whose vector did not change keeps its row.
    pub(crate) fn upsert(&mut self, record: Record, looks: &[Box<Look>]) -> GraphWork {
        let mut work = GraphWork::default();
        let slot = match self.slots.get(&record.product) {
            Some(slot) => {
                let slot = *slot;
                self.retract(slot);
                slot
            }
            None => {
                let slot = self.entries.len() as u32;
                self.slots.insert(record.product, slot);
                self.prices.push(NO_PRICE);
                self.created.push(0);
                self.lengths.push([0; 3]);
                self.groups.push(0);
                slot
            }
        };
        let old = self.entries.get_mut(slot as usize).map(|e| std::mem::take(&mut e.pictures)).unwrap_or_default();
        let mut pictures = Vec::with_capacity(looks.len());
        for ((image, colours), look) in record.images.iter().zip(looks) {
            let row = match self.rows.row_of(*image) {
                Some(row) if self.rows.slot(row) == slot && self.rows.vector(row) == look.as_slice() => row,
                other => {
                    if let Some(row) = other {
                        self.rows.kill(row);
                    }
                    let row = self.rows.push(slot, *image, look);
                    self.pending.push(row);
                    row
                }
            };
            pictures.push(Picture { image: *image, row, colours: colours.as_slice().into() });
        }
        for picture in &*old {
            if pictures.iter().all(|p| p.row != picture.row) && self.rows.slot(picture.row) == slot {
                self.rows.kill(picture.row);
                if self.rows.row_of(picture.image).is_none() {
                    work.removed.push(picture.image);
                }
            }
        }
        self.insert(slot, record, pictures);
        work
    }

    fn insert(&mut self, slot: u32, record: Record, pictures: Vec<Picture>) {
        self.live.set(slot);
        if pictures.is_empty() {
            self.pictured.clear(slot);
        } else {
            self.pictured.set(slot);
        }
        self.prices[slot as usize] = record.price.unwrap_or(NO_PRICE);
        self.created[slot as usize] = record.created;
        self.lengths[slot as usize] = record.lengths;
        for (sum, length) in self.length_sums.iter_mut().zip(record.lengths) {
            *sum += u64::from(length);
        }
        self.groups[slot as usize] = match &record.group {
            None => 0,
            Some(group) => {
                let next = self.group_numbers.len() as u32 + 1;
                *self.group_numbers.entry(group.as_str().into()).or_insert(next)
            }
        };
        self.tags.put(slot, &record.tags);
        let words = record.words.iter().map(|word| self.vocabulary.add(word)).collect();
        let palette = pictures
            .iter()
            .flat_map(|p| p.colours.iter())
            .map(|(rgb, share)| (Oklab::from(Rgb(*rgb)), *share))
            .collect();
        let entry = Entry {
            product: record.product,
            sku: record.sku.into(),
            pictures: pictures.into(),
            palette,
            group: record.group.map(Into::into),
            brand: record.brand.map(Into::into),
            currency: record.currency.map(Into::into),
            own: record.own,
            words,
        };
        for (field, value) in named_fields(&entry) {
            let values = self.fields.entry(field.into()).or_default();
            add_sorted(values.entry(value.to_lowercase()).or_default(), slot);
        }
        if slot as usize == self.entries.len() {
            self.entries.push(entry);
        } else {
            self.entries[slot as usize] = entry;
        }
    }

    /// Takes the product's traces out of everything but its slot and rows.
    fn retract(&mut self, slot: u32) {
        for (sum, length) in self.length_sums.iter_mut().zip(self.lengths[slot as usize]) {
            *sum -= u64::from(length);
        }
        self.tags.take(slot);
        let entry = &mut self.entries[slot as usize];
        for word in std::mem::take(&mut entry.words) {
            self.vocabulary.remove(word);
        }
        for (field, value) in named_fields(entry) {
            let value = value.to_lowercase();
            if let Some(values) = self.fields.get_mut(field)
                && let Some(list) = values.get_mut(&value)
            {
                remove_sorted(list, slot);
                if list.is_empty() {
                    values.remove(&value);
                }
            }
        }
    }

    pub(crate) fn remove(&mut self, product: ProductId) -> GraphWork {
        let mut work = GraphWork::default();
        let Some(slot) = self.slots.remove(&product) else { return work };
        self.retract(slot);
        self.live.clear(slot);
        self.pictured.clear(slot);
        let entry = &mut self.entries[slot as usize];
        for picture in std::mem::take(&mut entry.pictures) {
            if self.rows.slot(picture.row) == slot {
                self.rows.kill(picture.row);
                work.removed.push(picture.image);
            }
        }
        entry.sku = Box::default();
        entry.group = None;
        entry.brand = None;
        entry.own = BTreeMap::new();
        entry.palette = Box::default();
        self.groups[slot as usize] = 0;
        self.prices[slot as usize] = NO_PRICE;
        work
    }

    /// The product in `slot` as the snapshot keeps it, with its rows in the order of its pictures.
    pub(crate) fn record(&self, slot: u32) -> (Record, Vec<u32>) {
        let entry = self.entry(slot);
        let text = |t: &Option<Box<str>>| t.as_deref().map(String::from);
        let pictures = || entry.pictures.iter().filter(|p| self.rows.slot(p.row) == slot);
        let record = Record {
            product: entry.product,
            sku: entry.sku.to_string(),
            group: text(&entry.group),
            brand: text(&entry.brand),
            price: Some(self.prices[slot as usize]).filter(|p| *p != NO_PRICE),
            currency: text(&entry.currency),
            created: self.created[slot as usize],
            tags: self
                .tags(slot)
                .iter()
                .map(|(number, confidence)| {
                    let (attribute, value) = self.tags.names[*number as usize].clone();
                    (attribute, value, *confidence)
                })
                .collect(),
            own: entry.own.clone(),
            images: pictures().map(|p| (p.image, p.colours.to_vec())).collect(),
            lengths: self.lengths[slot as usize],
            words: entry.words.iter().map(|w| self.vocabulary.words[*w as usize].0.to_string()).collect(),
        };
        (record, pictures().map(|p| p.row).collect())
    }

    /// The same products in fresh slots and rows, nothing dead among them.
    pub(crate) fn compacted(&self) -> Self {
        let mut fresh = Self::default();
        for slot in self.live.iter() {
            let (record, rows) = self.record(slot);
            let looks: Vec<Box<Look>> = rows.iter().map(|row| boxed(self.rows.vector(*row))).collect();
            fresh.upsert(record, &looks);
        }
        fresh
    }
}

pub(crate) fn boxed(vector: &[numkong::f16]) -> Box<Look> {
    Box::new(std::array::from_fn(|at| vector[at]))
}

/// Fields that the catalogue itself gives; an own field of the same name is not reachable by a filter.
pub(crate) const GIVEN_FIELDS: [&str; 4] = ["brand", "sku", "group", "currency"];

fn named_fields(entry: &Entry) -> impl Iterator<Item = (&str, &str)> {
    let given = [entry.brand.as_deref(), Some(&*entry.sku), entry.group.as_deref(), entry.currency.as_deref()];
    let own = entry.own.iter().filter(|(name, _)| !GIVEN_FIELDS.contains(&name.as_str()));
    GIVEN_FIELDS
        .into_iter()
        .zip(given)
        .filter_map(|(name, value)| Some((name, value?)))
        .chain(own.map(|(name, value)| (name.as_str(), value.as_str())))
}
