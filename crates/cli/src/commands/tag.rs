//! `vestry tag`: recognition without server or database.

use crate::args::TagArgs;
use anyhow::{Context, Result, bail};
use std::{fs, io::Write, path::Path};
use vestry_model::Taxonomy;
use vestry_server::shapes::TagDocument;
use vestry_vision::{Kernel, Limits, Vision};

/// Prints what each image shows; an image that cannot be read is named and the others go on.
pub(crate) fn run(args: &TagArgs) -> Result<()> {
    let vision = Vision::builtin(Kernel::best()).context("could not load the built-in models")?;
    let mut out = std::io::stdout().lock();
    let mut failed = 0;
    for path in &args.images {
        match tag(&vision, path, args) {
            Ok(document) if args.json => writeln!(out, "{}", serde_json::to_string(&document)?)?,
            Ok(document) => writeln!(out, "{}", describe(path, &document))?,
            Err(error) => {
                failed += 1;
                eprintln!("error: `{}`: {error:#}", path.display());
            }
        }
    }
    match failed {
        0 => Ok(()),
        n => bail!("{n} of {} images could not be recognised", args.images.len()),
    }
}

fn tag(vision: &Vision, path: &Path, args: &TagArgs) -> Result<TagDocument> {
    let limits = Limits::default();
    let length = fs::metadata(path)?.len();
    if length > limits.max_bytes as u64 {
        bail!("{length} bytes; at most {} are read", limits.max_bytes);
    }
    let image = vision.intake(&fs::read(path)?, &limits)?;
    let recognition = vision.recognise(&image, args.crop, vision.heads(), Taxonomy::builtin());
    Ok(TagDocument::new(&recognition.into(), &vision.heads().name, Taxonomy::builtin()))
}

/// A few lines for the eye.
fn describe(path: &Path, document: &TagDocument) -> String {
    let mut lines = vec![format!(
        "{}  {}×{}{}",
        path.display(),
        document.image.width,
        document.image.height,
        match document.image.faces {
            0 => String::new(),
            n => format!("  {n} face{} made unreadable", if n == 1 { "" } else { "s" }),
        }
    )];
    for object in &document.objects {
        for tag in &object.tags {
            let question = if tag.state == vestry_model::TagState::ToReview { "  to review" } else { "" };
            lines.push(format!(
                "  {:<14} {} · {}  {:.2}{question}",
                tag.attribute, tag.name.ko, tag.name.en, tag.confidence
            ));
        }
        let colours: Vec<String> =
            object.colours.iter().map(|c| format!("{} {} {:.0} %", c.name.ko, c.hex, c.share * 100.0)).collect();
        if !colours.is_empty() {
            lines.push(format!("  {:<14} {}", "colours", colours.join(" · ")));
        }
    }
    lines.join("\n")
}
