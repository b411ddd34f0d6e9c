//! `vestry serve`.

use crate::{args::ServeArgs, open};
use anyhow::{Result, bail};
use std::path::PathBuf;
use tokio::signal::unix::{SignalKind, signal};
use vestry_app::App;
use vestry_server::{MetricsToken, Options, Tls};

/// Serves until interrupted; what was acknowledged is kept.
pub(crate) async fn run(args: ServeArgs) -> Result<()> {
    let app = open::app(&args.place).await?;
    let configured = &app.config().server;
    let file = |given: Option<PathBuf>, configured: &PathBuf| given.unwrap_or_else(|| configured.clone());
    let (certificate, key) = (file(args.certificate, &configured.certificate), file(args.key, &configured.key));
    let tls = match (certificate.as_os_str().is_empty(), key.as_os_str().is_empty()) {
        (true, true) => None,
        (false, false) => Some(Tls::read(&certificate, &key)?),
        _ => bail!("TLS needs both `server.certificate` and `server.key`; name the other one too, or neither"),
    };
    let token = &configured.metrics_token_file;
    let metrics_token = if token.as_os_str().is_empty() { None } else { Some(MetricsToken::read(token)?) };
    if let Some(key) = app.first_key().await? {
        eprintln!(
            "first start: the key of organisation `shop` is\n\n  {key}\n\nit is shown once; the console takes it until the \
             organisation has an owner with an account"
        );
    }
    let scheme = if tls.is_some() { "https" } else { "http" };
    let options = Options {
        listen: args.listen.unwrap_or_else(|| app.config().server.listen.clone()),
        behind_proxy: args.behind_proxy || app.config().server.behind_proxy,
        tls,
        metrics_token,
    };
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
