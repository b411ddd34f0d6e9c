//! Plain values that every other crate shares: ids, products, tags, colours, vectors, heads, rules and the taxonomy.
//!
//! What it must never do: touch a file, a clock, a socket or a random number. Text and bytes come in as
//! arguments; a value that exists is valid.
//!
//! To add a shared value: one file, private fields, one fallible constructor, then re-export it here.

mod catalogue;
mod colour;
mod head;
mod hex;
mod ids;
mod reading;
mod region;
mod rules;
mod tag;
pub mod taxonomy;
mod vector;
mod visitor;

pub use catalogue::{CatalogueError, Currency, LocalText, Price, Product, Sku};
pub use colour::{ColourShare, Oklab, Rgb};
pub use head::{HeadError, HeadSet, LinearHead, Projection, Values};
pub use hex::hex;
pub use ids::{ImageId, JobId, KeyId, OrganisationId, ProductId, ReviewId};
pub use reading::{FRACTION, Reading, Row, STEP};
pub use region::{Region, RegionError};
pub use rules::Rules;
pub use tag::{AttributeId, Confidence, ObjectId, Source, Suggestion, Tag, TagState, ValueId};
pub use taxonomy::{Taxonomy, TaxonomyError};
pub use vector::{LOOK_DIMENSIONS, LookVector};
pub use visitor::{DeedKind, Visitor, VisitorName, VisitorNameError};
