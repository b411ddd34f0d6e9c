//! What visitors of a shop did, under ids that lead to nobody by themselves; and what searches showed them.

use crate::{Snapshot, StoreError, Tx};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashSet};
use vestry_database::{Conn, Row, Sql, Value, args};
use vestry_model::{DeedKind, OrganisationId, ProductId, Visitor};

/// The last time that a visitor did something of a kind with a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredEvent {
    /// Who.
    pub visitor: Visitor,
    /// With what.
    pub product: ProductId,
    /// What.
    pub kind: DeedKind,
    /// When.
    pub at: Timestamp,
}

/// A product that a search showed: its place in the list by look, by colour and by words, from 1, where it was in them.
pub type ShownProduct = (ProductId, [Option<u32>; 3]);

/// A list that a search showed to a visitor, and what they chose from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSearch {
    /// Who.
    pub visitor: Visitor,
    /// The search's name.
    pub search: String,
    /// When.
    pub at: Timestamp,
    /// What it showed, best first.
    pub shown: Vec<ShownProduct>,
    /// What they chose, ascending.
    pub chosen: Vec<ProductId>,
}

/// Tables with a visitor's rows; `chosen` goes with `shown`.
const OF_VISITORS: [&str; 2] = ["delete from events where visitor in (..)", "delete from shown where visitor in (..)"];

fn visitor(bytes: Vec<u8>) -> Result<Visitor, StoreError> {
    bytes.try_into().map(Visitor).map_err(|_| StoreError::Unreadable { column: "events.visitor" })
}

/// What stands in a line of product, kind and microseconds.
fn event(visitor: Visitor, line: &str) -> Result<StoredEvent, StoreError> {
    let event = || {
        let mut numbers = line.split(' ').map(|number| number.parse::<i64>());
        let mut next = || numbers.next()?.ok();
        let (product, kind, at) = (ProductId::from_row(next()?), next()?, next()?);
        let kind = *DeedKind::ALL.get(usize::try_from(kind).ok()?)?;
        Some(StoredEvent { visitor, product, kind, at: Timestamp::from_microsecond(at).ok()? })
    };
    event().ok_or(StoreError::Unreadable { column: "events" })
}

fn events(rows: &[Row]) -> Result<Vec<StoredEvent>, StoreError> {
    let mut events = Vec::new();
    for row in rows {
        let mut columns = row.columns();
        let (visitor, lines): (_, String) = (visitor(columns.take()?)?, columns.take()?);
        for line in lines.split('\n') {
            events.push(event(visitor, line)?);
        }
    }
    Ok(events)
}

/// A row a visitor, as handing rows over is what takes the time: lines of product, kind and instant.
macro_rules! events {
    ($lines:literal, $which:literal) => {
        concat!("select visitor, ", $lines, " from events where organisation = $1 ", $which)
    };
}

macro_rules! events_on_each {
    ($which:literal) => {
        Sql {
            sqlite: events!(
                "group_concat(product || ' ' || kind || ' ' || at, char(10) order by product, kind)",
                $which
            ),
            postgres: events!(
                "string_agg(product || ' ' || kind || ' ' || at, chr(10) order by product, kind)",
                $which
            ),
        }
    };
}

impl Snapshot {
    /// The events of the next `visitors` of an organisation after one, by visitor, product and kind.
    pub async fn events_after(
        &mut self,
        organisation: OrganisationId,
        after: Option<Visitor>,
        visitors: u32,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        const SQL: Sql = events_on_each!("and visitor > $2 group by visitor order by visitor limit $3");
        let after = after.map_or(Vec::new(), |visitor| visitor.0.to_vec());
        events(&self.conn.rows(SQL, args![organisation.get(), after, visitors]).await?)
    }

    /// What one visitor did, by product and kind.
    pub async fn events_of(
        &mut self,
        organisation: OrganisationId,
        visitor: Visitor,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        const SQL: Sql = events_on_each!("and visitor = $2 group by visitor");
        events(&self.conn.rows(SQL, args![organisation.get(), visitor.0.as_slice()]).await?)
    }

    /// The next `limit` lists of an organisation after one, by visitor and search.
    pub async fn searches_after(
        &mut self,
        organisation: OrganisationId,
        after: Option<(Visitor, &str)>,
        limit: u32,
    ) -> Result<Vec<StoredSearch>, StoreError> {
        const SQL: &str = "select visitor, search, at, list from shown where organisation = $1 \
            and (visitor, search) > ($2, $3) order by visitor, search limit $4";
        let (visitor, search) = after.map_or((Vec::new(), ""), |(visitor, search)| (visitor.0.to_vec(), search));
        let rows = self.conn.rows(SQL, args![organisation.get(), visitor, search, limit]).await?;
        with_choices(&mut self.conn, organisation, rows).await
    }

    /// What searches showed to one visitor, and what they chose, the oldest first.
    pub async fn searches_of(
        &mut self,
        organisation: OrganisationId,
        visitor: Visitor,
    ) -> Result<Vec<StoredSearch>, StoreError> {
        const SQL: &str = "select visitor, search, at, list from shown where organisation = $1 and visitor = $2 \
            order by visitor, search";
        let rows = self.conn.rows(SQL, args![organisation.get(), visitor.0.as_slice()]).await?;
        let mut searches = with_choices(&mut self.conn, organisation, rows).await?;
        searches.sort_by_key(|search| search.at);
        Ok(searches)
    }

    /// How often any of it changed of an organisation.
    pub async fn event_changes_of(&mut self, organisation: OrganisationId) -> Result<i64, StoreError> {
        const SQL: &str = "select changes from event_changes where organisation = $1";
        Ok(self.conn.row(SQL, args![organisation.get()]).await?.map_or(Ok(0), |row| row.only())?)
    }

    /// The organisations of which something happened up to the moment `until`.
    pub async fn events_until(&mut self, until: Timestamp) -> Result<Vec<OrganisationId>, StoreError> {
        const SQL: &str = "select distinct organisation from events where at <= $1 \
            union select distinct organisation from shown where at <= $1 order by organisation";
        let rows = self.conn.rows(SQL, args![until]).await?;
        rows.iter().map(|row| Ok(OrganisationId::from_row(row.only()?))).collect()
    }

    /// How many rows [`Tx::delete_events_until`] would delete.
    pub async fn count_events_until(&mut self, until: Timestamp) -> Result<u64, StoreError> {
        const SQL: &str =
            "select (select count(*) from events where at <= $1) + (select count(*) from shown where at <= $1)";
        let count: i64 = self.conn.row(SQL, args![until]).await?.map_or(Ok(0), |row| row.only())?;
        Ok(count.unsigned_abs())
    }

    /// How often any of it changed, by organisation; those of which nothing ever came are left out.
    pub async fn event_changes(&mut self) -> Result<Vec<(OrganisationId, i64)>, StoreError> {
        const SQL: &str = "select organisation, changes from event_changes order by organisation";
        let change = |row: &Row| {
            let mut columns = row.columns();
            Ok((OrganisationId::from_row(columns.take()?), columns.take()?))
        };
        self.conn.rows(SQL, args![]).await?.iter().map(change).collect()
    }

    /// The next `limit` visitors of any organisation after one.
    pub async fn visitors_after(&mut self, after: Option<Visitor>, limit: u32) -> Result<Vec<Visitor>, StoreError> {
        const SQL: &str = "select visitor from (select visitor from events where visitor > $1 \
            union select visitor from shown where visitor > $1) as known order by visitor limit $2";
        let after = after.map_or(Vec::new(), |last| last.0.to_vec());
        self.conn.rows(SQL, args![after, limit]).await?.iter().map(|row| visitor(row.only()?)).collect()
    }

    /// Those of these of whom something is held.
    pub async fn visitors_with_events(&mut self, of: &[Visitor]) -> Result<HashSet<Visitor>, StoreError> {
        const SQL: [&str; 2] = [
            "select distinct visitor from events where visitor in (..)",
            "select distinct visitor from shown where visitor in (..)",
        ];
        let mut held = HashSet::new();
        for sql in SQL {
            for row in self.conn.rows_in(sql, args![], list(of)).await? {
                held.insert(visitor(row.only()?)?);
            }
        }
        Ok(held)
    }
}

impl Tx {
    /// Takes in events, of which the last of each visitor, product and kind stays; and what searches showed to visitors, with
    /// what they chose from it besides what they chose before.
    pub async fn put_events(
        &mut self,
        organisation: OrganisationId,
        events: &[StoredEvent],
        searches: &[StoredSearch],
    ) -> Result<(), StoreError> {
        const EVENTS: &str = "insert into events (organisation, visitor, product, kind, at) values (..) \
            on conflict (organisation, visitor, product, kind) do update set at = excluded.at where events.at < excluded.at";
        const SHOWN: &str = "insert into shown (organisation, visitor, search, at, list) values (..) \
            on conflict (organisation, visitor, search) do update set \
            at = case when excluded.at < shown.at then excluded.at else shown.at end, \
            list = case when length(excluded.list) > length(shown.list) then excluded.list else shown.list end";
        const CHOSEN: &str =
            "insert into chosen (organisation, visitor, search, product) values (..) on conflict do nothing";
        if events.is_empty() && searches.is_empty() {
            return Ok(());
        }
        // One statement may not write a row twice.
        let mut events = events.to_vec();
        events.sort_unstable();
        events.reverse();
        events.dedup_by_key(|event| (event.visitor, event.product, event.kind));
        let key = |visitor: &Visitor| args![organisation.get(), visitor.0.as_slice()];
        let event = |event: &StoredEvent| {
            [key(&event.visitor), args![event.product.get(), event.kind as i64, event.at]].concat()
        };
        self.conn.insert(EVENTS, events.iter().map(event).collect()).await?;
        let key = |search: &StoredSearch| [key(&search.visitor), args![search.search.as_str()]].concat();
        // A list is as old as the first that is heard of it and as long as the last of its pages, in whatever order they come.
        let mut lists: BTreeMap<(Visitor, &str), (Timestamp, &StoredSearch)> = BTreeMap::new();
        for search in searches {
            let (at, longest) = lists.entry((search.visitor, &search.search)).or_insert((search.at, search));
            *at = search.at.min(*at);
            if search.shown.len() > longest.shown.len() {
                *longest = search;
            }
        }
        let shown =
            |(at, longest): &(Timestamp, &StoredSearch)| [key(longest), args![*at, encode(&longest.shown)]].concat();
        self.conn.insert(SHOWN, lists.values().map(shown).collect()).await?;
        let chosen = |search: &StoredSearch| -> Vec<_> {
            search.chosen.iter().map(|product| [key(search), args![product.get()]].concat()).collect()
        };
        self.conn.insert(CHOSEN, searches.iter().flat_map(chosen).collect()).await?;
        self.events_changed(organisation).await
    }

    /// Deletes all that stands under these visitors; how many rows it was, and of which organisations.
    pub async fn forget_visitors(&mut self, gone: &[Visitor]) -> Result<u64, StoreError> {
        const WHOSE: [&str; 2] = [
            "select distinct organisation from events where visitor in (..)",
            "select distinct organisation from shown where visitor in (..)",
        ];
        let mut organisations = HashSet::new();
        for sql in WHOSE {
            for row in self.conn.rows_in(sql, args![], list(gone)).await? {
                organisations.insert(row.only()?);
            }
        }
        let mut forgotten = 0;
        for sql in OF_VISITORS {
            forgotten += self.conn.run_in(sql, args![], list(gone)).await?;
        }
        for organisation in organisations {
            self.events_changed(OrganisationId::from_row(organisation)).await?;
        }
        Ok(forgotten)
    }

    /// Deletes events and lists up to the moment `until`; how many.
    pub async fn delete_events_until(&mut self, until: Timestamp) -> Result<u64, StoreError> {
        const OLD: [&str; 2] = ["delete from events where at <= $1", "delete from shown where at <= $1"];
        let whose = self.events_until(until).await?;
        let mut deleted = 0;
        for sql in OLD.into_iter().filter(|_| !whose.is_empty()) {
            deleted += self.conn.run(sql, args![until]).await?;
        }
        for organisation in whose {
            self.events_changed(organisation).await?;
        }
        Ok(deleted)
    }

    async fn events_changed(&mut self, organisation: OrganisationId) -> Result<(), StoreError> {
        const SQL: &str = "insert into event_changes (organisation, changes) values ($1, 1) \
            on conflict (organisation) do update set changes = event_changes.changes + 1";
        self.conn.run(SQL, args![organisation.get()]).await?;
        Ok(())
    }
}

fn list(visitors: &[Visitor]) -> Vec<Value> {
    visitors.iter().map(|visitor| visitor.0.as_slice().into()).collect()
}

/// The searches of these rows, which are in the order of visitor and search, with what was chosen from them.
async fn with_choices(
    conn: &mut Conn,
    organisation: OrganisationId,
    rows: Vec<Row>,
) -> Result<Vec<StoredSearch>, StoreError> {
    const CHOSEN: &str = "select visitor, search, product from chosen where organisation = $1 \
        and (visitor, search) >= ($2, $3) and (visitor, search) <= ($4, $5) order by visitor, search, product";
    let search = |row: Row| {
        let mut columns = row.columns();
        let (visitor, search) = (visitor(columns.take()?)?, columns.take()?);
        let (at, list): (_, Vec<u8>) = (columns.instant("shown.at")?, columns.take()?);
        Ok(StoredSearch { visitor, search, at, shown: decode(&list)?, chosen: Vec::new() })
    };
    let mut searches = rows.into_iter().map(search).collect::<Result<Vec<_>, StoreError>>()?;
    let (Some(first), Some(last)) = (searches.first(), searches.last()) else { return Ok(searches) };
    let of = |search: &StoredSearch| args![search.visitor.0.as_slice(), search.search.as_str()];
    let args = [args![organisation.get()], of(first), of(last)].concat();
    let mut at = 0;
    for row in conn.rows(CHOSEN, args).await? {
        let mut columns = row.columns();
        let (visitor, search): (_, String) = (visitor(columns.take()?)?, columns.take()?);
        // Both are in the same order, and nothing is chosen from what was not shown.
        let is_it = |one: &StoredSearch| (one.visitor, &one.search) == (visitor, &search);
        let further = searches[at..].iter().position(is_it);
        at += further.ok_or(StoreError::Unreadable { column: "chosen.search" })?;
        searches[at].chosen.push(ProductId::from_row(columns.take()?));
    }
    Ok(searches)
}

/// A product and its places take 14 bytes: an `i64`, three `u16`, big-endian; 0 for no place.
const SHOWN: usize = 14;

fn encode(shown: &[ShownProduct]) -> Vec<u8> {
    let bytes = |(product, places): &ShownProduct| {
        let mut bytes = product.get().to_be_bytes().to_vec();
        let place = |place: &Option<u32>| u16::try_from(place.unwrap_or(0)).unwrap_or(u16::MAX).to_be_bytes();
        bytes.extend(places.iter().flat_map(place));
        bytes
    };
    shown.iter().flat_map(bytes).collect()
}

fn decode(bytes: &[u8]) -> Result<Vec<ShownProduct>, StoreError> {
    let shown = |bytes: &[u8]| {
        let (product, places) = bytes.split_first_chunk().expect("14 bytes");
        let place = |at: usize| u16::from_be_bytes([places[2 * at], places[2 * at + 1]]);
        let place = |at: usize| Some(place(at)).filter(|place| *place > 0).map(u32::from);
        (ProductId::from_row(i64::from_be_bytes(*product)), [place(0), place(1), place(2)])
    };
    if !bytes.len().is_multiple_of(SHOWN) {
        return Err(StoreError::Unreadable { column: "shown.list" });
    }
    Ok(bytes.chunks_exact(SHOWN).map(shown).collect())
}
