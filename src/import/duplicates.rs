//! Reports of one incident in several datasets: the same day, an actor in common, at most 5 km apart. They are linked and
//! never merged, since which of two reports is right is not for us to say.

use jiff::civil::Date;
use std::collections::HashMap;

use crate::domain::{Incident, Moment, Position};

/// How far apart two reports of one incident may lie, in metres: two sources place a village by different gazetteers.
pub const LINK_DISTANCE_M: f64 = 5_000.0;

/// Degrees of latitude that [`LINK_DISTANCE_M`] is less than: 5 km are 0.045° on the sphere.
const LATITUDE_STEP: f64 = 0.05;

/// Two incidents that are taken for reports of one, by their places in the slice, the earlier one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The earlier one in the slice.
    pub first: usize,
    /// The later one, of another dataset.
    pub second: usize,
}

/// Links between incidents of different datasets on the same day, with an actor in common and at most
/// [`LINK_DISTANCE_M`] apart, in ascending order. Incidents without a place, an actor or a day of their own have none.
///
/// Costs about n in the number of incidents plus the number of pairs within a day and a strip of 0.05° of latitude.
#[must_use]
pub fn links(incidents: &[Incident]) -> Vec<Link> {
    let placed =
        incidents.iter().enumerate().filter_map(|(at, incident)| Some((at, incident, day(incident)?, incident.position?)));
    let mut strips: HashMap<(Date, i64), Vec<Placed<'_>>> = HashMap::new();
    let mut found = Vec::new();
    for (second, incident, day, position) in placed {
        let strip = strip_of(position);
        for near in [strip - 1, strip, strip + 1] {
            for (first, other, there) in strips.get(&(day, near)).into_iter().flatten() {
                let apart = other.source.dataset.id != incident.source.dataset.id;
                if apart && share_actor(other, incident) && there.distance_m(position) <= LINK_DISTANCE_M {
                    found.push(Link { first: *first, second });
                }
            }
        }
        strips.entry((day, strip)).or_default().push((second, incident, position));
    }
    found.sort_unstable();
    found
}

/// An incident with its place in the slice and on the globe.
type Placed<'a> = (usize, &'a Incident, Position);

/// The day of an incident that is dated to one.
fn day(incident: &Incident) -> Option<Date> {
    let of = |moment: Moment| match moment {
        Moment::Day(day) => Some(day),
        Moment::Instant(instant) => instant.date(),
    };
    of(incident.start).filter(|first| Some(*first) == of(incident.end))
}

#[allow(clippy::cast_possible_truncation, reason = "a latitude over 0.05 is within ±1800")]
fn strip_of(position: Position) -> i64 {
    (position.lat() / LATITUDE_STEP).floor() as i64
}

fn share_actor(a: &Incident, b: &Incident) -> bool {
    let actors = |incident: &Incident| [incident.actor1.clone(), incident.actor2.clone()];
    actors(a).iter().flatten().any(|actor| actors(b).iter().flatten().any(|other| actor == other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::bundled;
    use std::sync::Arc;

    fn report(dataset: &str, date: &str, actor: &str, lon: f64, lat: f64) -> Incident {
        let mut incident = bundled().unwrap().changes.incidents.swap_remove(0);
        let mut source = (*incident.source.dataset).clone();
        source.id = dataset.to_owned();
        incident.source.dataset = Arc::new(source);
        let day = Moment::Day(date.parse().unwrap());
        (incident.start, incident.end) = (day, day);
        (incident.actor1, incident.actor2) = (Some(actor.to_owned()), None);
        incident.position = Position::new(lon, lat).ok();
        incident
    }

    #[test]
    fn reports_of_one_day_actor_and_place_are_linked_between_datasets_only() {
        let reports = [
            report("a", "2024-05-06", "JNIM", -4.0, 14.549),
            report("b", "2024-05-06", "JNIM", -4.0, 14.551),
            report("a", "2024-05-06", "JNIM", -4.0, 14.55),
            report("b", "2024-05-07", "JNIM", -4.0, 14.55),
            report("b", "2024-05-06", "ISSP", -4.0, 14.55),
            report("b", "2024-05-06", "JNIM", -4.0, 14.60),
        ];
        assert_eq!(links(&reports), [Link { first: 0, second: 1 }, Link { first: 1, second: 2 }]);
    }

    #[test]
    fn what_has_no_place_or_no_day_of_its_own_has_no_link() {
        let mut reports = vec![report("a", "2024-05-06", "JNIM", 0.0, 0.0), report("b", "2024-05-06", "JNIM", 0.0, 0.0)];
        assert_eq!(links(&reports).len(), 1);
        reports[1].end = Moment::Day("2024-05-31".parse().unwrap());
        assert_eq!(links(&reports), []);
        reports[1].end = reports[1].start;
        reports[1].position = None;
        assert_eq!(links(&reports), []);
    }
}
