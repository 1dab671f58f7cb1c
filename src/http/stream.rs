//! Answers that are too large to be held: written twice, first to be tagged and measured, then to the client as fast as it reads.
//!
//! So a large answer has the tag and the length that it would have if it were built, and takes no more memory than a few pieces. Each has a thread
//! of its own: the blocking ones compute and are few, and a client that reads slowly must not hold one of them.

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::Response;
use http_body_util::channel::{Channel, Sender};
use std::io::{self, Write};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use xxhash_rust::xxh3::Xxh3Default;

use super::encoding::{self, encoding_to};
use super::negotiate::Encoding;
use super::problem::Problem;
use super::reply;
use crate::formats::FormatError;

/// So many are written at one time; one more waits, and is answered 503 when the time of a request is over.
pub(super) const MOST_STREAMS: usize = 32;

/// Bytes of a piece: large enough for few hand-overs, and few enough to be nothing beside what a page takes.
const PIECE: usize = 256 * 1024;

/// So many pieces wait for the client.
const PIECES: usize = 2;

/// A client that takes no piece for so long is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Set on an answer whose body is not there yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Streamed;

/// What the bytes of an answer come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    hash: u128,
    length: u64,
}

impl Measure {
    /// Writes an answer to nowhere.
    pub(super) fn of(write: impl FnOnce(&mut dyn Write) -> Result<(), FormatError>) -> Result<Self, FormatError> {
        let mut scale = Scale { hash: Xxh3Default::new(), length: 0 };
        write(&mut scale)?;
        Ok(Self { hash: scale.hash.digest128(), length: scale.length })
    }

    /// The answer of those bytes, which `write` writes again while they are sent.
    pub(super) fn answer(
        self,
        content_type: HeaderValue,
        encoding: Encoding,
        permit: OwnedSemaphorePermit,
        write: impl FnOnce(&mut dyn Write) -> Result<(), FormatError> + Send + 'static,
    ) -> Result<Response, Problem> {
        let (sender, body) = Channel::new(PIECES);
        let mut outlet = Outlet { sender: Some(sender), room: Vec::new(), runtime: Handle::current() };
        let work = move || {
            let done = encoding_to(&mut outlet, encoding, write).map(|_| ());
            match done.and_then(|()| Ok(outlet.done()?)) {
                Ok(()) => {}
                // The client left, or does not read.
                Err(FormatError::Io(error)) => tracing::debug!(%error, "an answer broke off"),
                Err(error) => tracing::error!(%error, "an answer broke off"),
            }
            drop(permit);
        };
        if let Err(error) = std::thread::Builder::new().name("stream".to_owned()).spawn(work) {
            tracing::error!(%error, "there is no thread for an answer");
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE));
        }
        let mut response = reply::with_tag(content_type, self.hash, Response::new(Body::new(body)));
        response.extensions_mut().insert(Streamed);
        match encoding::name(encoding) {
            Some(name) => response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(name)),
            None => response.headers_mut().insert(header::CONTENT_LENGTH, self.length.into()),
        };
        Ok(response)
    }
}

/// Counts and hashes what is written.
struct Scale {
    hash: Xxh3Default,
    length: u64,
}

impl Write for Scale {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hands bytes to the client in pieces, and waits for it. What is not [`done`](Self::done) breaks off, so that no part is taken for the whole.
struct Outlet {
    /// `None` once all is sent.
    sender: Option<Sender<Bytes, io::Error>>,
    room: Vec<u8>,
    runtime: Handle,
}

impl Outlet {
    fn send(&mut self) -> io::Result<()> {
        let piece = Bytes::from(std::mem::take(&mut self.room));
        let Some(sender) = &mut self.sender else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let sent = async { tokio::time::timeout(PATIENCE, sender.send_data(piece)).await };
        match self.runtime.block_on(sent) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    fn done(mut self) -> io::Result<()> {
        if !self.room.is_empty() {
            self.send()?;
        }
        self.sender = None;
        Ok(())
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.room.is_empty() {
            self.room.reserve(PIECE);
        }
        self.room.extend_from_slice(bytes);
        if self.room.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        if let Some(sender) = self.sender.take() {
            sender.abort(io::Error::other("the answer broke off"));
        }
    }
}
