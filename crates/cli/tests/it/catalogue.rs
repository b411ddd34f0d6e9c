//! Import, search, tag: the main job.

use crate::program::{Shop, stderr, vestry};
use serde_json::Value;

#[test]
fn a_catalogue_is_imported_once_and_found_by_photo_words_and_likeness() {
    let shop = Shop::new(48);
    let first = shop.import();
    assert!(first.status.success(), "{}", stderr(&first));
    assert!(stderr(&first).contains("48 products: 48 new"), "{}", stderr(&first));

    let again = shop.import();
    assert!(stderr(&again).contains("48 products: 0 new, 0 changed, 48 as before; 0 pictures"), "{}", stderr(&again));

    for index in [0, 17, 47] {
        let drawing = &shop.drawings[index];
        let photo = shop.search(&["--image", shop.picture(index).to_str().expect("UTF-8")]);
        let group: Vec<&str> =
            shop.drawings.iter().filter(|d| d.group == drawing.group).map(|d| d.sku.as_str()).collect();
        assert!(group.contains(&photo[0].as_str()), "a picture finds its own product first: {} {photo:?}", drawing.sku);
        let like = shop.search(&["--like", &drawing.sku]);
        assert!(!like.is_empty() && !like.contains(&drawing.sku), "likeness leaves the product itself out");
        for korean in [true, false] {
            let title = drawing.title.pick(korean);
            let words = shop.search(&["--words", title]);
            let found = words.iter().take(5).any(|sku| group.contains(&sku.as_str()));
            assert!(found, "`{title}` finds {} among the first: {words:?}", drawing.sku);
        }
    }
    let all: Vec<String> = shop.drawings.iter().map(|d| d.sku.clone()).collect();
    let found = shop.search(&["--filter", "currency=KRW"]);
    assert!(found.iter().all(|sku| all.contains(sku)));
}

#[test]
fn tag_answers_one_document_a_picture() {
    let shop = Shop::new(2);
    let picture = shop.picture(0);
    let output = vestry(&["tag", "--json", picture.to_str().expect("UTF-8")]).output().expect("runs");
    assert!(output.status.success(), "{}", stderr(&output));
    let document: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(document["image"]["width"], 480);
    assert_eq!(document["image"]["height"], 600);
    let object = &document["objects"][0];
    assert_eq!(object["box"].as_array().map(Vec::len), Some(4));
    assert!(object["colours"].as_array().is_some_and(|c| !c.is_empty()));
    for tag in object["tags"].as_array().expect("tags") {
        let confidence = tag["confidence"].as_f64().expect("a number");
        assert!((0.0..=1.0).contains(&confidence));
        assert!(["suggested", "to_review"].contains(&tag["state"].as_str().expect("a state")));
        assert!(tag["name"]["ko"].is_string() && tag["name"]["en"].is_string());
    }
}

#[test]
fn the_index_is_made_again_from_the_database() {
    let shop = Shop::new(12);
    shop.import();
    let query = ["--words", shop.drawings[3].title.pick(true)];
    let before = shop.search(&query);
    std::fs::remove_dir_all(shop.data().join("index")).expect("removed");
    assert_eq!(shop.search(&query), before, "a lost index is made again");
    let rebuilt = shop.run(&["index", "rebuild"]);
    assert!(rebuilt.status.success() && stderr(&rebuilt).contains("12 products indexed"), "{}", stderr(&rebuilt));
    assert_eq!(shop.search(&query), before);
    let doctor = shop.run(&["doctor"]);
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("12 products, 12 in the index; index complete"));
}

/// A feed of its own in `shop`, and what the program says of it by `args`.
fn fed(shop: &Shop, text: &str, args: &[&str]) -> (bool, String) {
    let feed = shop.feed.with_file_name("other.csv");
    std::fs::write(&feed, text).expect("written");
    let output = shop.run(&[&["import", feed.to_str().expect("UTF-8")], args].concat());
    (output.status.success(), stderr(&output))
}

#[test]
fn a_dry_run_shows_the_first_rows_and_misses_a_sku() {
    let shop = Shop::new(0);
    let (ok, said) = fed(&shop, "sku,title\nA-1,검정 원피스\nA-2,니트\n", &["--dry-run"]);
    assert!(ok && said.contains("sku (sku): A-1 | A-2") && said.contains("검정 원피스 | 니트"), "{said}");
    let (ok, said) = fed(&shop, "title\n검정 원피스\n", &["--dry-run"]);
    assert!(!ok && said.contains("검정 원피스") && said.contains("no column is the SKU"), "{said}");
}

#[test]
fn an_import_counts_products_rather_than_rows() {
    let shop = Shop::new(0);
    let feed = "sku,title,category,colour\nA-1,one,dress,black\nA-2,two,tent,grellow\nA-1,three,dress,black\n";
    let (ok, said) = fed(&shop, feed, &[]);
    assert!(ok && said.contains("2 products: 2 new, 0 changed"), "{said}");
    assert!(said.contains("line 4: the same SKU as on line 2"), "{said}");
    assert!(said.contains("without 2 tags") && !said.contains("left out"), "{said}");
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("  line ")).collect();
    assert!(lines.len() == 3 && lines.is_sorted(), "{lines:?}");
}

#[test]
fn an_import_whose_pictures_are_all_outside_says_so_once_and_fails() {
    let shop = Shop::new(0);
    std::fs::write(shop.feed.with_file_name("../a.jpg"), b"x").expect("written");
    let (ok, said) = fed(&shop, "sku,images\nA-1,../a.jpg\nA-2,../a.jpg\nA-3,../a.jpg\n", &[]);
    assert_eq!(said.matches("leaves the feed's folder").count(), 1, "{said}");
    assert!(!ok && said.contains("and 2 more such pictures") && said.contains("every picture was refused"), "{said}");
}

#[test]
fn a_dry_run_of_a_folder_tells_what_each_subfolder_counts_as() {
    let shop = Shop::new(0);
    let root = tempfile::tempdir().expect("a folder");
    for file in ["dress/a.jpg", "outwear/b.jpg"] {
        let path = root.path().join(file);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, b"x").expect("written");
    }
    let output = shop.run(&["import", "--dry-run", root.path().to_str().expect("UTF-8")]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("`dress`: 1 pictures of the category `dress`"), "{said}");
    assert!(said.contains("`outwear`: 1 pictures, whose category is recognised"), "{said}");
}
