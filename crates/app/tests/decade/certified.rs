//! What went, against what the certificates say went.

use crate::house::House;
use std::collections::BTreeMap;
use vestry_app::{Certificate, Sweep};

/// What went from on file since the last certificates were held against it, and what they say.
#[derive(Debug, Default)]
pub(crate) struct Went {
    /// Records that lost something, and items that went, by class. One record may go in as many parts as it has items.
    classes: BTreeMap<&'static str, (u64, u64)>,
    certified: BTreeMap<String, u64>,
    /// The entry of the newest certificate that was counted.
    newest: Option<u64>,
}

impl Went {
    pub(crate) fn lost(&mut self, class: &'static str, items: u64) {
        let (records, all) = self.classes.entry(class).or_default();
        *records += 1;
        *all += items;
    }

    fn certified(&mut self, entry: u64, certificate: &Certificate) {
        if self.newest.is_some_and(|newest| entry <= newest) {
            return;
        }
        self.newest = Some(entry);
        for counted in &certificate.destroyed {
            *self.certified.entry(counted.class.clone()).or_default() += counted.count;
        }
    }

    /// What does not agree.
    pub(crate) fn settle(&mut self) -> Option<String> {
        let certified = std::mem::take(&mut self.certified);
        let classes = std::mem::take(&mut self.classes);
        let said = |class: &str| certified.get(class).copied().unwrap_or(0);
        let is_right = |class: &str, (records, items): (u64, u64)| (records..=items).contains(&said(class));
        let wrong = classes.iter().find(|(class, went)| !is_right(class, **went));
        let wrong = wrong.map(|(class, went)| format!("{class}: {went:?} went, {} certified", said(class)));
        let invented =
            certified.iter().find(|(class, n)| **n > 0 && *class != "look" && !classes.contains_key(class.as_str()));
        wrong.or_else(|| invented.map(|(class, n)| format!("{class}: none went, {n} certified")))
    }
}

impl House {
    pub(crate) fn certified(&mut self, sweep: &Sweep) {
        self.went.certified(sweep.entry, &sweep.certificate);
    }

    /// Counts the certificates of whoever stopped before saying that there is one.
    pub(crate) fn certified_before_the_stop(&mut self) {
        for (entry, certificate) in self.privacy.vault().certificates().expect("certificates") {
            self.went.certified(entry, &certificate);
        }
    }
}
