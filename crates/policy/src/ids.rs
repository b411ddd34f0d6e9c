//! Names within one policy, as small numbers: a name is looked up once, a plan asks for it a million times.

use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $set:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u8);

        impl $name {
            pub(crate) fn at(self) -> usize {
                usize::from(self.0)
            }
        }

        #[doc = concat!("A set of [`", stringify!($name), "`] of one policy.")]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $set(u128);

        impl $set {
            /// Nothing.
            pub const EMPTY: Self = Self(0);

            /// Whether `id` is in it.
            pub fn contains(self, id: $name) -> bool {
                self.0 & (1 << id.0) != 0
            }

            /// This and `id`.
            #[must_use]
            pub fn with(self, id: $name) -> Self {
                Self(self.0 | 1 << id.0)
            }

            /// What is in either.
            #[must_use]
            pub fn union(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// What is in both.
            #[must_use]
            pub fn intersection(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }

            /// What is in this and not in `other`.
            #[must_use]
            pub fn without(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }

            /// Whether nothing is in it.
            pub fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// How many are in it.
            pub fn len(self) -> usize {
                self.0.count_ones() as usize
            }

            /// Its members, in the order of the file.
            pub fn iter(self) -> impl Iterator<Item = $name> {
                let mut left = self.0;
                std::iter::from_fn(move || {
                    let next = u8::try_from(left.trailing_zeros()).ok().filter(|n| *n < 128)?;
                    left &= left - 1;
                    Some($name(next))
                })
            }
        }

        impl FromIterator<$name> for $set {
            fn from_iter<I: IntoIterator<Item = $name>>(ids: I) -> Self {
                ids.into_iter().fold(Self::EMPTY, Self::with)
            }
        }

        impl fmt::Debug for $set {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_set().entries(self.iter().map(|id| id.0)).finish()
            }
        }
    )+};
}

ids! {
    /// A kind of personal data.
    ItemId, ItemSet;
    /// What personal data is for.
    PurposeId, PurposeSet;
    /// A kind of record.
    ClassId, ClassSet;
    /// A reason to hold, with its clock.
    RetentionId, RetentionSet;
}

/// The most names of one kind that a policy may have: what a set holds.
pub(crate) const MOST: usize = 128;
