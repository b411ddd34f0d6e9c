//! Coming back from backups on an empty machine, with what is off it: nobody and nothing that ended comes back.

use crate::{
    engines::{Engine, engines, rows_of},
    world::{World, colleague, member, noon, reason, set_clock, sweep_on, values},
};
use age::secrecy::ExposeSecret;
use std::{fs, path::Path};
use vestry_app::{KeyKind, Language, NewStaff, Privacy, PrivacyError, RestoreAim, RestoreRequest, drill, restore};
use vestry_store::{Store, StorePlace};
use vestry_vault::{HoldSubject, Personal, Reader, Role, VaultError, Waits, audit::SignedHead};

/// A world with one place for copies, and the identity that opens them.
pub(crate) async fn with_place(day: &str) -> (World, RestoreRequest) {
    with_place_on(Engine::Sqlite, day).await
}

async fn with_place_on(engine: Engine, day: &str) -> (World, RestoreRequest) {
    let mut world = World::made_on(engine, day).await;
    let (place, identity) = (world.folder.path().join("place"), world.folder.path().join("identity"));
    fs::create_dir(&place).expect("a folder");
    let key = age::x25519::Identity::generate();
    fs::write(&identity, key.to_string().expose_secret()).expect("written");
    fs::set_permissions(&identity, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("private");
    world.config.backup.recipients = vec![key.to_public().to_string()];
    world.config.backup.places = vec![place.clone()];
    let request =
        RestoreRequest { backup: None, places: vec![place], identity, published: None, aim: RestoreAim::Serve };
    (world, request)
}

/// Runs `test` from every engine to every engine: where the data was, and where it is to come back.
pub(crate) async fn from_each_to_each(day: &str, test: impl AsyncFn(World, RestoreRequest, Engine)) {
    let engines = engines();
    for from in &engines {
        for to in &engines {
            let (world, request) = with_place_on(*from, day).await;
            test(world, request, *to).await;
        }
    }
}

/// The machine is gone; what is off it brings everything back onto an empty one with databases on `engine`.
pub(crate) async fn comes_back(
    world: &mut World,
    request: &RestoreRequest,
    engine: Engine,
) -> Result<vestry_app::RestoreReport, PrivacyError> {
    world.lose(engine).await;
    restore(&world.data(), &world.config, crate::world::SURROUNDINGS, request).await
}

fn files(folder: &Path, prefix: &str) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| name.starts_with(prefix) && name.ends_with(".age"));
    names.sort();
    names
}

#[tokio::test]
async fn clause_6_ga_a_restore_from_the_oldest_backup_brings_nobody_back() {
    from_each_to_each("2020-01-01", brings_nobody_back).await;
}

async fn brings_nobody_back(mut world: World, request: RestoreRequest, to: Engine) {
    let privacy = world.open().await;
    let gone = privacy.add_person(&member("gone@shop.example")).await.expect("added");
    let stays = privacy.add_person(&member("stays@shop.example")).await.expect("added");
    let oldest = privacy.back_up(None, |_| {}).await.expect("backed up").remove(0);
    assert!(oldest.generations.iter().all(|generation| generation.pending.is_none()), "{:?}", oldest.generations);
    // Everything of the one falls due; the other uses the service.
    set_clock(noon("2020-01-02"));
    privacy.withdraw(gone).await.expect("withdrawn");
    for day in ["2020-06-01", "2021-03-01", "2021-12-01", "2022-09-01", "2023-06-01", "2024-03-01", "2024-12-01"] {
        set_clock(noon(day));
        privacy.vault().used(privacy.policy(), stays, privacy.now()).await.expect("used");
        sweep_on(&privacy, day).await;
    }
    privacy.vault().used(privacy.policy(), stays, privacy.now()).await.expect("used");
    sweep_on(&privacy, "2025-01-05").await;
    assert!(values(&privacy, gone, "rights").await.is_err());
    let head = privacy.vault().audit_head();
    privacy.close().await;
    drop(privacy);
    assert_eq!(files(&request.places[0].join("keys"), "keys-").len(), 1, "older generations are gone");

    let backup = Some(oldest.path.clone());
    let request = RestoreRequest { backup, published: Some(head), ..request };
    let report = comes_back(&mut world, &request, to).await.expect("restored");
    assert!(report.restored.dropped > 0, "{report:?}");
    let privacy = world.open().await;
    let found = privacy.vault().find(&Personal::new("gone@shop.example".into())).await.expect("asked");
    assert_eq!(found, None);
    assert!(matches!(values(&privacy, gone, "rights").await, Err(PrivacyError::Vault(VaultError::UnknownPerson(_)))));
    // Whoever stayed is found by mail again, though no backup holds a look-up hash.
    let found = privacy.vault().find(&Personal::new("STAYS@shop.example".into())).await.expect("asked");
    assert_eq!(found, Some(stays));
    assert!(values(&privacy, stays, "membership").await.expect("opens").contains(&"mobile=010-1234-5678".into()));
    privacy.close().await;
}

#[tokio::test]
async fn clause_6_ga_what_ended_after_a_backup_stays_ended() {
    from_each_to_each("2020-01-01", stays_ended).await;
}

async fn stays_ended(mut world: World, request: RestoreRequest, to: Engine) {
    let privacy = world.open().await;
    let policy = privacy.policy();
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    let misuser = privacy.add_person(&member("lee@shop.example")).await.expect("added");
    let marketing = policy.purpose_named("marketing").expect("marketing");
    privacy.vault().consent(policy, person, marketing, privacy.now()).await.expect("given");
    privacy.vault().block(policy, misuser, noon("2020-12-31")).await.expect("blocked");
    privacy.withdraw(misuser).await.expect("put out");
    let again = privacy.add_person(&member("LEE@shop.example")).await;
    assert!(matches!(again, Err(PrivacyError::Vault(VaultError::Blocked))), "{again:?}");
    let released = privacy.add_person(&member("park@shop.example")).await.expect("added");
    privacy.vault().hold(HoldSubject::Person(released), &reason(), privacy.now()).await.expect("held");
    privacy.back_up(None, |_| {}).await.expect("backed up");

    set_clock(noon("2020-01-01").checked_add(jiff::SignedDuration::from_hours(1)).expect("an instant"));
    let now = privacy.now();
    privacy.vault().take_back(policy, person, marketing, now).await.expect("taken back");
    privacy.vault().hold(HoldSubject::Person(person), &reason(), now).await.expect("held");
    privacy.release(HoldSubject::Person(released), &reason()).await.expect("released");
    privacy.vault().unblock(misuser, now).await.expect("ended");
    let posted =
        vestry_policy::BUILTIN.replacen("2019-08-01\"", "2020-03-01\"", 1).replacen("= 2019-08-01", "= 2020-03-01", 1);
    privacy.vault().post_policy("2020-03-01", &posted, "{}", now).await.expect("posted");
    let transfer = privacy.vault().give_notice(vestry_vault::NoticeKind::Transfer, "{}", now).await.expect("posted");
    privacy.close().await;
    drop(privacy);

    comes_back(&mut world, &request, to).await.expect("restored");
    let privacy = world.open().await;
    let on_file = privacy.vault().person(privacy.policy(), person).await.expect("on file");
    assert!(on_file.consents.is_empty() && on_file.taken_back.len() == 1, "{on_file:?}");
    assert!(on_file.records.iter().all(|record| record.held), "{on_file:?}");
    let on_file = privacy.vault().person(privacy.policy(), released).await.expect("on file");
    assert!(on_file.records.iter().all(|record| !record.held), "{on_file:?}");
    let holds = privacy.vault().holds().await.expect("listed");
    assert_eq!(holds.len(), 1, "{holds:?}");
    privacy.add_person(&member("lee@shop.example")).await.expect("the ended block stays ended");
    let versions: Vec<&str> = privacy.policies().iter().map(|policy| policy.version.as_str()).collect();
    assert_eq!(versions, ["2019-08-01", "2020-03-01"], "what was posted stands");
    assert!(privacy.vault().notice(transfer).await.expect("read").is_some(), "what was posted stands");
    assert_eq!(privacy.vault().notices().await.expect("read").len(), 2, "and is told");
    privacy.close().await;
}

#[tokio::test]
async fn clause_5_nothing_of_who_left_after_a_backup_runs_or_waits_again() {
    from_each_to_each("2020-01-01", left_after_it).await;
}

async fn left_after_it(mut world: World, request: RestoreRequest, to: Engine) {
    let privacy = world.open().await;
    let (kim, lee) = (
        privacy.add_person(&member("kim@shop.example")).await.expect("added"),
        privacy.add_person(&member("lee@shop.example")).await.expect("added"),
    );
    for (person, token) in [(kim, [1; 32]), (lee, [2; 32])] {
        privacy.vault().begin_session(&token, person, privacy.now()).await.expect("in");
        privacy.ask_export(person, Reader::Themselves(person)).await.expect("asked");
        let marketing = privacy.policy().purpose_named("marketing").expect("marketing");
        privacy.give_consent(person, marketing, "shown").await.expect("given, which a letter confirms");
    }
    let waits = async |privacy: &Privacy, what| {
        let unsent = privacy.vault().unsent(what, 10).await.expect("read");
        unsent.into_iter().map(|(person, _)| person).collect::<Vec<_>>()
    };
    assert!(
        waits(&privacy, Waits::Letters).await.contains(&kim) && waits(&privacy, Waits::Copies).await.contains(&kim)
    );
    privacy.back_up(None, |_| {}).await.expect("backed up");
    privacy.withdraw(kim).await.expect("left");
    privacy.close().await;
    drop(privacy);

    comes_back(&mut world, &request, to).await.expect("restored");
    let privacy = world.open().await;
    for token in [[1; 32], [2; 32]] {
        assert_eq!(
            privacy.vault().session(&token, privacy.now()).await.expect("asked"),
            None,
            "everybody signs in again"
        );
    }
    assert_eq!(waits(&privacy, Waits::Letters).await, [lee]);
    assert_eq!(waits(&privacy, Waits::Copies).await, [lee]);
    let find = async |mail: &str| privacy.vault().find(&Personal::new(mail.into())).await.expect("asked");
    assert_eq!((find("kim@shop.example").await, find("lee@shop.example").await), (None, Some(lee)));
    privacy.close().await;
}

#[tokio::test]
async fn bug_a_restore_brought_keys_of_the_api_back_that_had_ended_since() {
    from_each_to_each("2020-01-01", keys_stay_ended).await;
}

async fn keys_stay_ended(mut world: World, request: RestoreRequest, to: Engine) {
    drop(world.open().await);
    let (app, shop) = world.shop().await;
    let mut keys = Vec::new();
    for name in ["revoked", "rotated", "kept"] {
        keys.push(app.make_key(shop, KeyKind::Secret, name).await.expect("made"));
    }
    app.privacy().expect("a vault").back_up(None, |_| {}).await.expect("backed up");
    app.revoke_key(shop, keys[0].id).await.expect("revoked");
    app.rotate_key(shop, keys[1].id, 24).await.expect("rotated");
    app.close().await;
    drop(app);

    comes_back(&mut world, &request, to).await.expect("restored");
    let (app, _) = world.shop().await;
    let mut good = Vec::new();
    for key in &keys {
        good.push(app.authorise(&key.secret).await.expect("asked").is_some());
    }
    assert_eq!(good, [false, true, true]);
    set_clock(noon("2020-01-02").checked_add(jiff::SignedDuration::from_secs(1)).expect("an instant"));
    assert!(app.authorise(&keys[1].secret).await.expect("asked").is_none(), "its day is over, as it was to be");
    assert!(app.authorise(&keys[2].secret).await.expect("asked").is_some());
    app.close().await;
}

#[tokio::test]
async fn clause_7_na_a_role_removed_after_a_backup_stays_removed() {
    from_each_to_each("2020-01-01", stays_removed).await;
}

async fn stays_removed(mut world: World, request: RestoreRequest, to: Engine) {
    let privacy = world.open().await;
    let mut people = Vec::new();
    for (mail, role) in [("kim", Role::Owner), ("lee", Role::Owner), ("park", Role::Editor), ("choi", Role::Viewer)] {
        let person = privacy.add_person(&colleague(&format!("{mail}@shop.example"), 7)).await.expect("added");
        privacy.vault().give_role(person, Some(role), privacy.now()).await.expect("given");
        people.push(person);
    }
    for (mail, role) in
        [("oh", Role::Operator), ("han", Role::Operator), ("yun", Role::Auditor), ("ahn", Role::Officer)]
    {
        let (mail, name) = (Personal::new(format!("{mail}@operator.example")), Personal::new("이두리".into()));
        let staff = NewStaff { mail, name, role, language: Language::Korean };
        people.push(privacy.add_staff(&staff).await.expect("added").0);
    }
    privacy.back_up(None, |_| {}).await.expect("backed up");

    set_clock(noon("2020-01-01").checked_add(jiff::SignedDuration::from_hours(1)).expect("an instant"));
    // The first of each kind keeps their role.
    for (person, left) in [(people[1], Some(Role::Editor)), (people[2], Some(Role::Viewer)), (people[3], None)] {
        privacy.vault().give_role(person, left, privacy.now()).await.expect("taken");
    }
    for staff in &people[5..] {
        privacy.dismiss_staff(*staff).await.expect("dismissed");
    }
    privacy.close().await;
    drop(privacy);

    comes_back(&mut world, &request, to).await.expect("restored");
    let privacy = world.open().await;
    for (at, person) in people.iter().enumerate() {
        let role = privacy.vault().role(*person).await.map(|(role, _)| role);
        match at {
            0 => assert_eq!(role.expect("on file"), Some(Role::Owner)),
            4 => assert_eq!(role.expect("on file"), Some(Role::Operator)),
            // What they were given instead is not in the backup.
            1..4 => assert_eq!(role.expect("on file"), None, "{at}"),
            _ => assert_eq!(role.expect("their rights are on file"), None, "{at}"),
        }
    }
    // Whoever was dismissed is in charge of nothing, so that nothing holds their account past the day.
    sweep_on(&privacy, "2020-01-02").await;
    for staff in &people[5..] {
        let on_file = privacy.vault().person(privacy.policy(), *staff).await.expect("their rights are on file");
        let classes = on_file.records.iter().map(|record| privacy.policy().class(record.class).id.as_str());
        let classes: Vec<&str> = classes.collect();
        assert!(!classes.contains(&"staff") && classes.contains(&"staff_rights"), "{classes:?}");
    }
    privacy.close().await;
}

#[tokio::test]
async fn a_log_behind_the_published_head_is_refused() {
    let (mut world, request) = with_place("2020-01-01").await;
    let privacy = world.open().await;
    privacy.back_up(None, |_| {}).await.expect("backed up");
    let place = &request.places[0];
    let older = world.folder.path().join("older");
    fs::create_dir_all(older.join("audit/sealed")).expect("a folder");
    fs::copy(place.join("audit/log"), older.join("audit/log")).expect("copied");
    fs::create_dir(older.join("keys")).expect("a folder");
    for file in fs::read_dir(place.join("keys")).expect("a folder") {
        let file = file.expect("an entry");
        fs::copy(file.path(), older.join("keys").join(file.file_name())).expect("copied");
    }
    privacy.vault().beat(privacy.policy(), privacy.now()).await.expect("alive");
    let head: SignedHead = privacy.vault().audit_head();
    let backup = Some(place.join("data").join(&files(&place.join("data"), "data-")[0]));
    privacy.close().await;
    drop(privacy);
    let behind = RestoreRequest { backup, places: vec![older], published: Some(head), ..request };
    let refused = comes_back(&mut world, &behind, Engine::Sqlite).await;
    assert!(matches!(refused, Err(PrivacyError::Vault(VaultError::BehindPublished { .. }))), "{refused:?}");
    assert!(!world.data().exists(), "nothing stands where the data would");
}

#[tokio::test]
async fn a_place_that_is_not_mounted_keeps_the_certificate_pending() {
    let (world, request) = with_place("2020-01-01").await;
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    privacy.back_up(None, |_| {}).await.expect("backed up");
    let (place, away) = (&request.places[0], world.folder.path().join("away"));
    fs::rename(place, &away).expect("unmounted");
    let sweep = privacy.withdraw(person).await.expect("withdrawn");
    assert_eq!(sweep.certificate.state, vestry_vault::CertificateState::Pending);
    assert!(
        sweep.certificate.generations.iter().any(|g| g.place == place.display().to_string() && g.pending.is_some())
    );
    assert!(!place.exists(), "a folder that is not mounted is not made");
    assert_eq!(files(&away.join("keys"), "keys-"), ["keys-00000001.age"], "the older generation still holds the keys");
    fs::rename(&away, place).expect("mounted");
    let sweep = sweep_on(&privacy, "2020-01-01").await;
    assert_eq!(sweep.certificate.state, vestry_vault::CertificateState::Final);
    assert!(sweep.certificate.keys.iter().sum::<u64>() > 0, "the pending keys are certified now");
    assert_eq!(files(&place.join("keys"), "keys-").len(), 1);
    privacy.close().await;
}

#[tokio::test]
async fn clause_7_ga_a_drill_restores_counts_and_leaves_nothing() {
    for engine in engines() {
        drilled(engine).await;
    }
}

/// Wherever the installation's databases are, a drill writes to none of them.
async fn drilled(engine: Engine) {
    let (world, request) = with_place_on(engine, "2020-01-01").await;
    let privacy = world.open().await;
    let kim = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    privacy.back_up(None, |_| {}).await.expect("backed up");
    let lee = privacy.add_person(&member("lee@shop.example")).await.expect("added");
    privacy.close().await;
    drop(privacy);
    let scratch = world.folder.path().join("scratch");
    fs::create_dir(&scratch).expect("a folder");
    let keys = world.folder.path().join("data-keys");
    let drilling = RestoreRequest { aim: RestoreAim::Drill, ..request };
    let before = files(&drilling.places[0].join("keys"), "keys-");
    let report = drill(&scratch, &world.config, &keys, crate::world::SURROUNDINGS, &drilling).await.expect("drilled");
    assert_eq!((report.restore.restored.people, report.restore.restored.lookups), (1, 1));
    assert!(report.manifest.streams.iter().any(|stream| stream.name.as_str() == "people/items" && stream.count > 0));
    assert_eq!(fs::read_dir(&scratch).expect("a folder").count(), 0);
    assert_eq!(files(&drilling.places[0].join("keys"), "keys-"), before, "a drill writes no generation");
    let privacy = world.open().await;
    for person in [kim, lee] {
        assert!(!values(&privacy, person, "membership").await.expect("as before").is_empty());
    }
    privacy.close().await;
}

#[tokio::test]
async fn a_restore_into_databases_that_hold_something_is_refused_and_changes_nothing() {
    for engine in engines().into_iter().filter(|engine| *engine != Engine::Sqlite) {
        let (mut world, request) = with_place_on(engine, "2020-01-01").await;
        let privacy = world.open().await;
        let kim = privacy.add_person(&member("kim@shop.example")).await.expect("added");
        privacy.back_up(None, |_| {}).await.expect("backed up");
        let mut tx = privacy.store().begin().await.expect("begins");
        tx.create_organisation("Hana", "hana", privacy.now()).await.expect("made");
        tx.commit().await.expect("committed");
        privacy.close().await;
        drop(privacy);
        let was = world.config.clone();
        for says in ["catalogue", "people", "separated", "keys"] {
            let data = world.folder.path().join(says);
            world.config.vault.keys = world.keys();
            let refused = restore(&data, &world.config, crate::world::SURROUNDINGS, &request).await;
            let said = refused.expect_err("refused").to_string();
            assert!(said.contains(says) && said.contains("not empty"), "{said}");
            assert!(!data.exists());
            // Each in turn is replaced by an empty one.
            let mut fresh = world.config.clone();
            engine.fresh(&mut fresh).await;
            match says {
                "catalogue" => world.config.store = fresh.store,
                "people" => world.config.vault.people_url = fresh.vault.people_url,
                _ => world.config.vault.separated_url = fresh.vault.separated_url,
            }
        }
        world.config = was;
        let privacy = world.open().await;
        assert!(!values(&privacy, kim, "membership").await.expect("as before").is_empty());
        assert!(privacy.store().read().await.expect("reads").organisation("hana").await.expect("asked").is_some());
        privacy.close().await;
    }
}

/// A restore that fails or is stopped leaves nothing to a server, nothing to who restores again, and no key that a sweep
/// would not reach.
#[tokio::test]
async fn a_restore_that_did_not_end_is_served_by_nobody_and_deleted_by_the_next() {
    for engine in engines().into_iter().filter(|engine| *engine != Engine::Sqlite) {
        let (mut world, mut request) = with_place_on(engine, "2020-01-01").await;
        let privacy = world.open().await;
        let kim = privacy.add_person(&member("kim@shop.example")).await.expect("added");
        let mut tx = privacy.store().begin().await.expect("begins");
        tx.create_organisation("Hana", "hana", privacy.now()).await.expect("made");
        tx.commit().await.expect("committed");
        let backup = privacy.back_up(None, |_| {}).await.expect("backed up").remove(0).path;
        privacy.close().await;
        drop(privacy);
        world.config.vault.keys = world.keys();
        engine.fresh(&mut world.config).await;
        let data = world.folder.path().join("again");

        // Cut short in its last stream: everything before it was loaded.
        let cut = world.folder.path().join("cut.age");
        let whole = fs::read(&backup).expect("a backup");
        fs::write(&cut, &whole[..whole.len() - 100]).expect("written");
        request.backup = Some(cut);
        restore(&data, &world.config, crate::world::SURROUNDINGS, &request).await.expect_err("refused");
        let vault = &world.config.vault;
        for url in [&world.config.store.url, &vault.people_url, &vault.separated_url, &vault.keys_url] {
            assert_eq!(rows_of(url).await, 0);
        }

        // Stopped in the middle.
        let place =
            StorePlace { data_dir: world.folder.path().join("stopped"), url: Some(world.config.store.url.clone()) };
        fs::create_dir(&place.data_dir).expect("a folder");
        let half = Store::open_for_restore(&place, noon("2020-01-01")).await.expect("opens");
        let mut tx = half.begin().await.expect("begins");
        tx.create_organisation("Half", "half", noon("2020-01-01")).await.expect("made");
        tx.commit().await.expect("committed");
        half.close().await;
        drop(half);
        let said = Store::open(&place).await.expect_err("refused").to_string();
        assert!(said.contains("did not end"), "{said}");

        request.backup = Some(backup);
        restore(&data, &world.config, crate::world::SURROUNDINGS, &request).await.expect("restored");
        let privacy = Privacy::open(&data, &world.config, crate::world::SURROUNDINGS).await.expect("opens");
        assert!(!values(&privacy, kim, "membership").await.expect("as before").is_empty());
        let mut snapshot = privacy.store().read().await.expect("reads");
        assert!(snapshot.organisation("hana").await.expect("asked").is_some());
        assert!(snapshot.organisation("half").await.expect("asked").is_none());
        drop(snapshot);
        privacy.close().await;
    }
}
