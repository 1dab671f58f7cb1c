//! The order of pages and the ways between them; what of a feature is told, and in which reference system.

use harmattan::domain::{ChangeSet, Crs, Incident};
use harmattan::http::Restricted;
use harmattan::store::{MemoryStore, Store, commit};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::formats::{header_link, ids_in};
use crate::support::{data, get, get_json, ids, link, pages, request_of, start_limited, start_over};

/// What a feature is sorted by: the unknown last, whatever the direction.
fn key(feature: &Json, name: &str) -> (bool, String, f64) {
    let value = if name == "id" { &feature["id"] } else { &feature["properties"][name] };
    (value.is_null(), value.as_str().unwrap_or_default().to_owned(), value.as_f64().unwrap_or_default())
}

fn in_order(features: &[Json], sortby: &str) -> bool {
    features.windows(2).all(|pair| {
        for part in sortby.split(',').chain(["id"]) {
            let name = part.trim_start_matches(['-', '+']);
            let (a, b) = (key(&pair[0], name), key(&pair[1], name));
            let order = a.0.cmp(&b.0).then_with(|| {
                let known = a.1.cmp(&b.1).then(a.2.total_cmp(&b.2));
                if part.starts_with('-') { known.reverse() } else { known }
            });
            if order.is_ne() {
                return order.is_lt();
            }
        }
        false
    })
}

#[test]
fn sorted_pages_are_the_set_once_in_order_and_lead_back() {
    for (collection, sortby, rows) in [
        ("incidents", "-fatalities_best", data().incidents.len()),
        ("incidents", "country,-date_start,place", data().incidents.len()),
        ("incidents", "-id", data().incidents.len()),
        ("control", "+valid_to,-place", data().control.len()),
        ("places", "-population", data().places.len()),
        ("regions", "level,-name_fr", data().regions.len()),
    ] {
        let pages = pages(&format!("/collections/{collection}/items?limit=90&sortby={sortby}"));
        let features: Vec<Json> = pages.iter().flat_map(|page| page["features"].as_array().unwrap().clone()).collect();
        assert!(in_order(&features, sortby), "{collection} {sortby}");
        let seen: BTreeSet<&str> = features.iter().map(|feature| feature["id"].as_str().unwrap()).collect();
        assert_eq!((seen.len(), features.len()), (rows, rows), "{collection} {sortby}");
        assert!(pages.len() > 2 && link(&pages[0], "prev").is_none() && link(pages.last().unwrap(), "next").is_none());
        for pair in pages.windows(2) {
            let back = get_json(&link(&pair[1], "prev").expect("a page before"));
            assert_eq!(ids(&back), ids(&pair[0]), "{collection} {sortby}");
            assert_eq!(ids(&get_json(&link(&back, "next").expect("a page after"))), ids(&pair[1]));
        }
    }
}

#[test]
fn pages_by_id_lead_back_too_also_in_the_past() {
    for query in ["", "&known_at=2026-12-01", "&country=ML"] {
        let pages = pages(&format!("/collections/incidents/items?limit=40{query}"));
        for pair in pages.windows(2) {
            assert_eq!(ids(&get_json(&link(&pair[1], "prev").unwrap())), ids(&pair[0]), "{query}");
        }
        assert!(link(&pages[0], "prev").is_none());
    }
    let csv = get("/collections/places/items?limit=7&f=csv");
    let second = get(&header_link(&csv, "next").unwrap());
    assert_eq!(ids_in("csv", &get(&header_link(&second, "prev").unwrap())), ids_in("csv", &csv));
}

#[test]
fn a_cursor_goes_with_its_order() {
    let page = get_json("/collections/incidents/items?limit=5&sortby=country");
    let other = link(&page, "next").unwrap().replace("sortby=country", "sortby=-country");
    assert_eq!((get(&other).status, get(&other).json()["parameter"].clone()), (400, "cursor".into()));
    let wider = link(&page, "next").unwrap().replace("limit=5", "limit=50");
    assert_eq!(get_json(&wider)["numberReturned"], 50, "the size of a page is no part of the question");
}

#[test]
fn what_cannot_be_sorted_or_told_is_refused() {
    for (query, parameter) in [
        ("sortby=", "sortby"),
        ("sortby=colour", "sortby"),
        ("sortby=notes", "sortby"),
        ("sortby=place,place", "sortby"),
        ("properties=", "properties"),
        ("properties=place,colour", "properties"),
        ("skipGeometry=yes", "skipGeometry"),
        ("crs=EPSG:4326", "crs"),
        ("crs=http://www.opengis.net/def/crs/EPSG/0/2056", "crs"),
        ("f=csv&crs=http://www.opengis.net/def/crs/EPSG/0/3857", "crs"),
        ("bbox=1,2,3,4&bbox-crs=x", "bbox-crs"),
        ("bbox=100,0,101,1&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326", "bbox"),
    ] {
        let answer = get(&format!("/collections/incidents/items?{query}"));
        assert_eq!((answer.status, answer.json()["parameter"].clone()), (400, parameter.into()), "{query}");
    }
    assert_eq!(get("/collections/places/items?sortby=alt_names").status, 400);
}

#[test]
fn only_what_is_asked_for_is_told_in_every_format() {
    let page = get_json("/collections/incidents/items?limit=3&properties=place,actor1&skipGeometry=true");
    for feature in page["features"].as_array().unwrap() {
        assert_eq!(feature["properties"].as_object().unwrap().keys().collect::<Vec<_>>(), ["actor1", "place"]);
        assert!(feature["geometry"].is_null() && feature["id"].is_string());
    }
    let whole = get_json("/collections/incidents/items?limit=3");
    let trimmed = get_json("/collections/incidents/items?limit=3&properties=title");
    assert_eq!(trimmed["features"][0]["geometry"], whole["features"][0]["geometry"]);
    let csv = get("/collections/incidents/items?limit=3&properties=place,actor1&f=csv");
    assert_eq!(csv.text().lines().next(), Some("id,longitude,latitude,actor1,place"));
    let bare = get("/collections/regions/items?limit=3&properties=name&skipGeometry=true&f=csv");
    assert_eq!(bare.text().lines().next(), Some("id,name"));
    for format in ["geojsonseq", "csv", "fgb", "arrow"] {
        let answer = get(&format!("/collections/regions/items?limit=3&properties=name&skipGeometry=true&f={format}"));
        assert_eq!(ids_in(format, &answer), ids(&get_json("/collections/regions/items?limit=3")), "{format}");
    }
    let arrow = get("/collections/regions/items?limit=3&properties=name&skipGeometry=true&f=arrow");
    let columns = arrow_ipc::reader::StreamReader::try_new(&arrow.body[..], None).unwrap().schema();
    assert_eq!(columns.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>(), ["id", "name"]);
}

fn numbers(geometry: &Json, found: &mut Vec<(f64, f64)>) {
    let Some(items) = geometry.as_array() else { return };
    match (items[0].as_f64(), items.get(1).and_then(Json::as_f64)) {
        (Some(x), Some(y)) => found.push((x, y)),
        _ => items.iter().for_each(|item| numbers(item, found)),
    }
}

#[test]
fn coordinates_are_told_in_the_reference_system_that_is_asked_for() {
    for collection in ["incidents", "regions", "corridors"] {
        let path = format!("/collections/{collection}/items?limit=5");
        let plain = get(&path);
        assert_eq!(plain.header("content-crs"), format!("<{}>", Crs::Crs84.uri()));
        let mut degrees = Vec::new();
        plain.json()["features"].as_array().unwrap().iter().for_each(|f| numbers(&f["geometry"]["coordinates"], &mut degrees));
        for (crs, off) in [(Crs::Crs84, 0.0), (Crs::Epsg4326, 1e-6), (Crs::Epsg3857, 0.07)] {
            let answer = get(&format!("{path}&crs={}", crs.uri()));
            assert_eq!(answer.header("content-crs"), format!("<{}>", crs.uri()));
            let mut told = Vec::new();
            answer.json()["features"].as_array().unwrap().iter().for_each(|f| numbers(&f["geometry"]["coordinates"], &mut told));
            assert_eq!(told.len(), degrees.len());
            for ((lon, lat), (x, y)) in degrees.iter().zip(&told) {
                let expected = crs.of_crs84(*lon, *lat);
                assert!((expected.0 - x).abs() <= off && (expected.1 - y).abs() <= off, "{collection} {crs:?} {x} {y}");
            }
        }
    }
    let first = get_json("/collections/incidents/items?limit=1")["features"][0].clone();
    let id = first["id"].as_str().unwrap();
    let swapped = get(&format!("/collections/incidents/items/{id}?crs={}", Crs::Epsg4326.uri()));
    assert_eq!(swapped.header("content-crs"), format!("<{}>", Crs::Epsg4326.uri()));
    assert_eq!(swapped.json()["geometry"]["coordinates"][0], first["geometry"]["coordinates"][1]);
    assert_eq!(get_json("/collections/incidents")["crs"].as_array().unwrap().len(), 3);
}

#[test]
fn a_box_is_read_in_its_reference_system() {
    let count = |query: &str| get_json(&format!("/collections/incidents/items?limit=1&{query}"))["numberMatched"].clone();
    let expected = count("bbox=-5,13,2.5,16");
    assert!(expected.as_u64().unwrap() > 10);
    assert_eq!(count(&format!("bbox=-5,13,2.5,16&bbox-crs={}", Crs::Crs84.uri())), expected);
    assert_eq!(count(&format!("bbox=13,-5,16,2.5&bbox-crs={}", Crs::Epsg4326.uri())), expected);
    let metres = "bbox=-556597.4539663679,1459732.2728165,278298.72698318396,1804722.7662573";
    assert_eq!(count(&format!("{metres}&bbox-crs={}", Crs::Epsg3857.uri())), expected);
    let groups =
        get_json(&format!("/collections/incidents/aggregate?group_by=year&bbox=13,-5,16,2.5&bbox-crs={}", Crs::Epsg4326.uri()));
    assert_eq!(groups.as_array().unwrap().iter().map(|group| group["count"].as_u64().unwrap()).sum::<u64>(), expected);
}

#[test]
fn while_rows_are_written_each_is_met_once_in_every_format() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new().unwrap());
    commit(&*store, data().clone()).unwrap();
    let base = start_over(Arc::clone(&store), Restricted::Never);
    let expected: BTreeSet<String> = data().incidents.iter().map(|incident| incident.id.clone()).collect();
    let (done, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let writer = std::thread::spawn({
        let (store, done, written) = (Arc::clone(&store), Arc::clone(&done), Arc::clone(&written));
        move || {
            for number in 0u64.. {
                if done.load(Ordering::Relaxed) {
                    return;
                }
                // Between the rows that are there, not only at the end.
                let like = &data().incidents[usize::try_from(number * 37).unwrap() % data().incidents.len()];
                let incidents = vec![Incident { id: format!("{}-{number}", like.id), ..like.clone() }];
                commit(&*store, ChangeSet { incidents, ..ChangeSet::default() }).unwrap();
                written.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    while written.load(Ordering::Relaxed) < 5 {
        for (format, order) in
            [("geojson", ""), ("geojsonseq", ""), ("csv", ""), ("fgb", ""), ("arrow", ""), ("csv", "&sortby=-date_start,country")]
        {
            let (mut seen, mut next) = (Vec::new(), Some(format!("/collections/incidents/items?limit=25&f={format}{order}")));
            while let Some(path) = next {
                let answer = request_of(&base, "GET", &path, &[]);
                assert_eq!(answer.status, 200, "{}", answer.text());
                seen.extend(ids_in(format, &answer));
                next = header_link(&answer, "next");
            }
            let once: BTreeSet<String> = seen.iter().cloned().collect();
            assert_eq!(once.len(), seen.len(), "{format}{order}: met twice");
            assert!(expected.is_subset(&once), "{format}{order}: missed");
        }
    }
    done.store(true, Ordering::Relaxed);
    writer.join().unwrap();
}

#[test]
fn a_page_has_a_budget_of_bytes_and_an_honest_next() {
    const BUDGET: usize = 100_000;
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new().unwrap());
    commit(&*store, data().clone()).unwrap();
    let base = start_limited(store, Restricted::Never, |limits| limits.page_bytes = BUDGET);
    for (format, query) in [("geojson", ""), ("csv", "&sortby=-name"), ("fgb", "")] {
        let mut ways = Vec::new();
        let (mut seen, mut next) = (Vec::new(), Some(format!("/collections/regions/items?limit=10000&f={format}{query}")));
        while let Some(path) = next {
            let answer = request_of(&base, "GET", &path, &[]);
            let page = ids_in(format, &answer);
            assert!(page.len() == 1 || answer.body.len() < 2 * BUDGET, "{format}: {} bytes", answer.body.len());
            assert_eq!(answer.header("ogc-numberreturned"), page.len().to_string());
            assert_eq!(answer.header("ogc-numbermatched"), data().regions.len().to_string());
            seen.extend(page);
            ways.push(path);
            next = header_link(&answer, "next");
        }
        assert!(ways.len() > 3, "{format}");
        assert_eq!(
            (seen.iter().collect::<BTreeSet<_>>().len(), seen.len()),
            (data().regions.len(), data().regions.len()),
            "{format}"
        );
        // Backward from the last page everything before it is met once, too.
        let last = request_of(&base, "GET", ways.last().unwrap(), &[]);
        let (mut met, mut back) = (ids_in(format, &last).len(), header_link(&last, "prev"));
        while let Some(path) = back {
            let answer = request_of(&base, "GET", &path, &[]);
            met += ids_in(format, &answer).len();
            back = header_link(&answer, "prev");
        }
        assert_eq!(met, data().regions.len(), "{format}");
    }
}

#[test]
fn a_later_page_says_whether_its_answer_changed_since_the_first() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new().unwrap());
    commit(&*store, data().clone()).unwrap();
    let base = start_over(Arc::clone(&store), Restricted::Never);
    let like = data().incidents.iter().find(|incident| incident.country == "ML").unwrap();
    let ask = |path: &str| request_of(&base, "GET", path, &[]);
    for (query, changes) in
        [("", true), ("&bbox=-13,10,5,25", true), ("&bbox=30,10,40,20", false), ("&datetime=../2011-01-01", false)]
    {
        for format in ["geojson", "csv", "html"] {
            let path = format!("/collections/incidents/items?limit=5&f={format}{query}");
            let first = ask(&path);
            let Some(second) = header_link(&first, "next") else {
                assert!(!changes, "{query} has one page");
                continue;
            };
            assert!(first.header("harmattan-changed").is_empty() && ask(&second).header("harmattan-changed").is_empty());
            let id = format!("{}-{format}{}", like.id, query.len());
            let incidents = vec![Incident { id, ..like.clone() }];
            commit(&*store, ChangeSet { incidents, ..ChangeSet::default() }).unwrap();
            let (again, later) = (ask(&path), ask(&second));
            assert!(again.header("harmattan-changed").is_empty(), "a first page begins anew");
            assert_eq!(later.header("harmattan-changed"), if changes { "true" } else { "" }, "{path}");
            // It goes from page to page, also back.
            let third = ask(&header_link(&later, "next").unwrap());
            assert_eq!(third.header("harmattan-changed"), later.header("harmattan-changed"), "{path}");
            let back = ask(&header_link(&third, "prev").unwrap());
            assert_eq!(back.header("harmattan-changed"), later.header("harmattan-changed"), "{path}");
            if format == "html" {
                assert_eq!(later.text().contains("may have changed since the first page"), changes, "{path}");
            }
            if format == "geojson" {
                assert_eq!(later.json().get("changed").is_some(), changes, "{path}");
                assert!(again.json().get("changed").is_none());
            }
        }
    }
}
