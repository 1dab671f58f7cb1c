//! What is to be believed of one place on one day, from all that was claimed of it.
//!
//! A claim i weighs w_i(t) = c_i · g_i(t) · e_i(t): its confidence, its membership in the day, and what later claims of something else
//! leave of it. With w0 the weight of not knowing and W the sum of all weights, the belief in state k is p_k = Σ_{i∈k} w_i / (W + w0), and
//! u = w0 / (W + w0) is unknown. Where W stays below a floor, everything is unknown.
//!
//! - *Membership.* 0 before the first day, 1 within, 0 after the last day; over the days within which an end lies for sure (a month, a
//!   year) it rises and falls in a straight line. Without a last day it halves with every half-life after the last confirmation.
//! - *Copies.* Of claims of one state by one source the greatest weight counts, so that k copies of one text weigh what one does.
//! - *Bridge.* Between two claims of one state that lie no more than two half-lives apart, with nothing else claimed in between, the first
//!   one keeps its full weight.
//! - *Change.* A claim without a last day that was confirmed at t1 and is followed by one of something else from t2 on changed between the
//!   two, nobody knows when: its weight falls in a straight line from t1 to t2 by the share that the later one is believed. The other one
//!   counts from t2 on and not before; what lies between goes to the unknown.
//! - *Regions.* Claims on the whole region count by half, and those that no claim on the place itself agrees with never outweigh what was
//!   claimed of the place.
//!
//! Each claim that agrees raises the belief in what it says, or leaves it; as time goes by without a new claim, the unknown never falls.

use super::Day;
use super::parameters::{ADMIN_WEIGHT, BRIDGE, DISPUTED, FLOOR, KAPPA, UNKNOWN_WEIGHT};
use statrs::distribution::{Beta, ContinuousCDF as _};

/// How a place was claimed to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// A party holds it.
    Control,
    /// A party is the strongest there.
    Influence,
    /// Several parties.
    Contested,
    /// No armed group is there, as a source says.
    NoneReported,
    /// The force left or the people fled.
    Abandoned,
}

/// A state that a place can be in: how it stands, and for control and influence with whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    /// How it stands.
    pub standing: Standing,
    /// Number of the party; `None` where the standing is nobody's.
    pub party: Option<u16>,
}

/// What a claim says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Says {
    /// That the place is in that state.
    State(State),
    /// That somebody holds it of whom nobody knows who it is: a claim all the same, and part of the unknown.
    Unattributed,
}

/// The days within which an end lies for sure, both included; a single day twice where it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Within {
    /// The first of them.
    pub first: Day,
    /// The last of them.
    pub last: Day,
}

impl Within {
    /// Which part of the days lies behind at the end of a day, 0 to 1.
    fn behind(self, day: Day) -> f64 {
        let days = f64::from(self.last - self.first) + 1.0;
        ((f64::from(day) - f64::from(self.first) + 1.0) / days).clamp(0.0, 1.0)
    }
}

/// One claim on a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What it says.
    pub says: Says,
    /// What it says from later days on, in their order: a party that became part of another one.
    pub then: Vec<(Day, Says)>,
    /// Its confidence, 0 to 1.
    pub confidence: f64,
    /// Whether it is on the whole region.
    pub on_region: bool,
    /// Number of its source: claims of one number are copies of one another.
    pub source: u32,
    /// Where its first day lies.
    pub from: Within,
    /// Where its last day lies; `None` while it is not known to have ended.
    pub to: Option<Within>,
    /// The last day on which it was confirmed.
    pub confirmed: Day,
    /// Half-life after that, in days.
    pub half_life: f64,
}

impl Claim {
    /// What it says on a day.
    #[must_use]
    pub fn says_on(&self, day: Day) -> Says {
        self.then.iter().take_while(|(from, _)| *from <= day).last().map_or(self.says, |(_, says)| *says)
    }

    /// Its membership in a day, 0 to 1, full until `carried` where it has no last day.
    fn membership(&self, day: Day, carried: Day) -> f64 {
        let rising = self.from.behind(day);
        let falling = match self.to {
            Some(to) => 1.0 - to.behind(day - 1),
            None => {
                let age = f64::from(day) - f64::from(self.confirmed.max(carried));
                if age > 0.0 { (-age / self.half_life).exp2() } else { 1.0 }
            }
        };
        rising.min(falling)
    }

    /// What its source gives it at most.
    fn strength(&self) -> f64 {
        if self.on_region { self.confidence * ADMIN_WEIGHT.value } else { self.confidence }
    }
}

/// A later claim of something else.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Ending {
    says: Says,
    /// The day on which the earlier claim was last confirmed, or until which it was carried on.
    after: Day,
    /// The day from which the later one holds.
    by: Day,
    confidence: f64,
}

impl Ending {
    /// How far the change is believed to have come about on a day, 0 to 1.
    fn done(self, day: Day) -> f64 {
        let part = (f64::from(day) - f64::from(self.after)) / (f64::from(self.by) - f64::from(self.after));
        self.confidence * part.clamp(0.0, 1.0)
    }
}

/// All that is claimed of one place, made ready to be asked for any day.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    claims: Vec<Claim>,
    /// For each claim the later ones of something else.
    endings: Vec<Vec<Ending>>,
    /// For each claim the day until which it is carried on at full weight.
    carried: Vec<Day>,
}

/// What is believed of a place on a day.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Belief {
    /// The states with their belief, which is above 0; in the order of the states.
    pub states: Vec<(State, f64)>,
    /// What is not known. It and all the beliefs sum to 1.
    pub unknown: f64,
    /// The weight of all claims together.
    pub weight: f64,
}

impl Belief {
    /// That nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self { states: Vec::new(), unknown: 1.0, weight: 0.0 }
    }

    /// The belief in a state.
    #[must_use]
    pub fn of(&self, state: State) -> f64 {
        self.states.iter().find(|(other, _)| *other == state).map_or(0.0, |(_, belief)| *belief)
    }

    /// The state that is believed most, the first of several; `None` where nothing is known.
    #[must_use]
    pub fn leading(&self) -> Option<(State, f64)> {
        self.states.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best })
    }

    /// Entropy over the states that are claimed, from 0 for one state to 1 for several that are believed equally.
    #[must_use]
    pub fn disagreement(&self) -> f64 {
        let known: f64 = self.states.iter().map(|(_, belief)| belief).sum();
        if self.states.len() < 2 || known <= 0.0 {
            return 0.0;
        }
        let entropy: f64 = self.states.iter().map(|(_, belief)| belief / known).map(|part| -part * part.ln()).sum();
        #[allow(clippy::cast_precision_loss, reason = "a handful of states")]
        let most = (self.states.len() as f64).ln();
        entropy / most
    }

    /// Whether sources disagree so much that the place is called disputed.
    #[must_use]
    pub fn disputed(&self) -> bool {
        self.disagreement() >= DISPUTED.value
    }

    /// The 5 % and 95 % points of the belief in a state: of its marginal of the Dirichlet distribution with κ · w + 0.05 for each state
    /// that is claimed and κ · w0 for the unknown.
    #[must_use]
    pub fn interval(&self, state: State) -> (f64, f64) {
        /// What a state that is claimed with no weight would still have.
        const PRIOR: f64 = 0.05;
        let scale = KAPPA.value * (self.weight + UNKNOWN_WEIGHT.value);
        let mine = self.of(state) * scale + PRIOR;
        #[allow(clippy::cast_precision_loss, reason = "a handful of states")]
        let all = scale + PRIOR * self.states.len() as f64;
        match Beta::new(mine, all - mine) {
            Ok(beta) => (beta.inverse_cdf(0.05), beta.inverse_cdf(0.95)),
            Err(_) => (0.0, 1.0),
        }
    }
}

impl Evidence {
    /// Makes claims ready, in any order. Costs the square of their number.
    #[must_use]
    pub fn new(mut claims: Vec<Claim>) -> Self {
        // Sums of the same numbers in another order differ in their last digits.
        claims.sort_by(|a, b| {
            let key = |claim: &Claim| (claim.from, claim.says, claim.source, claim.to, claim.confirmed, claim.on_region);
            key(a).cmp(&key(b)).then(a.confidence.total_cmp(&b.confidence)).then(a.half_life.total_cmp(&b.half_life))
        });
        let carried: Vec<Day> = claims.iter().map(|claim| carried(claim, &claims)).collect();
        let endings = claims.iter().zip(&carried).map(|(claim, carried)| endings(claim, *carried, &claims)).collect();
        Self { claims, endings, carried }
    }

    /// The claims.
    #[must_use]
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty()
    }

    /// The weight of each claim on a day, in their order, before copies and regions are looked at.
    fn weights(&self, day: Day) -> impl Iterator<Item = (&Claim, f64)> {
        self.claims.iter().zip(&self.endings).zip(&self.carried).map(move |((claim, endings), carried)| {
            let membership = claim.membership(day, *carried);
            if membership <= 0.0 {
                return (claim, 0.0);
            }
            (claim, claim.strength() * membership * left(endings, day))
        })
    }

    /// What is believed on a day.
    #[must_use]
    pub fn on(&self, day: Day) -> Belief {
        // A place has a handful of claims that weigh anything on one day.
        let mut sources: Vec<(Says, bool, u32, f64)> = Vec::new();
        for (claim, weight) in self.weights(day).filter(|(_, weight)| *weight > 0.0) {
            let says = claim.says_on(day);
            let same = sources
                .iter_mut()
                .find(|(other, region, source, _)| *other == says && *region == claim.on_region && *source == claim.source);
            match same {
                Some((_, _, _, most)) => *most = most.max(weight),
                None => sources.push((says, claim.on_region, claim.source, weight)),
            }
        }
        let place: f64 = sources.iter().filter(|(_, region, ..)| !region).map(|(.., weight)| weight).sum();
        let agrees = |says: Says| sources.iter().any(|(other, region, ..)| !region && *other == says);
        let others: f64 = sources.iter().filter(|(says, region, ..)| *region && !agrees(*says)).map(|(.., weight)| weight).sum();
        let in_force = |claim: &Claim| claim.from.first <= day && claim.to.is_none_or(|to| day <= to.last);
        let spoken_of = self.claims.iter().any(|claim| !claim.on_region && in_force(claim));
        let held = if spoken_of && others > place { place / others } else { 1.0 };
        let counted: Vec<(Says, f64)> = sources
            .iter()
            .map(|(says, region, _, weight)| (*says, if *region && !agrees(*says) { weight * held } else { *weight }))
            .collect();
        let weight: f64 = counted.iter().map(|(_, weight)| weight).sum();
        if weight < FLOOR.value {
            return Belief { weight, ..Belief::unknown() };
        }
        let all = weight + UNKNOWN_WEIGHT.value;
        let mut states: Vec<(State, f64)> = Vec::new();
        let mut known = 0.0;
        for (says, weight) in counted {
            let Says::State(state) = says else { continue };
            known += weight / all;
            match states.iter_mut().find(|(other, _)| *other == state) {
                Some((_, belief)) => *belief += weight / all,
                None => states.push((state, weight / all)),
            }
        }
        states.retain(|(_, belief)| *belief > 0.0);
        states.sort_by_key(|(state, _)| *state);
        Belief { states, unknown: 1.0 - known, weight }
    }

    /// The last day up to a day on which the state was confirmed; `None` when no claim of it weighs anything on that day.
    #[must_use]
    pub fn confirmed(&self, state: State, day: Day) -> Option<Day> {
        let weighty = self.weights(day).filter(|(claim, weight)| *weight > 0.0 && claim.says_on(day) == Says::State(state));
        let confirmed = |claim: &Claim| match claim.to {
            Some(to) => day.min(to.last),
            None => day.min(claim.confirmed),
        };
        weighty.map(|(claim, _)| confirmed(claim)).max()
    }

    /// Since when the state is claimed without a gap and without a claim of something else, up to a day.
    #[must_use]
    pub fn since(&self, state: State, day: Day) -> Option<Day> {
        let mine = self.claims.iter().filter(|claim| claim.from.first <= day && claim.says_on(day) == Says::State(state));
        let mine: Vec<&Claim> = mine.collect();
        let mut since =
            mine.iter().filter(|claim| claim.to.is_none_or(|to| to.last >= day)).map(|claim| claim.from.first).min()?;
        // An earlier claim of the same that reaches up to it belongs to it.
        while let Some(earlier) = mine
            .iter()
            .filter(|claim| claim.from.first < since && claim.to.map_or(claim.confirmed, |to| to.last) + 1 >= since)
            .map(|claim| claim.from.first)
            .min()
        {
            since = earlier;
        }
        Some(since)
    }

    /// The days between which the place changed to the state it is in since `since`: the last day for which something else was claimed
    /// and `since`. `None` where they follow one another, or nothing else was claimed before.
    #[must_use]
    pub fn changed_between(&self, state: State, since: Day) -> Option<(Day, Day)> {
        let before = self.claims.iter().filter(|claim| claim.from.first < since && claim.says_on(since) != Says::State(state));
        let last = before.map(|claim| claim.to.map_or(claim.confirmed, |to| to.last)).filter(|last| *last < since).max()?;
        (since - last > 1).then_some((last, since))
    }

    /// Whether the belief may differ between two days that follow one another.
    pub(super) fn moves(&self, day: Day) -> bool {
        self.claims.iter().zip(&self.endings).zip(&self.carried).any(|((claim, endings), carried)| {
            let inside = |within: Within| within.first <= day + 1 && day <= within.last;
            let decays = claim.to.is_none() && claim.from.first <= day && claim.confirmed.max(*carried) <= day;
            let ends = claim.to.is_some_and(inside);
            let changes = endings.iter().any(|ending| ending.after <= day + 1 && day <= ending.by);
            inside(claim.from) || ends || decays || changes || claim.then.iter().any(|(from, _)| *from == day + 1)
        })
    }

    /// The days on which it may take another course, in their order.
    pub(super) fn turns(&self) -> Vec<Day> {
        let mut days = Vec::new();
        for ((claim, endings), carried) in self.claims.iter().zip(&self.endings).zip(&self.carried) {
            days.extend([claim.from.first, claim.from.last, claim.confirmed, *carried]);
            days.extend(claim.to.iter().flat_map(|to| [to.first, to.last, to.last + 1]));
            days.extend(endings.iter().flat_map(|ending| [ending.after, ending.by]));
            days.extend(claim.then.iter().map(|(from, _)| *from));
        }
        days.sort_unstable();
        days.dedup();
        days.retain(|day| *day > Day::MIN);
        days
    }
}

/// What later claims leave of one: of each thing that they say, the most believed counts.
fn left(endings: &[Ending], day: Day) -> f64 {
    let mut left = 1.0;
    for (at, ending) in endings.iter().enumerate() {
        if endings[..at].iter().any(|before| before.says == ending.says) {
            continue;
        }
        let same = endings[at..].iter().filter(|other| other.says == ending.says);
        left *= 1.0 - same.map(|other| other.done(day)).fold(0.0, f64::max);
    }
    left
}

/// The later claims of something else, on the same place or on the same region.
fn endings(claim: &Claim, carried: Day, all: &[Claim]) -> Vec<Ending> {
    if claim.to.is_some() {
        return Vec::new();
    }
    let after = carried.max(claim.from.last);
    let later = all.iter().filter(|other| other.on_region == claim.on_region && other.from.last > after);
    let other = later.filter(|other| other.says_on(other.from.last) != claim.says_on(other.from.last));
    let mut endings: Vec<Ending> = other
        .map(|other| Ending { says: other.says_on(other.from.last), after, by: other.from.last, confidence: other.confidence })
        .collect();
    // Of those that say the same, one that comes later and is believed less never counts.
    let all = endings.clone();
    endings.retain(|ending| {
        let beats = |other: &Ending| {
            other.says == ending.says
                && other.by <= ending.by
                && other.confidence >= ending.confidence
                && (other.by, -other.confidence) != (ending.by, -ending.confidence)
        };
        !all.iter().any(beats)
    });
    endings.dedup();
    endings
}

/// Until when a claim without a last day keeps its full weight because a later one says the same.
fn carried(claim: &Claim, all: &[Claim]) -> Day {
    if claim.to.is_some() {
        return claim.confirmed;
    }
    let says = |other: &Claim, day: Day| other.says_on(day) == claim.says_on(day);
    let alike = |other: &&Claim| other.on_region == claim.on_region;
    let next = all
        .iter()
        .filter(alike)
        .filter(|other| other.from.last > claim.confirmed && says(other, other.from.last))
        .map(|other| other.from.last)
        .filter(|next| f64::from(next - claim.confirmed) <= BRIDGE.value * claim.half_life)
        .filter(|next| {
            let between =
                |other: &&Claim| !says(other, other.from.last) && other.from.last > claim.confirmed && other.from.first <= *next;
            !all.iter().filter(alike).any(|other| between(&other))
        });
    next.max().unwrap_or(claim.confirmed)
}
