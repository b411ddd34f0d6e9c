//! The policy bounds the schema: every column is declared, and what may hold personal data names an item that has
//! purpose, basis, clock and destruction.

use crate::{
    Policy, PolicyError,
    file::{self, Located, Wrong, raw::Table},
};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// What every column of a database holds, as its owner declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    tables: Vec<DeclaredTable>,
}

/// A table as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DeclaredTable {
    name: String,
    columns: BTreeMap<String, Holds>,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Holds {
    Nothing,
    Item(String),
    Person,
}

/// A column of a database that does not fit its declaration or the policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum SchemaFault {
    /// In the database, not declared.
    #[error("column `{table}.{column}` is not declared; say in columns.toml which item it holds, or why it holds none")]
    Undeclared {
        /// Its table.
        table: String,
        /// Its name.
        column: String,
    },
    /// Declared, not in the database.
    #[error("column `{table}.{column}` is declared but not there; remove it from columns.toml")]
    Missing {
        /// Its table.
        table: String,
        /// Its name.
        column: String,
    },
    /// It holds an item that the policy in force does not list.
    #[error(
        "column `{table}.{column}` holds `{item}`, which policy `{policy}` does not list; add the item with purpose and clock, or drop the column"
    )]
    UnknownItem {
        /// Its table.
        table: String,
        /// Its name.
        column: String,
        /// The item.
        item: String,
        /// The policy's version.
        policy: String,
    },
}

/// Everything about a database that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct SchemaFaults(pub Vec<SchemaFault>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    table: Table<RawTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    why: Option<Spanned<String>>,
    #[serde(default)]
    none: Vec<Spanned<String>>,
    #[serde(default)]
    items: Table<Spanned<String>>,
    person: Option<Spanned<String>>,
    destroyed: Option<Spanned<String>>,
}

impl Schema {
    /// Reads declarations; `file` is their name in errors.
    ///
    /// # Errors
    /// Every mistake with line and column: a column declared twice, columns without personal data and without a reason,
    /// a person's id without what destroys it.
    pub fn read(text: &str, file: &str) -> Result<Self, PolicyError> {
        let raw: Raw = file::parse(text, file)?;
        let mut mistakes = Vec::new();
        let tables = raw.table.0.iter().map(|(name, table)| declared(name, table, &mut mistakes)).collect();
        if mistakes.is_empty() { Ok(Self { tables }) } else { Err(file::error(text, file, mistakes)) }
    }

    /// Holds the columns that a database has, as (table, column), against the declarations, and these against `policy`.
    ///
    /// # Errors
    /// Everything that does not fit, in the order of names.
    pub fn check(&self, policy: &Policy, columns: &[(String, String)]) -> Result<(), SchemaFaults> {
        let mut faults = Vec::new();
        for (table, column) in columns {
            let declared = self.tables.iter().find(|t| t.name == *table).and_then(|t| t.columns.get(column));
            if declared.is_none() {
                faults.push(SchemaFault::Undeclared { table: table.clone(), column: column.clone() });
            }
        }
        for declared in &self.tables {
            for (column, holds) in &declared.columns {
                let (table, column) = (declared.name.clone(), column.clone());
                if !columns.iter().any(|(t, c)| *t == table && *c == column) {
                    faults.push(SchemaFault::Missing { table, column });
                    continue;
                }
                // A policy was checked whole: an item of its has purpose, basis and clock.
                if let Holds::Item(item) = holds
                    && policy.item_named(item).is_none()
                {
                    let (item, policy) = (item.clone(), policy.version.clone());
                    faults.push(SchemaFault::UnknownItem { table, column, item, policy });
                }
            }
        }
        faults.sort();
        if faults.is_empty() { Ok(()) } else { Err(SchemaFaults(faults)) }
    }
}

fn declared(name: &Spanned<String>, raw: &RawTable, mistakes: &mut Vec<Located>) -> DeclaredTable {
    let table = name.get_ref();
    let is_empty = |text: &Option<Spanned<String>>| text.as_ref().is_none_or(|t| t.get_ref().trim().is_empty());
    if !raw.none.is_empty() && is_empty(&raw.why) {
        let said = format!("columns of `{table}` hold nothing personal, but not why; write `why = \"…\"`");
        mistakes.push((name.span(), Wrong::NotRead, vec![said]));
    }
    if let Some(person) = raw.person.as_ref().filter(|_| is_empty(&raw.destroyed)) {
        let said = format!("`{table}` holds a person's id, but nothing destroys it; write `destroyed = \"…\"`");
        mistakes.push((person.span(), Wrong::NotRead, vec![said]));
    }
    let nothing = raw.none.iter().map(|column| (column, Holds::Nothing));
    let items = raw.items.0.iter().map(|(column, item)| (column, Holds::Item(item.get_ref().clone())));
    let person = raw.person.iter().map(|column| (column, Holds::Person));
    let mut columns = BTreeMap::new();
    for (column, holds) in nothing.chain(items).chain(person) {
        if columns.insert(column.get_ref().clone(), holds).is_some() {
            let said = format!("`{table}.{}` is declared twice; say once what it holds", column.get_ref());
            mistakes.push((column.span(), Wrong::NotRead, vec![said]));
        }
    }
    DeclaredTable { name: table.clone(), columns }
}
