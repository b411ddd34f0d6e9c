//! The best way to cover a query with keys.

use std::ops::Range;

use super::text::{pieces, singular, without_particle};

/// Words that say nothing about a product, alone or at the end of a word: `블랙 컬러`, `린넨소재`, `여름옷`.
const FILLERS: [&str; 41] = [
    "색상",
    "색깔",
    "색",
    "컬러",
    "칼라감",
    "빛",
    "톤",
    "계열",
    "풍",
    "룩",
    "스타일",
    "용",
    "형",
    "핏",
    "무늬",
    "문양",
    "패턴",
    "프린트",
    "소재",
    "재질",
    "원단",
    "옷",
    "의류",
    "느낌",
    "디자인",
    "타입",
    "제품",
    "상품",
    "추천",
    "있는",
    "들어간",
    "달린",
    "입는",
    "같은",
    "스러운",
    "디테일",
    "이상",
    "이하",
    "미만",
    "초과",
    "가격",
];

/// English words that say nothing about a product.
const ENGLISH_FILLERS: [&str; 40] = [
    "a",
    "an",
    "the",
    "with",
    "and",
    "or",
    "for",
    "in",
    "of",
    "on",
    "to",
    "by",
    "from",
    "colour",
    "color",
    "coloured",
    "colored",
    "pattern",
    "patterned",
    "print",
    "style",
    "styled",
    "fabric",
    "material",
    "type",
    "design",
    "look",
    "looking",
    "something",
    "that",
    "is",
    "are",
    "my",
    "me",
    "i",
    "want",
    "show",
    "find",
    "clothes",
    "clothing",
];

/// What may follow a word of two syllables or more: particles and endings.
const ENDINGS: [&str; 24] = [
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "로",
    "으로",
    "와",
    "과",
    "도",
    "만",
    "한",
    "인",
    "랑",
    "이랑",
    "에서",
    "까지",
    "하고",
    "하게",
    "스런",
    "스러운",
];

/// Which keys a text holds, and what no key covers.
#[derive(Debug, Default)]
pub(super) struct Cover {
    /// Keys and where they are, in order; bytes of the text.
    pub(super) found: Vec<(Range<usize>, String)>,
    /// Words that no key covers and that are no fillers, in order; bytes of the text.
    pub(super) rest: Vec<Range<usize>>,
}

/// How good a cover of the rest is: characters covered, then few keys, then few changed to the singular.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    covered: i32,
    keys: i32,
    plurals: i32,
}

/// One step of a cover.
#[derive(Debug, Clone)]
enum Step {
    Key { to: usize, key: String },
    Filler { to: usize },
    Skip { to: usize },
    End,
}

/// A text without what stands between its words.
struct Line {
    chars: Vec<char>,
    /// Where each character is in the text.
    spans: Vec<Range<usize>>,
    /// Whether a word, or a part between hyphens, begins here; one more at the end.
    starts: Vec<bool>,
    /// Whether a whole word begins here; one more at the end.
    words: Vec<bool>,
}

impl Line {
    fn new(text: &str) -> Self {
        let mut line = Self { chars: Vec::new(), spans: Vec::new(), starts: Vec::new(), words: Vec::new() };
        for piece in pieces(text) {
            let (mut first, mut start) = (true, true);
            for (at, c) in text[piece.span.clone()].char_indices() {
                match c {
                    '-' => start = true,
                    ',' | '\'' => {}
                    c => {
                        let from = piece.span.start + at;
                        line.chars.push(c);
                        line.spans.push(from..from + c.len_utf8());
                        line.starts.push(start);
                        line.words.push(first);
                        (first, start) = (false, false);
                    }
                }
            }
        }
        line.starts.push(true);
        line.words.push(true);
        line
    }

    fn len(&self) -> usize {
        self.chars.len()
    }

    fn text(&self, from: usize, to: usize) -> String {
        self.chars[from..to].iter().collect()
    }

    fn span(&self, from: usize, to: usize) -> Range<usize> {
        self.spans[from].start..self.spans[to - 1].end
    }

    /// Where the part that `at` is in ends.
    fn end(&self, at: usize) -> usize {
        (at + 1..=self.len()).find(|i| self.starts[*i]).unwrap_or(self.len())
    }

    /// Whether a key may end or begin inside a word here: never between two Latin letters or digits.
    fn may_part(&self, at: usize) -> bool {
        self.starts[at] || !(self.chars[at - 1].is_ascii_alphanumeric() && self.chars[at].is_ascii_alphanumeric())
    }

    fn starts_with(&self, at: usize, word: &str) -> Option<usize> {
        let mut to = at;
        for c in word.chars() {
            if self.chars.get(to) != Some(&c) || (to > at && self.starts[to]) {
                return None;
            }
            to += 1;
        }
        Some(to)
    }
}

impl Cover {
    /// Covers a normalised text with keys of at most `longest` characters.
    pub(super) fn new(text: &str, longest: usize, is_key: impl Fn(&str) -> bool) -> Self {
        let line = Line::new(text);
        let n = line.len();
        let mut best: Vec<Option<(Score, Step)>> = vec![None; n + 1];
        best[n] = Some((Score { covered: 0, keys: 0, plurals: 0 }, Step::End));
        for at in (0..n).rev() {
            if line.may_part(at) {
                best[at] = Self::best_step(&line, at, longest, &is_key, &best);
            }
        }
        Self::follow(&line, &best)
    }

    fn best_step(
        line: &Line,
        at: usize,
        longest: usize,
        is_key: impl Fn(&str) -> bool,
        best: &[Option<(Score, Step)>],
    ) -> Option<(Score, Step)> {
        let mut found: Option<(Score, Step)> = None;
        let mut offer = |to: usize, covered: usize, keys: i32, plurals: i32, step: Step| {
            let Some((rest, _)) = &best[to] else { return };
            let score = Score {
                covered: rest.covered + covered as i32,
                keys: rest.keys - keys,
                plurals: rest.plurals - plurals,
            };
            if found.as_ref().is_none_or(|(than, _)| score > *than) {
                found = Some((score, step));
            }
        };
        // Longest first, so that of two equal covers the one whose first key is longer stays.
        for to in (at + 1..=(at + longest + 2).min(line.len())).rev() {
            if !line.may_part(to) {
                continue;
            }
            let key = line.text(at, to);
            if is_key(&key) {
                offer(to, to - at, 1, 0, Step::Key { to, key });
            } else if line.starts[to]
                && let Some(key) = singular_end(line, at, to).filter(|k| is_key(k))
            {
                offer(to, to - at, 1, 1, Step::Key { to, key });
            }
        }
        if line.starts[at] {
            let to = line.end(at);
            offer(to, 0, 0, 0, Step::Skip { to });
        } else {
            for filler in FILLERS {
                if let Some(to) = line.starts_with(at, filler) {
                    offer(to, 0, 0, 0, Step::Filler { to });
                }
            }
            let syllables = (0..at).rev().take_while(|i| !line.starts[i + 1]).count();
            for ending in ENDINGS.iter().filter(|_| syllables >= 2) {
                if let Some(to) = line.starts_with(at, ending).filter(|to| line.starts[*to]) {
                    offer(to, 0, 0, 0, Step::Filler { to });
                }
            }
        }
        found
    }

    fn follow(line: &Line, best: &[Option<(Score, Step)>]) -> Self {
        let mut cover = Self::default();
        let mut skipped: Vec<(usize, usize)> = Vec::new();
        let mut at = 0;
        while let Some((_, step)) = best.get(at).and_then(Option::as_ref) {
            at = match step {
                Step::Key { to, key } => {
                    cover.found.push((line.span(at, *to), key.clone()));
                    *to
                }
                Step::Filler { to } => *to,
                Step::Skip { to } => {
                    // Parts of one word that nothing covers stay one word: `t-800`.
                    match skipped.last_mut() {
                        Some(last) if last.1 == at && !line.words[at] => last.1 = *to,
                        _ => skipped.push((at, *to)),
                    }
                    *to
                }
                Step::End => break,
            };
        }
        let filler = |word: &str| FILLERS.contains(&word) || ENGLISH_FILLERS.contains(&word);
        let says_nothing = |word: &str| filler(word) || without_particle(word).is_some_and(filler);
        let said = skipped.into_iter().filter(|(from, to)| !says_nothing(&line.text(*from, *to)));
        cover.rest = said.map(|(from, to)| line.span(from, to)).collect();
        cover
    }
}

/// The characters from `at` to `to` with their last word in the singular.
fn singular_end(line: &Line, at: usize, to: usize) -> Option<String> {
    let last = (at..to).rev().find(|i| line.starts[*i])?;
    let word = singular(&line.text(last, to))?;
    Some(line.text(at, last) + &word)
}
