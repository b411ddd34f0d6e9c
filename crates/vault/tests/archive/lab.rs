//! A folder with an identity in it, a signing key, and an archive that can be taken apart.

use age::secrecy::ExposeSecret;
use ed25519_dalek::{Signer, SigningKey};
use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU64, Ordering},
};
use vestry_vault::{
    InstallationId,
    archive::{
        ArchiveError, ArchiveReader, ArchiveWriter, Expected, Header, Identity, Kind, Manifest, Recipients,
        sidecar_path,
    },
};

pub(crate) const INSTALLATION: InstallationId = InstallationId::from_bytes([1; 16]);

pub(crate) struct Lab {
    folder: tempfile::TempDir,
    key: age::x25519::Identity,
    signing: SigningKey,
    public_key: [u8; 32],
}

impl Lab {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let folder = tempfile::tempdir().expect("a folder");
        let key = age::x25519::Identity::generate();
        let mut secret = [0; 32];
        secret[..8].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_le_bytes());
        let signing = SigningKey::from_bytes(&secret);
        let public_key = signing.verifying_key().to_bytes();
        let lab = Self { folder, key, signing, public_key };
        fs::write(lab.identity_path(), lab.key.to_string().expose_secret()).expect("written");
        mode(&lab.identity_path(), 0o600);
        lab
    }

    /// With an archive of three streams, as short as one can be.
    pub(crate) fn with_archive() -> Self {
        let lab = Self::new();
        lab.write(&[("first", noise(1, 40)), ("empty", Vec::new()), ("third", noise(3, 20))]);
        lab
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder().join("archive.age")
    }

    pub(crate) fn identity_path(&self) -> PathBuf {
        self.folder().join("identity")
    }

    pub(crate) fn identity(&self) -> Identity {
        Identity::read(&self.identity_path()).expect("read")
    }

    pub(crate) fn recipients(&self) -> Recipients {
        self.key.to_public().to_string().parse().expect("a recipient")
    }

    pub(crate) fn public_key(&self) -> [u8; 32] {
        self.public_key
    }

    pub(crate) fn sign(&self) -> impl Fn(&[u8]) -> [u8; 64] {
        |message| self.signing.sign(message).to_bytes()
    }

    pub(crate) fn expected(&self) -> Expected<'_> {
        self.expected_under(&self.public_key)
    }

    pub(crate) fn expected_under<'a>(&self, public_key: &'a [u8; 32]) -> Expected<'a> {
        Expected { installation: INSTALLATION, kind: Kind::Data, public_key }
    }

    pub(crate) fn open(&self) -> Result<ArchiveReader, ArchiveError> {
        ArchiveReader::open(&self.path(), &self.identity(), &self.expected())
    }

    pub(crate) fn write(&self, streams: &[(&str, Vec<u8>)]) -> Manifest {
        let mut writer = ArchiveWriter::create(&self.path(), &self.recipients(), &header()).expect("made");
        for (name, bytes) in streams {
            let mut entry = writer.entry(name).expect("begun");
            entry.write_all(bytes).expect("written");
            entry.finish(1).expect("ended");
        }
        writer.finish(self.sign()).expect("finished")
    }

    pub(crate) fn write_to(&self, recipients: &Recipients, sign: impl Fn(&[u8]) -> [u8; 64]) {
        let mut writer = ArchiveWriter::create(&self.path(), recipients, &header()).expect("made");
        writer.entry("a").expect("begun").finish(0).expect("ended");
        writer.finish(sign).expect("finished");
    }

    /// Put an age file to the same recipient in the archive's place, filled up with zeros as archives are.
    pub(crate) fn replace(&self, bytes: &[u8]) {
        let mut bytes = bytes.to_vec();
        bytes.resize(bytes.len().next_multiple_of(65_536), 0);
        fs::write(self.path(), age::encrypt(&self.key.to_public(), &bytes).expect("encrypted")).expect("written");
    }

    pub(crate) fn assert_nothing_stands(&self) {
        assert!(!self.path().exists() && !sidecar_path(&self.path()).exists());
        let names: Vec<_> =
            fs::read_dir(self.folder()).expect("there").map(|e| e.expect("there").file_name()).collect();
        assert_eq!(names, ["identity"]);
    }
}

/// What any age program makes of the archive.
pub(crate) fn opened(lab: &Lab) -> Vec<u8> {
    age::decrypt(&lab.key, &fs::read(lab.path()).expect("read")).expect("opens")
}

/// What comes of reading all of the archive.
pub(crate) fn outcome(lab: &Lab, identity: &Identity, public_key: &[u8; 32]) -> Result<Manifest, ArchiveError> {
    let mut reader = ArchiveReader::open(&lab.path(), identity, &lab.expected_under(public_key))?;
    while let Some(mut stream) = reader.next_stream()? {
        if stream.read_to_end(&mut Vec::new()).is_err() {
            break;
        }
    }
    reader.finish()
}

pub(crate) fn header() -> Header {
    Header {
        installation: INSTALLATION,
        kind: Kind::Data,
        sequence: 7,
        created: "2026-03-01T02:03:04.000005Z".parse().expect("an instant"),
        audit_size: 42,
        audit_root: [2; 32],
        policy_hash: [3; 32],
    }
}

/// Bytes that look like no others (xorshift64*).
pub(crate) fn noise(seed: usize, length: usize) -> Vec<u8> {
    let mut state = seed as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes()
    };
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        bytes.extend_from_slice(&next());
    }
    bytes.truncate(length);
    bytes
}

pub(crate) fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
}

/// A disk of 2 MiB in memory, gone when dropped.
pub(crate) struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounted in `folder`, if the system allows it.
    pub(crate) fn mount(folder: &Path) -> Option<Self> {
        let at = folder.join("disk");
        fs::create_dir(&at).expect("made");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(&at).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(at))
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}
