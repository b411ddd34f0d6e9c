//! Jobs: claimed for a while, taken over from the dead, tried again, stopped.

use crate::{at, on_each_engine, organisation};
use jiff::SignedDuration;
use vestry_model::{JobId, OrganisationId};
use vestry_store::{Claim, Job, JobError, JobState, MAX_ATTEMPTS, MAX_ERRORS, Progress, Store, StoreError};

const LEASE: SignedDuration = SignedDuration::from_secs(60);

async fn enqueue(store: &Store, shop: OrganisationId, kind: &str, now: i64) -> JobId {
    let mut tx = store.begin().await.expect("begins");
    let id = tx.enqueue_job(shop, kind, r#"{"file":"a.csv"}"#, at(now)).await.expect("enqueues");
    tx.commit().await.expect("commits");
    id
}

async fn claim(store: &Store, now: i64) -> Option<(Claim, Job)> {
    let mut tx = store.begin().await.expect("begins");
    let claimed = tx.claim_job(at(now), LEASE).await.expect("claims");
    tx.commit().await.expect("commits");
    claimed
}

async fn job(store: &Store, shop: OrganisationId, id: JobId) -> Job {
    store.read().await.expect("reads").job(shop, id).await.expect("reads").expect("is there")
}

#[tokio::test]
async fn a_job_is_done_by_one_worker_after_the_other_was_asked_for() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        let first = enqueue(store, shop, "import", 0).await;
        let second = enqueue(store, shop, "index", 1).await;
        let queued = job(store, shop, first).await;
        assert_eq!(queued.state, JobState::Queued { run_after: at(0) });
        assert_eq!((queued.kind.as_str(), queued.payload.as_str()), ("import", r#"{"file":"a.csv"}"#));
        assert_eq!((queued.attempts, queued.created, queued.started), (0, at(0), None));
        assert_eq!(store.read().await.expect("reads").job(other, first).await.expect("reads"), None);

        let (held, running) = claim(store, 5).await.expect("is due");
        assert_eq!((held.job(), running.id, running.attempts, running.started), (first, first, 1, Some(at(5))));
        assert_eq!(running.state, JobState::Running { lease_until: at(65) });
        let (next, _) = claim(store, 6).await.expect("is due");
        assert_eq!(next.job(), second);
        assert!(claim(store, 7).await.is_none());

        let mut tx = store.begin().await.expect("begins");
        let progress = Progress { done: 3, total: Some(10) };
        tx.progress_job(held, progress, at(50), LEASE).await.expect("is held");
        tx.commit().await.expect("commits");
        let running = job(store, shop, first).await;
        assert_eq!((running.progress, running.state), (progress, JobState::Running { lease_until: at(110) }));
        let mut tx = store.begin().await.expect("begins");
        tx.finish_job(held, r#"{"created":3}"#, at(60)).await.expect("is held");
        tx.commit().await.expect("commits");
        let done = job(store, shop, first).await;
        let result = Some(r#"{"created":3}"#.into());
        assert_eq!((done.state, done.started), (JobState::Done { finished: at(60), result }, Some(at(5))));

        let mut read = store.read().await.expect("reads");
        let ids = |jobs: Vec<Job>| jobs.into_iter().map(|j| j.id).collect::<Vec<_>>();
        assert_eq!(ids(read.jobs(shop, None, 9).await.expect("lists")), [second, first]);
        assert_eq!(ids(read.jobs(shop, Some(second), 9).await.expect("lists")), [first]);
        assert!(read.jobs(other, None, 9).await.expect("lists").is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_dead_workers_job_is_taken_over_and_the_dead_cannot_write() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let id = enqueue(store, shop, "import", 0).await;
        let (dead, _) = claim(store, 0).await.expect("is due");
        let mut tx = store.begin().await.expect("begins");
        tx.progress_job(dead, Progress { done: 400, total: None }, at(10), LEASE).await.expect("is held");
        tx.renew_job(dead, at(20), LEASE).await.expect("is held");
        tx.commit().await.expect("commits");
        assert!(claim(store, 79).await.is_none(), "the lease still runs");
        let (alive, job_again) = claim(store, 80).await.expect("its lease is over");
        assert_eq!((alive.job(), job_again.attempts, job_again.progress.done), (id, 2, 400));
        let mut tx = store.begin().await.expect("begins");
        let lost =
            |r: Result<(), StoreError>| assert!(matches!(r, Err(StoreError::LeaseLost(of)) if of == id), "{r:?}");
        lost(tx.progress_job(dead, Progress::default(), at(81), LEASE).await);
        lost(tx.renew_job(dead, at(81), LEASE).await);
        lost(tx.add_job_errors(dead, &[]).await);
        lost(tx.finish_job(dead, "{}", at(81)).await);
        lost(tx.retry_job(dead, ("no", "internal"), at(81)).await);
        lost(tx.fail_job(dead, ("no", "internal"), at(81)).await);
        tx.finish_job(alive, "{}", at(82)).await.expect("is held");
        lost(tx.finish_job(alive, "{}", at(83)).await);
        tx.commit().await.expect("commits");
    })
    .await;
}

#[tokio::test]
async fn a_failed_attempt_is_tried_again_later_and_not_for_ever() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let id = enqueue(store, shop, "import", 0).await;
        let mut now = 0;
        for (attempt, pause) in (1..=MAX_ATTEMPTS).zip([10, 40, 160, 640, 0]) {
            let (held, running) = claim(store, now).await.expect("is due");
            assert_eq!(running.attempts, attempt);
            let mut tx = store.begin().await.expect("begins");
            tx.retry_job(held, ("the disk is away", "internal"), at(now)).await.expect("is held");
            tx.commit().await.expect("commits");
            assert!(claim(store, now + pause - 1).await.is_none(), "attempt {attempt}");
            now += pause;
        }
        let failed = job(store, shop, id).await;
        assert_eq!(
            failed.state,
            JobState::Failed { finished: at(now), error: "the disk is away".into(), code: Some("internal".into()) }
        );
        assert!(claim(store, now + 100_000).await.is_none());

        let id = enqueue(store, shop, "import", now).await;
        let (held, _) = claim(store, now).await.expect("is due");
        let mut tx = store.begin().await.expect("begins");
        tx.fail_job(held, ("not a CSV", "feed_not_text"), at(now + 1)).await.expect("is held");
        tx.commit().await.expect("commits");
        let failed = job(store, shop, id).await;
        assert_eq!(failed.last_error.as_deref(), Some("not a CSV"));
        let code = Some("feed_not_text".into());
        assert_eq!(failed.state, JobState::Failed { finished: at(now + 1), error: "not a CSV".into(), code });
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_its_workers_is_given_up() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let id = enqueue(store, shop, "import", 0).await;
        for attempt in 0..i64::from(MAX_ATTEMPTS) {
            assert!(claim(store, attempt * 60).await.is_some(), "{attempt}");
        }
        assert!(claim(store, i64::from(MAX_ATTEMPTS) * 60).await.is_none());
        assert!(matches!(job(store, shop, id).await.state, JobState::Failed { .. }));
    })
    .await;
}

#[tokio::test]
async fn a_job_can_be_stopped() {
    on_each_engine(async |store| {
        let (shop, other) = (organisation(store, "shop").await, organisation(store, "other").await);
        let id = enqueue(store, shop, "import", 0).await;
        let (held, _) = claim(store, 0).await.expect("is due");
        let mut tx = store.begin().await.expect("begins");
        assert!(!tx.cancel_job(other, id, at(1)).await.expect("cancels"), "another organisation's is not ours");
        assert!(tx.cancel_job(shop, id, at(1)).await.expect("cancels"));
        assert!(!tx.cancel_job(shop, id, at(2)).await.expect("cancels"), "it is over");
        assert!(matches!(tx.renew_job(held, at(2), LEASE).await, Err(StoreError::LeaseLost(_))));
        tx.commit().await.expect("commits");
        assert_eq!(job(store, shop, id).await.state, JobState::Cancelled { finished: at(1) });
        assert!(claim(store, 1_000).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn errors_are_counted_and_the_first_ones_kept() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        let id = enqueue(store, shop, "import", 0).await;
        let (held, _) = claim(store, 0).await.expect("is due");
        let error = |line: u64| JobError {
            line: Some(line),
            value: "가-1".into(),
            code: Some("bad_price".into()),
            place: Some("가격".into()),
            number: Some(40),
            message: "no price".into(),
        };
        let limit = u64::from(MAX_ERRORS);
        let mut tx = store.begin().await.expect("begins");
        let unnumbered = JobError { line: None, code: None, place: None, number: None, ..error(0) };
        tx.add_job_errors(held, std::slice::from_ref(&unnumbered)).await.expect("is held");
        tx.add_job_errors(held, &(1..=limit + 20).map(error).collect::<Vec<_>>()).await.expect("is held");
        tx.add_job_errors(held, &[error(9_999)]).await.expect("is held");
        tx.commit().await.expect("commits");
        assert_eq!(job(store, shop, id).await.errors, limit + 22);
        let kept = store.read().await.expect("reads").job_errors(shop, id).await.expect("reads");
        let other = organisation(store, "other").await;
        assert!(store.read().await.expect("reads").job_errors(other, id).await.expect("reads").is_empty());
        assert_eq!(kept.len() as u64, limit);
        assert_eq!((&kept[0], &kept[1], &kept[999]), (&unnumbered, &error(1), &error(limit - 1)));
    })
    .await;
}

#[tokio::test]
async fn two_workers_never_get_the_same_job() {
    on_each_engine(async |store| {
        let shop = organisation(store, "shop").await;
        for _ in 0..12 {
            enqueue(store, shop, "import", 0).await;
        }
        let worker = async || {
            let mut got = Vec::new();
            while let Some((held, _)) = claim(store, 0).await {
                got.push(held.job());
            }
            got
        };
        let (a, b, c) = tokio::join!(worker(), worker(), worker());
        let mut all = [a, b, c].concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 12);
    })
    .await;
}
