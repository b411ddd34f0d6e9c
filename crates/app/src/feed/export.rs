//! Products with their tags, written so that reading them again gives the same products.

use super::Target;
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use vestry_model::{AttributeId, Product, ValueId};

/// A product to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportRow {
    /// The product.
    pub product: Product,
    /// Its pictures, as they were given.
    pub images: Vec<String>,
    /// The tags that are sure; reading the export again gives them back.
    pub tags: Vec<(AttributeId, ValueId)>,
    /// What a model suggests: for people and spreadsheets, passed over when the export is read again.
    pub suggested: Vec<(AttributeId, ValueId)>,
}

/// The columns that every CSV export has, before the tags and own fields.
const COLUMNS: [Target; 11] = [
    Target::Sku,
    Target::TitleKo,
    Target::TitleEn,
    Target::DescriptionKo,
    Target::DescriptionEn,
    Target::Brand,
    Target::Price,
    Target::Currency,
    Target::Group,
    Target::Link,
    Target::Images,
];

/// A value that a spreadsheet would run as a formula gets a quote before it; so does one that starts with a quote,
/// so that [`unguarded`] is exact.
fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) { format!("'{text}") } else { text.to_owned() }
}

/// The pictures of a cell; a bar at the end keeps a lone name with a comma or a space in it whole.
fn pictures(images: &[String]) -> String {
    let bar = if images.len() == 1 && images[0].contains([',', ';', ' ']) { "|" } else { "" };
    images.join("|") + bar
}

/// Takes back what [`guarded`] did.
pub(super) fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) => rest,
        _ => text,
    }
}

/// Writes CSV: UTF-8 with its mark, so that Excel reads Korean.
pub struct CsvExport<W: Write> {
    writer: csv::Writer<W>,
    attributes: Vec<AttributeId>,
    own: Vec<String>,
}

fn failed(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn writer<W: Write>(to: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to)
}

/// A table as CSV: UTF-8 with its mark, so that Excel reads Korean; what is no number is guarded.
pub fn csv_table(header: &[&str], lines: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = writer(Vec::new());
    let put = |cells: Vec<String>| cells.into_iter().map(|cell| if is_number(&cell) { cell } else { guarded(&cell) });
    writer.write_record(header).expect("memory can be written to");
    for line in lines {
        writer.write_record(put(line)).expect("memory can be written to");
    }
    let bytes = writer.into_inner().expect("memory can be written to");
    format!("\u{feff}{}", String::from_utf8(bytes).expect("cells are text"))
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

impl<W: Write> CsvExport<W> {
    /// Starts a file with a column for each of `attributes` and of the own fields called `own`.
    pub fn new(mut to: W, attributes: Vec<AttributeId>, own: Vec<String>) -> io::Result<Self> {
        to.write_all("\u{feff}".as_bytes())?;
        let mut writer = writer(to);
        let header = COLUMNS.iter().map(Target::to_string);
        let header = header
            .chain(attributes.iter().map(|a| format!("tag:{a}")))
            .chain(attributes.iter().map(|a| format!("suggested:{a}")))
            .chain(own.iter().map(|o| format!("own:{o}")));
        writer.write_record(header.map(|h| guarded(&h))).map_err(failed)?;
        Ok(Self { writer, attributes, own })
    }

    /// Writes a product; own fields and tags without a column are left out.
    pub fn write(&mut self, row: &ExportRow) -> io::Result<()> {
        let product = &row.product;
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        let mut cells = vec![
            product.sku.to_string(),
            text(&product.title.ko),
            text(&product.title.en),
            text(&product.description.ko),
            text(&product.description.en),
            text(&product.brand),
            product.price.map(|p| p.to_string()).unwrap_or_default(),
            product.price.map(|p| p.currency.as_str().to_owned()).unwrap_or_default(),
            text(&product.group),
            text(&product.link),
            pictures(&row.images),
        ];
        for tags in [&row.tags, &row.suggested] {
            for attribute in &self.attributes {
                let values: Vec<&str> = tags.iter().filter(|(a, _)| a == attribute).map(|(_, v)| v.as_str()).collect();
                cells.push(values.join("|"));
            }
        }
        cells.extend(self.own.iter().map(|name| product.own.get(name).cloned().unwrap_or_default()));
        self.writer.write_record(cells.iter().map(|c| guarded(c))).map_err(failed)
    }

    /// Takes what was written since the last time: a long export leaves in parts.
    pub fn take(&mut self) -> io::Result<W>
    where
        W: Default,
    {
        let written = std::mem::replace(&mut self.writer, writer(W::default()));
        written.into_inner().map_err(|e| io::Error::other(e.to_string()))
    }
}

/// A product as one line of JSON, with its line end. A program reads it, so nothing is guarded.
pub fn json_line(row: &ExportRow) -> String {
    let product = &row.product;
    let mut object = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            object.insert(key.to_owned(), value);
        }
    };
    let text = |t: &Option<String>| t.clone().map(Value::String);
    put("sku", Some(json!(product.sku.as_str())));
    put("title_ko", text(&product.title.ko));
    put("title_en", text(&product.title.en));
    put("description_ko", text(&product.description.ko));
    put("description_en", text(&product.description.en));
    put("brand", text(&product.brand));
    put("price", product.price.map(|p| json!(p.to_string())));
    put("currency", product.price.map(|p| json!(p.currency.as_str())));
    put("group", text(&product.group));
    put("link", text(&product.link));
    put("images", (!row.images.is_empty()).then(|| json!(row.images)));
    put("tag", by_attribute(&row.tags));
    put("suggested", by_attribute(&row.suggested));
    put("own", (!product.own.is_empty()).then(|| json!(product.own)));
    Value::Object(object).to_string() + "\n"
}

fn by_attribute(tags: &[(AttributeId, ValueId)]) -> Option<Value> {
    let mut object: Map<String, Value> = Map::new();
    for (attribute, value) in tags {
        if let Value::Array(values) = object.entry(attribute.to_string()).or_insert_with(|| json!([])) {
            values.push(json!(value.as_str()));
        }
    }
    (!object.is_empty()).then_some(Value::Object(object))
}
