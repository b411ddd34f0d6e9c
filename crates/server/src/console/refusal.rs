//! Why a row or a picture was refused, in the reader's language.

use crate::words::Words;
use vestry_app::{JobError, RefusalCode};

/// Why a whole job failed. What an older program wrote is said as it stands.
pub(crate) fn failure(words: &Words, error: &str, code: Option<&str>) -> String {
    match code.and_then(RefusalCode::from_name) {
        Some(code) => words.n(word(code), 0u64),
        None => error.to_owned(),
    }
}

/// What was wrong and what to do. What an older program wrote is said as it stands.
pub(crate) fn said(words: &Words, error: &JobError) -> String {
    let Some(code) = error.code.as_deref().and_then(RefusalCode::from_name) else { return error.message.clone() };
    let says = words.n(word(code), error.number.unwrap_or(0));
    match &error.place {
        Some(column) => words.named("refusal-column", &[column.clone(), says]),
        None => says,
    }
}

macro_rules! words {
    ($($name:ident, $word:literal;)+) => {
        fn word(of: RefusalCode) -> &'static str {
            match of { $(RefusalCode::$name => $word),+ }
        }
    };
}

words! {
    BadAddress, /* word */ "refusal-bad-address";
    BadCurrency, /* word */ "refusal-bad-currency";
    BadPrice, /* word */ "refusal-bad-price";
    BadSku, /* word */ "refusal-bad-sku";
    BadStatus, /* word */ "refusal-bad-status";
    FeedEmpty, /* word */ "refusal-feed-empty";
    FeedHeader, /* word */ "refusal-feed-header";
    FeedMapping, /* word */ "refusal-feed-mapping";
    FeedNotText, /* word */ "refusal-feed-not-text";
    FeedTooWide, /* word */ "refusal-feed-too-wide";
    FileMissing, /* word */ "refusal-file-missing";
    FileTooLong, /* word */ "refusal-file-too-long";
    FileUnreadable, /* word */ "refusal-file-unreadable";
    NoAuthorities, /* word */ "refusal-no-authorities";
    NotFetched, /* word */ "refusal-not-fetched";
    NotJson, /* word */ "refusal-not-json";
    NotObject, /* word */ "refusal-not-object";
    NotUnderstood, /* word */ "refusal-not-understood";
    NulByte, /* word */ "refusal-nul-byte";
    OpenQuote, /* word */ "refusal-open-quote";
    OtherWidth, /* word */ "refusal-other-width";
    Ours, /* word */ "refusal-ours";
    PathNotRead, /* word */ "refusal-path-not-read";
    PathOutside, /* word */ "refusal-path-outside";
    PictureAnimated, /* word */ "refusal-picture-animated";
    PictureCutOff, /* word */ "refusal-picture-cut-off";
    PictureDamaged, /* word */ "refusal-picture-damaged";
    PictureEmpty, /* word */ "refusal-picture-empty";
    PictureGone, /* word */ "refusal-picture-gone";
    PictureTooDeep, /* word */ "refusal-picture-too-deep";
    PictureTooLarge, /* word */ "refusal-picture-too-large";
    PictureTooManyPixels, /* word */ "refusal-picture-too-many-pixels";
    PictureUnknown, /* word */ "refusal-picture-unknown";
    PrivateAddress, /* word */ "refusal-private-address";
    RepeatedSku, /* word */ "refusal-repeated-sku";
    RowTooLong, /* word */ "refusal-row-too-long";
    RowTooWide, /* word */ "refusal-row-too-wide";
    TextTooLong, /* word */ "refusal-text-too-long";
    TooLate, /* word */ "refusal-too-late";
    TooManyFields, /* word */ "refusal-too-many-fields";
    TooManyRedirects, /* word */ "refusal-too-many-redirects";
    Undecoded, /* word */ "refusal-undecoded";
    UnknownHost, /* word */ "refusal-unknown-host";
    UnknownTag, /* word */ "refusal-unknown-tag";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn every_refusal_is_said_in_both_languages() {
        for code in RefusalCode::ALL {
            assert_eq!(RefusalCode::from_name(code.as_str()), Some(*code), "one name a code");
            let error = JobError {
                line: None,
                value: String::new(),
                code: Some(code.as_str().into()),
                place: None,
                number: Some(4_077),
                message: "written before".into(),
            };
            let [english, korean] =
                [Language::English, Language::Korean].map(|language| said(&Words(language), &error));
            let is_korean = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
            assert!(is_korean(&korean) && !is_korean(&english), "{code:?}: {korean} {english}");
            let is_told = |text: &str| text.contains("4,077") || text.contains("4077");
            assert_eq!(is_told(&korean), is_told(&english), "{code:?}: {korean} {english}");
            let whole = failure(&Words(Language::Korean), "written before", Some(code.as_str()));
            assert!(is_korean(&whole), "{code:?}: {whole}");
            let placed = JobError { place: Some("price".into()), ..error.clone() };
            for (language, text) in [(Language::English, english), (Language::Korean, korean)] {
                let placed = said(&Words(language), &placed);
                assert!(placed.contains("`price`") && placed.ends_with(&text), "{code:?}: {placed}");
            }
            for unnamed in [None, Some("a_code_of_a_newer_program".into())] {
                let error = JobError { code: unnamed, ..error.clone() };
                assert_eq!(said(&Words(Language::Korean), &error), "written before");
            }
        }
    }
}
