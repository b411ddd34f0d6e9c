//! What is sealed opens at its own place, under its own key, with all its bytes; nowhere else.

use proptest::prelude::*;
use std::path::Path;
use vestry_model::OrganisationId;
use vestry_vault::{
    DataKey, InstallationId, KeyId, LookupKey, MAX_PLAINTEXT, MasterKey, PersonId, Place, RecordId, SealError, Store,
    WRAPPED_LENGTH, WrappedKey, normalised_mail, sealed_length,
};

fn place() -> Place<'static> {
    Place {
        installation: InstallationId::from_bytes([1; 16]),
        store: Store::Live,
        organisation: Some(OrganisationId::from_row(7)),
        person: Some(PersonId::from_bytes([2; 16])),
        class: "account",
        record: RecordId::from_bytes([3; 16]),
        column: "email",
        key: KeyId::from_bytes([4; 16]),
        revision: 1,
    }
}

/// The place with each of its parts changed.
fn others() -> Vec<Place<'static>> {
    let place = place();
    vec![
        Place { installation: InstallationId::from_bytes([9; 16]), ..place },
        Place { store: Store::Separated, ..place },
        Place { organisation: Some(OrganisationId::from_row(8)), ..place },
        Place { organisation: None, ..place },
        Place { person: Some(PersonId::from_bytes([9; 16])), ..place },
        Place { person: None, ..place },
        Place { class: "payment", ..place },
        Place { record: RecordId::from_bytes([9; 16]), ..place },
        Place { column: "name", ..place },
        Place { key: KeyId::from_bytes([9; 16]), ..place },
        Place { revision: 2, ..place },
    ]
}

fn master(folder: &Path, name: &str) -> MasterKey {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).expect("made");
    MasterKey::create(&folder.join(name), &data).expect("made")
}

#[test]
fn two_rows_swapped_do_not_open() {
    let key = DataKey::generate().expect("random");
    let other = Place { record: RecordId::from_bytes([5; 16]), ..place() };
    let one = key.seal(&place(), "kim@shop.example".as_bytes()).expect("sealed");
    let two = key.seal(&other, "lee@shop.example".as_bytes()).expect("sealed");
    assert_eq!(key.open(&place(), &one).expect("opens").as_slice(), b"kim@shop.example");
    assert!(matches!(key.open(&place(), &two), Err(SealError::DoesNotOpen)));
    assert!(matches!(key.open(&other, &one), Err(SealError::DoesNotOpen)));
}

#[test]
fn nothing_opens_at_another_place_or_under_another_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let (master_key, strange) = (master(folder.path(), "one"), master(folder.path(), "other"));
    let key = DataKey::generate().expect("random");
    let sealed = key.seal(&place(), b"text").expect("sealed");
    let wrapped = key.wrap(&master_key, &place()).expect("wrapped");
    for other in others() {
        assert!(key.open(&other, &sealed).is_err(), "{other:?}");
        assert!(wrapped.open(&master_key, &other).is_err(), "{other:?}");
    }
    assert!(DataKey::generate().expect("random").open(&place(), &sealed).is_err());
    assert!(wrapped.open(&strange, &place()).is_err());
    let again = wrapped.open(&master_key, &place()).expect("opens");
    assert_eq!(again.open(&place(), &sealed).expect("opens").as_slice(), b"text");
}

#[test]
fn no_flipped_or_missing_byte_opens() {
    let folder = tempfile::tempdir().expect("a folder");
    let master = master(folder.path(), "key");
    let key = DataKey::generate().expect("random");
    let sealed = key.seal(&place(), b"text").expect("sealed");
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1 << bit;
            assert!(key.open(&place(), &flipped).is_err(), "byte {at}, bit {bit}");
        }
        assert!(key.open(&place(), &sealed[..at]).is_err(), "cut at {at}");
    }
    let wrapped = *key.wrap(&master, &place()).expect("wrapped").as_bytes();
    for at in 0..WRAPPED_LENGTH {
        let mut flipped = wrapped;
        flipped[at] ^= 1;
        assert!(WrappedKey::from_bytes(flipped).open(&master, &place()).is_err(), "byte {at}");
    }
}

#[test]
fn a_length_says_little_and_has_an_end() {
    let key = DataKey::generate().expect("random");
    let lengths: Vec<usize> = ["kim@a.kr", "a.longer.name@shop.example"]
        .iter()
        .map(|t| key.seal(&place(), t.as_bytes()).expect("sealed").len())
        .collect();
    assert_eq!(lengths[0], lengths[1]);
    let most = vec![7; MAX_PLAINTEXT];
    let sealed = key.seal(&place(), &most).expect("sealed");
    assert_eq!(sealed.len(), sealed_length(MAX_PLAINTEXT));
    assert_eq!(*key.open(&place(), &sealed).expect("opens"), most);
    let long = vec![7; MAX_PLAINTEXT + 1];
    assert!(matches!(key.seal(&place(), &long), Err(SealError::TooLong { bytes }) if bytes == long.len()));
}

#[test]
fn neither_a_key_nor_what_it_seals_is_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    let master_key = master(folder.path(), "key");
    let text = std::fs::read_to_string(folder.path().join("key")).expect("read");
    let key = DataKey::generate().expect("random");
    let wrapped = key.wrap(&master_key, &place()).expect("wrapped");
    let lookup = LookupKey::of_master(&master_key, place().installation, "login");
    let printed = format!("{master_key:?} {key:?} {wrapped:?} {lookup:?}");
    assert!(!printed.contains(text.trim()), "{printed}");
    assert_eq!(printed, "MasterKey([secret]) DataKey([secret]) WrappedKey([sealed]) LookupKey([secret])");
}

#[test]
fn clause_1_na_the_same_mail_in_other_letter_case_has_the_same_hash() {
    let folder = tempfile::tempdir().expect("a folder");
    let master = master(folder.path(), "key");
    let key = |purpose: &str| LookupKey::of_master(&master, place().installation, purpose);
    let hash = |purpose: &str, mail: &str| key(purpose).hash(&normalised_mail(mail).expect("a mail address"));
    // The last two are one word, composed and as single letters.
    let same = [
        ["kim@shop.example", " Kim@Shop.EXAMPLE\n"],
        ["ÉMILE@shop.example", "e\u{301}mile@shop.example"],
        ["김철수@가게.example", "\u{1100}\u{1175}\u{11b7}철수@가게.EXAMPLE"],
    ];
    for [one, other] in same {
        assert_eq!(hash("login", one), hash("login", other), "{one}");
    }
    assert_ne!(hash("login", "kim@shop.example"), hash("login", "lee@shop.example"));
    assert_ne!(hash("login", "kim@shop.example"), hash("re-join", "kim@shop.example"), "purposes cannot be joined");
    let other = LookupKey::of_master(&master, InstallationId::from_bytes([9; 16]), "login");
    assert_ne!(hash("login", "kim@shop.example"), other.hash("kim@shop.example"));
    for bad in ["", "kim", "@shop.example", "kim@", "a@b@c", "kim lee@shop.example", "kim\u{7}@shop.example"] {
        assert!(normalised_mail(bad).is_err(), "{bad:?}");
    }
    assert!(normalised_mail(&format!("{}@b.kr", "a".repeat(250))).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sealed_opens_again(text in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let key = DataKey::generate().expect("random");
        let sealed = key.seal(&place(), &text).expect("sealed");
        prop_assert_eq!(sealed.len(), sealed_length(text.len()));
        let opened = key.open(&place(), &sealed).expect("opens");
        prop_assert_eq!(opened.as_slice(), text.as_slice());
    }
}
