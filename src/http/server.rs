//! The accept loop: connections in, bounded in time, and a stop that lets what is in flight finish.

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;
use tokio::net::TcpListener;

use super::ServeError;
use super::service::Service;

/// How much the server lets in.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Requests in flight at one time; one more is answered 503.
    pub concurrency: usize,
    /// How long one request may take before it is answered 503.
    pub request_timeout: Duration,
    /// How many features a tile holds before it holds bins instead.
    pub max_features: usize,
    /// Bytes of features, as text, that a page holds at most; one feature that is larger is a page of its own.
    pub page_bytes: usize,
    /// Bytes of features, as text, from which on a page is written while it is sent, so that no more than pieces of it are in memory.
    pub stream_bytes: usize,
    /// Bytes of answers that are kept to be sent again.
    pub cache_bytes: u64,
}

/// How long a client may take to send a request's head; a connection that sends half of one is closed then.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long requests in flight may take to finish after the stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest request head in bytes. The guard refuses a path and query of more than 8 KiB with an answer; beyond this hyper does.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Serves until `stop` resolves, then stops accepting and lets what is in flight finish, for ten seconds at most.
///
/// # Errors
/// [`ServeError`] is for the caller's binding; a failed accept is logged and the loop goes on.
pub async fn serve(listener: TcpListener, service: Service, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(MAX_HEAD_BYTES);
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Too many open files, or a client that left at once: wait a moment, then go on.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Without it small answers wait for the client's acknowledgement.
        let _ = stream.set_nodelay(true);
        let service = service.clone();
        let answer = service_fn(move |request| {
            let answer = service.clone().answer(request, peer);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        let connection = builder.serve_connection(TokioIo::new(stream), answer);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(STOP_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests in flight did not finish within {} s", STOP_TIMEOUT.as_secs());
    }
    Ok(())
}
