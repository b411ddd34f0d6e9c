//! Heads that people teach, and that forget them exactly.
//!
//! What people said ([`Judgements`]) comes to labels; labelled rows ([`vestry_model::Row`]) are summed as whole numbers
//! ([`Moments`]); a ridge about the shipped head is solved from the sums ([`Ridge`]); and [`fit()`] chooses its penalty,
//! calibrates it, and says whether it may be published. Sums of whole numbers commute, so a learner from whom somebody
//! was taken holds the same bits as one that never heard of them, and gives the same head.
//!
//! What somebody was shown or asked because of another's judgements is their own judgement and stays: that is outside
//! what *exact* means here.

mod fit;
mod head;
mod judgements;
mod moments;
mod reading;

pub use fit::{CurvePoint, ENOUGH, Evidence, Learner, Rival, Shipped, TaughtHead, Verdict, fit};
pub use head::{Prior, Ridge, Scorer};
pub use judgements::{Agreement, Contributor, Judgement, Judgements, Labels, Said};
pub use moments::{Example, Moments, Sign, weight};
pub use reading::reading;
