//! Filters to sets of products.

use vestry_model::{AttributeId, Taxonomy};

use crate::{
    Filter, FilterTest, IndexError,
    bits::Bits,
    state::{GIVEN_FIELDS, NO_PRICE, State},
};

/// What the filters leave.
pub(crate) struct Chosen {
    /// One set a filter, with the attribute that it speaks of.
    pub(crate) parts: Vec<(Option<AttributeId>, Bits)>,
    /// What is alive and passes every filter.
    pub(crate) all: Bits,
}

/// How a product stands to the filters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Standing {
    /// It passes.
    Passes,
    /// It fails this one only.
    FailsOne(usize),
    /// It fails more.
    Fails,
}

impl Chosen {
    pub(crate) fn new(state: &State, taxonomy: &Taxonomy, filters: &[Filter]) -> Result<Self, IndexError> {
        let mut parts = Vec::with_capacity(filters.len());
        let mut all = state.live.clone();
        for filter in filters {
            let (attribute, bits) = resolve(state, taxonomy, filter)?;
            all.keep(&bits);
            parts.push((attribute, bits));
        }
        Ok(Self { parts, all })
    }

    pub(crate) fn standing(&self, slot: u32) -> Standing {
        let mut fails = self.parts.iter().enumerate().filter(|(_, (_, bits))| !bits.has(slot)).map(|(at, _)| at);
        match (fails.next(), fails.next()) {
            (None, _) => Standing::Passes,
            (Some(at), None) => Standing::FailsOne(at),
            _ => Standing::Fails,
        }
    }

    /// What passes every filter but those on `attribute`.
    pub(crate) fn without(&self, state: &State, attribute: &AttributeId) -> Bits {
        let mut all = state.live.clone();
        for (of, bits) in &self.parts {
            if of.as_ref() != Some(attribute) {
                all.keep(bits);
            }
        }
        all
    }
}

fn resolve(state: &State, taxonomy: &Taxonomy, filter: &Filter) -> Result<(Option<AttributeId>, Bits), IndexError> {
    let mut bits = Bits::with_room(state.room());
    let field = filter.field.as_str();
    match (&filter.test, taxonomy.attribute(field)) {
        (FilterTest::AnyOf(values), Some(attribute)) => {
            for value in values {
                let known = attribute.values.iter().find(|v| v.id.as_str() == value);
                let known = known.ok_or_else(|| IndexError::UnknownValue {
                    field: field.into(),
                    value: short(value),
                    near: nearest(value, attribute.values.iter().map(|v| v.id.as_str())),
                })?;
                let slots = state.tag_number(&attribute.id, &known.id).map(|n| state.tagged(n)).unwrap_or_default();
                slots.iter().for_each(|slot| bits.set(*slot));
            }
            Ok((Some(attribute.id.clone()), bits))
        }
        (FilterTest::Between(from, to), None) if field == "price" => {
            let range = from.unwrap_or(NO_PRICE + 1)..=to.unwrap_or(i64::MAX);
            for (slot, price) in state.prices.iter().enumerate() {
                if *price != NO_PRICE && range.contains(price) {
                    bits.set(slot as u32);
                }
            }
            Ok((None, bits))
        }
        (FilterTest::Between(..), _) => Err(IndexError::Request(format!(
            "`{}` takes values, not a range; only `price` takes a range",
            short(field)
        ))),
        (FilterTest::AnyOf(_), None) if field == "price" => {
            Err(IndexError::Request("`price` takes a range; write `price=10000..20000`".into()))
        }
        (FilterTest::AnyOf(values), None) => {
            match state.field(field) {
                Some(known) => {
                    for slots in values.iter().filter_map(|value| known.get(&value.to_lowercase())) {
                        slots.iter().for_each(|slot| bits.set(*slot));
                    }
                }
                None if GIVEN_FIELDS.contains(&field) => {}
                None => return Err(unknown_field(state, taxonomy, field)),
            }
            Ok((None, bits))
        }
    }
}

/// The error for a field that nobody knows, with what it may have meant.
pub(crate) fn unknown_field(state: &State, taxonomy: &Taxonomy, field: &str) -> IndexError {
    let known = taxonomy.attributes().iter().map(|a| a.id.as_str()).chain(GIVEN_FIELDS).chain(["price"]);
    IndexError::UnknownField { field: short(field), near: nearest(field, known.chain(state.fields())) }
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Up to three of `known` that `text` may have meant: the nearest, and what is as near.
fn nearest<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let text: Vec<char> = text.chars().take(60).flat_map(char::to_lowercase).collect();
    let limit = (text.len() / 3).max(2);
    let mut near: Vec<(usize, &str)> = known
        .map(|name| {
            let letters: Vec<char> = name.chars().collect();
            let inside = text.len() >= 3 && (letters.starts_with(&text) || text.starts_with(&letters));
            (if inside { 1 } else { edits(&text, &letters) }, name)
        })
        .filter(|(distance, name)| *distance <= limit && *distance < name.chars().count())
        .collect();
    near.sort_unstable();
    near.dedup();
    let best = near.first().map_or(0, |(distance, _)| *distance);
    near.into_iter().take_while(|(distance, _)| *distance == best).take(3).map(|(_, name)| name.into()).collect()
}

/// Levenshtein's distance.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let here = (corner + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = std::mem::replace(&mut row[j + 1], here);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_is_near() {
        let known = ["category", "colour", "print", "neckline", "sleeve-length", "length"];
        let near = |text| nearest(text, known.into_iter()).into_iter().next();
        assert_eq!(near("color").as_deref(), Some("colour"));
        assert_eq!(near("Categry").as_deref(), Some("category"));
        assert_eq!(near("sleeve").as_deref(), Some("sleeve-length"));
        assert_eq!(near("zzzzzz"), None);
        assert_eq!(near(""), None);
    }
}
