//! Which crate may depend on which, which may know a database or a socket, and how long files and functions are.

use crate::mechanisms;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A crate, the crates of the workspace it may depend on, and the foreign crates it must not.
/// A new edge here is a decision record in `docs/decisions/`.
const EDGES: &[(&str, &[&str], &[&str])] = &[
    ("vestry-model", &[], ACTING),
    ("vestry-policy", &[], ACTING),
    ("vestry-credentials", &[], ACTING),
    ("vestry-drawings", &["vestry-model"], ACTING),
    ("vestry-learn", &["vestry-model"], ACTING),
    ("vestry-vision", &["vestry-model"], ACTING),
    ("vestry-search", &["vestry-model"], ACTING),
    ("vestry-database", &[], &["axum", "askama", "clap", "reqwest", "object_store"]),
    ("vestry-store", &["vestry-model", "vestry-database"], &["axum", "askama", "clap", "reqwest", "sqlx"]),
    (
        "vestry-vault",
        &["vestry-model", "vestry-database", "vestry-policy"],
        &["axum", "askama", "clap", "reqwest", "sqlx"],
    ),
    ("vestry-mail", &[], &["axum", "askama", "clap", "reqwest", "sqlx", "object_store"]),
    (
        "vestry-app",
        &[
            "vestry-model",
            "vestry-policy",
            "vestry-credentials",
            "vestry-drawings",
            "vestry-learn",
            "vestry-vision",
            "vestry-search",
            "vestry-store",
            "vestry-vault",
            "vestry-mail",
        ],
        &["axum", "askama", "clap", "sqlx"],
    ),
    (
        "vestry-server",
        &[
            "vestry-model",
            "vestry-policy",
            "vestry-vision",
            "vestry-search",
            "vestry-store",
            "vestry-mail",
            "vestry-app",
        ],
        &["sqlx", "clap", "reqwest"],
    ),
    (
        "vestry-cli",
        &[
            "vestry-model",
            "vestry-policy",
            "vestry-drawings",
            "vestry-vision",
            "vestry-search",
            "vestry-app",
            "vestry-server",
        ],
        &["sqlx", "axum"],
    ),
    ("xtask", &["vestry-server", "vestry-cli"], &["sqlx", "axum", "tokio"]),
];

/// What the pure and the CPU-only crates must not know: an async runtime, SQL, HTTP.
const ACTING: &[&str] = &["tokio", "sqlx", "axum", "hyper", "reqwest", "object_store", "clap"];

/// A longer file asks for a split.
const FILE_LINES: usize = 700;
/// A longer function asks for a split.
const FUNCTION_LINES: usize = 70;

pub(crate) fn run(root: &Path) -> Result<()> {
    let mut faults = edges(root)?;
    // What a mechanism's switch names still stands in the sources.
    mechanisms::read(root)?;
    for file in rust_files(root)? {
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let name = file.strip_prefix(root).unwrap_or(&file).display().to_string();
        faults.extend(sizes(&name, &text));
    }
    if faults.is_empty() {
        return Ok(());
    }
    bail!("{}", faults.join("\n"))
}

/// Dependencies that [`EDGES`] does not allow. Test-only dependencies are free.
fn edges(root: &Path) -> Result<Vec<String>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()
        .context("could not run `cargo metadata`")?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("`cargo metadata` gave no JSON")?;
    let mut faults = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, ours, banned)) = EDGES.iter().find(|(n, ..)| *n == name) else {
            faults.push(format!("`{name}` has no row in xtask/src/tidy.rs; say what it may depend on"));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let to = dependency["name"].as_str().unwrap_or_default();
            if dependency["kind"].as_str() == Some("dev") {
                continue;
            }
            let is_ours = to.starts_with("vestry-");
            if (is_ours && !ours.contains(&to)) || banned.contains(&to) {
                faults.push(format!("`{name}` must not depend on `{to}` (ARCHITECTURE.md, invariants)"));
            }
        }
    }
    Ok(faults)
}

pub(crate) fn rust_files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![root.join("crates"), root.join("xtask")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() && path.file_name().is_some_and(|n| n != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Files and functions beyond their size. A function is what stands between a line that declares it and the
/// closing brace at the same indentation, which rustfmt guarantees.
fn sizes(name: &str, text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut faults = Vec::new();
    if lines.len() > FILE_LINES {
        faults.push(format!("{name}: {} lines; split it (at most {FILE_LINES})", lines.len()));
    }
    for (start, line) in lines.iter().enumerate() {
        let body = line.trim_start();
        let declares =
            ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "async fn ", "pub async fn ", "unsafe fn "]
                .iter()
                .any(|head| body.starts_with(head));
        if !declares {
            continue;
        }
        let indent = &line[..line.len() - body.len()];
        let close = format!("{indent}}}");
        let length = lines[start..].iter().position(|l| *l == close).map_or(0, |n| n + 1);
        if length > FUNCTION_LINES {
            faults.push(format!(
                "{name}:{}: a function of {length} lines; split it (at most {FUNCTION_LINES})",
                start + 1
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_functions_and_files_are_found() {
        let long = format!("fn a() {{\n{}}}\n", "    b();\n".repeat(FUNCTION_LINES));
        assert_eq!(sizes("x.rs", &long).len(), 1);
        let short = format!("fn a() {{\n{}}}\n", "    b();\n".repeat(FUNCTION_LINES - 2));
        assert_eq!(sizes("x.rs", &short), Vec::<String>::new());
        assert_eq!(sizes("x.rs", &"// x\n".repeat(FILE_LINES + 1)).len(), 1);
    }

    #[test]
    fn the_tree_keeps_its_direction() {
        assert_eq!(edges(&crate::root()).expect("metadata"), Vec::<String>::new());
    }
}
