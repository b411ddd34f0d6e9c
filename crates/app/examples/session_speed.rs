//! How many sessions are checked a second, each asked of the vault as a request does, one after the other and 32 at a time,
//! and how long a login takes; on SQLite, and on PostgreSQL too where `VESTRY_TEST_POSTGRES` is the URL of a server.
//! `cargo run --release -p vestry-app --example session_speed [FOLDER]`
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement that prints")]

#[expect(dead_code, reason = "shared with the tests, which use all of it")]
#[path = "../tests/privacy/engines.rs"]
mod engines;

use engines::engines;
use jiff::Timestamp;
use std::{path::Path, path::PathBuf, time::Instant};
use vestry_app::{Config, Device, Entered, Language, LogIn, NewStaff, Personal, Privacy, Role, Surroundings};

const CHECKS: u32 = 100_000;
const TOGETHER: u32 = 32;

fn random() -> [u8; 16] {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let count = u128::from(COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    count.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let root = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    for engine in engines() {
        let mut config = Config::default();
        engine.fresh(&mut config).await;
        println!("{engine:?}");
        measure(&root, &config).await;
    }
}

async fn measure(root: &Path, config: &Config) {
    let folder = tempfile::tempdir_in(root).expect("a folder");
    let data = folder.path().join("data");
    let surroundings = Surroundings { now: Timestamp::now, random };
    Privacy::make(&data, config, surroundings).await.expect("made");
    let privacy = Privacy::open(&data, config, surroundings).await.expect("opens");
    let tokens = sessions(&privacy).await;
    for together in [1, TOGETHER] {
        let start = Instant::now();
        let check = async |from: u32| {
            for at in (from..CHECKS).step_by(together as usize) {
                let token = &tokens[at as usize % tokens.len()];
                assert!(privacy.visitor(token).await.expect("asked").is_some());
            }
        };
        futures_util::future::join_all((0..together).map(check)).await;
        println!(
            "sessions checked, {together} at a time: {:.0} a second",
            f64::from(CHECKS) / start.elapsed().as_secs_f64()
        );
    }
    let device = Device { network: "192.0.2.1".into(), name: "Firefox, Linux".into(), language: Language::Korean };
    let form = LogIn {
        mail: Personal::new("nobody@shop.example".to_owned()),
        password: Personal::new("wrong wrong".to_owned()),
        code: None,
        device,
    };
    let start = Instant::now();
    for _ in 0..5 {
        let refused = privacy.log_in(&form).await;
        assert!(!matches!(refused, Ok(Entered::In(_))));
    }
    println!("a login that fails: {:.1} ms", start.elapsed().as_secs_f64() * 200.0);
    privacy.close().await;
}

/// Many sessions lie beside the one that is asked for.
async fn sessions(privacy: &Privacy) -> Vec<String> {
    let personal = |text: &str| Personal::new(text.to_owned());
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
        tokens.push(token.to_text().to_string());
    }
    tokens
}
