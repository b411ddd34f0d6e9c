//! Images: put, kept, moved, fetched, analysed, removed.

use crate::{at, on_each_engine, organisation, product, sku, the_shop, value};
use vestry_model::{ColourShare, ImageId, LOOK_DIMENSIONS, LookVector, ProductId, Region, Rgb};
use vestry_store::{Analysis, Image, ImageState, ImagesPut, MAX_IMAGES, Picture, Store, StoreError};

pub(crate) fn analysis(model: &str, seed: usize) -> Analysis {
    let numbers: Vec<f32> = (0..LOOK_DIMENSIONS).map(|i| ((i * 7 + seed * 13) % 11) as f32 - 5.0).collect();
    let share = |id: &str, hex: &str, share: f32| ColourShare {
        value: value(id),
        rgb: Rgb::from_hex(hex).expect("a colour"),
        share,
    };
    Analysis {
        model: model.into(),
        look: LookVector::from_f32(&numbers).expect("a look"),
        colours: vec![share("navy", "#1b2a4a", 0.613), share("white", "#fefefe", 1.0 / 3.0)],
    }
}

pub(crate) fn picture(seed: usize) -> Picture {
    Picture {
        source_digest: [seed as u8; 32],
        width: 800,
        height: 1_067,
        faces: vec![Region::new(0.1, 0.2, 0.3, 0.123_456).expect("a region")],
        placeholder: Rgb::from_hex("#aabbcc"),
        analysis: Some(analysis("builtin@1", seed)),
    }
}

async fn a_product(store: &Store, name: &str) -> ProductId {
    let mut tx = store.begin().await.expect("begins");
    let shop = match tx.organisation("shop").await.expect("reads") {
        Some(shop) => shop.id,
        None => tx.create_organisation("Shop", "shop", at(0)).await.expect("creates"),
    };
    let id = tx.put_product(shop, &product(name), at(0)).await.expect("puts").id;
    tx.commit().await.expect("commits");
    id
}

async fn put(store: &Store, product: ProductId, sources: &[&str]) -> ImagesPut {
    let shop = the_shop(store).await;
    let mut tx = store.begin().await.expect("begins");
    let sources = sources.iter().map(|s| (*s).to_owned()).collect();
    let mut put = tx.put_images(shop, &[(product, sources)], at(1)).await.expect("puts");
    tx.commit().await.expect("commits");
    put.remove(0)
}

async fn images(store: &Store, product: ProductId) -> Vec<Image> {
    let shop = the_shop(store).await;
    store.read().await.expect("reads").images(shop, product).await.expect("reads")
}

async fn store_pictures(store: &Store, pictures: &[(ImageId, Picture)]) {
    let mut tx = store.begin().await.expect("begins");
    let rows: Vec<_> = pictures.iter().map(|(id, p)| (*id, p.clone(), Some(vec![id.get() as u8; 4]))).collect();
    tx.put_pictures(&rows).await.expect("puts");
    tx.commit().await.expect("commits");
}

#[tokio::test]
async fn a_picture_comes_back_as_it_went_in() {
    on_each_engine(async |store| {
        let dress = a_product(store, "D-1").await;
        let shop = the_shop(store).await;
        let id = put(store, dress, &["a.jpg"]).await.images[0].id;
        let waiting = images(store, dress).await;
        assert_eq!(waiting[0].state, ImageState::Waiting);
        assert_eq!((waiting[0].product, waiting[0].source.as_str(), waiting[0].created), (dress, "a.jpg", at(1)));
        let plain = Picture { faces: vec![], placeholder: None, analysis: None, ..picture(3) };
        store_pictures(store, &[(id, plain.clone())]).await;
        assert_eq!(images(store, dress).await[0].picture(), Some(&plain));
        store_pictures(store, &[(id, picture(4))]).await;
        let stored = images(store, dress).await.remove(0);
        assert_eq!(stored.picture(), Some(&picture(4)));
        assert_eq!(stored.look(), Some(&analysis("builtin@1", 4).look));
        let mut read = store.read().await.expect("reads");
        let same = read.images_by_id(stored.organisation, &[id, ImageId::from_row(99)]).await.expect("reads");
        assert_eq!(same, [stored]);
        let other = vestry_model::OrganisationId::from_row(99);
        assert!(read.images_by_id(other, &[id]).await.expect("reads").is_empty());
        assert_eq!(read.features(shop, &[id]).await.expect("reads"), [(id, vec![id.get() as u8; 4])].into());
    })
    .await;
}

#[tokio::test]
async fn putting_images_again_changes_only_what_changed() {
    on_each_engine(async |store| {
        let dress = a_product(store, "D-1").await;
        let first = put(store, dress, &["a", "b", "b", "c"]).await;
        assert_eq!(first.images.iter().map(|i| i.source.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert!(first.images.iter().all(|i| i.source_digest.is_none()));
        let ids: Vec<_> = first.images.iter().map(|i| i.id).collect();
        store_pictures(store, &[(ids[0], picture(1)), (ids[1], picture(2))]).await;

        let second = put(store, dress, &["c", "d", "a"]).await;
        assert_eq!(second.removed, [ids[1]]);
        assert_eq!(second.objects.len(), 1);
        let kept: Vec<_> = second.images.iter().map(|i| (i.id, i.source_digest)).collect();
        assert_eq!((kept[0], kept[2]), ((ids[2], None), (ids[0], Some([1; 32]))));
        assert!(!ids.contains(&kept[1].0), "an id is never used twice");
        let now = images(store, dress).await;
        assert_eq!(now.iter().map(|i| i.source.as_str()).collect::<Vec<_>>(), ["c", "d", "a"]);
        assert_eq!(now[2].picture(), Some(&picture(1)), "what was seen in a kept image stays");
        let mut read = store.read().await.expect("reads");
        assert_eq!(read.doomed_objects(9).await.expect("reads"), second.objects);
        drop(read);

        let mut tx = store.begin().await.expect("begins");
        let rows = tx.claim_outbox(9, at(0), jiff::SignedDuration::from_secs(9)).await.expect("claims");
        tx.remove_outbox(&rows.iter().map(|r| r.sequence).collect::<Vec<_>>()).await.expect("removes");
        tx.commit().await.expect("commits");
        put(store, dress, &["c", "d", "a"]).await;
        assert_eq!(store.read().await.expect("reads").outbox_length().await.expect("counts"), 0);
    })
    .await;
}

#[tokio::test]
async fn images_of_many_products_are_put_at_once() {
    on_each_engine(async |store| {
        let (a, b) = (a_product(store, "A").await, a_product(store, "B").await);
        let shop = the_shop(store).await;
        let mut tx = store.begin().await.expect("begins");
        let wanted = [(b, vec!["1".into()]), (a, vec!["1".into(), "2".into()]), (b, vec!["1".into(), "3".into()])];
        let done = tx.put_images(shop, &wanted, at(1)).await.expect("puts");
        tx.commit().await.expect("commits");
        assert_eq!(done.iter().map(|d| (d.product, d.images.len())).collect::<Vec<_>>(), [(b, 1), (a, 2), (b, 2)]);
        assert_eq!(done[0].images[0].id, done[2].images[0].id, "the second turn sees what the first one left");
        assert_eq!(images(store, b).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_product_carries_so_many_images() {
    on_each_engine(async |store| {
        let dress = a_product(store, "D-1").await;
        let shop = the_shop(store).await;
        let many: Vec<String> = (0..=MAX_IMAGES).map(|n| n.to_string()).collect();
        let mut tx = store.begin().await.expect("begins");
        assert!(matches!(
            tx.put_images(shop, &[(dress, many.clone())], at(0)).await,
            Err(StoreError::TooManyImages(33))
        ));
        tx.put_images(shop, &[(dress, many[1..].to_vec())], at(0)).await.expect("puts");
        assert!(matches!(tx.add_image(shop, dress, "more", at(0)).await, Err(StoreError::TooManyImages(33))));
    })
    .await;
}

#[tokio::test]
async fn images_are_added_moved_and_removed() {
    on_each_engine(async |store| {
        let dress = a_product(store, "D-1").await;
        let shop = the_shop(store).await;
        let mut tx = store.begin().await.expect("begins");
        let a = tx.add_image(shop, dress, "a", at(1)).await.expect("adds");
        let b = tx.add_image(shop, dress, "b", at(1)).await.expect("adds");
        assert_eq!(tx.add_image(shop, dress, "a", at(2)).await.expect("is there already"), a);
        tx.commit().await.expect("commits");
        assert_eq!(put(store, dress, &["b", "a"]).await.images.iter().map(|i| i.id).collect::<Vec<_>>(), [b, a]);
        store_pictures(store, &[(a, picture(1))]).await;
        let object = images(store, dress).await[1].object();
        put(store, dress, &[]).await;
        let mut tx = store.begin().await.expect("begins");
        assert_eq!(tx.doomed_objects(9).await.expect("reads"), [object]);
        assert!(tx.images(shop, dress).await.expect("reads").is_empty());
    })
    .await;
}

#[tokio::test]
async fn waiting_and_failed_images_are_told_apart() {
    on_each_engine(async |store| {
        let dress = a_product(store, "D-1").await;
        let ids: Vec<_> = put(store, dress, &["a", "b", "c"]).await.images.iter().map(|i| i.id).collect();
        let waiting = async |after: Option<ImageId>, limit: u32| {
            let mut read = store.read().await.expect("reads");
            let found = read.waiting_images(after, limit).await.expect("reads");
            found.into_iter().map(|i| i.id).collect::<Vec<_>>()
        };
        assert_eq!(waiting(None, 2).await, ids[..2]);
        assert_eq!(waiting(Some(ids[1]), 2).await, ids[2..]);
        store_pictures(store, &[(ids[0], picture(1))]).await;
        let mut tx = store.begin().await.expect("begins");
        tx.fail_images(&[(ids[1], "not found".into()), (ids[0], "not found".into())]).await.expect("fails");
        tx.commit().await.expect("commits");
        assert_eq!(waiting(None, 9).await, ids[2..]);
        let now = images(store, dress).await;
        assert_eq!(now[1].state, ImageState::Failed { message: "not found".into() });
        assert!(now[0].picture().is_some(), "what was stored stays");
        put(store, dress, &["a", "b", "c"]).await;
        assert_eq!(waiting(None, 9).await, ids[1..], "putting it again is another try");
    })
    .await;
}

#[tokio::test]
async fn a_new_model_finds_what_it_has_not_seen() {
    on_each_engine(async |store| {
        let dress = a_product(store, "D-1").await;
        let ids: Vec<_> = put(store, dress, &["a", "b", "c", "d"]).await.images.iter().map(|i| i.id).collect();
        let unseen = Picture { analysis: None, ..picture(9) };
        store_pictures(store, &[(ids[0], picture(1)), (ids[1], unseen), (ids[2], picture(3))]).await;
        let shop = images(store, dress).await[0].organisation;
        let without = async |model: &str, after: Option<ImageId>, limit: u32| {
            let mut read = store.read().await.expect("reads");
            let found = read.images_without(shop, model, after, limit).await.expect("reads");
            found.into_iter().map(|i| i.id).collect::<Vec<_>>()
        };
        assert_eq!(without("builtin@1", None, 9).await, [ids[1]]);
        assert_eq!(without("builtin@2", None, 2).await, ids[..2]);
        assert_eq!(without("builtin@2", Some(ids[1]), 2).await, [ids[2]]);
        let mut tx = store.begin().await.expect("begins");
        let new = |id: ImageId| (id, analysis("builtin@2", 7), None);
        let done = tx.put_analyses(&[new(ids[0]), new(ids[3]), new(ImageId::from_row(99))]).await.expect("puts");
        assert_eq!(done, [(ids[0], dress)].into(), "neither one without a picture nor one that is gone");
        assert_eq!(tx.count_images_without(shop, "builtin@2").await.expect("counts"), 2);
        assert_eq!(tx.count_images_without(shop, "builtin@1").await.expect("counts"), 2);
        let other = tx.create_organisation("Other", "other", at(0)).await.expect("creates");
        assert_eq!(tx.count_images_without(other, "builtin@2").await.expect("counts"), 0);
        tx.commit().await.expect("commits");
        assert_eq!(without("builtin@2", None, 9).await, ids[1..3]);
        let seen = images(store, dress).await;
        assert_eq!(seen[0].picture().and_then(|p| p.analysis.clone()), Some(analysis("builtin@2", 7)));
        let features = store.read().await.expect("reads").features(shop, &ids).await.expect("reads");
        let mut left: Vec<_> = features.into_keys().collect();
        left.sort_unstable();
        assert_eq!(left, ids[1..3], "the old features went with the old model");
        let mut read = store.read().await.expect("reads");
        let first = read.first_features(shop, &[dress]).await.expect("reads");
        assert_eq!(first, [(dress, vec![ids[1].get() as u8; 4])].into(), "those of the first picture that has any");
        assert!(read.first_features(other, &[dress]).await.expect("reads").is_empty());
    })
    .await;
}

#[tokio::test]
async fn pictures_of_images_that_are_gone_are_left_out() {
    on_each_engine(async |store| {
        let dress = a_product(store, "D-1").await;
        let ids: Vec<_> = put(store, dress, &["a", "b"]).await.images.iter().map(|i| i.id).collect();
        put(store, dress, &["b"]).await;
        let mut tx = store.begin().await.expect("begins");
        let done = tx.put_pictures(&[(ids[0], picture(1), None), (ids[1], picture(2), None)]).await.expect("puts");
        assert_eq!(done, [(ids[1], dress)].into());
        assert_eq!(tx.put_pictures(&[]).await.expect("puts"), [].into());
        tx.commit().await.expect("commits");
        let shop = organisation(store, "other").await;
        assert!(store.read().await.expect("reads").product(shop, &sku("D-1")).await.expect("reads").is_none());
    })
    .await;
}
