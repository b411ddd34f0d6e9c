//! `vestry import`: a feed or a tree into one organisation, with a bar.

use crate::{args::ImportArgs, open, progress, remote::Remote};
use anyhow::{Context, Result, bail};
use std::{fs, io::Write};
use vestry_app::{App, ImportReport, ImportSource, JobReport, feed::Mapping};
use vestry_model::OrganisationId;

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
        return preview(&source);
    }
    if let Some(server) = &args.server {
        return through(&Remote::new(server)?, &source, mapping.as_ref()).await;
    }
    let app = open::app(&args.place).await?;
    let organisation = app.organisation_or_new(&args.org).await?;
    import(&app, organisation, source, mapping).await?;
    app.save_indexes().await?;
    app.close().await;
    Ok(())
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
    tell(&report, errors.iter().map(|e| (e.line, e.message.as_str(), e.value.as_str())))
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
    tell(&report, job.errors.iter().map(|e| (e.line, e.message.as_str(), e.value.as_str())))
}

/// What an import did and what it refused; an error when it did nothing.
fn tell<'e>(report: &ImportReport, errors: impl Iterator<Item = (Option<u64>, &'e str, &'e str)>) -> Result<()> {
    let products = report.created + report.updated + report.unchanged;
    eprintln!(
        "{products} products: {} new, {} changed, {} as before; {} pictures recognised in {:.1} s",
        report.created, report.updated, report.unchanged, report.images, report.seconds
    );
    for (line, message, value) in errors.take(20) {
        let line = line.map_or(String::new(), |l| format!("line {l}: "));
        eprintln!("  {line}{message} `{value}`");
    }
    if report.failed + report.images_failed > 0 {
        eprintln!(
            "  {} rows and {} pictures were left out; mend them and import again, what is there stays",
            report.failed, report.images_failed
        );
    }
    if products == 0 {
        bail!("nothing was imported");
    }
    Ok(())
}

fn preview(source: &ImportSource) -> Result<()> {
    let (preview, mapping) = source.propose()?;
    eprintln!("{} columns, written as {}; the mapping proposed:", preview.headers.len(), preview.encoding);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string_pretty(&mapping)?)?;
    eprintln!("edit it and pass it with `--mapping FILE`, or import without it to take it as it is");
    Ok(())
}
