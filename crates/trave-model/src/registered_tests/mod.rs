//! Routes that code registers, framework by framework: a few texts in, routes and queries out.

mod elysia;
mod express;
mod fastify;
mod hono;
mod jobs;
mod koa;
mod trpc;

use crate::testing::{describe, model};

/// A client that no policy holds back.
const DB: &str = "
    import { createClient } from '@supabase/supabase-js'
    export const db = createClient(process.env.URL!, process.env.SERVICE_ROLE_KEY!)";

/// Links files and compares what they serve.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &str) {
    let mut all = vec![("src/db.ts", DB)];
    all.extend_from_slice(files);
    let lines: Vec<&str> = expected.lines().map(str::trim_end).skip(1).collect();
    let found = describe(&model(&all));
    let found: Vec<&str> = found.lines().collect();
    let indent = lines.first().map_or(0, |line| line.len() - line.trim_start().len());
    let lines: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or("")).collect();
    let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    assert_eq!(found, lines, "\n{}\n", found.join("\n"));
}
