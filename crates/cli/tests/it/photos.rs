//! Real photos, where the folder of them is at hand.

use crate::program::{Shop, stderr, vestry};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The folder of real photos, or a word that it is absent.
fn clothing() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/clothing");
    let folder = std::env::var_os("VESTRY_CLOTHING").map_or(beside, PathBuf::from);
    if folder.join("validation").is_dir() {
        return Some(folder);
    }
    eprintln!("not tested on photos: `{}` is absent; set VESTRY_CLOTHING", folder.display());
    None
}

#[test]
fn photos_of_a_class_are_recognised_as_that_class() {
    let Some(clothing) = clothing() else { return };
    let mut answered = 0;
    let (mut right, mut asked) = (0, 0);
    for (folder, category) in [("shoes", "shoes"), ("pants", "pants"), ("dress", "dress"), ("hat", "hat")] {
        let mut photos: Vec<PathBuf> = std::fs::read_dir(clothing.join("validation").join(folder))
            .expect("a class")
            .map(|e| e.expect("an entry").path())
            .collect();
        photos.sort();
        let photos: Vec<&str> = photos.iter().take(10).map(|p| p.to_str().expect("UTF-8")).collect();
        let output = vestry(&[&["tag", "--json"], photos.as_slice()].concat()).output().expect("runs");
        assert!(output.status.success(), "{}", stderr(&output));
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let document: Value = serde_json::from_str(line).expect("a document");
            let named = document["objects"][0]["category"].as_str().unwrap_or_default().to_owned();
            let tags = document["objects"][0]["tags"].as_array().expect("tags").clone();
            answered += usize::from(tags.iter().any(|t| t["attribute"] == "category" && t["state"] == "suggested"));
            let taxonomy = vestry_model::Taxonomy::builtin();
            right += usize::from(named == category || taxonomy.is_a(&named, category));
            asked += 1;
        }
    }
    assert_eq!(asked, 40);
    assert!(right >= 32, "{right} of {asked} photos are named right");
    assert!(answered >= 24, "{answered} of {asked} photos get an answer rather than a question");
}

#[test]
fn a_photo_of_the_catalogue_finds_itself() {
    let Some(clothing) = clothing() else { return };
    let shop = Shop::new(0);
    let tree = tempfile::tempdir().expect("a folder");
    let mut photos = Vec::new();
    for class in ["dress", "hat", "shoes", "t-shirt"] {
        std::fs::create_dir(tree.path().join(class)).expect("a folder");
        let mut all: Vec<PathBuf> = std::fs::read_dir(clothing.join("validation").join(class))
            .expect("a class")
            .map(|e| e.expect("an entry").path())
            .collect();
        all.sort();
        for photo in all.into_iter().take(5) {
            let copy = tree.path().join(class).join(photo.file_name().expect("a file"));
            std::fs::copy(&photo, &copy).expect("copied");
            photos.push((format!("{class}/{}", copy.file_stem().and_then(|s| s.to_str()).expect("UTF-8")), copy));
        }
    }
    let imported = shop.run(&["import", tree.path().to_str().expect("UTF-8")]);
    assert!(imported.status.success(), "{}", stderr(&imported));
    for (sku, photo) in &photos {
        let found = shop.run(&["search", "--json", "--limit", "2", "--image", photo.to_str().expect("UTF-8")]);
        let answer: Value = serde_json::from_slice(&found.stdout).expect("JSON");
        assert_eq!(answer["results"][0]["sku"], sku.as_str(), "{answer}");
        // No derivative is made of a search photo; its vector has to be that of the stored one all the same.
        assert!(answer["results"][0]["parts"]["look"].as_f64().is_some_and(|look| look >= 0.99), "{answer}");
    }
}
