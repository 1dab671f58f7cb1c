//! OGC API – Features – Part 1: Core (17-069r4), annex A.2.

use serde_json::Value as Json;
use std::collections::BTreeSet;

use crate::support::{get, get_json, ids, link, pages};
use crate::{COLLECTIONS, links};

pub const CLASS: &str = "Features 1, Core";

#[test]
fn http() {
    let answer = get("/");
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(crate::support::request("POST", "/collections", &[]).status, 405);
}

#[test]
fn crs84() {
    for collection in COLLECTIONS {
        let answer = get(&format!("/collections/{collection}/items?limit=5"));
        assert_eq!(answer.header("content-crs"), "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>");
        // Between Cape Verde and Chad: taken the other way round the places would lie elsewhere.
        if collection == "places" {
            for feature in answer.json()["features"].as_array().unwrap() {
                let at = &feature["geometry"]["coordinates"];
                assert!(
                    (-26.0..25.0).contains(&at[0].as_f64().unwrap()) && (0.0..38.0).contains(&at[1].as_f64().unwrap()),
                    "{at}"
                );
            }
        }
    }
}

#[test]
fn root_op() {
    assert_eq!(get("/").status, 200);
}

#[test]
fn root_success() {
    let landing = get_json("/");
    assert!(links(&landing, "service-desc", "/api") && links(&landing, "service-doc", "/api.html"));
    assert!(links(&landing, "conformance", "/conformance") && links(&landing, "data", "/collections"));
}

#[test]
fn api_definition_op() {
    let landing = get_json("/");
    assert_eq!(get(&link(&landing, "service-desc").unwrap()).status, 200);
    assert_eq!(get(&link(&landing, "service-doc").unwrap()).status, 200);
}

#[test]
fn api_definition_success() {
    let answer = get("/api");
    assert_eq!(answer.header("content-type"), "application/vnd.oai.openapi+json;version=3.0");
    assert_eq!(answer.json()["openapi"], "3.0.3");
}

#[test]
fn conformance_op() {
    assert_eq!(get("/conformance").status, 200);
}

#[test]
fn conformance_success() {
    let classes = get_json("/conformance");
    assert!(classes["conformsTo"].as_array().unwrap().iter().all(Json::is_string));
}

#[test]
fn query_param_unknown() {
    for collection in COLLECTIONS {
        assert_eq!(get(&format!("/collections/{collection}/items?thisisnotaparameter=1")).status, 400);
    }
    assert_eq!(get("/collections?thisisnotaparameter=1").status, 400);
}

#[test]
fn query_param_invalid() {
    for query in ["limit=0", "limit=a", "bbox=1", "bbox=a,b,c,d", "datetime=x", "datetime=2024-01-02/2024-01-01"] {
        assert_eq!(get(&format!("/collections/incidents/items?{query}")).status, 400, "{query}");
    }
}

#[test]
fn fc_md_op() {
    assert_eq!(get("/collections").status, 200);
}

#[test]
fn fc_md_success() {
    let document = get_json("/collections");
    assert!(document["collections"].as_array().unwrap().iter().all(|one| one["id"].is_string()));
}

#[test]
fn fc_md_links() {
    let document = get_json("/collections");
    assert!(links(&document, "self", "/collections") && links(&document, "alternate", "/collections"));
    assert!(document["links"].as_array().unwrap().iter().all(|link| link["rel"].is_string() && link["type"].is_string()));
}

#[test]
fn fc_md_items() {
    let document = get_json("/collections");
    let listed: Vec<&str> = document["collections"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(listed, COLLECTIONS);
}

#[test]
fn fc_md_items_links() {
    for one in get_json("/collections")["collections"].as_array().unwrap() {
        let items: Vec<&Json> = one["links"].as_array().unwrap().iter().filter(|link| link["rel"] == "items").collect();
        assert!(items.iter().all(|link| link["type"].is_string()));
        for media_type in ["application/geo+json", "text/html"] {
            assert!(items.iter().any(|link| link["type"] == media_type), "{media_type}");
        }
    }
}

#[test]
fn fc_md_extent() {
    for one in get_json("/collections")["collections"].as_array().unwrap() {
        let bbox = one["extent"]["spatial"]["bbox"][0].as_array().unwrap();
        assert_eq!(bbox.len(), 4);
        if one["extent"]["temporal"].is_object() {
            assert_eq!(one["extent"]["temporal"]["interval"][0].as_array().unwrap().len(), 2);
        }
        // Every feature lies within.
        let inside = get_json(&format!(
            "/collections/{}/items?limit=1&bbox={}",
            one["id"].as_str().unwrap(),
            bbox.iter().map(Json::to_string).collect::<Vec<_>>().join(",")
        ));
        let all = get_json(&format!("/collections/{}/items?limit=1", one["id"].as_str().unwrap()));
        assert_eq!(inside["numberMatched"], all["numberMatched"]);
    }
}

#[test]
fn sfc_md_op() {
    for collection in COLLECTIONS {
        assert_eq!(get(&format!("/collections/{collection}")).status, 200);
    }
    assert_eq!(get("/collections/nosuch").status, 404);
}

#[test]
fn sfc_md_success() {
    let all = get_json("/collections");
    for one in all["collections"].as_array().unwrap() {
        assert_eq!(&get_json(&format!("/collections/{}", one["id"].as_str().unwrap())), one);
    }
}

#[test]
fn fc_op() {
    for collection in COLLECTIONS {
        assert_eq!(get(&format!("/collections/{collection}/items")).status, 200);
    }
}

/// The parameters of the features of a collection, references followed.
fn parameters(collection: &str) -> Vec<Json> {
    let api = get_json("/api");
    let parameters = &api["paths"][format!("/collections/{collection}/items")]["get"]["parameters"];
    let followed = |one: &Json| one["$ref"].as_str().map_or_else(|| one.clone(), |path| api.pointer(&path[1..]).unwrap().clone());
    parameters.as_array().unwrap().iter().map(followed).collect()
}

fn parameter(name: &str) -> Json {
    let found = COLLECTIONS.map(|collection| parameters(collection).into_iter().find(|one| one["name"] == name).unwrap());
    assert!(
        found
            .iter()
            .all(|one| one["in"] == "query" && one["required"] != true && one["style"] == "form" && one["explode"] == false)
    );
    found[0].clone()
}

#[test]
fn fc_bbox_definition() {
    let schema = &parameter("bbox")["schema"];
    assert_eq!((&schema["type"], &schema["items"]["type"]), (&"array".into(), &"number".into()));
    assert_eq!((&schema["oneOf"][0]["minItems"], &schema["oneOf"][1]["maxItems"]), (&4.into(), &6.into()));
}

#[test]
fn fc_bbox_response() {
    let all = get_json("/collections/incidents/items?limit=10000");
    let (mut inside, bbox) = (BTreeSet::new(), [-5.0, 13.0, 2.5, 16.0]);
    for feature in all["features"].as_array().unwrap() {
        let at = |axis: usize| feature["geometry"]["coordinates"][axis].as_f64().unwrap();
        if bbox[0] <= at(0) && at(0) <= bbox[2] && bbox[1] <= at(1) && at(1) <= bbox[3] {
            inside.insert(feature["id"].as_str().unwrap().to_owned());
        }
    }
    for query in ["bbox=-5,13,2.5,16", "bbox=-5,13,0,2.5,16,9000"] {
        let found = get_json(&format!("/collections/incidents/items?limit=10000&{query}"));
        assert_eq!(ids(&found).into_iter().collect::<BTreeSet<_>>(), inside);
    }
}

#[test]
fn fc_limit_definition() {
    let schema = &parameter("limit")["schema"];
    assert_eq!(
        (&schema["type"], &schema["minimum"], &schema["maximum"], &schema["default"]),
        (&"integer".into(), &1.into(), &10_000.into(), &1_000.into())
    );
}

#[test]
fn fc_limit_response() {
    assert_eq!(get_json("/collections/places/items?limit=7")["numberReturned"], 7);
    assert_eq!(get_json("/collections/places/items")["numberReturned"], 1_000, "the default");
    // More than the maximum is taken as the maximum.
    assert_eq!(get("/collections/places/items?limit=1000000").status, 200);
}

#[test]
fn fc_time_definition() {
    assert_eq!(parameter("datetime")["schema"]["type"], "string");
}

#[test]
fn fc_time_response() {
    let all = get_json("/collections/incidents/items?limit=10000");
    for (query, first, last) in [
        ("2024-05-06", "2024-05-06", "2024-05-06"),
        ("2024-01-01/2024-06-30", "2024-01-01", "2024-06-30"),
        ("2024-01-01T00:00:00Z/..", "2024-01-01", "9999"),
        ("../2015-12-31T23:59:59Z", "0000", "2015-12-31"),
    ] {
        let meets = |feature: &&Json| {
            let day = |name: &str| feature["properties"][name].as_str().unwrap()[..10].to_owned();
            day("date_start").as_str() <= last && day("date_end").as_str() >= first
        };
        let expected: Vec<Json> =
            all["features"].as_array().unwrap().iter().filter(meets).map(|feature| feature["id"].clone()).collect();
        let found = get_json(&format!("/collections/incidents/items?limit=10000&datetime={query}"));
        assert_eq!(ids(&found).into_iter().map(Json::from).collect::<Vec<_>>(), expected, "{query}");
    }
}

#[test]
fn fc_response() {
    for collection in COLLECTIONS {
        let page = get_json(&format!("/collections/{collection}/items?limit=3"));
        assert_eq!(page["type"], "FeatureCollection");
        assert!(
            page["features"].as_array().unwrap().iter().all(|feature| feature["type"] == "Feature" && feature["id"].is_string())
        );
    }
}

#[test]
fn fc_links() {
    for collection in COLLECTIONS {
        let path = format!("/collections/{collection}/items");
        let page = get_json(&format!("{path}?limit=3"));
        assert!(links(&page, "self", &path) && links(&page, "alternate", &path) && links(&page, "next", &path));
    }
}

#[test]
fn fc_rel_type() {
    let page = get_json("/collections/places/items?limit=3");
    assert!(page["links"].as_array().unwrap().iter().all(|link| link["rel"].is_string() && link["type"].is_string()));
}

#[test]
fn fc_time_stamp() {
    // The member is left out: pages of one state are the same bytes.
    let page = get_json("/collections/places/items?limit=3");
    assert!(page["timeStamp"].as_str().is_none_or(|stamp| stamp.ends_with('Z')));
}

#[test]
fn fc_number_matched() {
    for collection in COLLECTIONS {
        let pages = pages(&format!("/collections/{collection}/items?limit=500"));
        let seen: usize = pages.iter().map(|page| ids(page).len()).sum();
        assert!(pages.iter().all(|page| page["numberMatched"] == seen), "{collection}");
    }
}

#[test]
fn fc_number_returned() {
    for page in pages("/collections/places/items?limit=900") {
        assert_eq!(page["numberReturned"], ids(&page).len());
    }
}

#[test]
fn f_op() {
    for collection in COLLECTIONS {
        for id in ids(&get_json(&format!("/collections/{collection}/items?limit=3"))) {
            assert_eq!(get(&format!("/collections/{collection}/items/{}", crate::encoded(&id))).status, 200, "{id}");
        }
    }
    assert_eq!(get("/collections/places/items/nosuch").status, 404);
}

#[test]
fn f_success() {
    let page = get_json("/collections/control/items?limit=3");
    for feature in page["features"].as_array().unwrap() {
        let alone = get_json(&format!("/collections/control/items/{}", crate::encoded(feature["id"].as_str().unwrap())));
        assert_eq!(
            (&alone["id"], &alone["properties"], &alone["geometry"]),
            (&feature["id"], &feature["properties"], &feature["geometry"])
        );
    }
}

#[test]
fn f_links() {
    for collection in COLLECTIONS {
        let id = ids(&get_json(&format!("/collections/{collection}/items?limit=1"))).remove(0);
        let feature = get_json(&format!("/collections/{collection}/items/{}", crate::encoded(&id)));
        let path = format!("/collections/{collection}/items/");
        assert!(links(&feature, "self", &path) && links(&feature, "alternate", &path));
        assert!(links(&feature, "collection", &format!("/collections/{collection}")));
    }
}
