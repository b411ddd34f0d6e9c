//! The console's pages as typed values: a page is a struct with its template, and samples that a test renders.

mod account;
mod desk;
mod insight;
mod office;
mod public;
mod qr;
pub(crate) mod review;
pub(crate) mod samples;

pub(crate) use account::{
    AgreePage, AgreedLine, CertificateLine, ColleagueLine, ConsentBox, ConsentRow, CopyPage, CopyView, DormancyView,
    FieldView, FormPage, GuardianOfPage, HeldGroup, HeldLine, LeavePage, LeftPage, LookLine, MePage, PasskeyAskedView,
    PasskeyDoor, PasskeyRow, PasskeysPage, SecurityPage, SessionLine, TeamPage,
};
pub(crate) use desk::{CaseForm, CasePage, CaseRow, CaseTyped, DeskPage, ProposalRow, RunView};
pub(crate) use insight::{
    ChartView, ChosenOption, QualityLine, QualityView, SharesView, Tab, TrendsBody, TrendsPage, UnmetLine, UnmetView,
    UsageView,
};
pub(crate) use office::{
    BoardPage, CertificatePage, CertificateRow, DraftView, Figure, FoundItem, FoundPage, FoundRecord, HoldLine,
    NoticeLine, NoticesPage, OfficeFrame, OfficePolicyPage, PeoplePage, PlanLine, PlanPage, PostedLine, StaffLine,
    StaffPage, StaffSessionsPage, TypedNotice,
};
pub(crate) use public::*;
pub(crate) use qr::QrView;

use crate::words::Words;
use askama::Template;
use vestry_model::TagState;

/// Light, dark, or what the system has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    /// Those that can be chosen.
    pub(crate) const NAMES: [&str; 2] = ["light", "dark"];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }

    /// What the root element carries.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::System => "",
            Self::Light => " data-theme=\"light\"",
            Self::Dark => " data-theme=\"dark\"",
        }
    }

    /// What the switch changes to.
    pub(crate) fn other(self) -> &'static str {
        match self {
            Self::Dark => "light",
            Self::System | Self::Light => "dark",
        }
    }
}

/// What surrounds every page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) words: Words,
    pub(crate) theme: Theme,
    /// `catalogue`, `review`, `search`, `imports`, `keys`, `team` or `me`.
    pub(crate) section: &'static str,
    /// The organisation's name.
    pub(crate) shop: String,
    /// The session's token, for forms.
    pub(crate) csrf: String,
    /// The name under which the session's corrections stand.
    pub(crate) you: String,
    /// What the session's owner may do, and whether it is a member who has data of their own here.
    pub(crate) may: May,
    /// What stands in the search box.
    pub(crate) find: String,
    /// This page's own address.
    pub(crate) here: String,
    /// Language or theme were asked for and are not kept, as nobody agreed to their cookies.
    pub(crate) unkept: bool,
    /// What everybody is to know, above the page.
    pub(crate) notes: Vec<LinkView>,
    /// Tags of which the machine is not sure; counted no further than [`vestry_app::QUESTIONS_COUNTED`].
    pub(crate) to_review: u64,
}

/// What is offered to somebody: what they may do, not what they may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct May {
    /// Change the catalogue.
    pub(crate) edit: bool,
    /// Make keys, give roles.
    pub(crate) own: bool,
    /// See their own data.
    pub(crate) me: bool,
}

impl Frame {
    /// How many questions wait: `37`, `999+`.
    pub(crate) fn questions(&self) -> String {
        let most = u64::from(vestry_app::QUESTIONS_COUNTED);
        if self.to_review < most { self.to_review.to_string() } else { format!("{}+", most - 1) }
    }

    /// Marks the section one is in.
    pub(crate) fn current(&self, section: &str) -> &'static str {
        if self.section == section { " aria-current=\"page\"" } else { "" }
    }
}

/// A picture, or a place for one.
#[derive(Debug, Clone, Default)]
pub(crate) struct PictureView {
    pub(crate) id: Option<i64>,
    pub(crate) alt: String,
    /// Its dominant colour, `#rrggbb`, shown until it is there.
    pub(crate) tone: Option<String>,
}

impl PictureView {
    pub(crate) fn full(&self) -> String {
        self.id.map_or_else(String::new, |id| format!("/pictures/{id}?size=full"))
    }
}

/// How a tag looks: whose word it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Machine,
    Question,
    Person,
}

impl From<TagState> for Look {
    fn from(state: TagState) -> Self {
        match state {
            TagState::Suggested => Self::Machine,
            TagState::ToReview => Self::Question,
            TagState::Confirmed => Self::Person,
        }
    }
}

/// A short word about a product.
#[derive(Debug, Clone)]
pub(crate) struct Chip {
    pub(crate) text: String,
    pub(crate) look: ChipLook,
    pub(crate) dot: Option<String>,
}

/// A [`Look`] as a chip's class.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChipLook(pub(crate) Look);

impl ChipLook {
    pub(crate) fn class(self) -> &'static str {
        match self.0 {
            Look::Machine => "chip-machine",
            Look::Question => "chip-question",
            Look::Person => "chip-person",
        }
    }
}

/// A product in a grid.
#[derive(Debug, Clone, Default)]
pub(crate) struct TileView {
    pub(crate) href: String,
    /// The search for its look-alikes.
    pub(crate) alike: String,
    pub(crate) title: String,
    pub(crate) price: String,
    pub(crate) picture: PictureView,
    pub(crate) chips: Vec<Chip>,
    pub(crate) why: String,
}

/// A link with a text.
#[derive(Debug, Clone)]
pub(crate) struct LinkView {
    pub(crate) text: String,
    pub(crate) href: String,
}

/// An attribute one can filter by.
#[derive(Debug, Clone)]
pub(crate) struct FacetView {
    pub(crate) name: String,
    pub(crate) open: bool,
    pub(crate) values: Vec<FacetValueView>,
}

impl FacetView {
    const SHOWN: usize = 8;

    pub(crate) fn first(&self) -> &[FacetValueView] {
        &self.values[..self.values.len().min(Self::SHOWN)]
    }

    pub(crate) fn rest(&self) -> &[FacetValueView] {
        &self.values[self.values.len().min(Self::SHOWN)..]
    }
}

/// A value one can filter by.
#[derive(Debug, Clone)]
pub(crate) struct FacetValueView {
    pub(crate) name: String,
    pub(crate) count: String,
    pub(crate) href: String,
    pub(crate) picked: bool,
    pub(crate) dot: Option<String>,
}

/// The catalogue.
#[derive(Debug, Template)]
#[template(path = "catalogue.html")]
pub(crate) struct CataloguePage {
    pub(crate) frame: Frame,
    pub(crate) tiles: Vec<TileView>,
    pub(crate) facets: Vec<FacetView>,
    pub(crate) picked: Vec<LinkView>,
    pub(crate) total: u64,
    pub(crate) to_review: u64,
    pub(crate) first: Option<String>,
    pub(crate) next: Option<String>,
    /// Whether the catalogue is the one that the project draws.
    pub(crate) demo: bool,
}

/// What the search form holds.
#[derive(Debug, Clone)]
pub(crate) struct SeekForm {
    pub(crate) words: String,
    pub(crate) cut_off: String,
    pub(crate) weights: Vec<WeightView>,
    pub(crate) like: Option<LikeView>,
    /// Hidden members: filters that came by the address.
    pub(crate) kept: Vec<(String, String)>,
}

impl SeekForm {
    /// Whether a weight is not as usual, so that the sliders show.
    pub(crate) fn weighted(&self) -> bool {
        self.weights.iter().any(|w| w.value != "1")
    }
}

/// How much one part counts.
#[derive(Debug, Clone)]
pub(crate) struct WeightView {
    pub(crate) id: &'static str,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// The product that results are to look like.
#[derive(Debug, Clone)]
pub(crate) struct LikeView {
    pub(crate) sku: String,
    pub(crate) title: String,
    pub(crate) href: String,
}

/// What a search found.
#[derive(Debug, Clone)]
pub(crate) struct ResultsView {
    pub(crate) total: u64,
    pub(crate) approximate: bool,
    pub(crate) corrected: Option<String>,
    pub(crate) seen: Vec<Chip>,
    pub(crate) tiles: Vec<TileView>,
    pub(crate) next: Option<String>,
}

/// The search page.
#[derive(Debug, Template)]
#[template(path = "search.html")]
pub(crate) struct SearchPage {
    pub(crate) frame: Frame,
    pub(crate) form: SeekForm,
    pub(crate) examples: Vec<LinkView>,
    pub(crate) results: Option<ResultsView>,
}

/// A choice in a list.
#[derive(Debug, Clone)]
pub(crate) struct OptionView {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// An attribute of a product with its tags and with what they could be instead.
#[derive(Debug, Clone)]
pub(crate) struct TagRow {
    pub(crate) attribute: String,
    pub(crate) name: String,
    pub(crate) tags: Vec<TagView>,
    pub(crate) options: Vec<OptionView>,
}

/// A tag.
#[derive(Debug, Clone)]
pub(crate) struct TagView {
    pub(crate) value: String,
    pub(crate) name: String,
    pub(crate) state: TagLook,
    /// How sure a model is; `None` for what somebody said.
    pub(crate) percent: Option<u8>,
    pub(crate) source: String,
    pub(crate) dot: Option<String>,
}

/// A [`Look`] as a tag's class.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TagLook(pub(crate) Look);

impl TagLook {
    pub(crate) fn class(self) -> &'static str {
        match self.0 {
            Look::Machine => "tag-machine",
            Look::Question => "tag-question",
            Look::Person => "tag-person",
        }
    }
}

/// A line of a product's history.
#[derive(Debug, Clone)]
pub(crate) struct HistoryLine {
    pub(crate) at: String,
    pub(crate) shown: String,
    pub(crate) attribute: String,
    pub(crate) change: String,
    pub(crate) who: String,
    /// Whether it was taken back.
    pub(crate) undone: bool,
}

/// A product.
#[derive(Debug, Template)]
#[template(path = "product.html")]
pub(crate) struct ProductPage {
    pub(crate) frame: Frame,
    pub(crate) sku: String,
    pub(crate) title: String,
    /// The title in the other language.
    pub(crate) subtitle: String,
    pub(crate) brand: String,
    pub(crate) price: String,
    pub(crate) description: String,
    pub(crate) link: Option<String>,
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) main_picture: PictureView,
    pub(crate) pictures: Vec<PictureView>,
    pub(crate) tags_action: String,
    pub(crate) rows: Vec<TagRow>,
    pub(crate) addable: Vec<TagRow>,
    pub(crate) history: Vec<HistoryLine>,
    pub(crate) alike: Vec<TileView>,
    pub(crate) goes_with: Vec<TileView>,
}

/// An import in the list.
#[derive(Debug, Clone)]
pub(crate) struct JobLine {
    pub(crate) href: String,
    pub(crate) kind: String,
    pub(crate) started: String,
    pub(crate) state: String,
    pub(crate) done: String,
    pub(crate) errors: String,
}

/// The imports.
#[derive(Debug, Template)]
#[template(path = "imports.html")]
pub(crate) struct ImportsPage {
    pub(crate) frame: Frame,
    pub(crate) jobs: Vec<JobLine>,
}

/// A column of a feed and what it is read as.
#[derive(Debug, Clone)]
pub(crate) struct ColumnView {
    pub(crate) name: String,
    pub(crate) example: String,
    pub(crate) chosen: String,
    pub(crate) options: Vec<OptionView>,
}

/// The proposed mapping of a feed.
#[derive(Debug, Template)]
#[template(path = "mapping.html")]
pub(crate) struct MappingPage {
    pub(crate) frame: Frame,
    pub(crate) name: String,
    /// Names the kept upload.
    pub(crate) upload: String,
    pub(crate) columns: Vec<ColumnView>,
    pub(crate) problem: Option<String>,
}

/// A row that was refused.
#[derive(Debug, Clone)]
pub(crate) struct ErrorLine {
    pub(crate) line: String,
    pub(crate) value: String,
    pub(crate) message: String,
}

/// An import as it runs.
#[derive(Debug, Template)]
#[template(path = "job.html")]
pub(crate) struct JobPage {
    pub(crate) kind: String,
    pub(crate) frame: Frame,
    pub(crate) running: bool,
    pub(crate) finished: bool,
    pub(crate) state: String,
    pub(crate) percent: u8,
    pub(crate) done: String,
    pub(crate) total: String,
    pub(crate) rate: String,
    pub(crate) left: String,
    pub(crate) error_count: String,
    pub(crate) errors: Vec<ErrorLine>,
    pub(crate) failed: Option<String>,
}

/// A key in the list.
#[derive(Debug, Clone)]
pub(crate) struct KeyLine {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) origins: String,
    pub(crate) created: String,
    pub(crate) used: String,
    pub(crate) live: bool,
}

/// The keys.
#[derive(Debug, Template)]
#[template(path = "keys.html")]
pub(crate) struct KeysPage {
    pub(crate) frame: Frame,
    /// The secret of a key that was just made.
    pub(crate) made: Option<String>,
    pub(crate) keys: Vec<KeyLine>,
}

/// A model that was made anew because somebody is forgotten.
#[derive(Debug)]
pub(crate) struct ForgettingView {
    pub(crate) at: String,
    /// What it tells.
    pub(crate) model: String,
    /// The first digits of its digest, before and after.
    pub(crate) before: String,
    pub(crate) after: Option<String>,
}

/// What visitors are recommended.
#[derive(Debug, Template)]
#[template(path = "recommended.html")]
pub(crate) struct RecommendedPage {
    pub(crate) frame: Frame,
    /// The sections of the trends.
    pub(crate) tabs: Vec<Tab>,
    /// What somebody looked at, as it was typed.
    pub(crate) seen: String,
    /// That one of it is not there, if so.
    pub(crate) unknown: String,
    pub(crate) lists: Vec<RecommendedList>,
    /// What recommends: names and values.
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) forgotten: Vec<ForgettingView>,
}

/// Recommended products under a title.
#[derive(Debug)]
pub(crate) struct RecommendedList {
    pub(crate) title: String,
    pub(crate) tiles: Vec<TileView>,
}

/// What people taught.
#[derive(Debug, Template)]
#[template(path = "taught.html")]
pub(crate) struct TaughtPage {
    pub(crate) frame: Frame,
    pub(crate) forgotten: Vec<ForgettingView>,
    pub(crate) attributes: Vec<TaughtView>,
}

/// What people taught of one attribute; shares in hundredths.
#[derive(Debug)]
pub(crate) struct TaughtView {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) shipped: String,
    pub(crate) judgements: usize,
    pub(crate) examples: usize,
    pub(crate) held_out: usize,
    pub(crate) right: String,
    pub(crate) right_before: String,
    /// With its bounds.
    pub(crate) difference: String,
    pub(crate) verdict: String,
    pub(crate) is_good: bool,
    pub(crate) ece: String,
    pub(crate) dots: Vec<ReliabilityDot>,
    /// How much more it knew with each answer; empty while there are too few.
    pub(crate) curve: Vec<CurveLine>,
    pub(crate) distrusted: Vec<String>,
    pub(crate) lineage: String,
    /// Whether it may be published, and is not in use.
    pub(crate) is_new: bool,
    /// What was published, the newest first.
    pub(crate) versions: Vec<HeadLine>,
}

/// A published head; shares in hundredths.
#[derive(Debug)]
pub(crate) struct HeadLine {
    pub(crate) id: i64,
    pub(crate) at: String,
    pub(crate) who: String,
    pub(crate) right: String,
    pub(crate) right_before: String,
    pub(crate) standing: String,
    pub(crate) is_in_use: bool,
    /// The first digits of the digest of what it is made of.
    pub(crate) manifest: String,
    /// The same of itself.
    pub(crate) model: String,
}

/// How much was right after so many answers, in hundredths.
#[derive(Debug)]
pub(crate) struct CurveLine {
    pub(crate) answers: usize,
    pub(crate) right: String,
}

/// A bin of a reliability chart, and where its dot is.
#[derive(Debug)]
pub(crate) struct ReliabilityDot {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) sure: String,
    pub(crate) right: String,
    pub(crate) count: usize,
}

/// Something went wrong.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub(crate) struct ProblemPage {
    pub(crate) words: Words,
    pub(crate) theme: Theme,
    pub(crate) title: String,
    pub(crate) message: String,
    /// Where to go from here.
    pub(crate) back: LinkView,
    pub(crate) request_id: String,
}

/// A line of the reference.
#[derive(Debug, Clone)]
pub(crate) struct ReferenceLine {
    pub(crate) name: String,
    pub(crate) place: String,
    pub(crate) text: String,
}

/// An operation of the API.
#[derive(Debug, Clone)]
pub(crate) struct OperationView {
    pub(crate) anchor: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) body: String,
    pub(crate) parameters: Vec<ReferenceLine>,
    pub(crate) responses: Vec<ReferenceLine>,
}

/// A document of the API.
#[derive(Debug, Clone)]
pub(crate) struct SchemaView {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) properties: Vec<ReferenceLine>,
}

/// The reference of the API.
#[derive(Debug, Template)]
#[template(path = "reference.html")]
pub(crate) struct ReferencePage {
    pub(crate) frame: PublicFrame,
    pub(crate) operations: Vec<OperationView>,
    pub(crate) schemas: Vec<SchemaView>,
}
