//! OGC API – Features – Part 5: Schemas (23-058r2), class Schemas.

use serde_json::Value as Json;

use crate::COLLECTIONS;
use crate::support::{get_json, link, request};

pub const CLASS: &str = "Features 5, Schemas";

fn schemas() -> impl Iterator<Item = (String, Json)> {
    let names = COLLECTIONS
        .into_iter()
        .flat_map(|collection| ["schema", "queryables"].map(|name| format!("/collections/{collection}/{name}")));
    names.map(|path| (path.clone(), get_json(&path)))
}

#[test]
fn schemas_json_schema() {
    for (path, schema) in schemas() {
        assert_eq!(
            (&schema["$schema"], &schema["type"]),
            (&"https://json-schema.org/draft/2020-12/schema".into(), &"object".into())
        );
        assert_eq!(schema["$id"], format!("http://map.example{path}"));
        let answer = request("GET", &path, &[("accept", "application/schema+json")]);
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/schema+json"));
    }
}

#[test]
fn schemas_properties() {
    for (path, schema) in schemas() {
        for (name, property) in schema["properties"].as_object().unwrap() {
            if name == "geometry" {
                assert!(property["format"].as_str().unwrap().starts_with("geometry-"), "{path}");
                assert!(property["type"].is_null() && property["$ref"].is_null());
            } else {
                assert!(property["type"].is_string(), "{path} {name}");
            }
            let format = property.to_string();
            if name.starts_with("date_s") || name.starts_with("date_e") || name.starts_with("valid_") || name == "known_at" {
                assert!(property["type"] == "string" && format.contains("\"format\":\"date"), "{path} {name}");
            }
        }
    }
}

#[test]
fn schemas_additional_keywords() {
    const KNOWN: [&str; 9] = ["type", "title", "description", "format", "enum", "items", "anyOf", "readOnly", "writeOnly"];
    for (path, schema) in schemas() {
        for property in schema["properties"].as_object().unwrap().values() {
            for keyword in property.as_object().unwrap().keys() {
                assert!(KNOWN.contains(&keyword.as_str()) || keyword.starts_with("x-ogc-"), "{path} {keyword}");
            }
        }
    }
}

#[test]
fn schemas_role() {
    for (_, schema) in schemas() {
        let roles = schema["properties"].as_object().unwrap().values().map(|property| &property["x-ogc-role"]);
        assert!(roles.filter(|role| !role.is_null()).all(Json::is_string));
    }
}

#[test]
fn schemas_role_id() {
    for collection in COLLECTIONS {
        let schema = get_json(&format!("/collections/{collection}/schema"));
        let ids: Vec<&Json> =
            schema["properties"].as_object().unwrap().values().filter(|one| one["x-ogc-role"] == "id").collect();
        assert!(ids.len() == 1 && ids[0]["type"] == "string", "{collection}");
    }
}

#[test]
fn schema_link() {
    for collection in COLLECTIONS {
        let document = get_json(&format!("/collections/{collection}"));
        let rel = "http://www.opengis.net/def/rel/ogc/1.0/schema";
        assert_eq!(link(&document, rel), Some(format!("/collections/{collection}/schema")));
    }
}
