//! What people taught: how it came out beside the shipped head, attribute by attribute.

use super::{Shown, frame, shown, time, who};
use crate::{
    guard::Fields,
    pages::{CurveLine, ForgettingView, Frame, HeadLine, ReliabilityDot, TaughtPage, TaughtView},
    problem::Problem,
    session::Session,
    state::Server,
    words::Words,
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, Uri},
    response::Redirect,
};
use vestry_app::{CurvePoint, Forgetting, HeadEnd, PublishedHead, RECOMMENDATIONS, Taught, Verdict, reliability};
use vestry_model::AttributeId;
use vestry_policy::Policy;

/// Below so many held-out pictures no difference is shown.
const FEW: usize = 30;

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
            let versions = server.app.published_heads(organisation, &attribute).await?;
            let about = (attribute.to_string(), name);
            let curve = server.app.learning_curve(&taught).await?;
            attributes.push(view(server.app.policy(), about, (&taught, &curve), &versions, &frame));
        }
    }
    let mut forgotten = server.app.forgettings(organisation).await?;
    forgotten.retain(|one| one.model != RECOMMENDATIONS);
    let forgotten = self::forgotten(&server, forgotten, frame.words);
    shown(&TaughtPage { attributes, forgotten, frame })
}

/// `POST /taught`: publishes what was taught of an attribute, or takes a version back.
pub(crate) async fn change(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
) -> Result<Redirect, Problem> {
    let unknown = || Problem::bad_request("the form names no attribute");
    let attribute = fields.text("attribute").and_then(AttributeId::new).ok_or_else(unknown)?;
    let organisation = session.organisation();
    match (fields.text("act"), fields.text("version").and_then(|id| id.parse().ok())) {
        (Some("publish"), _) => {
            server.app.publish_head(organisation, &attribute, &server.pseudonym(&session)).await?;
        }
        (Some("back"), Some(id)) => server.app.roll_back_head(organisation, &attribute, id).await?,
        _ => return Err(Problem::bad_request("the form says neither publish nor back")),
    }
    Ok(Redirect::to("/taught"))
}

/// Models that were made anew, as lines.
pub(super) fn forgotten(server: &Server, all: Vec<Forgetting>, words: Words) -> Vec<ForgettingView> {
    let line = |one: Forgetting| {
        let known = server.app.taxonomy().attribute(&one.model);
        let digest = |[_, model]: [String; 2]| model.chars().take(16).collect();
        ForgettingView {
            at: time(server.app.policy(), one.at),
            model: match known {
                Some(attribute) => format!("{} {}", attribute.name.pick(words.is_korean()), one.version),
                None => words.t("recommender"),
            },
            before: digest(one.before),
            after: one.after.map(digest),
        }
    };
    all.into_iter().map(line).collect()
}

fn line(policy: &Policy, one: &PublishedHead, frame: &Frame) -> HeadLine {
    let words = &frame.words;
    let (version, evidence) = (&one.version, &one.evidence);
    let share = |count: usize| format!("{:.0}", 100.0 * count as f64 / evidence.held_out.max(1) as f64);
    HeadLine {
        id: version.id,
        at: time(policy, version.at),
        who: who(&version.who, frame),
        right: share(evidence.right),
        right_before: share(evidence.right_before),
        standing: match version.ended {
            None if one.is_in_use => words.t("head-in-use"),
            None => words.t("head-stands"),
            Some((_, HeadEnd::RolledBack)) => words.t("head-rolled-back"),
            Some((_, HeadEnd::Forgotten)) => words.t("head-forgotten"),
            Some((_, HeadEnd::Superseded)) => words.t("head-superseded"),
        },
        is_in_use: one.is_in_use,
        manifest: version.facts.manifest.chars().take(16).collect(),
        model: version.facts.model.chars().take(16).collect(),
    }
}

fn curve_line(point: &CurvePoint) -> CurveLine {
    let right = 100.0 * point.right as f64 / point.held_out.max(1) as f64;
    CurveLine { answers: point.answers, right: format!("{right:.0}") }
}

fn view(
    policy: &Policy,
    (id, name): (String, String),
    (taught, curve): (&Taught, &[CurvePoint]),
    versions: &[PublishedHead],
    frame: &Frame,
) -> TaughtView {
    let words = &frame.words;
    let (head, evidence) = (&taught.head, &taught.head.evidence);
    let share = |count: usize| 100.0 * count as f64 / evidence.held_out.max(1) as f64;
    let [_, low, high] = evidence.difference.map(|share| 100.0 * share);
    let verdict = match evidence.verdict {
        Verdict::Promote => words.t("taught-promote"),
        Verdict::Keep => words.t("taught-keep"),
        Verdict::NotEnoughEvidence => words.t("taught-few"),
        Verdict::NotComparable => words.t("taught-elsewhere"),
    };
    // Fewer answers than bins show nothing.
    let dots = if evidence.answers.len() < 10 { Vec::new() } else { reliability(&evidence.answers) };
    let in_use = versions.iter().find(|one| one.is_in_use);
    let is_new = in_use.is_none_or(|one| one.version.facts.manifest != taught.lineage.hash);
    TaughtView {
        id,
        name,
        judgements: taught.lineage.lines.len(),
        examples: head.examples,
        held_out: evidence.held_out,
        right: format!("{:.0}", share(evidence.right)),
        right_before: format!("{:.0}", share(evidence.right_before)),
        // Of so few the interval is a point, which would be called certain.
        difference: match evidence.held_out {
            0..FEW => words.t("taught-too-few"),
            _ => format!("{:+.1} ({low:+.1} – {high:+.1})", 100.0 * evidence.difference[0]),
        },
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
        // One point is no curve.
        curve: if curve.len() < 2 { Vec::new() } else { curve.iter().map(curve_line).collect() },
        distrusted: taught.distrusted.iter().map(|one| who(one, frame)).collect(),
        lineage: taught.lineage.hash.clone(),
        shipped: taught.lineage.shipped.clone(),
        is_new: is_new && evidence.verdict == Verdict::Promote,
        versions: versions.iter().map(|one| line(policy, one, frame)).collect(),
    }
}
