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

/// What a tag of the Open Graph protocol says in the page at a path.
fn shared(path: &str, property: &str) -> String {
    let page = request("GET", path, &[("accept", "text/html")]);
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
    let text = page.text();
    let tag = text.split(&format!("property=\"{property}\" content=\"")).nth(1).expect(property);
    tag.split('"').next().unwrap().replace("&amp;", "&")
}

#[test]
fn a_link_is_shared_with_a_picture_of_its_own_interval_and_view() {
    let asked = "?datetime=2025-10-01/2025-10-31&view=13.5,-5,6.5";
    let address = shared(&format!("/{asked}"), "og:image");
    assert!(address.starts_with("http://") && address.ends_with(&format!("/preview.png{asked}")), "{address}");
    assert!(shared(&format!("/{asked}"), "og:title").starts_with("October 2025: Harmattan"));
    let french = format!("/{asked}&layers=incidents,labels&lang=fr");
    assert!(shared(&french, "og:title").starts_with("octobre 2025: Harmattan"));
    assert_eq!(shared(&french, "og:locale"), "fr_FR");
    assert!(shared(&french, "og:image").ends_with("view=13.5,-5,6.5&layers=incidents,labels&lang=fr"));
    // Filters and the front go into the picture too, written anew.
    let filtered = "&layers=front,incidents&front=JNIM&event_type=battle,abduction&country=ML&deaths=100%2B&q=%3Cb%3E%20%22";
    assert!(shared(&format!("/{asked}{filtered}"), "og:image").ends_with(&format!("/preview.png{asked}{filtered}")));
    assert!(shared(&format!("/{asked}&q=a+b"), "og:image").ends_with("&q=a%20b"));
    assert_eq!(get(&format!("/preview.png{asked}{filtered}")).status, 200);
    let picture = get(&format!("/preview.png{asked}"));
    assert_eq!((picture.status, picture.header("content-type")), (200, "image/png"));
    // Signature, then the header chunk with width and height (PNG, 5.2 and 11.2.1).
    assert_eq!(&picture.body[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(picture.body[16..24], [0, 0, 0x04, 0xb0, 0, 0, 0x02, 0x76]);
    for other in ["", "?datetime=2013-01-01/2013-01-31&view=13.5,-5,6.5", "?datetime=2025-10-01/2025-10-31&view=12,2,7"] {
        assert_ne!(get(&format!("/preview.png{other}")).body, picture.body, "{other}");
    }
}

#[test]
fn what_somebody_sends_does_not_get_into_the_page() {
    for path in [
        "/?datetime=%22%3E%3Cscript%3E",
        "/?view=%22%3E%3Cscript%3E",
        "/?view=1,2&embed=1",
        "/?layers=%22%3E",
        "/?lang=%3Cscript%3E",
        "/",
    ] {
        assert!(shared(path, "og:image").ends_with("/preview.png"), "{path}");
    }
    for query in
        ["datetime=x", "view=1,2", "view=95,0,6", "view=13,0,40", "zoom=3", "layers=", "layers=all", "lang=de", "known_at=x"]
    {
        assert_eq!(get(&format!("/preview.png?{query}")).status, 400, "{query}");
    }
}
