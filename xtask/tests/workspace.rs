//! The checks of the workspace, held against the workspace. This is also why `cargo test` builds the program.

use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().expect("it starts")
}

#[test]
fn the_workspace_is_tidy() {
    let run = xtask(&["tidy"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn who_asks_for_nothing_known_is_told_what_there_is() {
    let run = xtask(&["mechanism"]);
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success(), "{said}");
    for known in ["tidy", "generate", "mechanisms"] {
        assert!(said.contains(&format!("cargo xtask {known}")), "{said}");
    }
}
