use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::Error;

/// What the name of a file ends with that is not whole yet.
pub const ENDING: &str = "part";

/// A file that is being written. It goes away unless it is kept; what a crash leaves behind is known by its name.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl Part {
    /// A new file in a folder, with a name that nobody else has, which only its owner may read.
    pub fn create(folder: &Path) -> Result<Self, Error> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let path = folder.join(format!("{}.{ENDING}", hex::encode(random)));
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(Error::file(&path))?;
        Ok(Self { path, file, kept: false })
    }

    pub fn write(&self, bytes: &[u8], offset: u64) -> Result<(), Error> {
        self.file.write_all_at(bytes, offset).map_err(Error::file(&self.path))
    }

    pub fn read(&self, bytes: &mut [u8], offset: u64) -> Result<(), Error> {
        self.file.read_exact_at(bytes, offset).map_err(Error::file(&self.path))
    }

    /// Gives it its size, and waits until it is on the disk.
    pub fn finish(&self, size: u64) -> Result<(), Error> {
        self.file.set_len(size).and_then(|()| self.file.sync_all()).map_err(Error::file(&self.path))
    }

    /// Gives it its name, in place of the file that had it. Until then nobody sees anything of it.
    pub fn keep(mut self, path: &Path) -> Result<(), Error> {
        std::fs::rename(&self.path, path).map_err(Error::file(path))?;
        self.kept = true;
        let folder = path.parent().unwrap_or(Path::new("."));
        sync_folder(folder).map_err(Error::file(folder))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.kept {
            if let Err(error) = std::fs::remove_file(&self.path) {
                tracing::warn!(path = %self.path.display(), %error, "a file that was not finished stays behind");
            }
        }
    }
}

/// Waits until the names in a folder are on the disk.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
