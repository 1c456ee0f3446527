//! A PostgreSQL server of our own: a folder, a socket, and an end that comes by itself.
//!
//! The programs are those that are installed. A shell stands between us and the server: it stops
//! the server and removes its folder once our end of a pipe is closed, however we end.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::connection::Connection;

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for the end of its input, then stops the server and removes the folder.
const KEEPER: &str = r#"
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c full_page_writes=off \
  -c synchronous_commit=off -c autovacuum=off -c jit=off -c max_connections=20 \
  -c shared_buffers=32MB -c plan_cache_mode=force_generic_plan -c max_locks_per_transaction=256 \
  >"$2/log" 2>&1 </dev/null &
server=$!
read -r _
kill -INT $server
wait $server
rm -rf "$2"
"#;

/// A running server.
pub(crate) struct Server {
    folder: PathBuf,
    /// Its standard input is the pipe that keeps the server up.
    keeper: Child,
}

impl Server {
    /// Makes a cluster and starts it.
    pub(crate) fn start() -> Self {
        let programs = programs();
        let folder = tempfile::Builder::new().prefix("pg").tempdir().unwrap().keep();
        let user = unprivileged_user();
        if let Some((id, group)) = user {
            chown(&folder, Some(id), Some(group)).unwrap();
        }
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.arg("-D").arg(folder.join("data"));
        initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        let made = as_user(&mut initdb, &folder, user).output().unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "sh"]).arg(&programs).arg(&folder).stdin(Stdio::piped());
        let keeper = as_user(&mut keeper, &folder, user).spawn().unwrap();
        let server = Self { folder, keeper };
        server.connect("postgres");
        server
    }

    /// A session in a database, as `postgres`.
    pub(crate) fn connect(&self, database: &str) -> Connection {
        let socket = self.folder.join(".s.PGSQL.5432");
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            if let Some(connection) = Connection::open(&socket, database) {
                return connection;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("the server does not answer:\n{log}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// The folder of the newest server that is installed.
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = Path::new("/usr/lib/postgresql").read_dir().into_iter().flatten();
    let mut versions: Vec<PathBuf> =
        versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    let found = folders.into_iter().find(|folder| folder.join("initdb").is_file());
    found.expect("a PostgreSQL server is needed: `cargo xtask test` installs one")
}

/// `initdb` refuses the administrator: the user and group that the package made, then.
fn unprivileged_user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse::<u32>().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let user = |name| id(&["-u", name]).zip(id(&["-g", name]));
    let found = user("postgres").or_else(|| user("nobody"));
    Some(found.expect("the package of the server makes the user `postgres`"))
}

fn as_user<'a>(
    command: &'a mut Command,
    folder: &Path,
    user: Option<(u32, u32)>,
) -> &'a mut Command {
    command.current_dir(folder);
    match user {
        Some((id, group)) => command.uid(id).gid(group),
        None => command,
    }
}
