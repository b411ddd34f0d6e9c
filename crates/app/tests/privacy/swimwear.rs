//! Somebody teaches enough for a head: pictures with made-up features, all of swimwear, of which no shipped head knows.

use vestry_app::{App, Picture};
use vestry_model::{AttributeId, OrganisationId, Product, Sku, ValueId};

pub(crate) fn category() -> AttributeId {
    AttributeId::new("category").expect("an id")
}

/// Puts these pictures, by number, and says under the name `who` what they are.
pub(crate) async fn teach(app: &App, organisation: OrganisationId, who: &str, pictures: std::ops::Range<usize>) {
    let value = ValueId::new("swimsuit").expect("an id");
    let numbers = app.vision().heads().reading.as_ref().expect("heads that can be taught").mean().len();
    for at in pictures {
        let (sku, now) = (Sku::new(&format!("T-{at}")).expect("a SKU"), app.now());
        let mut tx = app.store().begin().await.expect("begins");
        let product = tx.put_product(organisation, &Product::new(sku.clone()), now).await.expect("put").id;
        let image = tx.add_image(organisation, product, &format!("t-{at}.jpg"), now).await.expect("added");
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
        tx.put_pictures(&[(image, picture, Some((0..numbers).flat_map(number).collect()))]).await.expect("put");
        tx.commit().await.expect("commits");
        app.put_tag(organisation, &sku, (&category(), &value), who).await.expect("said");
    }
}
