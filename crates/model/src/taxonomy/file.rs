//! The file: TOML with spans, checked into a [`Taxonomy`].

use super::{Attribute, AttributePlaces, Name, Object, Taxonomy, TaxonomyError, TaxonomyProblem as Problem, Value};
use crate::{AttributeId, ObjectId, Rgb, ValueId};
use serde::Deserialize;
use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    objects: Vec<RawObject>,
    #[serde(rename = "attribute")]
    attributes: Vec<RawAttribute>,
    #[serde(default)]
    imagenet: Vec<RawClass>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawObject {
    id: Spanned<String>,
    ko: Spanned<String>,
    en: Spanned<String>,
    google: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAttribute {
    id: Spanned<String>,
    ko: Spanned<String>,
    en: Spanned<String>,
    visible: bool,
    many: bool,
    #[serde(default)]
    objects: Vec<Spanned<String>>,
    values: Vec<RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawValue {
    id: Spanned<String>,
    ko: Spanned<String>,
    en: Spanned<String>,
    #[serde(default)]
    also: Vec<Spanned<String>>,
    object: Option<Spanned<String>>,
    #[serde(default)]
    objects: Vec<Spanned<String>>,
    parent: Option<Spanned<String>>,
    #[serde(default)]
    rgb: Vec<Spanned<String>>,
    google: Option<Spanned<u32>>,
    visible: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClass {
    class: Spanned<usize>,
    /// What ImageNet calls it; only for people who read the file.
    #[serde(rename = "name")]
    _name: String,
    category: Option<Spanned<String>>,
}

/// Where in the file an error is; turned into line and column at the end.
type Located = (Range<usize>, Problem);

pub(super) fn read(text: &str, file: &str) -> Result<Taxonomy, TaxonomyError> {
    let raw = toml::from_str::<File>(text).map_err(|e| {
        let problem = Problem::Syntax(e.message().replace('\n', ", "));
        (e.span().unwrap_or(0..0), problem)
    });
    raw.and_then(|raw| Reader { text }.taxonomy(raw)).map_err(|(span, problem)| {
        let (line, column) = line_and_column(text, span.start);
        TaxonomyError { file: file.into(), line, column, problem }
    })
}

fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    (line, column)
}

struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn taxonomy(&self, raw: File) -> Result<Taxonomy, Located> {
        let objects = self.objects(raw.objects)?;
        if let Some(first) = raw.attributes.first().filter(|a| a.id.get_ref() != "category") {
            return Err((first.id.span(), Problem::CategoryFirst(first.id.get_ref().clone())));
        }
        let mut attributes = Vec::new();
        let mut places = HashMap::new();
        let mut seen = HashMap::new();
        for raw in raw.attributes {
            self.once(&mut seen, "attribute", &raw.id)?;
            let attribute = self.attribute(raw, &objects)?;
            let values = attribute.values.iter().enumerate().map(|(at, v)| (v.id.clone(), at)).collect();
            places.insert(attribute.id.clone(), AttributePlaces { index: attributes.len(), values });
            attributes.push(attribute);
        }
        let mut taxonomy = Taxonomy { objects, attributes, imagenet: Vec::new(), uncategorised: Vec::new(), places };
        imagenet(&mut taxonomy, raw.imagenet)?;
        Ok(taxonomy)
    }

    fn objects(&self, raw: Vec<RawObject>) -> Result<Vec<Object>, Located> {
        let mut seen = HashMap::new();
        let mut objects = Vec::new();
        for raw in raw {
            self.once(&mut seen, "object", &raw.id)?;
            let id = ObjectId::new(raw.id.get_ref()).ok_or_else(|| not_an_id(&raw.id))?;
            objects.push(Object { id, name: name(&raw.id, &raw.ko, &raw.en)?, google: raw.google });
        }
        Ok(objects)
    }

    fn attribute(&self, raw: RawAttribute, objects: &[Object]) -> Result<Attribute, Located> {
        let id = AttributeId::new(raw.id.get_ref()).ok_or_else(|| not_an_id(&raw.id))?;
        let what = format!("value of `{id}`");
        let mut seen = HashMap::new();
        let mut values = Vec::new();
        for value in &raw.values {
            self.once(&mut seen, &what, &value.id)?;
            values.push(self::value(value, &id, raw.visible, objects)?);
        }
        parents(&raw.values, &values, &id)?;
        let name = name(&raw.id, &raw.ko, &raw.en)?;
        let objects =
            raw.objects.iter().map(|named| object(named, raw.id.get_ref(), objects)).collect::<Result<_, _>>()?;
        Ok(Attribute { id, name, visible: raw.visible, many: raw.many, objects, values })
    }

    fn once(&self, seen: &mut HashMap<String, usize>, what: &str, id: &Spanned<String>) -> Result<(), Located> {
        match seen.insert(id.get_ref().clone(), id.span().start) {
            None => Ok(()),
            Some(first) => {
                let (first, _) = line_and_column(self.text, first);
                Err((id.span(), Problem::Duplicate { what: what.into(), id: id.get_ref().clone(), first }))
            }
        }
    }
}

fn not_an_id(id: &Spanned<String>) -> Located {
    (id.span(), Problem::Id(id.get_ref().clone()))
}

fn name(id: &Spanned<String>, ko: &Spanned<String>, en: &Spanned<String>) -> Result<Name, Located> {
    let words = |what, text| words(what, id, text);
    Ok(Name { ko: words("`ko`", ko)?, en: words("`en`", en)? })
}

fn words(what: &'static str, id: &Spanned<String>, text: &Spanned<String>) -> Result<String, Located> {
    let words = text.get_ref();
    if words.is_empty() || words.trim() != words || words.chars().any(char::is_control) {
        return Err((text.span(), Problem::Words { what, id: id.get_ref().clone(), text: words.clone() }));
    }
    Ok(words.clone())
}

fn object(named: &Spanned<String>, of: &str, objects: &[Object]) -> Result<ObjectId, Located> {
    match objects.iter().find(|o| o.id.as_str() == named.get_ref()) {
        Some(object) => Ok(object.id.clone()),
        None => {
            let object = named.get_ref().clone();
            Err((named.span(), Problem::UnknownObject { id: of.into(), object }))
        }
    }
}

fn value(raw: &RawValue, attribute: &AttributeId, visible: bool, objects: &[Object]) -> Result<Value, Located> {
    let id = ValueId::new(raw.id.get_ref()).ok_or_else(|| not_an_id(&raw.id))?;
    let misplaced =
        |key, span, belongs| Err((span, Problem::Misplaced { key, id: raw.id.get_ref().clone(), attribute: belongs }));
    let is_category = attribute.as_str() == "category";
    let object = match &raw.object {
        Some(object) if !is_category => return misplaced("object", object.span(), "category"),
        None if is_category => return Err((raw.id.span(), Problem::NoObject(id.to_string()))),
        None => None,
        Some(named) => Some(object(named, id.as_str(), objects)?),
    };
    if let Some(google) = raw.google.as_ref().filter(|_| !is_category) {
        return misplaced("google", google.span(), "category");
    }
    if let Some(rgb) = raw.rgb.first().filter(|_| attribute.as_str() != "colour") {
        return misplaced("rgb", rgb.span(), "colour");
    }
    let said_of = raw.objects.iter().map(|named| self::object(named, id.as_str(), objects));
    let colour = |text: &Spanned<String>| {
        Rgb::from_hex(text.get_ref()).ok_or_else(|| (text.span(), Problem::Colour(text.get_ref().clone())))
    };
    Ok(Value {
        name: name(&raw.id, &raw.ko, &raw.en)?,
        synonyms: raw.also.iter().map(|text| words("`also`", &raw.id, text)).collect::<Result<_, _>>()?,
        objects: said_of.collect::<Result<_, _>>()?,
        object,
        parent: match &raw.parent {
            Some(parent) => Some(ValueId::new(parent.get_ref()).ok_or_else(|| not_an_id(parent))?),
            None => None,
        },
        rgb: raw.rgb.iter().map(colour).collect::<Result<_, _>>()?,
        google: raw.google.as_ref().map(|g| *g.get_ref()),
        visible: raw.visible.unwrap_or(visible),
        id,
    })
}

/// Every parent is a value of the same attribute and object, and no value is its own ancestor.
fn parents(raw: &[RawValue], values: &[Value], attribute: &AttributeId) -> Result<(), Located> {
    let by_id: HashMap<&ValueId, &Value> = values.iter().map(|v| (&v.id, v)).collect();
    for (raw, value) in raw.iter().zip(values) {
        let (Some(span), Some(parent)) = (raw.parent.as_ref().map(Spanned::span), &value.parent) else { continue };
        let Some(broader) = by_id.get(parent) else {
            let (id, parent, attribute) = (value.id.to_string(), parent.to_string(), attribute.to_string());
            return Err((span, Problem::UnknownParent { id, parent, attribute }));
        };
        if broader.object != value.object {
            let (id, parent) = (value.id.to_string(), parent.to_string());
            return Err((span, Problem::ObjectOfParent { id, parent }));
        }
        let step = |v: &&Value| v.parent.as_ref().and_then(|p| by_id.get(p).copied());
        let mut passed = HashSet::new();
        if std::iter::successors(Some(*broader), step).any(|v| v.id == value.id || !passed.insert(&v.id)) {
            return Err((span, Problem::Circle(value.id.to_string())));
        }
    }
    Ok(())
}

fn imagenet(taxonomy: &mut Taxonomy, raw: Vec<RawClass>) -> Result<(), Located> {
    let mut seen = HashSet::new();
    for raw in raw {
        let class = *raw.class.get_ref();
        if class >= 1000 || !seen.insert(class) {
            return Err((raw.class.span(), Problem::ImagenetClass(class)));
        }
        let Some(category) = raw.category else {
            taxonomy.uncategorised.push(class);
            continue;
        };
        let Some(value) = taxonomy.value("category", category.get_ref()) else {
            return Err((category.span(), Problem::UnknownCategory(category.get_ref().clone())));
        };
        let id = value.id.clone();
        taxonomy.imagenet.push((class, id));
    }
    taxonomy.imagenet.sort();
    taxonomy.uncategorised.sort_unstable();
    Ok(())
}
