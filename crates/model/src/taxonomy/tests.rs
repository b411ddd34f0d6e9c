use super::*;
use std::collections::BTreeSet;

#[test]
fn the_builtin_taxonomy_is_as_large_as_promised() {
    let taxonomy = Taxonomy::builtin();
    let values: usize = taxonomy.attributes().iter().map(|a| a.values.len()).sum();
    assert_eq!(taxonomy.objects().len(), 9);
    assert_eq!(taxonomy.attributes()[0].id.as_str(), "category");
    assert!(taxonomy.attributes()[0].values.len() >= 80);
    assert!(taxonomy.attributes().len() >= 14);
    assert!(values >= 350, "{values}");
    assert!(taxonomy.imagenet().len() >= 55, "{}", taxonomy.imagenet().len());
}

#[test]
fn what_the_models_and_the_issue_name_is_there() {
    let taxonomy = Taxonomy::builtin();
    for (attribute, values) in [
        ("category", "dress hat longsleeve outerwear pants shirt shoes shorts skirt t-shirt"),
        ("print", "solid striped checked dotted floral graphic camouflage animal"),
        ("sleeve-length", "sleeveless short-sleeve three-quarter-sleeve long-sleeve"),
        ("colour", "black white navy sky-blue multicolour"),
        ("fit", "mom oversized"),
    ] {
        for value in values.split(' ') {
            assert!(taxonomy.value(attribute, value).is_some(), "{attribute}:{value}");
        }
    }
    for attribute in "category colour print neckline sleeve-length length fit shape material texture detail look \
                      season gender closure"
        .split(' ')
    {
        assert!(taxonomy.attribute(attribute).is_some(), "{attribute}");
    }
    assert!(taxonomy.attribute("mood").is_none() && taxonomy.value("colour", "dress").is_none());
}

#[test]
fn every_colour_but_multicolour_has_samples() {
    let colours = taxonomy_values("colour");
    for colour in colours {
        assert_eq!(colour.rgb.is_empty(), colour.id.as_str() == "multicolour", "{}", colour.id);
    }
    let first: BTreeSet<_> = colours.iter().filter_map(|c| c.rgb.first()).map(ToString::to_string).collect();
    assert_eq!(first.len(), colours.len() - 1, "two colours share a sample");
}

#[test]
fn two_values_of_an_attribute_never_share_a_word() {
    let key = |text: &str| text.to_lowercase().replace([' ', '-', '\'', '.'], "");
    for attribute in Taxonomy::builtin().attributes() {
        let mut owners = HashMap::new();
        for value in &attribute.values {
            let names = [&value.name.ko, &value.name.en].into_iter().chain(&value.synonyms);
            for word in names.map(|n| key(n)).collect::<BTreeSet<_>>() {
                let earlier = owners.insert(word.clone(), &value.id);
                assert!(
                    earlier.is_none(),
                    "`{word}` names {} and {} of {}",
                    value.id,
                    earlier.expect("some"),
                    attribute.id
                );
            }
        }
    }
}

fn taxonomy_values(attribute: &str) -> &'static [Value] {
    &Taxonomy::builtin().attribute(attribute).expect("an attribute").values
}

#[test]
fn korean_names_are_korean() {
    for attribute in Taxonomy::builtin().attributes() {
        for value in &attribute.values {
            let hangul = |c: char| ('가'..='힣').contains(&c);
            assert!(value.name.ko.chars().any(hangul), "{}:{}", attribute.id, value.id);
            assert!(!value.name.en.chars().any(hangul), "{}:{}", attribute.id, value.id);
        }
    }
}

#[track_caller]
fn is_a(category: &str, ancestor: &str, expected: bool) {
    assert_eq!(Taxonomy::builtin().is_a(category, ancestor), expected, "{category} is a {ancestor}");
}

#[test]
fn finer_categories_are_cases_of_broader_ones() {
    is_a("jeans", "pants", true);
    is_a("hoodie", "sweatshirt", true);
    is_a("hoodie", "longsleeve", true);
    is_a("blouse", "shirt", true);
    is_a("running-shoes", "shoes", true);
    is_a("cardigan", "outerwear", true);
    is_a("dress", "dress", true);
    is_a("pants", "jeans", false);
    is_a("dress", "skirt", false);
    is_a("unknown", "unknown", false);
}

#[track_caller]
fn imagenet(class: usize, category: Option<&str>) {
    let found = Taxonomy::builtin().imagenet().iter().find(|(c, _)| *c == class).map(|(_, id)| id.as_str());
    assert_eq!(found, category, "class {class}");
}

#[test]
fn imagenet_classes_name_categories() {
    imagenet(608, Some("jeans"));
    imagenet(655, Some("mini-skirt"));
    imagenet(770, Some("running-shoes"));
    imagenet(808, Some("sombrero"));
    imagenet(885, None);
    imagenet(0, None);
    assert!(Taxonomy::builtin().imagenet_uncategorised().contains(&885));
}

/// A taxonomy that reads, as lines that a test can change.
const GOOD: &str = r##"objects = [
  { id = "top", ko = "상의", en = "Top" },
  { id = "shoes", ko = "신발", en = "Shoes", google = 187 },
]
imagenet = [{ class = 610, name = "jersey", category = "t-shirt" }]
[[attribute]]
id = "category"
ko = "카테고리"
en = "Category"
visible = true
many = false
values = [
  { id = "shirt", ko = "셔츠", en = "Shirt", object = "top", google = 212 },
  { id = "t-shirt", ko = "티셔츠", en = "T-shirt", object = "top", parent = "shirt", also = ["티"] },
]
[[attribute]]
id = "colour"
ko = "색상"
en = "Colour"
visible = true
many = true
objects = ["top"]
values = [{ id = "navy", ko = "네이비", en = "Navy", rgb = ["#1b2542"], also = ["곤색", "남색"] }]
"##;

#[test]
fn a_taxonomy_reads() {
    let taxonomy = Taxonomy::parse(GOOD, "good.toml").expect("reads");
    let navy = taxonomy.value("colour", "navy").expect("navy");
    assert_eq!(navy.synonyms, ["곤색", "남색"]);
    assert_eq!(navy.rgb, [Rgb([0x1b, 0x25, 0x42])]);
    assert!(taxonomy.is_a("t-shirt", "shirt"));
    assert_eq!(taxonomy.value("category", "shirt").and_then(|v| v.google), Some(212));
    let colour = taxonomy.attribute("colour").expect("colour");
    let asked: Vec<bool> = taxonomy.objects().iter().map(|o| colour.is_asked_of(&o.id)).collect();
    assert_eq!(asked, [true, false]);
}

/// Replaces `from` in [`GOOD`] and expects an error on `line`, where `at` begins, that says `says`.
#[track_caller]
fn broken(from: &str, to: &str, (line, at): (usize, &str), says: &str) {
    assert!(GOOD.contains(from), "`{from}` is not in the example");
    let text = GOOD.replacen(from, to, 1);
    let error = Taxonomy::parse(&text, "t.toml").expect_err("refused");
    let content = text.lines().nth(line - 1).expect("a line");
    let column = content.find(at).map(|byte| content[..byte].chars().count() + 1);
    assert_eq!((error.line, Some(error.column)), (line, column), "{error} in\n{text}");
    let shown = error.to_string();
    assert!(shown.starts_with(&format!("t.toml:{line}:")) && shown.contains(says), "{shown}");
}

#[test]
fn a_file_that_is_not_toml_names_its_line() {
    broken("many = true", "many = true\nsize = 3", (22, "size"), "unknown field `size`");
    broken("many = true", "many = maybe", (21, "maybe"), "");
    broken("visible = true\nmany = false", "many = false", (6, "[[attribute]]"), "missing field `visible`");
    broken(r#"en = "Shirt", "#, "", (13, "{"), "missing field `en`");
    broken("google = 212", "google = -1", (13, "-1"), "");
    broken("google = 212", r#"google = "212""#, (13, r#""212""#), "");
    broken("many = true", "many = true\nmany = true", (22, "many"), "duplicate key");
}

#[test]
fn a_file_that_makes_no_sense_names_its_line() {
    broken(r#""셔츠""#, r#"" ""#, (13, r#"" ""#), "`ko` of `shirt` is ` `");
    broken(r#""곤색""#, r#""곤색 ""#, (23, r#""곤색 ""#), "`also` of `navy` is `곤색 `");
    broken(r#"id = "shirt""#, r#"id = "Shirt""#, (13, r#""Shirt""#), "`Shirt` is not an id");
    let twice = "value of `category` `shirt` is there twice, first on line 13";
    broken(r#"id = "t-shirt""#, r#"id = "shirt""#, (14, r#""shirt""#), twice);
    broken(r#"id = "colour""#, r#"id = "category""#, (17, r#""category""#), "attribute `category` is there twice");
    broken(r#"id = "shoes""#, r#"id = "top""#, (3, r#""top""#), "object `top` is there twice");
    broken(r#""shirt", also"#, r#""blouse", also"#, (14, r#""blouse""#), "unknown parent `blouse` of `t-shirt`");
    broken(r#""shirt", also"#, r#""t-shirt", also"#, (14, r#""t-shirt", also"#), "`t-shirt` is its own ancestor");
    broken("google = 212", r#"parent = "t-shirt""#, (13, r#""t-shirt""#), "`shirt` is its own ancestor");
    broken(r#"object = "top", parent"#, r#"object = "shoes", parent"#, (14, r#""shirt""#), "different objects");
    broken(r#""top", google"#, r#""hat", google"#, (13, r#""hat""#), "unknown object `hat` of `shirt`");
    broken(r#"object = "top", google"#, "google", (13, r#""shirt""#), "category `shirt` has no object");
    broken("google = 212", r#"objects = ["toe"]"#, (13, r#""toe""#), "unknown object `toe` of `shirt`");
    broken(r#"["top"]"#, r#"["toe"]"#, (22, r#""toe""#), "unknown object `toe` of `colour`");
    broken(r##"rgb = ["#1b2542"]"##, "google = 3", (23, "3"), "`google` does not belong to `navy`");
    broken(r##"rgb = ["#1b2542"]"##, r#"object = "top""#, (23, r#""top""#), "`object` does not belong to `navy`");
    broken("google = 212", r##"rgb = ["#000000"]"##, (13, r##""#000000""##), "`rgb` does not belong to `shirt`");
    broken("#1b2542", "navy!", (23, r#""navy!""#), "`navy!` is not a colour; write `#rrggbb`");
    broken("class = 610", "class = 1000", (5, "1000"), "`1000` is not a new ImageNet-1k class");
    broken(r#"category = "t-shirt""#, r#"category = "jumper""#, (5, r#""jumper""#), "unknown category `jumper`");
    broken(r#"id = "category""#, r#"id = "kind""#, (7, r#""kind""#), "put `category` first");
}

#[test]
fn no_text_makes_it_panic() {
    for end in (0..GOOD.len()).filter(|end| GOOD.is_char_boundary(*end)) {
        if let Err(error) = Taxonomy::parse(&GOOD[..end], "t.toml") {
            assert!(error.line <= GOOD.lines().count() + 1, "cut at {end}: {error}");
        }
    }
    assert!(Taxonomy::parse("", "t.toml").is_err());
}
