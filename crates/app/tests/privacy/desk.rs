//! Nothing of a case outlives its clock, whoever takes every file and every secret.

use crate::{
    engines::{Engine, drop_databases_of, server},
    forensic::{Old, analyse, assert_none, evidence_and_databases, vacuum},
    scanner::{Canary, Finding, missed, shown},
    world::{World, member, noon, set_clock, sweep_on},
};
use vestry_app::{Channel, Language, NewCase, Outcome, PersonId, Personal, PostOffice, Privacy};
use vestry_policy::CaseKind;

const OFFICER: PersonId = PersonId::from_bytes([9; 16]);

fn personal(text: &str) -> Personal<String> {
    Personal::new(text.to_owned())
}

fn canaries(names: &[&str]) -> Vec<Canary> {
    names.iter().map(|name| Canary::text(name, &value(name))).collect()
}

/// What is typed for `name`: a contact is an address.
fn value(name: &str) -> String {
    if name.ends_with("contact") { format!("canary-{name}@home.example") } else { format!("Canary-{name}-각") }
}

/// Letters go out to where they are not looked for.
async fn post(privacy: &Privacy, out: &std::path::Path) {
    let office = PostOffice::of(&vestry_app::MailConfig::default(), out).expect("a folder");
    privacy.post_letters(&office).await.expect("posted");
}

async fn case(privacy: &Privacy, kind: CaseKind, about: Option<PersonId>, name: &str) -> vestry_app::RecordId {
    let new = NewCase {
        kind,
        right: Some("access".into()),
        about,
        channel: Channel::Mail,
        contact: personal(&value(&format!("{name}_contact"))),
        words: personal(&value(name)),
        language: Language::Korean,
    };
    let record = privacy.open_case(&new).await.expect("taken in");
    let reason = value(&format!("{name}_reason"));
    match kind {
        CaseKind::Request => {
            let note = personal(&value(&format!("{name}_note")));
            privacy.check_identity(record, OFFICER, "document", &note).await.expect("checked");
            privacy.refuse_request(record, OFFICER, &reason).await.expect("refused");
        }
        CaseKind::Complaint => {
            privacy.decide_complaint(record, OFFICER, Outcome::Refused, &reason).await.expect("decided");
        }
    }
    record
}

#[tokio::test]
async fn nothing_of_a_case_outlives_its_clock() {
    for engine in [Engine::Sqlite].into_iter().chain(server().map(|_| Engine::PostgresDatabases)) {
        let world = World::made_on(engine, "2026-01-05").await;
        lives(&world).await;
        if engine == Engine::PostgresDatabases {
            drop_databases_of(&world.config).await;
        }
    }
}

async fn lives(world: &World) {
    let privacy = world.open().await;
    let out = tempfile::tempdir().expect("a folder");
    let kim = privacy.add_person(&member("kim@shop.example")).await.expect("added");
    let request = case(&privacy, CaseKind::Request, Some(kim), "r").await;
    let complaint = case(&privacy, CaseKind::Complaint, None, "c").await;
    let (passing, of_request) = (canaries(&["r_contact", "r_note"]), canaries(&["r", "r_reason", "r_answer"]));
    let of_complaint = canaries(&["c", "c_contact", "c_reason", "c_answer"]);
    privacy.answer_case(request, OFFICER, &value("r_answer")).await.expect("answered");
    privacy.answer_case(complaint, OFFICER, &value("c_answer")).await.expect("answered");
    analyse(world).await;
    let live = evidence_and_databases(world, &privacy).await;
    for canaries in [&passing, &of_request, &of_complaint] {
        let found: Vec<Finding> = live.scan(canaries).await;
        assert_eq!(missed(canaries, &found), [""; 0]);
        assert!(found.iter().all(|finding| finding.form.starts_with("opened")), "{}", shown(&found));
    }
    post(&privacy, out.path()).await;
    let mut old = Old::none();
    old.keep(world, "closed").await;
    // Each stays for its last day; the day after there is nothing of it, nor in what was copied before.
    for (day, gone, stays) in [
        ("2026-01-07", vec![&passing], vec![&of_request, &of_complaint]),
        ("2027-01-05", vec![&passing], vec![&of_request, &of_complaint]),
        ("2027-01-06", vec![&passing, &of_request], vec![&of_complaint]),
        ("2029-01-05", vec![&passing, &of_request], vec![&of_complaint]),
        ("2029-01-06", vec![&passing, &of_request, &of_complaint], Vec::new()),
    ] {
        set_clock(noon(day));
        privacy.vault().used(privacy.policy(), kim, privacy.now()).await.expect("in use");
        sweep_on(&privacy, day).await;
        vacuum(world).await;
        let now = old.with(evidence_and_databases(world, &privacy).await);
        for canaries in stays {
            let found = now.scan(canaries).await;
            assert_eq!(missed(canaries, &found), [""; 0], "{day}");
        }
        for canaries in gone {
            assert_none(&now.scan(canaries).await, day);
        }
    }
}
