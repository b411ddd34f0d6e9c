//! Making a vault, opening it, and refusing to when its keys are not there.

use crate::{
    archive::Recipients,
    audit::{AuditLog, PublicKey, SignedHead, SigningKey},
    backup,
    error::VaultError,
    files::{Disk, Files},
    generations::AUDIT,
    journal::Journal,
    keyring::Keyring,
    lookup::{FINDING, Lookup, LookupKey},
    master::{KeyCheck, MasterKey, MasterKeySource, Masters},
    names::Names,
    place::{InstallationId, Store},
    sessions::SessionCache,
    steps::Steps,
    together::Together,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::Mutex;
use vestry_database::{Conn, Database, DatabaseError, Location, Sql, args};
use vestry_policy::Policy;

/// Where a vault is kept: files in the data folder, or databases by URL.
#[derive(Clone)]
pub struct VaultPlace {
    /// The data folder.
    pub folder: PathBuf,
    /// PostgreSQL URLs instead of files, each of a database of its own: people, separated, keys.
    pub urls: Option<[String; 3]>,
    /// After how many days PostgreSQL's operator deletes write-ahead logs that are kept, if the settings state it.
    pub archive_days: Option<NonZeroU32>,
    /// Folders that hold copies of the keys and of the audit log, off this machine if they are to survive it.
    pub places: Vec<PathBuf>,
    /// Who may read copies and backups.
    pub recipients: Option<Recipients>,
}

/// Where its keys are.
#[derive(Debug)]
pub struct VaultKeys {
    /// The master key of what serves.
    pub live: MasterKeySource,
    /// The master key of what is kept apart.
    pub separated: MasterKeySource,
    /// The key that signs the audit log.
    pub signing: MasterKeySource,
}

impl VaultKeys {
    /// Three files in `folder`: `master.key`, `separated.key`, `signing.key`.
    pub fn in_folder(folder: &Path) -> Self {
        let file = |name: &str| MasterKeySource::File(folder.join(name));
        Self { live: file(LIVE_KEY), separated: file(SEPARATED_KEY), signing: file(SIGNING_KEY) }
    }
}

const LIVE_KEY: &str = "master.key";
const SEPARATED_KEY: &str = "separated.key";
const SIGNING_KEY: &str = "signing.key";

/// Personal data under keys.
#[derive(Debug)]
pub struct Vault {
    pub(crate) installation: InstallationId,
    pub(crate) place: VaultPlace,
    pub(crate) masters: Masters,
    pub(crate) people: Database,
    pub(crate) separated: Database,
    pub(crate) keyring: Keyring,
    pub(crate) journal: Journal,
    pub(crate) sessions: SessionCache,
    pub(crate) together: Together,
    /// Held by whoever changes what a plan was made from.
    pub(crate) changing: Mutex<()>,
    /// Held by the one sweep.
    pub(crate) sweeping: Mutex<()>,
    /// Held by whoever writes a generation of the keys.
    pub(crate) copying: Mutex<()>,
    pub(crate) files: Arc<dyn Files>,
    pub(crate) steps: Steps,
}

impl Vault {
    /// Does `work`, which one process of an installation does at a time; `None` while another is at that `task`.
    pub async fn in_turn<T>(&self, task: &str, work: impl Future<Output = T>) -> Result<Option<T>, VaultError> {
        let digest = Sha256::new().chain_update(self.installation.as_bytes()).chain_update(task).finalize();
        let name = i64::from_be_bytes(*digest.first_chunk().expect("it is longer"));
        let Some(turn) = self.people.turn(name).await? else { return Ok(None) };
        let done = work.await;
        turn.end().await?;
        Ok(Some(done))
    }
}

impl std::fmt::Debug for VaultPlace {
    /// Without URLs, which may hold passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VaultPlace").field("folder", &self.folder).field("places", &self.places).finish_non_exhaustive()
    }
}

const PEOPLE: &[Sql] = &[
    Sql {
        sqlite: include_str!("../migrations/sqlite/people_0001.sql"),
        postgres: include_str!("../migrations/postgres/people_0001.sql"),
    },
    Sql {
        sqlite: include_str!("../migrations/sqlite/people_0002.sql"),
        postgres: include_str!("../migrations/postgres/people_0002.sql"),
    },
    Sql {
        sqlite: include_str!("../migrations/sqlite/people_0003.sql"),
        postgres: include_str!("../migrations/postgres/people_0003.sql"),
    },
    Sql {
        sqlite: include_str!("../migrations/sqlite/people_0004.sql"),
        postgres: include_str!("../migrations/postgres/people_0004.sql"),
    },
];
const SEPARATED: &[Sql] = &[Sql {
    sqlite: include_str!("../migrations/sqlite/separated_0001.sql"),
    postgres: include_str!("../migrations/postgres/separated_0001.sql"),
}];
const KEYS: &[Sql] = &[
    Sql {
        sqlite: include_str!("../migrations/sqlite/keys_0001.sql"),
        postgres: include_str!("../migrations/postgres/keys_0001.sql"),
    },
    Sql {
        sqlite: include_str!("../migrations/sqlite/keys_0002.sql"),
        postgres: include_str!("../migrations/postgres/keys_0002.sql"),
    },
];

const INSTALLATION: &str = "installation";
pub(crate) const KEY_CHECK: &str = "key-check";
const FILES: [&str; 3] = ["people.db", "separated.db", "keys.db"];

#[derive(Debug)]
pub(crate) struct Databases {
    pub(crate) people: Database,
    pub(crate) separated: Database,
    pub(crate) keys: Database,
}

impl Vault {
    /// Whether there is a vault at `place`, as far as files tell; one by URL is taken to be there.
    pub fn is_made(place: &VaultPlace) -> bool {
        place.urls.is_some() || place.folder.join(FILES[0]).exists()
    }

    /// Whether a vault was made from `place`'s folder, wherever its databases are.
    pub fn is_made_here(place: &VaultPlace) -> bool {
        place.folder.join(FILES[0]).exists() || place.folder.join(AUDIT).exists()
    }

    /// Makes the three keys as new files in `keys`, outside the data folder, and the empty databases. The key that
    /// verifies the audit log is the answer; it is to be written down elsewhere.
    ///
    /// # Errors
    /// [`VaultError::MadeAlready`], and [`MasterKeyError::Exists`](crate::MasterKeyError::Exists) where a key file is.
    pub async fn make(place: &VaultPlace, keys: &Path, now: Timestamp) -> Result<PublicKey, VaultError> {
        let write = |path: &Path, source| VaultError::Write { path: path.into(), source };
        std::fs::create_dir_all(&place.folder).map_err(|e| write(&place.folder, e))?;
        let folder = place.folder.clone();
        if place.urls.is_none() && FILES.iter().any(|file| folder.join(file).exists()) {
            return Err(VaultError::MadeAlready { folder });
        }
        private_folder(keys).map_err(|e| write(keys, e))?;
        let live = MasterKey::create(&keys.join(LIVE_KEY), &folder)?;
        let separated = MasterKey::create(&keys.join(SEPARATED_KEY), &folder)?;
        let signing = SigningKey::create(&keys.join(SIGNING_KEY), &folder)?;
        let public = signing.public();
        let installation = InstallationId::random()?;
        let databases = Databases::open(place).await?;
        drop(AuditLog::make(&folder.join(AUDIT), installation, signing, now)?);
        let check = |master, store| KeyCheck::new(master, installation, store);
        databases.claim(&databases.keys, installation, None).await?;
        databases.claim(&databases.separated, installation, Some(check(&separated, Store::Separated))).await?;
        // Last: from here on a key that is missing is a loss.
        databases.claim(&databases.people, installation, Some(check(&live, Store::Live))).await?;
        databases.close().await;
        Ok(public)
    }

    /// Opens the vault, and repeats what a stop left undone.
    ///
    /// # Errors
    /// [`VaultError::NotMade`] where there is none; [`VaultError::KeysLost`], [`VaultError::MasterKey`] and
    /// [`VaultError::WrongMasterKey`] where its keys are not the right ones. Nothing is made in place of what is missing.
    pub async fn open(place: &VaultPlace, keys: &VaultKeys, now: Timestamp) -> Result<Self, VaultError> {
        Self::open_on(Arc::new(Disk), place, keys, now).await
    }

    pub(crate) async fn open_on(
        files: Arc<dyn Files>,
        place: &VaultPlace,
        keys: &VaultKeys,
        now: Timestamp,
    ) -> Result<Self, VaultError> {
        if !Self::is_made(place) {
            return Err(VaultError::NotMade { folder: place.folder.clone() });
        }
        if place.urls.is_none() {
            // Before opening, which would make an empty file.
            for (file, lost) in [(FILES[2], VaultError::KeysLost), (FILES[1], OTHER_SEPARATED)] {
                if !place.folder.join(file).exists() {
                    return Err(lost);
                }
            }
        }
        Self::open_over(files, place, keys, now, Databases::open(place).await?).await
    }

    /// As [`Vault::open`], on databases that are open.
    pub(crate) async fn open_over(
        files: Arc<dyn Files>,
        place: &VaultPlace,
        keys: &VaultKeys,
        now: Timestamp,
        databases: Databases,
    ) -> Result<Self, VaultError> {
        for source in [&keys.live, &keys.separated, &keys.signing] {
            if let MasterKeySource::File(path) = source
                && next_file(path).exists()
            {
                return Err(VaultError::RotationStopped { path: next_file(path) });
            }
        }
        let masters = Masters {
            live: MasterKey::read(&keys.live, &place.folder)?,
            separated: MasterKey::read(&keys.separated, &place.folder)?,
        };
        let installation = databases.installation(place).await?;
        databases.check(&masters, installation).await?;
        let vault = Self::assemble(place, masters, &keys.signing, databases, installation, files)?;
        vault.resume(now).await?;
        Ok(vault)
    }

    pub(crate) fn assemble(
        place: &VaultPlace,
        masters: Masters,
        signing: &MasterKeySource,
        databases: Databases,
        installation: InstallationId,
        files: Arc<dyn Files>,
    ) -> Result<Self, VaultError> {
        let signing = SigningKey::read(signing, &place.folder)?;
        let log = AuditLog::open_with(&place.folder.join(AUDIT), installation, signing, Arc::clone(&files))?;
        let Databases { people, separated, keys } = databases;
        Ok(Self {
            installation,
            place: place.clone(),
            masters,
            people,
            separated,
            keyring: Keyring::new(keys),
            journal: Journal::new(log, place.places.clone()),
            changing: Mutex::default(),
            sweeping: Mutex::default(),
            copying: Mutex::default(),
            files,
            sessions: SessionCache::default(),
            together: Together::default(),
            steps: Steps::default(),
        })
    }

    /// Repeats what the journal holds and the databases do not: keys first, then changes, then what is dying.
    async fn resume(&self, now: Timestamp) -> Result<(), VaultError> {
        let ledger = self.ledger_since_certificate().await?;
        for keys in ledger.keys.chunks(4_096) {
            self.keyring.destroy(keys).await?;
        }
        self.catch_up().await?;
        self.bury_the_dying(now).await
    }

    /// The installation.
    pub fn installation(&self) -> InstallationId {
        self.installation
    }

    /// Where it is kept.
    pub fn place_of_files(&self) -> &VaultPlace {
        &self.place
    }

    /// The key that verifies the audit log and the archives.
    pub fn public_key(&self) -> PublicKey {
        self.journal.public()
    }

    /// The audit log, for reading.
    pub fn audit_log(&self) -> std::sync::MutexGuard<'_, AuditLog> {
        self.journal.log()
    }

    /// The newest signed head of the audit log.
    pub fn audit_head(&self) -> SignedHead {
        self.journal.head()
    }

    /// When the vault was made: the time of the log's first head.
    pub fn made_at(&self) -> Timestamp {
        self.journal.log().made_at()
    }

    /// Backup places whose copy of the audit log misses something.
    pub fn places_behind(&self) -> Vec<PathBuf> {
        self.journal.behind()
    }

    /// The numbered steps of carrying out, for tests that stop at one.
    pub fn steps(&self) -> &Steps {
        &self.steps
    }

    pub(crate) fn database(&self, store: Store) -> &Database {
        match store {
            Store::Live => &self.people,
            Store::Separated => &self.separated,
        }
    }

    /// The key of the hashes that find somebody by this item, if it finds anybody.
    pub(crate) fn finding(&self, item: &str) -> Option<LookupKey> {
        let lookup = FINDING.iter().find(|lookup| lookup.item == item)?;
        Some(LookupKey::of_master(&self.masters.live, self.installation, lookup.purpose))
    }

    pub(crate) fn finding_key(&self, lookup: &Lookup) -> LookupKey {
        LookupKey::of_master(&self.masters.live, self.installation, lookup.purpose)
    }

    /// Every column of the three databases, as (table, column), each table's name behind its database's.
    pub async fn columns(&self) -> Result<Vec<(String, String)>, VaultError> {
        let mut columns = Vec::new();
        for (name, database) in
            [("people", &self.people), ("separated", &self.separated), ("keys", self.keyring.database())]
        {
            let found = database.columns().await?;
            columns.extend(found.into_iter().map(|(table, column)| (format!("{name}.{table}"), column)));
        }
        Ok(columns)
    }

    /// By what the servers of the three databases keep their write-ahead logs past their use, in words, each behind the
    /// name of its database.
    pub async fn log_keepers(&self) -> Result<Vec<(&'static str, String)>, VaultError> {
        let mut keepers = Vec::new();
        for (name, database) in
            [("people", &self.people), ("separated", &self.separated), ("keys", self.keyring.database())]
        {
            keepers.extend(database.log_keepers().await?.into_iter().map(|keeper| (name, keeper)));
        }
        Ok(keepers)
    }

    /// That every kind of record and item in the rows is one of `policy`.
    pub async fn check_names(&self, policy: &Policy) -> Result<(), VaultError> {
        let names = Names::of(policy);
        for row in self.people.rows("select distinct class from records", args![]).await? {
            names.class(&row.only::<String>()?)?;
        }
        for database in [&self.people, &self.separated] {
            for row in database.rows("select distinct item from items", args![]).await? {
                names.item(&row.only::<String>()?)?;
            }
        }
        for row in self.separated.rows("select distinct class from days", args![]).await? {
            names.class(&row.only::<String>()?)?;
        }
        Ok(())
    }

    /// Ends the writer of the audit log and closes the databases.
    pub async fn close(&self) {
        self.journal.close();
        self.people.close().await;
        self.separated.close().await;
        self.keyring.database().close().await;
    }
}

const OTHER_SEPARATED: VaultError = VaultError::OtherInstallation { which: "separated" };

/// One of the three, before it is open.
struct Known<'a> {
    name: &'static str,
    location: Location<'a>,
    migrations: &'static [Sql],
}

impl Databases {
    pub(crate) async fn open(place: &VaultPlace) -> Result<Self, VaultError> {
        let files = Self::files(place)?;
        let [people, separated, keys] = Self::all(place, &files);
        Ok(Self {
            people: Database::open(people.location, people.migrations).await?,
            separated: Database::open(separated.location, separated.migrations).await?,
            keys: Database::open(keys.location, keys.migrations).await?,
        })
    }

    /// To load a backup; see [`Database::open_for_restore`].
    pub(crate) async fn open_for_restore(place: &VaultPlace, now: Timestamp) -> Result<Self, VaultError> {
        let files = Self::files(place)?;
        let open = async |of: Known<'_>| {
            let opened = Database::open_for_restore(of.location, of.migrations, now).await;
            opened.map_err(|error| match error {
                DatabaseError::NotEmpty => VaultError::NotEmpty { which: of.name },
                error => error.into(),
            })
        };
        let [people, separated, keys] = Self::all(place, &files);
        Ok(Self { people: open(people).await?, separated: open(separated).await?, keys: open(keys).await? })
    }

    /// See [`Database::forget_restore`].
    pub(crate) async fn forget_restore(place: &VaultPlace) -> Result<(), VaultError> {
        let files = Self::files(place)?;
        for of in Self::all(place, &files) {
            Database::forget_restore(of.location, of.migrations).await?;
        }
        Ok(())
    }

    fn all<'a>(place: &'a VaultPlace, files: &'a [PathBuf; 3]) -> [Known<'a>; 3] {
        let at =
            |n: usize| place.urls.as_ref().map_or(Location::Sqlite(&files[n]), |urls| Location::Postgres(&urls[n]));
        [
            Known { name: backup::PEOPLE, location: at(0), migrations: PEOPLE },
            Known { name: backup::SEPARATED, location: at(1), migrations: SEPARATED },
            Known { name: "keys", location: at(2), migrations: KEYS },
        ]
    }

    /// Where they stand in the data folder, if that is where they are.
    fn files(place: &VaultPlace) -> Result<[PathBuf; 3], VaultError> {
        let files = FILES.map(|file| place.folder.join(file));
        if place.urls.is_none() {
            // SQLite gives its logs the mode of the database.
            for path in &files {
                private_file(path).map_err(|source| VaultError::Write { path: path.clone(), source })?;
            }
        }
        Ok(files)
    }

    async fn claim(
        &self,
        database: &Database,
        installation: InstallationId,
        check: Option<KeyCheck>,
    ) -> Result<(), VaultError> {
        let mut conn = database.begin().await?;
        if setting(&mut conn, INSTALLATION).await?.is_some() {
            return Err(VaultError::OtherInstallation { which: "people, separated or keys" });
        }
        put_setting(&mut conn, INSTALLATION, installation.as_bytes()).await?;
        if let Some(check) = check {
            put_setting(&mut conn, KEY_CHECK, check.as_bytes()).await?;
        }
        Ok(conn.commit().await?)
    }

    /// The installation of all three.
    pub(crate) async fn installation(&self, place: &VaultPlace) -> Result<InstallationId, VaultError> {
        let installation = setting(&mut self.people.read().await?, INSTALLATION).await?;
        let installation = installation.ok_or_else(|| VaultError::NotMade { folder: place.folder.clone() })?;
        if setting(&mut self.keys.read().await?, INSTALLATION).await?.as_ref() != Some(&installation) {
            return Err(VaultError::KeysLost);
        }
        if setting(&mut self.separated.read().await?, INSTALLATION).await?.as_ref() != Some(&installation) {
            return Err(OTHER_SEPARATED);
        }
        InstallationId::from_row(installation)
    }

    /// That the master keys are the data's own.
    async fn check(&self, masters: &Masters, installation: InstallationId) -> Result<(), VaultError> {
        for (database, store) in [(&self.people, Store::Live), (&self.separated, Store::Separated)] {
            let check = setting(&mut database.read().await?, KEY_CHECK).await?.and_then(|bytes| bytes.try_into().ok());
            let check = check.ok_or(VaultError::Unreadable { what: "the key check" })?;
            KeyCheck::from_bytes(check).check(masters.of(store), installation, store)?;
        }
        Ok(())
    }

    pub(crate) async fn close(&self) {
        self.people.close().await;
        self.separated.close().await;
        self.keys.close().await;
    }
}

/// Where a master key that is to replace the one at `path` stands until it does.
pub(crate) fn next_file(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".next");
    name.into()
}

/// Makes a folder that its owner alone may enter.
fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes an empty file that its owner alone may read, where there is none.
fn private_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

pub(crate) async fn setting(conn: &mut Conn, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
    const SQL: &str = "select value from settings where name = $1";
    Ok(conn.row(SQL, args![name]).await?.map(|row| row.only()).transpose()?)
}

pub(crate) async fn put_setting(conn: &mut Conn, name: &str, value: &[u8]) -> Result<(), VaultError> {
    const SQL: &str = "insert into settings (name, value) values ($1, $2) \
        on conflict (name) do update set value = excluded.value";
    conn.run(SQL, args![name, value]).await?;
    Ok(())
}
