//! `vestry policy`: what the policy's arithmetic says, without a server and without data.

use crate::args::LastDayArgs;
use anyhow::{Context, Result};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use std::io::{Write, stdout};
use vestry_policy::zone;

/// Prints the last day on which what starts with `args.event` may be held.
pub(crate) fn last_day(args: &LastDayArgs) -> Result<()> {
    let last = args.period.last_day(local(&args.event, &args.zone)?)?;
    writeln!(stdout(), "{last}")?;
    Ok(())
}

/// The local time of an event. A day whose hour is not known counts as any hour but 00:00 exactly; what happened then
/// is given as an instant.
fn local(event: &str, zone_name: &str) -> Result<DateTime> {
    let zone = zone(zone_name)?;
    if let Ok(instant) = event.parse::<Timestamp>() {
        return Ok(zone.to_datetime(instant));
    }
    let day: Date = event.parse().ok().filter(|_| event.len() == 10).with_context(|| {
        format!("`{event}` is no day and no instant; write `2019-02-28` or `2020-01-01T00:00:00+09:00`")
    })?;
    Ok(day.at(12, 0, 0, 0))
}
