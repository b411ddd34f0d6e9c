//! `vestry privacy`: sweeps, exports, erasure, certificates.

use crate::{
    args::{DestroyArgs, PrivacyCommand, SweepArgs},
    open, progress,
};
use anyhow::{Context, Result};
use std::io::{Write, stdout};
use vestry_app::{Leaving, Sweep, SweepOutcome, SweepRequest};
use vestry_policy::{Policy, Verdict};

pub(crate) async fn run(command: PrivacyCommand) -> Result<()> {
    match command {
        PrivacyCommand::Sweep(args) => sweep(args).await,
        PrivacyCommand::Export { person, out, reason, place } => {
            let privacy = open::privacy(&place).await?;
            let records = privacy.export_person(person, reason, &out).await?;
            writeln!(stdout(), "{records} records written to `{}`", out.display())?;
            privacy.close().await;
            Ok(())
        }
        PrivacyCommand::Erase(args) => erase(args).await,
        PrivacyCommand::Visitor(args) => super::recommend::visitor(args).await,
        PrivacyCommand::Certificate { entry, html, place } => {
            let privacy = open::privacy(&place).await?;
            let certificates = privacy.vault().certificates()?;
            let found = match entry {
                Some(entry) => certificates.into_iter().find(|(index, _)| *index == entry),
                None => certificates.into_iter().next_back(),
            };
            let (_, certificate) = found.context("no such certificate; `vestry privacy sweep` makes one")?;
            let text = if html { certificate.page() } else { format!("{:#}\n", serde_json::to_value(&certificate)?) };
            write!(stdout(), "{text}")?;
            privacy.close().await;
            Ok(())
        }
    }
}

async fn sweep(args: SweepArgs) -> Result<()> {
    let privacy = open::privacy(&args.place).await?;
    let request = SweepRequest { as_of: args.as_of, dry_run: args.dry_run, confirm_clock: args.confirm_clock };
    let bar = progress::bar(privacy.vault().count_people().await?, "people");
    let outcome = privacy.sweep(&request, |seen| bar.set_position(seen)).await;
    bar.finish_and_clear();
    let policy = privacy.policy();
    match outcome? {
        SweepOutcome::Shown(plan) if args.json => writeln!(stdout(), "{:#}", plan.json(policy))?,
        SweepOutcome::Shown(plan) => {
            write!(stdout(), "{}", plan.text(policy))?;
            let due = privacy.visitors_due(plan.day).await?;
            if due > 0 {
                writeln!(stdout(), "destroy {due} rows of what shops' visitors did, whose day is over")?;
            }
        }
        SweepOutcome::CarriedOut(sweep) if args.json => {
            let certificate = serde_json::to_value(&sweep.certificate)?;
            let entry = serde_json::json!({ "entry": sweep.entry, "certificate": certificate });
            writeln!(stdout(), "{entry:#}")?;
        }
        SweepOutcome::CarriedOut(sweep) => print_sweep(policy, &sweep)?,
    }
    privacy.close().await;
    Ok(())
}

async fn erase(args: DestroyArgs) -> Result<()> {
    let privacy = open::privacy(&args.place).await?;
    let policy = privacy.policy();
    let after = privacy.outlook_after(args.person, Leaving::Erased).await?;
    if !args.dry_run {
        print_sweep(policy, &privacy.erase(args.person).await?)?;
    }
    print_verdicts(policy, &after)?;
    privacy.close().await;
    Ok(())
}

/// What a sweep did, in a few lines.
pub(crate) fn print_sweep(_policy: &Policy, sweep: &Sweep) -> Result<()> {
    let certificate = &sweep.certificate;
    let count = |list: &[vestry_app::Counted]| list.iter().map(|c| c.count).sum::<u64>();
    writeln!(
        stdout(),
        "{} destroyed, {} kept apart, {} notices, {} overdue; {} keys gone",
        count(&certificate.destroyed),
        count(&certificate.separated),
        certificate.notices,
        certificate.overdue,
        certificate.keys.iter().sum::<u64>(),
    )?;
    for place in certificate.generations.iter().filter(|place| place.pending.is_some()) {
        writeln!(stdout(), "pending: {}: {}", place.place, place.pending.as_deref().unwrap_or_default())?;
    }
    if sweep.changed > 0 {
        writeln!(stdout(), "{} changed meanwhile and are left for the next sweep", sweep.changed)?;
    }
    writeln!(stdout(), "certificate {}: `vestry privacy certificate {}`", certificate.state.name(), sweep.entry)?;
    Ok(())
}

/// What is to happen to each part of what is held.
pub(crate) fn print_verdicts(policy: &Policy, verdicts: &[Verdict]) -> Result<()> {
    for verdict in verdicts {
        writeln!(stdout(), "{}", verdict.line(policy))?;
    }
    Ok(())
}
