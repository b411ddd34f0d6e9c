//! Accounts, from the sign-up to leaving, over real files; letters are read where they land.

#[path = "accounts/agreed.rs"]
mod agreed;
#[path = "accounts/doors.rs"]
mod doors;
#[path = "privacy/engines.rs"]
#[expect(dead_code, reason = "what restores need of it")]
mod engines;
#[path = "accounts/house.rs"]
mod house;
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
#[path = "accounts/roles.rs"]
mod roles;
#[path = "accounts/tries.rs"]
mod tries;
