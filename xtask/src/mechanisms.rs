//! Each clause's mechanism switched off, one after the other: a test that bears the clause's name has to fail then.
//!
//! The edits of `mechanisms.toml` are made on a copy of the sources under `target/`, built beside the sources themselves. A
//! copy that does not build is a mistake in the edit, not a test that failed.

use crate::generate::clause_tests;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Write, stdout},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

const FILE: &str = "xtask/mechanisms.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    off: Vec<Off>,
}

/// One mechanism, and how it is switched off.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Off {
    clause: String,
    /// What the program does then.
    what: String,
    /// Whose tests are run.
    package: String,
    edits: Vec<Edit>,
}

/// A text that stands once in a file, and what stands there instead.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: PathBuf,
    from: String,
    to: String,
}

/// The clauses that the program enforces, from `policy/coverage.toml`.
#[derive(Deserialize)]
struct Coverage {
    clause: BTreeMap<String, toml::Table>,
}

/// Switches every mechanism off, or those of `clauses` alone.
pub(crate) fn run(root: &Path, clauses: &[String]) -> Result<()> {
    let offs = read(root)?;
    let known = mechanisms(root)?;
    let tests = clause_tests(root)?;
    let copy = Copy::of(root)?;
    let mut unnoticed = Vec::new();
    let mut asked: Vec<&Off> = offs.iter().filter(|off| clauses.is_empty() || clauses.contains(&off.clause)).collect();
    // What is edited alike stands together, so that no more is built again than has to be.
    asked.sort_by(|a, b| (&a.package, &a.edits).cmp(&(&b.package, &b.edits)));
    let (all, mut done) = (asked.len(), 0);
    for alike in asked.chunk_by(|a, b| (&a.package, &a.edits) == (&b.package, &b.edits)) {
        copy.switch(alike[0])?;
        let fails = |off: &&Off| copy.fails(off, &tests_of(&off.clause, &tests, &known, &off.package));
        let noticed: Result<Vec<bool>> = alike.iter().map(fails).collect();
        copy.restore(root, alike[0])?;
        for (off, is_noticed) in alike.iter().zip(noticed?) {
            done += 1;
            let word = if is_noticed { "noticed" } else { "NOT NOTICED" };
            writeln!(stdout(), "{done:>2} of {all}  {:<16} {word:<12} {}", off.clause, off.what)?;
            if !is_noticed {
                unnoticed.push(format!("{} ({})", off.clause, off.what));
            }
        }
    }
    ensure!(unnoticed.is_empty(), "no test fails without the mechanism of {}", unnoticed.join(", "));
    Ok(())
}

/// The rows, each of which fits the sources; every mechanism of `policy/coverage.toml` has one.
pub(crate) fn read(root: &Path) -> Result<Vec<Off>> {
    let text = fs::read_to_string(root.join(FILE)).context(FILE)?;
    let file: File = toml::from_str(&text).context(FILE)?;
    for edit in file.off.iter().flat_map(|off| &off.edits) {
        let source = fs::read_to_string(root.join(&edit.file)).with_context(|| edit.file.display().to_string())?;
        let times = source.matches(&edit.from).count();
        ensure!(times == 1, "{FILE}: `{}` stands {times} times in {}, not once", edit.from, edit.file.display());
    }
    let missing: Vec<String> =
        mechanisms(root)?.into_iter().filter(|clause| file.off.iter().all(|off| off.clause != *clause)).collect();
    ensure!(missing.is_empty(), "{FILE} does not say how to switch off the mechanism of {}", missing.join(", "));
    Ok(file.off)
}

/// The clauses that have a mechanism.
fn mechanisms(root: &Path) -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(root.join("policy/coverage.toml"))?;
    let coverage: Coverage = toml::from_str(&text).context("policy/coverage.toml")?;
    let clauses = coverage.clause.into_iter();
    Ok(clauses.filter(|(_, row)| row.contains_key("mechanism")).map(|(clause, _)| clause).collect())
}

/// A test as `docs/clause-tests.txt` names it.
#[derive(Debug, PartialEq, Eq)]
struct Test<'t> {
    /// What cargo calls the file it is built from.
    target: &'t str,
    name: &'t str,
}

/// A clause's tests in `package`; a test counts for the longest clause that its name begins with.
fn tests_of<'t>(clause: &str, tests: &'t str, known: &BTreeSet<String>, package: &str) -> Vec<Test<'t>> {
    let folder = format!("crates/{}/tests/", package.trim_start_matches("vestry-"));
    let begins = |name: &str, clause: &str| name.starts_with(&format!("clause_{}_", clause.replace('.', "_")));
    let longest = |name: &str| known.iter().filter(|id| begins(name, id)).max_by_key(|id| id.len());
    let test = |line: &'t str| {
        let (path, name) = line.strip_prefix(&folder)?.split_once(' ')?;
        let target = path.split(['/', '.']).next()?;
        longest(name).is_some_and(|id| id == clause).then_some(Test { target, name })
    };
    tests.lines().filter_map(test).collect()
}

/// The sources again, to be edited.
struct Copy {
    tree: PathBuf,
    target: PathBuf,
}

impl Copy {
    fn of(root: &Path) -> Result<Self> {
        let folder = root.join("target/mechanisms");
        let copy = Self { tree: folder, target: root.join("target") };
        let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output()?;
        ensure!(listed.status.success(), "`git ls-files` failed");
        for name in String::from_utf8(listed.stdout)?.split('\0').filter(|name| !name.is_empty()) {
            if root.join(name).is_file() {
                copy.put(root, Path::new(name))?;
            }
        }
        Ok(copy)
    }

    /// Makes one file of the copy what it is in the sources; one that is so already keeps its time.
    fn put(&self, root: &Path, name: &Path) -> Result<()> {
        let (from, to) = (root.join(name), self.tree.join(name));
        let bytes = fs::read(&from).with_context(|| from.display().to_string())?;
        if fs::read(&to).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        fs::create_dir_all(to.parent().context("a file lies in a folder")?)?;
        fs::write(&to, bytes).with_context(|| to.display().to_string())
    }

    fn switch(&self, off: &Off) -> Result<()> {
        for edit in &off.edits {
            let path = self.tree.join(&edit.file);
            let text = fs::read_to_string(&path)?.replacen(&edit.from, &edit.to, 1);
            fs::write(&path, text)?;
        }
        Ok(())
    }

    fn restore(&self, root: &Path, off: &Off) -> Result<()> {
        off.edits.iter().try_for_each(|edit| self.put(root, &edit.file))
    }

    /// Whether one of the tests fails; an error when they cannot be built or do not run.
    fn fails(&self, off: &Off, tests: &[Test<'_>]) -> Result<bool> {
        ensure!(!tests.is_empty(), "clause {}: {} has no test of it", off.clause, off.package);
        let built = self.cargo(tests, &["--no-run"])?;
        ensure!(built.status.success(), "clause {}: {}", off.clause, String::from_utf8_lossy(&built.stderr));
        let names: Vec<&str> = ["--no-fail-fast", "--"].into_iter().chain(tests.iter().map(|test| test.name)).collect();
        let run = self.cargo(tests, &names)?;
        let said = String::from_utf8_lossy(&run.stdout);
        let ran: Vec<&str> =
            said.lines().filter(|line| line.starts_with("test ") && line.contains("clause_")).collect();
        ensure!(ran.len() >= tests.len(), "clause {}: {} tests ran of {}: {said}", off.clause, ran.len(), tests.len());
        Ok(ran.iter().any(|line| line.ends_with("FAILED")))
    }

    fn cargo(&self, tests: &[Test<'_>], arguments: &[&str]) -> Result<Output> {
        let targets: BTreeSet<&str> = tests.iter().map(|test| test.target).collect();
        let mut cargo = Command::new("cargo");
        // The whole workspace, so that dependencies are built with the features that everything else builds them with.
        cargo.args(["test", "--locked", "--workspace"]);
        for target in &targets {
            cargo.args(["--test", target]);
        }
        cargo.args(arguments).current_dir(&self.tree).env("CARGO_TARGET_DIR", &self.target);
        // Dependencies have no debug information, our own crates have: without it the edited crates lie apart from those of
        // the sources, which would be taken for up to date, and everything else is shared.
        cargo.env("CARGO_PROFILE_DEV_DEBUG", "false");
        // Another engine or a larger decade would show the same again.
        for name in ["VESTRY_TEST_POSTGRES", "VESTRY_DECADE", "VESTRY_SYSTEM_DECADE"] {
            cargo.env_remove(name);
        }
        Ok(cargo.stdin(Stdio::null()).output()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_counts_for_the_longest_clause_of_the_packages_asked() {
        let known = BTreeSet::from(["4".to_owned(), "4.da".to_owned()]);
        let tests = "crates/app/tests/a.rs clause_4_all\ncrates/app/tests/b/c.rs clause_4_da_notice\n\
            crates/policy/tests/a.rs clause_4_plan\n";
        let of = |clause: &str| tests_of(clause, tests, &known, "vestry-app");
        assert_eq!(of("4"), [Test { target: "a", name: "clause_4_all" }]);
        assert_eq!(of("4.da"), [Test { target: "b", name: "clause_4_da_notice" }]);
    }
}
