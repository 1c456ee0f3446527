//! Schemas as SQL.

use trave_source::FileId;

use super::{SchemaFile, read};

/// The SQL of a schema for PostgreSQL, one statement a line, blanks joined.
#[track_caller]
fn sql(provider: &str, models: &str) -> Vec<String> {
    let text = format!("datasource db {{\n  provider = \"{provider}\"\n}}\n{models}");
    let file = SchemaFile { id: FileId(0), path: "prisma/schema.prisma", text: &text };
    let (sources, notices) = read(&[file]);
    assert!(notices.is_empty(), "{notices:?}");
    let made = sources[0].declared.to_sql(&|_| false);
    let statements = made.text.split(";\n").filter(|one| !one.is_empty());
    let joined = |one: &str| one.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "");
    statements.map(joined).collect()
}

#[test]
fn names_types_and_defaults_are_those_of_prisma() {
    let models = "enum Role {\n  user @map(\"USER\")\n  admin\n  @@map(\"roles\")\n}
model User {
  id Int @id @default(autoincrement())
  email String @unique @db.VarChar(255)
  role Role @default(user)
  tags String[] @default([])
  at DateTime @default(now()) @db.Timestamptz(6)
  ref String @default(cuid()) @map(\"reference\")
  @@index([at(sort: Desc), ref], type: BTree)
  @@map(\"users\")
}";
    assert_eq!(
        sql("postgresql", models),
        [
            "create type roles as enum ('USER', 'admin')",
            "create table users ( id serial not null, email varchar(255) not null, role roles not \
             null default 'USER', tags text[] default ARRAY[]::text[], at timestamp(6) with time \
             zone not null default CURRENT_TIMESTAMP, reference text not null, constraint \
             users_pkey primary key (id) )",
            "create unique index users_email_key on users (email)",
            "create index users_at_reference_idx on users using btree (at desc, reference)",
        ]
    );
}

#[test]
fn relations_become_foreign_keys_and_tables_between() {
    let models = "model Post {
  id String @id
  authorId String?
  author User? @relation(fields: [authorId], references: [id])
  tags Tag[]
}
model Tag {
  id Int @id
  posts Post[]
}
model User {
  id String @id
  posts Post[]
}";
    let statements = sql("postgresql", models);
    assert_eq!(
        statements[3],
        "create table _PostToTag ( A text not null, B integer not null, constraint \
         _PostToTag_AB_pkey primary key (A, B) )"
    );
    assert_eq!(statements[4], "create index _PostToTag_B_index on _PostToTag (B)");
    assert_eq!(
        statements[5],
        "alter table Post add constraint Post_authorId_fkey foreign key (authorId) references \
         User (id) on delete set null on update cascade"
    );
    assert_eq!(statements.len(), 8);
}

#[test]
fn mysql_writes_enums_and_counts_in_place() {
    let models = "enum Kind {\n a\n b\n}\nmodel T {\n  id Int @id @default(autoincrement())\n  \
                  kind Kind\n  url String @db.LongText\n  at DateTime @default(now())\n  \
                  @@index([url(length: 500)])\n}";
    assert_eq!(
        sql("mysql", models),
        [
            "create table T ( id integer not null auto_increment, kind enum('a','b') not null, \
             url longtext not null, at datetime(3) not null default current_timestamp(3), \
             primary key (id) )",
            "create index T_url_idx on T (url(500))",
        ]
    );
}

#[test]
fn a_schema_may_be_split_over_a_folder() {
    let head = "datasource db {\n  provider = \"sqlite\"\n}";
    let file = |id, path, text| SchemaFile { id: FileId(id), path, text };
    let (sources, notices) = read(&[
        file(0, "db/schema/main.prisma", head),
        file(1, "db/schema/models/a.prisma", "model A {\n  id Int @id\n}"),
        file(2, "other/b.prisma", "model B {\n  id Int @id\n}"),
    ]);
    assert_eq!(sources.len(), 1);
    assert_eq!(sources[0].folder, "db/schema");
    assert_eq!(sources[0].files, [FileId(0), FileId(1)]);
    assert_eq!(sources[0].declared.tables[0].name.name, "A");
    assert_eq!(notices.len(), 1);
}
