//! The examples in the description of the API run: every one is asked for and answered.

use serde_json::Value as Json;
use std::collections::BTreeSet;

use crate::support::{get, get_json};

/// An example as it stands in an address: lists with commas.
fn text(example: &Json) -> String {
    let plain = match example {
        Json::String(text) => text.clone(),
        Json::Array(parts) => parts
            .iter()
            .map(|part| part.as_str().map_or_else(|| part.to_string(), ToOwned::to_owned))
            .collect::<Vec<_>>()
            .join(","),
        other => other.to_string(),
    };
    percent_encoding::utf8_percent_encode(&plain, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[test]
fn every_example_of_the_description_is_answered() {
    let api = get_json("/api");
    let (mut asked, mut examples) = (BTreeSet::new(), 0);
    for (path, operations) in api["paths"].as_object().unwrap() {
        let parameters: Vec<Json> = operations["get"]["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| match parameter["$ref"].as_str() {
                Some(reference) => api.pointer(reference.trim_start_matches('#')).unwrap().clone(),
                None => parameter.clone(),
            })
            .collect();
        let (mut address, mut required, mut optional) = (path.clone(), Vec::new(), Vec::new());
        for parameter in &parameters {
            let name = parameter["name"].as_str().unwrap();
            let pair = || format!("{name}={}", text(&parameter["example"]));
            match (parameter["in"].as_str().unwrap(), parameter["example"].is_null()) {
                ("path", without) => {
                    assert!(!without, "{path}: {name} has no example");
                    address = address.replace(&format!("{{{name}}}"), &text(&parameter["example"]));
                }
                (_, false) if parameter["required"] == true => required.push(pair()),
                (_, false) => optional.push(pair()),
                (_, without) => assert!(!(without && parameter["required"] == true), "{path}: {name} has no example"),
            }
        }
        examples += required.len() + optional.len();
        // Each alone beside what must be there, and all together.
        let alone = optional.iter().map(|pair| vec![pair.clone()]);
        for more in alone.chain([Vec::new(), optional.clone()]) {
            let query = [required.clone(), more].concat().join("&");
            asked.insert(if query.is_empty() { address.clone() } else { format!("{address}?{query}") });
        }
    }
    for address in &asked {
        let answer = get(address);
        // A vector tile without anything in it is no content.
        assert!(
            answer.status == 200 || (answer.status == 204 && address.contains("tiles/")),
            "{address}: {} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
    }
    assert!(asked.len() > 100 && examples > 50, "{} addresses, {examples} examples", asked.len());
}
