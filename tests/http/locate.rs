//! `/locate`: the regions that hold a point.

use crate::support::{get, get_json};

fn regions_at(lon: f64, lat: f64) -> Vec<String> {
    let answer = get_json(&format!("/locate?lon={lon}&lat={lat}"));
    answer["regions"].as_array().unwrap().iter().map(|region| region["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn known_towns_land_in_their_regions() {
    // Coordinates of the towns' centres to a hundredth of a degree.
    let towns = [
        ("Bamako", -8.00, 12.64, "ML-BKO"),
        ("Gao", -0.04, 16.27, "ML-7"),
        ("Timbuktu", -3.01, 16.77, "ML-6"),
        ("Kidal", 1.41, 18.44, "ML-8"),
        ("Mopti", -4.19, 14.49, "ML-5"),
        ("Djibo", -1.63, 14.10, "BF-12"),
        ("Ouagadougou", -1.53, 12.37, "BF-03"),
        ("Niamey", 2.11, 13.51, "NE-8"),
        ("Agadez", 7.99, 16.97, "NE-1"),
        ("Natitingou", 1.38, 10.30, "BJ-AK"),
        ("Dapaong", 0.21, 10.86, "TG-S"),
        ("Korhogo", -5.63, 9.46, "CI-SV"),
        ("Tamale", -0.84, 9.40, "GH-NP"),
    ];
    for (town, lon, lat, region) in towns {
        let found = regions_at(lon, lat);
        assert!(found.iter().any(|id| id == region), "{town}: {found:?}");
        assert_eq!(found[0], region[..2], "{town}: {found:?}");
    }
}

#[test]
fn a_point_in_a_province_is_told_from_the_state_down() {
    insta::assert_json_snapshot!(get_json("/locate?lon=-1.63&lat=14.10&datetime=2024-01-01"));
}

#[test]
fn a_point_just_off_the_coast_gets_the_nearest_and_one_far_out_gets_none() {
    let answer = get_json("/locate?lon=-17.5&lat=14.68");
    let nearest = answer["regions"].as_array().unwrap();
    assert!(
        !nearest.is_empty() && nearest.iter().all(|region| region["nearest"] == true && region["country"] == "SN"),
        "{answer}"
    );
    assert_eq!(regions_at(-10.0, 2.0), Vec::<String>::new());
}

#[test]
fn a_place_that_is_no_place_is_refused() {
    for query in [
        "",
        "lon=1",
        "lat=1",
        "lon=NaN&lat=1",
        "lon=1&lat=91",
        "lon=181&lat=1",
        "lon=1&lat=1&lat=2",
        "lon=1&lat=1&z=3",
        "lon=a&lat=1",
    ] {
        assert_eq!(get(&format!("/locate?{query}")).status, 400, "{query}");
    }
}
