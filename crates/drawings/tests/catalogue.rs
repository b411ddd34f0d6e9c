//! What the demo, the print head and the gate rely on.

use std::collections::{BTreeMap, HashSet};
use vestry_drawings::{NO_GARMENT_KINDS, catalogue, no_garment, print_samples, render};
use vestry_model::{Oklab, Rgb, Taxonomy};

const PRINTS: [&str; 8] = ["solid", "striped", "checked", "dotted", "floral", "graphic", "camouflage", "animal"];

#[test]
fn the_demo_catalogue_is_whole() {
    let drawings = catalogue(1, 240);
    assert_eq!(drawings.len(), 240);
    let skus: HashSet<&str> = drawings.iter().map(|d| d.sku.as_str()).collect();
    assert_eq!(skus.len(), 240, "a SKU is unique");
    let mut prints: BTreeMap<&str, usize> = BTreeMap::new();
    let mut categories: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    for drawing in &drawings {
        *prints.entry(drawing.labels.print.as_str()).or_default() += 1;
        *categories.entry(drawing.labels.category.as_str()).or_default() += 1;
        *groups.entry(&drawing.group).or_default() += 1;
        let picture = render(drawing, 80, 100);
        assert_eq!(picture.rgb.len(), 80 * 100 * 3);
        let shades: HashSet<[u8; 3]> = picture.rgb.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect();
        assert!(shades.len() > 100, "{} is hardly drawn", drawing.sku);
        for text in [&drawing.title, &drawing.description] {
            assert!(text.ko.as_ref().is_some_and(|t| !t.is_empty() && !t.contains("  ")), "{text:?}");
            assert!(text.en.as_ref().is_some_and(|t| !t.is_empty() && !t.contains("  ")), "{text:?}");
        }
        assert!(drawing.price.hundredths >= 10_000 * 100 && drawing.price.currency.as_str() == "KRW");
    }
    assert!(PRINTS.iter().all(|p| prints.get(p).is_some_and(|n| *n >= 6)), "{prints:?}");
    assert!(categories.len() >= 30, "{categories:?}");
    assert!(groups.values().any(|n| *n > 1), "some designs come in several colours");
}

#[test]
fn labels_are_words_of_the_taxonomy() {
    let taxonomy = Taxonomy::builtin();
    for drawing in catalogue(2, 600) {
        let labels = &drawing.labels;
        let one = |attribute: &'static str, value: &Option<_>| value.clone().map(|v| (attribute, v));
        let mut said = vec![("category", labels.category.clone()), ("print", labels.print.clone())];
        said.extend(labels.colours.iter().map(|c| ("colour", c.clone())));
        said.extend(one("neckline", &labels.neckline));
        said.extend(one("collar", &labels.collar));
        said.extend(one("sleeve-length", &labels.sleeve_length));
        said.extend(one("length", &labels.length));
        said.extend(one("fit", &labels.fit));
        for (attribute, value) in said {
            assert!(taxonomy.value(attribute, value.as_str()).is_some(), "{}: {attribute}={value}", drawing.sku);
        }
    }
}

#[test]
fn the_same_seed_draws_the_same() {
    let (one, two, other) = (catalogue(7, 30), catalogue(7, 30), catalogue(8, 30));
    assert_eq!(one, two);
    assert_ne!(one, other);
    assert_eq!(render(&one[0], 120, 150).to_png(), render(&two[0], 120, 150).to_png());
    assert_eq!(print_samples(3, 4)[3].picture(64), print_samples(3, 4)[3].picture(64));
    assert_eq!(no_garment(3, 4)[3].picture(64, 64), no_garment(3, 4)[3].picture(64, 64));
}

/// The commonest colour of the middle of a picture, where the garment is, by coarse bins.
fn commonest(picture: &vestry_drawings::Picture) -> Oklab {
    let mut bins: BTreeMap<[u8; 3], (usize, [usize; 3])> = BTreeMap::new();
    let (w, h) = (picture.width, picture.height);
    for y in h / 3..h * 2 / 3 {
        for x in w * 2 / 5..w * 3 / 5 {
            let pixel = picture.at(x, y);
            let bin = bins.entry(pixel.map(|c| c / 24)).or_default();
            bin.0 += 1;
            for (sum, channel) in bin.1.iter_mut().zip(pixel) {
                *sum += usize::from(channel);
            }
        }
    }
    let (count, sums) = bins.into_values().max_by_key(|bin| bin.0).expect("pixels");
    Oklab::from(Rgb(sums.map(|s| (s / count) as u8)))
}

#[test]
fn a_solid_garment_has_the_colour_of_its_label() {
    let taxonomy = Taxonomy::builtin();
    let mut seen = 0;
    for drawing in catalogue(4, 700) {
        // Where the middle of the picture is cloth.
        let code = &drawing.sku[..2];
        if drawing.labels.print.as_str() != "solid" || !["TS", "LS", "SW", "KN", "SK", "PO"].contains(&code) {
            continue;
        }
        let value = taxonomy.value("colour", drawing.labels.colours[0].as_str()).expect("a colour");
        let found = commonest(&render(&drawing, 160, 200));
        let near = value.rgb.iter().map(|rgb| Oklab::from(*rgb).distance(found)).fold(f32::MAX, f32::min);
        assert!(near < 0.09, "{} should be {}: {near}", drawing.sku, value.id);
        seen += 1;
    }
    assert!(seen >= 30, "{seen} solids");
}

#[test]
fn samples_take_turns() {
    let samples = print_samples(5, 16);
    let prints: Vec<&str> = samples.iter().map(|s| s.print.as_str()).collect();
    assert_eq!(&prints[..8], PRINTS);
    assert_eq!(prints[..8], prints[8..]);
    let nothing = no_garment(5, 40);
    let kinds: Vec<&str> = nothing.iter().map(|n| n.kind).collect();
    assert_eq!(&kinds[..20], NO_GARMENT_KINDS);
    let pictures: HashSet<Vec<u8>> = nothing.iter().map(|n| n.picture(48, 48).rgb).collect();
    assert_eq!(pictures.len(), 40, "no two pictures are the same");
    let files = samples[1].picture(96);
    assert!(files.to_png().starts_with(b"\x89PNG") && files.to_jpeg(85).starts_with(&[0xff, 0xd8]));
}
