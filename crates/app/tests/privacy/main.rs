//! People in a real data folder, lived day by day: kept, shown, set apart, destroyed, certified.

mod forensic;
mod lives;
mod looks;
mod returns;
mod rotation;
mod scanner;
mod stops;
mod versions;
mod world;
