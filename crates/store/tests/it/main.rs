//! Every public function of the store, on each engine that ships.
//!
//! PostgreSQL comes from `VESTRY_TEST_POSTGRES`, the URL of a server where schemas may be made; each test makes its
//! own and drops it.

mod catalogue;
mod dumps;
mod engines;
mod events;
mod images;
mod insight;
mod jobs;
mod objects;
mod opening;
mod outbox;
mod owners;
mod review;
mod tags;

use engines::{at, attribute, on_each_engine, organisation, product, sku, the_shop, value};
