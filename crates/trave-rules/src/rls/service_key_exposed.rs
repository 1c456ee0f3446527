//! Service-role keys that the browser gets.

use trave_rule::model::{EnvUse, Model};
use trave_rule::{Context, Level, rule};

#[rule]
fn service_key_exposed(model: &Model, cx: &mut Context) {
    for read in &model.env_reads {
        exposed_variable(read, cx);
    }
    for secret in model.secrets.iter().filter(|secret| secret.in_browser) {
        cx.report(secret.origin, format!("a {} stands in code that the browser gets", secret.kind))
            .help(
                "move it to an environment variable that only the server reads, and roll the key",
            );
    }
}

fn exposed_variable(read: &EnvUse, cx: &mut Context) {
    let name = &read.name;
    if !read.is_service_key {
        return;
    }
    if read.is_published {
        let message =
            format!("`{name}` is copied into the browser bundle: anybody can read this key");
        cx.report(read.origin, message).about(name).once_per(name.as_str()).help(
            "rename it without the public prefix, read it in server code only, and roll the key",
        );
        return;
    }
    if read.in_browser {
        let message =
            format!("`{name}` is read in code that the browser gets, where it is undefined");
        cx.report(read.origin, message)
            .level(Level::Warning)
            .about(name)
            .once_per(name.as_str())
            .help(
                "read it in a module that only the server imports, guarded by `import \
                'server-only'`",
            );
    }
}
