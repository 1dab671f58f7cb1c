//! Random networks against the independent solver, and what must hold of every one.

use harmattan::analytics::CorridorModel;
use proptest::prelude::*;

use super::networks::agrees;
use super::support::{corridors, day};

const STATUSES: [&str; 5] = ["open", "disrupted", "escort_only", "blocked", "cut"];
const CLASSES: [&str; 4] = ["trunk", "secondary", "tertiary", "track"];
const PLACES: [&str; 8] = ["T", "A", "B", "C", "P", "Q", "R", "S"];

/// A corridor of two to five places, of which the last is the town more often than not.
fn corridor() -> impl Strategy<Value = (Vec<usize>, usize, usize)> {
    let places = proptest::sample::subsequence((1..PLACES.len()).collect::<Vec<_>>(), 1..4).prop_shuffle();
    (places, any::<bool>(), 0..STATUSES.len(), 0..CLASSES.len()).prop_map(|(mut places, reaches, status, class)| {
        if reaches || places.len() < 2 {
            places.push(0);
        }
        (places, status, class)
    })
}

fn rows(of: &[(Vec<usize>, usize, usize)]) -> Vec<String> {
    let row = |(at, (places, status, class)): (usize, &(Vec<usize>, usize, usize))| {
        let names: Vec<&str> = places.iter().map(|place| PLACES[*place]).collect();
        let target = if names.last() == Some(&"T") { "T" } else { "" };
        let target = if target.is_empty() { names[names.len() - 1] } else { target };
        format!("r{at}|{}|{target}|{}|2025-01-01||{}", names.join(" "), STATUSES[*status], CLASSES[*class])
    };
    of.iter().enumerate().map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_networks_agree_with_the_solver(mut network in proptest::collection::vec(corridor(), 1..8)) {
        network.push((vec![1, 0], network[0].1, 0));
        let rows = rows(&network);
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        agrees(&corridors(&rows), "T", &rows.join("\n"));
    }

    #[test]
    fn making_one_corridor_worse_never_opens_more(mut network in proptest::collection::vec(corridor(), 1..7), which in any::<usize>()) {
        network.push((vec![1, 0], 0, 0));
        let which = which % network.len();
        let measured = |network: &[(Vec<usize>, usize, usize)]| {
            let rows = rows(network);
            let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
            let model = CorridorModel::new(&corridors(&rows), &[], None);
            let view = model.view("T", day("2025-06-01")).unwrap();
            let point = view.point.clone().unwrap();
            let ways: Vec<Option<f64>> = view.gateways.iter().map(|gateway| gateway.pass.detour).collect();
            let states: Vec<u8> = view.gateways.iter().map(|gateway| gateway.pass.state as u8).collect();
            (point.capacity_open.value, point.supply_open.value, point.redundancy.value, ways, states)
        };
        let before = measured(&network);
        for status in network[which].1..STATUSES.len() {
            network[which].1 = status;
            let after = measured(&network);
            prop_assert!(after.0 <= before.0 && after.1 <= before.1 + 1e-12 && after.2 <= before.2);
            for (now, then) in after.3.iter().zip(&before.3) {
                prop_assert!(now.is_none() || then.is_some_and(|then| now.unwrap() >= then - 1e-12));
            }
            for (now, then) in after.4.iter().zip(&before.4) {
                prop_assert!(now >= then);
            }
        }
    }

    #[test]
    fn a_road_is_the_same_in_both_directions(mut network in proptest::collection::vec(corridor(), 1..7)) {
        network.push((vec![1, 0], 0, 0));
        let rows = rows(&network);
        let there: Vec<&str> = rows.iter().map(String::as_str).collect();
        // The same stretches, those of corridors to other places turned round.
        let turned: Vec<String> = rows.iter().map(|row| {
            let mut cells: Vec<String> = row.split('|').map(str::to_owned).collect();
            if cells[2] != "T" {
                let places: Vec<&str> = cells[1].split(' ').rev().collect();
                let (places, first) = (places.join(" "), places[places.len() - 1].to_owned());
                (cells[1], cells[2]) = (places, first);
            }
            cells.join("|")
        }).collect();
        let back: Vec<&str> = turned.iter().map(String::as_str).collect();
        let of = |rows: &[&str]| {
            let model = CorridorModel::new(&corridors(rows), &[], None);
            model.view("T", day("2025-06-01")).unwrap().point.unwrap()
        };
        prop_assert_eq!(of(&there), of(&back));
    }
}
