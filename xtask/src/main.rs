//! Checks and generators of the workspace: `cargo xtask tidy`, `cargo xtask generate`, `cargo xtask mechanisms`.

mod generate;
mod mechanisms;
mod tidy;

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    let root = root();
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy::run(&root),
        Some("generate") => generate::run(&root),
        Some("mechanisms") => mechanisms::run(&root, &std::env::args().skip(2).collect::<Vec<_>>()),
        _ => bail!(
            "use `cargo xtask tidy` (layering and sizes), `cargo xtask generate` (reference files) or \
             `cargo xtask mechanisms` (each clause's mechanism switched off)"
        ),
    }
}

/// The workspace's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_owned()
}
