//! One request against one state of the index.

use std::sync::{PoisonError, RwLock};

use vestry_model::{AttributeId, Oklab, Rgb, Taxonomy};

use crate::{
    Facet, Filter, FilterTest, IndexError, Request,
    bits::Bits,
    facets,
    filter::{Chosen, unknown_field},
    graph::Graph,
    look::{self, LookList},
    matching::{self, Match, Scratches},
    rank::{Candidate, Coloured, Lists, apply_rules, fold, fuse},
    reading::Reading,
    rows::{Look, look},
    state::{State, boxed},
    texts::View,
};

/// Products over which facets are counted when nothing but a look says what was found.
const FACET_DEPTH: usize = 1_000;
/// From here on a colour is another colour.
const COLOUR_REACH: f32 = 0.25;
/// The least that a colour must count for.
const COLOUR_LEAST: f32 = 0.05;

/// What a search reads.
pub(crate) struct Context<'a> {
    pub(crate) state: &'a State,
    pub(crate) graph: &'a RwLock<Graph>,
    pub(crate) view: &'a View,
    pub(crate) taxonomy: &'a Taxonomy,
    pub(crate) scratches: &'a Scratches,
}

/// What a search found.
pub(crate) struct Ranked {
    pub(crate) order: Vec<Candidate>,
    /// Whether `order` is all there is.
    pub(crate) whole: bool,
    pub(crate) total: u64,
    pub(crate) approximate: bool,
    pub(crate) facets: Vec<Facet>,
}

/// Refuses what makes no sense.
pub(crate) fn check(request: &Request) -> Result<(), IndexError> {
    let refuse = |why: &str| Err(IndexError::Request(why.into()));
    let weights = request.weights;
    if !(1..=200).contains(&request.limit) {
        return Err(IndexError::Request(format!("`limit` is `{}`; use 1 to 200", request.limit)));
    }
    if ![weights.look, weights.colour, weights.words].iter().all(|w| w.is_finite() && (0.0..=100.0).contains(w)) {
        return refuse("weights are numbers from 0 to 100");
    }
    if request.cut_off.is_some_and(|c| !(-1.0..=1.0).contains(&c)) {
        return refuse("`cut_off` is a cosine; use -1 to 1");
    }
    let rules = &request.rules;
    if [&rules.pin, &rules.boost, &rules.bury, &rules.exclude].iter().any(|r| r.len() > 1_000) {
        return refuse("at most 1,000 products a rule");
    }
    if request.filters.len() > 50 || request.facets.len() > 50 {
        return refuse("at most 50 filters and 50 facets");
    }
    Ok(())
}

impl Context<'_> {
    /// The best `depth` products.
    pub(crate) fn run(&self, request: &Request, reading: &Reading, depth: usize) -> Result<Ranked, IndexError> {
        for facet in &request.facets {
            if self.taxonomy.attribute(facet.as_str()).is_none() {
                return Err(unknown_field(self.state, self.taxonomy, facet.as_str()));
            }
        }
        let (mut chosen, narrowed) = self.chosen(request, reading)?;
        let target = self.target(request)?;
        if let Some(slot) = request.like.filter(|_| request.look.is_none()).and_then(|p| self.state.slot_of(p)) {
            chosen.all.clear(slot);
        }
        let asked = |part: bool, weight: f32| part && weight > 0.0;
        let lists = Found {
            words: asked(!reading.units.is_empty(), request.weights.words)
                .then(|| self.scratches.matches(self.view, self.state, &reading.units))
                .transpose()?,
            look: match target.filter(|_| asked(true, request.weights.look)) {
                None => None,
                Some(target) => {
                    let alone = reading.units.is_empty() && request.colour.is_none();
                    let deep = if request.facets.is_empty() || !alone { depth } else { depth.max(FACET_DEPTH) };
                    // One more than asked for, since the product that was asked about is taken out again.
                    let mut list = self.nearest(&target, narrowed.then_some(&chosen.all), deep + 1)?;
                    list.found.retain(|f| chosen.all.has(f.slot));
                    Some((target, list))
                }
            },
            colour: request.colour.filter(|_| asked(true, request.weights.colour)).map(|rgb| self.coloured(rgb)),
        };
        let facets = self.facets(request, &chosen, &lists)?;
        let mut ranked = self.rank(request, chosen, lists, depth);
        ranked.facets = facets;
        Ok(ranked)
    }

    fn chosen(&self, request: &Request, reading: &Reading) -> Result<(Chosen, bool), IndexError> {
        let mut filters = request.filters.clone();
        let price = reading.price;
        if price.min.is_some() || price.max.is_some() {
            let hundredths = |units: Option<i64>| units.map(|u| u.saturating_mul(100));
            let test = FilterTest::Between(hundredths(price.min), hundredths(price.max));
            filters.push(Filter { field: "price".into(), test });
        }
        let mut chosen = Chosen::new(self.state, self.taxonomy, &filters)?;
        for slot in request.rules.exclude.iter().filter_map(|p| self.state.slot_of(*p)) {
            chosen.all.clear(slot);
        }
        Ok((chosen, !filters.is_empty() || !request.rules.exclude.is_empty()))
    }

    /// The vector to look for.
    fn target(&self, request: &Request) -> Result<Option<Box<Look>>, IndexError> {
        if let Some(vector) = &request.look {
            return Ok(Some(look(vector)));
        }
        let Some(product) = request.like else { return Ok(None) };
        let picture = self.state.slot_of(product).and_then(|slot| self.state.entry(slot).pictures.first());
        let picture = picture.ok_or(IndexError::NoSuchProduct(product.get()))?;
        Ok(Some(boxed(self.state.rows.vector(picture.row))))
    }

    fn nearest(&self, target: &Look, allowed: Option<&Bits>, want: usize) -> Result<LookList, IndexError> {
        let graph = self.graph.read().unwrap_or_else(PoisonError::into_inner);
        look::nearest(self.state, &graph, target, allowed, want)
    }

    /// Every live product with a colour near `rgb`.
    fn coloured(&self, rgb: Rgb) -> Vec<Coloured> {
        let asked = Oklab::from(rgb);
        let near = |slot: u32| {
            let entry = self.state.entry(slot);
            let mut found = Coloured { slot, score: 0.0, distance: f32::INFINITY };
            for (colour, share) in &*entry.palette {
                let distance = colour.distance(asked);
                found.score += share * (1.0 - distance / COLOUR_REACH).max(0.0);
                found.distance = found.distance.min(distance);
            }
            found.score /= entry.pictures.len().max(1) as f32;
            (found.score >= COLOUR_LEAST).then_some(found)
        };
        self.state.live.iter().filter_map(near).collect()
    }

    fn facets(&self, request: &Request, chosen: &Chosen, lists: &Found) -> Result<Vec<Facet>, IndexError> {
        let wanted = &request.facets;
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let count = |slots: &mut dyn Iterator<Item = u32>| facets::count(self.state, chosen, wanted, slots);
        Ok(match lists {
            Found { words: Some(matches), .. } => count(&mut matches.iter().map(|m| m.slot)),
            Found { colour: Some(coloured), look: None, .. } => count(&mut coloured.iter().map(|c| c.slot)),
            Found { look: Some((target, list)), .. } => self.look_facets(request, chosen, target, list)?,
            Found { look: None, .. } => count(&mut self.state.live.iter()),
        })
    }

    /// Counts over the nearest; an attribute that is chosen from gets its own nearest, without that choice.
    fn look_facets(
        &self,
        request: &Request,
        chosen: &Chosen,
        target: &Look,
        list: &LookList,
    ) -> Result<Vec<Facet>, IndexError> {
        let over = |list: &LookList, wanted: &[AttributeId]| {
            let near = list.found.iter().take(FACET_DEPTH).filter(|f| request.cut_off.is_none_or(|cut| f.score >= cut));
            facets::count(self.state, chosen, wanted, near.map(|f| f.slot))
        };
        let mut facets = over(list, &request.facets);
        for facet in &mut facets {
            if chosen.parts.iter().any(|(of, _)| of.as_ref() == Some(&facet.attribute)) {
                let allowed = chosen.without(self.state, &facet.attribute);
                let list = self.nearest(target, Some(&allowed), FACET_DEPTH)?;
                facet.counts = over(&list, std::slice::from_ref(&facet.attribute)).remove(0).counts;
            }
        }
        Ok(facets)
    }

    fn rank(&self, request: &Request, chosen: Chosen, found: Found, depth: usize) -> Ranked {
        let state = self.state;
        let mut whole = true;
        let (mut total, mut approximate) = (0u64, !request.facets.is_empty() && found.is_look_only());
        let mut lists = Lists::default();
        let parts = [found.look.is_some(), found.words.is_some(), found.colour.is_some()];
        if let Some(mut matches) = found.words {
            matches.retain(|m| chosen.all.has(m.slot));
            total = matches.len() as u64;
            whole &= matches.len() <= depth;
            keep_best(&mut matches, depth, |a: &Match, b: &Match| matching::best_first(state, a, b));
            lists.words = Some(matches);
        }
        if let Some(mut coloured) = found.colour {
            coloured.retain(|c| chosen.all.has(c.slot));
            total = total.max(coloured.len() as u64);
            whole &= coloured.len() <= depth;
            keep_best(&mut coloured, depth, |a: &Coloured, b: &Coloured| {
                b.score.total_cmp(&a.score).then_with(|| state.product(a.slot).cmp(&state.product(b.slot)))
            });
            lists.colour = Some(coloured);
        }
        if let Some((_, LookList { found: mut near, complete })) = found.look {
            let before = near.len();
            near.retain(|f| request.cut_off.is_none_or(|cut| f.score >= cut));
            let ends = complete || near.len() < before;
            let all = match request.cut_off {
                Some(_) => near.len() as u64,
                None => chosen.all.count_shared(&state.pictured) as u64,
            };
            approximate |= request.cut_off.is_some() && !ends;
            whole &= ends && near.len() <= depth;
            near.truncate(depth);
            total = total.max(all);
            lists.look = Some(near);
        }
        let asked = parts.iter().filter(|p| **p).count();
        let mut order = fuse(state, &lists, request.weights);
        if asked == 0 {
            total = chosen.all.count() as u64;
            whole = total <= depth as u64;
            order = self.newest(&chosen.all, depth);
        } else if asked > 1 {
            total = total.max(order.len() as u64);
            approximate = true;
        }
        order = apply_rules(state, order, &request.rules, |slot| chosen.all.has(slot));
        if request.fold {
            order = fold(state, order, lists.look.is_some());
        }
        Ranked { order, whole, total, approximate, facets: Vec::new() }
    }

    fn newest(&self, all: &Bits, depth: usize) -> Vec<Candidate> {
        let state = self.state;
        let mut slots: Vec<u32> = all.iter().collect();
        keep_best(&mut slots, depth, |a: &u32, b: &u32| {
            let key = |slot: u32| (state.created[slot as usize], state.product(slot));
            key(*b).cmp(&key(*a))
        });
        slots.into_iter().map(Candidate::new).collect()
    }
}

/// What each part found, unfiltered where facets need it so.
struct Found {
    look: Option<(Box<Look>, LookList)>,
    words: Option<Vec<Match>>,
    colour: Option<Vec<Coloured>>,
}

impl Found {
    fn is_look_only(&self) -> bool {
        self.look.is_some() && self.words.is_none() && self.colour.is_none()
    }
}

fn keep_best<T>(list: &mut Vec<T>, depth: usize, order: impl Fn(&T, &T) -> std::cmp::Ordering + Copy) {
    if list.len() > depth && depth > 0 {
        list.select_nth_unstable_by(depth - 1, order);
        list.truncate(depth);
    }
    list.sort_unstable_by(order);
}
