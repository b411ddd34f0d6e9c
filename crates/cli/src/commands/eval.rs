//! `vestry eval`: fit on one tree, measure on another.

use crate::{args::EvalArgs, progress};
use anyhow::Result;
use std::{io::Write, time::Duration};
use vestry_app::{evaluate, fit};
use vestry_model::Taxonomy;
use vestry_vision::{Kernel, Vision};

/// Prints the figures, as one JSON object or as a few lines.
pub(crate) fn run(args: &EvalArgs) -> Result<()> {
    let vision = Vision::unfitted(Kernel::best())?;
    let taxonomy = Taxonomy::builtin();
    let pictures = fit::read_tree(&args.train, taxonomy)?.len() + fit::read_tree(&args.test, taxonomy)?.len();
    let bar = progress::bar(pictures as u64, "looking");
    let found = evaluate::evaluate(&args.train, &args.test, &vision, taxonomy, &elapsed(), &|| bar.inc(1))?;
    bar.finish_and_clear();
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&found)?)?;
        return Ok(());
    }
    let detail = &found.detail;
    writeln!(out, "{} pictures to fit on, {} to measure on", found.n_train, found.n_test)?;
    writeln!(out, "top-1            {:.3}  [{:.3}, {:.3}]", found.top1, found.top1_ci95[0], found.top1_ci95[1])?;
    writeln!(out, "macro F1         {:.3}", found.macro_f1)?;
    writeln!(out, "5 nearest        {:.3}", found.knn5)?;
    writeln!(out, "precision@10     {:.3}", found.precision_at_10)?;
    writeln!(
        out,
        "ECE out of fold  {:.3}  [{:.3}, {:.3}]; on the test pictures {:.3}",
        found.ece, detail.ece_ci95[0], detail.ece_ci95[1], detail.ece_test
    )?;
    writeln!(out, "answered         {:.3}, of these right {:.3}", detail.sure[0], detail.sure[1])?;
    writeln!(out, "per picture      {:.1} ms", found.ms_per_image)?;
    for skipped in &detail.skipped {
        writeln!(out, "passed over `{}`: {}", skipped.id, skipped.because)?;
    }
    Ok(())
}

/// The time since this was called.
#[expect(clippy::disallowed_methods, reason = "the binary measures its own run")]
fn elapsed() -> impl Fn() -> Duration {
    let start = std::time::Instant::now();
    move || start.elapsed()
}
