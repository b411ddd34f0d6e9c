//! `vestry learn`: the heads that are committed in `models/apparel` are made by this.

use crate::{args::LearnArgs, progress};
use anyhow::{Context, Result};
use vestry_app::fit;
use vestry_model::Taxonomy;
use vestry_vision::{Kernel, Vision};

/// Fits on `args.train` and writes the head set.
pub(crate) fn run(args: &LearnArgs) -> Result<()> {
    let vision = Vision::unfitted(Kernel::best())?;
    let taxonomy = Taxonomy::builtin();
    let pictures = fit::read_tree(&args.train, taxonomy)?.len();
    let bar = progress::bar(pictures as u64, "looking");
    let mut fitted = fit::fit(&args.train, &vision, taxonomy, &|| bar.inc(1))?;
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
