//! Tags, who set them, and what people corrected.
//!
//! A person's word stands: a value that somebody confirmed or rejected is not touched by a model. A rejection is a
//! row in the state `rejected`, which no function here hands out.

use crate::{Snapshot, StoreError, Tx};
use jiff::Timestamp;
use vestry_database::{Row, args};
use vestry_model::{
    AttributeId, Confidence, ImageId, OrganisationId, ProductId, ReviewId, Source, Suggestion, Tag, TagState, ValueId,
};

/// What a model suggests for one product.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggested {
    /// For which product.
    pub product: ProductId,
    /// From which image, if from one.
    pub image: Option<ImageId>,
    /// What.
    pub suggestions: Vec<Suggestion>,
}

/// What becomes of the other values of an attribute when a person confirms one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// The attribute may have several values.
    Keep,
    /// The attribute has one value: whatever else was there is rejected.
    Reject,
}

/// What a person said about a tag; these are kept in order and never changed, but for being taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Its place in the order of all corrections.
    pub sequence: i64,
    /// Of which product.
    pub product: ProductId,
    /// Of which attribute.
    pub attribute: AttributeId,
    /// The value that was there; with the same `new` it was confirmed.
    pub old: Option<ValueId>,
    /// The value that is there now; `None` when it was removed.
    pub new: Option<ValueId>,
    /// The pseudonym of who said so.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// The answer in the review that it came with.
    pub step: Option<ReviewId>,
    /// When it was taken back.
    pub undone: Option<Timestamp>,
}

/// Under which name stands what somebody said who is gone.
pub const NOBODY: &str = "nobody";

/// What somebody said of an attribute of a product, as a judgement on its picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Its place in the order of all corrections.
    pub sequence: i64,
    /// The pseudonym of who said so.
    pub who: String,
    /// The value that was there.
    pub old: Option<ValueId>,
    /// The value that is there now; `None` when it was removed.
    pub new: Option<ValueId>,
    /// The picture.
    pub image: ImageId,
}

/// How many products carry a tag in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCount {
    /// The attribute.
    pub attribute: AttributeId,
    /// The value.
    pub value: ValueId,
    /// The state.
    pub state: TagState,
    /// How many products.
    pub products: u64,
}

/// A `select` of every column that [`stored_tag`] reads.
macro_rules! select {
    ($rest:literal) => {
        concat!("select product, attribute, value, confidence, source, state from tags ", $rest)
    };
}
pub(crate) use select;

pub(crate) fn state_text(state: TagState) -> &'static str {
    match state {
        TagState::Suggested => "suggested",
        TagState::ToReview => "to_review",
        TagState::Confirmed => "confirmed",
    }
}

pub(crate) fn read_state(text: &str) -> Result<TagState, StoreError> {
    match text {
        "suggested" => Ok(TagState::Suggested),
        "to_review" => Ok(TagState::ToReview),
        "confirmed" => Ok(TagState::Confirmed),
        _ => Err(StoreError::Unreadable { column: "tags.state" }),
    }
}

pub(crate) fn read_attribute(text: String) -> Result<AttributeId, StoreError> {
    AttributeId::new(&text).ok_or(StoreError::Unreadable { column: "tags.attribute" })
}

pub(crate) fn read_value(text: String) -> Result<ValueId, StoreError> {
    ValueId::new(&text).ok_or(StoreError::Unreadable { column: "tags.value" })
}

/// A tag that nobody rejected, with its product.
pub(crate) fn stored_tag(row: &Row) -> Result<(ProductId, Tag), StoreError> {
    let mut columns = row.columns();
    let product = ProductId::from_row(columns.take()?);
    let tag = Tag {
        attribute: read_attribute(columns.take()?)?,
        value: read_value(columns.take()?)?,
        confidence: Confidence::new(columns.take::<f64>()? as f32),
        source: Source::from_text(&columns.take::<String>()?)
            .ok_or(StoreError::Unreadable { column: "tags.source" })?,
        state: read_state(&columns.take::<String>()?)?,
    };
    Ok((product, tag))
}

/// By attribute, surest first.
pub(crate) fn sort(tags: &mut [Tag]) {
    tags.sort_by(|a, b| {
        let surer = b.confidence.get().total_cmp(&a.confidence.get());
        a.attribute.cmp(&b.attribute).then(surer).then_with(|| a.value.cmp(&b.value))
    });
}

fn correction(row: &Row) -> Result<Correction, StoreError> {
    let mut columns = row.columns();
    Ok(Correction {
        sequence: columns.take()?,
        product: ProductId::from_row(columns.take()?),
        attribute: read_attribute(columns.take()?)?,
        old: columns.take::<Option<String>>()?.map(read_value).transpose()?,
        new: columns.take::<Option<String>>()?.map(read_value).transpose()?,
        who: columns.take()?,
        at: columns.instant("corrections.at")?,
        step: columns.take::<Option<i64>>()?.map(ReviewId::from_row),
        undone: columns.instant_or_none("corrections.undone")?,
    })
}

impl Snapshot {
    /// The tags of an organisation's product by attribute, surest first.
    pub async fn tags(&mut self, organisation: OrganisationId, product: ProductId) -> Result<Vec<Tag>, StoreError> {
        const SQL: &str = select!(
            "where product = $1 and state <> 'rejected' and product in (select id from products where organisation = $2)"
        );
        let rows = self.conn.rows(SQL, args![product.get(), organisation.get()]).await?;
        let mut tags = rows.iter().map(|row| Ok(stored_tag(row)?.1)).collect::<Result<Vec<_>, StoreError>>()?;
        sort(&mut tags);
        Ok(tags)
    }

    /// What people said about the tags of an organisation's product, oldest first.
    pub async fn corrections(
        &mut self,
        organisation: OrganisationId,
        product: ProductId,
    ) -> Result<Vec<Correction>, StoreError> {
        const SQL: &str = "select sequence, product, attribute, old_value, new_value, who, at, step, undone \
            from corrections \
            where product = $1 and product in (select id from products where organisation = $2) order by sequence";
        self.conn.rows(SQL, args![product.get(), organisation.get()]).await?.iter().map(correction).collect()
    }

    /// The next `limit` corrections in an organisation after the one of sequence `after`.
    pub async fn corrections_after(
        &mut self,
        organisation: OrganisationId,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Correction>, StoreError> {
        const SQL: &str = "select c.sequence, c.product, c.attribute, c.old_value, c.new_value, c.who, c.at, \
            c.step, c.undone from corrections c join products p on p.id = c.product \
            where p.organisation = $1 and c.sequence > $2 order by c.sequence limit $3";
        let args = args![organisation.get(), after.unwrap_or(0), limit];
        self.conn.rows(SQL, args).await?.iter().map(correction).collect()
    }

    /// The names that begin with `prefix` under which something was said or answered.
    pub async fn names_of(&mut self, prefix: &str) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "select who from corrections where who like $1 \
            union select who from review_steps where who like $1 \
            union select who from head_versions where who like $1 \
            union select substr(source, 8) from tags where source like 'person:' || $1 \
            union select substr(source, 8) from review_changes where source like 'person:' || $1";
        let rows = self.conn.rows(SQL, args![format!("{prefix}%")]).await?;
        rows.iter().map(|row| Ok(row.only()?)).collect()
    }

    /// What people said of an attribute up to the correction `through` and did not take back, with the first picture of the
    /// product that was seen; the newest `limit`, the newest first.
    pub async fn judged(
        &mut self,
        organisation: OrganisationId,
        attribute: &AttributeId,
        through: i64,
        limit: u32,
    ) -> Result<Vec<Judged>, StoreError> {
        const SQL: &str = "select sequence, who, old_value, new_value, image from (\
            select c.sequence, c.who, c.old_value, c.new_value, (select i.id from images i where i.product = c.product \
            and i.features is not null order by i.position, i.id limit 1) as image \
            from corrections c join products p on p.id = c.product \
            where p.organisation = $1 and c.attribute = $2 and c.sequence <= $3 and c.undone is null) as said \
            where image is not null order by sequence desc limit $4";
        let judged = |row: &Row| {
            let mut columns = row.columns();
            Ok(Judged {
                sequence: columns.take()?,
                who: columns.take()?,
                old: columns.take::<Option<String>>()?.map(read_value).transpose()?,
                new: columns.take::<Option<String>>()?.map(read_value).transpose()?,
                image: ImageId::from_row(columns.take()?),
            })
        };
        let args = args![organisation.get(), attribute.as_str(), through, limit];
        self.conn.rows(SQL, args).await?.iter().map(judged).collect()
    }

    /// The attributes of which people of an organisation said something, ascending.
    pub async fn judged_attributes(&mut self, organisation: OrganisationId) -> Result<Vec<AttributeId>, StoreError> {
        const SQL: &str = "select distinct c.attribute from corrections c join products p on p.id = c.product \
            where p.organisation = $1 and c.undone is null order by c.attribute";
        let rows = self.conn.rows(SQL, args![organisation.get()]).await?;
        rows.iter().map(|row| read_attribute(row.only()?)).collect()
    }

    /// How many products of an organisation carry each tag, by attribute and value.
    pub async fn tag_counts(&mut self, organisation: OrganisationId) -> Result<Vec<TagCount>, StoreError> {
        const SQL: &str = "select t.attribute, t.value, t.state, count(*) from tags t \
            join products p on p.id = t.product where p.organisation = $1 and t.state <> 'rejected' \
            group by t.attribute, t.value, t.state order by t.attribute, t.value, t.state";
        let count = |row: &Row| {
            let mut columns = row.columns();
            Ok(TagCount {
                attribute: read_attribute(columns.take()?)?,
                value: read_value(columns.take()?)?,
                state: read_state(&columns.take::<String>()?)?,
                products: columns.take::<i64>()?.unsigned_abs(),
            })
        };
        self.conn.rows(SQL, args![organisation.get()]).await?.iter().map(count).collect()
    }
}

impl Tx {
    /// Takes away under which name something was said or answered: of these names, and of all that begin with `prefix` up
    /// to the moment `until`.
    pub async fn unname(&mut self, gone: &[String], prefix: &str, until: Timestamp) -> Result<(), StoreError> {
        const GONE: [(&str, &str); 5] = [
            ("", "update corrections set who = 'nobody' where who in (..)"),
            ("", "update review_steps set who = 'nobody' where who in (..)"),
            ("", "update head_versions set who = 'nobody' where who in (..)"),
            ("person:", "update tags set source = 'person:nobody' where source in (..)"),
            ("person:", "update review_changes set source = 'person:nobody' where source in (..)"),
        ];
        const OLD: [&str; 5] = [
            "update corrections set who = 'nobody' where who like $1 and at <= $2",
            "update review_steps set who = 'nobody' where who like $1 and at <= $2",
            "update head_versions set who = 'nobody' where who like $1 and at <= $2",
            "update tags set source = 'person:nobody' where source like 'person:' || $1 and changed <= $2",
            "update review_changes set source = 'person:nobody' where source like 'person:' || $1 and changed <= $2",
        ];
        for (kind, sql) in GONE.into_iter().filter(|_| !gone.is_empty()) {
            self.conn.run_in(sql, args![], gone.iter().map(|who| format!("{kind}{who}").into()).collect()).await?;
        }
        for sql in OLD {
            self.conn.run(sql, args![format!("{prefix}%"), until]).await?;
        }
        Ok(())
    }

    /// Replaces whatever models said about these products by what `model` says now. What a person confirmed or
    /// rejected and what the shop's own data says stays. A product may come several times, once an image; the
    /// first to name a value counts. For the worker, which goes through pictures of all organisations.
    pub async fn replace_suggestions(
        &mut self,
        model: &str,
        suggested: &[Suggested],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const CLEAR: &str = "delete from tags where state in ('suggested', 'to_review') and product in (..)";
        const INSERT: &str = "insert into tags (product, attribute, value, confidence, source, state, image, changed) \
            values (..) on conflict (product, attribute, value) do nothing";
        let source = Source::Model(model.into()).to_text();
        self.conn.run_in(CLEAR, args![], suggested.iter().map(|s| s.product.get().into()).collect()).await?;
        let row = |of: &Suggested, s: &Suggestion| {
            args![
                of.product.get(),
                s.attribute.as_str(),
                s.value.as_str(),
                s.confidence.get(),
                source.as_str(),
                // A model never confirms, whatever its caller says.
                if s.state == TagState::Suggested { "suggested" } else { "to_review" },
                of.image.map(ImageId::get),
                now,
            ]
        };
        let rows = suggested.iter().flat_map(|of| of.suggestions.iter().map(move |s| row(of, s))).collect();
        self.conn.insert(INSERT, rows).await?;
        self.changed.extend(suggested.iter().map(|s| s.product));
        Ok(())
    }

    /// Replaces the tags that the shop's own data gives these products. They are confirmed from the start and
    /// stand over suggestions; what a person said stands over them.
    pub async fn replace_catalogue_tags(
        &mut self,
        organisation: OrganisationId,
        tags: &[(ProductId, Vec<(AttributeId, ValueId)>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const HELD: &str = "select product, attribute, value from tags where source = 'catalogue' \
            and state = 'confirmed' and product in (..)";
        const CLEAR: &str = "delete from tags where product = $1 and attribute = $2 and value = $3";
        const INSERT: &str = "insert into tags (product, attribute, value, confidence, source, state, changed) \
            values (..) on conflict (product, attribute, value) do update set confidence = excluded.confidence, \
            source = excluded.source, state = excluded.state, image = null, changed = excluded.changed \
            where tags.state in ('suggested', 'to_review')";
        let products: Vec<ProductId> = tags.iter().map(|(product, _)| *product).collect();
        self.lock_products(organisation, &products).await?;
        let list = products.iter().map(|product| product.get().into()).collect();
        let mut held = std::collections::BTreeSet::new();
        for row in self.conn.rows_in(HELD, args![], list).await? {
            let mut columns = row.columns();
            held.insert((columns.take::<i64>()?, columns.take::<String>()?, columns.take::<String>()?));
        }
        // A set, since one statement may not touch a row twice.
        let wanted: std::collections::BTreeSet<(i64, String, String)> = tags
            .iter()
            .flat_map(|(product, all)| {
                all.iter().map(|(a, v)| (product.get(), a.as_str().to_owned(), v.as_str().to_owned()))
            })
            .collect();
        for (product, attribute, value) in held.difference(&wanted) {
            self.conn.run(CLEAR, args![*product, attribute.as_str(), value.as_str()]).await?;
        }
        let new = wanted.difference(&held);
        let rows = new
            .map(|(product, attribute, value)| {
                args![*product, attribute.as_str(), value.as_str(), 1.0f32, "catalogue", "confirmed", now]
            })
            .collect();
        self.conn.insert(INSERT, rows).await?;
        self.changed.extend(held.symmetric_difference(&wanted).map(|(product, ..)| ProductId::from_row(*product)));
        Ok(())
    }

    /// A person says that a product has this value. Undoes a rejection; remembered as a correction.
    pub async fn confirm_tag(
        &mut self,
        (organisation, product): (OrganisationId, ProductId),
        (attribute, value): (&AttributeId, &ValueId),
        others: Others,
        who: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const PUT: &str = "insert into tags (product, attribute, value, confidence, source, state, changed) \
            select id, $2, $3, 1.0, $4, 'confirmed', $5 from products where id = $1 and organisation = $6 \
            on conflict (product, attribute, value) do update set confidence = excluded.confidence, \
            source = excluded.source, state = excluded.state, changed = excluded.changed";
        let held = self.held_values(product, attribute).await?;
        let source = Source::Person(who.into()).to_text();
        let put = args![product.get(), attribute.as_str(), value.as_str(), source, now, organisation.get()];
        if self.conn.run(PUT, put).await? == 0 {
            return Err(StoreError::Unknown { kind: "product", id: product.get() });
        }
        let old = match others {
            _ if held.contains(value) => Some(value),
            Others::Keep => None,
            // The surest of the values that this one takes the place of.
            Others::Reject => held.first(),
        };
        if others == Others::Reject {
            for other in held.iter().filter(|other| *other != value) {
                self.reject((organisation, product), attribute, other, who, now).await?;
                if old != Some(other) {
                    self.record_correction(product, attribute, Some(other), None, who, now).await?;
                }
            }
        }
        // The last word is what it is, and not what else it is not: of one person's words on a thing the last one teaches.
        self.record_correction(product, attribute, old, Some(value), who, now).await?;
        self.changed.insert(product);
        Ok(())
    }

    /// A person says that a product does not have this value, whether it was there or not: no model will say so
    /// again. Remembered as a correction.
    pub async fn remove_tag(
        &mut self,
        (organisation, product): (OrganisationId, ProductId),
        (attribute, value): (&AttributeId, &ValueId),
        who: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if !self.reject((organisation, product), attribute, value, who, now).await? {
            return Err(StoreError::Unknown { kind: "product", id: product.get() });
        }
        self.record_correction(product, attribute, Some(value), None, who, now).await?;
        self.changed.insert(product);
        Ok(())
    }

    /// The values of one attribute that a product has, surest first.
    async fn held_values(&mut self, product: ProductId, attribute: &AttributeId) -> Result<Vec<ValueId>, StoreError> {
        const SQL: &str = "select value from tags where product = $1 and attribute = $2 and state <> 'rejected' \
            order by confidence desc, value";
        let rows = self.conn.rows(SQL, args![product.get(), attribute.as_str()]).await?;
        rows.iter().map(|row| read_value(row.only()?)).collect()
    }

    /// Whether the organisation has such a product.
    async fn reject(
        &mut self,
        (organisation, product): (OrganisationId, ProductId),
        attribute: &AttributeId,
        value: &ValueId,
        who: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "insert into tags (product, attribute, value, confidence, source, state, changed) \
            select id, $2, $3, 1.0, $4, 'rejected', $5 from products where id = $1 and organisation = $6 \
            on conflict (product, attribute, value) do update set confidence = excluded.confidence, \
            source = excluded.source, state = excluded.state, image = null, changed = excluded.changed";
        let source = Source::Person(who.into()).to_text();
        let args = args![product.get(), attribute.as_str(), value.as_str(), source, now, organisation.get()];
        Ok(self.conn.run(SQL, args).await? > 0)
    }

    async fn record_correction(
        &mut self,
        product: ProductId,
        attribute: &AttributeId,
        old: Option<&ValueId>,
        new: Option<&ValueId>,
        who: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "insert into corrections (product, attribute, old_value, new_value, who, at, step) \
            values ($1, $2, $3, $4, $5, $6, $7)";
        let (old, new) = (old.map(ValueId::as_str), new.map(ValueId::as_str));
        let step = self.step.map(ReviewId::get);
        self.conn.run(SQL, args![product.get(), attribute.as_str(), old, new, who, now, step]).await?;
        Ok(())
    }
}
