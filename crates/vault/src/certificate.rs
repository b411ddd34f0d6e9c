//! The certificate of a sweep: what was destroyed, under which policy and plan, by which means, and where it is gone from.

use crate::{hex, place::InstallationId};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::{fmt::Write, num::NonZeroU32};

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
    /// Entries of the audit log that hold their ledger: the first, and the one after the last.
    pub ledger: [u64; 2],
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
        for ([korean, english], value) in self.rows() {
            writeln!(out, "<tr><th scope=\"row\">{korean} · {english}</th><td>{}</td></tr>", escaped(&value))
                .expect("a string grows");
        }
        out.push_str("</table>\n");
        out
    }

    /// What it says, line by line: the name in Korean and in English, and the value.
    pub fn rows(&self) -> Vec<([&'static str; 2], String)> {
        let state = match self.state {
            CertificateState::Final => "확정 · final",
            CertificateState::Pending => "보류 · pending",
        };
        let counted = |list: &[Counted]| {
            let parts: Vec<String> = list.iter().map(|c| format!("{} {}", c.class, c.count)).collect();
            if parts.is_empty() { "0".into() } else { parts.join(" · ") }
        };
        let place = |g: &GenerationState| {
            format!("{} (#{}): {}", g.place, g.sequence, g.pending.as_deref().unwrap_or("완료 · done"))
        };
        let places: Vec<String> = self.generations.iter().map(place).collect();
        let ledger = format!("audit log entries {} to {}", self.ledger[0], self.ledger[1].saturating_sub(1));
        vec![
            (["상태", "State"], state.into()),
            (["설치", "Installation"], self.installation.clone()),
            (["방침", "Policy"], format!("{} {} · sha256 {}", self.policy[0], self.policy[1], self.policy[2])),
            (["기준일", "Day"], self.day.to_string()),
            (["실행", "Carried out"], self.at.to_string()),
            (["계획", "Plan (sha256)"], self.plan.clone()),
            (["대상", "Looked at"], format!("{} persons, {} records", self.persons, self.records)),
            (["파기", "Destroyed"], counted(&self.destroyed)),
            (["분리 보관", "Separated"], counted(&self.separated)),
            (["지연", "Overdue"], self.overdue.to_string()),
            (["열쇠", "Keys"], format!("{} due, {} replaced", self.keys[0], self.keys[1])),
            (["원장", "Ledger"], ledger),
            (["방법", "Method"], self.method.clone()),
            (["매체", "Medium"], self.medium.clone()),
            (["한계", "Out of reach"], self.out_of_reach.clone()),
            (["사본", "Copies of the keys"], places.join("; ")),
        ]
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

pub(crate) fn installation_text(id: InstallationId) -> String {
    hex::encode(id.as_bytes()).to_string()
}
