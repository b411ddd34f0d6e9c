//! The console as a browser without scripts uses it.

use super::{
    accounts::{self, staff},
    harness::{House, base64, pass, photo},
};
use axum::http::{Method, StatusCode};
use serde_json::json;
use vestry_app::{KeyKind, NewKey, Role};

async fn furnished() -> (House, String, String) {
    let house = House::new().await;
    for (at, (sku, title)) in [("N-1", "남색 원피스"), ("N/2", "흰 셔츠")].into_iter().enumerate() {
        let body = json!({
            "title": {"ko": title, "en": format!("Garment {at}")},
            "price": {"amount": "39000"},
            "images": [{"base64": base64(&photo(at * 6))}],
            "tags": [{"attribute": "category", "value": if at == 0 { "dress" } else { "shirt" }}],
        });
        let path = format!("/api/v1/products/{}", super::harness::encoded(sku));
        assert_eq!(house.call(Method::PUT, &path, Some(body)).await.status, StatusCode::CREATED);
    }
    house.settle().await;
    let (cookie, csrf) = house.sign_in().await;
    (house, cookie, csrf)
}

#[tokio::test]
async fn only_a_secret_key_signs_in_and_its_cookie_is_shut() {
    let house = House::new().await;
    for key in [house.publishable.as_str(), "vs_0", ""] {
        let answer = house.form("", "/sign-in", &[("key", key)]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.header("set-cookie").is_empty());
        assert!(answer.text().contains("not a secret key"), "{}", answer.text());
    }
    let answer = house.form("", "/sign-in", &[("key", &house.secret), ("next", "//evil.example")]).await;
    assert_eq!(answer.header("location"), "/catalogue");
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert!(!cookie.contains(&house.secret), "the cookie is not the key");
}

#[tokio::test]
async fn a_session_ends_when_one_leaves() {
    let (house, cookie, csrf) = furnished().await;
    assert_eq!(house.page(&cookie, "/catalogue").await.status, StatusCode::OK);
    house.form(&cookie, "/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(house.page(&cookie, "/catalogue").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_ends_at_once_when_its_key_is_revoked_or_its_rotation_is_over() {
    let (house, cookie, csrf) = furnished().await;
    let organisation = house.app.organisation("hanbit").await.expect("there");
    let entered = async |name: &str| {
        let key = house.app.make_key(organisation, KeyKind::Secret, name).await.expect("a key");
        let answer = house.form("", "/sign-in", &[("key", &key.secret), ("next", "/catalogue")]).await;
        (key, accounts::cookie(&answer))
    };
    let stands = async |cookie: &str| house.page(cookie, "/catalogue").await.status;
    let (revoked, of_revoked) = entered("revoked").await;
    let (rotated, of_rotated) = entered("rotated").await;
    for cookie in [&cookie, &of_revoked, &of_rotated] {
        assert_eq!(stands(cookie).await, StatusCode::OK);
    }
    let change = async |key: &NewKey, act: &str| {
        let answer = house.form(&cookie, &format!("/keys/{}", key.id), &[("csrf", &csrf), ("act", act)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    };
    change(&revoked, "revoke").await;
    assert_eq!(stands(&of_revoked).await, StatusCode::SEE_OTHER, "at once");
    let again = house.form("", "/sign-in", &[("key", &revoked.secret)]).await;
    assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    change(&rotated, "rotate").await;
    pass(7 * 3_600);
    for cookie in [&of_rotated, &cookie] {
        assert_eq!(stands(cookie).await, StatusCode::OK, "both keys are good for a day");
    }
    for _ in 0..2 {
        pass(7 * 3_600);
        assert_eq!((stands(&of_rotated).await, stands(&cookie).await), (StatusCode::OK, StatusCode::OK));
    }
    pass(3 * 3_600);
    assert_eq!(stands(&of_rotated).await, StatusCode::SEE_OTHER, "the day is over");
    assert_eq!(stands(&cookie).await, StatusCode::OK, "another key's");
    // Whoever revokes the key they came in with is out with it.
    let (own, of_own) = entered("own").await;
    house.app.revoke_key(organisation, own.id).await.expect("revoked");
    assert_eq!(stands(&of_own).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn rows_that_an_import_refused_are_explained_in_both_languages() {
    let house = House::new().await;
    let feed = "sku,title,price,category,images\nA-1,검정 원피스,39000,robe-of-clouds,\nA-2,Blue shirt,무료,,\n\
        A-3,Red shirt,1,,nowhere.jpg\n";
    let key = format!("Bearer {}", house.secret);
    let parts: [(&str, Option<&str>, &[u8]); 1] = [("feed", Some("feed.csv"), feed.as_bytes())];
    house.upload("/api/v1/products:import", ("authorization", &key), &parts).await;
    house.run_job().await;
    let job = house.get("/api/v1/jobs/1").await.json();
    let errors = job["errors"].as_array().expect("errors");
    let codes: Vec<_> = errors.iter().map(|error| error["code"].as_str().unwrap_or("")).collect();
    assert_eq!(codes, ["unknown_tag", "bad_price", "path_not_read"], "{job}");
    assert!(errors[1]["message"].as_str().is_some_and(|m| m.contains("is not a price; write a number")), "{job}");
    let (cookie, _) = house.sign_in().await;
    let [korean, english] = ["ko", "en"].map(|language| format!("/imports/1?lang={language}"));
    let (korean, english) = (house.page(&cookie, &korean).await.text(), house.page(&cookie, &english).await.text());
    for said in ["분류 체계에 없는 속성이나 값", "열 `price`: 가격이 아니에요", "`https` 주소만 읽을 수 있어요"]
    {
        assert!(korean.contains(said), "{said}: {korean}");
    }
    for said in ["Not an attribute or value", "Column `price`: Not a price", "`https` addresses can be read"] {
        assert!(english.contains(said) && !korean.contains(said), "{said}: {english}");
    }
}

#[tokio::test]
async fn an_import_that_failed_is_explained_in_both_languages() {
    let house = House::new().await;
    let organisation = house.app.organisation("hanbit").await.expect("there");
    let mut tx = house.app.store().begin().await.expect("begins");
    tx.enqueue_job(organisation, "of another program", "{}", house.app.now()).await.expect("queued");
    tx.commit().await.expect("commits");
    let ended = house.app.run_next_job(|_, _| {}).await.expect("the queue works").expect("a job waits");
    assert!(ended.outcome.is_err(), "{:?}", ended.outcome);
    let job = house.get("/api/v1/jobs/1").await.json();
    assert_eq!(
        (&job["state"], &job["message"]),
        (&json!("failed"), &json!("the job was written by another version; start it again"))
    );
    let (cookie, _) = house.sign_in().await;
    for (language, said) in [("ko", "무엇을 하려는지 알 수 없었어요"), ("en", "This was not understood")] {
        let page = house.page(&cookie, &format!("/imports/1?lang={language}")).await.text();
        assert!(page.contains(said) && !page.contains("another version"), "{page}");
    }
}

#[tokio::test]
async fn a_page_shows_times_in_the_policys_zone() {
    let (house, cookie, _) = furnished().await;
    let page = house.page(&cookie, "/keys").await.text();
    // The test's clock stands at 11:06 in Greenwich.
    assert!(page.contains("2026-11-18 20:06"), "{page}");
}

#[tokio::test]
async fn what_went_wrong_is_told_in_the_readers_language() {
    let (house, cookie, _) = furnished().await;
    for (path, korean, english) in [
        ("/products/nothing", "그런 상품이 없어요", "There is no such product"),
        ("/review?attribute=nothing", "찾는 것이 없거나", "What was asked for is not here"),
        ("/nothing", "이 주소에는 아무것도 없어요", "There is nothing at this address"),
        ("/api/docs", "공개 키", "A publishable key"),
    ] {
        let lang =
            |code: &str| if path.contains('?') { format!("{path}&lang={code}") } else { format!("{path}?lang={code}") };
        let (ko, en) = (house.page(&cookie, &lang("ko")).await.text(), house.page(&cookie, &lang("en")).await.text());
        assert!(ko.contains(korean) && !ko.contains(english), "{path}: {ko}");
        assert!(en.contains(english) && !en.contains(korean), "{path}: {en}");
    }
}

#[tokio::test]
async fn the_catalogue_shows_what_its_address_says() {
    let (house, cookie, _) = furnished().await;
    let page = house.page(&cookie, "/catalogue").await.text();
    assert!(page.contains("2 products") && page.contains("Garment 0") && page.contains("₩39,000"), "{page}");
    assert!(page.contains("href=\"/products/N%2F2\""), "a SKU with a slash has an address");
    let page = house.page(&cookie, "/catalogue?category=dress").await.text();
    assert!(page.contains("1 product") && !page.contains("Garment 1"), "{page}");
    let unknown = house.page(&cookie, "/catalogue?category=nonsense").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown.text().contains("data-problem"), "a page says what went wrong");
    let picture = page.split("src=\"/pictures/").nth(1).and_then(|p| p.split('"').next()).expect("a picture");
    let picture = house.page(&cookie, &format!("/pictures/{picture}")).await;
    assert_eq!((picture.status, picture.header("content-type")), (StatusCode::OK, "image/webp"));
}

#[tokio::test]
async fn an_empty_catalogue_says_what_to_do_first() {
    let house = House::new().await;
    let (cookie, _) = house.sign_in().await;
    let page = house.page(&cookie, "/catalogue").await.text();
    assert!(page.contains("No products yet") && page.contains("href=\"/imports\""), "{page}");
}

#[tokio::test]
async fn a_search_by_words_is_an_address_and_a_search_by_photo_a_form() {
    let (house, cookie, csrf) = furnished().await;
    let page = house.page(&cookie, "/search?words=%EC%9B%90%ED%94%BC%EC%8A%A4").await.text();
    assert!(page.contains("Garment 0") && page.contains("class=\"why\""), "{page}");
    let bytes = photo(6);
    let parts: [(&str, Option<&str>, &[u8]); 3] =
        [("csrf", None, csrf.as_bytes()), ("image", Some("a.jpg"), &bytes), ("cut_off", None, b"0.9")];
    let found = house.upload("/search", ("cookie", &cookie), &parts).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.text());
    assert!(found.text().contains("Garment 1"), "{}", found.text());
    let parts: [(&str, Option<&str>, &[u8]); 2] =
        [("csrf", None, csrf.as_bytes()), ("image", Some("a.jpg"), b"not one")];
    let refused = house.upload("/search", ("cookie", &cookie), &parts).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("data-problem"));
}

#[tokio::test]
async fn a_tag_is_added_changed_and_rejected_with_its_history() {
    let (house, cookie, csrf) = furnished().await;
    let act = async |fields: &[(&str, &str)]| {
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        let answer = house.form(&cookie, "/products/N%2F2/tags", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        house.page(&cookie, answer.header("location")).await.text()
    };
    let page = act(&[("tag", "neckline=v-neck"), ("act", "add")]).await;
    assert!(page.contains("data-attribute=\"neckline\"") && page.contains("tag-person"), "{page}");
    let page = act(&[("attribute", "neckline"), ("old", "v-neck"), ("value", "round-neck"), ("act", "change")]).await;
    assert!(page.contains("change-neckline-round-neck") && !page.contains("change-neckline-v-neck"), "{page}");
    let page = act(&[("attribute", "neckline"), ("value", "round-neck"), ("act", "reject")]).await;
    assert!(!page.contains("data-attribute=\"neckline\""), "{page}");
    assert!(page.contains("class=\"history\""), "what was done is remembered");
}

#[tokio::test]
async fn a_feed_is_mapped_started_and_watched() {
    let house = House::new().await;
    let (cookie, csrf) = house.sign_in().await;
    let feed = "상품코드,상품명,판매가\nA-1,검정 원피스,39000\nA-2,셔츠,무료\n";
    let parts: [(&str, Option<&str>, &[u8]); 2] =
        [("csrf", None, csrf.as_bytes()), ("feed", Some("상품.csv"), feed.as_bytes())];
    let page = house.upload("/imports", ("cookie", &cookie), &parts).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    let upload = text.split("name=\"upload\" value=\"").nth(1).and_then(|p| p.split('"').next()).expect("an upload");
    let columns = [
        ("column", "상품코드"),
        ("field", "skip"),
        ("column", "상품명"),
        ("field", "title"),
        ("column", "판매가"),
        ("field", "price"),
    ];
    let with = |columns: &[(&'static str, &'static str)]| -> Vec<(String, String)> {
        let own = [("csrf".to_owned(), csrf.clone()), ("upload".to_owned(), upload.to_owned())];
        columns.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).chain(own).collect()
    };
    let send = async |fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        house.form(&cookie, "/imports/start", &fields).await
    };
    let refused = send(with(&columns)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("SKU"), "a mapping without a SKU is shown again: {}", refused.text());
    let mut columns = columns;
    columns[1] = ("field", "sku");
    let started = send(with(&columns)).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.text());
    house.run_job().await;
    let page = house.page(&cookie, started.header("location")).await.text();
    assert!(page.contains("All done.") && page.contains("<code>무료</code>"), "{page}");
    assert!(house.page(&cookie, "/imports").await.text().contains("Done"));
}

#[tokio::test]
async fn language_and_theme_are_kept_where_their_cookies_are_allowed() {
    let (house, cookie, csrf) = furnished().await;
    let fields = [("csrf", csrf.as_str()), ("language", "ko"), ("theme", "dark"), ("back", "/search?lang=en&words=a")];
    let allowed = house.allowing(&cookie).await;
    let answer = house.form(&allowed, "/preferences", &fields).await;
    assert_eq!(answer.header("location"), "/search?words=a", "what is kept needs no place in the address");
    let kept: Vec<&str> = answer.headers.get_all("set-cookie").iter().filter_map(|v| v.to_str().ok()).collect();
    let kept: Vec<&str> = kept.iter().filter_map(|c| c.split(';').next()).collect();
    let page = house.page(&format!("{allowed}; {}", kept.join("; ")), "/catalogue").await.text();
    assert!(page.contains("lang=\"ko\" data-theme=\"dark\"") && page.contains("상품 2개"), "{page}");
    // Without a choice the page does as asked, says that it does not last, and keeps its filters.
    let fields = [fields[0], fields[1], fields[2], ("back", "/catalogue?category=dress")];
    let answer = house.form(&cookie, "/preferences", &fields).await;
    assert!(answer.header("set-cookie").is_empty());
    let to = answer.header("location");
    assert_eq!(to, "/catalogue?category=dress&lang=ko&theme=dark&unkept=1");
    let page = house.page(&cookie, to).await.text();
    assert!(page.contains("lang=\"ko\" data-theme=\"dark\"") && page.contains("이 화면에만 적용했어요"), "{page}");
    assert_eq!(page.matches("class=\"tile\"").count(), 1, "the filter holds");
    assert_eq!(house.page(&cookie, "/search?words=a&lang=ko&unkept=1").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_office_has_the_same_switches_and_leads_home() {
    let house = House::with_accounts().await;
    let cookie = staff(&house, Role::Officer).await;
    let page = house.page(&cookie, "/office/desk").await.text();
    assert!(page.contains("name=\"back\" value=\"/office/desk\""), "{page}");
    let token = accounts::csrf(&page);
    let fields = [("csrf", token.as_str()), ("language", "ko"), ("theme", "dark"), ("back", "/office/desk")];
    let answer = house.form(&cookie, "/preferences", &fields).await;
    assert!(answer.header("set-cookie").is_empty(), "nobody agreed");
    assert_eq!(answer.header("location"), "/office/desk?lang=ko&theme=dark&unkept=1");
    let page = house.page(&cookie, answer.header("location")).await.text();
    assert!(page.contains("lang=\"ko\" data-theme=\"dark\"") && page.contains("이 화면에만 적용했어요"), "{page}");
    let allowed = house.allowing(&cookie).await;
    let answer = house.form(&allowed, "/preferences", &fields).await;
    assert_eq!((answer.header("location"), answer.headers.get_all("set-cookie").iter().count()), ("/office/desk", 2));
    assert_eq!(house.page(&cookie, "/").await.header("location"), "/office");
    let problem = house.page(&cookie, "/office/certificates/999").await;
    assert_eq!(problem.status, StatusCode::NOT_FOUND);
    assert!(problem.text().contains("href=\"/office\""), "{}", problem.text());
}

#[tokio::test]
async fn assets_are_kept_for_long_under_their_hash_only() {
    let house = House::new().await;
    let page = house.page("", "/sign-in").await.text();
    let sheet =
        page.split("href=\"").find(|p| p.contains("console.css")).and_then(|p| p.split('"').next()).expect("a sheet");
    assert!(house.page("", sheet).await.header("cache-control").contains("immutable"));
    assert_eq!(house.page("", "/assets/old/console.css").await.header("cache-control"), "no-cache");
    assert_eq!(house.page("", "/assets/old/nothing.css").await.status, StatusCode::NOT_FOUND);
}
