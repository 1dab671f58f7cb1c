//! What every handler shares.

use axum::http::StatusCode;
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::Semaphore;

use super::audience::Restricted;
use super::cache::ResponseCache;
use super::problem::Problem;
use super::server::Limits;
use super::stream::MOST_STREAMS;
use crate::domain::{Collection, FeatureQuery, Instant};
use crate::store::{Snapshot, Store};

/// Tells the present; tests put their own in.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// So many incidents are written in some tens of microseconds, about what it takes to hand work over to another thread and back.
const FEW_INCIDENTS: usize = 200;

/// The store, the clock and the settings, shared: every layer of every request holds a copy.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What the copies of an [`AppState`] share.
#[derive(Clone)]
pub struct Shared {
    store: Arc<dyn Store>,
    clock: Clock,
    base_url: Arc<str>,
    pub(super) restricted: Restricted,
    pub(super) permits: Arc<Semaphore>,
    /// For answers that are written while they are sent.
    pub(super) streams: Arc<Semaphore>,
    pub(super) limits: Limits,
    pub(super) cache: Arc<ResponseCache>,
}

impl AppState {
    /// State over a store. `base_url` is what links begin with, without a slash at the end; empty for links by path only. Rows
    /// that may not be passed on are shown to nobody.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Clock, base_url: &str, limits: Limits) -> Self {
        Self(Arc::new(Shared {
            store,
            clock,
            base_url: base_url.trim_end_matches('/').into(),
            restricted: Restricted::Never,
            permits: Arc::new(Semaphore::new(limits.concurrency)),
            streams: Arc::new(Semaphore::new(MOST_STREAMS)),
            limits,
            cache: Arc::new(ResponseCache::new(limits.cache_bytes)),
        }))
    }

    /// The same with rows that may not be passed on shown to whom the setting names.
    #[must_use]
    pub fn with_restricted(self, restricted: Restricted) -> Self {
        Self(Arc::new(Shared { restricted, ..Arc::unwrap_or_clone(self.0) }))
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Shared {
    /// The state of the store now.
    pub(super) fn snapshot(&self) -> Result<Arc<Snapshot>, Problem> {
        self.store.snapshot().map_err(|error| {
            tracing::error!(%error, "the store cannot be read");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR)
        })
    }

    /// The present.
    pub(super) fn now(&self) -> Instant {
        (self.clock)()
    }

    /// What links begin with.
    pub(super) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Runs work on the snapshot of now: here when it looks at so few incidents that handing it over would take longer, else on a
    /// blocking thread. `near` counts what the index alone finds, up to some number.
    pub(super) async fn on_incidents<T: Send + 'static>(
        &self,
        query: &FeatureQuery,
        near: impl FnOnce(&Snapshot, usize) -> usize,
        work: impl FnOnce(&Arc<Snapshot>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let snapshot = self.snapshot()?;
        let small = query.collection == Collection::Incidents && query.known_at.is_none();
        if small && near(&snapshot, FEW_INCIDENTS) <= FEW_INCIDENTS { work(&snapshot) } else { self.on_snapshot(work).await }
    }

    /// Runs work on the snapshot of now on a blocking thread.
    pub(super) async fn on_snapshot<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Snapshot>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let snapshot = self.snapshot()?;
        match tokio::task::spawn_blocking(move || work(&snapshot)).await {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(%error, "work on a snapshot did not finish");
                Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR))
            }
        }
    }
}
