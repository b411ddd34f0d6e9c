//! What every handler shares.

use crate::{
    Options,
    metrics::Metrics,
    session::{Session, Sessions, Who},
};
use axum::http::{HeaderMap, header};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::{
    num::NonZeroU32,
    ops::Deref,
    sync::{Arc, Mutex},
};
use vestry_app::{App, ImportSource};
use vestry_model::{KeyId, OrganisationId};

/// Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Server(Arc<Parts>);

#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) app: App,
    pub(crate) options: Options,
    pub(crate) sessions: Sessions,
    pub(crate) limiter: DefaultKeyedRateLimiter<KeyId>,
    /// Tries at signing in, all together: keys have 256 bits, so this only keeps the log and the database calm.
    pub(crate) gate: DefaultKeyedRateLimiter<()>,
    pub(crate) uploads: Mutex<Vec<Upload>>,
    pub(crate) metrics: Metrics,
}

/// The address of the network that a request came from, for counting tries; it is not kept.
#[derive(Debug, Clone)]
pub(crate) struct Network(pub(crate) String);

/// A feed that waits for its mapping to be confirmed.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) token: String,
    pub(crate) organisation: OrganisationId,
    pub(crate) name: String,
    pub(crate) source: ImportSource,
}

/// Feeds that may wait at once; the oldest gives way.
const UPLOADS: usize = 32;

impl Server {
    pub(crate) fn new(app: App, options: Options) -> Self {
        let per_second = NonZeroU32::new(app.config().server.requests_per_second).unwrap_or(NonZeroU32::MIN);
        Self(Arc::new(Parts {
            limiter: RateLimiter::keyed(Quota::per_second(per_second)),
            gate: RateLimiter::keyed(Quota::per_second(const { NonZeroU32::new(10).expect("ten") })),
            sessions: Sessions::default(),
            uploads: Mutex::default(),
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
