//! Imports: a feed is dropped, its columns are confirmed, its progress is watched.

use super::{Shown, frame, refusal, shown, time};
use crate::{
    guard::Fields,
    pages::{ColumnView, ErrorLine, Frame, ImportsPage, JobLine, JobPage, MappingPage, OptionView},
    problem::{Code, Problem},
    session::Session,
    shapes::JobDocument,
    state::{Server, Upload},
    words::Words,
};
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use vestry_app::{
    AppError, Job, JobError, JobKind, JobState,
    feed::{FeedError, Mapping, MappingError, Preview, Target},
};
use vestry_model::{JobId, Taxonomy};

/// `GET /imports`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let frame = frame(&server, &session, &headers, &uri, "imports").await?;
    let jobs = server.app.jobs(session.organisation(), 50).await?;
    let line = |job: &Job| JobLine {
        href: format!("/imports/{}", job.id),
        kind: kind(job, &frame),
        started: time(server.app.policy(), job.created),
        state: state(&job.state, &frame),
        done: frame.words.number(job.progress.done),
        errors: frame.words.number(job.errors),
    };
    shown(&ImportsPage { jobs: jobs.iter().map(line).collect(), frame })
}

/// What a job does, in words.
fn kind(job: &Job, frame: &Frame) -> String {
    match JobKind::of(job) {
        Some(JobKind::Import) => frame.words.t("job-import"),
        Some(JobKind::Tag) => frame.words.t("job-tag"),
        Some(JobKind::Look) => frame.words.t("job-look"),
        None => job.kind.clone(),
    }
}

fn state(state: &JobState, frame: &Frame) -> String {
    match state {
        JobState::Queued { .. } => frame.words.t("state-waiting"),
        JobState::Running { .. } => frame.words.t("state-running"),
        JobState::Done { .. } => frame.words.t("state-done"),
        JobState::Failed { .. } => frame.words.t("state-failed"),
        JobState::Cancelled { .. } => frame.words.t("state-cancelled"),
    }
}

/// `POST /imports`: keeps the feed and shows how its columns would be read.
pub(crate) async fn upload(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let file = fields.file("feed").ok_or_else(|| Problem::bad_request("no file was sent, or an empty one"))?;
    let name: String = file.file.as_deref().unwrap_or("").chars().take(120).collect();
    let source = server.app.keep_upload(file.bytes.to_vec()).await?;
    let (preview, mapping) = look(source.clone()).await?;
    let token = server.keep_upload(session.organisation(), name.clone(), source);
    let frame = frame(&server, &session, &headers, &uri, "imports").await?;
    shown(&mapping_page(&server, frame, name, token, &preview, &mapping, None))
}

/// Reads a feed's head, off the async threads.
async fn look(source: vestry_app::ImportSource) -> Result<(Preview, Mapping), Problem> {
    let looked = tokio::task::spawn_blocking(move || source.propose()).await;
    Ok(looked.map_err(|e| Problem::internal(&e))??)
}

fn mapping_page(
    server: &Server,
    frame: Frame,
    name: String,
    upload: String,
    preview: &Preview,
    mapping: &Mapping,
    problem: Option<String>,
) -> MappingPage {
    let column = |(at, header): (usize, &String)| {
        let values = preview.sample.iter().filter_map(|row| row.get(at)).map(|v| v.trim()).filter(|v| !v.is_empty());
        let example: Vec<String> = values.take(2).map(|v| v.chars().take(60).collect()).collect();
        let target = mapping.columns.iter().find(|(name, _)| name == header).map_or(&Target::Skip, |(_, t)| t);
        ColumnView {
            name: header.clone(),
            example: example.join(", "),
            chosen: word(target),
            options: options(header, server.app.taxonomy(), &frame),
        }
    };
    MappingPage { columns: preview.headers.iter().enumerate().map(column).collect(), name, upload, problem, frame }
}

/// What a column can be, with the word that the form sends for it.
fn options(header: &str, taxonomy: &Taxonomy, frame: &Frame) -> Vec<OptionView> {
    let words = frame.words;
    let plain = [
        (Target::Skip, words.t("mapping-ignore")),
        (Target::Sku, words.t("field-sku")),
        (Target::Title, words.t("field-title")),
        (Target::TitleKo, words.t("field-title-ko")),
        (Target::TitleEn, words.t("field-title-en")),
        (Target::Description, words.t("field-description")),
        (Target::DescriptionKo, words.t("field-description-ko")),
        (Target::DescriptionEn, words.t("field-description-en")),
        (Target::Brand, words.t("brand")),
        (Target::Price, words.t("field-price")),
        (Target::Currency, words.t("field-currency")),
        (Target::Group, words.t("field-group")),
        (Target::Link, words.t("field-link")),
        (Target::Images, words.t("field-images")),
        (Target::Own(header.into()), words.t("mapping-own")),
    ];
    let attributes = taxonomy.attributes().iter().map(|a| {
        let name = a.name.pick(words.is_korean());
        (Target::Tag(a.id.to_string()), words.a("field-tag", name))
    });
    plain.into_iter().chain(attributes).map(|(target, name)| OptionView { id: word(&target), name }).collect()
}

/// A target as one word: `sku`, `tag:colour`, `own`.
fn word(target: &Target) -> String {
    match target {
        Target::Tag(attribute) => format!("tag:{attribute}"),
        Target::Own(_) => "own".into(),
        Target::Sku => "sku".into(),
        Target::Title => "title".into(),
        Target::TitleKo => "title-ko".into(),
        Target::TitleEn => "title-en".into(),
        Target::Description => "description".into(),
        Target::DescriptionKo => "description-ko".into(),
        Target::DescriptionEn => "description-en".into(),
        Target::Brand => "brand".into(),
        Target::Price => "price".into(),
        Target::Currency => "currency".into(),
        Target::Group => "group".into(),
        Target::Link => "link".into(),
        Target::Images => "images".into(),
        Target::Skip => "skip".into(),
    }
}

/// Reads what [`word`] wrote.
fn target(word: &str, header: &str) -> Option<Target> {
    use Target::*;
    if let Some(attribute) = word.strip_prefix("tag:") {
        return Some(Tag(attribute.into()));
    }
    let all = [
        Own(header.chars().take(60).collect()),
        Sku,
        Title,
        TitleKo,
        TitleEn,
        Description,
        DescriptionKo,
        DescriptionEn,
        Brand,
        Price,
        Currency,
        Group,
        Link,
        Images,
        Skip,
    ];
    all.into_iter().find(|t| self::word(t) == word)
}

/// Why a mapping does not fit the file.
fn misfit(words: &Words, error: &MappingError) -> String {
    match error {
        MappingError::NoSku => words.t("mapping-no-sku"),
        MappingError::UnknownColumn(column) => words.a("mapping-unknown-column", column),
        MappingError::Twice(column) => words.a("mapping-twice", column),
        MappingError::Both { first, second, .. } => words.a("mapping-both", &format!("{first}, {second}")),
        MappingError::Currency(currency) => words.a("mapping-currency", currency),
    }
}

/// `POST /imports/start`: a mapping that does not fit is shown again with what is wrong.
pub(crate) async fn start(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let organisation = session.organisation();
    let frame = frame(&server, &session, &headers, &uri, "imports").await?;
    let token = fields.text("upload").unwrap_or("");
    let Some(Upload { name, source, .. }) = server.upload(organisation, token) else {
        return Err(Problem::new(StatusCode::GONE, Code::UploadGone, frame.words.t("upload-gone")));
    };
    let mut mapping = look(source.clone()).await?.1;
    let chosen = fields.texts("column").zip(fields.texts("field"));
    mapping.columns = chosen.filter_map(|(column, word)| Some((column.to_owned(), target(word, column)?))).collect();
    match server.app.start_import(organisation, source.clone(), Some(mapping.clone())).await {
        Ok(job) => {
            server.forget_upload(token);
            Ok(Redirect::to(&format!("/imports/{job}")).into_response())
        }
        Err(AppError::Feed(FeedError::Mapping(error))) => {
            let (preview, problem) = (look(source).await?.0, misfit(&frame.words, &error));
            let page = mapping_page(&server, frame, name, token.into(), &preview, &mapping, Some(problem));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&page)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /imports/{id}`.
pub(crate) async fn job(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Path(id): Path<i64>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let (organisation, id, now) = (session.organisation(), JobId::from_row(id), server.app.now());
    let job = server.app.job(organisation, id).await?;
    let errors = server.app.job_errors(organisation, id).await?;
    let frame = frame(&server, &session, &headers, &uri, "imports").await?;
    let document = JobDocument::new(&job, &errors, now, server.app.taxonomy());
    let words = frame.words;
    let running = matches!(job.state, JobState::Queued { .. } | JobState::Running { .. });
    let finished = matches!(job.state, JobState::Done { .. });
    let total = document.total.unwrap_or(0);
    let elapsed = job.started.filter(|_| running).map(|s| now.duration_since(s).as_secs_f64().max(0.001));
    shown(&JobPage {
        kind: kind(&job, &frame),
        running,
        finished,
        state: state(&job.state, &frame),
        percent: if finished { 100 } else { (document.done * 100).checked_div(total).unwrap_or(0).min(100) as u8 },
        done: words.number(document.done),
        total: document.total.map(|t| words.number(t)).unwrap_or_default(),
        rate: elapsed
            .filter(|_| document.done > 0)
            .map(|s| format!("{:.0}", document.done as f64 / s))
            .unwrap_or_default(),
        left: document.seconds_left.map(|s| left(s, &frame)).unwrap_or_default(),
        error_count: words.number(document.error_count),
        errors: errors.iter().take(200).map(|error| error_line(&words, error)).collect(),
        failed: match &job.state {
            JobState::Failed { error, code, .. } => Some(refusal::failure(&words, error, code.as_deref())),
            _ => None,
        },
        frame,
    })
}

fn left(seconds: u64, frame: &Frame) -> String {
    if seconds < 90 {
        frame.words.n("left-seconds", seconds)
    } else {
        frame.words.n("left-minutes", seconds.div_ceil(60))
    }
}

fn error_line(words: &Words, error: &JobError) -> ErrorLine {
    ErrorLine {
        line: error.line.map(|line| line.to_string()).unwrap_or_default(),
        value: error.value.clone(),
        message: refusal::said(words, error),
    }
}
