//! The collections the map serves and what each one holds.

use super::{ControlObservation, CorridorSegment, Field, Incident, Place, Region};

/// A collection, under the name it has on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Collection {
    /// Administrative regions.
    Regions,
    /// Named places.
    Places,
    /// Incidents.
    Incidents,
    /// Control observations.
    Control,
    /// Supply roads, one feature a segment.
    Corridors,
}

impl Collection {
    /// Every collection, in the order they are listed.
    pub const ALL: [Self; 5] = [Self::Regions, Self::Places, Self::Incidents, Self::Control, Self::Corridors];

    /// The collection of that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|collection| collection.id() == id)
    }

    /// Name on the wire.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Regions => "regions",
            Self::Places => "places",
            Self::Incidents => "incidents",
            Self::Control => "control",
            Self::Corridors => "corridors",
        }
    }

    /// Name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Regions => "Administrative regions",
            Self::Places => "Towns, ports and border posts",
            Self::Incidents => "Reported incidents",
            Self::Control => "Reported control and blockade of places",
            Self::Corridors => "Supply corridors and their reported status",
        }
    }

    /// What it holds, and how it is to be read.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Regions => {
                "States, first-level and, where open data has them, second-level regions. Borders and names imply no endorsement."
            }
            Self::Places => "Towns with population, ports and border posts.",
            Self::Incidents => {
                "Incidents as reported, each with its source, precision and confidence. A selection, not a count of all that happened."
            }
            Self::Control => {
                "Who was reported to hold a place over an interval. Blockade is told apart from control. No row for a day means unknown, and an open end means 'not known to have ended', not 'true today'."
            }
            Self::Corridors => {
                "Schematic lines between named places; the status is what was reported of the whole corridor for the last day of the asked datetime, not of each stretch: the note names the places, and stretches that corridors share may differ. A road without a report is unknown; no status vouches for a road."
            }
        }
    }

    /// The table of its properties.
    #[must_use]
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Regions => Region::FIELDS,
            Self::Places => Place::FIELDS,
            Self::Incidents => Incident::FIELDS,
            Self::Control => ControlObservation::FIELDS,
            Self::Corridors => CorridorSegment::FIELDS,
        }
    }

    /// The queryable property of that name.
    #[must_use]
    pub fn queryable(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.queryable && field.name == name)
    }

    /// The type of its geometries, in JSON Schema's GeoJSON formats.
    #[must_use]
    pub fn geometry_format(self) -> &'static str {
        match self {
            Self::Regions => "geometry-polygon-or-multipolygon",
            Self::Corridors => "geometry-linestring",
            // Statements on whole regions and on areas have an outline in place of a point.
            Self::Control => "geometry-any",
            Self::Places | Self::Incidents => "geometry-point",
        }
    }
}
