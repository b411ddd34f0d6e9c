//! Why a draft of the policy cannot be kept or posted, in its reader's language.

use crate::{session, words::Words};
use vestry_app::{DraftError, PoliciesError};
use vestry_policy::{Mistake, Policy, SchemaFault, VersionsError, Wrong};

/// What is wrong, each mistake on a line of its own.
pub(super) fn said(words: &Words, error: &DraftError) -> String {
    match error {
        DraftError::Policy(error) => of_policies(words, error),
        DraftError::TooLate(late) => {
            words.named("draft-too-late", &[late.deadline.date().to_string(), late.full_days.to_string()])
        }
        DraftError::Changed => words.t("draft-changed"),
        DraftError::None => words.t("problem-no-draft"),
        DraftError::Privacy(_) => words.t("problem-ours-hint"),
    }
}

fn of_policies(words: &Words, error: &PoliciesError) -> String {
    match error {
        PoliciesError::Policy(error) => lines(error.mistakes.iter().map(|mistake| of_mistake(words, mistake))),
        PoliciesError::Versions(error) => of_versions(words, error),
        PoliciesError::Schema { source, .. } => lines(source.0.iter().map(|fault| of_schema(words, fault))),
        PoliciesError::NotAsPosted { version } => words.a("draft-not-as-posted", version),
        PoliciesError::Read { .. } | PoliciesError::NotInForce { .. } => words.t("problem-draft"),
    }
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

fn of_mistake(words: &Words, mistake: &Mistake) -> String {
    let says = words.named(word(mistake.wrong), &mistake.values);
    format!("draft:{}:{}: {says}", mistake.line, mistake.column)
}

fn of_versions(words: &Words, error: &VersionsError) -> String {
    match error {
        VersionsError::None => words.t("problem-no-draft"),
        VersionsError::OtherPolicy { version, other, id } => {
            words.named("draft-other-policy", &[version.clone(), other.clone(), id.clone()])
        }
        VersionsError::Twice { first, second } => words.named("draft-twice", &[first.clone(), second.clone()]),
        VersionsError::Longer { version, before, retention } => {
            words.named("draft-longer", &[version.clone(), before.clone(), retention.clone()])
        }
    }
}

fn of_schema(words: &Words, fault: &SchemaFault) -> String {
    match fault {
        SchemaFault::Undeclared { table, column } => words.named("draft-undeclared", &[format!("{table}.{column}")]),
        SchemaFault::Missing { table, column } => words.named("draft-missing", &[format!("{table}.{column}")]),
        SchemaFault::UnknownItem { table, column, item, .. } => {
            words.named("draft-unknown-item", &[format!("{table}.{column}"), item.clone()])
        }
    }
}

/// Without the cookie of a login the server would not start under it.
pub(super) fn without_login(words: &Words, policy: &Policy) -> Option<String> {
    session::is_unlisted(policy).then(|| words.named("draft-no-login", &[session::COOKIE.into()]))
}

macro_rules! words {
    ($($name:ident, $word:literal;)+) => {
        fn word(of: Wrong) -> &'static str {
            match of { $(Wrong::$name => $word),+ }
        }
    };
}

words! {
    BadName, /* word */ "mistake-bad-name";
    ByConsentAndRequired, /* word */ "mistake-by-consent-and-required";
    Circle, /* word */ "mistake-circle";
    ClassServesNothing, /* word */ "mistake-class-serves-nothing";
    ClassWithoutClock, /* word */ "mistake-class-without-clock";
    ClassWithoutItem, /* word */ "mistake-class-without-item";
    EveryItemWithoutLaw, /* word */ "mistake-every-item-without-law";
    ItemOfOtherClass, /* word */ "mistake-item-of-other-class";
    ItemOfThisClass, /* word */ "mistake-item-of-this-class";
    ItemWithoutClock, /* word */ "mistake-item-without-clock";
    ItemWithoutPurpose, /* word */ "mistake-item-without-purpose";
    LawWithoutStatute, /* word */ "mistake-law-without-statute";
    NoClause, /* word */ "mistake-no-clause";
    NoDay, /* word */ "mistake-no-day";
    NoDormancy, /* word */ "mistake-no-dormancy";
    NoItem, /* word */ "mistake-no-item";
    NoLook, /* word */ "mistake-no-look";
    NoMail, /* word */ "mistake-no-mail";
    NoSuch, /* word */ "mistake-no-such";
    NoZone, /* word */ "mistake-no-zone";
    NotRead, /* word */ "mistake-not-read";
    NoticeOfNoDays, /* word */ "mistake-notice-of-no-days";
    NoticeTooShort, /* word */ "mistake-notice-too-short";
    NotifiedTooLate, /* word */ "mistake-notified-too-late";
    PurposeWithoutBasis, /* word */ "mistake-purpose-without-basis";
    RetentionWithoutClock, /* word */ "mistake-retention-without-clock";
    SmallCell, /* word */ "mistake-small-cell";
    StatuteWithoutLaw, /* word */ "mistake-statute-without-law";
    TooLong, /* word */ "mistake-too-long";
    TooMany, /* word */ "mistake-too-many";
    TwoClocks, /* word */ "mistake-two-clocks";
    UntilOfStatute, /* word */ "mistake-until-of-statute";
    WholeDays, /* word */ "mistake-whole-days";
    WithdrawalAlone, /* word */ "mistake-withdrawal-alone";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn every_mistake_is_said_in_both_languages() {
        let values = ["first", "second", "third"].map(String::from);
        for wrong in Wrong::ALL {
            let mistake = Mistake { line: 1, column: 1, wrong: *wrong, values: values.to_vec() };
            let [english, korean] =
                [Language::English, Language::Korean].map(|language| Words(language).named(word(*wrong), &values));
            assert_eq!(english, mistake.message(), "{wrong:?}");
            for (at, value) in values.iter().enumerate() {
                // The English plural of a table has no counterpart.
                let is_told = *wrong == Wrong::TooMany && at == 1 || korean.contains(value) == english.contains(value);
                assert!(is_told, "{wrong:?}: {korean}");
            }
            let is_korean = korean.chars().any(|c| ('가'..='힣').contains(&c));
            assert!(is_korean || *wrong == Wrong::NotRead, "{wrong:?}: {korean}");
        }
    }
}
