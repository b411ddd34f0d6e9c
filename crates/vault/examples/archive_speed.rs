//! How fast an archive is written, checked and read, beside what the disk does with the same bytes in the same run.
//! `cargo run --release -p vestry-vault --example archive_speed -- FOLDER [MB]`
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement that prints")]

use ed25519_dalek::{Signer, SigningKey};
use std::{
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
    time::Instant,
};
use vestry_vault::{
    InstallationId,
    archive::{ArchiveReader, ArchiveWriter, Expected, Header, Identity, Kind, check, sidecar_path},
};

const MB: usize = 1_000_000;
const STREAMS: usize = 10;

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().expect("a folder to write to"));
    let megabytes: usize = arguments.next().map_or(1_000, |n| n.to_string_lossy().parse().expect("a number of MB"));
    let each = megabytes.div_ceil(STREAMS);
    let block = noise(MB);
    let (plain, path, identity) = (folder.join("plain"), folder.join("archive.age"), folder.join("identity"));
    for old in [&plain, &path, &sidecar_path(&path), &identity] {
        let _ = fs::remove_file(old);
    }
    let key = age::x25519::Identity::generate();
    write_identity(&identity, &key);
    let signing = SigningKey::from_bytes(&[7; 32]);
    let public_key = signing.verifying_key().to_bytes();
    let installation = InstallationId::from_bytes([1; 16]);

    measure("plain file, written and fsynced", each * STREAMS, || {
        let mut file = File::create(&plain).expect("made");
        (0..each * STREAMS).for_each(|_| file.write_all(&block).expect("written"));
        file.sync_all().expect("durable");
    });
    fs::remove_file(&plain).expect("removed");
    measure("archive, written, signed and fsynced", each * STREAMS, || {
        let recipients = key.to_public().to_string().parse().expect("a recipient");
        let header = Header {
            installation,
            kind: Kind::Data,
            sequence: 1,
            created: jiff::Timestamp::UNIX_EPOCH,
            audit_size: 0,
            audit_root: [0; 32],
            policy_hash: [0; 32],
        };
        let mut writer = ArchiveWriter::create(&path, &recipients, &header).expect("made");
        for stream in 0..STREAMS {
            let mut entry = writer.entry(&format!("stream/{stream}")).expect("begun");
            (0..each).for_each(|_| entry.write_all(&block).expect("written"));
            entry.finish(1).expect("ended");
        }
        writer.finish(|message| signing.sign(message).to_bytes()).expect("finished");
    });
    measure("archive, checked without identity", each * STREAMS, || {
        check(&path, &public_key).expect("whole");
    });
    measure("archive, read and verified", each * STREAMS, || {
        let identity = Identity::read(&identity).expect("read");
        let expected = Expected { installation, kind: Kind::Data, public_key: &public_key };
        let mut reader = ArchiveReader::open(&path, &identity, &expected).expect("opened");
        let mut room = vec![0; MB];
        while let Some(mut stream) = reader.next_stream().expect("whole") {
            while stream.read(&mut room).expect("whole") > 0 {}
        }
        reader.finish().expect("signed");
    });
    for made in [&path, &sidecar_path(&path), &identity] {
        fs::remove_file(made).expect("removed");
    }
}

fn measure(what: &str, megabytes: usize, act: impl FnOnce()) {
    let start = Instant::now();
    act();
    let seconds = start.elapsed().as_secs_f64();
    println!("{what}: {megabytes} MB in {seconds:.2} s, {:.0} MB/s", megabytes as f64 / seconds);
}

/// Bytes that do not compress (xorshift64*, Vigna 2016).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// As `age-keygen` does.
fn write_identity(path: &Path, key: &age::x25519::Identity) {
    use age::secrecy::ExposeSecret;
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, key.to_string().expose_secret()).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("set");
}
