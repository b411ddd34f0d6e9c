//! Products with their tags, out again, a page of the database at a time: memory stays small however large the
//! catalogue is.

use crate::{
    App, AppError, ProductView,
    feed::{CsvExport, ExportRow, json_line},
};
use vestry_model::{OrganisationId, Sku, TagState};

/// Products a page.
const PAGE: u32 = 500;

/// As what products leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// A column a field, an attribute and an own field; several values joined by `|`.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// An export under way. Reading what it writes gives the same products again.
pub struct Export {
    app: App,
    organisation: OrganisationId,
    writer: Writer,
    after: Option<Sku>,
    ended: bool,
}

enum Writer {
    Csv(Box<CsvExport<Vec<u8>>>),
    JsonLines,
}

impl App {
    /// Starts an export of every product, by SKU.
    pub async fn export(&self, organisation: OrganisationId, format: ExportFormat) -> Result<Export, AppError> {
        let writer = match format {
            ExportFormat::JsonLines => Writer::JsonLines,
            ExportFormat::Csv => {
                let own = self.store().read().await?.own_fields(organisation).await?;
                let attributes = self.taxonomy().attributes().iter().map(|a| a.id.clone()).collect();
                let csv = CsvExport::new(Vec::new(), attributes, own).map_err(unwritten)?;
                Writer::Csv(Box::new(csv))
            }
        };
        Ok(Export { app: self.clone(), organisation, writer, after: None, ended: false })
    }
}

fn unwritten(source: std::io::Error) -> AppError {
    AppError::File { path: "export".into(), source }
}

impl Export {
    /// The next part of the file; `None` at its end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, AppError> {
        if self.ended {
            return Ok(None);
        }
        let mut snapshot = self.app.store().read().await?;
        let page = snapshot.documents_by_sku(self.organisation, self.after.as_ref(), PAGE).await?;
        self.ended = page.len() < PAGE as usize;
        self.after = page.last().map(|p| p.product.product.sku.clone());
        let rows = page.into_iter().map(row);
        match &mut self.writer {
            Writer::JsonLines => Ok(Some(rows.map(|r| json_line(&r)).collect::<String>().into_bytes())),
            Writer::Csv(csv) => {
                for row in rows {
                    csv.write(&row).map_err(unwritten)?;
                }
                csv.take().map(Some).map_err(unwritten)
            }
        }
    }
}

/// What is to be reviewed stays out: nobody has answered it yet.
fn row(view: ProductView) -> ExportRow {
    let of = |state: TagState| {
        let tags = view.tags.iter().filter(|t| t.state == state);
        tags.map(|t| (t.attribute.clone(), t.value.clone())).collect()
    };
    ExportRow {
        tags: of(TagState::Confirmed),
        suggested: of(TagState::Suggested),
        images: view.images.iter().map(|i| i.source.to_string()).collect(),
        product: view.product.product,
    }
}
