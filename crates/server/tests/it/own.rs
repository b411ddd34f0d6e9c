//! A member's own pages over HTTP: a second proof, another address, a copy to take along, and how often one may ask.

use super::{
    accounts::{JOIN, PASSWORD, code, cookie, csrf, enter, guardian_of_a_child, member},
    harness::House,
};
use axum::http::{Request, StatusCode, header};
use sha2::{Digest, Sha256};
use vestry_app::Personal;

/// What stands between `before` and the next `after`.
fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split(after).next().unwrap_or("")
}

#[tokio::test]
async fn a_member_sets_up_a_second_proof_signs_in_with_it_and_gives_it_up() {
    let house = House::with_accounts().await;
    let cookie = member(&house, "kim@shop.example", "").await;
    let page = house.page(&cookie, "/me/security").await.text();
    let (token, secret) = (csrf(&page), between(&page, "<code class=\"secret\">", "<").to_owned());
    assert!(page.contains("<svg class=\"qr\"") && page.contains("role=\"img\""), "{page}");
    let right = code(&house, &secret);
    let send = async |act: &str, password: &str, code: &str| {
        let fields =
            [("csrf", token.as_str()), ("act", act), ("secret", &secret), ("password", password), ("code", code)];
        house.form(&cookie, "/me/security", &fields).await.text()
    };
    let again = send("set-up", PASSWORD, "000000").await;
    assert!(again.contains("does not fit") && again.contains(&secret), "nothing is lost: {again}");
    assert!(send("set-up", "wrong wrong wrong", &right).await.contains("Password or code is not right"));
    let done = send("set-up", PASSWORD, &right).await;
    assert!(done.contains("from now on") && !done.contains(&secret), "{done}");
    let codes: Vec<&str> = done.split("<code class=\"secret\">").skip(1).filter_map(|r| r.split('<').next()).collect();
    assert_eq!(codes.len(), 10);
    let later = house.page(&cookie, "/me/security").await.text();
    assert!(later.contains("10 recovery codes are left") && !later.contains(codes[0]), "shown once: {later}");
    // The door asks for it, and keeps what was typed but for the password.
    let at_door = [("email", "kim@shop.example"), ("password", PASSWORD), ("next", "/me")];
    let asked = house.form("", "/sign-in", &at_door).await;
    assert!(asked.status == StatusCode::OK && asked.text().contains("name=\"code\""), "{}", asked.text());
    let with = |code: &'static str| [&at_door[..], &[("code", code)]].concat();
    let refused = house.form("", "/sign-in", &with("000000")).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    for page in [asked.text(), refused.text()] {
        assert!(page.contains("value=\"kim@shop.example\"") && !page.contains(PASSWORD), "{page}");
    }
    let recovery: &'static str = codes[0].to_owned().leak();
    let entered = house.form("", "/sign-in", &with(recovery)).await;
    assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/me"), "{}", entered.text());
    assert_eq!(house.form("", "/sign-in", &with(recovery)).await.status, StatusCode::UNAUTHORIZED, "good once");
    let renewed = send("renew", PASSWORD, codes[1]).await;
    let fresh = between(&renewed, "<code class=\"secret\">", "<").to_owned();
    assert!(send("off", PASSWORD, codes[2]).await.contains("Password or code is not right"), "the old ones are void");
    assert!(send("off", PASSWORD, &fresh).await.contains("password alone lets you in"));
}

#[tokio::test]
async fn a_new_password_is_refused_for_what_is_wrong_with_it() {
    let house = House::with_accounts().await;
    let cookie = member(&house, "kim@shop.example", "").await;
    let token = csrf(&house.page(&cookie, "/me").await.text());
    let long = "x".repeat(300);
    for (new, said) in [
        ("short", "at least 10 characters"),
        (long.as_str(), "at most 128"),
        ("abcdefghijkl", "row"),
        ("password1234", "Many people use"),
    ] {
        let fields = [("csrf", token.as_str()), ("act", "password"), ("old", PASSWORD), ("new", new)];
        let answer = house.form(&cookie, "/me", &fields).await.text();
        assert!(answer.contains(said), "{new}: {answer}");
    }
}

#[tokio::test]
async fn a_member_moves_to_another_address_and_the_old_one_can_undo_it() {
    let house = House::with_accounts().await;
    let here = member(&house, "kim@shop.example", "").await;
    let form = house.page(&here, "/me/address").await.text();
    let token = csrf(&form);
    assert!(!form.contains("name=\"code\""), "no code is asked of who has none");
    let ask = async |mail: &str, password: &str| {
        let fields = [("csrf", token.as_str()), ("email", mail), ("password", password)];
        house.form(&here, "/me/address", &fields).await.text()
    };
    let wrong = ask("new@shop.example", "wrong wrong wrong").await;
    assert!(wrong.contains("not right") && wrong.contains("value=\"new@shop.example\""), "{wrong}");
    assert!(ask("nothing", PASSWORD).await.contains("cannot be right"));
    // Whoever has an account already is no news to whoever asks.
    member(&house, "lee@shop.example", "").await;
    let as_known = ask("lee@shop.example", PASSWORD).await;
    assert!(house.page(&here, "/me").await.text().contains("lee@shop.example"), "it is held as any other would be");
    assert_eq!(ask("new@shop.example", PASSWORD).await, as_known);
    let links = house.post().await;
    let link = links.iter().find(|link| link.starts_with("/me/address/")).expect("a letter");
    assert!(house.page("", link).await.text().contains("<form"), "looking confirms nothing");
    assert!(house.form(&here, link, &[]).await.text().contains("your address from now on"));
    assert_eq!(house.page(&here, "/me").await.status, StatusCode::OK, "whoever confirms here stays");
    assert!(house.form(&here, link, &[]).await.text().contains("used already"));
    let links = house.post().await;
    let undo = links.iter().find(|link| link.starts_with("/me/address/undo/")).expect("a letter to the old address");
    assert!(house.form("", undo, &[]).await.text().contains("yours again"));
    assert_eq!(house.page(&here, "/me").await.status, StatusCode::SEE_OTHER, "everybody is signed out");
}

#[tokio::test]
async fn clause_9_a_guardian_consents_takes_back_sees_who_looked_and_takes_a_copy() {
    let house = House::with_accounts().await;
    let link = guardian_of_a_child(&house).await;
    let page = house.page("", &link).await.text();
    for (value, said) in [("", "Something is missing: mobile number"), ("nothing", "cannot be right: mobile number")] {
        let correct = [("act", "correct"), ("item", "mobile"), ("value", value)];
        let answer = house.form("", &link, &correct).await.text();
        assert!(between(&answer, "role=\"alert\"", "</p>").contains(said), "{value}: {answer}");
    }
    for section in ["consents", "agreed", "dormancy", "looks", "copy"] {
        assert!(page.contains(&format!("id=\"{section}\"")), "{section}: {page}");
    }
    assert!(page.contains("the service, membership (contract)") && page.contains("010-1234-5678"), "{page}");
    let offered = between(&page, "id=\"dormancy\"", "</section>");
    let period = between(offered.rsplit_once("<option").expect("a choice").1, "value=\"", "\"").to_owned();
    let chosen = house.form("", &link, &[("act", "dormancy"), ("period", &period)]).await.text();
    assert!(chosen.contains(&format!("value=\"{period}\" selected")), "{chosen}");
    let never = house.form("", &link, &[("act", "dormancy"), ("period", "99 years")]).await.text();
    assert!(never.contains("role=\"alert\"") && never.contains(&format!("value=\"{period}\" selected")), "{never}");
    let agreed = house.form("", &link, &[("act", "consent"), ("purpose", "marketing")]).await.text();
    assert!(between(&agreed, "id=\"agreed\"", "</section>").contains("marketing"), "{agreed}");
    let back = house.form("", &link, &[("act", "take-back"), ("purpose", "marketing")]).await.text();
    assert!(back.contains("taken back"), "{back}");
    let again = house.form("", &link, &[("act", "consent"), ("purpose", "marketing")]).await.text();
    let history = between(&again, "id=\"agreed\"", "</section>");
    assert_eq!((history.matches("marketing").count(), history.matches("taken back").count()), (3, 1), "{history}");
    assert!(history.contains("Terms of use"), "{history}");
    assert!(house.form("", &link, &[("act", "export")]).await.text().contains("being made"));
    assert_eq!(house.privacy().make_exports().await.expect("made"), 1);
    let copy = house.page("", &format!("{link}/export/my-data.html")).await;
    assert!(copy.text().contains("김하나") && copy.text().contains("박보호"), "{}", copy.text());
    let other = house.page("", "/guardian/vml_x/export/my-data.json").await;
    assert_eq!(other.status, StatusCode::GONE);
    house.form("", &link, &[("act", "end"), ("sure", "yes")]).await;
    assert_eq!(house.page("", &format!("{link}/export/my-data.html")).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn clause_9_a_guardian_refuses_by_a_button() {
    let house = House::with_accounts().await;
    let named = [("guardian_name", "박보호"), ("guardian_contact", "guardian@home.example")];
    house.form("", "/join/child", &named).await;
    let link = house.post().await.pop().expect("a letter");
    assert!(house.page("", &link).await.text().contains("value=\"refuse\" formnovalidate>Refuse</button>"));
    let refused = house.form("", &link, &[("act", "refuse")]).await.text();
    assert!(refused.contains("You have refused") && !refused.contains("<form action=\"/guardian"), "{refused}");
    assert!(house.page("", &link).await.text().contains("used already"));
}

#[tokio::test]
async fn a_child_who_was_invited_joins_whoever_invited_them() {
    let house = House::with_accounts().await;
    let owner = member(&house, "kim@shop.example", "").await;
    let token = csrf(&house.page(&owner, "/team").await.text());
    let invite = [("csrf", token.as_str()), ("email", "child@home.example"), ("role", "viewer")];
    house.form(&owner, "/team", &invite).await;
    let first = house.post().await.pop().expect("an invitation");
    let invitation = first.strip_prefix("/join?invitation=").expect("who has no account signs up");
    let start = house.page("", &first).await.text();
    let child = format!("/join/child?invitation={invitation}");
    assert!(start.contains(&format!("href=\"{child}\"")), "{start}");
    let form = house.page("", &child).await.text();
    assert!(form.contains(&format!("name=\"invitation\" value=\"{invitation}\"")), "{form}");
    let named =
        [("guardian_name", "박보호"), ("guardian_contact", "guardian@home.example"), ("invitation", invitation)];
    house.form("", "/join/child", &named).await;
    let mut consent: Vec<(&str, &str)> = JOIN.into_iter().filter(|(name, _)| *name != "password").collect();
    consent.extend([("email", "child@home.example"), ("day_of_14", "2031-05-05")]);
    house.form("", &house.post().await.pop().expect("the guardian's letter"), &consent).await;
    house.form("", &house.post().await.pop().expect("the child's letter"), &[]).await;
    let team = house.page(&owner, "/team").await.text();
    assert!(team.contains("child@home.example"), "{team}");
}

#[tokio::test]
async fn mail_that_came_back_is_the_first_that_a_member_reads() {
    let house = House::with_accounts().await;
    member(&house, "kim@shop.example", "").await;
    let person = house.privacy().vault().find(&vestry_app::Personal::new("kim@shop.example".to_owned())).await;
    let person = person.expect("asked").expect("a member");
    let safari = "Mozilla/5.0 (iPhone) Safari/605";
    let sign_in = async || {
        let request = Request::post("/sign-in")
            .header(header::USER_AGENT, safari)
            .header(header::ACCEPT_LANGUAGE, "en")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(axum::body::Body::from(format!(
                "email=kim%40shop.example&password={}",
                super::harness::encoded(PASSWORD)
            )));
        house.send(request.expect("a request")).await
    };
    assert_eq!(sign_in().await.header("location"), "/catalogue");
    let before = house.raw_letters();
    house.post().await;
    let letter = house.raw_letters().into_iter().find(|letter| !before.contains(letter)).expect("a new device is told");
    let id = letter.lines().find(|line| line.to_ascii_lowercase().starts_with("message-id:")).expect("an id");
    let notice = format!(
        "Content-Type: multipart/report; boundary=\"b\"\n\n--b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx\n\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\n{id}\n\n--b--\n"
    );
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("1"), notice).expect("written");
    let mut config = house.app.config().mail.clone();
    config.returns = folder.path().into();
    let office = vestry_app::PostOffice::of(&config, folder.path()).expect("a folder");
    assert_eq!(house.privacy().take_returns(&office).await.expect("read"), 1);
    assert!(!folder.path().join("1").exists(), "it holds an address, and is removed");
    assert!(house.privacy().returned_mail(person).await.expect("asked").is_some());
    let entered = sign_in().await;
    assert_eq!(entered.header("location"), "/me");
    let page = house.page(&cookie(&entered), "/me").await.text();
    assert!(page.contains("Mail to you came back") && page.contains("href=\"/me/address\""), "{page}");
}

#[tokio::test]
async fn only_periods_of_the_policy_can_be_chosen() {
    let house = House::with_accounts().await;
    let cookie = member(&house, "kim@shop.example", "").await;
    let page = house.page(&cookie, "/me").await.text();
    let token = csrf(&page);
    for choice in &house.privacy().policy().dormancy.as_ref().expect("a rule").choices {
        assert!(page.contains(&format!("<option value=\"{choice}\"")), "{choice}");
    }
    for (period, taken) in [("2 years", true), ("100 years", false), ("soon", false), ("", true)] {
        let fields = [("csrf", token.as_str()), ("act", "dormancy"), ("period", period)];
        let status = house.form(&cookie, "/me", &fields).await.status;
        assert_eq!(status == StatusCode::SEE_OTHER, taken, "{period}: {status}");
    }
}

#[tokio::test]
async fn clause_7_ga_a_member_who_asks_without_end_waits_and_others_do_not() {
    let house = House::with_accounts().await;
    let (kim, lee) = (member(&house, "kim@shop.example", "").await, member(&house, "lee@shop.example", "").await);
    let mut refused = 0;
    for _ in 0..400 {
        let answer = house.page(&kim, "/search?words=dress").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(answer.header("retry-after"), "1");
            refused += 1;
            break;
        }
    }
    assert_eq!(refused, 1, "nobody searches so fast");
    assert_eq!(house.page(&lee, "/search?words=dress").await.status, StatusCode::OK, "others are heard");
    assert_eq!(house.page(&kim, "/me").await.status, StatusCode::OK, "and a page costs little");
    // Letters: as many in an hour as anybody needs.
    let token = csrf(&house.page(&kim, "/me").await.text());
    let copy = [("csrf", token.as_str()), ("act", "export")];
    let mut asked = 0;
    while house.form(&kim, "/me", &copy).await.status == StatusCode::SEE_OTHER {
        asked += 1;
        assert!(asked <= 20, "a limit");
    }
    assert_eq!(asked, 20);
}

#[tokio::test]
async fn clause_7_ga_one_network_that_tries_without_end_stops_no_other() {
    let house = House::behind_proxy().await;
    let from = async |network: &str| {
        let request = Request::post("/sign-in")
            .header("x-forwarded-for", network)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(axum::body::Body::from("key=vs_0000"));
        house.send(request.expect("a request")).await.status
    };
    let mut statuses = Vec::new();
    for at in 0..60 {
        // One household may take as many addresses of its half as it likes.
        statuses.push(from(&format!("2001:db8:0:1::{at:x}")).await);
    }
    assert!(statuses.contains(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    assert_eq!(from("2001:db8:0:2::1").await, StatusCode::UNAUTHORIZED, "a neighbour is heard");
    assert_eq!(from("192.0.2.1").await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn clause_1_ga_a_member_objects_to_improvement_once_and_for_good() {
    let house = House::with_accounts().await;
    let kim = member(&house, "kim@shop.example", "").await;
    let page = house.page(&kim, "/me").await.text();
    let object = [("csrf", csrf(&page)), ("act", "object".to_owned())];
    let object: Vec<(&str, &str)> = object.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert!(page.contains("value=\"object\""), "{page}");
    assert_eq!(house.form(&kim, "/me", &object).await.header("location"), "/me?done=objected");
    let page = house.page(&kim, "/me").await.text();
    assert!(!page.contains("value=\"object\"") && page.contains("make nothing better"), "{page}");
}

#[tokio::test]
async fn a_member_ends_a_session_of_their_own_and_nobody_elses() {
    let house = House::with_accounts().await;
    let here = member(&house, "kim@shop.example", "").await;
    let there = enter(&house, "kim@shop.example").await;
    let stranger = member(&house, "lee@shop.example", "").await;
    let strangers = enter(&house, "lee@shop.example").await;
    let other = async |cookie: &str| {
        let page = house.page(cookie, "/me").await.text();
        (csrf(&page), between(&page, "name=\"session\" value=\"", "\"").to_owned())
    };
    let ((token, own), (_, foreign)) = (other(&here).await, other(&stranger).await);
    let end = async |session: &str| {
        let fields = [("csrf", token.as_str()), ("act", "end-session"), ("session", session)];
        assert_eq!(house.form(&here, "/me", &fields).await.header("location"), "/me?done=session");
    };
    let is_in = async |cookie: &str| house.page(cookie, "/me").await.status == StatusCode::OK;
    for session in [foreign.as_str(), "", &own[..15]] {
        end(session).await;
    }
    for cookie in [&here, &there, &stranger, &strangers] {
        assert!(is_in(cookie).await, "nobody is signed out by what is not theirs, or names nothing");
    }
    end(&own).await;
    assert!(!is_in(&there).await && is_in(&here).await && is_in(&stranger).await && is_in(&strangers).await);
}

/// The hash of what stands beside a box, as it is shown.
fn hash_of_label(page: &str, name: &str) -> String {
    use sha2::Digest;
    let shown = between(page, &format!("name=\"{name}\" value=\"yes\""), "</label>");
    let label = between(shown, "<span>", " <span").replace("&#39;", "'").replace("&#34;", "\"").replace("&amp;", "&");
    vestry_model::hex(&sha2::Sha256::digest(label.trim().as_bytes()))
}

#[tokio::test]
async fn clause_2_na_the_hash_that_is_kept_is_of_the_very_words_beside_the_box() {
    let house = House::with_accounts().await;
    let label = hash_of_label(&house.page("", "/join?age=14").await.text(), "agree-marketing");
    let mut fields = JOIN.to_vec();
    fields.extend([("email", "kim@shop.example"), ("agree-marketing", "yes")]);
    house.form("", "/join", &fields).await;
    let link = house.post().await.pop().expect("a letter");
    house.form("", &link, &[]).await;
    let kim = enter(&house, "kim@shop.example").await;
    let token = csrf(&house.page(&kim, "/me").await.text());
    house.form(&kim, "/me", &[("csrf", &token), ("act", "export")]).await;
    house.privacy().make_exports().await.expect("made");
    let copy = house.page(&kim, "/me/export/my-data.json").await.text();
    assert!(copy.contains(&label), "{label} in {copy}");
    // The guardian's page says it in words of its own.
    let named = [("guardian_name", "박보호"), ("guardian_contact", "guardian@home.example")];
    house.form("", "/join/child", &named).await;
    let link = house.post().await.into_iter().find(|link| link.starts_with("/guardian/")).expect("a letter");
    let others = hash_of_label(&house.page("", &link).await.text(), "agree-marketing");
    assert_ne!(others, label);
    let mut consent: Vec<(&str, &str)> = JOIN.into_iter().filter(|(name, _)| *name != "password").collect();
    consent.extend([("email", "child@home.example"), ("day_of_14", "2031-05-05"), ("agree-marketing", "yes")]);
    house.form("", &link, &consent).await;
    house.form("", &house.post().await.pop().expect("the child's letter"), &[]).await;
    house.form("", &link, &[("act", "export")]).await;
    house.privacy().make_exports().await.expect("made");
    let copy = house.page("", &format!("{link}/export/my-data.json")).await.text();
    assert!(copy.contains(&others), "{others} in {copy}");
}

#[tokio::test]
async fn bug_a_consent_kept_the_hash_of_a_text_in_a_language_that_was_not_shown() {
    let house = House::with_accounts().await;
    let cookie = member(&house, "kim@shop.example", "").await;
    let person = house.privacy().vault().find(&Personal::new("kim@shop.example".into())).await.expect("asked");
    let person = person.expect("a member");
    // The browser reads English, the page was asked for in Korean.
    let page = house.page(&cookie, "/me?lang=ko").await.text();
    let section = between(&page, "id=\"consents\"", "</section>");
    let forms = section.split("<form").filter(|form| form.contains("value=\"marketing\""));
    let form = forms.last().expect("a form");
    let (action, text) = (between(form, "action=\"", "\""), between(form, "<p>", "<"));
    assert!(text.contains("마케팅") || text.contains("광고"), "{text}");
    let sent =
        house.form(&cookie, action, &[("csrf", &csrf(&page)), ("act", "consent"), ("purpose", "marketing")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let records = house.privacy().own_records(person).await.expect("held");
    let values = records.iter().flat_map(|one| one.record.items.iter().map(|held| held.value.open(&one.opening)));
    let digest = vestry_model::hex(&Sha256::digest(text));
    assert!(values.clone().any(|value| value.contains(&digest)), "{:?}", values.collect::<Vec<_>>());

    // So with every form that is shown by itself.
    for path in ["/join?age=14&lang=ko", "/sign-in?lang=ko", "/password?lang=ko"] {
        let form = house.page("", path).await.text();
        assert!(form.contains("lang=ko\" method=\"post\""), "{path}: {form}");
    }
}
