//! Which ids files have: those of one folder keep theirs, whatever their texts say.
//!
//! SQL comes first, then Prisma, then code, each in order of path. A file of generated types is
//! read in another way than code, and stands behind all of it.

use trave_source::FileId;

use crate::kind::Kind;
use crate::walk::Found;

/// The ids of the walked files, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Numbering {
    ids: Vec<u32>,
    /// How many files of code there are.
    code: u32,
}

impl Numbering {
    pub(crate) fn new(files: &[Found]) -> Self {
        let mut ids = vec![0; files.len()];
        let mut next = 0;
        let mut before_code = 0;
        for kind in [Kind::Sql, Kind::Prisma, Kind::Code] {
            before_code = next;
            let of_kind = ids.iter_mut().zip(files).filter(|(_, file)| file.kind == kind);
            for (id, _) in of_kind {
                *id = next;
                next += 1;
            }
        }
        Self { ids, code: next - before_code }
    }

    /// The id of a file.
    pub(crate) fn id(&self, number: u32) -> FileId {
        FileId(self.ids.get(number as usize).copied().unwrap_or(u32::MAX))
    }

    /// The id of a file of code that turns out to hold generated types.
    pub(crate) fn types_id(&self, number: u32) -> FileId {
        FileId(self.id(number).0.saturating_add(self.code))
    }
}

#[cfg(test)]
mod tests {
    use super::Numbering;
    use crate::settings::Settings;
    use crate::walk::{Selection, listed};

    #[test]
    fn ids_are_in_order_of_kind_and_path() {
        let paths = ["a.ts", "db/schema.prisma", "db/migrations/1.sql", "package.json", "b.ts"];
        let selection = Selection::new(&Settings::default()).unwrap();
        let files = listed(paths, &selection).files;
        let numbering = Numbering::new(&files);
        let id = |path: &str| {
            let number = files.iter().position(|file| file.path == path).unwrap();
            numbering.id(u32::try_from(number).unwrap()).0
        };
        assert_eq!(
            ["db/migrations/1.sql", "db/schema.prisma", "a.ts", "b.ts"].map(id),
            [0, 1, 2, 3]
        );
        let first = u32::try_from(files.iter().position(|file| file.path == "a.ts").unwrap());
        assert_eq!(numbering.types_id(first.unwrap()).0, 4);
    }
}
