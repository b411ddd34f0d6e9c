//! The few writes that the log makes, so that a test can lose those that were not synced.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

/// What writes. Reading goes to the files directly.
pub(crate) trait Files: fmt::Debug + Send {
    /// Appends to a file, making it when there is none.
    fn append(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Makes durable what was appended.
    fn sync(&mut self, path: &Path) -> io::Result<()>;
    /// Makes durable which files a folder has.
    fn sync_folder(&mut self, path: &Path) -> io::Result<()>;
    /// Cuts a file, durably.
    fn truncate(&mut self, path: &Path, length: u64) -> io::Result<()>;
    /// Removes a file, durably; one that is gone already is no error.
    fn remove(&mut self, path: &Path) -> io::Result<()>;
}

/// The disk.
#[derive(Debug)]
pub(crate) struct Disk;

impl Files for Disk {
    fn append(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?.write_all(bytes)
    }

    fn sync(&mut self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_data()
    }

    fn sync_folder(&mut self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn truncate(&mut self, path: &Path, length: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(length)?;
        file.sync_all()
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        path.parent().map_or(Ok(()), |folder| self.sync_folder(folder))
    }
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

    #[derive(Debug, Default)]
    struct State {
        /// How much of each file is durable, and whether its name is.
        durable: HashMap<PathBuf, (u64, bool)>,
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

        /// What a power loss leaves: all that was synced, and of the rest as much as `share` of 256 says.
        pub(crate) fn lose(&self, share: u64) {
            let mut state = self.0.lock().expect("no holder panics");
            for (path, (durable, is_named)) in &state.durable {
                let Ok(length) = fs::metadata(path).map(|facts| facts.len()) else { continue };
                let kept = durable + length.saturating_sub(*durable) * share / 256;
                if !is_named && share == 0 {
                    fs::remove_file(path).expect("removed");
                } else {
                    OpenOptions::new().write(true).open(path).and_then(|f| f.set_len(kept)).expect("cut");
                }
            }
            *state = State::default();
        }

        fn call(&self) -> io::Result<()> {
            let mut state = self.0.lock().expect("no holder panics");
            match &mut state.left {
                Some(0) => Err(io::Error::other("the power is gone")),
                Some(left) => {
                    *left -= 1;
                    Ok(())
                }
                None => Ok(()),
            }
        }
    }

    impl Files for Lossy {
        fn append(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
            let length = fs::metadata(path).ok().map(|facts| facts.len());
            let known = (length.unwrap_or(0), length.is_some());
            self.0.lock().expect("no holder panics").durable.entry(path.into()).or_insert(known);
            // The power may go in the middle of it.
            if self.call().is_err() {
                Disk.append(path, &bytes[..bytes.len() / 2])?;
                return Err(io::Error::other("the power is gone"));
            }
            Disk.append(path, bytes)
        }

        fn sync(&mut self, path: &Path) -> io::Result<()> {
            self.call()?;
            let length = fs::metadata(path)?.len();
            if let Some(known) = self.0.lock().expect("no holder panics").durable.get_mut(path) {
                known.0 = length;
            }
            Ok(())
        }

        fn sync_folder(&mut self, path: &Path) -> io::Result<()> {
            self.call()?;
            for (file, known) in &mut self.0.lock().expect("no holder panics").durable {
                known.1 |= file.parent() == Some(path);
            }
            Ok(())
        }

        fn truncate(&mut self, path: &Path, length: u64) -> io::Result<()> {
            self.call()?;
            Disk.truncate(path, length)?;
            if let Some(known) = self.0.lock().expect("no holder panics").durable.get_mut(path) {
                known.0 = known.0.min(length);
            }
            Ok(())
        }

        fn remove(&mut self, path: &Path) -> io::Result<()> {
            self.call()?;
            self.0.lock().expect("no holder panics").durable.remove(path);
            Disk.remove(path)
        }
    }
}
