//! `harmattan serve`: the map and the API until SIGTERM or SIGINT.

use anyhow::{Context, Result};
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

use super::open_or_fill;
use crate::domain::Instant;
use crate::http::{self, AppState, Limits, ServeError, router, serve as serve_http};
use crate::settings::{Restricted, ServeSettings};
use crate::store::Store;

pub(super) fn serve(settings: &ServeSettings) -> Result<()> {
    let store = open_or_fill(&settings.store.file, settings.empty)?;
    // Read before the address is printed, so that a store that cannot be read is said here and not in every answer.
    store.snapshot()?;
    let mib = |count: u64| usize::try_from(count.saturating_mul(1 << 20)).unwrap_or(usize::MAX);
    let limits = Limits {
        page_bytes: mib(settings.max_page),
        stream_bytes: mib(settings.stream_page),
        concurrency: settings.concurrency,
        request_timeout: Duration::from_secs(settings.request_timeout),
        max_features: settings.max_features,
        cache_bytes: settings.cache * 1024 * 1024,
    };
    // The blocking threads compute: more of them than processors would only wait for one another, each with memory of its own.
    let blocking = std::thread::available_parallelism().map_or(4, usize::from) + 2;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.max_blocking_threads(blocking).enable_all().build().context("the async runtime cannot start")?;
    runtime.block_on(async {
        let bind = |source| ServeError::Bind { address: settings.listen, source };
        let listener = TcpListener::bind(settings.listen).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let base_url = settings.public_url.clone().unwrap_or_else(|| base_url(address));
        tokio::spawn(follow(Arc::clone(&store)));
        let state =
            AppState::new(store, Arc::new(Instant::now), &base_url, limits).with_restricted(shown_to(settings.restricted));
        // Before the address is printed: who reads it may stop the server at once.
        let stopped = stopped();
        announce(address, settings.open);
        serve_http(listener, router(state), stopped).await?;
        Ok(())
    })
}

fn shown_to(setting: Restricted) -> http::Restricted {
    match setting {
        Restricted::Loopback => http::Restricted::Loopback,
        Restricted::Never => http::Restricted::Never,
    }
}

/// The address a person on this machine can open.
fn reachable(address: SocketAddr) -> String {
    if address.ip().is_unspecified() { format!("http://localhost:{}", address.port()) } else { format!("http://{address}") }
}

/// What links begin with when nothing is configured: nothing where the server does not know the name it is reached by.
fn base_url(address: SocketAddr) -> String {
    if address.ip().is_unspecified() { String::new() } else { format!("http://{address}") }
}

/// Prints the address. The socket listens already: whoever connects now is answered.
fn announce(address: SocketAddr, open: bool) {
    let url = reachable(address);
    let mut stdout = std::io::stdout().lock();
    // A closed stdout is no reason not to serve.
    let _ = writeln!(stdout, "Harmattan serves the map at {url}/").and_then(|()| stdout.flush());
    if open && let Err(error) = opener::open_browser(&url) {
        tracing::warn!(%error, "no browser could be opened");
    }
}

/// How often to look whether another process wrote to the store: an import shows within two seconds.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);

/// Takes over what other processes commit, for as long as the server runs.
async fn follow(store: Arc<dyn Store>) {
    let mut failing = false;
    prepare(&store).await;
    loop {
        tokio::time::sleep(FOLLOW_EVERY).await;
        let looked_at = Arc::clone(&store);
        let looked = tokio::task::spawn_blocking(move || looked_at.refresh()).await;
        match &looked {
            Ok(Ok(true)) => {
                tracing::info!("the store was changed by another process and is shown as it is now");
                prepare(&store).await;
            }
            Ok(Ok(false)) => {}
            // Said once; the last good state goes on being served.
            Ok(Err(error)) if !failing => tracing::error!(%error, "the store cannot be read; the state before is served"),
            Ok(Err(_)) | Err(_) => {}
        }
        failing = !matches!(looked, Ok(Ok(_)));
    }
}

/// Makes ahead of the first question what its answer would else wait for.
async fn prepare(store: &Arc<dyn Store>) {
    let store = Arc::clone(store);
    // A store that cannot be read is reported where it is looked at.
    let prepared = tokio::task::spawn_blocking(move || store.snapshot().map(|snapshot| snapshot.prepare())).await;
    if let Err(error) = prepared {
        tracing::error!(%error, "sums were not made ahead; the first question makes them");
    }
}

/// Watches for SIGTERM and SIGINT from now on; resolves at the first of them.
fn stopped() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let (interrupt, terminate) = {
        use tokio::signal::unix::{SignalKind, signal};
        let watch = |name: &'static str, kind: SignalKind| {
            let watched = signal(kind).inspect_err(|error| tracing::warn!(%error, "{name} cannot be watched"));
            async move {
                match watched {
                    Ok(mut signal) => {
                        signal.recv().await;
                    }
                    Err(_) => std::future::pending::<()>().await,
                }
            }
        };
        (watch("SIGINT", SignalKind::interrupt()), watch("SIGTERM", SignalKind::terminate()))
    };
    #[cfg(not(unix))]
    let (interrupt, terminate) = (
        async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        },
        std::future::pending::<()>(),
    );
    async {
        tokio::select! {
            () = interrupt => {}
            () = terminate => {}
        }
        tracing::info!("stopping");
    }
}
