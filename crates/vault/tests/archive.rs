//! What is written comes back; what was cut, changed, exchanged or made by somebody else does not pass.

#[path = "archive/lab.rs"]
mod lab;

use lab::{INSTALLATION, Lab, header, mode, noise, opened, outcome};
use proptest::prelude::*;
use std::{
    fs::{self, OpenOptions},
    io::{Read, Write},
    os::unix::fs::FileExt,
    path::Path,
};
use vestry_vault::{
    InstallationId,
    archive::{
        ArchiveError, ArchiveReader, ArchiveWriter, Expected, Identity, IdentityError, Kind, Manifest, Recipients,
        RecipientsError, check, leftovers, sidecar_path,
    },
};

/// Lengths around the borders of age's chunks (65,536) and of the container's (2^20).
fn lengths() -> impl Strategy<Value = usize> {
    let around = |border: usize| (border - 80)..(border + 20);
    prop_oneof![Just(0), 0..200_usize, around(65_536), around(1 << 20), around(2 << 20), Just(3 << 20)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn streams_come_back_as_they_were(
        lengths in prop::collection::vec(lengths(), 0..6),
        written in 1..200_000_usize,
        read in 1..200_000_usize,
    ) {
        let lab = Lab::new();
        let streams: Vec<_> = lengths.iter().enumerate().map(|(i, length)| (format!("folder/{i}"), noise(i, *length))).collect();
        let mut writer = ArchiveWriter::create(&lab.path(), &lab.recipients(), &header()).expect("made");
        for (name, bytes) in &streams {
            let mut entry = writer.entry(name).expect("begun");
            bytes.chunks(written).for_each(|part| entry.write_all(part).expect("written"));
            entry.finish(bytes.len() as u64 / 7).expect("ended");
        }
        let manifest = writer.finish(lab.sign()).expect("finished");
        let mut reader = lab.open().expect("opened");
        prop_assert_eq!(reader.header(), &header());
        for (name, bytes) in &streams {
            let mut stream = reader.next_stream().expect("whole").expect("there");
            prop_assert_eq!(stream.name().as_str(), name);
            let (mut all, mut part) = (Vec::new(), vec![0; read]);
            loop {
                let count = stream.read(&mut part).expect("whole");
                if count == 0 { break }
                all.extend_from_slice(&part[..count]);
            }
            prop_assert!(&all == bytes);
        }
        prop_assert!(reader.next_stream().expect("whole").is_none());
        prop_assert_eq!(&reader.finish().expect("signed"), &manifest);
        prop_assert_eq!(&check(&lab.path(), &lab.public_key()).expect("whole"), &manifest);
        let facts: Vec<_> = manifest.streams.iter().map(|s| (s.length as usize, s.count)).collect();
        prop_assert_eq!(facts, lengths.iter().map(|n| (*n, *n as u64 / 7)).collect::<Vec<_>>());
        prop_assert_eq!(fs::read_dir(lab.folder()).expect("there").count(), 3, "archive, sidecar and identity");
    }
}

#[test]
fn what_is_not_read_is_verified_all_the_same() {
    let lab = Lab::with_archive();
    let mut reader = lab.open().expect("opened");
    let mut stream = reader.next_stream().expect("whole").expect("there");
    stream.read_exact(&mut [0; 3]).expect("read");
    assert_eq!(reader.next_stream().expect("whole").expect("there").name().as_str(), "empty");
    assert_eq!(reader.finish().expect("signed").streams.len(), 3);
}

#[test]
fn each_of_several_recipients_reads() {
    let (lab, other, stranger) = (Lab::new(), Lab::new(), Lab::new());
    let both: Recipients = format!("# two\n{}\n\n  {}\n", lab.recipients(), other.recipients()).parse().expect("two");
    lab.write_to(&both, lab.sign());
    for identity in [lab.identity(), other.identity()] {
        let reader = ArchiveReader::open(&lab.path(), &identity, &lab.expected()).expect("opened");
        reader.finish().expect("signed");
    }
    let error = ArchiveReader::open(&lab.path(), &stranger.identity(), &lab.expected()).err().expect("refused");
    assert!(matches!(error, ArchiveError::WrongIdentity { .. }), "{error}");
}

#[test]
fn another_installation_kind_or_key_is_refused() {
    let lab = Lab::with_archive();
    let open = |expected: &Expected<'_>| {
        ArchiveReader::open(&lab.path(), &lab.identity(), expected)
            .and_then(ArchiveReader::finish)
            .expect_err("refused")
    };
    let key = lab.public_key();
    let found = InstallationId::from_bytes([9; 16]);
    let error = open(&Expected { installation: found, ..lab.expected_under(&key) });
    assert!(matches!(error, ArchiveError::AnotherInstallation { found: INSTALLATION, .. }), "{error}");
    let error = open(&Expected { kind: Kind::Keys, ..lab.expected_under(&key) });
    assert_eq!(
        error.to_string().split_once("` ").expect("the path").1,
        "holds data and not keys; name an archive of keys"
    );
    let other = Lab::new().public_key();
    let error = open(&lab.expected_under(&other));
    assert!(matches!(error, ArchiveError::Signature { .. }), "{error}");
    let error = check(&lab.path(), &other).expect_err("refused");
    assert!(matches!(error, ArchiveError::Signature { .. }), "{error}");
    // No point of the curve has y = 2.
    let no_point = std::array::from_fn(|i| if i == 0 { 2 } else { 0 });
    let error = check(&lab.path(), &no_point).expect_err("refused");
    assert!(matches!(error, ArchiveError::PublicKey), "{error}");
}

#[test]
fn an_archive_cut_at_any_length_is_seen() {
    let lab = Lab::with_archive();
    let (key, identity) = (lab.public_key(), lab.identity());
    let file = OpenOptions::new().write(true).open(lab.path()).expect("opened");
    let whole = fs::metadata(lab.path()).expect("there").len();
    for length in (0..whole).rev() {
        file.set_len(length).expect("cut");
        let read = outcome(&lab, &identity, &key).expect_err("refused");
        assert!(matches!(read, ArchiveError::CutShort { .. }), "{length} of {whole}: {read}");
        let checked = check(&lab.path(), &key).expect_err("refused");
        assert!(matches!(checked, ArchiveError::CutShort { .. }), "{length} of {whole}: {checked}");
    }
}

/// Two chunks and more, cut where a chunk ends: age alone sees that the last one is missing.
#[test]
fn an_archive_cut_between_chunks_is_seen() {
    let lab = Lab::new();
    lab.write(&[("long", noise(1, 200_000))]);
    let whole = fs::metadata(lab.path()).expect("there").len();
    let file = OpenOptions::new().write(true).open(lab.path()).expect("opened");
    for chunks in 1..=4 {
        file.set_len(whole - chunks * 65_552).expect("cut");
        let error = outcome(&lab, &lab.identity(), &lab.public_key()).expect_err("refused");
        assert!(matches!(error, ArchiveError::CutShort { .. }), "{error}");
    }
}

#[test]
fn something_added_is_seen() {
    for added in [1, 65_552] {
        let lab = Lab::with_archive();
        let mut file = OpenOptions::new().append(true).open(lab.path()).expect("opened");
        file.write_all(&vec![0; added]).expect("added");
        outcome(&lab, &lab.identity(), &lab.public_key()).expect_err("refused");
        let error = check(&lab.path(), &lab.public_key()).expect_err("refused");
        assert!(matches!(error, ArchiveError::Damaged { .. }), "{error}");
    }
}

/// Call `act` for each byte of the file at `path`, with one bit of that byte flipped.
fn each_flip(path: &Path, mut act: impl FnMut(usize)) {
    let bytes = fs::read(path).expect("read");
    let file = OpenOptions::new().write(true).open(path).expect("opened");
    for (at, byte) in bytes.iter().enumerate() {
        file.write_all_at(&[byte ^ (1 << (at % 8))], at as u64).expect("flipped");
        act(at);
        file.write_all_at(&[*byte], at as u64).expect("restored");
    }
}

#[test]
fn a_bit_flipped_anywhere_is_seen_when_read() {
    let lab = Lab::with_archive();
    let (key, identity) = (lab.public_key(), lab.identity());
    let payload = fs::metadata(lab.path()).expect("there").len() as usize - 65_552;
    each_flip(&lab.path(), |at| {
        let error = outcome(&lab, &identity, &key).expect_err("refused");
        // What stands in front says how to open the rest: there, a change may look like much else.
        assert!(at < payload || matches!(error, ArchiveError::Damaged { .. }), "at {at}: {error}");
    });
    outcome(&lab, &identity, &key).expect("as it was");
}

#[test]
fn a_bit_flipped_anywhere_is_seen_without_identity() {
    let lab = Lab::with_archive();
    let key = lab.public_key();
    each_flip(&lab.path(), |at| {
        let error = check(&lab.path(), &key).expect_err("refused");
        assert!(matches!(error, ArchiveError::Damaged { .. }), "at {at}: {error}");
    });
    check(&lab.path(), &key).expect("as it was");
}

#[test]
fn a_sidecar_that_was_touched_is_refused() {
    let lab = Lab::with_archive();
    let (key, path) = (lab.public_key(), sidecar_path(&lab.path()));
    each_flip(&path, |at| {
        let error = check(&lab.path(), &key).expect_err("refused");
        let seen = matches!(error, ArchiveError::DamagedSidecar { .. } | ArchiveError::Signature { .. });
        assert!(seen, "at {at}: {error}");
    });
    let text = fs::read_to_string(&path).expect("read");
    for length in 0..text.len() {
        fs::write(&path, &text[..length]).expect("cut");
        let error = check(&lab.path(), &key).expect_err("refused");
        assert!(matches!(error, ArchiveError::DamagedSidecar { .. }), "at {length}: {error}");
    }
    for touched in [text.replacen("\n", "\r\n", 1), format!("{text}\n"), text.replacen("  ", "\t", 1)] {
        fs::write(&path, touched).expect("written");
        let error = check(&lab.path(), &key).expect_err("refused");
        assert!(matches!(error, ArchiveError::DamagedSidecar { .. }), "{error}");
    }
    fs::remove_file(&path).expect("removed");
    let error = check(&lab.path(), &key).expect_err("refused");
    assert!(matches!(&error, ArchiveError::Missing { path: missing } if *missing == path), "{error}");
    outcome(&lab, &lab.identity(), &key).expect("reading takes no sidecar");
}

#[test]
fn the_sidecar_of_another_archive_does_not_pass() {
    let lab = Lab::with_archive();
    let beside = fs::read(sidecar_path(&lab.path())).expect("read");
    fs::remove_file(lab.path()).expect("removed");
    lab.write(&[("other", noise(4, 50))]);
    fs::write(sidecar_path(&lab.path()), beside).expect("exchanged");
    let error = check(&lab.path(), &lab.public_key()).expect_err("refused");
    // What age puts in front varies in length, so that the other archive may be the shorter one.
    assert!(matches!(error, ArchiveError::Damaged { .. } | ArchiveError::CutShort { .. }), "{error}");
}

/// The parts of an archive as they lie under the encryption: what is in front, each stream, the manifest with its
/// signature.
struct Parts {
    front: Vec<u8>,
    streams: Vec<Vec<u8>>,
    manifest: Vec<u8>,
}

fn parts(lab: &Lab, manifest: &Manifest) -> Parts {
    let bytes = opened(lab);
    let length = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize;
    let mut at = 20 + length(16);
    let front = bytes[..at].to_vec();
    let mut streams = Vec::new();
    for stream in &manifest.streams {
        let chunk = if stream.length == 0 { 0 } else { 4 + stream.length as usize };
        let end = at + 3 + stream.name.as_str().len() + chunk + 4;
        streams.push(bytes[at..end].to_vec());
        at = end;
    }
    Parts { front, streams, manifest: bytes[at..at + 5 + length(at + 1) + 64].to_vec() }
}

/// Whoever knows a recipient can encrypt, and whoever has an archive has its signature; that is not enough.
#[test]
fn streams_under_a_signature_for_others_are_refused() {
    let lab = Lab::new();
    let manifest = lab.write(&[("a", noise(1, 40)), ("b", noise(2, 40)), ("c", Vec::new())]);
    let Parts { front, streams, manifest } = parts(&lab, &manifest);
    let [a, b, c] = [0, 1, 2].map(|i| streams[i].as_slice());
    let renamed = [b"\x01\x00\x01z", &a[4..]].concat();
    let (mut changed, mut earlier) = (a.to_vec(), front.clone());
    changed[20] ^= 1;
    let day = earlier.windows(10).position(|w| w == b"2026-03-01").expect("the day");
    earlier[day + 9] = b'2';
    let check = |parts: &[&[u8]]| {
        lab.replace(&parts.concat());
        outcome(&lab, &lab.identity(), &lab.public_key())
    };
    check(&[&front, a, b, c, &manifest]).expect("put together as it was");
    for (what, parts) in [
        ("swapped", [front.as_slice(), b, a, c]),
        ("removed", [&front, a, b, b""]),
        ("renamed", [&front, &renamed, b, c]),
        ("changed", [&front, &changed, b, c]),
        ("of another moment", [&earlier, a, b, c]),
    ] {
        let error = check(&[parts.as_slice(), &[&manifest]].concat()).expect_err(what);
        assert!(matches!(error, ArchiveError::NotAsSigned { .. }), "{what}: {error}");
    }
    for (what, parts) in [
        ("twice", vec![front.as_slice(), a, a, b, c, &manifest]),
        ("no manifest", vec![&front, a, b, c]),
        ("no end of a stream", vec![&front, a, b, &c[..c.len() - 4], &manifest]),
        ("no streams", vec![&front]),
        ("something behind", vec![&front, a, b, c, &manifest, b"\x01"]),
        ("a long chunk", vec![&front, &a[..4], b"\x00\x10\x00\x01"]),
        ("a long name", vec![&front, b"\x01\x04\x01"]),
        ("a long manifest", vec![&front, b"\x02\xff\xff\xff\xff"]),
        ("a long header", vec![&front[..16], b"\xff\xff\xff\xff"]),
        ("no header", vec![&front[..16], b"\x00\x00\x00\x02{}"]),
    ] {
        let error = check(&parts).expect_err(what);
        assert!(matches!(error, ArchiveError::Malformed { .. }), "{what}: {error}");
    }
    let error = check(&[&front, b"\x01\x00\x07../../x\x00\x00\x00\x00", &manifest]).expect_err("climbs out");
    assert!(matches!(error, ArchiveError::NameNotAllowed { .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever somebody encrypts to us, it is refused and nothing breaks.
    #[test]
    fn no_contents_break_the_reader(
        contents in prop::collection::vec(
            prop_oneof![
                Just(b"\x01\x00\x01a\x00\x00\x00\x03abc".to_vec()),
                Just(vec![0; 4]),
                Just(b"\x02\x00\x00\x00\x02{}".to_vec()),
                Just(vec![7; 64]),
                prop::collection::vec(0..4_u8, 0..20),
                prop::collection::vec(any::<u8>(), 0..20),
            ],
            0..8,
        ),
    ) {
        static LAB: std::sync::LazyLock<(Lab, Vec<u8>)> = std::sync::LazyLock::new(|| {
            let lab = Lab::new();
            let manifest = lab.write(&[]);
            let front = parts(&lab, &manifest).front;
            (lab, front)
        });
        let (lab, front) = &*LAB;
        lab.replace(&[front.as_slice(), &contents.concat()].concat());
        outcome(lab, &lab.identity(), &lab.public_key()).expect_err("refused");
    }
}

#[test]
fn an_archive_of_another_signer_is_refused() {
    let (lab, hostile) = (Lab::new(), Lab::new());
    lab.write_to(&lab.recipients(), hostile.sign());
    let error = outcome(&lab, &lab.identity(), &lab.public_key()).expect_err("refused");
    assert!(matches!(error, ArchiveError::Signature { .. }), "{error}");
    let error = check(&lab.path(), &lab.public_key()).expect_err("refused");
    assert!(matches!(error, ArchiveError::Signature { .. }), "{error}");
}

#[test]
fn what_is_no_archive_or_a_later_one_is_said_so() {
    let lab = Lab::new();
    let check = |bytes: &[u8]| {
        fs::write(lab.path(), bytes).expect("written");
        outcome(&lab, &lab.identity(), &lab.public_key()).expect_err("refused")
    };
    for bytes in [b"PK\x03\x04 something else".as_slice(), &[0; 100_000], &[b'\n'; 100_000], b"age", b"{}\n"] {
        let error = check(bytes);
        let cut = bytes == b"age";
        assert!(matches!(error, ArchiveError::CutShort { .. }) == cut, "{error}");
        assert!(matches!(error, ArchiveError::NotAnArchive { .. }) != cut, "{error}");
    }
    let error = check(b"age-encryption.org/v9\n-> X25519 a\n--- b\n");
    assert!(matches!(error, ArchiveError::UnknownVersion { .. }), "{error}");
    lab.replace(b"an age file of somebody's letters");
    let error = outcome(&lab, &lab.identity(), &lab.public_key()).expect_err("refused");
    assert!(matches!(error, ArchiveError::NotAnArchive { .. }), "{error}");
    lab.replace(b"vestry archive\n\x02 and what comes then");
    let error = outcome(&lab, &lab.identity(), &lab.public_key()).expect_err("refused");
    assert!(matches!(error, ArchiveError::UnknownVersion { .. }), "{error}");
    fs::remove_file(lab.path()).expect("removed");
    let error = outcome(&lab, &lab.identity(), &lab.public_key()).expect_err("refused");
    assert!(matches!(error, ArchiveError::Missing { .. }), "{error}");
}

#[test]
fn names_are_checked_and_taken_once() {
    let lab = Lab::new();
    let mut writer = ArchiveWriter::create(&lab.path(), &lab.recipients(), &header()).expect("made");
    writer.entry("a").expect("begun").finish(0).expect("ended");
    let error = writer.entry("../b").err().expect("refused").to_string();
    assert_eq!(
        error,
        "`../b` is not allowed as the name of a stream: it has a part that is empty, `.` or `..`; use a relative path \
         with slashes"
    );
    assert!(matches!(writer.entry("a").err(), Some(ArchiveError::NameTaken { .. })));
    writer.entry("b").expect("a refused name spoils nothing").finish(0).expect("ended");
    assert_eq!(writer.finish(lab.sign()).expect("finished").streams.len(), 2);
}

#[test]
fn a_stream_given_up_spoils_the_archive() {
    let lab = Lab::new();
    let mut writer = ArchiveWriter::create(&lab.path(), &lab.recipients(), &header()).expect("made");
    writer.entry("rows").expect("begun").write_all(b"half").expect("written");
    assert!(matches!(writer.entry("more").err(), Some(ArchiveError::Unfinished { .. })));
    let error = writer.finish(lab.sign()).expect_err("refused");
    assert!(matches!(&error, ArchiveError::Unfinished { name } if name == "rows"), "{error}");
    lab.assert_nothing_stands();
}

#[test]
fn a_writer_dropped_leaves_nothing_and_a_stop_leaves_what_is_recognised() {
    let lab = Lab::new();
    let write = || {
        let mut writer = ArchiveWriter::create(&lab.path(), &lab.recipients(), &header()).expect("made");
        let mut entry = writer.entry("a").expect("begun");
        entry.write_all(&noise(1, 3 << 20)).expect("written");
        entry.finish(0).expect("ended");
        writer
    };
    drop(write());
    lab.assert_nothing_stands();
    // As when the process ends here: nothing is cleaned up.
    std::mem::forget(write());
    assert!(!lab.path().exists() && !sidecar_path(&lab.path()).exists());
    let left = leftovers(lab.folder()).expect("listed");
    assert_eq!(left.len(), 1);
    assert!(left[0].to_string_lossy().ends_with(".partial"), "{left:?}");
    lab.write(&[("a leftover is not in the way", Vec::new())]);
    assert_eq!(leftovers(lab.folder()).expect("listed"), left);
}

#[test]
fn what_stands_there_is_left_as_it_is() {
    let lab = Lab::new();
    fs::write(lab.path(), "mine").expect("written");
    let error = ArchiveWriter::create(&lab.path(), &lab.recipients(), &header()).err().expect("refused");
    assert!(matches!(error, ArchiveError::Exists { .. }), "{error}");
    fs::remove_file(lab.path()).expect("removed");
    let writer = ArchiveWriter::create(&lab.path(), &lab.recipients(), &header()).expect("made");
    fs::write(lab.path(), "mine").expect("written");
    assert!(matches!(writer.finish(lab.sign()), Err(ArchiveError::Exists { .. })));
    assert_eq!(fs::read(lab.path()).expect("read"), b"mine");
    let nowhere = lab.folder().join("absent/archive");
    let error = ArchiveWriter::create(&nowhere, &lab.recipients(), &header()).err().expect("refused");
    assert!(matches!(error, ArchiveError::Write { .. }), "{error}");
}

/// On a disk of 2 MiB, where the system lets this test mount one; `encode.rs` tests every point of failure.
#[test]
fn a_full_disk_leaves_nothing() {
    let lab = Lab::new();
    let Some(disk) = lab::SmallDisk::mount(lab.folder()) else {
        eprintln!("not allowed to mount a small disk: tested with a failing writer only");
        return;
    };
    let path = disk.folder().join("archive.age");
    let mut writer = ArchiveWriter::create(&path, &lab.recipients(), &header()).expect("made");
    let mut entry = writer.entry("long").expect("begun");
    let written = (0..100).try_for_each(|_| entry.write_all(&noise(1, 1 << 20)));
    assert_eq!(written.expect_err("full").kind(), std::io::ErrorKind::StorageFull);
    assert!(matches!(entry.finish(0), Err(ArchiveError::DiskFull { .. })));
    assert!(matches!(writer.entry("next").err(), Some(ArchiveError::DiskFull { .. })));
    let error = writer.finish(lab.sign()).expect_err("refused");
    assert!(matches!(error, ArchiveError::DiskFull { .. }), "{error}");
    assert_eq!(fs::read_dir(disk.folder()).expect("there").count(), 0);
}

#[test]
fn an_identity_file_is_its_owners_alone() {
    let lab = Lab::new();
    let path = lab.identity_path();
    for open in [0o640, 0o604, 0o620, 0o644] {
        mode(&path, open);
        let error = Identity::read(&path).expect_err("refused");
        assert!(matches!(error, IdentityError::OpenToOthers { mode, .. } if mode == open), "{error}");
        assert!(error.to_string().contains("run `chmod 600` on it"), "{error}");
    }
    mode(&path, 0o600);
    let secret = fs::read_to_string(&path).expect("read");
    assert_eq!(format!("{:?}", Identity::read(&path).expect("read")), "Identity([secret])");
    let check = |text: &str| {
        fs::write(&path, text).expect("written");
        Identity::read(&path).expect_err("refused").to_string()
    };
    assert!(check("# nothing\n\n").contains("holds no identity"));
    assert!(check(&format!("# it\n{}", lab.recipients())).contains("line 2 of"));
    let cut = check(&secret[..40]);
    assert!(cut.contains("line 1 of") && !cut.contains(&secret[16..40]), "{cut}");
    assert!(check(&"#".repeat(65_537)).contains("longer than 64 KiB"));
    assert!(matches!(Identity::read(lab.folder()), Err(IdentityError::NotAFile { .. })));
    fs::remove_file(&path).expect("removed");
    assert!(matches!(Identity::read(&path), Err(IdentityError::Missing { .. })));
}

#[test]
fn recipients_are_public_keys_and_nothing_else() {
    let lab = Lab::new();
    let parse = |text: &str| text.parse::<Recipients>();
    let one = lab.recipients();
    assert_eq!(parse(&one.to_string()).expect("one"), one);
    assert_eq!(parse("# none\n").expect_err("refused"), RecipientsError::None);
    assert_eq!(parse(&format!("{one}\n").repeat(33)).expect_err("refused"), RecipientsError::TooMany);
    parse(&format!("{one}\n").repeat(32)).expect("thirty-two");
    let text = "age1yubikey1qqqq".to_owned();
    assert_eq!(parse(&text).expect_err("refused"), RecipientsError::NotARecipient { text });
    let secret = fs::read_to_string(lab.identity_path()).expect("read");
    let error = parse(&secret.to_lowercase()).expect_err("refused");
    assert_eq!(error, RecipientsError::Secret);
    assert!(!error.to_string().contains(&secret.to_lowercase()[16..30]), "{error}");
}

#[test]
fn the_most_recipients_fit_what_a_reader_takes() {
    let lab = Lab::new();
    let many: Vec<_> = (0..32).map(|_| Lab::new().recipients().to_string()).collect();
    let many = format!("{}\n{}", many[1..].join("\n"), lab.recipients()).parse().expect("thirty-two");
    lab.write_to(&many, lab.sign());
    outcome(&lab, &lab.identity(), &lab.public_key()).expect("whole");
}
