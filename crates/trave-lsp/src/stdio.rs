//! Messages over streams of bytes: frames in, frames out, and nothing malformed gets through.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use lsp_server::{Connection, Message};

/// Longer frames are read past: no message is that long.
const FRAME_BYTES_MAX: usize = 256 << 20;

/// How long the last messages may take on their way.
const FAREWELL_MAX: Duration = Duration::from_secs(2);

/// A connection over two streams. It ends when the input does; what is no message is left out.
pub(crate) fn connect(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> io::Result<(Connection, Writer)> {
    let (to_server, receiver) = unbounded();
    let (sender, to_client) = unbounded();
    thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || read_all(BufReader::new(input), &to_server))?;
    let (done, finished) = bounded(1);
    thread::Builder::new().name("writer".to_owned()).spawn(move || {
        write_all(output, &to_client);
        let _ = done.send(());
    })?;
    Ok((Connection { sender, receiver }, Writer { finished }))
}

/// The thread that writes: waited for, so that the last answer is out before the program ends.
pub(crate) struct Writer {
    finished: Receiver<()>,
}

impl Writer {
    /// Waits until everything is written, or evidently nobody reads it.
    pub(crate) fn finish(self) {
        let _ = self.finished.recv_timeout(FAREWELL_MAX);
    }
}

fn read_all(mut input: impl BufRead, to_server: &Sender<Message>) {
    while let Ok(Some(frame)) = read_frame(&mut input) {
        let Ok(Some(message)) = Message::read(&mut frame.as_slice()) else { continue };
        let is_exit = matches!(&message, Message::Notification(it) if it.method == "exit");
        if to_server.send(message).is_err() || is_exit {
            return;
        }
    }
}

fn write_all(mut output: impl Write, to_client: &Receiver<Message>) {
    for message in to_client {
        if message.write(&mut output).is_err() {
            return;
        }
    }
}

/// The next frame, its header written anew; none at the end of the stream. Lines that are no
/// header are skipped.
fn read_frame(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(1 << 16).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_ascii();
        if line.is_empty() && length.is_some() {
            break;
        }
        length = length_of(line).or(length);
    }
    let length = length.unwrap_or(0);
    if length > FRAME_BYTES_MAX {
        io::copy(&mut input.by_ref().take(length as u64), &mut io::sink())?;
        return Ok(Some(Vec::new()));
    }
    let mut frame = format!("Content-Length: {length}\r\n\r\n").into_bytes();
    let got = input.by_ref().take(length as u64).read_to_end(&mut frame)?;
    Ok((got == length).then_some(frame))
}

fn length_of(line: &[u8]) -> Option<usize> {
    let line = std::str::from_utf8(line).ok()?;
    let (name, value) = line.split_once(':')?;
    name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::read_frame;

    #[test]
    fn what_is_no_header_is_skipped() {
        let mut input =
            "noise\r\n\r\nX: 1\r\ncontent-length: 2\r\n\r\n{}Content-Length: 9\r\n\r\n{".as_bytes();
        let frame = read_frame(&mut input).unwrap().unwrap();
        assert!(frame.ends_with(b"\r\n\r\n{}"));
        assert!(read_frame(&mut input).unwrap().is_none(), "a frame that is cut off is none");
    }
}
