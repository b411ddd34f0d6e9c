//! What a use case can refuse or fail with. `server` maps each variant to a status, `cli` prints it.

use vestry_model::{CatalogueError, JobId, Sku};
use vestry_search::IndexError;
use vestry_store::StoreError;
use vestry_vision::IntakeError;

/// Why a use case did not happen.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The product data was refused.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The image was refused.
    #[error(transparent)]
    Image(#[from] IntakeError),
    /// The search was refused, or the index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// No such product.
    #[error("no product with SKU `{0}`")]
    UnknownProduct(Sku),
    /// No such image.
    #[error("no such image")]
    UnknownImage,
    /// No such job.
    #[error("no job with id `{0}`")]
    UnknownJob(JobId),
    /// No such organisation.
    #[error("no organisation `{0}`; `vestry import --org` makes one")]
    UnknownOrganisation(String),
    /// No such key.
    #[error("no such key")]
    UnknownKey,
    /// An attribute or a value that the taxonomy does not have.
    #[error("`{attribute}={value}` is not in the taxonomy{hint}")]
    UnknownValue {
        /// The attribute as given.
        attribute: String,
        /// The value as given.
        value: String,
        /// `; did you mean …`, or empty.
        hint: String,
    },
    /// A search without anything to search for, or with contradicting parts.
    #[error("{0}")]
    BadRequest(String),
    /// What visitors do is kept where there is a vault, and nowhere else.
    #[error("what visitors do is kept only where there is a vault; stop the server and run `vestry admin init`")]
    NoVault,
    /// A feed that cannot be read at all.
    #[error(transparent)]
    Feed(#[from] crate::feed::FeedError),
    /// A picture that could not be fetched.
    #[error(transparent)]
    Fetch(#[from] crate::fetch::FetchError),
    /// What was taught cannot be fitted.
    #[error("what was taught cannot be fitted")]
    Taught(#[from] vestry_learn::ridge::NotFactorised),
    /// A head that is not published, or not taken back.
    #[error(transparent)]
    NotPublished(#[from] crate::heads::NotPublished),
    /// The vault failed.
    #[error("the vault failed")]
    Vault(#[from] vestry_vault::VaultError),
    /// The database or the object store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error("could not use `{path}`")]
    File {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

impl AppError {
    /// Whether no space is left.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Store(error) => error.is_full(),
            Self::Vault(error) => error.is_full(),
            _ => false,
        }
    }
}
