//! A tree with one folder a class.

use super::FitError;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};
use vestry_model::{Taxonomy, ValueId};

/// Folder names of public data sets that are no words of the trade.
const KNOWN: [(&str, &str); 1] = [("outwear", "outerwear")];
/// Endings of files that are looked at.
const ENDINGS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

/// A file of a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureFile {
    /// Path below the tree, `/` between the parts.
    pub id: String,
    /// Where it is.
    pub path: PathBuf,
    /// What its folder says it shows.
    pub class: ValueId,
}

/// The pictures of `root`, by id. A folder's class is what `classes.toml` in or beside `root` says, else
/// [`class_of`] its name. Hidden folders are left out.
pub fn read_tree(root: &Path, taxonomy: &Taxonomy) -> Result<Vec<PictureFile>, FitError> {
    let named = read_classes(root)?;
    let mut out = Vec::new();
    for folder in entries(root)? {
        let name = name_of(&folder);
        if name.starts_with('.') || !folder.is_dir() {
            continue;
        }
        let class = named.get(&name).cloned().unwrap_or_else(|| class_of(&name, taxonomy));
        for path in entries(&folder)? {
            let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
            if ENDINGS.contains(&ending.as_str()) {
                out.push(PictureFile { id: format!("{name}/{}", name_of(&path)), path, class: class.clone() });
            }
        }
    }
    if out.is_empty() {
        return Err(FitError::NoPictures(root.to_owned()));
    }
    out.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(out)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, FitError> {
    let read = |source| FitError::Read { path: folder.to_owned(), source };
    fs::read_dir(folder).map_err(read)?.map(|entry| entry.map(|e| e.path()).map_err(read)).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn read_classes(root: &Path) -> Result<BTreeMap<String, ValueId>, FitError> {
    let beside = root.parent().map(|parent| parent.join("classes.toml"));
    for path in [Some(root.join("classes.toml")), beside].into_iter().flatten() {
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(FitError::Read { path, source }),
        };
        let names: BTreeMap<String, String> =
            toml::from_str(&text).map_err(|source| FitError::Classes { path, source: Box::new(source) })?;
        let parsed = names.into_iter().map(|(folder, id)| match ValueId::new(&id) {
            Some(class) => Ok((folder, class)),
            None => Err(FitError::Id(id)),
        });
        return parsed.collect();
    }
    Ok(BTreeMap::new())
}

/// The class that a folder of this name holds: a category of the taxonomy by id, by a known other name or by one of
/// its words; else an id made of the name, so that any tree can be learnt from.
pub fn class_of(folder: &str, taxonomy: &Taxonomy) -> ValueId {
    let lower = folder.to_lowercase();
    let lower = KNOWN.iter().find(|(from, _)| *from == lower).map_or(lower.as_str(), |(_, to)| to);
    let ascii: String = lower.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let slug = ascii.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    if taxonomy.value("category", &slug).is_none() {
        let categories = taxonomy.attribute("category").map(|a| a.values.as_slice()).unwrap_or_default();
        let known = categories.iter().find(|value| {
            let names = [&value.name.ko, &value.name.en];
            names.iter().any(|n| n.to_lowercase() == lower) || value.synonyms.iter().any(|n| n.to_lowercase() == lower)
        });
        if let Some(known) = known {
            return known.id.clone();
        }
    }
    // A name that the slug would shorten or empty keeps its identity by its hash.
    let lossless = lower.chars().all(|c| c.is_ascii_alphanumeric() || " _-".contains(c));
    ValueId::new(&slug).filter(|_| lossless).unwrap_or_else(|| {
        let hash = vestry_model::hex(&Sha256::digest(folder.as_bytes())[..8]);
        ValueId::new(&format!("class-{hash}")).expect("hexadecimal digits are an id")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(folder: &str, class: &str) {
        assert_eq!(class_of(folder, Taxonomy::builtin()).as_str(), class, "{folder}");
    }

    #[test]
    fn folders_name_categories() {
        check("dress", "dress");
        check("T-Shirt", "t-shirt");
        check("outwear", "outerwear");
        check("치마", "skirt");
        check("Ankle boot 9", "ankle-boot-9");
        check("이상한 옷", class_of("이상한 옷", Taxonomy::builtin()).as_str());
        assert_ne!(class_of("이상한 옷", Taxonomy::builtin()), class_of("이상한 것", Taxonomy::builtin()));
    }

    #[test]
    fn a_tree_is_read_in_order_and_mapped() {
        let root = tempfile::tempdir().expect("a folder");
        let make = |path: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("below the root")).expect("makes");
            fs::write(path, b"x").expect("writes");
        };
        let _ =
            ["train/b/2.JPG", "train/b/1.png", "train/a/3.webp", "train/a/notes.txt", "train/.cache/4.jpg"].map(make);
        fs::write(root.path().join("classes.toml"), "a = \"shirt\"\n").expect("writes");
        let found = read_tree(&root.path().join("train"), Taxonomy::builtin()).expect("a tree");
        let found: Vec<(&str, &str)> = found.iter().map(|f| (f.id.as_str(), f.class.as_str())).collect();
        assert_eq!(found, [("a/3.webp", "shirt"), ("b/1.png", "b"), ("b/2.JPG", "b")]);

        fs::write(root.path().join("classes.toml"), "a = \"No Id\"\n").expect("writes");
        let found = read_tree(&root.path().join("train"), Taxonomy::builtin());
        assert!(matches!(found, Err(FitError::Id(id)) if id == "No Id"));
        let empty = read_tree(&root.path().join("train/a"), Taxonomy::builtin());
        assert!(matches!(empty, Err(FitError::NoPictures(_))));
    }
}
