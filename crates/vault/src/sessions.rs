//! Who is signed in, which links were mailed, and how often somebody tried in vain.
//!
//! Only hashes of what a browser or a mail carries are rows here. None of it is in a backup: after a restore everybody
//! signs in again.

use crate::{
    Vault,
    error::VaultError,
    lookup::LookupKey,
    people::works_for,
    place::PersonId,
    roles::{Role, role_from_row},
};
use jiff::Timestamp;
use std::{collections::HashMap, sync::Mutex};
use vestry_database::{Conn, args};
use vestry_model::OrganisationId;

/// A session as it stands now: of somebody who is a member in use, or of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionOnFile {
    /// Whose.
    pub person: PersonId,
    /// Since when.
    pub begun: Timestamp,
    /// When it was last used, to the minute.
    pub used: Timestamp,
    /// The customer company they work for.
    pub organisation: Option<OrganisationId>,
    /// What they may do.
    pub role: Option<Role>,
}

/// How often somebody tried in vain since they last succeeded, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptsOnFile {
    /// How often.
    pub failures: u32,
    /// The last time.
    pub last: Timestamp,
}

/// An attempt that was counted before it was made.
#[derive(Debug, Clone, Copy)]
pub struct CountedAttempt {
    subject: [u8; 32],
    before: AttemptsOnFile,
    after: AttemptsOnFile,
}

/// How long a use of a session may go unwritten: it is a write.
const USED_WITHIN: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);

const PUT_LINK: &str = "insert into links (token, person, what, ends) values ($1, $2, $3, $4)";

/// Longer than any session may be idle.
const IDLE_AT_MOST: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// Sessions as they were read, each with the count of commits before it was.
#[derive(Debug, Default)]
pub(crate) struct SessionCache(Mutex<Cached>);

#[derive(Debug, Default)]
struct Cached {
    commits: u64,
    sessions: HashMap<[u8; 32], SessionOnFile>,
}

/// Tokens that are known at once; more begin anew.
const CACHED_AT_MOST: usize = 16_384;

impl SessionCache {
    fn get(&self, token: &[u8; 32], commits: u64) -> Option<SessionOnFile> {
        let cached = self.0.lock().expect("no holder panics");
        if cached.commits == commits { cached.sessions.get(token).copied() } else { None }
    }

    /// Keeps what was read after `commits` were counted. A commit since then makes it a thing of the past.
    fn put(&self, token: [u8; 32], commits: u64, session: SessionOnFile) {
        let mut cached = self.0.lock().expect("no holder panics");
        if cached.commits < commits || cached.sessions.len() >= CACHED_AT_MOST {
            *cached = Cached { commits, sessions: HashMap::new() };
        }
        if cached.commits == commits {
            cached.sessions.insert(token, session);
        }
    }
}

fn token_of(bytes: Vec<u8>) -> Result<[u8; 32], VaultError> {
    bytes.try_into().map_err(|_| VaultError::Unreadable { what: "a session" })
}

/// Spends a link with what else a transaction does.
///
/// # Errors
/// [`VaultError::Spent`].
pub(crate) async fn spend(conn: &mut Conn, token: &[u8; 32], what: &'static str) -> Result<(), VaultError> {
    match conn.run("delete from links where token = $1 and what = $2", args![token.as_slice(), what]).await? {
        0 => Err(VaultError::Spent { what }),
        _ => Ok(()),
    }
}

impl Vault {
    /// Begins a session under the hash of its token, and forgets those that nobody used for a day: no rule lets a session
    /// be idle for so long.
    pub async fn begin_session(&self, token: &[u8; 32], person: PersonId, now: Timestamp) -> Result<(), VaultError> {
        const SQL: &str = "insert into sessions (token, person, begun, used) values ($1, $2, $3, $3)";
        const IDLE: &str = "delete from sessions where used < $1";
        let mut conn = self.people.begin().await?;
        conn.run(IDLE, args![now - IDLE_AT_MOST]).await?;
        conn.run(SQL, args![token.as_slice(), person.value(), now]).await?;
        Ok(conn.commit().await?)
    }

    /// The session of a token's hash, as the database has it at this moment: whoever left or is shut out is out at once, in
    /// every process. What was read is read again only after something was committed, where nobody else could.
    pub async fn session(&self, token: &[u8; 32], now: Timestamp) -> Result<Option<SessionOnFile>, VaultError> {
        let Some(commits) = self.people.commits() else {
            return self.together.ask(*token, |tokens| self.read_sessions(tokens, now)).await;
        };
        if let Some(known) = self.sessions.get(token, commits) {
            return Ok(Some(known));
        }
        let found = self.read_sessions(vec![*token], now).await?.remove(token);
        if let Some(session) = found {
            self.sessions.put(*token, commits, session);
        }
        Ok(found)
    }

    async fn read_sessions(
        &self,
        tokens: Vec<[u8; 32]>,
        now: Timestamp,
    ) -> Result<HashMap<[u8; 32], SessionOnFile>, VaultError> {
        const SQL: &str = "select s.token, s.person, s.begun, s.used, p.organisation, p.role from sessions s \
            join persons p on p.id = s.person where (p.state = 'active' or p.state = 'none') \
            and (p.banned is null or p.banned <= $1) and s.token in (..)";
        let tokens = tokens.iter().map(|token| token.as_slice().into()).collect();
        let mut found = HashMap::new();
        for row in self.people.rows_in(SQL, args![now], tokens).await? {
            let mut columns = row.columns();
            let token = token_of(columns.take()?)?;
            let session = SessionOnFile {
                person: PersonId::from_row(columns.take()?)?,
                begun: columns.instant("sessions.begun")?,
                used: columns.instant("sessions.used")?,
                organisation: works_for(&mut columns)?,
                role: role_from_row(columns.take()?)?,
            };
            found.insert(token, session);
        }
        Ok(found)
    }

    /// Notes that a session is used, unless that was noted within the minute.
    pub async fn use_session(
        &self,
        token: &[u8; 32],
        session: &SessionOnFile,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        const SQL: &str = "update sessions set used = $2 where token = $1 and used < $2";
        if now.duration_since(session.used) < USED_WITHIN {
            return Ok(());
        }
        let mut conn = self.people.begin().await?;
        conn.run(SQL, args![token.as_slice(), now]).await?;
        Ok(conn.commit().await?)
    }

    /// The sessions of a person, the newest first, with the hashes of their tokens.
    pub async fn sessions_of(&self, person: PersonId) -> Result<Vec<([u8; 32], Timestamp, Timestamp)>, VaultError> {
        const SQL: &str = "select token, begun, used from sessions where person = $1 order by begun desc, token";
        let rows = self.people.rows(SQL, args![person.value()]).await?;
        let of = |row: &vestry_database::Row| {
            let mut columns = row.columns();
            Ok((token_of(columns.take()?)?, columns.instant("sessions.begun")?, columns.instant("sessions.used")?))
        };
        rows.iter().map(of).collect()
    }

    /// Ends one session.
    pub async fn end_session(&self, token: &[u8; 32]) -> Result<(), VaultError> {
        let mut conn = self.people.begin().await?;
        conn.run("delete from sessions where token = $1", args![token.as_slice()]).await?;
        Ok(conn.commit().await?)
    }

    /// Ends the sessions of a person, but for one that goes on.
    pub async fn end_sessions(&self, person: PersonId, but: Option<&[u8; 32]>) -> Result<u64, VaultError> {
        const SQL: &str = "delete from sessions where person = $1 and token <> $2";
        let but = but.map_or(Vec::new(), |token| token.to_vec());
        let mut conn = self.people.begin().await?;
        let ended = conn.run(SQL, args![person.value(), but]).await?;
        conn.commit().await?;
        Ok(ended)
    }

    /// Keeps the hash of a link that is mailed: good once, for `what`, until `ends`. An older one for the same is void.
    pub async fn put_link(
        &self,
        token: &[u8; 32],
        person: PersonId,
        what: &str,
        ends: Timestamp,
    ) -> Result<(), VaultError> {
        const OLDER: &str = "delete from links where person = $1 and what = $2";
        let mut conn = self.people.begin().await?;
        conn.run(OLDER, args![person.value(), what]).await?;
        conn.run(PUT_LINK, args![token.as_slice(), person.value(), what, ends]).await?;
        Ok(conn.commit().await?)
    }

    /// The same beside older ones, which stay good.
    pub async fn add_link(
        &self,
        token: &[u8; 32],
        person: PersonId,
        what: &str,
        ends: Timestamp,
    ) -> Result<(), VaultError> {
        let mut conn = self.people.begin().await?;
        conn.run(PUT_LINK, args![token.as_slice(), person.value(), what, ends]).await?;
        Ok(conn.commit().await?)
    }

    /// Whom a link is about that still holds; it stays good.
    pub async fn link(&self, token: &[u8; 32], what: &str, now: Timestamp) -> Result<Option<PersonId>, VaultError> {
        const SQL: &str = "select person from links where token = $1 and what = $2 and ends > $3";
        let row = self.people.row(SQL, args![token.as_slice(), what, now]).await?;
        row.map(|row| PersonId::from_row(row.only()?)).transpose()
    }

    /// Spends a link; whom it is about, unless it was spent, is too old or for something else.
    pub async fn spend_link(
        &self,
        token: &[u8; 32],
        what: &str,
        now: Timestamp,
    ) -> Result<Option<PersonId>, VaultError> {
        const SQL: &str = "delete from links where token = $1 and what = $2 and ends > $3 returning person";
        const OLD: &str = "delete from links where ends <= $1";
        let mut conn = self.people.begin().await?;
        let row = conn.row(SQL, args![token.as_slice(), what, now]).await?;
        conn.run(OLD, args![now]).await?;
        let person = row.map(|row| PersonId::from_row(row.only()?)).transpose()?;
        conn.commit().await?;
        Ok(person)
    }

    /// Voids the links that were mailed to a person for `what`.
    pub async fn void_links(&self, person: PersonId, what: &str) -> Result<(), VaultError> {
        let mut conn = self.people.begin().await?;
        conn.run("delete from links where person = $1 and what = $2", args![person.value(), what]).await?;
        Ok(conn.commit().await?)
    }

    /// The name under which attempts of `who`, such as a mail or an address of a network, are counted: a keyed hash.
    pub fn attempts_of(&self, who: &str) -> [u8; 32] {
        LookupKey::of_master(&self.masters.live, self.installation, "attempts").hash(who)
    }

    /// A name for somebody in another database: a keyed hash of their id.
    pub fn pseudonym_of(&self, person: PersonId) -> [u8; 32] {
        LookupKey::of_master(&self.masters.live, self.installation, "pseudonym").hash(&person.to_string())
    }

    /// What shows that an address to a certificate was made here: a keyed hash of what it says.
    pub fn mark_of_certificate(&self, said: &str) -> [u8; 32] {
        LookupKey::of_master(&self.masters.live, self.installation, "certificate").hash(said)
    }

    /// Counts an attempt of each of `subjects` as one in vain, before anybody knows. `judge` says of each, by its place, what
    /// stands after one more, or why there may be none; then nothing is counted. Asking and counting are one transaction,
    /// so that of many at once no more get through. Attempts whose last one lies before `old` are forgotten.
    pub async fn count_attempt<E: From<VaultError>>(
        &self,
        subjects: &[[u8; 32]],
        (old, now): (Timestamp, Timestamp),
        judge: impl Fn(usize, AttemptsOnFile) -> Result<AttemptsOnFile, E>,
    ) -> Result<Vec<CountedAttempt>, E> {
        const OLD: &str = "delete from attempts where last < $1";
        const SQL: &str = "update attempts set failures = $2, last = $3 where subject = $1";
        let mut conn = self.people.begin().await.map_err(VaultError::from)?;
        conn.run(OLD, args![old]).await.map_err(VaultError::from)?;
        let mut counted = Vec::new();
        for (at, subject) in subjects.iter().enumerate() {
            let before = hold_attempts(&mut conn, subject, now).await?;
            let after = judge(at, before)?;
            let args = args![subject.as_slice(), after.failures, after.last];
            conn.run(SQL, args).await.map_err(VaultError::from)?;
            counted.push(CountedAttempt { subject: *subject, before, after });
        }
        conn.commit().await.map_err(VaultError::from)?;
        Ok(counted)
    }

    /// Takes back what was counted of an attempt that was not in vain. When the last one before it was stands again, unless
    /// another was counted meanwhile.
    pub async fn take_back_attempt(&self, counted: &[CountedAttempt]) -> Result<(), VaultError> {
        const SQL: &str = "update attempts set failures = failures - 1, \
            last = case when failures = $2 then $3 else last end where subject = $1 and failures > 0";
        const NONE: &str = "delete from attempts where subject = $1 and failures = 0";
        let mut conn = self.people.begin().await?;
        for CountedAttempt { subject, before, after } in counted {
            conn.run(SQL, args![subject.as_slice(), after.failures, before.last]).await?;
            conn.run(NONE, args![subject.as_slice()]).await?;
        }
        Ok(conn.commit().await?)
    }

    /// Forgets the attempts of who succeeded.
    pub async fn forget_attempts(&self, of: &CountedAttempt) -> Result<(), VaultError> {
        let mut conn = self.people.begin().await?;
        conn.run("delete from attempts where subject = $1", args![of.subject.as_slice()]).await?;
        Ok(conn.commit().await?)
    }
}

/// What stands of a subject's attempts; its row is ours until the transaction ends.
async fn hold_attempts(conn: &mut Conn, subject: &[u8; 32], now: Timestamp) -> Result<AttemptsOnFile, VaultError> {
    // It changes nothing, and waits for whoever counts at the same time.
    const SQL: &str = "insert into attempts (subject, failures, last) values ($1, 0, $2) on conflict (subject) \
        do update set failures = attempts.failures returning failures, last";
    let row = conn.row(SQL, args![subject.as_slice(), now]).await?;
    let row = row.ok_or(VaultError::Unreadable { what: "attempts" })?;
    let mut columns = row.columns();
    let failures: i64 = columns.take()?;
    let failures = u32::try_from(failures).unwrap_or(u32::MAX);
    Ok(AttemptsOnFile { failures, last: columns.instant("attempts.last")? })
}
