//! `/playback/…`: every dated change once, for a player that asks once.

use crate::support::{data, get_json};

#[test]
fn every_statement_on_a_place_is_there_once() {
    let playback = get_json("/playback/control");
    let changes = playback["changes"].as_array().unwrap();
    assert_eq!(changes.len(), data().control.len());
    let places = playback["places"].as_array().unwrap();
    assert_eq!(places.len(), 147);
    for change in changes {
        let place = &places[usize::try_from(change["place"].as_u64().unwrap()).unwrap()];
        let row = data().control.iter().find(|row| change["id"] == row.id.as_str()).unwrap();
        assert_eq!(place["place"], row.place.as_str());
        assert_eq!(change["actor"], row.actor.as_str());
        assert_eq!(change["valid_to"].as_str().map(str::to_owned), row.valid_to.map(|day| day.to_string()));
    }
    let djibo = places.iter().position(|place| place["place"] == "Djibo").unwrap();
    let djibo: Vec<_> = changes.iter().filter(|change| change["place"] == djibo).collect();
    insta::assert_json_snapshot!(djibo);
}

#[test]
fn every_status_of_a_road_is_there_once() {
    let playback = get_json("/playback/corridors");
    assert_eq!(playback["corridors"].as_array().unwrap().len(), data().corridors.len());
    assert_eq!(playback["changes"].as_array().unwrap().len(), 99);
    for described in playback["corridors"].as_array().unwrap() {
        let corridor = data().corridors.iter().find(|corridor| described["id"] == corridor.id.as_str()).unwrap();
        assert_eq!(described["segments"].as_array().unwrap().len(), corridor.waypoints.len() - 1, "{}", corridor.id);
    }
}
