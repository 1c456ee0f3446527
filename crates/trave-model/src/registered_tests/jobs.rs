//! Background jobs: queues, schedules, functions that run step by step.

use super::check;

#[test]
fn workers_of_queues_run_functions_and_methods() {
    check(
        &[(
            "src/worker.ts",
            "import { Worker, type Job } from 'bullmq'
                import { db } from './db'
                const names = ['mail', 'reports']
                export class Mailer {
                  private worker: Worker
                  constructor() {
                    this.worker = new Worker('mailer', this.process.bind(this), {})
                  }
                  async process(job: Job) {
                    await db.from('sent').insert({ to: job.data.to })
                  }
                }
                export function start() {
                  for (const name of names) {
                    const worker = new Worker(name, async (job) => {
                      for (const id of job.data.ids) {
                        await db.from('mails').select('*').eq('id', id)
                      }
                    })
                    worker.on('failed', () => {})
                  }
                }",
        )],
        "
        process mailer
          Insert sent Service No
        process mail
          Select mails Service id No loop
        process reports
          Select mails Service id No loop
        ",
    );
}

#[test]
fn older_queues_are_given_functions_and_files() {
    check(
        &[
            (
                "src/old.ts",
                "import Queue from 'bull'
                import { db } from './db'
                const exports = new Queue('exports')
                exports.process(5, async (job, done) => {
                  await db.from('exports').select('*')
                  done()
                })
                exports.process('daily', daily)
                async function daily() { await db.from('days').select('*') }
                exports.add({})",
            ),
            (
                "src/sandboxed.ts",
                "import type { SandboxedJob } from 'bullmq'
                import { db } from './db'
                export default async function (job: SandboxedJob) {
                  await db.from('sandboxed').select('*').eq('id', job.data.id)
                }",
            ),
        ],
        "
        process sandboxed
          Select sandboxed Service id No
        process exports
          Select exports Service No
        process daily
          Select days Service No
        ",
    );
}

#[test]
fn jobs_in_the_database_come_alone_or_as_lists() {
    check(
        &[(
            "src/boss.ts",
            "import PgBoss from 'pg-boss'
            import { db } from './db'
            export async function start(url: string) {
              const boss = new PgBoss(url)
              await boss.start()
              await boss.work('one', async ([job]) => {
                await db.from('ones').select('*').eq('id', job.data.id)
              })
              await boss.work('many', { batchSize: 20 }, many)
              await boss.schedule('one', '0 * * * *')
            }
            async function many(jobs) {
              for (const job of jobs) await db.from('many').delete().eq('id', job.data.id)
            }
            export async function register(boss: PgBoss) {
              await boss.work('typed', async () => { await db.from('typed').select('*') })
            }",
        )],
        "
        process one
          Select ones Service id No
        process many
          Delete many Service id No loop
        process typed
          Select typed Service No
        ",
    );
}

#[test]
fn functions_of_events_run_their_steps() {
    check(
        &[
            (
                "src/client.ts",
                "import { Inngest } from 'inngest'
                export const inngest = new Inngest({ id: 'app' })",
            ),
            (
                "src/functions.ts",
                "import { inngest } from './client'
                import { db } from './db'
                export const welcome = inngest.createFunction(
                  { id: 'welcome', onFailure: async () => { await db.from('failed').insert({}) } },
                  { event: 'user/created' },
                  async ({ event, step }) => {
                    const user = await step.run('load', async () => {
                      const { data } = await db.from('users').select('*').eq('id', event.data.id)
                      return data
                    })
                    await step.sleep('wait', '1d')
                    await step.sendEvent('next', { name: 'x', data: { user } })
                  },
                )
                export const nightly = inngest.createFunction(
                  { id: 'nightly', triggers: { cron: '0 0 * * *' } },
                  async ({ step }) => { await step.run('all', sweep) },
                )
                async function sweep() { await db.from('old').delete() }",
            ),
        ],
        "
        failure welcome
          Insert failed Service No
        event welcome
          Select users Service id No
        event nightly
          Delete old Service No
        ",
    );
}

#[test]
fn tasks_run_and_know_what_runs_around_them() {
    check(
        &[(
            "src/tasks.ts",
            "import { task, schemaTask, schedules, logger } from '@trigger.dev/sdk/v3'
            import { TriggerClient, eventTrigger } from '@trigger.dev/sdk'
            import { db } from './db'
            export const a = task({
              id: 'a',
              onFailure: async () => { await db.from('failed').insert({}) },
              run: async (payload: { id: string }, { ctx }) => {
                await db.from('as').select('*').eq('id', payload.id)
              },
            })
            export const b = schemaTask({ id: 'b', schema: {}, async run({ ids }) {
              await a.trigger({ id: 'x' })
              await db.from('bs').select('*').in('id', ids)
            } })
            export const c = schedules.task({ id: 'c', cron: '* * * * *', run: async () => {
              await db.from('cs').select('*')
            } })
            const client = new TriggerClient({ id: 'app' })
            client.defineJob({ id: 'd', trigger: eventTrigger({ name: 'd' }),
              run: async (payload, io) => {
                await io.runTask('x', async () => { await db.from('ds').select('*') })
              } })",
        )],
        "
        task a
          Select as Service id No
        onFailure a
          Insert failed Service No
        task b
          Select bs Service id No
        schedule c
          Select cs Service No
        event d
          Select ds Service No
        ",
    );
}

#[test]
fn what_runs_at_set_times_is_a_job() {
    check(
        &[
            (
                "src/times.ts",
                "import cron from 'node-cron'
                import { CronJob } from 'cron'
                import { Cron } from 'croner'
                import * as schedule from 'node-schedule'
                import { db } from './db'
                cron.schedule('0 1 * * *', async () => { await db.from('a').select('*') })
                new CronJob('0 2 * * *', b, null, true)
                CronJob.from({ cronTime: '0 3 * * *', onTick: async () => {
                  await db.from('c').select('*')
                } })
                new Cron('0 4 * * *', { protect: true }, async () => {
                  await db.from('d').select('*')
                })
                schedule.scheduleJob('nightly', '0 5 * * *', async () => {
                  await db.from('e').select('*')
                })
                function nightly(name: string, run: () => Promise<unknown>) {
                  return new Cron('0 0 * * *', { name }, async () => { await run() })
                }
                nightly('first', async () => { await db.from('g').select('*') })
                nightly('second', async () => { await db.from('h').select('*') })
                async function b() { await db.from('b').select('*') }",
            ),
            (
                "src/deno.ts",
                "import { db } from './db'
                Deno.cron('sweep', '0 6 * * *', async () => { await db.from('f').select('*') })",
            ),
        ],
        "
        schedule sweep
          Select f Service No
        schedule 0 1 * * *
          Select a Service No
        schedule 0 2 * * *
          Select b Service No
        schedule 0 3 * * *
          Select c Service No
        schedule 0 4 * * *
          Select d Service No
        schedule nightly
          Select e Service No
        schedule first
          Select g Service No depth 1
        schedule second
          Select h Service No depth 1
        ",
    );
}

#[test]
fn named_tasks_and_activities_are_jobs() {
    check(
        &[
            (
                "src/run.ts",
                "import { run } from 'graphile-worker'
                import { Agenda } from 'agenda'
                import { Worker } from '@temporalio/worker'
                import { charge } from './activities'
                import { db } from './db'
                export async function main() {
                  await run({ taskList: { hello: async (payload, helpers) => {
                    await db.from('hellos').select('*')
                  } } })
                  const agenda = new Agenda({})
                  agenda.define('sweep', async (job) => { await db.from('sweeps').delete() })
                  await Worker.create({ activities: { charge }, taskQueue: 'q' })
                }",
            ),
            (
                "src/activities.ts",
                "import { db } from './db'
                export async function charge(id: string) {
                  await db.from('charges').select('*').eq('id', id)
                }",
            ),
            (
                "tasks/mail.ts",
                "import type { Task } from 'graphile-worker'
                import { db } from '../src/db'
                const mail: Task = async (payload) => { await db.from('mails').select('*') }
                export default mail",
            ),
        ],
        "
        process mail
          Select mails Service No
        process hello
          Select hellos Service No
        process sweep
          Delete sweeps Service No
        activity charge
          Select charges Service id No
        ",
    );
}

#[test]
fn workflows_are_called_signed() {
    check(
        &[(
            "src/app/api/workflow/route.ts",
            "import { serve } from '@upstash/workflow/nextjs'
            import { db } from '@/db'
            export const { POST } = serve(async (context) => {
              const { id } = context.requestPayload
              await context.run('load', async () => {
                await db.from('flows').select('*').eq('id', id)
              })
            })",
        )],
        "
        POST /api/workflow
          guard
          Select flows Service id Yes
        ",
    );
}

#[test]
fn what_a_queue_of_the_projects_own_runs_is_reached() {
    check(
        &[
            (
                "src/queue.ts",
                "type Item = { fn: () => Promise<unknown>; resolve: (value: unknown) => void }
                const waiting: Item[] = []
                export async function enqueue<T>(fn: () => Promise<T>): Promise<T> {
                  return await new Promise((resolve) => {
                    waiting.push({ fn, resolve })
                    setImmediate(drain)
                  })
                }
                function drain() {
                  const item = waiting.shift()
                  item?.fn().then(item.resolve)
                }",
            ),
            (
                "src/app/api/orders/route.ts",
                "import { db } from '@/db'
                import { enqueue } from '@/queue'
                export async function POST() {
                  return Response.json(await enqueue(async () => {
                    await db.from('orders').insert({})
                  }))
                }",
            ),
        ],
        "
        POST /api/orders
          Insert orders Service No depth 2
        ",
    );
}

#[test]
fn who_starts_workers_says_what_they_run() {
    check(
        &[
            (
                "src/runtime.ts",
                "import { Worker } from 'bullmq'
                export const startRuntime = async ({ handlers }) => {
                  new Worker('all', async (job) => { await handlers[job.name]?.(job.data) })
                }",
            ),
            ("src/jobs.ts", "export { startRuntime } from './runtime'"),
            (
                "src/instrumentation.ts",
                "import { startRuntime } from './jobs'
                import { db } from './db'
                async function mail(data) { await db.from('mails').insert({ to: data.to }) }
                export async function register() { await startRuntime({ handlers: { mail } }) }",
            ),
        ],
        "
        process all
          Insert mails Service No depth 1
        ",
    );
}

#[test]
fn jobs_that_one_call_starts_are_several() {
    check(
        &[
            (
                "src/jobs.ts",
                "import schedule from 'node-schedule'
                import { db } from './db'
                export const startJobs = (times) => {
                  schedule.scheduleJob(times.a, async () => { await db.from('a').select('*') })
                  schedule.scheduleJob(times.b, async () => { await db.from('b').select('*') })
                }",
            ),
            ("src/server.ts", "import { startJobs } from './jobs'\nstartJobs(globalThis.times)"),
        ],
        "
        schedule *
          Select a Service No
        schedule *
          Select b Service No
        ",
    );
}
