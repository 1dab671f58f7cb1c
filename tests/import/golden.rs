//! One small file of each format: the values that come of it and the report, as snapshots.

use insta::assert_snapshot;
use std::fmt::Write as _;
use std::path::Path;

use crate::support::{Kept, context, read, read_as};
use harmattan::domain::{Incident, Instant, Moment, Record as _, Shape, SourceRef};
use harmattan::import::{Context, Format, Row, Summary, bundled};
use harmattan::tiles::geojson::write_feature;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
}

fn golden(name: &str) -> String {
    let (summary, kept) = read(&*fixture(name), name).unwrap();
    describe(&summary, &kept)
}

/// The report and the values in lines that a person can check against the file.
fn describe(summary: &Summary, kept: &Kept) -> String {
    let mut out = String::new();
    let format = summary.format.map_or("none", Format::as_str);
    let Summary { rows, accepted, rejected, folded, .. } = summary;
    writeln!(
        out,
        "{format}, {}: {rows} rows, {accepted} accepted, {rejected} rejected, {folded} folded",
        summary.encoding.as_str()
    )
    .unwrap();
    if !summary.ignored_columns.is_empty() {
        writeln!(out, "ignored: {}", summary.ignored_columns.join(", ")).unwrap();
    }
    for (unmapped, count) in &summary.unmapped {
        writeln!(out, "unmapped {} '{}' × {count}", unmapped.field, unmapped.value).unwrap();
    }
    for (doubt, flagged) in &summary.flagged {
        for example in &flagged.examples {
            writeln!(out, "{} × {}: line {} {}: {}", doubt.as_str(), flagged.count, example.line, example.id, example.detail)
                .unwrap();
        }
    }
    for rejection in &kept.rejected {
        writeln!(out, "rejected: {rejection}").unwrap();
    }
    for row in &kept.rows {
        out.push('\n');
        match row {
            Row::Dataset(dataset) => {
                let redistribution = dataset.redistribution.as_str();
                writeln!(out, "dataset {} {} ({}, {redistribution})", dataset.id, dataset.version, dataset.licence).unwrap();
            }
            Row::Incident(incident) => out.push_str(&incident_lines(incident)),
            Row::Region(region) => {
                let (from, to) = (region.valid_from, region.valid_to);
                writeln!(
                    out,
                    "{} {} {:?} in {} parent {:?}",
                    region.id, region.name, region.level, region.country, region.parent
                )
                .unwrap();
                writeln!(out, "  {from:?}..{to:?}, {} polygon(s), {}", region.area.0.len(), region.source).unwrap();
            }
            Row::Control(row) => {
                writeln!(out, "{} {} {:?} {:?}", row.id, row.place, row.country, row.region).unwrap();
                writeln!(
                    out,
                    "  {} {} blockade {} by {:?}",
                    row.actor,
                    row.status.as_str(),
                    row.blockade.as_str(),
                    row.blockade_by
                )
                .unwrap();
                writeln!(out, "  {}..{:?} {}", row.valid_from, row.valid_to, row.date_precision().as_str()).unwrap();
                let shape = match row.shape() {
                    Shape::Point(at) => format!("{} {}", at.lon(), at.lat()),
                    Shape::Area(area) => format!("{} polygon(s)", area.0.len()),
                    Shape::Line(line) => format!("{} positions", line.0.len()),
                    Shape::Unplaced => "nowhere".to_owned(),
                };
                writeln!(
                    out,
                    "  {} at {shape}; parties {:?}; confirmed {:?}",
                    row.target.as_str(),
                    row.actors,
                    row.last_confirmed
                )
                .unwrap();
                writeln!(out, "  rests on {:?}; supersedes {:?}; {:?}", row.confidence_basis, row.supersedes, row.nature)
                    .unwrap();
                writeln!(out, "  population {:?}; {}", row.population, source_line(&row.source)).unwrap();
            }
            Row::Retracted { id, known_at } => writeln!(out, "{id} withdrawn {known_at}").unwrap(),
            Row::Corridor(road) => {
                let places: Vec<_> = road.waypoints.iter().map(|(name, _)| name.as_str()).collect();
                writeln!(out, "{} {} to {}, {}: {}", road.id, road.name, road.target, road.class, places.join(" ")).unwrap();
                for change in road.changes.iter() {
                    let (from, to) = (change.valid_from, change.valid_to);
                    writeln!(out, "  {} {from}..{to:?} {:?}", change.status.as_str(), change.actor).unwrap();
                }
            }
        }
    }
    out
}

fn incident_lines(row: &Incident) -> String {
    let moment = |moment: Moment| match moment {
        Moment::Day(day) => day.to_string(),
        Moment::Instant(instant) => instant.to_string(),
    };
    let point = row.position.map_or("nowhere".to_owned(), |at| format!("{} {}", at.lon(), at.lat()));
    let region = row.region.as_deref().unwrap_or("-");
    let deaths = row.fatalities;
    format!(
        "{} {}\n  {}..{} {}; {point} ({}), {} {region}, '{}'\n  {} / {}: {} -> {}; deaths {:?} {:?} {:?}\n  {}\n",
        row.id(),
        row.title,
        moment(row.start),
        moment(row.end),
        row.date_precision.as_str(),
        row.geo_precision.code(),
        if row.country.is_empty() { "??" } else { &row.country },
        row.place,
        row.event_type.as_str(),
        row.sub_event_type.as_deref().unwrap_or("-"),
        row.actor1.as_deref().unwrap_or("-"),
        row.actor2.as_deref().unwrap_or("-"),
        deaths.low,
        deaths.best,
        deaths.high,
        source_line(&row.source),
    )
}

fn source_line(source: &SourceRef) -> String {
    format!("{} [{}] known {} confidence {:?}", source.citation, source.dataset.id, source.known_at, source.confidence)
}

#[test]
fn ucdp_final() {
    assert_snapshot!(golden("ucdp-final.csv"));
}

#[test]
fn ucdp_candidate_without_a_header() {
    assert_snapshot!(golden("GEDEvent_v24_0_1.csv"));
}

#[test]
fn ucdp_from_hdx() {
    assert_snapshot!(golden("ucdp-hdx.csv"));
}

#[test]
fn ucdp_short_form() {
    assert_snapshot!(golden("ucdp-short.csv"));
}

#[test]
fn ucdp_api_reply() {
    assert_snapshot!(golden("ucdp-api.json"));
}

#[test]
fn acled_of_2019() {
    assert_snapshot!(golden("acled-2019.csv"));
}

#[test]
fn acled_of_2025() {
    assert_snapshot!(golden("acled-2025.csv"));
}

#[test]
fn acled_month_first() {
    assert_snapshot!(golden("acled-month-first.csv"));
}

#[test]
fn acled_dates_without_an_order() {
    assert_snapshot!(golden("acled-no-order.csv"));
}

#[test]
fn acled_api_reply() {
    assert_snapshot!(golden("acled-api.json"));
}

#[test]
fn acled_by_actor() {
    assert_snapshot!(golden("acled-actors.csv"));
}

#[test]
fn plain_events() {
    assert_snapshot!(golden("events.csv"));
}

#[test]
fn events_in_windows_1252() {
    assert_snapshot!(golden("events-1252.csv"));
}

#[test]
fn events_in_utf_16_with_a_column_map() {
    let map = [
        ("Référence", "id"),
        ("Quand", "date_start"),
        ("Où", "place"),
        ("Est", "longitude"),
        ("Nord", "latitude"),
        ("Nature", "event_type"),
        ("Tués", "fatalities_best"),
    ];
    let column_map = map.map(|(column, field)| (column.to_owned(), field.to_owned())).into();
    let context = Context { column_map, ..context() };
    let (summary, kept) = read_as(&*fixture("events-utf16.tsv"), "events-utf16.tsv", None, &context).unwrap();
    assert_snapshot!(describe(&summary, &kept));
}

#[test]
fn geojson_collection() {
    assert_snapshot!(golden("incidents.geojson"));
}

#[test]
fn geojson_lines() {
    assert_snapshot!(golden("incidents.geojsonl"));
}

#[test]
fn our_own_geojson_comes_back_as_it_went_out() {
    let incidents = bundled().unwrap().changes.incidents;
    let mut text = String::from(r#"{"type":"FeatureCollection","features":["#);
    for (at, incident) in incidents.iter().enumerate() {
        text.push_str(if at == 0 { "" } else { ",\n" });
        write_feature(&mut text, incident, incident.shape().into(), Instant::MAX);
    }
    text.push_str("]}");
    let (summary, kept) = read(text.as_bytes(), "incidents.geojson").unwrap();
    assert_eq!((summary.rejected, summary.unmapped.len(), summary.flagged.len()), (0, 0, 0));
    let back: Vec<_> = kept.incidents().into_iter().cloned().collect();
    for (back, incident) in back.iter().zip(&incidents) {
        assert_eq!(back, incident);
    }
    assert_eq!(back.len(), incidents.len());
}

#[test]
fn geojson_text_sequence() {
    let (summary, kept) = read(&*fixture("incidents-rfc8142.geojsons"), "x").unwrap();
    let (_, collection) = read(&*fixture("incidents.geojson"), "x").unwrap();
    assert_eq!(summary.format, Some(Format::GeojsonSeq));
    assert_eq!(kept.incidents(), collection.incidents()[..2]);
}

#[test]
fn regions() {
    assert_snapshot!(golden("regions.geojson"));
}

#[test]
fn control_in_csv() {
    assert_snapshot!(golden("control.csv"));
}

#[test]
fn control_in_geojson() {
    assert_snapshot!(golden("control.geojson"));
}

#[test]
fn control_in_json_lines() {
    assert_snapshot!(golden("control.geojsonl"));
}

#[test]
fn our_own_control_comes_back_as_it_went_out() {
    let control = bundled().unwrap().changes.control;
    let mut text = String::from(r#"{"type":"FeatureCollection","features":["#);
    for (at, row) in control.iter().enumerate() {
        text.push_str(if at == 0 { "" } else { ",\n" });
        write_feature(&mut text, row, row.shape().into(), Instant::MAX);
    }
    text.push_str("]}");
    let (summary, kept) = read(text.as_bytes(), "control.geojson").unwrap();
    assert_eq!((summary.rejected, summary.unmapped.len(), summary.flagged.len()), (0, 0, 0));
    let back = kept.rows.iter().filter_map(|row| if let Row::Control(row) = row { Some(row.as_ref()) } else { None });
    let back: Vec<_> = back.collect();
    assert_eq!(back.len(), control.len());
    for (back, row) in back.into_iter().zip(&control) {
        assert_eq!(back, row);
    }
}

#[test]
fn corridors() {
    assert_snapshot!(golden("corridors.csv"));
}
