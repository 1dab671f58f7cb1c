//! `harmattan analyze`: the measures of spread on the command line, as the server answers them.

use anyhow::Result;
use jiff::civil::Date;
use serde_json::Value as Json;
use std::io::Write as _;

use super::wrong_usage;
use crate::analytics::By;
use crate::domain::{AdminLevel, Audience, Instant, Moment};
use crate::http::{
    ControlQuestion, CorridorQuestion, CorridorSeriesQuestion, FrontQuestion, Refusal, Step, control_document, control_text,
    corridor_document, corridor_series, corridor_series_text, corridor_targets, corridor_text, front_actors, front_document,
    front_text,
};
use crate::settings::{Analysis, AnalyzeControlSettings, AnalyzeCorridorsSettings, AnalyzeFrontSettings, AnalyzeSettings};
use crate::store::{GeoPackageStore, Store as _};

pub(super) fn analyze(settings: &AnalyzeSettings) -> Result<()> {
    match &settings.measure {
        Analysis::Control(settings) => control(settings),
        Analysis::Corridors(settings) => corridors(settings),
        Analysis::Front(settings) => front(settings),
    }
}

fn front(settings: &AnalyzeFrontSettings) -> Result<()> {
    let known_at = settings.known_at.as_deref().map(Moment::parse).transpose().map_err(|error| error.named("--known-at"))?;
    let known_at = known_at.map(|moment| moment.interval().end());
    let store = GeoPackageStore::open(&settings.store.file)?;
    let snapshot = store.snapshot()?;
    // Whoever has the file may see all of it.
    let audience = Audience::Operator;
    let (document, text) = match settings.actor.clone() {
        None => {
            let document = front_actors(&snapshot, audience, known_at);
            let actors = document["actors"].as_array().into_iter().flatten();
            let line = |actor: &serde_json::Value| {
                let word = |name: &str| actor[name].as_str().unwrap_or_default().to_owned();
                format!(
                    "{:<20} {:>6} events in {:>5} cells, {} to {}\n",
                    word("actor"),
                    actor["events"],
                    actor["cells"],
                    word("first"),
                    word("last")
                )
            };
            let text = actors.map(line).collect::<String>();
            (document, text)
        }
        Some(actor) => {
            let from = settings.from.as_deref().map(|text| day("--from", text)).transpose()?;
            let today = || Instant::now().date().ok_or_else(|| wrong_usage("--to: out of range"));
            let to = settings.to.as_deref().map_or_else(today, |text| day("--to", text))?;
            let question = FrontQuestion { actor, from, to, known_at, origin: settings.origin.clone() };
            let document = front_document(&snapshot, audience, &question).map_err(refused)?;
            let text = front_text(&document);
            (document, text)
        }
    };
    print(settings.json, &document, &text)
}

/// Writes a document to stdout, as JSON or as text for people.
fn print(json: bool, document: &Json, text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    if json {
        writeln!(stdout, "{document:#}")?;
    } else {
        write!(stdout, "{text}")?;
    }
    Ok(())
}

/// What a question is refused for, as a setting is.
fn refused((parameter, reason): Refusal) -> anyhow::Error {
    wrong_usage(format!("--{parameter}: {reason}"))
}

/// The day of a setting.
fn day(name: &'static str, text: &str) -> Result<Date> {
    let day = match Moment::parse(text).map_err(|error| error.named(name))? {
        Moment::Day(day) => Some(day),
        Moment::Instant(instant) => instant.date(),
    };
    day.ok_or_else(|| wrong_usage(format!("{name}: out of range")))
}

fn corridors(settings: &AnalyzeCorridorsSettings) -> Result<()> {
    let today = || Instant::now().date().ok_or_else(|| wrong_usage("--date: out of range"));
    let known_at = settings.known_at.as_deref().map(Moment::parse).transpose().map_err(|error| error.named("--known-at"))?;
    let known_at = known_at.map(|moment| moment.interval().end());
    let is_span = settings.from.is_some() || settings.to.is_some();
    let store = GeoPackageStore::open(&settings.store.file)?;
    let snapshot = store.snapshot()?;
    // Whoever has the file may see all of it.
    let audience = Audience::Operator;
    let (document, text) = match settings.target.clone() {
        None => {
            let document = corridor_targets(&snapshot, audience);
            let towns = document["targets"].as_array().into_iter().flatten().filter_map(|town| town["target"].as_str());
            let text = towns.map(|town| format!("{town}\n")).collect();
            (document, text)
        }
        Some(target) if is_span => {
            let from = settings.from.as_deref().map(|text| day("--from", text)).transpose()?;
            let to = settings.to.as_deref().map_or_else(today, |text| day("--to", text))?;
            let step = Step::parse(&settings.step).map_err(|reason| wrong_usage(format!("--step: {reason}")))?;
            let question = CorridorSeriesQuestion { target, from, to, step, known_at };
            let document = corridor_series(&snapshot, audience, &question).map_err(refused)?;
            let text = corridor_series_text(&document);
            (document, text)
        }
        Some(target) => {
            let date = settings.date.as_deref().map_or_else(today, |text| day("--date", text))?;
            let document =
                corridor_document(&snapshot, audience, &CorridorQuestion { target, date, known_at }).map_err(refused)?;
            let text = corridor_text(&document);
            (document, text)
        }
    };
    print(settings.json, &document, &text)
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
    print(settings.json, &document, &control_text(&document))
}
