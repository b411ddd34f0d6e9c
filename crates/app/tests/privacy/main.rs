//! People in a real data folder, lived day by day: kept, shown, set apart, destroyed, certified.

mod lives;
mod looks;
mod returns;
mod rotation;
mod versions;
mod world;
