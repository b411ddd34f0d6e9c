//! A copy of the log elsewhere, brought up to date.

use super::{
    AuditError,
    log::{LOG, SEALED, days_in},
};
use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

/// How much before the end of a copy is held against the log: several heads, signatures included.
const COMPARED: u64 = 4_096;

pub(super) fn ship(folder: &Path, length: u64, target: &Path) -> Result<(), AuditError> {
    let failed = |source| AuditError::Write { path: target.into(), source };
    fs::create_dir_all(target.join(SEALED)).map_err(failed)?;
    append_missing(&folder.join(LOG), length, &target.join(LOG))?;
    let here = days_in(folder)?;
    for day in days_in(target)?.into_iter().filter(|day| here.binary_search(day).is_err()) {
        fs::remove_file(target.join(SEALED).join(day.to_string())).map_err(failed)?;
    }
    for day in here {
        let (from, to) = (folder.join(SEALED).join(day.to_string()), target.join(SEALED).join(day.to_string()));
        let length = fs::metadata(&from).map_err(|source| AuditError::Read { path: from.clone(), source })?.len();
        append_missing(&from, length, &to)?;
    }
    File::open(target.join(SEALED)).and_then(|folder| folder.sync_all()).map_err(failed)?;
    File::open(target).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// Appends to `to` what it lacks of the first `length` bytes of `from`, durably.
fn append_missing(from: &Path, length: u64, to: &Path) -> Result<(), AuditError> {
    let unread = |source| AuditError::Read { path: from.into(), source };
    let failed = |source| AuditError::Write { path: to.into(), source };
    let mut options = File::options();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut copy = options.open(to).map_err(failed)?;
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
    if there == length {
        return Ok(());
    }
    log.seek(SeekFrom::Start(there)).map_err(unread)?;
    io::copy(&mut log.take(length - there), &mut copy).map_err(failed)?;
    copy.sync_data().map_err(failed)
}
