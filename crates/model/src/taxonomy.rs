//! The words of the trade: objects, categories, attributes and values, with Korean and English names.
//!
//! The built-in taxonomy is `taxonomy/apparel.toml`. Ids are stable: stored tags, filters and heads name them, so
//! a value may gain names, synonyms and children, but its id never changes its meaning.

mod file;

use crate::{AttributeId, ObjectId, Rgb, ValueId};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::LazyLock};

/// A name in both languages, as a merchandiser would write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// Korean.
    pub ko: String,
    /// English.
    pub en: String,
}

impl Name {
    /// The name in Korean if `korean`, else in English.
    pub fn pick(&self, korean: bool) -> &str {
        if korean { &self.ko } else { &self.en }
    }
}

/// A kind of thing that is worn or carried; every category belongs to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Stable id.
    pub id: ObjectId,
    /// Its name.
    pub name: Name,
    /// Its id in Google's product taxonomy.
    pub google: Option<u32>,
}

/// A question about a product, with the answers that it may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Stable id.
    pub id: AttributeId,
    /// Its name.
    pub name: Name,
    /// Whether a photo can answer it.
    pub visible: bool,
    /// Whether a product may have several values of it.
    pub many: bool,
    /// The objects that it is asked of; of all when empty.
    pub objects: Vec<ObjectId>,
    /// Its values, in the order of the file.
    pub values: Vec<Value>,
}

impl Attribute {
    /// Whether it is asked of things of this object.
    pub fn is_asked_of(&self, object: &ObjectId) -> bool {
        self.objects.is_empty() || self.objects.contains(object)
    }
}

/// An answer to an [`Attribute`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Stable id, unique within its attribute.
    pub id: ValueId,
    /// Its name.
    pub name: Name,
    /// Other words for it, in either language.
    pub synonyms: Vec<String>,
    /// The object it belongs to: always there for a category, never elsewhere.
    pub object: Option<ObjectId>,
    /// The objects that it is said of; all that its attribute is asked of when empty.
    pub objects: Vec<ObjectId>,
    /// The broader value of the same attribute that it is a case of.
    pub parent: Option<ValueId>,
    /// Samples of it, for a colour; the first is the one to show.
    pub rgb: Vec<Rgb>,
    /// Its id in Google's product taxonomy, for a category where one fits.
    pub google: Option<u32>,
    /// Whether a photo can show it.
    pub visible: bool,
}

/// The parsed taxonomy: valid by construction.
#[derive(Debug)]
pub struct Taxonomy {
    objects: Vec<Object>,
    attributes: Vec<Attribute>,
    imagenet: Vec<(usize, ValueId)>,
    uncategorised: Vec<usize>,
    places: HashMap<AttributeId, AttributePlaces>,
}

#[derive(Debug)]
struct AttributePlaces {
    index: usize,
    values: HashMap<ValueId, usize>,
}

/// A taxonomy file that cannot be used, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {problem}")]
pub struct TaxonomyError {
    /// The file, as the caller named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub problem: TaxonomyProblem,
}

/// What is wrong with a taxonomy file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaxonomyProblem {
    /// Not TOML, an unknown key, a missing key, or a value of the wrong type.
    #[error("{0}")]
    Syntax(String),
    /// An id with other characters.
    #[error("`{0}` is not an id; use 1 to 64 lower-case letters, digits and `-`")]
    Id(String),
    /// An id given twice.
    #[error("{what} `{id}` is there twice, first on line {first}; rename or remove one")]
    Duplicate {
        /// `object`, `attribute`, `value of …`.
        what: String,
        /// The id.
        id: String,
        /// The line of the first.
        first: usize,
    },
    /// A name or a synonym without text, or with space around it.
    #[error("{what} of `{id}` is `{text}`; write its words without space around them")]
    Words {
        /// `ko`, `en` or `also`.
        what: &'static str,
        /// The id.
        id: String,
        /// The text.
        text: String,
    },
    /// A parent that is no value of the same attribute.
    #[error("unknown parent `{parent}` of `{id}`; name a value of `{attribute}`")]
    UnknownParent {
        /// The value.
        id: String,
        /// The parent it names.
        parent: String,
        /// Their attribute.
        attribute: String,
    },
    /// A value that is its own ancestor.
    #[error("`{0}` is its own ancestor; remove one `parent` of the circle")]
    Circle(String),
    /// An object nobody declared.
    #[error("unknown object `{object}` of `{id}`; name one of `objects`")]
    UnknownObject {
        /// The category.
        id: String,
        /// The object it names.
        object: String,
    },
    /// A category without object.
    #[error("category `{0}` has no object; add `object = \"…\"`")]
    NoObject(String),
    /// A category whose parent is of another object.
    #[error("category `{id}` and its parent `{parent}` have different objects; give both the same")]
    ObjectOfParent {
        /// The category.
        id: String,
        /// Its parent.
        parent: String,
    },
    /// A key that only values of another attribute have.
    #[error("`{key}` does not belong to `{id}`; only values of `{attribute}` have it")]
    Misplaced {
        /// The key.
        key: &'static str,
        /// The value.
        id: String,
        /// Where it belongs.
        attribute: &'static str,
    },
    /// Not a colour.
    #[error("`{0}` is not a colour; write `#rrggbb`")]
    Colour(String),
    /// The first attribute is another.
    #[error("the first attribute is `{0}`; put `category` first")]
    CategoryFirst(String),
    /// An ImageNet class outside its 1000, or given twice.
    #[error("`{0}` is not a new ImageNet-1k class; give each index from 0 to 999 once")]
    ImagenetClass(usize),
    /// An ImageNet class for a category that does not exist.
    #[error("unknown category `{0}`; name a value of `category` or leave `category` out")]
    UnknownCategory(String),
}

impl Taxonomy {
    /// Reads a taxonomy; `file` is what errors call it.
    pub fn parse(text: &str, file: &str) -> Result<Self, TaxonomyError> {
        file::read(text, file)
    }

    /// The taxonomy that ships with the program.
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Taxonomy> = LazyLock::new(|| {
            let text = include_str!("../../../taxonomy/apparel.toml");
            Taxonomy::parse(text, "taxonomy/apparel.toml").expect("a test reads the built-in taxonomy")
        });
        &BUILTIN
    }

    /// What can be worn or carried, in the order of the file.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// All attributes, `category` first.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The object with this id.
    pub fn object(&self, id: &str) -> Option<&Object> {
        self.objects.iter().find(|o| o.id.as_str() == id)
    }

    /// The attribute with this id.
    pub fn attribute(&self, id: &str) -> Option<&Attribute> {
        self.places.get(id).map(|place| &self.attributes[place.index])
    }

    /// The value of `attribute` with this id.
    pub fn value(&self, attribute: &str, value: &str) -> Option<&Value> {
        let place = self.places.get(attribute)?;
        place.values.get(value).map(|at| &self.attributes[place.index].values[*at])
    }

    /// ImageNet-1k indices of things to wear or carry, with the category each shows; ascending.
    pub fn imagenet(&self) -> &[(usize, ValueId)] {
        &self.imagenet
    }

    /// ImageNet-1k indices of things that are worn, or of cloth, but that name no category; ascending.
    pub fn imagenet_uncategorised(&self) -> &[usize] {
        &self.uncategorised
    }

    /// `value` of `attribute`, then its parent, and so on to the broadest; empty when there is no such value.
    pub fn lineage<'t>(&'t self, attribute: &'t str, value: &str) -> impl Iterator<Item = &'t Value> {
        let step = move |v: &&'t Value| v.parent.as_ref().and_then(|p| self.value(attribute, p.as_str()));
        std::iter::successors(self.value(attribute, value), step)
    }

    /// Whether `category` is `ancestor` or a case of it.
    pub fn is_a(&self, category: &str, ancestor: &str) -> bool {
        self.lineage("category", category).any(|v| v.id.as_str() == ancestor)
    }
}

#[cfg(test)]
mod tests;
