//! The outbox: what the index has yet to learn.
//!
//! A row is claimed singly, never by a high-water mark: on PostgreSQL a transaction with a lower sequence may
//! commit after one with a higher. A row goes only when whoever claimed it says that its effect is durable.

use crate::{Snapshot, StoreError, Tx};
use jiff::{SignedDuration, Timestamp};
use vestry_database::{Row, Sql, args};
use vestry_model::{OrganisationId, ProductId};

/// The place of a row in the outbox; grows, with gaps, and is never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sequence(i64);

impl Sequence {
    /// The number as stored.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// A number that [`Sequence::get`] gave, read back from a snapshot of the index.
    pub const fn from_stored(sequence: i64) -> Self {
        Self(sequence)
    }
}

/// What happened to a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutboxKind {
    /// It is new, or it, its tags or its images changed: load it and put it into the index.
    Changed,
    /// It is gone: take it out of the index.
    Erased,
}

/// One thing the index has to do; doing it twice does no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its place.
    pub sequence: Sequence,
    /// Whose product.
    pub organisation: OrganisationId,
    /// Which product; it may be gone by now even if `kind` is `Changed`.
    pub product: ProductId,
    /// What happened.
    pub kind: OutboxKind,
}

fn outbox_row(row: &Row) -> Result<OutboxRow, StoreError> {
    let mut columns = row.columns();
    Ok(OutboxRow {
        sequence: Sequence(columns.take()?),
        organisation: OrganisationId::from_row(columns.take()?),
        product: ProductId::from_row(columns.take()?),
        kind: match columns.take::<String>()?.as_str() {
            "changed" => OutboxKind::Changed,
            "erased" => OutboxKind::Erased,
            _ => return Err(StoreError::Unreadable { column: "outbox.kind" }),
        },
    })
}

impl Snapshot {
    /// How many rows wait, claimed ones included.
    pub async fn outbox_length(&mut self) -> Result<u64, StoreError> {
        const SQL: &str = "select count(*) from outbox";
        let row = self.conn.row(SQL, args![]).await?;
        Ok(row.map_or(Ok(0), |r| r.only::<i64>())?.unsigned_abs())
    }
}

impl Tx {
    /// Claims up to `limit` rows that nobody holds as of `now`, oldest first, for `lease`. Commit before working
    /// on them; a row that is not removed within the lease is handed out again.
    pub async fn claim_outbox(
        &mut self,
        limit: u32,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        const SQL: Sql = Sql {
            sqlite: "update outbox set claimed_until = $2 where sequence in \
                (select sequence from outbox where claimed_until is null or claimed_until <= $1 \
                order by sequence limit $3) returning sequence, organisation, product, kind",
            postgres: "update outbox set claimed_until = $2 where sequence in \
                (select sequence from outbox where claimed_until is null or claimed_until <= $1 \
                order by sequence limit $3 for update skip locked) returning sequence, organisation, product, kind",
        };
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let rows = self.conn.rows(SQL, args![now, until, limit]).await?;
        let mut rows: Vec<OutboxRow> = rows.iter().map(outbox_row).collect::<Result<_, _>>()?;
        rows.sort_unstable_by_key(|row| row.sequence);
        Ok(rows)
    }

    /// Removes exactly these rows: what they asked for is durable.
    pub async fn remove_outbox(&mut self, sequences: &[Sequence]) -> Result<(), StoreError> {
        const SQL: &str = "delete from outbox where sequence in (..)";
        self.conn.run_in(SQL, args![], sequences.iter().map(|s| s.0.into()).collect()).await?;
        Ok(())
    }

    /// Gives up every claim: the only index of this installation starts again from its snapshot.
    pub async fn release_outbox(&mut self) -> Result<(), StoreError> {
        const SQL: &str = "update outbox set claimed_until = null where claimed_until is not null";
        self.conn.run(SQL, args![]).await?;
        Ok(())
    }
}
