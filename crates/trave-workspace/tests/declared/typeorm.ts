import {
  BaseEntity, Check, ChildEntity, Column, CreateDateColumn, DataSource, DeleteDateColumn, Entity,
  Generated, Index, JoinColumn, JoinTable, ManyToMany, ManyToOne, OneToMany, OneToOne,
  PrimaryColumn, PrimaryGeneratedColumn, Relation, TableInheritance, Unique, UpdateDateColumn,
  VersionColumn,
} from 'typeorm';

export enum Role {
  Owner = 'owner',
  Guest = 'guest',
}

export enum Level {
  Low,
  High = 5,
}

abstract class Timed extends BaseEntity {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @CreateDateColumn()
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' })
  updatedAt: Date;

  @DeleteDateColumn()
  deletedAt?: Date;
}

export class Address {
  @Column()
  street: string;

  @Column({ length: 10, nullable: true, name: 'zip_code' })
  zip?: string;
}

@Entity('teams')
@Unique('teams_name_country', ['name', 'country'])
export class Team {
  @PrimaryGeneratedColumn()
  id: number;

  @Column()
  name: string;

  @Column('char', { length: 2 })
  country: string;

  @OneToMany(() => Person, (person) => person.team)
  people: Relation<Person[]>;
}

@Entity({ name: 'people', schema: 'crm' })
@Index(['team', 'lastName'])
@Index('people_live', ['email'], { unique: true, where: '"deletedAt" IS NULL' })
@Check('"age" >= 0')
export class Person extends Timed {
  @Column({ unique: true })
  email: string;

  @Index()
  @Column({ type: 'text', default: '' })
  lastName: string;

  @Column({ nullable: true })
  age: number;

  @Column({ default: true })
  active: boolean;

  @Column({ type: 'enum', enum: Role, default: Role.Guest })
  role: Role;

  @Column({ type: 'enum', enum: Level, enumName: 'level' })
  level: Level;

  @Column({ type: 'jsonb', default: {} })
  settings: Record<string, unknown>;

  @Column('text', { array: true, default: [] })
  tags: string[];

  @Column('simple-array', { nullable: true })
  words: string[];

  @Column({ type: 'decimal', precision: 10, scale: 2 })
  balance: string;

  @Column({ type: 'timestamp', precision: 3, default: () => 'now()' })
  seenAt: Date;

  @Column(() => Address)
  home: Address;

  @Column(() => Address, { prefix: 'work_' })
  office: Address;

  @Column(() => Address, { prefix: false })
  plain: Address;

  @Column()
  @Generated('uuid')
  token: string;

  @VersionColumn()
  version: number;

  @Column({ type: 'int' })
  teamId: number;

  @ManyToOne(() => Team, (team) => team.people, { onDelete: 'CASCADE', nullable: false })
  team: Team;

  @ManyToOne(() => Person)
  manager?: Person;

  @ManyToMany(() => Person)
  @JoinTable()
  friends: Person[];
}

@Entity()
export class PassportOfPerson {
  @PrimaryColumn({ length: 20 })
  number: string;

  @OneToOne(() => Person, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'person_id' })
  person: Person;
}

@Entity()
export class Tag {
  @PrimaryColumn({ type: 'bigint' })
  id: string;

  @ManyToMany(() => Note, (note) => note.tags)
  notes: Relation<Note[]>;
}

@Entity('notes')
@TableInheritance({ column: { type: 'varchar', name: 'kind' } })
export class Note {
  @PrimaryGeneratedColumn('identity')
  id: number;

  @Column({ type: 'varchar', length: 200 })
  title: string;

  @ManyToMany(() => Tag, (tag) => tag.notes, { onDelete: 'CASCADE' })
  @JoinTable()
  tags: Tag[];
}

@ChildEntity()
export class PhotoNote extends Note {
  @Column()
  url: string;
}

@Entity('memberships')
export class Membership {
  @PrimaryColumn('uuid')
  personId: string;

  @PrimaryColumn()
  teamId: number;

  @ManyToOne(() => Person)
  @JoinColumn({ name: 'personId', referencedColumnName: 'id' })
  person: Person;

  @ManyToOne(() => Team)
  team: Team;

  @ManyToMany(() => Tag)
  @JoinTable({
    name: 'membership_tags',
    joinColumns: [
      { name: 'person_id', referencedColumnName: 'personId' },
      { name: 'team_id', referencedColumnName: 'teamId' },
    ],
    inverseJoinColumns: [{ name: 'tag_id' }],
  })
  tags: Tag[];
}

export const source = new DataSource({
  type: 'postgres',
  entities: [Team, Person, PassportOfPerson, Tag, Note, PhotoNote, Membership],
});
