//! The disk: which files a project has, what its settings say, and the model made of both.
//!
//! [`load`] reads a folder, [`analyse`] does the same over texts in memory. Nothing that a project
//! holds makes them fail: what cannot be read is a notice in the model.

mod applied;
mod baseline;
mod browser;
mod code;
mod components;
mod declared;
mod fix;
mod fragment;
mod git;
mod interrupt;
mod kind;
mod leading;
mod load;
mod numbering;
mod path;
mod phases;
mod place;
mod project;
mod replays;
mod resolve;
mod scan;
mod schema;
mod session;
mod settings;
mod shown;
mod sketch;
mod sql;
mod starts;
mod store;
mod supabase;
mod text;
mod walk;

pub use baseline::BaselineFile;
pub use fix::{FileChange, Left, Plan, Scope, plan, root_of, stamp};
pub use git::{Changes, GitError, changed_since};
pub use interrupt::Interrupter;
pub use load::{
    Depth, Options, Project, WorkspaceError, analyse, catalogs_at, load, settings_below,
    settings_for,
};
pub use phases::{Amount, Measure, Phase, Phases};
pub use session::{Checked, Session};
pub use settings::{
    CheckSettings, Ignore, LevelName, Settings, SettingsError, SupabaseSettings, json_schema,
};
