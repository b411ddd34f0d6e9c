//! `vestry insight`: what a shop can learn from what it holds.

use crate::{
    args::{InsightArgs, InsightBy, InsightSubject},
    open,
};
use anyhow::{Context, Result};
use serde::Serialize;
use std::io::{Write, stdout};
use vestry_app::{App, By, ShareSource, SharesInput};
use vestry_model::{AttributeId, OrganisationId};
use vestry_server::shapes::{QualityDocument, SharesDocument, UnmetDocument, UsageDocument};

/// Prints a document.
pub(crate) async fn run(args: InsightArgs) -> Result<()> {
    let (app, organisation) = open::shop(&args.shop).await?;
    let written = written(&app, organisation, &args).await;
    app.close().await;
    Ok(stdout().lock().write_all(written?.as_bytes())?)
}

async fn written(app: &App, organisation: OrganisationId, args: &InsightArgs) -> Result<String> {
    let taxonomy = app.taxonomy();
    let source = match args.about {
        InsightSubject::Searches => {
            let document = UnmetDocument::new(app.unmet_searches(organisation, args.days).await?, taxonomy);
            return text(&document, UnmetDocument::csv, args.json);
        }
        InsightSubject::Quality => {
            let document = QualityDocument::new(app.quality(organisation).await?, taxonomy);
            return text(&document, QualityDocument::csv, args.json);
        }
        InsightSubject::Usage => {
            let document = UsageDocument::from(app.usage(organisation, args.days).await?);
            return text(&document, UsageDocument::csv, args.json);
        }
        InsightSubject::Catalogue => ShareSource::Catalogue,
        InsightSubject::Asked => ShareSource::Searches,
        InsightSubject::Clicks => ShareSource::Clicks,
        InsightSubject::Sales => ShareSource::Sales,
    };
    let by = match args.by {
        InsightBy::Week => By::Week,
        InsightBy::Month => By::Month,
    };
    let attribute =
        AttributeId::new(&args.attribute).with_context(|| format!("`{}` is no attribute", args.attribute))?;
    let input = SharesInput { source, attribute, by, periods: args.periods as usize };
    let document = SharesDocument::new(app.shares(organisation, input).await?, taxonomy);
    text(&document, SharesDocument::csv, args.json)
}

fn text<T: Serialize>(document: &T, csv: fn(&T) -> String, as_json: bool) -> Result<String> {
    Ok(if as_json { serde_json::to_string(document)? + "\n" } else { csv(document) })
}
