//! Images of products: where they come from, what was stored of them, what was seen in them.

use crate::{ObjectKey, Snapshot, StoreError, Tx};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use vestry_database::{Row, Sql, Value, args};
use vestry_model::{ColourShare, ImageId, LookVector, OrganisationId, ProductId, Region, Rgb, ValueId};

/// How many images a product carries at most.
pub const MAX_IMAGES: usize = 32;

/// An image of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Its id; also the key of its vector.
    pub id: ImageId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Of which product.
    pub product: ProductId,
    /// The path or URL as given; what was uploaded has a name of the caller's choice.
    pub source: String,
    /// How far it came.
    pub state: ImageState,
    /// When it was put.
    pub created: Timestamp,
}

/// How far an image came.
#[derive(Debug, Clone, PartialEq)]
pub enum ImageState {
    /// Nobody has fetched it yet.
    Waiting,
    /// It could not be fetched or read.
    Failed {
        /// Why.
        message: String,
    },
    /// Its cleaned picture is an object.
    Stored(Box<Picture>),
}

impl Image {
    /// Its picture, once stored.
    pub fn picture(&self) -> Option<&Picture> {
        match &self.state {
            ImageState::Stored(picture) => Some(picture),
            _ => None,
        }
    }

    /// How it looks, once analysed.
    pub fn look(&self) -> Option<&LookVector> {
        self.picture()?.analysis.as_ref().map(|a| &a.look)
    }

    /// Where its objects are, or are to be.
    pub fn object(&self) -> ObjectKey {
        ObjectKey::new(self.organisation, self.id)
    }
}

/// What was stored of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The SHA-256 of the bytes as they came, to see whether they changed.
    pub source_digest: [u8; 32],
    /// Pixels across of the stored picture.
    pub width: u32,
    /// Pixels down of the stored picture.
    pub height: u32,
    /// Where faces were made unrecognisable.
    pub faces: Vec<Region>,
    /// A colour to show before the picture is there.
    pub placeholder: Option<Rgb>,
    /// What a model saw in it.
    pub analysis: Option<Analysis>,
}

/// What a model saw in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// Name and version of the model.
    pub model: String,
    /// How it looks.
    pub look: LookVector,
    /// Its colours.
    pub colours: Vec<ColourShare>,
}

/// What putting the images of a product did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImagesPut {
    /// Of which product.
    pub product: ProductId,
    /// Its images as they are now, in their order.
    pub images: Vec<PutImage>,
    /// Those that went.
    pub removed: Vec<ImageId>,
    /// The objects of those that went; also in [`Snapshot::doomed_objects`].
    pub objects: Vec<ObjectKey>,
}

/// An image after its product's images were put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutImage {
    /// Its id: new, or what it was before.
    pub id: ImageId,
    /// The path or URL as given.
    pub source: String,
    /// The SHA-256 of the bytes of which its picture was made, to see whether they changed since.
    /// `None` while there is no picture: it is new, or an earlier attempt did not come that far.
    pub source_digest: Option<[u8; 32]>,
}

/// A `select` of every column that [`stored_image`] reads.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select position, id, organisation, product, source, created, source_digest, object, width, height, \
            faces, placeholder, model, look, colours, failure from images ",
            $rest
        )
    };
}
pub(crate) use select;

/// An image with its position.
pub(crate) fn stored_image(row: &Row) -> Result<(i64, Image), StoreError> {
    let unreadable = |column| StoreError::Unreadable { column };
    let mut columns = row.columns();
    let position = columns.take()?;
    let (id, organisation, product) = (columns.take()?, columns.take()?, columns.take()?);
    let (source, created) = (columns.take()?, columns.instant("images.created")?);
    let (digest, object): (Option<Vec<u8>>, Option<String>) = (columns.take()?, columns.take()?);
    let (width, height): (Option<i64>, Option<i64>) = (columns.take()?, columns.take()?);
    let (faces, placeholder): (String, Option<String>) = (columns.take()?, columns.take()?);
    let (model, look): (Option<String>, Option<Vec<u8>>) = (columns.take()?, columns.take()?);
    let (colours, failure): (String, Option<String>) = (columns.take()?, columns.take()?);
    let state = match (object, failure) {
        (None, None) => ImageState::Waiting,
        (None, Some(message)) => ImageState::Failed { message },
        (Some(_), _) => {
            let side = |n: Option<i64>, column| n.and_then(|n| u32::try_from(n).ok()).ok_or(unreadable(column));
            let digest = digest.and_then(|d| d.try_into().ok());
            ImageState::Stored(Box::new(Picture {
                source_digest: digest.ok_or(unreadable("images.source_digest"))?,
                width: side(width, "images.width")?,
                height: side(height, "images.height")?,
                faces: read_faces(&faces).ok_or(unreadable("images.faces"))?,
                placeholder: placeholder.as_deref().and_then(Rgb::from_hex),
                analysis: match (model, look) {
                    (Some(model), Some(look)) => Some(Analysis {
                        model,
                        look: LookVector::from_bytes(&look).ok_or(unreadable("images.look"))?,
                        colours: read_colours(&colours).ok_or(unreadable("images.colours"))?,
                    }),
                    _ => None,
                },
            }))
        }
    };
    let image = Image {
        id: ImageId::from_row(id),
        organisation: OrganisationId::from_row(organisation),
        product: ProductId::from_row(product),
        source,
        state,
        created,
    };
    Ok((position, image))
}

fn images(rows: &[Row]) -> Result<Vec<Image>, StoreError> {
    rows.iter().map(|row| Ok(stored_image(row)?.1)).collect()
}

/// `[[x, y, w, h], …]`
fn write_faces(faces: &[Region]) -> String {
    let faces: Vec<[f32; 4]> = faces.iter().map(|f| f.to_array()).collect();
    serde_json::to_string(&faces).expect("lists of numbers are JSON")
}

fn read_faces(text: &str) -> Option<Vec<Region>> {
    let faces: Vec<[f32; 4]> = serde_json::from_str(text).ok()?;
    faces.into_iter().map(|[x, y, w, h]| Region::new(x, y, w, h).ok()).collect()
}

/// `[["navy", "#1b2a4a", 0.61], …]`
fn write_colours(colours: &[ColourShare]) -> String {
    let colours: Vec<_> = colours.iter().map(|c| (c.value.as_str(), c.rgb.to_string(), c.share)).collect();
    serde_json::to_string(&colours).expect("lists of strings and numbers are JSON")
}

fn read_colours(text: &str) -> Option<Vec<ColourShare>> {
    let colours: Vec<(String, String, f32)> = serde_json::from_str(text).ok()?;
    let colour = |(value, rgb, share): (String, String, f32)| {
        Some(ColourShare { value: ValueId::new(&value)?, rgb: Rgb::from_hex(&rgb)?, share })
    };
    colours.into_iter().map(colour).collect()
}

impl Snapshot {
    /// The images of an organisation's product in their order.
    pub async fn images(&mut self, organisation: OrganisationId, product: ProductId) -> Result<Vec<Image>, StoreError> {
        const SQL: &str = select!("where organisation = $1 and product = $2 order by position, id");
        images(&self.conn.rows(SQL, args![organisation.get(), product.get()]).await?)
    }

    /// These images of an organisation, in no order; those that are gone are left out.
    pub async fn images_by_id(
        &mut self,
        organisation: OrganisationId,
        ids: &[ImageId],
    ) -> Result<Vec<Image>, StoreError> {
        const SQL: &str = select!("where organisation = $1 and id in (..)");
        let list = ids.iter().map(|id| id.get().into()).collect();
        images(&self.conn.rows_in(SQL, args![organisation.get()], list).await?)
    }

    /// The next `limit` images after `after` that nobody has fetched yet, of all organisations, by id.
    pub async fn waiting_images(&mut self, after: Option<ImageId>, limit: u32) -> Result<Vec<Image>, StoreError> {
        const SQL: &str = select!("where object is null and failure is null and id > $1 order by id limit $2");
        images(&self.conn.rows(SQL, args![after.map_or(0, ImageId::get), limit]).await?)
    }

    /// The next `limit` stored images of an organisation after `after` that `model` has not analysed, by id.
    pub async fn images_without(
        &mut self,
        organisation: OrganisationId,
        model: &str,
        after: Option<ImageId>,
        limit: u32,
    ) -> Result<Vec<Image>, StoreError> {
        const SQL: &str = select!(
            "where organisation = $1 and object is not null and (model is null or model <> $2) and id > $3 order by id limit $4"
        );
        let args = args![organisation.get(), model, after.map_or(0, ImageId::get), limit];
        images(&self.conn.rows(SQL, args).await?)
    }

    /// How many stored images of an organisation `model` has not analysed.
    pub async fn count_images_without(&mut self, organisation: OrganisationId, model: &str) -> Result<u64, StoreError> {
        const SQL: &str = "select count(*) from images where organisation = $1 and object is not null \
            and (model is null or model <> $2)";
        let row = self.conn.row(SQL, args![organisation.get(), model]).await?;
        Ok(row.map_or(Ok(0), |r| r.only::<i64>())?.unsigned_abs())
    }

    /// The frozen features of an organisation's images, as [`Tx::put_analyses`] was given them; images without are left out.
    pub async fn features(
        &mut self,
        organisation: OrganisationId,
        ids: &[ImageId],
    ) -> Result<HashMap<ImageId, Vec<u8>>, StoreError> {
        const SQL: &str =
            "select id, features from images where organisation = $1 and features is not null and id in (..)";
        let list = ids.iter().map(|id| id.get().into()).collect();
        let mut features = HashMap::new();
        for row in self.conn.rows_in(SQL, args![organisation.get()], list).await? {
            let mut columns = row.columns();
            features.insert(ImageId::from_row(columns.take()?), columns.take()?);
        }
        Ok(features)
    }

    /// The same of the first picture of each of these products that was seen: the one that [`Snapshot::judged`] names.
    pub async fn first_features(
        &mut self,
        organisation: OrganisationId,
        products: &[ProductId],
    ) -> Result<HashMap<ProductId, Vec<u8>>, StoreError> {
        const SQL: &str = "select i.product, i.features from images i where i.organisation = $1 \
            and i.features is not null and i.product in (..) and not exists (select 1 from images b \
            where b.product = i.product and b.features is not null and (b.position, b.id) < (i.position, i.id))";
        let list = products.iter().map(|product| product.get().into()).collect();
        let first = |row: &Row| {
            let mut columns = row.columns();
            Ok((ProductId::from_row(columns.take()?), columns.take()?))
        };
        self.conn.rows_in(SQL, args![organisation.get()], list).await?.iter().map(first).collect()
    }
}

/// What is known of an image before its images are put.
struct Held {
    id: i64,
    position: i64,
    source: String,
    digest: Option<Vec<u8>>,
    object: Option<String>,
}

impl Tx {
    /// Makes `sources` the images of each of an organisation's products, in this order. An image whose source stays keeps its id and
    /// what was seen in it; a failed one is tried again; a source that comes twice counts once.
    pub async fn put_images(
        &mut self,
        organisation: OrganisationId,
        wanted: &[(ProductId, Vec<String>)],
        now: Timestamp,
    ) -> Result<Vec<ImagesPut>, StoreError> {
        let ids: Vec<ProductId> = wanted.iter().map(|(product, _)| *product).collect();
        self.lock_products(organisation, &ids).await?;
        let mut held = self.held_images(&ids).await?;
        let mut done = Vec::with_capacity(wanted.len());
        for (product, sources) in wanted {
            let mut seen = HashSet::new();
            let sources: Vec<&str> = sources.iter().map(String::as_str).filter(|s| seen.insert(*s)).collect();
            if sources.len() > MAX_IMAGES {
                return Err(StoreError::TooManyImages(sources.len()));
            }
            // Where a product comes twice, its second turn finds nothing held; read again what the first one left.
            let held = match held.remove(product) {
                Some(held) => held,
                None => self.held_images(&[*product]).await?.remove(product).unwrap_or_default(),
            };
            done.push(self.put_images_of(organisation, *product, &sources, held, now).await?);
        }
        Ok(done)
    }

    /// Holds these products against other writers until the transaction ends. One that is not the organisation's is unknown
    /// to it.
    pub(crate) async fn lock_products(
        &mut self,
        organisation: OrganisationId,
        ids: &[ProductId],
    ) -> Result<(), StoreError> {
        const SQL: Sql = Sql {
            sqlite: "select id from products where organisation = $1 and id in (..)",
            postgres: "select id from products where organisation = $1 and id in (..) order by id for update",
        };
        let list = ids.iter().map(|id| id.get().into()).collect();
        let rows = self.conn.rows_in(SQL, args![organisation.get()], list).await?;
        let own = rows.iter().map(|row| row.only()).collect::<Result<HashSet<i64>, _>>()?;
        match ids.iter().find(|id| !own.contains(&id.get())) {
            Some(foreign) => Err(StoreError::Unknown { kind: "product", id: foreign.get() }),
            None => Ok(()),
        }
    }

    async fn held_images(&mut self, ids: &[ProductId]) -> Result<HashMap<ProductId, Vec<Held>>, StoreError> {
        const SQL: &str =
            "select product, id, position, source, source_digest, object from images where product in (..)";
        let list = ids.iter().map(|id| id.get().into()).collect();
        let mut held: HashMap<ProductId, Vec<Held>> = HashMap::new();
        for row in self.conn.rows_in(SQL, args![], list).await? {
            let mut columns = row.columns();
            held.entry(ProductId::from_row(columns.take()?)).or_default().push(Held {
                id: columns.take()?,
                position: columns.take()?,
                source: columns.take()?,
                digest: columns.take()?,
                object: columns.take()?,
            });
        }
        Ok(held)
    }

    async fn put_images_of(
        &mut self,
        organisation: OrganisationId,
        product: ProductId,
        sources: &[&str],
        held: Vec<Held>,
        now: Timestamp,
    ) -> Result<ImagesPut, StoreError> {
        const INSERT: &str =
            "insert into images (organisation, product, position, source, created) values (..) returning source, id";
        const MOVE: &str = "update images set position = $2 where id = $1";
        const RETRY: &str = "update images set failure = null where product = $1 and object is null";
        let (kept, gone): (Vec<Held>, Vec<Held>) = held.into_iter().partition(|h| sources.contains(&h.source.as_str()));
        let mut put: HashMap<String, PutImage> = HashMap::new();
        let mut changed = !gone.is_empty();
        let mut rows = Vec::new();
        for (position, source) in (0i64..).zip(sources) {
            let Some(image) = kept.iter().find(|h| h.source == *source) else {
                rows.push(args![organisation.get(), product.get(), position, *source, now]);
                continue;
            };
            if image.position != position {
                self.conn.run(MOVE, args![image.id, position]).await?;
                changed = true;
            }
            let source_digest = image.digest.clone().and_then(|d| d.try_into().ok());
            let same = PutImage { id: ImageId::from_row(image.id), source: image.source.clone(), source_digest };
            put.insert(image.source.clone(), same);
        }
        changed |= !rows.is_empty();
        for row in self.conn.insert(INSERT, rows).await? {
            let mut columns = row.columns();
            let (source, id): (String, i64) = (columns.take()?, columns.take()?);
            let new = PutImage { id: ImageId::from_row(id), source: source.clone(), source_digest: None };
            put.insert(source, new);
        }
        if kept.iter().any(|h| h.object.is_none()) {
            self.conn.run(RETRY, args![product.get()]).await?;
        }
        let removed: Vec<ImageId> = gone.iter().map(|h| ImageId::from_row(h.id)).collect();
        let objects: Vec<ObjectKey> = gone.into_iter().filter_map(|h| h.object).map(ObjectKey::from_column).collect();
        self.drop_images(&removed, &objects).await?;
        if changed {
            self.changed.insert(product);
        }
        let images = sources.iter().filter_map(|s| put.remove(*s)).collect();
        Ok(ImagesPut { product, images, removed, objects })
    }

    async fn drop_images(&mut self, ids: &[ImageId], objects: &[ObjectKey]) -> Result<(), StoreError> {
        const SQL: &str = "delete from images where id in (..)";
        self.doom_objects(objects).await?;
        self.conn.run_in(SQL, args![], ids.iter().map(|id| id.get().into()).collect()).await?;
        Ok(())
    }

    /// Adds an image at the end of a product's; one of the same source stays as it is.
    pub async fn add_image(
        &mut self,
        organisation: OrganisationId,
        product: ProductId,
        source: &str,
        now: Timestamp,
    ) -> Result<ImageId, StoreError> {
        let images = self.images(organisation, product).await?;
        let mut sources: Vec<String> = images.into_iter().map(|i| i.source).collect();
        if !sources.iter().any(|s| s == source) {
            sources.push(source.to_owned());
        }
        let put = self.put_images(organisation, &[(product, sources)], now).await?;
        let image = put.iter().flat_map(|p| &p.images).find(|i| i.source == source).map(|i| i.id);
        image.ok_or(StoreError::Unreadable { column: "images.source" })
    }

    /// Notes what was stored of images, after their objects were put under [`Image::object`]. Images that are gone
    /// are left out; the answer names the products of the others. `features` are kept as they are. For the worker, which goes
    /// through images of all organisations.
    pub async fn put_pictures(
        &mut self,
        pictures: &[(ImageId, Picture, Option<Vec<u8>>)],
    ) -> Result<HashMap<ImageId, ProductId>, StoreError> {
        const SQL: &str = "update images set source_digest = $2, object = $3, width = $4, height = $5, faces = $6, \
            placeholder = $7, model = $8, look = $9, colours = $10, features = $11, failure = null \
            where id = $1 returning product";
        const ORGANISATIONS: &str = "select id, organisation from images where id in (..)";
        let list = pictures.iter().map(|(id, ..)| id.get().into()).collect();
        let mut organisations: HashMap<i64, i64> = HashMap::new();
        for row in self.conn.rows_in(ORGANISATIONS, args![], list).await? {
            let mut columns = row.columns();
            organisations.insert(columns.take()?, columns.take()?);
        }
        let mut products = HashMap::new();
        for (id, picture, features) in pictures {
            let Some(organisation) = organisations.get(&id.get()) else { continue };
            let object = ObjectKey::new(OrganisationId::from_row(*organisation), *id);
            let analysis = picture.analysis.as_ref();
            let row = args![
                id.get(),
                picture.source_digest.as_slice(),
                object.as_str(),
                picture.width,
                picture.height,
                write_faces(&picture.faces),
                picture.placeholder.map(|p| p.to_string()),
                analysis.map(|a| a.model.as_str()),
                analysis.map(|a| a.look.to_bytes()),
                write_colours(analysis.map_or(&[], |a| &a.colours)),
                features.clone(),
            ];
            self.updated_image(SQL, *id, row, &mut products).await?;
        }
        Ok(products)
    }

    /// Notes what a model saw in stored images, replacing what one before it saw; for the worker, as
    /// [`Tx::put_pictures`].
    pub async fn put_analyses(
        &mut self,
        analyses: &[(ImageId, Analysis, Option<Vec<u8>>)],
    ) -> Result<HashMap<ImageId, ProductId>, StoreError> {
        const SQL: &str = "update images set model = $2, look = $3, colours = $4, features = $5 \
            where id = $1 and object is not null returning product";
        let mut products = HashMap::new();
        for (id, analysis, features) in analyses {
            let colours = write_colours(&analysis.colours);
            let row = args![id.get(), analysis.model.as_str(), analysis.look.to_bytes(), colours, features.clone()];
            self.updated_image(SQL, *id, row, &mut products).await?;
        }
        Ok(products)
    }

    /// Notes that images could not be fetched or read, and why; they wait no longer. What was stored of them stays. For the
    /// worker, as [`Tx::put_pictures`].
    pub async fn fail_images(&mut self, failed: &[(ImageId, String)]) -> Result<(), StoreError> {
        const SQL: &str = "update images set failure = $2 where id = $1 returning product";
        for (id, message) in failed {
            self.updated_image(SQL, *id, args![id.get(), message.as_str()], &mut HashMap::new()).await?;
        }
        Ok(())
    }

    async fn updated_image(
        &mut self,
        sql: &'static str,
        id: ImageId,
        args: Vec<Value>,
        products: &mut HashMap<ImageId, ProductId>,
    ) -> Result<(), StoreError> {
        if let Some(row) = self.conn.row(sql, args).await? {
            let product = ProductId::from_row(row.only()?);
            self.changed.insert(product);
            products.insert(id, product);
        }
        Ok(())
    }
}
