//! A whole shop around the person who goes: a catalogue with pictures, an index, corrections, searches, letters, copies, a log.

use crate::{
    backups::everything,
    forensic::{YEARS, assert_none, evidence, sweep_through},
    population::{of_classes, planted, traces},
    returns::with_place,
    scanner::{Canary, Evidence, Finding, missed, shown},
    world::{noon, reason, set_clock},
};
use std::{fs, path::Path, sync::Mutex};
use tracing::subscriber::{DefaultGuard, set_default};
use tracing_subscriber::filter::LevelFilter;
use vestry_app::{
    App, ImageInput, Language, Outcome, PersonId, Personal, PostOffice, ProductInput, Reader, SearchInput, demo,
};
use vestry_model::{AttributeId, OrganisationId, Product, Sku, ValueId};

/// What cameras and editors write into a picture besides its pixels, each part with a canary.
fn with_metadata(jpeg: &[u8]) -> (Vec<u8>, Vec<Canary>) {
    let parts: [(&str, u8, &[u8]); 3] = [
        ("camera", 0xe1, b"Exif\0\0II*\0\x08\0\0\0Canary-leaves-camera"),
        ("editor", 0xe1, b"http://ns.adobe.com/xap/1.0/\0<x>Canary-leaves-editor</x>"),
        ("comment", 0xfe, b"Canary-leaves-comment"),
    ];
    let mut picture = jpeg[..2].to_vec();
    for (_, marker, body) in parts {
        picture.extend([0xff, marker]);
        picture.extend(u16::try_from(body.len() + 2).expect("short").to_be_bytes());
        picture.extend(body);
    }
    picture.extend(&jpeg[2..]);
    let canaries = parts.iter().map(|(name, ..)| Canary::text(name, &format!("Canary-leaves-{name}")));
    (picture, canaries.collect())
}

const OFFICER: PersonId = PersonId::from_bytes([9; 16]);

fn sku(at: usize) -> Sku {
    Sku::new(&format!("A-{at:02}")).expect("a SKU")
}

/// Products whose pictures tell who took them.
async fn stock(app: &App, organisation: OrganisationId) -> (Vec<u8>, Vec<Canary>) {
    let mut last = Default::default();
    for (at, drawing) in demo::drawings(4).iter().enumerate() {
        last = with_metadata(&demo::picture(drawing));
        let images = Some(vec![ImageInput::Bytes(last.0.clone())]);
        let input = ProductInput { product: Product::new(sku(at)), images, tags: None };
        app.put_product(organisation, input).await.expect("put");
    }
    app.apply_outbox().await.expect("indexed");
    last
}

/// A member does everything that leaves something behind; what of it is looked for besides the items.
async fn works(app: &App, organisation: OrganisationId, person: PersonId, posted: &Path) -> Vec<Canary> {
    let privacy = app.privacy().expect("a vault");
    let who = privacy.pseudonym(person);
    for at in 0..3 {
        let (category, dress) = (AttributeId::new("category").expect("an id"), ValueId::new("dress").expect("an id"));
        app.put_tag(organisation, &sku(at), (&category, &dress), &who).await.expect("said");
    }
    app.taught(organisation, &AttributeId::new("category").expect("an id")).await.expect("fits");
    app.apply_outbox().await.expect("indexed");
    let input = SearchInput { words: Some("Canary-leaves-words".into()), ..SearchInput::default() };
    app.search(organisation, input).await.expect("asked");
    privacy.note_search(person, "Canary-leaves-words", false);
    privacy.write_searches().await.expect("written");
    let words = Personal::new("Canary-leaves-complaint".to_owned());
    let case = privacy.ask_office(person, None, words, Language::Korean).await.expect("asked");
    privacy.decide_complaint(case, OFFICER, Outcome::Refused, "Canary-leaves-reason").await.expect("decided");
    privacy.answer_case(case, OFFICER, "Canary-leaves-answer").await.expect("answered");
    privacy.ask_export(person, Reader::Themselves(person)).await.expect("asked");
    privacy.make_exports().await.expect("made");
    let office = PostOffice::of(&app.config().mail, posted).expect("a folder");
    privacy.post_letters(&office).await.expect("posted");
    ["words", "complaint", "reason", "answer"].map(|name| Canary::text(name, &format!("Canary-leaves-{name}"))).into()
}

/// Everything that is said from now on, however talkative, goes to a file in `folder`.
fn listen(folder: &Path) -> DefaultGuard {
    fs::create_dir(folder).expect("a folder");
    let log = Mutex::new(fs::File::create(folder.join("log")).expect("a file"));
    set_default(tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(log).finish())
}

#[tokio::test]
async fn clause_6_ga_nothing_is_left_in_the_shop_that_a_member_worked_in() {
    let (world, request) = with_place("2020-01-01").await;
    let logs = world.folder.path().join("logs");
    let _listening = listen(&logs);
    let (app, organisation) = world.shop().await;
    let privacy = app.privacy().expect("a vault").clone();
    let policy = privacy.policy();
    let (leaver, stayer) = (planted(policy, "leaves"), planted(policy, "stays"));
    let leaves = privacy.add_person(&leaver.description).await.expect("added");
    let stays = privacy.add_person(&stayer.description).await.expect("added");
    let (picture, metadata) = stock(&app, organisation).await;
    let done = works(&app, organisation, leaves, &world.data()).await;
    let found = Evidence::new(policy, &world.keys()).feed("the upload", picture).scan(&metadata).await;
    assert_eq!(missed(&metadata, &found), [""; 0], "the scanner sees what pictures bring along");

    privacy.back_up(None, |_| {}).await.expect("backed up");

    // In use: all of it is there to be found, sealed, but for what pictures brought along and the pseudonym.
    let all = || everything(&world, &privacy, &request).folder(&logs);
    let items = [leaver.canaries.as_slice(), &done].concat();
    let found = all().scan(&items).await;
    assert_eq!(missed(&items, &found), [""; 0]);
    let is_open = |finding: &&Finding| !finding.form.starts_with("opened") && !finding.at.contains("/mail/");
    assert!(!found.iter().any(|finding| is_open(&finding)), "{}", shown(&found));
    let pseudonym = [Canary::text("pseudonym", &privacy.pseudonym(leaves))];
    assert_eq!(missed(&pseudonym, &all().scan(&pseudonym).await), [""; 0]);
    assert_none(&all().scan(&metadata).await, "what pictures bring along goes before they are stored");
    let mut told = traces(&all(), leaves).await;

    // They leave; what a statute keeps is kept apart, until its day.
    set_clock(noon("2020-06-01"));
    privacy.vault().confirm_clock(&reason(), privacy.now()).await.expect("confirmed");
    privacy.withdraw(leaves).await.expect("withdrawn");
    privacy.back_up(None, |_| {}).await.expect("backed up");
    told.extend(traces(&all(), leaves).await);
    let is_wrapped = |canary: &&Canary| canary.name.starts_with("wrapped");
    assert!(told.iter().any(|canary| is_wrapped(&canary)));
    sweep_through(&privacy, stays, &YEARS).await;
    app.apply_outbox().await.expect("indexed");

    for when in ["open", "closed"] {
        let looked_for = [items.as_slice(), &metadata].concat();
        assert_none(&all().scan(&looked_for).await, &format!("{when}, backups of every stage included"));
        let here = evidence(&world, &privacy, &[&logs]);
        let traces = [told.as_slice(), &pseudonym].concat();
        assert_none(&here.scan(&traces).await, &format!("{when}, no trace either"));
        let wrapped: Vec<Canary> = told.iter().filter(is_wrapped).cloned().collect();
        assert_none(&all().scan(&wrapped).await, &format!("{when}, no key in any generation"));
        let account = of_classes(policy, &stayer.canaries, &["account"]);
        assert_eq!(missed(&account, &all().scan(&account).await), [""; 0], "{when}, and who stayed is found");
        if when == "open" {
            app.close().await;
        }
    }
}
