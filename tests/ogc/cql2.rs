//! Common Query Language (21-065r2), annex A, on the collections that are here: the standard's own test data sets are not shipped, so
//! what it counts there is counted here by a plain loop (`tests/http/filters.rs`).

use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

use crate::support::{get, get_json, ids};
use crate::{COLLECTIONS, encoded};

pub const CLASS: &str = "CQL2";

fn found(collection: &str, filter: &str) -> BTreeSet<String> {
    let page = get_json(&format!("/collections/{collection}/items?limit=10000&filter={}", encoded(filter)));
    assert_eq!(page["numberMatched"], page["numberReturned"], "{filter}");
    ids(&page).into_iter().collect()
}

fn found_json(collection: &str, filter: &Json) -> BTreeSet<String> {
    let filter = encoded(&filter.to_string());
    ids(&get_json(&format!("/collections/{collection}/items?limit=10000&filter-lang=cql2-json&filter={filter}")))
        .into_iter()
        .collect()
}

fn all(collection: &str) -> BTreeSet<String> {
    found(collection, "true")
}

/// The queryables of a collection with a literal of each one's type, but for lists.
fn scalars(collection: &str) -> Vec<(String, &'static str)> {
    let queryables = get_json(&format!("/collections/{collection}/queryables"));
    let literal = |property: &Json| match (property["type"].as_str()?, property["format"].as_str()) {
        ("integer", _) => Some("1"),
        ("number", _) => Some("3.14"),
        ("string", Some("date-time")) => Some("TIMESTAMP('2022-04-14T14:48:46Z')"),
        ("string", Some("date")) => Some("DATE('2022-04-14')"),
        ("string", _) if property["anyOf"].is_array() => Some("DATE('2022-04-14')"),
        ("string", _) => Some("'foo'"),
        _ => None,
    };
    let properties = queryables["properties"].as_object().unwrap();
    properties.iter().filter_map(|(name, property)| Some((format!("\"{name}\""), literal(property)?))).collect()
}

#[test]
fn basic_cql2_basic_test() {
    for collection in COLLECTIONS {
        assert!(!scalars(collection).is_empty());
    }
}

#[test]
fn basic_cql2_comparison() {
    for collection in COLLECTIONS {
        for (name, value) in scalars(collection) {
            for (one, other) in [("=", "<>"), (">", "<="), ("<", ">=")] {
                let (one, other) =
                    (found(collection, &format!("{name} {one} {value}")), found(collection, &format!("{name} {other} {value}")));
                assert!(one.is_disjoint(&other), "{collection} {name}");
                let known = found(collection, &format!("{name} IS NOT NULL"));
                assert_eq!(one.union(&other).cloned().collect::<BTreeSet<_>>(), known, "{collection} {name}");
            }
        }
    }
}

#[test]
fn basic_cql2_is_null() {
    for collection in COLLECTIONS {
        for (name, _) in scalars(collection).into_iter().chain([("geometry".to_owned(), "")]) {
            let (null, known) =
                (found(collection, &format!("{name} IS NULL")), found(collection, &format!("{name} is not null")));
            assert!(null.is_disjoint(&known) && null.len() + known.len() == all(collection).len(), "{collection} {name}");
        }
    }
}

#[test]
fn basic_cql2_boolean() {
    for collection in COLLECTIONS {
        assert!(found(collection, "false").is_empty() && !found(collection, "true").is_empty());
    }
}

#[test]
fn basic_cql2_logical() {
    let predicates = ["country = 'ML'", "fatalities_best > 5", "actor1 IS NULL", "date_start < DATE('2022-01-01')"];
    let sets = predicates.map(|predicate| found("incidents", predicate));
    let nots = predicates.map(|predicate| found("incidents", &format!("NOT ({predicate})")));
    for order in [[0, 1, 2, 3], [1, 0, 3, 2], [3, 2, 1, 0], [2, 3, 0, 1]] {
        let [p1, p2, p3, p4] = order.map(|at| predicates[at]);
        let [s1, _, s3, s4] = order.map(|at| &sets[at]);
        let [n1, n2, _, n4] = order.map(|at| &nots[at]);
        let filter = format!("(NOT ({p2}) AND {p1}) OR ({p3} and {p4}) or not ({p1} OR {p4})");
        let expected: BTreeSet<String> = [n2 & s1, s3 & s4, n1 & n4].iter().flat_map(|part| part.iter().cloned()).collect();
        assert_eq!(found("incidents", &filter), expected, "{filter}");
    }
}

#[test]
fn basic_cql2_property() {
    assert_eq!(get(&format!("/collections/places/items?filter={}", encoded("nosuch = 1"))).status, 400);
    assert_eq!(found("places", "\"country\" = 'ML'"), found("places", "country = 'ML'"));
}

#[test]
fn cql2_text_escaping() {
    assert_eq!(found("places", "name = 'N''Guigmi'"), found("places", r"name = 'N\'Guigmi'"));
    assert_eq!(found("places", "name LIKE '%''%'"), found("places", r"name LIKE '%\'%'"));
    assert!(!found("places", "name LIKE '%''%'").is_empty());
}

#[test]
fn cql2_text_keywords_in_any_case() {
    assert_eq!(
        found("places", "COUNTRY = 'ML'".to_lowercase().replace("'ml'", "'ML'").as_str()),
        found("places", "country = 'ML'")
    );
    assert_eq!(
        found("places", "country In ('ML') aNd Not population Is NuLl"),
        found("places", "country IN ('ML') AND NOT population IS NULL")
    );
}

#[test]
fn cql2_json_says_the_same() {
    let filter = json!({ "op": "and", "args": [
        { "op": "in", "args": [{ "property": "country" }, ["ML", "NE"]] },
        { "op": "not", "args": [{ "op": "isNull", "args": [{ "property": "population" }] }] },
        { "op": "s_intersects", "args": [{ "property": "geometry" }, { "bbox": [-5, 13, 5, 17] }] },
    ] });
    let text = "country IN ('ML', 'NE') AND population IS NOT NULL AND S_INTERSECTS(geometry, BBOX(-5, 13, 5, 17))";
    assert_eq!(found_json("places", &filter), found("places", text));
    assert!(!found("places", text).is_empty());
}

#[test]
fn advanced_comparison_operators_like() {
    for (name, value) in scalars("places").into_iter().filter(|(_, value)| *value == "'foo'") {
        let (like, not) = (found("places", &format!("{name} LIKE 'B%'")), found("places", &format!("{name} NOT LIKE 'B%'")));
        assert!(like.is_disjoint(&not));
        assert_eq!(like.len() + not.len(), found("places", &format!("{name} IS NOT NULL")).len(), "{name} {value}");
    }
    assert_eq!(found("places", "name LIKE '%'"), all("places"));
    assert!(found("places", "name LIKE 'Gao'").len() == found("places", "name = 'Gao'").len());
}

#[test]
fn advanced_comparison_operators_between() {
    assert_eq!(
        found("places", "population BETWEEN 1000 AND 90000"),
        found("places", "population >= 1000 AND population <= 90000")
    );
    assert_eq!(
        found("places", "population NOT BETWEEN 1000 AND 90000"),
        found("places", "population < 1000 OR population > 90000")
    );
}

#[test]
fn advanced_comparison_operators_in() {
    assert_eq!(found("places", "kind IN ('port','border_post')"), found("places", "kind = 'port' OR kind = 'border_post'"));
    assert_eq!(
        found("places", "kind NOT IN ('port','border_post')"),
        found("places", "kind <> 'port' AND kind <> 'border_post'")
    );
}

#[test]
fn case_insensitive_comparison_casei() {
    for text in ["Bamako", "BAMAKO", "bamako"] {
        let found = found("places", &format!("CASEI(name) = CASEI('{text}')"));
        assert!(found.contains("geonames:2460596"), "{text}: {found:?}");
    }
}

#[test]
fn accent_insensitive_comparison_accenti() {
    let plain = found("regions", "ACCENTI(name) = ACCENTI('Ségou')");
    assert_eq!(plain, found("regions", "ACCENTI(name) = ACCENTI('Segou')"));
    assert!(!plain.is_empty());
    assert_eq!(found("regions", "CASEI(ACCENTI(name)) = CASEI(ACCENTI('SÉGOU'))"), plain);
}

#[test]
fn basic_spatial_functions_intersects() {
    for collection in COLLECTIONS {
        let inside = found(collection, "S_INTERSECTS(geometry, BBOX(-5, 13, 2.5, 16))");
        let page = get_json(&format!("/collections/{collection}/items?limit=10000&bbox=-5,13,2.5,16"));
        assert_eq!(inside, ids(&page).into_iter().collect(), "{collection}");
    }
    assert!(found("regions", "S_INTERSECTS(geometry, POINT(-8 12.65))").contains("ML"));
    // Across the antimeridian there is nothing of ours.
    assert!(found("regions", "S_INTERSECTS(geometry, BBOX(150, -90, -150, 90))").is_empty());
}

#[test]
fn basic_spatial_functions_plus_data_types() {
    for geometry in [
        "LINESTRING(-8 12, 2 14)",
        "POLYGON((-8 12, 2 12, 2 18, -8 12))",
        "MULTIPOINT((-8 12.65), (2.1 13.5))",
        "MULTILINESTRING((-8 12, 2 14), (0 10, 0 20))",
        "MULTIPOLYGON(((-8 12, 2 12, 2 18, -8 12)), ((10 10, 11 10, 11 11, 10 10)))",
        "GEOMETRYCOLLECTION(POINT(-8 12.65), LINESTRING(-8 12, 2 14))",
    ] {
        let (meets, apart) = (
            found("regions", &format!("S_INTERSECTS(geometry, {geometry})")),
            found("regions", &format!("S_DISJOINT(geometry, {geometry})")),
        );
        assert!(meets.contains("ML") && meets.is_disjoint(&apart), "{geometry}");
        assert_eq!(meets.len() + apart.len(), all("regions").len(), "{geometry}");
    }
}

#[test]
fn spatial_functions_relations() {
    let square = "POLYGON((-9 12, -7 12, -7 13, -9 13, -9 12))";
    let of = |relation: &str| found("places", &format!("{relation}(geometry, {square})"));
    assert_eq!(of("S_WITHIN").union(&of("S_TOUCHES")).cloned().collect::<BTreeSet<_>>(), of("S_INTERSECTS"));
    assert!(
        of("S_CROSSES").is_empty() && of("S_OVERLAPS").is_empty() && of("S_EQUALS").is_empty() && of("S_CONTAINS").is_empty()
    );
    assert!(found("regions", "S_CONTAINS(geometry, POINT(-8 12.65))").contains("ML"));
    assert!(!found("corridors", &format!("S_CROSSES(geometry, {square})")).is_empty());
    assert_eq!(
        found("places", &format!("S_WITHIN(geometry, {square})")),
        found("places", &format!("S_CONTAINS({square}, geometry)"))
    );
    assert!(!found("regions", &format!("S_OVERLAPS(geometry, {square})")).is_empty());
}

#[test]
fn temporal_functions_relations() {
    let own = "INTERVAL(date_start, date_end)";
    let (before, after, meets) = ("T_BEFORE", "T_AFTER", "T_INTERSECTS");
    let of = |relation: &str| found("incidents", &format!("{relation}({own}, INTERVAL('2022-01-01', '2023-12-31'))"));
    let parts = [of(before), of(after), of(meets)];
    assert!(parts.iter().all(|part| !part.is_empty()));
    assert_eq!(parts.iter().map(BTreeSet::len).sum::<usize>(), all("incidents").len());
    assert_eq!(of("T_DISJOINT"), &parts[0] | &parts[1]);
    let page = get_json("/collections/incidents/items?limit=10000&datetime=2022-01-01/2023-12-31");
    assert_eq!(parts[2], ids(&page).into_iter().collect());
    for relation in [
        "T_CONTAINS",
        "T_DURING",
        "T_FINISHEDBY",
        "T_FINISHES",
        "T_MEETS",
        "T_METBY",
        "T_OVERLAPPEDBY",
        "T_OVERLAPS",
        "T_STARTEDBY",
        "T_STARTS",
        "T_EQUALS",
    ] {
        assert!(of(relation).is_subset(&parts[2]), "{relation}");
        let instant = get(&format!(
            "/collections/incidents/items?limit=1&filter={}",
            encoded(&format!("{relation}(date_start, DATE('2022-01-01'))"))
        ));
        assert_eq!(instant.status, if relation == "T_EQUALS" { 200 } else { 400 }, "{relation}");
    }
}

#[test]
fn property_property_comparisons() {
    assert_eq!(found("incidents", "fatalities_low < fatalities_high"), found("incidents", "fatalities_high > fatalities_low"));
    assert_eq!(found("incidents", "'ML' = country"), found("incidents", "country = 'ML'"));
    assert_eq!(found("incidents", "1 = 1"), all("incidents"));
    assert!(found("incidents", "S_INTERSECTS(POINT(0 0), POINT(1 1))").is_empty());
}

#[test]
fn arithmetic_operators() {
    for (filter, same) in [
        ("fatalities_best * 2 + 1 > 21", "fatalities_best > 10"),
        ("fatalities_best - 5 * 2 >= 0", "fatalities_best >= 10"),
        ("(fatalities_best - 5) * 2 >= 0", "fatalities_best >= 5"),
        ("fatalities_best / 2 = 3", "fatalities_best = 6"),
        ("fatalities_best div 4 = 1", "fatalities_best BETWEEN 4 AND 7"),
        ("fatalities_best = 2 ^ 3 ^ 0", "fatalities_best = 2"),
        ("fatalities_best % 10 = fatalities_best", "fatalities_best < 10"),
        ("-fatalities_best < -10", "fatalities_best > 10"),
    ] {
        assert_eq!(found("incidents", filter), found("incidents", same), "{filter}");
    }
}
