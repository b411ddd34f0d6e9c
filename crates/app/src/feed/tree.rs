//! A folder with one subfolder a class: every picture is a product, its class from the folder's name.

use super::{FeedError, FeedRow, RowError};
use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::{Path, PathBuf},
};
use unicode_normalization::UnicodeNormalization;
use vestry_model::{Product, Sku, Taxonomy};

/// File beside the classes that maps folder names to categories: `outwear = "outerwear"`. Where it is, it alone decides.
const CLASSES: &str = "classes.toml";

/// The products of a tree, by path. A folder that is called as a category is (its id, or its name in Korean or English)
/// gives it to its pictures; where `root` holds a `classes.toml`, only the folders that it maps do. Others only order the
/// pictures. Links are not followed.
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

/// Which folder is which category.
enum Classes {
    /// As folders are called.
    Named,
    /// As `classes.toml` says.
    Mapped(BTreeMap<String, String>),
}

impl Classes {
    fn of(&self, folder: &str) -> Option<String> {
        // Some file systems take Korean letters apart.
        let folder_name = folder.trim().nfc().collect::<String>().to_lowercase();
        let called = |v: &&vestry_model::taxonomy::Value| {
            [v.id.as_str(), &v.name.ko, &v.name.en].iter().any(|name| name.to_lowercase() == folder_name)
        };
        match self {
            Self::Named => {
                let values = &Taxonomy::builtin().attribute("category")?.values;
                values.iter().find(called).map(|v| v.id.to_string())
            }
            Self::Mapped(classes) => classes.get(folder).filter(|class| !class.is_empty()).cloned(),
        }
    }
}

fn classes(root: &Path) -> Result<Classes, FeedError> {
    let path = root.join(CLASSES);
    match fs::read_to_string(&path) {
        Ok(text) => match toml::from_str(&text) {
            Ok(classes) => Ok(Classes::Mapped(classes)),
            Err(error) => Err(FeedError::Header(format!("`{CLASSES}`: {}", error.message()))),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Classes::Named),
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

fn row(root: &Path, path: &Path, name: &Path, line: u64, classes: &Classes) -> Result<FeedRow, RowError> {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let source = relative.to_string_lossy().replace('\\', "/");
    let stem = name.strip_prefix(root).unwrap_or(name).to_string_lossy().replace('\\', "/");
    let value = || source.chars().take(80).collect();
    let sku = Sku::new(&stem).map_err(|error| RowError { line, value: value(), refusal: (&error).into() })?;
    let mut product = Product::new(sku);
    let folder = relative.parent().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned());
    let class = folder.as_ref().and_then(|f| classes.of(f));
    if let Some(folder) = &folder {
        product.own.insert("folder".into(), folder.clone());
    }
    let given_tags = class.map(|c| ("category".to_owned(), c)).into_iter().collect();
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
    fn a_folder_called_as_a_category_gives_it() {
        let root = tempfile::tempdir().expect("a folder");
        for file in ["Dress/a.jpg", "원피스/b.jpg", "new in/c.jpg", "d.jpg"] {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, b"x").expect("written");
        }
        let given = || -> Vec<Vec<String>> {
            let rows = tree(root.path()).expect("a tree").map(|r| r.expect("a row"));
            rows.map(|r| r.given_tags.into_iter().map(|(_, value)| value).collect()).collect()
        };
        assert_eq!(given(), [vec!["dress"], vec![], vec![], vec!["dress"]]);
        fs::write(root.path().join(CLASSES), "").expect("written");
        assert!(given().iter().all(Vec::is_empty), "the file alone decides");
    }

    #[test]
    fn a_broken_class_file_and_an_empty_tree_are_refused() {
        let root = tempfile::tempdir().expect("a folder");
        assert!(matches!(tree(root.path()).map(|_| ()), Err(FeedError::Empty)));
        fs::write(root.path().join(CLASSES), "outwear = \n").expect("written");
        assert!(matches!(tree(root.path()).map(|_| ()), Err(FeedError::Header(_))));
    }
}
