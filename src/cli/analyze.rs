//! `harmattan analyze`: the measures of spread on the command line, as the server answers them.

use anyhow::Result;
use std::io::Write as _;

use super::wrong_usage;
use crate::analytics::By;
use crate::domain::{AdminLevel, Audience, Instant, Moment};
use crate::http::{ControlQuestion, control_document, control_text};
use crate::settings::{Analysis, AnalyzeControlSettings, AnalyzeSettings};
use crate::store::{GeoPackageStore, Store as _};

pub(super) fn analyze(settings: &AnalyzeSettings) -> Result<()> {
    match &settings.measure {
        Analysis::Control(settings) => control(settings),
    }
}

fn control(settings: &AnalyzeControlSettings) -> Result<()> {
    let date = match settings.date.as_deref() {
        None => Instant::now().date(),
        Some(text) => match Moment::parse(text).map_err(|error| error.named("--date"))? {
            Moment::Day(day) => Some(day),
            Moment::Instant(instant) => instant.date(),
        },
    };
    let level = match settings.level.as_str() {
        "0" => AdminLevel::Country,
        "1" => AdminLevel::First,
        other => return Err(wrong_usage(format!("--level {other}: expected 0 or 1"))),
    };
    let known_at = settings.known_at.as_deref().map(Moment::parse).transpose().map_err(|error| error.named("--known-at"))?;
    let question = ControlQuestion {
        date: date.ok_or_else(|| wrong_usage("--date: out of range"))?,
        level,
        known_at: known_at.map(|moment| moment.interval().end()),
        by: if settings.by == "status" { By::Status } else { By::Actor },
        region: settings.region.clone(),
    };
    let store = GeoPackageStore::open(&settings.store.file)?;
    let snapshot = store.snapshot()?;
    // Whoever has the file may see all of it.
    let document = control_document(&snapshot, Audience::Operator, &question);
    if settings.region.is_some() && document["regions"].as_array().is_none_or(Vec::is_empty) {
        return Err(wrong_usage("--region: there is no such region of that level"));
    }
    let mut stdout = std::io::stdout().lock();
    if settings.json {
        writeln!(stdout, "{document:#}")?
    } else {
        write!(stdout, "{}", control_text(&document))?
    }
    Ok(())
}
