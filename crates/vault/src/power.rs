//! What a power loss leaves of a whole vault: the audit log, its copy, generations of the keys and archives of the data,
//! beside databases that keep what they committed.
//!
//! The databases go on for the rest of a call after the power is gone for the files, until the call fails: they hold more
//! than they could, never less.

use crate::{
    NewPerson, NewRecord, Personal, Planned, RestoreAim, RestoreFrom, Restoring, Tombstone, Vault, VaultKeys,
    VaultPlace,
    archive::{ArchiveReader, Expected, Identity, Kind, check, leftovers},
    audit,
    files::{Disk, Files, lossy::Lossy},
    generations::{AUDIT, KEYS, generations_in},
    journal::{self, Line},
    sweeping::PlanFacts,
};
use age::secrecy::ExposeSecret;
use jiff::Timestamp;
use std::{
    collections::HashSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::TempDir;
use vestry_database::args;
use vestry_policy::{Action, BUILTIN, BUILTIN_FILE, Membership, Planner, Policy, Verdict};

const DATA: &str = "data";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_577_804_400 + second).expect("an instant")
}

/// An installation with one place, two people of whom nothing is to be kept, and a way back to how it was.
struct Machine {
    folder: TempDir,
    place: VaultPlace,
    keys: VaultKeys,
    identity: Identity,
    policy: Policy,
}

/// What was acknowledged before the power was gone.
#[derive(Debug, Default)]
struct Acknowledged {
    /// How many entries the log has.
    entries: u64,
    /// How many of them are at the place.
    shipped: u64,
    generation: u64,
    archives: Vec<PathBuf>,
    is_certified: bool,
}

impl Machine {
    async fn made() -> Self {
        // Memory, where there is some: what is written is the same.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.expect("a folder");
        let (now, policy) = (folder.path().join("now"), Policy::read(BUILTIN, BUILTIN_FILE).expect("a policy"));
        fs::create_dir_all(now.join("place")).expect("a folder");
        let key = age::x25519::Identity::generate();
        let identity = folder.path().join("identity");
        let mut file = Disk.create(&identity).expect("a file");
        file.write_all(key.to_string().expose_secret().as_bytes()).expect("written");
        let identity = Identity::read(&identity).expect("an identity");
        let place = VaultPlace {
            folder: now.join(DATA),
            urls: None,
            archive_days: None,
            places: vec![now.join("place")],
            recipients: Some(key.to_public().to_string().parse().expect("a recipient")),
        };
        let keys = folder.path().join("data-keys");
        Vault::make(&place, &keys, at(0)).await.expect("made");
        let keys = VaultKeys::in_folder(&keys);
        let machine = Self { folder, place, keys, identity, policy };
        let vault = machine.open(Arc::new(Disk)).await;
        let people = ["kim", "lee"].map(|name| machine.person(name));
        vault.add_people(&machine.policy, &people, at(1)).await.expect("put on file");
        vault.close().await;
        drop(vault);
        copy(&now, &machine.folder.path().join("was"));
        machine
    }

    fn person(&self, name: &str) -> NewPerson {
        let item = |item| self.policy.item_named(item).expect("an item");
        let value = |text: String| Personal::new(text);
        let items = vec![
            (item("email"), value(format!("{name}@shop.example"))),
            (item("app_settings"), value(name.to_owned())),
        ];
        let class = self.policy.class_named("account").expect("a class");
        let records = vec![NewRecord { class, events: Vec::new(), items }];
        NewPerson { organisation: None, role: None, membership: Membership::None, consents: Vec::new(), records }
    }

    fn back_to_how_it_was(&self) {
        let now = self.folder.path().join("now");
        fs::remove_dir_all(&now).expect("removed");
        copy(&self.folder.path().join("was"), &now);
    }

    async fn open(&self, files: Arc<dyn Files>) -> Vault {
        Vault::open_on(files, &self.place, &self.keys, at(2)).await.expect("opens")
    }

    fn at_place(&self, name: &str) -> PathBuf {
        self.place.places[0].join(name)
    }

    /// A backup, a sweep that destroys everybody, another backup; what `disk` acknowledged of it.
    async fn live(&self, vault: &Vault, disk: &Lossy) -> Acknowledged {
        let mut known = Acknowledged::default();
        for (number, archive) in [self.at_place("data/one.age"), self.at_place("data/two.age")].into_iter().enumerate()
        {
            if number == 1 {
                let generation = self.sweep(vault).await;
                if disk.is_gone() {
                    break;
                }
                (known.is_certified, known.generation) = (true, generation.expect("certified"));
            }
            // Its body stands apart from its leaf.
            let day = self.policy.local(at(400_000)).date();
            if vault.journal.append_look(vec![number as u8; 40], day, at(3)).await.is_err() {
                break;
            }
            let Ok(writer) = vault.begin_archive(&archive, &self.policy, at(3)).await else { break };
            let Ok((_, generations)) = vault.end_archive(writer, &self.policy, at(3)).await else { break };
            if disk.is_gone() {
                break;
            }
            known.archives.push(archive);
            known.generation = generations[0].sequence;
            known.entries = vault.audit_head().size;
            known.shipped = known.entries;
        }
        known
    }

    /// The generation that a sweep of everybody ends with, if it came so far.
    async fn sweep(&self, vault: &Vault) -> Option<u64> {
        let turn = vault.begin_sweep(&self.policy, at(4)).await.ok()?;
        let day = self.policy.local(at(4)).date();
        let mut planner = Planner::new(&self.policy, day);
        let mut planned = Vec::new();
        for person in vault.people_after(&self.policy, None, 10).await.expect("on file") {
            let mut verdicts: Vec<Verdict> = Vec::new();
            let mut sink = |verdict: Verdict| match verdict.action {
                Action::Keep { .. } => {}
                _ => verdicts.push(verdict),
            };
            person.with_facts(|facts| planner.person(facts, &mut sink)).expect("in order");
            planned.push(Planned { person, verdicts });
        }
        let (totals, hash) = planner.finish();
        vault.carry_out(&self.policy, &planned, at(4)).await.ok()?;
        let plan = PlanFacts { day, hash, totals, everybody_since: None };
        let (certificate, _) = vault.certify(&turn, &self.policy, &plan, at(4)).await.ok()?;
        certificate.generations.first().map(|generation| generation.sequence)
    }

    /// What holds of the machine after a stop, whenever it came.
    async fn is_sound(&self, known: &Acknowledged, when: &str) {
        let vault = self.open(Arc::new(Disk)).await;
        let public = vault.public_key();
        assert!(vault.audit_head().size >= known.entries, "{when}: the log lost what it acknowledged");
        // Log before keys: what is gone from the keys is named in the log.
        let mut named = HashSet::new();
        for (_, line) in journal::lines_of(&self.place.folder.join(AUDIT), 0).expect("a log") {
            if let Line::Ledger(ledger) = line {
                named.extend(ledger.keys());
            }
        }
        for row in vault.keyring.database().rows("select tombstone from tombstones", args![]).await.expect("read") {
            let key = Tombstone::from_row(row.only().expect("a column")).expect("a tombstone");
            assert!(named.contains(&key), "{when}: a key went before the ledger");
        }
        assert!(!known.is_certified || vault.count_people().await.expect("counted") == 0, "{when}");
        // Whatever stands under its name is whole.
        let generations = generations_in(&self.at_place(KEYS)).unwrap_or_default();
        let newest = generations.last().map_or(0, |(sequence, _)| *sequence);
        assert!(newest >= known.generation, "{when}: generation {newest}, {known:?}");
        let expected = Expected { installation: vault.installation(), kind: Kind::Keys, public_key: public.as_bytes() };
        for (_, path) in &generations {
            let read = ArchiveReader::open(path, &self.identity, &expected).and_then(ArchiveReader::finish);
            read.unwrap_or_else(|error| panic!("{when}: {error}"));
        }
        for archive in ["data/one.age", "data/two.age"].map(|name| self.at_place(name)) {
            let is_known = known.archives.contains(&archive);
            assert!(archive.exists() || !is_known, "{when}: an archive is lost");
            let whole = !archive.exists() || check(&archive, public.as_bytes()).is_ok();
            assert!(whole, "{when}: {}", archive.display());
        }
        vault.close().await;
        drop(vault);
        self.comes_back(known, when).await;
    }

    /// Keys and log at the place belong together: a restore takes them.
    async fn comes_back(&self, known: &Acknowledged, when: &str) {
        if known.archives.is_empty() {
            return;
        }
        let empty = self.folder.path().join("now/empty");
        let place = VaultPlace { folder: empty.clone(), places: Vec::new(), ..self.place.clone() };
        fs::create_dir(&empty).expect("a folder");
        let (keys, identity, places) = (&self.keys, &self.identity, self.place.places.as_slice());
        let from = RestoreFrom { place: &place, keys, identity, places, published: None, aim: RestoreAim::Drill };
        let restoring = Restoring::begin(&from, at(1_000)).await.unwrap_or_else(|error| panic!("{when}: {error}"));
        let copied = audit::verify(&empty.join(AUDIT), restoring.signers.newest(), None);
        let copied = copied.unwrap_or_else(|faults| panic!("{when}: {faults:?}"));
        assert!(copied.size >= known.shipped, "{when}: the copy of the log lost what it acknowledged");
        let alive = restoring.alive.len();
        assert!(!known.is_certified || alive == 0, "{when}: {alive} keys came back");
    }

    /// The next run does everything, and leaves nothing of the stop.
    async fn goes_on(&self, when: &str) {
        for name in ["data/one.age", "data/two.age"].map(|name| self.at_place(name)) {
            let _ = (fs::remove_file(&name), fs::remove_file(crate::archive::sidecar_path(&name)));
        }
        let vault = self.open(Arc::new(Disk)).await;
        let known = self.live(&vault, &Lossy::default()).await;
        assert!(known.is_certified && known.archives.len() == 2, "{when}: {known:?}");
        let keys = self.at_place(KEYS);
        assert_eq!(generations_in(&keys).expect("a folder").len(), 1, "{when}");
        assert!(leftovers(&keys).expect("a folder").is_empty(), "{when}");
        let verified = audit::verify(&self.at_place(AUDIT), &vault.public_key(), Some(&vault.audit_head()));
        assert!(verified.is_ok(), "{when}: {verified:?}");
        vault.close().await;
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, to).expect("copied");
        }
    }
}

#[tokio::test]
async fn a_power_loss_at_any_write_leaves_log_keys_and_archives_as_they_were_or_as_they_are_to_be() {
    let machine = Machine::made().await;
    for share in [0, 100, 256] {
        for calls in 0.. {
            machine.back_to_how_it_was();
            let disk = Lossy::default();
            let vault = machine.open(Arc::new(disk.clone())).await;
            disk.fail_after(calls);
            let known = machine.live(&vault, &disk).await;
            let is_all = !disk.is_gone();
            vault.close().await;
            drop(vault);
            disk.lose(share);
            let when = format!("{calls} calls, {share} of 256");
            machine.is_sound(&known, &when).await;
            machine.goes_on(&when).await;
            if is_all {
                assert!(calls > 60 && known.archives.len() == 2, "{when}: {known:?}");
                break;
            }
        }
    }
}

#[tokio::test]
async fn generations_that_are_written_at_once_leave_the_newest_alone() {
    let machine = Machine::made().await;
    let vault = machine.open(Arc::new(Disk)).await;
    // Many keys, so that each takes a while.
    let people: Vec<_> = (0..400).map(|n| machine.person(&format!("p{n}"))).collect();
    vault.add_people(&machine.policy, &people, at(2)).await.expect("put on file");
    let write = || vault.write_generations(machine.policy.hash(), at(3));
    let (first, second, third) = tokio::join!(write(), write(), write());
    for states in [first, second, third] {
        let states = states.expect("written");
        assert!(states.iter().all(|state| state.pending.is_none()), "{states:?}");
    }
    let there = generations_in(&machine.at_place(KEYS)).expect("a folder");
    assert_eq!(there.iter().map(|(sequence, _)| *sequence).collect::<Vec<_>>(), [3]);
    vault.close().await;
}
