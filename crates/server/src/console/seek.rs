//! The search page: by words and likeness as an address, by photo as a form.

use super::{MANNER, Shown, address, catalogue::filters, encoded, frame, shown, tiles};
use crate::{
    api::{region_text, sku},
    guard::Fields,
    pages::{Chip, ChipLook, Frame, LikeView, LinkView, Look, ResultsView, SearchPage, SeekForm, WeightView},
    problem::Problem,
    session::Session,
    state::Server,
};
use axum::{
    Extension,
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::{IntoResponse, Redirect, Response},
};
use vestry_app::{AppError, SearchInput, SearchOutcome};
use vestry_model::{OrganisationId, ProductId};
use vestry_search::{IndexError, Weights};
use vestry_vision::Recognition;

/// Members of the form that are no filters.
const FORM: [&str; 10] =
    ["words", "like", "look", "colour_weight", "words_weight", "cut_off", "cursor", "crop", "csrf", "image"];
/// Results a page.
const PAGE: usize = 48;

/// What somebody asks, from an address or from a form.
#[derive(Debug, Default)]
struct Question {
    words: String,
    like: String,
    weights: [f32; 3],
    cut_off: f32,
    cursor: Option<String>,
    rest: Vec<(String, String)>,
}

impl Question {
    fn read(pairs: &[(String, String)]) -> Self {
        let text =
            |name: &str| pairs.iter().find(|(k, _)| k == name).map(|(_, v)| v.trim().to_owned()).unwrap_or_default();
        let number = |name: &str, usual: f32, most: f32| {
            text(name).parse::<f32>().ok().filter(|n| n.is_finite()).map_or(usual, |n| n.clamp(0.0, most))
        };
        let is_own = |name: &str| FORM.contains(&name) || MANNER.contains(&name);
        Self {
            words: text("words"),
            like: text("like"),
            weights: [number("look", 1.0, 2.0), number("colour_weight", 1.0, 2.0), number("words_weight", 1.0, 2.0)],
            cut_off: number("cut_off", 0.0, 1.0),
            cursor: Some(text("cursor")).filter(|c| !c.is_empty()),
            rest: pairs.iter().filter(|(k, v)| !is_own(k) && !v.is_empty()).cloned().collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.like.is_empty() && self.rest.is_empty() && self.cursor.is_none()
    }

    fn input(&self) -> Result<SearchInput, Problem> {
        let [look, colour, words] = self.weights;
        Ok(SearchInput {
            tell: true,
            words: Some(self.words.clone()).filter(|w| !w.is_empty()),
            like: Some(self.like.as_str()).filter(|l| !l.is_empty()).map(sku).transpose()?,
            filters: filters(&self.rest),
            // As they come, until somebody moves one.
            weights: (self.weights != [1.0; 3]).then_some(Weights { look, colour, words }),
            cut_off: Some(self.cut_off).filter(|c| *c > 0.0),
            limit: PAGE,
            cursor: self.cursor.clone(),
            ..SearchInput::default()
        })
    }

    /// The address of this question, at `cursor`.
    fn address(&self, cursor: Option<&str>) -> String {
        let shown = |value: f32, usual: f32| if value == usual { String::new() } else { format!("{value}") };
        let [look, colour, words] = self.weights.map(|w| shown(w, 1.0));
        let cut_off = shown(self.cut_off, 0.0);
        let own = [
            ("words", self.words.as_str()),
            ("like", self.like.as_str()),
            ("look", &look),
            ("colour_weight", &colour),
            ("words_weight", &words),
            ("cut_off", &cut_off),
            ("cursor", cursor.unwrap_or("")),
        ];
        let rest = self.rest.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        address("/search", own.into_iter().filter(|(_, v)| !v.is_empty()).chain(rest))
    }

    fn form(&self, frame: &Frame, like: Option<LikeView>) -> SeekForm {
        let names = [frame.words.t("weight-look"), frame.words.t("weight-colour"), frame.words.t("weight-words")];
        let ids = ["look", "colour_weight", "words_weight"];
        let weights = ids.into_iter().zip(names).zip(self.weights);
        SeekForm {
            words: self.words.clone(),
            cut_off: format!("{}", self.cut_off),
            weights: weights.map(|((id, name), value)| WeightView { id, name, value: format!("{value}") }).collect(),
            like,
            kept: self.rest.clone(),
        }
    }
}

/// `GET /search`.
pub(crate) async fn show(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Query(pairs): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let question = Question::read(&pairs);
    let frame = frame(&server, &session, &headers, &uri, "search").await?;
    if question.is_empty() {
        return Ok(empty(&server, frame, &question)?.into_response());
    }
    let organisation = session.organisation();
    note(&server, &session, &question, false);
    match server.app.search(organisation, question.input()?).await {
        Ok(found) => Ok(page(&server, organisation, frame, &question, found).await?.into_response()),
        Err(AppError::Index(IndexError::CursorGone)) => Ok(Redirect::to(&question.address(None)).into_response()),
        Err(error) => Err(error.into()),
    }
}

/// `POST /search`: with a photo, which is used and forgotten.
pub(crate) async fn by_photo(
    State(server): State<Server>,
    Extension(session): Extension<Session>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let texts = fields.0.iter().filter(|f| f.file.is_none());
    let pairs: Vec<(String, String)> =
        texts.map(|f| (f.name.clone(), String::from_utf8_lossy(&f.bytes).into_owned())).collect();
    let question = Question::read(&pairs);
    let Some(photo) = fields.file("image") else {
        return Ok(Redirect::to(&question.address(None)).into_response());
    };
    let mut input = question.input()?;
    input.image = Some(photo.bytes.to_vec());
    input.crop = region_text(fields.text("crop"))?;
    let organisation = session.organisation();
    note(&server, &session, &question, true);
    let found = server.app.search(organisation, input).await?;
    let frame = frame(&server, &session, &headers, &uri, "search").await?;
    Ok(page(&server, organisation, frame, &question, found).await?.into_response())
}

/// What a member searches for is a record of their use; further pages of an answer are not.
fn note(server: &Server, session: &Session, question: &Question, photo: bool) {
    if let (Some(privacy), Some(member), None) = (server.app.privacy(), session.member(), &question.cursor) {
        privacy.note_search(member.person, &question.words, photo);
    }
}

fn empty(server: &Server, frame: Frame, question: &Question) -> Shown {
    let taxonomy = server.app.taxonomy();
    // Examples in the shop's language, made of the taxonomy's own words.
    let examples = [("black", "striped", "shirt"), ("navy", "floral", "dress"), ("beige", "solid", "coat")];
    let name =
        |attribute: &str, value: &str| taxonomy.value(attribute, value).map(|v| v.name.pick(frame.words.is_korean()));
    let example = |(colour, print, category): (&str, &str, &str)| {
        let text = [name("colour", colour)?, name("print", print)?, name("category", category)?].join(" ");
        Some(LinkView { href: address("/search", [("words", text.as_str())]), text })
    };
    shown(&SearchPage {
        examples: examples.into_iter().filter_map(example).collect(),
        form: question.form(&frame, None),
        results: None,
        frame,
    })
}

async fn page(
    server: &Server,
    organisation: OrganisationId,
    mut frame: Frame,
    question: &Question,
    found: SearchOutcome,
) -> Shown {
    let (taxonomy, words) = (server.app.taxonomy(), frame.words);
    let SearchOutcome { answer, seen } = found;
    let ids: Vec<ProductId> = answer.results.iter().map(|hit| hit.product).collect();
    let views = server.app.products_by_id(organisation, &ids).await?;
    let tile = |hit: &vestry_search::Hit| Some(tiles::found(hit, views.get(&hit.product)?, taxonomy, words));
    let like = match question.like.as_str() {
        "" => None,
        text => {
            let view = server.app.product(organisation, &sku(text)?).await?;
            Some(LikeView {
                sku: text.into(),
                title: tiles::title(&view, words),
                href: format!("/products/{}", encoded(text)),
            })
        }
    };
    frame.find.clone_from(&question.words);
    shown(&SearchPage {
        form: question.form(&frame, like),
        examples: Vec::new(),
        results: Some(ResultsView {
            total: answer.total,
            approximate: answer.approximate,
            corrected: answer.corrected.clone(),
            seen: seen.map(|s| chips(&s, server, &frame)).unwrap_or_default(),
            tiles: answer.results.iter().filter_map(tile).collect(),
            next: answer.next.as_deref().map(|next| question.address(Some(next))),
        }),
        frame,
    })
}

/// What was seen on the photo, at most five words.
fn chips(seen: &Recognition, server: &Server, frame: &Frame) -> Vec<Chip> {
    let taxonomy = server.app.taxonomy();
    let Some(object) = seen.objects.first() else { return Vec::new() };
    let tags = object.tags.iter().filter(|t| t.attribute.as_str() != "colour").map(|t| Chip {
        text: tiles::value_name(taxonomy, t.attribute.as_str(), t.value.as_str(), frame.words),
        look: ChipLook(t.state.into()),
        dot: None,
    });
    let colours = object.colours.iter().take(2).map(|c| Chip {
        text: tiles::value_name(taxonomy, "colour", c.value.as_str(), frame.words),
        look: ChipLook(Look::Machine),
        dot: Some(c.rgb.to_string()),
    });
    tags.take(3).chain(colours).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &[(&str, &str)], expected: &str) {
        let pairs: Vec<_> = query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(Question::read(&pairs).address(None), expected);
    }

    #[test]
    fn an_address_brings_the_same_view_back() {
        check(&[], "/search");
        check(&[("words", "검정"), ("cut_off", "0"), ("look", "1")], "/search?words=%EA%B2%80%EC%A0%95");
        check(&[("like", "A/1"), ("look", "0.5"), ("category", "dress")], "/search?like=A%2F1&look=0.5&category=dress");
        check(&[("words", "a"), ("cut_off", "NaN"), ("words_weight", "9")], "/search?words=a&words_weight=2");
        check(&[("csrf", "x"), ("crop", "0,0,1,1"), ("words", "a")], "/search?words=a");
    }
}
