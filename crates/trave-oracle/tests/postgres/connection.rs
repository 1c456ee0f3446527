//! A connection to PostgreSQL over a Unix socket: the simple protocol, and nothing more.

use std::io::{BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// Version 3.0 of the protocol.
const PROTOCOL: u32 = 196_608;

/// One session.
pub(crate) struct Connection {
    reader: BufReader<UnixStream>,
}

/// What the server says of a statement that it refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The SQLSTATE.
    pub(crate) code: String,
    /// The message.
    pub(crate) message: String,
}

impl Connection {
    /// Opens a session; no answer means that the server is not up.
    pub(crate) fn open(socket: &Path, database: &str) -> Option<Self> {
        let stream = UnixStream::connect(socket).ok()?;
        let mut connection = Self { reader: BufReader::new(stream) };
        let mut body = PROTOCOL.to_be_bytes().to_vec();
        for text in ["user", "postgres", "database", database] {
            body.extend(text.bytes().chain([0]));
        }
        body.push(0);
        connection.send(None, &body);
        connection.answer().ok()?;
        Some(connection)
    }

    /// Runs statements up to the first that fails; the last value that they return, if any.
    pub(crate) fn run(&mut self, sql: &str) -> Result<Option<String>, Refusal> {
        let body: Vec<u8> = sql.bytes().chain([0]).collect();
        self.send(Some(b'Q'), &body);
        self.answer()
    }

    fn send(&mut self, kind: Option<u8>, body: &[u8]) {
        let length = u32::try_from(body.len() + 4).unwrap();
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend(length.to_be_bytes());
        message.extend(body);
        self.reader.get_mut().write_all(&message).unwrap();
    }

    /// Everything up to the next time that the server is ready.
    fn answer(&mut self) -> Result<Option<String>, Refusal> {
        let mut answer = Ok(None);
        loop {
            let mut head = [0; 5];
            if self.reader.read_exact(&mut head).is_err() {
                let message = "the connection was closed".to_owned();
                return answer.and(Err(Refusal { code: String::new(), message }));
            }
            let [kind, length @ ..] = head;
            let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
            self.reader.read_exact(&mut body).unwrap();
            match kind {
                b'D' => answer = answer.and(Ok(first_value(&body))),
                b'E' => answer = Err(refusal(&body)),
                b'Z' => return answer,
                _ => {}
            }
        }
    }
}

/// The first column of a row.
fn first_value(row: &[u8]) -> Option<String> {
    let length = row.get(2..6)?.try_into().ok()?;
    let length = usize::try_from(i32::from_be_bytes(length)).ok()?;
    String::from_utf8(row.get(6..6 + length)?.to_vec()).ok()
}

fn refusal(body: &[u8]) -> Refusal {
    let field = |letter: u8| {
        let mut fields = body.split(|byte| *byte == 0);
        let found = fields.find(|field| field.first() == Some(&letter));
        found.map(|field| String::from_utf8_lossy(&field[1..]).into_owned()).unwrap_or_default()
    };
    Refusal { code: field(b'C'), message: field(b'M') }
}
