//! Ids that cannot be swapped. All are assigned by the database and positive.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// The id as the database stores it.
            pub const fn get(self) -> i64 {
                self.0
            }

            /// An id read from the database or from a URL; whether the row exists is for `store` to say.
            pub const fn from_row(id: i64) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A customer company; everything in the catalogue belongs to exactly one.
    OrganisationId,
    /// A product of one organisation.
    ProductId,
    /// A stored picture of a product; also the key of its vector in the index.
    ImageId,
    /// A piece of long work.
    JobId,
    /// An API key.
    KeyId,
    /// An answer in the review of tags.
    ReviewId,
}
