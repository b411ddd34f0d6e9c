//! Letters that wait, and the one who posts them.
//!
//! A letter waits sealed in the vault, without its address where it is a member's: that is read, and consent with it, at
//! the moment of sending, so that whoever left or took a consent back in the meantime gets nothing.

use super::{AccountError, Opened, own::MARKETING, record, token};
use crate::{
    MailConfig, Privacy, PrivacyError,
    notices::{Both, Notice, NoticeText},
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::{
    future::Future,
    path::{Path, PathBuf},
};
use vestry_credentials::TokenUse;
use vestry_mail::{
    Address, FolderPost, Headers, Kept, Language, Letter, Link, Login, MessageId, Post, SendError, Sender, Service,
    SmtpPost, SmtpSettings, Tls,
};
use vestry_policy::{Event, Membership, Policy};
use vestry_vault::{NewRecord, NoticeKind, PersonId, Personal, RecordId, VaultError, Waits};
use zeroize::Zeroizing;

/// Letters gone through in one round.
const TOGETHER: u32 = 2_000;
/// What a link is for that ends advertising, and how long it does.
const UNSUBSCRIBE: &str = "unsubscribe";
const UNSUBSCRIBES_FOR: SignedDuration = SignedDuration::from_hours(24 * 365);

/// What a letter that waits says.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "template", rename_all = "kebab-case")]
pub(crate) enum Queued {
    /// Confirm the address of a sign-up.
    Confirm { token: String },
    /// Somebody signed up with the address of a member.
    KnownAlready { token: String },
    /// Choose a new password.
    Reset { token: String },
    /// Confirm another address of a member.
    ConfirmChange { token: String },
    /// The address was changed; to the old one.
    MailChanged { address: String, token: String },
    /// Somebody asked for a link to a new password for this address, whoever's it is.
    ResetAsked,
    /// Somebody logged in with a device that was not seen before.
    NewDevice { device: String, at: Timestamp },
    /// Somebody made a passkey.
    NewPasskey { passkey: String, at: Timestamp },
    /// Come and work in an organisation.
    Invitation {
        organisation: String,
        role: String,
        token: String,
        last_day: Date,
        /// Whether whoever is invited has an account already.
        #[serde(default)]
        is_member: bool,
    },
    /// Come and run the server.
    StaffInvitation { token: String },
    /// The newest signed head of the audit log, for whoever audits.
    AuditHead { head: String, day: Date },
    /// The account is closed.
    AccountLeft { kept: Vec<KeptItems> },
    /// A guardian has consented; to the child.
    GuardianDone,
    /// A child wants to join.
    Guardian { token: String, last_day: Date },
    /// What is held is going to be set apart.
    Dormancy { separation: Date },
    /// What is told to all, by its id.
    Notice { notice: String },
    /// Consents are the member's own from now on.
    OwnConsent,
    /// A consent to marketing goes on, unless it is taken back.
    Reminder { given: Date },
    /// What became of a word about marketing.
    ConsentResult { agreed: bool, at: Timestamp },
    /// A request came in.
    RequestReceived { number: String, last_day: Date },
    /// It is answered: done.
    RequestAnswer { text: String },
    /// It is answered: a part was refused.
    RequestPartly { text: String, kept: Vec<KeptItems> },
    /// It is answered: refused.
    RequestRefused { text: String },
    /// A complaint came in.
    ComplaintReceived { number: String },
    /// It is answered.
    ComplaintAnswered { text: String },
    /// A member is shut out.
    Banned { token: String, text: String, until: Date },
    /// A member may come in again.
    BanLifted { text: String },
}

/// What a letter says of items that stay, in its language.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct KeptItems {
    pub(super) items: String,
    pub(super) why: String,
    /// None where it is kept until a case is closed.
    pub(super) until: Option<Date>,
}

impl Queued {
    /// As it is sealed for a member; in their own language where `language` is none.
    pub(crate) fn to_letter(&self, language: Option<Language>) -> String {
        let language = language.map(|language| language.code().to_owned());
        serde_json::to_string(&Sealed { to: None, language, queued: self.clone() }).expect("a letter is JSON")
    }
}

/// A letter as it is sealed: to a stranger, or to another address than a member's own, with that address.
#[derive(Serialize, Deserialize)]
struct Sealed {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// Of who is no member, or read before; else it is the member's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    #[serde(flatten)]
    queued: Queued,
}

/// Posts what waits.
#[derive(Debug)]
pub struct PostOffice {
    /// Where letters go.
    pub post: Post,
    /// Who writes.
    pub service: Service,
    /// Where links lead: `https://vestry.shop.example`, without a slash behind.
    pub base: String,
    /// The folder into which the mail server puts what comes back, if one is named.
    pub returns: Option<PathBuf>,
}

/// What one round of posting did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Handed over.
    pub sent: u64,
    /// Refused for good: tried no more.
    pub refused: u64,
    /// To be tried again.
    pub waiting: u64,
}

impl Privacy {
    /// Puts a letter to a member among those that wait.
    pub(super) async fn queue(
        &self,
        person: PersonId,
        queued: &Queued,
        language: impl Into<Option<Language>>,
    ) -> Result<(), AccountError> {
        self.queue_to(person, None, queued, language).await.map(drop)
    }

    /// The same to another address than the one that is theirs when it is sent: one that they had, or are to have.
    pub(super) async fn queue_to(
        &self,
        person: PersonId,
        to: Option<&str>,
        queued: &Queued,
        language: impl Into<Option<Language>>,
    ) -> Result<RecordId, AccountError> {
        let policy = self.policy();
        let sealed = Sealed {
            to: to.map(Into::into),
            language: language.into().map(|language| language.code().to_owned()),
            queued: queued.clone(),
        };
        let text = serde_json::to_string(&sealed).expect("a letter is JSON");
        let letter = record(policy, "mail", vec![("mail", text)], vec![(Event::Made, self.now())])?;
        Ok(self.vault().add_record(policy, person, &letter).await?)
    }

    /// A letter to somebody who is no member, to be put on file with what it is about.
    pub(super) fn letter_to_stranger(
        &self,
        to: &str,
        queued: &Queued,
        language: Language,
    ) -> Result<NewRecord, AccountError> {
        let language = Some(language.code().into());
        let sealed = Sealed { to: Some(to.into()), language, queued: queued.clone() };
        let text = serde_json::to_string(&sealed).expect("a letter is JSON");
        record(self.policy(), "letter", vec![("letter", text)], vec![(Event::Asked, self.now())])
    }

    /// Posts every letter that waits, once each. What cannot be delivered now waits on.
    pub async fn post_letters(&self, office: &PostOffice) -> Result<Delivered, AccountError> {
        // Another process that posts them has the same list.
        let delivered = self.vault().in_turn("letters", self.post_all(office)).await?;
        delivered.unwrap_or_else(|| Ok(Delivered::default()))
    }

    async fn post_all(&self, office: &PostOffice) -> Result<Delivered, AccountError> {
        let mut delivered = Delivered::default();
        for (person, record) in self.vault().unsent(Waits::Letters, TOGETHER).await? {
            match self.post_letter(office, person, record).await {
                Ok(true) => delivered.sent += 1,
                Ok(false) => delivered.refused += 1,
                // Gone, or changed, while this went through the list.
                Err(Posting::Account(AccountError::Privacy(PrivacyError::Vault(
                    VaultError::UnknownPerson(_) | VaultError::UnknownRecord(_) | VaultError::NothingFor { .. },
                )))) => {}
                // One that says what nobody can write holds up no other.
                Err(Posting::Account(error @ AccountError::Link)) => {
                    tracing::warn!(%error, "a letter cannot be written");
                    delivered.waiting += 1;
                }
                Err(Posting::Account(error)) => return Err(error),
                Err(Posting::Later(error)) => {
                    tracing::warn!(%error, "a letter waits");
                    delivered.waiting += 1;
                }
            }
        }
        Ok(delivered)
    }

    /// Whether the letter went out; `false` when nobody can be reached by it.
    async fn post_letter(&self, office: &PostOffice, person: PersonId, letter: RecordId) -> Result<bool, Posting> {
        let policy = self.policy();
        let membership = self.vault().person(policy, person).await.map_err(AccountError::from)?.membership;
        if matches!(membership, Membership::Ended { .. }) {
            // Whoever left since the letter was listed gets nothing, although no sweep came by.
            return Ok(false);
        }
        let opened = self.open_to_return(person, "membership", &["mail", "letter", "email"]).await?;
        let text = opened.of_record(letter).ok_or(AccountError::Link)?;
        let sealed: Option<Sealed> = serde_json::from_str(text).ok();
        let to_own = sealed.as_ref().is_some_and(|s| s.to.is_none());
        let to = sealed.as_ref().and_then(|s| s.to.as_deref()).or_else(|| opened.text(policy, "email"));
        let to = to.and_then(|to| Address::new(to).ok());
        let (Some(sealed), Some(to)) = (sealed, to) else {
            self.vault().put_event(policy, letter, Event::Sent, Some(self.now())).await.map_err(AccountError::from)?;
            return Ok(false);
        };
        let language = match &sealed.language {
            Some(language) => language_named(language),
            None => self.language_of(person).await?,
        };
        if let Some(instead) = self.instead_of(&sealed).await? {
            return self.post_instead(office, letter, instead, language).await;
        }
        let notice = self.notice_of(&sealed.queued).await?;
        let is_advertising = notice.as_ref().is_some_and(|n| n.on_file.kind == NoticeKind::Advertisement);
        if is_advertising && !self.may_advertise_to(person).await? {
            // Who took their consent back meanwhile gets nothing, however long it waited.
            self.vault().put_event(policy, letter, Event::Sent, Some(self.now())).await.map_err(AccountError::from)?;
            return Ok(false);
        }
        let words = match &notice {
            Some(notice) => self.words_of_notice(office, person, notice, language).await?,
            None => self.words(policy, office, &sealed.queued, language)?,
        };
        let message_id = message_id(office, letter);
        if to_own {
            self.expect_return(person, &message_id).await?;
        }
        let headers = Headers {
            message_id,
            date: self.now(),
            list_unsubscribe: match &words {
                Letter::Marketing { unsubscribe, .. } => Some(unsubscribe.clone()),
                _ => None,
            },
            auto_submitted: true,
        };
        let sent = match office.post.send(&to, &words.write(language, &office.service), headers).await {
            Ok(_) => true,
            Err(SendError::Refused { permanent: true, code }) => {
                // Refused at the door: the letter came back before it was gone.
                if to_own {
                    self.note_return(person, code.to_string()).await?;
                }
                false
            }
            Err(SendError::TooLarge) => false,
            Err(error) => return Err(Posting::Later(error)),
        };
        self.vault().put_event(policy, letter, Event::Sent, Some(self.now())).await.map_err(AccountError::from)?;
        if let Some(notice) = notice {
            self.vault().count_letter(notice.on_file.id, sent).await.map_err(AccountError::from)?;
        }
        Ok(sent)
    }

    /// To whom another letter goes in place of one to whoever's an address is. It is looked up here and not where somebody
    /// gave the address, so that neither the answer nor the time it takes tells whether it has an account.
    async fn instead_of(&self, sealed: &Sealed) -> Result<Option<Instead>, AccountError> {
        let say: fn(String) -> Queued = match sealed.queued {
            Queued::ResetAsked => |token| Queued::Reset { token },
            Queued::Confirm { .. } | Queued::ConfirmChange { .. } => |token| Queued::KnownAlready { token },
            _ => return Ok(None),
        };
        let member = self.vault().find(&Personal::new(sealed.to.clone().unwrap_or_default())).await?;
        let is_asked = matches!(sealed.queued, Queued::ResetAsked);
        Ok((is_asked || member.is_some()).then_some(Instead { member, say }))
    }

    /// A member gets a link to a new password in the letter that says why; nobody gets none.
    async fn post_instead(
        &self,
        office: &PostOffice,
        asked: RecordId,
        instead: Instead,
        language: Language,
    ) -> Result<bool, Posting> {
        let link = match instead.member {
            Some(member) => Some((member, self.mail_reset(member, instead.say, language).await?)),
            None => None,
        };
        let (policy, now) = (self.policy(), self.now());
        self.vault().put_event(policy, asked, Event::Sent, Some(now)).await.map_err(AccountError::from)?;
        match link {
            Some((member, letter)) => Box::pin(self.post_letter(office, member, letter)).await,
            None => Ok(false),
        }
    }

    /// The language that somebody reads; Korean where it is not known.
    pub(super) async fn language_of(&self, person: PersonId) -> Result<Language, AccountError> {
        let opened = self.open_to_return(person, "service", &["app_settings"]).await?;
        let settings = opened.text(self.policy(), "app_settings").unwrap_or_default();
        let settings: serde_json::Value = serde_json::from_str(settings).unwrap_or_default();
        Ok(language_named(settings["language"].as_str().unwrap_or_default()))
    }

    /// The notice that a letter is of.
    async fn notice_of(&self, queued: &Queued) -> Result<Option<Notice>, AccountError> {
        let Queued::Notice { notice } = queued else { return Ok(None) };
        let id = notice.parse().map_err(|_| AccountError::Link)?;
        Ok(Some(self.notice(id).await?.ok_or(AccountError::Link)?))
    }

    async fn words_of_notice(
        &self,
        office: &PostOffice,
        person: PersonId,
        notice: &Notice,
        language: Language,
    ) -> Result<Letter, AccountError> {
        let link = |path: &str| Link::new(&format!("{}{path}", office.base)).map_err(|_| AccountError::Link);
        let said = |both: &Both| if language == Language::English { both.en.clone() } else { both.ko.clone() };
        Ok(match &notice.text {
            NoticeText::Policy { version, effective } => Letter::PolicyChanges {
                version: version.clone(),
                effective: *effective,
                link: link(&format!("/policy/{version}/changes"))?,
            },
            NoticeText::Transfer { transferee, day, .. } => Letter::TransferNotice {
                transferee: transferee.clone(),
                date: *day,
                link: link(&format!("/notices/{}", notice.on_file.id))?,
            },
            NoticeText::Advertisement { subject, text } => Letter::Marketing {
                subject: said(subject),
                body: said(text),
                unsubscribe: link(&format!("/unsubscribe/{}", self.unsubscribe_token(person).await?.as_str()))?,
            },
        })
    }

    /// The token of a link that ends advertising without a login; those of earlier letters stay good.
    async fn unsubscribe_token(&self, person: PersonId) -> Result<Zeroizing<String>, AccountError> {
        let link = token(self, TokenUse::MailedLink);
        let ends = self.now() + UNSUBSCRIBES_FOR;
        self.vault().add_link(link.hash().as_bytes(), person, UNSUBSCRIBE, ends).await?;
        Ok(link.to_text())
    }

    /// Ends advertising to whoever got the link, as often as it is asked for.
    ///
    /// # Errors
    /// [`AccountError::Link`].
    pub async fn unsubscribe(&self, link: &str) -> Result<(), AccountError> {
        let (_, person) = self.linked(TokenUse::MailedLink, link, UNSUBSCRIBE).await?;
        match self.policy().purpose_named(MARKETING) {
            Some(purpose) => self.take_back_consent(person, purpose).await,
            // Nobody advertises under a policy without the purpose.
            None => Ok(()),
        }
    }

    fn words(
        &self,
        policy: &Policy,
        office: &PostOffice,
        queued: &Queued,
        language: Language,
    ) -> Result<Letter, AccountError> {
        let link = |path: &str, token: &str| {
            Link::new(&format!("{}{path}{token}", office.base)).map_err(|_| AccountError::Link)
        };
        let moment = |at: Timestamp| at.to_zoned_datetime(policy.zone().clone());
        Ok(match queued {
            Queued::Confirm { token } => Letter::VerifyMail { link: link("/join/confirm/", token)? },
            Queued::KnownAlready { token } => Letter::KnownAlready { link: link("/password/", token)? },
            Queued::Reset { token } => Letter::ResetPassword { link: link("/password/", token)? },
            Queued::ConfirmChange { token } => Letter::ConfirmChange { link: link("/me/address/", token)? },
            Queued::MailChanged { address, token } => {
                let address = Address::new(address).map_err(|_| AccountError::Link)?;
                Letter::MailChangedTo { address, link: link("/me/address/undo/", token)? }
            }
            Queued::NewDevice { device, at } => Letter::NewDevice { device: device.clone(), when: moment(*at) },
            Queued::NewPasskey { passkey, at } => Letter::NewPasskey { passkey: passkey.clone(), when: moment(*at) },
            Queued::Invitation { organisation, role, token, last_day, is_member } => Letter::Invitation {
                organisation: organisation.clone(),
                inviter_name: None,
                role: role_name(role, language).into(),
                link: link(if *is_member { "/team/join/" } else { "/join?invitation=" }, token)?,
                last_day: *last_day,
            },
            Queued::StaffInvitation { token } => Letter::StaffInvitation { link: link("/office/enrol/", token)? },
            Queued::AuditHead { head, day } => Letter::AuditHead { head: head.clone(), day: *day },
            Queued::Guardian { token, last_day } => Letter::GuardianAsked {
                organisation: office.service.name.clone(),
                link: link("/guardian/", token)?,
                last_day: *last_day,
            },
            Queued::Dormancy { separation } => Letter::DormancyNotice {
                separates_on: *separation,
                items: self.held_names(policy, language),
                link: link("/sign-in", "")?,
            },
            Queued::AccountLeft { kept } => Letter::AccountLeft { kept: kept.iter().map(kept_line).collect() },
            Queued::GuardianDone => Letter::GuardianDone,
            Queued::OwnConsent => Letter::AskOwnConsent { link: link("/me/agree", "")? },
            Queued::Reminder { given } => Letter::ConsentReminder { given: *given, link: link("/me", "#consents")? },
            Queued::ConsentResult { agreed, at } => {
                Letter::ConsentResult { agreed: *agreed, at: at.to_zoned_datetime(policy.zone().clone()) }
            }
            // The words of one are the notice's; the other becomes a letter of its own.
            Queued::Notice { .. } | Queued::ResetAsked => return Err(AccountError::Link),
            Queued::RequestReceived { number, last_day } => {
                Letter::RequestReceived { number: number.clone(), last_day: *last_day }
            }
            Queued::RequestAnswer { text } => Letter::RequestAnswer { text: text.clone() },
            Queued::RequestPartly { text, kept } => {
                Letter::RequestPartly { text: text.clone(), kept: kept.iter().map(kept_line).collect() }
            }
            Queued::RequestRefused { text } => Letter::RequestRefused { text: text.clone() },
            Queued::ComplaintReceived { number } => Letter::ComplaintReceived { number: number.clone() },
            Queued::ComplaintAnswered { text } => Letter::ComplaintAnswered { text: text.clone() },
            Queued::Banned { token, text, until } => {
                Letter::Banned { text: text.clone(), until: *until, link: link("/contest/", token)? }
            }
            Queued::BanLifted { text } => Letter::BanLifted { text: text.clone() },
        })
    }

    /// What the document says is set apart: the items of a membership, by name.
    fn held_names(&self, policy: &Policy, language: Language) -> Vec<String> {
        let of_account = policy.items().filter(|(_, item)| policy.class(item.class).id == "account");
        let name = |item: &vestry_policy::Item| match language {
            Language::Korean => item.name.ko.clone(),
            Language::English => item.name.en.clone(),
        };
        of_account.map(|(_, item)| name(item)).collect()
    }
}

fn language_named(code: &str) -> Language {
    if code == "en" { Language::English } else { Language::Korean }
}

fn kept_line(kept: &KeptItems) -> Kept {
    Kept { items: kept.items.clone(), why: kept.why.clone(), until: kept.until }
}

/// The same for a letter however often it is tried, so that one that arrived twice can be told.
fn message_id(office: &PostOffice, letter: RecordId) -> MessageId {
    let host = office.base.split("://").nth(1).and_then(|rest| rest.split([':', '/']).next());
    let at = |host: &str| MessageId::new(&format!("{letter}@{host}"));
    at(host.unwrap_or_default()).or_else(|_| at("localhost")).expect("digits at a host are an id")
}

/// Why letters cannot be posted.
#[derive(Debug, thiserror::Error)]
pub enum PostOfficeError {
    /// The sender's address.
    #[error("`mail.from` is no address; write `service@shop.example`")]
    From(#[from] vestry_mail::AddressError),
    /// The kind of encryption.
    #[error("`mail.encryption` is `tls`, `starttls` or `none`")]
    Encryption,
    /// The settings of the mail server.
    #[error(transparent)]
    Smtp(#[from] vestry_mail::SmtpSettingsError),
    /// The password of the mail server.
    #[error("could not read the password in `{}`", path.display())]
    Password {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl PostOffice {
    /// The one that the settings describe: a mail server, or a folder of the data folder.
    pub fn of(config: &MailConfig, data: &Path) -> Result<Self, PostOfficeError> {
        let from = Sender { name: config.name.clone(), address: Address::new(&config.from)? };
        let service = Service {
            name: config.name.clone(),
            phone: config.phone.clone(),
            mail: config.from.clone(),
            address: config.address.clone(),
        };
        let base = config.base().to_owned();
        let returns = Some(config.returns.clone()).filter(|folder| !folder.as_os_str().is_empty());
        if config.host.is_empty() {
            let post = Post::Folder(FolderPost::new(crate::privacy::posted_letters(data), from));
            return Ok(Self { post, service, base, returns });
        }
        let (tls, port) = match config.encryption.as_str() {
            "tls" => (Tls::Implicit, 465),
            "starttls" => (Tls::StartTls, 587),
            "none" => (Tls::None, 25),
            _ => return Err(PostOfficeError::Encryption),
        };
        let login = if config.user.is_empty() {
            None
        } else {
            let path = &config.password_file;
            let read = std::fs::read_to_string(path);
            let password = read.map_err(|source| PostOfficeError::Password { path: path.clone(), source })?;
            Some(Login { user: config.user.clone(), password: password.trim().to_owned() })
        };
        let settings = SmtpSettings {
            host: config.host.clone(),
            port: if config.port == 0 { port } else { config.port },
            tls,
            login,
            from,
            timeout: std::time::Duration::from_secs(30),
        };
        Ok(Self { post: Post::Smtp(SmtpPost::new(settings)?), service, base, returns })
    }
}

/// A letter in place of another, and the member who gets it, if there is one.
struct Instead {
    member: Option<PersonId>,
    say: fn(String) -> Queued,
}

/// Why a letter did not go.
enum Posting {
    Account(AccountError),
    Later(SendError),
}

impl From<AccountError> for Posting {
    fn from(error: AccountError) -> Self {
        Self::Account(error)
    }
}

impl Opened {
    fn of_record(&self, record: RecordId) -> Option<&str> {
        self.found.iter().find(|(of, ..)| *of == record).map(|(.., value)| value.open(&self.opening).as_str())
    }
}

pub(super) fn role_name(role: &str, language: Language) -> &'static str {
    match (role, language) {
        ("owner", Language::Korean) => "관리자",
        ("owner", Language::English) => "owner",
        ("editor", Language::Korean) => "편집자",
        ("editor", Language::English) => "editor",
        (_, Language::Korean) => "열람자",
        (_, Language::English) => "viewer",
    }
}

/// How long to rest when nothing is delivered.
const REST: std::time::Duration = std::time::Duration::from_secs(60);
/// How often the box is looked into.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(2);

impl crate::App {
    /// Makes copies that members asked for, until `stop`.
    pub(crate) async fn keep_exporting(&self, stop: impl Future<Output = ()>) {
        let Some(privacy) = self.privacy() else { return stop.await };
        let making = async {
            loop {
                let rest = match privacy.make_exports().await {
                    Ok(_) => LOOK_EVERY,
                    Err(error) => {
                        let error = vestry_vault::causes(&error);
                        tracing::error!(%error, "copies wait; they are made again");
                        REST
                    }
                };
                tokio::time::sleep(rest).await;
            }
        };
        tokio::select! { () = stop => {}, () = making => {} }
    }

    /// Posts letters as they come, until `stop`.
    pub(crate) async fn keep_posting(&self, stop: impl Future<Output = ()>) {
        let Some(privacy) = self.privacy() else { return stop.await };
        let office = match PostOffice::of(&self.config().mail, self.folder()) {
            Ok(office) => office,
            Err(error) => {
                tracing::error!(%error, "letters wait: the settings of mail cannot be used");
                return stop.await;
            }
        };
        let posting = async {
            loop {
                if let Err(error) = privacy.take_returns(&office).await {
                    let error = vestry_vault::causes(&error);
                    tracing::error!(%error, "what came back is read again");
                }
                let told = privacy.tell_all().await;
                let rest = match told.and(privacy.post_letters(&office).await) {
                    Ok(delivered) if delivered.waiting > 0 => REST,
                    Ok(_) => LOOK_EVERY,
                    Err(error) => {
                        let error = vestry_vault::causes(&error);
                        tracing::error!(%error, "letters wait; they are tried again");
                        REST
                    }
                };
                tokio::time::sleep(rest).await;
            }
        };
        tokio::select! { () = stop => {}, () = posting => {} }
    }
}
