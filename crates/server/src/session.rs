//! Sessions: of members and staff in the vault, of keys in memory, ended by a restart, by eight quiet hours or with
//! their key, which the database is asked about each time.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, sync::Mutex};
use vestry_app::{Access, PersonId, Role, Visitor};
use vestry_model::{KeyId, OrganisationId};

/// The cookie that carries a session's token.
pub(crate) const COOKIE: &str = "vestry_session";
/// Whether a policy does not list the cookie that keeps a login, without which nobody gets in.
pub(crate) fn is_unlisted(policy: &vestry_policy::Policy) -> bool {
    !policy.cookies.iter().any(|cookie| cookie.id == COOKIE && cookie.essential)
}

/// Quiet time after which a key's session ends.
const QUIET: SignedDuration = SignedDuration::from_hours(8);
/// Key sessions at once; the quietest gives way.
const MOST: usize = 1_000;

/// Somebody who signed in, as they stand at this request.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// The organisation whose catalogue they see; none for staff.
    organisation: Option<OrganisationId>,
    /// Its name.
    pub(crate) shop: String,
    /// What every form of this session carries.
    pub(crate) csrf: String,
    pub(crate) who: Who,
}

/// Who signed in.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    /// Whoever has a secret key.
    Key(KeyId),
    /// A member.
    Member(Visitor),
    /// One of the operator's people.
    Staff(Visitor),
}

impl Session {
    pub(crate) fn of_key(access: &Access, shop: String, csrf: String) -> Self {
        Self { organisation: Some(access.organisation), shop, csrf, who: Who::Key(access.key) }
    }

    pub(crate) fn of_visitor(visitor: Visitor, shop: String, token: &str) -> Self {
        let is_staff = visitor.role.is_some_and(Role::is_staff);
        let organisation = visitor.organisation.filter(|_| !is_staff);
        let who = if is_staff { Who::Staff(visitor) } else { Who::Member(visitor) };
        Self { organisation, shop, csrf: csrf(token), who }
    }

    /// The organisation that they work for, if there is one.
    pub(crate) fn shop_of(&self) -> Option<OrganisationId> {
        self.organisation
    }

    /// The organisation whose catalogue they see. The guard of a console's route lets nobody in without one.
    pub(crate) fn organisation(&self) -> OrganisationId {
        self.organisation.expect("the guard asked for a role in an organisation")
    }

    /// What they may do: a secret key is as good as an owner.
    pub(crate) fn role(&self) -> Option<Role> {
        match &self.who {
            Who::Key(_) => Some(Role::Owner),
            Who::Member(visitor) => visitor.role.filter(|_| self.organisation.is_some()),
            Who::Staff(visitor) => visitor.role,
        }
    }

    /// Whom requests are counted for.
    pub(crate) fn subject(&self) -> (Option<PersonId>, Option<KeyId>) {
        match &self.who {
            Who::Key(key) => (None, Some(*key)),
            Who::Member(visitor) | Who::Staff(visitor) => (Some(visitor.person), None),
        }
    }

    /// The member, if it is one.
    pub(crate) fn member(&self) -> Option<&Visitor> {
        if let Who::Member(visitor) = &self.who { Some(visitor) } else { None }
    }

    /// Somebody of the staff, if it is one.
    pub(crate) fn staff(&self) -> Option<&Visitor> {
        if let Who::Staff(visitor) = &self.who { Some(visitor) } else { None }
    }
}

/// What forms of a session carry: it follows from the token, which a page of elsewhere does not know.
fn csrf(token: &str) -> String {
    let hash = Sha256::new().chain_update("vestry form\n").chain_update(token).finalize();
    vestry_model::hex(&hash[..16])
}

/// A key's session.
#[derive(Debug, Clone)]
pub(crate) struct KeySession {
    pub(crate) access: Access,
    pub(crate) shop: String,
    pub(crate) csrf: String,
    last: Timestamp,
}

/// All sessions of keys, by the hash of their token.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<[u8; 32], KeySession>>);

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

impl Sessions {
    pub(crate) fn begin(&self, token: &str, access: Access, shop: String, now: Timestamp) {
        let mut sessions = self.0.lock().expect("no holder panics");
        sessions.retain(|_, s| now.duration_since(s.last) < QUIET);
        if sessions.len() >= MOST
            && let Some(quietest) = sessions.iter().min_by_key(|(_, s)| s.last).map(|(token, _)| *token)
        {
            sessions.remove(&quietest);
        }
        sessions.insert(hash(token), KeySession { access, shop, csrf: csrf(token), last: now });
    }

    /// The session of `token`, if its key is still one.
    pub(crate) fn get(&self, token: &str, now: Timestamp) -> Option<KeySession> {
        let mut sessions = self.0.lock().expect("no holder panics");
        let session = sessions.get_mut(&hash(token)).filter(|s| now.duration_since(s.last) < QUIET)?;
        session.last = now;
        Some(session.clone())
    }

    pub(crate) fn end(&self, token: &str) {
        self.0.lock().expect("no holder panics").remove(&hash(token));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestry_app::KeyKind;

    #[test]
    fn a_session_ends_when_it_is_quiet_or_ended() {
        let sessions = Sessions::default();
        let access =
            Access { organisation: OrganisationId::from_row(1), key: KeyId::from_row(1), kind: KeyKind::Secret };
        let at = |hours: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        sessions.begin("a", access.clone(), "Shop".into(), at(0));
        assert!(sessions.get("b", at(0)).is_none());
        assert!(sessions.get("a", at(7)).is_some(), "seven hours are not quiet long enough");
        assert!(sessions.get("a", at(14)).is_some(), "it was used at seven");
        assert!(sessions.get("a", at(23)).is_none());
        sessions.begin("a", access, "Shop".into(), at(0));
        sessions.end("a");
        assert!(sessions.get("a", at(0)).is_none());
    }
}
