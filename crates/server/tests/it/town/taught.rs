//! What was taught in a town: enough for a head to be published.

use super::Town;
use vestry_app::Picture;
use vestry_model::{AttributeId, Product, Sku, ValueId};

/// Pictures, a few more than the least.
const PICTURES: usize = 104;

fn category() -> AttributeId {
    AttributeId::new("category").expect("an id")
}

impl Town {
    /// Pictures with made-up features, all of swimwear, which no shipped head knows of them.
    async fn teach(&self) {
        let (app, value) = (self.app(), ValueId::new("swimwear").expect("an id"));
        if app.taught(self.hanbit, &category()).await.expect("asked").is_some_and(|t| t.head.examples >= PICTURES) {
            return;
        }
        let numbers = app.vision().heads().reading.as_ref().expect("heads that can be taught").mean().len();
        for at in 0..PICTURES {
            let sku = Sku::new(&format!("T-{at}")).expect("a SKU");
            let now = app.now();
            let mut tx = app.store().begin().await.expect("begins");
            let product = tx.put_product(self.hanbit, &Product::new(sku.clone()), now).await.expect("put").id;
            let image = tx.add_image(self.hanbit, product, &format!("t-{at}.jpg"), now).await.expect("added");
            let picture = Picture {
                source_digest: [u8::try_from(at).expect("few"); 32],
                width: 8,
                height: 8,
                faces: Vec::new(),
                placeholder: None,
                analysis: None,
            };
            // Ones and zeros as halves, another pattern a picture.
            let number = |i: usize| if (i * 31 + at * 17) % 7 < 3 { [0, 0x3c] } else { [0, 0] };
            let features = (0..numbers).flat_map(number).collect();
            tx.put_pictures(&[(image, picture, Some(features))]).await.expect("put");
            tx.commit().await.expect("commits");
            app.put_tag(self.hanbit, &sku, (&category(), &value), "key-1").await.expect("said");
        }
    }

    /// Enough is taught, and nothing of it in use.
    pub(super) async fn untaught(&self) {
        self.teach().await;
        let published = self.app().published_heads(self.hanbit, &category()).await.expect("read");
        for one in published.iter().filter(|one| one.version.ended.is_none()) {
            self.app().roll_back_head(self.hanbit, &category(), one.version.id).await.expect("taken back");
        }
    }

    /// The version in use.
    pub(super) async fn published(&self) -> String {
        self.untaught().await;
        let published = self.app().publish_head(self.hanbit, &category(), "key-1").await.expect("published");
        published.version.id.to_string()
    }
}
