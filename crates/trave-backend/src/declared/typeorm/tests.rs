//! Entities of TypeORM as SQL.

use super::read;
use crate::declared::test::sql_of;

#[track_caller]
fn sql(files: &[(&str, &str)]) -> Vec<String> {
    sql_of(read, files).iter().map(|one| without_hashes(one)).collect()
}

/// Constraints are named `PK_` and a hash, which a test of its own compares.
fn without_hashes(one: &str) -> String {
    let word = |word: &str| match word.split_once('_') {
        Some((kind @ ("PK" | "UQ" | "FK" | "IDX" | "REL"), _)) => format!("{kind}_"),
        _ => word.to_owned(),
    };
    one.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn entities_are_followed_through_files() {
    let user = "import { Entity, Column, ManyToOne, Index } from 'typeorm';
import { Base } from './base';
import { Team } from './team';
@Entity()
export class UserAccount extends Base {
  @Column() email: string;
  @Index() @ManyToOne(() => Team, { onDelete: 'SET NULL' }) team: Team;
}";
    let base = "import { PrimaryGeneratedColumn, CreateDateColumn } from 'typeorm';
export abstract class Base {
  @PrimaryGeneratedColumn() id: number;
  @CreateDateColumn() createdAt: Date;
}";
    let team = "import { Entity, PrimaryColumn } from 'typeorm';
@Entity('teams') export class Team { @PrimaryColumn('uuid') id: string; }";
    assert_eq!(
        sql(&[("user.ts", user), ("base.ts", base), ("team.ts", team)]),
        [
            "create table user_account ( id serial not null, createdAt timestamp without time zone \
             not null default now(), email character varying not null, teamId uuid, constraint \
             PK_ primary key (id) )",
            "create table teams ( id uuid not null, constraint PK_ \
             primary key (id) )",
            "create index IDX_ on user_account (teamId)",
            "alter table user_account add constraint FK_ foreign key (teamId) references teams \
             (id) \
             on delete set null on update no action",
        ]
    );
}

#[test]
fn the_data_source_says_which_database_and_which_names() {
    let file = "import { DataSource, Entity, Column, PrimaryGeneratedColumn, OneToOne, JoinColumn }
  from 'typeorm';
import { SnakeNamingStrategy } from 'typeorm-naming-strategies';
@Entity() export class Invoice {
  @PrimaryGeneratedColumn({ unsigned: true }) id: number;
  @Column({ unique: true }) number: string;
  @Column({ type: 'enum', enum: ['open', 'paid'] }) state: string;
  @Column() isPaid: boolean;
  @OneToOne(() => Invoice) @JoinColumn() copyOf: Invoice;
}
export default new DataSource({ type: 'mysql', namingStrategy: new SnakeNamingStrategy() });";
    assert_eq!(
        sql(&[("invoice.ts", file)]),
        [
            "create table invoice ( id int unsigned not null auto_increment, number varchar(255) \
             not null, state enum('open','paid') not null, is_paid tinyint not null, copy_of_id \
             int unsigned, constraint PK_ primary key (id) )",
            "create unique index IDX_ on invoice (number)",
            "create unique index REL_ on invoice (copy_of_id)",
            "alter table invoice add constraint FK_ foreign key (copy_of_id) references invoice \
             (id) on delete no action on update no action",
        ]
    );
}

#[test]
fn what_is_not_understood_is_left_out() {
    let file = "import { Entity, Column, PrimaryGeneratedColumn } from 'typeorm';
import { Keyed } from 'company-entities';
const name = process.env.TABLE;
@Entity() export class A extends Keyed { @Column() email: string; }
@Entity(name) export class B { @PrimaryGeneratedColumn() id: number; }
export class C { @PrimaryGeneratedColumn() id: number; }
@Entity() export class D { @PrimaryGeneratedColumn() id: number; }";
    assert_eq!(
        sql(&[("a.ts", file)]),
        ["create table d ( id serial not null, constraint PK_ primary key (id) )"]
    );
    let own = "import { DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { Names } from 'company-names';
@Entity() export class D { @PrimaryGeneratedColumn() id: number; }
export default new DataSource({ type: 'postgres', namingStrategy: new Names() });";
    assert!(sql(&[("a.ts", own)]).is_empty());
    let mongo = "import { DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
@Entity() export class D { @PrimaryGeneratedColumn() id: number; }
export default new DataSource({ type: 'mongodb' });";
    assert!(sql(&[("a.ts", mongo)]).is_empty());
}

#[test]
fn trees_refer_to_themselves() {
    let file = "import { Entity, PrimaryGeneratedColumn, Tree, TreeParent } from 'typeorm';
@Entity() @Tree('materialized-path') export class Folder {
  @PrimaryGeneratedColumn('uuid') id: string;
  @TreeParent({ onDelete: 'CASCADE' }) parent: Folder;
}";
    assert_eq!(
        sql(&[("a.ts", file)]),
        [
            "create table folder ( id uuid not null default uuid_generate_v4(), mpath character \
             varying default '', parentId uuid, constraint PK_ primary key (id) )",
            "alter table folder add constraint FK_ foreign key (parentId) references folder (id) \
             on delete cascade on update no action",
        ]
    );
}

#[test]
fn code_calls_tables_by_class_and_property() {
    let file = "import { Entity, Column, PrimaryGeneratedColumn, ManyToOne, OneToMany, ManyToMany,
  JoinColumn, JoinTable } from 'typeorm';
class Place { @Column() zip: string; }
@Entity('users') export class User {
  @PrimaryGeneratedColumn() id: number;
  @Column({ name: 'first_name' }) firstName: string;
  @Column(() => Place) home: Place;
  @OneToMany(() => Post, (post) => post.author) posts: Post[];
}
@Entity('posts') export class Post {
  @PrimaryGeneratedColumn() id: number;
  @Column() authorId: number;
  @ManyToOne(() => User, (user) => user.posts) @JoinColumn({ name: 'authorId' }) author: User;
  @ManyToMany(() => User) @JoinTable() readers: User[];
}";
    assert_eq!(
        crate::declared::test::names_of(read, &[("all.ts", file)]),
        [
            "User users by id: firstName -> first_name, home.zip -> homeZip, id -> id, \
             posts => many Post id = authorId",
            "Post posts by id: authorId -> authorId, id -> id, author => User authorId = id, \
             readers => many User  = ",
        ]
    );
}

#[test]
fn migrations_make_indexes_that_entities_do_not_name() {
    let entity = "import { Entity, PrimaryColumn, Column, Index } from 'typeorm';
@Entity('keys') export class Key {
  @PrimaryColumn() id: string;
  @Column() team: string;
  @Index() @Column() mark: string;
}";
    let migration = "import { MigrationInterface, QueryRunner, TableIndex } from 'typeorm';
export class First implements MigrationInterface {
  async up(runner: QueryRunner) {
    await runner.query(`CREATE TABLE keys (id text); CREATE INDEX a ON \"temp_keys\"(\"team\");`);
    await runner.query(`CREATE INDEX \\`b\\` ON \\`keys\\` (\\`mark\\`)`);
    await runner.createIndex('keys', new TableIndex({ columnNames: ['mark', 'team'] }));
    await runner.query(`CREATE INDEX c ON keys (team) WHERE id > 'x'`);
  }
}";
    let found = sql(&[("key.ts", entity), ("first.ts", migration)]);
    let made: Vec<&String> = found.iter().filter(|one| one.contains(" index ")).collect();
    assert_eq!(
        made,
        [
            "create index IDX_ on keys (mark)",
            "create index a on keys (team)",
            "create index on keys (mark, team)",
        ]
    );
}
