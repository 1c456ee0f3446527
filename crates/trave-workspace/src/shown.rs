//! The schema of a project that only generated types show: no migrations, no declaration.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::SmolStr;
use trave_catalog::{Declaration, DeclaredBy, Dialect, MigrationRoot, RootConfig, RootKind};
use trave_source::FileId;

use crate::code::TypesText;
use crate::path::parent;
use crate::settings::SupabaseSettings;
use crate::supabase;

/// What the project says about its API: there is one folder of settings at most without roots.
pub(crate) fn config(configs: &[RootConfig], settings: &SupabaseSettings) -> RootConfig {
    let mut config = match configs {
        [only] => only.clone(),
        _ => RootConfig::default(),
    };
    supabase::complete(&mut config, settings);
    config
}

/// A root for each database that the types show: of several files about one database, the one
/// with the most tables tells what it holds.
pub(crate) fn roots(
    generated: &[(FileId, Arc<TypesText>)],
    config: &RootConfig,
) -> Vec<MigrationRoot> {
    let mut ranked: Vec<(&TypesText, FileId)> = generated
        .iter()
        .map(|(file, one)| (&**one, *file))
        .filter(|(one, _)| one.types.are_by_tool())
        .collect();
    ranked.sort_by_key(|(one, _)| (Reverse(one.types.tables.len()), &*one.source.path));
    let mut known: Vec<BTreeSet<TableKey<'_>>> = Vec::new();
    let mut roots = Vec::new();
    for (one, file) in ranked {
        let tables: BTreeSet<TableKey<'_>> =
            one.types.tables.iter().map(|table| (&table.schema, &table.name)).collect();
        if known.iter().all(|others| others.is_disjoint(&tables)) {
            add(&mut roots, (one, file), config);
        }
        known.push(tables);
    }
    roots.sort_by(|one, other| one.folder.cmp(&other.folder));
    roots
}

type TableKey<'a> = (&'a SmolStr, &'a SmolStr);

/// Files of one folder speak of one root: code could not tell them apart.
fn add(roots: &mut Vec<MigrationRoot>, (one, file): (&TypesText, FileId), config: &RootConfig) {
    let by = DeclaredBy::GeneratedTypes;
    let declaration = Declaration { by, files: vec![file], sql: one.types.to_sql(file) };
    let folder = parent(&one.source.path);
    if let Some(root) = roots.iter_mut().find(|root| root.folder == folder) {
        root.declarations.push(declaration);
        return;
    }
    roots.push(MigrationRoot {
        folder: folder.into(),
        kind: RootKind::Declared,
        dialect: Dialect::Postgres,
        files: Vec::new(),
        config: config.clone(),
        declarations: vec![declaration],
        exposed: true,
    });
}

#[cfg(test)]
mod tests {
    use trave_catalog::{Command, DeclaredBy, Provenance, QualifiedName};

    use crate::analyse;
    use crate::settings::Settings;

    const TYPES: &str = r#"export type Database = {
  public: {
    Tables: {
      teams: {
        Row: { id: string; name: string | null }
        Insert: { id?: string; name?: string | null }
        Relationships: []
      }
      seats: {
        Row: { id: number; team_id: string }
        Insert: { id?: number; team_id: string }
        Relationships: [
          {
            foreignKeyName: "seats_team_id_fkey"
            columns: ["team_id"]
            isOneToOne: true
            referencedRelation: "teams"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Views: { totals: { Row: { sum: number | null } } }
    Functions: { join_team: { Args: { team: string }; Returns: undefined } }
    Enums: { state: "free" | "taken" }
  }
}
"#;

    fn model(files: &[(&str, &str)]) -> trave_model::Model {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        analyse(files.collect(), &Settings::default())
    }

    #[test]
    fn types_without_migrations_are_a_catalog_that_tells_no_more_than_they() {
        let model = model(&[("src/database.types.ts", TYPES), ("src/old.types.ts", TYPES)]);
        assert!(model.notices.is_empty(), "{:?}", model.notices);
        assert_eq!(model.catalogs.len(), 1);
        let catalog = &model.catalogs[0];
        assert_eq!(catalog.declared_by, Some(DeclaredBy::GeneratedTypes));
        let seats = &catalog.tables[&QualifiedName::new("public", "seats")];
        let Provenance::Generated(origin) = seats.provenance else { panic!() };
        assert_eq!(model.sources.slice(origin), "seats");
        assert!(seats.column("team_id").unwrap().not_null);
        assert_eq!(seats.foreign_keys[0].name, "seats_team_id_fkey");
        assert_eq!(seats.unique_keys(), [["team_id"]]);
        assert!(seats.tells_columns() && !seats.is_known() && !catalog.is_settled(seats));
        assert_eq!(catalog.may("anon", Command::Select, seats), None);
        assert!(seats.grants.is_empty());
        let teams = &catalog.tables[&QualifiedName::new("public", "teams")];
        assert!(!teams.column("name").unwrap().not_null);
        assert!(catalog.views[&QualifiedName::new("public", "totals")].grants.is_empty());
        assert!(catalog.types.contains_key(&QualifiedName::new("public", "state")));
        let function = catalog.functions.values().find(|it| it.name.name == "join_team").unwrap();
        assert!(function.provenance.is_generated() && function.grants.is_empty());
    }

    #[test]
    fn beside_migrations_they_stay_a_witness() {
        let sql = "create table teams (id uuid primary key);";
        let path = "supabase/migrations/20240101000000_a.sql";
        let model = model(&[("src/database.types.ts", TYPES), (path, sql)]);
        assert_eq!(model.catalogs.len(), 1);
        assert_eq!(model.catalogs[0].declared_by, None);
        let tables = &model.catalogs[0].tables;
        assert!(tables[&QualifiedName::new("public", "teams")].is_known());
        assert!(!tables.contains_key(&QualifiedName::new("public", "seats")));
    }
}
