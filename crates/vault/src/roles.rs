//! What somebody may do: in the organisation they work for, or for the operator.

use crate::{
    Vault,
    error::VaultError,
    journal::Change,
    people::works_for,
    place::{PersonId, RecordId},
    sessions::spend,
    tombstone::Subject,
    writing::{SpentLink, touch},
};
use jiff::Timestamp;
use std::str::FromStr;
use vestry_database::{Conn, Sql, args};
use vestry_model::OrganisationId;

/// A role. Members have one of the first three, staff one of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sees the organisation's catalogue.
    Viewer,
    /// Changes it too.
    Editor,
    /// Invites people, gives roles and makes keys too.
    Owner,
    /// Reads the audit log and certificates, nobody's data.
    Auditor,
    /// Runs the machine: backups, settings, index; nobody's data.
    Operator,
    /// The privacy office: people, holds, sweeps, requests.
    Officer,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Viewer, Self::Editor, Self::Owner, Self::Auditor, Self::Operator, Self::Officer];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Owner => "owner",
            Self::Auditor => "auditor",
            Self::Operator => "operator",
            Self::Officer => "officer",
        }
    }

    /// Whether it is one of the operator's people.
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Auditor | Self::Operator | Self::Officer)
    }
}

/// Not the name of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a role; write `viewer`, `editor`, `owner`, `auditor`, `operator` or `officer`")]
pub struct NotARole;

impl FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(NotARole)
    }
}

pub(crate) fn role_from_row(text: Option<String>) -> Result<Option<Role>, VaultError> {
    text.map(|text| text.parse()).transpose().map_err(|NotARole| VaultError::Unreadable { what: "a role" })
}

impl Vault {
    /// Gives a role in place of the one somebody has. Taking one away is in the journal first, so that no restore
    /// gives it back; the sessions of whoever loses it end with it.
    ///
    /// # Errors
    /// [`VaultError::LastOfRole`] when nobody else would have the role of an owner in the organisation, or of an
    /// operator.
    pub async fn give_role(&self, person: PersonId, role: Option<Role>, now: Timestamp) -> Result<(), VaultError> {
        const GIVE: &str = "update persons set role = $2 where id = $1";
        let turn = self.changing.lock().await;
        let mut conn = self.people.begin().await?;
        let (before, organisation) = role_of(&mut conn, person).await?;
        if before == role {
            return Ok(());
        }
        if let Some(before) = before {
            refuse_last(&mut conn, person, before, organisation).await?;
            let change = Change::RoleRemoved { role: before.as_str().into() };
            self.change_in(&turn, &mut conn, (Subject::person(person), Some(person)), change, now).await?;
        }
        conn.run(GIVE, args![person.value(), role.map(Role::as_str)]).await?;
        touch(&mut conn, person).await?;
        Ok(conn.commit().await?)
    }

    /// Lets a member who works for nobody work for an organisation, by a link that is spent with it.
    ///
    /// # Errors
    /// [`VaultError::State`] for one who works for another: every sealed value is bound to the organisation.
    /// [`VaultError::Spent`] when somebody else came by the link.
    pub async fn join_organisation(
        &self,
        person: PersonId,
        (organisation, role): (OrganisationId, Role),
        (token, what): SpentLink,
    ) -> Result<(), VaultError> {
        const SQL: &str = "update persons set role = $3, revision = revision + 1 \
            where id = $1 and state = 'active' and organisation = $2";
        let mut conn = self.people.begin().await?;
        spend(&mut conn, &token, what).await?;
        match conn.run(SQL, args![person.value(), organisation.get(), role.as_str()]).await? {
            0 => Err(VaultError::State { state: "elsewhere", needed: "of this organisation" }),
            _ => Ok(conn.commit().await?),
        }
    }

    /// Somebody's role, and the organisation they work for.
    pub async fn role(&self, person: PersonId) -> Result<(Option<Role>, Option<OrganisationId>), VaultError> {
        role_of(&mut self.people.read().await?, person).await
    }

    /// Who has a role, and which: the members of an organisation, or the operator's people.
    pub async fn with_roles(&self, organisation: Option<OrganisationId>) -> Result<Vec<(PersonId, Role)>, VaultError> {
        const OURS: &str = "select id, role from persons where role in ('auditor', 'operator', 'officer') \
            and organisation is null and state = 'none' order by id";
        const THEIRS: &str = "select id, role from persons where organisation = $1 and role is not null \
            and state in ('active', 'dormant') order by id";
        let mut conn = self.people.read().await?;
        let rows = match organisation {
            None => conn.rows(OURS, args![]).await?,
            Some(organisation) => conn.rows(THEIRS, args![organisation.get()]).await?,
        };
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut columns = row.columns();
            let person = PersonId::from_row(columns.take()?)?;
            found.extend(role_from_row(columns.take()?)?.map(|role| (person, role)));
        }
        Ok(found)
    }

    /// Records of `class` that say that their person is in charge, who has no role any more: a stop, or a restore that
    /// repeated no more than the journal, came between the one and the other.
    pub async fn in_charge_of_nothing(&self, class: &str) -> Result<Vec<RecordId>, VaultError> {
        const SQL: &str = "select r.id from records r join persons p on p.id = r.person \
            where r.class = $1 and p.role is null and ' ' || r.events not like '% left=%' order by r.id";
        let rows = self.people.rows(SQL, args![class]).await?;
        rows.iter().map(|row| RecordId::from_row(row.only()?)).collect()
    }
}

async fn role_of(conn: &mut Conn, person: PersonId) -> Result<(Option<Role>, Option<OrganisationId>), VaultError> {
    const SQL: &str = "select role, organisation from persons where id = $1";
    let row = conn.row(SQL, args![person.value()]).await?.ok_or(VaultError::UnknownPerson(person))?;
    let mut columns = row.columns();
    Ok((role_from_row(columns.take()?)?, works_for(&mut columns)?))
}

/// Somebody has to be able to let others in. Whoever counts who is left counts alone, in whichever process: of the last two,
/// one stays.
async fn refuse_last(
    conn: &mut Conn,
    person: PersonId,
    role: Role,
    organisation: Option<OrganisationId>,
) -> Result<(), VaultError> {
    const ALL: Sql = Sql {
        sqlite: "select id from persons where role = $1 and organisation is not distinct from $2 \
            and state in ('none', 'active', 'dormant') order by id",
        postgres: "select id from persons where role = $1 and organisation is not distinct from $2 \
            and state in ('none', 'active', 'dormant') order by id for update",
    };
    if !matches!(role, Role::Owner | Role::Operator) {
        return Ok(());
    }
    for row in conn.rows(ALL, args![role.as_str(), organisation.map(OrganisationId::get)]).await? {
        if PersonId::from_row(row.only()?)? != person {
            return Ok(());
        }
    }
    Err(VaultError::LastOfRole { role: role.as_str() })
}
