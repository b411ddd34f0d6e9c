//! One build of the index: a folder with the words' segments and the looks' snapshots, and what is in memory.
//!
//! ```text
//! DIR/lock              held while open
//! DIR/current           which generation is the index
//! DIR/generation-N/words/…
//! DIR/generation-N/looks-M/…       the newest is the snapshot; one being written ends in `.new`
//! ```

#![expect(clippy::vec_box, reason = "a vector of 512 bytes is moved by its pointer")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use vestry_model::{ImageId, ProductId, Taxonomy};

use crate::{
    Change, Document, IndexError, Settings, Step,
    graph::Graph,
    matching::Scratches,
    rows::{Look, look},
    snapshot::{self, failed},
    state::{Record, State, boxed},
    texts::{TextsWriter, View},
    tokens::Terms,
    words::Speller,
};

/// Products changed under one lock.
const STATE_CHUNK: usize = 32;
/// Pictures put into the graph under one lock, about two milliseconds.
const GRAPH_CHUNK: usize = 16;
/// Past this share of dead entries they are rebuilt away.
pub(crate) const DEAD_LIMIT: f32 = 0.2;

/// What searches read. Locks are taken in the order of the fields.
pub(crate) struct Live {
    pub(crate) state: RwLock<State>,
    pub(crate) graph: Arc<RwLock<Graph>>,
    view: RwLock<Arc<View>>,
    pub(crate) scratches: Scratches,
    speller: Mutex<Option<(u64, Arc<Speller>)>>,
}

impl Live {
    fn new(state: State, graph: Arc<RwLock<Graph>>, view: View) -> Self {
        Self {
            state: RwLock::new(state),
            graph,
            view: RwLock::new(Arc::new(view)),
            scratches: Scratches::default(),
            speller: Mutex::default(),
        }
    }

    pub(crate) fn read(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn view(&self) -> Arc<View> {
        self.view.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The vocabulary of `state`, made again when its words changed.
    pub(crate) fn speller(&self, state: &State) -> Arc<Speller> {
        let mut kept = self.speller.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((version, speller)) if *version == state.vocabulary.version => speller.clone(),
            _ => {
                let speller = Arc::new(Speller::new(state.vocabulary.iter()));
                *kept = Some((state.vocabulary.version, speller.clone()));
                speller
            }
        }
    }
}

/// A build of the index.
pub(crate) struct Generation {
    pub(crate) number: u64,
    dir: PathBuf,
    texts: TextsWriter,
    pub(crate) live: Arc<Live>,
    looks: u64,
    /// The highest sequence applied.
    pub(crate) sequence: u64,
    /// Whether memory holds what the looks' snapshot does not.
    pub(crate) dirty: bool,
}

/// A change made ready outside of any lock.
struct Prepared {
    product: ProductId,
    put: Option<(Record, Vec<Box<Look>>, Terms)>,
}

fn prepare(change: &Change, taxonomy: &Taxonomy) -> Prepared {
    match change {
        Change::Remove(product) => Prepared { product: *product, put: None },
        Change::Upsert(document) => {
            let terms = Terms::of(document, taxonomy);
            let record = Record::of(document, &terms, taxonomy);
            let looks = looks(document);
            Prepared { product: document.product, put: Some((record, looks, terms)) }
        }
    }
}

/// The vectors of the pictures, each picture once.
fn looks(document: &Document) -> Vec<Box<Look>> {
    let first = |at: usize| document.images[..at].iter().all(|i| i.image != document.images[at].image);
    document.images.iter().enumerate().filter(|(at, _)| first(*at)).map(|(_, i)| look(&i.look)).collect()
}

pub(crate) fn path_of(root: &Path, number: u64) -> PathBuf {
    root.join(format!("generation-{number}"))
}

impl Generation {
    /// An empty build in a fresh folder.
    pub(crate) fn create(root: &Path, number: u64, settings: &Settings) -> Result<Self, IndexError> {
        let dir = path_of(root, number);
        if dir.exists() {
            fs::remove_dir_all(&dir).map_err(failed("remove", &dir))?;
        }
        let words = dir.join("words");
        fs::create_dir_all(&words).map_err(failed("create", &words))?;
        let texts = TextsWriter::create(&words, settings.words_heap_bytes)?;
        let state = State::default();
        let view = texts.view(&state, None)?;
        let live = Arc::new(Live::new(state, Arc::new(RwLock::new(Graph::new()?)), view));
        Ok(Self { number, dir, texts, live, looks: 0, sequence: 0, dirty: true })
    }

    /// Reads a build; `Ok(None)` when it was never saved, `Err(Ok(why))` when it cannot be used.
    pub(crate) fn open(
        root: &Path,
        number: u64,
        settings: &Settings,
    ) -> Result<Option<Self>, Result<String, IndexError>> {
        let dir = path_of(root, number);
        let Some((looks, path)) = snapshot::numbered(&dir, "looks").pop() else { return Ok(None) };
        let loaded = snapshot::read(&path).map_err(Ok)?;
        let unusable = |e: IndexError| match e {
            IndexError::Words(tantivy::TantivyError::LockFailure(..)) => Err(e),
            e => Ok(format!("words: {}", chain(&e))),
        };
        let texts = TextsWriter::open(&dir.join("words"), settings.words_heap_bytes).map_err(unusable)?;
        texts.check().map_err(Ok)?;
        let sequence = texts.sequence().map_err(unusable)?;
        if sequence < loaded.sequence {
            return Err(Ok(format!("the words end at {sequence}, before the looks at {}", loaded.sequence)));
        }
        let view = texts.view(&loaded.state, None).map_err(unusable)?;
        let live = Arc::new(Live::new(loaded.state, Arc::new(RwLock::new(loaded.graph)), view));
        let mut generation = Self { number, dir, texts, live, looks, sequence: loaded.sequence, dirty: false };
        generation.clean_up().map_err(Err)?;
        Ok(Some(generation))
    }

    /// Removes snapshots that are not the newest, and unfinished ones.
    fn clean_up(&mut self) -> Result<(), IndexError> {
        for entry in fs::read_dir(&self.dir).map_err(failed("read", &self.dir))?.flatten() {
            let name = entry.file_name();
            let stale = name.to_str().is_some_and(|n| n.starts_with("looks-") && n != format!("looks-{}", self.looks));
            if stale {
                let path = entry.path();
                fs::remove_dir_all(&path).map_err(failed("remove", &path))?;
            }
        }
        Ok(())
    }

    /// Takes in changes: memory, then the words' segments, then the graph.
    pub(crate) fn apply(
        &mut self,
        changes: &[(u64, Change)],
        taxonomy: &Taxonomy,
        stop: &dyn Fn(Step) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        let mut removed = Vec::new();
        let mut texts = Vec::with_capacity(changes.len());
        for chunk in changes.chunks(STATE_CHUNK) {
            let prepared: Vec<Prepared> = chunk.iter().map(|(_, change)| prepare(change, taxonomy)).collect();
            let mut state = self.live.write();
            for Prepared { product, put } in prepared {
                let terms = put.map(|(record, looks, terms)| {
                    removed.extend(state.upsert(record, &looks).removed);
                    terms
                });
                if terms.is_none() {
                    removed.extend(state.remove(product).removed);
                }
                texts.push((product, terms));
            }
        }
        self.dirty = true;
        let last = changes.iter().map(|(sequence, _)| *sequence).max().unwrap_or(0);
        self.sequence = self.sequence.max(last);
        stop(Step::Apply)?;
        if let Err(error) = self.apply_texts(&texts) {
            self.texts.start_over()?;
            return Err(error);
        }
        stop(Step::Commit)?;
        self.apply_graph(&removed)
    }

    fn apply_texts(&mut self, texts: &[(ProductId, Option<Terms>)]) -> Result<(), IndexError> {
        for (product, terms) in texts {
            match terms {
                Some(terms) => self.texts.put(*product, terms)?,
                None => self.texts.remove(*product),
            }
        }
        self.texts.commit(self.sequence)?;
        let older = self.live.view();
        let view = self.texts.view(&self.live.read(), Some(&older))?;
        *self.live.view.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(view);
        Ok(())
    }

    fn apply_graph(&mut self, removed: &[ImageId]) -> Result<(), IndexError> {
        for chunk in removed.chunks(GRAPH_CHUNK) {
            let gone: Vec<ImageId> = {
                let state = self.live.read();
                chunk.iter().copied().filter(|image| state.rows.row_of(*image).is_none()).collect()
            };
            let mut graph = self.live.graph.write().unwrap_or_else(PoisonError::into_inner);
            for image in gone {
                graph.remove(image)?;
            }
        }
        loop {
            let (taken, fresh) = {
                let state = self.live.read();
                let taken = state.pending.len().min(GRAPH_CHUNK);
                let alive = state.pending[..taken]
                    .iter()
                    .filter(|row| state.rows.row_of(state.rows.image(**row)) == Some(**row));
                let fresh: Vec<(ImageId, Box<Look>)> =
                    alive.map(|row| (state.rows.image(*row), boxed(state.rows.vector(*row)))).collect();
                (taken, fresh)
            };
            if taken == 0 {
                return Ok(());
            }
            {
                let mut graph = self.live.graph.write().unwrap_or_else(PoisonError::into_inner);
                for (image, vector) in &fresh {
                    graph.add(*image, vector.as_slice())?;
                }
            }
            self.live.write().pending.drain(..taken);
            std::thread::yield_now();
        }
    }

    /// The worse of the dead shares of memory and graph.
    pub(crate) fn dead_share(&self) -> f32 {
        let graph = self.live.graph.read().unwrap_or_else(PoisonError::into_inner).dead_share();
        self.live.read().dead_share().max(graph)
    }

    /// Builds memory and graph again without what is dead.
    pub(crate) fn compact(&mut self) -> Result<(), IndexError> {
        let mut state = self.live.read().compacted();
        let mut graph = Graph::new()?;
        for row in std::mem::take(&mut state.pending) {
            graph.add(state.rows.image(row), state.rows.vector(row))?;
        }
        let view = self.texts.view(&state, None)?;
        self.live = Arc::new(Live::new(state, Arc::new(RwLock::new(graph)), view));
        self.dirty = true;
        Ok(())
    }

    /// Rewrites the words' segments without what is deleted.
    pub(crate) fn purge_texts(&mut self) -> Result<(), IndexError> {
        self.texts.purge(self.sequence)?;
        let view = self.texts.view(&self.live.read(), None)?;
        *self.live.view.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(view);
        self.texts.collect(self.sequence)
    }

    /// Writes the looks' snapshot and puts it in the old one's place.
    pub(crate) fn save(&mut self, stop: &dyn Fn(Step) -> Result<(), IndexError>) -> Result<(), IndexError> {
        let fresh = self.dir.join(format!("looks-{}.new", self.looks + 1));
        let path = self.dir.join(format!("looks-{}", self.looks + 1));
        if fresh.exists() {
            fs::remove_dir_all(&fresh).map_err(failed("remove", &fresh))?;
        }
        {
            let state = self.live.read();
            let graph = self.live.graph.read().unwrap_or_else(PoisonError::into_inner);
            snapshot::write(&fresh, &state, &graph, self.sequence)?;
        }
        stop(Step::Save)?;
        fs::rename(&fresh, &path).map_err(failed("rename", &fresh))?;
        snapshot::sync_dir(&self.dir)?;
        stop(Step::Rename)?;
        self.looks += 1;
        self.dirty = false;
        self.clean_up()
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    text
}
