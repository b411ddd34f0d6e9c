//! What is counted by the day: what searches asked for and did not find, and what keys asked. Nobody stands under any of it.
//! And what people made of the machine's tags, value by value.

use crate::{
    Snapshot, StoreError, Tx,
    tag::{read_attribute, read_value},
};
use jiff::{Timestamp, civil::Date};
use vestry_database::{Columns, Row, args};
use vestry_model::{AttributeId, KeyId, OrganisationId, ProductId, ValueId};

/// Searches of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchDay {
    /// Whose.
    pub organisation: OrganisationId,
    /// The day, on the policy's calendar.
    pub day: Date,
    /// How many.
    pub searches: u64,
    /// How many of them found nothing.
    pub empty: u64,
}

/// Searches of a day that asked for a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedDay {
    /// Whose.
    pub organisation: OrganisationId,
    /// The day.
    pub day: Date,
    /// The value's attribute.
    pub attribute: AttributeId,
    /// The value.
    pub value: ValueId,
    /// How many.
    pub searches: u64,
}

/// Searches of a day for words that found nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmetDay {
    /// Whose.
    pub organisation: OrganisationId,
    /// The day.
    pub day: Date,
    /// The words, normalised.
    pub words: String,
    /// How many.
    pub searches: u64,
}

/// What a key asked on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDay {
    /// Which key.
    pub key: KeyId,
    /// The day.
    pub day: Date,
    /// Of what, such as `search`.
    pub area: String,
    /// How often.
    pub requests: u64,
    /// How often it was refused: a mistake of whoever asked.
    pub refused: u64,
    /// How often it failed: one of ours.
    pub failed: u64,
}

/// Counts of any days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayCounts {
    /// Searches.
    pub searches: Vec<SearchDay>,
    /// What they asked for.
    pub asked: Vec<AskedDay>,
    /// What they did not find.
    pub unmet: Vec<UnmetDay>,
    /// What keys asked.
    pub keys: Vec<KeyDay>,
}

/// A tag of a product, with the moment at which the product came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedProduct {
    /// The product.
    pub product: ProductId,
    /// The tag's attribute.
    pub attribute: AttributeId,
    /// Its value.
    pub value: ValueId,
    /// When the product came into the catalogue.
    pub created: Timestamp,
}

/// How people answered about a value that a model gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueJudged {
    /// The value's attribute.
    pub attribute: AttributeId,
    /// The value.
    pub value: ValueId,
    /// Tags answered.
    pub judged: u64,
    /// Of these, those that were right.
    pub right: u64,
}

fn day(columns: &mut Columns<'_>) -> Result<Date, StoreError> {
    columns.take::<String>()?.parse().map_err(|_| StoreError::Unreadable { column: "day" })
}

fn count(columns: &mut Columns<'_>) -> Result<u64, StoreError> {
    Ok(columns.take::<i64>()?.unsigned_abs())
}

impl Snapshot {
    /// Searches of an organisation since a day, by day.
    pub async fn search_days(
        &mut self,
        organisation: OrganisationId,
        since: Date,
    ) -> Result<Vec<SearchDay>, StoreError> {
        const SQL: &str =
            "select day, searches, empty from search_days where organisation = $1 and day >= $2 order by day";
        let read = |row: &Row| {
            let columns = &mut row.columns();
            Ok(SearchDay { organisation, day: day(columns)?, searches: count(columns)?, empty: count(columns)? })
        };
        self.conn.rows(SQL, args![organisation.get(), since.to_string()]).await?.iter().map(read).collect()
    }

    /// What searches of an organisation asked for since a day, by day and value.
    pub async fn asked_days(&mut self, organisation: OrganisationId, since: Date) -> Result<Vec<AskedDay>, StoreError> {
        const SQL: &str = "select day, attribute, value, searches from asked where organisation = $1 and day >= $2 \
            order by day, attribute, value";
        let read = |row: &Row| {
            let columns = &mut row.columns();
            Ok(AskedDay {
                organisation,
                day: day(columns)?,
                attribute: read_attribute(columns.take()?)?,
                value: read_value(columns.take()?)?,
                searches: count(columns)?,
            })
        };
        self.conn.rows(SQL, args![organisation.get(), since.to_string()]).await?.iter().map(read).collect()
    }

    /// Words of an organisation's searches that found nothing since a day: each with the last day, in how many searches; the
    /// `limit` most frequent.
    pub async fn unmet_since(
        &mut self,
        organisation: OrganisationId,
        since: Date,
        limit: u32,
    ) -> Result<Vec<UnmetDay>, StoreError> {
        const SQL: &str = "select max(day), words, cast(sum(searches) as bigint) as searches from unmet \
            where organisation = $1 and day >= $2 group by words order by searches desc, words limit $3";
        let read = |row: &Row| {
            let columns = &mut row.columns();
            Ok(UnmetDay { organisation, day: day(columns)?, words: columns.take()?, searches: count(columns)? })
        };
        self.conn.rows(SQL, args![organisation.get(), since.to_string(), limit]).await?.iter().map(read).collect()
    }

    /// What the keys of an organisation asked since a day, by key, day and area.
    pub async fn key_days(&mut self, organisation: OrganisationId, since: Date) -> Result<Vec<KeyDay>, StoreError> {
        const SQL: &str = "select key, day, area, requests, refused, failed from key_days \
            where key in (select id from api_keys where organisation = $1) and day >= $2 order by key, day, area";
        let read = |row: &Row| {
            let columns = &mut row.columns();
            Ok(KeyDay {
                key: KeyId::from_row(columns.take()?),
                day: day(columns)?,
                area: columns.take()?,
                requests: count(columns)?,
                refused: count(columns)?,
                failed: count(columns)?,
            })
        };
        self.conn.rows(SQL, args![organisation.get(), since.to_string()]).await?.iter().map(read).collect()
    }

    /// The next `limit` tags of an organisation's products after one, by product, attribute and value: what a person confirmed
    /// and what a model is sure of.
    pub async fn tagged_after(
        &mut self,
        organisation: OrganisationId,
        after: Option<&TaggedProduct>,
        limit: u32,
    ) -> Result<Vec<TaggedProduct>, StoreError> {
        const SQL: &str = "select t.product, t.attribute, t.value, p.created from tags t \
            join products p on p.id = t.product where p.organisation = $1 and t.state in ('confirmed', 'suggested') \
            and (t.product, t.attribute, t.value) > ($2, $3, $4) order by t.product, t.attribute, t.value limit $5";
        let (product, attribute, value) =
            after.map_or((0, "", ""), |last| (last.product.get(), last.attribute.as_str(), last.value.as_str()));
        let read = |row: &Row| {
            let mut columns = row.columns();
            Ok(TaggedProduct {
                product: ProductId::from_row(columns.take()?),
                attribute: read_attribute(columns.take()?)?,
                value: read_value(columns.take()?)?,
                created: columns.instant("products.created")?,
            })
        };
        let args = args![organisation.get(), product, attribute, value, limit];
        self.conn.rows(SQL, args).await?.iter().map(read).collect()
    }

    /// How people answered in the review about what models gave, value by value; what was taken back does not count.
    pub async fn values_judged(&mut self, organisation: OrganisationId) -> Result<Vec<ValueJudged>, StoreError> {
        const SQL: &str = "select c.attribute, c.value, count(*), \
            cast(sum(case when c.became = 'confirmed' then 1 else 0 end) as bigint) \
            from review_steps s join review_changes c on c.step = s.id where s.organisation = $1 and c.undone is null \
            and c.state in ('suggested', 'to_review') and c.source like 'model:%' \
            group by c.attribute, c.value order by c.attribute, c.value";
        let read = |row: &Row| {
            let columns = &mut row.columns();
            Ok(ValueJudged {
                attribute: read_attribute(columns.take()?)?,
                value: read_value(columns.take()?)?,
                judged: count(columns)?,
                right: count(columns)?,
            })
        };
        self.conn.rows(SQL, args![organisation.get()]).await?.iter().map(read).collect()
    }
}

impl Tx {
    /// Adds to what was counted before.
    pub async fn add_counts(&mut self, counts: &DayCounts) -> Result<(), StoreError> {
        const SEARCHES: &str = "insert into search_days (organisation, day, searches, empty) values (..) \
            on conflict (organisation, day) do update set \
            searches = search_days.searches + excluded.searches, empty = search_days.empty + excluded.empty";
        const ASKED: &str = "insert into asked (organisation, day, attribute, value, searches) values (..) \
            on conflict (organisation, day, attribute, value) do update set searches = asked.searches + excluded.searches";
        const UNMET: &str = "insert into unmet (organisation, day, words, searches) values (..) \
            on conflict (organisation, day, words) do update set searches = unmet.searches + excluded.searches";
        const KEYS: &str = "insert into key_days (key, day, area, requests, refused, failed) values (..) \
            on conflict (key, day, area) do update set requests = key_days.requests + excluded.requests, \
            refused = key_days.refused + excluded.refused, failed = key_days.failed + excluded.failed";
        let whose = |organisation: &OrganisationId, day: &Date| args![organisation.get(), day.to_string()];
        let searches = |one: &SearchDay| {
            [whose(&one.organisation, &one.day), args![one.searches.cast_signed(), one.empty.cast_signed()]].concat()
        };
        self.conn.insert(SEARCHES, counts.searches.iter().map(searches).collect()).await?;
        let asked = |one: &AskedDay| {
            let what = args![one.attribute.as_str(), one.value.as_str(), one.searches.cast_signed()];
            [whose(&one.organisation, &one.day), what].concat()
        };
        self.conn.insert(ASKED, counts.asked.iter().map(asked).collect()).await?;
        let unmet = |one: &UnmetDay| {
            [whose(&one.organisation, &one.day), args![one.words.as_str(), one.searches.cast_signed()]].concat()
        };
        self.conn.insert(UNMET, counts.unmet.iter().map(unmet).collect()).await?;
        let key = |one: &KeyDay| {
            let counted = [one.requests, one.refused, one.failed].map(u64::cast_signed);
            args![one.key.get(), one.day.to_string(), one.area.as_str(), counted[0], counted[1], counted[2]]
        };
        self.conn.insert(KEYS, counts.keys.iter().map(key).collect()).await?;
        Ok(())
    }

    /// Deletes what was counted before a day.
    pub async fn delete_counts_before(&mut self, day: Date) -> Result<(), StoreError> {
        const OLD: [&str; 4] = [
            "delete from search_days where day < $1",
            "delete from asked where day < $1",
            "delete from unmet where day < $1",
            "delete from key_days where day < $1",
        ];
        for sql in OLD {
            self.conn.run(sql, args![day.to_string()]).await?;
        }
        Ok(())
    }
}
