//! One small file of each format: the values that come of it and the report, as snapshots.

use insta::assert_snapshot;
use std::fmt::Write as _;
use std::path::Path;

use crate::support::{Kept, context, read, read_as};
use harmattan::domain::{Corridor, Incident, Instant, Moment, Record as _, Shape, SourceRef, reported_at};
use harmattan::import::{Context, Format, Row, Summary, bundled};
use harmattan::tiles::geojson::write_feature;
use std::sync::Arc;

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

#[test]
fn our_own_corridors_come_back_as_they_went_out() {
    let corridors = bundled().unwrap().changes.corridors;
    let as_of = Instant::parse("2025-10-15T12:00:00Z").unwrap();
    let mut text = String::from(r#"{"type":"FeatureCollection","features":["#);
    for (at, segment) in corridors.iter().flat_map(Corridor::segments).enumerate() {
        text.push_str(if at == 0 { "" } else { ",\n" });
        write_feature(&mut text, &segment, segment.shape().into(), as_of);
    }
    text.push_str("]}");
    let (summary, kept) = read(text.as_bytes(), "corridors.geojson").unwrap();
    assert_eq!((summary.format, summary.rejected, summary.unmapped.len()), (Some(Format::Corridors), 0, 0));
    let back = kept.rows.iter().filter_map(|row| if let Row::Corridor(row) = row { Some(row.as_ref()) } else { None });
    let back: Vec<_> = back.collect();
    assert_eq!(back.len(), corridors.len());
    for (back, road) in back.into_iter().zip(&corridors) {
        let same = Corridor { changes: Arc::clone(&road.changes), ..back.clone() };
        assert_eq!(&same, road, "but for the reports of other days");
        let then = reported_at(road.changes.iter(), as_of);
        assert_eq!(back.changes.len(), usize::from(then.is_some()), "{}", road.id);
        for (report, then) in back.changes.iter().zip(then) {
            assert_eq!((report.segment, report.status, report.valid_from), (None, then.status, then.valid_from));
            assert_eq!(
                (report.valid_to, report.from_precision, report.last_confirmed),
                (then.valid_to, then.from_precision, then.last_confirmed)
            );
            assert_eq!(
                (&report.actor, &report.source.citation, report.source.confidence),
                (&then.actor, &then.source.citation, then.source.confidence)
            );
        }
    }
}

#[test]
fn stretches_that_are_drawn_make_corridors() {
    let feature = |properties: &str, line: &str| {
        format!(
            r#"{{"type":"Feature","geometry":{{"type":"LineString","coordinates":{line}}},"properties":{{"corridor":"c",{properties}}}}}"#
        )
    };
    let features = [
        feature(
            r#""seq":2,"from":"Sofara","to":"Mopti","target":"Mopti","class":"primary","weight":0.4,"weight_low":0.2,"weight_high":0.6"#,
            "[[1,10],[1.5,10.2],[2,10]]",
        ),
        feature(
            r#""seq":1,"from":"Djenné","to":"SOFARA","target":"Mopti","status":"blocked","since":"2024-03-01","source":"made up""#,
            "[[0,10],[0.5,10.1],[1,10]]",
        ),
        feature(r#""seq":3,"from":"Elsewhere","to":"Nowhere","target":"Mopti""#, "[[5,10],[6,10]]"),
        feature(r#""seq":1,"from":"A","to":"B","target":"Mopti""#, "[[5,10],[6,10]]"),
        feature(r#""seq":4,"from":"A","to":"B","target":"Mopti","status":"shut","since":"2024-03-01""#, "[[5,10],[6,10]]"),
        feature(r#""seq":0,"from":"A","to":"B","target":"Mopti""#, "[[5,10],[6,10]]"),
        feature(r#""seq":5,"from":"A","to":"a","target":"Mopti""#, "[[5,10],[6,10]]"),
        feature(r#""seq":6,"from":"A","to":"B","target":"Gao""#, "[[5,10],[6,10]]"),
        feature(r#""seq":7,"from":"A","to":"B","target":"Mopti""#, "[[5,10]]"),
    ];
    let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",\n"));
    let (summary, kept) = read(text.as_bytes(), "drawn.geojson").unwrap();
    let columns: Vec<&str> = kept.rejected.iter().map(|rejection| rejection.column.as_str()).collect();
    assert_eq!(columns, ["seq", "status", "seq", "to", "target", "geometry", "from"]);
    assert_eq!((summary.accepted, summary.rejected), (2, 7));
    let Some(Row::Corridor(road)) = kept.rows.last() else { panic!("a corridor") };
    let names: Vec<&str> = road.waypoints.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names, road.class.as_str()), (vec!["Djenné", "SOFARA", "Mopti"], "primary"));
    assert_eq!(road.between.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(road.weight.as_ref().map(|weight| (weight.low, weight.share, weight.high)), Some((0.2, 0.4, 0.6)));
    assert_eq!((road.changes.len(), road.changes[0].segment), (1, Some(1)));
    let lengths: Vec<f64> = road.segments().iter().map(|segment| segment.length_km).collect();
    assert!(lengths.iter().all(|length| (111.0..120.0).contains(length)), "{lengths:?}");
}
