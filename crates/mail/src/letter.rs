//! The kinds of mail and what each says.

use crate::{
    Address, Language, Link,
    html::{self, Action},
    words::{Arguments, line, paragraphs},
};
use jiff::{ZonedDateTime, civil::Date};
use std::fmt;

/// The most lines of a list in a letter; more are counted in no law's notice.
const LIST_LINES: usize = 200;

/// One letter, by what it says. `Debug` shows the kind only.
#[derive(Clone, PartialEq)]
pub enum Letter {
    /// To a new address: confirm it.
    VerifyMail {
        /// Confirms it.
        link: Link,
    },
    /// To another address of a member: confirm it.
    ConfirmChange {
        /// Confirms it.
        link: Link,
    },
    /// Somebody signed up with the address of a member: perhaps they forgot that they are one.
    KnownAlready {
        /// Where a new password is chosen.
        link: Link,
    },
    /// A new password was asked for.
    ResetPassword {
        /// Where it is chosen.
        link: Link,
    },
    /// To the old address: it was changed.
    MailChangedTo {
        /// The new address; the letter shows it masked.
        address: Address,
        /// Undoes it.
        link: Link,
    },
    /// Somebody signed in with a device that was not seen before.
    NewDevice {
        /// What it calls itself.
        device: String,
        /// When, in the time zone to show.
        when: ZonedDateTime,
    },
    /// Somebody made a passkey, which lets them in from now on.
    NewPasskey {
        /// What they call it.
        passkey: String,
        /// When, in the time zone to show.
        when: ZonedDateTime,
    },
    /// To a legal guardian: a child wishes to join. Says nothing about the child.
    GuardianAsked {
        /// What the child wishes to join.
        organisation: String,
        /// Where the guardian reads on and answers.
        link: Link,
        /// The last day to answer; then everything is destroyed.
        last_day: Date,
    },
    /// To a child who has just become a member: the guardian has consented.
    GuardianDone,
    /// The member turned 14 and consents alone from now on.
    AskOwnConsent {
        /// Where that is done.
        link: Link,
    },
    /// A consent to advertising goes on, unless it is withdrawn (Network Act, article 50 (8)).
    ConsentReminder {
        /// When it was given.
        given: Date,
        /// Where it is withdrawn.
        link: Link,
    },
    /// What became of a consent to advertising or its withdrawal (Network Act, article 50 (7)).
    ConsentResult {
        /// Whether it was given.
        agreed: bool,
        /// When, in the time zone to show.
        at: ZonedDateTime,
    },
    /// Not used for long: what is held will be separated.
    DormancyNotice {
        /// The day of the separation.
        separates_on: Date,
        /// What is separated.
        items: Vec<String>,
        /// Where signing in prevents it.
        link: Link,
    },
    /// The account is closed.
    AccountLeft {
        /// What the law keeps; may be empty.
        kept: Vec<Kept>,
    },
    /// Another version of the privacy policy is going to govern.
    PolicyChanges {
        /// Its name.
        version: String,
        /// From when.
        effective: Date,
        /// What differs.
        link: Link,
    },
    /// The business goes to another company, and what is held of people with it (PIPA, article 27).
    TransferNotice {
        /// Who receives it.
        transferee: String,
        /// When.
        date: Date,
        /// The transferee's contact and how to object.
        link: Link,
    },
    /// A request about somebody's own data arrived.
    RequestReceived {
        /// Its number.
        number: String,
        /// The last day to answer.
        last_day: Date,
    },
    /// An answer to somebody's request about their own data.
    RequestAnswer {
        /// The answer, in paragraphs.
        text: String,
    },
    /// The same, where some of it was refused.
    RequestPartly {
        /// The answer and the reason, in paragraphs.
        text: String,
        /// What stays, why and until when; may be empty.
        kept: Vec<Kept>,
    },
    /// The same, where all of it was refused.
    RequestRefused {
        /// The reason, in paragraphs.
        text: String,
    },
    /// A complaint arrived.
    ComplaintReceived {
        /// Its number.
        number: String,
    },
    /// A complaint is answered.
    ComplaintAnswered {
        /// The answer, in paragraphs.
        text: String,
    },
    /// A member was shut out for misuse.
    Banned {
        /// Why, in paragraphs.
        text: String,
        /// The last day of it.
        until: Date,
        /// Where it is contested.
        link: Link,
    },
    /// The member may come in again.
    BanLifted {
        /// Why, in paragraphs.
        text: String,
    },
    /// Come and work in an organisation.
    Invitation {
        /// Its name.
        organisation: String,
        /// Who invites, if that may be said.
        inviter_name: Option<String>,
        /// As what, in the letter's language.
        role: String,
        /// Accepts it.
        link: Link,
        /// The last day to accept.
        last_day: Date,
    },
    /// Come and run the server.
    StaffInvitation {
        /// Accepts it.
        link: Link,
    },
    /// The newest signed head of the audit log, to be kept.
    AuditHead {
        /// The head, as one line.
        head: String,
        /// The day that was swept.
        day: Date,
    },
    /// Advertising, to those who agreed to it.
    Marketing {
        /// The subject without the mark that the law asks for.
        subject: String,
        /// The advertisement, in paragraphs.
        body: String,
        /// Ends it; goes into [`crate::Headers::list_unsubscribe`] too.
        unsubscribe: Link,
    },
}

/// What is kept of somebody who left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The items' names, in the letter's language.
    pub items: String,
    /// The statute that asks for it.
    pub why: String,
    /// The last day; none where it is kept until a case is closed.
    pub until: Option<Date>,
}

/// Who writes: the end of every letter, and what advertising has to carry (Network Act, article 50 (4)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// What people know it as.
    pub name: String,
    /// A phone number.
    pub phone: String,
    /// A mail address that is read.
    pub mail: String,
    /// A postal address.
    pub address: String,
}

/// A letter in words. `Debug` does not show them: they hold links that sign in and answers about people.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// One line.
    pub subject: String,
    /// Paragraphs a blank line apart, lines ended by `\n`.
    pub plain: String,
    /// The same as a page of its own.
    pub html: String,
}

/// Which words of `locales/` a letter is made of, and the values in them.
struct Said<'a> {
    /// The first part of the keys of subject and action.
    name: &'static str,
    /// The key of the body.
    body: &'static str,
    arguments: Arguments,
    link: Option<&'a Link>,
}

impl<'a> Said<'a> {
    fn new(name: &'static str, body: &'static str) -> Self {
        Self { name, body, arguments: Arguments::default(), link: None }
    }

    fn body(mut self, key: &'static str) -> Self {
        self.body = key;
        self
    }

    fn link(mut self, link: &'a Link) -> Self {
        self.arguments.set("link", link.as_str().to_owned());
        self.link = Some(link);
        self
    }

    fn line(mut self, name: &'static str, value: &str) -> Self {
        self.arguments.set(name, line(value));
        self
    }

    fn text(mut self, value: &str) -> Self {
        self.arguments.set("text", paragraphs(value));
        self
    }

    /// Who invites, if that may be said.
    fn inviter(self, name: Option<&str>) -> Self {
        match name {
            Some(name) => self.body("invitation-by-body").line("inviter", name),
            None => self,
        }
    }

    /// `values` as a list, one a line.
    fn list(mut self, values: impl Iterator<Item = String>) -> Self {
        let lines: Vec<String> = values.take(LIST_LINES).map(|v| format!("- {v}")).collect();
        self.arguments.set("items", lines.join("\n"));
        self
    }
}

impl Letter {
    /// The kind, as logs and settings name it: `verify-mail`, `marketing`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::VerifyMail { .. } => "verify-mail",
            Self::ConfirmChange { .. } => "confirm-change",
            Self::KnownAlready { .. } => "known-already",
            Self::ResetPassword { .. } => "reset-password",
            Self::MailChangedTo { .. } => "mail-changed",
            Self::NewDevice { .. } => "new-device",
            Self::NewPasskey { .. } => "new-passkey",
            Self::GuardianAsked { .. } => "guardian-asked",
            Self::GuardianDone => "guardian-done",
            Self::AskOwnConsent { .. } => "own-consent",
            Self::ConsentReminder { .. } => "consent-reminder",
            Self::ConsentResult { .. } => "consent-result",
            Self::DormancyNotice { .. } => "dormancy",
            Self::AccountLeft { .. } => "account-left",
            Self::PolicyChanges { .. } => "policy-changes",
            Self::TransferNotice { .. } => "transfer",
            Self::RequestReceived { .. } => "request-received",
            Self::RequestAnswer { .. } => "request-answer",
            Self::RequestPartly { .. } => "request-partly",
            Self::RequestRefused { .. } => "request-refused",
            Self::ComplaintReceived { .. } => "complaint-received",
            Self::ComplaintAnswered { .. } => "complaint-answered",
            Self::Banned { .. } => "banned",
            Self::BanLifted { .. } => "ban-lifted",
            Self::Invitation { .. } => "invitation",
            Self::StaffInvitation { .. } => "staff-invitation",
            Self::AuditHead { .. } => "audit-head",
            Self::Marketing { .. } => "marketing",
        }
    }

    /// Whether it is advertising, which needs a consent of its own and a way out in every letter.
    pub fn is_marketing(&self) -> bool {
        matches!(self, Self::Marketing { .. })
    }

    /// The letter in words, from `service`.
    pub fn write(&self, language: Language, service: &Service) -> Text {
        let Said { name, body, mut arguments, link } = self.said(language);
        arguments.set("service", line(&service.name));
        arguments.set("phone", line(&service.phone));
        arguments.set("mail", line(&service.mail));
        let subject = arguments.say(language, &format!("{name}-subject"));
        let body = arguments.say(language, body);
        let contact = if service.phone.is_empty() { "footer-mail" } else { "footer-contact" };
        let footer = [line(&service.name), line(&service.address), arguments.say(language, contact)];
        let footer = footer.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
        let label = link.map(|_| arguments.say(language, &format!("{name}-action"))).unwrap_or_default();
        let action = link.map(|link| Action { link, label: &label });
        Text {
            html: html::page(language, &subject, &body, &footer, action.as_ref()),
            plain: format!("{body}\n\n-- \n{footer}\n"),
            subject,
        }
    }

    fn said(&self, language: Language) -> Said<'_> {
        let (name, day) = (self.name(), |day: &Date| language.day(*day));
        match self {
            Self::VerifyMail { link } => Said::new(name, "verify-mail-body").link(link),
            Self::ConfirmChange { link } => Said::new(name, "confirm-change-body").link(link),
            Self::KnownAlready { link } => Said::new(name, "known-already-body").link(link),
            Self::ResetPassword { link } => Said::new(name, "reset-password-body").link(link),
            Self::MailChangedTo { address, link } => {
                Said::new(name, "mail-changed-body").line("new", &address.masked()).link(link)
            }
            Self::NewPasskey { passkey, when } => {
                Said::new(name, "new-passkey-body").line("passkey", passkey).line("when", &language.moment(when))
            }
            Self::NewDevice { device, when } => {
                Said::new(name, "new-device-body").line("device", device).line("when", &language.moment(when))
            }
            Self::GuardianAsked { organisation, link, last_day } => Said::new(name, "guardian-asked-body")
                .line("organisation", organisation)
                .line("day", &day(last_day))
                .link(link),
            Self::GuardianDone => Said::new(name, "guardian-done-body"),
            Self::AskOwnConsent { link } => Said::new(name, "own-consent-body").link(link),
            Self::ConsentReminder { given, link } => {
                Said::new(name, "consent-reminder-body").line("day", &day(given)).link(link)
            }
            Self::ConsentResult { agreed, at } => {
                let body = if *agreed { "consent-result-given-body" } else { "consent-result-withdrawn-body" };
                Said::new(name, body).line("when", &language.moment(at))
            }
            Self::DormancyNotice { separates_on, items, link } => Said::new(name, "dormancy-body")
                .line("day", &day(separates_on))
                .list(items.iter().map(|item| line(item)))
                .link(link),
            Self::AccountLeft { kept } if kept.is_empty() => Said::new(name, "account-left-nothing-body"),
            Self::AccountLeft { kept } => {
                Said::new(name, "account-left-body").list(kept.iter().map(|kept| kept.line(language)))
            }
            Self::PolicyChanges { version, effective, link } => {
                Said::new(name, "policy-changes-body").line("version", version).line("day", &day(effective)).link(link)
            }
            Self::TransferNotice { transferee, date, link } => {
                Said::new(name, "transfer-body").line("transferee", transferee).line("day", &day(date)).link(link)
            }
            Self::RequestReceived { number, last_day } => {
                Said::new(name, "request-received-body").line("number", number).line("day", &day(last_day))
            }
            Self::RequestAnswer { text } => Said::new(name, "request-answer-body").text(text),
            Self::RequestPartly { text, kept } if kept.is_empty() => Said::new(name, "request-partly-body").text(text),
            Self::RequestPartly { text, kept } => {
                Said::new(name, "request-kept-body").text(text).list(kept.iter().map(|kept| kept.line(language)))
            }
            Self::RequestRefused { text } => Said::new(name, "request-refused-body").text(text),
            Self::ComplaintReceived { number } => Said::new(name, "complaint-received-body").line("number", number),
            Self::ComplaintAnswered { text } => Said::new(name, "complaint-answered-body").text(text),
            Self::Banned { text, until, link } => {
                Said::new(name, "banned-body").text(text).line("day", &day(until)).link(link)
            }
            Self::BanLifted { text } => Said::new(name, "ban-lifted-body").text(text),
            Self::Invitation { organisation, inviter_name, role, link, last_day } => {
                let said = Said::new(name, "invitation-body").line("organisation", organisation).line("role", role);
                said.line("day", &day(last_day)).link(link).inviter(inviter_name.as_deref())
            }
            Self::StaffInvitation { link } => Said::new(name, "staff-invitation-body").link(link),
            Self::AuditHead { head, day: of } => Said::new(name, "audit-head-body").line("day", &day(of)).text(head),
            Self::Marketing { subject, body, unsubscribe } => {
                Said::new(name, "marketing-body").line("subject", subject).text(body).link(unsubscribe)
            }
        }
    }
}

impl Kept {
    /// `order records: …, until 1 March 2030`.
    fn line(&self, language: Language) -> String {
        let mut arguments = Arguments::default();
        arguments.set("items", line(&self.items));
        arguments.set("why", line(&self.why));
        let Some(until) = self.until else { return arguments.say(language, "kept-open-line") };
        arguments.set("until", language.day(until));
        arguments.say(language, "kept-line")
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} letter]", self.name())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[text of a letter]")
    }
}
