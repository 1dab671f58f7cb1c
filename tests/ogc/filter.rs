//! OGC API – Features – Part 3: Filtering (19-079r2), annex A.

use std::collections::BTreeSet;

use crate::support::{get, get_json, ids, link, request};
use crate::{COLLECTIONS, encoded, links};

pub const CLASS: &str = "Features 3";

#[test]
fn queryables_get_queryables_op() {
    for collection in COLLECTIONS {
        let answer = request("GET", &format!("/collections/{collection}/queryables"), &[("accept", "application/schema+json")]);
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/schema+json"));
    }
}

#[test]
fn queryables_queryables_link() {
    for collection in COLLECTIONS {
        let document = get_json(&format!("/collections/{collection}"));
        let rel = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
        assert_eq!(link(&document, rel), Some(format!("/collections/{collection}/queryables")));
        assert!(links(&document, rel, "/collections/"));
    }
}

#[test]
fn queryables_get_queryables_response() {
    for collection in COLLECTIONS {
        let queryables = get_json(&format!("/collections/{collection}/queryables"));
        assert_eq!(queryables["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(queryables["$id"], format!("http://map.example/collections/{collection}/queryables"));
        assert_eq!(queryables["type"], "object");
        assert!(queryables["properties"].as_object().unwrap().len() > 3);
    }
}

#[test]
fn queryables_query_parameters_parameters() {
    for (query, name, value) in [("country=ML", "country", "ML"), ("event_type=battle", "event_type", "battle")] {
        let page = get_json(&format!("/collections/incidents/items?limit=10000&{query}"));
        let features = page["features"].as_array().unwrap();
        assert!(!features.is_empty() && features.iter().all(|feature| feature["properties"][name] == value));
    }
}

fn filtered(collection: &str, filter: &str) -> u16 {
    get(&format!("/collections/{collection}/items?limit=3&filter-lang=cql2-text&filter={}", encoded(filter))).status
}

#[test]
fn filter_filter_param() {
    for collection in COLLECTIONS {
        let queryables = get_json(&format!("/collections/{collection}/queryables"));
        for name in queryables["properties"].as_object().unwrap().keys() {
            assert_eq!(filtered(collection, &format!("\"{name}\" IS NULL")), 200, "{collection} {name}");
        }
        assert_eq!(filtered(collection, "THIS IS NOT A FILTER"), 400);
    }
}

#[test]
fn filter_filter_lang_param() {
    for (lang, filter) in [("cql2-text", "country = 'ML'"), ("cql2-json", r#"{"op":"=","args":[{"property":"country"},"ML"]}"#)] {
        let page = get_json(&format!("/collections/places/items?limit=1&filter-lang={lang}&filter={}", encoded(filter)));
        let plain = get_json(&format!("/collections/places/items?limit=1&filter={}", encoded("country = 'ML'")));
        assert_eq!(page["numberMatched"], plain["numberMatched"], "text is the default");
    }
    assert_eq!(get("/collections/places/items?filter-lang=nosuch&filter=true").status, 400);
}

#[test]
fn filter_expression_construction() {
    for collection in COLLECTIONS {
        assert_eq!(filtered(collection, "this_is_not_a_queryable IS NULL"), 400);
    }
}

#[test]
fn filter_filter_crs_wgs84() {
    for collection in COLLECTIONS {
        let document = get_json(&format!("/collections/{collection}"));
        let bbox: Vec<String> =
            document["extent"]["spatial"]["bbox"][0].as_array().unwrap().iter().map(ToString::to_string).collect();
        let filter = format!("S_INTERSECTS(geometry, BBOX({}))", bbox.join(","));
        let inside = get_json(&format!("/collections/{collection}/items?limit=1&filter={}", encoded(&filter)));
        assert_eq!(inside["numberMatched"], get_json(&format!("/collections/{collection}/items?limit=1"))["numberMatched"]);
        assert_eq!(filtered(collection, "S_INTERSECTS(geometry, BBOX(1000000,1000000,2000000,2000000))"), 400);
    }
}

#[test]
fn filter_filter_crs_param() {
    let asked = |crs: &str, filter: &str| {
        get_json(&format!("/collections/incidents/items?limit=10000&filter-crs={crs}&filter={}", encoded(filter)))
    };
    let degrees = asked("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "S_INTERSECTS(geometry, BBOX(-5,13,2.5,16))");
    let swapped = asked("http://www.opengis.net/def/crs/EPSG/0/4326", "S_INTERSECTS(geometry, BBOX(13,-5,16,2.5))");
    assert_eq!(ids(&degrees), ids(&swapped));
    assert_eq!(get("/collections/incidents/items?filter=true&filter-crs=nonsense").status, 400);
}

#[test]
fn filter_mixing_expressions() {
    let both =
        get_json(&format!("/collections/incidents/items?limit=10000&country=ML&filter={}", encoded("fatalities_best >= 10")));
    let one = get_json(&format!(
        "/collections/incidents/items?limit=10000&filter={}",
        encoded("country = 'ML' AND fatalities_best >= 10")
    ));
    assert_eq!(ids(&both), ids(&one));
}

#[test]
fn filter_response() {
    let all: BTreeSet<String> = ids(&get_json("/collections/places/items?limit=10000")).into_iter().collect();
    let some = ids(&get_json(&format!("/collections/places/items?limit=10000&filter={}", encoded("population > 100000"))));
    assert!(!some.is_empty() && some.len() < all.len() && some.iter().all(|id| all.contains(id)));
}

#[test]
fn features_filter_filter_param() {
    let api = get_json("/api");
    for collection in COLLECTIONS {
        let parameters = api["paths"][format!("/collections/{collection}/items")]["get"]["parameters"].to_string();
        for name in ["filter", "filter-lang", "filter-crs"] {
            // Shared, or with an example of its own.
            let forms = [format!("#/components/parameters/{name}\""), format!("\"name\":\"{name}\"")];
            assert!(forms.iter().any(|form| parameters.contains(form)), "{collection} {name}");
        }
    }
}
