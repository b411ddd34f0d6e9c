//! SQLite and PostgreSQL behind one SQL text: opening, migrating, values in, rows out.
//!
//! [`Database::read`] gives a [`Conn`] on a consistent view, [`Database::begin`] one that writes until
//! [`Conn::commit`]. A statement is one lower-case text with `$1` parameters; where the engines differ, an [`Sql`] with
//! two texts side by side. Instants are microseconds in an `i64`.
//!
//! What it must never do: know a table. `store` and `vault` write the statements; nobody else may depend on this crate.
//!
//! To add a type of column: a line in `values!` and, to read it, nothing: [`Columns::take`] takes what both engines know.

mod conn;
mod database;
mod dump;
mod error;

pub use conn::{Column, Columns, Conn, Row, Sql, Value};
pub use database::{Database, Location};
pub use dump::DumpError;
pub use error::DatabaseError;
