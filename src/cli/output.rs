//! A file that appears whole or not at all: written beside its place, and moved there once everything is in it.

use anyhow::{Context as _, Result, anyhow};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file on its way. Dropping it without [`keep`](Self::keep) leaves everything as it was.
pub(super) struct Output {
    target: PathBuf,
    draft: NamedTempFile,
}

impl Output {
    /// Begins a file that will stand at `target`.
    pub(super) fn create(target: &Path) -> Result<Self> {
        // A link stays a link: what it points to is replaced.
        let target = std::fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        if target.is_dir() {
            return Err(anyhow!("{} is a folder", target.display()));
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".harmattan-export-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As any new file: less what the umask takes away.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let draft = builder.tempfile_in(folder(&target)).map_err(|error| explain(&target, error.into()))?;
        Ok(Self { target, draft })
    }

    /// What is written to.
    pub(super) fn file(&self) -> &File {
        self.draft.as_file()
    }

    /// Where it stands while it is written.
    pub(super) fn draft(&self) -> &Path {
        self.draft.path()
    }

    /// The folder it will stand in.
    pub(super) fn folder(&self) -> &Path {
        folder(&self.target)
    }

    /// Moves the file to its place, once the disk has it.
    pub(super) fn keep(self) -> Result<()> {
        let Self { target, draft } = self;
        // Only now do some file systems say that there was no room.
        draft.as_file().sync_all().map_err(|error| explain(&target, error.into()))?;
        draft.persist(&target).map_err(|error| explain(&target, error.error.into()))?;
        Ok(())
    }
}

/// The folder of a file.
fn folder(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a whole small file.
pub(super) fn write(target: &Path, text: &str) -> Result<()> {
    let output = Output::create(target)?;
    io::Write::write_all(&mut output.file(), text.as_bytes()).map_err(|error| explain(target, error.into()))?;
    output.keep()
}

/// Says what an error means for the file.
pub(super) fn explain(target: &Path, error: anyhow::Error) -> anyhow::Error {
    let name = target.display();
    let kind = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    let meaning = match kind {
        Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
            format!("no room is left on the disk of {name}")
        }
        Some(ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            format!("{name} cannot be written: is its folder writable?")
        }
        Some(ErrorKind::NotFound) => format!("{name} cannot be written: is its folder there?"),
        _ => format!("{name} was not written"),
    };
    error.context(meaning)
}

/// Whether something is there that is no regular file, as a pipe or a device, which is written to and never replaced.
pub(super) fn is_special(target: &Path) -> bool {
    std::fs::metadata(target).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// Opens what [`is_special`] found.
pub(super) fn open_special(target: &Path) -> Result<File> {
    File::options().write(true).open(target).with_context(|| format!("{} cannot be written", target.display()))
}
