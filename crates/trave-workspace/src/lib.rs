//! The disk: which files a project has, what its settings say, and the model made of both.

#![expect(dead_code, reason = "the pipeline that uses these parts is the next slice")]

mod kind;
mod path;
mod resolve;
mod settings;
mod store;
mod text;
mod walk;

pub use settings::{CheckSettings, Ignore, LevelName, Settings, SettingsError, SupabaseSettings};
