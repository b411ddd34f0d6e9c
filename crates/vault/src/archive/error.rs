//! Why an archive was not written or is not to be used, and what to do about it.

use super::{Kind, NameFault};
use crate::place::InstallationId;
use std::{io, path::PathBuf};

/// Why an archive was not written, or why nothing of it may be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is a file under that name already.
    #[error("`{}` exists already and was left as it is; write the archive under another name", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// No room for the rest of it.
    #[error("the disk is full; nothing stands at `{}`, make room and write the archive anew", path.display())]
    DiskFull {
        /// Where the archive was to be.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It could not be written.
    #[error("could not write `{}`; see to its folder and write the archive anew", path.display())]
    Write {
        /// Where the archive was to be.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A stream was given up before its end.
    #[error("the stream `{name}` was not written to its end; write the archive anew")]
    Unfinished {
        /// The stream.
        name: String,
    },
    /// A name that is not safe to join to a folder.
    #[error("`{}` is not allowed as the name of a stream: it {fault}; use a relative path with slashes", name.escape_debug())]
    NameNotAllowed {
        /// The name.
        name: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// Two streams of one name.
    #[error("there is a stream `{name}` already; give each stream a name of its own")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// More streams than one archive takes.
    #[error("an archive takes 100,000 streams and 16 MiB of names; put what is small into one stream")]
    TooManyStreams,

    /// No such file.
    #[error("no file at `{}`; bring the archive, and its sidecar to check it, from where they are kept", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// It could not be read.
    #[error("could not read `{}`; see to the disk and to who may read it, or take another copy", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is something else.
    #[error("`{}` is not an archive; name a file that `vestry backup create` wrote", path.display())]
    NotAnArchive {
        /// The file.
        path: PathBuf,
    },
    /// A later program wrote it.
    #[error("`{}` has a form that this version does not know; read it with the version of `vestry` that wrote it", path.display())]
    UnknownVersion {
        /// The file.
        path: PathBuf,
    },
    /// It is encrypted to others.
    #[error(
        "the identity given does not open `{}`; give the identity of one of its recipients, and if it is, check \
         whether the file was changed",
        path.display()
    )]
    WrongIdentity {
        /// The file.
        path: PathBuf,
    },
    /// It ends before its end.
    #[error("`{}` is cut short; copy it again from where it was made, or take another archive", path.display())]
    CutShort {
        /// The file.
        path: PathBuf,
    },
    /// Bytes of it were changed.
    #[error("`{}` is damaged; copy it again from where it was made, or take another archive", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// It opens and is nothing that this program writes.
    #[error("`{}` opens but is not as `vestry` writes it ({fault}); take another archive and find out who made it", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is amiss.
        fault: &'static str,
    },
    /// It is another installation's.
    #[error(
        "`{}` belongs to installation `{found}` and not to `{expected}`; name an archive of this installation",
        path.display()
    )]
    AnotherInstallation {
        /// The file.
        path: PathBuf,
        /// Whose it should be.
        expected: InstallationId,
        /// Whose it is.
        found: InstallationId,
    },
    /// It holds data where keys were expected, or the reverse.
    #[error("`{}` holds {found} and not {expected}; name an archive of {expected}", path.display())]
    AnotherKind {
        /// The file.
        path: PathBuf,
        /// What should be in it.
        expected: Kind,
        /// What is in it.
        found: Kind,
    },
    /// The public key given is no key.
    #[error("the public key given is not one of Ed25519; give the 32 bytes under which the installation signs")]
    PublicKey,
    /// Somebody else signed it, or it was changed after it was signed.
    #[error(
        "`{}` is not signed by the key given; give the key under which the installation signed at that time, and \
         otherwise use nothing of it",
        path.display()
    )]
    Signature {
        /// The file.
        path: PathBuf,
    },
    /// The signature is good, and for other streams than these.
    #[error("what is in `{}` is not what was signed; use nothing of it, take another archive", path.display())]
    NotAsSigned {
        /// The file.
        path: PathBuf,
    },
    /// The sidecar is not as it was written.
    #[error("the sidecar `{}` is damaged; copy it again from where it was made", path.display())]
    DamagedSidecar {
        /// The sidecar.
        path: PathBuf,
    },
}

impl ArchiveError {
    /// Why the archive at `path` was not written.
    pub(super) fn write(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::WriteZero => {
                Self::DiskFull { path, source }
            }
            _ => Self::Write { path, source },
        }
    }

    /// Why the file at `path` could not be read.
    pub(super) fn read(path: impl Into<PathBuf>, source: io::Error) -> Self {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            _ => Self::Read { path, source },
        }
    }
}

/// The same error once more: one for who was reading or writing, one for who asks what became of the archive.
pub(super) fn copy_of(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}
