//! One search: the photo becomes a vector, SKUs become ids, the index answers.

use crate::{App, AppError};
use vestry_model::{AttributeId, OrganisationId, ProductId, Region, Rgb, Rules, Sku};
use vestry_search::{Answer, Filter, Request, Weights};
use vestry_vision::Recognition;

/// What somebody searches for, as it was asked.
#[derive(Debug, Clone, Default)]
pub struct SearchInput {
    /// A picture's bytes.
    pub image: Option<Vec<u8>>,
    /// Say what the picture shows, too; costs as much again.
    pub tell: bool,
    /// Look only at this part of the picture.
    pub crop: Option<Region>,
    /// Words, Korean or English.
    pub words: Option<String>,
    /// Like this product.
    pub like: Option<Sku>,
    /// Near this colour.
    pub colour: Option<Rgb>,
    /// All of these must hold.
    pub filters: Vec<Filter>,
    /// How much each part counts; what clicks speak for, or alike, when absent.
    pub weights: Option<Weights>,
    /// The least look similarity that counts as a match.
    pub cut_off: Option<f32>,
    /// Count the values of these attributes.
    pub facets: Vec<String>,
    /// The shop's own ordering, by SKU.
    pub rules: RuleInput,
    /// Results a page, 1 to 200; 0 for the usual 24.
    pub limit: usize,
    /// Show variants of one product apart.
    pub unfolded: bool,
    /// Count what is asked for: a shopper asks, and not whoever looks after the catalogue.
    pub counts: bool,
    /// The `next` of an earlier answer. What else is asked has to be what that answer was asked.
    pub cursor: Option<String>,
}

/// The shop's own ordering, by SKU; an unknown SKU is passed over.
#[derive(Debug, Clone, Default)]
pub struct RuleInput {
    /// First, in this order.
    pub pin: Vec<Sku>,
    /// Above what else matches.
    pub boost: Vec<Sku>,
    /// Below what else matches.
    pub bury: Vec<Sku>,
    /// Never.
    pub exclude: Vec<Sku>,
}

/// The answer, and what was seen on the photo.
#[derive(Debug)]
pub struct SearchOutcome {
    /// Ranked products.
    pub answer: Answer,
    /// What the photo shows, when that was asked.
    pub seen: Option<Recognition>,
}

impl SearchInput {
    /// Whether there is nothing but a cursor.
    fn asks_nothing(&self) -> bool {
        self.image.is_none()
            && self.words.is_none()
            && self.like.is_none()
            && self.colour.is_none()
            && self.filters.is_empty()
    }
}

impl App {
    /// Searches the catalogue of `organisation`. A search photo is cleaned, used and forgotten.
    pub async fn search(&self, organisation: OrganisationId, input: SearchInput) -> Result<SearchOutcome, AppError> {
        let index = self.index(organisation).await?;
        let cursor = input.cursor.clone();
        if let Some(cursor) = cursor.as_deref().filter(|_| input.asks_nothing()) {
            let answer = index.next_page(cursor, None)?;
            self.shown_lists().keep(organisation, &answer);
            return Ok(SearchOutcome { answer, seen: None });
        }
        let is_by_photo = input.image.is_some();
        let (look, seen) = match input.image {
            None => (None, None),
            Some(bytes) if input.tell => {
                let heads = self.heads(organisation).await?;
                let (_, seen) = self.clean_and_recognise(bytes, input.crop, heads).await?;
                (seen.look.clone(), Some(seen))
            }
            Some(bytes) => (self.look(bytes, input.crop).await?, None),
        };
        if is_by_photo && look.is_none() {
            return Err(AppError::BadRequest("the picture is blank; use one that shows a garment".into()));
        }
        let like = match &input.like {
            Some(sku) => Some(self.product_id(organisation, sku).await?),
            None => None,
        };
        let counted = (input.counts && cursor.is_none()).then(|| (input.words.clone(), input.filters.clone()));
        let request = Request {
            look,
            like,
            colour: input.colour,
            words: input.words.filter(|w| !w.trim().is_empty()),
            filters: input.filters,
            weights: match (input.weights, &cursor) {
                (Some(weights), _) => weights,
                // A list goes on as it began, whatever was learnt since.
                (None, Some(cursor)) => index.weights_of(cursor).unwrap_or_default(),
                (None, None) => self.learnt_weights(organisation),
            },
            cut_off: input.cut_off,
            facets: self.attributes(&input.facets)?,
            rules: self.rules(organisation, input.rules).await?,
            limit: if input.limit == 0 { 24 } else { input.limit },
            fold: !input.unfolded,
        };
        let answer = match cursor {
            Some(cursor) => index.next_page(&cursor, Some(&request))?,
            None => self.cpu().run(move || index.search(&request)).await?,
        };
        self.shown_lists().keep(organisation, &answer);
        if let Some((words, filters)) = counted {
            self.count_search(organisation, words.as_deref(), &filters, &answer);
        }
        Ok(SearchOutcome { answer, seen })
    }

    /// Products that look like `sku`, best first, variants folded.
    pub async fn similar(&self, organisation: OrganisationId, sku: &Sku, limit: usize) -> Result<Answer, AppError> {
        let input = SearchInput { like: Some(sku.clone()), limit, ..SearchInput::default() };
        Ok(self.search(organisation, input).await?.answer)
    }

    fn attributes(&self, names: &[String]) -> Result<Vec<AttributeId>, AppError> {
        let known = |name: &String| match self.taxonomy().attribute(name) {
            Some(attribute) => Ok(attribute.id.clone()),
            None => Err(AppError::UnknownValue { attribute: name.clone(), value: "*".into(), hint: String::new() }),
        };
        names.iter().map(known).collect()
    }

    pub(crate) async fn rules(&self, organisation: OrganisationId, input: RuleInput) -> Result<Rules, AppError> {
        Ok(Rules {
            pin: self.known(organisation, &input.pin).await?,
            boost: self.known(organisation, &input.boost).await?,
            bury: self.known(organisation, &input.bury).await?,
            exclude: self.known(organisation, &input.exclude).await?,
        })
    }

    async fn known(&self, organisation: OrganisationId, skus: &[Sku]) -> Result<Vec<ProductId>, AppError> {
        let mut ids = Vec::new();
        for sku in skus {
            match self.product_id(organisation, sku).await {
                Ok(id) => ids.push(id),
                Err(AppError::UnknownProduct(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(ids)
    }
}
