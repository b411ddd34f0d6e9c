//! `vestry policy`: what a policy file says, and what its arithmetic says, without a server and without data.

use crate::args::{LastDayArgs, PageLanguage, PolicyCommand, PolicyFiles};
use anyhow::{Context, Result, bail};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use std::{
    io::{Write, stdout},
    path::{Path, PathBuf},
};
use vestry_app::{policies as policies_in, policy};
use vestry_policy::{Change, Language, Policy, Versions, zone};

pub(crate) fn run(command: &PolicyCommand) -> Result<()> {
    match command {
        PolicyCommand::Check { files } => check(files),
        PolicyCommand::Governs { instant, policies } => governs(*instant, policies),
        PolicyCommand::Show { language, file } => show(*language, file.as_slice()),
        PolicyCommand::Diff { old, new } => diff(old, new),
        PolicyCommand::Coverage { json } => super::coverage::run(*json),
        PolicyCommand::LastDay(args) => last_day(args),
    }
}

fn check(files: &[PathBuf]) -> Result<()> {
    let policies = files.iter().map(|file| policy(file)).collect::<Result<Vec<_>, _>>()?;
    for (file, policy) in files.iter().zip(&policies) {
        let counts = [
            (policy.clauses.len(), "clauses"),
            (policy.items().count(), "items"),
            (policy.purposes().count(), "purposes"),
            (policy.retentions().count(), "retentions"),
        ];
        let counts: Vec<String> = counts.iter().map(|(count, what)| format!("{count} {what}")).collect();
        writeln!(
            stdout(),
            "{}: {} {}, in force from {}; {}; sha256 {}",
            file.display(),
            policy.id,
            policy.version,
            policy.effective,
            counts.join(", "),
            hex(policy)
        )?;
    }
    Versions::new(policies)?;
    Ok(())
}

fn hex(policy: &Policy) -> String {
    policy.hash().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn governs(instant: Timestamp, policies: &PolicyFiles) -> Result<()> {
    let versions = policies_in(&policies.files)?;
    match versions.governs(instant) {
        Some(policy) => writeln!(stdout(), "{} {} sha256 {}", policy.id, policy.version, hex(policy))?,
        None => {
            let Some(first) = versions.iter().next() else { bail!("there is no version") };
            let day = first.local(instant).date();
            bail!("no version governs {day}; the first one is in force from {}", first.effective);
        }
    }
    Ok(())
}

fn show(language: PageLanguage, file: &[PathBuf]) -> Result<()> {
    let versions = policies_in(file)?;
    let policy = versions.iter().next().context("there is at least one version")?;
    let language = match language {
        PageLanguage::Ko => Language::Korean,
        PageLanguage::En => Language::English,
    };
    write!(stdout(), "{}", policy.page(language).markdown())?;
    Ok(())
}

fn diff(old: &Path, new: &Path) -> Result<()> {
    let (old, new) = (policy(old)?, policy(new)?);
    let changes = new.changes_since(&old);
    for change in &changes {
        let line = match change {
            Change::Regime => format!("~ regime {:?} to {:?}", old.regime, new.regime),
            Change::ItemAdded(id) => format!("+ item {id}"),
            Change::ItemRemoved(id) => format!("- item {id}"),
            Change::ItemChanged(id) => format!("~ item {id}"),
            Change::PurposeAdded(id) => format!("+ purpose {id}"),
            Change::PurposeRemoved(id) => format!("- purpose {id}"),
            Change::RetentionAdded(id) => format!("+ retention {id}"),
            Change::RetentionRemoved(id) => format!("- retention {id}"),
            Change::RetentionChanged(id) => format!("~ retention {id}"),
        };
        writeln!(stdout(), "{line}")?;
    }
    if changes.is_empty() {
        writeln!(stdout(), "no item, purpose or retention differs")?;
    }
    if old.id == new.id {
        new.may_follow(&old)?;
    }
    Ok(())
}

/// Prints the last day on which what starts with `args.event` may be held.
pub(crate) fn last_day(args: &LastDayArgs) -> Result<()> {
    let last = args.period.last_day(local(&args.event, &args.zone)?)?;
    writeln!(stdout(), "{last}")?;
    Ok(())
}

/// The local time of an event. A day whose hour is not known counts as any hour but 00:00 exactly; what happened then
/// is given as an instant.
fn local(event: &str, zone_name: &str) -> Result<DateTime> {
    let zone = zone(zone_name)?;
    if let Ok(instant) = event.parse::<Timestamp>() {
        return Ok(zone.to_datetime(instant));
    }
    let day: Date = event.parse().ok().filter(|_| event.len() == 10).with_context(|| {
        format!("`{event}` is no day and no instant; write `2019-02-28` or `2020-01-01T00:00:00+09:00`")
    })?;
    Ok(day.at(12, 0, 0, 0))
}
