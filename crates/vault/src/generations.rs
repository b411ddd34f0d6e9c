//! Copies of the key database at registered places. Each place holds the newest state alone: writing one ends in deleting
//! the older ones, so that a key destroyed here is destroyed there.

use crate::{
    Vault,
    archive::{ArchiveError, ArchiveWriter, Header, Kind, sidecar_path},
    backup::{KEY_TABLES, dump_tables},
    certificate::GenerationState,
    error::{VaultError, causes},
    vault::{put_setting, setting},
};
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use vestry_database::args;

/// The folder of a place in which generations stand.
pub(crate) const KEYS: &str = "keys";
/// The folder of a place that holds the copy of the audit log.
pub(crate) const AUDIT: &str = "audit";
const GENERATION: &str = "generation";

impl Vault {
    /// Writes a generation of the keys to every place, those included that hold an older one and are not configured any
    /// more; says of each whether it holds nothing older now.
    pub(crate) async fn write_generations(
        &self,
        policy_hash: [u8; 32],
        now: Timestamp,
    ) -> Result<Vec<GenerationState>, VaultError> {
        let registered = self.registered().await?;
        if self.place.places.is_empty() && registered.is_empty() {
            return Ok(Vec::new());
        }
        // One after the other: a newer one removes what is older, and what is not whole.
        let _one = self.copying.lock().await;
        let sequence = self.next_generation(now).await?;
        let mut states = Vec::new();
        for place in &self.place.places {
            let name = place.display().to_string();
            let pending = match self.write_generation(place, sequence, policy_hash, now).await {
                Ok(()) => None,
                Err(error) => Some(causes(&error)),
            };
            states.push(GenerationState { place: name, sequence, pending });
        }
        for (place, held) in registered {
            if self.place.places.iter().any(|configured| configured.display().to_string() == place) {
                continue;
            }
            let pending = format!(
                "holds generation {held} and is configured no more; remove the files of its folder `{KEYS}` and run \
                 `vestry backup forget {place}`"
            );
            states.push(GenerationState { place, sequence: held, pending: Some(pending) });
        }
        Ok(states)
    }

    /// Places that hold generations, with the newest each.
    async fn registered(&self) -> Result<BTreeMap<String, u64>, VaultError> {
        const SQL: &str = "select place, max(sequence) from generations group by place order by place";
        let rows = self.keyring.database().rows(SQL, args![]).await?;
        rows.iter()
            .map(|row| {
                let mut columns = row.columns();
                Ok((columns.take::<String>()?, columns.take::<i64>()?.unsigned_abs()))
            })
            .collect()
    }

    /// The next number, and every configured place registered under it: a stop from here on leaves no copy unknown.
    async fn next_generation(&self, now: Timestamp) -> Result<u64, VaultError> {
        const REGISTER: &str = "insert into generations (place, sequence, file, written) values ($1, $2, $3, $4)";
        let mut conn = self.keyring.database().begin().await?;
        let last = setting(&mut conn, GENERATION).await?.and_then(|bytes| bytes.try_into().ok());
        let sequence = last.map_or(0, u64::from_be_bytes) + 1;
        put_setting(&mut conn, GENERATION, &sequence.to_be_bytes()).await?;
        for place in &self.place.places {
            let (name, number) = (place.display().to_string(), i64::try_from(sequence).unwrap_or(i64::MAX));
            conn.run(REGISTER, args![name, number, file_name(sequence), now]).await?;
        }
        conn.commit().await?;
        Ok(sequence)
    }

    async fn write_generation(
        &self,
        place: &Path,
        sequence: u64,
        policy_hash: [u8; 32],
        now: Timestamp,
    ) -> Result<(), VaultError> {
        const OLDER: &str = "delete from generations where place = $1 and sequence < $2";
        // Not made: a folder that is missing is one that is not mounted.
        if !place.is_dir() {
            let source = io::Error::new(io::ErrorKind::NotFound, "the folder is not there; mount it");
            return Err(VaultError::Write { path: place.into(), source });
        }
        let folder = place.join(KEYS);
        self.make_folder(&folder)?;
        self.journal.ship_to(place)?;
        let header = self.header(Kind::Keys, sequence, policy_hash, now);
        let mut writer = self.archive(&folder.join(file_name(sequence)), &header)?;
        let mut conn = self.keyring.database().read().await?;
        dump_tables(&mut conn, KEYS, KEY_TABLES, &mut writer).await?;
        writer.finish(|message| self.journal.sign(message))?;
        self.remove_older(&folder, sequence)?;
        let mut conn = self.keyring.database().begin().await?;
        let number = i64::try_from(sequence).unwrap_or(i64::MAX);
        conn.run(OLDER, args![place.display().to_string(), number]).await?;
        Ok(conn.commit().await?)
    }

    /// Forgets that a place held generations, once somebody removed them by hand.
    pub async fn forget_place(&self, place: &str) -> Result<bool, VaultError> {
        const SQL: &str = "delete from generations where place = $1";
        let mut conn = self.keyring.database().begin().await?;
        let forgotten = conn.run(SQL, args![place]).await?;
        conn.commit().await?;
        Ok(forgotten > 0)
    }

    /// A new archive at `path`, for whoever may read backups.
    pub(crate) fn archive(&self, path: &Path, header: &Header) -> Result<ArchiveWriter, VaultError> {
        let recipients = self.place.recipients.as_ref().ok_or(VaultError::NoRecipients)?;
        Ok(ArchiveWriter::create_with(Arc::clone(&self.files), path, recipients, header)?)
    }

    pub(crate) fn make_folder(&self, folder: &Path) -> Result<(), VaultError> {
        self.files.make_folder(folder).map_err(|source| VaultError::Write { path: folder.into(), source })
    }

    /// Removes what is older than `sequence`, and what a stop left half written.
    fn remove_older(&self, folder: &Path, sequence: u64) -> Result<(), VaultError> {
        let failed = |source| VaultError::Write { path: folder.into(), source };
        let older = generations_in(folder).map_err(failed)?.into_iter().filter(|(other, _)| *other < sequence);
        let older = older.flat_map(|(_, path)| [sidecar_path(&path), path]);
        for file in older.chain(crate::archive::leftovers(folder).map_err(failed)?) {
            self.files.remove(&file).map_err(|source| VaultError::Write { path: file, source })?;
        }
        Ok(())
    }

    /// The head of an archive of this moment.
    pub(crate) fn header(&self, kind: Kind, sequence: u64, policy_hash: [u8; 32], now: Timestamp) -> Header {
        let head = self.journal.head();
        Header {
            installation: self.installation,
            kind,
            sequence,
            created: now,
            audit_size: head.size,
            audit_root: head.root,
            policy_hash,
        }
    }
}

fn file_name(sequence: u64) -> String {
    format!("keys-{sequence:08}.age")
}

/// The generations in a folder, the newest last.
pub(crate) fn generations_in(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let number = name.strip_prefix("keys-").and_then(|rest| rest.strip_suffix(".age"));
        if let Some(sequence) = number.and_then(|number| number.parse().ok()) {
            found.push((sequence, path));
        }
    }
    found.sort();
    Ok(found)
}

impl From<ArchiveError> for VaultError {
    fn from(error: ArchiveError) -> Self {
        Self::Archive(Box::new(error))
    }
}
