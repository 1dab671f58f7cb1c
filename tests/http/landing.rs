//! `/`: the map for people, the list of what there is for machines.

use crate::support::{get, request};

#[test]
fn a_browser_gets_the_map() {
    let answer = request("GET", "/", &[("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]);
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(answer.text().contains("<title>"));
}

#[test]
fn anyone_else_gets_the_landing_page() {
    for answer in [get("/"), get("/?f=json"), request("GET", "/?f=json", &[("accept", "text/html")])] {
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
        assert!(answer.header("vary").contains("accept"));
    }
    insta::assert_json_snapshot!(get("/").json());
}

#[test]
fn the_page_and_its_files_are_locked_down() {
    let page = request("GET", "/", &[("accept", "text/html")]);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert!(!page.text().contains(" style=") && !page.text().contains("<style") && !page.text().contains(" onclick="));
}

#[test]
fn hashed_files_may_be_kept_for_ever_and_come_compressed() {
    let page = request("GET", "/", &[("accept", "text/html")]);
    let script = page.text().split('"').find(|part| part.ends_with(".js")).expect("a script").to_owned();
    let plain = get(&script);
    assert_eq!((plain.status, plain.header("content-type")), (200, "text/javascript; charset=utf-8"));
    assert!(plain.header("cache-control").contains("immutable"));
    for (accepted, encoding) in [("br, gzip", "br"), ("gzip", "gzip"), ("gzip;q=0", "")] {
        let answer = request("GET", &script, &[("accept-encoding", accepted)]);
        assert_eq!(answer.headers.get("content-encoding").map_or("", |value| value.to_str().unwrap()), encoding);
    }
}
