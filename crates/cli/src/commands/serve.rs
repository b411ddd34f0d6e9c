//! `vestry serve`.

use crate::{args::ServeArgs, open};
use anyhow::{Result, bail};
use tokio::signal::unix::{SignalKind, signal};
use vestry_app::{App, ServerConfig};
use vestry_server::{MetricsToken, Options, Tls};

/// Serves until interrupted; what was acknowledged is kept.
pub(crate) async fn run(args: ServeArgs) -> Result<()> {
    let ServeArgs { place, listen, behind_proxy, certificate, key } = args;
    // What is said here stands before the settings.
    let config = open::config_with(&place, |server| {
        server.listen = listen.unwrap_or(std::mem::take(&mut server.listen));
        server.behind_proxy |= behind_proxy;
        server.certificate = certificate.unwrap_or(std::mem::take(&mut server.certificate));
        server.key = key.unwrap_or(std::mem::take(&mut server.key));
    })?;
    let ServerConfig { listen, behind_proxy, certificate, key, metrics_token_file: token, .. } = &config.server;
    let tls = match (certificate.as_os_str().is_empty(), key.as_os_str().is_empty()) {
        (true, true) => None,
        (false, false) => Some(Tls::read(certificate, key)?),
        _ => bail!("TLS needs both `server.certificate` and `server.key`; name the other one too, or neither"),
    };
    let metrics_token = if token.as_os_str().is_empty() { None } else { Some(MetricsToken::read(token)?) };
    let scheme = if tls.is_some() { "https" } else { "http" };
    let options = Options { listen: listen.clone(), behind_proxy: *behind_proxy, tls, metrics_token };
    if config.mail.links.is_empty() {
        eprintln!("letters lead to this machine; say as `mail.links` where people reach this server");
    }
    let app = open::app_with(&place, config).await?;
    // Before a key is shown that nobody could use.
    vestry_server::check(&app, &options).await?;
    if let Some((organisation, key)) = app.first_key().await? {
        eprintln!(
            "first start: the key of organisation `{organisation}` is\n\n  {key}\n\nit is shown once; the console takes it \
             until the organisation has an owner with an account"
        );
    }
    serve(app, options, |address| eprintln!("listening on {scheme}://{address}")).await
}

/// Serves and does the background work until interrupted, then saves the index.
pub(crate) async fn serve(app: App, options: Options, ready: impl FnOnce(std::net::SocketAddr)) -> Result<()> {
    vestry_server::serve(app.clone(), options, interrupted(), ready).await?;
    app.save_indexes().await?;
    app.close().await;
    Ok(())
}

/// Resolves on Ctrl-C or on a termination signal. Both are listened to as soon as this is called, not when it is first
/// waited for: who reads that the server listens may stop it at once.
fn interrupted() -> impl Future<Output = ()> {
    let listen = |kind| signal(kind).expect("signals can be listened to");
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt()), listen(SignalKind::terminate()));
    async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}
