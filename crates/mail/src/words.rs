//! The letters' words, Korean and English, from `locales/`, and how values are written in them.

use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue, langid, static_loader};
use jiff::{ZonedDateTime, civil::Date};
use std::{borrow::Cow, collections::HashMap};

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        // Isolation marks are for mixed directions; ours are both left to right, and the marks would be copied along.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// The most characters of a value that stands within a line: a name, a device, a role.
const LINE_CHARACTERS: usize = 120;

/// A language that letters are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Korean.
    Korean,
    /// English.
    English,
}

impl Language {
    /// `ko` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Korean => "ko",
            Self::English => "en",
        }
    }

    fn id(self) -> &'static LanguageIdentifier {
        static KO: LanguageIdentifier = langid!("ko");
        static EN: LanguageIdentifier = langid!("en");
        match self {
            Self::Korean => &KO,
            Self::English => &EN,
        }
    }

    /// `2025년 3월 1일`, `1 March 2025`.
    pub(crate) fn day(self, day: Date) -> String {
        match self {
            Self::Korean => format!("{}년 {}월 {}일", day.year(), day.month(), day.day()),
            Self::English => day.strftime("%-d %B %Y").to_string(),
        }
    }

    /// `2025년 3월 1일 오후 2시 5분 (KST)`, `1 March 2025, 14:05 (KST)`.
    pub(crate) fn moment(self, moment: &ZonedDateTime) -> String {
        let (day, zone) = (self.day(moment.date()), moment.strftime("%Z"));
        match self {
            Self::Korean => {
                let half = if moment.hour() < 12 { "오전" } else { "오후" };
                let hour = (moment.hour() + 11) % 12 + 1;
                format!("{day} {half} {hour}시 {}분 ({zone})", moment.minute())
            }
            Self::English => format!("{day}, {} ({zone})", moment.strftime("%H:%M")),
        }
    }
}

/// The values of one letter, by the names that the templates use.
#[derive(Default)]
pub(crate) struct Arguments(HashMap<Cow<'static, str>, FluentValue<'static>>);

impl Arguments {
    pub(crate) fn set(&mut self, name: &'static str, value: String) {
        self.0.insert(name.into(), value.into());
    }

    /// The words for `key`.
    pub(crate) fn say(&self, language: Language, key: &str) -> String {
        LOCALES.lookup_with_args(language.id(), key, &self.0)
    }
}

/// `value` as one line: no line breaks, no control or direction marks, at most [`LINE_CHARACTERS`].
pub(crate) fn line(value: &str) -> String {
    let mut shown = value.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).fold(
        String::new(),
        |mut so_far, word| {
            if !so_far.is_empty() {
                so_far.push(' ');
            }
            so_far.extend(word.chars().filter(|c| !is_direction(*c)));
            so_far
        },
    );
    if let Some((end, _)) = shown.char_indices().nth(LINE_CHARACTERS) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

/// `value` as paragraphs: `\n` between lines, one blank line between paragraphs, no other control or direction marks.
pub(crate) fn paragraphs(value: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    for raw in value.replace("\r\n", "\n").replace('\r', "\n").lines() {
        let shown: String = raw.chars().filter(|c| !c.is_control() && !is_direction(*c)).collect();
        let shown = shown.trim_end();
        if !(shown.is_empty() && out.last().is_none_or(String::is_empty)) {
            out.push(shown.to_owned());
        }
    }
    out.join("\n").trim_end().to_owned()
}

/// A mark that turns the direction of what follows it, and so can make a text look like another.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    fn keys(language: &str) -> BTreeSet<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language).join("mail.ftl");
        fs::read_to_string(path)
            .expect("the locale is readable")
            .lines()
            .filter(|l| l.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|l| Some(l.split_once(" =")?.0.to_owned()))
            .collect()
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(keys("ko"), keys("en"));
    }

    #[test]
    fn days_and_moments_are_readable() {
        let day = jiff::civil::date(2025, 3, 1);
        assert_eq!(Language::Korean.day(day), "2025년 3월 1일");
        assert_eq!(Language::English.day(day), "1 March 2025");
        for (hour, korean, english) in [(0, "오전 12시", "00"), (12, "오후 12시", "12"), (14, "오후 2시", "14")]
        {
            let moment = day.at(hour, 5, 0, 0).in_tz("Asia/Seoul").expect("a zone");
            assert_eq!(Language::Korean.moment(&moment), format!("2025년 3월 1일 {korean} 5분 (KST)"));
            assert_eq!(Language::English.moment(&moment), format!("1 March 2025, {english}:05 (KST)"));
        }
    }

    #[test]
    fn values_stay_where_they_are_put() {
        assert_eq!(line(" a\r\nb\u{0}\tc\u{202E}d "), "a b cd");
        assert_eq!(line(&"가".repeat(200)), format!("{}…", "가".repeat(LINE_CHARACTERS)));
        assert_eq!(paragraphs("\n a\r\n\r\n\r\nb\u{7}\rc\n\n"), " a\n\nb\nc");
    }
}
