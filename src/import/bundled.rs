//! The data that ships inside the program: `data/*.csv` and `data/regions.geojson`, read into one change set.

use rust_embed::{Embed, EmbeddedFile};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::actors::read_actors;
use super::datasets::read_datasets;
use super::places::read_places;
use super::table::Table;
use super::{Aliases, Context, Format, Gazetteer, ImportError, Imported, Rejection, Row, Sink, Summary, import};
use crate::domain::{ChangeSet, Dataset, Instant};

#[derive(Embed)]
#[folder = "data/"]
#[include = "*.csv"]
#[include = "regions.geojson"]
#[exclude = "extract/*"]
#[exclude = "aliases/*"]
struct Files;

/// The bundled data and every row of it that was left out.
#[derive(Debug)]
pub struct Bundle {
    /// What to put into a store.
    pub changes: ChangeSet,
    /// Rows that were left out; none in a release, and a test holds the data to it.
    pub rejected: Vec<Rejection>,
    /// What came of each file; nothing in them is unmapped or doubtful, and a test holds the data to it.
    pub summaries: Vec<Summary>,
}

/// Keeps what the importers hand over.
#[derive(Default)]
struct Keep {
    changes: ChangeSet,
    rejected: Vec<Rejection>,
}

impl Keep {
    fn all<T>(&mut self, imported: Imported<T>) -> Vec<T> {
        self.rejected.extend(imported.rejected);
        imported.items
    }
}

impl Sink for Keep {
    fn row(&mut self, row: Row) -> ControlFlow<()> {
        match row {
            Row::Dataset(_) => {}
            Row::Incident(incident) => self.changes.incidents.push(*incident),
            Row::Region(region) => self.changes.regions.push(*region),
            Row::Control(observation) => self.changes.control.push(*observation),
            // What ships holds nothing that was withdrawn.
            Row::Retracted { .. } => {}
            Row::Corridor(corridor) => self.changes.corridors.push(*corridor),
        }
        ControlFlow::Continue(())
    }

    fn reject(&mut self, rejection: Rejection) -> ControlFlow<()> {
        self.rejected.push(rejection);
        ControlFlow::Continue(())
    }
}

/// Reads the bundled data, in the same way as any other file; each point is checked against the country that its row states.
///
/// # Errors
/// [`ImportError`] when a whole file cannot be read.
pub fn bundled() -> Result<Bundle, ImportError> {
    let mut keep = Keep::default();
    let mut doubts = Vec::new();
    let (datasets_file, actors_file, places_file) = (file("datasets.csv")?, file("actors.csv")?, file("places.csv")?);
    let datasets = keep.all(read_datasets(Table::csv("datasets.csv", &*datasets_file.data, b',')?)?);
    let actors = keep.all(read_actors(Table::csv("actors.csv", &*actors_file.data, b',')?)?);
    let aliases = Aliases::new(&actors)?;

    let nowhere = Gazetteer::new(&[]);
    let context = Context::new(&nowhere, &aliases, Instant::MIN);
    doubts.push(import(&*file("regions.geojson")?.data, "regions.geojson", Some(Format::Regions), &context, &mut keep)?);

    let regions = std::mem::take(&mut keep.changes.regions);
    let gazetteer = Gazetteer::new(&regions);
    let places = keep.all(read_places(Table::csv("places.csv", &*places_file.data, b',')?, &gazetteer)?);
    for (name, format, dataset) in [
        ("incidents.csv", Format::Csv, "chronology"),
        ("control-observations.csv", Format::Control, "control-observations"),
        ("corridors.csv", Format::Corridors, "corridors"),
    ] {
        let dataset = dataset_of(&datasets, dataset)?;
        let known_at = Instant::start_of(dataset.released);
        let context =
            Context { dataset: Some(Arc::clone(dataset)), actors: &actors, ..Context::new(&gazetteer, &aliases, known_at) };
        doubts.push(import(&*file(name)?.data, name, Some(format), &context, &mut keep)?);
    }
    drop(gazetteer);
    let changes = ChangeSet { datasets, actors, regions, places, ..keep.changes };
    Ok(Bundle { changes, rejected: keep.rejected, summaries: doubts })
}

/// The datasets that ship inside the program, without their rows.
///
/// # Errors
/// [`ImportError`] when their table cannot be read.
pub fn bundled_datasets() -> Result<Vec<Arc<Dataset>>, ImportError> {
    Ok(read_datasets(Table::csv("datasets.csv", &*file("datasets.csv")?.data, b',')?)?.items)
}

fn file(name: &str) -> Result<EmbeddedFile, ImportError> {
    Files::get(name).ok_or_else(|| ImportError::NotBundled { file: name.to_owned() })
}

fn dataset_of<'a>(datasets: &'a [Arc<Dataset>], id: &str) -> Result<&'a Arc<Dataset>, ImportError> {
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
        for summary in &bundle.summaries {
            assert_eq!((summary.unmapped.len(), summary.flagged.len(), summary.rejected), (0, 0, 0), "{summary:?}");
        }
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
