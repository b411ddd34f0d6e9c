//! A bar with an estimate on a terminal, a line a step elsewhere.

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, stderr};
use vestry_app::{App, JobReport};
use vestry_model::JobId;

/// A bar over `total` things; drawn on standard error only when that is a terminal.
pub(crate) fn bar(total: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>12} {wide_bar} {pos}/{len}  {per_sec}  {eta} left")
        .expect("a valid template")
        .progress_chars("━╸ ");
    ProgressBar::new(total).with_style(style).with_message(what)
}

/// Says that a step begins where no bar shows it: in a file, or to what waits for a service to be ready.
pub(crate) fn step(says: impl FnOnce() -> String) {
    if !stderr().is_terminal() {
        eprintln!("{}", says());
    }
}

/// Does queued jobs until `job` is done, showing how far it is; what it did.
pub(crate) async fn until(app: &App, job: JobId, bar: &ProgressBar) -> Result<JobReport> {
    loop {
        let ran = app.run_next_job(|running, progress| {
            if running == job {
                bar.set_length(progress.total.unwrap_or(progress.done));
                bar.set_position(progress.done);
            }
        });
        match ran.await? {
            Some(ended) if ended.job == job => {
                bar.finish_and_clear();
                return Ok(ended.outcome?);
            }
            // One that was queued before; its own row says how it ended.
            Some(_) => {}
            None => bail!("the job is in other hands; stop the server that does it, or wait for it"),
        }
    }
}
