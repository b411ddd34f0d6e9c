//! Jobs: long work that survives whoever does it.
//!
//! A worker claims a job for a while and says now and then that it is still there. When it is killed, the lease runs
//! out and another worker claims the job again; the attempt's number keeps the dead one, should it wake, from
//! writing over its successor.

use crate::{Snapshot, StoreError, Tx};
use jiff::{SignedDuration, Timestamp};
use vestry_database::{Row, Sql, args};
use vestry_model::{JobId, OrganisationId};

/// How often a job is tried; also bounds what a job does that kills its worker.
pub const MAX_ATTEMPTS: u32 = 5;
/// How many error rows a job keeps; further ones are counted only.
pub const MAX_ERRORS: u32 = 1_000;

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobState {
    /// It waits for a worker, or for the end of a pause after a failure.
    Queued {
        /// Not before.
        run_after: Timestamp,
    },
    /// A worker has it.
    Running {
        /// Until then, unless the worker asks for more.
        lease_until: Timestamp,
    },
    /// It is done.
    Done {
        /// Since when.
        finished: Timestamp,
        /// What it has to say, JSON.
        result: Option<String>,
    },
    /// It failed for good.
    Failed {
        /// Since when.
        finished: Timestamp,
        /// Why.
        error: String,
        /// The name of what was wrong; none where an older program wrote it.
        code: Option<String>,
    },
    /// Somebody stopped it.
    Cancelled {
        /// Since when.
        finished: Timestamp,
    },
}

/// How far a job is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Parts done; a worker that takes over starts here.
    pub done: u64,
    /// Parts in all, once known.
    pub total: Option<u64>,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// What kind of work.
    pub kind: String,
    /// What exactly, JSON.
    pub payload: String,
    /// Where it stands.
    pub state: JobState,
    /// How far it is.
    pub progress: Progress,
    /// How many error rows it met, kept or not.
    pub errors: u64,
    /// How often it was started.
    pub attempts: u32,
    /// Why the last attempt failed, if it did.
    pub last_error: Option<String>,
    /// When it was asked for.
    pub created: Timestamp,
    /// When it was first started.
    pub started: Option<Timestamp>,
}

/// The right to work on a job: this attempt and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    job: JobId,
    attempt: u32,
}

impl Claim {
    /// On which job.
    pub const fn job(self) -> JobId {
        self.job
    }
}

/// A part of a job that could not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobError {
    /// The line of the input, if it has lines.
    pub line: Option<u64>,
    /// The value that was refused.
    pub value: String,
    /// The name of what was wrong; none where an older program wrote it.
    pub code: Option<String>,
    /// The column of the input at fault, if one is.
    pub place: Option<String>,
    /// The number that a sentence about it names, such as a limit.
    pub number: Option<u64>,
    /// Why, in English.
    pub message: String,
}

/// Every column that [`job`] reads.
macro_rules! columns {
    () => {
        "id, organisation, kind, state, payload, result, done, total, errors, attempts, run_after, lease_until, \
        error, error_code, created, started, finished"
    };
}

fn job(row: &Row) -> Result<Job, StoreError> {
    let unreadable = |column| StoreError::Unreadable { column };
    let mut columns = row.columns();
    let (id, organisation) = (columns.take()?, columns.take()?);
    let (kind, state): (String, String) = (columns.take()?, columns.take()?);
    let (payload, result) = (columns.take()?, columns.take()?);
    let (done, total): (i64, Option<i64>) = (columns.take()?, columns.take()?);
    let (errors, attempts): (i64, i64) = (columns.take()?, columns.take()?);
    let run_after = columns.instant("jobs.run_after")?;
    let lease_until = columns.instant_or_none("jobs.lease_until")?;
    let (error, code): (Option<String>, Option<String>) = (columns.take()?, columns.take()?);
    let (created, started) = (columns.instant("jobs.created")?, columns.instant_or_none("jobs.started")?);
    let finished = columns.instant_or_none("jobs.finished")?;
    let finished = finished.ok_or(unreadable("jobs.finished"));
    let state = match state.as_str() {
        "queued" => JobState::Queued { run_after },
        "running" => JobState::Running { lease_until: lease_until.ok_or(unreadable("jobs.lease_until"))? },
        "done" => JobState::Done { finished: finished?, result },
        "failed" => JobState::Failed { finished: finished?, error: error.clone().unwrap_or_default(), code },
        "cancelled" => JobState::Cancelled { finished: finished? },
        _ => return Err(unreadable("jobs.state")),
    };
    Ok(Job {
        id: JobId::from_row(id),
        organisation: OrganisationId::from_row(organisation),
        kind,
        payload,
        state,
        progress: Progress { done: done.unsigned_abs(), total: total.map(i64::unsigned_abs) },
        errors: errors.unsigned_abs(),
        attempts: u32::try_from(attempts).map_err(|_| unreadable("jobs.attempts"))?,
        last_error: error,
        created,
        started,
    })
}

/// How long to wait before attempt `attempts + 1`: 10 s, 40 s, 160 s… up to an hour.
fn back_off(attempts: u32) -> SignedDuration {
    SignedDuration::from_secs(10i64.saturating_mul(4i64.saturating_pow(attempts.saturating_sub(1))).min(3_600))
}

fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Snapshot {
    /// An organisation's job.
    pub async fn job(&mut self, organisation: OrganisationId, id: JobId) -> Result<Option<Job>, StoreError> {
        const SQL: &str = concat!("select ", columns!(), " from jobs where organisation = $1 and id = $2");
        self.conn.row(SQL, args![organisation.get(), id.get()]).await?.as_ref().map(job).transpose()
    }

    /// An organisation's jobs, newest first, those before `before`.
    pub async fn jobs(
        &mut self,
        organisation: OrganisationId,
        before: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        const SQL: &str =
            concat!("select ", columns!(), " from jobs where organisation = $1 and id < $2 order by id desc limit $3");
        let args = args![organisation.get(), before.map_or(i64::MAX, JobId::get), limit];
        self.conn.rows(SQL, args).await?.iter().map(job).collect()
    }

    /// The errors that an organisation's job kept, in the order it met them; at most [`MAX_ERRORS`].
    pub async fn job_errors(&mut self, organisation: OrganisationId, id: JobId) -> Result<Vec<JobError>, StoreError> {
        const SQL: &str = "select line, value, code, place, number, message from job_errors \
            where job in (select id from jobs where organisation = $1 and id = $2) order by id";
        let error = |row: &Row| {
            let mut columns = row.columns();
            Ok(JobError {
                line: columns.take::<Option<i64>>()?.map(i64::unsigned_abs),
                value: columns.take()?,
                code: columns.take()?,
                place: columns.take()?,
                number: columns.take::<Option<i64>>()?.map(i64::unsigned_abs),
                message: columns.take()?,
            })
        };
        self.conn.rows(SQL, args![organisation.get(), id.get()]).await?.iter().map(error).collect()
    }
}

impl Tx {
    /// Asks for work. `payload` is JSON that the worker understands.
    pub async fn enqueue_job(
        &mut self,
        organisation: OrganisationId,
        kind: &str,
        payload: &str,
        now: Timestamp,
    ) -> Result<JobId, StoreError> {
        const SQL: &str = "insert into jobs (organisation, kind, state, payload, run_after, created) \
            values ($1, $2, 'queued', $3, $4, $4) returning id";
        let row = self.conn.row(SQL, args![organisation.get(), kind, payload, now]).await?;
        Ok(JobId::from_row(row.ok_or(StoreError::Unreadable { column: "jobs.id" })?.only()?))
    }

    /// Claims the oldest job that is due as of `now`, for `lease`: one that is queued, or one whose worker let its
    /// lease run out. Commit before working on it. A job that ran out of attempts is failed instead.
    pub async fn claim_job(
        &mut self,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<Option<(Claim, Job)>, StoreError> {
        const GIVE_UP: &str = "update jobs set state = 'failed', finished = $1, lease_until = null, \
            error = coalesce(error, 'the worker stopped without a word; see its log') \
            where state = 'running' and lease_until <= $1 and attempts >= $2";
        const CLAIM: Sql = Sql {
            sqlite: concat!(
                "update jobs set state = 'running', lease_until = $2, attempts = attempts + 1, \
                started = coalesce(started, $1) where id = (select id from jobs \
                where (state = 'queued' and run_after <= $1) or (state = 'running' and lease_until <= $1) \
                order by id limit 1) returning ",
                columns!()
            ),
            postgres: concat!(
                "update jobs set state = 'running', lease_until = $2, attempts = attempts + 1, \
                started = coalesce(started, $1) where id = (select id from jobs \
                where (state = 'queued' and run_after <= $1) or (state = 'running' and lease_until <= $1) \
                order by id limit 1 for update skip locked) returning ",
                columns!()
            ),
        };
        self.conn.run(GIVE_UP, args![now, MAX_ATTEMPTS]).await?;
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let Some(row) = self.conn.row(CLAIM, args![now, until]).await? else { return Ok(None) };
        let job = job(&row)?;
        Ok(Some((Claim { job: job.id, attempt: job.attempts }, job)))
    }

    /// Says that the worker is still there and how far it is; the lease runs until `now + lease` again. In the
    /// transaction that did the work, progress and work are one.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when the job was cancelled or is somebody else's: drop the transaction and stop.
    pub async fn progress_job(
        &mut self,
        claim: Claim,
        progress: Progress,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<(), StoreError> {
        const SQL: &str = "update jobs set done = $3, total = $4, lease_until = $5 \
            where id = $1 and attempts = $2 and state = 'running'";
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        let (done, total) = (stored(progress.done), progress.total.map(stored));
        self.held(SQL, claim, args![claim.job.get(), claim.attempt, done, total, until]).await
    }

    /// Asks for more time without saying how far the work is; fails as [`Tx::progress_job`] does.
    pub async fn renew_job(&mut self, claim: Claim, now: Timestamp, lease: SignedDuration) -> Result<(), StoreError> {
        const SQL: &str = "update jobs set lease_until = $3 where id = $1 and attempts = $2 and state = 'running'";
        let until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        self.held(SQL, claim, args![claim.job.get(), claim.attempt, until]).await
    }

    /// Adds errors; the first [`MAX_ERRORS`] are kept, all are counted.
    pub async fn add_job_errors(&mut self, claim: Claim, errors: &[JobError]) -> Result<(), StoreError> {
        const COUNT: &str = "update jobs set errors = errors + $3 \
            where id = $1 and attempts = $2 and state = 'running' returning errors";
        const INSERT: &str = "insert into job_errors (job, line, value, code, place, number, message) values (..)";
        let row = self.conn.row(COUNT, args![claim.job.get(), claim.attempt, stored(errors.len() as u64)]).await?;
        let count: i64 = row.ok_or(StoreError::LeaseLost(claim.job))?.only()?;
        let before = count.unsigned_abs() as usize - errors.len();
        let room = (MAX_ERRORS as usize).saturating_sub(before);
        let row = |e: &JobError| {
            let (code, place, number) = (e.code.as_deref(), e.place.as_deref(), e.number.map(stored));
            args![claim.job.get(), e.line.map(stored), e.value.as_str(), code, place, number, e.message.as_str()]
        };
        self.conn.insert(INSERT, errors.iter().take(room).map(row).collect()).await?;
        Ok(())
    }

    /// Says that the work is done, with a JSON `result`; fails as [`Tx::progress_job`] does.
    pub async fn finish_job(&mut self, claim: Claim, result: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "update jobs set state = 'done', result = $3, finished = $4, lease_until = null, \
            error = null where id = $1 and attempts = $2 and state = 'running'";
        self.held(SQL, claim, args![claim.job.get(), claim.attempt, result, now]).await
    }

    /// Says that this attempt failed. The job is tried again after a pause that grows, [`MAX_ATTEMPTS`] times.
    pub async fn retry_job(
        &mut self,
        claim: Claim,
        (error, code): (&str, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "update jobs set state = 'queued', run_after = $3, lease_until = null, error = $4 \
            where id = $1 and attempts = $2 and state = 'running'";
        if claim.attempt >= MAX_ATTEMPTS {
            return self.fail_job(claim, (error, code), now).await;
        }
        let again = now.saturating_add(back_off(claim.attempt)).unwrap_or(Timestamp::MAX);
        self.held(SQL, claim, args![claim.job.get(), claim.attempt, again, error]).await
    }

    /// Says that the job cannot be done, however often it is tried, in English and by the name of what is wrong; fails as
    /// [`Tx::progress_job`] does.
    pub async fn fail_job(
        &mut self,
        claim: Claim,
        (error, code): (&str, &str),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "update jobs set state = 'failed', error = $3, error_code = $5, finished = $4, \
            lease_until = null where id = $1 and attempts = $2 and state = 'running'";
        self.held(SQL, claim, args![claim.job.get(), claim.attempt, error, now, code]).await
    }

    /// Stops a job that is not over; its worker notices at its next word. Whether there was something to stop.
    pub async fn cancel_job(
        &mut self,
        organisation: OrganisationId,
        id: JobId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "update jobs set state = 'cancelled', finished = $3, lease_until = null \
            where organisation = $1 and id = $2 and state in ('queued', 'running')";
        Ok(self.conn.run(SQL, args![organisation.get(), id.get(), now]).await? > 0)
    }

    async fn held(
        &mut self,
        sql: &'static str,
        claim: Claim,
        args: Vec<vestry_database::Value>,
    ) -> Result<(), StoreError> {
        match self.conn.run(sql, args).await? {
            0 => Err(StoreError::LeaseLost(claim.job)),
            _ => Ok(()),
        }
    }
}
