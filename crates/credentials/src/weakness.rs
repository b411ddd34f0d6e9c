//! What makes a password weak. Length counts, not kinds of characters (NIST SP 800-63B, 3.1.1.2); refused is what
//! whoever guesses tries first.

use crate::common::{PASSWORDS, ROWS};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The fewest characters of a password.
pub(crate) const LEAST: usize = 10;
/// The most characters of a password.
pub(crate) const MOST: usize = 128;
/// So many characters in a row are a run; shorter ones occur in any word.
const RUN: usize = 3;
/// What is left of a password when each run counts as one character must reach this.
const LEAST_BESIDE_RUNS: usize = 6;
/// So many characters around a common password do not make it another one.
const DECORATION: usize = 5;
/// Names shorter than this are in too many words.
const LEAST_NAME: usize = 3;
/// Pieces of a name (`kim` of `kim.jimin`) shorter than this are in too many words.
const LEAST_PIECE: usize = 4;

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than 10 characters.
    #[error("the password has fewer than {LEAST} characters; take a longer one, such as four words")]
    TooShort,
    /// More than 128 characters.
    #[error("the password has more than {MOST} characters; take a shorter one")]
    TooLong,
    /// The same character or the same few again and again.
    #[error("the password repeats itself; take one that does not")]
    Repetition,
    /// Characters in the order of the alphabet, of numbers or of the keyboard.
    #[error("the password is characters in a row, such as `abcd1234`; take one that is not")]
    Run,
    /// One of those that are tried first, or one with little around it.
    #[error("the password is one that many people use; take one of your own")]
    Common,
    /// It has the mail address or the name in it.
    #[error("the password contains your mail address or your name; take one that does not")]
    ContainsName,
}

impl WeakPassword {
    /// A code that stays, for translation.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooShort => "password_too_short",
            Self::TooLong => "password_too_long",
            Self::Repetition => "password_repetition",
            Self::Run => "password_run",
            Self::Common => "password_common",
            Self::ContainsName => "password_contains_name",
        }
    }
}

/// Whether `text`, in NFC, may become the password of somebody with these names.
pub(crate) fn check(text: &str, names: &[&str]) -> Result<(), WeakPassword> {
    let count = text.chars().count();
    if count < LEAST {
        return Err(WeakPassword::TooShort);
    }
    if count > MOST {
        return Err(WeakPassword::TooLong);
    }
    let folded = folded(text);
    let plain = Zeroizing::new(folded.iter().copied().map(letter).collect::<Vec<char>>());
    if is_repetition(&folded) {
        return Err(WeakPassword::Repetition);
    }
    if beside_runs(&folded) < LEAST_BESIDE_RUNS {
        return Err(WeakPassword::Run);
    }
    if is_common(&folded) || is_common(&plain) {
        return Err(WeakPassword::Common);
    }
    if names.iter().any(|name| contains_name(&folded, name) || contains_name(&plain, name)) {
        return Err(WeakPassword::ContainsName);
    }
    Ok(())
}

/// In lower case. Room for what lower case may add is taken at once, so that growing leaves no copy behind.
fn folded(text: &str) -> Zeroizing<Vec<char>> {
    let mut folded = Zeroizing::new(Vec::with_capacity(3 * text.len()));
    folded.extend(text.chars().flat_map(char::to_lowercase));
    folded
}

/// The letter that a digit or a sign is often written for.
fn letter(character: char) -> char {
    match character {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether a piece of at most half the length, repeated, gives the whole.
fn is_repetition(text: &[char]) -> bool {
    (1..=text.len() / 2).any(|piece| text[piece..].iter().zip(text).all(|(a, b)| a == b))
}

/// How many characters there are when each run of three or more counts as one.
fn beside_runs(text: &[char]) -> usize {
    let mut at = 0;
    let mut count = 0;
    while at < text.len() {
        let run = run(&text[at..]);
        at += if run >= RUN { run } else { 1 };
        count += 1;
    }
    count
}

/// How many characters from the first are in one row, forwards or backwards, or the same.
fn run(text: &[char]) -> usize {
    let length = |goes_on: &dyn Fn(char, char) -> bool| 1 + text.windows(2).take_while(|w| goes_on(w[0], w[1])).count();
    let neighbours = |row: &str, a: char, b: char| row.chars().zip(row.chars().skip(1)).any(|pair| pair == (a, b));
    let in_rows = ROWS.iter().map(|row| {
        let forwards = length(&|a, b| neighbours(row, a, b));
        let backwards = length(&|a, b| neighbours(row, b, a));
        forwards.max(backwards)
    });
    in_rows.max().unwrap_or(0).max(length(&|a, b| a == b))
}

/// Whether it is a common password with at most a few characters before or after it.
fn is_common(text: &[char]) -> bool {
    PASSWORDS.iter().any(|common| {
        let length = common.chars().count();
        let Some(spare) = text.len().checked_sub(length).filter(|spare| *spare <= DECORATION) else { return false };
        (0..=spare).any(|from| text[from..from + length].iter().copied().eq(common.chars()))
    })
}

/// Whether `name` or a longer piece of it is in the text.
fn contains_name(text: &[char], name: &str) -> bool {
    let name: Vec<char> = name.nfc().flat_map(char::to_lowercase).collect();
    let contains = |piece: &[char]| text.windows(piece.len()).any(|window| window == piece);
    (name.len() >= LEAST_NAME && contains(&name))
        || name.split(|c| !c.is_alphanumeric()).any(|piece| piece.len() >= LEAST_PIECE && contains(piece))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn refused(text: &str, why: WeakPassword) {
        assert_eq!(check(text, &[]), Err(why), "{text}");
    }

    #[track_caller]
    fn taken(text: &str, names: &[&str]) {
        assert_eq!(check(text, names), Ok(()), "{text}");
    }

    #[test]
    fn length_is_in_characters() {
        refused("9lzq.Hfo2", WeakPassword::TooShort);
        refused("", WeakPassword::TooShort);
        refused("강물고양이책상나무", WeakPassword::TooShort);
        taken("9lzq.Hfo2w", &[]);
        taken("강물고양이책상나무별", &[]);
        let long: String = "9lzq.Hfo".chars().chain("kw ".chars().cycle()).take(128).collect();
        taken(&long, &[]);
        refused(&format!("{long}x"), WeakPassword::TooLong);
    }

    #[test]
    fn what_repeats_itself() {
        for text in ["aaaaaaaaaa", "ababababab", "abcabcabcab", "흠흠흠흠흠흠흠흠흠흠", "hunter2hunter2", "          "]
        {
            refused(text, WeakPassword::Repetition);
        }
    }

    #[test]
    fn what_lies_in_a_row() {
        for text in [
            "abcdefghij",
            "1234567890",
            "0987654321",
            "QwertyUiop",
            "qwerty12345",
            "asdfghjkl;",
            "abcd1234efgh",
            "1qaz2wsx3edc",
            "1q2w3e4r5t",
            "111222333444",
            "zyxwvutsrq",
            "가나다라마바사아자차",
            "ㅁㄴㅇㄹㅂㅈㄷㄱㅋㅌㅊㅍ",
            "!@#$%^&*()",
            "zaq1xsw2cde3vfr4",
            "aaaa1234567!",
        ] {
            refused(text, WeakPassword::Run);
        }
    }

    #[test]
    fn what_many_people_use() {
        for text in [
            "password12",
            "Password!!",
            "P@ssw0rd2024",
            "1dkssudgktpdy!",
            "dkssudgktpdy",
            "qlalfqjsgh",
            "Tkfkdgody1!",
            "iloveyou77",
            "administrator",
            "secret9427",
            "안녕하세요2031!",
            "비밀번호입니다123",
        ] {
            refused(text, WeakPassword::Common);
        }
        for text in ["correct horse battery", "passwordless-door", "그 강물은 푸르다고 했다", "xkq9 trm4 vd"]
        {
            taken(text, &[]);
        }
    }

    #[test]
    fn a_name_gives_itself_away() {
        for (text, name) in [
            ("my-jimin.kim-7", "jimin.kim"),
            ("xx JIMIN 2031 yy", "jimin.kim"),
            ("j1m1n-walks-far", "jimin"),
            ("우리김지민만세만세다", "김지민"),
            ("우리김지민만세만세다", "\u{1100}\u{1175}\u{11b7}지민"),
        ] {
            assert_eq!(check(text, &["other", name]), Err(WeakPassword::ContainsName), "{text}");
        }
        taken("my-jimin.kim-7", &[]);
        taken("kimchi fridge blue", &["kim.jm", "", "ki"]);
    }

    #[test]
    fn the_lists_are_in_the_form_they_are_compared_in() {
        for common in PASSWORDS {
            assert!(common.chars().count() + DECORATION >= LEAST, "{common} can never be met");
            assert_eq!(*common, common.nfc().flat_map(char::to_lowercase).collect::<String>());
        }
        for row in ROWS {
            assert_eq!(*row, row.nfc().collect::<String>());
        }
    }

    #[test]
    fn codes_and_messages() {
        use WeakPassword::*;
        let all = [TooShort, TooLong, Repetition, Run, Common, ContainsName];
        assert!(all.iter().all(|w| w.code().starts_with("password_") && w.to_string().contains("; take ")));
        assert_eq!(
            TooShort.to_string(),
            "the password has fewer than 10 characters; take a longer one, such as four words"
        );
    }

    proptest! {
        #[test]
        fn random_ones_are_taken(text in "[b-z2-9]{3}x[A-Z]{3}%[b-z]{3}~[2-9]{2}k_p") {
            prop_assert_eq!(check(&text, &["jimin.kim"]), Ok(()));
        }

        #[test]
        fn any_text_is_judged(text: String, name: String) {
            let _ = check(&text, &[&name]);
        }
    }
}
