//! `harmattan fetch`: pages of a provider's API into the store, each page in a transaction of its own.

use anyhow::{Context as _, Result};
use std::sync::Arc;
use std::time::Duration;

use super::import::{known_at, open};
use super::keeper::{Gather, Keeper, Rejects};
use super::progress::{Progress, Unit};
use super::report::{Account, report};
use super::wrong_usage;
use crate::domain::{Collection, Dataset, Instant};
use crate::fetch::{Acled, Country, Deleted, EVERYWHERE, FetchError, Page, Patience, Query, Ucdp};
use crate::import::{Aliases, Context, Format, Gazetteer, Summary, import};
use crate::settings::{FetchRowsSettings, FetchSettings, Provider};
use crate::store::{Counts, Store};

pub(super) fn fetch(settings: &FetchSettings) -> Result<()> {
    match &settings.provider {
        Provider::Ucdp(settings) => {
            let (query, patience) = (query(&settings.rows)?, patience(&settings.rows));
            let mut ucdp = Ucdp::new(&settings.version, &query, settings.url.as_deref(), patience)?;
            let mut intake = Intake::new(&settings.rows, Format::Ucdp, Some(&settings.version))?;
            let pages = intake.pages(|| ucdp.next_page());
            intake.end(pages)
        }
        Provider::Acled(settings) => {
            let mut acled = Acled::new(&query(&settings.rows)?, settings.url.as_deref(), patience(&settings.rows))?;
            let mut intake = Intake::new(&settings.rows, Format::Acled, None)?;
            let pages = intake.pages(|| acled.next_page());
            let pages = pages.and_then(|()| intake.withdrawals(|| acled.next_deleted()));
            intake.end(pages)
        }
    }
}

fn query(settings: &FetchRowsSettings) -> Result<Query> {
    if let (Some(since), Some(until)) = (settings.since, settings.until)
        && until < since
    {
        return Err(wrong_usage(format!("--until {until} lies before --since {since}")));
    }
    let countries = if settings.countries.is_empty() {
        Country::on_the_map()
    } else if settings.countries.iter().any(|word| word == EVERYWHERE) {
        Vec::new()
    } else {
        let parse = |word: &String| word.parse().map_err(|reason| wrong_usage(format!("--country {word}: {reason}")));
        settings.countries.iter().map(parse).collect::<Result<_>>()?
    };
    Ok(Query { since: settings.since, until: settings.until, countries, page_rows: settings.page_rows })
}

fn patience(settings: &FetchRowsSettings) -> Patience {
    Patience { timeout: Duration::from_secs(settings.timeout.max(1)), first_wait: Duration::from_millis(settings.backoff_ms) }
}

/// Takes pages in and keeps the account.
struct Intake<'a> {
    settings: &'a FetchRowsSettings,
    store: Box<dyn Store>,
    format: Format,
    dataset: Arc<Dataset>,
    known_at: Instant,
    rejects: Rejects,
    summary: Summary,
    counts: Counts,
    retracted: u64,
    generation: Option<u64>,
    pages: u64,
}

impl<'a> Intake<'a> {
    fn new(settings: &'a FetchRowsSettings, format: Format, version: Option<&str>) -> Result<Self> {
        let known_at = known_at(settings.known_at.as_deref())?;
        let mut dataset = format.dataset(None, "", known_at);
        dataset.description = format!("Fetched from the API of {}", dataset.title);
        if let Some(version) = version {
            version.clone_into(&mut dataset.version);
        }
        Ok(Self {
            settings,
            store: open(&settings.store.file, settings.empty, settings.dry_run)?,
            format,
            dataset: Arc::new(dataset),
            known_at,
            rejects: Rejects::new(settings.rejects.as_deref())?,
            summary: Summary::default(),
            counts: Counts::default(),
            retracted: 0,
            generation: None,
            pages: 0,
        })
    }

    /// Takes in pages of rows until there are no more.
    fn pages(&mut self, mut next: impl FnMut() -> Result<Option<Page>, FetchError>) -> Result<()> {
        let reference = self.store.reference()?;
        let gazetteer = Gazetteer::new(&reference.regions);
        let aliases = Aliases::new(&reference.actors)?;
        let mut context = Context::new(&gazetteer, &aliases, self.known_at);
        context.actors = &reference.actors;
        context.dataset = Some(Arc::clone(&self.dataset));
        let mut progress = Progress::new(&self.dataset.id, Unit::Pages, None);
        while let Some(page) = next()? {
            let mut keeper = Keeper::new(self.store.begin()?, &mut self.rejects, self.settings.strict);
            let name = format!("{} {}", self.dataset.id, page.name);
            let mut gather = Gather::new(self.settings.strict, |batch| progress.aside(|| keeper.take(batch)));
            let summary = import(page.bytes.as_slice(), &name, Some(self.format), &context, &mut gather)?;
            let _ = gather.flush();
            let (generation, counts) = keeper.finish(self.settings.dry_run).with_context(|| format!("{name} was not kept"))?;
            let (rows, Counts { added, revised, unchanged }) = (page.rows, counts);
            progress.rows(rows);
            progress.page(page.of);
            progress.tick();
            if !progress.is_seen() {
                tracing::info!("{name}: {rows} rows: added {added}, revised {revised}, unchanged {unchanged}");
            }
            self.summary.add(summary);
            self.counts += counts;
            self.generation = generation;
            self.pages += 1;
        }
        Ok(())
    }

    /// Takes in pages of withdrawn ids until there are no more.
    fn withdrawals(&mut self, mut next: impl FnMut() -> Result<Option<Vec<Deleted>>, FetchError>) -> Result<()> {
        while let Some(deleted) = next()? {
            let mut keeper = Keeper::new(self.store.begin()?, &mut self.rejects, false);
            let mut retracted = 0;
            for event in &deleted {
                let known_at = event.at.map_or(self.known_at, |seconds| Instant::from_millis(seconds.saturating_mul(1_000)));
                retracted +=
                    u64::from(keeper.retract(Collection::Incidents, &format!("{}:{}", self.dataset.id, event.id), known_at));
            }
            let (generation, _) = keeper.finish(self.settings.dry_run)?;
            tracing::info!("{}: {} withdrawn ids: retracted {retracted}", self.dataset.id, deleted.len());
            self.retracted += retracted;
            self.generation = generation;
        }
        Ok(())
    }

    /// Reports, also of a fetch that broke off: what came before is kept.
    fn end(self, outcome: Result<()>) -> Result<()> {
        let pages = self.pages;
        if outcome.is_ok() || pages > 0 {
            let account = Account {
                summaries: vec![(self.dataset.id.clone(), self.summary)],
                counts: self.counts,
                rejected: self.rejects.count,
                retracted: self.retracted,
                generation: self.generation,
                dry_run: self.settings.dry_run,
            };
            report(&account, self.settings.json)?;
        }
        match (pages, self.settings.dry_run) {
            (0, _) => outcome.context("nothing was fetched"),
            (_, true) => outcome.context("the fetch broke off"),
            (_, false) => {
                outcome.with_context(|| format!("the fetch broke off; {pages} pages before are kept, run it again for the rest"))
            }
        }
    }
}
