//! A folder with one subfolder a class: every picture is a product, its class from the folder's name.

use super::{FeedError, FeedRow, RowError};
use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::{Path, PathBuf},
};
use vestry_model::{Product, Sku};

/// File beside the classes that maps folder names to categories: `outwear = "outerwear"`, or `""` for none.
const CLASSES: &str = "classes.toml";

/// The products of a tree, by path. A class counts as given only where `classes.toml` in `root` maps its folder;
/// without that, folders only order the pictures. Links are not followed.
pub fn tree(root: &Path) -> Result<impl Iterator<Item = Result<FeedRow, RowError>> + Send + use<>, FeedError> {
    let classes = classes(root)?;
    let mut files = Vec::new();
    walk(root, &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(FeedError::Empty);
    }
    let root = root.to_owned();
    // `a.jpg` and `a.png` are two products; the second keeps its ending.
    let mut stems = HashSet::new();
    Ok(files.into_iter().enumerate().map(move |(at, path)| {
        let stem = path.with_extension("");
        let repeated = !stems.insert(stem.clone());
        row(&root, &path, if repeated { &path } else { &stem }, at as u64 + 1, &classes)
    }))
}

/// What `classes.toml` says; nothing when there is none.
fn classes(root: &Path) -> Result<BTreeMap<String, String>, FeedError> {
    let path = root.join(CLASSES);
    match fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).map_err(|e| FeedError::Header(format!("`{CLASSES}`: {}", e.message()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error.into()),
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), FeedError> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let path = entry.path();
        if kind.is_dir() {
            walk(&path, files)?;
        } else if kind.is_file() && is_picture(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    ["jpg", "jpeg", "png", "webp"].contains(&ending.as_str())
}

fn row(
    root: &Path,
    path: &Path,
    name: &Path,
    line: u64,
    classes: &BTreeMap<String, String>,
) -> Result<FeedRow, RowError> {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let source = relative.to_string_lossy().replace('\\', "/");
    let stem = name.strip_prefix(root).unwrap_or(name).to_string_lossy().replace('\\', "/");
    let value = || source.chars().take(80).collect();
    let sku = Sku::new(&stem).map_err(|error| RowError { line, value: value(), refusal: (&error).into() })?;
    let mut product = Product::new(sku);
    let folder = relative.parent().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned());
    let class = folder.as_ref().and_then(|f| classes.get(f)).filter(|c| !c.is_empty());
    if let Some(folder) = &folder {
        product.own.insert("folder".into(), folder.clone());
    }
    let given_tags = class.map(|c| ("category".to_owned(), c.clone())).into_iter().collect();
    Ok(FeedRow { line, product, images: vec![source], given_tags })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folders_class_is_given_where_it_is_mapped() {
        let root = tempfile::tempdir().expect("a folder");
        for file in ["outwear/a.jpg", "outwear/b.PNG", "shoes/c.webp", "shoes/notes.txt"] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, b"x").expect("written");
        }
        fs::write(root.path().join(CLASSES), "outwear = \"outerwear\"\nshoes = \"\"\n").expect("written");
        let rows: Vec<FeedRow> = tree(root.path()).expect("a tree").map(|r| r.expect("a row")).collect();
        let seen: Vec<_> = rows.iter().map(|r| (r.product.sku.as_str(), r.given_tags.len())).collect();
        assert_eq!(seen, [("outwear/a", 1), ("outwear/b", 1), ("shoes/c", 0)]);
        assert_eq!(rows[1].images, ["outwear/b.PNG"]);
    }

    #[test]
    fn a_broken_class_file_and_an_empty_tree_are_refused() {
        let root = tempfile::tempdir().expect("a folder");
        assert!(matches!(tree(root.path()).map(|_| ()), Err(FeedError::Empty)));
        fs::write(root.path().join(CLASSES), "outwear = \n").expect("written");
        assert!(matches!(tree(root.path()).map(|_| ()), Err(FeedError::Header(_))));
    }
}
