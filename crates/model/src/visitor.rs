//! Visitors of a shop, as the shop calls them and as they stand here, and what they do.

use std::fmt;

/// A visitor under a random id that says nothing of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Visitor(pub [u8; 16]);

/// What was done with an item, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeedKind {
    /// It was looked at.
    View,
    /// It was chosen from a list.
    Click,
    /// It was put into the cart.
    Cart,
    /// It was bought.
    Purchase,
}

impl DeedKind {
    /// All, weakest first.
    pub const ALL: [Self; 4] = [Self::View, Self::Click, Self::Cart, Self::Purchase];

    /// As a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Click => "click",
            Self::Cart => "cart",
            Self::Purchase => "purchase",
        }
    }

    /// How much it says: 1, 2, 4 or 8.
    pub const fn weight(self) -> u8 {
        1 << self as u8
    }
}

/// What a shop calls a visitor: up to 128 visible ASCII characters that identify nobody elsewhere. It is hashed on arrival and
/// never printed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VisitorName(String);

/// The longest name, in characters.
const LONGEST: usize = 128;

/// Why a text is no name for a visitor. The text is not repeated: it may be somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VisitorNameError {
    /// Too long, empty, or with white space or other characters.
    #[error("a visitor's id has 1 to {LONGEST} visible ASCII characters; use a random one, such as a UUID")]
    Form,
    /// A mail address.
    #[error("the visitor's id looks like a mail address; use a random one, such as a UUID")]
    Mail,
    /// A telephone number.
    #[error("the visitor's id looks like a telephone number; use a random one, such as a UUID")]
    Phone,
    /// The number of a payment card.
    #[error("the visitor's id looks like a card number; use a random one, such as a UUID")]
    Card,
    /// A resident registration number.
    #[error("the visitor's id looks like a resident registration number; use a random one, such as a UUID")]
    Resident,
}

impl VisitorName {
    /// `text` as a name, unless it looks like something that identifies somebody.
    pub fn new(text: &str) -> Result<Self, VisitorNameError> {
        if text.is_empty() || text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(VisitorNameError::Form);
        }
        let lower = text.to_ascii_lowercase();
        if ["@", "%40", "%2540", "&#64;", "(at)", "[at]"].iter().any(|at| lower.contains(at)) {
            return Err(VisitorNameError::Mail);
        }
        if !is_uuid(text) {
            numbers(text).iter().try_for_each(|groups| says_nothing(groups))?;
        }
        Ok(Self(text.into()))
    }

    /// As the shop writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for VisitorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitorName(…)")
    }
}

/// Digits that stand together.
struct Group {
    digits: Vec<u8>,
    /// Whether a plus stands before them.
    plus: bool,
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// The numbers in a text, as groups with at most two other characters between them, none of which is a letter. A word that goes
/// on with letters behind its digits, as random ids do, is no number; what stands before it, as in `tel:` and `user7`, does not
/// matter.
fn numbers(text: &str) -> Vec<Vec<Group>> {
    let (mut found, mut number) = (Vec::new(), Vec::<Group>::new());
    let (mut between, mut before) = (0, ' ');
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let separator = word.chars().last().filter(|last| !last.is_ascii_alphanumeric());
        let word = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        if !word.is_empty() {
            let digits = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            if !is_number || digits.len() < word.len() || between > 2 {
                found.push(std::mem::take(&mut number));
            }
            if is_number {
                number.push(Group { digits: digits.bytes().map(|byte| byte - b'0').collect(), plus: before == '+' });
            }
            between = 0;
        }
        between += usize::from(separator.is_some());
        before = separator.unwrap_or(' ');
    }
    found.push(number);
    found
}

/// Whether none of the groups, and no groups beside each other, look like somebody's number.
fn says_nothing(groups: &[Group]) -> Result<(), VisitorNameError> {
    for from in 0..groups.len() {
        for to in from + 1..=groups.len() {
            let part = &groups[from..to];
            let digits: Vec<u8> = part.iter().flat_map(|group| group.digits.iter().copied()).collect();
            let lengths: Vec<usize> = part.iter().map(|group| group.digits.len()).collect();
            if is_phone(&digits, &lengths, part[0].plus) {
                return Err(VisitorNameError::Phone);
            }
            if is_card(&digits, &lengths) {
                return Err(VisitorNameError::Card);
            }
            if is_resident(&digits, &lengths) {
                return Err(VisitorNameError::Resident);
            }
        }
    }
    Ok(())
}

/// With a country's code behind a plus or two zeros; Korea's with and without its own, which is 82; North America's. Ten digits
/// in one piece that begin with another than 0 are a customer's number as well, and pass.
fn is_phone(digits: &[u8], lengths: &[usize], plus: bool) -> bool {
    let in_groups = lengths.len() == 1 || lengths.last().is_some_and(|last| [4, 7, 8].contains(last));
    match (digits, lengths) {
        _ if plus && (7..=15).contains(&digits.len()) => true,
        ([0, 0, ..], _) => (9..=17).contains(&digits.len()),
        ([0, ..], _) => in_groups && (9..=11).contains(&digits.len()),
        ([8, 2, ..], _) => in_groups && (10..=12).contains(&digits.len()),
        ([1, 0, ..], [2, 3 | 4, 4]) | ([1, 5 | 6 | 8, ..], [4, 4]) => true,
        ([1, 2..=9, _, _, 2..=9, ..], [11]) | ([1, 2..=9, ..], [1, 3, 3, 4] | [1, 10]) | ([2..=9, ..], [3, 3, 4]) => {
            true
        }
        _ => false,
    }
}

/// In one piece or in the groups of a card. ISO/IEC 7812-1, annex B.
fn is_card(digits: &[u8], lengths: &[usize]) -> bool {
    let in_groups = lengths.len() == 1 || lengths.len() >= 3 && lengths.iter().all(|length| (3..=6).contains(length));
    let doubled = |(at, digit): (usize, &u8)| match digit * (1 + (at % 2) as u8) {
        two @ 10.. => u32::from(two - 9),
        one => u32::from(one),
    };
    in_groups
        && (13..=19).contains(&digits.len())
        && matches!(digits[0], 2..=6 | 9)
        && digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// A date and a century, as in `YYMMDD-SNNNNNN`. Since October 2020 the other digits follow no rule.
fn is_resident(digits: &[u8], lengths: &[usize]) -> bool {
    let [_, _, m1, m2, d1, d2, century, ..] = *digits else { return false };
    let (month, day) = (m1 * 10 + m2, d1 * 10 + d2);
    let in_groups = matches!(lengths, [13] | [6, 7]);
    in_groups && (1..=12).contains(&month) && (1..=31).contains(&day) && (1..=8).contains(&century)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_identifies_nobody_is_a_name() {
        for text in [
            "a",
            "7",
            "4f6c1f9e-3b0a-4a53-9a55-2f1f5d3f0c11",
            "GA1.2.1234567890.1590000000",
            "1234567890.1590000000",
            "customer-0421",
            "customer:0421",
            "20231115",
            "9999999999999",
            "1590000000123",
            "4155552671",
            "user-1234567890",
            "2023-01-15-123456",
            "01012345-1234-4123-8123-010123456789",
            "4f6c01012345678a",
            "V1StGXR8_Z5jdHi6B-myT",
            &"x".repeat(128),
        ] {
            assert_eq!(VisitorName::new(text).expect(text).as_str(), text);
        }
    }

    #[test]
    fn what_looks_like_somebody_is_refused() {
        use VisitorNameError::{Card, Form, Mail, Phone, Resident};
        for (text, error) in [
            ("kim@shop.example", Mail),
            ("kim%40shop.example", Mail),
            ("010-1234-5678", Phone),
            ("01012345678", Phone),
            ("02-123-4567", Phone),
            ("+82-10-1234-5678", Phone),
            ("821012345678", Phone),
            ("tel:01012345678", Phone),
            ("010_1234_5678", Phone),
            ("card=4111111111111111", Card),
            ("0044(20)79460000", Phone),
            ("4111111111111111", Card),
            ("4111-1111-1111-1111", Card),
            ("4111,1111,1111,1111", Card),
            ("4111111111111111-guest", Card),
            ("id_4111111111111111", Card),
            ("4111111111111111:1", Card),
            ("555-123-4567", Phone),
            ("(555)123-4567", Phone),
            ("14155552671", Phone),
            ("1-415-555-2671", Phone),
            ("10-1234-5678", Phone),
            ("1588-1234", Phone),
            ("phone-01012345678", Phone),
            ("user_01012345678", Phone),
            ("u01012345678", Phone),
            ("a=b=01012345678", Phone),
            ("mobile:x:01012345678", Phone),
            ("tel;01012345678", Phone),
            ("tel/01012345678", Phone),
            ("010,1234,5678", Phone),
            ("010~1234~5678", Phone),
            ("guest+82-10-1234-5678", Phone),
            ("kim(at)shop.example", Mail),
            ("kim%2540shop.example", Mail),
            ("shop/900101-1234567", Resident),
            ("900101-1234567", Resident),
            ("9001011234568", Resident),
            ("", Form),
            ("김", Form),
            ("a b", Form),
            (&"x".repeat(129), Form),
        ] {
            assert_eq!(VisitorName::new(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_name_is_not_printed() {
        let name = VisitorName::new("4f6c1f9e").expect("a name");
        assert!(!format!("{name:?}").contains("4f6c"));
        assert!(!VisitorName::new("kim@shop.example").expect_err("refused").to_string().contains("kim"));
    }
}
