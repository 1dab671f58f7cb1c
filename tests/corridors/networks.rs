//! Networks made by hand, whose numbers can be worked out in the head; each also against the independent solver.

use harmattan::analytics::{CorridorModel, PassState};
use harmattan::http::Step;
use serde_json::{Value as Json, json};

use super::solver::Solved;
use super::support::{ask, corridors, csv, date, day, model, number, read, series, snapshot_of, told};

const ON: &str = "2025-06-01";

/// One of the ten: its rows, share open in thousandths, open routes, states of the gateways by name.
struct Made {
    what: &'static str,
    rows: &'static [&'static str],
    open: f64,
    routes: f64,
    states: &'static [(&'static str, PassState)],
}

use PassState::{Cut, Degraded, Open};

const MADE: &[Made] = &[
    Made { what: "one open road", rows: &["r1|G X T|T|open|2025-01-01"], open: 1.0, routes: 1.0, states: &[("G", Open)] },
    Made {
        what: "one disrupted road carries half",
        rows: &["r1|G X T|T|disrupted|2025-01-01"],
        open: 0.5,
        routes: 0.0,
        states: &[("G", Degraded)],
    },
    Made {
        what: "of three gateways one is cut: the others give their shares and a quarter",
        rows: &["r1|A T|T|open|2025-01-01", "r2|B T|T|open|2025-01-01", "r3|C T|T|cut|2025-01-01"],
        open: 0.833_34,
        routes: 2.0,
        states: &[("A", Open), ("B", Open), ("C", Cut)],
    },
    Made {
        what: "a shared stretch takes the least severe status",
        rows: &["r1|A X T|T|blocked|2025-01-01", "r2|B X T|T|disrupted|2025-01-01"],
        // A–X carries 5, B–X and X–T 50.
        open: 0.5,
        routes: 0.0,
        states: &[("A", Cut), ("B", Degraded)],
    },
    Made {
        what: "a cut road is passed by way of another corridor",
        rows: &["r1|A X T|T|cut|2025-01-01", "r2|A Y T|T|open|2025-01-01"],
        open: 1.0,
        routes: 1.0,
        states: &[("A", Open)],
    },
    Made {
        what: "everything under escort",
        rows: &["r1|A T|T|escort_only|2025-01-01", "r2|B T|T|escort_only|2025-01-01"],
        open: 0.4,
        routes: 0.0,
        states: &[("A", Degraded), ("B", Degraded)],
    },
    Made {
        what: "a besieged town",
        rows: &["r1|A X T|T|blocked|2025-01-01", "r2|B Y T|T|blocked|2025-01-01"],
        open: 0.1,
        routes: 0.0,
        states: &[("A", Cut), ("B", Cut)],
    },
    Made {
        what: "lesser roads carry less",
        rows: &["r1|A T|T|open|2025-01-01||tertiary", "r2|B T|T|open|2025-01-01||secondary", "r3|B Y T|T|cut|2025-01-01"],
        // 15 + 40 of 15 + 62.5.
        open: 55.0 / 77.5,
        routes: 2.0,
        states: &[("A", Open), ("B", Open)],
    },
    Made {
        what: "a bridge that all share",
        rows: &["r1|A P Q T|T|open|2025-01-01", "r2|B P Q T|T|open|2025-01-01", "r3|C Q T|T|open|2025-01-01"],
        open: 1.0,
        routes: 1.0,
        states: &[("A", Open), ("B", Open), ("C", Open)],
    },
    Made {
        what: "a road that is not the town's takes over",
        rows: &["r1|A X T|T|blocked|2025-01-01", "r2|A Y Z|Z|open|2025-01-01", "r3|Z T|U|open|2025-01-01"],
        open: 1.0,
        routes: 1.0,
        states: &[("A", Open)],
    },
];

#[test]
fn ten_networks_made_by_hand_have_the_numbers_that_were_worked_out() {
    assert_eq!(MADE.len(), 10);
    for made in MADE {
        let corridors = corridors(made.rows);
        let model = CorridorModel::new(&corridors, &[], None);
        let view = model.view("t", day(ON)).unwrap();
        let point = view.point.as_ref().unwrap();
        assert!((point.capacity_open.value - made.open).abs() < 1e-9, "{}: {}", made.what, point.capacity_open.value);
        assert_eq!(point.redundancy.value, made.routes, "{}", made.what);
        for (name, state) in made.states {
            let gateway = view.gateways.iter().find(|gateway| gateway.name == *name).unwrap();
            // A detour of more than twice the way is degraded, whatever the roads; these lie where they lie.
            let far = gateway.strict.detour.is_some_and(|factor| factor > 2.0);
            let expected = if *state == Open && far { Degraded } else { *state };
            assert_eq!(gateway.pass.state, expected, "{}: {name}", made.what);
        }
        agrees(&corridors, "T", made.what);
    }
}

/// Flow, cut, routes, detours and bottlenecks are those of the independent solver.
pub(crate) fn agrees(corridors: &[harmattan::domain::Corridor], target: &str, what: &str) {
    let model = CorridorModel::new(corridors, &[], None);
    let solved = Solved::of(corridors, target);
    let (flow, baseline) = (solved.flow(), solved.baseline());
    assert_eq!(flow, solved.cut(), "{what}: the solver's own flow and cut");
    let view = model.view(target, day(ON)).unwrap();
    if baseline == 0 {
        assert!(view.point.is_none(), "{what}");
        return;
    }
    let point = view.point.as_ref().unwrap();
    let expected = flow as f64 / baseline as f64;
    assert!((point.capacity_open.value - expected).abs() < 1e-12, "{what}: {} for {expected}", point.capacity_open.value);
    assert_eq!(point.redundancy.value, solved.routes() as f64, "{what}");
    for (least, of) in [(1000, "strict"), (500, "usual")] {
        for (name, expected) in solved.detours(least) {
            let gateway = view.gateways.iter().find(|gateway| gateway.name == name).unwrap();
            let found = if of == "strict" { gateway.strict.detour } else { gateway.pass.detour };
            let close = match (found, expected) {
                (Some(found), Some(expected)) => (found - expected).abs() < 1e-4 * expected,
                (None, None) => true,
                _ => false,
            };
            assert!(close, "{what}: {of} detour of {name} {found:?} for {expected:?}");
        }
    }
    for estimate in [point.capacity_open, point.supply_open, point.redundancy] {
        assert!(estimate.lo <= estimate.value && estimate.value <= estimate.hi, "{what}: {estimate:?}");
    }
    let in_cuts = solved.in_cuts();
    for road in &view.bottlenecks {
        let found = in_cuts.iter().any(|(a, b)| {
            (a, b) == (&road.from.to_owned(), &road.to.to_owned()) || (b, a) == (&road.from.to_owned(), &road.to.to_owned())
        });
        assert!(found, "{what}: {}–{} is in no least cut", road.from, road.to);
        assert!(!["open", "unknown"].contains(&road.status.as_str()), "{what}");
    }
    if flow < super::solver::TOWN {
        let bad = |pair: &&(String, String)| {
            let at = |name: &str| solved.places.iter().position(|place| place == name).unwrap();
            let (a, b) = (at(&pair.0), at(&pair.1));
            let reported = corridors.iter().any(|corridor| {
                corridor.changes.iter().any(|change| change.status.as_str() != "unknown")
                    && corridor.waypoints.windows(2).any(|two| {
                        let ends = (at(&two[0].0), at(&two[1].0));
                        ends == (a, b) || ends == (b, a)
                    })
            });
            // A road that carries nothing may stand in a least cut without holding anything up: one end of it leads nowhere else.
            reported && (1..1000).contains(&solved.roads[&(a.min(b), a.max(b))].1)
        };
        let expected: usize = in_cuts.iter().filter(bad).filter(|pair| leads_anywhere(&solved, pair)).count();
        let found = view.bottlenecks.iter().filter(|road| road.status.as_str() != "cut").count();
        assert_eq!(found, expected, "{what}: {:?} of {in_cuts:?}", view.bottlenecks);
    }
}

/// Whether a pair of places lies on some way from a gateway to the town that passes no place twice: a dead end holds nothing up.
fn leads_anywhere(solved: &Solved, pair: &(String, String)) -> bool {
    fn walk(solved: &Solved, at: usize, wanted: (usize, usize), seen: &mut Vec<usize>, used: bool) -> bool {
        if at == 0 {
            return used;
        }
        let mut found = false;
        for (a, b) in solved.roads.keys() {
            let next = if *a == at {
                *b
            } else if *b == at {
                *a
            } else {
                continue;
            };
            if !seen.contains(&next) {
                seen.push(next);
                found |= walk(solved, next, wanted, seen, used || (*a, *b) == wanted);
                seen.pop();
            }
            if found {
                break;
            }
        }
        found
    }
    let at = |name: &str| solved.places.iter().position(|place| place == name).unwrap();
    let wanted = (at(&pair.0).min(at(&pair.1)), at(&pair.0).max(at(&pair.1)));
    solved.gateways.iter().any(|(gateway, _)| walk(solved, *gateway, wanted, &mut vec![*gateway], false))
}

#[test]
fn a_network_that_is_not_connected_is_not_computable_and_never_0_percent() {
    let snapshot = snapshot_of(&csv(&["r1|A X|T|open|2025-01-01"]));
    let answer = told(&snapshot, "T", ON);
    for name in ["capacity_open", "supply_open", "redundancy", "isolation_days", "unsatisfied_share"] {
        assert_eq!(answer[name], "not_computable", "{name}");
    }
    assert!(answer["reason"].as_str().unwrap().contains("not connected"));
    assert_eq!(answer["bottlenecks"], serde_json::json!([]));
    let rows = series(&snapshot, "t", "2025-01-01", "2025-01-03", Step::Day);
    assert!(rows.len() == 3 && rows.iter().all(|row| row["capacity_open"] == "not_computable"));
}

#[test]
fn one_segment_can_be_reported_on_alone() {
    let rows = ["r1|A X T|T|open|2025-01-01||||||0.9", "r1|A X T|T|cut|2025-02-01|2025-02-28|||||0.9|X; T"];
    let model = model(&rows);
    let open = |on: &str| model.view("T", day(on)).unwrap().point.unwrap().capacity_open.value;
    assert_eq!((open("2025-01-31"), open("2025-02-01"), open("2025-02-28"), open("2025-03-01")), (1.0, 0.0, 0.0, 1.0));
    let view = model.view("T", day("2025-02-10")).unwrap();
    assert_eq!(view.bottlenecks.len(), 1);
    assert_eq!((view.bottlenecks[0].from, view.bottlenecks[0].segments[0].as_str()), ("X", "r1:2"));
    // Its own report wins over those of the corridors that share it, also over a better one.
    let shared = model_of_shared();
    let view = shared.view("T", day(ON)).unwrap();
    assert_eq!(view.point.unwrap().capacity_open.value, 0.05);
}

fn model_of_shared() -> CorridorModel {
    model(&["r1|A X T|T|open|2025-01-01", "r2|B X T|T|open|2025-01-01", "r2|B X T|T|blocked|2025-01-01||||||0.9|2"])
}

#[test]
fn several_reports_of_one_day_are_weighed_and_later_news_take_their_place() {
    let rows = [
        "r1|A T|T|open|2025-01-01||||||0.9",
        "r1|A T|T|blocked|2025-03-01||||||0.5",
        "r1|A T|T|disrupted|2025-03-01||||||0.4",
        "r1|A T|T|blocked|2025-03-01||||||0.3",
    ];
    let model = model(&rows);
    let open = |on: &str| model.view("T", day(on)).unwrap().point.unwrap().capacity_open.value;
    assert_eq!((open("2025-02-28"), open("2025-03-01")), (1.0, 0.05));
}

#[test]
fn before_the_first_report_and_where_nobody_reports_a_road_is_unknown() {
    let model = model(&["r1|A T|T|open|2025-01-01|2025-01-31"]);
    for on in ["2024-12-31", "2025-02-01"] {
        let view = model.view("T", day(on)).unwrap();
        let point = view.point.unwrap();
        assert_eq!((point.capacity_open.value, point.reports), (0.5, 0), "{on}");
        assert!(point.capacity_open.lo < 0.1 && point.capacity_open.hi > 0.9, "anything may be: {point:?}");
        assert_eq!(view.gateways[0].pass.state, PassState::Unknown);
        assert!(view.bottlenecks.is_empty());
    }
}

#[test]
fn isolation_begins_below_a_quarter_and_ends_on_the_third_day_of_relief() {
    let rows = [
        "r1|A T|T|open|2025-01-01|2025-01-09",
        "r1|A T|T|blocked|2025-01-10|2025-01-19",
        // Two days of relief are not enough, and what is between the thresholds is none.
        "r1|A T|T|open|2025-01-20|2025-01-21",
        "r1|A T|T|escort_only|2025-01-22|2025-01-29",
        "r1|A T|T|disrupted|2025-01-30|2025-02-20",
        "r1|A T|T|escort_only|2025-02-21|",
    ];
    let model = model(&rows);
    let days = |on: &str| model.view("T", day(on)).unwrap().point.unwrap().isolation_days.value;
    let expected = [
        ("2025-01-09", 0.0),
        ("2025-01-10", 1.0),
        ("2025-01-21", 12.0),
        ("2025-01-29", 20.0),
        ("2025-01-31", 22.0),
        ("2025-02-01", 0.0),
        ("2025-02-20", 0.0),
        ("2025-02-21", 1.0),
        ("2025-03-02", 10.0),
    ];
    for (on, count) in expected {
        assert_eq!(days(on), count, "{on}");
    }
}

#[test]
fn weights_are_shares_with_a_range_and_the_rest_is_shared_out() {
    let rows = ["r1|A T|T|open|2025-01-01|||0.5|0.4|0.6", "r2|B T|T|blocked|2025-01-01", "r3|C T|T|cut|2025-01-01"];
    let snapshot = snapshot_of(&csv(&rows));
    let answer = told(&snapshot, "T", ON);
    let share = |at: usize| &answer["gateways"][at]["share"];
    assert_eq!((number(share(0)), share(0)["lo"].as_f64(), share(0)["hi"].as_f64()), (0.5, Some(0.4), Some(0.6)));
    assert_eq!((number(share(1)), &answer["gateways"][1]["share_is_default"]), (0.25, &serde_json::json!(true)));
    // 62.5 by A, 5 by B of what it may give.
    assert!((number(&answer["capacity_open"]) - 0.675).abs() < 1e-9);
    assert_eq!(number(&answer["unsatisfied_share"]), 0.5);
    assert!(answer["caveats"].to_string().contains("equal parts (default)"));
    // What the stated one leaves over has the range that it leaves it.
    assert_eq!((share(1)["lo"].as_f64(), share(1)["hi"].as_f64()), (Some(0.2), Some(0.3)));
}

#[test]
fn stated_shares_bear_their_source_and_may_come_to_more_than_the_whole() {
    // Two corridors of one gateway: their mean over all that either says; sources once each.
    let text = "corridor_id,name,waypoints,target,status,valid_from,weight,weight_low,weight_high,weight_source\n\
                r1,r1,A 0 10; T 2 10,T,open,2025-01-01,0.6,0.4,0.8,\"one, 2024\"\n\
                r2,r2,A 0 10; M 1 11; T 2 10,T,open,2025-01-01,0.4,0.4,0.4,\"other, 2010\"\n\
                r3,r3,B 0 9; T 2 10,T,open,2025-01-01,0.3,0.25,0.3,\"one, 2024\"\n\
                r4,r4,C 0 8; T 2 10,T,cut,2025-01-01,,,,\n";
    let answer = told(&snapshot_of(text), "T", ON);
    let gateways = answer["gateways"].as_array().unwrap();
    let share = |at: usize| ["value", "lo", "hi"].map(|part| gateways[at]["share"][part].as_f64().unwrap());
    let near = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
    assert!(near(share(0), [0.5, 0.4, 0.8]) && near(share(1), [0.3, 0.25, 0.3]), "{gateways:#?}");
    // 0.8 and 0.3 leave nothing over, 0.4 and 0.25 leave 0.35.
    assert!(near(share(2), [0.2, 0.0, 0.35]), "{gateways:#?}");
    assert_eq!(
        (&gateways[0]["weight_source"], &gateways[1]["weight_source"]),
        (&json!("one, 2024; other, 2010"), &json!("one, 2024"))
    );
    assert_eq!((&gateways[2]["weight_source"], &gateways[2]["share_is_default"]), (&Json::Null, &json!(true)));
    assert!((number(&answer["supply_open"]) - 0.8).abs() < 1e-9);
    let bad = read(
        "corridor_id,name,waypoints,target,status,valid_from,weight_source\nr1,r1,A 0 10; T 2 10,T,open,2025-01-01,somebody\n",
    );
    assert_eq!((bad.rejected.len(), bad.rejected[0].column.as_str()), (1, "weight"));
}

#[test]
fn a_road_whose_report_does_not_hold_carries_the_same_along_its_whole_length() {
    // B's report is doubted in a third of the draws. Then it carries anything, and so does what it shares with A, which is blocked;
    // C, of which nobody reports, says nothing of that stretch.
    let shared = |others: &[&str]| {
        let rows: Vec<&str> = ["r1|A M T|T|blocked|2025-01-01||||||0.95"].iter().chain(others).copied().collect();
        let answer = told(&snapshot_of(&csv(&rows)), "T", ON);
        ["lo", "median", "hi"].map(|part| answer["capacity_open"][part].as_f64().unwrap())
    };
    // Were it nothing in those draws, a fifth of all would be below a tenth.
    let [low, ..] = shared(&["r2|B M T|T|disrupted|2025-01-01||||||0.5"]);
    assert!(low > 0.1, "{low}");
    let [_, _, silent] = shared(&["r3|C M T|T|unknown|2025-01-01"]);
    let [_, _, alone] = shared(&[]);
    assert!(silent <= alone + 0.05, "{silent} {alone}");
}

#[test]
fn bad_rows_are_told_with_their_column() {
    for (row, column) in [
        ("r1|A T|T|open|2025-01-01||motorway", "class"),
        ("r1|A T|T|open|2025-01-01|||1.5", "weight"),
        ("r1|A T|T|open|2025-01-01|||0.5|0.6|0.7", "weight"),
        ("r1|A T|T|open|2025-01-01||||0.1|0.7", "weight"),
        ("r1|A T|T|open|2025-01-01|||NaN", "weight"),
        ("r1|A T|T|open|2025-01-01||||||0.9|2", "segment"),
        ("r1|A T|T|open|2025-01-01||||||0.9|T; A", "segment"),
        ("r1|A T|T|open|2025-01-01||||||1.9", "confidence"),
    ] {
        let taken = read(&csv(&[row]));
        assert_eq!(taken.rejected.len(), 1, "{row}");
        assert_eq!(taken.rejected[0].column, column, "{row}: {}", taken.rejected[0]);
    }
}

#[test]
fn towns_are_found_in_any_case_and_without_accents_and_others_are_named() {
    let snapshot = snapshot_of(&csv(&["r1|A Kéla Mópti|Mópti|open|2025-01-01"]));
    for name in ["Mópti", "MOPTI", " mopti "] {
        assert_eq!(told(&snapshot, name, ON)["target"], "Mópti");
    }
    let through = told(&snapshot, "kela", ON);
    assert_eq!((&through["target"], &through["named_target"]), (&serde_json::json!("Kéla"), &serde_json::json!(false)));
    assert!(through["caveats"].to_string().contains("no corridor names this town"));
    for name in ["A", "Bamako", ""] {
        let (parameter, reason) = ask(&snapshot, name, ON).unwrap_err();
        assert!(parameter == "target" && reason.contains("Mópti"), "{reason}");
    }
}

#[test]
fn a_series_steps_by_days_weeks_and_months() {
    let snapshot = snapshot_of(&csv(&["r1|A T|T|open|2025-01-01|2025-03-31", "r1|A T|T|blocked|2025-04-01"]));
    for (step, count, second) in [(Step::Day, 120, "2025-01-02"), (Step::Week, 18, "2025-01-08"), (Step::Month, 4, "2025-02-01")]
    {
        let rows = series(&snapshot, "T", "2025-01-01", "2025-04-30", step);
        assert_eq!((rows.len(), &rows[1]["date"]), (count, &serde_json::json!(second)));
        for row in &rows {
            let on = row["date"].as_str().unwrap();
            let expected = if date(on) < date("2025-04-01") { 1.0 } else { 0.05 };
            assert_eq!(number(&row["capacity_open"]), expected, "{on}");
            assert_eq!(row["capacity_open"], with_caveats(&told(&snapshot, "T", on)["capacity_open"], row), "{on}");
        }
    }
}

/// A series tells the caveats of the whole.
fn with_caveats(envelope: &serde_json::Value, row: &serde_json::Value) -> serde_json::Value {
    let mut envelope = envelope.clone();
    envelope["caveats"] = row["capacity_open"]["caveats"].clone();
    envelope
}
