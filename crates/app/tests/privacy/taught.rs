//! Heads that people taught: what they are made of comes back with a backup only as far as it may, and goes with its day.

use crate::{
    returns::with_place,
    swimwear::{category, teach},
    world::{SURROUNDINGS, World, member, set_clock, sweep_on},
};
use vestry_app::{App, HeadEnd, HeadFacts, PersonId, PublishedHead, restore};
use vestry_model::OrganisationId;

/// Pictures of each of two people: those of either are enough for a head.
const EACH: usize = 104;

struct Shop {
    app: App,
    organisation: OrganisationId,
}

impl Shop {
    async fn in_world(world: &World) -> Self {
        let (app, organisation) = world.shop().await;
        Self { app, organisation }
    }

    async fn person(&self, mail: &str) -> PersonId {
        self.app.privacy().expect("a vault").add_person(&member(mail)).await.expect("on file")
    }

    async fn teaches(&self, person: PersonId, pictures: std::ops::Range<usize>) {
        let who = self.app.privacy().expect("a vault").pseudonym(person);
        teach(&self.app, self.organisation, &who, pictures).await;
    }

    async fn publishes(&self) -> PublishedHead {
        self.app.publish_head(self.organisation, &category(), "key-1").await.expect("published")
    }

    /// The newest version, held against what it says that it is made of.
    async fn version(&self) -> (HeadFacts, Option<HeadEnd>) {
        let mut versions = self.app.published_heads(self.organisation, &category()).await.expect("read");
        let version = versions.remove(0).version;
        let lineage = self.app.version_lineage(self.organisation, &category(), version.id).await.expect("read");
        if version.ended.is_none() {
            assert_eq!(lineage.expect("a version").hash, version.facts.manifest);
        }
        (version.facts, version.ended.map(|(_, end)| end))
    }
}

#[tokio::test]
async fn clause_6_ga_a_head_comes_back_from_a_backup_without_whoever_objected_since() {
    let (mut world, request) = with_place("2020-01-01").await;
    let shop = Shop::in_world(&world).await;
    let (kim, lee) = (shop.person("kim@shop.example").await, shop.person("lee@shop.example").await);
    shop.teaches(kim, 0..EACH).await;
    shop.teaches(lee, EACH..2 * EACH).await;
    let of_both = shop.publishes().await.version;
    let lineage = shop.app.version_lineage(shop.organisation, &category(), of_both.id).await.expect("read");
    assert_eq!(
        lineage.map(|lineage| (lineage.lines.len(), lineage.hash)),
        Some((2 * EACH, of_both.facts.manifest.clone()))
    );
    let privacy = shop.app.privacy().expect("a vault");
    privacy.back_up(None, |_| {}).await.expect("backed up");
    let certificate = privacy.object(lee).await.expect("objected").expect("swept").certificate;
    let (of_kim, ended) = shop.version().await;
    assert_eq!((ended, certificate.models.len()), (None, 1));
    assert_ne!((&of_kim.manifest, &of_kim.model), (&of_both.facts.manifest, &of_both.facts.model));
    shop.app.close().await;
    drop(shop);

    world.lose(crate::engines::Engine::Sqlite).await;
    restore(&world.data(), &world.config, SURROUNDINGS, &request).await.expect("restored");
    let shop = Shop::in_world(&world).await;
    assert_eq!(shop.version().await, (of_kim, None), "the very same head");
    shop.app.close().await;
}

#[tokio::test]
async fn clause_4_ga_usage_what_was_taught_goes_with_its_day_and_the_head_with_it() {
    let (world, _) = with_place("2020-01-01").await;
    let shop = Shop::in_world(&world).await;
    let kim = shop.person("kim@shop.example").await;
    shop.teaches(kim, 0..EACH).await;
    let first = shop.publishes().await.version;
    // Another year's answers make the next version.
    set_clock(crate::world::noon("2021-01-01"));
    shop.teaches(kim, EACH..2 * EACH).await;
    shop.app.publish_head(shop.organisation, &category(), "key-1").await.expect("published");
    let privacy = shop.app.privacy().expect("a vault").clone();
    sweep_on(&privacy, "2025-01-01").await;
    let versions = shop.app.published_heads(shop.organisation, &category()).await.expect("read");
    assert!(versions.iter().all(|one| one.version.ended.is_none()), "five years are not over: {versions:?}");
    sweep_on(&privacy, "2025-01-02").await;
    let versions = shop.app.published_heads(shop.organisation, &category()).await.expect("read");
    let [newest, oldest] = versions.as_slice() else { panic!("{versions:?}") };
    assert_eq!(oldest.version.id, first.id);
    assert_eq!(oldest.version.ended.map(|(_, end)| end), Some(HeadEnd::Forgotten), "made of nothing any more");
    let lineage = shop.app.version_lineage(shop.organisation, &category(), newest.version.id).await.expect("read");
    assert_eq!(lineage.map(|lineage| lineage.lines.len()), Some(EACH), "of the second year's alone");
    sweep_on(&privacy, "2026-01-02").await;
    assert_eq!(shop.version().await.1, Some(HeadEnd::Forgotten));
    shop.app.close().await;
}
