//! Each clause's mechanism switched off, one after the other: a test that bears the clause's name has to fail then.
//!
//! The edits of `mechanisms.toml` are made on a copy of the sources under `target/`, built beside the sources themselves.
//! Expressions and statements are built once, each as a choice that a variable of the environment makes ([`CHOICE`]); other
//! edits are built one by one. A copy that does not build is a mistake in an edit, not a test that failed.

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
/// Which mechanism is off, by the number of its edits.
const CHOICE: &str = "MECHANISM_OFF";

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
    /// Neither expressions nor statements.
    #[serde(default)]
    alone: bool,
    edits: Vec<Edit>,
}

impl Off {
    fn is_alone(&self) -> bool {
        self.alone || self.edits.iter().any(|edit| edit.file.extension().is_none_or(|extension| extension != "rs"))
    }

    /// The folder of the package.
    fn folder(&self) -> PathBuf {
        Path::new("crates").join(self.package.trim_start_matches("vestry-"))
    }
}

/// A text that stands once in a file, and what stands there instead.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: PathBuf,
    from: String,
    to: String,
}

impl Edit {
    /// What stands there when the choice `number` makes it off.
    fn choice(&self, number: usize) -> String {
        let is_off = format!(
            "{{ static OFF: std::sync::OnceLock<bool> = std::sync::OnceLock::new(); \
             *OFF.get_or_init(|| std::env::var_os(\"{CHOICE}\").is_some_and(|off| off == \"{number}\")) }}"
        );
        let choice = format!("if {is_off} {{ {} }} else {{ {} }}", self.to, self.from);
        if self.from.ends_with(';') { choice } else { format!("({choice})") }
    }
}

/// The clauses that the program enforces, from `policy/coverage.toml`.
#[derive(Deserialize)]
struct Coverage {
    clause: BTreeMap<String, toml::Table>,
}

/// Switches every mechanism off, or those of `clauses` alone.
pub(crate) fn run(root: &Path, clauses: &[String]) -> Result<()> {
    let offs = read(root)?;
    let (known, tests) = (mechanisms(root)?, clause_tests(root)?);
    let tests_of = |off: &Off| tests_of(off, &tests, &known);
    let mut asked: Vec<&Off> = offs.iter().filter(|off| clauses.is_empty() || clauses.contains(&off.clause)).collect();
    asked.sort_by_key(|off| (off.is_alone(), &off.edits));
    let all = asked.len();
    let (chosen, alone): (Vec<_>, Vec<_>) =
        asked.chunk_by(|a, b| a.edits == b.edits).partition(|alike| !alike[0].is_alone());
    let copy = Copy::of(root)?;
    for (number, alike) in chosen.iter().enumerate() {
        copy.edit(alike[0], |edit| edit.choice(number))?;
    }
    let (mut done, mut unnoticed) = (0, Vec::new());
    let mut try_all = |alike: &[&Off], built: &Built, number: Option<usize>| -> Result<()> {
        for off in alike {
            done += 1;
            let is_noticed = copy.fails(off, &tests_of(off), built, number)?;
            let word = if is_noticed { "noticed" } else { "NOT NOTICED" };
            writeln!(stdout(), "{done:>2} of {all}  {:<16} {word:<12} {}", off.clause, off.what)?;
            if !is_noticed {
                unnoticed.push(format!("{} ({})", off.clause, off.what));
            }
        }
        Ok(())
    };
    let built = copy.build(chosen.iter().flat_map(|alike| alike.iter()).flat_map(|off| tests_of(off)))?;
    for (number, alike) in chosen.iter().enumerate() {
        try_all(alike, &built, Some(number))?;
    }
    for alike in alone {
        copy.edit(alike[0], |edit| edit.to.clone())?;
        let built = copy.build(alike.iter().flat_map(|off| tests_of(off)))?;
        try_all(alike, &built, None)?;
        copy.restore(root, alike[0])?;
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

/// The tests of a mechanism's clause in its package; a test counts for the longest clause that its name begins with.
fn tests_of<'t>(off: &Off, tests: &'t str, known: &BTreeSet<String>) -> Vec<Test<'t>> {
    let folder = format!("{}/tests/", off.folder().display());
    let begins = |name: &str, clause: &str| name.starts_with(&format!("clause_{}_", clause.replace('.', "_")));
    let longest = |name: &str| known.iter().filter(|id| begins(name, id)).max_by_key(|id| id.len());
    let test = |line: &'t str| {
        let (path, name) = line.strip_prefix(&folder)?.split_once(' ')?;
        let target = path.split(['/', '.']).next()?;
        longest(name).is_some_and(|id| *id == off.clause).then_some(Test { target, name })
    };
    tests.lines().filter_map(test).collect()
}

/// Test programs, by the folder of their package and their target.
type Built = BTreeMap<(PathBuf, String), PathBuf>;

/// What cargo says of a thing that it built.
#[derive(Deserialize)]
struct Artifact {
    manifest_path: PathBuf,
    target: Target,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
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

    fn edit(&self, off: &Off, to: impl Fn(&Edit) -> String) -> Result<()> {
        for edit in &off.edits {
            let path = self.tree.join(&edit.file);
            let text = fs::read_to_string(&path)?;
            let times = text.matches(&edit.from).count();
            ensure!(times == 1, "{FILE}: `{}` is part of another edit of {}", edit.from, edit.file.display());
            fs::write(&path, text.replacen(&edit.from, &to(edit), 1))?;
        }
        Ok(())
    }

    fn restore(&self, root: &Path, off: &Off) -> Result<()> {
        off.edits.iter().try_for_each(|edit| self.put(root, &edit.file))
    }

    /// Builds the programs of these tests.
    fn build<'t>(&self, tests: impl Iterator<Item = Test<'t>>) -> Result<Built> {
        let targets: BTreeSet<&str> = tests.map(|test| test.target).collect();
        if targets.is_empty() {
            // Without a name cargo would build them all.
            return Ok(Built::new());
        }
        let mut cargo = Command::new("cargo");
        // The whole workspace, so that dependencies are built with the features that everything else builds them with.
        cargo.args(["test", "--locked", "--workspace", "--no-run", "--message-format=json-render-diagnostics"]);
        for target in &targets {
            cargo.args(["--test", target]);
        }
        // Apart from what is built of the sources, which would be taken for up to date; dependencies are shared.
        for package in fs::read_dir(self.tree.join("crates"))? {
            let name = package?.file_name().into_string().unwrap_or_default();
            cargo.args(["--config", &format!("profile.dev.package.vestry-{name}.codegen-units=15")]);
        }
        let built = output(cargo.current_dir(&self.tree).env("CARGO_TARGET_DIR", &self.target))?;
        ensure!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let artifacts = built.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
        let program = |artifact: Artifact| {
            let folder = artifact.manifest_path.parent()?.strip_prefix(&self.tree).ok()?.to_owned();
            Some(((folder, artifact.target.name), artifact.executable?))
        };
        Ok(artifacts.filter_map(program).collect())
    }

    /// Whether one of the tests fails with the choice `number` off; an error when they do not run.
    fn fails(&self, off: &Off, tests: &[Test<'_>], built: &Built, number: Option<usize>) -> Result<bool> {
        let (clause, folder) = (&off.clause, off.folder());
        ensure!(!tests.is_empty(), "clause {clause}: {} has no test of it", off.package);
        let (mut ran, mut has_failed) = (0, false);
        for target in tests.iter().map(|test| test.target).collect::<BTreeSet<_>>() {
            let program = built.get(&(folder.clone(), target.to_owned()));
            let mut run = Command::new(program.with_context(|| format!("clause {clause}: no program `{target}`"))?);
            run.args(tests.iter().filter(|test| test.target == target).map(|test| test.name));
            run.current_dir(self.tree.join(&folder));
            run.envs(number.map(|number| (CHOICE, number.to_string())));
            // Another engine or a larger decade would show the same again.
            for name in ["VESTRY_TEST_POSTGRES", "VESTRY_DECADE", "VESTRY_SYSTEM_DECADE"] {
                run.env_remove(name);
            }
            let said = output(&mut run)?;
            let said = String::from_utf8_lossy(&said.stdout);
            for line in said.lines().filter(|line| line.starts_with("test ") && line.contains("clause_")) {
                ran += 1;
                has_failed |= line.ends_with("FAILED");
            }
        }
        ensure!(ran >= tests.len(), "clause {clause}: {ran} tests ran of {}", tests.len());
        Ok(has_failed)
    }
}

fn output(command: &mut Command) -> Result<Output> {
    command.stdin(Stdio::null()).output().with_context(|| format!("{command:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_counts_for_the_longest_clause_of_the_packages_asked() {
        let known = BTreeSet::from(["4".to_owned(), "4.da".to_owned()]);
        let tests = "crates/app/tests/a.rs clause_4_all\ncrates/app/tests/b/c.rs clause_4_da_notice\n\
            crates/policy/tests/a.rs clause_4_plan\n";
        let of = |clause: &str| {
            let (clause, what, package) = (clause.into(), String::new(), "vestry-app".into());
            tests_of(&Off { clause, what, package, alone: false, edits: Vec::new() }, tests, &known)
        };
        assert_eq!(of("4"), [Test { target: "a", name: "clause_4_all" }]);
        assert_eq!(of("4.da"), [Test { target: "b", name: "clause_4_da_notice" }]);
    }

    #[test]
    fn a_choice_is_what_its_text_was() {
        let choice = |from: &str, to: &str| {
            let edit = Edit { file: PathBuf::new(), from: from.into(), to: to.into() };
            edit.choice(7).replace('\n', " ")
        };
        let expression = choice("a == b", "true");
        assert!(expression.starts_with("(if {") && expression.ends_with("{ true } else { a == b })"), "{expression}");
        let statement = choice("forget(it);", "");
        assert!(statement.starts_with("if {") && statement.ends_with("{  } else { forget(it); }"), "{statement}");
        assert!(statement.contains("off == \"7\""), "{statement}");
    }
}
