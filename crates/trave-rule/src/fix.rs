//! Changes that would remove a finding.

use trave_model::source::Origin;

/// A change that would remove a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// An imperative: ``add an index on `owner_id` ``.
    pub title: String,
    /// Whether it can be applied without a look.
    pub safety: Safety,
    /// What it changes.
    pub change: FixChange,
}

/// Whether a fix can be applied without a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// It changes nothing but what the finding is about.
    Safe,
    /// It may change what the program does: somebody has to look.
    Unsafe,
}

/// What a fix changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FixChange {
    /// Edits in place, which do not overlap.
    Edits(Vec<Edit>),
    /// A new migration: one that was applied is never edited.
    Migration {
        /// The name of its file, without number and ending: `index_messages_owner_id`.
        name: String,
        /// Its text.
        sql: String,
    },
}

/// One edit: these bytes become this text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub origin: Origin,
    /// By what.
    pub text: String,
}

impl Fix {
    /// A fix that replaces the bytes of one place.
    pub fn replace(title: impl Into<String>, safety: Safety, edit: Edit) -> Self {
        Self { title: title.into(), safety, change: FixChange::Edits(vec![edit]) }
    }

    /// A fix that is a new migration. Somebody has to look at it before it runs.
    pub fn migration(
        title: impl Into<String>,
        name: impl Into<String>,
        sql: impl Into<String>,
    ) -> Self {
        let change = FixChange::Migration { name: name.into(), sql: sql.into() };
        Self { title: title.into(), safety: Safety::Unsafe, change }
    }

    /// Says that it changes what no statement returns and nobody may do: only how fast it is.
    #[must_use]
    pub fn safe(mut self) -> Self {
        self.safety = Safety::Safe;
        self
    }
}
