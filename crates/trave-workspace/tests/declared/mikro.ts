import {
  BaseEntity, Cascade, Check, Collection, Embeddable, Embedded, Entity, Enum, Index, ManyToMany,
  ManyToOne, OneToMany, OneToOne, OptionalProps, PrimaryKey, Property, Unique, defineConfig,
} from '@mikro-orm/postgresql';

export enum Role {
  Owner = 'owner',
  Guest = 'guest',
}

export enum Level {
  Low,
  High,
}

abstract class Timed extends BaseEntity {
  @PrimaryKey({ type: 'uuid', defaultRaw: 'gen_random_uuid()' })
  id!: string;

  @Property({ type: 'timestamptz', defaultRaw: 'now()' })
  createdAt!: Date;

  @Property({ onUpdate: () => new Date(), nullable: true })
  updatedAt?: Date;
}

@Embeddable()
export class Address {
  @Property()
  street!: string;

  @Property({ length: 10, nullable: true })
  zipCode?: string;
}

@Entity({ tableName: 'teams' })
@Unique({ properties: ['name', 'country'] })
export class Team {
  @PrimaryKey()
  id!: number;

  @Property()
  name!: string;

  @Property({ columnType: 'char(2)' })
  country!: string;

  @OneToMany(() => Person, (person) => person.team)
  people = new Collection<Person>(this);
}

@Entity()
export class Tag {
  @PrimaryKey({ type: 'bigint' })
  id!: string;

  @Property({ persist: false })
  shown?: string;
}

@Entity({ schema: 'crm' })
@Index({ properties: ['team', 'lastName'], name: 'person_by_team' })
@Check({ expression: 'age >= 0' })
export class Person extends Timed {
  [OptionalProps]?: 'active';

  @Property({ unique: true })
  email!: string;

  @Property({ type: 'text', default: '', index: true })
  lastName!: string;

  @Property({ nullable: true })
  age?: number;

  @Property({ default: true })
  active!: boolean;

  @Property({ type: 'json' })
  settings!: object;

  @Property({ type: 'decimal', precision: 10, scale: 2 })
  balance!: string;

  @Property({ fieldName: 'seen' })
  seenAt!: Date;

  @Property({ type: 'integer', version: true })
  version!: number;

  @Enum(() => Role)
  role: Role = Role.Guest;

  @Enum({ items: () => Level, nullable: true })
  level?: Level;

  @Enum({ items: () => Role, nativeEnumName: 'person_role' })
  native!: Role;

  @Embedded(() => Address)
  home!: Address;

  @Embedded(() => Address, { prefix: 'work_' })
  office!: Address;

  @ManyToOne(() => Team, { deleteRule: 'cascade' })
  team!: Team;

  @ManyToOne(() => Person, { nullable: true })
  manager?: Person;

  @ManyToOne({ entity: () => Team, fieldName: 'old_team', nullable: true, index: false })
  former?: Team;

  @ManyToMany(() => Tag)
  tags = new Collection<Tag>(this);
}

@Entity()
export class UserPassport {
  @PrimaryKey({ length: 20 })
  number!: string;

  @OneToOne(() => Person, { nullable: true })
  person?: Person;
}

@Entity()
export class Membership {
  @ManyToOne(() => Person, { primary: true })
  person!: Person;

  @ManyToOne(() => Team, { primary: true })
  team!: Team;
}

export default defineConfig({
  dbName: 'app',
  entities: [Team, Tag, Person, UserPassport, Membership, Address],
});
