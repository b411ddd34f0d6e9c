//! Prices said in a query: `3만원 이하`, `2~5만원`, `3만원대`, `under 30000`, `between $20 and $50`.

use std::ops::Range;

/// Limits of price that a query names, in whole units of the shop's currency, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PriceLimits {
    /// At least this.
    pub min: Option<i64>,
    /// At most this.
    pub max: Option<i64>,
}

/// More than any price; what is above it is no price.
const LARGEST: i64 = 1_000_000_000;

/// An amount of money and where it is said.
#[derive(Debug, Clone)]
struct Amount {
    value: i64,
    /// The number as written, before its unit: in `2~5만원` the 2 takes the unit of the 5.
    bare: i64,
    /// The smallest unit said: 10,000 in `3만원대`.
    unit: i64,
    /// Whether a unit or a currency makes it money without doubt.
    money: bool,
    span: Range<usize>,
}

/// What is said about an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    AtLeast,
    Above,
    AtMost,
    Below,
    Around,
}

const AFTER: [(&str, Bound); 18] = [
    ("이하", Bound::AtMost),
    ("이내", Bound::AtMost),
    ("까지", Bound::AtMost),
    ("아래", Bound::AtMost),
    ("안쪽", Bound::AtMost),
    ("미만", Bound::Below),
    ("안 넘는", Bound::AtMost),
    ("이상", Bound::AtLeast),
    ("부터", Bound::AtLeast),
    ("넘는", Bound::Above),
    ("초과", Bound::Above),
    ("대의", Bound::Around),
    ("대로", Bound::Around),
    ("대", Bound::Around),
    ("or less", Bound::AtMost),
    ("or more", Bound::AtLeast),
    ("and under", Bound::AtMost),
    ("and up", Bound::AtLeast),
];

const BEFORE: [(&str, Bound); 15] = [
    ("under", Bound::AtMost),
    ("below", Bound::AtMost),
    ("less than", Bound::AtMost),
    ("cheaper than", Bound::AtMost),
    ("up to", Bound::AtMost),
    ("at most", Bound::AtMost),
    ("within", Bound::AtMost),
    ("max", Bound::AtMost),
    ("over", Bound::AtLeast),
    ("above", Bound::AtLeast),
    ("more than", Bound::AtLeast),
    ("at least", Bound::AtLeast),
    ("from", Bound::AtLeast),
    ("min", Bound::AtLeast),
    ("starting at", Bound::AtLeast),
];

/// Finds limits of price in a normalised query, and the bytes that say them.
pub(super) fn limits(text: &str) -> (PriceLimits, Vec<Range<usize>>) {
    let mut found = PriceLimits::default();
    let mut spans = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let Some(amount) = starts_word(text, at).then(|| amount(text, at)).flatten() else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        let next = range(text, &amount).or_else(|| bounded(text, &amount));
        match next {
            Some((limits, span)) => {
                found.min = limits.min.or(found.min);
                found.max = limits.max.or(found.max);
                at = span.end;
                spans.push(span);
            }
            None => at = amount.span.end,
        }
    }
    if matches!(found, PriceLimits { min: Some(min), max: Some(max) } if min > max) {
        // Nothing costs that; the words still speak of price.
        found = PriceLimits::default();
    }
    (found, spans)
}

fn starts_word(text: &str, at: usize) -> bool {
    text.is_char_boundary(at) && !text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '-')
}

/// `2~5만원`, `20000-50000원`, `between 20 and 50`, `2만원에서 5만원`.
fn range(text: &str, from: &Amount) -> Option<(PriceLimits, Range<usize>)> {
    let rest = &text[from.span.end..];
    let trimmed = rest.trim_start();
    let joined = ["~", "-", "–", "에서", "부터", "and", "to"].iter().find_map(|joint| trimmed.strip_prefix(joint))?;
    let start = text.len() - joined.trim_start().len();
    let to = amount(text, start)?;
    let before = text[..from.span.start].trim_end();
    let opening = ["between", "from"].iter().find(|word| before.ends_with(**word));
    if !(to.money || from.money || opening.is_some()) {
        return None;
    }
    let min = if from.money { from.value } else { from.bare.saturating_mul(to.unit) };
    let end = to.span.end + ["사이", "까지"].iter().find_map(|w| follows(&text[to.span.end..], w)).unwrap_or(0);
    let begin = opening.map_or(from.span.start, |word| before.len() - word.len());
    (min <= to.value).then_some((PriceLimits { min: Some(min), max: Some(to.value) }, begin..end))
}

fn bounded(text: &str, amount: &Amount) -> Option<(PriceLimits, Range<usize>)> {
    let rest = &text[amount.span.end..];
    let after = AFTER.iter().find_map(|(word, bound)| follows(rest, word).map(|length| (*bound, length)));
    let (bound, span) = match after {
        // `30 이상` may be a size; `30000 이상` and `30만 이상` are money.
        Some((Bound::Around, _)) if !amount.money => return None,
        Some((bound, length)) if amount.money || amount.value >= 1000 => {
            (bound, amount.span.start..amount.span.end + length)
        }
        Some(_) => return None,
        None => {
            let before = text[..amount.span.start].trim_end();
            let (word, bound) = BEFORE.iter().find(|(word, _)| before.ends_with(word))?;
            let start = before.len() - word.len();
            starts_word(text, start).then_some((*bound, start..amount.span.end))?
        }
    };
    let value = amount.value;
    let limits = match bound {
        Bound::AtLeast => PriceLimits { min: Some(value), max: None },
        Bound::Above => PriceLimits { min: Some(value + 1), max: None },
        Bound::AtMost => PriceLimits { min: None, max: Some(value) },
        Bound::Below => PriceLimits { min: None, max: Some(value - 1) },
        Bound::Around => PriceLimits { min: Some(value), max: Some(value + amount.unit - 1) },
    };
    Some((limits, span))
}

/// How many bytes of `rest` are `word` after spaces, if it begins so and the word ends there.
fn follows(rest: &str, word: &str) -> Option<usize> {
    let trimmed = rest.trim_start();
    let after = trimmed.strip_prefix(word)?;
    let ends = !after.starts_with(|c: char| c.is_alphanumeric()) || ["의", "로"].iter().any(|p| after.starts_with(p));
    ends.then_some(rest.len() - after.len())
}

/// An amount that begins at `at`: `39,000원`, `3만5천원`, `3.5만원`, `만원`, `십만원`, `$30`, `30000`.
fn amount(text: &str, at: usize) -> Option<Amount> {
    let mut to = at;
    let mut money = false;
    if let Some(sign) = text[to..].chars().next().filter(|c| matches!(c, '₩' | '$' | '￦' | '€' | '£')) {
        money = true;
        to += sign.len_utf8();
    }
    let mut total = 0f64;
    let mut first = None;
    let mut unit = 1i64;
    loop {
        let (number, length) = number(&text[to..]);
        let (step, width) = match text[to + length..].chars().next() {
            Some('만') => (10_000, '만'.len_utf8()),
            Some('천') => (1_000, '천'.len_utf8()),
            _ => (1, 0),
        };
        if number.is_none() && width == 0 {
            break;
        }
        let number = number.unwrap_or(1.0);
        first.get_or_insert(number);
        total += number * step as f64;
        to += length + width;
        unit = step;
        money |= width > 0;
        if width == 0 {
            break;
        }
    }
    let bare = first?;
    for word in ["원", "krw", "won", "usd"] {
        if let Some(length) = follows(&text[to..], word).or_else(|| text[to..].starts_with(word).then_some(word.len()))
        {
            money = true;
            to += length;
            break;
        }
    }
    let value = total.round();
    let glued = text[to..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '%');
    let named = text[to..].chars().next().is_some_and(char::is_alphanumeric) && !money;
    (!glued && !named && (0.0..=LARGEST as f64).contains(&value)).then(|| Amount {
        value: value as i64,
        bare: bare.round() as i64,
        unit,
        money,
        span: at..to,
    })
}

/// A number in digits, or in Korean up to `구십구` where `만` or `천` follows, and how many bytes it takes.
fn number(text: &str) -> (Option<f64>, usize) {
    let digits: usize = text.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b',' | b'.')).count();
    let digits = text[..digits].trim_end_matches([',', '.']).len();
    if digits > 0 {
        let clean: String = text[..digits].chars().filter(|c| *c != ',').collect();
        return (clean.parse().ok(), digits);
    }
    let (mut total, mut pending, mut length) = (0, 0, 0);
    for c in text.chars() {
        match "일이삼사오육칠팔구".chars().position(|d| d == c) {
            Some(digit) if pending == 0 => pending = digit + 1,
            None if c == '십' => {
                total += pending.max(1) * 10;
                pending = 0;
            }
            _ => break,
        }
        length += c.len_utf8();
    }
    let followed = text[length..].starts_with(['만', '천']);
    if length > 0 && followed { (Some((total + pending) as f64), length) } else { (None, 0) }
}
