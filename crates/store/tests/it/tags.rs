//! Tags: what models suggest, what the shop's data says, what people say; each stands over the one before.

use crate::{at, attribute, on_each_engine, organisation, product, the_shop, value};
use vestry_model::{Confidence, OrganisationId, ProductId, Source, Suggestion, TagState, ValueId};
use vestry_store::{Others, Store, Suggested};

async fn a_product(store: &Store, shop: OrganisationId, name: &str) -> ProductId {
    let mut tx = store.begin().await.expect("begins");
    let id = tx.put_product(shop, &product(name), at(0)).await.expect("puts").id;
    tx.commit().await.expect("commits");
    id
}

/// `colour:navy:0.9`; under 0.5 it is a question.
fn suggestion(text: &str) -> Suggestion {
    let parts: Vec<&str> = text.split(':').collect();
    let confidence: f32 = parts[2].parse().expect("a number");
    Suggestion {
        attribute: attribute(parts[0]),
        value: value(parts[1]),
        confidence: Confidence::new(confidence),
        state: if confidence < 0.5 { TagState::ToReview } else { TagState::Suggested },
    }
}

async fn suggest(store: &Store, model: &str, product: ProductId, texts: &[&str]) {
    let mut tx = store.begin().await.expect("begins");
    let suggestions = texts.iter().map(|t| suggestion(t)).collect();
    tx.replace_suggestions(model, &[Suggested { product, image: None, suggestions }], at(1)).await.expect("replaces");
    tx.commit().await.expect("commits");
}

async fn say(store: &Store, product: ProductId, texts: &[&str]) {
    let shop = the_shop(store).await;
    let mut tx = store.begin().await.expect("begins");
    let tags = texts.iter().map(|t| t.split_once(':').map(|(a, v)| (attribute(a), value(v))).expect("a tag")).collect();
    tx.replace_catalogue_tags(shop, &[(product, tags)], at(2)).await.expect("replaces");
    tx.commit().await.expect("commits");
}

/// `+colour:navy` confirms, `=colour:navy` confirms as the only one, `-colour:navy` removes.
async fn correct(store: &Store, shop: OrganisationId, product: ProductId, text: &str) {
    let (attribute, value) = text[1..].split_once(':').map(|(a, v)| (attribute(a), value(v))).expect("a tag");
    let tag = (&attribute, &value);
    let mut tx = store.begin().await.expect("begins");
    match &text[..1] {
        "+" => tx.confirm_tag((shop, product), tag, Others::Keep, "mina", at(3)).await.expect("confirms"),
        "=" => tx.confirm_tag((shop, product), tag, Others::Reject, "mina", at(3)).await.expect("confirms"),
        _ => tx.remove_tag((shop, product), tag, "mina", at(3)).await.expect("removes"),
    }
    tx.commit().await.expect("commits");
}

#[track_caller]
fn check(held: Vec<vestry_model::Tag>, expected: &[&str]) {
    let text = |t: &vestry_model::Tag| {
        let state = match t.state {
            TagState::Suggested => "suggested",
            TagState::ToReview => "to_review",
            TagState::Confirmed => "confirmed",
        };
        format!("{}:{} {} {state} {}", t.attribute, t.value, t.confidence.get(), t.source.to_text())
    };
    assert_eq!(held.iter().map(text).collect::<Vec<_>>(), expected);
}

async fn tags(store: &Store, product: ProductId) -> Vec<vestry_model::Tag> {
    let shop = the_shop(store).await;
    store.read().await.expect("reads").tags(shop, product).await.expect("reads")
}

#[tokio::test]
async fn a_model_replaces_what_models_said() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let dress = a_product(store, shop, "D").await;
        suggest(store, "m@1", dress, &["colour:navy:0.7", "colour:red:0.9", "category:dress:0.4"]).await;
        check(
            tags(store, dress).await,
            &[
                "category:dress 0.4 to_review model:m@1",
                "colour:red 0.9 suggested model:m@1",
                "colour:navy 0.7 suggested model:m@1",
            ],
        );
        suggest(store, "m@2", dress, &["colour:navy:0.8"]).await;
        check(tags(store, dress).await, &["colour:navy 0.8 suggested model:m@2"]);
        suggest(store, "m@3", dress, &[]).await;
        check(tags(store, dress).await, &[]);
    })
    .await;
}

#[tokio::test]
async fn a_model_never_confirms_and_the_first_to_name_a_value_counts() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let (dress, coat) = (a_product(store, shop, "D").await, a_product(store, shop, "C").await);
        let sure = Suggestion { state: TagState::Confirmed, ..suggestion("colour:navy:0.9") };
        let of = |product, suggestions| Suggested { product, image: None, suggestions };
        let mut tx = store.begin().await.expect("begins");
        let all = [
            of(dress, vec![sure]),
            of(coat, vec![suggestion("colour:red:0.6")]),
            of(dress, vec![suggestion("colour:navy:0.7"), suggestion("colour:red:0.6")]),
        ];
        tx.replace_suggestions("m@1", &all, at(1)).await.expect("replaces");
        tx.commit().await.expect("commits");
        let expected = ["colour:navy 0.9 to_review model:m@1", "colour:red 0.6 suggested model:m@1"];
        check(tags(store, dress).await, &expected);
        check(tags(store, coat).await, &expected[1..]);
    })
    .await;
}

#[tokio::test]
async fn a_persons_word_stands_over_models_and_catalogue() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let dress = a_product(store, shop, "D").await;
        suggest(store, "m@1", dress, &["colour:navy:0.7", "colour:red:0.9"]).await;
        correct(store, shop, dress, "+colour:navy").await;
        correct(store, shop, dress, "-colour:red").await;
        correct(store, shop, dress, "-fit:loose").await;
        let kept = "colour:navy 1 confirmed person:mina";
        check(tags(store, dress).await, &[kept]);
        suggest(store, "m@2", dress, &["colour:navy:0.4", "colour:red:0.99", "colour:pink:0.6", "fit:loose:0.9"]).await;
        check(tags(store, dress).await, &[kept, "colour:pink 0.6 suggested model:m@2"]);
        say(store, dress, &["colour:red", "colour:pink"]).await;
        check(tags(store, dress).await, &[kept, "colour:pink 1 confirmed catalogue"]);
        correct(store, shop, dress, "+colour:red").await;
        check(
            tags(store, dress).await,
            &[kept, "colour:pink 1 confirmed catalogue", "colour:red 1 confirmed person:mina"],
        );
        correct(store, shop, dress, "-colour:navy").await;
        suggest(store, "m@3", dress, &["colour:navy:0.9"]).await;
        let left = ["colour:pink 1 confirmed catalogue", "colour:red 1 confirmed person:mina"];
        check(tags(store, dress).await, &left);
    })
    .await;
}

#[tokio::test]
async fn the_shops_own_data_replaces_itself_only() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let dress = a_product(store, shop, "D").await;
        suggest(store, "m@1", dress, &["category:dress:0.7"]).await;
        correct(store, shop, dress, "+colour:navy").await;
        say(store, dress, &["category:dress", "season:summer", "season:summer"]).await;
        let person = "colour:navy 1 confirmed person:mina";
        check(
            tags(store, dress).await,
            &["category:dress 1 confirmed catalogue", person, "season:summer 1 confirmed catalogue"],
        );
        say(store, dress, &["season:winter", "colour:navy"]).await;
        check(tags(store, dress).await, &[person, "season:winter 1 confirmed catalogue"]);
        say(store, dress, &[]).await;
        check(tags(store, dress).await, &[person]);
    })
    .await;
}

#[tokio::test]
async fn corrections_are_remembered_in_order() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        let dress = a_product(store, shop, "D").await;
        let coat = a_product(store, other, "C").await;
        suggest(store, "m@1", dress, &["category:skirt:0.7", "category:coat:0.6", "colour:navy:0.7"]).await;
        for text in ["+colour:navy", "+colour:red", "-colour:navy", "=category:dress", "=category:dress"] {
            correct(store, shop, dress, text).await;
        }
        correct(store, other, coat, "+colour:red").await;
        let mut read = store.read().await.expect("reads");
        let all = read.corrections(shop, dress).await.expect("reads");
        let text = |v: &Option<ValueId>| v.as_ref().map_or("-".to_owned(), ToString::to_string);
        let said: Vec<_> = all.iter().map(|c| format!("{} {} {}", c.attribute, text(&c.old), text(&c.new))).collect();
        assert_eq!(
            said,
            [
                "colour navy navy",
                "colour - red",
                "colour navy -",
                "category coat -",
                "category skirt dress",
                "category dress dress",
            ]
        );
        assert!(all.iter().all(|c| (c.who.as_str(), c.at, c.product) == ("mina", at(3), dress)));
        assert_eq!(read.corrections_after(shop, None, 99).await.expect("reads"), all);
        assert_eq!(read.corrections_after(shop, Some(all[1].sequence), 2).await.expect("reads"), all[2..4]);
        assert_eq!(read.corrections_after(other, None, 99).await.expect("reads").len(), 1);
        drop(read);
        check(
            tags(store, dress).await,
            &["category:dress 1 confirmed person:mina", "colour:red 1 confirmed person:mina"],
        );
    })
    .await;
}

#[tokio::test]
async fn tags_are_counted_an_organisation() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        for (of, name) in [(shop, "A"), (shop, "B"), (other, "C")] {
            let id = a_product(store, of, name).await;
            suggest(store, "m@1", id, &["colour:navy:0.7"]).await;
            if name == "A" {
                correct(store, of, id, "+colour:red").await;
                correct(store, of, id, "-fit:loose").await;
            }
        }
        let mut read = store.read().await.expect("reads");
        let counts = read.tag_counts(shop).await.expect("counts");
        let counts: Vec<_> = counts.iter().map(|c| (c.value.as_str(), c.state, c.products)).collect();
        assert_eq!(counts, [("navy", TagState::Suggested, 2), ("red", TagState::Confirmed, 1)]);
    })
    .await;
}

#[tokio::test]
async fn a_suggestion_outlives_the_image_it_came_from() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let dress = a_product(store, shop, "D").await;
        let mut tx = store.begin().await.expect("begins");
        let image = tx.add_image(shop, dress, "a", at(0)).await.expect("adds");
        let suggestions = vec![suggestion("colour:navy:0.7")];
        let all = [Suggested { product: dress, image: Some(image), suggestions }];
        tx.replace_suggestions("m@1", &all, at(1)).await.expect("replaces");
        tx.put_images(shop, &[(dress, Vec::new())], at(2)).await.expect("removes");
        tx.commit().await.expect("commits");
        let tag = tags(store, dress).await.remove(0);
        assert_eq!(tag.source, Source::Model("m@1".into()));
    })
    .await;
}
