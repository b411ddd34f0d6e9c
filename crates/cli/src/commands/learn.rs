//! `vestry learn`: the heads that are committed in `models/apparel` are made by this; and what people taught since.

use crate::{
    args::{LearnArgs, LearnCommand, ManifestArgs, Shop, TaughtArgs},
    open, progress,
};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::{
    io::{Write, stdout},
    path::Path,
    sync::Arc,
};
use vestry_app::{App, CurvePoint, HeadEvidence, PublishedHead, Said, Taught, Verdict, fit, reliability};
use vestry_model::{AttributeId, OrganisationId, Taxonomy};
use vestry_vision::{Kernel, Vision};

/// Fits on a folder, or tells what was taught.
pub(crate) async fn run(args: LearnArgs) -> Result<()> {
    match (&args.about, &args.train) {
        (Some(LearnCommand::Show(taught)), _) => show(&read(taught).await?, taught),
        (Some(LearnCommand::Attributes(shop)), _) => attributes(shop).await,
        (Some(LearnCommand::Manifest(about)), _) => manifest(about).await,
        (Some(LearnCommand::Next(taught)), _) => next(taught).await,
        (Some(LearnCommand::Publish(taught)), _) => publish(taught).await,
        (Some(LearnCommand::Versions(taught)), _) => versions(taught).await,
        (Some(LearnCommand::Back(taught)), _) => back(taught).await,
        (Some(LearnCommand::Forgotten(shop)), _) => forgotten(shop).await,
        (None, Some(train)) => fit_on(train, &args),
        (None, None) => anyhow::bail!("give the folder to fit on as `--train DIR`"),
    }
}

/// Who publishes at the prompt.
const PROMPT: &str = "prompt";

async fn opened(args: &TaughtArgs) -> Result<(App, OrganisationId, AttributeId)> {
    let attribute = AttributeId::new(&args.attribute).with_context(|| format!("`{}` is no id", args.attribute))?;
    let (app, organisation) = open::shop(&args.shop).await?;
    Ok((app, organisation, attribute))
}

/// Products that are named as what to ask next.
const NEXT: usize = 20;

async fn next(args: &TaughtArgs) -> Result<()> {
    let (app, organisation, attribute) = opened(args).await?;
    let order = app.teaching_order(organisation, &attribute, NEXT).await;
    app.close().await;
    for (sku, place) in order?.with_context(|| cannot_be_taught(&args.attribute))? {
        match args.json {
            true => writeln!(
                stdout(),
                "{}",
                json!({"sku": sku.as_str(), "value": place.value.as_str(), "confidence": place.confidence.get()})
            )?,
            false => writeln!(stdout(), "{sku}  {}  {:.2}", place.value, place.confidence.get())?,
        }
    }
    Ok(())
}

async fn publish(args: &TaughtArgs) -> Result<()> {
    let (app, organisation, attribute) = opened(args).await?;
    let published = app.publish_head(organisation, &attribute, PROMPT).await;
    app.close().await;
    let published = published?;
    if args.json {
        return Ok(writeln!(stdout(), "{}", version_json(&published))?);
    }
    let PublishedHead { version, evidence, .. } = published;
    writeln!(
        stdout(),
        "version {} is in use: {} of {} held-out pictures right, the shipped head {}; stored pictures are looked at again by \
         the server, or by `vestry index rebuild`",
        version.id,
        evidence.right,
        evidence.held_out,
        evidence.right_before
    )?;
    Ok(())
}

async fn versions(args: &TaughtArgs) -> Result<()> {
    let (app, organisation, attribute) = opened(args).await?;
    let published = app.published_heads(organisation, &attribute).await;
    app.close().await;
    let published = published?;
    if args.json {
        let versions: Vec<Value> = published.iter().map(version_json).collect();
        return Ok(writeln!(stdout(), "{}", json!({ "versions": versions }))?);
    }
    for PublishedHead { version, evidence, is_in_use } in published {
        let standing = match version.ended {
            Some((at, end)) => format!("{} {at}", end.as_str()),
            None if is_in_use => "in use".into(),
            None => "before it".into(),
        };
        let (HeadEvidence { right, right_before, held_out, .. }, facts) = (evidence, version.facts);
        writeln!(
            stdout(),
            "{}  {}  by {}  {right}/{held_out} right, {right_before} before  {standing}  manifest {}  model {}",
            version.id,
            version.at,
            version.who,
            facts.manifest,
            facts.model
        )?;
    }
    Ok(())
}

/// A version, as the API says it.
fn version_json(PublishedHead { version, evidence, is_in_use }: &PublishedHead) -> Value {
    json!({
        "id": version.id, "shipped": version.facts.shipped, "manifest": version.facts.manifest,
        "model": version.facts.model, "examples": evidence.examples, "held_out": evidence.held_out,
        "right": evidence.right, "right_before": evidence.right_before, "difference": evidence.difference,
        "who": version.who, "at": version.at, "in_use": is_in_use,
        "ended": version.ended.map(|(at, _)| at), "because": version.ended.map(|(_, end)| end.as_str()),
    })
}

async fn attributes(shop: &Shop) -> Result<()> {
    let (app, organisation) = open::shop(shop).await?;
    let attributes = app.taught_attributes(organisation).await;
    app.close().await;
    for attribute in attributes? {
        writeln!(stdout(), "{attribute}")?;
    }
    Ok(())
}

async fn back(args: &TaughtArgs) -> Result<()> {
    let (app, organisation, attribute) = opened(args).await?;
    let in_use = app.published_heads(organisation, &attribute).await?.into_iter().find(|one| one.is_in_use);
    let id = in_use.context("no published head is in use")?.version.id;
    let taken = app.roll_back_head(organisation, &attribute, id).await;
    app.close().await;
    taken?;
    match args.json {
        true => writeln!(stdout(), "{}", json!({ "taken_back": id }))?,
        false => writeln!(stdout(), "version {id} is taken back")?,
    }
    Ok(())
}

async fn forgotten(shop: &Shop) -> Result<()> {
    let (app, organisation) = open::shop(shop).await?;
    let all = app.forgettings(organisation).await;
    app.close().await;
    for one in all? {
        let after = one.after.map_or_else(|| "nothing".into(), |[manifest, model]| format!("{manifest} {model}"));
        let [manifest, model] = &one.before;
        writeln!(stdout(), "{}  {} version {}: {manifest} {model} became {after}", one.at, one.model, one.version)?;
    }
    Ok(())
}

/// What was taught, and how much more was known with each answer.
async fn read(args: &TaughtArgs) -> Result<(Taught, Arc<[CurvePoint]>)> {
    let (app, organisation, attribute) = opened(args).await?;
    let taught = app.taught(organisation, &attribute).await;
    let curve = match &taught {
        Ok(Some(taught)) => app.learning_curve(taught).await,
        _ => Ok([].into()),
    };
    app.close().await;
    Ok((taught?.with_context(|| cannot_be_taught(&args.attribute))?, curve?))
}

fn cannot_be_taught(attribute: &str) -> String {
    format!(
        "`{attribute}` cannot be taught; it is no attribute, or the heads in use were made before that was possible"
    )
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Promote => "better than the shipped head, and surely not worse by a point",
        Verdict::Keep => "not better than the shipped head",
        Verdict::NotEnoughEvidence => "not enough evidence",
        Verdict::NotComparable => {
            "what recognises it reads the pictures themselves, so that it cannot be held against that"
        }
    }
}

fn show((taught, curve): &(Taught, Arc<[CurvePoint]>), args: &TaughtArgs) -> Result<()> {
    let (head, evidence) = (&taught.head, &taught.head.evidence);
    let [estimate, low, high] = evidence.difference;
    if args.json {
        let object = json!({
            "attribute": args.attribute, "manifest": taught.lineage.hash, "judgements": taught.lineage.lines.len(),
            "examples": head.examples, "held_out": evidence.held_out, "right": evidence.right,
            "right_before": evidence.right_before, "difference": evidence.difference, "ece": evidence.calibration_error,
            "lambda": head.lambda, "temperature": head.temperature, "threshold": head.threshold,
            "curve": curve.iter().map(|point| json!([point.answers, point.right, point.held_out])).collect::<Vec<_>>(),
            "reliability": reliability(&evidence.answers).iter().map(|bin| json!([bin.sure, bin.right, bin.count]))
                .collect::<Vec<_>>(),
            "distrusted": taught.distrusted, "verdict": verdict(evidence.verdict),
        });
        return Ok(writeln!(stdout(), "{object}")?);
    }
    if taught.lineage.lines.is_empty() {
        return Ok(writeln!(
            stdout(),
            "nothing was taught of `{}` yet; answer questions in the review",
            args.attribute
        )?);
    }
    let share = |count: usize| count as f64 / evidence.held_out.max(1) as f64;
    writeln!(
        stdout(),
        "{} judgements on {} pictures, started from {}",
        taught.lineage.lines.len(),
        head.examples,
        taught.lineage.shipped
    )?;
    writeln!(
        stdout(),
        "right on {} held-out pictures: {:.3}, the shipped head {:.3}",
        evidence.held_out,
        share(evidence.right),
        share(evidence.right_before)
    )?;
    writeln!(stdout(), "difference {estimate:+.3} ({low:+.3} to {high:+.3}): {}", verdict(evidence.verdict))?;
    writeln!(
        stdout(),
        "penalty {}, temperature {:.3}, asks under {:.2}",
        head.lambda,
        head.temperature,
        head.threshold
    )?;
    for point in curve.iter() {
        writeln!(stdout(), "after {:>6} answers: {} of {} right", point.answers, point.right, point.held_out)?;
    }
    for bin in reliability(&evidence.answers) {
        writeln!(stdout(), "sure {:.2}: right {:.2} of {}", bin.sure, bin.right, bin.count)?;
    }
    writeln!(stdout(), "calibration error {:.3}", evidence.calibration_error)?;
    for who in &taught.distrusted {
        writeln!(stdout(), "the word of {who} does not count: others and held-out pictures contradict it")?;
    }
    Ok(writeln!(stdout(), "manifest {}", taught.lineage.hash)?)
}

async fn manifest(about: &ManifestArgs) -> Result<()> {
    let args = &about.taught;
    let manifest = match about.of {
        None => read(args).await?.0.lineage,
        Some(id) => {
            let (app, organisation, attribute) = opened(args).await?;
            let found = app.version_lineage(organisation, &attribute, id).await;
            app.close().await;
            found?.with_context(|| format!("`{attribute}` has no version {id}; `vestry learn versions` lists them"))?
        }
    };
    let said = |said: &Said| match said {
        Said::Is(value) => ("is", value.to_string()),
        Said::IsNot(value) => ("is-not", value.to_string()),
    };
    if args.json {
        let line = |line: &vestry_app::LineageLine| {
            let (what, value) = said(&line.said);
            json!({ "sequence": line.sequence, "image": line.image, "who": line.who, "said": what, "value": value })
        };
        let lines: Vec<_> = manifest.lines.iter().map(line).collect();
        let object = json!({ "shipped": manifest.shipped, "hash": manifest.hash, "judgements": lines });
        return Ok(writeln!(stdout(), "{object}")?);
    }
    for line in &manifest.lines {
        let (what, value) = said(&line.said);
        writeln!(stdout(), "{}  image {}  {}  {what} {value}", line.sequence, line.image, line.who)?;
    }
    Ok(writeln!(stdout(), "{} judgements on {}; manifest {}", manifest.lines.len(), manifest.shipped, manifest.hash)?)
}

/// Fits on `train` and writes the head set.
fn fit_on(train: &Path, args: &LearnArgs) -> Result<()> {
    let vision = Vision::unfitted(Kernel::best())?;
    let taxonomy = Taxonomy::builtin();
    let pictures = fit::read_tree(train, taxonomy)?.len();
    let bar = progress::bar(fit::looked_at(pictures) as u64, "looking");
    let mut fitted = fit::fit(train, &vision, taxonomy, &|| bar.inc(1))?;
    bar.finish_and_clear();
    fitted.heads.name.clone_from(&args.name);
    let report = &fitted.report;
    if let Some(folder) = args.out.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("could not make `{}`", folder.display()))?;
    }
    std::fs::write(&args.out, fitted.heads.to_bytes())
        .with_context(|| format!("could not write `{}`", args.out.display()))?;
    eprintln!(
        "{} pictures; out of fold: top-1 {:.3}, calibration error {:.3}, precision@10 {:.3} (λ {}, shrink {}, boost {})",
        report.pictures, report.top1, report.ece, report.precision_at_10, report.lambda, report.shrink, report.boost
    );
    if let Some(print) = report.print_top1 {
        eprintln!("prints on drawn samples, out of fold: {print:.3}");
    }
    if let Some(passes) = report.gate_passes {
        eprintln!("drawn pictures without a garment that pass the gate: {passes:.3}");
    }
    if let Some(colour) = &report.colour {
        let (largest, ece) = (colour.largest, colour.ece());
        eprintln!("largest colours rightly named: {largest:.3}; calibration error of colours, out of fold: {ece:.3}");
    }
    for skipped in &report.skipped {
        eprintln!("passed over `{}`: {}", skipped.id, skipped.because);
    }
    eprintln!("written to `{}`", args.out.display());
    Ok(())
}
