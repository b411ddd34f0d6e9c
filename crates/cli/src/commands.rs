//! One file a command.

pub(crate) mod admin;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod coverage;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod eval;
pub(crate) mod import;
pub(crate) mod index;
pub(crate) mod insight;
pub(crate) mod learn;
pub(crate) mod policy;
pub(crate) mod privacy;
pub(crate) mod recommend;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod tag;
