//! The collections the map serves and what each one holds.

use super::{ControlArea, ControlObservation, CorridorSegment, Field, FrontCell, Incident, Place, Region};

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
    /// The land around places with who is believed to hold it: computed, not stored.
    ControlAreas,
    /// The cells in which an actor was reported: computed, not stored.
    Front,
}

impl Collection {
    /// Every collection, in the order they are listed.
    pub const ALL: [Self; 7] =
        [Self::Regions, Self::Places, Self::Incidents, Self::Control, Self::Corridors, Self::ControlAreas, Self::Front];

    /// Those that a store keeps; the others are computed from them.
    pub const STORED: [Self; 5] = [Self::Regions, Self::Places, Self::Incidents, Self::Control, Self::Corridors];

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
            Self::ControlAreas => "control-areas",
            Self::Front => "front",
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
            Self::ControlAreas => "Areas by assessed control",
            Self::Front => "Cells in which actors were reported, with first and last report",
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
            Self::ControlAreas => {
                "The land within 30 km of a place, in cells of 0.1 degrees, over the days on which the same is believed of the place: assessed from all statements in force, with what is not known. Land that no statement speaks for is not in it: it is unknown. Outlines are those of the grid and no front lines."
            }
            Self::Front => {
                "Cells of about 30 km in which an incident of an actor was reported, from its first report to its last. A report is no control, and a cell without one is not without the actor: nobody reported. Nothing is said of the future."
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
            Self::ControlAreas => ControlArea::FIELDS,
            Self::Front => FrontCell::FIELDS,
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
            Self::Regions | Self::ControlAreas | Self::Front => "geometry-polygon-or-multipolygon",
            Self::Corridors => "geometry-linestring",
            // Statements on whole regions and on areas have an outline in place of a point.
            Self::Control => "geometry-any",
            Self::Places | Self::Incidents => "geometry-point",
        }
    }
}
