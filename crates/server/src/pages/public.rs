//! Pages that everybody may see.

use super::{LinkView, Theme};
use crate::{
    console::readdressed,
    words::{Language, Words},
};
use askama::Template;
use vestry_policy::Page;

/// Whether the choice about cookies is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Offer {
    /// It was made, or there is nothing to choose.
    Nothing,
    /// With its three ways.
    Choice,
    /// It was refused a moment ago: said once, as nothing is kept of it.
    Refused,
}

/// What surrounds a public page.
#[derive(Debug, Clone)]
pub(crate) struct PublicFrame {
    pub(crate) words: Words,
    pub(crate) theme: Theme,
    /// The language that the address asks for; links carry it on.
    pub(crate) asked: Option<Language>,
    /// This page in the other language.
    pub(crate) other: String,
    /// This page's own address.
    pub(crate) here: String,
    pub(crate) offer: Offer,
}

impl PublicFrame {
    /// A public page's address, in the language that was asked for.
    pub(crate) fn to(&self, path: &str) -> String {
        self.asked.map_or_else(|| path.into(), |language| readdressed(path, &["lang"], &[("lang", language.code())]))
    }

    /// The page of the choice about cookies, leading back here.
    pub(crate) fn cookies(&self) -> String {
        self.to("/cookies")
    }
}

/// A version in the list of all.
#[derive(Debug, Clone)]
pub(crate) struct VersionLine {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) from: String,
    pub(crate) state: String,
    /// What it changed; the first one changed nothing.
    pub(crate) changes: Option<String>,
    pub(crate) is_this: bool,
}

/// A version that is posted and not in force yet.
#[derive(Debug, Clone)]
pub(crate) struct ComingView {
    pub(crate) text: String,
    pub(crate) href: String,
    pub(crate) changes: String,
}

/// A version of the policy.
#[derive(Debug, Template)]
#[template(path = "policy.html")]
pub(crate) struct PolicyPage {
    pub(crate) frame: PublicFrame,
    pub(crate) page: Page,
    /// Since when it stands, stood, or will.
    pub(crate) standing: String,
    pub(crate) is_in_force: bool,
    /// The newest first.
    pub(crate) versions: Vec<VersionLine>,
    pub(crate) coming: Option<ComingView>,
    /// The audit log's newest head and key, where there is one.
    pub(crate) log: Option<Vec<(String, String)>>,
    /// Transfers of the business that are posted.
    pub(crate) transfers: Vec<LinkView>,
}

/// A cell that two versions fill differently; empty where one has none.
#[derive(Debug, Clone)]
pub(crate) struct SaysView {
    pub(crate) name: String,
    pub(crate) was: String,
    pub(crate) is: String,
}

/// One difference.
#[derive(Debug, Clone)]
pub(crate) struct ChangeView {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) says: Vec<SaysView>,
}

/// What a version changed.
#[derive(Debug, Template)]
#[template(path = "changes.html")]
pub(crate) struct ChangesPage {
    pub(crate) frame: PublicFrame,
    pub(crate) version: String,
    pub(crate) from: String,
    pub(crate) href: String,
    /// The version before, and its address.
    pub(crate) before: Option<(String, String)>,
    pub(crate) changes: Vec<ChangeView>,
    pub(crate) coming: Option<ComingView>,
}

/// A cookie that the policy lists.
#[derive(Debug, Clone)]
pub(crate) struct CookieLine {
    pub(crate) name: String,
    pub(crate) says: String,
    pub(crate) keep: String,
    pub(crate) essential: bool,
    pub(crate) agreed: bool,
}

/// The choice about cookies.
#[derive(Debug, Template)]
#[template(path = "cookies.html")]
pub(crate) struct CookiesPage {
    pub(crate) frame: PublicFrame,
    pub(crate) lines: Vec<CookieLine>,
    /// All were refused a moment ago.
    pub(crate) refused: bool,
    pub(crate) chosen: bool,
    pub(crate) signed_in: bool,
}

/// The terms of use.
#[derive(Debug, Template)]
#[template(path = "terms.html")]
pub(crate) struct TermsPage {
    pub(crate) frame: PublicFrame,
    pub(crate) paragraphs: Vec<String>,
    /// SHA-256 of the text.
    pub(crate) digest: String,
}

/// A transfer of the business, posted for all.
#[derive(Debug, Template)]
#[template(path = "notice.html")]
pub(crate) struct NoticePage {
    pub(crate) frame: PublicFrame,
    pub(crate) transferee: String,
    pub(crate) contact: String,
    pub(crate) says: String,
    pub(crate) day: String,
    pub(crate) posted: String,
    pub(crate) done: Option<String>,
}
