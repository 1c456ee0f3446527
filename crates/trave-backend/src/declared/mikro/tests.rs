//! Entities of MikroORM as SQL.

use super::read;
use crate::declared::test::sql_of;

#[test]
fn types_are_read_where_mikro_orm_reads_them() {
    let file = "import { Entity, PrimaryKey, Property, ManyToOne, Ref } from '@mikro-orm/core';
import { defineConfig } from '@mikro-orm/mysql';
import { TsMorphMetadataProvider } from '@mikro-orm/reflection';
@Entity() export class BlogPost {
  @PrimaryKey() id!: number;
  @Property() title: string & Opt = '';
  @Property() shownAt?: Date;
  @Property() createdAt = new Date();
  @ManyToOne() parent?: Ref<BlogPost>;
}
export default defineConfig({ metadataProvider: TsMorphMetadataProvider });";
    assert_eq!(
        sql_of(read, &[("post.ts", file)]),
        [
            "create table blog_post ( id int not null auto_increment, title varchar(255) not null \
             default '', shown_at datetime, created_at datetime not null, parent_id \
             int, primary key (id) )",
            "create index blog_post_parent_id_index on blog_post (parent_id)",
            "alter table blog_post add constraint blog_post_parent_id_foreign foreign key \
             (parent_id) references blog_post (id) on delete set null on update cascade",
        ]
    );
}

#[test]
fn classes_with_a_discriminator_share_a_table() {
    let file = "import { Entity, PrimaryKey, Property } from '@mikro-orm/postgresql';
@Entity({ discriminatorColumn: 'kind' }) export abstract class Note {
  @PrimaryKey() id!: number;
}
@Entity() export class Photo extends Note { @Property() url!: string; }
@Entity({ abstract: true }) export class Base { @PrimaryKey() id!: number; }
@Entity() export class Loose extends Unknown { @Property() url!: string; }";
    assert_eq!(
        sql_of(read, &[("note.ts", file)]),
        [
            "create table note ( id serial not null, kind varchar(255) not null, url varchar(255), \
             primary key (id) )",
            "create index note_kind_index on note (kind)",
        ]
    );
}

#[test]
fn code_calls_tables_by_class_and_property() {
    let file = "import { Entity, PrimaryKey, Property, ManyToOne, OneToMany, Collection }
  from '@mikro-orm/core';
@Entity() export class BookOwner {
  @PrimaryKey() id!: number;
  @Property() lastSeen!: Date;
  @OneToMany({ entity: () => Book, mappedBy: 'owner' }) books = new Collection<Book>(this);
}
@Entity() export class Book {
  @PrimaryKey() id!: number;
  @ManyToOne(() => BookOwner) owner!: BookOwner;
}";
    assert_eq!(
        crate::declared::test::names_of(read, &[("all.ts", file)]),
        [
            "BookOwner book_owner by id: id -> id, lastSeen -> last_seen, \
             books => many Book id = owner_id",
            "Book book by id: id -> id, owner => BookOwner owner_id = id",
        ]
    );
}
