//! Accounts, from the sign-up to leaving, over real files; letters are read where they land.

#[path = "accounts/authenticator.rs"]
mod authenticator;
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
#[path = "accounts/own.rs"]
mod own;
#[path = "accounts/passkeys.rs"]
mod passkeys;
#[path = "accounts/tries.rs"]
mod tries;
