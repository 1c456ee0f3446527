//! Models of Sequelize as names.

use super::read;
use crate::declared::test::names_of;

#[test]
fn decorated_classes_name_tables_columns_and_relations() {
    let base = "import { Column, Model, PrimaryKey } from 'sequelize-typescript';
export class Base extends Model { @PrimaryKey @Column id: string; }";
    let user = "import { Column, HasMany, Table } from 'sequelize-typescript';
import { Base } from './base';
import { Post } from './post';
@Table({ tableName: 'people', timestamps: false })
export class User extends Base {
  @Column({ field: 'e_mail' }) mail: string;
  notKept: string;
  @HasMany(() => Post, 'authorId') posts: Post[];
}";
    let post = "import { BelongsTo, Column, ForeignKey, Table } from 'sequelize-typescript';
import { Base } from './base';
import { User } from './user';
@Table({ underscored: true, paranoid: true })
export class Post extends Base {
  @ForeignKey(() => User) @Column authorId: string;
  @BelongsTo(() => User, 'authorId') author: User;
}";
    assert_eq!(
        names_of(read, &[("base.ts", base), ("user.ts", user), ("post.ts", post)]),
        [
            "User people by id: id -> id, mail -> e_mail, posts => many Post id = author_id",
            "Post posts by id: authorId -> author_id, createdAt -> created_at, \
             deletedAt -> deleted_at, id -> id, updatedAt -> updated_at, \
             author => User author_id = id",
        ]
    );
}

#[test]
fn models_are_initialised_and_defined() {
    let file = "import { DataTypes, Model, Sequelize } from 'sequelize';
const sequelize = new Sequelize(url, { define: { timestamps: false } });
class Category extends Model {}
Category.init({ name: DataTypes.STRING }, { sequelize, timestamps: false });
class Item extends Model {
  static start(sequelize) {
    super.init({ code: { type: DataTypes.STRING, primaryKey: true } }, {
      sequelize, tableName: 'shop_items', timestamps: false,
    });
  }
  static associate(models) { this.belongsTo(models.Category, { as: 'category' }); }
}
const Tag = sequelize.define('tag', { label: { type: DataTypes.STRING, field: 'tag_label' } }, {
  freezeTableName: true, timestamps: false,
});
Category.hasMany(Tag, { as: 'tags', foreignKey: { name: 'categoryId' } });";
    assert_eq!(
        names_of(read, &[("models.ts", file)]),
        [
            "Category Categories by id: id -> id, name -> name, tags => many tag id = categoryId",
            "Item shop_items by code: code -> code, category => Category categoryId = id",
            "tag tag by id: id -> id, label -> tag_label",
        ]
    );
}

#[test]
fn what_only_looks_like_a_model_is_none() {
    let file = "import { Model } from 'elsewhere';
class Thing extends Model {}
Thing.init({ name: 1 }, {});
amd.define('name', { a: 1 }, {});";
    assert!(names_of(read, &[("file.ts", file)]).is_empty());
}
