//! The looks' snapshot: vectors, graph and product data in one folder that appears whole or not at all.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use numkong::f16;
use serde::{Deserialize, Serialize};
use vestry_model::LOOK_DIMENSIONS;

use crate::{
    IndexError,
    graph::Graph,
    rows::Look,
    state::{Record, State},
};

/// Goes up when a file's form changes; older ones are built anew.
pub(crate) const FORMAT: u32 = 2;
const GRAPH: &str = "graph.usearch";
const VECTORS: &str = "vectors.f16";
const PRODUCTS: &str = "products.jsonl";
const MANIFEST: &str = "manifest.json";

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    sequence: u64,
    products: usize,
    /// Removals that the graph has seen.
    removed: usize,
    /// Name, bytes, CRC-32.
    files: Vec<(String, u64, u32)>,
}

/// What a folder held.
pub(crate) struct Loaded {
    pub(crate) state: State,
    pub(crate) graph: Graph,
    pub(crate) sequence: u64,
}

/// A file error with its place.
pub(crate) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> IndexError {
    let path = path.to_path_buf();
    move |source| IndexError::File { action, path, source }
}

/// Makes the names in `dir` durable.
pub(crate) fn sync_dir(dir: &Path) -> Result<(), IndexError> {
    File::open(dir).and_then(|d| d.sync_all()).map_err(failed("sync", dir))
}

/// Writes `bytes` under `path`: the old content or the new, never a part.
pub(crate) fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), IndexError> {
    let fresh = path.with_extension("new");
    let mut file = File::create(&fresh).map_err(failed("create", &fresh))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed("write", &fresh))?;
    fs::rename(&fresh, path).map_err(failed("rename", &fresh))?;
    path.parent().map_or(Ok(()), sync_dir)
}

struct Summing<W> {
    inner: W,
    bytes: u64,
    sum: crc32fast::Hasher,
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        self.sum.update(&bytes[..written]);
        Ok(written)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn write_file(
    dir: &Path,
    name: &str,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(String, u64, u32), IndexError> {
    let path = dir.join(name);
    let file = File::create(&path).map_err(failed("create", &path))?;
    let mut out = Summing { inner: BufWriter::with_capacity(1 << 18, file), bytes: 0, sum: crc32fast::Hasher::new() };
    fill(&mut out)
        .and_then(|()| out.flush())
        .and_then(|()| out.inner.get_ref().sync_all())
        .map_err(failed("write", &path))?;
    Ok((name.into(), out.bytes, out.sum.finalize()))
}

fn sum_file(path: &Path) -> Result<(u64, u32), IndexError> {
    let mut file = File::open(path).map_err(failed("open", path))?;
    let (mut bytes, mut sum, mut buffer) = (0, crc32fast::Hasher::new(), vec![0; 1 << 18]);
    loop {
        let read = file.read(&mut buffer).map_err(failed("read", path))?;
        if read == 0 {
            file.sync_all().map_err(failed("sync", path))?;
            return Ok((bytes, sum.finalize()));
        }
        bytes += read as u64;
        sum.update(&buffer[..read]);
    }
}

/// Writes everything into the new folder `dir`.
pub(crate) fn write(dir: &Path, state: &State, graph: &Graph, sequence: u64) -> Result<(), IndexError> {
    fs::create_dir_all(dir).map_err(failed("create", dir))?;
    let mut files = Vec::new();
    let mut rows = Vec::with_capacity(state.rows.live());
    files.push(write_file(dir, PRODUCTS, |out| {
        for slot in state.live.iter() {
            let (record, of) = state.record(slot);
            rows.extend(of);
            serde_json::to_writer(&mut *out, &record)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    })?);
    files.push(write_file(dir, VECTORS, |out| {
        let mut bytes = [0u8; LOOK_DIMENSIONS * 2];
        for row in &rows {
            for (to, from) in bytes.chunks_exact_mut(2).zip(state.rows.vector(*row)) {
                to.copy_from_slice(&from.0.to_le_bytes());
            }
            out.write_all(&bytes)?;
        }
        Ok(())
    })?);
    let path = dir.join(GRAPH);
    graph.save(&path)?;
    let (bytes, sum) = sum_file(&path)?;
    files.push((GRAPH.into(), bytes, sum));
    let manifest = Manifest { format: FORMAT, sequence, products: state.len(), removed: graph.removed(), files };
    write_file(dir, MANIFEST, |out| Ok(serde_json::to_writer(out, &manifest)?))?;
    sync_dir(dir)
}

/// Reads what [`write()`] wrote; the error says what is wrong with it.
pub(crate) fn read(dir: &Path) -> Result<Loaded, String> {
    let text = |name: &str| fs::read(dir.join(name)).map_err(|e| format!("{name}: {e}"));
    let manifest: Manifest = serde_json::from_slice(&text(MANIFEST)?).map_err(|e| format!("{MANIFEST}: {e}"))?;
    if manifest.format != FORMAT {
        return Err(format!("format {} is not {FORMAT}, the one of this version", manifest.format));
    }
    for (name, bytes, sum) in &manifest.files {
        let found = sum_file(&dir.join(name)).map_err(|e| format!("{name}: {e}"))?;
        if found != (*bytes, *sum) {
            return Err(format!("{name} is damaged"));
        }
    }
    let vectors = text(VECTORS)?;
    let mut vectors = vectors.chunks_exact(LOOK_DIMENSIONS * 2);
    let mut state = State::default();
    for line in text(PRODUCTS)?.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        let record: Record = serde_json::from_slice(line).map_err(|e| format!("{PRODUCTS}: {e}"))?;
        let mut looks: Vec<Box<Look>> = Vec::with_capacity(record.images.len());
        for _ in &record.images {
            let bytes = vectors.next().ok_or("vectors are missing")?;
            looks.push(Box::new(std::array::from_fn(|at| f16(u16::from_le_bytes([bytes[at * 2], bytes[at * 2 + 1]])))));
        }
        state.upsert(record, &looks);
    }
    if state.len() != manifest.products {
        return Err(format!("{} products instead of {}", state.len(), manifest.products));
    }
    state.pending.clear();
    let graph = Graph::load(&dir.join(GRAPH), manifest.removed).map_err(|e| e.to_string())?;
    if graph.len() != state.rows.live() {
        return Err(format!("the graph holds {} pictures instead of {}", graph.len(), state.rows.live()));
    }
    Ok(Loaded { state, graph, sequence: manifest.sequence })
}

/// The numbered folders `name-N` in `dir`, ascending.
pub(crate) fn numbered(dir: &Path, name: &str) -> Vec<(u64, PathBuf)> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut found: Vec<(u64, PathBuf)> = entries
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.strip_prefix(name)?.strip_prefix('-')?.parse().ok()?;
            Some((number, entry.path()))
        })
        .collect();
    found.sort();
    found
}
