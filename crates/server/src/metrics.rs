//! What `/metrics` tells: requests by route, and the indexes.

use axum::http::{Method, StatusCode};
use std::{collections::BTreeMap, fmt::Write, sync::Mutex, time::Duration};
use vestry_app::{App, SweepState};

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
