//! `vestry policy coverage`: each clause of the document, what enforces it, and the tests that bear its name.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{Write, stdout},
};
use vestry_policy::{BUILTIN, BUILTIN_FILE, Policy};

/// What enforces each clause, written by hand.
const MECHANISMS: &str = include_str!("../../../../policy/coverage.toml");
/// `path name` of every test that bears a clause's name, made from the sources.
const TESTS: &str = include_str!("../../../../docs/clause-tests.txt");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    clause: BTreeMap<String, Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    mechanism: Option<String>,
    lacks: Option<String>,
}

/// One clause.
struct Covered {
    clause: String,
    mechanism: Option<String>,
    lacks: Option<String>,
    tests: Vec<&'static str>,
}

impl Covered {
    fn state(&self) -> &'static str {
        match (&self.mechanism, &self.lacks) {
            (None, _) => "not yet",
            (Some(_), Some(_)) => "in part",
            (Some(_), None) => "covered",
        }
    }
}

/// Prints the clauses in the document's order. A mechanism without a test, or a row of no clause, fails.
pub(crate) fn run(json: bool) -> Result<()> {
    let clauses = coverage(MECHANISMS, TESTS)?;
    if json {
        let row = |c: &Covered| json!({"clause": c.clause, "state": c.state(), "mechanism": c.mechanism, "lacks": c.lacks, "tests": c.tests});
        writeln!(stdout(), "{:#}", Value::Array(clauses.iter().map(row).collect()))?;
        return Ok(());
    }
    for covered in &clauses {
        let (clause, state, tests) = (&covered.clause, covered.state(), covered.tests.len());
        let what = covered.mechanism.as_deref().unwrap_or("–");
        let lacks = covered.lacks.as_ref().map_or(String::new(), |lacks| format!("; lacks: {lacks}"));
        writeln!(stdout(), "{clause:<16} {state:<8} {tests:>2} tests  {what}{lacks}")?;
    }
    Ok(())
}

fn coverage(mechanisms: &str, tests: &'static str) -> Result<Vec<Covered>> {
    let file: File = toml::from_str(mechanisms).context("policy/coverage.toml cannot be read")?;
    let policy = Policy::read(BUILTIN, BUILTIN_FILE)?;
    if let Some(stranger) = file.clause.keys().find(|id| policy.clauses.iter().all(|clause| clause.id != **id)) {
        bail!("policy/coverage.toml names `{stranger}`, which is no clause of {BUILTIN_FILE}");
    }
    let mut rows = Vec::new();
    for (clause, row) in policy.clauses.iter().filter_map(|c| Some((c, file.clause.get(&c.id)?))) {
        let named = tests.lines().filter(|line| clause_of(line, &file).is_some_and(|id| *id == clause.id)).collect();
        let (mechanism, lacks) = (row.mechanism.clone(), row.lacks.clone());
        let covered = Covered { clause: clause.id.clone(), mechanism, lacks, tests: named };
        if covered.mechanism.is_some() && covered.tests.is_empty() {
            bail!(
                "clause `{}` has a mechanism but no test named for it; write `fn clause_{}_…`",
                clause.id,
                underscored(&clause.id)
            );
        }
        rows.push(covered);
    }
    Ok(rows)
}

/// The clause that a test is named for: the longest whose name its own begins with.
fn clause_of<'f>(line: &str, file: &'f File) -> Option<&'f String> {
    let rest = line.split_once(' ')?.1.strip_prefix("clause_")?;
    let begins = |id: &&String| rest.strip_prefix(&underscored(id)).is_some_and(|rest| rest.starts_with('_'));
    file.clause.keys().filter(begins).max_by_key(|id| id.len())
}

fn underscored(clause: &str) -> String {
    clause.replace('.', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mechanism_has_a_test_and_every_row_is_a_clause() {
        let clauses = coverage(MECHANISMS, TESTS).unwrap_or_else(|error| panic!("{error:#}"));
        assert_eq!(clauses.len(), 34, "the document has 34 clauses");
    }

    #[test]
    fn a_mechanism_without_a_test_and_a_row_of_no_clause_fail() {
        let said = |mechanisms: &str, tests| coverage(mechanisms, tests).map(|_| ()).expect_err("fails").to_string();
        let error = said("[clause.\"4.na.visit\"]\nmechanism = \"a clock\"", "a.rs clause_4_na_member_a_year\n");
        assert!(error.contains("write `fn clause_4_na_visit_…`"), "{error}");
        assert!(said("[clause.\"4.xx\"]", "").contains("no clause of"));
    }

    #[test]
    fn a_test_counts_for_the_longest_clause_it_names() {
        let mechanisms = "[clause.\"4\"]\nmechanism = \"a\"\n[clause.\"4.da\"]\nmechanism = \"b\"";
        let clauses = coverage(mechanisms, "a.rs clause_4_da_notice\na.rs clause_4_all\n").expect("covered");
        let counts: Vec<_> = clauses.iter().map(|c| (c.clause.as_str(), c.tests.len())).collect();
        assert_eq!(counts, [("4", 1), ("4.da", 1)]);
    }
}
