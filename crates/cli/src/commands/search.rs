//! `vestry search`: one question to the index of a data folder.

use crate::{args::SearchArgs, open};
use anyhow::{Context, Result, bail};
use std::{fs, io::Write};
use vestry_app::SearchInput;
use vestry_model::Sku;
use vestry_search::{Answer, Filter, FilterTest};
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
    let input = SearchInput {
        image,
        crop: args.crop,
        words: args.words,
        like: args.like.as_deref().map(Sku::new).transpose()?,
        filters: args.filters.iter().map(|f| filter(f)).collect::<Result<_>>()?,
        limit: args.limit as usize,
        ..SearchInput::default()
    };
    let app = open::app(&args.place).await?;
    let organisation = app.organisation(&args.org).await?;
    let answer = app.search(organisation, input).await?.answer;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string(&SearchDocument::new(&answer, app.taxonomy()))?)?;
    } else {
        print(&answer, &mut out)?;
    }
    app.close().await;
    Ok(())
}

fn filter(text: &str) -> Result<Filter> {
    let (field, values) = text.split_once('=').with_context(|| format!("`{text}` is no filter; write `key=value`"))?;
    let values = values.split('|').map(|v| v.trim().to_owned()).collect();
    Ok(Filter { field: field.trim().into(), test: FilterTest::AnyOf(values) })
}

fn print(answer: &Answer, out: &mut impl Write) -> Result<()> {
    if let Some(corrected) = &answer.corrected {
        writeln!(out, "read as: {corrected}")?;
    }
    if answer.results.is_empty() {
        writeln!(out, "no match; try fewer words or filters")?;
        return Ok(());
    }
    for hit in &answer.results {
        let mut why = Vec::new();
        if let Some(look) = hit.parts.look {
            why.push(format!("look {:.2}", look.score));
        }
        if let Some(words) = hit.parts.words {
            why.push(format!("words {:.1}", words.score));
        }
        why.extend(hit.why.tags.iter().map(|(attribute, value)| format!("{attribute} {value}")));
        writeln!(out, "{:>3}  {:<32} {}", hit.rank, hit.sku, why.join(" · "))?;
    }
    let about = if answer.approximate { "about " } else { "" };
    writeln!(out, "{about}{} products match", answer.total)?;
    Ok(())
}
