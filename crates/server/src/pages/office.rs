//! Pages of the privacy office.

use super::{ChangeView, OptionView, SessionLine, Theme};
use crate::words::Words;
use askama::Template;

/// What surrounds the office's pages.
#[derive(Debug, Clone)]
pub(crate) struct OfficeFrame {
    pub(crate) words: Words,
    pub(crate) theme: Theme,
    /// `board`, `desk`, `people`, `sweep`, `policy`, `notices` or `staff`.
    pub(crate) section: &'static str,
    pub(crate) role: &'static str,
    pub(crate) csrf: String,
    /// This page's own address.
    pub(crate) here: String,
    /// Language or theme were asked for and are not kept, as nobody agreed to their cookies.
    pub(crate) unkept: bool,
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
    /// Whether letters go into a folder for want of a mail server.
    pub(crate) in_folder: bool,
}

/// A line of a plan.
#[derive(Debug, Clone)]
pub(crate) struct PlanLine {
    /// What happens.
    pub(crate) does: String,
    /// The kind of record; empty for a person as a whole, and where the items say it.
    pub(crate) kind: String,
    pub(crate) items: String,
    /// The id of the person, or which day's records.
    pub(crate) whom: String,
    /// By when, or until when.
    pub(crate) when: String,
    /// What it rests on.
    pub(crate) why: String,
}

/// The plan of a sweep.
#[derive(Debug, Template)]
#[template(path = "plan.html")]
pub(crate) struct PlanPage {
    pub(crate) frame: OfficeFrame,
    pub(crate) day: String,
    pub(crate) total: u64,
    pub(crate) lines: Vec<PlanLine>,
    /// What goes of what shops' visitors did; empty where nothing does.
    pub(crate) visitors: String,
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

/// A version that was posted.
#[derive(Debug, Clone)]
pub(crate) struct PostedLine {
    pub(crate) version: String,
    pub(crate) from: String,
    pub(crate) state: String,
    pub(crate) href: String,
}

/// The draft of a version.
#[derive(Debug, Clone)]
pub(crate) struct DraftView {
    pub(crate) version: String,
    pub(crate) from: String,
    pub(crate) hash: String,
    /// The version before it; empty where there is none.
    pub(crate) before: String,
    pub(crate) changes: Vec<ChangeView>,
    /// What keeps it from being posted.
    pub(crate) refused: Option<String>,
}

/// The versions of the policy and the next one.
#[derive(Debug, Template)]
#[template(path = "office_policy.html")]
pub(crate) struct OfficePolicyPage {
    pub(crate) frame: OfficeFrame,
    pub(crate) versions: Vec<PostedLine>,
    pub(crate) draft: Option<DraftView>,
    /// The text that is written on.
    pub(crate) text: String,
    pub(crate) earliest: String,
    pub(crate) may_post: bool,
    pub(crate) problem: Option<String>,
}

/// Something that is told to all.
#[derive(Debug, Clone)]
pub(crate) struct NoticeLine {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) what: String,
    pub(crate) href: String,
    pub(crate) made: String,
    pub(crate) told: String,
    pub(crate) sent: String,
    pub(crate) failed: String,
    pub(crate) standing: String,
    pub(crate) may_end: bool,
}

/// What was typed of a notice.
#[derive(Debug, Clone, Default)]
pub(crate) struct TypedNotice {
    pub(crate) subject_ko: String,
    pub(crate) subject_en: String,
    pub(crate) ko: String,
    pub(crate) en: String,
    pub(crate) transferee: String,
    pub(crate) contact: String,
    pub(crate) day: String,
    pub(crate) is_transfer: bool,
}

/// What is told to all.
#[derive(Debug, Template)]
#[template(path = "notices.html")]
pub(crate) struct NoticesPage {
    pub(crate) frame: OfficeFrame,
    pub(crate) lines: Vec<NoticeLine>,
    /// How many agreed to advertising.
    pub(crate) agreed: u64,
    pub(crate) transfer_days: u64,
    pub(crate) may_give: bool,
    pub(crate) typed: TypedNotice,
    pub(crate) problem: Option<String>,
}

/// Where somebody of the staff is signed in.
#[derive(Debug, Template)]
#[template(path = "office_sessions.html")]
pub(crate) struct StaffSessionsPage {
    pub(crate) frame: OfficeFrame,
    pub(crate) sessions: Vec<SessionLine>,
}

/// A certificate of destruction.
#[derive(Debug, Template)]
#[template(path = "certificate.html")]
pub(crate) struct CertificatePage {
    pub(crate) frame: OfficeFrame,
    /// What it says, and of what.
    pub(crate) lines: Vec<(&'static str, String)>,
    /// Its entry in the audit log.
    pub(crate) entry: u64,
}
