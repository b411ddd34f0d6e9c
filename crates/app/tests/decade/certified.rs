//! What went, against what the certificates say went.

use crate::house::House;
use std::collections::BTreeMap;
use vestry_app::Certificate;

/// What went from on file since the last certificates were held against it, and what they say.
#[derive(Debug, Default)]
pub(crate) struct Went {
    /// Records that lost something, and items that went, by class. One record may go in as many parts as it has items.
    classes: BTreeMap<&'static str, (u64, u64)>,
    certified: BTreeMap<String, u64>,
}

impl Went {
    pub(crate) fn lost(&mut self, class: &'static str, items: u64) {
        let (records, all) = self.classes.entry(class).or_default();
        *records += 1;
        *all += items;
    }

    pub(crate) fn certified(&mut self, certificate: &Certificate) {
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
    pub(crate) fn certified(&mut self, certificate: &Certificate) {
        self.went.certified(certificate);
    }
}
