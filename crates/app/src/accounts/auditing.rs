//! Heads of the audit log, told to whoever audits: a head that others hold cannot be taken back.

use super::{AccountError, letters::Queued};
use crate::Privacy;
use jiff::civil::Date;
use vestry_vault::{Reader, Role};

impl Privacy {
    /// Mails the newest signed head to each auditor of the staff, after the sweep for `day`.
    pub(crate) async fn tell_auditors(&self, day: Date) -> Result<(), AccountError> {
        let head = self.vault().audit_head().to_string();
        for (person, role) in self.vault().with_roles(None).await? {
            if role != Role::Auditor {
                continue;
            }
            let opened = self.open_items(person, "security", Reader::Program, &["staff_mail"]).await?;
            if let Some(to) = opened.text(self.policy(), "staff_mail") {
                self.queue_to(person, Some(to), &Queued::AuditHead { head: head.clone(), day }, None).await?;
            }
        }
        Ok(())
    }
}
