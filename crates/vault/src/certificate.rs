//! The certificate of a sweep: what was destroyed, under which policy and plan, by which means, and where it is gone from.

use crate::{hex, place::InstallationId};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::{fmt::Write, num::NonZeroU32};
use vestry_model::OrganisationId;

/// What was destroyed. It stands in the audit log, whose signed heads vouch for it, and names nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// Whether every generation is without the keys, or some place is still to be reached.
    pub state: CertificateState,
    /// Whose data.
    pub installation: String,
    /// The policy that was obeyed: id, version, SHA-256 of its file.
    pub policy: [String; 3],
    /// The day that the sweep was for, in the policy's zone.
    pub day: Date,
    /// When it was carried out.
    pub at: Timestamp,
    /// SHA-256 of the plan, over every verdict, those that keep included.
    pub plan: String,
    /// Persons looked at.
    pub persons: u64,
    /// Records looked at.
    pub records: u64,
    /// Of a sweep that looked at everybody as of its own day: how many entries the audit log had when it began.
    #[serde(default)]
    pub everybody_since: Option<u64>,
    /// What was destroyed, by class of record.
    pub destroyed: Vec<Counted>,
    /// What was moved to the separated store, by class of record.
    pub separated: Vec<Counted>,
    /// Parts of records past "without delay" when they were destroyed.
    pub overdue: u64,
    /// Notices of a coming separation that were given.
    pub notices: u64,
    /// Keys destroyed since the certificate before: due, and replaced by others.
    pub keys: [u64; 2],
    /// Models that were made anew without what went.
    #[serde(default)]
    pub models: Vec<ModelChange>,
    /// Entries of the audit log that hold their ledger: the first, and the one after the last.
    pub ledger: [u64; 2],
    /// The audit log's signed head over them, as [`SignedHead`](crate::audit::SignedHead) prints: what `vestry audit verify
    /// --head` holds a copy of the log against.
    #[serde(default)]
    pub head: String,
    /// How.
    pub method: String,
    /// On what.
    pub medium: String,
    /// What no program reaches.
    pub out_of_reach: String,
    /// Where copies of the keys are, and whether the destroyed ones are gone from there.
    pub generations: Vec<GenerationState>,
}

/// Whether a certificate is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateState {
    /// Some place still holds an older generation.
    Pending,
    /// The keys are gone everywhere.
    Final,
}

impl CertificateState {
    /// As a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Final => "final",
        }
    }
}

/// A model that was made anew: hashes of what it was made of and of itself, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelChange {
    /// The organisation whose model it is.
    pub organisation: OrganisationId,
    /// What it tells.
    pub model: String,
    /// Its version.
    pub version: i64,
    /// SHA-256 of the list of what it was made of, and of the model, as hex digits.
    pub before: [String; 2],
    /// The same of what took its place; none where what is left is not enough for one.
    pub after: Option<[String; 2]>,
}

/// So many of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The class, by its name in the policy.
    pub class: String,
    /// Parts of records.
    pub count: u64,
}

/// One place that holds copies of the keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationState {
    /// The place.
    pub place: String,
    /// The number of the generation without the destroyed keys.
    pub sequence: u64,
    /// What is still to be done there; none when it is done.
    pub pending: Option<String>,
}

/// What destroying means here.
pub(crate) const METHOD: &str = "the data key (256 bits, XChaCha20-Poly1305) of everything that ended was deleted from the \
    key database and from every registered copy of it; ciphertext was deleted, \
    the databases were written anew and their write-ahead logs truncated";
/// The same where the databases are PostgreSQL's.
pub(crate) const METHOD_POSTGRES: &str = "the data key (256 bits, XChaCha20-Poly1305) of everything that ended was deleted \
    from the key database and from every registered copy of it; ciphertext was deleted";
/// On what it was done.
pub(crate) const MEDIUM: &str = "files on the disk of the server and at the places named under generations";
/// What it cannot do.
pub(crate) const OUT_OF_REACH: &str = "spare blocks of flash memory and copies that a file system keeps by itself; what lies \
    there is a wrapped key, which opens with the master key only";

/// The same where the databases are PostgreSQL's, whose operator deletes the logs that are kept after `archive_days`.
pub(crate) fn out_of_reach_postgres(archive_days: Option<NonZeroU32>) -> String {
    let limit = archive_days.map_or("without a stated limit".into(), |days| match days.get() {
        1 => "1 day as the settings state".to_owned(),
        days => format!("{days} days as the settings state"),
    });
    format!(
        "deleted rows until PostgreSQL's operator runs `vacuum full` and `checkpoint`, its write-ahead log \
         until it is written over, write-ahead logs that are archived or kept for a replica ({limit}), spare blocks of \
         flash memory; what lies there is a wrapped key, which opens with the master key only"
    )
}

/// A line of a certificate: its name and its value, both in Korean and in English.
pub type CertificateRow = ([&'static str; 2], [String; 2]);

fn alike(text: String) -> [String; 2] {
    [text.clone(), text]
}

fn both(korean: &str, english: &str) -> [String; 2] {
    [korean.to_owned(), english.to_owned()]
}

impl Certificate {
    /// A page to print.
    pub fn page(&self) -> String {
        let mut out = String::from(
            "<!doctype html><html lang=\"ko\"><meta charset=\"utf-8\"><title>파기 증명서 · Certificate of destruction</title>\n\
             <style>body{font:15px/1.6 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}\
             table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #bbb;padding:.35rem .6rem;text-align:left;\
             vertical-align:top;overflow-wrap:anywhere}th{width:14rem;font-weight:600}</style>\n\
             <h1>파기 증명서<br><small>Certificate of destruction</small></h1>\n<table>\n",
        );
        for ([korean, english], [in_korean, in_english]) in self.rows(&|class| [class.to_owned(), class.to_owned()]) {
            let mut value = escaped(&in_korean);
            if in_english != in_korean {
                value.push_str("<br>");
                value.push_str(&escaped(&in_english));
            }
            writeln!(out, "<tr><th scope=\"row\">{korean} · {english}</th><td>{value}</td></tr>")
                .expect("a string grows");
        }
        out.push_str("</table>\n");
        out
    }

    /// What it says, line by line: the name and the value, both in Korean and in English. `class` names a kind of record in
    /// both; the certificate itself knows its id alone.
    pub fn rows(&self, class: &dyn Fn(&str) -> [String; 2]) -> Vec<CertificateRow> {
        [self.sweep(), self.counts(class), self.means()].concat()
    }

    /// The same without what it counts, which tells of everybody who was swept along.
    pub fn rows_without_counts(&self) -> Vec<CertificateRow> {
        [self.sweep(), self.means()].concat()
    }

    /// Which sweep it is of.
    fn sweep(&self) -> Vec<CertificateRow> {
        let state = match self.state {
            CertificateState::Final => both("확정", "final"),
            CertificateState::Pending => both("보류", "pending"),
        };
        vec![
            (["상태", "State"], state),
            (["설치", "Installation"], alike(self.installation.clone())),
            (["방침", "Policy"], alike(format!("{} {} · sha256 {}", self.policy[0], self.policy[1], self.policy[2]))),
            (["기준일", "Day"], alike(self.day.to_string())),
            (["실행", "Carried out"], alike(self.at.to_string())),
            (["계획 (sha256)", "Plan (sha256)"], alike(self.plan.clone())),
        ]
    }

    fn counts(&self, class: &dyn Fn(&str) -> [String; 2]) -> Vec<CertificateRow> {
        let counted = |list: &[Counted]| {
            [0, 1].map(|language| {
                let parts: Vec<String> =
                    list.iter().map(|c| format!("{} {}", class(&c.class)[language], c.count)).collect();
                if parts.is_empty() { "0".into() } else { parts.join(" · ") }
            })
        };
        let (due, replaced) = (self.keys[0], self.keys[1]);
        let (persons, records) = (self.persons, self.records);
        vec![
            (
                ["대상", "Looked at"],
                [format!("{persons}명, 기록 {records}건"), format!("{persons} persons, {records} records")],
            ),
            (["파기", "Destroyed"], counted(&self.destroyed)),
            (["분리 보관", "Separated"], counted(&self.separated)),
            (["지연", "Overdue"], alike(self.overdue.to_string())),
            (
                ["열쇠", "Keys"],
                [format!("기한이 된 것 {due}개, 바뀐 것 {replaced}개"), format!("{due} due, {replaced} replaced")],
            ),
            (["모델", "Models"], self.models_in_words()),
        ]
    }

    /// How it was done, on what, and where it is vouched for.
    fn means(&self) -> Vec<CertificateRow> {
        let places = ["완료", "done"].map(|done| {
            let place = |g: &GenerationState| {
                format!("{} (#{}): {}", g.place, g.sequence, g.pending.as_deref().unwrap_or(done))
            };
            self.generations.iter().map(place).collect::<Vec<_>>().join("; ")
        });
        let (first, last) = (self.ledger[0], self.ledger[1].saturating_sub(1));
        vec![
            (
                ["원장", "Ledger"],
                [format!("감사 기록 {first}번부터 {last}번까지"), format!("audit log entries {first} to {last}")],
            ),
            (["서명된 헤드", "Signed head"], alike(self.head.clone())),
            (["방법", "Method"], in_both(&self.method)),
            (["매체", "Medium"], in_both(&self.medium)),
            (["한계", "Out of reach"], in_both(&self.out_of_reach)),
            (["사본", "Copies of the keys"], places),
        ]
    }

    fn models_in_words(&self) -> [String; 2] {
        ["없음", "none"].map(|none| {
            let one = |change: &ModelChange| {
                let after = change.after.as_ref().map_or(none, |after| after[1].as_str());
                let ModelChange { organisation, model, version, before, .. } = change;
                format!("{organisation}/{model} #{version}: sha256 {} → {after}", before[1])
            };
            if self.models.is_empty() { "0".into() } else { self.models.iter().map(one).collect::<Vec<_>>().join("; ") }
        })
    }
}

/// A sentence that certificates hold in English, in Korean as well; one of another version stays as it is.
fn in_both(english: &str) -> [String; 2] {
    const KNOWN: [(&str, &str); 4] = [
        (
            METHOD,
            "끝난 모든 것의 데이터 열쇠(256비트, XChaCha20-Poly1305)를 열쇠 데이터베이스와 등록된 모든 사본에서 지웠고, 암호문을 지웠으며, \
             데이터베이스를 새로 쓰고 선행 기록 로그를 비웠습니다",
        ),
        (
            METHOD_POSTGRES,
            "끝난 모든 것의 데이터 열쇠(256비트, XChaCha20-Poly1305)를 열쇠 데이터베이스와 등록된 모든 사본에서 지웠고, 암호문을 지웠습니다",
        ),
        (MEDIUM, "서버 디스크의 파일과, 열쇠의 사본이 있는 곳"),
        (
            OUT_OF_REACH,
            "플래시 메모리의 예비 블록과 파일 시스템이 스스로 두는 사본. 거기에 남은 것은 감싼 열쇠이고 마스터 열쇠로만 열립니다",
        ),
    ];
    let known = KNOWN.iter().find(|(text, _)| *text == english).map(|(_, korean)| (*korean).to_owned());
    let korean = known.or_else(|| {
        let (before, after) = english.split_once('(')?;
        let (limit, after) = after.split_once(')')?;
        let days = limit.split_once(" day").and_then(|(days, _)| days.parse::<NonZeroU32>().ok());
        (out_of_reach_postgres(days) == format!("{before}({limit}){after}")).then(|| {
            let limit = days.map_or_else(|| "정해진 기한 없음".to_owned(), |days| format!("설정에 따라 {days}일"));
            format!(
                "PostgreSQL 운영자가 `vacuum full`과 `checkpoint`를 실행하기 전의 지운 행, 덮어쓰기 전의 선행 기록 로그, 보관하거나 \
                 복제본을 위해 둔 선행 기록 로그({limit}), 플래시 메모리의 예비 블록. 거기에 남은 것은 감싼 열쇠이고 마스터 열쇠로만 열립니다"
            )
        })
    });
    [korean.unwrap_or_else(|| english.to_owned()), english.to_owned()]
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

pub(crate) fn installation_text(id: InstallationId) -> String {
    hex::encode(id.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_korean(text: &str) -> bool {
        text.chars().any(|c| ('가'..='힣').contains(&c))
    }

    #[test]
    fn every_sentence_is_said_in_both_languages() {
        let days = [None, NonZeroU32::new(1), NonZeroU32::new(30)];
        let postgres = days.map(out_of_reach_postgres);
        for text in
            [METHOD, METHOD_POSTGRES, MEDIUM, OUT_OF_REACH].into_iter().chain(postgres.iter().map(String::as_str))
        {
            let [korean, english] = in_both(text);
            assert!(is_korean(&korean) && english == text, "{korean}: {english}");
        }
        assert!(in_both(&postgres[2])[0].contains("30일"), "{:?}", in_both(&postgres[2]));
        let other = "what a later version writes (and more)";
        assert_eq!(in_both(other), [other, other], "nothing is made up");
    }

    /// The particle of what something is done to, by whether the syllable before it ends with a consonant.
    fn misfits(text: &str) -> Vec<&str> {
        let fits = |word: &&str| {
            let mut last = word.trim_end_matches(['.', ',']).chars().rev();
            let (particle, before) = (last.next(), last.next().filter(|c| ('가'..='힣').contains(c)));
            let ends = before.map(|c| (u32::from(c) - u32::from('가')) % 28 != 0);
            !matches!((particle, ends), (Some('을'), Some(false)) | (Some('를'), Some(true)))
        };
        text.split(' ').filter(|word| !fits(word)).collect()
    }

    #[test]
    fn korean_particles_fit_the_words_before_them() {
        assert_eq!(misfits("로그을 열쇠를 값을 값를."), ["로그을", "값를."]);
        for text in [METHOD, METHOD_POSTGRES, MEDIUM, OUT_OF_REACH] {
            let [korean, _] = in_both(text);
            assert_eq!(misfits(&korean), Vec::<&str>::new(), "{korean}");
        }
    }

    #[test]
    fn no_line_mixes_the_languages() {
        let certificate = Certificate {
            state: CertificateState::Final,
            installation: "0f".into(),
            policy: ["kr".into(), "1".into(), "0f".into()],
            day: jiff::civil::date(2026, 11, 26),
            at: Timestamp::UNIX_EPOCH,
            plan: "0f".into(),
            persons: 1,
            records: 9,
            everybody_since: None,
            destroyed: vec![Counted { class: "account".into(), count: 1 }],
            separated: Vec::new(),
            overdue: 0,
            notices: 0,
            keys: [1, 0],
            models: Vec::new(),
            ledger: [3, 5],
            head: "0f 5 0f 0 0f".into(),
            method: METHOD.into(),
            medium: MEDIUM.into(),
            out_of_reach: OUT_OF_REACH.into(),
            generations: vec![GenerationState { place: "/mnt/a".into(), sequence: 1, pending: None }],
        };
        let rows = certificate.rows(&|class| [format!("회원 ({class})"), class.to_owned()]);
        for ([korean, english], [in_korean, in_english]) in rows {
            assert!(is_korean(korean) && !is_korean(english), "{korean} {english}");
            assert!(!is_korean(&in_english), "{english}: {in_english}");
            assert_eq!(in_korean != in_english, is_korean(&in_korean), "{korean}: {in_korean}");
            let is_worded = ["State", "Looked at", "Destroyed", "Keys", "Ledger", "Method", "Medium", "Out of reach"];
            assert!(!is_worded.contains(&english) || is_korean(&in_korean), "{korean}: {in_korean}");
        }
        let shown: Vec<&str> = certificate.rows_without_counts().iter().map(|(names, _)| names[1]).collect();
        let counts = ["Looked at", "Destroyed", "Separated", "Overdue", "Keys", "Models"];
        assert!(shown.len() == 12 && counts.iter().all(|name| !shown.contains(name)), "{shown:?}");
    }
}
