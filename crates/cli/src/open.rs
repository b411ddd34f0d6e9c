//! Opening the data folder that the arguments name.

use crate::{
    args::{Place, Shop},
    surroundings,
};
use anyhow::{Context, Result};
use std::net::ToSocketAddrs;
use vestry_app::{App, Config, KeyVariable, Privacy, ServerConfig};
use vestry_model::OrganisationId;

/// The settings that `place` names, or the defaults; and the keys that the environment holds.
pub(crate) fn config(place: &Place) -> Result<Config> {
    config_with(place, |_| ())
}

/// [`config`] with what other arguments say of the server.
pub(crate) fn config_with(place: &Place, change: impl FnOnce(&mut ServerConfig)) -> Result<Config> {
    let mut config = match &place.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    change(&mut config.server);
    if config.mail.links.is_empty() {
        config.mail.links = reached_at(&config.server).unwrap_or_default();
    }
    config.key_variables = ["VESTRY_MASTER_KEY", "VESTRY_SEPARATED_KEY", "VESTRY_SIGNING_KEY"].map(KeyVariable::read);
    Ok(config)
}

/// Where the server is reached, if that follows from where it listens: on this machine alone.
pub(crate) fn reached_at(server: &ServerConfig) -> Option<String> {
    let address = server.listen.to_socket_addrs().ok()?.next()?;
    let scheme = if server.certificate.as_os_str().is_empty() { "http" } else { "https" };
    let is_here = address.ip().is_loopback() && address.port() != 0 && !server.behind_proxy;
    is_here.then(|| format!("{scheme}://{}", server.listen))
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
    app_with(place, config(place)?).await
}

/// The Vestry in `place`, under these settings.
pub(crate) async fn app_with(place: &Place, config: Config) -> Result<App> {
    App::open(&place.data, config, surroundings(), None)
        .await
        .with_context(|| format!("could not open the data folder `{}`", place.data.display()))
}
