//! People in a real data folder, lived day by day: kept, shown, set apart, destroyed, certified.

mod backups;
mod bad;
mod desk;
mod edits;
mod engines;
mod faults;
mod forensic;
mod insight;
mod left_out;
mod lives;
mod looks;
mod meanwhile;
mod population;
mod returns;
mod rotation;
mod scanner;
mod shop;
mod stops;
mod strays;
mod swimwear;
mod taught;
mod versions;
mod visitors;
mod world;
