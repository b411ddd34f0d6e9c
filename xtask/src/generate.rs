//! Reference files that follow from the code: `docs/openapi.json`, `docs/cli.md`, `docs/config.toml`.

use anyhow::{Context, Result};
use std::{fs, path::Path};

pub(crate) fn run(root: &Path) -> Result<()> {
    let docs = root.join("docs");
    write(&docs.join("openapi.json"), &vestry_server::openapi())?;
    write(&docs.join("config.toml"), vestry_cli::SETTINGS)?;
    write(&docs.join("cli.md"), &vestry_cli::reference())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("could not write `{}`", path.display()))
}
