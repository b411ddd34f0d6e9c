//! `vestry index rebuild`.

use crate::{args::Place, open, progress};
use anyhow::{Result, bail};
use vestry_app::{App, JobReport};

/// Lets the heads in use look at every stored picture that other heads saw, then makes every organisation's index
/// again from the database.
pub(crate) async fn rebuild(place: &Place) -> Result<()> {
    let app = open::app(place).await?;
    look(&app).await?;
    for organisation in app.organisations().await? {
        let products = app.rebuild_index(organisation.id).await?;
        eprintln!("{}: {products} products indexed", organisation.slug);
    }
    app.close().await;
    Ok(())
}

async fn look(app: &App) -> Result<()> {
    for (organisation, job) in app.start_looking().await? {
        let bar = progress::bar(app.unseen_images(organisation).await?, "looking");
        let JobReport::Look(report) = progress::until(app, job, &bar).await? else {
            bail!("the look was another kind of job");
        };
        eprintln!("{} pictures seen by `{}`", report.looked_at, app.heads(organisation).await?.name);
        if report.unread > 0 {
            eprintln!("{} stored pictures could not be read; import them again", report.unread);
        }
    }
    Ok(())
}
