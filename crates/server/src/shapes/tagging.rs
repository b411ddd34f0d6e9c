//! Recognitions and search answers as documents.

use super::{
    ColourShape, FacetShape, ImageFacts, ListedDocument, Name, PartsShape, ResultShape, SearchDocument, TagDocument,
    TagListDocument, TagShape, TaggedObject,
};
use vestry_app::{ImageReport, ListedReport, TagReport};
use vestry_model::{Source, Suggestion, Tag, TagState, Taxonomy, taxonomy};
use vestry_search::{Answer, Hit, Rule, Why};
use vestry_vision::ObjectSeen;

impl From<&taxonomy::Name> for Name {
    fn from(name: &taxonomy::Name) -> Self {
        Self { ko: name.ko.clone(), en: name.en.clone() }
    }
}

/// A value's name; its id in both languages where the taxonomy no longer has it.
pub(crate) fn name_of(taxonomy: &Taxonomy, attribute: &str, value: &str) -> Name {
    match taxonomy.value(attribute, value) {
        Some(found) => Name::from(&found.name),
        None => Name { ko: value.into(), en: value.into() },
    }
}

/// Two decimals carry all that a confidence or a share knows; more digits would only look exact.
fn rounded(value: f32, digits: i32) -> f32 {
    let scale = 10f32.powi(digits);
    (value * scale).round() / scale
}

impl TagDocument {
    /// What the heads named `model` see on an image, by the names of `taxonomy`.
    pub fn new(seen: &ImageReport, model: &str, taxonomy: &Taxonomy) -> Self {
        Self {
            model: model.into(),
            image: ImageFacts { width: seen.width as u32, height: seen.height as u32, faces: seen.faces as u32 },
            objects: seen.objects.iter().map(|o| tagged(o, model, taxonomy)).collect(),
        }
    }
}

impl TagListDocument {
    /// What became of each picture of a job.
    pub fn new(report: &TagReport, taxonomy: &Taxonomy) -> Self {
        let one = |listed: &ListedReport| ListedDocument {
            url: listed.url.clone(),
            document: listed.seen.as_ref().ok().map(|seen| TagDocument::new(seen, &report.model, taxonomy)),
            message: listed.seen.as_ref().err().cloned(),
        };
        Self { images: report.images.iter().map(one).collect() }
    }
}

fn tagged(object: &ObjectSeen, model: &str, taxonomy: &Taxonomy) -> TaggedObject {
    let source = Source::Model(model.into()).to_text();
    let sure = object.category.as_ref().filter(|c| c.state != TagState::ToReview);
    TaggedObject {
        region: object.region.to_array().map(|v| rounded(v, 4)),
        category: sure.map(|c| c.value.to_string()),
        tags: object.category.iter().chain(&object.tags).map(|s| suggested(s, &source, taxonomy)).collect(),
        colours: object
            .colours
            .iter()
            .map(|c| ColourShape {
                id: c.value.to_string(),
                name: name_of(taxonomy, "colour", c.value.as_str()),
                hex: c.rgb.to_string(),
                share: rounded(c.share, 3),
            })
            .collect(),
    }
}

fn suggested(suggestion: &Suggestion, source: &str, taxonomy: &Taxonomy) -> TagShape {
    TagShape {
        attribute: suggestion.attribute.to_string(),
        value: suggestion.value.to_string(),
        name: name_of(taxonomy, suggestion.attribute.as_str(), suggestion.value.as_str()),
        confidence: rounded(suggestion.confidence.get(), 3),
        source: source.into(),
        state: suggestion.state,
    }
}

impl TagShape {
    /// A stored tag.
    pub fn new(tag: &Tag, taxonomy: &Taxonomy) -> Self {
        Self {
            attribute: tag.attribute.to_string(),
            value: tag.value.to_string(),
            name: name_of(taxonomy, tag.attribute.as_str(), tag.value.as_str()),
            confidence: rounded(tag.confidence.get(), 3),
            source: tag.source.to_text(),
            state: tag.state,
        }
    }
}

impl SearchDocument {
    /// An answer, by the names of `taxonomy`.
    pub fn new(answer: &Answer, taxonomy: &Taxonomy) -> Self {
        let facet = |f: &vestry_search::Facet| {
            let counts = f.counts.iter().map(|(value, count)| FacetShape {
                value: value.to_string(),
                name: name_of(taxonomy, f.attribute.as_str(), value.as_str()),
                count: *count,
            });
            (f.attribute.to_string(), counts.collect())
        };
        Self {
            search_id: answer.search_id.clone(),
            total: answer.total,
            approximate: answer.approximate,
            results: answer.results.iter().map(|hit| result(hit, taxonomy)).collect(),
            facets: answer.facets.iter().map(facet).collect(),
            next: answer.next.clone(),
        }
    }
}

fn result(hit: &Hit, taxonomy: &Taxonomy) -> ResultShape {
    let score = |part: Option<vestry_search::Part>| part.map(|p| rounded(p.score, 3));
    ResultShape {
        sku: hit.sku.clone(),
        rank: hit.rank.into(),
        parts: PartsShape {
            look: score(hit.parts.look),
            words: score(hit.parts.words),
            colour: score(hit.parts.colour),
        },
        why: reasons(hit, taxonomy),
    }
}

/// `look 0.91`, `navy`, `“stripe”`: short, in English; whoever wants other words has the parts.
fn reasons(hit: &Hit, taxonomy: &Taxonomy) -> Vec<String> {
    let Why { tags, words, colour_distance, rule } = &hit.why;
    let mut why = Vec::new();
    why.extend(hit.parts.look.map(|part| format!("look {:.2}", part.score)));
    why.extend(tags.iter().map(|(attribute, value)| name_of(taxonomy, attribute.as_str(), value.as_str()).en));
    why.extend(words.iter().map(|word| format!("“{word}”")));
    why.extend(colour_distance.map(|distance| format!("colour ±{distance:.2}")));
    why.extend(rule.map(|rule| {
        match rule {
            Rule::Pinned => "pinned",
            Rule::Boosted => "boosted",
            Rule::Buried => "buried",
        }
        .to_owned()
    }));
    why
}
