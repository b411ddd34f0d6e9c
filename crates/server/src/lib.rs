//! HTTP API and web console over the use cases of vestry-app.
//!
//! What it must never do: decide anything that the command line would have to decide too, speak SQL, put the cause
//! of a failure into an answer, or let a page load anything from elsewhere. Status codes, JSON shapes and HTML are
//! known here and nowhere else.
//!
//! To add an operation: a handler of under twenty lines in `api/` with its `utoipa::path`, a line in `routes.rs`
//! and one in `api/openapi.rs`; `cargo xtask generate` writes `docs/openapi.json`. To add a page: a typed struct in
//! `pages.rs` with a template and a sample, a handler in `console/`, its words in both files of `locales/`.

mod account;
mod api;
mod assets;
mod console;
mod cookies;
mod envelope;
mod guard;
mod limits;
mod metrics;
mod office;
mod pages;
mod problem;
mod public;
mod routes;
mod session;
pub mod shapes;
mod state;
mod tls;
mod words;

pub use api::openapi::openapi;
pub use guard::Need;
pub use metrics::{MetricsToken, MetricsTokenError};
pub use routes::Line;
pub use tls::{Tls, TlsError};

use axum::{extract::connect_info::Connected, serve::IncomingStream};
use state::Server;
use std::{
    future::Future,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
};
use tokio::{net::TcpListener, sync::watch};
use vestry_app::{App, AppError};

/// How the server listens.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address and port; port 0 takes a free one.
    pub listen: String,
    /// Something that speaks TLS stands in front: other addresses than loopback may be listened on, and the
    /// session's cookie is sent over TLS only.
    pub behind_proxy: bool,
    /// Speaks TLS itself, so that other addresses than loopback may be listened on.
    pub tls: Option<Tls>,
    /// Opens `/metrics`; without it operators alone see them, signed in.
    pub metrics_token: Option<MetricsToken>,
}

impl Options {
    /// Whether browsers reach this server through TLS alone.
    fn is_over_tls(&self) -> bool {
        self.behind_proxy || self.tls.is_some()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8080".into(), behind_proxy: false, tls: None, metrics_token: None }
    }
}

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Not an address.
    #[error("`{listen}` is not an address to listen on; write `127.0.0.1:8080`")]
    Address {
        /// As given.
        listen: String,
        /// Why not.
        source: std::io::Error,
    },
    /// An address that others can reach, without TLS.
    #[error(
        "`{0}` can be reached from elsewhere, and that needs TLS; pass `--certificate` and `--key`, or put a proxy in front and pass `--behind-proxy`"
    )]
    NotLoopback(SocketAddr),
    /// Others can reach a server that nobody has an account at.
    #[error(
        "nobody has an account yet, and others could reach this server; make the first by `vestry admin init`, or by `vestry admin staff add` where that was done, or listen on `127.0.0.1` without a proxy"
    )]
    NoAccounts,
    /// Who has an account could not be read.
    #[error(transparent)]
    App(#[from] AppError),
    /// The address is taken, or not ours.
    #[error("could not listen on `{address}`; is something else listening there?")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// Nobody could sign in: what is not listed is not set.
    #[error("policy `{version}` does not list the cookie `{cookie}`; add `[cookie.{cookie}]` with `essential = true`")]
    Unlisted {
        /// The version in question.
        version: String,
        /// The cookie.
        cookie: &'static str,
    },
    /// The listener failed.
    #[error("the listener failed")]
    Serve(#[source] std::io::Error),
}

/// The router, for tests and for those who listen by themselves.
pub fn router(app: App, options: Options) -> axum::Router {
    routes::router(&Server::new(app, options))
}

/// Every route with what it needs.
pub fn route_table() -> Vec<Line> {
    routes::table()
}

/// The address that would be listened on, if it may be.
///
/// # Errors
/// Why not: no address, one that is taken, one that others can reach without TLS or before anybody has an account, a policy
/// without the session's cookie.
pub async fn check(app: &App, options: &Options) -> Result<SocketAddr, ServeError> {
    let unreadable = |source| ServeError::Address { listen: options.listen.clone(), source };
    let address = options.listen.to_socket_addrs().map_err(unreadable)?.next();
    let address = address.ok_or_else(|| unreadable(std::io::ErrorKind::NotFound.into()))?;
    if !address.ip().is_loopback() && !options.is_over_tls() {
        return Err(ServeError::NotLoopback(address));
    }
    if (!address.ip().is_loopback() || options.behind_proxy) && !app.has_accounts().await? {
        return Err(ServeError::NoAccounts);
    }
    let lacks = |p: &&vestry_policy::Policy| p.effective >= app.policy().effective && session::is_unlisted(p);
    if let Some(policy) = app.policies().iter().find(lacks) {
        return Err(ServeError::Unlisted { version: policy.version.clone(), cookie: session::COOKIE });
    }
    TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })?;
    Ok(address)
}

/// Serves until `shutdown`, working through imports, waiting pictures and the index beside it; requests under way
/// are finished. `ready` hears the address once it is listened on.
pub async fn serve(
    app: App,
    options: Options,
    shutdown: impl Future<Output = ()> + Send + 'static,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let address = check(&app, &options).await?;
    let listener = TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })?;
    let tls = options.tls.clone();
    let router = router(app.clone(), options);
    ready(listener.local_addr().map_err(ServeError::Serve)?);
    let (sender, receiver) = watch::channel(false);
    let stopped = || {
        let mut receiver = receiver.clone();
        async move {
            let _ = receiver.wait_for(|stop| *stop).await;
        }
    };
    let ring = async move {
        shutdown.await;
        let _ = sender.send(true);
    };
    let service = router.into_make_service_with_connect_info::<Peer>();
    let serving = async {
        match &tls {
            None => axum::serve(listener, service).with_graceful_shutdown(stopped()).await,
            Some(tls) => axum::serve(tls.over(listener), service).with_graceful_shutdown(stopped()).await,
        }
    };
    let following = async {
        if let Some(tls) = &tls {
            tls.follow(stopped()).await;
        }
    };
    let ((), (), (), served) = tokio::join!(ring, app.work(stopped()), following, serving);
    served.map_err(ServeError::Serve)
}

/// The address of the network that a connection comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(stream.remote_addr().ip())
    }
}

impl Connected<IncomingStream<'_, tls::TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, tls::TlsListener>) -> Self {
        Self(stream.remote_addr().ip())
    }
}
