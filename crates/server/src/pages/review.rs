//! The pages of the review: one question, and the look-alikes that one answer is applied to.

use super::{Frame, HistoryLine, OptionView, PictureView, TagLook};
use askama::Template;

/// An attribute with how much of it waits.
#[derive(Debug, Clone)]
pub(crate) struct ReviewFilter {
    pub(crate) name: String,
    pub(crate) count: String,
    pub(crate) href: String,
    pub(crate) picked: bool,
}

/// How far the review is, in what is filtered.
#[derive(Debug, Clone)]
pub(crate) struct ReviewCounts {
    pub(crate) to_review: u64,
    pub(crate) suggested: u64,
    pub(crate) reviewed: u64,
    pub(crate) today: u64,
}

impl ReviewCounts {
    pub(crate) fn left(&self) -> u64 {
        self.to_review + self.suggested
    }

    /// Per cent that is reviewed; 1 as soon as anything is.
    pub(crate) fn percent(&self) -> u64 {
        let all = (self.left() + self.reviewed).max(1);
        if self.reviewed > 0 { (self.reviewed * 100 / all).max(1) } else { 0 }
    }
}

/// How often the machine was right about an attribute.
#[derive(Debug, Clone)]
pub(crate) struct AccuracyView {
    pub(crate) attribute: String,
    pub(crate) percent: u64,
    pub(crate) judged: u64,
}

/// A value that is proposed.
#[derive(Debug, Clone)]
pub(crate) struct ProposalView {
    pub(crate) value: String,
    pub(crate) name: String,
    /// How sure the model is; `None` when somebody else proposes it.
    pub(crate) percent: Option<u8>,
    /// Why it is proposed when not by the model.
    pub(crate) why: String,
    pub(crate) dot: Option<String>,
}

/// A question.
#[derive(Debug, Clone)]
pub(crate) struct QuestionView {
    /// Its place in the queue.
    pub(crate) at: String,
    pub(crate) attribute: String,
    pub(crate) state: TagLook,
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) picture: PictureView,
    pub(crate) proposals: Vec<ProposalView>,
    pub(crate) options: Vec<OptionView>,
    pub(crate) history: Vec<HistoryLine>,
    /// Its own address.
    pub(crate) here: String,
    pub(crate) skip: String,
    pub(crate) alike: String,
    /// The next question's picture.
    pub(crate) following: Option<i64>,
}

/// The answer that an undo would take back.
#[derive(Debug, Clone)]
pub(crate) struct StepView {
    pub(crate) id: i64,
    pub(crate) attribute: String,
    pub(crate) change: String,
    pub(crate) title: String,
    pub(crate) products: u64,
    /// Its look-alikes; `None` for a rejection, which says nothing about others.
    pub(crate) alike: Option<String>,
}

/// The review.
#[derive(Debug, Template)]
#[template(path = "review.html")]
pub(crate) struct ReviewPage {
    pub(crate) frame: Frame,
    /// The attribute that is filtered by, or empty.
    pub(crate) only: String,
    /// `teach`, or empty: the least sure first.
    pub(crate) order: &'static str,
    /// The same in the other order, where there is another.
    pub(crate) other_order: Option<String>,
    pub(crate) start: String,
    pub(crate) filters: Vec<ReviewFilter>,
    pub(crate) counts: ReviewCounts,
    pub(crate) accuracy: Option<AccuracyView>,
    pub(crate) note: Option<String>,
    pub(crate) question: Option<QuestionView>,
    pub(crate) last: Option<StepView>,
}

/// A picture that an answer may be applied to.
#[derive(Debug, Clone)]
pub(crate) struct ChoiceView {
    /// `product=value`.
    pub(crate) key: String,
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) picture: PictureView,
    pub(crate) said: String,
    pub(crate) state: TagLook,
    pub(crate) percent: u8,
    pub(crate) likeness: String,
    pub(crate) chosen: bool,
}

/// The look-alikes of a product.
#[derive(Debug, Template)]
#[template(path = "alike.html")]
pub(crate) struct AlikePage {
    pub(crate) frame: Frame,
    pub(crate) attribute: String,
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) answer: String,
    /// What the address says, as hidden members.
    pub(crate) kept: Vec<(String, String)>,
    pub(crate) options: Vec<OptionView>,
    pub(crate) choices: Vec<ChoiceView>,
    pub(crate) back: String,
}
