//! Routes that code registers, framework by framework: a few texts in, routes and queries out.

mod express;
mod hono;
