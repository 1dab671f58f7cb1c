//! The data that ships inside the program: `data/*.csv` and `data/regions.geojson`, read into one change set.

use rust_embed::{Embed, EmbeddedFile};
use std::sync::Arc;

use super::actors::read_actors;
use super::control::read_control;
use super::corridors::read_corridors;
use super::datasets::read_datasets;
use super::incidents::read_incidents;
use super::places::read_places;
use super::{Gazetteer, ImportError, Imported, Rejection, read_regions};
use crate::domain::{ChangeSet, Dataset};

#[derive(Embed)]
#[folder = "data/"]
#[include = "*.csv"]
#[include = "regions.geojson"]
#[exclude = "extract/*"]
struct Files;

/// The bundled data and every row of it that was left out.
#[derive(Debug)]
pub struct Bundle {
    /// What to put into a store.
    pub changes: ChangeSet,
    /// Rows that were left out; none in a release, and a test holds the data to it.
    pub rejected: Vec<Rejection>,
}

impl Bundle {
    fn keep<T>(&mut self, imported: Imported<T>) -> Vec<T> {
        self.rejected.extend(imported.rejected);
        imported.items
    }
}

/// Reads the bundled data; each point is checked against the country that its row states.
///
/// # Errors
/// [`ImportError`] when a whole file cannot be read.
pub fn bundled() -> Result<Bundle, ImportError> {
    let mut bundle = Bundle { changes: ChangeSet::default(), rejected: Vec::new() };

    let datasets = bundle.keep(read_datasets("datasets.csv", &file("datasets.csv")?.data)?);
    let actors = bundle.keep(read_actors("actors.csv", &file("actors.csv")?.data)?);
    let regions_file = file("regions.geojson")?;
    let regions = bundle.keep(read_regions("regions.geojson", &String::from_utf8_lossy(&regions_file.data))?);
    let is_actor = |code: &str| actors.iter().any(|actor| actor.code == code);

    let gazetteer = Gazetteer::new(&regions);
    let places = read_places("places.csv", &file("places.csv")?.data, &gazetteer)?;
    let chronology = dataset(&datasets, "chronology")?;
    let incidents = read_incidents("incidents.csv", &file("incidents.csv")?.data, chronology, &gazetteer, is_actor)?;
    let statements = dataset(&datasets, "control-observations")?;
    let control_file = file("control-observations.csv")?;
    let control = read_control("control-observations.csv", &control_file.data, statements, &gazetteer, &actors)?;
    let roads = dataset(&datasets, "corridors")?;
    let corridors = read_corridors("corridors.csv", &file("corridors.csv")?.data, roads, is_actor)?;
    drop(gazetteer);

    let places = bundle.keep(places);
    let incidents = bundle.keep(incidents);
    let control = bundle.keep(control);
    let corridors = bundle.keep(corridors);
    bundle.changes = ChangeSet { datasets, actors, regions, places, incidents, control, corridors };
    Ok(bundle)
}

fn file(name: &str) -> Result<EmbeddedFile, ImportError> {
    Files::get(name).ok_or_else(|| ImportError::NotBundled { file: name.to_owned() })
}

fn dataset<'a>(datasets: &'a [Arc<Dataset>], id: &str) -> Result<&'a Arc<Dataset>, ImportError> {
    datasets.iter().find(|dataset| dataset.id == id).ok_or_else(|| ImportError::UnknownDataset { id: id.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Blockade, ControlObservation, ControlStatus, Instant};

    fn at(control: &[ControlObservation], place: &str, day: &str) -> ControlObservation {
        let day = Instant::start_of(day.parse().unwrap());
        let holds = |observation: &&ControlObservation| {
            observation.place == place && crate::domain::Record::interval(*observation).contains(day)
        };
        control.iter().find(holds).unwrap().clone()
    }

    #[test]
    fn no_bundled_row_is_left_out() {
        let bundle = bundled().unwrap();
        assert_eq!(bundle.rejected, []);
        assert_eq!(bundle.changes.incidents.len(), 345);
        assert_eq!(bundle.changes.control.len(), 258);
        assert_eq!(bundle.changes.corridors.len(), 35);
        assert_eq!(bundle.changes.corridors.iter().map(|corridor| corridor.changes.len()).sum::<usize>(), 99);
    }

    #[test]
    fn a_siege_is_a_blockade_over_the_holder_before_it() {
        let control = bundled().unwrap().changes.control;
        let bamako = at(&control, "Bamako", "2025-10-15");
        assert_eq!((bamako.actor.as_str(), bamako.status, bamako.blockade), ("FAMA", ControlStatus::Control, Blockade::Partial));
        assert_eq!(bamako.blockade_by.as_deref(), Some("JNIM"));
        let djibo = at(&control, "Djibo", "2022-02-17");
        assert_eq!((djibo.actor.as_str(), djibo.blockade), ("FDS_BF", Blockade::Full));
        // The ISIS-linked and unknown besiegers never become the holder, and a besieged place keeps its state.
        assert!(control.iter().all(|row| row.blockade_by.as_deref() != Some(row.actor.as_str())));
        assert_eq!(control.iter().filter(|row| row.blockade != Blockade::None).count(), 26);
    }

    #[test]
    fn every_record_says_where_it_comes_from() {
        let changes = bundled().unwrap().changes;
        assert!(changes.incidents.iter().all(|row| !row.source.citation.is_empty() && row.source.confidence.is_some()));
        assert!(changes.control.iter().all(|row| !row.source.citation.is_empty()));
        assert!(changes.corridors.iter().flat_map(|row| row.changes.iter()).all(|change| !change.source.citation.is_empty()));
        assert!(changes.regions.iter().all(|region| !region.source.is_empty()));
        assert!(changes.places.iter().all(|place| !place.source.is_empty()));
    }

    #[test]
    fn every_incident_lies_in_a_region_of_its_country() {
        let changes = bundled().unwrap().changes;
        for incident in &changes.incidents {
            let region = incident.region.as_deref().unwrap_or_default();
            assert!(region.starts_with(&incident.country), "{} {region}", incident.id);
        }
    }
}
