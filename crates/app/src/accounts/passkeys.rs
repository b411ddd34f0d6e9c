//! Passkeys: keys that an authenticator makes for this host alone, and uses once it has verified who holds it. So one is
//! password and second proof at once.
//!
//! A passkey names its member itself, so that nobody is asked who they are, and no answer tells who has one. Whatever is
//! amiss is refused alike. What is held of one, its public key first of all, is the policy's item `passkey`.

use super::{
    AccountError, Device, Entered, Opened, Queued, entering::in_like_time, own::Meanwhile, second::Code, token,
};
use crate::Privacy;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};
use vestry_credentials::{Token, TokenUse};
use vestry_model::hex;
use vestry_policy::{LawfulUse, Membership};
use vestry_vault::{ChallengeKey, EndedSessions, Opening, PersonId, Personal, Reader, VaultError};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    Uuid, Webauthn, WebauthnBuilder,
};
use zeroize::Zeroizing;

/// How long a challenge waits for its answer, which browsers are told: the time that WebAuthn recommends.
const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_mins(5);
/// Passkeys of one member.
const MOST_PASSKEYS: usize = 10;
/// The longest name of one, in characters.
const MAX_NAME: usize = 60;
/// How often an answer is judged anew because something else about the person changed meanwhile.
const TURNS: u32 = 8;

/// Where browsers reach this server: `https://vestry.shop.example`. Its host is what passkeys are bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(Url);

impl Origin {
    /// The host.
    pub fn host(&self) -> &str {
        self.0.domain().expect("an origin has a host that is a name")
    }
}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let refused = || NotAnOrigin(text.into());
        let url = Url::parse(text).map_err(|_| refused())?;
        // What browsers make passkeys for: a host by its name, and nothing in between that could be read on the way.
        let is_safe = url.scheme() == "https" || url.scheme() == "http" && url.domain() == Some("localhost");
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_nobodys = url.username().is_empty() && url.password().is_none();
        match url.domain().is_some() && is_safe && is_bare && is_nobodys {
            true => Ok(Self(url)),
            false => Err(refused()),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// A text that is no [`Origin`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no origin that browsers make passkeys for; write it like `https://vestry.shop.example`, with a host name and \
     no path"
)]
pub struct NotAnOrigin(String);

/// Whom passkeys are made for: this server, under its origin.
#[derive(Debug)]
pub(crate) struct RelyingParty {
    origin: Origin,
    webauthn: Webauthn,
}

impl RelyingParty {
    pub(crate) fn new(origin: &Origin, name: &str) -> Self {
        let builder = WebauthnBuilder::new(origin.host(), &origin.0).expect("an origin's host is its own");
        let webauthn = builder.rp_name(name).timeout(ANSWERED_WITHIN.unsigned_abs()).build();
        Self { origin: origin.clone(), webauthn: webauthn.expect("nothing of it can be wrong") }
    }
}

/// What a browser is asked.
pub struct PasskeyAsked {
    /// With this the answer comes back.
    pub challenge: Zeroizing<String>,
    /// The options of `navigator.credentials`, bytes in base64url.
    pub options: serde_json::Value,
}

impl fmt::Debug for PasskeyAsked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasskeyAsked([challenge])")
    }
}

/// The passkeys of a member, as they see them.
#[derive(Debug)]
pub struct OwnPasskeys {
    /// Each, the oldest first.
    pub lines: Vec<PasskeyLine>,
    /// What their names were opened for.
    pub opening: Opening,
}

/// One passkey.
#[derive(Debug)]
pub struct PasskeyLine {
    /// Which, among its member's.
    pub id: String,
    /// What they call it.
    pub name: Personal<String>,
    /// When it was made.
    pub made: Timestamp,
    /// When it last let them in.
    pub used: Option<Timestamp>,
}

/// A passkey, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Held {
    name: String,
    made: Timestamp,
    used: Option<Timestamp>,
    key: Passkey,
}

impl Held {
    fn id(&self) -> String {
        hex(&Sha256::digest(self.key.cred_id())[..8])
    }

    /// What `text` says; what cannot be read lets nobody in.
    fn read(text: Option<&str>) -> Vec<Self> {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// As they are sealed; nothing where there is none.
    fn write(all: &[Self]) -> Option<String> {
        (!all.is_empty()).then(|| serde_json::to_string(all).expect("passkeys are JSON"))
    }
}

impl Privacy {
    /// Where passkeys are offered; nowhere without an origin, or under a policy that does not list them.
    pub fn passkeys_at(&self) -> Option<&Origin> {
        let party = self.relying_party()?;
        self.policy().item_named("passkey").map(|_| &party.origin)
    }

    fn party(&self) -> Result<&RelyingParty, AccountError> {
        self.passkeys_at().and(self.relying_party()).ok_or_else(unusable)
    }

    /// Asks a member's browser for a new passkey, once they have proved who they are.
    ///
    /// # Errors
    /// [`AccountError::Wrong`] for password or code; [`AccountError::Unusable`] where they have as many as there may be.
    pub async fn ask_for_passkey(
        &self,
        person: PersonId,
        password: &Personal<String>,
        code: &Personal<String>,
    ) -> Result<PasskeyAsked, AccountError> {
        let party = self.party()?;
        self.prove(person, password, Code::Given(code)).await?;
        let held = self.held_passkeys(person).await?.1;
        if held.len() >= MOST_PASSKEYS {
            return Err(unusable());
        }
        let known = held.iter().map(|held| held.key.cred_id().clone()).collect();
        let opened = self.open_items(person, "membership", Reader::Themselves(person), &["email"]).await?;
        let label = opened.text(self.policy(), "email").unwrap_or_default();
        let user = Uuid::from_bytes(*person.as_bytes());
        let asked = unlogged(|| party.webauthn.start_passkey_registration(user, label, label, Some(known)));
        let (options, state) = asked.map_err(|_| unusable())?;
        let mut options = serde_json::to_value(options).expect("options are JSON")["publicKey"].take();
        // One that does not name its member would let nobody in here.
        options["authenticatorSelection"]["residentKey"] = "required".into();
        options["authenticatorSelection"]["requireResidentKey"] = true.into();
        self.ask(Some(person), options, &state).await
    }

    /// Keeps the passkey that a browser made, and tells its member by mail.
    ///
    /// # Errors
    /// [`AccountError::Unusable`] for an answer to another challenge, too late, or otherwise none; and for a name that
    /// cannot be one.
    pub async fn add_passkey(
        &self,
        person: PersonId,
        (challenge, answer): (&str, &str),
        name: &str,
    ) -> Result<(), AccountError> {
        let party = self.party()?;
        let state: Option<PasskeyRegistration> = self.answered(challenge, Some(person)).await?;
        let (state, name) = (state.ok_or_else(unusable)?, named(name)?);
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(|_| unusable())?;
        if answer.extensions.cred_props.as_ref().is_some_and(|made| made.rk == Some(false)) {
            return Err(unusable());
        }
        let key = unlogged(|| party.webauthn.finish_passkey_registration(&answer, &state)).map_err(|_| unusable())?;
        let now = self.now();
        let told = Queued::NewPasskey { passkey: name.clone(), at: now };
        let mut made = Some(Held { name, made: now, used: None, key });
        self.change_passkeys(person, |held| {
            let is_new = made.as_ref().is_some_and(|made| held.iter().all(|held| held.key != made.key));
            if !is_new || held.len() >= MOST_PASSKEYS {
                return Err(unusable());
            }
            held.extend(made.take());
            Ok(())
        })
        .await?;
        self.queue(person, &told, None).await
    }

    /// The passkeys of a member, for themselves.
    pub async fn own_passkeys(&self, person: PersonId) -> Result<OwnPasskeys, AccountError> {
        let (opened, held) = self.held_passkeys(person).await?;
        let line = |held: Held| PasskeyLine { id: held.id(), made: held.made, used: held.used, name: held.name.into() };
        Ok(OwnPasskeys { lines: held.into_iter().map(line).collect(), opening: opened.opening })
    }

    /// Calls a member's own passkey otherwise.
    ///
    /// # Errors
    /// [`AccountError::Unusable`] for a name that cannot be one, and where it is none of theirs.
    pub async fn rename_passkey(&self, person: PersonId, id: &str, name: &str) -> Result<(), AccountError> {
        let name = named(name)?;
        self.change_passkeys(person, |held| {
            let one = held.iter_mut().find(|held| held.id() == id).ok_or_else(unusable)?;
            one.name = name;
            Ok(())
        })
        .await
    }

    /// Lets a member's own passkey go; it lets nobody in from now on.
    ///
    /// # Errors
    /// [`AccountError::Unusable`] where it is none of theirs.
    pub async fn remove_passkey(&self, person: PersonId, id: &str) -> Result<(), AccountError> {
        self.change_passkeys(person, |held| {
            let at = held.iter().position(|held| held.id() == id).ok_or_else(unusable)?;
            held.remove(at);
            Ok(())
        })
        .await
    }

    /// Lets all passkeys of a member go, whoever made them, and ends every session.
    pub(super) async fn drop_passkeys(&self, person: PersonId) -> Result<(), AccountError> {
        if self.held_passkeys(person).await?.1.is_empty() {
            return Ok(());
        }
        let meanwhile = Meanwhile { since: None, sessions: EndedSessions::All };
        self.put_items(self.policy(), person, "security", vec![("passkey", None)], meanwhile).await
    }

    /// Asks a browser for a passkey of whoever holds one for this host.
    ///
    /// # Errors
    /// [`AccountError::Unusable`] where none are offered.
    pub async fn ask_with_passkey(&self) -> Result<PasskeyAsked, AccountError> {
        let party = self.party()?;
        let asked = unlogged(|| party.webauthn.start_discoverable_authentication());
        let (options, state) = asked.map_err(|_| unusable())?;
        let options = serde_json::to_value(options).expect("options are JSON")["publicKey"].take();
        self.ask(None, options, &state).await
    }

    /// Lets a member in who answered with a passkey.
    ///
    /// # Errors
    /// [`AccountError::Wrong`], whatever is wrong, and in like time whether or not there is such a member;
    /// [`AccountError::Wait`] after too many tries.
    pub async fn log_in_with_passkey(
        &self,
        challenge: &str,
        answer: &str,
        device: &Device,
    ) -> Result<Entered, AccountError> {
        in_like_time(self.let_in_with_passkey(challenge, answer, device)).await
    }

    async fn let_in_with_passkey(
        &self,
        challenge: &str,
        answer: &str,
        device: &Device,
    ) -> Result<Entered, AccountError> {
        self.party()?;
        let answer: Option<PublicKeyCredential> = serde_json::from_str(answer).ok();
        let who = answer.as_ref().and_then(whose);
        // What names nobody is counted together.
        let name = who.map_or(String::new(), |person| person.to_string());
        let tried = self.count_try("passkey", &name, &device.network).await?;
        let state: Option<DiscoverableAuthentication> = self.answered(challenge, None).await?;
        let (Some(answer), Some(person), Some(state)) = (answer, who, state) else { return Err(AccountError::Wrong) };
        let security = self.accept_passkey(person, &answer, &state).await?.ok_or(AccountError::Wrong)?;
        self.succeeded(&tried).await?;
        self.enter(person, security.text(self.policy(), "device"), device).await
    }

    /// Whether `answer` is that of a passkey of theirs; what was opened to see it. Its counter is judged and set at one count
    /// of the person's changes.
    async fn accept_passkey(
        &self,
        person: PersonId,
        answer: &PublicKeyCredential,
        state: &DiscoverableAuthentication,
    ) -> Result<Option<Opened>, AccountError> {
        let (policy, party) = (self.policy(), self.party()?);
        for _ in 0..TURNS {
            let on_file = match self.vault().person(policy, person).await {
                Err(VaultError::UnknownPerson(_)) => return Ok(None),
                other => other?,
            };
            if !matches!(on_file.membership, Membership::Active { .. } | Membership::Dormant { .. }) {
                return Ok(None);
            }
            let opened = self.open_to_return(person, "security", &["passkey", "device"]).await?;
            let mut held = Held::read(opened.text(policy, "passkey"));
            let one = held.iter_mut().find(|held| held.key.cred_id() == answer.get_credential_id());
            let Some(one) = one else { return Ok(None) };
            let judge = || party.webauthn.finish_discoverable_authentication_v2(answer, state.clone(), &one.key);
            let Ok(judged) = unlogged(judge) else { return Ok(None) };
            one.key.update_credential(&judged);
            one.used = Some(self.now());
            let values = vec![("passkey", Held::write(&held))];
            if self.spend_proof(person, "security", values, on_file.revision).await? {
                return Ok(Some(opened));
            }
        }
        Ok(None)
    }

    async fn held_passkeys(&self, person: PersonId) -> Result<(Opened, Vec<Held>), AccountError> {
        let reader = Reader::Themselves(person);
        let opened = self.open_for(person, "security", reader, &["passkey"], Some(LawfulUse::Return)).await?;
        let held = Held::read(opened.text(self.policy(), "passkey"));
        Ok((opened, held))
    }

    /// Changes a member's passkeys, unless something else about them changed meanwhile.
    async fn change_passkeys(
        &self,
        person: PersonId,
        change: impl FnOnce(&mut Vec<Held>) -> Result<(), AccountError>,
    ) -> Result<(), AccountError> {
        let since = self.vault().person(self.policy(), person).await?.revision;
        let (_, mut held) = self.held_passkeys(person).await?;
        change(&mut held)?;
        let values = vec![("passkey", Held::write(&held))];
        let meanwhile = Meanwhile { since: Some(since), ..Meanwhile::default() };
        self.put_items(self.policy(), person, "security", values, meanwhile).await
    }

    /// Keeps what belongs to a challenge until its answer comes.
    async fn ask(
        &self,
        person: Option<PersonId>,
        options: serde_json::Value,
        state: &impl Serialize,
    ) -> Result<PasskeyAsked, AccountError> {
        let (token, now) = (token(self, TokenUse::Challenge), self.now());
        let state = Zeroizing::new(serde_json::to_vec(state).expect("a challenge is JSON"));
        self.vault().put_challenge(&key_of(&token), person, &state, (now, now + ANSWERED_WITHIN)).await?;
        Ok(PasskeyAsked { challenge: token.to_text(), options })
    }

    /// What belongs to a challenge that was put to `person`, which is spent with that.
    async fn answered<S: DeserializeOwned>(
        &self,
        challenge: &str,
        person: Option<PersonId>,
    ) -> Result<Option<S>, AccountError> {
        let Ok(token) = Token::parse(TokenUse::Challenge, challenge) else { return Ok(None) };
        let state = self.vault().spend_challenge(&key_of(&token), person, self.now()).await?;
        Ok(state.and_then(|state| serde_json::from_slice(&state).ok()))
    }
}

/// Works without a log: the crate writes down bytes of answers that it cannot read.
fn unlogged<T>(work: impl FnOnce() -> T) -> T {
    tracing::subscriber::with_default(tracing::subscriber::NoSubscriber::default(), work)
}

fn key_of(token: &Token) -> ChallengeKey {
    ChallengeKey { token: *token.hash().as_bytes(), secret: token.sealing_secret() }
}

/// Whom an answer names.
fn whose(answer: &PublicKeyCredential) -> Option<PersonId> {
    Some(PersonId::from_bytes(answer.get_user_unique_id()?.try_into().ok()?))
}

fn unusable() -> AccountError {
    AccountError::Unusable { item: "passkey".into() }
}

/// A name that a passkey may have.
fn named(name: &str) -> Result<String, AccountError> {
    let name = name.trim();
    let is_one = !name.is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    if is_one { Ok(name.into()) } else { Err(AccountError::Unusable { item: "name".into() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_no_passkey() {
        for text in [None, Some(""), Some("{"), Some("[{\"name\":\"phone\"}]")] {
            assert!(Held::read(text).is_empty(), "{text:?}");
        }
        assert_eq!(Held::write(&[]), None);
    }

    #[test]
    fn a_name_is_a_line_that_can_be_read() {
        for (name, is_one) in [(" 내 휴대폰 ", true), ("", false), ("  ", false), ("a\nb", false), ("가", true)] {
            assert_eq!(named(name).is_ok(), is_one, "{name:?}");
        }
        assert!(named(&"가".repeat(MAX_NAME)).is_ok() && named(&"가".repeat(MAX_NAME + 1)).is_err());
    }
}
