//! The texts of the files that a set-up writes.

use std::fmt::Write;

use trave_engine::Preset;

/// What CI and hooks run. The npm package brings the program; `--yes` asks nobody.
pub(crate) const COMMAND: &str = "npx --yes trave check";

/// What the settings file is made of.
pub(crate) struct SettingsText<'a> {
    /// What the repository is built with.
    pub(crate) stack: &'a str,
    pub(crate) preset: Preset,
    /// The settings of the repository, where these are for one of its folders.
    pub(crate) above: Option<String>,
    /// The folders of migrations.
    pub(crate) roots: Vec<&'a str>,
}

/// `trave.toml`: what is decided, and what is likely to be decided next.
pub(crate) fn settings(parts: &SettingsText<'_>) -> String {
    let SettingsText { stack, preset, above, roots } = parts;
    let preset_name = preset.name();
    let extends = match above {
        Some(above) if *preset == Preset::Recommended => format!("\"{above}\""),
        Some(above) => format!("\"{above}\", \"{preset_name}\""),
        None => format!("\"{preset_name}\""),
    };
    let mut text = format!(
        "# trave: do code and database carry each other? This project: {stack}.\n\
         # `trave rules` lists what is checked, `trave explain RULE` says why and what to do.\n\
         \n\
         # Where levels begin: recommended, strict, security or performance.\n\
         extends = [{extends}]\n\
         \n\
         [check]\n\
         # The least level that makes `trave check` fail: error, warning, info, or off for never.\n\
         fail-on = \"error\"\n\
         # Left out, beside what .gitignore names.\n\
         exclude = []\n\
         \n\
         # A rule or a whole family at another level.\n\
         # [rules]\n\
         # \"index/unindexed-filter\" = \"info\"\n\
         \n\
         # What one rule finds about one object is right as it is.\n\
         # [[ignore]]\n\
         # rule = \"rls/table-without-rls\"\n\
         # object = \"public.countries\"\n\
         # reason = \"reference data, read by everybody\"\n"
    );
    if let [first, _, ..] = roots.as_slice() {
        let count = roots.len();
        let first = if first.is_empty() { "." } else { first };
        let _ = write!(
            text,
            "\n# There are {count} folders of migrations. Code speaks to the nearest; where that\n\
             # is not the one, say which.\n\
             # [roots]\n\
             # \"apps/admin\" = \"{first}\"\n"
        );
    }
    text
}

/// A workflow of GitHub Actions. `below` is the folder of the project in the repository.
///
/// The second step judges migrations of a pull request as not applied yet; git needs the history
/// for it.
pub(crate) fn github(branch: &str, below: &str) -> String {
    let folder = match below {
        "" => String::new(),
        below => format!("        working-directory: {below}\n"),
    };
    format!(
        "# Fails when a change makes code and database part; written by `trave init`.\n\
         name: trave\n\
         \n\
         on:\n\
         \x20 pull_request:\n\
         \x20 push:\n\
         \x20   branches: [\"{branch}\"]\n\
         \n\
         permissions:\n\
         \x20 contents: read\n\
         \n\
         jobs:\n\
         \x20 check:\n\
         \x20   runs-on: ubuntu-latest\n\
         \x20   timeout-minutes: 10\n\
         \x20   steps:\n\
         \x20     - uses: actions/checkout@v5\n\
         \x20       with:\n\
         \x20         fetch-depth: 0\n\
         \x20     - uses: actions/setup-node@v4\n\
         \x20       with:\n\
         \x20         node-version: 22\n\
         \x20     # Reads files only: neither an install nor a database is needed.\n\
         \x20     - run: {COMMAND}\n{folder}\
         \x20     # What migrations of this branch do to a database that is in use.\n\
         \x20     - if: github.base_ref != \'\'\n\
         \x20       run: {COMMAND} --only migration --since \"origin/$GITHUB_BASE_REF\"\n{folder}"
    )
}

/// A job of GitLab, which runs before all stages, whatever they are called.
pub(crate) fn gitlab(below: &str) -> String {
    let folder = match below {
        "" => String::new(),
        below => format!("    - cd {below}\n"),
    };
    format!(
        "# Fails when a change makes code and database part; written by `trave init`.\n\
         trave:\n\
         \x20 stage: .pre\n\
         \x20 image: node:22-slim\n\
         \x20 needs: []\n\
         \x20 script:\n\
         {folder}\x20   - {COMMAND}\n"
    )
}
