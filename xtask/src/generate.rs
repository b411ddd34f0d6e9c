//! Reference files that follow from the code: `docs/openapi.json`, `docs/cli.md`, `docs/config.toml`,
//! `docs/clause-tests.txt`.

use crate::tidy::rust_files;
use anyhow::{Context, Result};
use std::{fs, path::Path};

pub(crate) fn run(root: &Path) -> Result<()> {
    let docs = root.join("docs");
    write(&docs.join("openapi.json"), &vestry_server::openapi())?;
    write(&docs.join("config.toml"), vestry_cli::SETTINGS)?;
    write(&docs.join("cli.md"), &vestry_cli::reference())?;
    write(&docs.join("clause-tests.txt"), &clause_tests(root)?)
}

/// `path name` of every test that bears a clause's name, for `vestry policy coverage`.
pub(crate) fn clause_tests(root: &Path) -> Result<String> {
    let mut lines = Vec::new();
    for file in rust_files(root)? {
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let name = file.strip_prefix(root).unwrap_or(&file).display().to_string();
        lines.extend(tests_in(&text).map(|test| format!("{name} {test}\n")));
    }
    lines.sort();
    Ok(lines.concat())
}

/// The tests of a source that are named for a clause: a function right after a test's attribute.
fn tests_in(text: &str) -> impl Iterator<Item = &str> {
    text.lines().zip(text.lines().skip(1)).filter_map(|(attribute, function)| {
        let is_test = ["#[test]", "#[tokio::test]"].contains(&attribute.trim());
        let name = function.trim().trim_start_matches("async ").strip_prefix("fn ")?.split('(').next()?;
        (is_test && name.starts_with("clause_")).then_some(name)
    })
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("could not write `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tests_that_bear_a_clause_count() {
        let text = "#[test]\nfn clause_4_da_a() {}\n#[tokio::test]\n    async fn clause_5_b() {}\nfn clause_6_ga_c() {}\n#[test]\nfn d() {}\n";
        assert_eq!(tests_in(text).collect::<Vec<_>>(), ["clause_4_da_a", "clause_5_b"]);
    }
}
