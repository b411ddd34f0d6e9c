//! `vestry audit`.

use crate::{args::AuditCommand, open};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::{
    fs::File,
    io::{Read, Write, stdout},
    path::Path,
};
use vestry_app::{Consistency, Inclusion, PublicKey, SignedHead, verify};

/// The longest proof, in bytes: an entry with the longest body, as base64, and its path.
const MOST_PROOF: u64 = 2 << 20;

pub(crate) async fn run(command: AuditCommand) -> Result<()> {
    match command {
        AuditCommand::Verify { folder, key, head } => {
            let published = head.as_deref().map(read_head).transpose()?;
            match verify(&folder, &key, published.as_ref()) {
                Ok(verified) => writeln!(
                    stdout(),
                    "{} entries under {} heads are as they were signed; {} bodies went with their day\nhead {}\nkey  {}",
                    verified.size,
                    verified.heads,
                    verified.destroyed,
                    verified.head,
                    verified.signers.newest()
                )?,
                Err(faults) => {
                    for fault in &faults {
                        writeln!(stdout(), "{fault}")?;
                    }
                    let many = if faults.len() == 1 { "" } else { "s" };
                    bail!("{} fault{many}; keep this copy as evidence and compare it with another", faults.len());
                }
            }
        }
        AuditCommand::Prove { entry, place } => {
            let privacy = open::privacy(&place).await?;
            let proof = privacy.vault().audit_log().prove(entry)?;
            writeln!(stdout(), "{:#}", serde_json::to_value(proof)?)?;
            privacy.close().await;
        }
        AuditCommand::Consistency { head, place } => {
            let older = read_head(&head)?;
            let privacy = open::privacy(&place).await?;
            let proof = privacy.vault().audit_log().consistency(older.size)?;
            writeln!(stdout(), "{:#}", serde_json::to_value(proof)?)?;
            privacy.close().await;
        }
        AuditCommand::Check { proof, key, head } => check(&proof, &key, head.as_deref())?,
        AuditCommand::Head { place } => {
            let privacy = open::privacy(&place).await?;
            let head = privacy.vault().audit_log().head();
            writeln!(stdout(), "{head}")?;
            privacy.close().await;
        }
    }
    Ok(())
}

/// A proof as it was printed.
#[derive(Deserialize)]
#[serde(untagged)]
enum Proof {
    Inclusion(Inclusion),
    Consistency(Consistency),
}

fn check(path: &Path, key: &PublicKey, older: Option<&Path>) -> Result<()> {
    const REFUSED: &str = "the proof does not hold under this key; take neither it nor what it is to prove for true";
    let mut text = String::new();
    let file = File::open(path).with_context(|| format!("could not read `{}`", path.display()))?;
    file.take(MOST_PROOF).read_to_string(&mut text).with_context(|| format!("could not read `{}`", path.display()))?;
    let proof: Proof = serde_json::from_str(&text).with_context(|| {
        format!("`{}` is no proof; give what `vestry audit prove` or `consistency` printed", path.display())
    })?;
    match proof {
        Proof::Inclusion(proof) => {
            ensure!(proof.holds(key), REFUSED);
            writeln!(stdout(), "entry {} is in the log\nhead {}", proof.index, proof.head)?;
            match proof.body() {
                Some(body) => writeln!(stdout(), "\n{}", String::from_utf8_lossy(&body))?,
                None => writeln!(stdout(), "what it said went with its day")?,
            }
        }
        Proof::Consistency(proof) => {
            let older = read_head(older.context("name the older head with `--head FILE`")?)?;
            ensure!(proof.holds(key, &older), REFUSED);
            writeln!(stdout(), "the log began with those {} entries\nhead {}", older.size, proof.head)?;
        }
    }
    Ok(())
}

/// A published head in a file.
pub(crate) fn read_head(path: &Path) -> Result<SignedHead> {
    let text = std::fs::read_to_string(path).with_context(|| format!("could not read `{}`", path.display()))?;
    Ok(text.trim().parse()?)
}
