//! Who may do what: every route of the router, asked for one and the same thing by everybody there is.

use super::{
    harness::{Answer, encoded},
    town::{Ask, Caller, Town},
};
use axum::http::{Method, StatusCode};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};
use vestry_server::{Line, route_table};

/// A line a route, a column a caller, in the order of [`Caller::ALL`]:
///
/// ```text
/// - o + + +   - - -   - - -
/// │ │ │ │ │   │ │ │   │ │ └ the organisation's publishable key, on a page that it names
/// │ │ │ │ │   │ │ │   │ └ another organisation's key
/// │ │ │ │ │   │ │ │   └ the organisation's secret key
/// │ │ │ │ │   └ officer, operator, auditor
/// │ │ └ viewer, editor, owner of the organisation
/// │ └ an owner of another organisation
/// └ nobody
/// ```
///
/// `+` does it; `o` does it with what is theirs, and neither sees nor touches anything of the house; `-` is refused. What
/// `everybody` does needs nothing; what takes a `link` is for whoever was given one.
const TABLE: &str = "
    GET    /healthz                         everybody
    GET    /readyz                          everybody
    GET    /metrics                         ----- -+- ---
    GET    /api/v1/openapi.json             everybody
    GET    /api/docs                        everybody
    GET    /api/v1/taxonomy                 -o+++ --- +o+
    GET    /api/v1/products                 -o+++ --- +o-
    GET    /api/v1/products/{sku}           --+++ --- +--
    PUT    /api/v1/products/{sku}           -o-++ --- +o-
    PATCH  /api/v1/products/{sku}           ---++ --- +--
    POST   /api/v1/products/{sku}/tags      ---++ --- +--
    DELETE /api/v1/products/{sku}/tags      ---++ --- +--
    DELETE /api/v1/products/{sku}           ---++ --- +--
    GET    /api/v1/products/{sku}/similar   --+++ --- +-+
    GET    /api/v1/products:export          -o+++ --- +o-
    POST   /api/v1/products:import          -o-++ --- +o-
    POST   /api/v1/images:tag               -o-++ --- +o-
    GET    /api/v1/images/{id}              --+++ --- +--
    GET    /api/v1/jobs                     -o+++ --- +o-
    GET    /api/v1/jobs/{id}                --+++ --- +--
    POST   /api/v1/search                   -o+++ --- +o+
    POST   /api/v1/events                   -o-++ --- +o+
    GET    /api/v1/recommend                -o+++ --- +o-
    POST   /api/v1/recommend                -o+++ --- +o+
    POST   /api/v1/visitors:show            -o-++ --- +o-
    POST   /api/v1/visitors:forget          -o-++ --- +o-
    GET    /api/v1/learn:forgotten          -o+++ --- +o-
    GET    /api/v1/learn                    -o+++ --- +o-
    GET    /api/v1/learn/{attribute}        -o+++ --- +o-
    GET    /api/v1/learn/{attribute}/lineage -o+++ --- +o-
    GET    /api/v1/learn/{attribute}/next   -o+++ --- +o-
    GET    /api/v1/learn/{attribute}/versions -o+++ --- +o-
    GET    /api/v1/learn/{attribute}/versions/{id}/lineage --+++ --- +--
    POST   /api/v1/learn/{attribute}/versions ---++ --- +--
    DELETE /api/v1/learn/{attribute}/versions/{id} ---++ --- +--
    GET    /api/v1/insights/shares          -o+++ --- +o-
    GET    /api/v1/insights/searches        -o+++ --- +o-
    GET    /api/v1/insights/quality         -o+++ --- +o-
    GET    /api/v1/insights/usage           -o--+ --- +o-
    GET    /api/v1/keys                     -o--+ --- +o-
    POST   /api/v1/keys                     -o--+ --- +o-
    POST   /api/v1/keys/{id}/rotate         ----+ --- +--
    DELETE /api/v1/keys/{id}                ----+ --- +--
    GET    /assets/{version}/{name}         everybody
    GET    /policy                          everybody
    GET    /policy/head                     everybody
    GET    /policy/{version}                everybody
    GET    /policy/{version}/changes        everybody
    GET    /terms                           everybody
    GET    /notices/{id}                    everybody
    GET    /unsubscribe/{token}             link
    POST   /unsubscribe/{token}             link
    GET    /cookies                         everybody
    POST   /cookies                         everybody

    POST   /preferences                     -o+++ +++ ---
    GET    /                                -o+++ +++ ---
    GET    /catalogue                       -o+++ --- ---
    GET    /search                          -o+++ --- ---
    POST   /search                          -o+++ --- ---
    GET    /products/{sku}                  --+++ --- ---
    POST   /products/{sku}/tags             ---++ --- ---
    GET    /pictures/{id}                   --+++ --- ---
    GET    /recommendations                 -o+++ --- ---
    GET    /trends                          -o+++ --- ---
    GET    /trends/searches                 -o+++ --- ---
    GET    /trends/quality                  -o+++ --- ---
    GET    /trends/usage                    -o--+ --- ---
    GET    /taught                          -o-++ --- ---
    POST   /taught                          ---++ --- ---
    GET    /review                          -o-++ --- ---
    POST   /review                          ---++ --- ---
    POST   /review/undo                     ---++ --- ---
    GET    /review/alike                    -o-++ --- ---
    POST   /review/alike                    ---++ --- ---
    GET    /imports                         -o-++ --- ---
    POST   /imports                         -o-++ --- ---
    POST   /imports/start                   ---++ --- ---
    GET    /imports/{id}                    ---++ --- ---
    GET    /keys                            -o--+ --- ---
    POST   /keys                            -o--+ --- ---
    POST   /keys/{id}                       ----+ --- ---

    GET    /sign-in                         everybody
    POST   /sign-in                         everybody
    POST   /sign-in/passkey                 everybody
    POST   /sign-in/passkey/challenge       everybody
    POST   /sign-out                        -o+++ +++ ---
    GET    /join                            everybody
    POST   /join                            everybody
    GET    /join/child                      everybody
    POST   /join/child                      everybody
    GET    /guardian/{token}                link
    POST   /guardian/{token}                link
    GET    /guardian/{token}/export/{name}  link
    GET    /join/confirm/{token}            link
    POST   /join/confirm/{token}            link
    GET    /contest/{token}                 link
    POST   /contest/{token}                 link
    GET    /password                        everybody
    POST   /password                        everybody
    GET    /password/{token}                link
    POST   /password/{token}                link
    GET    /me                              -o+++ --- ---
    POST   /me                              -o+++ --- ---
    GET    /me/agree                        -o+++ --- ---
    POST   /me/agree                        -o+++ --- ---
    GET    /me/security                     -o+++ --- ---
    POST   /me/security                     -o+++ --- ---
    GET    /me/passkeys                     -o+++ --- ---
    POST   /me/passkeys                     -o+++ --- ---
    GET    /me/address                      -o+++ --- ---
    POST   /me/address                      -o+++ --- ---
    GET    /me/address/{token}              link
    POST   /me/address/{token}              link
    GET    /me/address/undo/{token}         link
    POST   /me/address/undo/{token}         link
    GET    /me/export/{name}                -o+++ --- ---
    GET    /me/leave                        -o+++ --- ---
    POST   /me/leave                        -o+++ --- ---
    GET    /certificates/{token}            link
    GET    /team                            -o--+ --- ---
    POST   /team                            -o--+ --- ---
    POST   /team/{id}                       ----+ --- ---
    GET    /team/join/{token}               -o+++ --- ---
    POST   /team/join/{token}               ----- --- ---

    GET    /office/sign-in                  everybody
    POST   /office/sign-in                  everybody
    GET    /office/enrol/{token}            link
    POST   /office/enrol/{token}            link
    GET    /office                          ----- +++ ---
    GET    /office/sweep                    ----- +++ ---
    POST   /office/sweep                    ----- +-- ---
    GET    /office/certificates/{entry}     ----- +++ ---
    GET    /office/certificates/{entry}/file ----- +++ ---
    GET    /office/policy                   ----- +++ ---
    GET    /office/policy/preview           ----- +++ ---
    POST   /office/policy                   ----- +-- ---
    GET    /office/notices                  ----- +++ ---
    POST   /office/notices                  ----- +-- ---
    GET    /office/desk                     ----- +++ ---
    POST   /office/desk                     ----- +-- ---
    GET    /office/desk/{id}                ----- +-- ---
    POST   /office/desk/{id}                ----- +-- ---
    GET    /office/desk/{id}/export         ----- +-- ---
    POST   /office/proposals/{id}           ----- +-- ---
    GET    /office/people                   ----- +-- ---
    POST   /office/people                   ----- +-- ---
    GET    /office/sessions                 ----- +++ ---
    POST   /office/sessions                 ----- +++ ---
    GET    /office/staff                    ----- -+- ---
    POST   /office/staff                    ----- -+- ---
    POST   /office/password                 link
";

/// What is asked by a form or with a body, and changes nothing that is kept.
const FLEETING: [&str; 7] =
    ["/preferences", "/cookies", "/search", "/api/v1/search", "/api/v1/recommend", "/api/v1/visitors:show", "/imports"];

type Bytes = BTreeMap<PathBuf, Vec<u8>>;

/// The lines of the table with the router's beside them.
pub(crate) fn rows() -> Vec<(Line, String)> {
    let routed = route_table();
    let stated: Vec<(String, String, String)> = TABLE
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            let mut next = || words.next().unwrap_or_default();
            (next(), next(), words.collect())
        })
        .collect();
    let known: BTreeSet<String> = routed.iter().map(|line| format!("{} {}", line.method, line.path)).collect();
    let named: BTreeSet<String> = stated.iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    let unsaid: Vec<_> = known.symmetric_difference(&named).collect();
    assert_eq!(unsaid, [""; 0], "every route says here who may, and no other");
    assert_eq!(stated.len(), named.len(), "once");
    let line = |method: &str, path: &str| routed.iter().find(|line| line.method == *method && line.path == path);
    stated.iter().map(|(method, path, who)| (line(method, path).expect("it is known").clone(), who.clone())).collect()
}

fn leads(answer: &Answer) -> &str {
    answer.header("location")
}

fn is_done(line: &Line, answer: &Answer) -> bool {
    let is_led =
        answer.status.is_redirection() && !leads(answer).contains("sign-in?") && !leads(answer).contains("note=");
    // Only a page that was asked for may have warnings.
    let is_said = answer.status.is_success() && (line.method == Method::GET || !answer.text().contains("note-danger"));
    is_led || is_said
}

fn is_refused(line: &Line, answer: &Answer) -> bool {
    match answer.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE => true,
        // Of theirs there is none that it could be done with.
        StatusCode::CONFLICT => true,
        StatusCode::SEE_OTHER => leads(answer).contains("sign-in?next=") || leads(answer).contains("note="),
        // A form that was not taken, a link that is over. Other pages that are shown may have warnings of their own.
        StatusCode::OK if line.method != Method::GET || line.path.contains("{token}") => {
            answer.text().contains("note-danger")
        }
        _ => false,
    }
}

/// The files that came, went or are another.
fn changed(before: &Bytes, after: &Bytes) -> Vec<String> {
    let files: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    files
        .into_iter()
        .filter(|file| before.get(*file) != after.get(*file))
        .map(|file| file.display().to_string())
        .collect()
}

/// Nothing that is the house's is told.
#[track_caller]
fn assert_silent(what: &str, ask: &Ask, answer: &Answer) {
    let text = answer.text().to_lowercase().replace(&ask.path.to_lowercase(), "").replace(&encoded(&ask.path), "");
    assert!(!text.contains("canary"), "{what}: {text}");
}

#[tokio::test]
async fn each_route_refuses_without_a_trace_whoever_may_not_and_does_the_same_for_who_may() {
    let town = Town::new().await;
    for (line, who) in rows() {
        match who.as_str() {
            "everybody" => everybody(&town, &line).await,
            "link" => whoever_has_the_link(&town, &line).await,
            cells => {
                let cells: Vec<char> = cells.chars().collect();
                assert_eq!(cells.len(), Caller::ALL.len(), "{} {}", line.method, line.path);
                by_caller(&town, &line, &cells).await;
            }
        }
    }
}

async fn by_caller(town: &Town, line: &Line, cells: &[char]) {
    let those = |cell: char| Caller::ALL.into_iter().zip(cells).filter(move |(_, of)| **of == cell).map(|(who, _)| who);
    let twin = those('+').next().unwrap_or(Caller::Viewer);
    let ask = town.ask(line, twin).await;
    let before = town.bytes();
    for caller in those('-') {
        let what = format!("{} {} by {caller:?}", line.method, ask.path);
        let answer = town.send(line, &ask.by_whom_it_is_tried(), caller).await;
        assert!(is_refused(line, &answer), "{what}: {} {}", answer.status, answer.text());
        assert_silent(&what, &ask, &answer);
    }
    assert_eq!(
        changed(&before, &town.bytes()),
        [""; 0],
        "{} {} leaves a trace where it is refused",
        line.method,
        ask.path
    );
    let done = town.send(line, &ask, twin).await;
    let what = format!("{} {} by {twin:?}", line.method, ask.path);
    assert!(is_done(line, &done), "the twin, {what}: {} {} {}", done.status, leads(&done), done.text());
    if line.method != Method::GET && !FLEETING.contains(&line.path) {
        assert_ne!(changed(&before, &town.bytes()), [""; 0], "{what} changes something, and it would be seen");
    }
    for caller in those('+').skip(1) {
        let ask = town.ask(line, caller).await;
        let answer = town.send(line, &ask, caller).await;
        let what = format!("{} {} by {caller:?}", line.method, ask.path);
        assert!(is_done(line, &answer), "{what}: {} {} {}", answer.status, leads(&answer), answer.text());
    }
    for caller in those('o') {
        let ask = town.ask(line, caller).await;
        let before = town.view().await;
        let answer = town.send(line, &ask, caller).await;
        let what = format!("{} {} by {caller:?}", line.method, ask.path);
        assert!(is_done(line, &answer), "{what}: {} {} {}", answer.status, leads(&answer), answer.text());
        assert_silent(&what, &ask, &answer);
        assert_eq!(town.view().await, before, "{what}");
    }
}

/// Looked at or done, by each, whoever they are.
async fn everybody(town: &Town, line: &Line) {
    for caller in Caller::ALL {
        let ask = town.ask(line, caller).await;
        let answer = town.send(line, &ask, caller).await;
        let what = format!("{} {} by {caller:?}", line.method, ask.path);
        assert!(is_done(line, &answer), "{what}: {} {}", answer.status, answer.text());
        assert_silent(&what, &ask, &answer);
    }
}

/// A made-up link does nothing, whoever has it, but show a form; the right one is good for somebody of whom nothing is
/// known.
async fn whoever_has_the_link(town: &Town, line: &Line) {
    let ask = town.ask(line, Caller::Nobody).await;
    let token = ask.token.clone().expect("a link has a token");
    let before = town.bytes();
    for caller in Caller::ALL {
        let answer = town.send(line, &ask.with_token("vml_00000000000000000000000000000000"), caller).await;
        let what = format!("{} {} by {caller:?}", line.method, line.path);
        let is_form = line.method == Method::GET && answer.status == StatusCode::OK;
        assert!(is_refused(line, &answer) || is_form, "{what}: {} {}", answer.status, answer.text());
        assert_silent(&what, &ask, &answer);
    }
    assert_eq!(
        changed(&before, &town.bytes()),
        [""; 0],
        "{} {} leaves a trace without its link",
        line.method,
        line.path
    );
    let done = town.send(line, &ask, Caller::Nobody).await;
    let what = format!("{} {} with its link {token}", line.method, line.path);
    assert!(is_done(line, &done), "{what}: {} {}", done.status, done.text());
    if line.method != Method::GET {
        assert_ne!(changed(&before, &town.bytes()), [""; 0], "{what} changes something, and it would be seen");
    }
}
