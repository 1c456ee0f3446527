use super::*;

fn words(text: &str) -> Vec<String> {
    let module = trave_ts::parse(trave_source::FileId(0), "src/a.ts", text);
    let found = entries(&module, "src/a.ts").unwrap_or_default();
    let mut words: Vec<String> =
        found.iter().map(|it| format!("{:?} {} {}", it.kind, it.method, it.path)).collect();
    words.sort();
    words
}

#[test]
fn maps_of_resolvers_are_ways_in() {
    let text = "const Query = { notes: async (_, args, ctx) => [], note: guarded(async () => {}) }
export const resolvers = {
  Query,
  Mutation: { addNote(_, { input }) {} },
  Note: { author: (note) => {} },
}
export const other = { Query: { title: 'x' } }";
    assert_eq!(
        words(text),
        [
            "Procedure field Note.author",
            "Procedure mutation addNote",
            "Procedure query note",
            "Procedure query notes"
        ]
    );
}

#[test]
fn fields_of_builders_are_ways_in() {
    let text = "builder.queryField('notes', (t) => t.field({ type: [Note], resolve: () => [] }))
builder.mutationFields((t) => ({
  addNote: t.field({ args: { a: t.arg.string() }, resolve: async (_, args) => {} }),
}))
builder.prismaObject('Note', { fields: (t) => ({ author: t.field({ resolve: () => {} }) }) })";
    assert_eq!(
        words(text),
        ["Procedure field Note.author", "Procedure mutation addNote", "Procedure query notes"]
    );
}

#[test]
fn classes_and_the_context_of_the_server_are_told() {
    let text = "import { Resolver, Query, Arg } from 'type-graphql'
import { ApolloServer } from '@apollo/server'
@Resolver() class Notes { @Query(() => [Note]) notes(@Arg('id') id) {} }
new ApolloServer({ schema, context: async ({ req }) => ({}) })";
    assert_eq!(words(text), ["Middleware * /", "Procedure query notes"]);
}
