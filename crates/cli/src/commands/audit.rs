//! `vestry audit`.

use crate::{args::AuditCommand, open};
use anyhow::{Context, Result, bail};
use std::{
    io::{Write, stdout},
    path::Path,
};
use vestry_app::{SignedHead, verify};

pub(crate) async fn run(command: AuditCommand) -> Result<()> {
    match command {
        AuditCommand::Verify { folder, key, head } => {
            let published = head.as_deref().map(read_head).transpose()?;
            match verify(&folder, &key, published.as_ref()) {
                Ok(verified) => writeln!(
                    stdout(),
                    "{} entries under {} heads are as they were signed; {} bodies went with their day\nhead {}",
                    verified.size,
                    verified.heads,
                    verified.destroyed,
                    verified.head
                )?,
                Err(faults) => {
                    for fault in &faults {
                        writeln!(stdout(), "{fault}")?;
                    }
                    bail!("{} faults; keep this copy as evidence and compare it with another", faults.len());
                }
            }
        }
        AuditCommand::Prove { entry, place } => {
            let privacy = open::privacy(&place).await?;
            let proof = privacy.vault().audit_log().prove(entry)?;
            writeln!(stdout(), "{:#}", serde_json::to_value(proof)?)?;
            privacy.close().await;
        }
        AuditCommand::Head { place } => {
            let privacy = open::privacy(&place).await?;
            let head = privacy.vault().audit_log().head();
            writeln!(stdout(), "{head}")?;
            privacy.close().await;
        }
    }
    Ok(())
}

/// A published head in a file.
pub(crate) fn read_head(path: &Path) -> Result<SignedHead> {
    let text = std::fs::read_to_string(path).with_context(|| format!("could not read `{}`", path.display()))?;
    Ok(text.trim().parse()?)
}
