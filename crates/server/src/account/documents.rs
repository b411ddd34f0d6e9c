//! What is sealed as a document, as people read it: its members one after the other, in their words.

use super::me::{item_name, purpose_name, why};
use crate::{
    console::time,
    office::case::{channel_word, check_word, outcome_word, right_name},
    words::Words,
};
use jiff::Timestamp;
use serde_json::Value;
use vestry_policy::Policy;

/// What members of documents are called; what stands in none of them is called as the policy calls it, or stays as it is.
const NAMES: [(&str, &str); 40] = [
    ("answer", /* word */ "desk-answer"),
    ("at", /* word */ "doc-at"),
    ("ban", /* word */ "doc-ban"),
    ("because", /* word */ "why"),
    ("by", /* word */ "doc-by"),
    ("by_guardian", /* word */ "doc-by-guardian"),
    ("by_letter", /* word */ "doc-by-letter"),
    ("channel", /* word */ "doc-channel"),
    ("checked", /* word */ "doc-checked"),
    ("contact", /* word */ "doc-contact"),
    ("continues", /* word */ "doc-continues"),
    ("day", /* word */ "doc-day"),
    ("decision", /* word */ "doc-decision"),
    ("entry", /* word */ "doc-entry"),
    ("given", /* word */ "doc-given"),
    ("had_second", /* word */ "doc-had-second"),
    ("how", /* word */ "doc-how"),
    ("invitation", /* word */ "doc-invitation"),
    ("items", /* word */ "doc-items"),
    ("language", /* word */ "doc-language"),
    ("left_out", /* word */ "doc-left-out"),
    ("mail", /* word */ "mail"),
    ("name", /* word */ "name"),
    ("organisation", /* word */ "doc-organisation"),
    ("outcome", /* word */ "doc-outcome"),
    ("parts", /* word */ "doc-parts"),
    ("photo", /* word */ "doc-photo"),
    ("policy", /* word */ "policy"),
    ("purpose", /* word */ "purpose"),
    ("reason", /* word */ "reason"),
    ("right", /* word */ "doc-right"),
    ("role", /* word */ "role"),
    ("since", /* word */ "doc-since"),
    ("status", /* word */ "doc-status"),
    ("stays", /* word */ "doc-stays"),
    ("taken_back_before", /* word */ "doc-taken-back-before"),
    ("text_sha256", /* word */ "doc-text-sha256"),
    ("until", /* word */ "doc-until"),
    ("what", /* word */ "staff-trained-in"),
    ("words", /* word */ "doc-words"),
];

/// Reads the values of one policy to people of one language.
pub(crate) struct Documents<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) words: Words,
}

impl Documents<'_> {
    /// The value of an item as a person reads it; a dash for a document that holds nothing.
    pub(crate) fn readable(&self, item: &str, text: &str) -> String {
        let said = match serde_json::from_str::<Value>(text) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => self.value(item, &value),
            _ if ["request_channel", "complaint_channel"].contains(&item) => channel_word(text, &self.words),
            _ => self.moment(text),
        };
        if said.is_empty() { "–".into() } else { said }
    }

    /// An instant as every page shows it; any other text as it is.
    pub(crate) fn moment(&self, text: &str) -> String {
        text.parse::<Timestamp>().map_or_else(|_| text.to_owned(), |at| time(self.policy, at))
    }

    fn value(&self, name: &str, value: &Value) -> String {
        match value {
            Value::String(text) => self.text(name, text),
            Value::Bool(true) => self.words.t("doc-yes"),
            Value::Bool(false) => self.words.t("doc-no"),
            Value::Array(values) => values.iter().map(|value| self.value(name, value)).collect::<Vec<_>>().join(", "),
            Value::Object(members) => {
                // Who signed in was no member of staff.
                let by_themselves = members.get("how").is_some_and(|how| how == "sign-in");
                let members = members.iter().filter(|(name, _)| !(by_themselves && *name == "by"));
                let members = members.filter_map(|(name, value)| self.member(name, value));
                members.collect::<Vec<_>>().join(" · ")
            }
            other => other.to_string(),
        }
    }

    fn member(&self, name: &str, value: &Value) -> Option<String> {
        let said = NAMES.iter().find(|(of, _)| *of == name).map(|(_, word)| self.words.t(word));
        let called = said.unwrap_or_else(|| item_name(self.policy, name, self.words.0));
        let text = if value.is_null() { String::new() } else { self.value(name, value) };
        match value {
            // A name before nothing reads as if something were missing.
            _ if text.is_empty() => None,
            Value::Object(_) => Some(format!("{called}: ({text})")),
            _ => Some(format!("{called}: {text}")),
        }
    }

    fn text(&self, name: &str, text: &str) -> String {
        let Self { policy, words } = self;
        match (name, text) {
            ("because", _) => why(policy, text, words),
            // An id tells whoever reads it nothing.
            ("by", _) => words.t("reader-staff"),
            ("channel", "guardian") => words.t("reader-guardian"),
            ("channel", "my-data") => words.t("me"),
            ("channel", "sign-up") => words.t("join"),
            ("how", _) => words.t(check_word(text)),
            ("items" | "left_out", _) => item_name(policy, text, words.0),
            // What lets in whoever has it is shown to nobody.
            ("invitation" | "password", _) => words.t("masked"),
            ("language", "ko") => words.t("doc-korean"),
            ("language", "en") => words.t("doc-english"),
            ("mail", "confirmed") => words.t("doc-confirmed"),
            ("outcome", _) => outcome_word(text, words),
            ("purpose", _) => purpose_name(policy, text, words),
            ("right", _) => right_name(policy, Some(text), words.0),
            ("role", _) => words.role(text),
            _ => self.moment(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn documents_are_read_as_people_read() {
        let policy = Policy::read(vestry_policy::BUILTIN, "policy.toml").expect("a policy");
        let documents = Documents { policy: &policy, words: Words(Language::English) };
        for (item, text, expected) in [
            ("name", "김하나", "김하나"),
            ("title", "2019", "2019"),
            ("company", "[한빛]", "[한빛]"),
            ("request_channel", "page", "from their own page"),
            ("visit_time", "2026-11-02T03:04:05.678Z", "2026-11-02 12:04"),
            ("state", r#"{"mail":"confirmed"}"#, "E-mail address: confirmed"),
            ("app_settings", r#"{"language":"en"}"#, "Language: English"),
            (
                "device",
                r#"[{"name":"Chrome, Linux","since":"2026-11-02T03:04:05Z"}]"#,
                "Name: Chrome, Linux · First used: 2026-11-02 12:04",
            ),
            ("searches", r#"[{"photo":false,"unheard_of":"검정"}]"#, "With a photo: no · unheard_of: 검정"),
            (
                "request_answer",
                r#"{"decision":{"outcome":"partly","entry":null,"left_out":["mobile","name"]}}"#,
                "Decision: (Left out: mobile number, name · Outcome: done in part)",
            ),
            (
                "consent",
                r#"{"purpose":"marketing","channel":"my-data","items":["mailing"]}"#,
                "How: My data · Items: setting for advertising mail · Purpose: marketing",
            ),
            ("stub_guardian", r#"{"invitation":"vin_x"}"#, "Invitation: ••••"),
            ("request_answer", r#"{"stays":[{"because":"hold"}]}"#, "Stays: Why: held"),
            // Of what is empty no name is said, and nobody is called by an id.
            ("request_answer", r#"{"decision":{"left_out":[],"reason":""},"stays":[]}"#, "–"),
            ("device", "[]", "–"),
            ("misuse", r#"{"words":"twice","by":"6028d4e2"}"#, "By: privacy office · Words: twice"),
            (
                "request_answer",
                r#"{"checked":{"how":"sign-in","by":"6028d4e2"}}"#,
                "Identity checked: (How: they were signed in)",
            ),
        ] {
            assert_eq!(documents.readable(item, text), expected, "{text}");
        }
    }
}
