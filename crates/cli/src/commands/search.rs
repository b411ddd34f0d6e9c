//! `vestry search`: one question to the index of a data folder, or to a server.

use crate::{args::SearchArgs, open, remote::Remote};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::{fs, io::Write};
use vestry_app::SearchInput;
use vestry_model::Sku;
use vestry_search::{Filter, FilterTest};
use vestry_server::shapes::SearchDocument;

/// Searches and prints the results, best first.
pub(crate) async fn run(args: SearchArgs) -> Result<()> {
    if args.image.is_none() && args.words.is_none() && args.like.is_none() && args.filters.is_empty() {
        bail!("nothing to search for; give `--words`, `--image`, `--like` or `--filter`");
    }
    let image = match &args.image {
        Some(path) => Some(fs::read(path).with_context(|| format!("could not read `{}`", path.display()))?),
        None => None,
    };
    let filters = args.filters.iter().map(|f| filter(f)).collect::<Result<Vec<_>>>()?;
    let (document, corrected) = match &args.server {
        Some(server) => (Remote::new(server)?.search(&request(&args, &filters), image).await?, None),
        None => local(&args, filters, image).await?,
    };
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&document)?)?;
    } else {
        print(&document, corrected.as_deref(), &mut out)?;
    }
    Ok(())
}

/// In a data folder: the answer, and how the words were read if that is not as they were written.
async fn local(
    args: &SearchArgs,
    filters: Vec<AnyOf>,
    image: Option<Vec<u8>>,
) -> Result<(SearchDocument, Option<String>)> {
    let input = SearchInput {
        image,
        crop: args.crop,
        words: args.words.clone(),
        like: args.like.as_deref().map(Sku::new).transpose()?,
        filters: filters.into_iter().map(|(field, values)| Filter { field, test: FilterTest::AnyOf(values) }).collect(),
        limit: args.limit as usize,
        ..SearchInput::default()
    };
    let (app, organisation) = open::shop(&args.shop).await?;
    let answer = app.search(organisation, input).await?.answer;
    app.close().await;
    Ok((SearchDocument::new(&answer, app.taxonomy()), answer.corrected))
}

/// The same question for a server.
fn request(args: &SearchArgs, filters: &[AnyOf]) -> serde_json::Value {
    let filters: serde_json::Map<_, _> = filters.iter().map(|(field, values)| (field.clone(), json!(values))).collect();
    json!({"crop": args.crop, "words": args.words, "like": args.like, "filters": filters, "limit": args.limit})
}

/// A field and the values that pass.
type AnyOf = (String, Vec<String>);

fn filter(text: &str) -> Result<AnyOf> {
    let (field, values) = text.split_once('=').with_context(|| format!("`{text}` is no filter; write `key=value`"))?;
    let values = values.split('|').map(|v| v.trim().to_owned()).collect();
    Ok((field.trim().into(), values))
}

fn print(found: &SearchDocument, corrected: Option<&str>, out: &mut impl Write) -> Result<()> {
    if let Some(corrected) = corrected {
        writeln!(out, "read as: {corrected}")?;
    }
    if found.results.is_empty() {
        writeln!(out, "no match; try fewer words or filters")?;
        return Ok(());
    }
    for result in &found.results {
        writeln!(out, "{:>3}  {:<32} {}", result.rank, result.sku, result.why.join(" · "))?;
    }
    let about = if found.approximate { "about " } else { "" };
    writeln!(out, "{about}{} products match", found.total)?;
    Ok(())
}
