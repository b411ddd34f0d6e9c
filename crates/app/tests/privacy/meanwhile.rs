//! A backup of a vault and a catalogue that are written to meanwhile.

use crate::{
    backups::with_archives,
    engines::Engine,
    returns::{comes_back, from_each_to_each},
    scanner::{Evidence, Named, Table},
    world::{World, member, values},
};
use std::{cell::Cell, collections::BTreeSet};
use vestry_app::{Backup, Privacy, RestoreRequest};
use vestry_model::{OrganisationId, Product, Sku};
use vestry_store::ProductFilter;
use vestry_vault::{PersonId, Personal};

/// How many of each there are before the backup begins.
const MANY: usize = 12;
const WAS: &str = "mobile=010-1234-5678";

/// What was written while the backup was.
#[derive(Debug, Default)]
struct Written {
    added: Vec<PersonId>,
    corrected: Vec<PersonId>,
    erased: Vec<PersonId>,
    products: usize,
}

#[tokio::test]
async fn clause_7_ga_a_backup_while_others_write_is_of_one_moment_and_brings_back_nothing_that_went() {
    from_each_to_each("2020-01-01", written_meanwhile).await;
}

async fn written_meanwhile(mut world: World, request: RestoreRequest, to: Engine) {
    let privacy = world.open().await;
    let mut before = Vec::new();
    for n in 0..3 * MANY {
        before.push(privacy.add_person(&member(&format!("before{n}@shop.example"))).await.expect("added"));
    }
    let mut tx = privacy.store().begin().await.expect("begins");
    let shop = tx.create_organisation("Hana", "hana", privacy.now()).await.expect("made");
    tx.commit().await.expect("committed");
    put(&privacy, shop, "before", MANY).await;
    let (keeps, rest) = before.split_at(MANY);
    let (corrected, erased) = rest.split_at(MANY);

    let is_done = Cell::new(false);
    let backing_up = async {
        let backup = privacy.back_up(None, |_| {}).await.expect("backed up").remove(0);
        is_done.set(true);
        backup
    };
    let (backup, written) = tokio::join!(backing_up, write(&privacy, shop, corrected, erased, &is_done));
    assert!(backup.generations.iter().all(|generation| generation.pending.is_none()), "{:?}", backup.generations);
    let counts = [written.added.len(), written.corrected.len(), written.erased.len(), written.products];
    assert!(counts.iter().all(|count| *count > 0), "too little went on: {counts:?}");
    let archives = with_archives(Evidence::new(privacy.policy(), &world.keys()), &privacy, &request);
    is_of_one_moment(&archives.tables().await);
    privacy.close().await;
    drop(privacy);

    let report = comes_back(&mut world, &request, to).await.expect("restored");
    let privacy = world.open().await;
    for person in keeps {
        assert!(values(&privacy, *person, "membership").await.expect("on file").contains(&WAS.into()));
    }
    // The key of the old value went with the correction; the new value came after the moment, or before it.
    for person in &written.corrected {
        let held = values(&privacy, *person, "membership").await.unwrap_or_default();
        assert!(!held.contains(&WAS.into()), "a corrected value came back");
    }
    for person in &written.erased {
        let held = values(&privacy, *person, "rights").await.unwrap_or_default();
        assert!(!held.contains(&WAS.into()), "somebody who was erased came back");
    }
    for person in &written.added {
        let held = values(&privacy, *person, "membership").await.unwrap_or_default();
        assert!(held.is_empty() || held.contains(&WAS.into()), "somebody came in part: {held:?}");
    }
    agrees(&privacy, shop, &backup, report.catalogue).await;
    privacy.close().await;
}

/// A table of a later moment than another would have rows of somebody whom the other does not know yet.
fn is_of_one_moment(archives: &[Table]) {
    let ids = |stream: &str, column: &str| -> BTreeSet<[u8; 16]> {
        let table = archives.iter().find(|table| table.at.ends_with(stream)).expect("a stream");
        table.rows.iter().filter_map(|row| Named { columns: &table.columns, row }.id(column)).collect()
    };
    let persons = ids(":people/persons", "id");
    assert!(persons.len() >= 2 * MANY);
    assert!(ids(":people/records", "person") == persons, "records of nobody, or somebody without any");
    assert!(ids(":people/items", "person").is_subset(&persons), "items of nobody");
    assert!(ids(":separated/items", "person").is_subset(&persons), "items of nobody");
}

/// Puts on file, corrects, erases and puts products, all at once, until the backup is done.
async fn write(
    privacy: &Privacy,
    shop: OrganisationId,
    corrected: &[PersonId],
    erased: &[PersonId],
    is_done: &Cell<bool>,
) -> Written {
    let mut written = Written::default();
    let Written { added, corrected: mended, erased: gone, products } = &mut written;
    let adding = async {
        while !is_done.get() {
            let mail = format!("meanwhile{}@shop.example", added.len());
            added.push(privacy.add_person(&member(&mail)).await.expect("added"));
        }
    };
    let correcting = async {
        for person in corrected.iter().take_while(|_| !is_done.get()) {
            correct(privacy, *person).await;
            mended.push(*person);
        }
    };
    let erasing = async {
        for person in erased.iter().take_while(|_| !is_done.get()) {
            privacy.erase(*person).await.expect("erased");
            gone.push(*person);
        }
    };
    let putting = async {
        while !is_done.get() {
            put(privacy, shop, &format!("meanwhile{products}"), 1).await;
            *products += 1;
        }
    };
    tokio::join!(adding, correcting, erasing, putting);
    written
}

async fn correct(privacy: &Privacy, person: PersonId) {
    let (policy, value) = (privacy.policy(), Personal::new("010-0000-0000".to_owned()));
    let (class, mobile) = (policy.class_named("account"), policy.item_named("mobile").expect("an item"));
    let on_file = privacy.vault().person(policy, person).await.expect("on file");
    let account = on_file.records.iter().find(|record| Some(record.class) == class).expect("an account").record;
    privacy.vault().correct(policy, account, mobile, &value, privacy.now()).await.expect("corrected");
}

async fn put(privacy: &Privacy, shop: OrganisationId, prefix: &str, count: usize) {
    let product = |n| Product::new(Sku::new(&format!("{prefix}-{n}")).expect("a SKU"));
    let products: Vec<Product> = (0..count).map(product).collect();
    let mut tx = privacy.store().begin().await.expect("begins");
    tx.put_products(shop, &products, privacy.now()).await.expect("put");
    tx.commit().await.expect("committed");
}

/// That as many came back as the manifest says, and of the catalogue all that was there before.
async fn agrees(privacy: &Privacy, shop: OrganisationId, backup: &Backup, catalogue: u64) {
    let streams = &backup.manifest.streams;
    let counted = |name: &str| streams.iter().find(|s| s.name.as_str() == name).expect("a stream").count;
    let all: u64 = streams
        .iter()
        .filter(|s| s.name.as_str().starts_with("catalogue/") || s.name.as_str() == "objects")
        .map(|s| s.count)
        .sum();
    assert_eq!(catalogue, all);
    let mut snapshot = privacy.store().read().await.expect("reads");
    let products = snapshot.count_products(shop, &ProductFilter::default()).await.expect("counted");
    assert_eq!(products, counted("catalogue/products"));
    for n in 0..MANY {
        let sku = Sku::new(&format!("before-{n}")).expect("a SKU");
        assert!(snapshot.product(shop, &sku).await.expect("read").is_some(), "`{sku}` is lost");
    }
    let people = privacy.vault().count_people().await.expect("counted");
    let persons = counted("people/persons");
    assert!((3 * MANY as u64..).contains(&persons) && people <= persons, "{people} of {persons}");
}
