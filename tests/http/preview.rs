//! `/preview.png`: what is to be seen in the picture of a link.

use tiny_skia::Pixmap;

use crate::support::{get, get_json, request};

type Rgb = (u8, u8, u8);

const SEA: Rgb = (0xdb, 0xe4, 0xe6);
const LAND: Rgb = (0xf7, 0xf3, 0xea);
const BORDER: Rgb = (0xa2, 0x95, 0x7f);
const INK: Rgb = (0x26, 0x22, 0x1c);
const PAPER: Rgb = (0xff, 0xfd, 0xf8);
const JNIM: Rgb = (0xd5, 0x5e, 0x00);
const OCTOBER: &str = "datetime=2025-10-01/2025-10-31";

fn picture(query: &str) -> Pixmap {
    let answer = get(&format!("/preview.png?{query}"));
    assert_eq!((answer.status, answer.header("content-type")), (200, "image/png"), "{query}");
    Pixmap::decode_png(&answer.body).expect("a PNG")
}

fn rgb(picture: &Pixmap, x: u32, y: u32) -> Rgb {
    let pixel = picture.pixel(x, y).expect("a point of the sheet");
    (pixel.red(), pixel.green(), pixel.blue())
}

/// How many pixels of some rows have exactly that colour.
fn count(picture: &Pixmap, rows: std::ops::Range<u32>, colour: Rgb) -> usize {
    rows.flat_map(|y| (0..picture.width()).map(move |x| (x, y))).filter(|(x, y)| rgb(picture, *x, *y) == colour).count()
}

/// The first row of the text below the map: from there on the left edge is paper.
fn below_the_map(picture: &Pixmap) -> u32 {
    (300..600).find(|y| (*y..picture.height()).all(|y| rgb(picture, 2, y) == PAPER)).expect("text below the map")
}

#[test]
fn land_water_and_names_are_drawn_and_the_window_is_written_below() {
    let drawn = picture(&format!("{OCTOBER}&layers=none"));
    assert_eq!((drawn.width(), drawn.height()), (1200, 630));
    let below = below_the_map(&drawn);
    let map = usize::try_from(below * 1200).expect("a size");
    assert!(count(&drawn, 40..below, LAND) > map / 2);
    assert!(count(&drawn, 40..below, SEA) > 5_000);
    assert!(count(&drawn, 40..below, BORDER) > 500);
    assert!(count(&drawn, below..630, INK) > 500);
    let named = picture(&format!("{OCTOBER}&layers=labels"));
    assert!(count(&named, 40..below, INK) > count(&drawn, 40..below, INK) + 500);
}

#[test]
fn disputed_borders_are_dashed() {
    // 27°40' N between Western Sahara and Morocco, and 15°30' N between Mali and Mauritania: both run level through the middle.
    let dashes = |view: &str| {
        let drawn = picture(&format!("{OCTOBER}&layers=none&view={view}"));
        let dark = |x: u32, y: u32| rgb(&drawn, x, y).0 < 225;
        let along = |y: u32| (0..1200).filter(|x| dark(*x, y)).count();
        let row = (60..below_the_map(&drawn) - 10).max_by_key(|y| along(*y)).expect("a row");
        (along(row), (0..1199).filter(|x| dark(*x, row) != dark(*x + 1, row)).count())
    };
    let (disputed, whole) = (dashes("27.6667,-10.6,8.5"), dashes("15.5,-7.2,8.5"));
    assert!(whole.0 > 600 && whole.1 < 20, "{whole:?}");
    assert!((300..900).contains(&disputed.0) && disputed.1 > 100, "{disputed:?}");
}

#[test]
fn the_same_link_has_the_same_bytes_and_any_other_has_others() {
    let address = format!("/preview.png?{OCTOBER}&view=13.5,-5,6.5");
    let first = get(&address);
    for same in [address.as_str(), "/preview.png?view=13.5,-5,6.5&datetime=2025-10-01T00:00:00Z/2025-10-31"] {
        let again = get(same);
        assert_eq!(again.header("etag"), first.header("etag"));
        assert!(again.body == first.body, "{same}");
    }
    assert!(get(&address).header("server-timing").contains("hit"));
    let held = request("GET", &address, &[("if-none-match", first.header("etag"))]);
    assert_eq!(held.status, 304);
    for other in [
        "datetime=2025-09-01/2025-10-31&view=13.5,-5,6.5",
        "datetime=2025-10-01/2025-10-31&view=13.5,-5,6.4",
        "datetime=2025-10-01/2025-10-31&view=13.5,-5,6.5&lang=fr",
        "datetime=2025-10-01/2025-10-31&view=13.5,-5,6.5&layers=areas,corridors,incidents,labels",
        "datetime=2025-10-01/2025-10-31&view=13.5,-5,6.5&known_at=2025-06-01",
    ] {
        assert!(get(&format!("/preview.png?{other}")).body != first.body, "{other}");
    }
}

#[test]
fn a_picture_is_sent_as_it_is_packed() {
    let answer = request("GET", &format!("/preview.png?{OCTOBER}"), &[("accept-encoding", "gzip, br")]);
    assert_eq!(answer.header("content-encoding"), "");
    assert_eq!(&answer.body[..8], b"\x89PNG\r\n\x1a\n");
}

#[test]
fn incidents_roads_land_and_towns_are_each_in_a_layer() {
    let none = picture(&format!("{OCTOBER}&layers=none"));
    for (layer, colour) in [
        ("incidents", JNIM),
        ("control", (0x00, 0x72, 0xb2)),
        // Blocked.
        ("corridors", (0xa3, 0x12, 0x3f)),
    ] {
        let drawn = picture(&format!("{OCTOBER}&layers={layer}"));
        let below = below_the_map(&drawn).min(below_the_map(&none));
        assert!(count(&drawn, 40..below, colour) > 50 && count(&none, 40..below, colour) == 0, "{layer}");
    }
    let areas = picture(&format!("{OCTOBER}&layers=areas"));
    let regions = picture("layers=regions");
    let rows = 40..below_the_map(&areas).min(below_the_map(&none));
    assert!(count(&none, rows.clone(), LAND) > count(&areas, rows.clone(), LAND) + 5_000);
    assert!(count(&none, rows.clone(), LAND) > count(&regions, rows, LAND) + 50_000);
}

#[test]
fn an_arabic_link_is_drawn_in_english() {
    assert!(get(&format!("/preview.png?{OCTOBER}&lang=ar")).body == get(&format!("/preview.png?{OCTOBER}&lang=en")).body);
}

/// Dots in the hue of JNIM in the middle of the map, where no key stands.
fn dots(query: &str) -> usize {
    let drawn = picture(query);
    count(&drawn, 40..below_the_map(&drawn), JNIM)
}

#[test]
fn filters_leave_out_what_they_leave_out_of_the_link() {
    let window = "datetime=2025-01-01/2025-12-31&layers=incidents";
    let all = dots(window);
    for filter in [
        "country=ML",
        "event_type=battle,abduction",
        "actor=JNIM",
        "side=jnim",
        "deaths=10-24,25-99,100%2B",
        "geo_precision=1",
        "q=Djibo",
    ] {
        let some = dots(&format!("{window}&{filter}"));
        assert!(some > 0 && some < all, "{filter}: {some} of {all}");
    }
    assert_eq!(dots(&format!("{window}&side=state,islamic_state,separatist,unknown")), 0);
    assert_eq!(dots(&format!("{window}&dataset=of-nobody")), 0);
    // The region counts are of the same incidents.
    let regions = |filter: &str| {
        let drawn = picture(&format!("layers=regions&{filter}"));
        count(&drawn, 40..below_the_map(&drawn), LAND)
    };
    assert!(regions("country=NE") > regions("country=ML,NE"));
}

#[test]
fn a_filter_is_said_in_words_in_the_language_of_the_link() {
    let plain = picture("layers=none");
    let said = picture("layers=none&country=ML&event_type=battle");
    let ink = |picture: &Pixmap| count(picture, below_the_map(picture)..630, INK);
    assert!(below_the_map(&said) < below_the_map(&plain));
    assert!(ink(&said) > ink(&plain) + 800);
    let bytes = |query: &str| get(&format!("/preview.png?layers=none&{query}")).body;
    for (one, other) in [("q=a", "q=b"), ("country=ML", "region=ML-5"), ("q=a", "q=a&lang=fr"), ("actor=JNIM", "side=jnim")] {
        assert!(bytes(one) != bytes(other), "{one} {other}");
    }
}

#[test]
fn the_front_is_drawn_with_its_shades_as_it_was_reported_by_the_day() {
    // Silent cells let the land through; active ones hide most of it. Neither hue is any other's.
    let violet = |query: &str| {
        let drawn = picture(query);
        let below = below_the_map(&drawn);
        let is_violet = |x: u32, y: u32| {
            let (r, g, b) = rgb(&drawn, x, y);
            i32::from(b) > i32::from(g) + 15 && i32::from(r) > i32::from(g) + 8
        };
        (40..below).map(|y| (0..1200).filter(|x| is_violet(*x, y)).count()).sum::<usize>()
    };
    let of = |day: &str| violet(&format!("datetime={day}&layers=front&front=JNIM"));
    let (before, early, late) = (of("2012-06-30"), of("2018-12-31"), of("2025-10-31"));
    assert_eq!(before, 0);
    assert!(early > 200 && late > 2 * early, "{early} {late}");
    assert_eq!(violet("datetime=2025-10-31&layers=none&front=JNIM"), 0);
    // Without an actor that of the one with most reports.
    let actors = get_json("/analytics/front");
    let most = actors["actors"][0]["actor"].as_str().expect("an actor");
    let bytes = |query: &str| get(&format!("/preview.png?datetime=2025-10-31&layers=front{query}")).body;
    assert!(bytes("") == bytes(&format!("&front={most}")));
    assert!(bytes("&front=JNIM") != bytes("&front=ISSP"));
    assert!(bytes("&front=JNIM") != bytes("&front=JNIM&lang=fr"));
}

#[test]
fn what_cannot_be_drawn_is_refused_and_named() {
    for (query, parameter) in [
        ("side=evil", "side"),
        ("event_type=war", "event_type"),
        ("deaths=7", "deaths"),
        ("geo_precision=4", "geo_precision"),
        ("country=", "country"),
        ("country=ML&country=NE", "country"),
        ("q=%07", "q"),
        ("layers=front&front=NOBODY", "front"),
        ("layers=moon", "layers"),
        ("colour=red", "colour"),
    ] {
        let answer = get(&format!("/preview.png?{query}"));
        let problem: serde_json::Value = serde_json::from_slice(&answer.body).expect("a problem");
        assert_eq!((answer.status, &problem["parameter"]), (400, &serde_json::json!(parameter)), "{query}");
    }
}
