//! Products as tiles.

use super::{address, encoded};
use crate::{
    pages::{Chip, ChipLook, Look, PictureView, TileView},
    words::Words,
};
use vestry_app::{Image, ProductView};
use vestry_model::{Price, Tag, TagState, Taxonomy};
use vestry_search::{Hit, Rule};

/// Attributes that a tile speaks of, in this order.
const ON_TILE: [&str; 4] = ["category", "colour", "print", "neckline"];

/// `39,000원`, `₩39,000`, `24.90 USD`.
pub(crate) fn price(price: Option<Price>, words: Words) -> String {
    let Some(price) = price else { return String::new() };
    let whole = words.number(price.hundredths / 100);
    let amount = match price.hundredths % 100 {
        0 => whole,
        part => format!("{whole}.{part:02}"),
    };
    match (price.currency.as_str(), words.is_korean()) {
        ("KRW", true) => format!("{amount}원"),
        ("KRW", false) => format!("₩{amount}"),
        ("USD", _) => format!("${amount}"),
        ("EUR", _) => format!("€{amount}"),
        ("JPY", _) => format!("¥{amount}"),
        (code, _) => format!("{amount} {code}"),
    }
}

/// A value's name in the language of `words`.
pub(crate) fn value_name(taxonomy: &Taxonomy, attribute: &str, value: &str, words: Words) -> String {
    match taxonomy.value(attribute, value) {
        Some(found) => found.name.pick(words.is_korean()).into(),
        None => value.into(),
    }
}

/// The colour to show for a value, if it is one.
pub(crate) fn dot(taxonomy: &Taxonomy, attribute: &str, value: &str) -> Option<String> {
    taxonomy.value(attribute, value)?.rgb.first().map(ToString::to_string)
}

pub(crate) fn picture(image: Option<&Image>, alt: &str) -> PictureView {
    let stored = image.and_then(|i| Some((i.id, i.picture()?)));
    PictureView {
        id: stored.map(|(id, _)| id.get()),
        alt: alt.into(),
        tone: stored.and_then(|(_, p)| p.placeholder).map(|rgb| rgb.to_string()),
    }
}

/// The title, or the SKU where there is none.
pub(crate) fn title(view: &ProductView, words: Words) -> String {
    let product = &view.product.product;
    match product.title.pick(words.is_korean()) {
        "" => product.sku.to_string(),
        title => title.into(),
    }
}

fn chip(tag: &Tag, taxonomy: &Taxonomy, words: Words) -> Chip {
    Chip {
        text: value_name(taxonomy, tag.attribute.as_str(), tag.value.as_str(), words),
        look: ChipLook(Look::from(tag.state)),
        dot: dot(taxonomy, tag.attribute.as_str(), tag.value.as_str()),
    }
}

/// The three tags that say most: one an attribute, what somebody said before what a model thinks.
fn chips(view: &ProductView, taxonomy: &Taxonomy, words: Words) -> Vec<Chip> {
    let sure = |tag: &&Tag| (tag.state == TagState::Confirmed, (tag.confidence.get() * 1000.0) as u32);
    let best = |attribute: &&str| view.tags.iter().filter(|t| t.attribute.as_str() == *attribute).max_by_key(sure);
    ON_TILE.iter().filter_map(best).take(3).map(|tag| chip(tag, taxonomy, words)).collect()
}

pub(crate) fn tile(view: &ProductView, taxonomy: &Taxonomy, words: Words) -> TileView {
    let sku = view.product.product.sku.as_str();
    let title = title(view, words);
    let shown = view.images.iter().find(|i| i.picture().is_some());
    TileView {
        href: format!("/products/{}", encoded(sku)),
        alike: address("/search", [("like", sku)]),
        price: price(view.product.product.price, words),
        picture: picture(shown, &title),
        chips: chips(view, taxonomy, words),
        title,
        why: String::new(),
    }
}

/// A search's tile: the picture that matched and why, instead of chips.
pub(crate) fn found(hit: &Hit, view: &ProductView, taxonomy: &Taxonomy, words: Words) -> TileView {
    let matched = hit.image.and_then(|id| view.images.iter().find(|i| i.id == id && i.picture().is_some()));
    let mut tile = tile(view, taxonomy, words);
    if let Some(image) = matched {
        tile.picture = picture(Some(image), &tile.title);
    }
    tile.chips.clear();
    tile.why = why(hit, taxonomy, words);
    tile
}

/// `look 0.91 · navy · 줄무늬`.
fn why(hit: &Hit, taxonomy: &Taxonomy, words: Words) -> String {
    let mut parts = Vec::new();
    parts.extend(hit.parts.look.map(|p| format!("{} {:.2}", words.t("why-look"), p.score)));
    parts.extend(hit.parts.colour.map(|p| format!("{} {:.2}", words.t("why-colour"), p.score)));
    parts.extend(hit.why.tags.iter().map(|(a, v)| value_name(taxonomy, a.as_str(), v.as_str(), words)));
    if !hit.why.words.is_empty() {
        parts.push(format!("{} {}", words.t("why-words"), hit.why.words.join(" ")));
    }
    parts.extend(hit.why.rule.map(|rule| match rule {
        Rule::Pinned => words.t("why-pinned"),
        Rule::Boosted => words.t("why-boosted"),
        Rule::Buried => words.t("why-buried"),
    }));
    if !hit.folded.is_empty() {
        parts.push(words.n("why-folded", hit.folded.len()));
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;
    use vestry_model::Currency;

    #[track_caller]
    fn check(amount: &str, currency: &str, korean: &str, english: &str) {
        let parsed = Price::parse(amount, Currency::new(currency).expect("a currency")).expect("a price");
        assert_eq!(price(Some(parsed), Words(Language::Korean)), korean);
        assert_eq!(price(Some(parsed), Words(Language::English)), english);
    }

    #[test]
    fn prices_read_as_people_write_them() {
        check("39000", "KRW", "39,000원", "₩39,000");
        check("24.9", "USD", "$24.90", "$24.90");
        check("1250", "THB", "1,250 THB", "1,250 THB");
    }
}
