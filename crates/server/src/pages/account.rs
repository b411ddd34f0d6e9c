//! Pages of accounts: one form, one's own data, leaving, colleagues.

use super::{Frame, LinkView, OptionView, PublicFrame, QrView, Theme};
use crate::words::Words;
use askama::Template;

/// A field of a form.
#[derive(Debug, Clone)]
pub(crate) struct FieldView {
    pub(crate) name: String,
    /// The input's type; `checkbox` stands before its label.
    pub(crate) kind: &'static str,
    pub(crate) autocomplete: &'static str,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) hint: String,
    pub(crate) required: bool,
    pub(crate) wrong: bool,
}

/// A second way in beside a form: by a passkey.
#[derive(Debug, Clone)]
pub(crate) struct PasskeyDoor {
    /// Where passkeys are good.
    pub(crate) origin: String,
    /// Where to go afterwards.
    pub(crate) next: String,
}

/// One form on one page, or what came of it.
#[derive(Debug, Template)]
#[template(path = "form.html")]
pub(crate) struct FormPage {
    pub(crate) frame: PublicFrame,
    pub(crate) title: String,
    pub(crate) lead: Vec<String>,
    pub(crate) problem: Option<String>,
    /// What an app reads from the page.
    pub(crate) qr: Option<QrView>,
    /// Lines to be copied.
    pub(crate) shown: Vec<String>,
    pub(crate) action: String,
    pub(crate) hidden: Vec<(&'static str, String)>,
    pub(crate) fields: Vec<FieldView>,
    /// What the button says; empty where there is no form.
    pub(crate) button: String,
    /// A second button, which needs none of the fields: what it does, and what it says.
    pub(crate) instead: Option<(&'static str, String)>,
    pub(crate) passkey: Option<PasskeyDoor>,
    pub(crate) links: Vec<LinkView>,
}

/// An item that is held of somebody.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeldLine {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) purposes: String,
    /// Why that is lawful.
    pub(crate) basis: String,
    /// When it goes.
    pub(crate) goes: String,
    /// Whether it stays for a while after leaving.
    pub(crate) stays: bool,
    /// The item's name, where a form corrects it.
    pub(crate) correct: Option<String>,
}

/// What is held of one kind.
#[derive(Debug, Clone)]
pub(crate) struct HeldGroup {
    pub(crate) name: String,
    pub(crate) is_apart: bool,
    pub(crate) lines: Vec<HeldLine>,
}

/// A consent and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct ConsentRow {
    pub(crate) purpose: String,
    pub(crate) text: String,
    pub(crate) given: bool,
    /// Whether it is theirs to give who looks at it; taking it back always is.
    pub(crate) gives: bool,
    pub(crate) taken_back: Option<String>,
}

/// A session of somebody.
#[derive(Debug, Clone)]
pub(crate) struct SessionLine {
    pub(crate) id: String,
    pub(crate) begun: String,
    pub(crate) used: String,
    pub(crate) is_this: bool,
}

/// How long a member may stay away before being set apart, where the policy does that.
#[derive(Debug, Clone)]
pub(crate) struct DormancyView {
    /// The periods to choose from, and how they are called.
    pub(crate) choices: Vec<(String, String)>,
    /// The period that was chosen, as text.
    pub(crate) chosen: String,
}

/// Somebody looked.
#[derive(Debug, Clone)]
pub(crate) struct LookLine {
    pub(crate) at: String,
    pub(crate) who: String,
    pub(crate) purpose: String,
    pub(crate) reason: String,
}

/// What was agreed to, and when.
#[derive(Debug, Clone)]
pub(crate) struct AgreedLine {
    pub(crate) at: String,
    pub(crate) what: String,
    /// In which version of the policy, or that it was taken back.
    pub(crate) how: String,
}

/// The copy that somebody takes along.
#[derive(Debug, Clone)]
pub(crate) struct CopyView {
    /// Where its files are.
    pub(crate) base: String,
    /// How far it is, or until when it can be fetched.
    pub(crate) said: Option<String>,
    pub(crate) is_ready: bool,
}

/// My data.
#[derive(Debug, Template)]
#[template(path = "me.html")]
pub(crate) struct MePage {
    pub(crate) frame: Frame,
    pub(crate) summary: String,
    pub(crate) groups: Vec<HeldGroup>,
    pub(crate) consents: Vec<ConsentRow>,
    pub(crate) sessions: Vec<SessionLine>,
    pub(crate) looks: Vec<LookLine>,
    pub(crate) agreed: Vec<AgreedLine>,
    pub(crate) copy: CopyView,
    /// That a letter came back, if one did.
    pub(crate) returned: Option<String>,
    pub(crate) rights: Vec<OptionView>,
    /// What was typed for the office.
    pub(crate) asked: String,
    /// Whether a consent that they were asked for after a login waits for an answer.
    pub(crate) waits: bool,
    /// Whether this server offers passkeys.
    pub(crate) has_passkeys: bool,
    pub(crate) dormancy: Option<DormancyView>,
    /// Whether they objected to improvement.
    pub(crate) objected: bool,
    pub(crate) said: Option<String>,
    pub(crate) problem: Option<String>,
}

/// A second proof: setting it up, or what is done with one.
#[derive(Debug, Template)]
#[template(path = "security.html")]
pub(crate) struct SecurityPage {
    pub(crate) frame: Frame,
    /// The secret to be put into an app, where none is set up.
    pub(crate) offered: Option<(String, Option<QrView>)>,
    /// Recovery codes that are left.
    pub(crate) left: u64,
    /// New recovery codes, shown once.
    pub(crate) codes: Vec<String>,
    pub(crate) said: Option<String>,
    pub(crate) problem: Option<String>,
}

/// A passkey of somebody.
#[derive(Debug, Clone)]
pub(crate) struct PasskeyRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) made: String,
    pub(crate) used: String,
}

/// What a browser is asked for a new passkey.
#[derive(Debug, Clone)]
pub(crate) struct PasskeyAskedView {
    pub(crate) challenge: String,
    /// The options as JSON, which the script reads.
    pub(crate) options: String,
    /// What it is called unless somebody types another name.
    pub(crate) name: String,
}

/// Passkeys: those that there are, and another one.
#[derive(Debug, Template)]
#[template(path = "passkeys.html")]
pub(crate) struct PasskeysPage {
    pub(crate) frame: Frame,
    pub(crate) rows: Vec<PasskeyRow>,
    /// Whether a code is asked for beside the password.
    pub(crate) has_second: bool,
    pub(crate) asked: Option<PasskeyAskedView>,
    /// Where passkeys are good.
    pub(crate) origin: String,
    pub(crate) said: Option<String>,
    pub(crate) problem: Option<String>,
}

/// A child's data, for the guardian.
#[derive(Debug, Template)]
#[template(path = "guardian.html")]
pub(crate) struct GuardianOfPage {
    pub(crate) words: Words,
    pub(crate) theme: Theme,
    pub(crate) action: String,
    /// The page in the other language.
    pub(crate) other: String,
    pub(crate) groups: Vec<HeldGroup>,
    pub(crate) consents: Vec<ConsentRow>,
    pub(crate) agreed: Vec<AgreedLine>,
    pub(crate) looks: Vec<LookLine>,
    pub(crate) copy: CopyView,
    pub(crate) dormancy: Option<DormancyView>,
    /// What would stay if the account ended now.
    pub(crate) stays: Vec<CertificateLine>,
    pub(crate) said: Option<String>,
    pub(crate) problem: Option<String>,
}

/// A file to be read anywhere: everything held, without a script and without anything from elsewhere.
#[derive(Debug, Template)]
#[template(path = "copy.html")]
pub(crate) struct CopyPage {
    pub(crate) words: Words,
    pub(crate) groups: Vec<HeldGroup>,
    pub(crate) consents: Vec<(String, String)>,
    pub(crate) looks: Vec<LookLine>,
}

/// What stays after leaving.
#[derive(Debug, Clone)]
pub(crate) struct CertificateLine {
    pub(crate) what: String,
    pub(crate) why: String,
    pub(crate) until: String,
}

/// Leaving, before anything is done.
#[derive(Debug, Template)]
#[template(path = "leave.html")]
pub(crate) struct LeavePage {
    pub(crate) frame: Frame,
    pub(crate) stays: Vec<CertificateLine>,
    /// That the last owner leaves colleagues.
    pub(crate) alone: Option<String>,
    pub(crate) problem: Option<String>,
}

/// After an account ended.
#[derive(Debug, Template)]
#[template(path = "left.html")]
pub(crate) struct LeftPage {
    pub(crate) words: Words,
    pub(crate) theme: Theme,
    pub(crate) title: String,
    pub(crate) stays: Vec<CertificateLine>,
    /// The certificate and its entry in the audit log; none where the next sweep destroys what is due.
    pub(crate) certificate: Option<(u64, Vec<(&'static str, String)>)>,
    /// Where the certificate is shown once there is one.
    pub(crate) later: Option<LinkView>,
}

/// Somebody who works for the organisation.
#[derive(Debug, Clone)]
pub(crate) struct ColleagueLine {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) mail: String,
    pub(crate) role: &'static str,
    pub(crate) is_you: bool,
}

/// Who works for the organisation.
#[derive(Debug, Template)]
#[template(path = "team.html")]
pub(crate) struct TeamPage {
    pub(crate) frame: Frame,
    pub(crate) colleagues: Vec<ColleagueLine>,
    /// Whether a key looks, which sees nobody's name.
    pub(crate) by_key: bool,
    pub(crate) said: Option<String>,
    pub(crate) problem: Option<String>,
}

/// A consent that is asked for, its box not ticked.
#[derive(Debug, Clone)]
pub(crate) struct ConsentBox {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// What a member is asked after a login.
#[derive(Debug, Template)]
#[template(path = "agree.html")]
pub(crate) struct AgreePage {
    pub(crate) frame: Frame,
    pub(crate) of_age: bool,
    pub(crate) boxes: Vec<ConsentBox>,
    pub(crate) next: String,
}
