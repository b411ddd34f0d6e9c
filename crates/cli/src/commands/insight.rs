//! `vestry insight`: what a shop can learn from what it holds.

use crate::{
    args::{InsightArgs, InsightBy, InsightSubject},
    open,
};
use anyhow::Result;
use std::io::{Write, stdout};
use vestry_app::{By, ShareSource, SharesInput};
use vestry_model::AttributeId;
use vestry_server::shapes::{QualityDocument, SharesDocument, UnmetDocument, UsageDocument};

/// A document, as JSON and as a table.
struct Written {
    json: String,
    csv: String,
}

/// Prints a document.
pub(crate) async fn run(args: InsightArgs) -> Result<()> {
    let (app, organisation) = open::shop(&args.shop).await?;
    let written = async {
        let taxonomy = app.taxonomy();
        Ok::<_, anyhow::Error>(match args.about {
            InsightSubject::Searches => {
                let document = UnmetDocument::new(app.unmet_searches(organisation, args.days).await?, taxonomy);
                Written { json: serde_json::to_string(&document)?, csv: document.csv() }
            }
            InsightSubject::Quality => {
                let document = QualityDocument::new(app.quality(organisation).await?, taxonomy);
                Written { json: serde_json::to_string(&document)?, csv: document.csv() }
            }
            InsightSubject::Usage => {
                let document = UsageDocument::from(app.usage(organisation, args.days).await?);
                Written { json: serde_json::to_string(&document)?, csv: document.csv() }
            }
            subject => {
                let source = match subject {
                    InsightSubject::Asked => ShareSource::Searches,
                    InsightSubject::Clicks => ShareSource::Clicks,
                    InsightSubject::Sales => ShareSource::Sales,
                    _ => ShareSource::Catalogue,
                };
                let by = match args.by {
                    InsightBy::Week => By::Week,
                    InsightBy::Month => By::Month,
                };
                let attribute = AttributeId::new(&args.attribute)
                    .ok_or_else(|| anyhow::anyhow!("`{}` is no attribute", args.attribute))?;
                let input = SharesInput { source, attribute, by, periods: args.periods as usize };
                let document = SharesDocument::new(app.shares(organisation, input).await?, taxonomy);
                Written { json: serde_json::to_string(&document)?, csv: document.csv() }
            }
        })
    };
    let written = written.await;
    app.close().await;
    let Written { json, csv } = written?;
    let mut out = stdout().lock();
    if args.json {
        writeln!(out, "{json}")?
    } else {
        write!(out, "{csv}")?
    }
    Ok(())
}
