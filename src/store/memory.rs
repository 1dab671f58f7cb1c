//! The store without a disk: what it holds lives as long as the process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::history::{Event, Put, Versioned, place, superseded};
use super::incidents::{Builder, Incoming};
use super::snapshot::Content;
use super::{Counts, Snapshot, Store, StoreError, Transaction};
use crate::domain::{Actor, ChangeSet, Collection, ControlObservation, Corridor, Dataset, Incident, Instant, Place, Region};

/// A store in memory: the reference against which others are tested.
///
/// Building a snapshot is blocking work: `commit` belongs off the async threads. `snapshot` takes a read lock for as long
/// as it needs to clone one `Arc`, and a commit takes the write lock for as long as it needs to swap one.
#[derive(Debug)]
pub struct MemoryStore {
    current: RwLock<Arc<Snapshot>>,
    /// Held for the whole of a transaction, so that two writers follow one another.
    records: Mutex<Records>,
}

/// Everything by id, with the knowledge of incidents and control as rows of events.
#[derive(Debug, Clone, Default)]
struct Records {
    datasets: BTreeMap<String, Arc<Dataset>>,
    actors: BTreeMap<String, Actor>,
    regions: BTreeMap<String, Region>,
    places: BTreeMap<String, Place>,
    corridors: BTreeMap<String, Corridor>,
    incidents: BTreeMap<String, Vec<Event<Incident>>>,
    control: BTreeMap<String, Vec<Event<ControlObservation>>>,
}

impl MemoryStore {
    /// An empty store.
    ///
    /// # Errors
    /// None in practice; an empty snapshot is built like a full one.
    pub fn new() -> Result<Self, StoreError> {
        let empty = Snapshot::build(0, Content::default())?;
        Ok(Self { current: RwLock::new(Arc::new(empty)), records: Mutex::default() })
    }

    fn current(&self) -> Arc<Snapshot> {
        // A poisoned lock still holds a whole snapshot: it is only ever swapped.
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store for MemoryStore {
    fn snapshot(&self) -> Result<Arc<Snapshot>, StoreError> {
        Ok(self.current())
    }

    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let kept = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Box::new(MemoryTransaction { next: kept.clone(), store: self, kept, changed: false }))
    }

    fn refresh(&self) -> Result<bool, StoreError> {
        Ok(false)
    }
}

struct MemoryTransaction<'a> {
    store: &'a MemoryStore,
    kept: MutexGuard<'a, Records>,
    next: Records,
    changed: bool,
}

impl Transaction for MemoryTransaction<'_> {
    fn put(&mut self, changes: ChangeSet) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        let next = &mut self.next;
        let now = Instant::now();
        for dataset in changes.datasets {
            let before = next.datasets.get(&dataset.id).and_then(|before| before.imported_at);
            let same = next
                .datasets
                .get(&dataset.id)
                .is_some_and(|before| **before == Dataset { imported_at: before.imported_at, ..(*dataset).clone() });
            let imported_at = if same { before } else { Some(now) };
            replace(&mut next.datasets, dataset.id.clone(), Arc::new(Dataset { imported_at, ..(*dataset).clone() }), &mut counts);
        }
        changes.actors.into_iter().for_each(|actor| replace(&mut next.actors, actor.code.clone(), actor, &mut counts));
        changes.regions.into_iter().for_each(|region| replace(&mut next.regions, region.id.clone(), region, &mut counts));
        changes.places.into_iter().for_each(|place| replace(&mut next.places, place.id.clone(), place, &mut counts));
        for corridor in changes.corridors {
            let corridor = match next.corridors.get(&corridor.id) {
                Some(before) => corridor.after(before, now),
                None => corridor,
            };
            replace(&mut next.corridors, corridor.id.clone(), corridor, &mut counts);
        }
        changes.incidents.into_iter().for_each(|incident| learn(&mut next.incidents, incident, &mut counts));
        changes.control.into_iter().for_each(|observation| learn(&mut next.control, observation, &mut counts));
        self.changed |= counts.changed();
        Ok(counts)
    }

    fn retract(&mut self, collection: Collection, id: &str, known_at: Instant) -> Result<bool, StoreError> {
        let retracted = match collection {
            Collection::Incidents => retract(&mut self.next.incidents, id, known_at),
            Collection::Control => retract(&mut self.next.control, id, known_at),
            Collection::Regions | Collection::Places | Collection::Corridors | Collection::ControlAreas | Collection::Front => {
                false
            }
        };
        self.changed |= retracted;
        Ok(retracted)
    }

    fn remove_dataset(&mut self, id: &str) -> Result<Option<u64>, StoreError> {
        if self.next.datasets.remove(id).is_none() {
            return Ok(None);
        }
        self.changed = true;
        let rows = forget(&mut self.next.incidents, |row| row.source.dataset.id == id)
            + forget(&mut self.next.control, |row| row.source.dataset.id == id);
        Ok(Some(rows))
    }

    fn commit(mut self: Box<Self>) -> Result<u64, StoreError> {
        let generation = self.store.current().generation();
        if !self.changed {
            return Ok(generation);
        }
        let snapshot = Arc::new(Snapshot::build(generation + 1, content(&self.next)?)?);
        *self.kept = std::mem::take(&mut self.next);
        *self.store.current.write().unwrap_or_else(PoisonError::into_inner) = snapshot;
        Ok(generation + 1)
    }
}

fn replace<T: PartialEq>(records: &mut BTreeMap<String, T>, id: String, record: T, counts: &mut Counts) {
    match records.get(&id) {
        Some(before) if *before == record => counts.unchanged += 1,
        Some(_) => counts.revised += 1,
        None => counts.added += 1,
    }
    records.insert(id, record);
}

fn learn<R: Versioned>(records: &mut BTreeMap<String, Vec<Event<R>>>, record: R, counts: &mut Counts) {
    let events = records.entry(record.id().to_owned()).or_default();
    match place(events, &record) {
        Put::Unchanged => counts.unchanged += 1,
        Put::Added => {
            counts.added += 1;
            events.push(Event::Version(record));
        }
        Put::At(at) => {
            counts.revised += 1;
            events.insert(at, Event::Version(record));
        }
    }
}

fn retract<R: Versioned>(records: &mut BTreeMap<String, Vec<Event<R>>>, id: &str, known_at: Instant) -> bool {
    let Some(events) = records.get_mut(id) else { return false };
    let in_force = matches!(events.last(), Some(Event::Version(version)) if version.known() <= known_at);
    if in_force {
        events.push(Event::Retraction(known_at));
    }
    in_force
}

/// Takes out the rows of which every version meets a condition; how many were current.
fn forget<R: Versioned>(records: &mut BTreeMap<String, Vec<Event<R>>>, is_of: impl Fn(&R) -> bool) -> u64 {
    let mut current = 0;
    records.retain(|_, events| {
        let theirs = events.iter().any(|event| matches!(event, Event::Version(version) if is_of(version)));
        if theirs && matches!(events.last(), Some(Event::Version(_))) {
            current += 1;
        }
        !theirs
    });
    current
}

fn content(records: &Records) -> Result<Content, StoreError> {
    let (mut incidents, mut past_incidents) = (Builder::default(), Builder::default());
    for events in records.incidents.values() {
        if let Some(Event::Version(version)) = events.last() {
            incidents.push(&version.into())?;
        }
        for past in superseded(events) {
            past_incidents.push(&Incoming { superseded_at: Some(past.superseded_at), ..(&past.record).into() })?;
        }
    }
    Ok(Content {
        datasets: records.datasets.values().cloned().collect(),
        actors: records.actors.values().cloned().collect(),
        regions: records.regions.values().cloned().collect(),
        places: records.places.values().cloned().collect(),
        corridors: records.corridors.values().cloned().collect(),
        incidents,
        past_incidents,
        control: current(&records.control),
        past_control: records.control.values().flat_map(|events| superseded(events)).collect(),
    })
}

fn current<R: Versioned>(records: &BTreeMap<String, Vec<Event<R>>>) -> Vec<R> {
    let last = records.values().filter_map(|events| match events.last() {
        Some(Event::Version(version)) => Some(version.clone()),
        _ => None,
    });
    last.collect()
}
