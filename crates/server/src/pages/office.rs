//! Pages of the privacy office.

use super::{OptionView, Theme};
use crate::words::Words;
use askama::Template;

/// What surrounds the office's pages.
#[derive(Debug, Clone)]
pub(crate) struct OfficeFrame {
    pub(crate) words: Words,
    pub(crate) theme: Theme,
    /// `board`, `desk`, `people`, `sweep` or `staff`.
    pub(crate) section: &'static str,
    pub(crate) role: &'static str,
    pub(crate) csrf: String,
}

impl OfficeFrame {
    /// Marks the section one is in.
    pub(crate) fn current(&self, section: &str) -> &'static str {
        if self.section == section { " aria-current=\"page\"" } else { "" }
    }
}

/// A number that opens what it counts.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) count: String,
    pub(crate) href: String,
    pub(crate) is_bad: bool,
}

/// A hold.
#[derive(Debug, Clone)]
pub(crate) struct HoldLine {
    pub(crate) subject: String,
    pub(crate) reason: String,
    pub(crate) placed: String,
}

/// A certificate in a list.
#[derive(Debug, Clone)]
pub(crate) struct CertificateRow {
    pub(crate) entry: u64,
    pub(crate) at: String,
    pub(crate) destroyed: u64,
    pub(crate) separated: u64,
    pub(crate) state: &'static str,
}

/// Today's board.
#[derive(Debug, Template)]
#[template(path = "board.html")]
pub(crate) struct BoardPage {
    pub(crate) frame: OfficeFrame,
    pub(crate) figures: Vec<Figure>,
    pub(crate) alerts: Vec<String>,
    pub(crate) last: String,
    pub(crate) head_size: String,
    pub(crate) head_at: String,
    pub(crate) holds: Vec<HoldLine>,
    pub(crate) certificates: Vec<CertificateRow>,
    pub(crate) waiting: String,
}

/// A line of a plan.
#[derive(Debug, Clone)]
pub(crate) struct PlanLine {
    pub(crate) text: String,
}

/// The plan of a sweep.
#[derive(Debug, Template)]
#[template(path = "plan.html")]
pub(crate) struct PlanPage {
    pub(crate) frame: OfficeFrame,
    pub(crate) day: String,
    pub(crate) total: u64,
    pub(crate) lines: Vec<PlanLine>,
    pub(crate) hash: String,
    pub(crate) may_sweep: bool,
    pub(crate) problem: Option<String>,
}

/// Finding somebody.
#[derive(Debug, Template)]
#[template(path = "people.html")]
pub(crate) struct PeoplePage {
    pub(crate) frame: OfficeFrame,
    pub(crate) purposes: Vec<OptionView>,
    pub(crate) problem: Option<String>,
}

/// An item of somebody.
#[derive(Debug, Clone)]
pub(crate) struct FoundItem {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) until: String,
}

/// A record of somebody.
#[derive(Debug, Clone)]
pub(crate) struct FoundRecord {
    pub(crate) id: String,
    pub(crate) class: String,
    pub(crate) is_apart: bool,
    pub(crate) is_held: bool,
    pub(crate) events: String,
    pub(crate) items: Vec<FoundItem>,
}

/// Somebody's data.
#[derive(Debug, Template)]
#[template(path = "found.html")]
pub(crate) struct FoundPage {
    pub(crate) frame: OfficeFrame,
    pub(crate) person: String,
    pub(crate) purpose: String,
    pub(crate) purpose_name: String,
    pub(crate) reason: String,
    /// What a record kept apart was opened for.
    pub(crate) used: String,
    pub(crate) may_act: bool,
    pub(crate) is_open: bool,
    pub(crate) records: Vec<FoundRecord>,
    pub(crate) said: Option<String>,
}

/// Somebody of the staff.
#[derive(Debug, Clone)]
pub(crate) struct StaffLine {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: &'static str,
    /// When the password was set.
    pub(crate) password: String,
    /// What they were trained in, the newest first.
    pub(crate) trained: Vec<String>,
    pub(crate) is_you: bool,
}

/// Who works for the operator.
#[derive(Debug, Template)]
#[template(path = "staff.html")]
pub(crate) struct StaffPage {
    pub(crate) frame: OfficeFrame,
    pub(crate) staff: Vec<StaffLine>,
    /// The last day that a training may have been on.
    pub(crate) today: String,
    /// A link to enrol with, shown once.
    pub(crate) link: Option<String>,
    pub(crate) problem: Option<String>,
}
