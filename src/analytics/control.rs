//! Who was reported to hold what, over time and as known at any instant: all statements on control, made ready to be asked.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use super::belief::{Belief, Claim, Evidence, Says, Standing, State, Within};
use super::parameters::{
    CONFIDENCE_CONFIRMED, CONFIDENCE_INFERRED, CONFIDENCE_ONE, CONFIDENCE_PARTY, CONFIDENCE_TWO, HALF_LIFE_BLOCKADE,
    HALF_LIFE_CONTESTED, HALF_LIFE_CONTROL, HALF_LIFE_INFLUENCE, HALF_LIFE_PRESENCE,
};
use super::units::{Unit, Units, Version, evidence, in_force, wholes};
use super::{Day, day_of, draws};
use crate::domain::{
    Actor, ActorTree, Blockade, ConfidenceBasis, ControlObservation, ControlStatus, DatePrecision, Instant, Place, Region, Side,
};
use crate::index::RegionLocator;
use jiff::civil::Date;

/// A version of a statement.
#[derive(Debug, Clone, Copy)]
pub struct Reported<'a> {
    /// What it says, and since when that was known.
    pub observation: &'a ControlObservation,
    /// From when on it was no longer what is known; `None` while it is.
    pub superseded_at: Option<Instant>,
}

/// All statements on control.
///
/// Built once for a state of the store; holds copies of what it needs. A question for a day costs as much as there are places that
/// were ever spoken of.
#[derive(Debug, Default)]
pub struct ControlModel {
    pub(super) units: Units,
    pub(super) versions: Vec<Version>,
    pub(super) parties: Vec<String>,
    /// Whether each party is of a state of the region.
    pub(super) of_state: Vec<bool>,
    /// The degrees of blockade with the parties that impose them, which blockades are numbered by.
    pub(super) sieges: Vec<(Blockade, Option<String>)>,
    /// What is known now of each unit.
    now: Vec<Known>,
    /// The newest knowledge.
    newest: Option<Instant>,
    draws: OnceLock<Vec<Option<Box<draws::Numbers>>>>,
}

/// What is known of a unit.
#[derive(Debug)]
struct Known {
    /// Of who holds it.
    holding: Evidence,
    /// Of who besieges it.
    besieging: Evidence,
    /// The versions of statements in force, by their number.
    in_force: Vec<u32>,
}

/// Numbers texts in the order in which they come.
#[derive(Default)]
struct Numbered<T> {
    all: Vec<T>,
    by: HashMap<T, usize>,
}

impl<T: Clone + Eq + std::hash::Hash> Numbered<T> {
    fn number(&mut self, of: T) -> usize {
        if let Some(at) = self.by.get(&of) {
            return *at;
        }
        self.all.push(of.clone());
        self.by.insert(of, self.all.len() - 1);
        self.all.len() - 1
    }
}

/// What versions of statements are read with.
struct Reading<'a> {
    tree: ActorTree,
    sides: HashMap<&'a str, Side>,
    parties: Numbered<String>,
    sources: Numbered<String>,
    sieges: Numbered<(u8, Option<String>)>,
    datasets: HashMap<String, Arc<str>>,
    wholes: HashMap<String, Vec<(Day, String)>>,
}

/// The days within which an end lies for sure. Of a month and a year they are those of the calendar that hold the stated day, which sources
/// set to the first as often as to the middle; of a week and a season as many around it.
pub(super) fn within(day: Date, precision: DatePrecision) -> Within {
    let around = |before: Day, after: Day| Within { first: day_of(day) - before, last: day_of(day) + after };
    match precision {
        DatePrecision::Day => around(0, 0),
        DatePrecision::Week => around(3, 3),
        DatePrecision::Season => around(45, 44),
        DatePrecision::Month => Within { first: day_of(day.first_of_month()), last: day_of(day.last_of_month()) },
        DatePrecision::Year => Within { first: day_of(day.first_of_year()), last: day_of(day.last_of_year()) },
    }
}

/// What a claim weighs that states no confidence.
fn confidence(row: &ControlObservation) -> f64 {
    let by_basis = row.confidence_basis.map(|basis| match basis {
        ConfidenceBasis::Confirmed => CONFIDENCE_CONFIRMED,
        ConfidenceBasis::TwoIndependent => CONFIDENCE_TWO,
        ConfidenceBasis::OneNeutral => CONFIDENCE_ONE,
        ConfidenceBasis::PartyClaim => CONFIDENCE_PARTY,
        ConfidenceBasis::Inferred => CONFIDENCE_INFERRED,
    });
    let by_source = if row.nature.party_to_conflict == Some(true) { CONFIDENCE_PARTY } else { CONFIDENCE_ONE };
    row.source.confidence.unwrap_or_else(|| by_basis.unwrap_or(by_source).value)
}

impl<'a> Reading<'a> {
    fn new(actors: &'a [Actor]) -> Self {
        Self {
            tree: ActorTree::new(actors),
            sides: actors.iter().map(|actor| (actor.code.as_str(), actor.side)).collect(),
            parties: Numbered::default(),
            sources: Numbered::default(),
            sieges: Numbered::default(),
            datasets: HashMap::new(),
            wholes: HashMap::new(),
        }
    }

    fn side(&self, code: &str) -> Option<Side> {
        self.sides.get(code).copied()
    }

    /// What is said of a party with a standing, and what of later days on.
    fn says(&mut self, standing: Standing, actor: &str) -> (Says, Vec<(Day, Says)>) {
        if !matches!(standing, Standing::Control | Standing::Influence) {
            return (Says::State(State { standing, party: None }), Vec::new());
        }
        if actor.eq_ignore_ascii_case("unknown") || self.side(actor) == Some(Side::Unknown) {
            return (Says::Unattributed, Vec::new());
        }
        let known = self.wholes.get(actor).cloned();
        let parts = known.unwrap_or_else(|| wholes(&self.tree, actor));
        self.wholes.entry(actor.to_owned()).or_insert_with(|| parts.clone());
        let mut says = parts.iter().map(|(day, code)| {
            // More than sixty thousand parties are none.
            let party = u16::try_from(self.parties.number(code.clone())).unwrap_or(u16::MAX);
            (*day, Says::State(State { standing, party: Some(party) }))
        });
        let first = says.next().map_or(Says::Unattributed, |(_, says)| says);
        (first, says.collect())
    }

    fn version(&mut self, report: &Reported<'_>) -> Version {
        let row = report.observation;
        let source = row.nature.id.as_ref().or(row.nature.url.as_ref()).unwrap_or(&row.source.citation);
        let source = u32::try_from(self.sources.number(source.clone())).unwrap_or(u32::MAX);
        let from = within(row.valid_from, row.from_precision);
        let to = row
            .valid_to
            .map(|day| within(day, row.to_precision))
            .map(|to| Within { first: to.first, last: to.last.max(from.first) });
        let confirmed = day_of(row.last_confirmed.unwrap_or(row.valid_from)).max(from.last);
        let confidence = confidence(row);
        let claim = |says: Says, then: Vec<(Day, Says)>, half_life: f64| Claim {
            says,
            then,
            confidence,
            on_region: false,
            source,
            from,
            to,
            confirmed,
            half_life,
        };
        let standing = match row.status {
            ControlStatus::Control => Some((Standing::Control, HALF_LIFE_CONTROL)),
            ControlStatus::Influence => Some((Standing::Influence, HALF_LIFE_INFLUENCE)),
            ControlStatus::Contested => Some((Standing::Contested, HALF_LIFE_CONTESTED)),
            ControlStatus::NoneReported => Some((Standing::NoneReported, HALF_LIFE_CONTESTED)),
            ControlStatus::Abandoned => Some((Standing::Abandoned, HALF_LIFE_CONTESTED)),
            ControlStatus::Presence => None,
        };
        let held = standing.map(|(standing, half_life)| {
            let (says, then) = self.says(standing, &row.actor);
            claim(says, then, half_life.value)
        });
        let blockade = (row.blockade != Blockade::None).then(|| {
            let siege = self.sieges.number((u8::from(row.blockade == Blockade::Full), row.blockade_by.clone()));
            let party = Some(u16::try_from(siege).unwrap_or(u16::MAX));
            let says = Says::State(State { standing: Standing::Control, party });
            (claim(says, Vec::new(), HALF_LIFE_BLOCKADE.value), row.blockade, row.blockade_by.clone())
        });
        let dataset = &row.source.dataset.id;
        let dataset = Arc::clone(self.datasets.entry(dataset.clone()).or_insert_with(|| Arc::from(dataset.as_str())));
        // Presence is shown as long as a claim would count.
        let end = match row.status {
            ControlStatus::Presence if row.valid_to.is_none() => {
                #[allow(clippy::cast_possible_truncation, reason = "some months")]
                let days = (HALF_LIFE_PRESENCE.value * 2.0) as Day;
                Some(confirmed + days)
            }
            _ => to.map(|to| to.last),
        };
        Version {
            id: row.id.clone(),
            supersedes: row.supersedes.clone(),
            known: row.source.known_at,
            until: report.superseded_at.unwrap_or(Instant::MAX),
            claim: held,
            blockade,
            days: (from.first, end),
            parties: if row.actors.is_empty() { vec![row.actor.clone()] } else { row.actors.clone() },
            status: row.status,
            dataset,
        }
    }
}

impl ControlModel {
    /// Makes every version of every statement ready. Places and regions say what there is beside what is reported; both may be empty.
    /// `locator` is over the regions.
    #[must_use]
    pub fn new(
        reports: &[Reported<'_>],
        places: &[Place],
        regions: &[Region],
        locator: &RegionLocator,
        actors: &[Actor],
    ) -> Self {
        let mut reading = Reading::new(actors);
        let versions: Vec<Version> = reports.iter().map(|report| reading.version(report)).collect();
        let units = Units::new(reports, places, regions, locator);
        let of_state = |code: &String| {
            reading.side(code) == Some(Side::State) || ["government", "state"].contains(&code.to_lowercase().as_str())
        };
        let mut model = Self {
            of_state: reading.parties.all.iter().map(of_state).collect(),
            parties: reading.parties.all,
            sieges: reading
                .sieges
                .all
                .into_iter()
                .map(|(full, by)| (if full == 1 { Blockade::Full } else { Blockade::Partial }, by))
                .collect(),
            newest: versions.iter().map(|version| version.known).max(),
            units,
            versions,
            now: Vec::new(),
            draws: OnceLock::new(),
        };
        let known = |unit: &Unit| {
            let (holding, in_force) = evidence(unit, &model.versions, None);
            Known { holding, besieging: model.besieging(unit, None), in_force }
        };
        model.now = model.units.units.iter().map(known).collect();
        model
    }

    /// Places, and regions and areas that claims are on.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units.units
    }

    /// The number of versions of statements.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.versions.len()
    }

    /// The newest knowledge in it; `None` when it holds nothing.
    #[must_use]
    pub fn newest(&self) -> Option<Instant> {
        self.newest
    }

    /// The code of a party by its number.
    #[must_use]
    pub fn party(&self, state: State) -> Option<&str> {
        state.party.and_then(|party| self.parties.get(usize::from(party))).map(String::as_str)
    }

    fn holding(&self, unit: &Unit, known_at: Option<Instant>) -> Evidence {
        evidence(unit, &self.versions, known_at).0
    }

    fn besieging(&self, unit: &Unit, known_at: Option<Instant>) -> Evidence {
        let known = in_force(unit, &self.versions, known_at).into_iter().filter(|(_, wide)| !wide);
        Evidence::new(known.filter_map(|(number, _)| Some(self.versions[number as usize].blockade.as_ref()?.0.clone())).collect())
    }

    /// All that was claimed of a unit, as known at an instant or now: who holds it, and who besieges it.
    pub(super) fn evidence_of(&self, unit: usize, known_at: Option<Instant>) -> (Evidence, Evidence) {
        match known_at {
            None => (self.now[unit].holding.clone(), self.now[unit].besieging.clone()),
            Some(_) => (self.holding(&self.units.units[unit], known_at), self.besieging(&self.units.units[unit], known_at)),
        }
    }

    /// The versions of statements on a unit that are in force, as known at an instant or now, by their number.
    pub(super) fn in_force(&self, unit: usize, known_at: Option<Instant>) -> Cow<'_, [u32]> {
        match known_at {
            None => Cow::Borrowed(&self.now[unit].in_force),
            Some(_) => {
                let known = in_force(&self.units.units[unit], &self.versions, known_at);
                Cow::Owned(known.into_iter().map(|(number, _)| number).collect())
            }
        }
    }

    /// What is believed of a unit on a day, as known at an instant or now.
    #[must_use]
    pub fn belief(&self, unit: usize, day: Day, known_at: Option<Instant>) -> Belief {
        match known_at {
            _ if !self.units.units[unit].spoken_of() => Belief::unknown(),
            None => self.now[unit].holding.on(day),
            Some(_) => self.holding(&self.units.units[unit], known_at).on(day),
        }
    }

    /// What blockade is believed of a unit on a day.
    pub(super) fn siege(&self, unit: usize, day: Day, known_at: Option<Instant>) -> Belief {
        match known_at {
            _ if self.units.units[unit].direct.is_empty() => Belief::unknown(),
            None => self.now[unit].besieging.on(day),
            Some(_) => self.besieging(&self.units.units[unit], known_at).on(day),
        }
    }

    /// Where a state stands on the way from the state's hands to its enemies'.
    pub(super) fn rung(&self, state: State) -> (u8, Option<u16>) {
        let of_state = state.party.is_some_and(|party| self.of_state.get(usize::from(party)).copied().unwrap_or(false));
        let rung = match (state.standing, of_state) {
            (Standing::Control, true) => 0,
            (Standing::Influence, true) => 1,
            (Standing::NoneReported, _) => 2,
            (Standing::Contested, _) => 3,
            (Standing::Abandoned, _) => 4,
            (Standing::Influence, false) => 5,
            (Standing::Control, false) => 6,
        };
        (rung, state.party)
    }

    /// The numbers of each unit that was ever spoken of, one a draw.
    pub(super) fn draws(&self) -> &[Option<Box<draws::Numbers>>] {
        self.draws.get_or_init(|| {
            let regions: Vec<Vec<f64>> = self.units.grounds.iter().map(|ground| draws::of_region(&ground.id)).collect();
            let units = self.units.units.iter().zip(&self.units.of);
            units.map(|(unit, of)| unit.spoken_of().then(|| draws::of_place(&unit.id, &regions[*of as usize]))).collect()
        })
    }
}

impl ControlModel {
    /// The datasets of some versions of statements, by id.
    #[must_use]
    pub fn datasets(&self, statements: &[u32]) -> BTreeSet<Arc<str>> {
        statements.iter().map(|number| Arc::clone(&self.versions[*number as usize].dataset)).collect()
    }

    /// The datasets of all of them.
    #[must_use]
    pub fn all_datasets(&self) -> Vec<&str> {
        self.versions.iter().map(|version| &*version.dataset).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The ids of some versions of statements.
    #[must_use]
    pub fn ids(&self, statements: &[u32]) -> Vec<&str> {
        statements.iter().map(|number| self.versions[*number as usize].id.as_str()).collect()
    }
}
