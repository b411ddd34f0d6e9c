//! The review of tags: what nobody has looked at, the least sure first; answers, and taking them back.
//!
//! An answer is a step. It remembers how every tag that it touched was before, so that taking it back restores exactly
//! that; a tag that somebody changed in the meantime is left as it is.

use crate::{
    Others, Snapshot, StoreError, Tx,
    tag::{read_attribute, read_state, read_value, state_text},
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use vestry_database::{Row, Sql, Value, args};
use vestry_model::{AttributeId, Confidence, OrganisationId, ProductId, ReviewId, Source, TagState, ValueId};

/// Which tags wait for an answer.
#[derive(Debug, Clone, Copy)]
pub struct Queue<'a> {
    /// Whose.
    pub organisation: OrganisationId,
    /// The attributes that may have several values; of the others nothing waits once one value is confirmed.
    pub many: &'a [AttributeId],
    /// Only of this attribute.
    pub attribute: Option<&'a AttributeId>,
}

/// A tag that waits, and at the same time its place in the queue: questions before suggestions, the least sure first.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// `ToReview` or `Suggested`.
    pub state: TagState,
    /// How sure the model is.
    pub confidence: Confidence,
    /// Of which product.
    pub product: ProductId,
    /// Which attribute.
    pub attribute: AttributeId,
    /// What the model says.
    pub value: ValueId,
}

/// Whether a place itself belongs to what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// It does.
    At,
    /// It does not.
    After,
}

impl Place {
    /// One word for addresses, `q_0.43_12_category_dress`; [`Place::from_text`] reads it.
    pub fn to_text(&self) -> String {
        let state = if self.state == TagState::ToReview { 'q' } else { 's' };
        format!("{state}_{}_{}_{}_{}", self.confidence.get(), self.product, self.attribute, self.value)
    }

    /// Reads what [`Place::to_text`] wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut parts = text.split('_');
        let state = match parts.next()? {
            "q" => TagState::ToReview,
            "s" => TagState::Suggested,
            _ => return None,
        };
        let place = Self {
            state,
            confidence: Confidence::new(parts.next()?.parse().ok()?),
            product: ProductId::from_row(parts.next()?.parse().ok()?),
            attribute: AttributeId::new(parts.next()?)?,
            value: ValueId::new(parts.next()?)?,
        };
        parts.next().is_none().then_some(place)
    }
}

/// How many tags of an attribute wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The attribute.
    pub attribute: AttributeId,
    /// Those that a model is not sure of.
    pub to_review: u64,
    /// Those that it is sure of.
    pub suggested: u64,
}

/// What people answered about the machine's tags of one attribute; what was taken back does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// The attribute.
    pub attribute: AttributeId,
    /// Tags answered.
    pub all: u64,
    /// Of these, those that a model was not sure of.
    pub questions: u64,
    /// Of these since the instant that was given.
    pub lately: u64,
    /// Of all, those that the model that was given had suggested.
    pub judged: u64,
    /// Of the judged, those that were right.
    pub accepted: u64,
}

/// An answer to be written.
#[derive(Debug, Clone, Copy)]
pub struct ReviewAnswer<'a> {
    /// Whose tags.
    pub organisation: OrganisationId,
    /// The pseudonym of who says so.
    pub who: &'a str,
    /// Which attribute.
    pub attribute: &'a AttributeId,
    /// The value that is right; `None` when the one that was asked about is wrong.
    pub answer: Option<&'a ValueId>,
    /// Whether the attribute has one value.
    pub others: Others,
}

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewStep {
    /// Its id.
    pub id: ReviewId,
    /// Which attribute.
    pub attribute: AttributeId,
    /// The product that was looked at; `None` when it was erased since.
    pub product: Option<ProductId>,
    /// The value that was asked about.
    pub asked: ValueId,
    /// The value that is right; `None` when the one that was asked about is wrong.
    pub answer: Option<ValueId>,
    /// How many products it was about.
    pub products: u64,
    /// When.
    pub at: Timestamp,
}

/// What taking an answer back did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// Products whose tags are as they were.
    pub restored: Vec<ProductId>,
    /// Products whose tags somebody changed since; they were left alone.
    pub left: Vec<ProductId>,
}

/// A `select` over the tags that wait in a queue: `$1` the organisation, `$2` the attribute or null, `$3` the
/// attributes of several values.
macro_rules! waiting {
    ($columns:literal, $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from tags t where t.state in ('suggested', 'to_review') and ($2 is null or t.attribute = $2) \
            and exists (select 1 from products p where p.id = t.product and p.organisation = $1) \
            and ($3 like '%,' || t.attribute || ',%' or not exists (select 1 from tags k \
            where k.product = t.product and k.attribute = t.attribute and k.state = 'confirmed')) ",
            $rest
        )
    };
}

impl Queue<'_> {
    fn args(&self) -> Vec<Value> {
        let many: String = self.many.iter().map(|a| format!("{a},")).collect();
        args![self.organisation.get(), self.attribute.map(AttributeId::as_str), format!(",{many}")]
    }
}

fn place(row: &Row) -> Result<Place, StoreError> {
    let mut columns = row.columns();
    Ok(Place {
        state: read_state(&columns.take::<String>()?)?,
        confidence: Confidence::new(columns.take::<f64>()? as f32),
        product: ProductId::from_row(columns.take()?),
        attribute: read_attribute(columns.take()?)?,
        value: read_value(columns.take()?)?,
    })
}

fn count(number: i64) -> u64 {
    number.unsigned_abs()
}

/// A tag as the table has it.
#[derive(Debug, Clone, PartialEq)]
struct Raw {
    confidence: f64,
    source: String,
    state: String,
    image: Option<i64>,
    changed: i64,
}

impl Raw {
    fn is_waiting(&self) -> bool {
        matches!(self.state.as_str(), "suggested" | "to_review")
    }
}

/// The tags of one attribute, rejected ones too, by product and value.
type RawTags = BTreeMap<i64, BTreeMap<String, Raw>>;

impl Snapshot {
    /// The next `limit` tags that wait, from a place on.
    pub async fn waiting(
        &mut self,
        queue: Queue<'_>,
        from: Option<(&Place, Edge)>,
        limit: u32,
    ) -> Result<Vec<Place>, StoreError> {
        const AFTER: &str = waiting!(
            "t.state, t.confidence, t.product, t.attribute, t.value",
            "and (t.state < $4 or (t.state = $4 and \
            (t.confidence, t.product, t.attribute, t.value) > ($5, $6, $7, $8))) \
            order by t.state desc, t.confidence, t.product, t.attribute, t.value limit $9"
        );
        const AT: &str = waiting!(
            "t.state, t.confidence, t.product, t.attribute, t.value",
            "and (t.state < $4 or (t.state = $4 and \
            (t.confidence, t.product, t.attribute, t.value) >= ($5, $6, $7, $8))) \
            order by t.state desc, t.confidence, t.product, t.attribute, t.value limit $9"
        );
        let mut args = queue.args();
        args.extend(match from {
            Some((place, _)) => args![
                state_text(place.state),
                place.confidence.get(),
                place.product.get(),
                place.attribute.as_str(),
                place.value.as_str(),
            ],
            // Before every tag.
            None => args!["to_review", -1.0f32, 0i64, "", ""],
        });
        args.extend(args![limit]);
        let sql = if matches!(from, Some((_, Edge::At))) { AT } else { AFTER };
        self.conn.rows(sql, args).await?.iter().map(place).collect()
    }

    /// What waits of these products, in no order.
    pub async fn waiting_of(&mut self, queue: Queue<'_>, products: &[ProductId]) -> Result<Vec<Place>, StoreError> {
        const SQL: &str = waiting!("t.state, t.confidence, t.product, t.attribute, t.value", "and t.product in (..)");
        let list = products.iter().map(|product| product.get().into()).collect();
        self.conn.rows_in(SQL, queue.args(), list).await?.iter().map(place).collect()
    }

    /// How many tags wait, by attribute. It walks through all of them.
    pub async fn waiting_counts(&mut self, queue: Queue<'_>) -> Result<Vec<Waiting>, StoreError> {
        const SQL: &str = waiting!(
            "t.attribute, sum(case when t.state = 'to_review' then 1 else 0 end), \
            sum(case when t.state = 'suggested' then 1 else 0 end)",
            "group by t.attribute order by t.attribute"
        );
        let waiting = |row: &Row| {
            let mut columns = row.columns();
            Ok(Waiting {
                attribute: read_attribute(columns.take()?)?,
                to_review: count(columns.take()?),
                suggested: count(columns.take()?),
            })
        };
        self.conn.rows(SQL, queue.args()).await?.iter().map(waiting).collect()
    }

    /// How many tags wait of which a model is not sure; it stops counting at `most`.
    pub async fn count_questions(&mut self, queue: Queue<'_>, most: u32) -> Result<u64, StoreError> {
        const SQL: &str = concat!(
            "select count(*) from (",
            waiting!("t.product", "and t.state = 'to_review' limit $4"),
            ") as counted"
        );
        let mut args = queue.args();
        args.extend(args![most]);
        Ok(self.conn.row(SQL, args).await?.map_or(Ok(0), |row| row.only().map(count))?)
    }

    /// What people answered, by attribute: since `since`, and of what `model` suggests.
    pub async fn reviewed(
        &mut self,
        organisation: OrganisationId,
        model: &str,
        since: Timestamp,
    ) -> Result<Vec<Reviewed>, StoreError> {
        const SQL: &str = "select c.attribute, count(*), \
            sum(case when c.state = 'to_review' then 1 else 0 end), sum(case when s.at >= $2 then 1 else 0 end), \
            sum(case when c.source = $3 then 1 else 0 end), \
            sum(case when c.source = $3 and c.became = 'confirmed' then 1 else 0 end) \
            from review_steps s join review_changes c on c.step = s.id where s.organisation = $1 \
            and c.undone is null and c.state in ('suggested', 'to_review') group by c.attribute order by c.attribute";
        let reviewed = |row: &Row| {
            let mut columns = row.columns();
            Ok(Reviewed {
                attribute: read_attribute(columns.take()?)?,
                all: count(columns.take()?),
                questions: count(columns.take()?),
                lately: count(columns.take()?),
                judged: count(columns.take()?),
                accepted: count(columns.take()?),
            })
        };
        let source = Source::Model(model.into()).to_text();
        self.conn.rows(SQL, args![organisation.get(), since, source]).await?.iter().map(reviewed).collect()
    }

    /// The last answer of `who` that was not taken back.
    pub async fn last_review(
        &mut self,
        organisation: OrganisationId,
        who: &str,
    ) -> Result<Option<ReviewStep>, StoreError> {
        const LAST: &str = "select max(s.id) from review_steps s where s.organisation = $1 and s.who = $2 \
            and s.undone is null and exists (select 1 from review_changes c where c.step = s.id)";
        let row = self.conn.row(LAST, args![organisation.get(), who]).await?;
        match row.map_or(Ok(None), |row| row.only::<Option<i64>>())? {
            Some(id) => self.review_step(organisation, ReviewId::from_row(id)).await,
            None => Ok(None),
        }
    }

    /// An answer that was given.
    pub async fn review_step(
        &mut self,
        organisation: OrganisationId,
        id: ReviewId,
    ) -> Result<Option<ReviewStep>, StoreError> {
        const SQL: &str = "select s.attribute, s.product, s.asked, s.answer, s.at, \
            (select count(distinct c.product) from review_changes c where c.step = s.id) \
            from review_steps s where s.organisation = $1 and s.id = $2";
        let Some(row) = self.conn.row(SQL, args![organisation.get(), id.get()]).await? else { return Ok(None) };
        let mut columns = row.columns();
        Ok(Some(ReviewStep {
            id,
            attribute: read_attribute(columns.take()?)?,
            product: columns.take::<Option<i64>>()?.map(ProductId::from_row),
            asked: read_value(columns.take()?)?,
            answer: columns.take::<Option<String>>()?.map(read_value).transpose()?,
            at: columns.instant("review_steps.at")?,
            products: count(columns.take()?),
        }))
    }
}

impl Tx {
    /// Writes one answer about every product of `asked`, each with the machine's value that was asked about; `None`,
    /// and nothing written, when nothing of it waits any more. What somebody answered meanwhile is passed over.
    pub async fn review(
        &mut self,
        answer: &ReviewAnswer<'_>,
        asked: &[(ProductId, ValueId)],
        now: Timestamp,
    ) -> Result<Option<ReviewStep>, StoreError> {
        let products: BTreeSet<ProductId> = asked.iter().map(|(product, _)| *product).collect();
        let before = self.raw_tags(answer.organisation, answer.attribute, &products).await?;
        let waits = |(product, value): &&(ProductId, ValueId)| {
            let Some(tags) = before.get(&product.get()) else { return false };
            let is_settled = answer.others == Others::Reject && tags.values().any(|tag| tag.state == "confirmed");
            !is_settled && tags.get(value.as_str()).is_some_and(Raw::is_waiting)
        };
        // By product, so that two such transactions do not wait for each other in a ring.
        let open: BTreeMap<ProductId, &ValueId> = asked.iter().filter(waits).map(|(p, v)| (*p, v)).collect();
        // What is shown of a step is what was asked first.
        let Some((first, value)) = asked.iter().find(|(product, _)| open.contains_key(product)) else {
            return Ok(None);
        };
        let id = self.begin_step(answer, (*first, value), now).await?;
        self.step = Some(id);
        for (product, value) in &open {
            self.apply(answer, *product, value, now).await?;
            let held = before.get(&product.get());
            for (value, became) in became(answer, value, held) {
                let was = held.and_then(|tags| tags.get(value));
                self.keep_change(id, *product, (answer.attribute, value), was, became).await?;
            }
        }
        self.step = None;
        Ok(Some(ReviewStep {
            id,
            attribute: answer.attribute.clone(),
            product: Some(*first),
            asked: value.clone(),
            answer: answer.answer.cloned(),
            products: open.len() as u64,
            at: now,
        }))
    }

    /// Takes an answer of `who` back: what it touched is as it was before, unless somebody changed it since. `None`
    /// when there is no such answer, or not any more.
    pub async fn undo_review(
        &mut self,
        organisation: OrganisationId,
        who: &str,
        step: ReviewId,
        now: Timestamp,
    ) -> Result<Option<Undone>, StoreError> {
        const END: &str = "update review_steps set undone = $4 where organisation = $1 and who = $2 and id = $3 \
            and undone is null returning attribute, at";
        const CHANGES: &str = "select product, value, became, confidence, source, state, image, changed \
            from review_changes where step = $1 order by product, value";
        const UNDONE: &str = "update review_changes set undone = $2 where step = $1 and product = $3";
        const CORRECTIONS: &str = "update corrections set undone = $2 where step = $1 and product = $3";
        let Some(ended) = self.conn.row(END, args![organisation.get(), who, step.get(), now]).await? else {
            return Ok(None);
        };
        let mut columns = ended.columns();
        let (attribute, at) = (read_attribute(columns.take()?)?, columns.take::<i64>()?);
        let mut changes: BTreeMap<ProductId, Vec<Change>> = BTreeMap::new();
        for row in self.conn.rows(CHANGES, args![step.get()]).await? {
            let (product, change) = change(&row)?;
            changes.entry(product).or_default().push(change);
        }
        let products = changes.keys().copied().collect();
        let present = self.raw_tags(organisation, &attribute, &products).await?;
        let source = Source::Person(who.into()).to_text();
        let mut undone = Undone { restored: Vec::new(), left: Vec::new() };
        for (product, changes) in &changes {
            let tags = present.get(&product.get());
            let is_as_left = |change: &Change| {
                let tag = tags.and_then(|tags| tags.get(&change.value));
                tag.is_some_and(|tag| tag.state == change.became && tag.source == source && tag.changed == at)
            };
            if !changes.iter().all(is_as_left) {
                undone.left.push(*product);
                continue;
            }
            for change in changes {
                self.restore(*product, &attribute, change).await?;
            }
            for sql in [UNDONE, CORRECTIONS] {
                self.conn.run(sql, args![step.get(), now, product.get()]).await?;
            }
            undone.restored.push(*product);
            self.changed.insert(*product);
        }
        Ok(Some(undone))
    }

    /// All tags of one attribute that these products of an organisation have; nobody else changes them until this
    /// transaction ends.
    async fn raw_tags(
        &mut self,
        organisation: OrganisationId,
        attribute: &AttributeId,
        products: &BTreeSet<ProductId>,
    ) -> Result<RawTags, StoreError> {
        const SQL: Sql = Sql {
            sqlite: "select product, value, confidence, source, state, image, changed from tags \
                where attribute = $1 and product in (select id from products where organisation = $2 and id in (..))",
            postgres: "select product, value, confidence, source, state, image, changed from tags \
                where attribute = $1 and product in (select id from products where organisation = $2 and id in (..)) \
                order by product, value for update of tags",
        };
        let list = products.iter().map(|product| product.get().into()).collect();
        let mut tags = RawTags::new();
        for row in self.conn.rows_in(SQL, args![attribute.as_str(), organisation.get()], list).await? {
            let mut columns = row.columns();
            let (product, value): (i64, String) = (columns.take()?, columns.take()?);
            let tag = Raw {
                confidence: columns.take()?,
                source: columns.take()?,
                state: columns.take()?,
                image: columns.take()?,
                changed: columns.take()?,
            };
            tags.entry(product).or_default().insert(value, tag);
        }
        Ok(tags)
    }

    async fn begin_step(
        &mut self,
        answer: &ReviewAnswer<'_>,
        (product, asked): (ProductId, &ValueId),
        now: Timestamp,
    ) -> Result<ReviewId, StoreError> {
        const SQL: &str = "insert into review_steps (organisation, who, attribute, product, asked, answer, at) \
            values ($1, $2, $3, $4, $5, $6, $7) returning id";
        let args = args![
            answer.organisation.get(),
            answer.who,
            answer.attribute.as_str(),
            product.get(),
            asked.as_str(),
            answer.answer.map(ValueId::as_str),
            now,
        ];
        let row = self.conn.row(SQL, args).await?.ok_or(StoreError::Unreadable { column: "review_steps.id" })?;
        Ok(ReviewId::from_row(row.only()?))
    }

    async fn apply(
        &mut self,
        answer: &ReviewAnswer<'_>,
        product: ProductId,
        asked: &ValueId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (attribute, product) = (answer.attribute, (answer.organisation, product));
        let Some(right) = answer.answer else {
            return self.remove_tag(product, (attribute, asked), answer.who, now).await;
        };
        // Where there may be several values, the wrong one would stay beside the right one.
        if answer.others == Others::Keep && right != asked {
            self.remove_tag(product, (attribute, asked), answer.who, now).await?;
        }
        self.confirm_tag(product, (attribute, right), answer.others, answer.who, now).await
    }

    async fn keep_change(
        &mut self,
        step: ReviewId,
        product: ProductId,
        (attribute, value): (&AttributeId, &str),
        was: Option<&Raw>,
        became: &str,
    ) -> Result<(), StoreError> {
        const NEW: &str = "insert into review_changes (step, product, attribute, value, became) \
            values ($1, $2, $3, $4, $5)";
        const HELD: &str = "insert into review_changes (step, product, attribute, value, became, confidence, source, \
            state, image, changed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let mut args = args![step.get(), product.get(), attribute.as_str(), value, became];
        let sql = match was {
            None => NEW,
            Some(was) => {
                args.push(Value::Real(Some(was.confidence)));
                args.extend(args![was.source.as_str(), was.state.as_str(), was.image, was.changed]);
                HELD
            }
        };
        self.conn.run(sql, args).await?;
        Ok(())
    }

    async fn restore(
        &mut self,
        product: ProductId,
        attribute: &AttributeId,
        change: &Change,
    ) -> Result<(), StoreError> {
        const REMOVE: &str = "delete from tags where product = $1 and attribute = $2 and value = $3";
        // An image may have gone since.
        const RESTORE: &str = "update tags set confidence = $4, source = $5, state = $6, \
            image = (select id from images where id = $7), changed = $8 \
            where product = $1 and attribute = $2 and value = $3";
        let mut args = args![product.get(), attribute.as_str(), change.value.as_str()];
        let sql = match &change.was {
            None => REMOVE,
            Some(was) => {
                args.push(Value::Real(Some(was.confidence)));
                args.extend(args![was.source.as_str(), was.state.as_str(), was.image, was.changed]);
                RESTORE
            }
        };
        self.conn.run(sql, args).await?;
        Ok(())
    }
}

/// What a step did to one tag.
struct Change {
    value: String,
    became: String,
    was: Option<Raw>,
}

fn change(row: &Row) -> Result<(ProductId, Change), StoreError> {
    let mut columns = row.columns();
    let product = ProductId::from_row(columns.take()?);
    let (value, became) = (columns.take()?, columns.take()?);
    let (confidence, source, state): (Option<f64>, Option<String>, Option<String>) =
        (columns.take()?, columns.take()?, columns.take()?);
    let (image, changed): (Option<i64>, Option<i64>) = (columns.take()?, columns.take()?);
    let was = match (confidence, source, state, changed) {
        (Some(confidence), Some(source), Some(state), Some(changed)) => {
            Some(Raw { confidence, source, state, image, changed })
        }
        _ => None,
    };
    Ok((product, Change { value, became, was }))
}

/// The values that an answer touches, with what each becomes, given what is `held` of the attribute.
fn became<'a>(
    answer: &ReviewAnswer<'a>,
    asked: &'a ValueId,
    held: Option<&'a BTreeMap<String, Raw>>,
) -> BTreeMap<&'a str, &'static str> {
    let mut values = BTreeMap::from([(asked.as_str(), "rejected")]);
    if let Some(right) = answer.answer {
        if answer.others == Others::Reject {
            let held = held.into_iter().flatten().filter(|(_, tag)| tag.state != "rejected");
            values.extend(held.map(|(value, _)| (value.as_str(), "rejected")));
        }
        values.insert(right.as_str(), "confirmed");
    }
    values
}
