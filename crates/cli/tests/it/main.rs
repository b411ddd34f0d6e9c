//! The binary as its users run it: real files, real processes, killed at bad moments.

mod backups;
mod catalogue;
mod demo;
mod faults;
mod first_start;
mod logs;
mod people;
mod photos;
mod policy;
mod program;
mod secrets;
#[path = "../../../app/tests/privacy/swimwear.rs"]
mod swimwear;
mod taught;
