//! Files that are written whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes a file, in a folder that is made if need be. Who reads it meanwhile sees the old one;
/// pipes and devices are written to.
pub(crate) fn write(path: &Path, text: impl FnOnce(&File) -> io::Result<()>) -> io::Result<()> {
    if !is_replaced(path) {
        return text(&fs::OpenOptions::new().write(true).open(path)?);
    }
    let draft = draft(path)?;
    text(draft.as_file())?;
    // Who may do what with a file is not ours to change.
    if let Ok(there) = fs::metadata(path) {
        draft.as_file().set_permissions(there.permissions())?;
    }
    draft.persist(path)?;
    Ok(())
}

/// Whether a file can be written there, as far as that shows beforehand.
pub(crate) fn try_at(path: &Path) -> io::Result<()> {
    if is_replaced(path) {
        draft(path)?;
    }
    Ok(())
}

fn is_replaced(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |it| it.is_file())
}

/// A new file beside the one that it is to replace.
fn draft(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".trave-");
    // As any new file, and not for this user's eyes only.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
