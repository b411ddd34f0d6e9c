//! Products as their shop describes them.

use crate::{ObjectKey, Snapshot, StoreError, Tx};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use vestry_database::{Columns, Row, Sql, Value, args};
use vestry_model::{
    AttributeId, Currency, ImageId, LocalText, OrganisationId, Price, Product, ProductId, Sku, TagState, ValueId,
};

/// A product with its row's id and instants.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredProduct {
    /// Its id.
    pub id: ProductId,
    /// What the shop says.
    pub product: Product,
    /// When it was first put.
    pub created: Timestamp,
    /// When what the shop says last changed; tags and images have their own instants.
    pub changed: Timestamp,
}

/// What putting a product did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Put {
    /// It was not there.
    Created,
    /// Something about it was different.
    Updated,
    /// It was there, the same in every field; nothing was written.
    Unchanged,
}

/// Which product was put, and what that did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PutProduct {
    /// The product's id.
    pub id: ProductId,
    /// What happened.
    pub put: Put,
}

/// Which products to list: those with a tag that fulfils every part that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductFilter {
    /// The tag's attribute.
    pub attribute: Option<AttributeId>,
    /// The tag's value.
    pub value: Option<ValueId>,
    /// The tag's state.
    pub state: Option<TagState>,
}

impl ProductFilter {
    fn args(&self) -> [Value; 3] {
        [
            self.attribute.as_ref().map(AttributeId::as_str).into(),
            self.value.as_ref().map(ValueId::as_str).into(),
            self.state.map(crate::tag::state_text).into(),
        ]
    }
}

/// What an erased product leaves to do outside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The product that was.
    pub product: ProductId,
    /// Its images: take them out of the index.
    pub images: Vec<ImageId>,
    /// Their objects: delete them. They are also in [`Snapshot::doomed_objects`] until
    /// [`Tx::forget_doomed_objects`].
    pub objects: Vec<ObjectKey>,
}

/// A `select` of every column that [`stored_product`] reads.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, sku, title_ko, title_en, description_ko, description_en, brand, price_hundredths, \
            currency, group_id, link, own, created, changed from products ",
            $rest
        )
    };
}
pub(crate) use select;

pub(crate) fn stored_product(row: &Row) -> Result<StoredProduct, StoreError> {
    let mut columns = row.columns();
    Ok(StoredProduct {
        id: ProductId::from_row(columns.take()?),
        product: product(&mut columns)?,
        created: columns.instant("products.created")?,
        changed: columns.instant("products.changed")?,
    })
}

fn product(columns: &mut Columns<'_>) -> Result<Product, StoreError> {
    let unreadable = |column| StoreError::Unreadable { column };
    let sku: String = columns.take()?;
    Ok(Product {
        sku: Sku::new(&sku).map_err(|_| unreadable("products.sku"))?,
        title: LocalText { ko: columns.take()?, en: columns.take()? },
        description: LocalText { ko: columns.take()?, en: columns.take()? },
        brand: columns.take()?,
        price: match (columns.take::<Option<i64>>()?, columns.take::<Option<String>>()?) {
            (Some(hundredths), Some(currency)) => {
                let currency = Currency::new(&currency).map_err(|_| unreadable("products.currency"))?;
                Some(Price { hundredths, currency })
            }
            _ => None,
        },
        group: columns.take()?,
        link: columns.take()?,
        own: serde_json::from_str(&columns.take::<String>()?).map_err(|_| unreadable("products.own"))?,
    })
}

/// Everything the shop says, as parameters; `own` is JSON with sorted keys, so that equal products are equal bytes.
fn said(product: &Product) -> Vec<Value> {
    let own = serde_json::to_string(&product.own).expect("a map of strings is JSON");
    args![
        product.sku.as_str(),
        product.title.ko.as_deref(),
        product.title.en.as_deref(),
        product.description.ko.as_deref(),
        product.description.en.as_deref(),
        product.brand.as_deref(),
        product.price.map(|p| p.hundredths),
        product.price.as_ref().map(|p| p.currency.as_str()),
        product.group.as_deref(),
        product.link.as_deref(),
        own,
    ]
}

/// A SHA-256 over every field, each with its length, an absent one unlike an empty one.
fn digest(said: &[Value]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for value in said {
        let bytes = match value {
            Value::Text(text) => text.as_ref().map(|t| t.as_bytes().to_vec()),
            Value::Int(number) => number.map(|n| n.to_le_bytes().to_vec()),
            Value::Bytes(bytes) => bytes.clone(),
            Value::Real(number) => number.map(|n| n.to_le_bytes().to_vec()),
        };
        hash.update(bytes.as_ref().map_or(-1, |b| b.len() as i64).to_le_bytes());
        hash.update(bytes.unwrap_or_default());
    }
    hash.finalize().to_vec()
}

impl Snapshot {
    /// The names of the own fields that any product of the organisation has, sorted.
    pub async fn own_fields(&mut self, organisation: OrganisationId) -> Result<Vec<String>, StoreError> {
        const SQL: Sql = Sql {
            sqlite: "select distinct key from products, json_each(products.own) \
                where organisation = $1 and own <> '{}' order by key",
            postgres: "select distinct key collate \"C\" as key from products, json_object_keys(own::json) as key \
                where organisation = $1 and own <> '{}' order by key",
        };
        let rows = self.conn.rows(SQL, args![organisation.get()]).await?;
        Ok(rows.iter().map(Row::only).collect::<Result<_, _>>()?)
    }

    /// The product of this SKU.
    pub async fn product(
        &mut self,
        organisation: OrganisationId,
        sku: &Sku,
    ) -> Result<Option<StoredProduct>, StoreError> {
        const SQL: &str = select!("where organisation = $1 and sku = $2");
        self.conn.row(SQL, args![organisation.get(), sku.as_str()]).await?.as_ref().map(stored_product).transpose()
    }

    /// The products with these ids that belong to the organisation, in no order.
    pub async fn products_by_id(
        &mut self,
        organisation: OrganisationId,
        ids: &[ProductId],
    ) -> Result<Vec<StoredProduct>, StoreError> {
        const SQL: &str = select!("where organisation = $1 and id in (..)");
        let list = ids.iter().map(|id| id.get().into()).collect();
        self.conn.rows_in(SQL, args![organisation.get()], list).await?.iter().map(stored_product).collect()
    }

    /// The SKUs of these products of an organisation; those that are gone are left out.
    pub async fn skus(
        &mut self,
        organisation: OrganisationId,
        products: &[ProductId],
    ) -> Result<HashMap<ProductId, Sku>, StoreError> {
        const SQL: &str = "select id, sku from products where organisation = $1 and id in (..)";
        let list = products.iter().map(|product| product.get().into()).collect();
        let mut skus = HashMap::new();
        for row in self.conn.rows_in(SQL, args![organisation.get()], list).await? {
            let mut columns = row.columns();
            let (id, sku): (_, String) = (ProductId::from_row(columns.take()?), columns.take()?);
            skus.insert(id, Sku::new(&sku).map_err(|_| StoreError::Unreadable { column: "products.sku" })?);
        }
        Ok(skus)
    }

    /// The ids of those SKUs that exist.
    pub async fn product_ids(
        &mut self,
        organisation: OrganisationId,
        skus: &[Sku],
    ) -> Result<HashMap<Sku, ProductId>, StoreError> {
        const SQL: &str = "select sku, id from products where organisation = $1 and sku in (..)";
        let list = skus.iter().map(|sku| sku.as_str().into()).collect();
        let mut ids = HashMap::new();
        for row in self.conn.rows_in(SQL, args![organisation.get()], list).await? {
            let mut columns = row.columns();
            let sku: String = columns.take()?;
            let sku = Sku::new(&sku).map_err(|_| StoreError::Unreadable { column: "products.sku" })?;
            ids.insert(sku, ProductId::from_row(columns.take()?));
        }
        Ok(ids)
    }

    /// Up to `limit` products that `filter` lets through, newest first, those before `before` (the last id of the
    /// page before this one).
    pub async fn products(
        &mut self,
        organisation: OrganisationId,
        filter: &ProductFilter,
        before: Option<ProductId>,
        limit: u32,
    ) -> Result<Vec<StoredProduct>, StoreError> {
        const SQL: &str = select!(
            "where organisation = $1 and id < $2 and (($4 is null and $5 is null and $6 is null) or exists \
            (select 1 from tags where tags.product = products.id and state <> 'rejected' \
            and ($4 is null or attribute = $4) and ($5 is null or value = $5) and ($6 is null or state = $6))) \
            order by id desc limit $3"
        );
        let mut args = args![organisation.get(), before.map_or(i64::MAX, ProductId::get), limit];
        args.extend(filter.args());
        self.conn.rows(SQL, args).await?.iter().map(stored_product).collect()
    }

    /// How many products `filter` lets through.
    pub async fn count_products(
        &mut self,
        organisation: OrganisationId,
        filter: &ProductFilter,
    ) -> Result<u64, StoreError> {
        const SQL: &str = "select count(*) from products where organisation = $1 and \
            (($2 is null and $3 is null and $4 is null) or exists \
            (select 1 from tags where tags.product = products.id and state <> 'rejected' \
            and ($2 is null or attribute = $2) and ($3 is null or value = $3) and ($4 is null or state = $4)))";
        let mut args = args![organisation.get()];
        args.extend(filter.args());
        let row = self.conn.row(SQL, args).await?;
        Ok(row.map_or(Ok(0), |r| r.only::<i64>())?.unsigned_abs())
    }
}

impl Tx {
    /// Puts one product; see [`Tx::put_products`].
    pub async fn put_product(
        &mut self,
        organisation: OrganisationId,
        product: &Product,
        now: Timestamp,
    ) -> Result<PutProduct, StoreError> {
        Ok(self.put_products(organisation, std::slice::from_ref(product), now).await?[0])
    }

    /// Puts many products (a few hundred a transaction is quickest) and says of each what that did. A product that
    /// is the same in every field costs one look. Where a SKU comes twice, the last one counts for both.
    pub async fn put_products(
        &mut self,
        organisation: OrganisationId,
        products: &[Product],
        now: Timestamp,
    ) -> Result<Vec<PutProduct>, StoreError> {
        const KNOWN: Sql = Sql {
            sqlite: "select sku, id, digest from products where organisation = $1 and sku in (..)",
            // The order keeps two transactions that put the same products from waiting for each other in a ring.
            postgres: "select sku, id, digest from products where organisation = $1 and sku in (..) \
                order by sku for update",
        };
        // A product that another transaction put meanwhile is updated instead of refused.
        const PUT: &str = "insert into products (sku, title_ko, title_en, description_ko, description_en, brand, \
            price_hundredths, currency, group_id, link, own, digest, organisation, created, changed) values (..) \
            on conflict (organisation, sku) do update set title_ko = excluded.title_ko, \
            title_en = excluded.title_en, description_ko = excluded.description_ko, \
            description_en = excluded.description_en, brand = excluded.brand, \
            price_hundredths = excluded.price_hundredths, currency = excluded.currency, \
            group_id = excluded.group_id, link = excluded.link, own = excluded.own, digest = excluded.digest, \
            changed = excluded.changed returning sku, id";
        let wanted: BTreeMap<&str, &Product> = products.iter().map(|p| (p.sku.as_str(), p)).collect();
        let skus = wanted.keys().map(|sku| (*sku).into()).collect();
        let mut known: HashMap<String, (i64, Vec<u8>)> = HashMap::new();
        for row in self.conn.rows_in(KNOWN, args![organisation.get()], skus).await? {
            let mut columns = row.columns();
            known.insert(columns.take()?, (columns.take()?, columns.take()?));
        }
        let mut done: HashMap<String, PutProduct> = HashMap::new();
        let mut rows = Vec::new();
        for (sku, product) in wanted {
            let mut row = said(product);
            let digest = digest(&row);
            match known.get(sku) {
                Some((id, old)) if *old == digest => {
                    let same = PutProduct { id: ProductId::from_row(*id), put: Put::Unchanged };
                    done.insert(sku.into(), same);
                }
                _ => {
                    row.extend(args![digest, organisation.get(), now, now]);
                    rows.push(row);
                }
            }
        }
        for row in self.conn.insert(PUT, rows).await? {
            let mut columns = row.columns();
            let sku: String = columns.take()?;
            let id = ProductId::from_row(columns.take()?);
            self.changed.insert(id);
            let put = if known.contains_key(&sku) { Put::Updated } else { Put::Created };
            done.insert(sku, PutProduct { id, put });
        }
        let put = |p: &Product| done.get(p.sku.as_str()).copied();
        products.iter().map(|p| put(p).ok_or(StoreError::Unreadable { column: "products.sku" })).collect()
    }

    /// Changes a product in place; nobody else can change it between the reading and the writing. Its SKU stays.
    /// `None` when there is no such product.
    pub async fn patch_product(
        &mut self,
        organisation: OrganisationId,
        sku: &Sku,
        change: impl FnOnce(&mut Product),
        now: Timestamp,
    ) -> Result<Option<PutProduct>, StoreError> {
        const SQL: Sql = Sql {
            sqlite: select!("where organisation = $1 and sku = $2"),
            postgres: select!("where organisation = $1 and sku = $2 for update"),
        };
        let Some(row) = self.conn.row(SQL, args![organisation.get(), sku.as_str()]).await? else { return Ok(None) };
        let mut product = stored_product(&row)?.product;
        change(&mut product);
        product.sku = sku.clone();
        self.put_product(organisation, &product, now).await.map(Some)
    }

    /// Removes a product with its images, tags and corrections, for good. `None` when there is no such product.
    pub async fn erase_product(
        &mut self,
        organisation: OrganisationId,
        sku: &Sku,
    ) -> Result<Option<Erased>, StoreError> {
        const PRODUCT: Sql = Sql {
            sqlite: "select id from products where organisation = $1 and sku = $2",
            postgres: "select id from products where organisation = $1 and sku = $2 for update",
        };
        const IMAGES: &str = "select id, object from images where product = $1 order by id";
        const OUTBOX: &str = "delete from outbox where product = $1 and claimed_until is null";
        const ERASE: &str = "delete from products where id = $1";
        let Some(row) = self.conn.row(PRODUCT, args![organisation.get(), sku.as_str()]).await? else {
            return Ok(None);
        };
        let id: i64 = row.only()?;
        let mut erased = Erased { product: ProductId::from_row(id), images: Vec::new(), objects: Vec::new() };
        for row in self.conn.rows(IMAGES, args![id]).await? {
            let mut columns = row.columns();
            erased.images.push(ImageId::from_row(columns.take()?));
            erased.objects.extend(columns.take::<Option<String>>()?.map(ObjectKey::from_column));
        }
        self.doom_objects(&erased.objects).await?;
        // Tags, images and corrections follow by their foreign keys; a test looks at every table.
        self.conn.run(OUTBOX, args![id]).await?;
        self.conn.run(ERASE, args![id]).await?;
        self.changed.remove(&erased.product);
        self.erased.insert((organisation, erased.product));
        Ok(Some(erased))
    }
}
