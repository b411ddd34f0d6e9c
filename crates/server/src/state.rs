//! What every handler shares.

use crate::{
    Options,
    limits::Limits,
    metrics::Metrics,
    session::{Session, Sessions, Who},
};
use axum::http::{HeaderMap, header};
use governor::Quota;
use std::{
    net::IpAddr,
    num::NonZeroU32,
    ops::Deref,
    sync::{Arc, Mutex},
};
use tokio::sync::Semaphore;
use vestry_app::{App, ImportSource};
use vestry_model::OrganisationId;

/// Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Server(Arc<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) app: App,
    pub(crate) options: Options,
    pub(crate) sessions: Sessions,
    /// What one key may ask.
    pub(crate) keys: Limits,
    /// What one member, or whoever is signed in with a key, may ask of what costs.
    pub(crate) members: Limits,
    /// How many letters and downloads one member may cause.
    pub(crate) letters: Limits,
    /// Tries at signing in from one network, so that whoever tries without end stops nobody else.
    pub(crate) gate: Limits,
    pub(crate) uploads: Mutex<Vec<Upload>>,
    /// Places for bodies that are large, which are held in memory.
    pub(crate) large: Semaphore,
    pub(crate) metrics: Metrics,
}

/// The network that a request came from, for counting tries; it is not kept.
///
/// An IPv4 address counts by itself: its neighbours are other households. Of an IPv6 address the first 64 bits count: they are
/// one household's, which can take as many addresses in it as it likes.
#[derive(Debug, Clone)]
pub(crate) struct Network(
    pub(crate) String,
    /// The address itself, where it is one.
    pub(crate) Option<IpAddr>,
);

/// The longest text of a proxy that is counted as a network.
const NETWORK_BYTES: usize = 64;

impl Network {
    pub(crate) fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let name = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        };
        Self(name, Some(address))
    }

    /// As a proxy names it: an address, or whatever it writes instead.
    pub(crate) fn named(text: &str) -> Self {
        match text.parse() {
            Ok(address) => Self::of(address),
            Err(_) => Self(text.chars().take(NETWORK_BYTES).collect(), None),
        }
    }
}

/// A feed that waits for its mapping to be confirmed.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) token: String,
    pub(crate) organisation: OrganisationId,
    pub(crate) name: String,
    pub(crate) source: ImportSource,
}

/// Costly requests of one member in a second: nobody types or clicks faster.
const PER_MEMBER: NonZeroU32 = NonZeroU32::new(20).expect("twenty");
/// Letters and downloads of one member in an hour.
const LETTERS: NonZeroU32 = NonZeroU32::new(20).expect("twenty");
/// Tries at signing in from one network in a second.
const TRIES: NonZeroU32 = NonZeroU32::new(10).expect("ten");
/// Feeds that may wait at once; the oldest gives way.
const UPLOADS: usize = 32;

/// So many large bodies are read at once: a gigabyte of memory.
const LARGE_AT_ONCE: usize = 2;

impl Server {
    pub(crate) fn new(app: App, options: Options) -> Self {
        let per_second = NonZeroU32::new(app.config().server.requests_per_second).unwrap_or(NonZeroU32::MIN);
        Self(Arc::new(Parts {
            keys: Limits::new(Quota::per_second(per_second)),
            members: Limits::new(Quota::per_second(per_second.min(PER_MEMBER))),
            letters: Limits::new(Quota::per_hour(LETTERS)),
            gate: Limits::new(Quota::per_second(TRIES)),
            sessions: Sessions::default(),
            uploads: Mutex::default(),
            large: Semaphore::new(LARGE_AT_ONCE),
            metrics: Metrics::default(),
            app,
            options,
        }))
    }

    /// Random digits that nobody can guess.
    pub(crate) fn token(&self) -> String {
        vestry_model::hex(&[self.app.random(), self.app.random()].concat())
    }

    /// Under which name somebody's corrections stand: one that says nothing without the vault's key.
    pub(crate) fn pseudonym(&self, session: &Session) -> String {
        match (&session.who, self.app.privacy()) {
            (Who::Member(visitor) | Who::Staff(visitor), Some(privacy)) => privacy.pseudonym(visitor.person),
            (Who::Key(key), _) => format!("key-{key}"),
            _ => "somebody".into(),
        }
    }

    pub(crate) fn keep_upload(&self, organisation: OrganisationId, name: String, source: ImportSource) -> String {
        let token = self.token();
        let mut uploads = self.uploads.lock().expect("no holder panics");
        if uploads.len() >= UPLOADS {
            uploads.remove(0);
        }
        uploads.push(Upload { token: token.clone(), organisation, name, source });
        token
    }

    pub(crate) fn upload(&self, organisation: OrganisationId, token: &str) -> Option<Upload> {
        let uploads = self.uploads.lock().expect("no holder panics");
        uploads.iter().find(|u| u.organisation == organisation && u.token == token).cloned()
    }

    pub(crate) fn forget_upload(&self, token: &str) {
        self.uploads.lock().expect("no holder panics").retain(|u| u.token != token);
    }
}

impl Deref for Server {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// A cookie's value.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::Network;

    #[test]
    fn a_network_is_an_ipv4_address_or_half_an_ipv6_one() {
        for (address, network) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
            ("unknown", "unknown"),
        ] {
            assert_eq!(Network::named(address).0, network, "{address}");
        }
        // The office's networks are told by the address itself.
        assert_eq!(Network::named("2001:db8:1:2::9").1, "2001:db8:1:2::9".parse().ok());
        assert_eq!(Network::named(&"x".repeat(9_999)).0.len(), 64);
    }
}
