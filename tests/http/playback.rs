//! `/playback/…`: every dated change once, for a player that asks once.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int32Type, UInt32Type};
use arrow_array::{Array as _, ArrayRef};
use arrow_ipc::reader::StreamReader;
use std::collections::HashMap;
use std::sync::Arc;

use crate::support::{base, data, get, get_json, request_of};
use crate::tiles::crowded;

#[test]
fn every_statement_on_a_place_is_there_once() {
    let playback = get_json("/playback/control");
    let changes = playback["changes"].as_array().unwrap();
    assert_eq!(changes.len(), data().control.len());
    let places = playback["places"].as_array().unwrap();
    assert_eq!(places.len(), 147);
    for change in changes {
        let place = &places[usize::try_from(change["place"].as_u64().unwrap()).unwrap()];
        let row = data().control.iter().find(|row| change["id"] == row.id.as_str()).unwrap();
        assert_eq!(place["place"], row.place.as_str());
        assert_eq!(change["actor"], row.actor.as_str());
        assert_eq!(change["valid_to"].as_str().map(str::to_owned), row.valid_to.map(|day| day.to_string()));
    }
    let djibo = places.iter().position(|place| place["place"] == "Djibo").unwrap();
    let djibo: Vec<_> = changes.iter().filter(|change| change["place"] == djibo).collect();
    insta::assert_json_snapshot!(djibo);
}

#[test]
fn what_became_known_later_is_neither_told_nor_assessed() {
    let then = get_json("/playback/control?known_at=1999-12-31");
    assert!(then["known_at"].as_str().unwrap().starts_with("1999-12-31T23:59:59"), "{}", then["known_at"]);
    for empty in ["places", "changes", "areas"] {
        assert_eq!(then[empty], serde_json::json!([]), "{empty}");
    }
    let now = get_json("/playback/control?known_at=2999-01-01");
    assert_eq!(now["states"], get_json("/playback/control")["states"]);
    assert_eq!(get("/playback/control?known_at=never").status, 400);
}

#[test]
fn every_assessed_change_is_there_once_and_all_of_it_is_small() {
    let playback = get_json("/playback/control");
    let (areas, rows) = (playback["areas"].as_array().unwrap(), playback["states"]["rows"].as_array().unwrap());
    let columns: Vec<&str> =
        playback["states"]["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let at = |name: &str| columns.iter().position(|column| *column == name).unwrap();
    let words = playback["words"].as_array().unwrap();
    let days: Vec<(u64, i64)> =
        rows.iter().map(|row| (row[at("area")].as_u64().unwrap(), row[at("from")].as_i64().unwrap())).collect();
    assert!(days.windows(2).all(|pair| pair[0] < pair[1]), "by area and day, each once");
    assert_eq!(areas.len(), 147);
    // A place beside a larger one may be nearest to the middle of no cell; it has no land of its own.
    let landless = areas.iter().filter(|area| area["rings"].as_array().unwrap().is_empty());
    assert!(landless.clone().count() <= 3 && landless.clone().all(|area| area["area_km2"] == 0.0));
    // What holds on a day is what is answered for the day.
    let day = i64::from(harmattan::analytics::day_of(jiff::civil::date(2023, 11, 14)));
    let told = get_json("/analytics/control/places?date=2023-11-14");
    let (mut exact, mut confirmed) = (0, 0);
    for place in told["places"].as_array().unwrap() {
        let area = areas.iter().position(|area| area["id"] == place["id"]).unwrap();
        let row = rows.iter().rfind(|row| row[0] == area && row[1].as_i64().unwrap() <= day);
        let word =
            |name: &str| row.and_then(|row| row[at(name)].as_u64()).map(|word| words[usize::try_from(word).unwrap()].clone());
        let status = word("status").unwrap_or_else(|| "unknown".into());
        assert_eq!(status, place["status"], "{place:#}");
        if let Some(actor) = word("actor") {
            assert_eq!(actor, place["actor"]);
        }
        // Never later than what is answered for the day: a newer report may have come since the row began.
        if let Some(last) = row.and_then(|row| row[at("confirmed_until")].as_i64()).map(|last| last.min(day)) {
            let told: jiff::civil::Date = place["last_confirmed"].as_str().unwrap().parse().unwrap();
            let told = i64::from(harmattan::analytics::day_of(told));
            assert!(last <= told, "{place:#}");
            exact += usize::from(last == told);
            confirmed += 1;
        }
        if let Some(row) = row {
            let gap = row[at("unknown")].as_f64().unwrap() - place["unknown"].as_f64().unwrap();
            assert!(gap.abs() <= 0.11, "{place:#}");
        }
    }
    assert!(confirmed > 80 && exact * 10 > confirmed * 9, "{exact} of {confirmed}");
    let packed = request_of(base(), "GET", "/playback/control", &[("accept-encoding", "gzip")]);
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() < 300_000, "{}", packed.body.len());
}

#[test]
fn every_status_of_a_road_is_there_once() {
    let playback = get_json("/playback/corridors");
    assert_eq!(playback["corridors"].as_array().unwrap().len(), data().corridors.len());
    assert_eq!(playback["changes"].as_array().unwrap().len(), 99);
    for described in playback["corridors"].as_array().unwrap() {
        let corridor = data().corridors.iter().find(|corridor| described["id"] == corridor.id.as_str()).unwrap();
        assert_eq!(described["segments"].as_array().unwrap().len(), corridor.waypoints.len() - 1, "{}", corridor.id);
    }
}

/// The columns of the stream of incidents, by name.
fn stream(base: &str, query: &str) -> (HashMap<String, String>, HashMap<String, ArrayRef>) {
    let answer = request_of(base, "GET", &format!("/playback/incidents{query}"), &[]);
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/vnd.apache.arrow.stream"), "{query}");
    let mut reader = StreamReader::try_new(&answer.body[..], None).unwrap();
    let schema = reader.schema();
    let batch = reader.next().unwrap().unwrap();
    assert!(reader.next().is_none());
    let columns = schema.fields().iter().zip(batch.columns());
    (schema.metadata().clone().into(), columns.map(|(field, column)| (field.name().clone(), Arc::clone(column))).collect())
}

#[test]
fn the_whole_span_is_a_row_an_incident_by_day() {
    for query in ["", "?datetime=2023-01-01/2023-12-31&country=BF"] {
        let (metadata, columns) = stream(base(), query);
        let total = get_json(&format!("/collections/incidents/items{query}"))["numberMatched"].as_u64().unwrap();
        assert_eq!((metadata["aggregated"].as_str(), columns["day"].len() as u64), ("false", total));
        let days: Vec<i32> = columns["day"].as_primitive::<Int32Type>().values().to_vec();
        assert!(days.is_sorted());
        let ends = columns["day_end"].as_primitive::<Int32Type>().values().to_vec();
        assert!(days.iter().zip(&ends).all(|(day, end)| day <= end));
        for name in [
            "position",
            "event_type",
            "actor1",
            "actor2",
            "region",
            "geo_precision",
            "fatalities_best",
            "fatalities_low",
            "fatalities_high",
            "confidence_percent",
            "dataset",
        ] {
            assert_eq!(columns[name].len() as u64, total, "{name}");
        }
    }
}

#[test]
fn above_max_rows_the_span_is_cells_and_days_that_sum_to_the_placed_incidents() {
    let (metadata, columns) = stream(crowded(), "?max_rows=3000");
    assert_eq!(metadata["aggregated"], "true");
    assert!(columns["day"].len() <= 3_000);
    let counted: u64 = columns["count"].as_primitive::<UInt32Type>().values().iter().map(|count| u64::from(*count)).sum();
    assert_eq!(counted, 10_000);
    for query in ["?max_rows=0", "?max_rows=few", "?limit=5"] {
        assert_eq!(get(&format!("/playback/incidents{query}")).status, 400, "{query}");
    }
}
