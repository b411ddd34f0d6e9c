//! Accounts over HTTP: forms as a browser without JavaScript sends them, and who reaches which route.

use super::harness::{Answer, House, pass, with_metrics};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use jiff::Timestamp;
use vestry_app::{
    Config, HoldSubject, Language, NewRecord, NewStaff, Opening, PersonId, Personal, Reader, Role, SweepRequest,
};
use vestry_policy::{Event, Policy};
use vestry_server::{Need, route_table};

pub(crate) const PASSWORD: &str = "seven tailors under one lamp";

/// The form of a sign-up, with what is required.
pub(crate) const JOIN: [(&str, &str); 10] = [
    ("name", "김하나"),
    ("mobile", "010-1234-5678"),
    ("company_phone", "02-123-4567"),
    ("company", "한빛상점"),
    ("title", "과장"),
    ("password", PASSWORD),
    ("terms", "yes"),
    ("agree-service", "yes"),
    ("agree-membership", "yes"),
    ("invitation", ""),
];

pub(crate) fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap_or("").to_owned()
}

/// Signs up, confirms by the mailed link, signs in; the session's cookie.
pub(crate) async fn member(house: &House, mail: &str, invitation: &str) -> String {
    let mut fields = JOIN.to_vec();
    fields.extend([("email", mail), ("invitation", invitation)]);
    let answer = house.form("", "/join", &fields).await;
    assert!(answer.text().contains("Look into your mail"), "{}", answer.text());
    let link = house.post().await.pop().expect("a letter");
    assert!(link.starts_with("/join/confirm/"), "{link}");
    assert!(house.page("", &link).await.text().contains("<form"), "looking at the link confirms nothing");
    let answer = house.form("", &link, &[]).await;
    assert!(answer.text().contains("Your account is there"), "{}", answer.text());
    enter(house, mail).await
}

pub(crate) async fn enter(house: &House, mail: &str) -> String {
    let answer = house.form("", "/sign-in", &[("email", mail), ("password", PASSWORD), ("next", "/me")]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/me"), "{}", answer.text());
    let set = answer.header("set-cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
    cookie(&answer)
}

/// What the forms of a page carry.
pub(crate) fn csrf(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").expect("a form with a token");
    rest.split('"').next().unwrap_or("").to_owned()
}

/// Somebody of the staff who has just enrolled; their cookie.
pub(crate) async fn staff(house: &House, role: Role) -> String {
    staff_named(house, role.as_str(), role).await
}

/// The same under a name of their own.
pub(crate) async fn staff_named(house: &House, name: &str, role: Role) -> String {
    let new = NewStaff {
        mail: Personal::new(format!("{name}@operator.example")),
        name: Personal::new("이두리".to_owned()),
        role,
        language: Language::Korean,
    };
    let (_, token) = house.privacy().add_staff(&new).await.expect("added");
    let path = format!("/office/enrol/{}", token.as_str());
    let page = house.page("", &path).await.text();
    let secret = page.split("class=\"secret\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a secret");
    let code = code(house, secret);
    let answer = house.form("", &path, &[("password", PASSWORD), ("code", &code)]).await;
    assert!(answer.text().contains("Recovery codes"), "{}", answer.text());
    cookie(&answer)
}

/// What an app with this secret shows now.
pub(crate) fn code(house: &House, secret: &str) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let values = secret.chars().filter_map(|c| alphabet.find(c));
    let bits: Vec<u8> = values.flat_map(|value| (0..5).rev().map(move |bit| (value >> bit & 1) as u8)).collect();
    let bytes: Vec<u8> = bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |all, bit| all << 1 | bit)).collect();
    let secret = vestry_credentials::TotpSecret::from_bytes(bytes.try_into().expect("20 bytes"));
    secret.code(house.privacy().now()).expect("a code").to_string()
}

#[tokio::test]
async fn clause_5_a_member_sees_corrects_takes_along_and_leaves() {
    let house = House::with_accounts().await;
    let cookie = member(&house, "kim@shop.example", "").await;
    let page = house.page(&cookie, "/me").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    assert!(text.contains("김하나") && text.contains("items about you"), "{text}");
    assert!(!text.contains("argon2"), "a hash is masked");
    // What is masked in the office is open to its owner, and may be corrected as it stands.
    assert!(text.contains("name=\"value\" value=\"010-1234-5678\""), "{text}");
    assert!(!text.contains("value=\"••••\""), "{text}");
    assert!(text.contains("the service, membership (contract)"), "why each is held: {text}");
    let csrf = csrf(&text);
    let correct = [("csrf", csrf.as_str()), ("act", "correct"), ("item", "name"), ("value", "김두리")];
    let answer = house.form(&cookie, "/me", &correct).await;
    assert_eq!(answer.header("location"), "/me?done=corrected", "{}", answer.text());
    let copy = [("csrf", csrf.as_str()), ("act", "export")];
    assert_eq!(house.form(&cookie, "/me", &copy).await.header("location"), "/me?done=copy");
    assert!(house.page(&cookie, "/me").await.text().contains("waits to be made"));
    let early = house.page(&cookie, "/me/export/my-data.json").await;
    assert_eq!(early.status, StatusCode::NOT_FOUND, "{}", early.text());
    assert_eq!(house.privacy().make_exports().await.expect("made"), 1);
    let read = house.page(&cookie, "/me/export/my-data.html").await;
    assert!(read.header("content-disposition").starts_with("attachment"), "{}", read.text());
    assert!(read.text().contains("김두리") && !read.text().contains("<script"), "{}", read.text());
    assert!(read.text().contains("the service, membership (contract)"), "{}", read.text());
    let export = house.page(&cookie, "/me/export/my-data.json").await;
    let copy: serde_json::Value = serde_json::from_str(&export.text()).expect("JSON");
    let items = copy["records"].as_array().into_iter().flatten().flat_map(|record| record["items"].as_array());
    for item in items.flatten() {
        let count = |of: &str| item[of].as_array().map_or(0, Vec::len);
        assert!(count("basis") > 0 && count("basis") == count("purposes"), "{item}");
    }
    assert!(!export.text().contains("argon2"), "a hash proves who somebody is, and says nothing about them");
    assert!(export.header("content-disposition").starts_with("attachment"));
    assert!(export.text().contains("김두리") && !export.text().contains("김하나"), "{}", export.text());
    let wrong = [("csrf", csrf.as_str()), ("password", "wrong wrong wrong")];
    assert!(house.form(&cookie, "/me/leave", &wrong).await.text().contains("not your password"));
    let leave = [("csrf", csrf.as_str()), ("password", PASSWORD)];
    let left = house.form(&cookie, "/me/leave", &leave).await;
    assert!(left.text().contains("You have left") && left.text().contains("Destroyed"), "{}", left.text());
    assert_eq!(house.page(&cookie, "/me").await.status, StatusCode::SEE_OTHER, "the session is over");
    assert_eq!(
        house.page(&cookie, "/me/export/my-data.json").await.status,
        StatusCode::SEE_OTHER,
        "and the copy with it"
    );
}

/// A member's payment of now.
fn payment(policy: &Policy, now: Timestamp) -> NewRecord {
    let issuer = (policy.item_named("card_issuer").expect("an item"), Personal::new("한빛카드".to_owned()));
    let class = policy.class_named("payment").expect("a class");
    NewRecord { class, events: vec![(Event::Made, now), (Event::Payment, now)], items: vec![issuer] }
}

/// The lines of the pages of one's own data that have `text` in them.
fn lines<'p>(page: &'p str, text: &str) -> Vec<&'p str> {
    let lines = page.split("<tr>").skip(1).filter_map(|rest| Some(rest.split_once("</tr>")?.0));
    lines.filter(|line| line.contains(text)).collect()
}

/// A member who paid something; their cookie and who they are.
async fn payer(house: &House) -> (String, PersonId) {
    let cookie = member(house, "kim@shop.example", "").await;
    let (privacy, token) = (house.privacy(), cookie.split_once('=').expect("a cookie").1);
    let person = privacy.visitor(token).await.expect("asked").expect("signed in").person;
    let (policy, now) = (privacy.policy(), privacy.now());
    privacy.vault().add_record(policy, person, &payment(policy, now)).await.expect("kept");
    (cookie, person)
}

/// That each line of a page of one's own data with such a cell names the day.
#[track_caller]
fn assert_goes(page: &str, rows: &[(&str, &str)]) {
    for (text, day) in rows {
        let found = lines(page, &format!(">{text}<"));
        assert!(!found.is_empty() && found.iter().all(|line| line.contains(day)), "{text}, {day}: {found:#?}");
    }
}

#[tokio::test]
async fn clause_4_my_data_names_the_day_on_which_each_item_goes() {
    let house = House::with_accounts().await;
    let (cookie, person) = payer(&house).await;
    let page = house.page(&cookie, "/me").await.text();
    // What a login leaves is kept for three months from the next day on, a payment and who paid for five years.
    let days = [
        ("한빛카드", "until 2031-11-18"),
        ("company and department", "until 2031-11-18"),
        ("mobile number", "until 2027-11-18"),
        ("visit records", "until 2027-02-18"),
        ("app settings", "when you leave"),
    ];
    assert_goes(&page, &days);
    assert!(page.contains("The last until 2031-11-18"), "{page}");
    let stays = [
        ("card issuer", "to prove payment and supply", "until 2031-11-18"),
        ("mobile number", "to avoid confusion", "until 2027-11-18"),
    ];
    let assert_stays = |page: &str| {
        for (item, why, until) in stays {
            let line = lines(page, item).pop().expect("it stays");
            assert!(line.contains(why) && line.contains(until), "{item}: {line}");
        }
    };
    assert_stays(&house.page(&cookie, "/me/leave").await.text());
    let privacy = house.privacy();
    privacy.ask_export(person, Reader::Themselves(person)).await.expect("asked");
    privacy.make_exports().await.expect("made");
    let copy = house.page(&cookie, "/me/export/my-data.json").await.json();
    let visits = copy["records"].as_array().into_iter().flatten().filter(|record| record["class"] == "visit");
    let ends: Vec<_> = visits.map(|visit| (visit["last_day"].as_str(), visit["because"].as_str())).collect();
    assert_eq!(ends, [(Some("2027-02-18"), Some("visit"))]);
    let readable = house.page(&cookie, "/me/export/my-data.html").await.text();
    assert!(readable.contains("IP address") && readable.contains("until 2027-02-18"), "{readable}");
    let token = csrf(&page);
    let left = house.form(&cookie, "/me/leave", &[("csrf", &token), ("password", PASSWORD)]).await.text();
    assert!(left.contains("You have left"), "{left}");
    assert_stays(&left);
}

#[tokio::test]
async fn what_a_hold_stops_is_said_to_stay_until_its_case_is_closed() {
    let house = House::with_accounts().await;
    let (cookie, person) = payer(&house).await;
    let privacy = house.privacy();
    let (held, reason) = (HoldSubject::Person(person), "court-1".parse().expect("a reason"));
    privacy.vault().hold(held, &reason, privacy.now()).await.expect("held");
    let page = house.page(&cookie, "/me").await.text();
    let closed = "until the case is closed";
    assert_goes(&page, &[("한빛카드", closed), ("visit records", closed), ("app settings", closed)]);
    assert!(page.contains("to answer for it.") && !page.contains("The last until"), "{page}");
    let token = csrf(&page);
    let leave = [("csrf", token.as_str()), ("password", PASSWORD)];
    for page in [house.page(&cookie, "/me/leave").await, house.form(&cookie, "/me/leave", &leave).await] {
        let page = page.text();
        let line = lines(&page, "mobile number").pop().expect("it stays");
        assert!(line.contains(">held<") && line.contains(closed), "{line}");
    }
}

#[tokio::test]
async fn what_a_form_gets_wrong_is_said_beside_what_was_typed() {
    let house = House::with_accounts().await;
    let with = |changed: (&'static str, &'static str)| {
        let mut fields: Vec<(&str, &str)> = JOIN.into_iter().filter(|(name, _)| *name != changed.0).collect();
        fields.extend([("email", "kim@shop.example"), changed]);
        fields
    };
    for (changed, said) in [
        (("password", "short"), "at least 10 characters"),
        (("password", "password1234"), "Many people use"),
        (("mobile", "nothing"), "cannot be right: mobile number"),
        (("name", ""), "Something is missing: name"),
        (("terms", ""), "Something is missing"),
        (("agree-service", ""), "Something is missing"),
        (("agree-membership", ""), "Something is missing"),
    ] {
        let answer = house.form("", "/join", &with(changed)).await.text();
        assert!(answer.contains(said), "{changed:?}: {answer}");
        assert!(answer.contains("value=\"kim@shop.example\"") && !answer.contains("seven tailors"), "{changed:?}");
        // No box is ticked for anybody.
        assert!(!answer.contains("checked"), "{changed:?}");
    }
    assert!(house.post().await.is_empty(), "nobody was written to");
}

#[tokio::test]
async fn bug_a_consent_was_recorded_for_more_than_was_shown() {
    let house = House::with_accounts().await;
    let shown = house.page("", "/join?age=14").await.text();
    member(&house, "kim@shop.example", "").await;
    let privacy = house.privacy();
    let kim =
        privacy.vault().find(&Personal::new("kim@shop.example".to_owned())).await.expect("asked").expect("a member");
    let opening = || Opening::new("rights", Reader::Themselves(kim), None).expect("opens");
    let records = privacy.show_person(kim, &opening(), None).await.expect("shown");
    let (policy, opening) = (privacy.policy(), opening());
    let held = records.iter().flat_map(|record| &record.items);
    let given = held.filter(|held| policy.item(held.item).id == "consent").map(|held| held.value.open(&opening));
    let mut purposes = 0;
    for given in given.map(|text| serde_json::from_str::<serde_json::Value>(text).expect("JSON")) {
        let Some(purpose) = given["purpose"].as_str().and_then(|purpose| policy.purpose_named(purpose)) else {
            continue;
        };
        let named = &policy.purpose(purpose).says.en;
        let (_, text) = shown.split_once(&format!("{named} (")).unwrap_or_else(|| panic!("no {named:?}: {shown}"));
        let text = text.split_once('<').map_or(text, |(text, _)| text);
        for item in given["items"].as_array().expect("items").iter().filter_map(|item| item.as_str()) {
            let item = policy.item_named(item).expect("listed");
            assert!(text.contains(&policy.item(item).name.en), "{}: {text}", policy.item(item).id);
        }
        purposes += 1;
    }
    assert_eq!(purposes, 2, "service and membership");
}

#[tokio::test]
async fn a_birthday_in_place_of_the_day_of_turning_fourteen_is_told_apart() {
    let house = House::with_accounts().await;
    let named = [("guardian_name", "박보호"), ("guardian_contact", "guardian@home.example")];
    house.form("", "/join/child", &named).await;
    let link = house.post().await.pop().expect("a letter");
    let consent = JOIN.into_iter().chain([("email", "child@home.example"), ("day_of_14", "2012-05-05")]);
    let mut consent: Vec<(&str, &str)> = consent.collect();
    let refused = house.form("", &link, &consent).await.text();
    assert!(refused.contains("is a day to come") && !refused.contains("cannot be right"), "{refused}");
    consent.last_mut().expect("the day").1 = "";
    let empty = house.form("", &link, &consent).await.text();
    assert!(empty.contains("Something is missing") && !empty.contains("is a day to come"), "{empty}");
}

#[tokio::test]
async fn the_company_that_somebody_types_is_readable_nowhere_until_an_owner_names_the_shop() {
    let house = House::with_accounts().await;
    let with = |company: &'static str| {
        let others = JOIN.into_iter().filter(|(name, _)| *name != "company");
        others.chain([("email", "kim@shop.example"), ("company", company)]).collect::<Vec<_>>()
    };
    house.form("", "/join", &with("Canarycompany 1")).await;
    house.form("", &house.post().await.pop().expect("a letter"), &[]).await;
    let named = [("guardian_name", "박보호"), ("guardian_contact", "guardian@home.example")];
    house.form("", "/join/child", &named).await;
    let mut consent = with("Canarycompany 2");
    consent.extend([("email", "child@home.example"), ("day_of_14", "2031-05-05")]);
    let consented = house.form("", &house.post().await.pop().expect("a letter"), &consent).await;
    assert!(consented.text().contains("You have consented"), "{}", consented.text());
    let kim = enter(&house, "kim@shop.example").await;
    assert!(house.page(&kim, "/me").await.text().contains("Canarycompany 1"), "its owner reads it");
    assert_eq!(house.files_with("canarycompany"), Vec::<std::path::PathBuf>::new());
    let token = csrf(&house.page(&kim, "/team").await.text());
    let name = async |shop: &str| {
        let fields = [("csrf", token.as_str()), ("act", "name"), ("shop", shop)];
        house.form(&kim, "/team", &fields).await.text()
    };
    for unusable in [" ", &"x".repeat(81)] {
        assert!(name(unusable).await.contains("cannot be right: Name of the shop"), "{unusable}");
    }
    assert!(name("Canaryshop").await.contains("The shop has this name"));
    assert!(house.page(&kim, "/catalogue").await.text().contains("Canaryshop"));
    assert!(!house.files_with("canaryshop").is_empty(), "a shop's name is no secret, and would be seen");
}

#[tokio::test]
async fn clause_7_na_staff_reach_what_their_role_reaches_and_no_catalogue() {
    let house = House::with_accounts().await;
    for role in [Role::Officer, Role::Operator, Role::Auditor] {
        let cookie = staff(&house, role).await;
        for line in route_table().iter().filter(|line| line.method == Method::GET && !line.path.contains('{')) {
            let answer = house.page(&cookie, line.path).await;
            let may = match line.need {
                Need::Nothing | Need::Anybody | Need::Staff => true,
                Need::Officer => role == Role::Officer,
                Need::Operator | Need::Metrics => role == Role::Operator,
                _ => false,
            };
            let what = format!("{} as {role:?}: {}", line.path, answer.status);
            assert_eq!(answer.status != StatusCode::FORBIDDEN, may, "{what}");
            assert!(!answer.status.is_server_error(), "{what}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn what_is_wrong_about_new_staff_is_named() {
    let house = House::with_accounts().await;
    let operator = staff(&house, Role::Operator).await;
    let token = csrf(&house.page(&operator, "/office/staff").await.text());
    for (name, mail, said) in [
        (" ", "park@operator.example", "cannot be right: staff&#39;s name"),
        ("박세리", "nothing", "cannot be right: staff&#39;s e-mail address"),
    ] {
        let fields = [("csrf", token.as_str()), ("act", "add"), ("email", mail), ("name", name), ("role", "officer")];
        let page = house.form(&operator, "/office/staff", &fields).await.text();
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[tokio::test]
async fn an_officer_opens_a_person_for_a_reason_and_the_person_sees_it() {
    let house = House::with_accounts().await;
    let member = member(&house, "kim@shop.example", "").await;
    let officer = staff(&house, Role::Officer).await;
    let token = csrf(&house.page(&officer, "/office/people").await.text());
    let find = |reason: &'static str, act: &'static str| {
        vec![
            ("csrf", token.clone()),
            ("who", "kim@shop.example".to_owned()),
            ("purpose", "rights".into()),
            ("reason", reason.into()),
            ("act", act.into()),
        ]
    };
    let send = async |fields: Vec<(&'static str, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        house.form(&officer, "/office/people", &fields).await.text()
    };
    assert!(send(find("", "")).await.contains("A reason is a code"));
    let shown = send(find("request-7", "")).await;
    assert!(!shown.contains("김하나") && !shown.contains("010-1234-5678"), "masked until it is asked for: {shown}");
    assert!(shown.contains("김••••") && shown.contains("k••••@shop.example") && shown.contains("••••5678"), "{shown}");
    let mut open = find("request-7", "");
    open.push(("unmask", "yes".into()));
    let open = send(open).await;
    assert!(open.contains("010-1234-5678") && open.contains("김하나"), "{open}");
    assert!(house.page(&member, "/me").await.text().contains("request-7"), "who looked, and why");
    // A hold is on the board; without the id written once more nobody is erased.
    assert!(send(find("court-1", "hold")).await.contains("Held."));
    assert!(house.page(&officer, "/office").await.text().contains("court-1"));
    assert!(send(find("request-7", "erase")).await.contains("write the id"));
    assert_eq!(house.page(&member, "/me").await.status, StatusCode::OK, "still a member");
    assert!(send(find("court-1", "release")).await.contains("Proposed."), "it takes two");
}

#[tokio::test]
async fn a_sweep_shows_its_plan_and_waits_for_its_day_to_be_written() {
    let house = House::with_accounts().await;
    let officer = staff(&house, Role::Officer).await;
    let page = house.page(&officer, "/office/sweep").await.text();
    let token = csrf(&page);
    let day = house.privacy().policy().local(house.privacy().now()).date().to_string();
    let without = house.form(&officer, "/office/sweep", &[("csrf", &token), ("day", "yes")]).await;
    assert!(without.text().contains(&format!("write {day}")), "{}", without.text());
    let done = house.form(&officer, "/office/sweep", &[("csrf", &token), ("day", &day)]).await;
    let certificate = done.header("location").to_owned();
    assert!(certificate.starts_with("/office/certificates/"), "{}", done.text());
    let page = house.page(&officer, &certificate).await.text();
    assert!(page.contains("Certificate of destruction") && page.contains("Carried out"), "{page}");
    assert!(!page.contains("<style"), "the console's pages bring no style of their own");
    let request = Request::get(&certificate).header(header::COOKIE, &officer).header(header::ACCEPT_LANGUAGE, "ko");
    let korean = house.send(request.body(Body::empty()).expect("a request")).await.text();
    for (ours, theirs) in [
        ("파기 증명서", "Certificate of"),
        ("명, 기록", "persons,"),
        ("데이터 열쇠", "the data key"),
        ("확정", "final"),
    ] {
        assert!(korean.contains(ours) && !korean.contains(theirs), "{ours}: {korean}");
        assert!(!page.contains(ours), "{ours}: {page}");
    }
    assert!(page.contains(&format!(">{day} ")) && !page.contains("Z</td>"), "an instant as on other pages: {page}");
    let file = house.page(&officer, &format!("{certificate}/file")).await;
    assert!(file.header("content-disposition").starts_with("attachment") && file.text().contains("<style"));
}

#[tokio::test]
async fn bug_a_key_opened_the_console_again_once_the_last_owner_had_left() {
    let house = House::with_accounts().await;
    let kim = member(&house, "kim@shop.example", "").await;
    let token = csrf(&house.page(&kim, "/keys").await.text());
    let made = house.form(&kim, "/keys", &[("csrf", &token), ("kind", "secret"), ("name", "feed")]).await.text();
    let secret = made.split("vs_").nth(1).map(|rest| rest.chars().take_while(char::is_ascii_hexdigit)).expect("a key");
    let secret = format!("vs_{}", secret.collect::<String>());
    let door = async || house.form("", "/sign-in", &[("key", &secret)]).await.status;
    assert_eq!(door().await, StatusCode::FORBIDDEN, "an owner has an account");
    let token = csrf(&house.page(&kim, "/me/leave").await.text());
    let left = house.form(&kim, "/me/leave", &[("csrf", &token), ("password", PASSWORD)]).await;
    assert!(left.text().contains("You have left"), "{}", left.text());
    assert_eq!(door().await, StatusCode::FORBIDDEN, "their key is no owner");
}

#[tokio::test]
async fn one_organisation_sees_nothing_of_another() {
    let house = House::with_accounts().await;
    let kim = member(&house, "kim@shop.example", "").await;
    let lee = member(&house, "lee@shop.example", "").await;
    let team = house.page(&kim, "/team").await.text();
    assert!(team.contains("kim@shop.example") && !team.contains("lee@shop.example"), "{team}");
    let id = house.page(&lee, "/team").await.text();
    let id = id.split("action=\"/team/").nth(1).and_then(|rest| rest.split('"').next()).expect("an id").to_owned();
    let token = csrf(&team);
    let stolen = [("csrf", token.as_str()), ("act", "remove")];
    let answer = house.form(&kim, &format!("/team/{id}"), &stolen).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text());
    // The twin: on one's own colleague the same form is heard.
    let own = team.split("action=\"/team/").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
    let answer = house.form(&kim, &format!("/team/{own}"), &stolen).await.text();
    assert!(answer.contains("Nobody else is an owner"), "{answer}");
}

#[tokio::test]
async fn a_colleague_who_was_removed_comes_back_by_an_invitation_and_nobody_else_by_it() {
    let house = House::with_accounts().await;
    let owner = member(&house, "kim@shop.example", "").await;
    let stranger = member(&house, "other@else.example", "").await;
    let token = csrf(&house.page(&owner, "/team").await.text());
    let invited = async || {
        let fields = [("csrf", token.as_str()), ("email", "lee@shop.example"), ("role", "editor")];
        house.form(&owner, "/team", &fields).await;
        house.post().await.pop().expect("a letter")
    };
    let first = invited().await;
    let invitation = first.strip_prefix("/join?invitation=").expect("who has no account signs up").to_owned();
    let adult = house.page("", &format!("/join?age=14&invitation={invitation}")).await.text();
    assert!(adult.contains(&format!("href=\"/team/join/{invitation}\"")), "{adult}");
    let colleague = member(&house, "lee@shop.example", &invitation).await;
    let team = house.page(&owner, "/team").await.text();
    let row = team.split("lee@shop.example").nth(1).expect("a row");
    let id = row.split("action=\"/team/").nth(1).and_then(|rest| rest.split('"').next()).expect("an id").to_owned();
    house.form(&owner, &format!("/team/{id}"), &[("csrf", &token), ("act", "remove")]).await;
    assert_eq!(house.page(&colleague, "/catalogue").await.status, StatusCode::SEE_OTHER, "signed out");
    let colleague = enter(&house, "lee@shop.example").await;
    assert_ne!(house.page(&colleague, "/catalogue").await.status, StatusCode::OK, "and without a role");
    let link = invited().await;
    assert!(link.starts_with("/team/join/"), "{link}");
    let door = house.page("", &link).await;
    assert_eq!((door.status, door.header("location").contains("/sign-in")), (StatusCode::SEE_OTHER, true));
    let take = async |cookie: &str| {
        let page = house.page(cookie, &link).await.text();
        house.form(cookie, &link, &[("csrf", &csrf(&page))]).await.text()
    };
    // Neither another organisation's member nor who works there already spends it.
    for cookie in [&stranger, &owner] {
        let refused = take(cookie).await;
        assert!(refused.contains("cannot take it up"), "{refused}");
    }
    assert_eq!(house.page(&owner, "/team").await.status, StatusCode::OK, "an owner stays one");
    let taken = take(&colleague).await;
    assert!(taken.contains("You work here from now on"), "{taken}");
    assert_eq!(house.page(&colleague, "/review").await.status, StatusCode::OK, "an editor again");
    assert!(take(&colleague).await.contains("used already"), "good once");
}

#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    let house = House::with_accounts().await;
    let cookie = member(&house, "kim@shop.example", "").await;
    for line in route_table().iter().filter(|line| line.method == Method::POST && line.need == Need::Member) {
        let request = Request::post(line.path)
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from("csrf=guess&act=correct&item=name&value=x"));
        let answer = house.send(request.expect("a request")).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::FORBIDDEN, "stale_form".into()), "{}", line.path);
    }
}

/// A child's account; the link of the guardian's page.
pub(crate) async fn guardian_of_a_child(house: &House) -> String {
    let named = [("guardian_name", "박보호"), ("guardian_contact", "guardian@home.example")];
    house.form("", "/join/child", &named).await;
    let link = house.post().await.pop().expect("a letter");
    let mut consent: Vec<(&str, &str)> = JOIN.into_iter().filter(|(name, _)| *name != "password").collect();
    consent.extend([("email", "child@home.example"), ("day_of_14", "2031-05-05")]);
    house.form("", &link, &consent).await;
    house.form("", &house.post().await.pop().expect("the child's letter"), &[]).await;
    link
}

#[tokio::test]
async fn clause_9_a_guardian_who_ends_the_account_while_a_sweep_runs_is_told_that_it_waits() {
    let house = House::with_accounts().await;
    let link = guardian_of_a_child(&house).await;
    let (privacy, end) = (house.privacy(), [("act", "end"), ("sure", "yes")]);
    let other = privacy.vault().begin_sweep(privacy.policy(), privacy.now()).await.expect("a turn");
    let ended = house.form("", &link, &end).await.text();
    drop(other);
    assert!(ended.contains("The account is over") && ended.contains("What stays, why and until when"), "{ended}");
    assert!(ended.contains("with the next sweep") && !ended.contains("of the audit log"), "{ended}");
    let address = ended.split('"').find(|part| part.starts_with("/certificates/")).expect("an address");
    let shows = async || house.page("", address).await.text();
    let waits = shows().await;
    assert!(waits.contains("with the next sweep") && !waits.contains("Signed head"), "{waits}");
    privacy.sweep(&SweepRequest::default(), |_| {}).await.expect("swept");
    let shown = shows().await;
    assert!(shown.contains("Signed head") && !shown.contains("Looked at"), "what it counts is others': {shown}");
    let (said, _) = address.rsplit_once('.').expect("a mark");
    for made_up in [format!("{said}.{}", "0".repeat(64)), "/certificates/1".into()] {
        assert!(house.page("", &made_up).await.text().contains("too old"), "{made_up}");
    }
}

#[tokio::test]
async fn clause_9_a_child_is_asked_nothing_and_the_guardian_answers_on_a_page_of_their_own() {
    let house = House::with_accounts().await;
    // Asked before anything else is how old somebody is.
    let first = house.page("", "/join").await.text();
    assert!(first.contains("younger than fourteen") && !first.contains("name=\"email\""), "{first}");
    let form = house.page("", "/join/child").await.text();
    let form = form.split_once("<main").and_then(|(_, rest)| rest.split_once("</main>")).expect("a page").0;
    let asked: Vec<&str> = form.split(" name=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(asked, ["guardian_name", "guardian_contact"], "nothing of the child");
    let named = [("guardian_name", "박보호"), ("guardian_contact", "guardian@home.example")];
    assert!(house.form("", "/join/child", &named).await.text().contains("Look into your mail"));
    let link = house.post().await.pop().expect("a letter");
    let mut consent: Vec<(&str, &str)> = JOIN.into_iter().filter(|(name, _)| *name != "password").collect();
    consent.extend([("email", "child@home.example"), ("day_of_14", "2031-05-05")]);
    let without: Vec<_> = consent.iter().copied().filter(|(name, _)| *name != "agree-service").collect();
    assert!(house.form("", &link, &without).await.text().contains("Something is missing"));
    assert!(house.form("", &link, &consent).await.text().contains("You have consented"));
    for waits in
        [house.page("", &link).await.text(), house.form("", &link, &[("act", "end"), ("sure", "yes")]).await.text()]
    {
        assert!(waits.contains("The child now confirms") && !waits.contains("김하나"), "{waits}");
    }
    let confirmed = house.form("", &house.post().await.pop().expect("the child's letter"), &[]).await.text();
    assert!(confirmed.contains("href=\"/password/"), "{confirmed}");
    let page = house.page("", &link).await.text();
    assert!(page.contains("The account of your child") && page.contains("김하나"), "{page}");
    let unsure = house.form("", &link, &[("act", "end")]).await.text();
    assert!(unsure.contains("tick the box first"), "{unsure}");
    let ended = house.form("", &link, &[("act", "end"), ("sure", "yes")]).await.text();
    assert!(ended.contains("The account is over") && ended.contains("of the audit log"), "{ended}");
    for told in [&page, &ended] {
        assert!(told.contains("What stays, why and until when") && told.contains("to avoid confusion"), "{told}");
    }
    assert!(house.page("", &link).await.text().contains("too old"), "the page ends with the account");
}

#[tokio::test]
async fn a_key_opens_the_console_until_its_organisation_has_an_owner() {
    let house = House::with_accounts().await;
    let (by_key, token) = house.sign_in().await;
    let invite = [("csrf", token.as_str()), ("email", "kim@shop.example"), ("role", "owner")];
    assert!(house.form(&by_key, "/team", &invite).await.text().contains("on its way"));
    assert_eq!(house.page(&by_key, "/catalogue").await.status, StatusCode::OK, "nobody came yet");
    let link = house.post().await.pop().expect("a letter");
    let kim = member(&house, "kim@shop.example", link.split("invitation=").nth(1).expect("an invitation")).await;
    assert_eq!(house.page(&kim, "/catalogue").await.status, StatusCode::OK);
    let late = house.form("", "/sign-in", &[("key", house.secret.as_str()), ("next", "/catalogue")]).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
    assert!(late.text().contains("sign in with yours") && late.text().contains("name=\"email\""), "{}", late.text());
    assert!(house.app.first_key().await.expect("asked").is_none());
    pass(6);
    assert_eq!(house.page(&by_key, "/catalogue").await.status, StatusCode::SEE_OTHER, "and its session is over");
    let api = Request::get("/api/v1/products").header(header::AUTHORIZATION, format!("Bearer {}", house.secret));
    assert_eq!(house.send(api.body(Body::empty()).expect("a request")).await.status, StatusCode::OK, "the API goes on");
}

#[tokio::test]
async fn clause_6_na_a_day_without_a_whole_sweep_is_overdue_whatever_was_certified_for_one_person() {
    let house = House::with_accounts_under(Config::default(), with_metrics()).await;
    let overdue = async |is_overdue: bool| {
        let metrics = house.metrics().await;
        assert_eq!(metrics.contains("vestry_sweep_overdue 1"), is_overdue, "{metrics}");
        let officer = staff_named(&house, &format!("officer{is_overdue}"), Role::Officer).await;
        let board = house.page(&officer, "/office").await.text();
        assert!(board.contains("No mail server is set up"), "where letters go is said: {board}");
        assert_eq!(board.contains("A day went by without a sweep"), is_overdue, "{board}");
    };
    overdue(false).await;
    for mail in ["kim@shop.example", "lee@shop.example"] {
        pass(86_400);
        member(&house, mail, "").await;
    }
    overdue(true).await;
}
