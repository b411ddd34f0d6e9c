//! The proximity graph over the vectors (HNSW, Malkov & Yashunin 2016; the usearch library).
//! Its keys are image ids; its answers are candidates, always scored again exactly, so it holds eight bits a component.

use std::{cell::Cell, fmt, path::Path};

use numkong::f16;
use usearch::{IndexOptions, MetricKind, ScalarKind, ffi::Matches};
use vestry_model::{ImageId, LOOK_DIMENSIONS};

use crate::IndexError;

/// Searches at once; each holds one of the library's work areas.
const THREADS: usize = 128;

/// The graph, with how many removals it has seen since it was built.
pub(crate) struct Graph {
    inner: usearch::Index,
    removed: usize,
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph").field("size", &self.inner.size()).field("removed", &self.removed).finish()
    }
}

fn failed(why: impl fmt::Display) -> IndexError {
    IndexError::Look(why.to_string())
}

/// What a component of one standard deviation becomes; 127 is reached at 4.5 of them, one component in 150,000.
const SCALE: f32 = 127.0 / 4.5;

/// A vector of unit length as the graph holds it: turned so that no direction is long, eight bits a component.
///
/// The turn is a fixed random one (signs, then Walsh–Hadamard; Ailon & Chazelle 2009) and keeps every product of two
/// vectors. After it the components of any vector spread like noise of one standard deviation, so one scale suits
/// all, and rounding moves a cosine by about a thousandth.
fn narrowed(vector: &[f16]) -> [i8; LOOK_DIMENSIONS] {
    let mut turned: [f32; LOOK_DIMENSIONS] = std::array::from_fn(|at| {
        let value = f32::from(vector[at]);
        if SIGNS[at / 64] >> (at % 64) & 1 == 1 { -value } else { value }
    });
    let mut half = LOOK_DIMENSIONS / 2;
    while half > 0 {
        for block in turned.chunks_exact_mut(half * 2) {
            let (low, high) = block.split_at_mut(half);
            for (a, b) in low.iter_mut().zip(high) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half /= 2;
    }
    turned.map(|value| (value * SCALE).round().clamp(-127.0, 127.0) as i8)
}

/// The signs of the turn: the first bits of the fraction of pi. Another choice makes every saved graph useless.
const SIGNS: [u64; LOOK_DIMENSIONS / 64] =
    [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89];

impl Graph {
    pub(crate) fn new() -> Result<Self, IndexError> {
        let options = IndexOptions {
            dimensions: LOOK_DIMENSIONS,
            metric: MetricKind::IP,
            quantization: ScalarKind::I8,
            connectivity: 16,
            expansion_add: 128,
            expansion_search: 16,
            multi: false,
        };
        let inner = usearch::Index::new(&options).map_err(failed)?;
        inner.reserve_capacity_and_threads(1024, THREADS).map_err(failed)?;
        Ok(Self { inner, removed: 0 })
    }

    pub(crate) fn len(&self) -> usize {
        self.inner.size()
    }

    /// The share of entries that were removed since the graph was built.
    pub(crate) fn dead_share(&self) -> f32 {
        self.removed as f32 / (self.len() + self.removed).max(1) as f32
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.inner.memory_usage()
    }

    pub(crate) fn add(&mut self, image: ImageId, vector: &[f16]) -> Result<(), IndexError> {
        if self.inner.size() + self.removed + 1 >= self.inner.capacity() {
            let room = (self.inner.capacity() * 2).max(1024);
            self.inner.reserve_capacity_and_threads(room, THREADS).map_err(failed)?;
        }
        self.remove(image)?;
        self.inner.add(image.get() as u64, &narrowed(vector)).map_err(failed)
    }

    pub(crate) fn remove(&mut self, image: ImageId) -> Result<(), IndexError> {
        self.removed += self.inner.remove(image.get() as u64).map_err(failed)?;
        Ok(())
    }

    /// The `count` nearest images, best first, approximately.
    pub(crate) fn nearest(&self, query: &[f16], count: usize) -> Result<Vec<ImageId>, IndexError> {
        let matches = self.inner.search(&narrowed(query), count).map_err(failed)?;
        Ok(images(&matches))
    }

    /// The `count` nearest images that `allow` passes, approximately, with the share of those looked at that
    /// passed; `None` when more than `budget` were looked at.
    pub(crate) fn nearest_of(
        &self,
        query: &[f16],
        count: usize,
        budget: usize,
        allow: impl Fn(ImageId) -> bool,
    ) -> Result<Option<(Vec<ImageId>, f32)>, IndexError> {
        let (seen, passed) = (Cell::new(0usize), Cell::new(0usize));
        let query = narrowed(query);
        // Past the budget everything passes, so that the walk ends at once; its result is thrown away.
        let matches = self
            .inner
            .filtered_search(&query, count, |key| {
                seen.set(seen.get() + 1);
                let passes = seen.get() > budget || allow(ImageId::from_row(key as i64));
                passed.set(passed.get() + usize::from(passes));
                passes
            })
            .map_err(failed)?;
        let share = passed.get() as f32 / seen.get().max(1) as f32;
        Ok((seen.get() <= budget).then(|| (images(&matches), share)))
    }

    pub(crate) fn save(&self, path: &Path) -> Result<(), IndexError> {
        self.inner.save(&path.to_string_lossy()).map_err(failed)
    }

    /// Reads what [`Graph::save`] wrote; `removed` is what was noted beside it.
    pub(crate) fn load(path: &Path, removed: usize) -> Result<Self, IndexError> {
        let graph = Self::new()?;
        graph.inner.load(&path.to_string_lossy()).map_err(failed)?;
        if graph.inner.dimensions() != LOOK_DIMENSIONS {
            return Err(failed("the graph has another number of dimensions"));
        }
        let room = (graph.inner.size() + removed + 1024).next_power_of_two();
        graph.inner.reserve_capacity_and_threads(room, THREADS).map_err(failed)?;
        Ok(Self { removed, ..graph })
    }

    pub(crate) fn removed(&self) -> usize {
        self.removed
    }
}

fn images(matches: &Matches) -> Vec<ImageId> {
    matches.keys.iter().map(|key| ImageId::from_row(*key as i64)).collect()
}
