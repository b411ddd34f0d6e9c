//! `vestry doctor`: what this machine and this data folder are like, and what to do about it.

use crate::{args::Place, open};
use anyhow::{Result, bail};
use vestry_app::{App, Privacy};
use vestry_vision::Kernel;

/// Prints one line a finding; fails when something has to be done.
pub(crate) async fn run(place: &Place) -> Result<()> {
    let kernels: Vec<String> = Kernel::available().iter().map(|k| format!("{k:?}").to_lowercase()).collect();
    println_ok("processor", &format!("{}; fastest first", kernels.join(", ")));
    println_ok("cores", &std::thread::available_parallelism().map_or_else(|_| "unknown".into(), |n| n.to_string()));
    let config = open::config(place)?;
    let database = if config.store.url.is_empty() { "SQLite in the data folder" } else { "PostgreSQL" };
    println_ok("settings", place.config.as_ref().map_or("defaults".into(), |p| p.display().to_string()).as_str());
    println_ok("database", database);
    if !place.data.exists() {
        bail!("nothing is at `{}` yet; `vestry admin init` or `vestry serve` makes it", place.data.display());
    }
    let app = open::app(place).await?;
    println_ok("data folder", &format!("`{}` opens and is ours", place.data.display()));
    let policy = app.policy();
    let finding = format!("{} {}; every column of the database is declared", policy.id, policy.version);
    println_ok("policy", &finding);
    match app.privacy() {
        None => println_ok("people", "none on file; `vestry admin init` makes keys and databases for them"),
        Some(privacy) => people(privacy).await?,
    }
    for organisation in app.organisations().await? {
        let products = app.count_products(organisation.id).await?;
        app.warm_index(organisation.id).await?;
        let indexed = app.index_stats().iter().find(|(o, _)| *o == organisation.id).map_or(0, |(_, s)| s.products);
        let state =
            if indexed == products { "index complete" } else { "index behind; `vestry index rebuild` mends it" };
        println_ok(&organisation.slug, &format!("{products} products, {indexed} in the index; {state}"));
        let unseen = app.unseen_images(organisation.id).await?;
        if unseen > 0 {
            let finding = format!("{unseen} pictures were seen by other heads; `vestry index rebuild` looks again");
            println_ok(&organisation.slug, &finding);
        }
    }
    let unlimited = logs(&app).await?;
    app.close().await;
    if unlimited > 0 {
        bail!(
            "write-ahead logs are kept without a stated limit, and they hold what was destroyed; switch off what keeps \
             them, or let them be deleted after some days and write how many as `vault.archive_days`"
        );
    }
    Ok(())
}

/// What keeps PostgreSQL's logs; how many of these have no limit.
async fn logs(app: &App) -> Result<usize> {
    let keepers = app.log_keepers().await?;
    for keeper in &keepers {
        let limit =
            keeper.limit_days.map_or("no limit is stated".into(), |days| format!("at most {days} days, as stated"));
        println_ok("kept logs", &format!("{} ({}): {limit}", keeper.what, keeper.databases.join(", ")));
    }
    Ok(keepers.iter().filter(|keeper| keeper.limit_days.is_none()).count())
}

async fn people(privacy: &Privacy) -> Result<()> {
    let (count, state) = (privacy.vault().count_people().await?, privacy.sweep_state().await?);
    println_ok("people", &format!("{count} on file; master keys, signing key and audit log belong to them"));
    let last = state.last.map_or("never swept".into(), |day| format!("last sweep for {day}"));
    let finding = if state.is_overdue { format!("{last}; overdue, run `vestry privacy sweep`") } else { last };
    println_ok("sweeps", &finding);
    for place in &state.pending {
        println_ok("sweeps", &format!("`{place}` still holds destroyed keys; mount it and sweep again"));
    }
    for place in &state.behind {
        println_ok("audit log", &format!("the copy at `{place}` is behind; mount it and sweep again"));
    }
    if privacy.vault().place_of_files().places.is_empty() {
        println_ok("backups", "no places; name folders on other machines under `backup.places`");
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the findings are this command's output")]
fn println_ok(what: &str, finding: &str) {
    println!("{what:<14} {finding}");
}
