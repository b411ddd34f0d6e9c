//! Mail that came back. A letter to a member's own address leaves a link behind, by which a notification that it did not
//! arrive finds its way to them; they read of it when they sign in the next time.

use super::{AccountError, PostOffice, own::Meanwhile};
use crate::Privacy;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use vestry_mail::{BOUNCE_BYTES, MessageId, parse_bounce};
use vestry_vault::{PersonId, Reader};

/// How long a mail server may take to say that it gave up; five days are usual.
const RETURNS_WITHIN: SignedDuration = SignedDuration::from_hours(10 * 24);
/// The most notifications that are read together.
const TOGETHER: usize = 100;
const ITEM: &str = "returned_mail";

/// A letter to a member that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// When we heard of it.
    pub at: Timestamp,
    /// What the mail server said: `5.1.1` (RFC 3463), or its reply code.
    pub status: String,
}

impl Privacy {
    /// The letter that came back from a member's address, if one did since it is theirs.
    pub async fn returned_mail(&self, person: PersonId) -> Result<Option<Returned>, AccountError> {
        let opened = self.open_items(person, "membership", Reader::Themselves(person), &[ITEM]).await?;
        Ok(opened.text(self.policy(), ITEM).and_then(|text| serde_json::from_str(text).ok()))
    }

    /// Reads a notification of a mail server; whether it was about a letter of ours that will not arrive.
    pub async fn note_returned(&self, raw: &[u8]) -> Result<bool, AccountError> {
        let Some(bounce) = parse_bounce(raw).filter(|bounce| bounce.permanent) else { return Ok(false) };
        let Some(id) = bounce.message_id else { return Ok(false) };
        let sent = self.vault().spend_link(&digest(&id), &good_for(&id), self.now()).await?;
        let Some(person) = sent else { return Ok(false) };
        self.note_return(person, bounce.status).await?;
        Ok(true)
    }

    /// Writes down that a letter to a member came back.
    pub(super) async fn note_return(&self, person: PersonId, status: String) -> Result<(), AccountError> {
        let returned = Returned { at: self.now(), status };
        let text = serde_json::to_string(&returned).expect("JSON");
        self.put_item(self.policy(), person, "security", ITEM, text).await
    }

    /// Forgets it: the address is another now.
    pub(super) async fn forget_return(&self, person: PersonId) -> Result<(), AccountError> {
        if self.returned_mail(person).await?.is_none() {
            return Ok(());
        }
        self.put_items(self.policy(), person, "security", vec![(ITEM, None)], Meanwhile::default()).await
    }

    /// Lets what comes back of a letter be known as theirs.
    pub(super) async fn expect_return(&self, person: PersonId, id: &MessageId) -> Result<(), AccountError> {
        let ends = self.now() + RETURNS_WITHIN;
        Ok(self.vault().put_link(&digest(id), person, &good_for(id), ends).await?)
    }

    /// Reads what the mail server put into the folder for what comes back, and removes it; how many letters were ours.
    pub async fn take_returns(&self, office: &PostOffice) -> Result<u64, AccountError> {
        let Some(folder) = office.returns.clone() else { return Ok(0) };
        let mut ours = 0;
        for path in tokio::task::spawn_blocking(move || waiting(&folder)).await.unwrap_or_default() {
            if let Some(raw) = read(&path) {
                ours += u64::from(self.note_returned(&raw).await?);
            }
            // It holds somebody's address, whatever it is.
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(%error, "what came back cannot be removed from its folder");
            }
        }
        Ok(ours)
    }
}

/// Each letter has a link of its own.
fn good_for(id: &MessageId) -> String {
    format!("returned {}", &vestry_model::hex(&digest(id))[..16])
}

fn digest(id: &MessageId) -> [u8; 32] {
    Sha256::new().chain_update("returned\n").chain_update(id.as_str()).finalize().into()
}

fn waiting(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = files.filter(|file| file.file_type().is_ok_and(|kind| kind.is_file()));
    files.map(|file| file.path()).take(TOGETHER).collect()
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let length = std::fs::metadata(path).ok()?.len();
    if length > BOUNCE_BYTES as u64 { None } else { std::fs::read(path).ok() }
}
