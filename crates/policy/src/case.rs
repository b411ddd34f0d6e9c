//! Cases of the privacy office: by when one is to be answered, and which step may follow which.

use crate::{Event, PeriodError, Policy};
use jiff::{Timestamp, civil::Date};
use std::str::FromStr;

/// What somebody came to the office with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseKind {
    /// A right that the policy lists.
    Request,
    /// A complaint or a dispute.
    Complaint,
}

impl CaseKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Request, Self::Complaint];

    /// The class of its records.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Complaint => "complaint",
        }
    }
}

/// Not the name of a kind of case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of case; write `request` or `complaint`")]
pub struct NotACaseKind;

impl FromStr for CaseKind {
    type Err = NotACaseKind;

    fn from_str(text: &str) -> Result<Self, NotACaseKind> {
        Self::ALL.into_iter().find(|kind| kind.class() == text).ok_or(NotACaseKind)
    }
}

/// How far a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseStep {
    /// It came in.
    Received,
    /// Whoever asks was found to be who they say.
    Checked,
    /// What was asked for was done, or refused.
    Decided,
    /// Whoever asked was told: the case is closed.
    Answered,
    /// It was taken up again, and goes on in another record.
    Reopened,
}

/// What the office does with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseAct {
    /// Finds whoever asks to be who they say.
    Check,
    /// Does what was asked for, or decides a complaint.
    CarryOut,
    /// Refuses it.
    Refuse,
    /// Tells them.
    Answer,
    /// Takes it up again.
    Reopen,
}

/// Why a step cannot follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// Nothing is carried out for somebody who may be another.
    #[error("the identity is not checked yet")]
    NotChecked,
    /// It was checked.
    #[error("the identity is checked already")]
    CheckedAlready,
    /// There is nothing to tell yet.
    #[error("nothing is decided yet")]
    NotDecided,
    /// It was decided.
    #[error("it is decided already")]
    DecidedAlready,
    /// It is over.
    #[error("the case is closed; a complaint can be reopened")]
    Closed,
    /// It is not over.
    #[error("the case is still open")]
    Open,
    /// It was reopened.
    #[error("the case was reopened and goes on under another number")]
    GoesOn,
}

/// A case as far as its steps go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// What somebody came with.
    pub kind: CaseKind,
    /// How far it is.
    pub step: CaseStep,
}

impl Case {
    /// As its events say.
    pub fn of(kind: CaseKind, events: &[(Event, Timestamp)]) -> Self {
        let has = |event| events.iter().any(|(other, _)| *other == event);
        let steps = [
            (Event::Closed, CaseStep::Answered),
            (Event::Reopened, CaseStep::Reopened),
            (Event::Decided, CaseStep::Decided),
            (Event::Checked, CaseStep::Checked),
        ];
        let step = steps.into_iter().find(|(event, _)| has(*event)).map_or(CaseStep::Received, |(_, step)| step);
        Self { kind, step }
    }

    /// The case after `act`.
    ///
    /// # Errors
    /// [`CaseError`] when the step may not follow: nothing is carried out before the identity is checked, and nobody is told
    /// what is not decided. A complaint is heard whoever makes it, and a refusal gives nothing away.
    pub fn after(self, act: CaseAct) -> Result<Self, CaseError> {
        use CaseAct::{Answer, CarryOut, Check, Refuse, Reopen};
        use CaseStep::{Answered, Checked, Decided, Received, Reopened};
        let step = match (self.step, act) {
            (Received, Check) => Checked,
            (Received, CarryOut) if self.kind == CaseKind::Request => return Err(CaseError::NotChecked),
            (Received | Checked, CarryOut | Refuse) => Decided,
            (Decided, Answer) => Answered,
            (Answered, Reopen) if self.kind == CaseKind::Complaint => Reopened,
            (Checked, Check) => return Err(CaseError::CheckedAlready),
            (Decided, Check | CarryOut | Refuse) => return Err(CaseError::DecidedAlready),
            (Received | Checked, Answer) => return Err(CaseError::NotDecided),
            (Received | Checked | Decided, Reopen) => return Err(CaseError::Open),
            (Answered, _) => return Err(CaseError::Closed),
            (Reopened, _) => return Err(CaseError::GoesOn),
        };
        Ok(Self { step, ..self })
    }
}

/// How long there is to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timer {
    /// The last day.
    pub due: Date,
    /// Days until then: 0 on the last day, less than 0 past it.
    pub left: i32,
}

impl Timer {
    /// As of `today`.
    pub fn on(due: Date, today: Date) -> Self {
        Self { due, left: today.until(due).map_or(0, |span| span.get_days()) }
    }

    /// Whether the last day went by.
    pub fn is_overdue(self) -> bool {
        self.left < 0
    }
}

impl Policy {
    /// The last day to answer somebody who asked at `received` for `right`, by its own period or "without delay"; of a
    /// complaint when no right is named.
    ///
    /// # Errors
    /// [`PeriodError`] past the calendar's end.
    pub fn answer_by(&self, right: Option<&str>, received: Timestamp) -> Result<Date, PeriodError> {
        let period = match right {
            None => self.office.answer_within,
            Some(name) => {
                let right = self.rights.iter().find(|right| right.id == name);
                right.and_then(|right| right.within).unwrap_or(self.without_delay)
            }
        };
        period.last_day(self.local(received))
    }
}
