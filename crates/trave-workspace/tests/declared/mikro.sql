-- What MikroORM itself makes of mikro.ts: `orm.schema.getCreateSchemaSQL()`, MikroORM 6.6.16.
set names 'utf8';

create schema if not exists "crm";
create type "crm"."person_role" as enum ('owner', 'guest');
create table "tag" ("id" bigserial primary key);

create table "teams" ("id" serial primary key, "name" varchar(255) not null, "country" char(2) not null);
alter table "teams" add constraint "teams_name_country_unique" unique ("name", "country");

create table "crm"."person" ("id" uuid not null default gen_random_uuid(), "created_at" timestamptz not null default now(), "updated_at" timestamptz null, "email" varchar(255) not null, "last_name" text not null default '', "age" int null, "active" boolean not null default true, "settings" jsonb not null, "balance" numeric(10,2) not null, "seen" timestamptz not null, "version" int not null default 1, "role" text check ("role" in ('owner', 'guest')) not null default 'guest', "level" smallint null, "native" "crm"."person_role" not null, "home_street" varchar(255) not null, "home_zip_code" varchar(10) null, "work_street" varchar(255) not null, "work_zip_code" varchar(10) null, "team_id" int not null, "manager_id" uuid null, "old_team" int null, constraint "person_pkey" primary key ("id"), constraint person_check check (age >= 0));
alter table "crm"."person" add constraint "person_email_unique" unique ("email");
create index "person_last_name_index" on "crm"."person" ("last_name");
create index "person_by_team" on "crm"."person" ("team_id", "last_name");

create table "crm"."person_tags" ("person_id" uuid not null, "tag_id" bigint not null, constraint "person_tags_pkey" primary key ("person_id", "tag_id"));

create table "membership" ("person_id" uuid not null, "team_id" int not null, constraint "membership_pkey" primary key ("person_id", "team_id"));

create table "user_passport" ("number" varchar(20) not null, "person_id" uuid null, constraint "user_passport_pkey" primary key ("number"));
alter table "user_passport" add constraint "user_passport_person_id_unique" unique ("person_id");

alter table "crm"."person" add constraint "person_team_id_foreign" foreign key ("team_id") references "teams" ("id") on update cascade on delete cascade;
alter table "crm"."person" add constraint "person_manager_id_foreign" foreign key ("manager_id") references "crm"."person" ("id") on update cascade on delete set null;
alter table "crm"."person" add constraint "person_old_team_foreign" foreign key ("old_team") references "teams" ("id") on update cascade on delete set null;

alter table "crm"."person_tags" add constraint "person_tags_person_id_foreign" foreign key ("person_id") references "crm"."person" ("id") on update cascade on delete cascade;
alter table "crm"."person_tags" add constraint "person_tags_tag_id_foreign" foreign key ("tag_id") references "tag" ("id") on update cascade on delete cascade;

alter table "membership" add constraint "membership_person_id_foreign" foreign key ("person_id") references "crm"."person" ("id") on update cascade;
alter table "membership" add constraint "membership_team_id_foreign" foreign key ("team_id") references "teams" ("id") on update cascade;

alter table "user_passport" add constraint "user_passport_person_id_foreign" foreign key ("person_id") references "crm"."person" ("id") on update cascade on delete set null;

