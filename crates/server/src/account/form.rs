//! One form on one page: what signing in, joining and passwords look like.

use crate::{
    console::{Shown, readdressed, shown},
    pages::{FieldView, FormPage, LinkView, PasskeyDoor, QrView},
    public,
    words::{Language, Words},
};
use axum::http::HeaderMap;
use vestry_app::{AccountError, Origin};

/// A form's page in the making.
#[derive(Debug)]
pub(crate) struct Form(FormPage);

impl Form {
    pub(crate) fn new(headers: &HeaderMap, title: impl FnOnce(&Words) -> String) -> Self {
        let frame = public::framed(headers);
        let words = frame.words;
        Self(FormPage {
            title: title(&words),
            frame,
            lead: Vec::new(),
            problem: None,
            qr: None,
            shown: Vec::new(),
            action: String::new(),
            hidden: Vec::new(),
            fields: Vec::new(),
            button: String::new(),
            instead: None,
            passkey: None,
            links: Vec::new(),
        })
    }

    pub(crate) fn language(&self) -> Language {
        self.0.frame.words.0
    }

    pub(crate) fn lead(mut self, text: impl FnOnce(&Words) -> String) -> Self {
        self.0.lead.push(text(&self.0.frame.words));
        self
    }

    /// A text that an app reads from the page.
    pub(crate) fn qr(mut self, text: &str) -> Self {
        self.0.qr = QrView::of(text);
        self
    }

    /// Lines to be copied, such as recovery codes.
    pub(crate) fn show(mut self, lines: Vec<String>) -> Self {
        self.0.shown = lines;
        self
    }

    /// The answer is read in the language in which the form was shown: what was agreed to is what stood there.
    pub(crate) fn to(mut self, action: impl Into<String>, button: impl FnOnce(&Words) -> String) -> Self {
        self.0.action = readdressed(&action.into(), &["lang"], &[("lang", self.language().code())]);
        self.0.button = button(&self.0.frame.words);
        self
    }

    /// A second button, which needs none of the fields and is told by `act`.
    pub(crate) fn instead(mut self, act: &'static str, button: impl FnOnce(&Words) -> String) -> Self {
        self.0.instead = Some((act, button(&self.0.frame.words)));
        self
    }

    pub(crate) fn hidden(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.hidden.push((name, value.into()));
        self
    }

    /// A second way in, by a passkey made under `origin`, where the browser has a script.
    pub(crate) fn passkey(mut self, origin: &Origin, next: &str) -> Self {
        self.0.passkey = Some(PasskeyDoor { origin: origin.to_string(), next: next.into() });
        self
    }

    pub(crate) fn link(mut self, href: impl Into<String>, text: impl FnOnce(&Words) -> String) -> Self {
        self.0.links.push(LinkView { href: href.into(), text: text(&self.0.frame.words) });
        self
    }

    /// A field, required unless it is made optional.
    pub(crate) fn field(
        mut self,
        (name, kind, autocomplete): (&str, &'static str, &'static str),
        label: impl FnOnce(&Words) -> String,
        change: impl FnOnce(FieldView) -> FieldView,
    ) -> Self {
        let field = FieldView {
            name: name.into(),
            kind,
            autocomplete,
            label: label(&self.0.frame.words),
            value: String::new(),
            hint: String::new(),
            required: true,
            wrong: false,
        };
        self.0.fields.push(change(field));
        self
    }

    /// What was typed into a field already.
    pub(crate) fn typed(mut self, name: &str, value: &str) -> Self {
        for field in self.0.fields.iter_mut().filter(|field| field.name == name) {
            field.value = value.to_owned();
        }
        self
    }

    /// Says what is wrong, at the field it is about.
    pub(crate) fn refused(mut self, error: &AccountError) -> Self {
        let label = |item: &str| {
            let field = self.0.fields.iter().find(|field| field.name == item);
            field.map_or_else(|| item.to_owned(), |field| field.label.clone())
        };
        self.0.problem = Some(said(&self.0.frame.words, error, label));
        let item = match error {
            AccountError::Missing { item } | AccountError::Unusable { item } => item.as_str(),
            AccountError::Weak(_) => "password",
            _ => "",
        };
        for field in &mut self.0.fields {
            field.wrong = field.name == item;
        }
        self
    }

    pub(crate) fn problem(mut self, text: impl FnOnce(&Words) -> String) -> Self {
        self.0.problem = Some(text(&self.0.frame.words));
        self
    }

    pub(crate) fn shown(self) -> Shown {
        shown(&self.0)
    }
}

impl FieldView {
    pub(crate) fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    pub(crate) fn value(self, value: impl Into<String>) -> Self {
        Self { value: value.into(), ..self }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

/// What is said of a form that was refused; items are called by `label`.
pub(crate) fn said(words: &Words, error: &AccountError, label: impl Fn(&str) -> String) -> String {
    match error {
        AccountError::Missing { item } => words.a("field-missing", &label(item)),
        AccountError::Unusable { item } if item == "day_of_14" => words.t("guardian-day-wrong"),
        AccountError::Unusable { item } => words.a("field-unusable", &label(item)),
        AccountError::Weak(weak) => words.t(weak_word(weak.code())),
        AccountError::Wait(wait) => words.n("sign-in-wait", wait.as_secs().max(1)),
        AccountError::Link => words.t("link-over"),
        AccountError::Invitation => words.t("invitation-over"),
        AccountError::Wrong => words.t("sign-in-wrong"),
        AccountError::Guarded => words.t("problem-guarded"),
        AccountError::Privacy(_) | AccountError::Case(_) | AccountError::SameStaff | AccountError::TwoAtTheDesk => {
            words.t("problem-ours-hint")
        }
    }
}

/// What is said of a password that is too easy.
fn weak_word(code: &str) -> &'static str {
    const WORDS: [(&str, &str); 5] = [
        ("password_too_short", /* word */ "weak-short"),
        ("password_too_long", /* word */ "weak-long"),
        ("password_repetition", /* word */ "weak-row"),
        ("password_run", /* word */ "weak-row"),
        ("password_contains_name", /* word */ "weak-name"),
    ];
    WORDS.iter().find(|(of, _)| *of == code).map_or(/* word */ "weak-common", |(_, word)| *word)
}
