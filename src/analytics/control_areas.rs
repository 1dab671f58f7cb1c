//! The land of every place with who is believed to hold it, period by period, as it is known now and as it was known before.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::belief::Standing;
use super::units::{Unit, UnitKind};
use super::{ControlModel, UnitPoint, date_of};
use crate::domain::{Bbox, Blockade, ControlArea, ControlStatus, Instant, Position, Redistribution};
use geo::{LineString, MultiPolygon};

/// In how many steps the known share is told: an area says it to within five points on each of its days.
pub const STEPS: u8 = 10;

impl ControlModel {
    /// The land of every unit for each period in which something is known of it, each version of that knowledge with the instant from when
    /// on it was no longer what is known (`None` while it is). `restricted` says which datasets may not be passed on.
    #[must_use]
    pub fn control_areas(&self, restricted: impl Fn(&str) -> bool) -> Vec<(ControlArea, Option<Instant>)> {
        let mut areas = Vec::new();
        for at in 0..self.units().len() {
            if !self.units()[at].spoken_of() {
                continue;
            }
            let Some((land, bbox)) = self.land_of(at) else { continue };
            let mut open: Vec<ControlArea> = Vec::new();
            let instants = self.knowledge(at);
            for (ordinal, known_at) in instants.iter().enumerate() {
                // The last instant is now: nothing is known after it.
                let asked = if ordinal + 1 == instants.len() { None } else { Some(*known_at) };
                let periods = self.periods(at, asked, STEPS);
                let told = periods.iter().filter_map(|period| self.area(at, period, *known_at, &land, bbox, &restricted));
                let mut next: Vec<ControlArea> = told.collect();
                for before in std::mem::take(&mut open) {
                    // What is told as before goes on under the instant from which on it was known.
                    match next.iter_mut().find(|area| ControlArea { known_at: before.known_at, ..(*area).clone() } == before) {
                        Some(same) => same.known_at = before.known_at,
                        None => areas.push((before, Some(*known_at))),
                    }
                }
                open = next;
            }
            areas.extend(open.into_iter().map(|area| (area, None)));
        }
        areas
    }

    /// The instants at which what is known of a unit changed.
    fn knowledge(&self, at: usize) -> Vec<Instant> {
        let unit = &self.units()[at];
        let numbers = unit.direct.iter().chain(&unit.wider);
        let instants = numbers.flat_map(|number| {
            let version = &self.versions[*number as usize];
            [version.known, version.until]
        });
        instants.filter(|instant| *instant != Instant::MAX).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The outline of the cells that a place speaks for, as rings of corners of the grid of [`CELL`](super::parameters::CELL) degrees.
    #[must_use]
    pub fn rings(&self, at: usize) -> Vec<Vec<super::areas::Cell>> {
        self.units.areas.rings(at)
    }

    /// The outline of an area that stands for itself, as the coordinates of a MultiPolygon to four decimals: ten metres.
    #[must_use]
    pub fn outline(&self, at: usize) -> Option<Vec<Vec<Vec<[f64; 2]>>>> {
        let degrees = |degrees: f64| (degrees * 1e4).round() / 1e4;
        let ring = |ring: &LineString<f64>| ring.coords().map(|at| [degrees(at.x), degrees(at.y)]).collect();
        let area = self.units()[at].outline.as_ref()?;
        let polygons =
            area.iter().map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect());
        Some(polygons.collect())
    }

    /// The land that a unit speaks for.
    #[must_use]
    pub fn land_of(&self, at: usize) -> Option<(Arc<MultiPolygon<f64>>, Bbox)> {
        let unit: &Unit = &self.units()[at];
        let land = match unit.kind {
            UnitKind::Place => Arc::new(self.units.areas.polygons(at)),
            UnitKind::Area => Arc::clone(unit.outline.as_ref()?),
            // What places leave over of a region is told in shares; as a shape it would hide who is named.
            UnitKind::Rest => return None,
        };
        let corners = land.iter().flat_map(|polygon| polygon.exterior().coords());
        let bbox = Bbox::around(corners.filter_map(|corner| Position::new(corner.x, corner.y).ok()))?;
        Some((land, bbox))
    }

    fn area(
        &self,
        at: usize,
        period: &UnitPoint,
        known_at: Instant,
        land: &Arc<MultiPolygon<f64>>,
        bbox: Bbox,
        restricted: &impl Fn(&str) -> bool,
    ) -> Option<ControlArea> {
        let (unit, view) = (&self.units()[at], &period.view);
        let (state, _) = view.leading.as_ref()?;
        let datasets: Vec<String> = self.datasets(&view.statements).iter().map(ToString::to_string).collect();
        let round = |share: f64| (share * 1e4).round() / 1e4;
        let siege = view.blockade.as_ref();
        Some(ControlArea {
            id: format!("{}@{}", unit.id, date_of(period.from)),
            place: unit.name.clone(),
            country: unit.country.clone(),
            region: unit.region.clone(),
            actor: self.party(*state).map(ToOwned::to_owned),
            status: match state.standing {
                Standing::Control => ControlStatus::Control,
                Standing::Influence => ControlStatus::Influence,
                Standing::Contested => ControlStatus::Contested,
                Standing::NoneReported => ControlStatus::NoneReported,
                Standing::Abandoned => ControlStatus::Abandoned,
            },
            share: round(view.share.0),
            unknown: round(view.belief.unknown),
            disputed: view.belief.disputed(),
            parties: view.parties.clone(),
            blockade: match siege.map(|siege| siege.degree) {
                None => Some(Blockade::None),
                Some(Blockade::None) => None,
                Some(degree) => Some(degree),
            },
            blockade_by: siege.and_then(|siege| siege.by.clone()),
            valid_from: date_of(period.from),
            valid_to: period.to.map(date_of),
            since: view.since.map(date_of),
            changed_after: view.changed_between.map(|(last, _)| date_of(last)),
            last_confirmed: view.confirmed.map(date_of),
            known_at,
            area_km2: (unit.area_km2 * 10.0).round() / 10.0,
            population: unit.population,
            redistribution: if datasets.iter().any(|dataset| restricted(dataset)) {
                Redistribution::Restricted
            } else {
                Redistribution::Allowed
            },
            datasets,
            statements: self.ids(&view.statements).into_iter().map(ToOwned::to_owned).collect(),
            area: Arc::clone(land),
            bbox,
        })
    }
}
