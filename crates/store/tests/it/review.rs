//! The review: the queue and its order, answers, taking them back, what is counted.

use crate::{at, attribute, on_each_engine, organisation, product, value};
use vestry_model::{Confidence, OrganisationId, ProductId, ReviewId, Suggestion, Tag, TagState, ValueId};
use vestry_store::{Edge, Others, Place, Queue, ReviewAnswer, ReviewStep, Store, Suggested, Waiting};

/// Puts a product and lets `m@1` suggest `colour:navy:0.9`…; under 0.5 it is a question.
async fn suggested(store: &Store, shop: OrganisationId, name: &str, texts: &[&str]) -> ProductId {
    let suggestion = |text: &&str| {
        let parts: Vec<&str> = text.split(':').collect();
        let confidence: f32 = parts[2].parse().expect("a number");
        Suggestion {
            attribute: attribute(parts[0]),
            value: value(parts[1]),
            confidence: Confidence::new(confidence),
            state: if confidence < 0.5 { TagState::ToReview } else { TagState::Suggested },
        }
    };
    let mut tx = store.begin().await.expect("begins");
    let id = tx.put_product(shop, &product(name), at(0)).await.expect("puts").id;
    let image = tx.add_image(shop, id, name, at(0)).await.expect("adds");
    let suggestions = texts.iter().map(suggestion).collect();
    let all = [Suggested { product: id, image: Some(image), suggestions }];
    tx.replace_suggestions("m@1", &all, at(1)).await.expect("suggests");
    tx.commit().await.expect("commits");
    id
}

/// A queue in which only colours may be several.
async fn queue(store: &Store, shop: OrganisationId, of: Option<&str>, from: Option<(&Place, Edge)>) -> Vec<Place> {
    let (many, of) = ([attribute("colour")], of.map(attribute));
    let queue = Queue { organisation: shop, many: &many, attribute: of.as_ref() };
    store.read().await.expect("reads").waiting(queue, from, 99).await.expect("reads")
}

fn texts(places: &[Place]) -> Vec<String> {
    places.iter().map(|p| format!("{}:{}:{}", p.attribute, p.value, p.confidence.get())).collect()
}

/// `mina` answers at second `second`; colours may be several.
async fn answer(
    store: &Store,
    shop: OrganisationId,
    (attribute_id, right): (&str, Option<&str>),
    asked: &[(ProductId, &str)],
    second: i64,
) -> Option<ReviewStep> {
    let (attribute, right) = (attribute(attribute_id), right.map(value));
    let others = if attribute_id == "colour" { Others::Keep } else { Others::Reject };
    let said = ReviewAnswer { organisation: shop, who: "mina", attribute: &attribute, answer: right.as_ref(), others };
    let asked: Vec<(ProductId, ValueId)> = asked.iter().map(|(p, v)| (*p, value(v))).collect();
    let mut tx = store.begin().await.expect("begins");
    let step = tx.review(&said, &asked, at(second)).await.expect("answers");
    tx.commit().await.expect("commits");
    step
}

async fn undo(store: &Store, shop: OrganisationId, step: ReviewId) -> Option<(usize, usize)> {
    let mut tx = store.begin().await.expect("begins");
    let undone = tx.undo_review(shop, "mina", step, at(90)).await.expect("undoes");
    tx.commit().await.expect("commits");
    undone.map(|u| (u.restored.len(), u.left.len()))
}

async fn tags(store: &Store, shop: OrganisationId, product: ProductId) -> Vec<Tag> {
    store.read().await.expect("reads").tags(shop, product).await.expect("reads")
}

async fn waiting_counts(store: &Store, shop: OrganisationId) -> Vec<(String, u64, u64)> {
    let many = [attribute("colour")];
    let queue = Queue { organisation: shop, many: &many, attribute: None };
    let mut read = store.read().await.expect("reads");
    let counts = read.waiting_counts(queue).await.expect("counts");
    let questions = read.count_questions(queue, 99).await.expect("counts");
    assert_eq!(read.count_questions(queue, 0).await.expect("counts"), 0, "no further than it is told");
    assert_eq!(questions, counts.iter().map(|c| c.to_review).sum::<u64>());
    let text = |Waiting { attribute, to_review, suggested }: Waiting| (attribute.to_string(), to_review, suggested);
    counts.into_iter().map(text).collect()
}

/// Attribute, all, lately, judged, accepted.
async fn reviewed(store: &Store, shop: OrganisationId, model: &str, since: i64) -> Vec<(String, [u64; 4])> {
    let reviewed = store.read().await.expect("reads").reviewed(shop, model, at(since)).await.expect("counts");
    assert!(reviewed.iter().all(|r| r.questions <= r.all));
    reviewed.into_iter().map(|r| (r.attribute.to_string(), [r.all, r.lately, r.judged, r.accepted])).collect()
}

#[tokio::test]
async fn questions_come_first_and_the_least_sure_before_the_surer() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        suggested(store, shop, "A", &["colour:navy:0.7", "category:dress:0.41", "print:plain:0.43"]).await;
        suggested(store, shop, "B", &["colour:red:0.6", "category:coat:0.41"]).await;
        suggested(store, other, "C", &["colour:red:0.1"]).await;
        let all = queue(store, shop, None, None).await;
        let expected =
            ["category:dress:0.41", "category:coat:0.41", "print:plain:0.43", "colour:red:0.6", "colour:navy:0.7"];
        assert_eq!(texts(&all), expected);
        for (index, place) in all.iter().enumerate() {
            let read = Place::from_text(&place.to_text()).expect("it is read back");
            assert_eq!(read, *place);
            assert_eq!(queue(store, shop, None, Some((&read, Edge::After))).await, all[index + 1..]);
            assert_eq!(queue(store, shop, None, Some((&read, Edge::At))).await, all[index..]);
        }
        let colours = queue(store, shop, Some("colour"), None).await;
        assert_eq!(texts(&colours), ["colour:red:0.6", "colour:navy:0.7"]);
        let expected = [("category", 2, 0), ("colour", 0, 2), ("print", 1, 0)];
        assert_eq!(waiting_counts(store, shop).await, expected.map(|(a, q, s)| (a.to_owned(), q, s)));
    })
    .await;
}

#[test]
fn what_is_no_place_is_none() {
    for text in ["", "q", "x_0.4_1_a_b", "q_0.4_1_a", "q_0.4_1_a_b_c", "q_much_1_a_b", "q_0.4_one_a_b", "q_0.4_1_A_b"] {
        assert_eq!(Place::from_text(text), None, "{text}");
    }
}

#[tokio::test]
async fn a_place_stays_when_what_was_there_is_answered() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        for (name, text) in [("A", "print:dots:0.1"), ("B", "print:dots:0.2"), ("C", "print:dots:0.3")] {
            suggested(store, shop, name, &[text]).await;
        }
        let all = queue(store, shop, None, None).await;
        answer(store, shop, ("print", Some("dots")), &[(all[1].product, "dots")], 5).await.expect("answers");
        assert_eq!(queue(store, shop, None, Some((&all[1], Edge::At))).await, all[2..]);
        assert_eq!(queue(store, shop, None, Some((&all[0], Edge::After))).await, all[2..]);
    })
    .await;
}

#[tokio::test]
async fn what_waits_of_products_is_read_alone() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        let mut ids = Vec::new();
        for name in ["A", "B", "C"] {
            ids.push(suggested(store, shop, name, &["colour:red:0.7", "category:dress:0.3"]).await);
        }
        let theirs = suggested(store, other, "D", &["category:dress:0.3"]).await;
        answer(store, shop, ("category", Some("coat")), &[(ids[1], "dress")], 5).await.expect("answers");
        let (many, category) = ([attribute("colour")], attribute("category"));
        let queue = Queue { organisation: shop, many: &many, attribute: Some(&category) };
        let mut read = store.read().await.expect("reads");
        let waiting = read.waiting_of(queue, &[ids[2], ids[1], theirs]).await.expect("reads");
        assert_eq!((texts(&waiting), waiting[0].product), (vec!["category:dress:0.3".to_owned()], ids[2]));
        assert_eq!(read.waiting_of(queue, &[]).await.expect("reads"), []);
    })
    .await;
}

#[tokio::test]
async fn nothing_waits_where_one_value_is_confirmed_and_only_one_may_be() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let dress = suggested(store, shop, "A", &["colour:navy:0.7", "category:skirt:0.4"]).await;
        let mut tx = store.begin().await.expect("begins");
        let said = [("category", "dress"), ("colour", "red")].map(|(a, v)| (attribute(a), value(v)));
        tx.replace_catalogue_tags(shop, &[(dress, said.into())], at(2)).await.expect("replaces");
        tx.commit().await.expect("commits");
        assert_eq!(texts(&queue(store, shop, None, None).await), ["colour:navy:0.7"]);
        assert_eq!(waiting_counts(store, shop).await, [("colour".to_owned(), 0, 1)]);
        assert_eq!(answer(store, shop, ("category", Some("skirt")), &[(dress, "skirt")], 5).await, None);
    })
    .await;
}

/// Answers, then takes back; `after` is what the answer leaves.
async fn there_and_back(texts: &[&str], said: (&str, Option<&str>), asked: &str, after: &[&str]) {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let dress = suggested(store, shop, "A", texts).await;
        let before = (tags(store, shop, dress).await, queue(store, shop, None, None).await);
        let step = answer(store, shop, said, &[(dress, asked)], 5).await.expect("answers");
        let state = |tag: &Tag| format!("{}:{} {:?}", tag.attribute, tag.value, tag.state);
        assert_eq!(tags(store, shop, dress).await.iter().map(state).collect::<Vec<_>>(), after);
        assert_eq!((step.products, step.product), (1, Some(dress)));
        assert_eq!(answer(store, shop, said, &[(dress, asked)], 6).await, None, "it waits no more");
        let mut read = store.read().await.expect("reads");
        assert_eq!(read.last_review(shop, "mina").await.expect("reads"), Some(step.clone()));
        assert_eq!(read.last_review(shop, "other").await.expect("reads"), None);
        drop(read);
        assert_eq!(undo(store, shop, step.id).await, Some((1, 0)));
        assert_eq!((tags(store, shop, dress).await, queue(store, shop, None, None).await), before);
        assert_eq!(undo(store, shop, step.id).await, None, "once");
        let mut read = store.read().await.expect("reads");
        assert_eq!(read.last_review(shop, "mina").await.expect("reads"), None);
        let history = read.corrections(shop, dress).await.expect("reads");
        assert!(history.iter().all(|c| c.step == Some(step.id) && c.undone == Some(at(90)) && c.who == "mina"));
        assert!(!history.is_empty(), "what was taken back is remembered");
    })
    .await;
}

#[tokio::test]
async fn every_answer_can_be_taken_back_to_exactly_what_was() {
    let one = ["category:skirt:0.4", "print:plain:0.9"];
    let print = "print:plain Suggested";
    there_and_back(&one, ("category", Some("skirt")), "skirt", &["category:skirt Confirmed", print]).await;
    there_and_back(&one, ("category", Some("dress")), "skirt", &["category:dress Confirmed", print]).await;
    there_and_back(&one, ("category", None), "skirt", &[print]).await;
    let two = ["category:skirt:0.4", "category:coat:0.3"];
    there_and_back(&two, ("category", Some("dress")), "coat", &["category:dress Confirmed"]).await;
    there_and_back(&two, ("category", None), "coat", &["category:skirt ToReview"]).await;
    let colours = ["colour:navy:0.4", "colour:red:0.6"];
    let red = "colour:red Suggested";
    there_and_back(&colours, ("colour", Some("navy")), "navy", &["colour:navy Confirmed", red]).await;
    there_and_back(&colours, ("colour", Some("black")), "navy", &["colour:black Confirmed", red]).await;
    there_and_back(&colours, ("colour", Some("red")), "navy", &["colour:red Confirmed"]).await;
}

#[tokio::test]
async fn several_answers_are_taken_back_one_after_the_other() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let dress = suggested(store, shop, "A", &["colour:navy:0.4", "colour:red:0.45"]).await;
        let first = answer(store, shop, ("colour", Some("black")), &[(dress, "navy")], 5).await.expect("answers");
        let between = tags(store, shop, dress).await;
        let second = answer(store, shop, ("colour", Some("black")), &[(dress, "red")], 6).await.expect("answers");
        // The first cannot be taken back under the second, which says the same of `black`.
        assert_eq!(undo(store, shop, second.id).await, Some((1, 0)));
        assert_eq!(tags(store, shop, dress).await, between);
        let last = store.read().await.expect("reads").last_review(shop, "mina").await.expect("reads");
        assert_eq!(last.map(|step| step.id), Some(first.id));
        assert_eq!(undo(store, shop, first.id).await, Some((1, 0)));
        assert_eq!(texts(&queue(store, shop, None, None).await), ["colour:navy:0.4", "colour:red:0.45"]);
    })
    .await;
}

#[tokio::test]
async fn what_somebody_changed_since_is_left_alone() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let one = suggested(store, shop, "A", &["category:skirt:0.4"]).await;
        let two = suggested(store, shop, "B", &["category:skirt:0.4"]).await;
        let all = [(one, "skirt"), (two, "skirt")];
        let step = answer(store, shop, ("category", Some("dress")), &all, 5).await.expect("answers");
        let mut tx = store.begin().await.expect("begins");
        let (category, coat) = (attribute("category"), value("coat"));
        tx.confirm_tag((shop, two), (&category, &coat), Others::Reject, "jun", at(6)).await.expect("confirms");
        assert_eq!(tx.undo_review(shop, "jun", step.id, at(7)).await.expect("refuses"), None, "not his to take back");
        tx.commit().await.expect("commits");
        assert_eq!(undo(store, shop, step.id).await, Some((1, 1)));
        assert_eq!(tags(store, shop, one).await[0].state, TagState::ToReview);
        assert_eq!(tags(store, shop, two).await[0].value, coat);
        // What was left alone still counts as answered; what was taken back does not.
        assert_eq!(reviewed(store, shop, "m@1", 0).await, [("category".to_owned(), [1, 1, 1, 0])]);
    })
    .await;
}

#[tokio::test]
async fn one_answer_for_many_is_one_step_and_passes_over_what_waits_no_more() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        let mut open = Vec::new();
        for at in 0..40 {
            let text = if at % 2 == 0 { "category:skirt:0.4" } else { "category:coat:0.8" };
            open.push(suggested(store, shop, &format!("P-{at}"), &[text, "print:plain:0.9"]).await);
        }
        let foreign = suggested(store, other, "X", &["category:skirt:0.4"]).await;
        answer(store, shop, ("category", Some("skirt")), &[(open[0], "skirt")], 4).await.expect("answers");
        let mut asked: Vec<(ProductId, &str)> = vec![(foreign, "skirt")];
        asked.extend(open.iter().enumerate().map(|(at, p)| (*p, if at % 2 == 0 { "skirt" } else { "coat" })));
        // One that is not what the caller saw.
        asked[2].1 = "dress";
        let before = queue(store, shop, None, None).await;
        let step = answer(store, shop, ("category", Some("dress")), &asked, 5).await.expect("answers");
        assert_eq!((step.products, step.product), (38, Some(open[2])));
        assert_eq!(tags(store, other, foreign).await[0].state, TagState::ToReview, "another shop's");
        assert_eq!(tags(store, shop, open[0]).await[0].value, value("skirt"));
        assert_eq!(tags(store, shop, open[1]).await[0].state, TagState::Suggested);
        assert_eq!(tags(store, shop, open[5]).await[0].value, value("dress"));
        assert_eq!(reviewed(store, shop, "m@1", 5).await, [("category".to_owned(), [39, 38, 39, 1])]);
        assert_eq!(undo(store, shop, step.id).await, Some((38, 0)));
        assert_eq!(queue(store, shop, None, None).await, before);
        assert_eq!(reviewed(store, shop, "m@1", 5).await, [("category".to_owned(), [1, 0, 1, 1])]);
    })
    .await;
}

#[tokio::test]
async fn the_heads_own_share_is_counted_apart() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let one = suggested(store, shop, "A", &["category:skirt:0.4", "colour:navy:0.4", "colour:red:0.6"]).await;
        answer(store, shop, ("category", Some("skirt")), &[(one, "skirt")], 5).await.expect("answers");
        answer(store, shop, ("colour", Some("black")), &[(one, "navy")], 6).await.expect("answers");
        answer(store, shop, ("colour", Some("red")), &[(one, "red")], 7).await.expect("answers");
        let both = [("category".to_owned(), [1, 0, 1, 1]), ("colour".to_owned(), [2, 1, 2, 1])];
        assert_eq!(reviewed(store, shop, "m@1", 7).await, both);
        let other = reviewed(store, shop, "m@2", 0).await;
        assert!(other.iter().all(|(_, [_, _, judged, accepted])| (*judged, *accepted) == (0, 0)), "{other:?}");
    })
    .await;
}

#[tokio::test]
async fn an_erased_product_and_image_leave_the_rest_to_be_taken_back() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let one = suggested(store, shop, "A", &["category:skirt:0.4"]).await;
        let two = suggested(store, shop, "B", &["category:skirt:0.4"]).await;
        let all = [(one, "skirt"), (two, "skirt")];
        let step = answer(store, shop, ("category", Some("dress")), &all, 5).await.expect("answers");
        let mut tx = store.begin().await.expect("begins");
        tx.erase_product(shop, &crate::sku("A")).await.expect("erases");
        tx.put_images(shop, &[(two, Vec::new())], at(6)).await.expect("removes");
        tx.commit().await.expect("commits");
        let last =
            store.read().await.expect("reads").last_review(shop, "mina").await.expect("reads").expect("is there");
        assert_eq!((last.product, last.products), (None, 1));
        assert_eq!(undo(store, shop, step.id).await, Some((1, 0)));
        assert_eq!(texts(&queue(store, shop, None, None).await), ["category:skirt:0.4"]);
    })
    .await;
}

/// Where `who` stands as text, in any table of the review and of tags.
async fn named(store: &Store, who: &str) -> bool {
    store.read().await.expect("reads").names_of(who).await.expect("reads").iter().any(|name| name == who)
}

#[tokio::test]
async fn bug_a_tag_kept_the_name_of_who_confirmed_it_after_they_were_gone() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let dress = suggested(store, shop, "A", &["colour:navy:0.4", "colour:red:0.45"]).await;
        let (colour, black) = (attribute("colour"), value("black"));
        let mut tx = store.begin().await.expect("begins");
        for (who, asked) in [("member-jun", "navy"), ("member-mina", "red")] {
            let said = ReviewAnswer {
                organisation: shop,
                who,
                attribute: &colour,
                answer: Some(&black),
                others: Others::Keep,
            };
            tx.review(&said, &[(dress, value(asked))], at(5)).await.expect("answers");
        }
        tx.commit().await.expect("commits");
        let source = |tags: &[Tag]| tags.iter().map(|tag| tag.source.to_text()).collect::<Vec<_>>().join(" ");
        assert!(source(&tags(store, shop, dress).await).contains("person:member-"));
        for (gone, stays) in [("member-jun", Some("member-mina")), ("member-mina", None)] {
            assert!(named(store, gone).await);
            let mut tx = store.begin().await.expect("begins");
            tx.unname(&[gone.to_owned()], "member-", at(4)).await.expect("takes away");
            tx.commit().await.expect("commits");
            assert!(!named(store, gone).await, "{gone} is gone from each table");
            if let Some(stays) = stays {
                assert!(named(store, stays).await, "{stays} is not");
            }
        }
        assert!(!source(&tags(store, shop, dress).await).contains("member-"));
        // What is old enough loses its names, whoever is there still.
        let mut tx = store.begin().await.expect("begins");
        let navy = value("navy");
        tx.confirm_tag((shop, dress), (&colour, &navy), Others::Keep, "member-lee", at(6)).await.expect("confirms");
        tx.unname(&[], "member-", at(5)).await.expect("takes away");
        tx.commit().await.expect("commits");
        assert!(named(store, "member-lee").await);
        let mut tx = store.begin().await.expect("begins");
        tx.unname(&[], "member-", at(6)).await.expect("takes away");
        tx.commit().await.expect("commits");
        assert!(!named(store, "member-lee").await);
    })
    .await;
}
