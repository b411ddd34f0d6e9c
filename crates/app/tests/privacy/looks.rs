//! Who may look at what, and that each look is known.

use crate::world::{World, member, reason, values};
use std::fs;
use vestry_app::{LawfulUse, Privacy, PrivacyError};
use vestry_vault::{HoldSubject, Opening, OpeningError, PersonId, Reader, Vault, VaultError};

#[tokio::test]
async fn clause_1_ga_a_purpose_that_the_item_does_not_list_is_refused_before_a_key_is_read() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let (policy, now) = (privacy.policy(), privacy.now());
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    let mobile = policy.item_named("mobile").expect("mobile");
    let opening = Opening::new("billing", Reader::Prompt, Some(reason())).expect("an opening");
    let asked = Some([mobile].into_iter().collect());
    let entries = privacy.vault().audit_head().size;
    let refused = privacy.vault().read_person(policy, person, &opening, asked, None, now).await;
    let Err(VaultError::Purpose { item, purpose, listed }) = refused else { panic!("{refused:?}") };
    assert_eq!((item.as_str(), purpose.as_str(), listed.as_str()), ("mobile", "billing", "`membership`"));
    assert_eq!(privacy.vault().audit_head().size, entries, "nothing was opened, so nothing was looked at");
    let unknown = values(&privacy, person, "party").await;
    assert!(matches!(unknown, Err(PrivacyError::Vault(VaultError::NotInPolicy { .. }))), "{unknown:?}");
    privacy.close().await;
}

#[tokio::test]
async fn clause_7_na_every_look_is_recorded_with_its_reason() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    let other = privacy.add_person(&member("lee@shop.example")).await.expect("added");
    assert!(matches!(Opening::new("membership", Reader::Staff(other), None), Err(OpeningError::StaffWithoutReason)));
    values(&privacy, person, "membership").await.expect("shown");
    values(&privacy, other, "billing").await.expect("shown");
    let looks = privacy.vault().looks_at(privacy.policy(), person).await.expect("listed");
    assert_eq!(looks.len(), 1, "once a request and person");
    assert_eq!((looks[0].purpose.as_str(), looks[0].reason.as_deref()), ("membership", Some("test-1")));
    assert!(looks[0].items.contains(&"mobile".into()) && !looks[0].items.contains(&"card_number".into()));
    // What the log holds says nothing by itself: looks are sealed, and their day ends.
    privacy.close().await;
    let sealed = fs::read_dir(world.data().join("audit/sealed")).expect("days").next().expect("a day").expect("a file");
    let bytes = fs::read(sealed.path()).expect("read");
    assert!(!bytes.windows(10).any(|window| window == b"membership"));
}

#[tokio::test]
async fn clause_6_ga_what_is_kept_apart_serves_its_basis_alone() {
    kept_apart(async |privacy, person| privacy.withdraw(person).await.map(drop)).await;
}

#[tokio::test]
async fn clause_11_what_was_deleted_opens_for_its_basis_alone() {
    kept_apart(async |privacy, person| privacy.erase(person).await.map(drop)).await;
}

/// What is left after `leaving` opens for no purpose of the service, and for its statute.
async fn kept_apart(leaving: impl AsyncFn(&Privacy, PersonId) -> Result<(), PrivacyError>) {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    leaving(&privacy, person).await.expect("left");
    for purpose in ["service", "membership", "billing"] {
        let refused = values(&privacy, person, purpose).await;
        assert!(matches!(refused, Err(PrivacyError::Vault(VaultError::NothingFor { .. }))), "{purpose}: {refused:?}");
    }
    let opening = Opening::new("billing", Reader::Prompt, Some(reason())).expect("an opening");
    let improved = privacy.show_person(person, &opening, Some(LawfulUse::Improvement)).await;
    assert!(improved.is_err(), "a payment does not serve improvement");
    let shown = privacy.show_person(person, &opening, Some(LawfulUse::Statute)).await.expect("its statute");
    let classes: Vec<&str> = shown.iter().map(|r| privacy.policy().class(r.class).id.as_str()).collect();
    assert_eq!(classes, ["payment"]);
    privacy.close().await;
}

#[tokio::test]
async fn clause_5_a_person_has_what_is_held_and_why_and_it_is_erased_but_for_what_a_statute_keeps() {
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let person = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    let out = world.folder.path().join("export.json");
    privacy.export_person(person, reason(), &out).await.expect("exported");
    let text = fs::read_to_string(&out).expect("read");
    let export: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let items: Vec<&serde_json::Value> = export["records"]
        .as_array()
        .expect("records")
        .iter()
        .flat_map(|r| r["items"].as_array().expect("items"))
        .collect();
    let card = items.iter().find(|item| item["item"] == "card_number").expect("the card");
    assert_eq!((card["value"].as_str(), card["last_day"].as_str()), (Some("1234-5678-9012-3456"), Some("2025-01-01")));
    assert_eq!(card["because"], "payment");
    // Erased at once; what the statute keeps is told with its day.
    let told = privacy.outlook_after(person, vestry_app::Leaving::Erased).await.expect("an outlook");
    assert!(told.iter().any(|verdict| verdict.line(privacy.policy()).contains("until 2025-01-01 (payment)")));
    privacy.erase(person).await.expect("erased");
    let kept = values(&privacy, person, "rights").await.expect("kept apart");
    assert!(
        kept.contains(&"card_number=1234-5678-9012-3456".into()) && !kept.iter().any(|v| v.starts_with("password"))
    );
    // An export that runs while its person goes leaves no file.
    let (late, hold) = (world.folder.path().join("late.json"), HoldSubject::Person(person));
    privacy.vault().hold(hold, &reason(), privacy.now()).await.expect("held");
    privacy.export_person(person, reason(), &late).await.expect("still there");
    assert!(late.exists() && !late.with_extension("partial").exists());
    privacy.close().await;
}

#[tokio::test]
async fn two_rows_that_are_swapped_in_the_file_do_not_open() {
    use sqlx::{Connection, SqliteConnection};
    let world = World::made("2020-01-01").await;
    let privacy = world.open().await;
    let first = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    privacy.add_person(&member("lee@shop.example")).await.expect("added");
    privacy.close().await;
    drop(privacy);
    let url = format!("sqlite://{}", world.data().join("people.db").display());
    let mut conn = SqliteConnection::connect(&url).await.expect("opens");
    // Value, key and revision of one person's address at the other's place: everything but the place agrees.
    sqlx::query("create temp table as_was as select * from items").execute(&mut conn).await.expect("copied");
    let swap = "update items set (key, sealed) = (select o.key, o.sealed from as_was o \
        where o.item = items.item and o.person <> items.person) where item in ('email', 'name', 'company')";
    assert_eq!(sqlx::query(swap).execute(&mut conn).await.expect("swapped").rows_affected(), 6);
    conn.close().await.expect("closes");
    let privacy = world.open().await;
    let refused = values(&privacy, first, "service").await;
    assert!(matches!(refused, Err(PrivacyError::Vault(VaultError::Seal(_)))), "{refused:?}");
    privacy.close().await;
}

#[tokio::test]
async fn keys_that_are_lost_open_nothing_and_nothing_is_made_in_their_place() {
    let world = World::made("2020-01-01").await;
    world.open().await.close().await;
    let (keys, aside) = (world.data().join("keys.db"), world.folder.path().join("aside"));
    fs::rename(&keys, &aside).expect("lost");
    let refused = world.try_open().await.map(drop);
    assert!(matches!(refused, Err(PrivacyError::Vault(VaultError::KeysLost))), "{refused:?}");
    assert!(!keys.exists(), "nothing is made in its place");
    fs::rename(&aside, &keys).expect("found");
    let folder = world.folder.path().join("data-keys");
    let master = folder.join("master.key");
    let right = fs::read_to_string(&master).expect("read");
    for (wrong, says) in [("", "empty"), (&right[..40], "cut off"), ("00".repeat(32).as_str(), "not the master key")] {
        fs::write(&master, wrong).expect("written");
        let refused = world.try_open().await.map(drop).expect_err("refused").to_string();
        assert!(refused.contains(says), "{says}: {refused}");
        assert_eq!(fs::read_to_string(&master).expect("read"), wrong, "left as it was");
    }
    fs::write(&master, &right).expect("written");
    fs::set_permissions(&master, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("opened");
    let refused = world.try_open().await.map(drop).expect_err("refused").to_string();
    assert!(refused.contains("chmod 600"), "{refused}");
    fs::remove_file(&master).expect("removed");
    assert!(world.try_open().await.is_err() && !master.exists());
    assert!(Vault::is_made(&vestry_vault::VaultPlace {
        folder: world.data(),
        urls: None,
        archive_days: None,
        places: vec![],
        recipients: None
    }));
}
