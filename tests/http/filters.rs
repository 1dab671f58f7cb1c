//! Filters in CQL2: each one in text and in JSON finds what a plain loop over all features finds; a bad one is told its place.

use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

use crate::support::{get, get_json, ids, pages};

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn text<'a>(properties: &'a Json, name: &str) -> Option<&'a str> {
    properties[name].as_str()
}

fn number(properties: &Json, name: &str) -> Option<f64> {
    properties[name].as_f64()
}

fn point(feature: &Json) -> Option<(f64, f64)> {
    let at = &feature["geometry"]["coordinates"];
    Some((at[0].as_f64()?, at[1].as_f64()?))
}

struct Case {
    collection: &'static str,
    text: &'static str,
    json: Json,
    /// What the filter means, told of a feature: `None` is unknown.
    oracle: fn(&Json) -> Option<bool>,
}

fn case(collection: &'static str, text: &'static str, json: Json, oracle: fn(&Json) -> Option<bool>) -> Case {
    Case { collection, text, json, oracle }
}

fn property(name: &str) -> Json {
    json!({ "property": name })
}

fn op(name: &str, arguments: Json) -> Json {
    json!({ "op": name, "args": arguments })
}

#[allow(clippy::too_many_lines, reason = "a table")]
fn cases() -> Vec<Case> {
    let p = property;
    vec![
        // Comparisons.
        case("incidents", "country = 'ML'", op("=", json!([p("country"), "ML"])), |f| {
            Some(text(&f["properties"], "country")? == "ML")
        }),
        case("incidents", "country <> 'ML'", op("<>", json!([p("country"), "ML"])), |f| {
            Some(text(&f["properties"], "country")? != "ML")
        }),
        case("incidents", "place > 'M'", op(">", json!([p("place"), "M"])), |f| Some(text(&f["properties"], "place")? > "M")),
        case("incidents", "place<='Gao'", op("<=", json!([p("place"), "Gao"])), |f| {
            Some(text(&f["properties"], "place")? <= "Gao")
        }),
        case("incidents", "fatalities_best >= 50", op(">=", json!([p("fatalities_best"), 50])), |f| {
            Some(number(&f["properties"], "fatalities_best")? >= 50.0)
        }),
        case("incidents", "fatalities_best < 2.5e0", op("<", json!([p("fatalities_best"), 2.5])), |f| {
            Some(number(&f["properties"], "fatalities_best")? < 2.5)
        }),
        case("incidents", "confidence = .7", op("=", json!([p("confidence"), 0.7])), |f| {
            Some(number(&f["properties"], "confidence")? == 0.7)
        }),
        case("incidents", "10 < fatalities_high", op("<", json!([10, p("fatalities_high")])), |f| {
            Some(number(&f["properties"], "fatalities_high")? > 10.0)
        }),
        case(
            "incidents",
            "fatalities_low <> fatalities_high",
            op("<>", json!([p("fatalities_low"), p("fatalities_high")])),
            |f| Some(number(&f["properties"], "fatalities_low")? != number(&f["properties"], "fatalities_high")?),
        ),
        case(
            "incidents",
            "date_start >= DATE('2024-06-01')",
            op(">=", json!([p("date_start"), { "date": "2024-06-01" }])),
            |f| Some(&text(&f["properties"], "date_start")?[..10] >= "2024-06-01"),
        ),
        case(
            "incidents",
            "date_start < TIMESTAMP('2020-01-01T00:00:00Z')",
            op("<", json!([p("date_start"), { "timestamp": "2020-01-01T00:00:00Z" }])),
            |f| Some(&text(&f["properties"], "date_start")?[..10] < "2020-01-01"),
        ),
        case("control", "valid_from = DATE('2012-04-01')", op("=", json!([p("valid_from"), { "date": "2012-04-01" }])), |f| {
            Some(text(&f["properties"], "valid_from")? == "2012-04-01")
        }),
        // The unknown.
        case("incidents", "fatalities_best IS NULL", op("isNull", json!([p("fatalities_best")])), |f| {
            Some(f["properties"]["fatalities_best"].is_null())
        }),
        case("incidents", "fatalities_best is not null", op("not", json!([op("isNull", json!([p("fatalities_best")]))])), |f| {
            Some(!f["properties"]["fatalities_best"].is_null())
        }),
        case("incidents", "NOT (fatalities_best > 0)", op("not", json!([op(">", json!([p("fatalities_best"), 0]))])), |f| {
            Some(number(&f["properties"], "fatalities_best")? <= 0.0)
        }),
        case(
            "incidents",
            "fatalities_best > 0 OR country = 'BF'",
            op("or", json!([op(">", json!([p("fatalities_best"), 0])), op("=", json!([p("country"), "BF"]))])),
            |f| {
                let dead = number(&f["properties"], "fatalities_best").is_some_and(|dead| dead > 0.0);
                Some(dead || f["properties"]["country"] == "BF")
            },
        ),
        case(
            "control",
            "valid_to IS NULL AND status = 'control'",
            op("and", json!([op("isNull", json!([p("valid_to")])), op("=", json!([p("status"), "control"]))])),
            |f| Some(f["properties"]["valid_to"].is_null() && f["properties"]["status"] == "control"),
        ),
        // Logic.
        case(
            "incidents",
            "country = 'ML' AND event_type = 'battle' OR country = 'NE'",
            op(
                "or",
                json!([
                    op("and", json!([op("=", json!([p("country"), "ML"])), op("=", json!([p("event_type"), "battle"]))])),
                    op("=", json!([p("country"), "NE"]))
                ]),
            ),
            |f| {
                let is = |name: &str, wanted: &str| f["properties"][name] == wanted;
                Some(is("country", "ML") && is("event_type", "battle") || is("country", "NE"))
            },
        ),
        case(
            "incidents",
            "country = 'ML' AND (event_type = 'battle' OR NOT actor1 = 'JNIM')",
            op(
                "and",
                json!([
                    op("=", json!([p("country"), "ML"])),
                    op(
                        "or",
                        json!([
                            op("=", json!([p("event_type"), "battle"])),
                            op("not", json!([op("=", json!([p("actor1"), "JNIM"]))]))
                        ])
                    )
                ]),
            ),
            |f| {
                let properties = &f["properties"];
                let other = properties["actor1"].as_str().is_some_and(|actor| actor != "JNIM");
                Some(properties["country"] == "ML" && (properties["event_type"] == "battle" || other))
            },
        ),
        case("regions", "true", json!(true), |_| Some(true)),
        case("regions", "false", json!(false), |_| Some(false)),
        case(
            "regions",
            "level = 1 AND NOT false",
            op("and", json!([op("=", json!([p("level"), 1])), op("not", json!([false]))])),
            |f| Some(f["properties"]["level"] == 1),
        ),
        case("incidents", "(country = 'ML') = true", op("=", json!([op("=", json!([p("country"), "ML"])), true])), |f| {
            Some(text(&f["properties"], "country")? == "ML")
        }),
        // LIKE, BETWEEN, IN.
        case("incidents", "place LIKE 'D%o'", op("like", json!([p("place"), "D%o"])), |f| {
            let place = text(&f["properties"], "place")?;
            Some(place.starts_with('D') && place.ends_with('o') && place.len() > 1)
        }),
        case("incidents", "title NOT LIKE '%attack%'", op("not", json!([op("like", json!([p("title"), "%attack%"]))])), |f| {
            Some(!text(&f["properties"], "title")?.contains("attack"))
        }),
        case("regions", "code LIKE 'ML-_'", op("like", json!([p("code"), "ML-_"])), |f| {
            let code = text(&f["properties"], "code")?;
            Some(code.starts_with("ML-") && code.chars().count() == 4)
        }),
        case("incidents", "fatalities_best BETWEEN 10 AND 20", op("between", json!([p("fatalities_best"), 10, 20])), |f| {
            Some((10.0..=20.0).contains(&number(&f["properties"], "fatalities_best")?))
        }),
        case(
            "incidents",
            "date_start NOT BETWEEN '2015-01-01' AND '2023-12-31'",
            op("not", json!([op("between", json!([p("date_start"), { "date": "2015-01-01" }, { "date": "2023-12-31" }]))])),
            |f| {
                let day = &text(&f["properties"], "date_start")?[..10];
                Some(!("2015-01-01"..="2023-12-31").contains(&day))
            },
        ),
        case(
            "incidents",
            "actor1 IN ('JNIM', 'ISSP', 'nobody')",
            op("in", json!([p("actor1"), ["JNIM", "ISSP", "nobody"]])),
            |f| Some(["JNIM", "ISSP"].contains(&text(&f["properties"], "actor1")?)),
        ),
        case(
            "places",
            "country NOT IN ('ML','BF','NE')",
            op("not", json!([op("in", json!([p("country"), ["ML", "BF", "NE"]]))])),
            |f| Some(!["ML", "BF", "NE"].contains(&text(&f["properties"], "country")?)),
        ),
        // Case and accents.
        case(
            "places",
            "CASEI(name) = casei('bAMAKO')",
            op("=", json!([op("casei", json!([p("name")])), op("casei", json!(["bAMAKO"]))])),
            |f| Some(text(&f["properties"], "name")?.to_lowercase() == "bamako"),
        ),
        case(
            "regions",
            "ACCENTI(name) LIKE ACCENTI('Sé%')",
            op("like", json!([op("accenti", json!([p("name")])), op("accenti", json!(["Sé%"]))])),
            |f| {
                let name = text(&f["properties"], "name")?;
                Some(name.starts_with("Se") || name.starts_with("Sé") || name.starts_with("Sè"))
            },
        ),
        // Arithmetic.
        case(
            "incidents",
            "fatalities_high - fatalities_low > 2 * 10",
            op(">", json!([op("-", json!([p("fatalities_high"), p("fatalities_low")])), op("*", json!([2, 10]))])),
            |f| {
                let properties = &f["properties"];
                Some(number(properties, "fatalities_high")? - number(properties, "fatalities_low")? > 20.0)
            },
        ),
        case(
            "incidents",
            "fatalities_best % 2 = 1 AND (fatalities_best + 1) / 2 div 1 >= 2 ^ 3",
            op(
                "and",
                json!([
                    op("=", json!([op("%", json!([p("fatalities_best"), 2])), 1])),
                    op(
                        ">=",
                        json!([
                            op("div", json!([op("/", json!([op("+", json!([p("fatalities_best"), 1])), 2])), 1])),
                            op("^", json!([2, 3]))
                        ])
                    )
                ]),
            ),
            |f| {
                let dead = f["properties"]["fatalities_best"].as_i64()?;
                Some(dead % 2 == 1 && (dead + 1) / 2 >= 8)
            },
        ),
        case("incidents", "fatalities_best / 0 = 1", op("=", json!([op("/", json!([p("fatalities_best"), 0])), 1])), |_| None),
        // Space.
        case(
            "incidents",
            "S_INTERSECTS(geometry, BBOX(-5, 13, 2.5, 16))",
            op("s_intersects", json!([p("geometry"), { "bbox": [-5, 13, 2.5, 16] }])),
            |f| {
                let (lon, lat) = point(f)?;
                Some((-5.0..=2.5).contains(&lon) && (13.0..=16.0).contains(&lat))
            },
        ),
        case(
            "incidents",
            "s_within(geometry, POLYGON((0 10, 10 10, 0 20, 0 10)))",
            op("s_within", json!([p("geometry"), { "type": "Polygon", "coordinates": [[[0, 10], [10, 10], [0, 20], [0, 10]]] }])),
            |f| {
                let (lon, lat) = point(f)?;
                Some(lon > 0.0 && lat > 10.0 && lon + lat < 20.0)
            },
        ),
        case(
            "places",
            "S_DISJOINT(geometry, MULTIPOINT((0 0), (1 1))) AND S_INTERSECTS(BBOX(170,-90,0,90), geometry)",
            op(
                "and",
                json!([
                    op("s_disjoint", json!([p("geometry"), { "type": "MultiPoint", "coordinates": [[0, 0], [1, 1]] }])),
                    op("s_intersects", json!([{ "bbox": [170, -90, 0, 90] }, p("geometry")]))
                ]),
            ),
            |f| {
                let (lon, _) = point(f)?;
                Some(!(0.0..170.0).contains(&lon) || lon == 0.0)
            },
        ),
        // Time.
        case(
            "incidents",
            "T_AFTER(date_start, DATE('2025-01-01'))",
            op("t_after", json!([p("date_start"), { "date": "2025-01-01" }])),
            |f| Some(&text(&f["properties"], "date_start")?[..10] > "2025-01-01"),
        ),
        case(
            "incidents",
            "T_INTERSECTS(INTERVAL(date_start, date_end), INTERVAL('2023-02-01', '2023-02-28'))",
            op(
                "t_intersects",
                json!([{ "interval": [p("date_start"), p("date_end")] }, { "interval": ["2023-02-01", "2023-02-28"] }]),
            ),
            |f| {
                let end = &text(&f["properties"], "date_end")?[..10];
                Some(&text(&f["properties"], "date_start")?[..10] <= "2023-02-28" && end >= "2023-02-01")
            },
        ),
        case(
            "incidents",
            "T_DURING(INTERVAL(date_start, date_end), INTERVAL('2024-01-01', '..'))",
            op("t_during", json!([{ "interval": [p("date_start"), p("date_end")] }, { "interval": ["2024-01-01", ".."] }])),
            |f| Some(&text(&f["properties"], "date_start")?[..10] > "2024-01-01"),
        ),
        case(
            "control",
            "T_BEFORE(INTERVAL(valid_from, valid_to), DATE('2013-01-01'))",
            op("t_before", json!([{ "interval": [p("valid_from"), p("valid_to")] }, { "date": "2013-01-01" }])),
            |f| Some(text(&f["properties"], "valid_to")? < "2013-01-01"),
        ),
        // Lists.
        case("places", "A_CONTAINS(alt_names, ('Tombouctou'))", op("a_contains", json!([p("alt_names"), ["Tombouctou"]])), |f| {
            Some(f["properties"]["alt_names"].as_array()?.contains(&json!("Tombouctou")))
        }),
    ]
}

#[test]
fn each_filter_finds_what_its_definition_finds() {
    let cases = cases();
    assert!(cases.len() >= 40);
    let mut hits = 0;
    for Case { collection, text, json, oracle } in cases {
        let all = get_json(&format!("/collections/{collection}/items?limit=10000"));
        let features = all["features"].as_array().unwrap();
        assert_eq!(all["numberMatched"], features.len());
        let expected: BTreeSet<String> = features
            .iter()
            .filter(|feature| oracle(feature) == Some(true))
            .map(|feature| feature["id"].as_str().unwrap().to_owned())
            .collect();
        hits += usize::from(!expected.is_empty() && expected.len() < features.len());
        for (language, filter) in [("cql2-text", text.to_owned()), ("cql2-json", json.to_string())] {
            let found =
                pages(&format!("/collections/{collection}/items?limit=200&filter-lang={language}&filter={}", encoded(&filter)));
            let found: Vec<String> = found.iter().flat_map(ids).collect();
            assert_eq!(found.iter().cloned().collect::<BTreeSet<_>>(), expected, "{filter}");
            assert_eq!(found.len(), expected.len(), "{filter}");
        }
    }
    // Most of them choose some and leave some: a table of filters that find nothing would prove nothing.
    assert!(hits >= 35, "{hits}");
}

#[test]
fn a_filter_holds_for_tiles_counts_and_the_played_span() {
    let filter = encoded("country = 'ML' AND fatalities_best >= 10");
    let matched = get_json(&format!("/collections/incidents/items?limit=1&filter={filter}"))["numberMatched"].as_u64().unwrap();
    assert!(matched > 3);
    let tile = get_json(&format!("/tiles/incidents/0/0/0.geojson?filter={filter}"));
    assert_eq!(tile["tile"]["matched"], matched);
    let ogc = get_json(&format!("/collections/incidents/tiles/WebMercatorQuad/0/0/0?f=json&filter={filter}"));
    assert_eq!(ogc["tile"]["matched"], matched);
    let groups = get_json(&format!("/collections/incidents/aggregate?group_by=country&filter={filter}"));
    assert_eq!(
        (groups.as_array().unwrap().len(), &groups[0]["country"], groups[0]["count"].as_u64()),
        (1, &json!("ML"), Some(matched))
    );
    let all = get("/playback/incidents");
    let some = get(&format!("/playback/incidents?filter={filter}"));
    assert_eq!(some.status, 200);
    assert!(some.body.len() < all.body.len());
    let region = get_json(&format!("/tiles/regions/4/7/7.geojson?filter={}", encoded("level = 0 AND name LIKE 'M%'")));
    assert!(region["features"].as_array().unwrap().iter().all(|feature| feature["properties"]["level"] == 0));
}

#[test]
fn a_filter_joins_the_other_parameters() {
    let page = get_json(&format!(
        "/collections/incidents/items?country=ML&datetime=2023-01-01/2024-12-31&bbox=-12,10,4,25&limit=10000&filter={}",
        encoded("fatalities_best IS NOT NULL")
    ));
    assert!(page["numberMatched"].as_u64().unwrap() > 0);
    for feature in page["features"].as_array().unwrap() {
        assert_eq!(feature["properties"]["country"], "ML");
        assert!(feature["properties"]["fatalities_best"].is_u64());
    }
}

#[test]
fn coordinates_of_a_filter_are_read_in_its_reference_system() {
    let count = |crs: &str, filter: &str| {
        let crs = encoded(&format!("http://www.opengis.net/def/crs/{crs}"));
        get_json(&format!("/collections/incidents/items?limit=1&filter-crs={crs}&filter={}", encoded(filter)))["numberMatched"]
            .clone()
    };
    let expected = count("OGC/1.3/CRS84", "S_INTERSECTS(geometry, BBOX(-5, 13, 2.5, 16))");
    assert!(expected.as_u64().unwrap() > 10);
    assert_eq!(count("EPSG/0/4326", "S_INTERSECTS(geometry, BBOX(13, -5, 16, 2.5))"), expected);
    let metres = "S_INTERSECTS(geometry, BBOX(-556597.4539663679, 1459732.2728165, 278298.72698318396, 1804722.7662573))";
    assert_eq!(count("EPSG/0/3857", metres), expected);
    let unknown = get("/collections/incidents/items?filter=true&filter-crs=EPSG:2056");
    assert_eq!((unknown.status, unknown.json()["parameter"].clone()), (400, json!("filter-crs")));
}

#[test]
fn a_bad_filter_is_told_its_place() {
    for (filter, place) in [
        ("", "at character 1:"),
        ("country = ", "at character 11:"),
        ("country == 'ML'", "at character 10:"),
        ("country = 'ML' AND colour = 1", "at character 20: 'colour' is not a queryable of incidents"),
        ("country = 1", "at character 11:"),
        ("fatalities_best > 'many'", "at character 19:"),
        ("notes = 'x'", "at character 1:"),
        ("country", "at character 1:"),
        ("(country = 'ML'", "at character 16:"),
        ("country = 'ML", "at character 11:"),
        ("country = 'ML')", "at character 15:"),
        ("date_start > DATE('soon')", "at character 19:"),
        ("date_start > 'soon'", "at character 14:"),
        ("nosuch(1) = 2", "at character 1:"),
        ("S_INTERSECTS(geometry, POINT(200 0))", "at character 24:"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 2 2, 2 0, 0 2, 0 0)))", "at character 24: this geometry is not valid"),
        ("T_DURING(date_start, INTERVAL('2024-01-01', '..'))", "at character 10:"),
        ("T_AFTER(date_start, INTERVAL('2024-02-01', '2024-01-01'))", "at character 21:"),
        ("place LIKE 5", "at character 12:"),
        ("country IN ()", "at character 12:"),
        ("é = 1 AND ? = 2", "at character 11:"),
        ("country = 'ML' \u{0} ", "at character 16:"),
    ] {
        let answer = get(&format!("/collections/incidents/items?filter={}", encoded(filter)));
        assert_eq!(answer.status, 400, "{filter}");
        let problem = answer.json();
        assert_eq!(problem["parameter"], "filter", "{problem}");
        assert!(problem["detail"].as_str().unwrap().starts_with(place), "{filter}: {problem}");
    }
    for (filter, place) in [
        (r#"{"op":"=","args":[{"property":"country"},"ML"]"#, "at character 4"),
        (r#"{"op":"=","args":[{"property":"colour"},1]}"#, "at /args/0: 'colour'"),
        (r#"{"op":"and","args":[true,{"op":"like","args":[{"property":"place"},5]}]}"#, "at /args/1/args/1:"),
        (r#"{"op":"="}"#, "at the top: 'args' is missing"),
        (r#"{"op":"s_within","args":[{"property":"geometry"},{"type":"Point","coordinates":[0]}]}"#, "at /args/1/coordinates:"),
        ("null", "at the top:"),
        ("[1,2]", "at the top:"),
    ] {
        let answer = get(&format!("/collections/incidents/items?filter-lang=cql2-json&filter={}", encoded(filter)));
        assert_eq!(answer.status, 400, "{filter}");
        assert!(answer.json()["detail"].as_str().unwrap().starts_with(place), "{filter}: {}", answer.text());
    }
    let deep = format!("{}true{}", "(".repeat(500), ")".repeat(500));
    assert_eq!(get(&format!("/collections/incidents/items?filter={}", encoded(&deep))).status, 400);
    let not = format!("{}true", "NOT ".repeat(500));
    assert_eq!(get(&format!("/collections/incidents/items?filter={}", encoded(&not))).status, 400);
    let json = format!("{}true{}", r#"{"op":"not","args":["#.repeat(100), "]}".repeat(100));
    assert_eq!(get(&format!("/collections/incidents/items?filter-lang=cql2-json&filter={}", encoded(&json))).status, 400);
    assert_eq!(get("/collections/incidents/items?filter-lang=sql&filter=true").json()["parameter"], "filter-lang");
}

#[test]
fn a_cursor_goes_with_its_filter() {
    let page = get_json(&format!("/collections/incidents/items?limit=5&filter={}", encoded("country = 'ML'")));
    let next = crate::support::link(&page, "next").unwrap();
    let cursor = next.split("cursor=").nth(1).unwrap().split('&').next().unwrap();
    assert_eq!(get(&next).status, 200);
    let other = get(&format!("/collections/incidents/items?limit=5&cursor={cursor}&filter={}", encoded("country = 'NE'")));
    assert_eq!((other.status, other.json()["parameter"].clone()), (400, json!("cursor")));
}
