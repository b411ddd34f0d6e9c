//! `vestry index rebuild`.

use crate::{args::Place, open};
use anyhow::Result;

/// Makes every organisation's index again from the database.
pub(crate) async fn rebuild(place: &Place) -> Result<()> {
    let app = open::app(place).await?;
    for organisation in app.organisations().await? {
        let products = app.rebuild_index(organisation.id).await?;
        eprintln!("{}: {products} products indexed", organisation.slug);
    }
    app.close().await;
    Ok(())
}
