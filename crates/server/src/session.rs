//! Sessions of the console: in memory, ended by a restart, by eight quiet hours or with their key.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, sync::Mutex};
use vestry_app::Access;

/// The cookie that carries a session's token.
pub(crate) const COOKIE: &str = "vestry_session";
/// Quiet time after which a session ends.
const QUIET: SignedDuration = SignedDuration::from_hours(8);
/// How long a key is taken to be live without asking the database again.
const TRUST: SignedDuration = SignedDuration::from_secs(5);
/// Sessions at once; the quietest gives way.
const MOST: usize = 1_000;

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) access: Access,
    /// The organisation's name.
    pub(crate) shop: String,
    /// What every form of this session carries.
    pub(crate) csrf: String,
    last: Timestamp,
    checked: Timestamp,
}

/// All sessions, by the hash of their token.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<[u8; 32], Session>>);

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

impl Sessions {
    pub(crate) fn begin(&self, token: &str, csrf: String, access: Access, shop: String, now: Timestamp) {
        let mut sessions = self.0.lock().expect("no holder panics");
        sessions.retain(|_, s| now.duration_since(s.last) < QUIET);
        if sessions.len() >= MOST
            && let Some(quietest) = sessions.iter().min_by_key(|(_, s)| s.last).map(|(token, _)| *token)
        {
            sessions.remove(&quietest);
        }
        sessions.insert(hash(token), Session { access, shop, csrf, last: now, checked: now });
    }

    /// The session of `token`, and whether its key should be looked at again.
    pub(crate) fn get(&self, token: &str, now: Timestamp) -> Option<(Session, bool)> {
        let mut sessions = self.0.lock().expect("no holder panics");
        let session = sessions.get_mut(&hash(token)).filter(|s| now.duration_since(s.last) < QUIET)?;
        session.last = now;
        let stale = now.duration_since(session.checked) >= TRUST;
        if stale {
            session.checked = now;
        }
        Some((session.clone(), stale))
    }

    pub(crate) fn end(&self, token: &str) {
        self.0.lock().expect("no holder panics").remove(&hash(token));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestry_app::KeyKind;
    use vestry_model::{KeyId, OrganisationId};

    #[test]
    fn a_session_ends_when_it_is_quiet_or_ended() {
        let sessions = Sessions::default();
        let access =
            Access { organisation: OrganisationId::from_row(1), key: KeyId::from_row(1), kind: KeyKind::Secret };
        let at = |hours: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        sessions.begin("a", "c".into(), access.clone(), "Shop".into(), at(0));
        assert!(sessions.get("b", at(0)).is_none());
        assert!(sessions.get("a", at(7)).is_some(), "seven hours are not quiet long enough");
        assert!(sessions.get("a", at(14)).is_some(), "it was used at seven");
        assert!(sessions.get("a", at(23)).is_none());
        sessions.begin("a", "c".into(), access, "Shop".into(), at(0));
        sessions.end("a");
        assert!(sessions.get("a", at(0)).is_none());
    }
}
