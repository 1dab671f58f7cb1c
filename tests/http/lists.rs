//! `/actors`, `/datasets` and the probes.

use crate::support::{data, get, get_json};

#[test]
fn every_code_in_a_record_is_explained() {
    let actors = get_json("/actors");
    let codes: Vec<&str> = actors["actors"].as_array().unwrap().iter().map(|actor| actor["code"].as_str().unwrap()).collect();
    for incident in &data().incidents {
        for code in incident.actor1.iter().chain(&incident.actor2) {
            assert!(codes.contains(&code.as_str()), "{code}");
        }
    }
    insta::assert_json_snapshot!(actors["actors"][0]);
}

#[test]
fn every_dataset_states_its_licence() {
    let mut datasets = get_json("/datasets");
    for dataset in datasets["datasets"].as_array_mut().unwrap() {
        let imported_at = dataset["imported_at"].take();
        assert!(imported_at.as_str().is_some_and(|text| text.starts_with("20")), "{imported_at}");
    }
    insta::assert_json_snapshot!(datasets);
}

#[test]
fn the_probes_answer() {
    assert_eq!(get("/health/live").status, 200);
    assert_eq!(get_json("/health/ready")["generation"], 1);
}
