//! Tiles and counts at random, held to a loop over all rows.

use fast_mvt::{MvtReaderRef, MvtValueRef};
use harmattan::domain::{
    ChangeSet, EventType, Fatalities, GeoPrecision, Incident, Instant, Interval, Moment, Position, Record as _,
};
use harmattan::http::Restricted;
use harmattan::store::{MemoryStore, commit};
use harmattan::tiles::TileId;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::sync::OnceLock;

use crate::support::{data, request_of, start};

/// Numbers that are the same on every run: a linear congruential generator with the constants of Knuth's MMIX.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(((self.0 >> 32) * u64::from(bound)) >> 32).unwrap()
    }

    fn part(&mut self) -> f64 {
        f64::from(self.below(1 << 30)) / f64::from(1 << 30)
    }

    fn day(&mut self) -> Date {
        date(2018, 1, 1).saturating_add(i64::from(self.below(2_500)).days())
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(u32::try_from(all.len()).unwrap()) as usize]
    }
}

/// Incidents in a few towns and between them, of a moment, of a day and of months, some without a place and some on the edges of tiles.
fn rows() -> &'static [Incident] {
    static ROWS: OnceLock<Vec<Incident>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let template = data().incidents.iter().find(|incident| incident.position.is_some()).unwrap();
        let mut numbers = Numbers(11);
        let towns: Vec<(f64, f64)> = (0..6).map(|_| (numbers.part() * 12.0 - 8.0, numbers.part() * 6.0 + 11.0)).collect();
        let made = |row: u32| {
            let numbers = &mut numbers;
            let (lon, lat) = match numbers.below(20) {
                0 => (numbers.part() * 30.0 - 17.0, numbers.part() * 20.0 + 4.0),
                1 => (*numbers.pick(&[0.0, -5.625, -11.25]), numbers.part() * 6.0 + 11.0),
                _ => {
                    let (lon, lat) = *numbers.pick(&towns);
                    (lon + numbers.part().powi(3), lat - numbers.part().powi(3))
                }
            };
            let day = numbers.day();
            let (start, end) = match numbers.below(10) {
                0 => (Moment::Day(day), Moment::Day(day.saturating_add(i64::from(numbers.below(90)).days()))),
                1..5 => {
                    let at = Instant::from_millis(Instant::start_of(day).millis() + i64::from(numbers.below(86_400)) * 1_000);
                    (Moment::Instant(at), Moment::Instant(at))
                }
                _ => (Moment::Day(day), Moment::Day(day)),
            };
            let best = (numbers.below(5) > 0).then(|| numbers.below(8));
            Incident {
                id: format!("{}:o{row}", template.source.dataset.id),
                start,
                end,
                position: (numbers.below(50) > 0).then(|| Position::new(lon, lat).unwrap()),
                event_type: *numbers.pick(EventType::ALL),
                actor1: numbers.pick(&[None, Some("JNIM"), Some("ISSP")]).map(ToOwned::to_owned),
                geo_precision: *numbers.pick(&[GeoPrecision::Exact, GeoPrecision::Near, GeoPrecision::Area]),
                country: (*numbers.pick(&["ML", "BF", "NE"])).to_owned(),
                fatalities: Fatalities { low: best, best, high: best.map(|best| best + 1) },
                ..template.clone()
            }
        };
        (0..30_000).map(made).collect()
    })
}

fn base() -> &'static str {
    static BASE: OnceLock<String> = OnceLock::new();
    BASE.get_or_init(|| {
        let store = MemoryStore::new().unwrap();
        let changes = ChangeSet { incidents: rows().to_vec(), datasets: data().datasets.clone(), ..ChangeSet::default() };
        commit(&store, changes).unwrap();
        start(store, Restricted::Never)
    })
}

/// A window and conditions as parameters, and the same as a test of a row.
fn question(numbers: &mut Numbers) -> (String, impl Fn(&Incident) -> bool + use<>) {
    let (first, days) = (numbers.day(), i64::from(*numbers.pick(&[1, 7, 30, 200, 900])));
    let last = first.saturating_add(days.days());
    let window = match numbers.below(6) {
        0 => "../..".to_owned(),
        1 => format!("{first}/.."),
        2 => format!("../{last}"),
        3 => format!("{first}T{:02}:30:00Z/{last}T23:59:59Z", numbers.below(24)),
        _ => format!("{first}/{last}"),
    };
    let mut query = format!("?datetime={window}");
    let kind = (numbers.below(4) == 0).then(|| *numbers.pick(EventType::ALL));
    let actor = (numbers.below(4) == 0).then(|| *numbers.pick(&["JNIM", "ISSP"]));
    let deaths = (numbers.below(8) == 0).then(|| numbers.below(8));
    kind.iter().for_each(|kind| query.push_str(&format!("&event_type={}", kind.as_str())));
    actor.iter().for_each(|actor| query.push_str(&format!("&actor1={actor}")));
    deaths.iter().for_each(|deaths| query.push_str(&format!("&fatalities_best={deaths}")));
    let window = Interval::parse(&window).unwrap();
    let meets = move |row: &Incident| {
        row.interval().meets(window)
            && kind.is_none_or(|kind| row.event_type == kind)
            && actor.is_none_or(|actor| row.actor1.as_deref() == Some(actor))
            && deaths.is_none_or(|deaths| row.fatalities.best == Some(deaths))
    };
    (query, meets)
}

/// Column and row of a zoom that a position lies in, by the formulas of the Web Mercator projection (OGC 17-083r4, annex D).
fn column_and_row(at: Position, z: u8) -> (u32, u32) {
    let side = f64::from(z).exp2();
    let (x, lat) = ((at.lon() + 180.0) / 360.0, at.lat().to_radians());
    let y = (1.0 - (lat.tan() + 1.0 / lat.cos()).ln() / PI) / 2.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rows lie well within the map")]
    let index = |part: f64| (part * side).floor() as u32;
    (index(x), index(y))
}

/// Count, deaths by the best figure, and how many have none.
type Sums = (u64, u64, u64);

fn add(sums: &mut Sums, row: &Incident) {
    sums.0 += 1;
    sums.1 += u64::from(row.fatalities.best.unwrap_or(0));
    sums.2 += u64::from(row.fatalities.best.is_none());
}

#[test]
fn two_hundred_random_tiles_hold_what_a_loop_over_all_rows_finds() {
    let mut numbers = Numbers(5);
    let (mut with_bins, mut with_rows) = (0, 0);
    for _ in 0..200 {
        let z = u8::try_from(numbers.below(15)).unwrap();
        let around = numbers.pick(rows()).position.unwrap_or(Position::new(0.0, 14.0).unwrap());
        let (x, y) = column_and_row(around, z);
        let (query, meets) = question(&mut numbers);
        let within = |row: &&Incident| row.position.is_some_and(|at| column_and_row(at, z) == (x, y)) && meets(row);
        let wanted: Vec<&Incident> = rows().iter().filter(within).collect();
        let path = format!("/tiles/incidents/{z}/{x}/{y}");
        let mut cells: BTreeMap<String, Sums> = BTreeMap::new();
        for row in &wanted {
            let (column, line) = column_and_row(row.position.unwrap(), z + 5);
            add(cells.entry(format!("{}/{column}/{line}", z + 5)).or_default(), row);
        }
        let mut wanted_ids: Vec<&str> = wanted.iter().map(|row| row.id.as_str()).collect();
        wanted_ids.sort_unstable();
        let aggregated = wanted.len() > 5_000;
        if aggregated {
            with_bins += 1
        } else {
            with_rows += 1
        }

        let json = request_of(base(), "GET", &format!("{path}.geojson{query}"), &[]).json();
        assert_eq!(json["tile"]["matched"], wanted.len(), "{path}{query}");
        assert_eq!(json["tile"]["aggregated"], aggregated, "{path}{query}");
        let features = json["features"].as_array().unwrap();
        if aggregated {
            let number = |value: &serde_json::Value| value.as_u64().unwrap();
            let told = features.iter().map(|feature| &feature["properties"]).map(|bin| {
                let sums = (number(&bin["point_count"]), number(&bin["fatalities_best"]), number(&bin["fatalities_unknown"]));
                (bin["cell"].as_str().unwrap().to_owned(), sums)
            });
            assert_eq!(told.collect::<BTreeMap<_, _>>(), cells, "{path}{query}");
        } else {
            let told: Vec<&str> = features.iter().map(|feature| feature["id"].as_str().unwrap()).collect();
            assert_eq!(told, wanted_ids, "{path}{query}");
        }

        let vector = request_of(base(), "GET", &format!("{path}.mvt{query}"), &[]);
        assert_eq!(vector.status, if wanted.is_empty() { 204 } else { 200 }, "{path}{query}");
        let reader = MvtReaderRef::new(&vector.body).unwrap();
        let layer = reader.layers().find(|layer| layer.name() == "incidents");
        let mut told_ids: Vec<String> = Vec::new();
        let mut told_cells: BTreeMap<String, Sums> = BTreeMap::new();
        for feature in layer.iter().flat_map(|layer| layer.features()) {
            let properties = feature.properties_vec().unwrap();
            let value = |name: &str| properties.iter().find(|(key, _)| *key == name).map(|(_, value)| value);
            let number = |name: &str| match value(name) {
                Some(MvtValueRef::UInt(number)) => *number,
                other => panic!("{name}: {other:?}"),
            };
            match (value("id"), value("cell")) {
                (Some(MvtValueRef::String(id)), None) => told_ids.push((*id).to_owned()),
                (None, Some(MvtValueRef::String(cell))) => {
                    let sums = (number("point_count"), number("fatalities_best"), number("fatalities_unknown"));
                    told_cells.insert((*cell).to_owned(), sums);
                }
                other => panic!("{other:?}"),
            }
        }
        if aggregated {
            assert_eq!(told_cells, cells, "{path}{query}");
        } else {
            assert_eq!(told_ids, wanted_ids, "{path}{query}");
        }
    }
    assert!(with_bins >= 15 && with_rows >= 100, "{with_bins} tiles with bins, {with_rows} with rows");
}

#[test]
fn the_loop_puts_rows_where_the_tiles_do() {
    for position in rows().iter().filter_map(|row| row.position) {
        for z in [0, 7, 14] {
            let tile = TileId::of(position, z).unwrap();
            assert_eq!((tile.x(), tile.y()), column_and_row(position, z), "{position:?} {z}");
        }
    }
}

#[test]
fn a_hundred_random_counts_are_what_a_loop_over_all_rows_finds() {
    let mut numbers = Numbers(23);
    for _ in 0..100 {
        let (query, meets) = question(&mut numbers);
        let by = *numbers.pick(&[
            "country",
            "event_type",
            "month",
            "year",
            "country,month",
            "event_type,year",
            "actor1,month",
            "cell:7",
            "day",
        ]);
        let mut wanted: BTreeMap<Vec<String>, Sums> = BTreeMap::new();
        for row in rows().iter().filter(|row| meets(row)) {
            let day = row.start.interval().start().date().unwrap();
            let value = |name: &str| match name {
                "country" => Some(row.country.clone()),
                "event_type" => Some(row.event_type.as_str().to_owned()),
                "actor1" => Some(row.actor1.clone().unwrap_or_default()),
                "month" => Some(day.strftime("%Y-%m").to_string()),
                "year" => Some(day.strftime("%Y").to_string()),
                "day" => Some(day.to_string()),
                _ => row.position.map(|at| column_and_row(at, 7)).map(|(x, y)| format!("7/{x}/{y}")),
            };
            let values: Option<Vec<String>> = by.split(',').map(value).collect();
            values.into_iter().for_each(|values| add(wanted.entry(values).or_default(), row));
        }
        let answer = request_of(base(), "GET", &format!("/collections/incidents/aggregate{query}&group_by={by}"), &[]).json();
        let told = answer.as_array().unwrap().iter().map(|group| {
            let values = by.split(',').map(|name| group[name.split(':').next().unwrap()].as_str().unwrap_or_default().to_owned());
            let number = |name: &str| group[name].as_u64().unwrap();
            (values.collect::<Vec<_>>(), (number("count"), number("fatalities_best"), number("fatalities_unknown")))
        });
        assert_eq!(told.collect::<BTreeMap<_, _>>(), wanted, "{by} {query}");
    }
}
