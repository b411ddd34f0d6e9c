//! Running the binary, and the drawn catalogue that it is given.

use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;
use vestry_app::demo;

/// A data folder and a feed of drawings beside it.
pub(crate) struct Shop {
    folder: TempDir,
    pub(crate) feed: PathBuf,
    pub(crate) drawings: Vec<vestry_drawings::Drawing>,
}

impl Shop {
    /// A shop that draws `count` products and has imported none.
    pub(crate) fn new(count: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let drawings = demo::drawings(count);
        let feed = demo::write_catalogue(&folder.path().join("catalogue"), &drawings, |_| {}).expect("written");
        Self { folder, feed, drawings }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The picture of the drawing at `index`.
    pub(crate) fn picture(&self, index: usize) -> PathBuf {
        self.feed.with_file_name(format!("{}.jpg", self.drawings[index].sku))
    }

    /// Runs `vestry ARGS… --data DATA`.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        vestry(args).arg("--data").arg(self.data()).output().expect("the binary runs")
    }

    pub(crate) fn import(&self) -> Output {
        self.run(&["import", self.feed.to_str().expect("UTF-8")])
    }

    /// The SKUs that a search finds, best first.
    pub(crate) fn search(&self, args: &[&str]) -> Vec<String> {
        let output = self.run(&[&["search", "--json", "--limit", "200"], args].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let results = answer["results"].as_array().expect("results").iter();
        results.map(|r| r["sku"].as_str().expect("a SKU").to_owned()).collect()
    }
}

/// The binary with `args`, its output kept.
pub(crate) fn vestry(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestry"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file below `folder`.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}
