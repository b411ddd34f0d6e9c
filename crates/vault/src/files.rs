//! The few ways in which log and archives write, so that a test can lose what was not synced.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

/// What writes. Reading goes to the files directly.
pub(crate) trait Files: fmt::Debug + Send + Sync {
    /// Appends to a file, making it when there is none.
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// A new file, to be written to.
    fn create(&self, path: &Path) -> io::Result<File>;
    /// Makes durable what was written to a file.
    fn sync(&self, path: &Path) -> io::Result<()>;
    /// Gives a file another name in its folder.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes durable which files a folder has.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// Makes a folder, and those above it, durably; one that is there already is no error.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// Cuts a file, durably.
    fn truncate(&self, path: &Path, length: u64) -> io::Result<()>;
    /// Removes a file, durably; one that is gone already is no error.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The disk.
#[derive(Debug)]
pub(crate) struct Disk;

impl Files for Disk {
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        private(OpenOptions::new().append(true).create(true)).open(path)?.write_all(bytes)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        private(OpenOptions::new().write(true).create_new(true)).open(path)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_data()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        let above = folder_of(path);
        self.make_folder(above)?;
        match fs::create_dir(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        self.sync_folder(above)
    }

    fn truncate(&self, path: &Path, length: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(length)?;
        file.sync_all()
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => self.sync_folder(folder_of(path)),
        }
    }
}

/// The folder in which `path` stands.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Readable by its owner alone, if it is made.
fn private(options: &mut OpenOptions) -> &OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(test)]
pub(crate) mod lossy {
    //! A disk that forgets at a power loss what was not synced.

    use super::*;
    use std::{
        collections::HashMap,
        path::PathBuf,
        sync::{Arc, Mutex},
    };

    /// A name that a folder got and that its sync has not made durable.
    #[derive(Debug)]
    enum Named {
        New(PathBuf),
        Renamed { from: PathBuf, to: PathBuf },
    }

    impl Named {
        fn name(&self) -> &Path {
            match self {
                Self::New(path) | Self::Renamed { to: path, .. } => path,
            }
        }
    }

    #[derive(Debug, Default)]
    struct State {
        /// How much of each file is durable.
        durable: HashMap<PathBuf, u64>,
        /// Names that are not, in the order in which they were given.
        named: Vec<Named>,
        /// Calls that are let through before every further one fails.
        left: Option<u32>,
    }

    /// Writes to real files, and knows what of them a power loss would leave.
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Lossy(Arc<Mutex<State>>);

    impl Lossy {
        /// Lets `calls` more through; then the power is gone.
        pub(crate) fn fail_after(&self, calls: u32) {
            self.0.lock().expect("no holder panics").left = Some(calls);
        }

        /// Whether it is.
        pub(crate) fn is_gone(&self) -> bool {
            self.0.lock().expect("no holder panics").left == Some(0)
        }

        /// What a power loss leaves: all that was synced, of the rest as much as `share` of 256 says, and with any of it
        /// the names that were given.
        pub(crate) fn lose(&self, share: u64) {
            let mut state = self.0.lock().expect("no holder panics");
            for (path, durable) in &state.durable {
                let Ok(length) = fs::metadata(path).map(|facts| facts.len()) else { continue };
                let kept = durable + length.saturating_sub(*durable) * share / 256;
                OpenOptions::new().write(true).open(path).and_then(|f| f.set_len(kept)).expect("cut");
            }
            for named in state.named.iter().rev().filter(|_| share == 0) {
                match named {
                    Named::New(path) => fs::remove_file(path).expect("removed"),
                    Named::Renamed { from, to } => fs::rename(to, from).expect("renamed"),
                }
            }
            *state = State::default();
        }

        fn call(&self) -> io::Result<std::sync::MutexGuard<'_, State>> {
            let mut state = self.0.lock().expect("no holder panics");
            match &mut state.left {
                Some(0) => return Err(io::Error::other("the power is gone")),
                Some(left) => *left -= 1,
                None => {}
            }
            Ok(state)
        }
    }

    impl Files for Lossy {
        fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
            let length = fs::metadata(path).ok().map(|facts| facts.len());
            let mut state = self.0.lock().expect("no holder panics");
            state.durable.entry(path.into()).or_insert(length.unwrap_or(0));
            if length.is_none() {
                state.named.push(Named::New(path.into()));
            }
            drop(state);
            // The power may go in the middle of it.
            if self.call().is_err() {
                Disk.append(path, &bytes[..bytes.len() / 2])?;
                return Err(io::Error::other("the power is gone"));
            }
            Disk.append(path, bytes)
        }

        fn create(&self, path: &Path) -> io::Result<File> {
            let mut state = self.call()?;
            let file = Disk.create(path)?;
            state.durable.insert(path.into(), 0);
            state.named.push(Named::New(path.into()));
            Ok(file)
        }

        fn sync(&self, path: &Path) -> io::Result<()> {
            let mut state = self.call()?;
            let length = fs::metadata(path)?.len();
            if let Some(known) = state.durable.get_mut(path) {
                *known = length;
            }
            Ok(())
        }

        fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
            let mut state = self.call()?;
            Disk.rename(from, to)?;
            if let Some(known) = state.durable.remove(from) {
                state.durable.insert(to.into(), known);
            }
            state.named.push(Named::Renamed { from: from.into(), to: to.into() });
            Ok(())
        }

        fn sync_folder(&self, path: &Path) -> io::Result<()> {
            self.call()?.named.retain(|named| named.name().parent() != Some(path));
            Ok(())
        }

        fn make_folder(&self, path: &Path) -> io::Result<()> {
            if path.is_dir() {
                return Ok(());
            }
            let _state = self.call()?;
            Disk.make_folder(path)
        }

        fn truncate(&self, path: &Path, length: u64) -> io::Result<()> {
            let mut state = self.call()?;
            Disk.truncate(path, length)?;
            if let Some(known) = state.durable.get_mut(path) {
                *known = length.min(*known);
            }
            Ok(())
        }

        fn remove(&self, path: &Path) -> io::Result<()> {
            let mut state = self.call()?;
            state.durable.remove(path);
            // Its names went with it.
            state.named.retain(|named| named.name() != path);
            Disk.remove(path)
        }
    }
}
