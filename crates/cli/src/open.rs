//! Opening the data folder that the arguments name.

use crate::{
    args::{Place, Shop},
    surroundings,
};
use anyhow::{Context, Result};
use vestry_app::{App, Config, KeyVariable, Privacy};
use vestry_model::OrganisationId;

/// The settings that `place` names, or the defaults; and the keys that the environment holds.
pub(crate) fn config(place: &Place) -> Result<Config> {
    let mut config = match &place.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    config.key_variables = ["VESTRY_MASTER_KEY", "VESTRY_SEPARATED_KEY", "VESTRY_SIGNING_KEY"].map(KeyVariable::read);
    Ok(config)
}

/// Policy and vault of the data folder, for the work of the office.
pub(crate) async fn privacy(place: &Place) -> Result<Privacy> {
    let opened = Privacy::open(&place.data, &config(place)?, surroundings()).await;
    opened.with_context(|| format!("could not open the data folder `{}`", place.data.display()))
}

/// The Vestry that holds an organisation, and the organisation.
pub(crate) async fn shop(Shop { org, place }: &Shop) -> Result<(App, OrganisationId)> {
    let app = app(place).await?;
    let organisation = app.organisation(org).await?;
    Ok((app, organisation))
}

/// The Vestry in `place`.
pub(crate) async fn app(place: &Place) -> Result<App> {
    let config = config(place)?;
    App::open(&place.data, config, surroundings(), None)
        .await
        .with_context(|| format!("could not open the data folder `{}`", place.data.display()))
}
