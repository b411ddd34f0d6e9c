//! `vestry import`: a feed or a tree into one organisation, with a bar.

use crate::{args::ImportArgs, open, progress};
use anyhow::{Context, Result, bail};
use std::fs;
use vestry_app::{App, ImportSource, Progress, feed::Mapping};
use vestry_model::OrganisationId;

/// Imports `args.source` and says what became of each row.
pub(crate) async fn run(args: ImportArgs) -> Result<()> {
    let source = fs::canonicalize(&args.source).with_context(|| format!("`{}` is not there", args.source.display()))?;
    let source = if source.is_dir() { ImportSource::Tree(source) } else { ImportSource::Feed(source) };
    let mapping = match &args.mapping {
        Some(path) => {
            let text = fs::read_to_string(path).with_context(|| format!("could not read `{}`", path.display()))?;
            Some(serde_json::from_str::<Mapping>(&text).with_context(|| format!("`{}` is no mapping", path.display()))?)
        }
        None => None,
    };
    if args.dry_run {
        return preview(&source);
    }
    let app = open::app(&args.place).await?;
    let organisation = app.organisation_or_new(&args.org).await?;
    import(&app, organisation, source, mapping).await?;
    app.save_indexes().await?;
    app.close().await;
    Ok(())
}

/// Runs one import to its end, showing its progress.
pub(crate) async fn import(
    app: &App,
    organisation: OrganisationId,
    source: ImportSource,
    mapping: Option<Mapping>,
) -> Result<()> {
    let job = app.start_import(organisation, source, mapping).await?;
    let bar = progress::bar(0, "importing");
    let report = app
        .run_import(organisation, job, |Progress { done, total }| {
            bar.set_length(total);
            bar.set_position(done);
        })
        .await;
    bar.finish_and_clear();
    let report = report?;
    eprintln!(
        "{} products: {} new, {} changed, {} as before; {} images recognised in {:.1} s",
        report.created + report.updated + report.unchanged,
        report.created,
        report.updated,
        report.unchanged,
        report.images,
        report.seconds
    );
    for error in app.import_errors(organisation, job).await?.iter().take(20) {
        eprintln!("  line {}: {}", error.line, error.message);
    }
    if report.failed > 0 {
        eprintln!("  {} rows were left out; mend them and import the file again, the others are kept", report.failed);
    }
    if report.created + report.updated + report.unchanged == 0 {
        bail!("nothing was imported");
    }
    Ok(())
}

fn preview(source: &ImportSource) -> Result<()> {
    let preview = source.preview()?;
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &preview)?;
    use std::io::Write;
    writeln!(out)?;
    Ok(())
}
