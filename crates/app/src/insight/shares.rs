//! Shares of values over time: in what came into the catalogue, in what searches asked for, among whom visitors clicked and bought.

use super::periods::{By, Period, Periods};
use crate::{App, AppError, recommending::VISITORS};
use jiff::{SignedDuration, Timestamp, civil::Date};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
    sync::{Arc, Mutex},
};
use vestry_learn::trend::{Count, Trend, trend};
use vestry_model::{AttributeId, DeedKind, OrganisationId, ProductId, ValueId};
use vestry_store::{AskedDay, SearchDay, StoredEvent, TaggedProduct};

/// Rows read at once.
const ROWS: u32 = 10_000;
/// What was counted is used again so many times as long as counting took.
const REST: i32 = 10;
/// Organisations of which it is kept; each takes about a megabyte.
const KEPT: usize = 64;

/// Of what there are shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShareSource {
    /// Of products that came into the catalogue and are still there.
    Catalogue,
    /// Of searches, those that asked for a value in words or by filters.
    Searches,
    /// Of visitors who looked at something, clicked it or put it into the cart.
    Clicks,
    /// Of visitors who bought something.
    Sales,
}

impl ShareSource {
    /// All, in the order of a page.
    pub const ALL: [Self; 4] = [Self::Catalogue, Self::Searches, Self::Clicks, Self::Sales];

    /// As a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Searches => "searches",
            Self::Clicks => "clicks",
            Self::Sales => "sales",
        }
    }

    fn of(kind: DeedKind) -> Self {
        match kind {
            DeedKind::View | DeedKind::Click | DeedKind::Cart => Self::Clicks,
            DeedKind::Purchase => Self::Sales,
        }
    }

    /// The smallest group that is shown.
    fn least(self, small_cell: u32) -> u32 {
        if self == Self::Catalogue { 0 } else { small_cell }
    }
}

/// Those that are counted from visits.
const VISITS: [ShareSource; 2] = [ShareSource::Clicks, ShareSource::Sales];

/// Which shares are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharesInput {
    /// Of what.
    pub source: ShareSource,
    /// Of which attribute's values.
    pub attribute: AttributeId,
    /// In which periods.
    pub by: By,
    /// How many of them, the one of today included.
    pub periods: usize,
}

/// Shares of an attribute's values over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// What was asked for.
    pub input: SharesInput,
    /// The periods, oldest first; the last one is not over.
    pub periods: Vec<Period>,
    /// In each, of how many the shares are: products, searches or visitors that have anything to do with the attribute; `None`
    /// where it is too few to show.
    pub of: Vec<Option<u64>>,
    /// The values, the most frequent first.
    pub lines: Vec<ShareLine>,
    /// Groups of fewer are not shown; 0 of products.
    pub least: u32,
    /// When it was counted.
    pub as_of: Timestamp,
}

/// A value's shares.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareLine {
    /// The value.
    pub value: ValueId,
    /// In each period; `None` where it is too few to show.
    pub counts: Vec<Option<Count>>,
    /// Where they go over the periods that are over.
    pub trend: Option<Trend>,
}

/// What was counted of each organisation.
#[derive(Debug, Default)]
pub(crate) struct Overviews(Mutex<HashMap<OrganisationId, Place>>);

type Place = Arc<tokio::sync::Mutex<Option<Arc<Overview>>>>;

impl Overviews {
    /// Counts anew when it is asked next: somebody was forgotten.
    pub(crate) fn forget(&self, organisation: OrganisationId) {
        self.0.lock().expect("no holder panics").remove(&organisation);
    }
}

/// All shares of an organisation.
#[derive(Debug)]
struct Overview {
    today: Date,
    at: Timestamp,
    took: SignedDuration,
    /// How often events had changed, and which tags there were: what visits are counted from.
    visits_of: (i64, u64),
    periods: [Periods; 2],
    values: Values,
    grids: HashMap<(ShareSource, By), Grid>,
}

/// Values by number.
#[derive(Debug, Default)]
struct Values {
    numbers: HashMap<(AttributeId, ValueId), usize>,
    /// Of each value, the number of its attribute.
    attribute_of: Vec<usize>,
    attributes: HashMap<AttributeId, usize>,
}

impl Values {
    fn number(&mut self, attribute: AttributeId, value: ValueId) -> usize {
        let attributes = self.attributes.len();
        let of = *self.attributes.entry(attribute.clone()).or_insert(attributes);
        let values = self.attribute_of.len();
        let number = *self.numbers.entry((attribute, value)).or_insert(values);
        if number == values {
            self.attribute_of.push(of);
        }
        number
    }
}

/// Counts by period.
#[derive(Debug, Clone)]
struct Grid {
    /// Of each value, a count a period.
    hits: Vec<Vec<u64>>,
    /// Of each attribute, a count a period: of those with any of its values.
    of: Vec<Vec<u64>>,
}

impl Grid {
    fn new(values: &Values, periods: &Periods) -> Self {
        let empty = vec![0; periods.len()];
        Self { hits: vec![empty.clone(); values.attribute_of.len()], of: vec![empty; values.attributes.len()] }
    }

    /// Counts one that has these values, each once, in a period.
    fn count(&mut self, period: usize, having: impl Iterator<Item = usize>, values: &Values) {
        let mut attributes: Vec<usize> = having
            .map(|value| {
                self.hits[value][period] += 1;
                values.attribute_of[value]
            })
            .collect();
        attributes.sort_unstable();
        attributes.dedup();
        attributes.into_iter().for_each(|attribute| self.of[attribute][period] += 1);
    }
}

/// The values of products: each product's stand together in `tags`.
#[derive(Debug, Default)]
struct Tagged {
    tags: Vec<usize>,
    products: HashMap<ProductId, (Range<usize>, Timestamp)>,
}

impl Tagged {
    /// Takes in a tag; those of one product come one after the other.
    fn put(&mut self, tag: TaggedProduct, values: &mut Values) {
        let start = self.tags.len();
        self.tags.push(values.number(tag.attribute, tag.value));
        self.products.entry(tag.product).or_insert((start..start, tag.created)).0.end = start + 1;
    }

    fn of(&self, product: ProductId) -> &[usize] {
        self.products.get(&product).map_or(&[], |(range, _)| &self.tags[range.clone()])
    }
}

/// Counts visitors: each once a period and value, whatever they did how often.
struct Visits<'a> {
    tagged: &'a Tagged,
    periods: &'a [Periods; 2],
    /// Of the visitor who is counted: where, when, which value.
    seen: Vec<(usize, usize, usize)>,
    last: Option<vestry_model::Visitor>,
    /// The grids, by source and length of the periods.
    grids: [[Grid; 2]; 2],
}

impl Visits<'_> {
    /// Takes in an event; those of one visitor come one after the other.
    fn put(&mut self, event: &StoredEvent, values: &Values) {
        if self.last != Some(event.visitor) {
            self.end(values);
            self.last = Some(event.visitor);
        }
        let source = usize::from(ShareSource::of(event.kind) == ShareSource::Sales);
        for (by, periods) in self.periods.iter().enumerate() {
            let Some(period) = periods.of(event.at) else { continue };
            let tags = self.tagged.of(event.product).iter();
            self.seen.extend(tags.map(|value| (2 * source + by, period, *value)));
        }
    }

    /// Counts the visitor.
    fn end(&mut self, values: &Values) {
        self.seen.sort_unstable();
        self.seen.dedup();
        for same in self.seen.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let (at, period, _) = same[0];
            self.grids[at / 2][at % 2].count(period, same.iter().map(|(_, _, value)| *value), values);
        }
        self.seen.clear();
    }
}

impl Overview {
    fn new(today: Date, at: Timestamp, periods: [Periods; 2], values: Values) -> Self {
        let (took, visits_of) = (SignedDuration::ZERO, (0, 0));
        Self { today, at, took, visits_of, periods, values, grids: HashMap::new() }
    }

    fn grid(&self, by: usize) -> Grid {
        Grid::new(&self.values, &self.periods[by])
    }

    /// Takes over what `known` counted of the same visits: values of tags have the same numbers, others came after them.
    fn take_visits(&mut self, known: &Self) {
        for (at, by) in By::ALL.into_iter().enumerate() {
            for source in VISITS {
                let Grid { hits, of } = &known.grids[&(source, by)];
                let mut grid = self.grid(at);
                grid.hits
                    .iter_mut()
                    .zip(hits)
                    .chain(grid.of.iter_mut().zip(of))
                    .for_each(|(to, from)| to.clone_from(from));
                self.grids.insert((source, by), grid);
            }
        }
    }

    fn count_catalogue(&mut self, tagged: &Tagged) {
        for (at, by) in By::ALL.into_iter().enumerate() {
            let mut grid = self.grid(at);
            for (range, created) in tagged.products.values() {
                if let Some(period) = self.periods[at].of(*created) {
                    grid.count(period, tagged.tags[range.clone()].iter().copied(), &self.values);
                }
            }
            self.grids.insert((ShareSource::Catalogue, by), grid);
        }
    }

    fn count_searches(&mut self, days: &[SearchDay], asked: &[AskedDay]) {
        for (at, by) in By::ALL.into_iter().enumerate() {
            let mut grid = self.grid(at);
            let mut all = vec![0; self.periods[at].len()];
            for day in days {
                if let Some(period) = self.periods[at].of_day(day.day) {
                    all[period] += day.searches;
                }
            }
            for one in asked {
                let value = self.values.numbers.get(&(one.attribute.clone(), one.value.clone()));
                if let (Some(period), Some(value)) = (self.periods[at].of_day(one.day), value) {
                    grid.hits[*value][period] += one.searches;
                }
            }
            grid.of.fill(all);
            self.grids.insert((ShareSource::Searches, by), grid);
        }
    }

    fn shares(&self, input: SharesInput, small_cell: u32) -> Shares {
        let at = usize::from(input.by == By::Month);
        let least = input.source.least(small_cell);
        let (grid, periods) = (&self.grids[&(input.source, input.by)], self.periods[at].last(input.periods));
        let last = |counts: &[u64]| counts[counts.len() - periods.len()..].to_vec();
        let of = self.values.attributes.get(&input.attribute).map(|number| last(&grid.of[*number]));
        let of = of.unwrap_or_else(|| vec![0; periods.len()]);
        let mine = self.values.numbers.iter().filter(|((attribute, _), _)| *attribute == input.attribute);
        let mut found: Vec<(&ValueId, Vec<u64>)> =
            mine.map(|((_, value), number)| (value, last(&grid.hits[*number]))).collect();
        found.retain(|(_, hits)| hits.iter().any(|hits| *hits > 0));
        found.sort_unstable_by_key(|(value, _)| *value);
        let mut all: Vec<Vec<Option<Count>>> = vec![Vec::new(); found.len()];
        for (at, of) in of.iter().enumerate() {
            let counts: Vec<Count> = found.iter().map(|(_, hits)| Count { hits: hits[at], of: *of }).collect();
            all.iter_mut().zip(shown_beside(&counts, least)).for_each(|(line, count)| line.push(count));
        }
        let line = |(counts, (value, _)): (Vec<Option<Count>>, &(&ValueId, Vec<u64>))| {
            let over = counts.split_last().map_or(&[][..], |(_, over)| over);
            ShareLine { value: (*value).clone(), trend: trend(over, found.len()), counts }
        };
        let mut lines: Vec<ShareLine> = all.into_iter().zip(&found).map(line).collect();
        let sum = |line: &ShareLine| line.counts.iter().flatten().map(|count| count.hits).sum::<u64>();
        lines.sort_by(|a, b| sum(b).cmp(&sum(a)).then_with(|| a.value.cmp(&b.value)));
        let of = of.into_iter().map(|of| shown(Count { hits: 0, of }, least).map(|count| count.of)).collect();
        Shares { input, periods, of, lines, least, as_of: self.at }
    }
}

/// Which counts of one period may stand beside each other: none below `least`, and not so many that what they leave of all
/// tells a hidden one.
fn shown_beside(counts: &[Count], least: u32) -> Vec<Option<Count>> {
    let mut beside: Vec<Option<Count>> = counts.iter().map(|count| shown(*count, least)).collect();
    let is_hidden = |(count, shown): (&Count, &Option<Count>)| count.hits > 0 && shown.is_none();
    if !counts.iter().zip(&beside).any(is_hidden) {
        return beside;
    }
    let all = counts.first().map_or(0, |count| count.of);
    let left = all.saturating_sub(beside.iter().flatten().map(|count| count.hits).sum());
    let smallest = (0..beside.len())
        .filter(|at| beside[*at].is_some_and(|count| count.hits > 0))
        .min_by_key(|at| counts[*at].hits);
    if let (1.., true, Some(at)) = (left, left < u64::from(least), smallest) {
        beside[at] = None;
    }
    beside
}

/// Whether a count may be shown where groups of people below `least` may not.
fn shown(count: Count, least: u32) -> Option<Count> {
    count.is_shown(least.into()).then_some(count)
}

impl App {
    /// Shares of an attribute's values over time. What was counted a moment ago is used again.
    ///
    /// # Errors
    /// [`AppError::UnknownValue`] for an unknown attribute, [`AppError::BadRequest`] for too few or too many periods.
    pub async fn shares(&self, organisation: OrganisationId, input: SharesInput) -> Result<Shares, AppError> {
        if self.taxonomy().attribute(input.attribute.as_str()).is_none() {
            let attribute = input.attribute.to_string();
            return Err(AppError::UnknownValue { attribute, value: "*".into(), hint: String::new() });
        }
        let most = input.by.most();
        if !(1..=most).contains(&input.periods) {
            return Err(AppError::BadRequest(format!("{} periods; ask for 1 to {most}", input.periods)));
        }
        let overview = self.overview(organisation).await?;
        Ok(overview.shares(input, self.policy().small_cell))
    }

    async fn overview(&self, organisation: OrganisationId) -> Result<Arc<Overview>, AppError> {
        let place = {
            let mut all = self.overviews().0.lock().expect("no holder panics");
            if all.len() >= KEPT && !all.contains_key(&organisation) {
                all.clear();
            }
            Arc::clone(all.entry(organisation).or_default())
        };
        let mut kept = place.lock().await;
        let now = self.now();
        let today = self.policy().local(now).date();
        if let Some(known) = &*kept
            && known.today == today
            && now.duration_since(known.at) < known.took * REST
        {
            return Ok(Arc::clone(known));
        }
        let mut fresh = self.count_all(organisation, (today, now), kept.as_deref()).await?;
        fresh.took = self.now().duration_since(now);
        Ok(Arc::clone(kept.insert(Arc::new(fresh))))
    }

    /// Counts everything; visits only when they are others than those that `known` counted.
    async fn count_all(
        &self,
        organisation: OrganisationId,
        (today, now): (Date, Timestamp),
        known: Option<&Overview>,
    ) -> Result<Overview, AppError> {
        self.write_or_say().await;
        let periods = By::ALL.map(|by| Periods::until(today, by, self.policy()));
        let since = periods[0].first().min(periods[1].first());
        let mut snapshot = self.store().read().await?;
        let (mut values, mut tagged, mut tags_hash) = (Values::default(), Tagged::default(), DefaultHasher::new());
        let mut after: Option<TaggedProduct> = None;
        loop {
            let tags = snapshot.tagged_after(organisation, after.as_ref(), ROWS).await?;
            after = tags.last().cloned();
            let is_last = tags.len() < ROWS as usize;
            tags.iter().for_each(|tag| (tag.product, &tag.attribute, &tag.value).hash(&mut tags_hash));
            tags.into_iter().for_each(|tag| tagged.put(tag, &mut values));
            if is_last {
                break;
            }
        }
        let days = snapshot.search_days(organisation, since).await?;
        let asked = snapshot.asked_days(organisation, since).await?;
        for one in &asked {
            values.number(one.attribute.clone(), one.value.clone());
        }
        let mut overview = Overview::new(today, now, periods.clone(), values);
        overview.count_catalogue(&tagged);
        overview.count_searches(&days, &asked);
        overview.visits_of = (snapshot.event_changes_of(organisation).await?, tags_hash.finish());
        if let Some(known) = known.filter(|known| (known.today, known.visits_of) == (today, overview.visits_of)) {
            overview.take_visits(known);
            return Ok(overview);
        }
        let grids = [(); 2].map(|()| [overview.grid(0), overview.grid(1)]);
        let mut visits = Visits { tagged: &tagged, periods: &periods, seen: Vec::new(), last: None, grids };
        let mut after = None;
        loop {
            let events = snapshot.events_after(organisation, after, VISITORS).await?;
            let Some(last) = events.last() else { break };
            after = Some(last.visitor);
            events.iter().for_each(|event| visits.put(event, &overview.values));
        }
        visits.end(&overview.values);
        for (source, grids) in VISITS.into_iter().zip(visits.grids) {
            overview.grids.extend(By::ALL.into_iter().zip(grids).map(|(by, grid)| ((source, by), grid)));
        }
        Ok(overview)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of these counts of 100 are shown.
    #[track_caller]
    fn check(hits: &[u64], expected: &[bool]) {
        let counts: Vec<Count> = hits.iter().map(|hits| Count { hits: *hits, of: 100 }).collect();
        let shown: Vec<bool> = shown_beside(&counts, 5).iter().map(Option::is_some).collect();
        assert_eq!(shown, expected, "{hits:?}");
    }

    #[test]
    fn what_others_leave_of_all_tells_no_small_group() {
        check(&[60, 40], &[true, true]);
        // 3 of 100 would be what 60 and 37 leave.
        check(&[60, 37, 3], &[true, false, false]);
        check(&[60, 30, 3], &[true, true, false]);
        // Those who looked at several values count at each of them.
        check(&[80, 37, 3], &[true, true, false]);
        check(&[97, 3], &[false, false]);
        check(&[90, 0], &[true, true]);
    }
}
