//! What `/metrics` tells: requests by route, and the indexes. It is the whole installation's, of all organisations.

use axum::http::{Method, StatusCode};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fmt::{self, Write},
    io,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Mutex,
    time::Duration,
};
use subtle::ConstantTimeEq;
use vestry_app::{App, SweepState};

/// The shortest token, in characters: 16 random bytes in hexadecimal digits.
const TOKEN_CHARS: usize = 32;

/// What a collector of metrics shows, such as Prometheus. Held as its digest, compared in constant time, never printed.
#[derive(Clone)]
pub struct MetricsToken([u8; 32]);

/// Why a token was refused.
#[derive(Debug, thiserror::Error)]
pub enum MetricsTokenError {
    /// Its file could not be read.
    #[error("could not read the token of the metrics in `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It can be guessed.
    #[error("a token of the metrics has {TOKEN_CHARS} characters or more; make one with `openssl rand -hex 32`")]
    Short,
}

impl MetricsToken {
    /// The text of a file, without the space around it.
    ///
    /// # Errors
    /// The file cannot be read, or its text is short enough to be guessed.
    pub fn read(path: &Path) -> Result<Self, MetricsTokenError> {
        let text = std::fs::read_to_string(path);
        text.map_err(|source| MetricsTokenError::Read { path: path.into(), source })?.parse()
    }

    pub(crate) fn is(&self, given: &str) -> bool {
        self.0[..].ct_eq(&Sha256::digest(given)[..]).into()
    }
}

impl FromStr for MetricsToken {
    type Err = MetricsTokenError;

    fn from_str(text: &str) -> Result<Self, MetricsTokenError> {
        let text = text.trim();
        if text.chars().count() < TOKEN_CHARS {
            return Err(MetricsTokenError::Short);
        }
        Ok(Self(Sha256::digest(text).into()))
    }
}

impl fmt::Debug for MetricsToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MetricsToken([digest])")
    }
}

/// Upper bounds of the duration buckets, seconds.
const BOUNDS: [f64; 8] = [0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];

#[derive(Debug, Default, Clone)]
struct Line {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    seconds: f64,
}

/// Requests by method, route and status.
#[derive(Debug, Default)]
pub(crate) struct Metrics(Mutex<BTreeMap<(String, String, u16), Line>>);

impl Metrics {
    pub(crate) fn record(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let mut lines = self.0.lock().expect("no holder panics");
        let line = lines.entry((route.into(), method.to_string(), status.as_u16())).or_default();
        let seconds = took.as_secs_f64();
        line.count += 1;
        line.seconds += seconds;
        for (bucket, bound) in line.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(seconds <= bound);
        }
    }

    /// The text format of Prometheus.
    pub(crate) fn text(&self, app: &App, sweeps: Option<&SweepState>) -> String {
        let mut out = String::from(
            "# HELP vestry_requests_seconds Time to the head of an answer.\n# TYPE vestry_requests_seconds histogram\n",
        );
        for ((route, method, status), line) in &*self.0.lock().expect("no holder panics") {
            let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
            for (bucket, bound) in line.buckets.iter().zip(BOUNDS) {
                let _ = writeln!(out, "vestry_requests_seconds_bucket{{{labels},le=\"{bound}\"}} {bucket}");
            }
            let _ = writeln!(out, "vestry_requests_seconds_bucket{{{labels},le=\"+Inf\"}} {}", line.count);
            let _ = writeln!(out, "vestry_requests_seconds_sum{{{labels}}} {}", line.seconds);
            let _ = writeln!(out, "vestry_requests_seconds_count{{{labels}}} {}", line.count);
        }
        let stats = app.index_stats();
        let mut gauge = |name: &str, help: &str, value: &dyn Fn(&vestry_search::Stats) -> f64| {
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
            for (organisation, stats) in &stats {
                let _ = writeln!(out, "{name}{{organisation=\"{organisation}\"}} {}", value(stats));
            }
        };
        gauge("vestry_index_products", "Products in an open index.", &|s| s.products as f64);
        gauge("vestry_index_images", "Pictures in an open index.", &|s| s.images as f64);
        gauge("vestry_index_dead_share", "Dead entries over all entries.", &|s| f64::from(s.dead_share));
        gauge("vestry_index_unsaved", "Changes that no snapshot holds yet.", &|s| s.unsaved as f64);
        gauge("vestry_index_bytes", "Bytes of vectors and graph in memory.", &|s| s.memory_bytes as f64);
        if let Some(sweeps) = sweeps {
            let mut alert = |name: &str, help: &str, value: usize| {
                let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
            };
            alert("vestry_sweep_overdue", "Whether the daily sweep missed a day.", usize::from(sweeps.is_overdue));
            alert("vestry_sweep_pending_places", "Places that still hold destroyed keys.", sweeps.pending.len());
            alert("vestry_audit_places_behind", "Places whose copy of the audit log is behind.", sweeps.behind.len());
        }
        out
    }
}
