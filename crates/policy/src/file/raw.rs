//! The file as it is written, with the place of each name that something else must know.

use crate::{
    Basis, Children, Collected, Cookie, Dormancy, Event, Grain, LawfulUse, Lives, Notices, Office, Partner, Period,
    Processor, Regime, Right, Shown, TwoStaff, Words,
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use std::{fmt, marker::PhantomData};
use toml::{Spanned, value::Datetime};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) policy: Head,
    pub(super) clause: Table<RawClause>,
    pub(super) purpose: Table<RawPurpose>,
    pub(super) class: Table<RawClass>,
    pub(super) item: Table<RawItem>,
    pub(super) retention: Table<RawRetention>,
    #[serde(default)]
    pub(super) processor: Table<Spanned<Processor>>,
    #[serde(default)]
    pub(super) partner: Table<Spanned<Partner>>,
    pub(super) right: Table<Spanned<Right>>,
    #[serde(default)]
    pub(super) cookie: Table<Spanned<Cookie>>,
    pub(super) children: Spanned<Children>,
    pub(super) notice: Spanned<Notices>,
    pub(super) dormancy: Option<Spanned<Dormancy>>,
    pub(super) office: Spanned<Office>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) id: Spanned<String>,
    pub(super) version: Spanned<String>,
    pub(super) effective: Spanned<Datetime>,
    pub(super) time_zone: Spanned<String>,
    pub(super) regime: Spanned<Regime>,
    pub(super) controller: Words,
    pub(super) without_delay: Period,
    pub(super) small_cell: Spanned<u32>,
    pub(super) staff_password: Option<Period>,
    pub(super) staff_training: Option<Period>,
    #[serde(default)]
    pub(super) two_staff: Vec<TwoStaff>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClause {
    pub(super) heading: Option<Words>,
    pub(super) says: Option<Words>,
    #[serde(default)]
    pub(super) shows: Vec<Shown>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPurpose {
    pub(super) clause: Spanned<String>,
    pub(super) name: Words,
    pub(super) says: Words,
    pub(super) basis: Option<Basis>,
    #[serde(default)]
    pub(super) every_item: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClass {
    pub(super) name: Words,
    pub(super) lives: Lives,
    pub(super) until: Option<Spanned<Event>>,
    #[serde(default = "by_record")]
    pub(super) grain: Grain,
}

fn by_record() -> Grain {
    Grain::Record
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawItem {
    pub(super) clause: Spanned<String>,
    pub(super) name: Words,
    pub(super) class: Spanned<String>,
    pub(super) collected: Collected,
    #[serde(default)]
    pub(super) required: bool,
    #[serde(default)]
    pub(super) masked: bool,
    #[serde(default)]
    pub(super) purposes: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRetention {
    pub(super) clause: Spanned<String>,
    pub(super) class: Option<Spanned<String>>,
    pub(super) basis: Spanned<Basis>,
    pub(super) law: Option<Words>,
    pub(super) why: Words,
    #[serde(default)]
    pub(super) starts: Vec<Spanned<Event>>,
    pub(super) keep: Option<Spanned<Period>>,
    pub(super) ends_with: Option<Spanned<String>>,
    /// There is one end; it is written so that a reader of the file sees it.
    #[serde(rename = "then")]
    pub(super) _then: Then,
    /// Items of its own class; all of them when absent.
    pub(super) items: Option<Vec<Spanned<String>>>,
    /// Items of other classes that this basis needs.
    #[serde(default)]
    pub(super) also: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) serves: Vec<Spanned<LawfulUse>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Then {
    Destroy,
}

/// A TOML table in the order in which it is written, each name with its place.
pub(crate) struct Table<T>(pub(crate) Vec<(Spanned<String>, T)>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Vec<(Spanned<String>, T)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of names")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                // A parser may hand tables out by name; the place says how they were written.
                entries.sort_by_key(|(name, _): &(Spanned<String>, T)| name.span().start);
                Ok(entries)
            }
        }

        deserializer.deserialize_map(Entries(PhantomData)).map(Table)
    }
}
