//! What people teach in the review, and what is left when one of them objects, is held or is erased.

use jiff::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;
use vestry_app::{
    App, Asked, Config, Description, HoldSubject, ImageInput, PersonId, Place, Privacy, ProductInput, Reason,
    Surroundings, Taught, Verdict, demo,
};
use vestry_model::{AttributeId, OrganisationId, Product, Sku, ValueId};

fn surroundings() -> Surroundings {
    static TICKS: AtomicU64 = AtomicU64::new(1);
    Surroundings {
        now: || Timestamp::from_second(1_795_000_000).expect("a time"),
        random: || u128::from(TICKS.fetch_add(1, Ordering::Relaxed)).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes(),
    }
}

const PRODUCTS: usize = 16;

struct Shop {
    app: App,
    organisation: OrganisationId,
    _folder: TempDir,
}

impl Shop {
    /// A shop with drawn products and a vault.
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        Privacy::make(&data, &Config::default(), surroundings()).await.expect("a vault");
        let app = App::open(&data, Config::default(), surroundings(), None).await.expect("opens");
        let organisation = app.organisation_or_new("hanbit").await.expect("made");
        for (at, drawing) in demo::drawings(PRODUCTS).iter().enumerate() {
            let product = Product::new(sku(at));
            let images = Some(vec![ImageInput::Bytes(demo::picture(drawing))]);
            app.put_product(organisation, ProductInput { product, images, tags: None }).await.expect("put");
        }
        Self { app, organisation, _folder: folder }
    }

    fn privacy(&self) -> &Privacy {
        self.app.privacy().expect("a vault")
    }

    async fn person(&self, mail: &str) -> PersonId {
        let text = format!(
            r#"{{ "member_since": "2026-11-01T09:00:00+09:00", "items": {{ "email": "{mail}", "password": "hash",
            "name": "김하나", "mobile": "010-1234-5678", "company_phone": "02-123-4567", "company": "한빛", "title": "과장" }} }}"#
        );
        let description: Description = serde_json::from_str(&text).expect("a description");
        self.privacy().add_person(&description).await.expect("on file")
    }

    /// Says what the product at `at` is.
    async fn says(&self, person: PersonId, at: usize, value: &str) {
        let value = ValueId::new(value).expect("an id");
        let who = self.privacy().pseudonym(person);
        self.app.put_tag(self.organisation, &sku(at), (&category(), &value), &who).await.expect("said");
    }

    async fn taught(&self) -> Taught {
        self.app.taught(self.organisation, &category()).await.expect("fits").expect("can be taught")
    }
}

fn sku(at: usize) -> Sku {
    Sku::new(&format!("A-{at:02}")).expect("a SKU")
}

fn category() -> AttributeId {
    AttributeId::new("category").expect("an id")
}

fn names(taught: &Taught) -> Vec<String> {
    let mut names: Vec<String> = taught.lineage.lines.iter().map(|line| line.who.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// Kim teaches, then Lee; Lee objects. What is left is what Kim teaches alone, bit for bit.
#[tokio::test]
async fn clause_1_ga_what_somebody_taught_is_gone_when_they_object() {
    let (both, alone) = (Shop::new().await, Shop::new().await);
    let (kim, lee) = (both.person("kim@shop.example").await, both.person("lee@shop.example").await);
    let only = alone.person("kim@shop.example").await;
    for (at, value) in ["dress", "skirt", "shirt", "dress", "pants", "skirt", "dress"].iter().enumerate() {
        both.says(kim, at, value).await;
        alone.says(only, at, value).await;
    }
    let of_kim = alone.taught().await;
    assert_eq!((of_kim.head.examples, of_kim.head.evidence.verdict), (7, Verdict::NotEnoughEvidence));
    for at in 4..PRODUCTS {
        both.says(lee, at, "coat").await;
    }
    let taught = both.taught().await;
    assert_eq!(names(&taught).len(), 2);
    assert!(taught.head.scorer.classes.iter().any(|class| class.as_str() == "coat"), "a value of their own");
    assert_ne!(taught.head, of_kim.head);
    both.privacy().vault().object(both.privacy().policy(), lee, both.app.now()).await.expect("objects");
    let left = both.taught().await;
    assert_eq!(names(&left), [both.privacy().pseudonym(kim)]);
    assert_eq!(left.head, of_kim.head, "the very same model");
    let said = |taught: &Taught| -> Vec<_> { taught.lineage.lines.iter().map(|l| (l.image, l.said.clone())).collect() };
    assert_eq!(said(&left), said(&of_kim));
    assert_ne!(left.lineage.hash, taught.lineage.hash);
}

/// Whoever is held does not teach as long as that lasts; whoever is erased never again.
#[tokio::test]
async fn clause_1_ga_what_is_held_or_erased_does_not_teach() {
    let shop = Shop::new().await;
    let kim = shop.person("kim@shop.example").await;
    for at in 0..6 {
        shop.says(kim, at, if at % 2 == 0 { "dress" } else { "skirt" }).await;
    }
    let before = shop.taught().await;
    assert_eq!(before.head.examples, 6);
    let (vault, reason) = (shop.privacy().vault(), "case-1".parse().expect("a reason"));
    vault.hold(HoldSubject::Person(kim), &reason, shop.app.now()).await.expect("held");
    let held = shop.taught().await;
    assert_eq!((held.head.examples, held.lineage.lines.len()), (0, 0));
    shop.privacy().release(HoldSubject::Person(kim), &reason).await.expect("released");
    assert_eq!(shop.taught().await.head, before.head);
    shop.privacy().erase(kim).await.expect("erased");
    assert_eq!(shop.taught().await.head, held.head, "nothing of them is left");
    let mut read = shop.app.store().read().await.expect("reads");
    assert_eq!(
        read.names_of("member-").await.expect("names"),
        Vec::<String>::new(),
        "nor under which name they said it"
    );
}

/// The last word counts, and one that was taken back does not.
#[tokio::test]
async fn the_last_word_of_each_counts_and_keys_teach_too() {
    let shop = Shop::new().await;
    let kim = shop.person("kim@shop.example").await;
    shop.says(kim, 0, "dress").await;
    shop.says(kim, 0, "skirt").await;
    let value = ValueId::new("pants").expect("an id");
    shop.app.put_tag(shop.organisation, &sku(1), (&category(), &value), "key-1").await.expect("said");
    let taught = shop.taught().await;
    assert_eq!(names(&taught), ["key-1".to_owned(), shop.privacy().pseudonym(kim)]);
    assert_eq!(taught.head.examples, 2);
    let none = AttributeId::new("no-such").expect("an id");
    assert!(shop.app.taught(shop.organisation, &none).await.expect("asked").is_none());
}

/// What was answered is proposed in the next question, though the shipped head knows no such value.
#[tokio::test]
async fn the_next_question_knows_what_was_just_taught() {
    let shop = Shop::new().await;
    let value = ValueId::new("swimwear").expect("an id");
    let question = async || {
        let asked = shop.app.review_question(shop.organisation, Some(&category()), None).await.expect("asked");
        asked.expect("there is one more")
    };
    let proposes = |question: &vestry_app::Question| question.proposals.iter().any(|p| p.value == value);
    assert!(!proposes(&question().await), "nobody taught it yet");
    for _ in 0..8 {
        let Place { product, attribute, value: shown, .. } = question().await.place;
        let asked = [Asked { product, attribute, value: shown }];
        shop.app.review(shop.organisation, "key-1", &asked, Some(&value)).await.expect("answered");
    }
    let next = question().await;
    let proposal = next.proposals.iter().find(|p| p.value == value);
    assert!(matches!(proposal.map(|p| p.reason), Some(Reason::Model(_))), "{:?}", next.proposals);
}
