//! The server as a client meets it: messages over pipes, projects on a disk.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod client;
mod diagnostics;
mod edits;
mod features;
mod robust;
