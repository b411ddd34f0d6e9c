//! The index of one organisation.

use std::{
    fmt,
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use vestry_model::{ProductId, Rules, Taxonomy};

use crate::{
    Answer, Change, Document, Hit, IndexError, Request, Stats, Weights, Why,
    generation::{DEAD_LIMIT, Generation, Live, path_of},
    pools::{Frozen, Pool, Pools, cursor, read_cursor},
    query::{self, Context, Ranked},
    rank::Candidate,
    reading::{self, Reading},
    rows::IdSet,
    snapshot::{FORMAT, failed, numbered, replace_file},
    state::State,
    words::Reader,
};

/// Products over which pages go on.
const DEPTH: usize = 1_000;
/// The same for a request that only filters.
const BROWSE_DEPTH: usize = 10_000;
/// Documents that a rebuild takes in at once.
const REBUILD_CHUNK: usize = 500;

/// How an index runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Makes search ids hard to guess; give fresh randomness a process.
    pub seed: u64,
    /// How many searches keep their results for further pages.
    pub pools: usize,
    /// Memory of the words' writer, bytes.
    pub words_heap_bytes: usize,
    /// Stop after this step, as if killed: fault runs only.
    pub fault: Option<Step>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 0, pools: 512, words_heap_bytes: 50_000_000, fault: None }
    }
}

/// The numbered steps of keeping a change, at each of which a process may be killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// 1. The change is in memory.
    Apply,
    /// 2. The words' segments hold it.
    Commit,
    /// 3. The looks' snapshot is written beside the old one.
    Save,
    /// 4. It has taken the old one's place.
    Rename,
    /// 5. The outbox rows may be deleted.
    Mark,
}

/// What was found on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Snapshot {
    /// Nothing: feed every product.
    Empty,
    /// Both snapshots; replay the outbox rows that are left.
    Loaded {
        /// The highest sequence that both hold.
        sequence: u64,
    },
    /// Damaged or of another version: it was set aside, the index is empty; feed every product.
    Unusable {
        /// What was wrong.
        why: String,
    },
}

/// An index and what it found.
#[derive(Debug)]
pub struct Opened {
    /// The index.
    pub index: Index,
    /// What it found.
    pub state: Snapshot,
}

/// Everything that can be searched in one organisation. Searches run beside each other and beside one writer.
pub struct Index {
    dir: PathBuf,
    taxonomy: &'static Taxonomy,
    reader: Reader,
    settings: Settings,
    live: RwLock<Arc<Live>>,
    writer: Mutex<Writer>,
    /// Changes applied during a rebuild, for the new build; `None` when none is going on.
    meanwhile: Mutex<Option<Vec<(u64, Change)>>>,
    pools: Pools,
    stopped: AtomicBool,
    /// Held as long as the index is open.
    _lock: File,
}

struct Writer {
    generation: Generation,
    /// Sequences applied that the looks' snapshot does not hold.
    unsaved: Vec<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Current {
    format: u32,
    generation: u64,
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("dir", &self.dir).finish_non_exhaustive()
    }
}

impl Index {
    /// Opens the index in `dir`, made if missing. One process at a time.
    pub fn open(dir: &Path, taxonomy: &'static Taxonomy, settings: Settings) -> Result<Opened, IndexError> {
        fs::create_dir_all(dir).map_err(failed("create", dir))?;
        let lock = lock(dir)?;
        let (generation, state) = open_generation(dir, &settings)?;
        for (number, path) in numbered(dir, "generation") {
            if number != generation.number {
                fs::remove_dir_all(&path).map_err(failed("remove", &path))?;
            }
        }
        let index = Self {
            dir: dir.into(),
            taxonomy,
            reader: Reader::new(taxonomy),
            live: RwLock::new(generation.live.clone()),
            writer: Mutex::new(Writer { generation, unsaved: Vec::new() }),
            meanwhile: Mutex::default(),
            pools: Pools::new(settings.pools, settings.seed),
            stopped: AtomicBool::new(false),
            settings,
            _lock: lock,
        };
        Ok(Opened { index, state })
    }

    pub(crate) fn taxonomy(&self) -> &'static Taxonomy {
        self.taxonomy
    }

    pub(crate) fn live(&self) -> Arc<Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn writer(&self) -> Result<MutexGuard<'_, Writer>, IndexError> {
        if let (true, Some(step)) = (self.stopped.load(Ordering::Relaxed), self.settings.fault) {
            return Err(IndexError::Stopped(step));
        }
        Ok(self.writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends a fault run at its step.
    fn stop(&self, step: Step) -> Result<(), IndexError> {
        if self.settings.fault == Some(step) {
            self.stopped.store(true, Ordering::Relaxed);
            return Err(IndexError::Stopped(step));
        }
        Ok(())
    }

    /// Takes in changes with their outbox sequences, in order; the next search sees them. Idempotent.
    /// A change carries the product as it is now, so that rows may come out of order. After an error give the
    /// same changes again.
    pub fn apply(&self, changes: Vec<(u64, Change)>) -> Result<(), IndexError> {
        let mut writer = self.writer()?;
        if changes.is_empty() {
            return Ok(());
        }
        if let Some(log) = self.meanwhile.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            log.extend(changes.iter().cloned());
        }
        writer.generation.apply(&changes, self.taxonomy, &|step| self.stop(step))?;
        writer.unsaved.extend(changes.iter().map(|(sequence, _)| *sequence));
        Ok(())
    }

    /// Makes both snapshots durable and answers the outbox rows that they now hold: delete exactly these.
    /// Rebuilds away what is dead when it is more than a fifth.
    pub fn save(&self) -> Result<Vec<u64>, IndexError> {
        let mut writer = self.writer()?;
        if writer.generation.dead_share() > DEAD_LIMIT {
            writer.generation.compact()?;
            self.put_live(&writer.generation);
        }
        self.save_writer(&mut writer)
    }

    fn save_writer(&self, writer: &mut Writer) -> Result<Vec<u64>, IndexError> {
        if writer.generation.dirty {
            writer.generation.save(&|step| self.stop(step))?;
        }
        self.stop(Step::Mark)?;
        Ok(std::mem::take(&mut writer.unsaved))
    }

    fn put_live(&self, generation: &Generation) {
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = generation.live.clone();
    }

    /// Rewrites snapshots and segments without dead entries, so that no byte of a removed product is left in
    /// the folder, and forgets kept results. Answers the outbox rows that are durable, like [`Index::save`].
    pub fn purge(&self) -> Result<Vec<u64>, IndexError> {
        let mut writer = self.writer()?;
        self.pools.forget_all();
        writer.generation.compact()?;
        writer.generation.purge_texts()?;
        self.put_live(&writer.generation);
        self.save_writer(&mut writer)
    }

    /// Builds everything anew from `documents` while the old answers, then puts the new in its place.
    /// Changes applied meanwhile are in both. Answers the outbox rows that are durable, like [`Index::save`].
    /// Dropping out half-way leaves the old as it was.
    pub fn rebuild_from(&self, documents: impl IntoIterator<Item = Document>) -> Result<Vec<u64>, IndexError> {
        let (number, sequence) = {
            let writer = self.writer()?;
            let mut meanwhile = self.meanwhile.lock().unwrap_or_else(PoisonError::into_inner);
            if meanwhile.is_some() {
                return Err(IndexError::Request("a rebuild is going on already; wait for it".into()));
            }
            *meanwhile = Some(Vec::new());
            (writer.generation.number + 1, writer.generation.sequence)
        };
        let built = self.build(number, sequence, documents).and_then(|fresh| self.replace(fresh));
        *self.meanwhile.lock().unwrap_or_else(PoisonError::into_inner) = None;
        built
    }

    fn build(
        &self,
        number: u64,
        sequence: u64,
        documents: impl IntoIterator<Item = Document>,
    ) -> Result<Generation, IndexError> {
        let mut fresh = Generation::create(&self.dir, number, &self.settings)?;
        let mut documents = documents.into_iter();
        loop {
            let chunk: Vec<(u64, Change)> = documents
                .by_ref()
                .take(REBUILD_CHUNK)
                .map(|document| (sequence, Change::Upsert(Box::new(document))))
                .collect();
            if chunk.is_empty() {
                return Ok(fresh);
            }
            fresh.apply(&chunk, self.taxonomy, &|step| self.stop(step))?;
        }
    }

    fn replace(&self, mut fresh: Generation) -> Result<Vec<u64>, IndexError> {
        let mut writer = self.writer()?;
        let meanwhile = self.meanwhile.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
        fresh.sequence = fresh.sequence.max(writer.generation.sequence);
        fresh.dirty = true;
        if !meanwhile.is_empty() {
            fresh.apply(&meanwhile, self.taxonomy, &|step| self.stop(step))?;
        }
        fresh.save(&|step| self.stop(step))?;
        set_current(&self.dir, fresh.number)?;
        self.put_live(&fresh);
        let old = std::mem::replace(&mut writer.generation, fresh);
        let path = path_of(&self.dir, old.number);
        drop(old);
        fs::remove_dir_all(&path).map_err(failed("remove", &path))?;
        self.stop(Step::Mark)?;
        Ok(std::mem::take(&mut writer.unsaved))
    }

    /// Answers one request, and keeps its results for further pages.
    pub fn search(&self, request: &Request) -> Result<Answer, IndexError> {
        query::check(request)?;
        let live = self.live();
        let state = live.read();
        let reading = self.reading(&live, &state, request)?;
        let most = most(request, &reading);
        let mut depth = if request.rules == Rules::default() { first_depth(request) } else { most };
        let ranked = loop {
            let ranked = self.context(&live, &state, |context| context.run(request, &reading, depth))?;
            if ranked.whole || depth >= most || ranked.order.len() >= request.limit {
                break ranked;
            }
            depth = (depth * 4).min(most);
        };
        let Ranked { order, whole, total, approximate, facets } = ranked;
        let mut pool = Pool {
            request: request.clone(),
            items: order.into_iter().map(|candidate| freeze(&state, candidate)).collect(),
            whole: whole || depth >= most,
            total,
            approximate,
            units: reading.units,
            corrected: reading.corrected,
        };
        pool.request.facets.clear();
        let (results, next) = page(&state, &pool, 0);
        let answer = Answer {
            search_id: String::new(),
            total,
            approximate,
            results,
            facets,
            next: None,
            corrected: pool.corrected.clone(),
            named: pool.units.iter().flat_map(|unit| unit.values.iter().cloned()).collect(),
        };
        let name = self.pools.keep(pool);
        Ok(Answer { search_id: format!("{name:016x}"), next: next.map(|at| cursor(name, at)), ..answer })
    }

    fn reading(&self, live: &Live, state: &State, request: &Request) -> Result<Reading, IndexError> {
        match request.words.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
            Some(words) => reading::read(&self.reader, words, &live.speller(state)),
            None => Ok(Reading::default()),
        }
    }

    fn context<T>(&self, live: &Live, state: &State, run: impl FnOnce(Context<'_>) -> T) -> T {
        let view = live.view();
        run(Context { state, graph: &live.graph, view: &view, taxonomy: self.taxonomy, scratches: &live.scratches })
    }

    /// The weights of the search that `cursor` goes on with; `None` when it is gone.
    pub fn weights_of(&self, cursor: &str) -> Option<Weights> {
        let pool = self.pools.find(read_cursor(cursor)?.0)?;
        let weights = pool.lock().unwrap_or_else(PoisonError::into_inner).request.weights;
        Some(weights)
    }

    /// The page that `cursor` names; [`IndexError::CursorGone`] when its results are no longer kept, or when
    /// `request` is given and is not the one that made the cursor.
    pub fn next_page(&self, cursor_text: &str, request: Option<&Request>) -> Result<Answer, IndexError> {
        let (name, shown) = read_cursor(cursor_text).ok_or(IndexError::CursorGone)?;
        let pool = self.pools.find(name).ok_or(IndexError::CursorGone)?;
        let mut pool = pool.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |request: &Request| {
            let bare = Request { facets: Vec::new(), limit: pool.request.limit, ..request.clone() };
            bare == pool.request
        };
        if shown == 0 || shown > pool.items.len() || !request.is_none_or(same) {
            return Err(IndexError::CursorGone);
        }
        let live = self.live();
        let state = live.read();
        if !pool.whole && shown + pool.request.limit >= pool.items.len() {
            self.deepen(&live, &state, &mut pool, shown)?;
        }
        let (results, next) = page(&state, &pool, shown);
        Ok(Answer {
            search_id: format!("{name:016x}"),
            total: pool.total,
            approximate: pool.approximate,
            results,
            facets: Vec::new(),
            next: next.map(|at| cursor(name, at)),
            corrected: pool.corrected.clone(),
            named: Vec::new(),
        })
    }

    /// Orders as many products as pages go over, once, and puts those behind what was shown.
    fn deepen(&self, live: &Live, state: &State, pool: &mut Pool, shown: usize) -> Result<(), IndexError> {
        let reading = self.reading(live, state, &pool.request)?;
        let most = most(&pool.request, &reading);
        let ranked = self.context(live, state, |context| context.run(&pool.request, &reading, most))?;
        pool.items.truncate(shown);
        let seen: IdSet<ProductId> = pool
            .items
            .iter()
            .flat_map(|item| std::iter::once(item.product).chain(item.folded.iter().copied()))
            .collect();
        let fresh = ranked.order.into_iter().map(|candidate| freeze(state, candidate));
        pool.items.extend(fresh.filter(|item| !seen.contains(&item.product)));
        pool.units = reading.units;
        pool.whole = true;
        Ok(())
    }

    /// Sizes and shares.
    pub fn stats(&self) -> Stats {
        let (unsaved, sequence, dead_share) = {
            let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            (writer.unsaved.len() as u64, writer.generation.sequence, writer.generation.dead_share())
        };
        let live = self.live();
        let state = live.read();
        let graph = live.graph.read().unwrap_or_else(PoisonError::into_inner).memory_bytes();
        Stats {
            products: state.len() as u64,
            images: state.rows.live() as u64,
            dead_share,
            unsaved,
            sequence,
            memory_bytes: (state.rows.memory_bytes() + graph) as u64,
        }
    }
}

/// Products that are ordered at first; more when folding takes too many away, or a further page asks.
fn first_depth(request: &Request) -> usize {
    request.limit + if request.fold { request.limit / 2 + 8 } else { 1 }
}

/// Products over which the pages of `request` go.
fn most(request: &Request, reading: &Reading) -> usize {
    let asks =
        request.look.is_some() || request.like.is_some() || request.colour.is_some() || !reading.units.is_empty();
    if asks { DEPTH } else { BROWSE_DEPTH }
}

fn freeze(state: &State, candidate: Candidate) -> Frozen {
    let entry = state.entry(candidate.slot);
    let image = candidate.row.map(|row| state.rows.image(row)).or_else(|| entry.pictures.first().map(|p| p.image));
    Frozen {
        product: entry.product,
        image,
        score: candidate.score,
        parts: candidate.parts,
        tags: candidate.tags,
        words: candidate.words,
        distance: candidate.distance,
        rule: candidate.rule,
        folded: candidate.folded,
    }
}

/// The results from `from` on, without what is gone by now, and where the next page begins.
fn page(state: &State, pool: &Pool, from: usize) -> (Vec<Hit>, Option<usize>) {
    let to = (from + pool.request.limit).min(pool.items.len());
    let hits = pool.items[from..to].iter().enumerate().filter_map(|(at, item)| {
        let slot = state.slot_of(item.product)?;
        let has = |(attribute, value): &(_, _)| {
            let number = state.tag_number(attribute, value);
            number.is_some_and(|number| state.tags(slot).iter().any(|(tag, _)| *tag == number))
        };
        Some(Hit {
            product: item.product,
            sku: state.entry(slot).sku.to_string(),
            image: item.image,
            rank: (from + at) as u32 + 1,
            score: item.score,
            parts: item.parts,
            why: Why {
                tags: pool.values(item.tags).filter(|value| has(value)).cloned().collect(),
                words: pool.words(item.words),
                colour_distance: item.distance,
                rule: item.rule,
            },
            folded: item.folded.clone(),
        })
    });
    (hits.collect(), (to > from && (to < pool.items.len() || !pool.whole)).then_some(to))
}

fn lock(dir: &Path) -> Result<File, IndexError> {
    let path = dir.join("lock");
    let file = File::create(&path).map_err(failed("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(IndexError::InUse(dir.into())),
        Err(TryLockError::Error(source)) => Err(failed("lock", &path)(source)),
    }
}

fn set_current(dir: &Path, generation: u64) -> Result<(), IndexError> {
    let text = format!("{{\"format\":{FORMAT},\"generation\":{generation}}}\n");
    replace_file(&dir.join("current"), text.as_bytes())
}

/// The build that `dir` names, or a fresh one where there is none to use.
fn open_generation(dir: &Path, settings: &Settings) -> Result<(Generation, Snapshot), IndexError> {
    let path = dir.join("current");
    let newest = numbered(dir, "generation").last().map_or(0, |(number, _)| *number);
    let state = match fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Snapshot::Empty,
        Err(error) => return Err(failed("read", &path)(error)),
        Ok(bytes) => match serde_json::from_slice::<Current>(&bytes) {
            Err(error) => Snapshot::Unusable { why: format!("current: {error}") },
            Ok(current) if current.format != FORMAT => Snapshot::Unusable {
                why: format!("format {} is not {FORMAT}, the one of this version", current.format),
            },
            Ok(current) => match Generation::open(dir, current.generation, settings) {
                Ok(Some(generation)) => {
                    let sequence = generation.sequence;
                    return Ok((generation, Snapshot::Loaded { sequence }));
                }
                Ok(None) => Snapshot::Empty,
                Err(Ok(why)) => Snapshot::Unusable { why },
                Err(Err(error)) => return Err(error),
            },
        },
    };
    let generation = Generation::create(dir, newest + 1, settings)?;
    set_current(dir, generation.number)?;
    Ok((generation, state))
}
