//! Where a sealed value belongs, and the bytes that bind it there.

use crate::{
    error::VaultError,
    hex,
    random::{self, RandomError},
};
use std::{fmt, str::FromStr};
use vestry_database::Value;
use vestry_model::OrganisationId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// A new one from the operating system's randomness.
            pub fn random() -> Result<Self, RandomError> {
                let mut bytes = [0; 16];
                random::fill(&mut bytes)?;
                Ok(Self(bytes))
            }

            /// The id that a row holds.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The id as a row holds it.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl $name {
            pub(crate) fn from_row(bytes: Vec<u8>) -> Result<Self, VaultError> {
                bytes.try_into().map(Self).map_err(|_| VaultError::Unreadable { what: "an id" })
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                hex::decode(text.as_bytes()).map(|bytes| Self(*bytes)).ok_or(NotAnId)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    )+};
}

/// A text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id; write its 32 digits `0` to `9` and `a` to `f`")]
pub struct NotAnId;

ids! {
    /// One installation of the program with its data; made once, when the data is.
    InstallationId,
    /// The pseudonym of somebody about whom something is held.
    PersonId,
    /// One record of personal data, or one set of items that end together.
    RecordId,
    /// A data key.
    KeyId,
    /// Something that is told to all whom it concerns.
    NoticeId,
    /// A visitor of a shop, of whom nothing is known but what stands under this id.
    VisitorId,
}

macro_rules! columns {
    ($($name:ident),+) => {$(
        impl $name {
            /// The id as a parameter of a statement.
            pub(crate) fn value(&self) -> Value {
                self.0.as_slice().into()
            }
        }
    )+};
}

columns! { PersonId, RecordId, KeyId, NoticeId, VisitorId }

/// Which of the two stores of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Store {
    /// What serves.
    Live,
    /// What a statute alone keeps, apart and under a master key of its own.
    Separated,
}

impl Store {
    /// Part of stored bytes: a number once given stays.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Live => 1,
            Self::Separated => 2,
        }
    }
}

/// Where a sealed value or a wrapped key belongs. What was sealed at one place opens at no other.
///
/// A place is not secret and not stored: who reads a row makes it anew from the row's own columns, so a value that was
/// copied to another row meets another place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place<'a> {
    /// The installation.
    pub installation: InstallationId,
    /// The store in it.
    pub store: Store,
    /// The customer company, unless the value belongs to none.
    pub organisation: Option<OrganisationId>,
    /// Whom it is about, unless it is about nobody in particular (one day of visits).
    pub person: Option<PersonId>,
    /// The class of data, which gives its clock: `account`.
    pub class: &'a str,
    /// The record.
    pub record: RecordId,
    /// The column: `email`; empty for a wrapped key that covers all columns of its record.
    pub column: &'a str,
    /// The data key that seals it or that is wrapped.
    pub key: KeyId,
    /// Which writing of the value this is; a correction counts up.
    pub revision: u64,
}

/// The version of [`Place::encode`]; part of stored bytes.
const VERSION: u8 = 1;

impl Place<'_> {
    /// The place as associated data: two places that differ anywhere give different bytes.
    ///
    /// ```text
    /// version 1 ‖ installation 16 ‖ store 1 ‖ record 16 ‖ key 16 ‖ revision 8
    ///   ‖ length 8 ‖ organisation 0 or 8 ‖ length 8 ‖ person 0 or 16
    ///   ‖ length 8 ‖ class ‖ length 8 ‖ column                         (lengths in bytes, integers big-endian)
    /// ```
    ///
    /// What always has the same width stands first, without a length; each of the others stands behind its own.
    /// Reading from the left is therefore possible in one way only: `ab` and `c` cannot pass for `a` and `bc`, nor an
    /// absent person for one of zeros.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_behind(b"")
    }

    /// [`encode`](Self::encode) behind a label that says what is bound here.
    pub(crate) fn encode_behind(&self, label: &[u8]) -> Vec<u8> {
        let variable = self.class.len() + self.column.len();
        let mut bytes = Vec::with_capacity(label.len() + 58 + 4 * 8 + 24 + variable);
        bytes.extend_from_slice(label);
        bytes.push(VERSION);
        bytes.extend_from_slice(self.installation.as_bytes());
        bytes.push(self.store.code());
        bytes.extend_from_slice(self.record.as_bytes());
        bytes.extend_from_slice(self.key.as_bytes());
        bytes.extend_from_slice(&self.revision.to_be_bytes());
        let organisation = self.organisation.map(|id| id.get().to_be_bytes());
        push_behind_length(&mut bytes, organisation.as_ref().map_or(&[], |id| id));
        push_behind_length(&mut bytes, self.person.as_ref().map_or(&[], |id| id.as_bytes()));
        push_behind_length(&mut bytes, self.class.as_bytes());
        push_behind_length(&mut bytes, self.column.as_bytes());
        bytes
    }
}

fn push_behind_length(bytes: &mut Vec<u8>, field: &[u8]) {
    // No pointer is wider than 64 bits, so no length is lost.
    bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
    bytes.extend_from_slice(field);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A place and the texts that it would borrow.
    #[derive(Debug, Clone, PartialEq)]
    struct Owned {
        place: Place<'static>,
        class: String,
        column: String,
    }

    impl Owned {
        fn encode(&self) -> Vec<u8> {
            Place { class: &self.class, column: &self.column, ..self.place }.encode()
        }
    }

    /// Few values a field, so that two places often share most of them.
    fn any_place() -> impl Strategy<Value = Owned> {
        let id = || prop_oneof![Just([0; 16]), Just([1; 16]), any::<[u8; 16]>()];
        let organisation = prop_oneof![Just(None), Just(Some(0)), Just(Some(-1)), any::<i64>().prop_map(Some)]
            .prop_map(|id| id.map(OrganisationId::from_row));
        let person = prop_oneof![Just(None), id().prop_map(|id| Some(PersonId(id)))];
        let name = || prop_oneof!["[ab]{0,3}", "\\PC{0,12}", Just("\0".to_owned())];
        let store = prop_oneof![Just(Store::Live), Just(Store::Separated)];
        let revision = prop_oneof![0..3u64, any::<u64>()];
        (id(), store, organisation, person, name(), id(), name(), id(), revision).prop_map(
            |(installation, store, organisation, person, class, record, column, key, revision)| {
                let (installation, record, key) = (InstallationId(installation), RecordId(record), KeyId(key));
                let place =
                    Place { installation, store, organisation, person, class: "", record, column: "", key, revision };
                Owned { place, class, column }
            },
        )
    }

    /// Reads what [`Place::encode`] wrote; exists to show that there is one way to read it.
    fn decode(bytes: &[u8]) -> Option<Owned> {
        fn take<'b, const N: usize>(rest: &mut &'b [u8]) -> Option<&'b [u8; N]> {
            let (head, tail) = rest.split_first_chunk()?;
            *rest = tail;
            Some(head)
        }
        fn field<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
            let length = u64::from_be_bytes(*take(rest)?);
            let (head, tail) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            *rest = tail;
            Some(head)
        }
        fn present<T>(field: &[u8], read: impl FnOnce(&[u8]) -> Option<T>) -> Option<Option<T>> {
            if field.is_empty() { Some(None) } else { read(field).map(Some) }
        }
        let mut rest = bytes;
        let [VERSION] = take(&mut rest)? else { return None };
        let installation = InstallationId(*take(&mut rest)?);
        let store = match take(&mut rest)? {
            [1] => Store::Live,
            [2] => Store::Separated,
            _ => return None,
        };
        let (record, key) = (RecordId(*take(&mut rest)?), KeyId(*take(&mut rest)?));
        let revision = u64::from_be_bytes(*take(&mut rest)?);
        let organisation =
            present(field(&mut rest)?, |id| Some(OrganisationId::from_row(i64::from_be_bytes(id.try_into().ok()?))))?;
        let person = present(field(&mut rest)?, |id| Some(PersonId(id.try_into().ok()?)))?;
        let class = String::from_utf8(field(&mut rest)?.to_vec()).ok()?;
        let column = String::from_utf8(field(&mut rest)?.to_vec()).ok()?;
        let place = Place { installation, store, organisation, person, class: "", record, column: "", key, revision };
        rest.is_empty().then_some(Owned { place, class, column })
    }

    #[test]
    fn a_border_between_names_does_not_move() {
        let place = Place {
            installation: InstallationId([1; 16]),
            store: Store::Live,
            organisation: None,
            person: None,
            class: "ab",
            record: RecordId([2; 16]),
            column: "c",
            key: KeyId([3; 16]),
            revision: 0,
        };
        let moved = Place { class: "a", column: "bc", ..place };
        assert_ne!(place.encode(), moved.encode());
        assert_ne!(place.encode(), Place { person: Some(PersonId([0; 16])), ..place }.encode());
        assert_ne!(place.encode(), Place { organisation: Some(OrganisationId::from_row(0)), ..place }.encode());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn bytes_are_read_in_one_way(place in any_place()) {
            prop_assert_eq!(decode(&place.encode()), Some(place));
        }

        #[test]
        fn places_that_differ_have_different_bytes(a in any_place(), b in any_place()) {
            prop_assert_eq!(a == b, a.encode() == b.encode());
        }

        #[test]
        fn no_place_begins_another(a in any_place(), b in any_place()) {
            prop_assert!(a == b || !b.encode().starts_with(&a.encode()));
        }
    }
}
