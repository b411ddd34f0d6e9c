//! Checks and generators of the workspace: `cargo xtask tidy`, `cargo xtask generate`.

mod generate;
mod tidy;

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    let root = root();
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy::run(&root),
        Some("generate") => generate::run(&root),
        _ => bail!("use `cargo xtask tidy` (layering and sizes) or `cargo xtask generate` (reference files)"),
    }
}

/// The workspace's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_owned()
}
