//! Why the index refused or failed.

use std::{io, path::PathBuf};

/// Why the index refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// A filter or facet on a field that does not exist.
    #[error("no field `{field}` to filter by{}", nearest(.near))]
    UnknownField {
        /// As asked.
        field: String,
        /// Known ones that look like it.
        near: Vec<String>,
    },
    /// A value that its attribute does not have.
    #[error("`{field}` has no value `{value}`{}", nearest(.near))]
    UnknownValue {
        /// The attribute.
        field: String,
        /// As asked.
        value: String,
        /// Known ones that look like it.
        near: Vec<String>,
    },
    /// A request that makes no sense.
    #[error("{0}")]
    Request(String),
    /// `like` names a product that is not here, or one without a picture.
    #[error("product `{0}` is not in the index or has no picture; use another or search by words")]
    NoSuchProduct(i64),
    /// The cursor's results are no longer kept, or it is not a cursor.
    #[error("this cursor has expired; search again")]
    CursorGone,
    /// A file could not be read or written.
    #[error("could not {action} `{path}`")]
    File {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Another process holds the folder.
    #[error("`{0}` is in use by another process; stop it or go through its server")]
    InUse(PathBuf),
    /// The words' engine failed.
    #[error("the word index failed")]
    Words(#[from] tantivy::TantivyError),
    /// The vectors' engine failed.
    #[error("the look index failed: {0}")]
    Look(String),
    /// A fault run stopped it here.
    #[error("stopped at step {0:?} as asked")]
    Stopped(crate::Step),
}

fn nearest(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => format!("; did you mean {}?", near.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(" or ")),
    }
}
