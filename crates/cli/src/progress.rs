//! A bar with an estimate on a terminal, a line now and then elsewhere.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `total` things; drawn on standard error only when that is a terminal.
pub(crate) fn bar(total: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:>12} {wide_bar} {pos}/{len}  {per_sec}  {eta} left")
        .expect("a valid template")
        .progress_chars("━╸ ");
    ProgressBar::new(total).with_style(style).with_message(what)
}
