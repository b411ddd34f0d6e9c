//! Product feeds: bytes to rows to products, one row at a time.
//!
//! CSV (comma, semicolon or tab; UTF-8, UTF-16 with a mark, CP949) and JSON lines; a tree of folders, one a class.
//! The steps: [`preview`] looks at the first rows, [`propose()`] guesses which column is what, a person edits the
//! [`Mapping`], [`rows`] reads products with it. Memory stays at a few rows however long the file is.

mod export;
mod lines;
mod mapping;
mod product;
mod propose;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod tree;

pub use export::{CsvExport, ExportRow, csv_table, json_line};
pub use mapping::{Mapping, MappingError, Target};
pub use propose::propose;
pub use tree::tree;

use crate::{Refusal, RefusalCode};
use lines::Lines;
use product::Reading;
use std::io::{self, Read};
use table::{Fault, Record, Table};
use text::Text;
use vestry_model::Product;

/// What a feed may hold; beyond it is refused, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole file.
    pub file_bytes: u64,
    /// Bytes of one row, as UTF-8.
    pub row_bytes: usize,
    /// Columns.
    pub columns: usize,
}

impl Default for Limits {
    /// 4 GiB, 1 MiB a row, 300 columns: room for every feed seen, and a bound on what one row can cost.
    fn default() -> Self {
        Self { file_bytes: 4 << 30, row_bytes: 1 << 20, columns: 300 }
    }
}

/// Why a feed cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// Nothing in it.
    #[error("the file is empty; send a header row and at least one product")]
    Empty,
    /// Not text.
    #[error("this is {kind}, not a feed; {instead}")]
    NotText {
        /// What it is: `a ZIP archive`.
        kind: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// Wider than the limit.
    #[error("{columns} columns; a feed has at most {limit}")]
    Columns {
        /// How many.
        columns: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The header row or the first object cannot be read.
    #[error("the header cannot be read: {0}")]
    Header(String),
    /// The mapping does not fit the file.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The bytes could not be read.
    #[error("could not read the feed")]
    Read(#[from] std::io::Error),
}

/// A row that became no product; the others go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("line {line}: {}", refusal.message)]
pub struct RowError {
    /// Where the row starts, from 1; the header is line 1.
    pub line: u64,
    /// The value at fault, cut to 80 characters.
    pub value: String,
    /// What is wrong and what to do.
    pub refusal: Refusal,
}

/// A product as a feed describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedRow {
    /// Where it starts in the file, from 1.
    pub line: u64,
    /// The product.
    pub product: Product,
    /// Its pictures: paths or URLs, in order.
    pub images: Vec<String>,
    /// Tags that the shop gives: attribute and value, as written; the taxonomy reads them later.
    pub given_tags: Vec<(String, String)>,
}

/// How a feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Comma, semicolon or tab separated.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// The first rows of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// How it is written.
    pub format: Format,
    /// `UTF-8`, `UTF-16LE`, `UTF-16BE` or `EUC-KR` (which covers CP949).
    pub encoding: &'static str,
    /// The column names, in order.
    pub headers: Vec<String>,
    /// Up to 20 rows, one value a column.
    pub sample: Vec<Vec<String>>,
}

/// Rows shown in a preview; JSON lines are searched for keys a little further.
const SAMPLE: usize = 20;
const KEYS: usize = 200;

enum Source<'a> {
    Table(Table<'a>),
    Lines(Lines<'a>),
}

/// An opened feed: its format known, and for a table its header read.
struct Opened<'a> {
    source: Source<'a>,
    headers: Vec<String>,
    limits: Limits,
}

impl<'a> Opened<'a> {
    fn new(reader: impl Read + Send + 'a, limits: Limits) -> Result<Self, FeedError> {
        let mut text = Text::open(reader, limits)?;
        let head = text.block()?;
        if head.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{') {
            return Ok(Self { source: Source::Lines(Lines::new(text, limits.row_bytes)), headers: Vec::new(), limits });
        }
        let delimiter = table::delimiter(head);
        let mut table = Table::new(text, delimiter, limits.row_bytes, limits.columns);
        let header = table.next()?.ok_or(FeedError::Empty)?;
        let headers = headers(header, limits)?;
        Ok(Self { source: Source::Table(table), headers, limits })
    }

    fn encoding(&self) -> &'static str {
        match &self.source {
            Source::Table(table) => table.text.encoding(),
            Source::Lines(lines) => lines.text.encoding(),
        }
    }
}

/// The names of columns: trimmed; one without a name is called by its number, one that repeats gets a number.
fn headers(header: Record, limits: Limits) -> Result<Vec<String>, FeedError> {
    match header.fault {
        Some(Fault::TooManyColumns) => {
            return Err(FeedError::Columns { columns: header.values.len(), limit: limits.columns });
        }
        Some(Fault::TooLong) => {
            return Err(FeedError::Header(format!("its row has more than {} bytes", limits.row_bytes)));
        }
        Some(Fault::OpenQuote) => return Err(FeedError::Header("a quote opens in it and never closes".into())),
        None => {}
    }
    let mut names: Vec<String> = Vec::with_capacity(header.values.len());
    for (i, value) in header.values.iter().enumerate() {
        let value = export::unguarded(value.trim());
        if value.contains(['\0', char::REPLACEMENT_CHARACTER]) {
            return Err(FeedError::Header(format!(
                "column {} has characters that cannot be read; save as UTF-8",
                i + 1
            )));
        }
        let base = if value.is_empty() { format!("column {}", i + 1) } else { value.to_owned() };
        let mut name = base.clone();
        let mut number = 2;
        while names.contains(&name) {
            name = format!("{base} ({number})");
            number += 1;
        }
        names.push(name);
    }
    Ok(names)
}

/// Looks at the head of a feed.
pub fn preview(reader: impl Read + Send, limits: Limits) -> Result<Preview, FeedError> {
    let mut opened = Opened::new(reader, limits)?;
    let mut sample: Vec<Vec<String>> = Vec::new();
    let format = match &mut opened.source {
        Source::Table(table) => {
            while sample.len() < SAMPLE
                && let Some(record) = table.next()?
            {
                if record.fault.is_none() {
                    let mut values: Vec<String> =
                        record.values.iter().map(|v| export::unguarded(v).to_owned()).collect();
                    values.resize(opened.headers.len(), String::new());
                    sample.push(values);
                }
            }
            Format::Csv
        }
        Source::Lines(lines) => {
            let objects = objects(lines)?;
            opened.headers = keys(&objects, limits)?;
            for object in objects.iter().take(SAMPLE) {
                let value = |key: &String| object.iter().find(|(k, _)| k == key).map(|(_, t)| t.values.join("|"));
                sample.push(opened.headers.iter().map(|key| value(key).unwrap_or_default()).collect());
            }
            Format::JsonLines
        }
    };
    Ok(Preview { format, encoding: opened.encoding(), headers: opened.headers, sample })
}

/// The first objects, bad lines left to the reading of rows.
fn objects(lines: &mut Lines<'_>) -> Result<Vec<lines::Object>, FeedError> {
    let (mut objects, mut bad) = (Vec::new(), None);
    let mut seen = 0;
    while seen < KEYS
        && let Some((_, object)) = lines.next()?
    {
        seen += 1;
        match object {
            Ok(object) => objects.push(object),
            Err(error) => bad = bad.or(Some(error.refusal.message)),
        }
    }
    match (objects.is_empty(), bad) {
        (true, Some(message)) => Err(FeedError::Header(message)),
        _ => Ok(objects),
    }
}

fn keys(objects: &[lines::Object], limits: Limits) -> Result<Vec<String>, FeedError> {
    let mut keys: Vec<String> = Vec::new();
    for (key, _) in objects.iter().flatten() {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
        if keys.len() > limits.columns {
            return Err(FeedError::Columns { columns: keys.len(), limit: limits.columns });
        }
    }
    Ok(keys)
}

/// The products of a feed, one at a time.
pub struct Rows<'a> {
    opened: Opened<'a>,
    reading: Reading,
    done: bool,
}

/// Reads the products of a feed with `mapping`, which is checked against its header first.
///
/// JSON lines have no header, so there a column that no line has is not an error.
pub fn rows<'a>(reader: impl Read + Send + 'a, mapping: &Mapping, limits: Limits) -> Result<Rows<'a>, FeedError> {
    let opened = Opened::new(reader, limits)?;
    match &opened.source {
        Source::Table(_) => mapping.check(&opened.headers)?,
        Source::Lines(_) => mapping.check_itself()?,
    }
    let reading = Reading::new(mapping, &opened.headers);
    Ok(Rows { opened, reading, done: false })
}

impl Rows<'_> {
    fn table_row(&self, mut record: Record) -> Result<FeedRow, RowError> {
        let (columns, limits) = (self.opened.headers.len(), self.opened.limits);
        let refuse = |record: &Record, refusal: Refusal| {
            let start = record.values.first().map_or("", String::as_str);
            Err(RowError { line: record.line, value: start.chars().take(80).collect(), refusal })
        };
        match record.fault {
            Some(Fault::TooLong) => {
                let said = format!("the row has more than {} bytes; shorten it", limits.row_bytes);
                return refuse(&record, Refusal::with(RefusalCode::RowTooLong, limits.row_bytes, said));
            }
            Some(Fault::TooManyColumns) => {
                let said = format!("the row has more than {} values", limits.columns);
                return refuse(&record, Refusal::with(RefusalCode::RowTooWide, limits.columns, said));
            }
            Some(Fault::OpenQuote) => {
                let said = "a quote opens in this row and never closes; double it to write one";
                return refuse(&record, Refusal::new(RefusalCode::OpenQuote, said));
            }
            None => {}
        }
        while record.values.len() > columns && record.values.last().is_some_and(|v| v.trim().is_empty()) {
            record.values.pop();
        }
        if record.values.len() != columns {
            let said = format!(
                "the row has {} values and the header {columns}; quote values that hold the separator",
                record.values.len()
            );
            return refuse(&record, Refusal::with(RefusalCode::OtherWidth, columns, said));
        }
        for value in &mut record.values {
            if value.starts_with('\'') {
                *value = export::unguarded(value).to_owned();
            }
        }
        self.reading.row(record.line, &record.values)
    }

    /// The next row; `None` at the end.
    fn read(&mut self) -> io::Result<Option<Result<FeedRow, RowError>>> {
        match &mut self.opened.source {
            Source::Table(table) => {
                let record = table.next()?;
                Ok(record.map(|record| self.table_row(record)))
            }
            Source::Lines(lines) => Ok(lines.next()?.map(|(line, object)| match object {
                Ok(object) => self.reading.row(line, &object),
                Err(bad) => Err(RowError { line, value: bad.value, refusal: bad.refusal }),
            })),
        }
    }

    /// What ended the feed before its time, as the error of a last row.
    fn end(&mut self, refusal: Refusal) -> Option<Result<FeedRow, RowError>> {
        self.done = true;
        let line = match &self.opened.source {
            Source::Table(table) => table.line(),
            Source::Lines(lines) => lines.line(),
        };
        Some(Err(RowError { line, value: String::new(), refusal }))
    }

    fn is_cut(&self) -> bool {
        match &self.opened.source {
            Source::Table(table) => table.text.cut,
            Source::Lines(lines) => lines.text.cut,
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<FeedRow, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match self.read() {
            Ok(Some(row)) => Some(row),
            Ok(None) if self.is_cut() => {
                let limit = self.opened.limits.file_bytes;
                let said = format!("the file has more than {limit} bytes and was read no further; split it");
                self.end(Refusal { number: Some(limit), ..Refusal::new(RefusalCode::FileTooLong, said) })
            }
            Ok(None) => None,
            Err(error) => {
                let said = format!("the file could not be read further: {error}");
                self.end(Refusal::new(RefusalCode::FileUnreadable, said))
            }
        }
    }
}

/// Reads `bytes` in every way there is; for fuzzing. Must not panic, whatever they are.
pub fn fuzz_feed(bytes: &[u8]) {
    let limits = Limits { file_bytes: 1 << 20, row_bytes: 4096, columns: 64 };
    let Ok(preview) = preview(bytes, limits) else { return };
    let mut mapping = propose(&preview.headers, &preview.sample);
    if mapping.check(&preview.headers).is_err()
        && let Some((_, first)) = mapping.columns.first_mut()
    {
        *first = Target::Sku;
    }
    if let Ok(rows) = rows(bytes, &mapping, limits) {
        for row in rows {
            match row {
                Ok(row) => {
                    let _ = json_line(&ExportRow {
                        product: row.product,
                        images: row.images,
                        tags: Vec::new(),
                        suggested: Vec::new(),
                    });
                }
                Err(error) => {
                    let _ = error.to_string();
                }
            }
        }
    }
}
