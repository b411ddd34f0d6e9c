//! Putting the parts together over one data folder.

use crate::{
    Config, Cpu, Privacy, PrivacyError,
    asking::Orders,
    counting::Tally,
    durable,
    fetch::Fetcher,
    heads::HeadSets,
    insight::Overviews,
    keys::KnownKeys,
    policing::{self, PoliciesError},
    recommending::Recommenders,
    reviewing::ReviewCounts,
    teaching::Learners,
    visiting::ShownLists,
};
use jiff::Timestamp;
use std::{
    collections::HashMap,
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use tokio::sync::Notify;
use vestry_model::{HeadError, HeadSet, OrganisationId, Taxonomy};
use vestry_policy::Versions;
use vestry_search::Index;
use vestry_store::{Objects, Store, StoreError, StorePlace};
use vestry_vision::{Kernel, Limits, Vision, builtin_heads, read_heads};

/// The clock and the random source of whoever runs this.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings {
    /// What time it is.
    pub now: fn() -> Timestamp,
    /// Sixteen bytes that nobody can guess.
    pub random: fn() -> [u8; 16],
}

/// A Vestry over one data folder. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    folder: PathBuf,
    config: Config,
    policies: Versions,
    privacy: Option<Privacy>,
    surroundings: Surroundings,
    store: Store,
    objects: Objects,
    vision: Vision,
    limits: Limits,
    cpu: Cpu,
    fetcher: Fetcher,
    indexes: Mutex<HashMap<OrganisationId, Arc<Index>>>,
    opening: tokio::sync::Mutex<()>,
    known_keys: KnownKeys,
    cookie_words: String,
    review_counts: ReviewCounts,
    learners: Learners,
    orders: Orders,
    recommenders: Recommenders,
    shown_lists: ShownLists,
    tally: Tally,
    overviews: Overviews,
    head_sets: HeadSets,
    changed: Notify,
    waiting: Notify,
}

/// Why a Vestry could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database, or the folder's lock.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The policy, or a database that does not keep to it.
    #[error(transparent)]
    Policy(#[from] PoliciesError),
    /// The vault, or its keys.
    #[error(transparent)]
    Privacy(#[from] PrivacyError),
    /// The built-in models.
    #[error("could not load the built-in models")]
    Models(#[from] vestry_vision::VisionError),
    /// The heads.
    #[error(transparent)]
    Heads(#[from] HeadsError),
    /// The CPU pool.
    #[error("could not start the threads of the CPU pool")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// The claims of an earlier run.
    #[error("could not take up the index where the last run left it")]
    Resume(#[source] crate::AppError),
}

/// Why there are no heads.
#[derive(Debug, thiserror::Error)]
pub enum HeadsError {
    /// The folder's own heads cannot be read or written.
    #[error("could not read or write the heads in `{}`", path.display())]
    File {
        /// Their file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder's own heads are none.
    #[error("`{}` holds no heads that can be used here; write it again with `vestry learn`, or remove it to use the built-in ones", path.display())]
    NoHeads {
        /// Their file.
        path: PathBuf,
        /// Why.
        source: HeadError,
    },
    /// The built-in ones.
    #[error("could not load the built-in heads")]
    Builtin(#[source] HeadError),
}

impl App {
    /// A data folder's own heads, which replace the built-in ones.
    pub const HEADS: &str = "heads.safetensors";

    /// Opens the data folder `folder`, making it when there is none, and takes its lock. `heads` become the folder's
    /// own, for this time and later ones.
    pub async fn open(
        folder: &Path,
        config: Config,
        surroundings: Surroundings,
        heads: Option<HeadSet>,
    ) -> Result<Self, OpenError> {
        let url = (!config.store.url.is_empty()).then(|| config.store.url.clone());
        let policies = policing::policies(&config.policy.files)?;
        let store = Store::open(&StorePlace { data_dir: folder.into(), url }).await?;
        let privacy = if Privacy::is_made(folder, &config)? {
            Some(Privacy::over(folder, &config, surroundings, store.clone(), policies.clone()).await?)
        } else {
            None
        };
        let known = privacy.as_ref().map_or(&policies, Privacy::policies);
        policing::bound(policing::governing(known, (surroundings.now)())?, &store.columns().await?)?;
        let objects = Objects::open(folder)?;
        let mut vision = Vision::builtin(Kernel::best())?;
        if let Some(heads) = own_heads(folder, heads.as_ref())? {
            vision = vision.with_heads(heads);
        }
        let limits =
            Limits { max_bytes: config.images.max_bytes, max_pixels: config.images.max_pixels, ..Limits::default() };
        let cpu = Cpu::new(config.images.threads)?;
        let fetcher = Fetcher::new(crate::fetch::FetchOptions {
            allow: config.fetch.allow.clone(),
            max_bytes: config.images.max_bytes,
            timeout: std::time::Duration::from_secs(config.fetch.timeout_seconds),
            ..Default::default()
        });
        let known_keys = KnownKeys::of(&store);
        let mut tx = store.begin().await?;
        let cookie_words = tx.setting_or("cookie_words", &vestry_model::hex(&(surroundings.random)())).await?;
        tx.commit().await?;
        let app = Self(Arc::new(Parts {
            folder: folder.into(),
            config,
            policies,
            privacy,
            surroundings,
            store,
            objects,
            vision,
            limits,
            cpu,
            fetcher,
            indexes: Mutex::default(),
            opening: tokio::sync::Mutex::default(),
            known_keys,
            cookie_words,
            review_counts: ReviewCounts::default(),
            learners: Learners::default(),
            orders: Orders::default(),
            recommenders: Recommenders::default(),
            shown_lists: ShownLists::default(),
            tally: Tally::default(),
            overviews: Overviews::default(),
            head_sets: HeadSets::default(),
            changed: Notify::new(),
            waiting: Notify::new(),
        }));
        app.resume_outbox().await.map_err(OpenError::Resume)?;
        Ok(app)
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        (self.0.surroundings.now)()
    }

    /// Sixteen bytes that nobody can guess.
    pub fn random(&self) -> [u8; 16] {
        (self.0.surroundings.random)()
    }

    /// Random digits, drawn when the installation began: they say what stands in a cookie for which word.
    pub fn cookie_words(&self) -> &str {
        &self.0.cookie_words
    }

    /// The taxonomy in use.
    pub fn taxonomy(&self) -> &'static Taxonomy {
        Taxonomy::builtin()
    }

    /// The settings in use.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The versions of the policy that is obeyed.
    pub fn policies(&self) -> &Versions {
        self.privacy().map_or(&self.0.policies, Privacy::policies)
    }

    /// Policy and vault; `None` where no personal data is kept.
    pub fn privacy(&self) -> Option<&Privacy> {
        self.0.privacy.as_ref()
    }

    /// The recogniser.
    pub fn vision(&self) -> &Vision {
        &self.0.vision
    }

    /// What an image may be.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The pool that burns CPU.
    pub fn cpu(&self) -> &Cpu {
        &self.0.cpu
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0.folder
    }

    pub(crate) fn objects(&self) -> &Objects {
        &self.0.objects
    }

    /// Fetches what is named by address, private networks refused.
    pub fn fetcher(&self) -> &Fetcher {
        &self.0.fetcher
    }

    pub(crate) fn indexes(&self) -> &Mutex<HashMap<OrganisationId, Arc<Index>>> {
        &self.0.indexes
    }

    pub(crate) fn known_keys(&self) -> &KnownKeys {
        &self.0.known_keys
    }

    pub(crate) fn learners(&self) -> &Learners {
        &self.0.learners
    }

    pub(crate) fn orders(&self) -> &Orders {
        &self.0.orders
    }

    pub(crate) fn recommenders(&self) -> &Recommenders {
        &self.0.recommenders
    }

    pub(crate) fn shown_lists(&self) -> &ShownLists {
        &self.0.shown_lists
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.0.tally
    }

    pub(crate) fn overviews(&self) -> &Overviews {
        &self.0.overviews
    }

    pub(crate) fn head_sets(&self) -> &HeadSets {
        &self.0.head_sets
    }

    pub(crate) fn review_counts(&self) -> &ReviewCounts {
        &self.0.review_counts
    }

    /// Held while an index is opened, so that two first searches do not open it twice.
    pub(crate) fn opening(&self) -> &tokio::sync::Mutex<()> {
        &self.0.opening
    }

    /// Rung when the outbox has grown.
    pub(crate) fn changed(&self) -> &Notify {
        &self.0.changed
    }

    /// Rung when an import or a picture waits.
    pub(crate) fn waiting(&self) -> &Notify {
        &self.0.waiting
    }

    /// Closes the databases; pending transactions are rolled back.
    pub async fn close(&self) {
        if let Some(privacy) = self.privacy() {
            privacy.vault().close().await;
        }
        self.store().close().await;
    }
}

/// The heads that a data folder uses: its own, or the built-in ones.
pub(crate) fn heads_in(folder: &Path) -> Result<HeadSet, HeadsError> {
    match own_heads(folder, None)? {
        Some(heads) => Ok(heads),
        None => builtin_heads().map_err(HeadsError::Builtin),
    }
}

/// The heads that stand in `folder`, after `new` ones were put there. New ones are read back as well: the file rounds,
/// and a vector must not hang on whether the server was started again.
fn own_heads(folder: &Path, new: Option<&HeadSet>) -> Result<Option<HeadSet>, HeadsError> {
    let path = folder.join(App::HEADS);
    let failed = |source| HeadsError::File { path: path.clone(), source };
    if let Some(heads) = new {
        // Renamed when it is whole, so that a stop leaves the old heads or the new ones.
        let fresh = path.with_extension("new");
        let mut file = File::create(&fresh).map_err(failed)?;
        file.write_all(&heads.to_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        durable::rename(&fresh, &path).map_err(failed)?;
    }
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    read_heads(&bytes).map(Some).map_err(|source| HeadsError::NoHeads { path, source })
}
