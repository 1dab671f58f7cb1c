//! A capital that is blockaded: three gateways cut on days 30, 45 and 60, passed under escort from day 75 on, and opened again on days 100, 110
//! and 130. Once with exact reports, and over many seeds with a fifth of the reports late or wrong.

use harmattan::analytics::{CorridorModel, PassState};

use super::solver::thousandths;
use super::support::{corridors, day};

const GATEWAYS: [&str; 3] = ["A", "B", "C"];
const CUT: [i32; 3] = [30, 45, 60];
const ESCORTED: i32 = 75;
const OPENED: [i32; 3] = [100, 110, 130];
const DAYS: i32 = 150;
const STATUSES: [&str; 5] = ["open", "disrupted", "escort_only", "blocked", "cut"];

/// What is the case.
fn truth(gateway: usize, on: i32) -> &'static str {
    if on < CUT[gateway] || on >= OPENED[gateway] {
        "open"
    } else if on < ESCORTED {
        "cut"
    } else {
        "escort_only"
    }
}

/// What is open of three roads apart from one another, of which each can give five twelfths.
fn open(on: i32) -> f64 {
    let carried = (0..3).map(|gateway| f64::from(u32::try_from(thousandths(truth(gateway, on))).unwrap()) / 10.0);
    carried.map(|carried| carried.min(41.667)).sum::<f64>().min(100.0) / 100.0
}

/// Days of isolation, day after day.
fn isolated() -> Vec<i32> {
    let (mut days, mut relief, mut told) = (0, 0, Vec::new());
    for on in 0..DAYS {
        if days == 0 {
            days = i32::from(open(on) < 0.25);
        } else {
            relief = if open(on) >= 0.35 { relief + 1 } else { 0 };
            days = if relief == 3 { 0 } else { days + 1 };
        }
        if days == 0 {
            relief = 0;
        }
        told.push(days);
    }
    told
}

fn start() -> i32 {
    day("2024-03-01")
}

fn written(on: i32) -> String {
    harmattan::analytics::date_of(start() + on).to_string()
}

/// The days on which a gateway becomes something else.
fn turns(gateway: usize) -> [i32; 4] {
    [0, CUT[gateway], ESCORTED, OPENED[gateway]]
}

fn asked(rows: &[String]) -> CorridorModel {
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    CorridorModel::new(&corridors(&rows), &[], None)
}

#[test]
fn with_exact_reports_every_day_is_exact() {
    let mut rows = Vec::new();
    for (gateway, name) in GATEWAYS.iter().enumerate() {
        for from in turns(gateway) {
            rows.push(format!("r{gateway}|{name} T|T|{}|{}||||||0.95", truth(gateway, from), written(from)));
        }
    }
    let model = asked(&rows);
    let isolated = isolated();
    assert_eq!((isolated[59], isolated[60], isolated[76], isolated[77]), (0, 1, 17, 0));
    let days: Vec<i32> = (0..DAYS).map(|on| start() + on).collect();
    let points = model.series("T", &days).unwrap();
    for (on, point) in (0..DAYS).zip(&points) {
        let point = point.as_ref().unwrap();
        assert!((point.capacity_open.value - open(on)).abs() < 1e-5, "day {on}: {} for {}", point.capacity_open.value, open(on));
        assert_eq!(point.isolation_days.value, f64::from(isolated[usize::try_from(on).unwrap()]), "day {on}");
        let view = model.view("T", start() + on).unwrap();
        for (gateway, told) in view.gateways.iter().enumerate() {
            let expected = match truth(gateway, on) {
                "open" => PassState::Open,
                "cut" => PassState::Cut,
                _ => PassState::Degraded,
            };
            assert_eq!(told.pass.state, expected, "gateway {gateway} on day {on}");
            let began = turns(gateway).into_iter().filter(|turn| *turn <= on).max().unwrap();
            assert_eq!(told.since.map(|(since, _)| since - start()), Some(began), "gateway {gateway} on day {on}");
        }
        if point.isolation_days.value > 0.0 {
            assert_eq!(point.isolated_since.map(|(since, _)| since - start()), Some(60));
        }
    }
}

/// Numbers that are the same for a seed everywhere (xorshift64*, Vigna 2016, doi:10.1145/2845077).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, count: usize) -> usize {
        ((self.next() * count as f64) as usize).min(count - 1)
    }
}

/// Three sources tell of each turn; one report in five is late by up to two weeks or says something else.
fn observed(seed: u64) -> (Vec<String>, usize, usize) {
    let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (mut rows, mut bad) = (Vec::new(), 0);
    for (gateway, name) in GATEWAYS.iter().enumerate() {
        for from in turns(gateway) {
            for source in 0..3 {
                let (mut status, mut told) = (truth(gateway, from), from);
                let lot = numbers.next();
                if lot < 0.1 {
                    told += 1 + i32::try_from(numbers.below(14)).unwrap();
                } else if lot < 0.2 {
                    let others: Vec<&str> = STATUSES.into_iter().filter(|other| *other != status).collect();
                    status = others[numbers.below(others.len())];
                }
                bad += usize::from(lot < 0.2);
                rows.push(format!("r{gateway}|{name} T|T|{status}|{}||||||0.75||source {source}", written(told)));
            }
        }
    }
    let count = rows.len();
    (rows, bad, count)
}

#[test]
fn with_a_fifth_of_the_reports_late_or_wrong_most_days_are_right() {
    const SEEDS: u64 = 20;
    let (mut right, mut covered, mut all, mut bad, mut reports) = (0, 0, 0, 0, 0);
    for seed in 1..=SEEDS {
        let (rows, wrong, count) = observed(seed);
        (bad, reports) = (bad + wrong, reports + count);
        let days: Vec<i32> = (0..DAYS).map(|on| start() + on).collect();
        for (on, point) in (0..DAYS).zip(asked(&rows).series("T", &days).unwrap()) {
            let open_now = point.unwrap().capacity_open;
            right += usize::from((open_now.value - open(on)).abs() < 1e-5);
            covered += usize::from(open_now.lo - 1e-5 <= open(on) && open(on) <= open_now.hi + 1e-5);
            all += 1;
        }
    }
    let part = |count: usize, of: usize| count as f64 / of as f64;
    println!("bad reports {:.3}, right {:.3}, covered {:.3}", part(bad, reports), part(right, all), part(covered, all));
    assert!((part(bad, reports) - 0.2).abs() < 0.04, "{bad} of {reports} reports are bad");
    assert!(part(right, all) >= 0.9, "{right} of {all} days are right");
    assert!(part(covered, all) >= 0.85, "{covered} of {all} days are covered");
}
