//! How far a command has come, said while it works: a bar on a terminal, a line every few seconds elsewhere. Work that takes
//! less than a second is not spoken of.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal as _, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant as Stopwatch};

/// How long work may take in silence.
const SILENCE: Duration = Duration::from_secs(1);

/// How often a line is written where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// What is counted beside the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Bytes,
    Pages,
    /// Nothing: the rows are what is done.
    Rows,
    /// Nothing: tiles are what is done, and there are no rows.
    Tiles,
}

/// How far a command has come.
pub(super) struct Progress {
    name: String,
    unit: Unit,
    done: Arc<AtomicU64>,
    total: Option<u64>,
    rows: u64,
    begun: Stopwatch,
    spoke: Option<Stopwatch>,
    terminal: bool,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(super) fn new(name: &str, unit: Unit, total: Option<u64>) -> Self {
        Self {
            name: name.to_owned(),
            unit,
            done: Arc::default(),
            total: total.filter(|total| *total > 0),
            rows: 0,
            begun: Stopwatch::now(),
            spoke: None,
            terminal: io::stderr().is_terminal(),
            bar: None,
        }
    }

    /// The bytes of a reader, counted; it may be read elsewhere.
    pub(super) fn count<R: Read>(&self, reader: R) -> Counted<R> {
        Counted { reader, done: Arc::clone(&self.done) }
    }

    /// More rows came.
    pub(super) fn rows(&mut self, more: u64) {
        self.rows += more;
    }

    /// Another row was written, of those that are all there is to do.
    pub(super) fn row(&mut self) {
        const ROWS_A_LOOK: u64 = 1_024;
        self.rows += 1;
        if self.rows.is_multiple_of(ROWS_A_LOOK) {
            self.done.store(self.rows, Ordering::Relaxed);
            self.tick();
        }
    }

    /// More tiles were made.
    pub(super) fn tiles(&mut self, more: u64) {
        self.rows += more;
        self.done.store(self.rows, Ordering::Relaxed);
        self.tick();
    }

    /// A page came; how many there are in all, where the provider says it.
    pub(super) fn page(&mut self, total: Option<u64>) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.total = total.or(self.total);
    }

    /// Whether a person sees a bar, so that nothing else need be said of each step.
    pub(super) fn is_seen(&self) -> bool {
        self.bar.is_some()
    }

    /// Says how far it is, when it is time to.
    pub(super) fn tick(&mut self) {
        let elapsed = self.begun.elapsed();
        if elapsed < SILENCE {
            return;
        }
        let done = self.done.load(Ordering::Relaxed);
        if self.terminal {
            let total = self.total;
            let bar = self.bar.get_or_insert_with(|| bar(total));
            bar.set_position(done);
            bar.set_message(standing(&self.name, self.unit, done, total, self.rows, elapsed));
        } else if self.spoke.unwrap_or(self.begun).elapsed() >= BETWEEN_LINES {
            self.spoke = Some(Stopwatch::now());
            tracing::info!("{}", standing(&self.name, self.unit, done, self.total, self.rows, elapsed));
        }
    }

    /// Does something that may write lines, which must not run into the bar.
    pub(super) fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(work),
            None => work(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{bar:20} {msg}"),
        None => (ProgressBar::new_spinner(), "{spinner} {msg}"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// One line: what is done of how much, rows a second, and how long the rest takes at that pace.
fn standing(name: &str, unit: Unit, done: u64, total: Option<u64>, rows: u64, elapsed: Duration) -> String {
    #[allow(clippy::cast_precision_loss, reason = "a figure for people, of three digits")]
    let float = |number: u64| number as f64;
    let amount = |number: u64| match unit {
        Unit::Bytes => format!("{:.1}", float(number) / 1e6),
        Unit::Pages | Unit::Rows | Unit::Tiles => number.to_string(),
    };
    let word = match unit {
        Unit::Bytes => "MB",
        Unit::Pages => "pages",
        Unit::Rows => "rows",
        Unit::Tiles => "tiles",
    };
    let seconds = elapsed.as_secs_f64().max(0.001);
    let pace = float(rows) / seconds;
    let done_of = match total {
        Some(total) => format!("{} of {} {word}", amount(done), amount(total)),
        None => format!("{} {word}", amount(done)),
    };
    let left = match total {
        Some(total) if done > 0 && done <= total => format!(", {:.0} s left", float(total - done) * seconds / float(done)),
        _ => String::new(),
    };
    let counted = if matches!(unit, Unit::Rows | Unit::Tiles) { String::new() } else { format!(", {rows} rows") };
    let paced = if unit == Unit::Tiles { word } else { "rows" };
    format!("{name}: {done_of}{counted}, {pace:.0} {paced}/s{left}")
}

/// A reader whose bytes are counted.
pub(super) struct Counted<R> {
    reader: R,
    done: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(into)?;
        self.done.fetch_add(u64::try_from(count).unwrap_or(0), Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_much_how_fast_and_how_long() {
        let ten = Duration::from_secs(10);
        assert_eq!(
            standing("a.csv", Unit::Bytes, 2_500_000, Some(10_000_000), 40_000, ten),
            "a.csv: 2.5 of 10.0 MB, 40000 rows, 4000 rows/s, 30 s left"
        );
        assert_eq!(standing("-", Unit::Bytes, 2_500_000, None, 5, ten), "-: 2.5 MB, 5 rows, 0 rows/s");
        assert_eq!(standing("ucdp", Unit::Pages, 2, Some(3), 2_000, ten), "ucdp: 2 of 3 pages, 2000 rows, 200 rows/s, 5 s left");
        assert_eq!(standing("t", Unit::Tiles, 200, None, 200, ten), "t: 200 tiles, 20 tiles/s");
        assert_eq!(standing("x", Unit::Bytes, 0, Some(1), 0, Duration::ZERO), "x: 0.0 of 0.0 MB, 0 rows, 0 rows/s");
    }

    #[test]
    fn bytes_are_counted_as_they_are_read() {
        let mut progress = Progress::new("x", Unit::Bytes, Some(0));
        io::copy(&mut progress.count(&b"12345"[..]), &mut io::sink()).unwrap();
        assert_eq!((progress.done.load(Ordering::Relaxed), progress.total), (5, None));
        progress.tick();
        assert!(!progress.is_seen(), "the first second passes in silence");
    }
}
