//! `vestry import`: a feed or a tree into one organisation, with a bar.

use crate::{args::ImportArgs, open, progress, remote::Remote};
use anyhow::{Context, Result, bail};
use std::{collections::BTreeMap, fs, io::Write, path::Path};
use vestry_app::{
    App, ImportReport, ImportSource, JobReport, RefusalCode,
    feed::{self, Mapping, Target},
};
use vestry_model::OrganisationId;

/// Errors that are printed.
const SHOWN: usize = 20;
/// Rows of a preview, and characters of a value in it.
const ROWS: usize = 3;
const CELL: usize = 40;

/// Imports `args.source` and says what became of each row.
pub(crate) async fn run(args: ImportArgs) -> Result<()> {
    let source = fs::canonicalize(&args.source).with_context(|| format!("`{}` is not there", args.source.display()))?;
    let source = if source.is_dir() { ImportSource::Tree(source) } else { ImportSource::Feed(source) };
    let mapping = match &args.mapping {
        Some(path) => {
            let text = fs::read_to_string(path).with_context(|| format!("could not read `{}`", path.display()))?;
            Some(
                serde_json::from_str::<Mapping>(&text)
                    .with_context(|| format!("`{}` is no mapping", path.display()))?,
            )
        }
        None => None,
    };
    if args.dry_run {
        return preview(&source, mapping);
    }
    if let Some(server) = &args.server {
        return through(&Remote::new(server)?, &source, mapping.as_ref()).await;
    }
    let app = open::app(&args.place).await?;
    let organisation = app.organisation_or_new(&args.org).await?;
    let done = import(&app, organisation, source, mapping).await;
    let saved = app.save_indexes().await;
    app.close().await;
    done?;
    Ok(saved?)
}

/// Runs imports until this one is over, showing its progress.
pub(crate) async fn import(
    app: &App,
    organisation: OrganisationId,
    source: ImportSource,
    mapping: Option<Mapping>,
) -> Result<()> {
    let job = app.start_import(organisation, source, mapping).await?;
    let bar = progress::bar(0, "importing");
    let JobReport::Import(report) = progress::until(app, job, &bar).await? else {
        bail!("the import was another kind of job");
    };
    let errors = app.job_errors(organisation, job).await?;
    let errors = errors.iter().map(|e| (e.line, e.code.as_deref(), e.message.as_str(), e.value.as_str()));
    tell(&report, &errors.collect::<Vec<_>>())
}

/// Uploads a feed to a server and shows how far its job is.
async fn through(remote: &Remote, source: &ImportSource, mapping: Option<&Mapping>) -> Result<()> {
    let ImportSource::Feed(path) = source else {
        bail!("a server takes feeds whose pictures have addresses; stop it to import a folder");
    };
    let feed = fs::read(path).with_context(|| format!("could not read `{}`", path.display()))?;
    let bar = progress::bar(0, "importing");
    let job = remote.import(feed, mapping).await?;
    let (report, job) = remote
        .wait(job, |done, total| {
            bar.set_length(total.unwrap_or(done));
            bar.set_position(done);
        })
        .await?;
    bar.finish_and_clear();
    let errors = job.errors.iter().map(|e| (e.line, e.code.as_deref(), e.message.as_str(), e.value.as_str()));
    tell(&report, &errors.collect::<Vec<_>>())
}

/// A line of the source, the code, what is wrong, and the value.
type Said<'e> = (Option<u64>, Option<&'e str>, &'e str, &'e str);

/// What an import did and what it refused; an error when it did nothing.
fn tell(report: &ImportReport, errors: &[Said<'_>]) -> Result<()> {
    let products = report.created + report.updated + report.unchanged;
    eprintln!(
        "{products} products: {} new, {} changed, {} as before; {} pictures recognised in {:.1} s",
        report.created, report.updated, report.unchanged, report.images, report.seconds
    );
    let place = |line: Option<u64>| line.map_or(String::new(), |line| format!("line {line}: "));
    // One folder that is elsewhere is one mistake, however many pictures are in it.
    let (outside, others): (Vec<&Said<'_>>, Vec<_>) =
        errors.iter().partition(|(_, code, ..)| *code == Some(RefusalCode::PathOutside.as_str()));
    if let Some((line, _, message, value)) = outside.first() {
        match outside.len() - 1 {
            0 => eprintln!("  {}{message} `{value}`", place(*line)),
            more => eprintln!("  {}{message} `{value}`, and {more} more such pictures", place(*line)),
        }
    }
    for (line, _, message, value) in others.iter().take(SHOWN) {
        eprintln!("  {}{message} `{value}`", place(*line));
    }
    if others.len() > SHOWN {
        eprintln!("  and {} more", others.len() - SHOWN);
    }
    if report.failed + report.images_failed > 0 {
        eprintln!(
            "  {} rows and {} pictures were left out; mend them and import again, what is there stays",
            report.failed, report.images_failed
        );
    }
    if report.tags_unknown > 0 {
        eprintln!("  products are kept without {} tags that the taxonomy does not know", report.tags_unknown);
    }
    if products == 0 {
        bail!("nothing was imported");
    }
    if report.images_failed > 0 && report.images_failed == report.images_named {
        bail!(
            "every picture was refused, so the {products} products have none; mend what is said above and import again"
        );
    }
    Ok(())
}

/// What an import would do. A mapping that does not fit is the error that importing would be.
fn preview(source: &ImportSource, given: Option<Mapping>) -> Result<()> {
    if let ImportSource::Tree(folder) = source {
        return folders(folder);
    }
    let (preview, proposed) = source.propose()?;
    let (mapping, whose) = given.map_or((proposed, "proposed"), |given| (given, "given"));
    eprintln!("{} columns, written as {}; the mapping {whose}:", preview.headers.len(), preview.encoding);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string_pretty(&mapping)?)?;
    eprintln!("the first rows by it:");
    for (at, column) in preview.headers.iter().enumerate() {
        let target = mapping.columns.iter().find(|(of, _)| of == column).map_or(&Target::Skip, |(_, target)| target);
        let cell = |row: &Vec<String>| row[at].split_whitespace().collect::<Vec<_>>().join(" ");
        let cut = |text: String| text.chars().take(CELL).collect::<String>();
        let cells: Vec<String> = preview.sample.iter().take(ROWS).map(|row| cut(cell(row))).collect();
        eprintln!("  {column} ({target}): {}", cells.join(" | "));
    }
    mapping.check(&preview.headers)?;
    eprintln!("edit it and pass it with `--mapping FILE`, or import without it to take it as it is");
    Ok(())
}

/// Says of each folder what its pictures count as.
fn folders(root: &Path) -> Result<()> {
    let mut of: BTreeMap<(String, Option<String>), u64> = BTreeMap::new();
    for row in feed::tree(root)? {
        let row = row?;
        let folder = row.product.own.get("folder").cloned().unwrap_or_default();
        let class = row.given_tags.first().map(|(_, value)| value.clone());
        *of.entry((folder, class)).or_default() += 1;
    }
    let mut out = std::io::stdout().lock();
    for ((folder, class), pictures) in of {
        match class {
            Some(class) => writeln!(out, "`{folder}`: {pictures} pictures of the category `{class}`")?,
            None => writeln!(out, "`{folder}`: {pictures} pictures, whose category is recognised")?,
        }
    }
    eprintln!(
        "a folder called as a category gives it; a `classes.toml` such as `outwear = \"outerwear\"` decides instead"
    );
    Ok(())
}
