//! Representations: tags, conditional requests, encodings, CORS.

use crate::support::{get, request};

const PATH: &str = "/collections/incidents/items?limit=50";

#[test]
fn each_encoding_is_a_representation_with_a_tag_of_its_own() {
    let tags: Vec<String> = ["identity", "gzip", "br"]
        .iter()
        .map(|encoding| {
            let answer = request("GET", PATH, &[("accept-encoding", encoding)]);
            assert_eq!(answer.status, 200);
            assert!(answer.header("vary").to_ascii_lowercase().contains("accept-encoding"), "{}", answer.header("vary"));
            answer.header("etag").to_owned()
        })
        .collect();
    assert!(tags[1].ends_with("-gzip\"") && tags[2].ends_with("-br\"") && !tags[0].starts_with("W/"), "{tags:?}");
    assert_eq!(tags.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
}

#[test]
fn what_the_client_holds_is_not_sent_again() {
    for encoding in ["identity", "gzip", "br"] {
        let tag = request("GET", PATH, &[("accept-encoding", encoding)]).header("etag").to_owned();
        let again = request("GET", PATH, &[("accept-encoding", encoding), ("if-none-match", &format!("\"other\", {tag}"))]);
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, tag.as_str()), "{encoding}");
        assert!(!again.header("cache-control").is_empty() && !again.header("vary").is_empty());
    }
    assert_eq!(request("GET", PATH, &[("if-none-match", "\"other\"")]).status, 200);
}

#[test]
fn head_says_what_get_would() {
    for path in [PATH, "/", "/collections", "/tiles/incidents/4/7/7.geojson", "/health/live"] {
        let (head, get) = (request("HEAD", path, &[]), get(path));
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"));
        assert_eq!(head.header("etag"), get.header("etag"));
    }
}

#[test]
fn any_site_may_read() {
    let answer = request("GET", PATH, &[("origin", "https://gis.example")]);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(answer.header("access-control-expose-headers").to_ascii_lowercase().contains("etag"));
    assert!(!answer.header("x-request-id").is_empty());
}
