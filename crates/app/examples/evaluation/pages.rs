//! The page, section by section.

use super::{Gain, Recognition, Share, answered};
use std::collections::BTreeMap;
use vestry_app::{evaluate::Evaluation, fit::FitReport};
use vestry_learn::measure::{calibration_by_chance, wilson};

impl Share {
    /// `0.912 (0.88–0.94; 310 of 340)`.
    fn text(self) -> String {
        let [low, high] = wilson(self.hits, self.tries);
        let share = self.hits as f64 / self.tries.max(1) as f64;
        format!("{share:.3} ({low:.2}–{high:.2}; {} of {})", self.hits, self.tries)
    }
}

#[expect(clippy::print_stdout, reason = "the page goes to standard output")]
fn say(text: &str) {
    println!("{text}");
}

pub(super) fn category(e: &Evaluation, gain: Gain) {
    let d = &e.detail;
    say(
        "\n## Category\n\n`vestry eval --train TRAIN --test VALIDATION --json` prints the figures of the first table. The head is \
         one-vs-rest ridge on the frozen features of two views of a photo, the whole on white and the centre; it is fitted on each \
         training photo, its mirror image, and nine and eight tenths of it. Penalty, temperature, threshold, shrinkage and \
         boost are chosen by five-fold cross-validation inside the training photos, near-duplicates in one fold; validation photos are read once, to fill this page.\n",
    );
    say("| figure | value |\n|---|---|");
    let [low, high] = e.top1_ci95;
    say(&format!("| photos fitted on, measured on | {}, {} |", e.n_train, e.n_test));
    say(&format!("| right category (top-1) | **{:.3}** ({low:.3}–{high:.3}) |", e.top1));
    let Gain { first, more: [more, low, high] } = gain;
    say(&format!("| the first head, ridge on the features of the whole photo alone | {first:.3} |"));
    say(&format!("| gained over it, photo by photo | **{more:+.3}** ({low:+.3} to {high:+.3}) |"));
    say(&format!("| right out of fold on the training photos | {:.3} |", d.top1_out_of_fold));
    say(&format!("| macro F1 | {:.3} |", e.macro_f1));
    say(&format!("| five nearest by look, voting | {:.3} |", e.knn5));
    say(&format!("| photo search, precision@10, validation → train | **{:.3}** |", e.precision_at_10));
    let [low, high] = d.ece_ci95;
    say(&format!(
        "| calibration error, 10 equal-mass bins, out of fold on train | **{:.3}** (bootstrap {low:.3}–{high:.3}) |",
        e.ece
    ));
    say(&format!("| the same on validation (34 photos a bin, so most of it is chance) | {:.3} |", d.ece_test));
    say(&format!("| share of answers over the threshold; right among them | {:.3}; {:.3} |", d.sure[0], d.sure[1]));
    say(&format!("| λ, shrinkage, boost that were chosen | {}, {}, {} |", d.settings[0], d.settings[1], d.settings[2]));
    say(&format!("| wall time a photo, decoding, faces and features, all cores | {:.1} ms |", e.ms_per_image));
    say(&format!("| pictures passed over | {} |\n", d.skipped.len()));
    let head: Vec<&str> = d.classes.iter().map(|c| c.as_str()).collect();
    say(&format!("Row: what it is; column: what was answered.\n\n| | {} | recall |", head.join(" | ")));
    say(&format!("|---|{}---|", "---|".repeat(head.len())));
    for (class, row) in d.classes.iter().zip(&d.confusion).enumerate().map(|(i, (c, r))| ((i, c), r)) {
        let cells: Vec<String> = row.iter().map(|n| if *n == 0 { String::new() } else { n.to_string() }).collect();
        let all: usize = row.iter().sum();
        let recall = row[class.0] as f64 / all.max(1) as f64;
        say(&format!("| {} | {} | {recall:.2} |", class.1, cells.join(" | ")));
    }
}

pub(super) fn unseen([projected, raw]: [f64; 2]) {
    say(&format!(
        "\n## Classes that were not fitted\n\nAbout three classes at a time are left out of the projection's fit and \
         then asked for: precision@10 **{projected:.3}**; the bare features give {raw:.3}."
    ));
}

pub(super) fn crops([first, ten]: [Share; 2]) {
    say(&format!(
        "\n## A crop finds its product\n\nThe middle 60 % of every tenth training photo, among all of them: its own \
         photo is first for {}, among the first ten for {}.",
        first.text(),
        ten.text()
    ));
}

pub(super) fn gate(photos: &[(String, Recognition)], nothing: &BTreeMap<String, Share>, report: &FitReport) {
    let kept = Share { hits: photos.iter().filter(|(_, r)| answered(r)).count(), tries: photos.len() };
    let all =
        nothing.values().fold(Share::default(), |sum, s| Share { hits: sum.hits + s.hits, tries: sum.tries + s.tries });
    say(&format!(
        "\n## What is no garment\n\nA category that is not `to_review` is given to {} of the validation photos, and to \
         **{}** of pictures that show no garment, of kinds that the gate was not fitted on:\n\n| kind | given a category |\n|---|---|",
        kept.text(),
        all.text()
    ));
    for (kind, share) in nothing {
        say(&format!("| {kind} | {} of {} |", share.hits, share.tries));
    }
    if let Some(passes) = report.gate_passes {
        say(&format!("\nOf the drawings it was fitted on, {passes:.3} pass the gate."));
    }
}

pub(super) fn colour_photos([first, three, answered]: [Share; 3], report: &FitReport) {
    say(&format!(
        "\n## Colour and print\n\nSixty validation photos were given their main colour by eye before any program \
         named one (`tests/data/colour_labels.toml`). The largest colour found is one of these names for {}, one of the first three \
         for {}. Most misses are a neighbouring name: dim light turns white into light grey and navy into dark denim.",
        first.text(),
        three.text()
    ));
    if let Some(colour) = &report.colour {
        let [low, high] = colour.ece_ci95();
        say(&format!(
            "\nHow sure a colour's name may be is fitted on 100 training photos, named by eye too \
             (`models/apparel/colour_labels.toml`): a logistic over its share, its distance to this sample and to the \
             next, chroma and lightness. Calibration error out of fold, {} colours in ten bins of equal mass: {:.3} \
             (bootstrap {:.3}–{:.3}); so few colours would show {:.3} by chance alone. On the sixty validation \
             photos a largest colour that is answered, not asked, is right for {}; \
             their names are the main colour's alone.",
            colour.answers.len(),
            colour.ece(),
            low,
            high,
            calibration_by_chance(&colour.answers),
            answered.text()
        ));
    }
}

pub(super) fn drawn([colour, three, print]: [Share; 3], report: &FitReport) {
    say(&format!(
        "\nOn the half of the drawn catalogue that nothing was fitted on: the largest colour is one of the \
         drawing's for {}, one of the first three for {}, the print for {}. The print head is fitted on drawn cloth and is right for {:.3} of it out of fold; how it \
         does on photos was not measured.",
        colour.text(),
        three.text(),
        print.text(),
        report.print_top1.unwrap_or(0.0)
    ));
}

pub(super) fn fashion_mnist(found: &super::fashion_mnist::Found) {
    say(&format!(
        "\n## Fashion-MNIST\n\n60,000 pictures of 28 × 28 enlarged to 224, features of the same two views, the same ridge \
         head, measured on the 10,000: **{}**. λ = {}.",
        found.share.text(),
        found.lambda
    ));
}
