//! The sources as the terminal renderer asks for them.

use std::ops::Range;

use codespan_reporting::files::{Error, Files};
use trave_source::{FileId, Source, Sources};

/// Sources with what stands before each path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Texts<'a> {
    /// The sources.
    pub(crate) sources: &'a Sources,
    /// What stands before each path.
    pub(crate) prefix: &'a str,
}

impl Texts<'_> {
    fn source(&self, id: FileId) -> Result<&Source, Error> {
        self.sources.get(id).ok_or(Error::FileMissing)
    }
}

impl<'a> Files<'a> for Texts<'_> {
    type FileId = FileId;
    type Name = String;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<String, Error> {
        Ok(format!("{}{}", self.prefix, self.source(id)?.path))
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, Error> {
        Ok(&Texts::source(self, id)?.text)
    }

    fn line_index(&'a self, id: FileId, byte: usize) -> Result<usize, Error> {
        let source = Texts::source(self, id)?;
        let position = source.position(u32::try_from(byte).unwrap_or(u32::MAX));
        Ok(position.line.saturating_sub(1) as usize)
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, Error> {
        let source = Texts::source(self, id)?;
        let lines = source.lines();
        if line >= lines.len() {
            return Err(Error::LineTooLarge { given: line, max: lines.len().saturating_sub(1) });
        }
        let is_last = line + 1 == lines.len();
        let end = if is_last { source.text.len() } else { lines.line_start(line + 1) as usize };
        Ok(lines.line_start(line) as usize..end)
    }
}
