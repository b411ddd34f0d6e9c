//! Accounts, from the sign-up to leaving, over real files; letters are read where they land.

#[path = "accounts/agreed.rs"]
mod agreed;
#[path = "accounts/authenticator.rs"]
mod authenticator;
#[path = "accounts/bans.rs"]
mod bans;
#[path = "accounts/beside.rs"]
mod beside;
#[path = "accounts/clock.rs"]
mod clock;
#[path = "accounts/devices.rs"]
mod devices;
#[path = "accounts/doors.rs"]
mod doors;
#[path = "privacy/engines.rs"]
#[expect(dead_code, reason = "what restores need of it")]
mod engines;
#[path = "accounts/house.rs"]
mod house;
#[path = "accounts/invited.rs"]
mod invited;
#[path = "accounts/lives.rs"]
mod lives;
#[path = "accounts/notices.rs"]
mod notices;
#[path = "accounts/office.rs"]
mod office;
#[path = "accounts/owed.rs"]
mod owed;
#[path = "accounts/own.rs"]
mod own;
#[path = "accounts/passkeys.rs"]
mod passkeys;
#[path = "accounts/roles.rs"]
mod roles;
#[path = "../../mail/tests/it/server.rs"]
#[expect(dead_code, reason = "answers that are the business of the protocol")]
mod server;
#[path = "accounts/smtp.rs"]
mod smtp;
#[path = "accounts/tries.rs"]
mod tries;
