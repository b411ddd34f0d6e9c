//! Who is on file, by pseudonym: memberships, consents, holds, and which records there are. No value is read here.

use crate::{
    Vault,
    error::VaultError,
    names::{Names, read_events, read_stored},
    place::{PersonId, RecordId},
    tombstone::Subject,
};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use vestry_database::{Columns, Conn, Row, Sql, Value, args};
use vestry_model::OrganisationId;
use vestry_policy::{
    CaseKind, ClassId, Event, ItemSet, Membership, NotACaseKind, Period, PersonFacts, Policy, PurposeId, PurposeSet,
    RecordFacts, StoredIn,
};

/// One person as the planner needs to know them.
#[derive(Debug, Clone)]
pub struct PersonOnFile {
    /// Who.
    pub person: PersonId,
    /// The customer company they belong to.
    pub organisation: Option<OrganisationId>,
    /// Where the membership stands.
    pub membership: Membership,
    /// Whether they objected to improvement.
    pub objected: bool,
    /// Counts the changes: what was planned for another count is planned again.
    pub revision: i64,
    /// Purposes that have consent.
    pub consents: PurposeSet,
    /// Consents taken back.
    pub taken_back: Vec<(PurposeId, Timestamp)>,
    /// Their records, in rising order.
    pub records: Vec<RecordOnFile>,
}

/// One record as the planner needs to know it.
#[derive(Debug, Clone)]
pub struct RecordOnFile {
    /// Which.
    pub record: RecordId,
    /// Of what kind.
    pub class: ClassId,
    /// Where it is.
    pub stored: StoredIn,
    /// What it holds.
    pub items: ItemSet,
    /// What happened to it.
    pub events: Vec<(Event, Timestamp)>,
    /// Whether a hold stops its destruction.
    pub held: bool,
}

/// Whether what somebody does may improve the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Who.
    pub person: PersonId,
    /// Whether they objected to it.
    pub objected: bool,
    /// Whether a hold keeps all that is theirs as it is.
    pub held: bool,
}

/// What waits to be given to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// Letters, to be posted.
    Letters,
    /// Copies of what is held, to be made.
    Copies,
}

/// A case of the privacy office, as far as it is not sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseOnFile {
    /// Whose.
    pub person: PersonId,
    /// Its record.
    pub record: RecordId,
    /// Which of the two.
    pub kind: CaseKind,
    /// What happened to it.
    pub events: Vec<(Event, Timestamp)>,
}

impl PersonOnFile {
    /// Hands the planner's view of this person to `ask`.
    pub fn with_facts<T>(&self, ask: impl FnOnce(&PersonFacts<'_>) -> T) -> T {
        let records: Vec<RecordFacts<'_>> = self
            .records
            .iter()
            .map(|record| RecordFacts {
                record: *record.record.as_bytes(),
                class: record.class,
                stored: record.stored,
                items: record.items,
                events: &record.events,
                held: record.held,
            })
            .collect();
        ask(&PersonFacts {
            person: *self.person.as_bytes(),
            membership: self.membership,
            consents: self.consents,
            taken_back: &self.taken_back,
            objected: self.objected,
            records: &records,
        })
    }
}

impl PersonOnFile {
    /// Whether a login is to find them.
    pub(crate) fn may_log_in(&self) -> bool {
        // Staff are no members; who else is none has nothing to be found by.
        !matches!(self.membership, Membership::Ended { .. })
    }
}

impl Vault {
    /// The persons after `after`, at most `limit`, in rising order, with all their records.
    pub async fn people_after(
        &self,
        policy: &Policy,
        after: Option<PersonId>,
        limit: u32,
    ) -> Result<Vec<PersonOnFile>, VaultError> {
        const SQL: &str = "select id, organisation, state, since, notified, chosen, objected, revision \
            from persons where id > $1 order by id limit $2";
        let mut conn = self.people.read().await?;
        let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
        let rows = conn.rows(SQL, args![after, limit]).await?;
        self.fill(policy, &mut conn, rows).await
    }

    /// One person with all their records.
    pub async fn person(&self, policy: &Policy, person: PersonId) -> Result<PersonOnFile, VaultError> {
        let mut conn = self.people.read().await?;
        self.person_in(policy, &mut conn, person).await
    }

    /// Everybody on file, and whether what they do may improve the service.
    pub async fn standings(&self) -> Result<Vec<Standing>, VaultError> {
        let mut conn = self.people.read().await?;
        let holds = self.held(&mut conn).await?;
        let stands = |row: &Row| {
            let mut columns = row.columns();
            let (person, objected) = (PersonId::from_row(columns.take()?)?, columns.take::<i64>()? != 0);
            Ok(Standing { person, objected, held: holds.person(person) })
        };
        conn.rows("select id, objected from persons order by id", args![]).await?.iter().map(stands).collect()
    }

    /// Who consents to one of these purposes now.
    pub async fn consenting(&self, purposes: &[&str]) -> Result<HashSet<PersonId>, VaultError> {
        const SQL: &str = "select distinct person from consents where withdrawn is null and purpose in (..)";
        let list = purposes.iter().map(|purpose| Value::from(*purpose)).collect();
        let rows = self.people.read().await?.rows_in(SQL, args![], list).await?;
        rows.iter().map(|row| PersonId::from_row(row.only()?)).collect()
    }

    /// How many people are on file.
    pub async fn count_people(&self) -> Result<u64, VaultError> {
        let row = self.people.row("select count(*) from persons", args![]).await?;
        Ok(row.map_or(Ok(0), |row| row.only::<i64>())?.unsigned_abs())
    }

    /// What waits, at most `limit`, of people who are there to get it: of those the oldest first. What holds nothing any
    /// more waits for the sweep alone.
    pub async fn unsent(&self, what: Waits, limit: u32) -> Result<Vec<(PersonId, RecordId)>, VaultError> {
        const SQL: &str = "select r.person, r.id, r.events from records r join persons p on p.id = r.person \
            where r.class in ('mail', 'letter', 'export') and (r.class = 'export') = ($1 = 1) and r.stored = 'live' \
            and p.state <> 'ended' and r.events not like '%sent=%' \
            and exists (select 1 from items i where i.person = r.person and i.record = r.id) limit $2";
        let mut unsent = Vec::new();
        // The kinds stand in the text, so that the index over them is used.
        let is_copy = i64::from(what == Waits::Copies);
        for row in &self.people.rows(SQL, args![is_copy, limit]).await? {
            let mut columns = row.columns();
            let (person, record) = (PersonId::from_row(columns.take()?)?, RecordId::from_row(columns.take()?)?);
            let events = read_events(&columns.take::<String>()?)?;
            unsent.push((events.iter().map(|(_, at)| *at).min(), person, record));
        }
        unsent.sort_unstable();
        Ok(unsent.into_iter().map(|(_, person, record)| (person, record)).collect())
    }

    /// All cases, open and closed, in no order.
    pub async fn cases(&self) -> Result<Vec<CaseOnFile>, VaultError> {
        const SQL: &str = "select person, id, class, events from records where class in (..)";
        let classes = CaseKind::ALL.iter().map(|kind| Value::from(kind.class())).collect();
        let rows = self.people.read().await?.rows_in(SQL, args![], classes).await?;
        let case = |row: &Row| {
            let mut columns = row.columns();
            let (person, record) = (PersonId::from_row(columns.take()?)?, RecordId::from_row(columns.take()?)?);
            let kind = columns.take::<String>()?.parse::<CaseKind>();
            let kind = kind.map_err(|NotACaseKind| VaultError::Unreadable { what: "a case" })?;
            Ok(CaseOnFile { person, record, kind, events: read_events(&columns.take::<String>()?)? })
        };
        rows.iter().map(case).collect()
    }

    /// Records of one kind with what happened to each, such as the accounts of the staff.
    pub async fn events_of(&self, class: &str) -> Result<Vec<(PersonId, Vec<(Event, Timestamp)>)>, VaultError> {
        const SQL: &str = "select person, events from records where class = $1 order by person, id";
        let rows = self.people.rows(SQL, args![class]).await?;
        let of = |row: &Row| {
            let mut columns = row.columns();
            Ok((PersonId::from_row(columns.take()?)?, read_events(&columns.take::<String>()?)?))
        };
        rows.iter().map(of).collect()
    }

    /// Whose a record is.
    pub async fn owner(&self, record: RecordId) -> Result<Option<PersonId>, VaultError> {
        const SQL: &str = "select person from records where id = $1";
        let row = self.people.row(SQL, args![record.value()]).await?;
        row.map(|row| PersonId::from_row(row.only()?)).transpose()
    }

    /// Those of these records that are on file.
    pub async fn living_records(&self, records: &[RecordId]) -> Result<HashSet<RecordId>, VaultError> {
        const SQL: &str = "select id from records where id in (..)";
        if records.is_empty() {
            return Ok(HashSet::new());
        }
        let list = records.iter().map(RecordId::value).collect();
        let rows = self.people.read().await?.rows_in(SQL, args![], list).await?;
        rows.iter().map(|row| RecordId::from_row(row.only()?)).collect()
    }

    pub(crate) async fn person_in(
        &self,
        policy: &Policy,
        conn: &mut Conn,
        person: PersonId,
    ) -> Result<PersonOnFile, VaultError> {
        const SQL: &str = "select id, organisation, state, since, notified, chosen, objected, revision \
            from persons where id = $1";
        let rows = conn.rows(SQL, args![person.as_bytes().as_slice()]).await?;
        self.fill(policy, conn, rows).await?.pop().ok_or(VaultError::UnknownPerson(person))
    }

    /// All holds, of which there are few.
    pub(crate) async fn held(&self, conn: &mut Conn) -> Result<Held, VaultError> {
        let rows = conn.rows("select subject from holds", args![]).await?;
        rows.iter().map(|row| Subject::from_row(row.only()?)).collect::<Result<_, _>>().map(Held)
    }

    async fn fill(&self, policy: &Policy, conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<PersonOnFile>, VaultError> {
        let mut people: Vec<PersonOnFile> = rows.iter().map(person_of).collect::<Result<_, _>>()?;
        let (Some(first), Some(last)) = (people.first(), people.last()) else { return Ok(people) };
        let range = || args![first.person.as_bytes().as_slice(), last.person.as_bytes().as_slice()];
        let names = Names::of(policy);
        let consents = conn.rows(CONSENTS, range()).await?;
        let records = conn.rows(RECORDS, range()).await?;
        let live = conn.rows(ITEMS, range()).await?;
        let apart = self.separated.rows(ITEMS, range()).await?;
        let holds = self.held(conn).await?;
        let mut held: HashMap<RecordId, (ItemSet, ItemSet)> = HashMap::new();
        for (rows, is_live) in [(&live, true), (&apart, false)] {
            for row in rows {
                let items: String = row.only()?;
                for item in items.split('\n') {
                    let (record, name) = item.split_once('\t').ok_or(NO_RECORD)?;
                    let (live, apart) = held.entry(record_id(record)?).or_default();
                    let items = if is_live { live } else { apart };
                    *items = items.with(names.item(name)?);
                }
            }
        }
        let at: HashMap<PersonId, usize> = people.iter().map(|p| p.person).zip(0..).collect();
        for row in consents {
            let mut columns = row.columns();
            let person = PersonId::from_row(columns.take()?)?;
            let purpose = names.purpose(&columns.take::<String>()?)?;
            let Some(person) = at.get(&person).map(|at| &mut people[*at]) else { continue };
            match columns.instant_or_none("consents.withdrawn")? {
                None => person.consents = person.consents.with(purpose),
                Some(withdrawn) => person.taken_back.push((purpose, withdrawn)),
            }
        }
        for row in records {
            let mut columns = row.columns();
            let (person, records) = (PersonId::from_row(columns.take()?)?, columns.take::<String>()?);
            let Some(person) = at.get(&person).map(|at| &mut people[*at]) else { continue };
            for record in records.split('\n') {
                let mut fields = record.splitn(4, '\t');
                let mut field = || fields.next().ok_or(NO_RECORD);
                let (record, class, stored) = (record_id(field()?)?, names.class(field()?)?, read_stored(field()?)?);
                let events = read_events(field()?)?;
                let (live, apart) = held.get(&record).copied().unwrap_or_default();
                // A move that stopped half way leaves both; only the place that the record names counts.
                let items = if stored == StoredIn::Live { live } else { apart };
                let held = holds.person(person.person) || holds.record(record);
                person.records.push(RecordOnFile { record, class, stored, items, events, held });
            }
        }
        Ok(people)
    }
}

/// Whom and what holds are on.
pub(crate) struct Held(HashSet<Subject>);

impl Held {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn person(&self, person: PersonId) -> bool {
        !self.0.is_empty() && self.0.contains(&Subject::person(person))
    }

    pub(crate) fn record(&self, record: RecordId) -> bool {
        !self.0.is_empty() && self.0.contains(&Subject::record(record))
    }
}

const CONSENTS: &str =
    "select person, purpose, withdrawn from consents where person >= $1 and person <= $2 order by person, purpose";
/// A row a person, as handing rows over is what takes the time: lines of id, class, store and events. An id is digits, and
/// no name has a tab.
const RECORDS: Sql = Sql {
    sqlite: "select person, group_concat(hex(id) || char(9) || class || char(9) || stored || char(9) || events, \
        char(10) order by id) from records where person >= $1 and person <= $2 group by person",
    postgres: "select person, string_agg(encode(id, 'hex') || chr(9) || class || chr(9) || stored || chr(9) || events, \
        chr(10) order by id) from records where person >= $1 and person <= $2 group by person",
};
/// The same: lines of record and item.
const ITEMS: Sql = Sql {
    sqlite: "select group_concat(hex(record) || char(9) || item, char(10)) \
        from items where person >= $1 and person <= $2 group by person",
    postgres: "select string_agg(encode(record, 'hex') || chr(9) || item, chr(10)) \
        from items where person >= $1 and person <= $2 group by person",
};
const NO_RECORD: VaultError = VaultError::Unreadable { what: "a record" };

fn record_id(digits: &str) -> Result<RecordId, VaultError> {
    digits.parse().map_err(|_| NO_RECORD)
}

fn person_of(row: &Row) -> Result<PersonOnFile, VaultError> {
    let mut columns = row.columns();
    let (person, organisation) = (PersonId::from_row(columns.take()?)?, works_for(&mut columns)?);
    let membership = membership(&mut columns)?;
    let (objected, revision): (i64, i64) = (columns.take()?, columns.take()?);
    Ok(PersonOnFile {
        person,
        organisation,
        membership,
        objected: objected != 0,
        revision,
        consents: PurposeSet::EMPTY,
        taken_back: Vec::new(),
        records: Vec::new(),
    })
}

/// The next column: the customer company that somebody belongs to.
pub(crate) fn works_for(columns: &mut Columns<'_>) -> Result<Option<OrganisationId>, VaultError> {
    Ok(columns.take::<Option<i64>>()?.map(OrganisationId::from_row))
}

fn membership(columns: &mut Columns<'_>) -> Result<Membership, VaultError> {
    let state: String = columns.take()?;
    let since = columns.instant("persons.since")?;
    let notified = columns.instant_or_none("persons.notified")?;
    let chosen: Option<String> = columns.take()?;
    let unreadable = VaultError::Unreadable { what: "a membership" };
    Ok(match state.as_str() {
        "none" => Membership::None,
        "active" => {
            let chosen = chosen.map(|text| text.parse::<Period>()).transpose().map_err(|_| unreadable)?;
            Membership::Active { last_use: since, notified, chosen }
        }
        "dormant" => Membership::Dormant { since },
        "ended" => Membership::Ended { at: since },
        _ => return Err(unreadable),
    })
}

/// `state`, `since`, `notified` and `chosen` of a row, as of `now` for somebody who is no member.
pub(crate) fn columns_of(membership: Membership, now: Timestamp) -> [Value; 4] {
    let row = |state: &str, since: Timestamp, notified: Option<Timestamp>, chosen: Option<Period>| {
        [state.into(), since.into(), notified.into(), chosen.map(|period| period.to_string()).into()]
    };
    match membership {
        Membership::None => row("none", now, None, None),
        Membership::Active { last_use, notified, chosen } => row("active", last_use, notified, chosen),
        Membership::Dormant { since } => row("dormant", since, None, None),
        Membership::Ended { at } => row("ended", at, None, None),
    }
}

/// What a membership is called in messages.
pub(crate) fn state_name(membership: Membership) -> &'static str {
    match membership {
        Membership::None => "none",
        Membership::Active { .. } => "in use",
        Membership::Dormant { .. } => "dormant",
        Membership::Ended { .. } => "over",
    }
}
