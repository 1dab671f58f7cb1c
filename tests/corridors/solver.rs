//! The same numbers another way: flows by augmenting paths over a matrix, cuts by trying every set of places, ways by Floyd and Warshall. Shares
//! no code with what it checks.

use std::collections::BTreeMap;

use harmattan::domain::Corridor;

/// Thousandths of what a town takes.
pub(crate) const TOWN: i64 = 100_000;

pub(crate) struct Solved {
    /// Places, the town first.
    pub(crate) places: Vec<String>,
    /// Capacity of each pair of places when open, its multiplier in thousandths, and hours.
    pub(crate) roads: BTreeMap<(usize, usize), (i64, i64, f64)>,
    /// Place and share.
    pub(crate) gateways: Vec<(usize, f64)>,
}

pub(crate) fn thousandths(status: &str) -> i64 {
    match status {
        "open" => 1000,
        "disrupted" | "unknown" => 500,
        "escort_only" => 200,
        "blocked" => 50,
        "cut" => 0,
        other => panic!("{other}"),
    }
}

fn class(word: &str) -> (i64, f64) {
    match word {
        "trunk" | "primary" => (100, 60.0),
        "secondary" => (40, 45.0),
        "tertiary" => (15, 30.0),
        "track" => (5, 15.0),
        other => panic!("{other}"),
    }
}

/// Distance on the sphere by the law of cosines, in kilometres.
fn kilometres(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (a, b) = ((a.0.to_radians(), a.1.to_radians()), (b.0.to_radians(), b.1.to_radians()));
    let cosine = a.1.sin() * b.1.sin() + a.1.cos() * b.1.cos() * (a.0 - b.0).cos();
    6371.0088 * cosine.clamp(-1.0, 1.0).acos()
}

impl Solved {
    /// The network of corridors whose first report holds, with equal shares.
    pub(crate) fn of(corridors: &[Corridor], target: &str) -> Self {
        let mut places = vec![target.to_owned()];
        let mut number = |name: &str| match places.iter().position(|place| place == name) {
            Some(at) => at,
            None => {
                places.push(name.to_owned());
                places.len() - 1
            }
        };
        let mut roads: BTreeMap<(usize, usize), (i64, i64, f64)> = BTreeMap::new();
        let mut first = Vec::new();
        for corridor in corridors {
            let (capacity, speed) = class(&corridor.class);
            let status = corridor.changes.first().map_or("unknown", |change| change.status.as_str());
            for pair in corridor.waypoints.windows(2) {
                let (a, b) = (number(&pair[0].0), number(&pair[1].0));
                let (from, to) = ((pair[0].1.lon(), pair[0].1.lat()), (pair[1].1.lon(), pair[1].1.lat()));
                let hours = kilometres(from, to) / speed;
                let road = roads.entry((a.min(b), a.max(b))).or_insert((0, -1, f64::INFINITY));
                road.0 = road.0.max(capacity);
                if status != "unknown" {
                    road.1 = road.1.max(thousandths(status));
                }
                road.2 = road.2.min(hours);
            }
            if corridor.target == target {
                first.push(number(&corridor.waypoints[0].0));
            }
        }
        roads.values_mut().filter(|road| road.1 < 0).for_each(|road| road.1 = thousandths("unknown"));
        first.sort_unstable();
        first.dedup();
        let share = 1.0 / first.len() as f64;
        Self { places, roads, gateways: first.into_iter().map(|gateway| (gateway, share)).collect() }
    }

    /// Arcs as a matrix: places, then the source, then the sink.
    fn matrix(&self, carry: impl Fn(i64, i64) -> i64, gateway: impl Fn(f64) -> i64, town: i64) -> Vec<Vec<i64>> {
        let size = self.places.len() + 2;
        let mut matrix = vec![vec![0; size]; size];
        for ((a, b), (capacity, multiplier, _)) in &self.roads {
            matrix[*a][*b] = carry(*capacity, *multiplier);
            matrix[*b][*a] = carry(*capacity, *multiplier);
        }
        for (place, share) in &self.gateways {
            matrix[size - 2][*place] = gateway(*share);
        }
        matrix[0][size - 1] = town;
        matrix
    }

    fn supplied(&self, open: bool) -> Vec<Vec<i64>> {
        let carry = |capacity: i64, multiplier: i64| if open { capacity * 1000 } else { capacity * multiplier };
        self.matrix(carry, |share| (share * 125_000.0).round() as i64, TOWN)
    }

    pub(crate) fn flow(&self) -> i64 {
        edmonds_karp(self.supplied(false))
    }

    pub(crate) fn baseline(&self) -> i64 {
        edmonds_karp(self.supplied(true))
    }

    pub(crate) fn cut(&self) -> i64 {
        least_cut(&self.supplied(false))
    }

    /// The pairs of places that are in some least cut, by trying every one.
    pub(crate) fn in_cuts(&self) -> Vec<(String, String)> {
        let matrix = self.supplied(false);
        let least = least_cut(&matrix);
        let size = matrix.len();
        let mut found = std::collections::BTreeSet::new();
        for set in sets(size) {
            if cut_of(&matrix, set) == least {
                for (a, b) in self.roads.keys() {
                    if (set >> a & 1) != (set >> b & 1) {
                        found.insert((*a, *b));
                    }
                }
            }
        }
        found.into_iter().map(|(a, b)| (self.places[a].clone(), self.places[b].clone())).collect()
    }

    pub(crate) fn routes(&self) -> i64 {
        let endless = 1 << 30;
        edmonds_karp(self.matrix(|_, multiplier| i64::from(multiplier == 1000), |_| endless, endless))
    }

    /// Over how many times the usual hours each gateway is reached on roads of at least a multiplier.
    pub(crate) fn detours(&self, least: i64) -> BTreeMap<String, Option<f64>> {
        let (usual, now) = (self.hours(i64::MIN), self.hours(least));
        let factor = |place: usize| Some(now[place][0] / usual[place][0]).filter(|factor| factor.is_finite());
        self.gateways.iter().map(|(place, _)| (self.places[*place].clone(), factor(*place))).collect()
    }

    fn hours(&self, least: i64) -> Vec<Vec<f64>> {
        let size = self.places.len();
        let mut hours = vec![vec![f64::INFINITY; size]; size];
        (0..size).for_each(|at| hours[at][at] = 0.0);
        for ((a, b), (_, multiplier, time)) in &self.roads {
            if *multiplier >= least {
                hours[*a][*b] = *time;
                hours[*b][*a] = *time;
            }
        }
        for by in 0..size {
            for a in 0..size {
                for b in 0..size {
                    hours[a][b] = hours[a][b].min(hours[a][by] + hours[by][b]);
                }
            }
        }
        hours
    }
}

fn edmonds_karp(mut left: Vec<Vec<i64>>) -> i64 {
    let (source, sink) = (left.len() - 2, left.len() - 1);
    let mut sum = 0;
    loop {
        let mut before = vec![usize::MAX; left.len()];
        let mut queue = std::collections::VecDeque::from([source]);
        before[source] = source;
        while let Some(at) = queue.pop_front() {
            for next in 0..left.len() {
                if left[at][next] > 0 && before[next] == usize::MAX {
                    before[next] = at;
                    queue.push_back(next);
                }
            }
        }
        if before[sink] == usize::MAX {
            return sum;
        }
        let (mut at, mut most) = (sink, i64::MAX);
        while at != source {
            most = most.min(left[before[at]][at]);
            at = before[at];
        }
        at = sink;
        while at != source {
            left[before[at]][at] -= most;
            left[at][before[at]] += most;
            at = before[at];
        }
        sum += most;
    }
}

/// Sets of places with the source in and the sink out.
fn sets(size: usize) -> impl Iterator<Item = u32> {
    assert!(size <= 18, "too many places to try every cut");
    let inner = size - 2;
    (0..1u32 << inner).map(move |set| set | 1 << inner)
}

fn cut_of(matrix: &[Vec<i64>], set: u32) -> i64 {
    let within = |at: usize| set >> at & 1 == 1;
    let pairs = (0..matrix.len()).filter(|a| within(*a)).flat_map(|a| (0..matrix.len()).map(move |b| (a, b)));
    pairs.filter(|(_, b)| !within(*b)).map(|(a, b)| matrix[a][b]).sum()
}

fn least_cut(matrix: &[Vec<i64>]) -> i64 {
    sets(matrix.len()).map(|set| cut_of(matrix, set)).min().unwrap()
}
