//! The console's words, Korean and English, from `locales/`.

use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue, langid, static_loader};
use std::{borrow::Cow, collections::HashMap};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        // Isolation marks are for mixed directions; ours are both left to right, and the marks would be copied along.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// A language of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Korean,
    English,
}

impl Language {
    /// `ko` or `en`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Korean => "ko",
            Self::English => "en",
        }
    }

    /// The one that a page is not in.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Korean => Self::English,
            Self::English => Self::Korean,
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        match code {
            "ko" => Some(Self::Korean),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The same for letters.
    pub(crate) fn mail(self) -> vestry_mail::Language {
        match self {
            Self::Korean => vestry_mail::Language::Korean,
            Self::English => vestry_mail::Language::English,
        }
    }

    /// The first of ours that an `Accept-Language` header names; English when it names neither.
    pub(crate) fn accepted(header: &str) -> Self {
        header.split(',').filter_map(|part| Self::from_code(part.trim().get(..2)?)).next().unwrap_or(Self::English)
    }
}

/// A number of things; templates pass fields by reference and lengths by value.
pub(crate) trait Count {
    fn count(self) -> i64;
}

macro_rules! counts {
    ($($kind:ty: $value:ident => $number:expr),+ $(,)?) => {
        $(impl Count for $kind {
            fn count(self) -> i64 {
                let $value = self;
                i64::try_from($number).unwrap_or(i64::MAX)
            }
        })+
    };
}

counts!(u64: n => n, &u64: n => *n, usize: n => n, i64: n => n);

/// Looks words up in one language; what templates call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words(pub(crate) Language);

impl Words {
    /// The words for `key`.
    pub(crate) fn t(&self, key: &str) -> String {
        LOCALES.lookup(self.id(), key)
    }

    /// The words for `key` with a number in it, as `$count`, grouped in thousands as `$shown`.
    pub(crate) fn n(&self, key: &str, count: impl Count) -> String {
        let count = count.count();
        let arguments: HashMap<Cow<'static, str>, FluentValue<'_>> =
            HashMap::from([("count".into(), count.into()), ("shown".into(), grouped(count).into())]);
        LOCALES.lookup_with_args(self.id(), key, &arguments)
    }

    /// The name of a role.
    pub(crate) fn role(&self, role: &str) -> String {
        self.t(match role {
            "viewer" =>
            /* word */
            {
                "role-viewer"
            }
            "editor" =>
            /* word */
            {
                "role-editor"
            }
            "owner" =>
            /* word */
            {
                "role-owner"
            }
            "operator" =>
            /* word */
            {
                "role-operator"
            }
            "officer" =>
            /* word */
            {
                "role-officer"
            }
            _ =>
            /* word */
            {
                "role-auditor"
            }
        })
    }

    /// The words for `key` with a text in it, as `$text`.
    pub(crate) fn a(&self, key: &str, text: &str) -> String {
        let arguments: HashMap<Cow<'static, str>, FluentValue<'_>> = HashMap::from([("text".into(), text.into())]);
        LOCALES.lookup_with_args(self.id(), key, &arguments)
    }

    /// The words for `key` with at most three texts in it, as `$a`, `$b` and `$c`.
    pub(crate) fn named(&self, key: &str, texts: &[String]) -> String {
        let arguments: HashMap<Cow<'static, str>, FluentValue<'_>> =
            ["a", "b", "c"].into_iter().zip(texts).map(|(name, text)| (name.into(), text.as_str().into())).collect();
        LOCALES.lookup_with_args(self.id(), key, &arguments)
    }

    /// The words for `key` with a share in per cent, as `$percent`, and what it is a share of, as `$count` and `$shown`.
    pub(crate) fn share(&self, key: &str, text: &str, percent: impl Count, count: impl Count) -> String {
        let count = count.count();
        let arguments: HashMap<Cow<'static, str>, FluentValue<'_>> = HashMap::from([
            ("text".into(), text.into()),
            ("percent".into(), percent.count().into()),
            ("count".into(), count.into()),
            ("shown".into(), grouped(count).into()),
        ]);
        LOCALES.lookup_with_args(self.id(), key, &arguments)
    }

    /// `1,284`.
    pub(crate) fn number(&self, count: impl Count) -> String {
        grouped(count.count())
    }

    pub(crate) fn is_korean(&self) -> bool {
        self.0 == Language::Korean
    }

    pub(crate) fn code(&self) -> &'static str {
        self.0.code()
    }

    fn id(&self) -> &'static LanguageIdentifier {
        static KO: LanguageIdentifier = langid!("ko");
        static EN: LanguageIdentifier = langid!("en");
        match self.0 {
            Language::Korean => &KO,
            Language::English => &EN,
        }
    }
}

fn grouped(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut out = String::from(if count < 0 { "−" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    fn keys(language: &str) -> BTreeSet<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language).join("console.ftl");
        fs::read_to_string(path)
            .expect("the locale is readable")
            .lines()
            .filter(|l| l.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|l| Some(l.split_once(" =")?.0.to_owned()))
            .collect()
    }

    /// What stands between `before` and the next quote, wherever it stands in `text`.
    fn called<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = String> + 'a {
        text.split(before).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(keys("ko"), keys("en"));
    }

    #[test]
    fn every_word_a_page_asks_for_exists_and_none_is_left_over() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut asked = BTreeSet::new();
        let mut folders = vec![root.join("templates"), root.join("src")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("words.rs") {
                    let text = fs::read_to_string(&path).expect("a text");
                    for before in [".t(\"", ".n(\"", ".a(\"", ".named(\"", ".share(\"", "/* word */ \""] {
                        asked.extend(called(&text, before));
                    }
                }
            }
        }
        let known = keys("en");
        assert_eq!(asked.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "asked for and missing");
        assert_eq!(known.difference(&asked).collect::<Vec<_>>(), Vec::<&String>::new(), "there and never asked for");
    }

    /// Every locale's text with its path, of the console and of letters.
    fn locales() -> Vec<(String, String)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let of = |path: &str| (path.to_owned(), fs::read_to_string(root.join(path)).expect("the locale is readable"));
        [
            "locales/ko/console.ftl",
            "locales/en/console.ftl",
            "../mail/locales/ko/mail.ftl",
            "../mail/locales/en/mail.ftl",
        ]
        .map(of)
        .into()
    }

    #[test]
    fn no_particle_hangs_on_a_variable() {
        let both = ["을(를)", "를(을)", "이(가)", "가(이)", "은(는)", "는(은)", "과(와)", "와(과)", "(으)로", "(이)"];
        let alone = ["은", "는", "이", "가", "을", "를", "과", "와", "으로", "로"];
        for (path, text) in locales() {
            for (at, line) in text.lines().enumerate() {
                let (what, at) = (|particle| format!("{path}:{}: {particle}", at + 1), line);
                for particle in both {
                    assert!(!at.contains(particle), "{}", what(particle));
                }
                for rest in at.split('}').skip(1).map(|rest| rest.trim_start_matches(['`', '’', '"'])) {
                    let word = rest.split([' ', '.', ',']).next().unwrap_or("");
                    assert!(!alone.contains(&word), "{}", what(word));
                }
            }
        }
    }

    #[test]
    fn no_space_stands_before_per_cent() {
        for (path, text) in locales() {
            assert!(!text.contains(" %"), "{path}");
        }
    }

    #[test]
    fn numbers_are_grouped() {
        for (count, expected) in [(0, "0"), (999, "999"), (1284, "1,284"), (-1_000_000, "−1,000,000")] {
            assert_eq!(grouped(count), expected);
        }
    }

    #[test]
    fn the_browser_chooses_the_language() {
        for (header, expected) in [
            ("ko-KR,ko;q=0.9,en;q=0.8", Language::Korean),
            ("fr, en;q=0.5", Language::English),
            ("fr", Language::English),
            ("한", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::accepted(header), expected, "{header}");
        }
    }
}
