//! What happened, as the crates under test take it. The oracle knows neither.

use crate::world::Happened;
use jiff::Timestamp;
use vestry_policy::Event;

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("within the calendar")
}

pub(crate) fn event(happened: Happened) -> Event {
    match happened {
        Happened::Made => Event::Made,
        Happened::Payment => Event::Payment,
        Happened::Supply => Event::Supply,
        Happened::ContractEnd => Event::ContractEnd,
        Happened::Cancellation => Event::Cancellation,
        Happened::Closed => Event::Closed,
        Happened::OfAge => Event::OfAge,
        Happened::Asked => Event::Asked,
        Happened::Sent => Event::Sent,
    }
}
