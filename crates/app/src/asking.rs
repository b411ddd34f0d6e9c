//! The review in the order in which answers teach most: `vestry_learn::asking` over what waits and what was answered.
//!
//! An order of [`LENGTH`] questions is made at once and walked through; the next one knows what these taught. What was
//! passed over in it waits for the one after that.

use crate::{App, AppError, Question, teaching};
use rayon::prelude::*;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use vestry_learn::{
    asking::{Candidate, MOST, Subject, order},
    taught::Learner,
};
use vestry_model::{AttributeId, LinearHead, OrganisationId, ProductId, Row, Sku, Values};
use vestry_store::{Edge, Place, Queue};

/// Questions of one order. On real photos one order of fifty gained half of what five of ten do.
const LENGTH: usize = 10;

/// The last order of each organisation and attribute.
#[derive(Debug, Default)]
pub(crate) struct Orders(Mutex<HashMap<(OrganisationId, AttributeId), Order>>);

type Order = Arc<[Place]>;

impl Orders {
    fn of(&self, organisation: OrganisationId, attribute: &AttributeId) -> Order {
        let all = self.0.lock().expect("no holder panics");
        all.get(&(organisation, attribute.clone())).cloned().unwrap_or_default()
    }

    fn keep(&self, organisation: OrganisationId, attribute: &AttributeId, order: &[Place]) {
        self.0.lock().expect("no holder panics").insert((organisation, attribute.clone()), order.into());
    }

    /// So much was taught at once that another order is wanted.
    pub(crate) fn drop_of(&self, organisation: OrganisationId, attribute: &AttributeId) {
        self.0.lock().expect("no holder panics").remove(&(organisation, attribute.clone()));
    }
}

fn is_same(one: &Place, other: &Place) -> bool {
    (one.product, &one.attribute, &one.value) == (other.product, &other.attribute, &other.value)
}

/// A question that was looked at.
struct LookedAt {
    place: Place,
    row: Row,
    /// How likely each answer is.
    likely: Vec<f32>,
}

/// What an order says from a place on; all of it where the place is of another order.
fn rest(order: &[Place], from: Option<(&Place, Edge)>) -> Vec<Place> {
    let at = from.and_then(|(place, _)| order.iter().position(|one| is_same(one, place)));
    let itself = from.filter(|(_, edge)| *edge == Edge::At).map(|(place, _)| place);
    itself.into_iter().chain(&order[at.map_or(0, |at| at + 1)..]).cloned().collect()
}

impl App {
    /// As [`App::review_question`], in the order in which answers teach most; for an attribute that can be taught.
    pub async fn teaching_question(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
        from: Option<(&Place, Edge)>,
    ) -> Result<Option<Question>, AppError> {
        let held = self.orders().of(organisation, attribute);
        let mut places = self.still_waiting(organisation, attribute, rest(&held, from)).await?;
        if places.is_empty() {
            let passed: Vec<&Place> = held.iter().chain(from.map(|(place, _)| place)).collect();
            places = self.teaching_places(organisation, attribute, &passed, LENGTH).await?;
            if !places.is_empty() {
                self.orders().keep(organisation, attribute, &places);
            }
        }
        places.truncate(2);
        self.question(organisation, &places).await
    }

    /// The `count` questions that teach most, the first first, with the products that they are about; `None` for an
    /// attribute that cannot be taught.
    pub async fn teaching_order(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
        count: usize,
    ) -> Result<Option<Vec<(Sku, Place)>>, AppError> {
        if !self.can_be_taught(attribute) {
            return Ok(None);
        }
        let places = self.teaching_places(organisation, attribute, &[], count).await?;
        let ids: Vec<ProductId> = places.iter().map(|place| place.product).collect();
        let views = self.products_by_id(organisation, &ids).await?;
        let named = |place: Place| Some((views.get(&place.product)?.product.product.sku.clone(), place));
        Ok(Some(places.into_iter().filter_map(named).collect()))
    }

    /// Those of `places` that wait, as they stand now.
    async fn still_waiting(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
        places: Vec<Place>,
    ) -> Result<Vec<Place>, AppError> {
        let (many, products) = (self.many(), places.iter().map(|place| place.product).collect::<Vec<_>>());
        let queue = Queue { organisation, many: &many, attribute: Some(attribute) };
        let waiting = self.store().read().await?.waiting_of(queue, &products).await?;
        let now = |place: Place| waiting.iter().find(|one| is_same(one, &place)).cloned();
        Ok(places.into_iter().filter_map(now).collect())
    }

    /// The `count` questions that teach most, but for `passed`; of what waits, the least sure [`MOST`] are looked at.
    async fn teaching_places(
        &self,
        organisation: OrganisationId,
        attribute: &AttributeId,
        passed: &[&Place],
        count: usize,
    ) -> Result<Vec<Place>, AppError> {
        let Some(learner) = self.learner(organisation, attribute).await? else { return Ok(Vec::new()) };
        let taught = self.working_head(organisation, attribute).await?;
        let many = self.many();
        let queue = Queue { organisation, many: &many, attribute: Some(attribute) };
        let mut read = self.store().read().await?;
        let mut places = read.waiting(queue, None, (MOST + passed.len()) as u32).await?;
        places.retain(|place| !passed.iter().any(|one| is_same(one, place)));
        let products: Vec<ProductId> = places.iter().map(|place| place.product).collect();
        let features = read.first_features(organisation, &products).await?;
        drop(read);
        let (app, attribute) = (self.clone(), attribute.clone());
        let work = move || {
            let teaching = app.teaching();
            let head = taught.as_deref().or(teaching.shipped_head(&attribute));
            let heads = app.vision().heads();
            let look = |place: Place| {
                let features = teaching::numbers(features.get(&place.product)?);
                let row = teaching::row(heads.reading.as_ref()?, &features)?;
                let likely = likely(head, learner.judgements().values(), &place, &features);
                Some(LookedAt { place, row, likely })
            };
            let looked_at: Vec<LookedAt> = places.into_par_iter().filter_map(look).collect();
            ordered(&looked_at, &learner, count)
        };
        Ok(self.cpu().run(work).await)
    }
}

/// The `count` of these questions that teach most.
fn ordered(questions: &[LookedAt], learner: &Learner, count: usize) -> Vec<Place> {
    let is_many = learner.judgements().values() == Values::Many;
    let mut candidates = Vec::new();
    for LookedAt { place, row, likely } in questions {
        let subject = Subject { row, value: is_many.then_some(&place.value) };
        candidates.push(Candidate { subject, likely: likely.clone() });
    }
    let answered: Vec<Subject<'_>> = learner.answered().collect();
    let order = order(&candidates, &answered, count).expect("one reading made all rows");
    order.into_iter().map(|at| questions[at].place.clone()).collect()
}

/// How likely each answer to a question is: by the head, or as the tag itself says.
fn likely(head: Option<&LinearHead>, values: Values, place: &Place, features: &[f32]) -> Vec<f32> {
    let own = place.confidence.get();
    match (head, values) {
        (Some(head), Values::One) => match teaching::read_by(head.dimensions(), features) {
            Some(read) => head.probabilities(read),
            None => vec![own],
        },
        (None, Values::One) => vec![own],
        (head, Values::Many) => {
            let of_value = head.and_then(|head| {
                let at = head.classes().iter().position(|class| *class == place.value)?;
                head.probabilities(teaching::read_by(head.dimensions(), features)?).get(at).copied()
            });
            let likely = of_value.unwrap_or(own);
            vec![1.0 - likely, likely]
        }
    }
}
