//! The cells of a row to a product.

use super::{FeedRow, Mapping, RowError, Target};
use crate::{Refusal, RefusalCode};
use vestry_model::{CatalogueError, Currency, LocalText, Price, Product, Sku};

/// Where the cells of a row are.
pub(super) trait Cells {
    /// The values of the `index`th column of the file, called `name`; none where the row lacks it.
    fn cell(&self, index: Option<usize>, name: &str) -> &[String];

    /// Whether the values of that column came one by one, so that none of them is to be split.
    fn is_list(&self, _name: &str) -> bool {
        false
    }
}

impl Cells for Vec<String> {
    fn cell(&self, index: Option<usize>, _: &str) -> &[String] {
        index.and_then(|i| self.get(i)).map_or(&[], std::slice::from_ref)
    }
}

impl Cells for super::lines::Object {
    fn cell(&self, _: Option<usize>, name: &str) -> &[String] {
        self.iter().find(|(key, _)| key == name).map_or(&[], |(_, texts)| &texts.values)
    }

    fn is_list(&self, name: &str) -> bool {
        self.iter().any(|(key, texts)| key == name && texts.is_list)
    }
}

/// A mapping with the place of each column.
pub(super) struct Reading {
    columns: Vec<(Option<usize>, String, Target)>,
    currency: Currency,
}

fn fault(line: u64, column: &str, value: &str, refusal: Refusal) -> RowError {
    let refusal = Refusal { column: Some(column.into()), ..refusal };
    RowError { line, value: value.chars().take(80).collect(), refusal }
}

impl Reading {
    pub(super) fn new(mapping: &Mapping, headers: &[String]) -> Self {
        let won = Currency::new("KRW").expect("three letters");
        let place = |column: &String| headers.iter().position(|h| h == column);
        Self {
            columns: mapping.columns.iter().map(|(c, t)| (place(c), c.clone(), t.clone())).collect(),
            // Only what needs the SKU comes first: without it nothing else can be said.
            currency: mapping.currency.as_deref().and_then(|c| Currency::new(c).ok()).unwrap_or(won),
        }
    }

    fn find(&self, target: &Target) -> Option<&(Option<usize>, String, Target)> {
        self.columns.iter().find(|(_, _, t)| t == target)
    }

    /// The product of a row.
    pub(super) fn row(&self, line: u64, cells: &impl Cells) -> Result<FeedRow, RowError> {
        self.check_text(line, cells)?;
        let (place, column, _) = self.find(&Target::Sku).expect("a checked mapping has a SKU");
        let text = cells.cell(*place, column).first().map_or("", String::as_str);
        let sku = Sku::new(text).map_err(|e| fault(line, column, text, (&e).into()))?;
        let mut row = FeedRow { line, product: Product::new(sku), images: Vec::new(), given_tags: Vec::new() };
        let mut currency = self.currency;
        if let Some((place, column, _)) = self.find(&Target::Currency)
            && let Some(text) = cells.cell(*place, column).first().filter(|t| !t.trim().is_empty())
        {
            currency = Currency::new(text).map_err(|e| fault(line, column, text, (&e).into()))?;
        }
        for (place, column, target) in &self.columns {
            let values = cells.cell(*place, column);
            self.take(&mut row, currency, (column, target), values, cells.is_list(column))?;
        }
        row.product.check().map_err(|e| self.too_long(line, cells, &e))?;
        Ok(row)
    }

    /// Refuses bytes that text does not have: NUL, and what did not decode.
    fn check_text(&self, line: u64, cells: &impl Cells) -> Result<(), RowError> {
        for (place, column, target) in &self.columns {
            if *target == Target::Skip {
                continue;
            }
            for value in cells.cell(*place, column) {
                if value.contains('\0') {
                    let refusal = Refusal::new(RefusalCode::NulByte, "a NUL byte; save the file as text");
                    return Err(fault(line, column, &value.replace('\0', "␀"), refusal));
                }
                if value.contains(char::REPLACEMENT_CHARACTER) {
                    let said = "characters that cannot be read; save the file as UTF-8";
                    return Err(fault(line, column, value, Refusal::new(RefusalCode::Undecoded, said)));
                }
            }
        }
        Ok(())
    }

    fn take(
        &self,
        row: &mut FeedRow,
        currency: Currency,
        (column, target): (&str, &Target),
        values: &[String],
        is_list: bool,
    ) -> Result<(), RowError> {
        let product = &mut row.product;
        let joined = || {
            let text = values.iter().map(|v| v.trim()).filter(|v| !v.is_empty()).collect::<Vec<_>>().join(", ");
            (!text.is_empty()).then_some(text)
        };
        let guessed = |to: &mut LocalText| {
            let text = LocalText::guess(&joined().unwrap_or_default());
            to.ko = to.ko.take().or(text.ko);
            to.en = to.en.take().or(text.en);
        };
        match target {
            Target::Sku | Target::Currency | Target::Skip => {}
            Target::Title => guessed(&mut product.title),
            Target::TitleKo => product.title.ko = joined().or(product.title.ko.take()),
            Target::TitleEn => product.title.en = joined().or(product.title.en.take()),
            Target::Description => guessed(&mut product.description),
            Target::DescriptionKo => product.description.ko = joined().or(product.description.ko.take()),
            Target::DescriptionEn => product.description.en = joined().or(product.description.en.take()),
            Target::Brand => product.brand = joined(),
            Target::Group => product.group = joined(),
            Target::Link => product.link = joined(),
            Target::Price => {
                if let Some(text) = values.first().filter(|t| !t.trim().is_empty()) {
                    product.price =
                        Some(price(text, currency).map_err(|e| fault(row.line, column, text, (&e).into()))?);
                }
            }
            Target::Images if is_list => {
                row.images.extend(values.iter().map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()));
            }
            Target::Images => row.images.extend(values.iter().flat_map(|v| images(v))),
            Target::Tag(attribute) => {
                let parts =
                    values.iter().flat_map(|v| v.split([',', '|', ';'])).map(str::trim).filter(|v| !v.is_empty());
                row.given_tags.extend(parts.map(|part| (attribute.clone(), part.to_owned())));
            }
            Target::Own(name) => {
                if let Some(text) = joined() {
                    product.own.insert(name.clone(), text);
                }
            }
        }
        Ok(())
    }

    /// Finds the column that a product's own check is about.
    fn too_long(&self, line: u64, cells: &impl Cells, error: &CatalogueError) -> RowError {
        let field = match error {
            CatalogueError::TooLong { field, .. } => *field,
            _ => "",
        };
        let about = |target: &Target| match target {
            Target::Own(_) => field.starts_with("own field"),
            other => other.to_string().starts_with(field) && !field.is_empty(),
        };
        let longest = self.columns.iter().filter(|(_, _, t)| about(t)).max_by_key(|(place, column, _)| {
            cells.cell(*place, column).iter().map(|v| v.chars().count()).sum::<usize>()
        });
        match longest {
            Some((place, column, _)) => {
                let value = cells.cell(*place, column).first().map_or("", String::as_str);
                fault(line, column, value, error.into())
            }
            None => RowError { line, value: String::new(), refusal: error.into() },
        }
    }
}

/// A price as shops write it: `39,000원`, `₩39,000`, `24.90 USD`.
fn price(text: &str, currency: Currency) -> Result<Price, CatalogueError> {
    let text = text.trim();
    let number: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-')).collect();
    let around: String =
        text.chars().filter(|c| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '-') && !c.is_whitespace()).collect();
    let currency = match around.as_str() {
        "" => currency,
        "원" | "₩" | "￦" => Currency::new("KRW")?,
        "$" => Currency::new("USD")?,
        "€" => Currency::new("EUR")?,
        "¥" => Currency::new("JPY")?,
        code => Currency::new(code).map_err(|_| CatalogueError::Price(text.chars().take(40).collect()))?,
    };
    Price::parse(&number, currency).map_err(|_| CatalogueError::Price(text.chars().take(40).collect()))
}

/// The pictures of a cell. With `|` in it, only that separates; else a comma does, in addresses (which hold commas)
/// only where another address follows.
fn images(text: &str) -> Vec<String> {
    let is_address = text.contains("://");
    if text.contains('|') {
        return text.split('|').map(str::trim).filter(|p| !p.is_empty()).map(str::to_owned).collect();
    }
    let mut found = Vec::new();
    for part in text.split(['\n', '\r']) {
        let mut start = 0;
        for (at, c) in part.char_indices() {
            if !matches!(c, ',' | ';' | ' ') {
                continue;
            }
            let rest = part[at + 1..].trim_start();
            let splits =
                if is_address { rest.starts_with("http://") || rest.starts_with("https://") } else { c != ' ' };
            if splits {
                found.push(&part[start..at]);
                start = at + 1;
            }
        }
        found.push(&part[start..]);
    }
    let clean = found.into_iter().map(|p| p.trim_matches(|c: char| c.is_whitespace() || c == ',' || c == ';'));
    clean.filter(|p| !p.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_images(text: &str, expected: &[&str]) {
        assert_eq!(images(text), expected, "{text}");
    }

    #[test]
    fn several_pictures_fit_in_a_cell() {
        check_images("a.jpg", &["a.jpg"]);
        check_images("a.jpg, b.jpg;c.jpg", &["a.jpg", "b.jpg", "c.jpg"]);
        check_images("my photo.jpg", &["my photo.jpg"]);
        check_images("a.jpg|b.jpg", &["a.jpg", "b.jpg"]);
        check_images("a,b.jpg|", &["a,b.jpg"]);
        check_images("https://x.kr/w_1,h_2/a.jpg", &["https://x.kr/w_1,h_2/a.jpg"]);
        check_images(
            "https://x.kr/a.jpg,https://x.kr/b.jpg https://x.kr/c,d.jpg",
            &["https://x.kr/a.jpg", "https://x.kr/b.jpg", "https://x.kr/c,d.jpg"],
        );
        check_images(" , ", &[]);
    }

    #[track_caller]
    fn check_price(text: &str, expected: Option<&str>) {
        let won = Currency::new("KRW").expect("a currency");
        let read = price(text, won).ok().map(|p| format!("{p} {}", p.currency.as_str()));
        assert_eq!(read.as_deref(), expected, "{text}");
    }

    #[test]
    fn prices_are_read_as_shops_write_them() {
        check_price("39,000원", Some("39000 KRW"));
        check_price("₩ 39,000", Some("39000 KRW"));
        check_price("24.90 USD", Some("24.90 USD"));
        check_price("$24.9", Some("24.90 USD"));
        check_price("-1", None);
        check_price("문의", None);
        check_price("1~2", None);
    }
}
