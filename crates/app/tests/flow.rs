//! The use cases together, on a real data folder: put, see, find, correct, erase.

use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU64, Ordering},
};
use vestry_app::{
    App, AppError, Asked, Config, ExportFormat, ImageInput, ImportSource, JobReport, KeyKind, ListRequest, LookReport,
    MAX_SPREAD, PROPOSALS, ProductInput, Put, Question, Reason, ReviewProgress, SearchInput, Surroundings,
    ValueQuality, demo,
};
use vestry_model::{
    AttributeId, HeadSet, LOOK_DIMENSIONS, LocalText, OrganisationId, Product, Projection, Sku, TagState, ValueId,
};
use vestry_vision::{Kernel, Vision, builtin_heads};

/// A clock that moves a second a look, and bytes that never repeat.
fn surroundings() -> Surroundings {
    static TICKS: AtomicU64 = AtomicU64::new(1);
    Surroundings {
        now: || {
            Timestamp::from_second(1_760_000_000 + TICKS.fetch_add(1, Ordering::Relaxed).cast_signed()).expect("a time")
        },
        random: || {
            u128::from(TICKS.fetch_add(1, Ordering::Relaxed))
                .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
                .to_le_bytes()
        },
    }
}

struct Shop {
    folder: tempfile::TempDir,
    app: App,
    organisation: OrganisationId,
}

async fn shop() -> Shop {
    shop_with(None).await
}

/// A shop whose heads are `heads`, or the built-in ones.
async fn shop_with(heads: Option<HeadSet>) -> Shop {
    let folder = tempfile::tempdir().expect("a folder");
    let app = App::open(folder.path(), Config::default(), surroundings(), heads).await.expect("opens");
    let organisation = app.organisation_or_new("hanbit").await.expect("made");
    Shop { folder, app, organisation }
}

impl Shop {
    async fn words(&self, words: &str) -> Vec<String> {
        while self.app.apply_outbox().await.expect("applied") > 0 {}
        let input = SearchInput { words: Some(words.into()), limit: 50, ..SearchInput::default() };
        let answer = self.app.search(self.organisation, input).await.expect("searched").answer;
        answer.results.into_iter().map(|r| r.sku).collect()
    }
}

fn product(sku: &str, title: &str) -> Product {
    Product { title: LocalText::guess(title), ..Product::new(Sku::new(sku).expect("a SKU")) }
}

/// Everything that search is to see is in the index.
async fn settle(app: &App) {
    while app.apply_outbox().await.expect("applied") > 0 {}
}

fn input(product: Product, images: Option<Vec<ImageInput>>) -> ProductInput {
    ProductInput { product, images, tags: None }
}

#[tokio::test]
async fn a_product_is_put_found_corrected_and_erased() {
    let shop = shop().await;
    let (app, organisation) = (&shop.app, shop.organisation);
    let drawing = &demo::drawings(3)[1];
    let bytes = demo::picture(drawing);
    let images = Some(vec![ImageInput::Bytes(bytes.clone())]);
    let (put, view) =
        app.put_product(organisation, input(product("A-1", "린넨 원피스"), images.clone())).await.expect("put");
    assert_eq!(put, Put::Created);
    assert!(view.images[0].look().is_some(), "its picture was looked at before the answer");
    assert_eq!(shop.words("린넨").await, ["A-1"]);

    let (put, again) = app.put_product(organisation, input(product("A-1", "린넨 원피스"), images)).await.expect("put");
    assert_eq!((put, again.images[0].id), (Put::Unchanged, view.images[0].id));

    let by_photo = SearchInput { image: Some(bytes), ..SearchInput::default() };
    let found = app.search(organisation, by_photo).await.expect("searched").answer;
    assert_eq!(found.results[0].sku, "A-1");
    assert!(found.results[0].parts.look.expect("a look").score > 0.99);

    let sku = Sku::new("A-1").expect("a SKU");
    let (attribute, value) = app.tag_ids("neckline", "브이넥").expect("in the taxonomy");
    app.put_tag(organisation, &sku, (&attribute, &value), "tester").await.expect("tagged");
    let tags = app.product(organisation, &sku).await.expect("there").tags;
    assert!(tags.iter().any(|t| t.value == value && t.state == TagState::Confirmed));
    assert_eq!(shop.words("v-neck").await, ["A-1"], "a tag is found by its English name");
    app.remove_tag(organisation, &sku, (&attribute, &value), "tester").await.expect("removed");
    assert!(shop.words("v-neck").await.is_empty());
    assert_eq!(app.tag_history(organisation, &sku).await.expect("history").len(), 2);

    app.delete_product(organisation, &sku).await.expect("erased");
    assert!(shop.words("린넨").await.is_empty());
    assert!(matches!(app.product(organisation, &sku).await, Err(AppError::UnknownProduct(_))));
    let objects = std::fs::read_dir(shop.folder.path().join("objects")).expect("a folder");
    let left: usize = objects.flatten().map(|o| walk(&o.path())).sum();
    assert_eq!(left, 0, "its pictures are gone");
}

fn walk(path: &std::path::Path) -> usize {
    if path.is_file() {
        return 1;
    }
    std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| walk(&e.path())).sum()
}

#[tokio::test]
async fn a_bad_picture_leaves_everything_as_it_was() {
    let shop = shop().await;
    let bad = Some(vec![ImageInput::Bytes(b"GIF89a no picture".to_vec())]);
    let refused = shop.app.put_product(shop.organisation, input(product("B-1", "coat"), bad)).await;
    assert!(matches!(refused, Err(AppError::Image(_))));
    let page = shop.app.list_products(shop.organisation, &ListRequest { limit: 10, ..Default::default() }).await;
    assert_eq!(page.expect("a page").total, 0);
    let path = Some(vec![ImageInput::Url("/etc/passwd".into())]);
    let refused = shop.app.put_product(shop.organisation, input(product("B-1", "coat"), path)).await;
    assert!(matches!(refused, Err(AppError::BadRequest(_))), "a path is no address");
}

#[tokio::test]
async fn an_index_that_was_never_saved_is_made_whole_from_the_outbox() {
    let shop = shop().await;
    for at in 0..20 {
        let product = product(&format!("C-{at}"), if at % 2 == 0 { "검정 코트" } else { "흰 셔츠" });
        shop.app.put_product(shop.organisation, input(product, None)).await.expect("put");
    }
    let before = shop.words("코트").await;
    assert_eq!(before.len(), 10);
    // Dropped without a save, as if killed.
    let Shop { folder, app, organisation } = shop;
    app.close().await;
    drop(app);
    let app = App::open(folder.path(), Config::default(), surroundings(), None).await.expect("opens again");
    let shop = Shop { folder, app, organisation };
    let mut after = shop.words("코트").await;
    let mut before = before;
    before.sort();
    after.sort();
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_feed_is_imported_with_its_errors_by_line() {
    let shop = shop().await;
    let folder = shop.folder.path().join("feed");
    let drawings = demo::drawings(6);
    let feed = demo::write_catalogue(&folder, &drawings, |_| {}).expect("written");
    let mut text = std::fs::read_to_string(&feed).expect("read");
    text.push_str(",no sku,,,,1000,KRW,,\nX-9,title,,,,nonsense,KRW,,\nX-10,fine,,,,1000,KRW,,missing.jpg\n");
    std::fs::write(&feed, text).expect("written");
    let job = shop.app.start_import(shop.organisation, ImportSource::Feed(feed), None).await.expect("started");
    let ended = shop.app.run_next_job(|_, _| {}).await.expect("ran").expect("one");
    assert_eq!(ended.job, job);
    let Ok(JobReport::Import(report)) = ended.outcome else { panic!("{ended:?}") };
    assert_eq!((report.created, report.failed, report.images, report.images_failed), (7, 2, 6, 1), "{report:?}");
    let errors = shop.app.job_errors(shop.organisation, job).await.expect("errors");
    let lines: Vec<Option<u64>> = errors.iter().map(|e| e.line).collect();
    assert_eq!(lines, [Some(8), Some(9), Some(10)], "{errors:?}");
}

#[tokio::test]
async fn of_a_product_on_two_lines_the_later_is_kept_and_counted_once() {
    let shop = shop().await;
    let feed = shop.folder.path().join("twice.csv");
    // Of another chunk than the first one is the last row.
    let many: String = (0..200).map(|n| format!("M-{n},other,dress\n")).collect();
    std::fs::write(&feed, format!("sku,title,category\nA-1,one,hat\nA-1,two,dress\n{many}A-1,three,skirt\n"))
        .expect("written");
    let job = shop.app.start_import(shop.organisation, ImportSource::Feed(feed), None).await.expect("started");
    let ended = shop.app.run_next_job(|_, _| {}).await.expect("ran").expect("one");
    let Ok(JobReport::Import(report)) = ended.outcome else { panic!("{ended:?}") };
    assert_eq!((report.created, report.updated, report.failed, report.repeated), (201, 0, 0, 2), "{report:?}");
    let errors = shop.app.job_errors(shop.organisation, job).await.expect("errors");
    let said: Vec<_> = errors.iter().map(|e| (e.line, e.number)).collect();
    assert_eq!(said, [(Some(3), Some(2)), (Some(204), Some(3))], "{errors:?}");
    let sku = vestry_model::Sku::new("A-1").expect("a SKU");
    let kept = shop.app.product(shop.organisation, &sku).await.expect("there");
    let values: Vec<&str> = kept.tags.iter().map(|tag| tag.value.as_str()).collect();
    assert_eq!((kept.product.product.title.pick(false), values), ("three", vec!["skirt"]));
}

#[tokio::test]
async fn a_job_that_fails_is_not_the_failure_of_the_next() {
    let shop = shop().await;
    let folder = shop.folder.path().join("feed");
    let gone = demo::write_catalogue(&folder.join("gone"), &demo::drawings(1), |_| {}).expect("written");
    let good = demo::write_catalogue(&folder.join("good"), &demo::drawings(1), |_| {}).expect("written");
    let app = &shop.app;
    let first = app.start_import(shop.organisation, ImportSource::Feed(gone.clone()), None).await.expect("started");
    let second = app.start_import(shop.organisation, ImportSource::Feed(good), None).await.expect("started");
    std::fs::remove_file(gone).expect("removed");
    let ended = app.run_next_job(|_, _| {}).await.expect("the queue works").expect("one");
    assert_eq!((ended.job, ended.outcome.is_err()), (first, true));
    let ended = app.run_next_job(|_, _| {}).await.expect("the queue works").expect("one");
    assert_eq!((ended.job, ended.outcome.is_ok()), (second, true));
}

#[tokio::test]
async fn keys_are_rotated_with_an_overlap_and_revoked_at_once() {
    let shop = shop().await;
    let (app, organisation) = (&shop.app, shop.organisation);
    let first = app.make_key(organisation, KeyKind::Secret, "a").await.expect("made");
    assert_eq!(app.authorise(&first.secret).await.expect("asked").expect("known").organisation, organisation);
    let second = app.rotate_key(organisation, first.id, 1).await.expect("rotated");
    for secret in [&first.secret, &second.secret] {
        assert!(app.authorise(secret).await.expect("asked").is_some());
    }
    let keys = app.keys(organisation).await.expect("listed");
    assert!(keys.iter().all(|k| k.last_used.is_some()), "their use is noted");
    app.revoke_key(organisation, second.id).await.expect("revoked");
    assert!(app.authorise(&second.secret).await.expect("asked").is_none());
    assert!(app.authorise("vs_guess").await.expect("asked").is_none());
    assert!(app.first_key().await.expect("asked").is_none(), "there are keys already");
}

#[tokio::test]
async fn bug_a_first_start_named_an_organisation_that_was_not_there() {
    let shop = shop().await;
    let known = shop.app.organisations().await.expect("listed").remove(0);
    let (slug, key) = shop.app.first_key().await.expect("asked").expect("no keys yet");
    assert_eq!(slug, known.slug);
    assert_eq!(shop.app.authorise(&key).await.expect("asked").expect("known").organisation, known.id);
}

#[tokio::test]
async fn an_export_imported_into_another_shop_gives_the_same_export() {
    // Without a gate, a drawing's colours are suggested as a photo's are.
    let mut heads = vestry_vision::builtin_heads().expect("the built-in heads");
    heads.numbers.retain(|name, _| !name.starts_with("gate."));
    let shop = shop_with(Some(heads)).await;
    let (app, organisation) = (&shop.app, shop.organisation);
    let mut first = product("E-1", "=린넨 원피스");
    first.own.insert("shelf".into(), "3".into());
    let picture = Some(vec![ImageInput::Bytes(demo::picture(&demo::drawings(3)[1]))]);
    let tag = app.tag_ids("neckline", "브이넥").expect("in the taxonomy");
    app.put_product(organisation, ProductInput { product: first, images: picture, tags: Some(vec![tag]) })
        .await
        .expect("put");
    app.put_product(organisation, input(product("E-2", "shirt, blue"), None)).await.expect("put");
    for format in [ExportFormat::Csv, ExportFormat::JsonLines] {
        let text = exported(app, organisation, format).await;
        assert!(text.contains("suggested"), "{text}");
        let file = shop.folder.path().join("export");
        std::fs::write(&file, &text).expect("written");
        let other = app.organisation_or_new(&format!("{format:?}").to_lowercase()).await.expect("made");
        app.start_import(other, ImportSource::Feed(file), None).await.expect("started");
        app.run_next_job(|_, _| {}).await.expect("ran").expect("one").outcome.expect("imported");
        let sku = Sku::new("E-1").expect("a SKU");
        let view = app.product(other, &sku).await.expect("there");
        assert_eq!(view.product.product, app.product(organisation, &sku).await.expect("there").product.product);
        let tags: Vec<_> = view.tags.iter().map(|t| (t.value.as_str(), t.state)).collect();
        assert_eq!(tags, [("v-neck", TagState::Confirmed)], "what a model suggested is not taken for the shop's word");
    }
}

async fn exported(app: &App, organisation: OrganisationId, format: ExportFormat) -> String {
    let (mut export, mut text) = (app.export(organisation, format).await.expect("started"), Vec::new());
    while let Some(part) = export.next().await.expect("a part") {
        text.extend(part);
    }
    String::from_utf8(text).expect("UTF-8")
}

#[tokio::test]
async fn a_new_model_looks_at_what_is_stored_and_only_at_that() {
    let shop = shop().await;
    let drawings = demo::drawings(4);
    let feed = demo::write_catalogue(&shop.folder.path().join("feed"), &drawings, |_| {}).expect("written");
    shop.app.start_import(shop.organisation, ImportSource::Feed(feed), None).await.expect("started");
    shop.app.run_next_job(|_, _| {}).await.expect("ran").expect("one").outcome.expect("imported");
    assert_eq!(shop.app.start_looking().await.expect("asked"), [], "the model in use has seen everything");
    let Shop { folder, app, organisation } = shop;
    let mut heads = app.vision().heads().clone();
    app.close().await;
    drop(app);
    // The sources are gone; the derivatives are what a new model looks at.
    std::fs::remove_dir_all(folder.path().join("feed")).expect("removed");
    heads.name = "other@2".into();
    let app = App::open(folder.path(), Config::default(), surroundings(), Some(heads)).await.expect("opens");
    assert_eq!(app.unseen_images(organisation).await.expect("counted"), 4);
    let sku = Sku::new(&drawings[0].sku).expect("a SKU");
    let before = app.product(organisation, &sku).await.expect("there");
    let started = app.start_looking().await.expect("asked");
    assert_eq!(started.len(), 1);
    assert_eq!(app.start_looking().await.expect("asked"), [], "it is under way already");
    let ended = app.run_next_job(|_, _| {}).await.expect("ran").expect("one");
    assert_eq!(ended.job, started[0].1);
    assert_eq!(ended.outcome.expect("looked"), JobReport::Look(LookReport { looked_at: 4, unread: 0 }));
    assert_eq!(app.unseen_images(organisation).await.expect("counted"), 0);
    let after = app.product(organisation, &sku).await.expect("there");
    assert_eq!(after.images[0].look(), before.images[0].look(), "the same heads give the same vector again");
    assert!(after.tags.iter().all(|t| t.source.to_text() == "model:other@2"), "{:?}", after.tags);

    // A server that starts with yet other heads looks by itself.
    let mut heads = app.vision().heads().clone();
    app.close().await;
    drop(app);
    heads.name = "third@3".into();
    let app = App::open(folder.path(), Config::default(), surroundings(), Some(heads)).await.expect("opens");
    let all_seen = async {
        while app.unseen_images(organisation).await.expect("counted") > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let worked = tokio::time::timeout(std::time::Duration::from_secs(60), app.work(all_seen)).await;
    worked.expect("everything is seen within a minute");

    // Heads that a folder was opened with are its own from then on, to the last bit.
    let in_use = app.vision().heads().to_bytes();
    app.close().await;
    drop(app);
    assert_eq!(std::fs::read(folder.path().join(App::HEADS)).expect("there"), in_use);
    let app = App::open(folder.path(), Config::default(), surroundings(), None).await.expect("opens");
    assert_eq!(app.vision().heads().name, "third@3");
    assert_eq!(app.unseen_images(organisation).await.expect("counted"), 0);
    app.close().await;
    drop(app);
    let of_others = HeadSet { features: "other-backbone".into(), ..builtin_heads().expect("heads") }.to_bytes();
    for no_heads in [&b"no heads"[..], &of_others] {
        std::fs::write(folder.path().join(App::HEADS), no_heads).expect("written");
        let error = App::open(folder.path(), Config::default(), surroundings(), None).await.expect_err("refused");
        assert!(error.to_string().contains("remove it to use the built-in ones"), "{error}");
    }
}

#[tokio::test]
async fn heads_in_use_are_rounded_as_their_file_rounds_them() {
    let vision = Vision::builtin(Kernel::best()).expect("built-in networks");
    let mut heads = vision.heads().clone();
    let mean = vec![1.0 / 3.0; heads.projection.dimensions()];
    let matrix = vec![1.0 / 3.0; LOOK_DIMENSIONS * mean.len()];
    heads.projection = Projection::new(mean, matrix).expect("its shape");
    let shop = shop_with(Some(heads.clone())).await;
    let read_back = HeadSet::from_bytes(&heads.to_bytes()).expect("heads");
    assert_ne!(read_back.projection, heads.projection, "the file rounds");
    assert_eq!(shop.app.vision().heads().projection, read_back.projection);
}

/// A shop of `count` drawn garments, all recognised and in the index.
async fn drawn(count: usize) -> Shop {
    let shop = shop().await;
    for (at, drawing) in demo::drawings(count).iter().enumerate() {
        let images = Some(vec![ImageInput::Bytes(demo::picture(drawing))]);
        let product = product(&format!("R-{at}"), "옷");
        shop.app.put_product(shop.organisation, input(product, images)).await.expect("put");
    }
    settle(&shop.app).await;
    shop
}

impl Shop {
    async fn question(&self, attribute: &str) -> Question {
        let attribute = AttributeId::new(attribute).expect("an id");
        let question = self.app.review_question(self.organisation, Some(&attribute), None).await.expect("asked");
        question.expect("something waits")
    }

    async fn waiting(&self) -> ReviewProgress {
        self.app.review_progress(self.organisation, Timestamp::UNIX_EPOCH).await.expect("counted")
    }
}

fn asked(question: &Question) -> Asked {
    let place = &question.place;
    Asked { product: place.product, attribute: place.attribute.clone(), value: place.value.clone() }
}

#[tokio::test]
async fn a_question_proposes_what_the_head_holds_for_likely() {
    let shop = drawn(6).await;
    let question = shop.question("category").await;
    let values: BTreeSet<&str> = question.proposals.iter().map(|p| p.value.as_str()).collect();
    assert_eq!((question.proposals.len(), values.len()), (PROPOSALS, PROPOSALS), "{:?}", question.proposals);
    assert_eq!(question.proposals[0].value, question.place.value, "the machine's own comes first");
    assert_eq!(question.proposals[0].reason, Reason::Model(question.place.confidence));
    let sure = question.proposals[1..].iter().filter_map(|p| match p.reason {
        Reason::Model(confidence) => Some(confidence.get()),
        Reason::Near | Reason::LookAlikes => None,
    });
    let sure: Vec<f32> = sure.collect();
    assert!(sure.len() == PROPOSALS - 1 && sure.is_sorted_by(|a, b| a >= b), "{sure:?}");
    assert!(question.following.is_some() && question.history.is_empty());
    // A colour has no head; what is near it is proposed.
    let colour = shop.question("colour").await;
    assert_eq!(colour.proposals.len(), PROPOSALS);
    assert!(colour.proposals[1..].iter().all(|p| p.reason == Reason::Near));
    // What somebody rejected is not proposed again.
    let (app, organisation) = (&shop.app, shop.organisation);
    let sku = colour.view.product.product.sku.clone();
    let gone = colour.proposals[1].value.clone();
    app.remove_tag(organisation, &sku, (&colour.place.attribute, &gone), "key-1").await.expect("removed");
    let again = shop.question("colour").await;
    assert_eq!(again.place, colour.place);
    assert!(again.proposals.iter().all(|p| p.value != gone));
    assert_eq!(again.history.len(), 1);
}

#[tokio::test]
async fn answers_move_the_figures_and_are_taken_back_one_by_one() {
    let shop = drawn(6).await;
    let (app, organisation) = (&shop.app, shop.organisation);
    let (first, before) = (shop.question("category").await, shop.waiting().await);
    let other = first.proposals[1].value.clone();
    let step =
        app.review(organisation, "key-3", &[asked(&first)], Some(&other)).await.expect("said").expect("it waits");
    let second = shop.question("category").await;
    assert_ne!(second.place.product, first.place.product);
    app.review(organisation, "key-3", &[asked(&second)], Some(&second.place.value)).await.expect("said");
    let progress = shop.waiting().await;
    let category = progress.reviewed.iter().find(|r| r.attribute.as_str() == "category").expect("counted");
    assert_eq!((category.all, category.judged, category.accepted), (2, 2, 1), "{progress:?}");
    let left = |progress: &ReviewProgress| progress.waiting.iter().map(|w| w.to_review + w.suggested).sum::<u64>();
    assert_eq!(left(&progress) + 2, left(&before));

    let sku = first.view.product.product.sku.clone();
    let history = app.tag_history(organisation, &sku).await.expect("history");
    assert_eq!((history[0].who.as_str(), history[0].step), ("key-3", Some(step.id)));
    assert_eq!((&history[0].old, &history[0].new), (&Some(first.place.value.clone()), &Some(other)));

    for place in [&second.place, &first.place] {
        let (last, _) = app.last_review(organisation, "key-3").await.expect("asked").expect("one is left");
        assert!(app.undo_review(organisation, "key-4", last.id).await.expect("asked").is_none(), "not theirs");
        let taken = app.undo_review(organisation, "key-3", last.id).await.expect("undone").expect("it was there");
        assert_eq!(taken.place.as_ref(), Some(place), "the question stands where it stood");
    }
    assert!(app.last_review(organisation, "key-3").await.expect("asked").is_none());
    assert_eq!(shop.waiting().await, before);
    let again = shop.question("category").await;
    assert_eq!((again.place, again.view.tags), (first.place, first.view.tags));
    assert!(again.history.iter().all(|said| said.undone.is_some()), "that it was said is remembered");
}

#[tokio::test]
async fn how_right_the_machine_is_is_told_of_values_with_enough_answers_alone() {
    let shop = drawn(30).await;
    let (app, organisation) = (&shop.app, shop.organisation);
    let least = u64::from(app.policy().small_cell);
    let mut answered: BTreeMap<ValueId, u64> = BTreeMap::new();
    while answered.values().all(|count| *count < least) {
        let question = shop.question("category").await;
        let value = question.place.value.clone();
        app.review(organisation, "key-3", &[asked(&question)], Some(&value)).await.expect("said").expect("it waits");
        *answered.entry(value).or_default() += 1;
        let quality = app.quality(organisation).await.expect("asked");
        assert_eq!(u64::from(quality.least), least);
        let judged = |line: &ValueQuality| (line.judged, line.right, line.value.as_ref().map(|value| answered[value]));
        let lines: Vec<_> = quality.lines.iter().map(judged).collect();
        let all: u64 = answered.values().sum();
        // Of the attribute from five answers on, and of a value that has five of its own.
        let of_value = answered.values().find(|count| **count >= least).map(|count| (*count, *count, Some(*count)));
        let expected = [(all >= least).then_some((all, all, None)), of_value];
        assert_eq!(lines, expected.into_iter().flatten().collect::<Vec<_>>(), "{answered:?}");
    }
}

#[tokio::test]
async fn one_answer_reaches_look_alikes_and_is_taken_back_as_one() {
    let shop = drawn(12).await;
    let (app, organisation) = (&shop.app, shop.organisation);
    let question = shop.question("category").await;
    let answer = question.proposals[1].value.clone();
    let found = app.review_alike(organisation, &asked(&question), &answer).await.expect("found").expect("a product");
    assert!(found.is_open && found.found.len() == 11, "every other garment is open: {}", found.found.len());
    assert!(found.found.is_sorted_by(|a, b| a.likeness >= b.likeness), "most alike first");
    let mut chosen = vec![asked(&question)];
    chosen.extend(found.found.iter().take(4).map(|alike| Asked {
        product: alike.view.product.id,
        attribute: alike.tag.attribute.clone(),
        value: alike.tag.value.clone(),
    }));
    let before = shop.waiting().await;
    let step = app.review(organisation, "key-3", &chosen, Some(&answer)).await.expect("said").expect("they wait");
    assert_eq!((step.products, step.product), (5, Some(question.place.product)));
    let found = app.review_alike(organisation, &asked(&question), &answer).await.expect("found").expect("a product");
    assert_eq!((found.is_open, found.found.len()), (false, 7));
    assert!(app.review(organisation, "key-3", &chosen, Some(&answer)).await.expect("said").is_none(), "once");
    let taken = app.undo_review(organisation, "key-3", step.id).await.expect("undone").expect("it was there");
    assert_eq!((taken.undone.restored.len(), taken.undone.left.len()), (5, 0));
    assert_eq!(shop.waiting().await, before);
    let none = app.review(organisation, "key-3", &[], Some(&answer)).await;
    assert!(matches!(none, Err(AppError::BadRequest(_))));
    let many = vec![asked(&question); MAX_SPREAD + 1];
    assert!(matches!(app.review(organisation, "key-3", &many, None).await, Err(AppError::BadRequest(_))));
}
