//! What somebody agreed to, and whether it still counts.

use crate::{PurposeId, Versions};
use jiff::Timestamp;

/// A person's answer to one purpose that needs consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consent {
    /// Nobody asked.
    NotAsked,
    /// Given.
    Given {
        /// When.
        at: Timestamp,
    },
    /// Refused.
    Refused {
        /// When.
        at: Timestamp,
    },
    /// Given and taken back.
    Withdrawn {
        /// When it was given.
        given: Timestamp,
        /// When it was taken back.
        withdrawn: Timestamp,
    },
}

impl Consent {
    /// Whether it authorises `purpose` at `now`: it was given to a version with the same items and periods for this
    /// purpose as the one that governs now. A version that changes neither voids nothing.
    pub fn permits(&self, purpose: PurposeId, versions: &Versions, now: Timestamp) -> bool {
        let Self::Given { at } = self else { return false };
        let (Some(then), Some(current)) = (versions.governs(*at), versions.governs(now)) else { return false };
        *at <= now && current.same_terms(then, purpose)
    }
}
