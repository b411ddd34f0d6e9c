//! What somebody may have meant whose words name nothing.

use super::{jamo, normalise, reader::names, text::pieces};
use vestry_model::{AttributeId, Taxonomy, ValueId};

/// The least likeness of what is offered.
const LEAST: f64 = 0.6;

/// The names of a taxonomy's values, to be compared with words.
#[derive(Debug)]
pub struct Nearest<'t>(Vec<(&'t AttributeId, &'t ValueId, Vec<Pairs>)>);

/// The pairs of neighbouring keys that type a word, sorted; none of a word with other signs, or of one key.
type Pairs = Vec<[u8; 2]>;

fn pairs(word: &str) -> Pairs {
    let keys = jamo::keys(word).unwrap_or_default();
    let mut pairs: Pairs = keys.windows(2).map(|pair| [pair[0], pair[1]]).collect();
    pairs.sort_unstable();
    pairs
}

/// The pairs of each word.
fn words_of(text: &str) -> Vec<Pairs> {
    let pairs = pieces(&normalise(text)).into_iter().map(|piece| pairs(&piece.text));
    pairs.filter(|pairs| !pairs.is_empty()).collect()
}

/// Twice what two words have in common, of all that they have (Dice 1945).
fn likeness(a: &[[u8; 2]], b: &[[u8; 2]]) -> f64 {
    let (mut at, mut common) = (0, 0);
    for pair in a {
        at += b[at..].iter().take_while(|other| *other < pair).count();
        if b.get(at) == Some(pair) {
            (at, common) = (at + 1, common + 1);
        }
    }
    2.0 * f64::from(common) / (a.len() + b.len()) as f64
}

impl<'t> Nearest<'t> {
    /// The names and synonyms of all values of `taxonomy`.
    pub fn new(taxonomy: &'t Taxonomy) -> Self {
        let values = taxonomy.attributes().iter().flat_map(|a| a.values.iter().map(move |v| (a, v)));
        let named = |(a, v): (&'t vestry_model::taxonomy::Attribute, &'t vestry_model::taxonomy::Value)| {
            (&a.id, &v.id, names(v).flat_map(words_of).collect())
        };
        Self(values.map(named).collect())
    }

    /// The `most` values with a name most like one of `words`, most alike first.
    pub fn to(&self, words: &str, most: usize) -> Vec<(AttributeId, ValueId)> {
        let asked = words_of(words);
        let best = |names: &Vec<Pairs>| {
            let each = names.iter().flat_map(|name| asked.iter().map(|word| likeness(word, name)));
            each.fold(0.0, f64::max)
        };
        let mut near: Vec<_> = self.0.iter().map(|(attribute, value, names)| (best(names), attribute, value)).collect();
        near.retain(|(likeness, ..)| *likeness >= LEAST);
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
        near.truncate(most);
        near.into_iter().map(|(_, attribute, value)| ((*attribute).clone(), (*value).clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_share_most_keys_are_nearest() {
        let nearest = Nearest::new(Taxonomy::builtin());
        let values = |words: &str| {
            let near = nearest.to(words, 3).into_iter();
            near.map(|(_, value)| value.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(values("점프수트셋")[0], "jumpsuit");
        assert_eq!(values("cardiganish")[0], "cardigan");
        assert_eq!(values("유리 글라스")[0], "sunglasses");
        assert_eq!(values("우주 냉장고"), Vec::<String>::new());
        assert_eq!(values("7 @"), Vec::<String>::new());
    }

    #[test]
    fn likeness_is_dice_of_multisets() {
        let of = |word: &str| pairs(word);
        assert_eq!(likeness(&of("night"), &of("nacht")), 0.25);
        assert_eq!(likeness(&of("aaaa"), &of("aa")), 0.5);
        assert_eq!(likeness(&of("coat"), &of("coat")), 1.0);
    }
}
