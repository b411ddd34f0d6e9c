//! The review: one picture, one question. Every question has an address; an answer leads to the next one.

use super::{Shown, address, encoded, frame, product, shown, tiles};
use crate::{
    guard::Fields,
    pages::{Frame, Look, OptionView, TagLook, review::*},
    problem::{Code, Problem},
    session::Session,
    state::Server,
};
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use vestry_app::{
    Asked, Edge, LookAlike, LookAlikes, Place, ProductView, Question, Reason, ReviewProgress, ReviewStep,
};
use vestry_model::{AttributeId, Confidence, ProductId, ReviewId, ValueId, taxonomy::Attribute};
use vestry_policy::Policy;

/// What the address of a question says.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ReviewQuery {
    /// Only this attribute.
    #[serde(default)]
    attribute: String,
    /// `teach`, or nothing.
    #[serde(default)]
    order: String,
    /// This question, or what follows it.
    at: Option<String>,
    /// What follows this question.
    after: Option<String>,
    /// Something to be said in passing.
    note: Option<String>,
}

/// Which question comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// What the machine is least sure of.
    LeastSure,
    /// What teaches most.
    Teaching,
}

impl Order {
    fn read(text: &str) -> Result<Self, Problem> {
        match text {
            "" => Ok(Self::LeastSure),
            "teach" => Ok(Self::Teaching),
            _ => Err(Problem::bad_request(format!("`{text}` is no order of the review; write `teach` or nothing"))),
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::LeastSure => "",
            Self::Teaching => "teach",
        }
    }
}

/// The walk through the review that an address continues.
#[derive(Debug, Clone, Copy)]
struct Walk<'a> {
    /// The attribute that is filtered by, or empty.
    only: &'a str,
    /// Within all attributes it is [`Order::LeastSure`].
    order: Order,
}

impl<'a> Walk<'a> {
    fn new(only: &'a str, order: &str) -> Result<Self, Problem> {
        let order = Order::read(order)?;
        Ok(Self { only, order: if only.is_empty() { Order::LeastSure } else { order } })
    }

    fn of(fields: &'a Fields) -> Result<Self, Problem> {
        Self::new(fields.text("only").unwrap_or(""), fields.text("order").unwrap_or(""))
    }

    fn start(self) -> String {
        self.at("at", "", None)
    }

    /// The address of a place in the queue.
    fn at(self, edge: &'static str, place: &str, note: Option<&'static str>) -> String {
        let parts =
            [("attribute", self.only), ("order", self.order.text()), (edge, place), ("note", note.unwrap_or(""))];
        address("/review", parts.into_iter().filter(|(_, text)| !text.is_empty()))
    }
}

/// `GET /review`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Query(query): Query<ReviewQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Shown {
    let frame = frame(&server, &session, &headers, &uri, "review").await?;
    let organisation = session.organisation();
    let only = known_attribute(&server, &query.attribute)?;
    let from = from(&query)?;
    let from = from.as_ref().map(|(place, edge)| (place, *edge));
    let mut walk = Walk::new(&query.attribute, &query.order)?;
    let question = match only.filter(|a| walk.order == Order::Teaching && server.app.can_be_taught(&a.id)) {
        Some(attribute) => server.app.teaching_question(organisation, &attribute.id, from).await?,
        None => {
            walk.order = Order::LeastSure;
            server.app.review_question(organisation, only.map(|a| &a.id), from).await?
        }
    };
    let today = start_of_day(server.app.policy(), server.app.now());
    let progress = server.app.review_progress(organisation, today).await?;
    let last = server.app.last_review(organisation, &server.pseudonym(&session)).await?;
    shown(&page(&server, frame, (only, walk), &query, question, &progress, last))
}

fn start_of_day(policy: &Policy, now: Timestamp) -> Timestamp {
    now.to_zoned_datetime(policy.zone().clone()).start_of_day().map_or(now, |day| day.timestamp())
}

/// The attribute that is filtered by; all when there is none.
fn known_attribute(server: &Server, name: &str) -> Result<Option<&'static Attribute>, Problem> {
    if name.is_empty() {
        return Ok(None);
    }
    let unknown = || Problem::refused(Code::UnknownField, format!("there is no attribute `{name}`"));
    server.app.taxonomy().attribute(name).map(Some).ok_or_else(unknown)
}

fn read_place(text: &str) -> Result<Place, Problem> {
    Place::from_text(text).ok_or_else(|| Problem::bad_request(format!("`{text}` is no place in the review")))
}

fn from(query: &ReviewQuery) -> Result<Option<(Place, Edge)>, Problem> {
    Ok(match (&query.at, &query.after) {
        (Some(at), _) => Some((read_place(at)?, Edge::At)),
        (None, Some(after)) => Some((read_place(after)?, Edge::After)),
        (None, None) => None,
    })
}

fn page(
    server: &Server,
    frame: Frame,
    (only, walk): (Option<&Attribute>, Walk<'_>),
    query: &ReviewQuery,
    question: Option<Question>,
    progress: &ReviewProgress,
    last: Option<(ReviewStep, Option<ProductView>)>,
) -> ReviewPage {
    let words = frame.words;
    // Before a question is chosen, what was answered last says which attribute the figure is about.
    let judged = question.as_ref().map(|q| &q.place.attribute).or(last.as_ref().map(|(step, _)| &step.attribute));
    ReviewPage {
        only: walk.only.into(),
        order: walk.order.text(),
        other_order: only.filter(|a| server.app.can_be_taught(&a.id)).map(|_| other_order(walk)),
        start: walk.start(),
        filters: filters(server, &frame, (only, walk), progress),
        counts: counts(only, progress),
        accuracy: judged.and_then(|attribute| accuracy(server, &frame, attribute, progress)),
        note: match query.note.as_deref() {
            Some("taken") => Some(words.t("review-taken")),
            Some("left") => Some(words.t("review-left-alone")),
            _ => None,
        },
        question: question.and_then(|question| question_view(server, &frame, walk, question)),
        last: last.map(|(step, view)| step_view(server, &frame, walk, query, &step, view.as_ref())),
        frame,
    }
}

/// The same questions in the other order, from its start.
fn other_order(walk: Walk<'_>) -> String {
    let order = match walk.order {
        Order::LeastSure => Order::Teaching,
        Order::Teaching => Order::LeastSure,
    };
    Walk { order, ..walk }.start()
}

fn counts(only: Option<&Attribute>, progress: &ReviewProgress) -> ReviewCounts {
    let is_meant = |attribute: &AttributeId| only.is_none_or(|only| only.id == *attribute);
    let waiting = || progress.waiting.iter().filter(|w| is_meant(&w.attribute));
    let reviewed = || progress.reviewed.iter().filter(|r| is_meant(&r.attribute));
    ReviewCounts {
        to_review: waiting().map(|w| w.to_review).sum(),
        suggested: waiting().map(|w| w.suggested).sum(),
        reviewed: reviewed().map(|r| r.all).sum(),
        today: reviewed().map(|r| r.lately).sum(),
    }
}

/// All, then every attribute of which something waits, in the taxonomy's order.
fn filters(
    server: &Server,
    frame: &Frame,
    (only, walk): (Option<&Attribute>, Walk<'_>),
    progress: &ReviewProgress,
) -> Vec<ReviewFilter> {
    let words = frame.words;
    let waiting = |id: &AttributeId| {
        progress.waiting.iter().find(|w| w.attribute == *id).map_or(0, |w| w.to_review + w.suggested)
    };
    let all: u64 = progress.waiting.iter().map(|w| w.to_review + w.suggested).sum();
    let everything = ReviewFilter {
        name: words.t("review-all"),
        count: words.number(all),
        href: Walk { only: "", order: Order::LeastSure }.start(),
        picked: only.is_none(),
    };
    let attribute = |attribute: &Attribute| {
        let (count, picked) = (waiting(&attribute.id), only.is_some_and(|only| only.id == attribute.id));
        (count > 0 || picked).then(|| ReviewFilter {
            name: attribute.name.pick(words.is_korean()).into(),
            count: words.number(count),
            href: Walk { only: attribute.id.as_str(), ..walk }.start(),
            picked,
        })
    };
    std::iter::once(everything).chain(server.app.taxonomy().attributes().iter().filter_map(attribute)).collect()
}

fn accuracy(
    server: &Server,
    frame: &Frame,
    attribute: &AttributeId,
    progress: &ReviewProgress,
) -> Option<AccuracyView> {
    let found = progress.reviewed.iter().find(|r| r.attribute == *attribute && r.judged > 0)?;
    Some(AccuracyView {
        attribute: attribute_name(server, frame, attribute),
        percent: (found.accepted * 100 + found.judged / 2) / found.judged,
        judged: found.judged,
    })
}

fn attribute_name(server: &Server, frame: &Frame, attribute: &AttributeId) -> String {
    let found = server.app.taxonomy().attribute(attribute.as_str());
    found.map_or(attribute.as_str(), |a| a.name.pick(frame.words.is_korean())).into()
}

fn value_name(server: &Server, frame: &Frame, attribute: &AttributeId, value: &ValueId) -> String {
    tiles::value_name(server.app.taxonomy(), attribute.as_str(), value.as_str(), frame.words)
}

fn percent(confidence: Confidence) -> u8 {
    (confidence.get() * 100.0).round() as u8
}

fn options(attribute: &Attribute, frame: &Frame) -> Vec<OptionView> {
    let name = |v: &vestry_model::taxonomy::Value| v.name.pick(frame.words.is_korean()).to_owned();
    attribute.values.iter().map(|v| OptionView { id: v.id.to_string(), name: name(v) }).collect()
}

fn main_picture(view: &ProductView, title: &str) -> crate::pages::PictureView {
    tiles::picture(view.images.iter().find(|i| i.picture().is_some()), title)
}

fn question_view(server: &Server, frame: &Frame, walk: Walk<'_>, question: Question) -> Option<QuestionView> {
    let Question { place, view, proposals, history, following } = question;
    let attribute = server.app.taxonomy().attribute(place.attribute.as_str())?;
    let title = tiles::title(&view, frame.words);
    let text = place.to_text();
    let proposal = |p: &vestry_app::Proposal| ProposalView {
        value: p.value.to_string(),
        name: value_name(server, frame, &place.attribute, &p.value),
        percent: match p.reason {
            Reason::Model(confidence) => Some(percent(confidence)),
            Reason::Near | Reason::LookAlikes => None,
        },
        why: match p.reason {
            Reason::Model(_) => String::new(),
            Reason::Near => frame.words.t("review-near"),
            Reason::LookAlikes => frame.words.t("review-from-alike"),
        },
        dot: tiles::dot(server.app.taxonomy(), place.attribute.as_str(), p.value.as_str()),
    };
    let asked = AlikeQuery {
        product: place.product.get(),
        attribute: place.attribute.to_string(),
        asked: place.value.to_string(),
        answer: place.value.to_string(),
        only: walk.only.into(),
        order: walk.order.text().into(),
        from: text.clone(),
    };
    Some(QuestionView {
        attribute: attribute.name.pick(frame.words.is_korean()).into(),
        state: TagLook(Look::from(place.state)),
        href: format!("/products/{}", encoded(view.product.product.sku.as_str())),
        picture: main_picture(&view, &title),
        proposals: proposals.iter().map(proposal).collect(),
        options: options(attribute, frame),
        history: history.iter().rev().map(|c| product::line(c, server, frame)).collect(),
        here: walk.at("at", &text, None),
        skip: walk.at("after", &text, None),
        alike: asked.address(),
        following: following.map(|id| id.get()),
        title,
        at: text,
    })
}

fn step_view(
    server: &Server,
    frame: &Frame,
    walk: Walk<'_>,
    query: &ReviewQuery,
    step: &ReviewStep,
    view: Option<&ProductView>,
) -> StepView {
    let name = |value: &ValueId| value_name(server, frame, &step.attribute, value);
    let alike = |answer: &ValueId| {
        let product = step.product?;
        let asked = AlikeQuery {
            product: product.get(),
            attribute: step.attribute.to_string(),
            asked: step.asked.to_string(),
            answer: answer.to_string(),
            only: walk.only.into(),
            order: walk.order.text().into(),
            from: query.at.clone().or(query.after.clone()).unwrap_or_default(),
        };
        Some(asked.address())
    };
    StepView {
        id: step.id.get(),
        attribute: attribute_name(server, frame, &step.attribute),
        change: match &step.answer {
            Some(answer) if *answer == step.asked => name(answer),
            Some(answer) => format!("{} → {}", name(&step.asked), name(answer)),
            None => frame.words.a("review-not", &name(&step.asked)),
        },
        title: view.map(|view| tiles::title(view, frame.words)).unwrap_or_default(),
        products: step.products,
        alike: step.answer.as_ref().and_then(alike),
    }
}

/// `POST /review`: accept, reject, pick or name another value.
pub(crate) async fn answer(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
) -> Result<Redirect, Problem> {
    let text = fields.text("at").ok_or_else(|| Problem::bad_request("the form names no question"))?;
    let place = read_place(text)?;
    let other = |value: &str| server.app.tag_ids(place.attribute.as_str(), value).map(|(_, value)| value);
    let answer = match (fields.text("act"), fields.text("pick"), fields.text("other")) {
        (Some("accept"), ..) => Some(place.value.clone()),
        (Some("reject"), ..) => None,
        (None, Some(value), _) | (None, None, Some(value)) => Some(other(value)?),
        _ => return Err(Problem::bad_request("the form says neither accept, reject nor a value")),
    };
    let asked = Asked { product: place.product, attribute: place.attribute.clone(), value: place.value.clone() };
    let step =
        server.app.review(session.organisation(), &server.pseudonym(&session), &[asked], answer.as_ref()).await?;
    Ok(Redirect::to(&Walk::of(&fields)?.at("after", text, step.is_none().then_some("taken"))))
}

/// `POST /review/undo`: the question comes back as it was.
pub(crate) async fn undo(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
) -> Result<Redirect, Problem> {
    let id = fields.text("step").and_then(|step| step.parse().ok()).map(ReviewId::from_row);
    let id = id.ok_or_else(|| Problem::bad_request("the form names no answer"))?;
    let taken = server.app.undo_review(session.organisation(), &server.pseudonym(&session), id).await?;
    let walk = Walk::of(&fields)?;
    let Some(taken) = taken else { return Ok(Redirect::to(&walk.at("at", "", Some("left")))) };
    let is_of_it = walk.only == taken.step.attribute.as_str();
    let walk = if is_of_it { walk } else { Walk { only: "", order: Order::LeastSure } };
    let place = taken.place.map(|place| place.to_text()).unwrap_or_default();
    let note = (!taken.undone.left.is_empty()).then_some("left");
    Ok(Redirect::to(&walk.at("at", &place, note)))
}

/// What the address of look-alikes says.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AlikeQuery {
    product: i64,
    attribute: String,
    asked: String,
    answer: String,
    /// The attribute that the review is filtered by.
    #[serde(default)]
    only: String,
    /// Its order.
    #[serde(default)]
    order: String,
    /// Where in the review one came from.
    #[serde(default)]
    from: String,
}

impl AlikeQuery {
    /// Its members but the answer.
    fn kept(&self) -> Vec<(String, String)> {
        let product = self.product.to_string();
        [
            ("product", &product),
            ("attribute", &self.attribute),
            ("asked", &self.asked),
            ("only", &self.only),
            ("order", &self.order),
            ("from", &self.from),
        ]
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .into()
    }

    fn address(&self) -> String {
        let kept = self.kept();
        let kept = kept.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        address("/review/alike", kept.chain([("answer", self.answer.as_str())]))
    }

    /// Where in the review one came from.
    fn back(&self) -> Result<String, Problem> {
        Ok(Walk::new(&self.only, &self.order)?.at("at", &self.from, None))
    }

    fn asked(&self, server: &Server) -> Result<(Asked, ValueId), Problem> {
        let (attribute, value) = server.app.tag_ids(&self.attribute, &self.asked)?;
        let (_, answer) = server.app.tag_ids(&self.attribute, &self.answer)?;
        Ok((Asked { product: ProductId::from_row(self.product), attribute, value }, answer))
    }
}

/// `GET /review/alike`: what an answer would be applied to.
pub(crate) async fn alike(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Query(query): Query<AlikeQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let frame = frame(&server, &session, &headers, &uri, "review").await?;
    let (asked, answer) = query.asked(&server)?;
    let found = server.app.review_alike(session.organisation(), &asked, &answer).await?;
    let attribute = known_attribute(&server, &query.attribute)?;
    let (Some(found), Some(attribute)) = (found, attribute) else {
        return Ok(Redirect::to(&query.back()?).into_response());
    };
    Ok(shown(&alike_page(&server, frame, &query, attribute, (&asked, &answer), &found)?).into_response())
}

fn alike_page(
    server: &Server,
    frame: Frame,
    query: &AlikeQuery,
    attribute: &Attribute,
    (asked, answer): (&Asked, &ValueId),
    found: &LookAlikes,
) -> Result<AlikePage, Problem> {
    let title = tiles::title(&found.view, frame.words);
    let own = found.view.tags.iter().find(|t| t.attribute == asked.attribute && t.value == asked.value);
    let own = own.filter(|_| found.is_open).map(|tag| LookAlike {
        view: found.view.clone(),
        likeness: 1.0,
        tag: tag.clone(),
        is_same: true,
    });
    let choice = |alike: &LookAlike| {
        let title = tiles::title(&alike.view, frame.words);
        ChoiceView {
            key: format!("{}={}", alike.view.product.id, alike.tag.value),
            href: format!("/products/{}", encoded(alike.view.product.product.sku.as_str())),
            picture: main_picture(&alike.view, &title),
            said: value_name(server, &frame, &asked.attribute, &alike.tag.value),
            state: TagLook(Look::from(alike.tag.state)),
            percent: percent(alike.tag.confidence),
            likeness: format!("{:.2}", alike.likeness),
            chosen: alike.is_same,
            title,
        }
    };
    Ok(AlikePage {
        attribute: attribute.name.pick(frame.words.is_korean()).into(),
        href: format!("/products/{}", encoded(found.view.product.product.sku.as_str())),
        answer: answer.to_string(),
        kept: query.kept(),
        options: options(attribute, &frame),
        choices: own.iter().chain(&found.found).map(choice).collect(),
        back: query.back()?,
        title,
        frame,
    })
}

/// `POST /review/alike`: one answer for all that were chosen.
pub(crate) async fn spread(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
) -> Result<Redirect, Problem> {
    let member = |name: &str| fields.text(name).unwrap_or("").to_owned();
    let (attribute, answer) = server.app.tag_ids(&member("attribute"), &member("answer"))?;
    let asked = |text: &str| {
        let (product, value) = text.split_once('=')?;
        let (product, value) = (ProductId::from_row(product.parse().ok()?), ValueId::new(value)?);
        Some(Asked { product, attribute: attribute.clone(), value })
    };
    let asked: Option<Vec<Asked>> = fields.texts("chosen").map(asked).collect();
    let asked = asked.ok_or_else(|| Problem::bad_request("the form names no pictures"))?;
    let step = server.app.review(session.organisation(), &server.pseudonym(&session), &asked, Some(&answer)).await?;
    let note = step.is_none().then_some("taken");
    Ok(Redirect::to(&Walk::of(&fields)?.at("at", &member("from"), note)))
}
