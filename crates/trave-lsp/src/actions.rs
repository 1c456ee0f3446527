//! What can be done about a finding: fixes, new migrations, silence with a reason, reading on.

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, Command, Diagnostic, Range,
};
use serde_json::json;
use trave_engine::rule::{Finding, FixChange, Safety};
use trave_source::FileId;

use crate::server::Server;
use crate::snapshot::View;
use crate::{diagnostics, edits, new_migration, silence, uri, worker};

/// Every safe fix of a file.
const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.trave");

/// What is asked for, and where.
struct Asked<'a> {
    server: &'a Server,
    view: View<'a>,
    file: FileId,
    range: Range,
    only: Option<&'a [CodeActionKind]>,
}

/// Answers `textDocument/codeAction`.
pub(crate) fn actions(server: &Server, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
    let found = || {
        let path = uri::to_path(&params.text_document.uri)?;
        let root = server.folder_of(&path)?;
        let view = server.view(root)?;
        let file = view.snapshot.file(&worker::relative(root, &path)?)?;
        let only = params.context.only.as_deref();
        Some(Asked { server, view, file, range: params.range, only }.actions())
    };
    let actions = found().unwrap_or_default();
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

impl Asked<'_> {
    fn actions(&self) -> Vec<CodeAction> {
        let mut actions = Vec::new();
        if self.wants(&CodeActionKind::QUICKFIX) {
            for (finding, diagnostic) in self.findings() {
                actions.extend(self.fixes(finding, &diagnostic));
                actions.extend(self.silence(finding, &diagnostic));
                actions.extend(self.explain(finding, &diagnostic));
            }
        }
        if self.wants(&FIX_ALL) {
            actions.extend(self.fix_all());
        }
        actions
    }

    /// Whether a kind is asked for: by itself, or by one that holds it.
    fn wants(&self, kind: &CodeActionKind) -> bool {
        self.only.is_none_or(|only| {
            only.iter().any(|asked| {
                let rest = kind.as_str().strip_prefix(asked.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                    || asked.as_str().is_empty()
            })
        })
    }

    /// The findings that the range touches.
    fn findings(&self) -> Vec<(&Finding, Diagnostic)> {
        let all = self.view.snapshot.report.findings.iter();
        let here = all.filter(|finding| finding.origin.file == self.file);
        let shown = here.filter_map(|finding| {
            let diagnostic = diagnostics::diagnostic(&self.view, finding, self.server.rules)?;
            Some((finding, diagnostic))
        });
        let touches =
            |range: &Range| range.start <= self.range.end && self.range.start <= range.end;
        shown.filter(|(_, diagnostic)| touches(&diagnostic.range)).collect()
    }

    fn fixes(&self, finding: &Finding, diagnostic: &Diagnostic) -> Vec<CodeAction> {
        let client = &self.server.client;
        let mut actions = Vec::new();
        for (at, fix) in finding.fixes.iter().enumerate() {
            let FixChange::Edits(changes) = &fix.change else { continue };
            let edit = edits::workspace_edit(&self.view, changes, client);
            actions.extend(edit.map(|edit| CodeAction {
                title: fix.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![diagnostic.clone()]),
                edit: Some(edit),
                is_preferred: Some(at == 0 && fix.safety == Safety::Safe),
                ..CodeAction::default()
            }));
        }
        for offer in new_migration::offers(&self.view, finding) {
            let edit = edits::new_file(&self.view, &offer, client);
            actions.extend(edit.map(|edit| CodeAction {
                title: offer.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![diagnostic.clone()]),
                edit: Some(edit),
                ..CodeAction::default()
            }));
        }
        actions
    }

    /// Comments that silence the finding, with a reason to be filled in.
    fn silence(&self, finding: &Finding, diagnostic: &Diagnostic) -> Vec<CodeAction> {
        let Some(address) = self.view.uri(self.file) else { return Vec::new() };
        let comments = silence::comments(&self.view, finding);
        let action = |comment: silence::Comment| {
            let edit = edits::insert(&self.view, (self.file, &comment), &self.server.client)?;
            // The reason is selected, so that typing replaces it.
            let command = Command {
                title: "write the reason".to_owned(),
                command: "trave.select".to_owned(),
                arguments: Some(vec![json!({ "uri": address, "range": comment.reason })]),
            };
            Some(CodeAction {
                title: comment.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![diagnostic.clone()]),
                edit: Some(edit),
                command: Some(command).filter(|_| self.server.client.shows_documents),
                ..CodeAction::default()
            })
        };
        comments.into_iter().filter_map(action).collect()
    }

    fn explain(&self, finding: &Finding, diagnostic: &Diagnostic) -> Option<CodeAction> {
        let meta = diagnostics::meta(finding.rule, self.server.rules)?;
        let title = format!("Explain {}", meta.id);
        Some(CodeAction {
            title: title.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![diagnostic.clone()]),
            command: Some(Command {
                title,
                command: "trave.explain".to_owned(),
                arguments: Some(vec![json!(meta.id)]),
            }),
            ..CodeAction::default()
        })
    }

    /// Every safe fix of the file that does not get into the way of one before it.
    fn fix_all(&self) -> Option<CodeAction> {
        let findings = self.view.snapshot.report.findings.iter();
        let here = findings.filter(|finding| finding.origin.file == self.file);
        let safe = here.filter_map(|finding| {
            let fix = finding.fixes.iter().find(|fix| fix.safety == Safety::Safe)?;
            match &fix.change {
                FixChange::Edits(changes) => Some(changes),
                FixChange::Migration { .. } => None,
            }
        });
        let changes = edits::compatible(safe);
        if changes.is_empty() {
            return None;
        }
        Some(CodeAction {
            title: "Fix all that trave can fix safely".to_owned(),
            kind: Some(FIX_ALL),
            edit: edits::workspace_edit(&self.view, &changes, &self.server.client),
            ..CodeAction::default()
        })
    }
}
