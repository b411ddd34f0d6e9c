//! Backups, and coming back from them.

use crate::{
    Config, Privacy, PrivacyError, Surroundings, SweepOutcome, SweepRequest, durable, policing,
    privacy::{key_sources, place, url},
};
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};
use vestry_store::{Objects, Rendition, Store, StoreError, StorePlace};
use vestry_vault::{
    Certificate, GenerationState, ReasonCode, RestoreAim, RestoreFrom, Restored, Restoring, Vault, VaultError,
    archive::{ArchiveError, ArchiveReader, ArchiveWriter, Identity, IdentityError, Manifest, check},
    audit::{PublicKey, SignedHead},
};

/// The folder of a place in which backups of the data stand.
const DATA: &str = "data";
const CATALOGUE: &str = "catalogue";
const OBJECTS: &str = "objects";

/// A backup that was written.
#[derive(Debug)]
pub struct Backup {
    /// Where it stands.
    pub path: PathBuf,
    /// What is in it.
    pub manifest: Manifest,
    /// Where the keys are that belong to it.
    pub generations: Vec<GenerationState>,
}

/// From what to come back.
#[derive(Debug)]
pub struct RestoreRequest {
    /// The backup; the newest at any place when absent.
    pub backup: Option<PathBuf>,
    /// Folders that were `backup.places`.
    pub places: Vec<PathBuf>,
    /// The file of the identity that opens archives.
    pub identity: PathBuf,
    /// A published head of the audit log, behind which no copy may be.
    pub published: Option<SignedHead>,
    /// What it is for.
    pub aim: RestoreAim,
}

/// What came back.
#[derive(Debug)]
pub struct RestoreReport {
    /// From which backup.
    pub backup: PathBuf,
    /// The key that signed it.
    pub signed_by: PublicKey,
    /// The vault's part.
    pub restored: Restored,
    /// Rows of the catalogue, pictures included.
    pub catalogue: u64,
    /// The certificate of the sweep that followed: what fell due since the backup.
    pub certificate: Certificate,
}

/// What a drill found.
#[derive(Debug)]
pub struct DrillReport {
    /// The restore.
    pub restore: RestoreReport,
    /// What the archive's manifest lists.
    pub manifest: Manifest,
}

impl Privacy {
    /// Writes a backup of the data into the folder `data` of each place, or into `out`, and the keys after it; while
    /// serving, as of one moment. `progress` hears how many rows and pictures were written.
    pub async fn back_up(
        &self,
        out: Option<&Path>,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<Vec<Backup>, PrivacyError> {
        let configured = &self.vault().place_of_files().places;
        let folders =
            out.map_or_else(|| configured.iter().map(|place| place.join(DATA)).collect(), |out| vec![out.into()]);
        if folders.is_empty() {
            return Err(PrivacyError::NoPlace);
        }
        let mut backups = Vec::new();
        for folder in folders {
            let (policy, now) = (self.policy(), self.now());
            let path = folder.join(format!("data-{}.age", now.strftime("%Y%m%dT%H%M%S%fZ")));
            let mut writer = self.vault().begin_archive(&path, policy, now).await?;
            self.write_catalogue(&mut writer, &mut progress).await?;
            let (manifest, generations) = self.vault().end_archive(writer, policy, now).await?;
            backups.push(Backup { path, manifest, generations });
        }
        Ok(backups)
    }

    async fn write_catalogue(
        &self,
        writer: &mut ArchiveWriter,
        progress: &mut (impl FnMut(u64) + Send),
    ) -> Result<(), PrivacyError> {
        let mut snapshot = self.store().read().await?;
        let mut rows = 0;
        for table in Store::TABLES {
            let mut entry = writer.entry(&format!("{CATALOGUE}/{table}")).map_err(VaultError::from)?;
            let count = snapshot.dump(table, &mut entry).await?;
            entry.finish(count).map_err(VaultError::from)?;
            rows += count;
            progress(rows);
        }
        let objects = Objects::open(&self.vault().place_of_files().folder)?;
        let mut entry = writer.entry(OBJECTS).map_err(VaultError::from)?;
        let (mut after, mut count) = (None, 0);
        loop {
            let keys = snapshot.object_keys(after.as_ref(), 256).await?;
            let Some(last) = keys.last() else { break };
            after = Some(last.clone());
            for key in &keys {
                for rendition in [Rendition::Full, Rendition::Thumbnail] {
                    if let Some(bytes) = objects.get(key, rendition).await? {
                        Objects::write_out(key, rendition, bytes, &mut entry).map_err(StoreError::Stream)?;
                        count += 1;
                    }
                }
            }
            progress(rows + count);
        }
        entry.finish(count).map_err(VaultError::from)?;
        Ok(())
    }
}

/// Comes back into the data folder `folder`, which must not be there or be empty, as must the databases that `config`
/// names: the newest keys and audit log at any
/// place, a backup of the data, then what the journal says since, then a sweep as of today. The folder gets its name when
/// all of it proved whole; before, it is `FOLDER.restoring`.
pub async fn restore(
    folder: &Path,
    config: &Config,
    surroundings: Surroundings,
    request: &RestoreRequest,
) -> Result<RestoreReport, PrivacyError> {
    if folder.is_dir() && fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(PrivacyError::NotEmpty { folder: folder.into() });
    }
    let mut scratch = folder.as_os_str().to_owned();
    scratch.push(".restoring");
    let scratch = PathBuf::from(scratch);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| PrivacyError::File { path, source }
    };
    if scratch.exists() {
        // What an earlier try left; nothing ever served from it.
        fs::remove_dir_all(&scratch).map_err(failed(&scratch))?;
    }
    fs::create_dir_all(&scratch).map_err(failed(&scratch))?;
    let came = restore_into(&scratch, folder, config, surroundings, request).await;
    if came.is_err() {
        // Nothing of it may be used. What stays goes at the next try.
        if let Err(error) = forget(&scratch, config).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a restore that failed left rows in its databases"
            );
        }
        let _ = fs::remove_dir_all(&scratch);
    }
    let Returned { backup, signed_by, restored, catalogue } = came?;
    if folder.is_dir() {
        fs::remove_dir(folder).map_err(failed(folder))?;
    }
    durable::rename(&scratch, folder).map_err(failed(folder))?;
    let privacy = Privacy::open(folder, config, surroundings).await?;
    let reason: ReasonCode = "restore".parse().expect("a code");
    let outcome = privacy.sweep(&SweepRequest { confirm_clock: Some(reason), ..Default::default() }, |_| {}).await;
    privacy.close().await;
    match outcome? {
        SweepOutcome::CarriedOut(sweep) => {
            Ok(RestoreReport { backup, signed_by, restored, catalogue, certificate: sweep.certificate })
        }
        SweepOutcome::Shown(_) => unreachable!("a sweep that is no dry run carries out"),
    }
}

/// What stands in the scratch folder.
struct Returned {
    backup: PathBuf,
    signed_by: PublicKey,
    restored: Restored,
    catalogue: u64,
}

async fn restore_into(
    scratch: &Path,
    folder: &Path,
    config: &Config,
    surroundings: Surroundings,
    request: &RestoreRequest,
) -> Result<Returned, PrivacyError> {
    let now = (surroundings.now)();
    let policies = policing::policies(&config.policy.files)?;
    let governing = policing::governing(&policies, now)?;
    let identity = Identity::read(&request.identity)?;
    let place = place(scratch, config)?;
    // Key files are looked for where they will be when the folder has its name.
    let keys = key_sources(folder, config)?;
    let from = RestoreFrom {
        place: &place,
        keys: &keys,
        identity: &identity,
        places: &request.places,
        published: request.published.as_ref(),
        aim: request.aim,
    };
    let backup = match &request.backup {
        Some(backup) => backup.clone(),
        None => newest_backup(&request.places)?,
    };
    let store = Store::open_for_restore(&store_place(scratch, config), now).await?;
    let objects = Objects::open(scratch)?;
    let mut restoring = Restoring::begin(&from, now).await?;
    let mut reader = restoring.data(&backup)?;
    let signed_by = *restoring.signers().at(reader.header().audit_size);
    let came = read_streams(&mut reader, &mut restoring, &store, &objects).await?;
    let manifest = reader.finish().map_err(VaultError::from)?;
    let catalogue = counted(&manifest, &came)?;
    let (vault, restored): (Vault, Restored) = restoring.finish(governing, now).await?;
    let mut tx = store.begin().await?;
    tx.end_keys(&vault.ended_keys()?).await?;
    tx.commit().await?;
    vault.close().await;
    store.end_restore().await?;
    store.close().await;
    Ok(Returned { backup, signed_by, restored, catalogue })
}

/// Deletes from the databases what a restore left that did not end: keys among it, which no sweep would reach.
async fn forget(scratch: &Path, config: &Config) -> Result<(), PrivacyError> {
    Store::forget_restore(&store_place(scratch, config)).await?;
    Ok(Restoring::forget(&place(scratch, config)?).await?)
}

fn store_place(scratch: &Path, config: &Config) -> StorePlace {
    StorePlace { data_dir: scratch.into(), url: url(config) }
}

async fn read_streams(
    reader: &mut ArchiveReader,
    restoring: &mut Restoring<'_>,
    store: &Store,
    objects: &Objects,
) -> Result<Vec<Came>, PrivacyError> {
    let mut came = Vec::new();
    while let Some(mut stream) = reader.next_stream().map_err(VaultError::from)? {
        let name = stream.name().as_str().to_owned();
        let of_vault = restoring.load(&name, &mut stream).await?;
        let of_catalogue = if of_vault.is_some() {
            None
        } else if name == OBJECTS {
            Some(objects.read_in(&mut stream).await?)
        } else if let Some(table) = name.strip_prefix(CATALOGUE).and_then(|rest| rest.strip_prefix('/')) {
            Some(store.load(table, &mut stream as &mut (dyn Read + Send)).await?)
        } else {
            None
        };
        came.extend(of_vault.or(of_catalogue).map(|count| Came { name, count, is_catalogue: of_vault.is_none() }));
    }
    Ok(came)
}

/// What came out of one stream.
struct Came {
    name: String,
    count: u64,
    is_catalogue: bool,
}

/// How many rows and objects of the catalogue came back; of every stream as many as the backup says that it wrote.
fn counted(manifest: &Manifest, came: &[Came]) -> Result<u64, PrivacyError> {
    for stream in &manifest.streams {
        let found = came.iter().find(|came| came.name == stream.name.as_str()).map_or(0, |came| came.count);
        if found != stream.count {
            let (stream, wrote) = (stream.name.as_str().to_owned(), stream.count);
            return Err(PrivacyError::Count { stream, wrote, found });
        }
    }
    Ok(came.iter().filter(|came| came.is_catalogue).map(|came| came.count).sum())
}

/// Comes back from the newest backup into a folder of its own, counts, and removes it again. Nothing of the running
/// installation is touched, whose databases may be PostgreSQL's: a drill comes back into files, which archives do as
/// well. The sweep that follows a restore is part of the drill.
pub async fn drill(
    scratch: &Path,
    config: &Config,
    keys: &Path,
    surroundings: Surroundings,
    request: &RestoreRequest,
) -> Result<DrillReport, PrivacyError> {
    let folder = scratch.join("drill");
    let config = drilling(config, keys);
    let restore = restore(&folder, &config, surroundings, request).await;
    let restore = match restore {
        Ok(report) => report,
        Err(error) => {
            let _ = fs::remove_dir_all(&folder);
            return Err(error);
        }
    };
    let privacy = Privacy::open(&folder, &config, surroundings).await?;
    privacy.close().await;
    let manifest = check(&restore.backup, restore.signed_by.as_bytes()).map_err(VaultError::from)?;
    fs::remove_dir_all(&folder).map_err(|source| PrivacyError::File { path: folder, source })?;
    Ok(DrillReport { restore, manifest })
}

/// `config` without what a drill must not write to: the databases, and the places, where it would become a generation.
fn drilling(config: &Config, keys: &Path) -> Config {
    let mut config = config.clone();
    config.vault.keys = keys.into();
    config.backup.places.clear();
    let vault = &mut config.vault;
    for url in [&mut config.store.url, &mut vault.people_url, &mut vault.separated_url, &mut vault.keys_url] {
        url.clear();
    }
    config
}

/// The newest backup of the data at any place, by its name, which tells when it was made.
fn newest_backup(places: &[PathBuf]) -> Result<PathBuf, PrivacyError> {
    let mut newest: Option<PathBuf> = None;
    for place in places {
        for entry in fs::read_dir(place.join(DATA)).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let is_backup = name.starts_with("data-") && name.ends_with(".age");
            if is_backup && newest.as_ref().is_none_or(|other| other.file_name() < path.file_name()) {
                newest = Some(path);
            }
        }
    }
    newest.ok_or_else(|| VaultError::NoCopies { what: "backup of the data" }.into())
}

impl From<IdentityError> for PrivacyError {
    fn from(error: IdentityError) -> Self {
        Self::Identity(Box::new(error))
    }
}

impl From<ArchiveError> for PrivacyError {
    fn from(error: ArchiveError) -> Self {
        Self::Vault(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestry_vault::archive::Header;

    fn check(came: &[(&str, u64)], is_right: bool) {
        let facts = |(name, count): (&str, u64)| serde_json::json!({ "name": name, "length": 1, "sha256": "00".repeat(32), "count": count });
        let streams: Vec<_> = [("people/persons", 3), ("catalogue/tags", 5)].map(facts).into();
        let streams = serde_json::from_value(streams.into()).expect("streams");
        let header: Header = serde_json::from_value(header()).expect("a header");
        let came = came.iter().map(|(name, count)| Came {
            name: (*name).to_owned(),
            count: *count,
            is_catalogue: name.starts_with(CATALOGUE),
        });
        let found = counted(&Manifest { header, streams }, &came.collect::<Vec<_>>());
        match is_right {
            true => assert_eq!(found.expect("counted"), 5),
            false => assert!(matches!(found, Err(PrivacyError::Count { .. })), "{found:?}"),
        }
    }

    fn header() -> serde_json::Value {
        let zeros = "00".repeat(32);
        serde_json::json!({
            "installation": "00".repeat(16), "kind": "data", "sequence": 1, "created": "2026-11-02T00:00:00Z",
            "audit_size": 0, "audit_root": zeros, "policy_hash": zeros
        })
    }

    #[test]
    fn a_backup_that_lacks_rows_is_not_restored() {
        check(&[("people/persons", 3), ("catalogue/tags", 5)], true);
        check(&[("people/persons", 2), ("catalogue/tags", 5)], false);
        check(&[("people/persons", 3)], false);
        check(&[("people/persons", 3), ("catalogue/tags", 6)], false);
    }
}
