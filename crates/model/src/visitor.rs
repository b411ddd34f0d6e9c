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
        if text.contains('@') || text.to_ascii_lowercase().contains("%40") {
            return Err(VisitorNameError::Mail);
        }
        // What stands before a number and says which it is, as in `tel:` and `card=`.
        let text_of_number = text.split_once([':', '=']).map_or(text, |(_, number)| number);
        let digits: Vec<u8> = text_of_number.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        // Nothing but a number, however it is written.
        if text_of_number.bytes().all(|byte| byte.is_ascii_digit() || b"+-._()/".contains(&byte)) {
            let is_phone = match digits.as_slice() {
                _ if text_of_number.starts_with('+') => (7..=15).contains(&digits.len()),
                [0, 0, ..] => (9..=17).contains(&digits.len()),
                [0, ..] => (9..=11).contains(&digits.len()),
                // Korea's, written abroad without the plus.
                [8, 2, ..] => (10..=12).contains(&digits.len()),
                _ => false,
            };
            if is_phone {
                return Err(VisitorNameError::Phone);
            }
            if (13..=19).contains(&digits.len()) && is_luhn(&digits) {
                return Err(VisitorNameError::Card);
            }
            if is_resident(&digits) {
                return Err(VisitorNameError::Resident);
            }
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

/// ISO/IEC 7812-1, annex B.
fn is_luhn(digits: &[u8]) -> bool {
    let doubled = |(at, digit): (usize, &u8)| match digit * (1 + (at % 2) as u8) {
        two @ 10.. => u32::from(two - 9),
        one => u32::from(one),
    };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// A date and a century, as in `YYMMDD-SNNNNNN`. Since October 2020 the other digits follow no rule.
fn is_resident(digits: &[u8]) -> bool {
    let [_, _, m1, m2, d1, d2, century, ..] = *digits else { return false };
    let (month, day) = (m1 * 10 + m2, d1 * 10 + d2);
    digits.len() == 13 && (1..=12).contains(&month) && (1..=31).contains(&day) && (1..=8).contains(&century)
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
