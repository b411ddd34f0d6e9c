//! Measures the index on vectors that `bench/search/compare.py` prepared: recall@10 and queries a second on one
//! thread through [`Index::search`], a tenth of the products deleted; and recall under filters. Prints JSON, then a
//! rate for each line of its input.

#![allow(clippy::unwrap_used, reason = "a test or a measurement stops where something is wrong")]
#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a measurement reads the clock and prints")]

use std::{collections::BTreeMap, error::Error, fs, path::Path, time::Instant};

use vestry_model::{ImageId, LOOK_DIMENSIONS, LocalText, LookVector, ProductId, Taxonomy};
use vestry_search::{Change, Document, DocumentImage, Filter, FilterTest, Index, Request, Settings};

type Failure = Box<dyn Error>;

/// Queries of which recall is measured.
const QUERIES: usize = 2_000;
/// Queries under filters, each compared with an exact scan.
const FILTERED: usize = 200;

struct Data {
    base: Vec<LookVector>,
    labels: Vec<u8>,
    queries: Vec<LookVector>,
    query_labels: Vec<u8>,
    /// For each query the ten nearest rows that are not deleted.
    truth: Vec<Vec<i64>>,
}

fn vectors(path: &Path) -> Result<Vec<LookVector>, Failure> {
    let numbers: Vec<f32> =
        fs::read(path)?.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    let rows = numbers.chunks_exact(LOOK_DIMENSIONS).map(LookVector::from_f32);
    rows.collect::<Option<_>>().ok_or_else(|| "a vector is zero".into())
}

fn read(dir: &Path) -> Result<Data, Failure> {
    let truth: Vec<i64> = fs::read(dir.join("truth.i32"))?
        .chunks_exact(4)
        .map(|b| i64::from(i32::from_le_bytes([b[0], b[1], b[2], b[3]])))
        .collect();
    Ok(Data {
        base: vectors(&dir.join("base.f32"))?,
        labels: fs::read(dir.join("base.u8"))?,
        queries: vectors(&dir.join("queries.f32"))?,
        query_labels: fs::read(dir.join("queries.u8"))?,
        truth: truth.chunks_exact(10).map(<[i64]>::to_vec).collect(),
    })
}

fn is_deleted(row: i64) -> bool {
    row % 10 == 3
}

fn document(row: i64, look: &LookVector, label: u8) -> Document {
    let own =
        [("class", label.to_string()), ("tenth", (row % 11 % 10).to_string()), ("hundredth", (row % 101).to_string())];
    Document {
        product: ProductId::from_row(row),
        sku: row.to_string(),
        group: None,
        title: LocalText::default(),
        description: LocalText::default(),
        brand: None,
        price: None,
        created_micros: row,
        tags: Vec::new(),
        own: own.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>(),
        images: vec![DocumentImage { image: ImageId::from_row(row), look: look.clone(), colours: Vec::new() }],
    }
}

fn build(dir: &Path, data: &Data) -> Result<(Index, f64), Failure> {
    let index = Index::open(dir, Taxonomy::builtin(), Settings::default())?.index;
    let start = Instant::now();
    let rows: Vec<usize> = (0..data.base.len()).collect();
    for chunk in rows.chunks(5_000) {
        let changes = chunk.iter().map(|row| {
            (*row as u64, Change::Upsert(Box::new(document(*row as i64, &data.base[*row], data.labels[*row]))))
        });
        index.apply(changes.collect())?;
    }
    let build_s = start.elapsed().as_secs_f64();
    let gone = (0..data.base.len() as i64).filter(|row| is_deleted(*row));
    index.apply(gone.map(|row| (row as u64, Change::Remove(ProductId::from_row(row)))).collect())?;
    Ok((index, build_s))
}

fn request(look: &LookVector) -> Request {
    Request { look: Some(look.clone()), limit: 10, fold: false, ..Request::default() }
}

/// Seconds of processor time that this thread has used: neighbours on the machine do not count.
fn busy_s() -> Result<f64, Failure> {
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: u64 = text.split(' ').next().ok_or("schedstat is empty")?.parse()?;
    Ok(nanoseconds as f64 / 1e9)
}

/// The share of the ten nearest that are found, without a filter.
fn recall(index: &Index, data: &Data) -> Result<f64, Failure> {
    let mut found = 0;
    for (query, truth) in data.queries.iter().zip(&data.truth).take(QUERIES) {
        let answer = index.search(&request(query))?;
        found += answer.results.iter().filter(|hit| truth.contains(&hit.product.get())).count();
    }
    Ok(found as f64 / (QUERIES * 10) as f64)
}

/// Queries a second of processor time.
fn rate(index: &Index, data: &Data) -> Result<f64, Failure> {
    let start = busy_s()?;
    for query in &data.queries {
        index.search(&request(query))?;
    }
    Ok(data.queries.len() as f64 / (busy_s()? - start))
}

/// Recall and milliseconds a query among the rows that `may` passes, which `value` filters for on `field`.
fn filtered(
    index: &Index,
    data: &Data,
    field: &str,
    value: impl Fn(u8) -> String,
    may: impl Fn(usize, u8) -> bool,
) -> Result<(f64, f64), Failure> {
    let (mut found, mut wanted, mut seconds) = (0, 0, 0.0);
    for (query, label) in data.queries.iter().zip(&data.query_labels).take(FILTERED) {
        let rows = (0..data.base.len()).filter(|row| !is_deleted(*row as i64) && may(*row, *label));
        let mut exact: Vec<(f32, usize)> = rows.map(|row| (data.base[row].cosine(query), row)).collect();
        exact.sort_by(|a, b| b.0.total_cmp(&a.0));
        let test = FilterTest::AnyOf(vec![value(*label)]);
        let request = Request { filters: vec![Filter { field: field.into(), test }], ..request(query) };
        let start = busy_s()?;
        let answer = index.search(&request)?;
        seconds += busy_s()? - start;
        wanted += exact.len().min(10);
        let nearest: Vec<i64> = exact.iter().take(10).map(|(_, row)| *row as i64).collect();
        found += answer.results.iter().filter(|hit| nearest.contains(&hit.product.get())).count();
    }
    Ok((found as f64 / f64::from(wanted as u32), seconds * 1e3 / FILTERED as f64))
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(dir), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("use: recall DATA-FOLDER EMPTY-FOLDER".into());
    };
    let data = read(Path::new(&dir))?;
    let (index, build_s) = build(Path::new(&folder), &data)?;
    let recall = recall(&index, &data)?;
    let tenth = filtered(&index, &data, "tenth", |_| "1".into(), |row, _| row % 11 % 10 == 1)?;
    let hundredth = filtered(&index, &data, "hundredth", |_| "7".into(), |row, _| row % 101 == 7)?;
    // The class that the query is not of: what passes lies away from where the query points.
    let other = |label: u8| (label + 1) % 10;
    let against = filtered(
        &index,
        &data,
        "class",
        |label| other(label).to_string(),
        |row, label| data.labels[row] == other(label),
    )?;
    let pair = |(recall, ms): (f64, f64)| format!("{{\"recall\":{recall:.4},\"ms\":{ms:.3}}}");
    println!(
        "{{\"recall\":{recall:.4},\"build_s\":{build_s:.1},\"filter_tenth\":{},\"filter_hundredth\":{},\"filter_other_class\":{},\"memory_mb\":{}}}",
        pair(tenth),
        pair(hundredth),
        pair(against),
        index.stats().memory_bytes >> 20,
    );
    // One round a line, so that the other engine can be measured in between.
    for line in std::io::stdin().lines() {
        line?;
        println!("{:.0}", rate(&index, &data)?);
    }
    Ok(())
}
