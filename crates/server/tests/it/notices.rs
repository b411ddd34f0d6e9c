//! The next version of the policy, and what is told to all, as the office and members see it.

use super::{
    accounts::{JOIN, PASSWORD, cookie, csrf, enter, member, staff},
    harness::House,
};
use axum::http::StatusCode;
use std::collections::BTreeMap;
use vestry_app::{ChildAccount, NamedGuardian, Personal, Role};

/// The built-in policy as a version of the year after.
pub(crate) fn next_version() -> String {
    let text = vestry_policy::BUILTIN.replacen("version = \"2019-08-01\"", "version = \"2099-01-01\"", 1);
    text.replacen("effective = 2019-08-01", "effective = 2099-01-01", 1)
}

#[tokio::test]
async fn clause_13_an_officer_drafts_looks_and_posts_and_an_auditor_only_looks() {
    let house = House::with_accounts().await;
    let kim = member(&house, "kim@shop.example", "").await;
    let officer = staff(&house, Role::Officer).await;
    let auditor = staff(&house, Role::Auditor).await;
    let token = csrf(&house.page(&officer, "/office/policy").await.text());
    let text = next_version();
    let keep = [("csrf", token.as_str()), ("act", "draft"), ("text", text.as_str())];
    // What is no policy is said with its line, and what was typed is not lost.
    let broken = [("csrf", token.as_str()), ("act", "draft"), ("text", "[policy]\nid = 7")];
    let answer = house.form(&officer, "/office/policy", &broken).await.text();
    assert!(answer.contains("draft:2:") && answer.contains("id = 7"), "{answer}");
    for (language, said) in [("en", "no clause `9.xx`; add"), ("ko", "`9.xx` 조항이 없어요.")] {
        let dangling = text.replacen("clause = \"1.ga\"", "clause = \"9.xx\"", 1);
        let broken = [("csrf", token.as_str()), ("act", "draft"), ("text", dangling.as_str())];
        let answer = house.form(&officer, &format!("/office/policy?lang={language}"), &broken).await.text();
        assert!(answer.contains(said), "{said}: {answer}");
    }
    assert_eq!(house.form(&officer, "/office/policy", &keep).await.status, StatusCode::SEE_OTHER);
    let page = house.page(&officer, "/office/policy").await.text();
    assert!(page.contains("Draft 2099-01-01") && page.contains("Post it and tell"), "{page}");
    assert!(house.page(&officer, "/office/policy/preview").await.text().contains("2099-01-01"));
    assert_eq!(
        house.page("", "/policy/2099-01-01").await.status,
        StatusCode::NOT_FOUND,
        "a draft is nobody's business"
    );
    let hash = page.split("name=\"hash\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a hash");
    // The auditor sees the same and can do nothing; the officer can.
    let seen = house.page(&auditor, "/office/policy").await.text();
    assert!(seen.contains("Draft 2099-01-01") && !seen.contains("<textarea"), "{seen}");
    for (cookie, expected) in [(&auditor, StatusCode::FORBIDDEN), (&officer, StatusCode::SEE_OTHER)] {
        let token = if cookie == &officer { token.clone() } else { csrf(&seen) };
        let post = [("csrf", token.as_str()), ("act", "post"), ("hash", hash)];
        assert_eq!(house.form(cookie, "/office/policy", &post).await.status, expected);
    }
    assert_eq!(house.page("", "/policy/2099-01-01").await.status, StatusCode::OK);
    let page = house.page(&kim, "/catalogue").await.text();
    assert!(page.contains("/policy/2099-01-01/changes"), "members are told in the console: {page}");
    house.privacy().tell_all().await.expect("written");
    let links = house.post().await;
    assert!(links.iter().any(|link| link == "/policy/2099-01-01/changes"), "{links:?}");
    assert!(house.page(&officer, "/office/notices").await.text().contains("2099-01-01"));
}

#[tokio::test]
async fn clause_1_ra_advertising_ends_by_its_link_without_a_login() {
    let house = House::with_accounts().await;
    let kim = member(&house, "kim@shop.example", "").await;
    let officer = staff(&house, Role::Officer).await;
    let token = csrf(&house.page(&kim, "/me").await.text());
    let agree = [("csrf", token.as_str()), ("act", "consent"), ("purpose", "marketing")];
    assert_eq!(house.form(&kim, "/me", &agree).await.status, StatusCode::SEE_OTHER);
    let page = house.page(&officer, "/office/notices").await.text();
    assert!(page.contains("One person agrees to advertising now"), "{page}");
    let token = csrf(&page);
    let mut fields = vec![
        ("csrf", token.as_str()),
        ("act", "advertise"),
        ("subject-ko", "봄 옷"),
        ("subject-en", "Spring clothes"),
        ("ko", "새 옷이 왔어요."),
        ("en", "New clothes are here."),
    ];
    let answer = house.form(&officer, "/office/notices", &fields).await.text();
    assert!(answer.contains("Something is missing") && answer.contains("봄 옷"), "{answer}");
    fields.push(("sure", "yes"));
    assert_eq!(house.form(&officer, "/office/notices", &fields).await.status, StatusCode::SEE_OTHER);
    house.privacy().tell_all().await.expect("written");
    let links = house.post().await;
    let link = links.iter().find(|link| link.starts_with("/unsubscribe/")).expect("a way out");
    // Whoever merely looks ends nothing.
    assert!(house.page("", link).await.text().contains("Stop it"));
    assert_eq!(house.privacy().agree_to_marketing().await.expect("counted"), 1);
    let answer = house.form("", link, &[("List-Unsubscribe", "One-Click")]).await;
    assert!(answer.text().contains("You get no more advertising"), "{}", answer.text());
    assert_eq!(house.privacy().agree_to_marketing().await.expect("counted"), 0);
    let answer = house.form("", "/unsubscribe/nonsense", &[]).await.text();
    assert!(answer.contains("This link is over"), "{answer}");
}

#[tokio::test]
async fn clause_10_a_transfer_is_posted_for_all_to_read() {
    let house = House::with_accounts().await;
    let officer = staff(&house, Role::Officer).await;
    let token = csrf(&house.page(&officer, "/office/notices").await.text());
    let fields = |day: &'static str| {
        vec![
            ("csrf", token.as_str()),
            ("act", "transfer"),
            ("transferee", "Saebom Co."),
            ("contact", "privacy@saebom.example"),
            ("ko", "모든 정보를 넘깁니다."),
            ("en", "All of it is transferred."),
            ("day", day),
        ]
    };
    let answer = house.form(&officer, "/office/notices", &fields("2001-01-01")).await.text();
    assert!(answer.contains("cannot be right: Day of the transfer") && answer.contains("Saebom"), "{answer}");
    assert_eq!(house.form(&officer, "/office/notices", &fields("2099-01-01")).await.status, StatusCode::SEE_OTHER);
    let page = house.page("", "/policy").await.text();
    let link = page.split("href=\"/notices/").nth(1).and_then(|rest| rest.split('"').next()).expect("it is posted");
    let posted = house.page("", &format!("/notices/{link}")).await.text();
    assert!(posted.contains("All of it is transferred.") && posted.contains("privacy@saebom.example"), "{posted}");
    let id = link.split('?').next().unwrap_or(link);
    let end = [("csrf", token.as_str()), ("act", "end"), ("id", id)];
    let refused = house.form(&officer, "/office/notices", &end).await.text();
    assert!(refused.contains("role=\"alert\">To be done on 2099-01-01"), "{refused}");
    assert_eq!(house.page("", "/notices/1").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn clause_9_who_came_of_age_is_asked_at_the_next_login_and_may_refuse() {
    let house = House::with_accounts().await;
    let (privacy, personal) = (house.privacy(), |text: &str| Personal::new(text.to_owned()));
    let (name, contact) = (personal("박보호"), personal("guardian@home.example"));
    let language = vestry_app::Language::English;
    let link = privacy.ask_guardian(&NamedGuardian { name, contact, language, invitation: None }).await.expect("asked");
    let tomorrow = privacy.policy().local(privacy.now()).date().tomorrow().expect("a day");
    let mut items: BTreeMap<String, Personal<String>> =
        JOIN[..5].iter().map(|(name, value)| ((*name).to_owned(), personal(value))).collect();
    items.insert("email".into(), personal("kim@shop.example"));
    let account = ChildAccount { day_of_14: tomorrow, items, consents: Vec::new(), terms: true, language };
    let confirm = privacy.consent_for(&link, &account).await.expect("consented");
    let confirmed = house.form("", &format!("/join/confirm/{}", confirm.as_str()), &[]).await.text();
    let link = confirmed.split("href=\"/password/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    house.form("", &format!("/password/{link}"), &[("password", PASSWORD)]).await;
    enter(&house, "kim@shop.example").await;
    let day_after = privacy.now() + jiff::SignedDuration::from_hours(48);
    let letter = "{\"template\":\"own-consent\"}";
    let came = privacy.vault().come_of_age(privacy.policy(), letter, day_after).await.expect("done");
    assert_eq!(came, 1);
    let sign_in = [("email", "kim@shop.example"), ("password", PASSWORD), ("next", "/me")];
    let answer = house.form("", "/sign-in", &sign_in).await;
    assert_eq!(answer.header("location"), "/me/agree?next=%2Fme");
    let kim = cookie(&answer);
    let page = house.page(&kim, "/me/agree?next=/me").await.text();
    assert!(page.contains("You are fourteen now") && page.contains("name=\"agree\" value=\"marketing\""), "{page}");
    assert!(!page.contains("checked"), "no box is ticked for anybody");
    let token = csrf(&page);
    let none = [("csrf", token.as_str()), ("next", "/me")];
    assert_eq!(house.form(&kim, "/me/agree", &none).await.header("location"), "/me");
    assert_eq!(privacy.agree_to_marketing().await.expect("counted"), 0);
    // Asked once.
    enter(&house, "kim@shop.example").await;
}
