//! What people taught: how it came out beside the shipped head, attribute by attribute.

use super::{Shown, frame, shown};
use crate::{
    pages::{Frame, ReliabilityDot, TaughtPage, TaughtView},
    session::Session,
    state::Server,
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, Uri},
};
use vestry_app::{Taught, Verdict, reliability};

/// `GET /taught`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let (organisation, frame) = (session.organisation(), frame(&server, &session, &headers, &uri, "review").await?);
    let mut attributes = Vec::new();
    for attribute in server.app.taught_attributes(organisation).await? {
        if let Some(taught) = server.app.taught(organisation, &attribute).await? {
            let known = server.app.taxonomy().attribute(attribute.as_str());
            let name = known.map_or_else(|| attribute.to_string(), |a| a.name.pick(frame.words.is_korean()).to_owned());
            attributes.push(view(name, &taught, &frame));
        }
    }
    shown(&TaughtPage { attributes, frame })
}

fn view(name: String, taught: &Taught, frame: &Frame) -> TaughtView {
    let (head, evidence, words) = (&taught.head, &taught.head.evidence, &frame.words);
    let share = |count: usize| 100.0 * count as f64 / evidence.held_out.max(1) as f64;
    let [_, low, high] = evidence.difference.map(|share| 100.0 * share);
    let verdict = match evidence.verdict {
        Verdict::Promote => words.t("taught-promote"),
        Verdict::Keep => words.t("taught-keep"),
        Verdict::NotEnoughEvidence => words.t("taught-few"),
    };
    // Fewer answers than bins show nothing.
    let dots = if evidence.answers.len() < 10 { Vec::new() } else { reliability(&evidence.answers) };
    TaughtView {
        name,
        judgements: taught.lineage.lines.len(),
        examples: head.examples,
        held_out: evidence.held_out,
        right: format!("{:.0}", share(evidence.right)),
        right_before: format!("{:.0}", share(evidence.right_before)),
        difference: format!("{:+.1} ({low:+.1} – {high:+.1})", 100.0 * evidence.difference[0]),
        verdict,
        is_good: evidence.verdict == Verdict::Promote,
        ece: format!("{:.3}", evidence.calibration_error),
        dots: dots
            .into_iter()
            .map(|bin| ReliabilityDot {
                x: format!("{:.1}", 100.0 * bin.sure),
                y: format!("{:.1}", 100.0 - 100.0 * bin.right),
                sure: format!("{:.0}", 100.0 * bin.sure),
                right: format!("{:.0}", 100.0 * bin.right),
                count: bin.count,
            })
            .collect(),
        distrusted: taught.distrusted.clone(),
        lineage: taught.lineage.hash.clone(),
        shipped: taught.lineage.shipped.clone(),
    }
}
