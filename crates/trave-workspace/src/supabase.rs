//! `supabase/config.toml`, as far as the catalog needs it.

use smol_str::SmolStr;
use toml::{Table, Value};
use trave_catalog::RootConfig;

use crate::path::parent;
use crate::settings::SupabaseSettings;

/// Reads one file. A broken one gives the defaults and a sentence about it.
pub(crate) fn read(path: &str, text: &str) -> (RootConfig, Option<String>) {
    let folder = SmolStr::new(parent(path));
    match text.parse::<Table>() {
        Ok(table) => (from_table(folder, &table), None),
        Err(error) => {
            let message = error.message().to_owned();
            (RootConfig { folder, ..RootConfig::default() }, Some(message))
        }
    }
}

/// Settings of trave say what the platform is set to where the project's file does not.
pub(crate) fn complete(config: &mut RootConfig, settings: &SupabaseSettings) {
    config.auto_expose = settings.auto_expose.or(config.auto_expose);
    if let Some(schemas) = &settings.schemas {
        config.schemas = Some(schemas.iter().map(SmolStr::new).collect());
    }
}

fn from_table(folder: SmolStr, table: &Table) -> RootConfig {
    let api = table.get("api");
    let migrations = table.get("db").and_then(|db| db.get("migrations"));
    let hooks = table.get("auth").and_then(|auth| auth.get("hook"));
    let hook = hooks.and_then(|hooks| hooks.get("custom_access_token"));
    RootConfig {
        folder,
        schemas: api.and_then(|api| names(api.get("schemas"))),
        rows_max: api
            .and_then(|api| api.get("max_rows")?.as_integer())
            .and_then(|rows| u64::try_from(rows).ok()),
        auto_expose: api.and_then(|api| api.get("auto_expose_new_tables")?.as_bool()),
        token_hook: hook.and_then(|it| it.get("enabled")?.as_bool()).unwrap_or_default(),
        schema_paths: migrations
            .and_then(|migrations| names(migrations.get("schema_paths")))
            .unwrap_or_default(),
    }
}

fn names(value: Option<&Value>) -> Option<Vec<SmolStr>> {
    let values = value?.as_array()?;
    Some(values.iter().filter_map(Value::as_str).map(SmolStr::new).collect())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn what_the_api_serves_is_read() {
        let text = "[api]\nschemas = ['public', 'app']\nmax_rows = 500\n\
                    [db.migrations]\nschema_paths = ['./schemas/*.sql']\n";
        let (config, problem) = read("apps/web/supabase/config.toml", text);
        assert_eq!(problem, None);
        assert_eq!(config.folder, "apps/web/supabase");
        assert_eq!(config.schemas.unwrap(), ["public", "app"]);
        assert_eq!(config.rows_max, Some(500));
        assert_eq!(config.schema_paths, ["./schemas/*.sql"]);
    }

    #[test]
    fn a_hook_that_writes_tokens_is_seen() {
        let text = "[auth.hook.custom_access_token]\nenabled = true\n";
        assert!(read("supabase/config.toml", text).0.token_hook);
        assert!(!read("supabase/config.toml", "[auth]\nsite_url = 'x'\n").0.token_hook);
    }

    #[test]
    fn a_broken_file_gives_the_defaults() {
        let (config, problem) = read("supabase/config.toml", "[api\n");
        assert_eq!(config.rows_max, None);
        assert!(problem.is_some());
    }
}
