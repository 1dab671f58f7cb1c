//! How one place stood over the years: what is said of it on a day, and the periods in which the same is said.

use super::belief::{Belief, Evidence, Standing, State};
use super::shares::{By, Standpoint};
use super::units::in_force;
use super::{ControlModel, Day};
use crate::domain::{Blockade, ControlStatus, Instant};

/// How far apart two looks at a place are while its belief moves, in days. Between them what leads changes once at most, in all but made-up cases.
const STEP: Day = 7;

/// A blockade as it is believed.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockadeView {
    /// Its degree; [`Blockade::None`] where one was reported once and is too old to be believed.
    pub degree: Blockade,
    /// Who imposes it.
    pub by: Option<String>,
    /// The belief that there is one.
    pub belief: f64,
    /// Since when it is claimed without a gap.
    pub since: Option<Day>,
    /// When it was last confirmed.
    pub confirmed: Option<Day>,
}

/// What is said of a unit on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitView {
    /// What is believed.
    pub belief: Belief,
    /// Whose it is believed to be most; `None` where nothing is known.
    pub leading: Option<(State, Standpoint)>,
    /// The belief in that, with its 5 % and 95 % points.
    pub share: (f64, f64, f64),
    /// Since when that is claimed without a gap.
    pub since: Option<Day>,
    /// When it was last confirmed, up to the day.
    pub confirmed: Option<Day>,
    /// The last day, also after it, that the claims of the day confirm.
    pub confirmed_until: Option<Day>,
    /// The days between which it changed, where they are not one after the other.
    pub changed_between: Option<(Day, Day)>,
    /// The parties of statements in force that call it contested or tell of presence.
    pub parties: Vec<String>,
    /// The blockade; `None` where none was reported.
    pub blockade: Option<BlockadeView>,
    /// The numbers of the statements in force.
    pub statements: Vec<u32>,
}

/// Some days on which the same is said of a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitPoint {
    /// The first of them.
    pub from: Day,
    /// The last of them; `None` for all days after.
    pub to: Option<Day>,
    /// What is said, as of the first of them.
    pub view: UnitView,
}

/// What must be the same for a period to go on.
#[derive(Debug, Clone, PartialEq)]
struct Gist {
    leading: Option<State>,
    disputed: bool,
    blockade: Option<(Blockade, Option<String>)>,
    /// Known share in whole steps.
    step: u8,
}

impl ControlModel {
    /// What is said of a unit on a day, as known at an instant or now.
    #[must_use]
    pub fn view(&self, unit: usize, day: Day, known_at: Option<Instant>) -> UnitView {
        let (holding, besieging) = self.evidence_of(unit, known_at);
        self.view_of(unit, &holding, &besieging, day, known_at)
    }

    fn view_of(&self, unit: usize, holding: &Evidence, besieging: &Evidence, day: Day, known_at: Option<Instant>) -> UnitView {
        let belief = holding.on(day);
        let leading = belief.leading();
        let state = leading.map(|(state, _)| state);
        let interval = state.map_or((0.0, 0.0), |state| belief.interval(state));
        let since = state.and_then(|state| holding.since(state, day));
        let mut statements: Vec<u32> = Vec::new();
        let mut parties: Vec<String> = Vec::new();
        for (number, _) in in_force(&self.units()[unit], &self.versions, known_at) {
            let version = &self.versions[number as usize];
            if version.days.0 > day || version.days.1.is_some_and(|last| last < day) {
                continue;
            }
            statements.push(number);
            if matches!(version.status, ControlStatus::Contested | ControlStatus::Presence) {
                parties.extend(version.parties.iter().filter(|party| !party.eq_ignore_ascii_case("unknown")).cloned());
            }
        }
        parties.sort_unstable();
        parties.dedup();
        UnitView {
            leading: state.map(|state| (state, self.standpoint(state, By::Status))),
            share: (leading.map_or(0.0, |(_, share)| share), interval.0, interval.1),
            since,
            confirmed: state.and_then(|state| holding.confirmed(state, day)),
            confirmed_until: state.and_then(|state| holding.confirmed_until(state, day)),
            changed_between: state.zip(since).and_then(|(state, since)| holding.changed_between(state, since)),
            parties,
            blockade: self.blockade_of(besieging, day),
            statements,
            belief,
        }
    }

    fn blockade_of(&self, besieging: &Evidence, day: Day) -> Option<BlockadeView> {
        let belief = besieging.on(day);
        let siege = |state: State| state.party.and_then(|number| self.sieges.get(usize::from(number)));
        if let Some((state, _)) = belief.leading() {
            let (degree, by) = siege(state)?;
            return Some(BlockadeView {
                degree: *degree,
                by: by.clone(),
                belief: 1.0 - belief.unknown,
                since: besieging.since(state, day),
                confirmed: besieging.confirmed(state, day),
            });
        }
        // Reported once, never reported to have ended, and too long ago.
        let open = besieging.claims().iter().filter(|claim| claim.from.first <= day && claim.to.is_none());
        let last = open.max_by_key(|claim| claim.confirmed)?;
        let super::belief::Says::State(state) = last.says else { return None };
        let by = siege(state)?.1.clone();
        Some(BlockadeView {
            degree: Blockade::None,
            by,
            belief: 0.0,
            since: besieging.since(state, day),
            confirmed: Some(last.confirmed.min(day)),
        })
    }

    fn gist(&self, holding: &Evidence, besieging: &Evidence, day: Day, steps: u8) -> Gist {
        let belief = holding.on(day);
        let siege = self.blockade_of(besieging, day);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the steps")]
        let step = ((1.0 - belief.unknown) * f64::from(steps)).round() as u8;
        Gist {
            leading: belief.leading().map(|(state, _)| state),
            disputed: belief.disputed(),
            blockade: siege.map(|siege| (siege.degree, siege.by)),
            step,
        }
    }

    /// The periods in which the same leads in a unit, it is as disputed and as blockaded, and what is known of it lies in the same of so
    /// many steps (0 for none), from the first claim on. Periods in which nothing is known are among them.
    #[must_use]
    pub fn periods(&self, unit: usize, known_at: Option<Instant>, steps: u8) -> Vec<UnitPoint> {
        let (holding, besieging) = self.evidence_of(unit, known_at);
        let mut turns = holding.turns();
        turns.extend(besieging.turns());
        turns.sort_unstable();
        turns.dedup();
        let Some(&first) = turns.first() else { return Vec::new() };
        let gist = |day: Day| self.gist(&holding, &besieging, day, steps);
        let mut starts = vec![(first, gist(first))];
        let look = |from: Day, to: Day, starts: &mut Vec<(Day, Gist)>| {
            let end = gist(to);
            if starts.last().is_none_or(|(_, last)| *last == end) {
                return;
            }
            // The first day that is no longer as before.
            let (mut same, mut other) = (from, to);
            let before = starts.last().map(|(_, gist)| gist.clone());
            while other - same > 1 {
                let middle = same + (other - same) / 2;
                if Some(gist(middle)) == before { same = middle } else { other = middle }
            }
            starts.push((other, gist(other)));
            // What came in between is looked at from there on.
            if other != to && starts.last().is_none_or(|(_, last)| *last != end) {
                starts.push((to, end));
            }
        };
        let mut day = first;
        for (at, &turn) in turns.iter().enumerate() {
            while day < turn {
                let next = if holding.moves(day) || besieging.moves(day) { (day + STEP).min(turn) } else { turn };
                look(day, next, &mut starts);
                day = next;
            }
            let last = at + 1 == turns.len();
            // After the last turn what decays decays until nothing is left.
            while last && (holding.moves(day) || besieging.moves(day)) && !self.silent(&holding, &besieging, day) {
                look(day, day + STEP, &mut starts);
                day += STEP;
            }
        }
        let ends: Vec<Option<Day>> = starts.iter().skip(1).map(|(from, _)| Some(from - 1)).chain([None]).collect();
        let view = |day: Day| self.view_of(unit, &holding, &besieging, day, known_at);
        starts.iter().zip(ends).map(|((from, _), to)| UnitPoint { from: *from, to, view: view(*from) }).collect()
    }

    /// Whether nothing is believed any more, of holders and of blockades.
    fn silent(&self, holding: &Evidence, besieging: &Evidence, day: Day) -> bool {
        holding.on(day).leading().is_none() && besieging.on(day).leading().is_none()
    }

    /// Whether a state is contested: what the map draws in stripes.
    #[must_use]
    pub fn is_contested(state: State) -> bool {
        state.standing == Standing::Contested
    }
}
