//! The office's board, and how somebody is found from it.

use super::{
    accounts::{JOIN, csrf, member, staff_named},
    harness::{House, pass},
};
use axum::http::StatusCode;
use vestry_app::{Config, Role};
use vestry_server::Options;

const KIM: &str = "kim@shop.example";
const DAY: i64 = 86_400;

/// The board as a fresh officer sees it: sessions of staff end within the quarter of an hour.
async fn board(house: &House, officer: &str) -> String {
    let cookie = staff_named(house, officer, Role::Officer).await;
    house.page(&cookie, "/office").await.text()
}

/// The number under a name, and where it leads.
fn figure(board: &str, name: &str) -> (u64, String) {
    let (_, rest) = board.split_once(&format!("<dt>{name}</dt>")).unwrap_or_else(|| panic!("no {name}: {board}"));
    let (link, number) = rest.split_once("href=\"").and_then(|(_, rest)| rest.split_once("\">")).expect("a link");
    let number = number.split('<').next().unwrap_or_default();
    (number.replace(',', "").parse().unwrap_or_else(|e| panic!("{e}: {number}")), link.to_owned())
}

/// What is to be destroyed, is overdue, is to be told, is to be set apart, and how many letters wait.
#[track_caller]
fn check(board: &str, expected: [u64; 5]) {
    let names = ["to be destroyed", "overdue", "notices to give", "to be set apart", "Letters that wait"];
    assert_eq!(names.map(|name| figure(board, name).0), expected, "{names:?}: {}", main_of(board));
}

/// What a page says, without what stands around it.
fn main_of(page: &str) -> &str {
    page.split_once("<main").map_or(page, |(_, main)| main)
}

const OVERDUE: &str = "A day went by without a sweep.";

#[tokio::test]
async fn the_board_counts_what_is_due_and_what_is_to_be_told_until_a_sweep_did_it() {
    let house = House::with_accounts().await;
    member(&house, KIM, "").await;
    house.pass_days(0).await;
    // Of each officer a letter waits that invites them; what gave them their rights is set apart by the first sweep after it.
    check(&board(&house, "lee").await, [0, 0, 0, 1, 1]);
    // Somebody who never confirms: a letter waits, and after three days nothing of them may be left.
    let mut join = JOIN.to_vec();
    join.push(("email", "park@shop.example"));
    house.form("", "/join", &join).await;
    let waiting = board(&house, "park").await;
    check(&waiting, [0, 0, 0, 2, 3]);
    assert!(waiting.contains("3 letters wait to be sent."), "{waiting}");
    house.post().await;
    pass(4 * DAY);
    let due = board(&house, "choi").await;
    // The sign-up, its letter, and those that invited the first two officers.
    check(&due, [4, 0, 0, 3, 1]);
    assert_eq!(figure(&due, "to be destroyed").1, "/office/sweep", "{due}");
    assert!(due.contains(OVERDUE), "nobody swept for four days: {due}");
    house.post().await;
    house.pass_days(0).await;
    let swept = board(&house, "kang").await;
    check(&swept, [0, 0, 0, 1, 1]);
    assert!(!swept.contains(OVERDUE) && swept.contains("Last sweep: 2026-11-22"), "{swept}");
    // What went by its day for more than five days is overdue: the sign-up, its letter, and an invitation.
    house.form("", "/join", &join).await;
    house.post().await;
    pass(13 * DAY);
    check(&board(&house, "jung").await, [3, 3, 0, 2, 1]);
    house.post().await;
    house.pass_days(0).await;
    // A member who does not come is told a month before they are set apart, and then is. Their visit of the first day went
    // by its three months meanwhile.
    pass(324 * DAY);
    check(&board(&house, "yoon").await, [1, 1, 1, 1, 1]);
    house.post().await;
    house.pass_days(0).await;
    check(&board(&house, "jang").await, [0, 0, 0, 1, 2]);
    house.post().await;
    pass(32 * DAY);
    // Their account, what protects its login, the terms and two consents, beside the rights of two officers; two letters are
    // gone.
    check(&board(&house, "lim").await, [2, 2, 0, 7, 1]);
}

#[tokio::test]
async fn the_board_tells_how_the_audit_log_stands_and_which_copy_of_it_is_behind() {
    let place = tempfile::tempdir().expect("a folder");
    let copies = place.path().join("copies");
    std::fs::create_dir(&copies).expect("a folder");
    let mut config = Config::default();
    config.backup.places = vec![copies.clone()];
    config.backup.recipients = vec!["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p".into()];
    let house = House::with_accounts_under(config, Options::default()).await;
    let told = |board: &str| {
        let (before, _) = board.split_once(" entries;").expect("how many entries");
        before.rsplit('>').next().unwrap_or_default().replace(',', "").parse::<u64>().expect("a number")
    };
    let is_behind =
        |board: &str| board.contains(&format!("The copy of the audit log at {} is behind.", copies.display()));
    let first = board(&house, "lee").await;
    assert!(told(&first) > 0 && first.contains("signed last on 2026-11-18 20:06"), "{first}");
    assert!(!is_behind(&first), "{first}");
    // The place is not mounted, and the log goes on.
    std::fs::rename(&copies, place.path().join("away")).expect("away");
    pass(3_600);
    member(&house, KIM, "").await;
    house.privacy().object(person(&house).await).await.expect("objected");
    let behind = board(&house, "park").await;
    assert!(is_behind(&behind), "{behind}");
    assert!(told(&behind) > told(&first) && behind.contains("signed last on 2026-11-18 21:06"), "{behind}");
    std::fs::rename(place.path().join("away"), &copies).expect("back");
    house.pass_days(0).await;
    let again = board(&house, "choi").await;
    assert!(!is_behind(&again), "{again}");
}

async fn person(house: &House) -> vestry_app::PersonId {
    house.privacy().vault().find(&KIM.to_owned().into()).await.expect("asked").expect("a member")
}

#[tokio::test]
async fn somebody_is_found_by_exact_mail_or_id_and_by_no_part_of_either() {
    let house = House::with_accounts().await;
    member(&house, KIM, "").await;
    let kim = person(&house).await;
    let id = kim.to_string();
    let officer = staff_named(&house, "lee", Role::Officer).await;
    let token = csrf(&house.page(&officer, "/office/people").await.text());
    let looks = async || house.privacy().looks_at_own(kim).await.expect("read").len();
    let find = async |who: &str| {
        let fields = [("csrf", token.as_str()), ("who", who), ("purpose", "membership"), ("reason", "request-1")];
        let answer = house.form(&officer, "/office/people", &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.text()
    };
    let before = looks().await;
    let parts = [
        "kim",
        "kim@",
        "@shop.example",
        "shop.example",
        "kim@shop",
        "kim@shop.exampl",
        "im@shop.example",
        "kim@shop.example.",
        "%",
        "kim%",
        "%@shop.example",
        "_im@shop.example",
        "k*@shop.example",
        "kim@shop.example lee@shop.example",
        "",
        "김하나",
        "하나",
        "010-1234-5678",
        "한빛상점",
        "' or '1'='1",
    ];
    for part in parts.into_iter().chain([&id[..31], &id[1..], &id[..8], "00000000000000000000000000000000"]) {
        let page = find(part).await;
        assert!(page.contains("Nobody of that address or id."), "{part}: {page}");
        assert!(!page.contains(&id) && !page.contains("김하나"), "{part}: {page}");
    }
    assert_eq!(looks().await, before, "nobody was looked at");
    for (at, who) in [KIM, " Kim@Shop.Example ", &id].into_iter().enumerate() {
        let page = find(who).await;
        assert!(page.contains(&id) && page.contains("김••••"), "{who}: {page}");
        assert_eq!(looks().await, before + at + 1, "{who}");
    }
}
