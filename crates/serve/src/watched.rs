//! What is read from files, and read again when they change.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// What changes when a file is written or replaced.
type Version = Vec<Option<(SystemTime, u64)>>;

type Read<T> = Box<dyn Fn() -> Result<T, String> + Send + Sync>;

/// A value from files, as they are now. While they cannot be used, the value before is valid: a file that is half
/// written takes nobody's access.
pub(crate) struct Watched<T> {
    what: &'static str,
    paths: Vec<PathBuf>,
    read: Read<T>,
    state: Mutex<State<T>>,
}

struct State<T> {
    value: Arc<T>,
    version: Version,
    looked: Instant,
}

impl<T> Watched<T> {
    /// Reads the value; `what` names it in the log.
    pub(crate) fn new<E: fmt::Display>(
        what: &'static str,
        paths: Vec<PathBuf>,
        read: impl Fn() -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<Self, E> {
        let version = version(&paths);
        let state = State { value: Arc::new(read()?), version, looked: Instant::now() };
        let read: Read<T> = Box::new(move || read().map_err(|error| error.to_string()));
        Ok(Self { what, paths, read, state: Mutex::new(state) })
    }

    /// The value. The files are looked at every two seconds at most.
    pub(crate) fn get(&self) -> Arc<T> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked.elapsed() >= LOOK {
            self.look(&mut state);
        }
        Arc::clone(&state.value)
    }

    fn look(&self, state: &mut State<T>) {
        state.looked = Instant::now();
        let version = version(&self.paths);
        if version == state.version {
            return;
        }
        state.version = version;
        match (self.read)() {
            Ok(value) => {
                tracing::info!(what = self.what, "read again, because the file has changed");
                state.value = Arc::new(value);
            }
            Err(error) => tracing::error!(what = self.what, "what was read before stays valid: {error}"),
        }
    }

    /// Lets the next call look at the files.
    #[cfg(test)]
    pub(crate) fn look_soon(&self) {
        self.state.lock().unwrap().looked = Instant::now().checked_sub(LOOK).unwrap();
    }
}

impl<T> fmt::Debug for Watched<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").field("what", &self.what).finish_non_exhaustive()
    }
}

fn version(paths: &[PathBuf]) -> Version {
    let one = |path: &PathBuf| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.modified().ok()?, found.len()))
    };
    paths.iter().map(one).collect()
}
