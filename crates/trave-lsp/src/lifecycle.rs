//! How a connection begins: what both sides can, which folders there are, what the user set.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::str::FromStr;

use lsp_types::{ConfigurationItem, ConfigurationParams, Uri, WorkspaceFolder};
use serde_json::{Value, json};

use crate::client::Client;
use crate::server::{Asked, Folder, Server};
use crate::settings::{Run, Settings};
use crate::worker::Order;
use crate::{capabilities, notifications, progress, publish, uri};

/// Files whose changes on the disk matter.
const WATCHED: [&str; 4] = [
    "**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs,vue,svelte}",
    "**/*.{sql,prisma}",
    "**/{package,tsconfig*,jsconfig,deno,import_map,_journal}.{json,jsonc}",
    "**/{trave,config}.toml",
];

/// Answers the first message.
pub(crate) fn initialize(server: &mut Server, params: &Value) -> Value {
    server.client = Client::read(params);
    let options = params.get("initializationOptions").cloned().unwrap_or_default();
    server.settings = Settings::read(options.get("settings").unwrap_or(&options));
    for root in roots(params) {
        server.folders.entry(root).or_default();
    }
    capabilities::of(&server.client)
}

/// The client is ready: asks for the settings, registers, and begins.
pub(crate) fn initialized(server: &mut Server) {
    let mut registrations = Vec::new();
    if server.client.watches_files {
        let watchers: Vec<Value> = WATCHED.iter().map(|it| json!({ "globPattern": it })).collect();
        registrations.push(json!({
            "id": "watch",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": watchers },
        }));
    }
    if server.client.registers_configuration {
        registrations.push(json!({
            "id": "settings",
            "method": "workspace/didChangeConfiguration",
            "registerOptions": { "section": "trave" },
        }));
    }
    if !registrations.is_empty() {
        let params = json!({ "registrations": registrations });
        server.ask("client/registerCapability", params, Asked::Nothing);
    }
    open_all(server);
    if server.client.configuration {
        ask_for_settings(server);
    }
}

/// Asks the client for what the user set.
pub(crate) fn ask_for_settings(server: &mut Server) {
    let item = ConfigurationItem { scope_uri: None, section: Some("trave".to_owned()) };
    let params = ConfigurationParams { items: vec![item] };
    server.ask("workspace/configuration", params, Asked::Settings);
}

/// Takes over settings; what they change is analysed anew.
pub(crate) fn set(server: &mut Server, settings: Settings) {
    let before = std::mem::replace(&mut server.settings, settings);
    let now = &server.settings;
    if before == *now {
        return;
    }
    if (before.enable, &before.config_file) != (now.enable, &now.config_file) {
        open_all(server);
    } else if (before.run, now.run) == (Run::OnSave, Run::OnType) {
        notifications::show_all(server);
    }
    progress::refresh(server);
}

/// Has every folder analysed from the start, or none if the user does not want it.
pub(crate) fn open_all(server: &mut Server) {
    let roots: Vec<PathBuf> = server.folders.keys().cloned().collect();
    for root in roots {
        if server.settings.enable {
            let config = server.settings.config_file.as_ref().map(|file| root.join(file));
            server.order(Order::Open(root, config));
        } else {
            server.order(Order::Close(root.clone()));
            server.folders.insert(root.clone(), Folder::default());
            publish::clear(server, &root);
        }
    }
    if server.settings.enable {
        progress::begin(server);
    }
}

/// Says that the first analysis is over, once it is.
pub(crate) fn loaded(server: &mut Server) {
    if !server.is_loading() {
        progress::end(server);
    }
}

/// Folders came or went.
pub(crate) fn change_folders(server: &mut Server, added: &[WorkspaceFolder], gone: &[Uri]) {
    for root in gone.iter().filter_map(uri::to_path) {
        if server.folders.remove(&root).is_some() {
            server.order(Order::Close(root.clone()));
            publish::clear(server, &root);
        }
    }
    for root in added.iter().filter_map(|folder| uri::to_path(&folder.uri)) {
        if server.settings.enable {
            let config = server.settings.config_file.as_ref().map(|file| root.join(file));
            server.folders.insert(root.clone(), Folder::default());
            server.order(Order::Open(root, config));
        } else {
            server.folders.insert(root, Folder::default());
        }
    }
    // What lies in a nested folder is that folder's to report.
    let roots: Vec<PathBuf> = server.folders.keys().cloned().collect();
    for root in &roots {
        publish::publish(server, root);
    }
}

/// The folders that the client names, in whichever of the three ways it does.
fn roots(params: &Value) -> BTreeSet<PathBuf> {
    let path = |value: &Value| {
        let mut value = json!({ "uri": value });
        uri::escape_all(&mut value);
        uri::to_path(&Uri::from_str(value.get("uri")?.as_str()?).ok()?)
    };
    let folders = params.get("workspaceFolders").and_then(Value::as_array);
    let named = folders.into_iter().flatten().filter_map(|folder| folder.get("uri"));
    let found: BTreeSet<PathBuf> = named.filter_map(path).collect();
    if !found.is_empty() {
        return found;
    }
    let root = params.get("rootUri").and_then(path);
    let plain = || params.get("rootPath").and_then(Value::as_str).map(PathBuf::from);
    root.or_else(plain).into_iter().collect()
}
