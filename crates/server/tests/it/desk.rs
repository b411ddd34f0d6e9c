//! The office's desk over HTTP: the life of a request by phone, of a complaint, of a ban that is contested; what takes two;
//! who was trained; and from where the office is reached.

use super::{
    accounts::{PASSWORD, csrf, enter, member, staff_named},
    harness::{Answer, House},
};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use vestry_app::{Config, Personal, Role};
use vestry_server::Options;

const KIM: &str = "kim@shop.example";

/// One of the staff at the desk.
struct Desk<'h> {
    house: &'h House,
    cookie: String,
    csrf: String,
}

impl<'h> Desk<'h> {
    async fn of(house: &'h House, name: &str) -> Self {
        let cookie = staff_named(house, name, Role::Officer).await;
        let csrf = csrf(&house.page(&cookie, "/office/desk").await.text());
        Self { house, cookie, csrf }
    }

    async fn page(&self, path: &str) -> String {
        self.house.page(&self.cookie, path).await.text()
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend(fields);
        self.house.form(&self.cookie, path, &all).await
    }

    /// Takes a case in; its address.
    async fn take(&self, fields: &[(&str, &str)]) -> String {
        let answer = self.post("/office/desk", fields).await;
        let at = answer.header("location").to_owned();
        assert!(at.starts_with("/office/desk/"), "{}", answer.text());
        at
    }

    /// Does something that leads on; where to.
    async fn done(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.post(path, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{fields:?}: {}", answer.text());
        answer.header("location").to_owned()
    }
}

/// That a letter went out which says all of `parts`.
async fn assert_told(house: &House, parts: &[&str]) {
    let letters = house.letters().await;
    assert!(letters.iter().any(|letter| parts.iter().all(|part| letter.contains(part))), "{parts:?} in {letters:#?}");
}

/// The newest mailed link by which a ban is contested.
async fn contest(house: &House) -> String {
    house.post().await.into_iter().rfind(|link| link.starts_with("/contest/")).expect("a link")
}

const BY_PHONE: [(&str, &str); 6] = [
    ("kind", "request"),
    ("right", "deletion"),
    ("channel", "phone"),
    ("who", KIM),
    ("words", "Please erase everything about me."),
    ("language", "en"),
];

#[tokio::test]
async fn clause_5_a_request_by_phone_lives_from_the_call_to_the_letter_and_goes_with_its_clock() {
    let house = House::with_accounts().await;
    let kim = member(&house, KIM, "").await;
    let desk = Desk::of(&house, "lee").await;
    // What is wrong is said beside what was typed, and nothing is on file.
    let nobody =
        desk.post("/office/desk", &[("kind", "request"), ("who", "no@shop.example"), ("words", "Erase.")]).await;
    assert!(nobody.text().contains("Nobody of that address") && nobody.text().contains(">Erase.</textarea>"));
    let case = desk.take(&BY_PHONE).await;
    let page = desk.page(&case).await;
    assert!(page.contains("5 days left") && page.contains("Please erase everything"), "{page}");
    assert_told(&house, &[KIM, "received your request", "by 23 November 2026"]).await;
    // Nothing is carried out before the identity is checked, and nothing that was not shown.
    let early = desk.post(&case, &[("act", "plan")]).await.text();
    assert!(early.contains("Check first that it is really them"), "{early}");
    assert_eq!(house.page(&kim, "/me").await.status, StatusCode::OK, "nothing was done");
    desk.done(&case, &[("act", "check"), ("how", "call-back"), ("note", "called 010 and 5678")]).await;
    let masked = desk.page(&case).await;
    assert!(!masked.contains("called 010") && !masked.contains(KIM) && masked.contains("••••"), "{masked}");
    let open = desk.post(&case, &[("act", "unmask")]).await.text();
    assert!(open.contains("called 010 and 5678") && open.contains(KIM) && !open.contains("••••"), "{open}");
    let guess = desk.post(&case, &[("act", "carry-out"), ("plan", "0000")]).await.text();
    assert!(guess.contains("Nothing was done yet"), "{guess}");
    assert_eq!(house.page(&kim, "/me").await.status, StatusCode::OK, "only shown");
    // The account is kept a year for its statute: until when is computed, not typed.
    assert!(guess.contains("until 2027-11-18") && guess.contains("settle disputes"), "{guess}");
    let (_, rest) = guess.split_once("name=\"plan\" value=\"").expect("a plan");
    let plan = rest.split('"').next().expect("a mark").to_owned();
    desk.done(&case, &[("act", "carry-out"), ("plan", &plan)]).await;
    assert_eq!(house.page(&kim, "/me").await.status, StatusCode::SEE_OTHER, "they have left");
    let decided = desk.page(&case).await;
    assert!(decided.contains("done in part") && decided.contains("until 2027-11-18"), "{decided}");
    // Another process, a week later: the answer is overdue, and says so on the board.
    let house = house.restarted().await;
    house.pass_days(7).await;
    let desk = Desk::of(&house, "park").await;
    let board = desk.page("/office").await;
    assert!(board.contains("One answer is overdue") && board.contains("answers overdue"), "{board}");
    assert!(desk.page("/office/desk").await.contains("2 days overdue"));
    desk.done(&case, &[("act", "answer"), ("answer", "We erased what we may.")]).await;
    assert_told(&house, &[KIM, "We erased what we may.", "until 18 November 2027"]).await;
    assert!(!desk.page("/office").await.contains("One answer is overdue"));
    // The contact and the note of the check go with the closing, the rest after its year.
    house.pass_days(2).await;
    let desk = Desk::of(&house, "choi").await;
    let closed = desk.page(&case).await;
    assert!(closed.contains("Please erase everything") && closed.contains("We erased what we may."), "{closed}");
    assert!(!closed.contains("••••"), "nothing is left to be masked: {closed}");
    let closed = desk.post(&case, &[("act", "unmask")]).await.text();
    assert!(!closed.contains("called 010") && !closed.contains(KIM), "{closed}");
    house.pass_days(363).await;
    let desk = Desk::of(&house, "jung").await;
    assert_eq!(house.page(&desk.cookie, &case).await.status, StatusCode::OK, "its last day");
    house.pass_days(2).await;
    let desk = Desk::of(&house, "kang").await;
    assert_eq!(house.page(&desk.cookie, &case).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn bug_what_the_office_did_while_another_sweep_ran_was_answered_as_a_failure() {
    let house = House::with_accounts().await;
    for mail in [KIM, "lee@shop.example"] {
        member(&house, mail, "").await;
    }
    let desk = Desk::of(&house, "lee").await;
    let case = desk.take(&BY_PHONE).await;
    desk.done(&case, &[("act", "check"), ("how", "call-back"), ("note", "called")]).await;
    let shown = desk.post(&case, &[("act", "plan")]).await.text();
    let plan = shown.split("name=\"plan\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a mark");
    let privacy = house.privacy();
    let lee = privacy.vault().find(&Personal::new("lee@shop.example".into())).await.expect("asked").expect("a member");
    let running = privacy.vault().begin_sweep(privacy.policy(), privacy.now()).await.expect("a turn");

    desk.done(&case, &[("act", "carry-out"), ("plan", plan)]).await;
    let decided = desk.page(&case).await;
    assert!(decided.contains("done in part"), "{decided}");
    let out = [
        ("who", lee.to_string()),
        ("purpose", "rights".into()),
        ("reason", "request-7".into()),
        ("act", "withdraw".into()),
        ("sure", lee.to_string()),
    ];
    let out: Vec<_> = out.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = desk.post("/office/people", &out).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text().contains("as soon as a sweep can run"), "{}", answer.text());
    let today = privacy.policy().local(privacy.now()).date().to_string();
    let answer = desk.post("/office/sweep", &[("day", &today)]).await;
    assert!(answer.text().contains("A sweep is running"), "{}", answer.text());

    drop(running);
    assert_eq!(privacy.sweep_owed().await.expect("swept"), 2, "whoever is out waited for it");
}

#[tokio::test]
async fn each_right_is_carried_out_as_its_owner_would() {
    let house = House::with_accounts().await;
    let kim = member(&house, KIM, "").await;
    let desk = Desk::of(&house, "lee").await;
    let token = csrf(&house.page(&kim, "/me").await.text());
    // From their own page: who signed in has shown who they are.
    let ask = [("csrf", token.as_str()), ("act", "ask"), ("right", "correction"), ("words", "My name is 김두리.")];
    let asked = house.form(&kim, "/me", &ask).await;
    assert_eq!(asked.header("location"), "/me?done=asked", "{}", asked.text());
    let list = desk.page("/office/desk").await;
    let id = list.split("href=\"/office/desk/").nth(1).and_then(|rest| rest.split('"').next()).expect("a case");
    let case = format!("/office/desk/{id}");
    let deed = [("item", "name"), ("value", "김두리")];
    let plan = desk.post(&case, &[&[("act", "plan")], &deed[..]].concat()).await.text();
    assert!(plan.contains("value=\"김두리\"") && plan.contains("Goes:"), "{plan}");
    let mark = plan.split("name=\"plan\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a mark");
    desk.done(&case, &[&[("act", "carry-out"), ("plan", mark)], &deed[..]].concat()).await;
    assert!(house.page(&kim, "/me").await.text().contains("김두리"));
    assert!(house.page(&kim, "/me").await.text().contains(&format!("request-{}", &id[..8])), "who looked, and why");
    // To see: everything, but what is another person's too.
    let fields = [("kind", "request"), ("right", "access"), ("channel", "mail"), ("who", KIM), ("words", "Show me.")];
    let case = desk.take(&fields).await;
    let export = format!("{case}/export");
    assert_ne!(house.page(&desk.cookie, &export).await.status, StatusCode::OK, "nothing before the check");
    desk.done(&case, &[("act", "check"), ("how", "mail-back")]).await;
    let deed = [("left_out", "company"), ("reason", "The company is another's.")];
    let plan = desk.post(&case, &[&[("act", "plan")], &deed[..]].concat()).await.text();
    let mark = plan.split("name=\"plan\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a mark");
    let without = desk.post(&case, &[("act", "carry-out"), ("plan", mark), ("left_out", "company")]).await.text();
    assert!(without.contains("Something is missing: Reason"), "a refusal has a reason: {without}");
    desk.done(&case, &[&[("act", "carry-out"), ("plan", mark)], &deed[..]].concat()).await;
    let shown = house.page(&desk.cookie, &export).await.text();
    assert!(shown.contains("김두리") && !shown.contains("한빛상점"), "{shown}");
    desk.done(&case, &[("act", "answer"), ("answer", "Here it is.")]).await;
    assert_ne!(house.page(&desk.cookie, &export).await.status, StatusCode::OK, "what is closed shows nothing more");
    // Refused: whoever could not show who they are is told so, and learns nothing.
    let fields = [
        ("kind", "request"),
        ("right", "objection"),
        ("channel", "mail"),
        ("contact", "other@home.example"),
        ("words", "Stop using it."),
        ("language", "en"),
    ];
    let case = desk.take(&fields).await;
    let unsaid = desk.post(&case, &[("act", "refuse"), ("reason", " ")]).await.text();
    assert!(unsaid.contains("Something is missing: Reason"), "{unsaid}");
    desk.done(&case, &[("act", "refuse"), ("reason", "We could not tell who you are.")]).await;
    desk.done(&case, &[("act", "answer"), ("answer", "We could not tell who you are.")]).await;
    assert_told(&house, &["other@home.example", "could not do what you requested"]).await;
}

#[tokio::test]
async fn clause_4_na_complaint_one_that_is_reopened_is_kept_three_years_from_its_last_answer() {
    let house = House::with_accounts().await;
    let desk = Desk::of(&house, "lee").await;
    let fields = [
        ("kind", "complaint"),
        ("channel", "mail"),
        ("contact", "stranger@home.example"),
        ("words", "Your letter went to my neighbour."),
        ("language", "en"),
    ];
    let none = desk.post("/office/desk", &fields[..2]).await.text();
    assert!(none.contains("Something is missing"), "{none}");
    let first = desk.take(&fields).await;
    assert!(desk.page(&first).await.contains("3 days left"));
    assert_told(&house, &["stranger@home.example", "received your complaint"]).await;
    let early = desk.post(&first, &[("act", "answer"), ("answer", "Sorry.")]).await.text();
    assert!(early.contains("Decide first"), "{early}");
    desk.done(&first, &[("act", "accept"), ("reason", "It did.")]).await;
    desk.done(&first, &[("act", "answer"), ("answer", "We are sorry.")]).await;
    assert_told(&house, &["stranger@home.example", "We are sorry."]).await;
    // It is set apart by then, and taken up again: under another number, with a new deadline; its clock stands still.
    let house = house.restarted().await;
    house.pass_days(30).await;
    let desk = Desk::of(&house, "park").await;
    let second = desk.done(&first, &[("act", "reopen"), ("words", "It happened again.")]).await;
    assert_ne!(first, second);
    assert!(desk.page(&second).await.contains("3 days left"));
    let goes_on = desk.post(&first, &[("act", "reopen"), ("words", "Again.")]).await.text();
    assert!(goes_on.contains("goes on under another number"), "{goes_on}");
    house.pass_days(3 * 366).await;
    let desk = Desk::of(&house, "choi").await;
    assert!(desk.page(&first).await.contains("my neighbour"), "an open case is not swept, nor what it goes on from");
    desk.done(&second, &[("act", "uphold"), ("reason", "It did not.")]).await;
    desk.done(&second, &[("act", "answer"), ("answer", "It was not us.")]).await;
    // Closed on 2029-12-20 in Seoul.
    house.pass_days(1096).await;
    let desk = Desk::of(&house, "jung").await;
    for case in [&first, &second] {
        assert_eq!(house.page(&desk.cookie, case).await.status, StatusCode::OK, "its last day");
    }
    house.pass_days(1).await;
    let desk = Desk::of(&house, "kang").await;
    for case in [&first, &second] {
        assert_eq!(house.page(&desk.cookie, case).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn clause_12_a_complaint_that_waits_too_long_is_on_the_board() {
    let house = House::with_accounts().await;
    let desk = Desk::of(&house, "lee").await;
    let case = desk.take(&[("kind", "complaint"), ("channel", "phone"), ("words", "Nobody answers.")]).await;
    house.pass_days(3).await;
    let desk = Desk::of(&house, "park").await;
    assert!(desk.page("/office/desk").await.contains("today is the last day"));
    assert!(!desk.page("/office").await.contains("One answer is overdue"));
    house.pass_days(1).await;
    let desk = Desk::of(&house, "choi").await;
    assert!(desk.page("/office").await.contains("One answer is overdue"));
    // Told by phone, where there is no address to write to: what was said is written down.
    desk.done(&case, &[("act", "accept"), ("reason", "They are right.")]).await;
    desk.done(&case, &[("act", "answer"), ("answer", "I called back and said sorry.")]).await;
    let page = desk.page(&case).await;
    assert!(page.contains("I called back and said sorry.") && page.contains("told · you"), "{page}");
    assert!(!desk.page("/office").await.contains("One answer is overdue"));
    assert!(house.letters().await.iter().all(|letter| !letter.contains("complaint")), "nobody was written to");
}

/// What an officer sends about a person.
fn about<'f>(act: &'f str, words: &'f str) -> [(&'f str, &'f str); 6] {
    let language = ("language", "en");
    [("who", KIM), ("purpose", "rights"), ("reason", "misuse-1"), ("act", act), ("words", words), language]
}

#[tokio::test]
async fn clause_4_ga_misuse_a_ban_is_contested_and_decided_by_another_and_ends_with_its_year() {
    let house = House::with_accounts().await;
    let kim = member(&house, KIM, "").await;
    let lee = Desk::of(&house, "lee").await;
    let park = Desk::of(&house, "park").await;
    assert!(lee.post("/office/people", &about("ban", "")).await.text().contains("Not banned"));
    assert_eq!(house.page(&kim, "/me").await.status, StatusCode::OK);
    let banned = lee.post("/office/people", &about("ban", "Fetched other people's pictures.")).await.text();
    assert!(banned.contains("Banned until 2027-11-18"), "{banned}");
    assert_eq!(house.page(&kim, "/me").await.status, StatusCode::SEE_OTHER, "out at once");
    assert_told(&house, &[KIM, "/contest/", "18 November 2027"]).await;
    // Signing in says so, after the password alone, and how it is contested.
    let wrong = house.form("", "/sign-in", &[("email", KIM), ("password", "wrong wrong wrong")]).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED, "nobody else learns of it");
    let out = house.form("", "/sign-in", &[("email", KIM), ("password", PASSWORD)]).await;
    assert_eq!((out.status, out.header("set-cookie")), (StatusCode::FORBIDDEN, ""), "{}", out.text());
    let text = out.text();
    let link = text.split("href=\"/contest/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    let link = format!("/contest/{link}");
    let mailed = contest(&house).await;
    assert_ne!(mailed, link);
    assert!(house.page("", &mailed).await.text().contains("<textarea"), "both are good");
    let empty = house.form("", &link, &[("words", "")]).await.text();
    assert!(empty.contains("Something is missing"), "{empty}");
    assert!(house.form("", &link, &[("words", "It was not me.")]).await.text().contains("We have it."));
    assert!(house.form("", &link, &[("words", "Again.")]).await.text().contains("used already"), "good once");
    let list = lee.page("/office/desk").await;
    let case = list.split("href=\"/office/desk/").nth(1).and_then(|rest| rest.split('"').next()).expect("a case");
    let case = format!("/office/desk/{case}");
    for act in ["accept", "uphold"] {
        let own = lee.post(&case, &[("act", act), ("reason", "I was right.")]).await.text();
        assert!(own.contains("This takes two"), "who banned does not decide: {own}");
    }
    park.done(&case, &[("act", "accept"), ("reason", "It was another.")]).await;
    assert_eq!(house.page(&enter(&house, KIM).await, "/me").await.status, StatusCode::OK, "lifted");
    park.done(&case, &[("act", "answer"), ("answer", "It was another account.")]).await;
    assert_told(&house, &[KIM, "It was another account.", "you can sign in again"]).await;
    // Once more; it is upheld, holds over a restart and as long as misuse is kept, and not a day longer.
    lee.post("/office/people", &about("ban", "Once more.")).await;
    let mailed = contest(&house).await;
    assert!(house.form("", &mailed, &[("words", "It was not me.")]).await.text().contains("We have it."));
    let list = park.page("/office/desk").await;
    let case = list.split("href=\"/office/desk/").nth(1).and_then(|rest| rest.split('"').next()).expect("a case");
    let case = format!("/office/desk/{case}");
    park.done(&case, &[("act", "uphold"), ("reason", "It was.")]).await;
    park.done(&case, &[("act", "answer"), ("answer", "It was you.")]).await;
    let house = house.restarted().await;
    let sign_in =
        async |house: &House| house.form("", "/sign-in", &[("email", KIM), ("password", PASSWORD)]).await.status;
    assert_eq!(sign_in(&house).await, StatusCode::FORBIDDEN);
    house.pass_days(365).await;
    assert_eq!(sign_in(&house).await, StatusCode::FORBIDDEN, "its last day");
    house.pass_days(1).await;
    assert_eq!(sign_in(&house).await, StatusCode::SEE_OTHER, "over");
}

#[tokio::test]
async fn clause_7_na_a_hold_is_released_by_two() {
    let house = House::with_accounts().await;
    member(&house, KIM, "").await;
    let lee = Desk::of(&house, "lee").await;
    let park = Desk::of(&house, "park").await;
    lee.post("/office/people", &about("hold", "")).await;
    let asked = lee.post("/office/people", &about("release", "")).await.text();
    assert!(asked.contains("Somebody else of the office has to approve it"), "{asked}");
    assert!(lee.page("/office").await.contains("misuse-1"), "it holds on");
    let list = park.page("/office/desk").await;
    let id = list.split("action=\"/office/proposals/").nth(1).and_then(|rest| rest.split('"').next()).expect("one");
    let proposal = format!("/office/proposals/{id}");
    assert!(!lee.page("/office/desk").await.contains("value=\"approve\""), "nothing to approve for who proposed");
    let own = lee.post(&proposal, &[("act", "approve")]).await.text();
    assert!(own.contains("This takes two"), "{own}");
    assert!(lee.page("/office").await.contains("misuse-1"), "it holds on");
    park.done(&proposal, &[("act", "decline")]).await;
    let gone = park.post(&proposal, &[("act", "approve")]).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND, "{}", gone.text());
    assert!(lee.page("/office").await.contains("misuse-1"), "it holds on");
    park.post("/office/people", &about("release", "")).await;
    let list = lee.page("/office/desk").await;
    let id = list.split("action=\"/office/proposals/").nth(1).and_then(|rest| rest.split('"').next()).expect("one");
    lee.done(&format!("/office/proposals/{id}"), &[("act", "approve")]).await;
    assert!(!lee.page("/office").await.contains("misuse-1"), "released");
}

#[tokio::test]
async fn clause_7_na_who_was_trained_is_written_down_and_who_was_not_is_on_the_board() {
    let house = House::with_accounts().await;
    let cookie = staff_named(&house, "oh", Role::Operator).await;
    assert!(house.page(&cookie, "/office").await.text().contains("One of the staff is due for training"));
    let page = house.page(&cookie, "/office/staff").await.text();
    let id =
        page.split("name=\"id\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id").to_owned();
    let token = csrf(&page);
    let train = async |day: &str, what: &str| {
        let fields = [("csrf", token.as_str()), ("act", "train"), ("id", &id), ("what", what), ("day", day)];
        house.form(&cookie, "/office/staff", &fields).await.text()
    };
    for (day, what) in [("2026-11-19", "Handling requests"), ("yesterday", "Handling requests"), ("2026-11-18", " ")] {
        assert!(train(day, what).await.contains("cannot be right: training of staff"), "{day} {what}");
    }
    assert!(train("2026-11-18", "Handling requests").await.contains("2026-11-18 Handling requests"));
    assert!(!house.page(&cookie, "/office").await.text().contains("due for training"));
    house.pass_days(365).await;
    assert_eq!(house.privacy().training_due().await.expect("counted"), 0, "its last day");
    house.pass_days(1).await;
    assert_eq!(house.privacy().training_due().await.expect("counted"), 1, "a year went by");
}

#[tokio::test]
async fn clause_7_na_the_office_is_reached_from_its_networks_alone() {
    let mut config = Config::default();
    config.server.office_networks = vec!["192.0.2.0/24".parse().expect("a network")];
    let options = Options { behind_proxy: true, ..Options::default() };
    let house = House::with_accounts_under(config, options).await;
    let ask = async |path: &str, from: &str| {
        let request = Request::get(path).header(header::ACCEPT, "text/html").header("x-forwarded-for", from);
        house.send(request.body(Body::empty()).expect("a request")).await
    };
    for path in ["/office", "/office/sign-in", "/office/enrol/vml_x", "/office/desk", "/metrics"] {
        for (from, is_in) in [("192.0.2.7", true), ("192.0.3.7", false), ("nonsense", false)] {
            let answer = ask(path, from).await;
            assert_eq!(answer.status != StatusCode::FORBIDDEN, is_in, "{path} {from}: {}", answer.text());
            assert_eq!(answer.text().contains("is not reached from your network"), !is_in, "{path} {from}");
        }
    }
    // What a client wrote before our own proxy did counts for nothing, on a line of its own or not.
    for lines in [&["192.0.2.7, 192.0.3.7"][..], &["192.0.2.7", "192.0.3.7"]] {
        let mut request = Request::get("/office").header(header::ACCEPT, "text/html");
        for line in lines {
            request = request.header("x-forwarded-for", *line);
        }
        let answer = house.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{lines:?}");
    }
    // Everybody else's pages are everybody's.
    assert_eq!(ask("/sign-in", "192.0.3.7").await.status, StatusCode::OK);
    assert_eq!(ask("/policy", "192.0.3.7").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_auditor_sees_how_many_cases_there_are_and_none_of_them() {
    let house = House::with_accounts().await;
    member(&house, KIM, "").await;
    let lee = Desk::of(&house, "lee").await;
    let case = lee.take(&BY_PHONE).await;
    let auditor = staff_named(&house, "an", Role::Auditor).await;
    let list = house.page(&auditor, "/office/desk").await.text();
    assert!(list.contains("5 days left") && !list.contains("<textarea") && !list.contains(&case), "{list}");
    assert_eq!(house.page(&auditor, &case).await.status, StatusCode::FORBIDDEN);
    assert_eq!(house.page(&lee.cookie, &case).await.status, StatusCode::OK, "the twin");
    let token = csrf(&house.page(&auditor, "/office").await.text());
    for path in ["/office/desk", &case, "/office/proposals/1"] {
        let answer = house.form(&auditor, path, &[("csrf", &token), ("act", "answer"), ("answer", "x")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
}
