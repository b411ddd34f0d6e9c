//! Pages of the office's desk.

use super::{CertificateLine, OfficeFrame, OptionView};
use askama::Template;

/// A case in a list.
#[derive(Debug, Clone)]
pub(crate) struct CaseRow {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) kind: String,
    pub(crate) step: String,
    pub(crate) received: String,
    pub(crate) due: String,
    /// How long there is to answer, in words; empty for what is closed.
    pub(crate) left: String,
    pub(crate) is_overdue: bool,
}

/// What waits for a second one of the staff.
#[derive(Debug, Clone)]
pub(crate) struct ProposalRow {
    pub(crate) id: String,
    pub(crate) act: String,
    pub(crate) about: String,
    pub(crate) reason: String,
    pub(crate) made: String,
    /// Proposed by who looks, who cannot approve it.
    pub(crate) is_own: bool,
}

/// A case that comes in, as it was typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct CaseForm {
    pub(crate) kind: String,
    pub(crate) right: String,
    pub(crate) channel: String,
    pub(crate) who: String,
    pub(crate) contact: String,
    pub(crate) words: String,
    pub(crate) language: String,
}

/// The desk.
#[derive(Debug, Template)]
#[template(path = "desk.html")]
pub(crate) struct DeskPage {
    pub(crate) frame: OfficeFrame,
    pub(crate) open: Vec<CaseRow>,
    pub(crate) closed: Vec<CaseRow>,
    pub(crate) proposals: Vec<ProposalRow>,
    pub(crate) rights: Vec<OptionView>,
    pub(crate) may_act: bool,
    pub(crate) form: CaseForm,
    pub(crate) problem: Option<String>,
}

/// What would happen, before it does.
#[derive(Debug, Clone)]
pub(crate) struct RunView {
    /// What carries it out: the mark of what is shown.
    pub(crate) mark: String,
    pub(crate) shown: String,
    pub(crate) goes: String,
    pub(crate) stays: Vec<CertificateLine>,
}

/// What was typed about a case.
#[derive(Debug, Clone, Default)]
pub(crate) struct CaseTyped {
    pub(crate) how: String,
    pub(crate) note: String,
    pub(crate) item: String,
    pub(crate) value: String,
    pub(crate) purpose: String,
    pub(crate) left_out: Vec<String>,
    pub(crate) reason: String,
    pub(crate) answer: String,
    pub(crate) words: String,
}

/// One case.
#[derive(Debug, Template)]
#[template(path = "case.html")]
pub(crate) struct CasePage {
    pub(crate) frame: OfficeFrame,
    pub(crate) row: CaseRow,
    /// The name of the right; empty for a complaint.
    pub(crate) right: String,
    /// Its id.
    pub(crate) asks_for: String,
    pub(crate) channel: String,
    pub(crate) person: String,
    pub(crate) is_member: bool,
    pub(crate) is_ban: bool,
    pub(crate) is_request: bool,
    pub(crate) asked: String,
    pub(crate) contact: String,
    pub(crate) note: String,
    /// Whether something is masked that a button shows.
    pub(crate) masks: bool,
    pub(crate) checked: Option<String>,
    pub(crate) decision: Option<String>,
    pub(crate) reason: String,
    pub(crate) stays: Vec<CertificateLine>,
    pub(crate) entry: Option<u64>,
    pub(crate) answer: Option<String>,
    pub(crate) told: Option<String>,
    pub(crate) checks: Vec<OptionView>,
    pub(crate) choices: Vec<OptionView>,
    pub(crate) may_check: bool,
    pub(crate) may_carry_out: bool,
    pub(crate) may_refuse: bool,
    pub(crate) may_answer: bool,
    pub(crate) may_reopen: bool,
    /// Whether there is something to hand over.
    pub(crate) exports: bool,
    pub(crate) typed: CaseTyped,
    pub(crate) run: Option<RunView>,
    pub(crate) problem: Option<String>,
}
