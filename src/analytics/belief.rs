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
//! - *Regions.* Claims on the whole region count by half, and not at all where a claim on the place itself is in force with which they do
//!   not agree.
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
    /// That somebody holds it of whom nobody knows who it is. It ends earlier claims as any other does, and what it says is part of the
    /// unknown: it adds to no state.
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

    /// The state that is believed most, the first of several; `None` where nothing is known, or so little that it counts as unknown.
    #[must_use]
    pub fn leading(&self) -> Option<(State, f64)> {
        if self.weight < FLOOR.value {
            return None;
        }
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
            if says == Says::Unattributed {
                continue;
            }
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
        let counts = |says: Says, region: bool| !region || place <= 0.0 || agrees(says);
        let counted = sources.iter().filter(|(says, region, ..)| counts(*says, *region));
        let counted: Vec<(Says, f64)> = counted.map(|(says, _, _, weight)| (*says, *weight)).collect();
        let weight: f64 = counted.iter().map(|(_, weight)| weight).sum();
        // What a claim on the place keeps out counts here all the same: one more claim must not make everything unknown.
        let said: f64 = sources.iter().map(|(.., weight)| weight).sum();
        if said < FLOOR.value {
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
        self.confirmed_until(state, day).map(|last| last.min(day))
    }

    /// The last day, also after that day, that its claims of the state confirm.
    pub(super) fn confirmed_until(&self, state: State, day: Day) -> Option<Day> {
        let weighty = self.weights(day).filter(|(claim, weight)| *weight > 0.0 && claim.says_on(day) == Says::State(state));
        weighty.map(|(claim, _)| claim.to.map_or(claim.confirmed, |to| to.last)).max()
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
    /// and `since`. `None` where they follow one another or overlap, or nothing else was claimed before.
    #[must_use]
    pub fn changed_between(&self, state: State, since: Day) -> Option<(Day, Day)> {
        let before = self.claims.iter().filter(|claim| claim.from.first < since && claim.says_on(since) != Says::State(state));
        // The last of all: where one reaches up to `since`, an older one that ended earlier says nothing of the change.
        let last = before.map(|claim| claim.to.map_or(claim.confirmed, |to| to.last)).max()?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn held(standing: Standing, party: u16) -> Says {
        Says::State(State { standing, party: Some(party) })
    }

    fn contested() -> Says {
        Says::State(State { standing: Standing::Contested, party: None })
    }

    fn claim(says: Says, from: Day, confirmed: Day, confidence: f64) -> Claim {
        let source = u32::from_ne_bytes(from.to_ne_bytes());
        let from = Within { first: from, last: from };
        Claim { says, then: Vec::new(), confidence, on_region: false, source, from, to: None, confirmed, half_life: 180.0 }
    }

    fn until(claim: Claim, last: Day) -> Claim {
        Claim { to: Some(Within { first: last, last }), ..claim }
    }

    const A: u16 = 1;
    const B: u16 = 2;

    fn of(claims: &[Claim], says: Says, day: Day) -> f64 {
        let Says::State(state) = says else { return 0.0 };
        Evidence::new(claims.to_vec()).on(day).of(state)
    }

    #[test]
    fn one_confirmed_report_leaves_a_fifth_unknown_and_a_partys_claim_two_fifths() {
        let says = held(Standing::Control, A);
        assert!((of(&[claim(says, 0, 0, 0.95)], says, 0) - 0.79).abs() < 0.002);
        assert!((of(&[claim(says, 0, 0, 0.4)], says, 0) - 0.62).abs() < 0.005);
    }

    #[test]
    fn nothing_is_believed_before_and_after() {
        let says = held(Standing::Control, A);
        let claims = [until(claim(says, 100, 100, 0.9), 200)];
        assert_eq!((of(&claims, says, 99), of(&claims, says, 201)), (0.0, 0.0));
        assert_eq!(of(&claims, says, 100), of(&claims, says, 200));
    }

    #[test]
    fn an_open_claim_halves_and_sinks_below_the_floor() {
        let says = held(Standing::Control, A);
        let claims = [claim(says, 0, 100, 0.8)];
        assert_eq!(of(&claims, says, 50), of(&claims, says, 100));
        assert!((of(&claims, says, 280) - 0.4 / 0.65).abs() < 1e-12);
        // 0.8 · 2^(-t/180) falls below 0.1 after 540 days.
        let evidence = Evidence::new(claims.to_vec());
        assert!(evidence.on(640).leading().is_some() && evidence.on(641).leading().is_none());
    }

    #[test]
    fn an_end_within_a_month_rises_and_falls_over_it() {
        let says = held(Standing::Control, A);
        let mut month = claim(says, 100, 129, 0.75);
        month.from = Within { first: 100, last: 129 };
        let weights: Vec<f64> = [99, 100, 114, 129, 130].map(|day| Evidence::new(vec![month.clone()]).on(day).weight).to_vec();
        assert_eq!(weights[0], 0.0);
        assert!((weights[2] / weights[3] - 0.5).abs() < 1e-12 && weights[1] < 0.03);
        assert!(weights[4] < weights[3]);
    }

    #[test]
    fn a_wire_copy_weighs_nothing() {
        let says = held(Standing::Control, A);
        let one = claim(says, 0, 0, 0.6);
        let alone = of(std::slice::from_ref(&one), says, 10);
        assert_eq!(of(&[one.clone(), one.clone(), one.clone()], says, 10), alone);
        let other = Claim { source: 99, ..one.clone() };
        assert!(of(&[one, other], says, 10) > alone);
    }

    #[test]
    fn between_two_like_claims_the_first_keeps_its_weight_unless_they_lie_too_far_apart() {
        let says = held(Standing::Control, A);
        let near = [claim(says, 0, 0, 0.6), claim(says, 360, 360, 0.6)];
        assert_eq!(of(&near, says, 359), of(&near[..1], says, 0));
        let far = [claim(says, 0, 0, 0.6), claim(says, 361, 361, 0.6)];
        assert!(of(&far, says, 360) < of(&far[..1], says, 0));
        let between = [near[0].clone(), claim(contested(), 100, 100, 0.3), near[1].clone()];
        assert!(of(&between, says, 359) < of(&near, says, 359));
    }

    #[test]
    fn a_place_changed_between_two_claims_and_nobody_knows_when() {
        let (a, b) = (held(Standing::Control, A), held(Standing::Control, B));
        let claims = [claim(a, 0, 100, 0.9), claim(b, 200, 200, 1.0)];
        let evidence = Evidence::new(claims.to_vec());
        let weight = |day| evidence.on(day).weight;
        assert!(weight(150) < 0.9 * 0.5 + 1e-9 && weight(199) < 0.02);
        assert_eq!(of(&claims, b, 199), 0.0);
        assert_eq!(of(&claims, a, 200), 0.0);
        let Says::State(state) = b else { panic!() };
        assert_eq!(evidence.changed_between(state, 200), Some((100, 200)));
    }

    #[test]
    fn a_claim_that_reaches_up_to_the_next_leaves_no_doubt_of_the_day_whatever_ended_before_it() {
        let (a, b) = (held(Standing::Control, A), held(Standing::Control, B));
        let Says::State(state) = b else { panic!() };
        for last in [199, 200, 210] {
            let claims = [until(claim(a, 0, 0, 0.9), 50), until(claim(a, 40, 40, 0.9), last), claim(b, 200, 200, 1.0)];
            assert_eq!(Evidence::new(claims.to_vec()).changed_between(state, 200), None, "{last}");
        }
    }

    #[test]
    fn claims_that_contradict_one_another_at_one_time_are_disputed() {
        let (a, b) = (held(Standing::Control, A), held(Standing::Control, B));
        let claims = [until(claim(a, 0, 0, 0.4), 100), until(claim(b, 0, 0, 0.4), 100)];
        let belief = Evidence::new(claims.to_vec()).on(50);
        assert!(belief.disputed() && (belief.disagreement() - 1.0).abs() < 1e-12);
        let Says::State(state) = a else { panic!() };
        let (lo, hi) = belief.interval(state);
        assert!(lo < belief.of(state) && belief.of(state) < hi && lo > 0.0 && hi < 1.0);
    }

    #[test]
    fn a_claim_on_the_region_never_outweighs_one_on_the_place() {
        let (a, b) = (held(Standing::Control, A), held(Standing::Control, B));
        let region = Claim { on_region: true, ..until(claim(b, 0, 0, 0.95), 1_000) };
        let place = until(claim(a, 0, 0, 0.3), 1_000);
        assert!(of(&[region.clone(), place.clone()], a, 10) >= of(&[region.clone(), place], b, 10));
        assert_eq!(of(&[region.clone(), until(claim(a, 0, 0, 0.3), 1_000)], b, 10), 0.0);
        // Alone it counts by half.
        assert!((of(&[region], b, 10) - 0.475 / 0.725).abs() < 1e-12);
    }

    #[test]
    fn who_is_not_known_is_part_of_the_unknown() {
        let belief = Evidence::new(vec![claim(Says::Unattributed, 0, 0, 0.9)]).on(0);
        assert!(belief.states.is_empty() && (belief.unknown - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_part_says_what_the_whole_says_from_its_merger_on() {
        let (part, whole) = (held(Standing::Control, A), held(Standing::Control, B));
        let merged = Claim { then: vec![(50, whole)], ..until(claim(part, 0, 0, 0.9), 100) };
        let merged = [merged];
        assert!(of(&merged, part, 49) > 0.0 && of(&merged, part, 50) == 0.0);
        assert!(of(&merged, whole, 50) > 0.0);
    }

    /// The same by the definitions alone, looking at everything each time.
    fn oracle(claims: &[Claim], day: Day) -> Vec<(Says, f64)> {
        let step = |within: Within, day: Day| {
            let days = (within.first..=within.last).count() as f64;
            (within.first..=within.last).filter(|inner| *inner <= day).count() as f64 / days
        };
        let carried = |claim: &Claim| {
            let alike: Vec<&Claim> = claims.iter().filter(|other| other.on_region == claim.on_region).collect();
            let mut until = claim.confirmed;
            for next in alike.iter().filter(|other| other.says == claim.says).map(|other| other.from.last) {
                let near = next > claim.confirmed && f64::from(next - claim.confirmed) <= 2.0 * claim.half_life;
                let else_between = alike
                    .iter()
                    .any(|other| other.says != claim.says && other.from.last > claim.confirmed && other.from.first <= next);
                if near && !else_between && next > until {
                    until = next;
                }
            }
            until
        };
        let weight = |claim: &Claim| {
            let mut weight = claim.confidence * if claim.on_region { 0.5 } else { 1.0 };
            let rising = step(claim.from, day);
            let falling = match claim.to {
                Some(to) => 1.0 - step(to, day - 1),
                None => (-(f64::from(day - carried(claim)).max(0.0)) / claim.half_life).exp2(),
            };
            weight *= rising.min(falling);
            if claim.to.is_none() {
                let after = carried(claim).max(claim.from.last);
                let mut says: Vec<Says> = claims.iter().map(|other| other.says).filter(|says| *says != claim.says).collect();
                says.sort();
                says.dedup();
                for says in says {
                    let done = claims
                        .iter()
                        .filter(|other| other.on_region == claim.on_region && other.says == says && other.from.last > after)
                        .map(|other| {
                            let part = f64::from(day - after) / f64::from(other.from.last - after);
                            other.confidence * part.clamp(0.0, 1.0)
                        })
                        .fold(0.0, f64::max);
                    weight *= 1.0 - done;
                }
            }
            weight
        };
        let mut all: Vec<Says> = claims.iter().map(|claim| claim.says).filter(|says| *says != Says::Unattributed).collect();
        all.sort();
        all.dedup();
        let level = |says: Says, on_region: bool| -> f64 {
            let mine = claims.iter().filter(|claim| claim.says == says && claim.on_region == on_region);
            let mut sources: Vec<u32> = mine.clone().map(|claim| claim.source).collect();
            sources.sort_unstable();
            sources.dedup();
            let most = |source: u32| mine.clone().filter(|claim| claim.source == source).map(weight).fold(0.0, f64::max);
            sources.into_iter().map(most).sum()
        };
        let place: f64 = all.iter().map(|says| level(*says, false)).sum();
        let counted: Vec<(Says, f64)> = all
            .iter()
            .map(|says| {
                let (direct, wide) = (level(*says, false), level(*says, true));
                (*says, direct + if direct == 0.0 && place > 0.0 { 0.0 } else { wide })
            })
            .collect();
        let sum: f64 = counted.iter().map(|(_, weight)| weight).sum();
        let said: f64 = all.iter().map(|says| level(*says, false) + level(*says, true)).sum();
        if said < 0.1 {
            return Vec::new();
        }
        let known = counted.into_iter().filter(|(_, weight)| *weight > 0.0);
        known.map(|(says, weight)| (says, weight / (sum + 0.25))).collect()
    }

    fn any_says() -> impl Strategy<Value = Says> {
        prop_oneof![
            (0u16..3).prop_map(|party| held(Standing::Control, party)),
            (0u16..3).prop_map(|party| held(Standing::Influence, party)),
            Just(contested()),
            Just(Says::Unattributed),
        ]
    }

    prop_compose! {
        fn any_claim()(
            says in any_says(),
            first in 0i32..600,
            wide in prop_oneof![Just(0i32), Just(29), Just(364)],
            lasts in prop::option::of(0i32..500),
            end_wide in prop_oneof![Just(0i32), Just(30)],
            confirmed in 0i32..400,
            confidence in 0.05f64..=1.0,
            on_region in prop::bool::weighted(0.25),
            source in 0u32..6,
            half_life in prop_oneof![Just(180.0), Just(60.0)],
        ) -> Claim {
            let from = Within { first, last: first + wide };
            let to = lasts.map(|days| Within { first: first + days, last: first + days + end_wide });
            Claim { says, then: Vec::new(), confidence, on_region, source, from, to, confirmed: from.last + confirmed, half_life }
        }
    }

    proptest! {
        #[test]
        fn beliefs_are_those_of_the_definitions(claims in prop::collection::vec(any_claim(), 0..9), day in -10i32..1_500) {
            let belief = Evidence::new(claims.clone()).on(day);
            let mut expected = oracle(&claims, day);
            expected.sort_by_key(|(says, _)| *says);
            prop_assert_eq!(belief.states.len(), expected.len(), "{:?} {:?}", belief, expected);
            for ((state, belief), (says, expected)) in belief.states.iter().zip(&expected) {
                prop_assert_eq!(Says::State(*state), *says);
                prop_assert!((belief - expected).abs() < 1e-9, "{} {}", belief, expected);
            }
        }

        #[test]
        fn shares_and_the_unknown_sum_to_one(claims in prop::collection::vec(any_claim(), 0..9), day in -10i32..1_500) {
            let belief = Evidence::new(claims).on(day);
            let sum: f64 = belief.states.iter().map(|(_, share)| share).sum::<f64>() + belief.unknown;
            prop_assert!((sum - 1.0).abs() < 1e-9);
            prop_assert!(belief.unknown >= -1e-12 && belief.states.iter().all(|(_, share)| *share > 0.0));
        }

        #[test]
        fn a_claim_that_agrees_never_lowers_belief(
            claims in prop::collection::vec(any_claim(), 1..7), agreeing in any_claim(), which in any::<prop::sample::Index>(), day in 0i32..1_500,
        ) {
            let says = claims[which.index(claims.len())].says;
            let before = of(&claims, says, day);
            let mut more = claims.clone();
            more.push(Claim { says, on_region: false, ..agreeing });
            // Where it ends what else was claimed and too little is left, the place as a whole is unknown.
            let unknown = Evidence::new(more.clone()).on(day).leading().is_none();
            prop_assert!(unknown || of(&more, says, day) >= before - 1e-12, "{} after {}", of(&more, says, day), before);
        }

        #[test]
        fn age_never_lowers_the_unknown(claims in prop::collection::vec(any_claim(), 1..7), after in 0i32..800, days in 1i32..400) {
            // From when on nothing begins and nothing ends any more.
            let settled = claims.iter().map(|claim| claim.from.last.max(claim.to.map_or(0, |to| to.last + 1))).max().unwrap();
            let evidence = Evidence::new(claims);
            let unknown = |day: Day| evidence.on(day).unknown;
            prop_assert!(unknown(settled + after + days) >= unknown(settled + after) - 1e-12);
        }

        #[test]
        fn the_order_does_not_matter(claims in prop::collection::vec(any_claim(), 0..8).prop_shuffle(), day in 0i32..1_500) {
            let mut other = claims.clone();
            other.reverse();
            prop_assert_eq!(Evidence::new(claims).on(day), Evidence::new(other).on(day));
        }

        #[test]
        fn nothing_is_believed_before_the_first_claim(claims in prop::collection::vec(any_claim(), 1..8), before in 1i32..500) {
            let first = claims.iter().map(|claim| claim.from.first).min().unwrap();
            prop_assert_eq!(Evidence::new(claims).on(first - before).unknown, 1.0);
        }

        #[test]
        fn where_nothing_moves_nothing_changes(claims in prop::collection::vec(any_claim(), 1..7), day in -5i32..1_500) {
            let evidence = Evidence::new(claims);
            if !evidence.moves(day) {
                prop_assert_eq!(evidence.on(day), evidence.on(day + 1));
            }
        }
    }
}
