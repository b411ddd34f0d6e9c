//! Opening the data folder that the arguments name.

use crate::{args::Place, surroundings};
use anyhow::{Context, Result};
use vestry_app::{App, Config};

/// The settings that `place` names, or the defaults.
pub(crate) fn config(place: &Place) -> Result<Config> {
    Ok(match &place.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    })
}

/// The Vestry in `place`.
pub(crate) async fn app(place: &Place) -> Result<App> {
    let config = config(place)?;
    App::open(&place.data, config, surroundings(), None)
        .await
        .with_context(|| format!("could not open the data folder `{}`", place.data.display()))
}
