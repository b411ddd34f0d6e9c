//! What was taught in a town: enough for a head to be published.

use super::Town;
use crate::it::swimwear::{category, teach};

/// Pictures, a few more than the least.
const PICTURES: usize = 104;

impl Town {
    async fn teach(&self) {
        let app = self.app();
        if app.taught(self.hanbit, &category()).await.expect("asked").is_some_and(|t| t.head.examples >= PICTURES) {
            return;
        }
        teach(&app, self.hanbit, "key-1", 0..PICTURES).await;
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
