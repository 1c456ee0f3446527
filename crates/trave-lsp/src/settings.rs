//! What the user sets in the editor under `trave`. What a project says stands in `trave.toml`.

use std::path::PathBuf;

use serde_json::Value;

/// What the user sets in the editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Whether anything is analysed at all.
    pub(crate) enable: bool,
    /// A settings file in place of the `trave.toml` of the folder; relative to the folder.
    pub(crate) config_file: Option<PathBuf>,
    /// When a text is analysed.
    pub(crate) run: Run,
    /// Whether a line over each handler tells what it does.
    pub(crate) code_lens: bool,
    /// Whether each query tells how many rows it gives and which index it uses.
    pub(crate) inlay_hints: bool,
}

/// When a text is analysed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    /// While it is typed.
    OnType,
    /// When it is saved.
    OnSave,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enable: true,
            config_file: None,
            run: Run::OnType,
            code_lens: true,
            inlay_hints: true,
        }
    }
}

impl Settings {
    /// Reads the section `trave`. What is missing or of another kind keeps its default.
    pub(crate) fn read(value: &Value) -> Self {
        let default = Self::default();
        let flag =
            |name: &str, otherwise| value.get(name).and_then(Value::as_bool).unwrap_or(otherwise);
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        Self {
            enable: flag("enable", default.enable),
            config_file: text("configFile").filter(|it| !it.is_empty()).map(PathBuf::from),
            run: if text("run") == Some("onSave") { Run::OnSave } else { Run::OnType },
            code_lens: flag("codeLens", default.code_lens),
            inlay_hints: flag("inlayHints", default.inlay_hints),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Run, Settings};

    #[test]
    fn what_is_missing_or_of_another_kind_keeps_its_default() {
        assert_eq!(Settings::read(&Value::Null), Settings::default());
        let odd = json!({ "enable": "yes", "run": 3, "configFile": "" });
        assert_eq!(Settings::read(&odd), Settings::default());
        let set = Settings::read(&json!({ "enable": false, "run": "onSave", "codeLens": false }));
        assert!(!set.enable && !set.code_lens && set.inlay_hints && set.run == Run::OnSave);
    }
}
