//! What members are asked at their next login: those who came of age for consents of their own, all when what they agreed
//! to has other terms now.

use crate::{
    Vault,
    error::VaultError,
    names::{read_events, write_events},
    notices::letter,
    people::works_for,
    place::{PersonId, RecordId},
    writing::{Batch, touch},
};
use jiff::Timestamp;
use vestry_database::{Columns, Row, args};
use vestry_model::OrganisationId;
use vestry_policy::{Event, Policy, PurposeId};

/// The mark of who came of age and was not asked yet.
const OF_AGE: &str = "of-age";

/// A consent as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentOnFile {
    /// To what.
    pub purpose: PurposeId,
    /// Since when.
    pub given: Timestamp,
    /// When it was taken back.
    pub withdrawn: Option<Timestamp>,
}

impl Vault {
    /// On the day on which a member turns fourteen, what the guardian consented to ends, and the member is to be asked, by
    /// `text` as a letter and at the next login. How many came of age.
    pub async fn come_of_age(&self, policy: &Policy, text: &str, now: Timestamp) -> Result<u64, VaultError> {
        const GUARDED: &str = "select r.person, r.id, r.events, p.organisation from records r \
            join persons p on p.id = r.person where r.class = 'guardian' and p.state in ('active', 'dormant')";
        const ASK: &str = "update persons set asks = $2 where id = $1";
        const ENDS: &str = "update consents set withdrawn = $2 where person = $1 and given < $2 and withdrawn is null";
        const DONE: &str = "update records set events = $2 where id = $1";
        let today = policy.local(now).date();
        let rows = self.people.rows(GUARDED, args![]).await?;
        let mut came = 0;
        for row in &rows {
            let Guarded { person, record, mut events, organisation } = Guarded::read(row)?;
            let of_age = events.iter().find(|(event, _)| *event == Event::OfAge).map(|(_, at)| *at);
            let Some(of_age) = of_age.filter(|at| policy.local(*at).date() <= today) else { continue };
            if events.iter().any(|(event, _)| *event == Event::Closed) {
                continue;
            }
            let mut batch = Batch::default();
            self.seal_record(policy, &mut batch, (person, organisation), &letter(policy, text, now)?)?;
            self.keyring.add(&batch.keys).await?;
            events.push((Event::Closed, now));
            let _one = self.changing.lock().await;
            let mut conn = self.people.begin().await?;
            match touch(&mut conn, person).await {
                // Gone in the meantime.
                Err(VaultError::UnknownPerson(_)) => continue,
                touched => touched?,
            }
            conn.run(ENDS, args![person.value(), of_age]).await?;
            conn.run(ASK, args![person.value(), OF_AGE]).await?;
            conn.run(DONE, args![record.value(), write_events(&events)]).await?;
            self.put_batch(&mut conn, batch).await?;
            self.steps.step("commit that somebody came of age")?;
            conn.commit().await?;
            came += 1;
        }
        Ok(came)
    }

    /// Whether somebody came of age and was not asked for consents of their own.
    pub async fn is_to_be_asked(&self, person: PersonId) -> Result<bool, VaultError> {
        const SQL: &str = "select 1 from persons where id = $1 and asks is not null";
        Ok(self.people.row(SQL, args![person.value()]).await?.is_some())
    }

    /// Notes that somebody answered what they were to be asked.
    pub async fn has_answered(&self, person: PersonId) -> Result<(), VaultError> {
        const SQL: &str = "update persons set asks = null where id = $1";
        let mut conn = self.people.begin().await?;
        conn.run(SQL, args![person.value()]).await?;
        Ok(conn.commit().await?)
    }

    /// Somebody's consents, given and taken back.
    pub async fn consents_of(&self, policy: &Policy, person: PersonId) -> Result<Vec<ConsentOnFile>, VaultError> {
        const SQL: &str = "select purpose, given, withdrawn from consents where person = $1 order by purpose";
        let rows = self.people.rows(SQL, args![person.value()]).await?;
        let mut consents = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut columns = row.columns();
            let purpose = columns.take::<String>()?;
            let given = columns.instant("consents.given")?;
            let withdrawn = columns.instant_or_none("consents.withdrawn")?;
            // A purpose that the version in force does not have is nothing to agree to.
            if let Some(purpose) = policy.purpose_named(&purpose) {
                consents.push(ConsentOnFile { purpose, given, withdrawn });
            }
        }
        Ok(consents)
    }

    /// Whoever left or took a consent back at `since` or later, and whoever objects, whenever that was: a sweep of their own
    /// follows such a word.
    pub async fn changed_since(&self, since: Timestamp) -> Result<Vec<PersonId>, VaultError> {
        const SQL: &str = "select p.id from persons p where p.state = 'ended' and p.since >= $1 or p.objected = 1 \
            or exists (select 1 from consents c where c.person = p.id and c.withdrawn >= $1) order by p.id";
        let rows = self.people.rows(SQL, args![since]).await?;
        rows.iter().map(|row| PersonId::from_row(row.only()?)).collect()
    }

    /// Members who consent to `purpose` and did so, or were last reminded of it, before `before`: at most `limit`.
    pub async fn agreed_before(
        &self,
        policy: &Policy,
        purpose: PurposeId,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<(PersonId, Timestamp)>, VaultError> {
        const SQL: &str = "select c.person, c.given from consents c join persons p on p.id = c.person \
            where c.purpose = $1 and c.withdrawn is null and coalesce(c.confirmed, c.given) < $2 \
            and p.state = 'active' limit $3";
        let name = policy.purpose(purpose).id.as_str();
        let rows = self.people.rows(SQL, args![name, before, limit]).await?;
        let read = rows.iter().map(|row| {
            let mut columns = row.columns();
            Ok((PersonId::from_row(columns.take()?)?, columns.instant("consents.given")?))
        });
        read.collect()
    }

    /// Reminds somebody of a consent, by `text` as a letter: the next reminder is counted from now.
    pub async fn remind(
        &self,
        policy: &Policy,
        person: PersonId,
        (purpose, text): (PurposeId, &str),
        now: Timestamp,
    ) -> Result<(), VaultError> {
        const SQL: &str = "update consents set confirmed = $3 \
            where person = $1 and purpose = $2 and withdrawn is null";
        let organisation = self.person(policy, person).await?.organisation;
        let mut batch = Batch::default();
        self.seal_record(policy, &mut batch, (person, organisation), &letter(policy, text, now)?)?;
        self.keyring.add(&batch.keys).await?;
        let mut conn = self.people.begin().await?;
        touch(&mut conn, person).await?;
        conn.run(SQL, args![person.value(), policy.purpose(purpose).id.as_str(), now]).await?;
        self.put_batch(&mut conn, batch).await?;
        Ok(conn.commit().await?)
    }
}

/// A guardian's record of somebody who is a member.
struct Guarded {
    person: PersonId,
    record: RecordId,
    events: Vec<(Event, Timestamp)>,
    organisation: Option<OrganisationId>,
}

impl Guarded {
    fn read(row: &Row) -> Result<Self, VaultError> {
        let mut columns: Columns<'_> = row.columns();
        Ok(Self {
            person: PersonId::from_row(columns.take()?)?,
            record: RecordId::from_row(columns.take()?)?,
            events: read_events(&columns.take::<String>()?)?,
            organisation: works_for(&mut columns)?,
        })
    }
}
