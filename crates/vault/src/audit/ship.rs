//! A copy of the log elsewhere, brought up to date.

use super::{
    AuditError,
    log::{LOG, SEALED, days_in},
};
use crate::files::Files;
use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

/// How much before the end of a copy is held against the log: several heads, signatures included.
const COMPARED: u64 = 4_096;
/// How much is copied at once.
const BLOCK: u64 = 1 << 20;

pub(super) fn ship(files: &dyn Files, folder: &Path, length: u64, target: &Path) -> Result<(), AuditError> {
    let failed = |source| AuditError::Write { path: target.into(), source };
    files.make_folder(&target.join(SEALED)).map_err(failed)?;
    let here = days_in(folder)?;
    for day in days_in(target)?.into_iter().filter(|day| here.binary_search(day).is_err()) {
        files.remove(&target.join(SEALED).join(day.to_string())).map_err(failed)?;
    }
    // Bodies first, as where they come from: what no head counts is cut off, what a head counts must be there.
    for day in here {
        let (from, to) = (folder.join(SEALED).join(day.to_string()), target.join(SEALED).join(day.to_string()));
        let length = fs::metadata(&from).map_err(|source| AuditError::Read { path: from.clone(), source })?.len();
        if append_missing(files, &from, length, &to)? {
            files.sync(&to).map_err(failed)?;
        }
    }
    files.sync_folder(&target.join(SEALED)).map_err(failed)?;
    append_missing(files, &folder.join(LOG), length, &target.join(LOG))?;
    // What stood there already as well: a stop may have come before it was synced.
    files.sync(&target.join(LOG)).map_err(failed)?;
    files.sync_folder(target).map_err(failed)
}

/// Appends to `to` what it lacks of the first `length` bytes of `from`; whether it lacked anything.
fn append_missing(files: &dyn Files, from: &Path, length: u64, to: &Path) -> Result<bool, AuditError> {
    let unread = |source| AuditError::Read { path: from.into(), source };
    let failed = |source| AuditError::Write { path: to.into(), source };
    if !to.exists() {
        files.append(to, &[]).map_err(failed)?;
    }
    let mut copy = File::open(to).map_err(failed)?;
    let there = copy.metadata().map_err(failed)?.len();
    if there > length {
        return Err(AuditError::Forked { path: to.into() });
    }
    let mut log = File::open(from).map_err(unread)?;
    let compared = there.saturating_sub(COMPARED);
    let tail = |file: &mut File| -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(compared))?;
        file.take(there - compared).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    if tail(&mut log).map_err(unread)? != tail(&mut copy).map_err(failed)? {
        return Err(AuditError::Forked { path: to.into() });
    }
    if there < length {
        log.seek(SeekFrom::Start(there)).map_err(unread)?;
        let mut missing = log.take(length - there);
        let mut block = Vec::new();
        while missing.by_ref().take(BLOCK).read_to_end(&mut block).map_err(unread)? > 0 {
            files.append(to, &block).map_err(failed)?;
            block.clear();
        }
    }
    Ok(there < length)
}
