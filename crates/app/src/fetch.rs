//! Pictures by URL, without becoming a way into the house's own network.
//!
//! A name is resolved here, every address it has is checked, and the connection goes to exactly those addresses: a
//! name that answers differently a second later gains nothing. Redirects are followed by hand, each hop checked like
//! the first. No proxy from the environment, no cookies, no referrer, no credentials.

use reqwest::{
    Client, StatusCode, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::LOCATION,
    redirect::Policy,
};
use std::{
    error::Error,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};

/// What may be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchOptions {
    /// `host` or `host:port` whose addresses are not checked.
    pub allow: Vec<String>,
    /// Bytes of a body at most.
    pub max_bytes: usize,
    /// Redirects followed at most.
    pub max_redirects: usize,
    /// Time for the whole fetch, redirects included.
    pub timeout: Duration,
}

impl Default for FetchOptions {
    /// Nothing allow-listed, 32 MiB, 3 redirects, 20 seconds.
    fn default() -> Self {
        Self { allow: Vec::new(), max_bytes: 32 << 20, max_redirects: 3, timeout: Duration::from_secs(20) }
    }
}

/// Why nothing was fetched. Never holds a query string or a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Not something that is fetched.
    #[error("`{0}` is not a URL that is fetched; use `http` or `https` without a user name")]
    Url(String),
    /// A private, loopback, link-local or otherwise special address.
    #[error("`{0}` is on a private network; add it to `fetch.allow` if it is yours")]
    Forbidden(String),
    /// No address for the name.
    #[error("`{0}` has no address; check the host's name")]
    NoAddress(String),
    /// Too many hops.
    #[error("`{host}` redirects more than {limit} times; use the final address")]
    Redirects {
        /// The last host.
        host: String,
        /// How many are followed.
        limit: usize,
    },
    /// Not a success.
    #[error("`{host}` answered {status}; check the address")]
    Status {
        /// Who answered.
        host: String,
        /// What.
        status: u16,
    },
    /// More bytes than allowed.
    #[error("the file at `{host}` is larger than {limit} bytes; send a smaller one")]
    TooLarge {
        /// Who sent it.
        host: String,
        /// How much is allowed.
        limit: usize,
    },
    /// Not in time.
    #[error("`{0}` did not answer in time; try again")]
    Timeout(String),
    /// The connection failed.
    #[error("could not fetch from `{0}`; try again")]
    Connection(String),
    /// This machine cannot make connections.
    #[error("connections cannot be made: no certificate authorities were found; install `ca-certificates`")]
    Setup,
}

/// Whether `address` belongs to the public internet. Forms of IPv6 that carry an IPv4 address (mapped, 6to4, NAT64,
/// Teredo) are not: what they lead to depends on the network.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// By the IANA registry of special-purpose IPv4 addresses.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match (a, b, c) {
        // This network, private, loopback, multicast, reserved.
        (0 | 10 | 127 | 224.., ..) => true,
        // Carrier-grade NAT, 100.64.0.0/10.
        (100, 64..=127, _) => true,
        // Link-local; clouds keep their secrets at 169.254.169.254.
        (169, 254, _) => true,
        (172, 16..=31, _) => true,
        // Protocol assignments, documentation, 6to4 relays, private.
        (192, 0, 0 | 2) | (192, 88, 99) | (192, 168, _) => true,
        // Benchmarks, 198.18.0.0/15.
        (198, 18 | 19, _) => true,
        // Documentation.
        (198, 51, 100) | (203, 0, 113) => true,
        _ => false,
    };
    !special
}

/// Only 2000::/3 is assigned to the public, and inside it not 2001::/23, documentation and 6to4.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// A name whose address, or one of them, is not public.
#[derive(Debug)]
struct NotPublic;

/// A name without an address.
#[derive(Debug)]
struct Nowhere;

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an address that is not public")
    }
}

impl fmt::Display for Nowhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no address")
    }
}

impl Error for NotPublic {}
impl Error for Nowhere {}

/// Resolves names for the connection itself, so that what was checked is what is connected to.
struct Checked {
    check: fn(IpAddr) -> bool,
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let check = self.check;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(|_| Nowhere)?;
            let found: Vec<SocketAddr> = found.collect();
            match found.iter().all(|a| check(a.ip())) {
                _ if found.is_empty() => Err(Nowhere.into()),
                // One private address among public ones is refused too: which is used would be chance.
                false => Err(NotPublic.into()),
                true => Ok(Box::new(found.into_iter()) as Addrs),
            }
        })
    }
}

/// Fetches pictures.
#[derive(Debug, Clone)]
pub struct Fetcher {
    options: FetchOptions,
    clients: Arc<OnceLock<Option<Clients>>>,
}

#[derive(Debug)]
struct Clients {
    /// Connects to public addresses only.
    public: Client,
    /// Connects anywhere; for what the operator allow-listed.
    anywhere: Client,
}

fn client(check: fn(IpAddr) -> bool) -> Option<Client> {
    // Whoever came first has installed the same provider or chosen another on purpose.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .dns_resolver(Checked { check })
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .user_agent(concat!("vestry/", env!("CARGO_PKG_VERSION")))
        .build()
        .ok()
}

/// A client that connects anywhere, for servers that the operator names; `None` when TLS cannot be set up.
pub fn trusting_client() -> Option<Client> {
    client(|_| true)
}

/// The URL's host and port as an error may show them.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or("");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A text that was meant as a URL, without what must not be shown: credentials and the query, cut to 120 characters.
pub(crate) fn shown(text: &str) -> String {
    let head = text.split(['?', '#']).next().unwrap_or("");
    let (scheme, rest) = head.split_once("://").map_or(("", head), |(scheme, rest)| (scheme, rest));
    // What stands before the last `@` of the authority is a credential.
    let authority = rest.split('/').next().unwrap_or("");
    let rest = authority.rfind('@').map_or(rest, |at| &rest[at + 1..]);
    let text = if scheme.is_empty() { rest.to_owned() } else { format!("{scheme}://{rest}") };
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}

impl Fetcher {
    /// A fetcher that keeps to `options`.
    pub fn new(options: FetchOptions) -> Self {
        Self { options, clients: Arc::default() }
    }

    /// The body at `url`.
    pub async fn fetch(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let parsed = Url::parse(url.trim()).map_err(|_| FetchError::Url(shown(url)))?;
        let first = host(&parsed);
        let whole = tokio::time::timeout(self.options.timeout, self.follow(parsed));
        whole.await.unwrap_or(Err(FetchError::Timeout(first)))
    }

    async fn follow(&self, mut url: Url) -> Result<Vec<u8>, FetchError> {
        for _ in 0..=self.options.max_redirects {
            let response = self.hop(&url).await?;
            if response.status().is_redirection() && response.status() != StatusCode::NOT_MODIFIED {
                let status = FetchError::Status { host: host(&url), status: response.status().as_u16() };
                let to = response.headers().get(LOCATION).and_then(|l| l.to_str().ok()).ok_or(status)?;
                url = url.join(to).map_err(|_| FetchError::Url(shown(to)))?;
                continue;
            }
            return self.body(&url, response).await;
        }
        Err(FetchError::Redirects { host: host(&url), limit: self.options.max_redirects })
    }

    /// Whether the operator allow-listed the host of `url`, at any port or at this one.
    fn is_allowed(&self, url: &Url) -> bool {
        let bare = |h: &str| h.trim_matches(['[', ']']).to_lowercase();
        let name = bare(url.host_str().unwrap_or(""));
        let port = url.port_or_known_default().unwrap_or(0);
        self.options.allow.iter().any(|allowed| {
            bare(allowed) == name
                || allowed.rsplit_once(':').is_some_and(|(h, p)| bare(h) == name && p.parse() == Ok(port))
        })
    }

    /// One request, its host checked.
    async fn hop(&self, url: &Url) -> Result<reqwest::Response, FetchError> {
        let credentials = !url.username().is_empty() || url.password().is_some();
        if !matches!(url.scheme(), "http" | "https") || credentials || url.host_str().is_none_or(str::is_empty) {
            return Err(FetchError::Url(shown(url.as_str())));
        }
        let clients =
            self.clients.get_or_init(|| Some(Clients { public: client(is_public)?, anywhere: client(|_| true)? }));
        let clients = clients.as_ref().ok_or(FetchError::Setup)?;
        let client = if self.is_allowed(url) {
            &clients.anywhere
        } else {
            // An address in the URL itself is never resolved, so it is checked here.
            let literal = url.host_str().and_then(|h| h.trim_matches(['[', ']']).parse::<IpAddr>().ok());
            if literal.is_some_and(|address| !is_public(address)) {
                return Err(FetchError::Forbidden(host(url)));
            }
            &clients.public
        };
        client.get(url.clone()).send().await.map_err(|error| failure(&error, url))
    }

    async fn body(&self, url: &Url, mut response: reqwest::Response) -> Result<Vec<u8>, FetchError> {
        if !response.status().is_success() {
            return Err(FetchError::Status { host: host(url), status: response.status().as_u16() });
        }
        let limit = self.options.max_bytes;
        let too_large = || FetchError::TooLarge { host: host(url), limit };
        if response.content_length().is_some_and(|length| length > limit as u64) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|error| failure(&error, url))? {
            if body.len() + part.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&part);
        }
        Ok(body)
    }
}

/// Says what went wrong without the client's own words, which hold the whole URL.
fn failure(error: &reqwest::Error, url: &Url) -> FetchError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<NotPublic>() {
            return FetchError::Forbidden(host(url));
        }
        if error.is::<Nowhere>() {
            return FetchError::NoAddress(host(url));
        }
        cause = error.source();
    }
    if error.is_timeout() { FetchError::Timeout(host(url)) } else { FetchError::Connection(host(url)) }
}

#[cfg(test)]
mod tests;
