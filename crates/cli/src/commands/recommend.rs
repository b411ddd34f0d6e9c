//! `vestry recommend`: the lists that visitors see, and what they are made of. `vestry privacy visitor`: one of them.

use crate::{
    args::{RecommendArgs, RecommendList, VisitorArgs},
    open,
};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::io::{Read, Write, stdout};
use vestry_app::{RecommendInput, RecommendedProduct, RecommenderFacts, Wanted};
use vestry_model::{Sku, VisitorName};

/// The longest line that is read for a visitor's id.
const LONGEST: u64 = 1_000;

/// Prints a list, or what recommends.
pub(crate) async fn run(args: RecommendArgs) -> Result<()> {
    let sku = args.sku.as_deref().map(Sku::new).transpose()?;
    let of = || sku.clone().context("this list is of a product; give its `--sku`");
    let wanted = match args.list {
        RecommendList::Similar => Some(Wanted::Similar(of()?)),
        RecommendList::GoesWith => Some(Wanted::GoesWith(of()?)),
        RecommendList::ForYou if args.seen.is_empty() => bail!("say what was looked at: `--seen SKU`, once for each"),
        RecommendList::ForYou => Some(Wanted::ForYou),
        RecommendList::Popular => Some(Wanted::Popular),
        RecommendList::Manifest => None,
    };
    let seen = args.seen.iter().map(|text| Sku::new(text)).collect::<Result<Vec<_>, _>>()?;
    let (app, organisation) = open::shop(&args.shop).await?;
    match wanted {
        Some(wanted) => {
            let input = RecommendInput { seen, limit: args.limit as usize, ..RecommendInput::new(wanted) };
            let found = app.recommend(organisation, input).await;
            app.close().await;
            print(&found?, args.json)
        }
        None => {
            let facts = app.recommender_facts(organisation).await;
            app.close().await;
            print_facts(&facts?, args.json)
        }
    }
}

fn print(found: &[RecommendedProduct], as_json: bool) -> Result<()> {
    let mut out = stdout().lock();
    if as_json {
        let one = |one: &RecommendedProduct| {
            let (because, of) = one.because.told();
            json!({"sku": one.sku, "because": because, "of": of})
        };
        let results: Vec<_> = found.iter().map(one).collect();
        return Ok(writeln!(out, "{}", json!({ "results": results }))?);
    }
    if found.is_empty() {
        return Ok(writeln!(out, "nothing yet; send what visitors do to `POST /api/v1/events`")?);
    }
    for one in found {
        match one.because.told() {
            (because, Some(of)) => writeln!(out, "{:<24} {because} of {of}", one.sku)?,
            (because, None) => writeln!(out, "{:<24} {because}", one.sku)?,
        }
    }
    Ok(())
}

fn print_facts(facts: &RecommenderFacts, as_json: bool) -> Result<()> {
    let mut out = stdout().lock();
    let choice = &facts.choice;
    if as_json {
        let facts = json!({
            "manifest": facts.manifest, "model": facts.model, "visitors": facts.visitors, "products": facts.products,
            "penalty": facts.penalty, "clicked": choice.visitors, "weights": choice.weights,
            "difference": choice.difference,
        });
        return Ok(writeln!(out, "{facts}")?);
    }
    writeln!(out, "{} visitors, {} products, penalty {}", facts.visitors, facts.products, facts.penalty)?;
    let [look, colour, words] = choice.weights;
    let [mean, low, high] = choice.difference;
    writeln!(
        out,
        "a search counts look {look}, colour {colour}, words {words}; {} visitors clicked, difference {mean:+.3} \
         ({low:+.3} to {high:+.3})",
        choice.visitors
    )?;
    writeln!(out, "manifest {}\nmodel    {}", facts.manifest, facts.model)?;
    Ok(())
}

/// Shows or forgets a visitor, whose id is read from standard input: arguments can be read by other users of a machine.
pub(crate) async fn visitor(args: VisitorArgs) -> Result<()> {
    let mut text = String::new();
    std::io::stdin().lock().take(LONGEST).read_to_string(&mut text).context("could not read the visitor's id")?;
    let name = VisitorName::new(text.trim())?;
    let (app, organisation) = open::shop(&args.shop).await?;
    let mut out = stdout().lock();
    if args.forget {
        let forgotten = app.forget_visitor(organisation, &name).await;
        app.close().await;
        let forgotten = forgotten?;
        match forgotten.recommender {
            None => writeln!(out, "nothing was held")?,
            Some([before, after]) => writeln!(
                out,
                "{} rows went; what recommends was {} and is {}; `vestry privacy sweep` takes it from every copy",
                forgotten.rows, before[1], after[1]
            )?,
        }
        return Ok(());
    }
    let held = app.held_of_visitor(organisation, &name).await;
    app.close().await;
    let held = held?;
    for (sku, kind, at) in &held.events {
        writeln!(out, "{at}  {:<8} {sku}", kind.as_str())?;
    }
    for (search, at, chosen) in &held.searches {
        writeln!(out, "{at}  search   {search} {}", chosen.join(" "))?;
    }
    if held.events.is_empty() && held.searches.is_empty() {
        writeln!(out, "nothing is held")?;
    }
    Ok(())
}
