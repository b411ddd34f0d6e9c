//! How many sessions are checked a second on SQLite, each asked of the vault as a request does, and how long a login
//! takes. `cargo run --release -p vestry-app --example session_speed [FOLDER]`
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement that prints")]

use jiff::Timestamp;
use std::{path::PathBuf, time::Instant};
use vestry_app::{Config, Device, Entered, Language, LogIn, NewStaff, Personal, Privacy, Role, Surroundings};

const CHECKS: u32 = 100_000;

fn random() -> [u8; 16] {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let count = u128::from(COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    count.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let root = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(root).expect("a folder");
    let data = folder.path().join("data");
    let surroundings = Surroundings { now: Timestamp::now, random };
    Privacy::make(&data, &Config::default(), surroundings).await.expect("made");
    let privacy = Privacy::open(&data, &Config::default(), surroundings).await.expect("opens");
    let personal = |text: &str| Personal::new(text.to_owned());
    // Many sessions lie beside the one that is asked for.
    let new = NewStaff {
        mail: personal("lee@operator.example"),
        name: personal("이두리"),
        role: Role::Auditor,
        language: Language::Korean,
    };
    let (person, _) = privacy.add_staff(&new).await.expect("added");
    let mut tokens = Vec::new();
    for _ in 0..1_000 {
        let next = || [random(), random()].concat();
        let mut fill = |bytes: &mut [u8]| bytes.copy_from_slice(&next()[..bytes.len()]);
        let token = vestry_credentials::Token::make(vestry_credentials::TokenUse::Session, &mut fill);
        privacy.vault().begin_session(token.hash().as_bytes(), person, privacy.now()).await.expect("begun");
        tokens.push(token.to_text());
    }
    let start = Instant::now();
    for at in 0..CHECKS {
        let token = &tokens[at as usize % tokens.len()];
        assert!(privacy.visitor(token).await.expect("asked").is_some());
    }
    println!("sessions checked: {:.0} a second", f64::from(CHECKS) / start.elapsed().as_secs_f64());

    let device = Device { network: "192.0.2.1".into(), name: "Firefox, Linux".into(), language: Language::Korean };
    let form = LogIn { mail: personal("nobody@shop.example"), password: personal("wrong wrong"), code: None, device };
    let start = Instant::now();
    for _ in 0..5 {
        let refused = privacy.log_in(&form).await;
        assert!(!matches!(refused, Ok(Entered::In(_))));
    }
    println!("a login that fails: {:.1} ms", start.elapsed().as_secs_f64() * 200.0);
    privacy.close().await;
}
