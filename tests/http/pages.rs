//! The answers as pages for people, and the description of the API.

use crate::support::{get, get_json, link, request};

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");

#[test]
fn whoever_asks_for_a_page_gets_one_and_everyone_else_data() {
    for (path, json) in [
        ("/collections", "application/json"),
        ("/collections/incidents", "application/json"),
        ("/collections/incidents/schema", "application/schema+json"),
        ("/collections/control/queryables", "application/schema+json"),
        ("/collections/regions/items?limit=5", "application/geo+json"),
        ("/collections/regions/items/ML", "application/geo+json"),
        ("/conformance", "application/json"),
        ("/api", "application/vnd.oai.openapi+json;version=3.0"),
    ] {
        let page = request("GET", path, &[BROWSER]);
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        assert!(page.headers.get_all("vary").iter().any(|vary| vary.to_str().unwrap().contains("accept")), "{path}");
        let text = page.text();
        assert!(
            !text.contains("<script") && !text.contains("<style") && !text.contains(" style="),
            "{path}: the policy forbids it"
        );
        assert!(text.contains("<html lang=\"en\">") && text.contains("rel=\"stylesheet\" href=\"http://map.example/pages.css\""));
        let asked = format!("{path}{}f=html", if path.contains('?') { '&' } else { '?' });
        assert_eq!(get(&asked).header("content-type"), "text/html; charset=utf-8");
        assert_eq!(request("GET", path, &[("accept", "*/*")]).header("content-type"), json, "{path}");
        let asked = format!("{path}{}f=json", if path.contains('?') { '&' } else { '?' });
        assert_eq!(request("GET", &asked, &[BROWSER]).header("content-type"), json, "{path}");
    }
    assert_eq!(get("/pages.css").header("content-type"), "text/css; charset=utf-8");
}

#[test]
fn a_page_of_features_shows_them_with_a_map_and_ways_on() {
    let page = get("/collections/incidents/items?f=html&limit=20");
    let text = page.text();
    assert_eq!((text.matches("<circle").count(), text.contains("class=\"land\"")), (20, true));
    assert!(text.contains("Next page") && !text.contains("Previous page"));
    let next = page
        .header("link")
        .split(", <")
        .find(|link| link.contains("rel=\"next\""))
        .unwrap()
        .split('>')
        .next()
        .unwrap()
        .to_owned();
    let next = next.replace("http://map.example", "");
    assert!(text.contains(&next.replace('&', "&amp;")), "{next}");
    assert!(get(&next).text().contains("Previous page"));
    let feature = get("/collections/incidents/items/chronology:2022-02-17-djibo-siege-begins?f=html");
    assert!(feature.text().contains("JNIM blockade of Djibo begins") && feature.text().contains("unknown"));
    // What is asked is told back with its marks taken out.
    let told = get("/collections/incidents/items?f=html&limit=1&place=%3Cscript%3E");
    assert!(!told.text().contains("<script"));
    assert_eq!(get("/collections/regions/items?f=html&limit=3&skipGeometry=true").text().matches("<svg").count(), 0);
}

#[test]
fn the_description_names_what_each_collection_takes_and_how_much() {
    let api = get_json("/api");
    insta::assert_json_snapshot!(api["paths"]["/collections/regions/items"]);
    let limit = &api["components"]["parameters"]["limit"]["schema"];
    assert_eq!((&limit["default"], &limit["maximum"]), (&1_000.into(), &10_000.into()));
    let page = get("/api.html");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    for path in api["paths"].as_object().unwrap().keys() {
        assert!(page.text().contains(&format!("GET {path}<")), "{path}");
    }
    assert_eq!(get("/api.html?f=json").status, 400);
}

#[test]
fn every_parameter_that_is_described_is_taken() {
    let api = get_json("/api");
    for (path, item) in api["paths"].as_object().unwrap() {
        if path.contains('{') {
            continue;
        }
        for parameter in item["get"]["parameters"].as_array().unwrap() {
            let name = parameter["$ref"]
                .as_str()
                .map_or_else(|| parameter["name"].as_str().unwrap(), |name| name.rsplit('/').next().unwrap());
            let answer = get(&format!("{path}?{name}=%20%20"));
            let detail = if answer.status == 200 {
                String::new()
            } else {
                answer.json()["detail"].as_str().unwrap_or_default().to_owned()
            };
            assert!(!detail.contains("is not a parameter"), "{path} {name}: {detail}");
        }
        let unknown = get(&format!("{path}?nosuch=1"));
        assert!(unknown.status == 400 || path.starts_with("/health"), "{path}: {}", unknown.status);
    }
}

#[test]
fn a_map_draws_the_tiles_in_one_step() {
    let style = get_json("/style.json");
    let sources = style["sources"].as_object().unwrap();
    for layer in style["layers"].as_array().unwrap().iter().filter(|layer| layer["type"] != "background") {
        let source = &sources[layer["source"].as_str().unwrap()];
        let tilejson = get_json(&source["url"].as_str().unwrap().replace("http://map.example", ""));
        let layers = tilejson["vector_layers"].as_array().unwrap();
        assert!(layers.iter().any(|one| one["id"] == layer["source-layer"]), "{layer}");
    }
    assert!(style.get("glyphs").is_none() && style.get("sprite").is_none(), "nothing from another host");
    let set = get_json("/collections/incidents/tiles/WebMercatorQuad");
    assert_eq!(link(&set, "stylesheet").as_deref(), Some("/style.json"));
    assert_eq!(link(&get_json("/"), "service-desc").as_deref(), Some("/api"));
}
