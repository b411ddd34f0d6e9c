//! Why there is no master key, and what to do about it.

use crate::random::RandomError;
use std::{io, path::PathBuf, process::ExitStatus};

/// Why there is no master key. None of these holds any of it.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// No source is configured.
    #[error("no master key is configured; name a file, an environment variable or a command")]
    NoSource,
    /// Several sources are configured.
    #[error("several master keys are configured; keep one of file, environment variable and command")]
    SeveralSources,

    /// No such file.
    #[error(
        "no master key at `{}`; bring back the file from where it is kept, or on a first start make one with \
         `vestry admin init`",
        path.display()
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// There is something, but not a file.
    #[error("`{}` is not a file; name the file that holds the master key", path.display())]
    NotAFile {
        /// What was named.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("could not read `{}`; make it readable for the user that runs `vestry`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Group or others may read or write the file.
    #[error("`{}` is open to other users (mode {mode:04o}); run `chmod 600` on it, and replace the key if others were here", path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file belongs to another user.
    #[error(
        "`{}` belongs to user `{owner}`, and `vestry` runs as `{user}`; run `chown {user}` on it",
        path.display()
    )]
    ForeignOwner {
        /// The file.
        path: PathBuf,
        /// The numeric id of its owner.
        owner: u32,
        /// The numeric id that the process runs as.
        user: u32,
    },
    /// The file lies in the data folder, whose copies would hold data and key together.
    #[error(
        "`{}` lies in the data folder `{}`; move it out, so that no copy of the data holds its key",
        path.display(),
        data_folder.display()
    )]
    InDataFolder {
        /// The file.
        path: PathBuf,
        /// The data folder.
        data_folder: PathBuf,
    },
    /// The data folder cannot be found, so that nothing can be said to lie outside it.
    #[error("could not find the folder `{}`; make it first", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// Nothing in it.
    #[error("the master key from `{origin}` is empty; bring back the one that this data was sealed under")]
    Empty {
        /// The file, the variable or the program.
        origin: String,
    },
    /// Fewer than 32 bytes.
    #[error("the master key from `{origin}` is cut off; it takes 64 hex digits or 44 characters of base64")]
    Truncated {
        /// The file, the variable or the program.
        origin: String,
    },
    /// More than 32 bytes.
    #[error("the master key from `{origin}` is too long; it takes 64 hex digits or 44 characters of base64, one line")]
    TooLong {
        /// The file, the variable or the program.
        origin: String,
    },
    /// Neither hex nor base64.
    #[error("the master key from `{origin}` is neither hex nor base64; it takes 64 digits or 44 characters, one line")]
    NotAKey {
        /// The file, the variable or the program.
        origin: String,
    },

    /// There is a file already.
    #[error("`{}` exists; nothing is written over it, name another file or use the key that it holds", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The new file could not be written.
    #[error("could not write `{}`; make its folder writable and give it room", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No randomness for a new key.
    #[error(transparent)]
    Random(#[from] RandomError),

    /// No program is named.
    #[error("the command for the master key is empty; name a program and its arguments")]
    EmptyCommand,
    /// The program does not start.
    #[error("could not run `{program}` for the master key; check that it is installed and may be run")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// The program failed.
    #[error("`{program}` gave no master key ({status}); run it by hand to see why")]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// The program took too long and was stopped.
    #[error("`{program}` gave no master key within {seconds} seconds; run it by hand to see what it waits for")]
    Slow {
        /// The program.
        program: String,
        /// How long it had.
        seconds: u64,
    },
}
