//! Time zones from the built-in table: the answer must not hang on the machine's files.

use jiff::tz::{TimeZone, TimeZoneDatabase};

/// A name that is no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time zone; write its name in the IANA table, such as `Asia/Seoul`")]
pub struct UnknownZone(String);

/// The zone of that name in the IANA table.
pub fn zone(name: &str) -> Result<TimeZone, UnknownZone> {
    TimeZoneDatabase::bundled().get(name).map_err(|_| UnknownZone(name.chars().take(60).collect()))
}
