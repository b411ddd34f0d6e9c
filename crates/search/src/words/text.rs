//! Text to tokens.

use std::{collections::HashSet, ops::Range};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::jamo::{Final, final_consonant, is_syllable};

/// What a text is found by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Whole words in all their forms, in order; a repeated word is repeated here.
    pub words: Vec<String>,
    /// Pairs of neighbouring syllables inside words, in order.
    pub grams: Vec<String>,
}

/// One word of a query. A text has it when it has one of `forms` among its words, or at least `needed` of
/// `grams` among its grams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word as typed, normalised.
    pub text: String,
    /// The word and what is left without particle or plural; never empty.
    pub forms: Vec<String>,
    /// Its pairs of syllables; empty for Latin words and single syllables.
    pub grams: Vec<String>,
    /// How many different `grams` a text must have; 0 when there are none.
    pub needed: usize,
}

impl Word {
    pub(super) fn new(text: &str) -> Self {
        let mut forms = vec![text.to_owned()];
        let mut add = |form: String| {
            if !form.is_empty() && !forms.contains(&form) {
                forms.push(form);
            }
        };
        if text.contains('-') {
            add(text.replace('-', ""));
        }
        stems(text).into_iter().for_each(&mut add);
        // A particle must not make the pairs ask for more than the word itself.
        let bare = without_particle(text).unwrap_or(text);
        let mut grams = Vec::new();
        for gram in grams_of(bare) {
            if !grams.contains(&gram) {
                grams.push(gram);
            }
        }
        // One pair is lost where two words are written as one (`체크셔츠`, `체크 셔츠`): two thirds, rounded up.
        let needed = (grams.len() * 2).div_ceil(3);
        Self { text: text.to_owned(), forms, grams, needed }
    }

    /// Whether a text with these words and grams has this word.
    pub fn is_in(&self, words: &HashSet<&str>, grams: &HashSet<&str>) -> bool {
        let shared = || self.grams.iter().filter(|g| grams.contains(g.as_str())).count();
        self.forms.iter().any(|f| words.contains(f.as_str())) || (self.needed > 0 && shared() >= self.needed)
    }
}

/// Composed (NFC), full-width ASCII made plain, lower case. Doing it twice is doing it once.
pub fn normalise(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{2019}' | '\u{2018}' => '\'',
        '\u{2010}' | '\u{2011}' => '-',
        c => c,
    };
    let lower: String = text.nfc().map(plain).flat_map(char::to_lowercase).collect();
    lower.nfc().collect()
}

/// The tokens to index a text by.
pub fn tokens(text: &str) -> Tokens {
    let text = normalise(text);
    let mut tokens = Tokens::default();
    for piece in pieces(&text) {
        let parts: Vec<&str> = piece.text.split('-').collect();
        if parts.len() > 1 {
            tokens.words.push(parts.concat());
            // `shirt` finds `long-shirt`, but `t-shirt` is no shirt and `v-neck` no neck.
            if parts.iter().all(|p| p.chars().count() > 1) {
                tokens.words.extend(parts.iter().map(|&p| p.to_owned()));
            }
        }
        tokens.words.extend(stems(&piece.text));
        tokens.grams.extend(grams_of(&piece.text));
        tokens.words.push(piece.text);
    }
    tokens
}

/// The words to search for.
pub fn query_words(text: &str) -> Vec<Word> {
    pieces(&normalise(text)).iter().map(|piece| Word::new(&piece.text)).collect()
}

/// Whether `text` has every word of `query`: the rule that an engine has to follow.
pub fn matches(query: &str, text: &str) -> bool {
    let tokens = tokens(text);
    let words = tokens.words.iter().map(String::as_str).collect();
    let grams = tokens.grams.iter().map(String::as_str).collect();
    query_words(query).iter().all(|word| word.is_in(&words, &grams))
}

/// A word and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Bytes of the normalised text.
    pub(super) span: Range<usize>,
    /// The word, without thousands separators and apostrophes.
    pub(super) text: String,
}

/// What a character is to a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Hangul,
    Digit,
    Letter,
    Other,
}

fn kind(c: char) -> Kind {
    match c {
        '0'..='9' => Kind::Digit,
        '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '가'..='힣' => Kind::Hangul,
        c if c.is_alphanumeric() || is_combining_mark(c) => Kind::Letter,
        _ => Kind::Other,
    }
}

/// Splits a normalised text into words. Sizes and shares stay whole: `7부`, `2xl`, `100%`, `v-neck`, `3/4`, `24.90`.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let end_of = |at: usize| chars.get(at).map_or(text.len(), |(byte, _)| *byte);
    let mut pieces = Vec::new();
    let mut from = 0;
    while from < chars.len() {
        if kind(chars[from].1) == Kind::Other {
            from += 1;
            continue;
        }
        let mut to = from + 1;
        while to < chars.len() && goes_on(&chars, from, to) {
            to += 1;
        }
        let word = chars[from..to].iter().map(|(_, c)| *c).filter(|c| !matches!(c, ',' | '\'')).collect();
        pieces.push(Piece { span: chars[from].0..end_of(to), text: word });
        from = to;
    }
    pieces
}

/// Whether the word that began at `from` and has reached `at` takes in the character there.
fn goes_on(chars: &[(usize, char)], from: usize, at: usize) -> bool {
    let kind_at = |i: Option<usize>| i.and_then(|i| chars.get(i)).map_or(Kind::Other, |(_, c)| kind(*c));
    let (before, after) = (kind_at(Some(at - 1)), kind_at(Some(at + 1)));
    let digits_after = || chars[at + 1..].iter().take_while(|(_, c)| c.is_ascii_digit()).count();
    let alone = |i: usize| kind_at(i.checked_sub(1)) != Kind::Digit;
    match (chars[at].1, before, after) {
        ('-', Kind::Letter | Kind::Digit, Kind::Letter | Kind::Digit) => true,
        ('\'', Kind::Letter, Kind::Letter) => true,
        ('.', Kind::Digit, Kind::Digit) => true,
        (',', Kind::Digit, Kind::Digit) => digits_after() == 3,
        ('/', Kind::Digit, Kind::Digit) => alone(at - 1) && digits_after() == 1,
        ('%', Kind::Digit, _) => true,
        (c, _, _) => kind(c) != Kind::Other && chars[at - 1].1 != '%' && !changes_script(chars, from, at),
    }
}

/// Whether two words meet here without a space, as in `nike운동화`. One letter, as in `A라인` and `V넥`, is no word.
fn changes_script(chars: &[(usize, char)], from: usize, at: usize) -> bool {
    let run = |kinds: Kind, chars: &mut dyn Iterator<Item = &(usize, char)>| {
        chars.take_while(|(_, c)| kind(*c) == kinds).count() > 1
    };
    match (kind(chars[at - 1].1), kind(chars[at].1)) {
        (a @ Kind::Letter, b @ Kind::Hangul) | (a @ Kind::Hangul, b @ Kind::Letter) => {
            run(a, &mut chars[from..at].iter().rev()) && run(b, &mut chars[at..].iter())
        }
        _ => false,
    }
}

/// Other forms of a word: without particle, plural, percent sign, accents.
fn stems(word: &str) -> Vec<String> {
    let mut stems = Vec::new();
    stems.extend(without_particle(word).map(str::to_owned));
    stems.extend(singular(word));
    stems.extend(word.strip_suffix('%').filter(|w| !w.is_empty()).map(str::to_owned));
    if word.chars().any(|c| kind(c) == Kind::Letter && !c.is_ascii()) {
        let plain: String = word.nfd().filter(|c| !is_combining_mark(*c)).nfc().collect();
        if plain != word && !plain.is_empty() {
            stems.push(plain);
        }
    }
    stems
}

/// Whether a particle goes after a syllable that ends so.
type Takes = fn(Final) -> bool;

/// Particles and endings, with what the syllable before must end in.
const PARTICLES: [(&str, Takes); 24] = [
    ("에서", |_| true),
    ("에게", |_| true),
    ("까지", |_| true),
    ("부터", |_| true),
    ("처럼", |_| true),
    ("보다", |_| true),
    ("하고", |_| true),
    ("으로", |f| f == Final::Other),
    ("이랑", |f| f != Final::None),
    ("은", |f| f != Final::None),
    ("을", |f| f != Final::None),
    ("이", |f| f != Final::None),
    ("과", |f| f != Final::None),
    ("는", |f| f == Final::None),
    ("를", |f| f == Final::None),
    ("가", |f| f == Final::None),
    ("와", |f| f == Final::None),
    ("로", |f| f != Final::Other),
    ("의", |_| true),
    ("에", |_| true),
    ("도", |_| true),
    ("만", |_| true),
    ("한", |_| true),
    ("용", |_| true),
];

/// What is left without one particle or ending. Two syllables must be left, so that `가로` stays; and the sound
/// before it must be one that takes the particle, so that `넥타이` stays.
pub(super) fn without_particle(word: &str) -> Option<&str> {
    PARTICLES.iter().find_map(|(particle, takes)| {
        let stem = word.strip_suffix(particle)?;
        let last = final_consonant(stem.chars().next_back()?)?;
        let enough = stem.chars().rev().take_while(|c| is_syllable(*c)).count() >= 2;
        (enough && takes(last)).then_some(stem)
    })
}

/// The singular of an English plural.
pub(super) fn singular(word: &str) -> Option<String> {
    if word.len() < 4 || !word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
        return None;
    }
    let stem = word.strip_suffix('s')?;
    if stem.ends_with(['s', 'u', 'i']) {
        return None;
    }
    if let Some(stem) = stem.strip_suffix("ie").filter(|s| s.len() > 2) {
        return Some(format!("{stem}y"));
    }
    let hissing = ["sse", "she", "che", "xe", "zze"].iter().any(|end| stem.ends_with(end));
    Some(if hissing { stem[..stem.len() - 1].to_owned() } else { stem.to_owned() })
}

/// Neighbouring pairs inside a word, at least one of each pair Hangul; a number or a Latin run counts as one.
fn grams_of(word: &str) -> Vec<String> {
    let mut units: Vec<(Kind, &str)> = Vec::new();
    let mut from = 0;
    for (at, c) in word.char_indices() {
        let to = at + c.len_utf8();
        match units.last_mut() {
            Some((k, unit)) if *k == kind(c) && *k != Kind::Hangul => *unit = &word[from..to],
            _ => {
                from = at;
                units.push((kind(c), &word[at..to]));
            }
        }
    }
    let readable = |k: Kind| k != Kind::Other;
    units
        .windows(2)
        .filter(|pair| pair.iter().any(|u| u.0 == Kind::Hangul) && pair.iter().all(|u| readable(u.0)))
        .map(|pair| [pair[0].1, pair[1].1].concat())
        .collect()
}
