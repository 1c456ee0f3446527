use super::*;

fn words(text: &str) -> String {
    let module = trave_ts::parse(trave_source::FileId(0), "src/a.ts", text);
    let found = entries(&module, "src/a.ts").unwrap_or_default();
    let words = found.iter().map(|it| format!("{:?} {} {}", it.kind, it.method, it.path));
    words.collect::<Vec<_>>().join("; ")
}

#[test]
fn controllers_are_ways_in() {
    let text = "import { Controller, Get, Post, All } from '@nestjs/common'
@Controller('notes')
export class Notes {
  @Get() list() {}
  @Get(':id/comments') comments() {}
  @Post(['a', 'b']) both() {}
  helper() {}
}
@Controller({ path: 'hooks' }) class Hooks { @All('stripe') any() {} }";
    assert_eq!(
        words(text),
        "Http GET /notes; Http GET /notes/:id/comments; Http POST /notes/a; Http POST /notes/b; \
         Webhook * /hooks/stripe"
    );
}

#[test]
fn resolvers_schedules_and_workers_are_ways_in() {
    let text = "import { Resolver, Query, Mutation, ResolveField } from '@nestjs/graphql'
import { Cron } from '@nestjs/schedule'
import { Processor, WorkerHost } from '@nestjs/bullmq'
@Resolver(() => Note) class Notes {
  @Query(() => [Note]) notes() {}
  @Mutation(() => Note, { name: 'addNote' }) add() {}
  @ResolveField() author() {}
}
class Tasks { @Cron('* * * * *') clean() {} }
import { CommandHandler } from '@nestjs/cqrs'
@Processor('mail') class Mail extends WorkerHost { process(job) {} }
@CommandHandler(AddNote) class AddNoteHandler { execute(command) {} }";
    assert_eq!(
        words(text),
        "Procedure query notes; Procedure mutation addNote; Procedure field Notes.author; \
         Job schedule Tasks.clean; Job process Mail; \
         Job command AddNoteHandler"
    );
}

#[test]
fn guards_of_the_application_stand_before() {
    let text = "import { APP_GUARD } from '@nestjs/core'
export const providers = [{ provide: APP_GUARD, useClass: Guard }, { provide: X, useClass: Y }]
app.useGlobalGuards(new Other())";
    assert_eq!(words(text), "Middleware * /; Middleware * /");
    assert_eq!(words("import { Controller } from './mine'\n@Controller() class A {}"), "");
}
