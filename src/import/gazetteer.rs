//! Where a point lies, checked against the state that its source names.

use std::collections::HashSet;

use crate::domain::{AdminLevel, Interval, Position, Region};
use crate::index::RegionLocator;

/// How far a point may lie outside the outline of its stated country, in metres: outlines are generalised, border posts sit on
/// the line, and harbours lie off the coast (UCDP points off the coast lie at most 2.8 km from land).
const COUNTRY_TOLERANCE_M: f64 = 5_000.0;

/// The regions, ready to be asked.
pub struct Gazetteer<'a> {
    regions: &'a [Region],
    countries: HashSet<&'a str>,
    locator: RegionLocator,
}

/// What holds a point.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placed {
    /// The state, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Id of its level-1 region.
    pub region: Option<String>,
}

impl<'a> Gazetteer<'a> {
    /// Builds the index over the regions.
    #[must_use]
    pub fn new(regions: &'a [Region]) -> Self {
        let countries = regions.iter().map(|region| region.country.as_str()).collect();
        Self { regions, countries, locator: RegionLocator::new(regions) }
    }

    /// The level-1 region of the stated country that holds the point, or the nearest one of it within
    /// 5 km: near a border the stated country wins over the polygon. `None` where the country has no
    /// regions here.
    ///
    /// # Errors
    /// A sentence that says where the point lies when that is not the stated country.
    pub fn region_of(&self, country: &str, position: Position) -> Result<Option<String>, String> {
        if !self.countries.contains(country) {
            return Ok(None);
        }
        if let Some(located) = self.locator.within(country, position, COUNTRY_TOLERANCE_M, Interval::ALWAYS) {
            return Ok(self.at(located.ordinal).map(|region| region.id.clone()));
        }
        // A set of regions may know the state and not its parts.
        if self.locator.country(country, position, COUNTRY_TOLERANCE_M, Interval::ALWAYS).is_some() {
            return Ok(None);
        }
        let found = self.locator.locate(position, Interval::ALWAYS);
        let state =
            found.iter().filter_map(|located| self.at(located.ordinal)).find(|region| region.level == AdminLevel::Country);
        let place = state.map_or_else(|| "in none of the known states".to_owned(), |region| format!("in {}", region.name));
        Err(format!("the point {} {} does not lie in {country}; it lies {place}", position.lon(), position.lat()))
    }

    /// The state and level-1 region that hold the point, or the nearest ones within 5 km of a point in none.
    #[must_use]
    pub fn locate(&self, position: Position) -> Placed {
        let found = self.locator.locate(position, Interval::ALWAYS);
        let mut placed = Placed::default();
        for region in found.iter().filter_map(|located| self.at(located.ordinal)) {
            if placed.country.is_none() {
                placed.country = Some(region.country.clone());
            }
            if region.level == AdminLevel::First {
                placed.region = Some(region.id.clone());
            }
        }
        placed
    }

    /// The region of that id or code.
    #[must_use]
    pub fn region(&self, id: &str) -> Option<&'a Region> {
        self.regions.iter().find(|region| region.id == id || region.code.as_deref() == Some(id))
    }

    fn at(&self, ordinal: u32) -> Option<&'a Region> {
        self.regions.get(usize::try_from(ordinal).ok()?)
    }
}
