//! A supply road as an ordered list of named places, and what was reported of it over time.

use geo::LineString;
use jiff::civil::Date;
use std::sync::Arc;

use super::field::FieldKind::{Date as DateKind, Integer, Number, Text, Word};
use super::{
    Bbox, DatePrecision, DomainError, Field, Instant, Interval, Position, Record, Redistribution, Shape, SourceRef, Value,
    Verification,
};

/// What was reported of a road.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentStatus {
    /// No sustained closure reported.
    Open,
    /// Traffic under attack, levies or partial bans.
    Disrupted,
    /// Vehicles pass only under escort.
    EscortOnly,
    /// Declared or effective closure, though escorted convoys may still pass.
    Blocked,
    /// Physically impassable.
    Cut,
    /// No report for the day.
    Unknown,
}

impl SegmentStatus {
    /// The word of each status.
    pub const WORDS: &'static [&'static str] = &["open", "disrupted", "escort_only", "blocked", "cut", "unknown"];

    /// Reads one of [`WORDS`](Self::WORDS).
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is none of them.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        match text {
            "open" => Ok(Self::Open),
            "disrupted" => Ok(Self::Disrupted),
            "escort_only" => Ok(Self::EscortOnly),
            "blocked" => Ok(Self::Blocked),
            "cut" => Ok(Self::Cut),
            "unknown" => Ok(Self::Unknown),
            _ => Err(DomainError::Word { what: "road status", text: text.to_owned(), expected: Self::WORDS.join(", ") }),
        }
    }

    /// The word of [`WORDS`](Self::WORDS).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Disrupted => "disrupted",
            Self::EscortOnly => "escort_only",
            Self::Blocked => "blocked",
            Self::Cut => "cut",
            Self::Unknown => "unknown",
        }
    }
}

/// One report of a road's status over an interval.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusChange {
    /// Position of the segment that it speaks of alone, from 1; `None` = of the corridor as a whole.
    pub segment: Option<u32>,
    /// What was reported.
    pub status: SegmentStatus,
    /// First day.
    pub valid_from: Date,
    /// Last day, included; `None` = not known to have ended.
    pub valid_to: Option<Date>,
    /// How exact the first day is.
    pub from_precision: DatePrecision,
    /// How exact the last day is.
    pub to_precision: DatePrecision,
    /// The last day on which a source said so; `None` = `valid_from`.
    pub last_confirmed: Option<Date>,
    /// Code of the party that causes it.
    pub actor: Option<String>,
    /// Remarks.
    pub note: Option<String>,
    /// Where it comes from.
    pub source: SourceRef,
}

impl StatusChange {
    /// Whether it may be passed on, as its dataset says.
    #[must_use]
    pub fn redistribution(&self) -> Redistribution {
        self.source.dataset.redistribution
    }

    /// Whether another one says the same, whenever the two were known and in whichever release of the dataset.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let same_dataset = self.source.dataset.id == other.source.dataset.id;
        let dataset = if same_dataset { &self.source.dataset } else { &other.source.dataset };
        let source = SourceRef { known_at: self.source.known_at, dataset: Arc::clone(dataset), ..other.source.clone() };
        Self { source, ..other.clone() } == *self
    }

    /// The days it was reported for.
    #[must_use]
    pub fn interval(&self) -> Interval {
        Interval::days(Some(self.valid_from), self.valid_to).unwrap_or(Interval::ALWAYS)
    }

    /// The last day up to a day on which a source said so.
    #[must_use]
    pub fn last_said(&self, day: Date) -> Date {
        self.last_confirmed.or(self.valid_to).unwrap_or(self.valid_from).max(self.valid_from).min(day.max(self.valid_from))
    }
}

/// A report that something later took the place of.
#[derive(Debug, Clone, PartialEq)]
pub struct PastReport {
    /// What it says.
    pub change: StatusChange,
    /// From when on it was no longer what is known.
    pub superseded_at: Instant,
}

impl PastReport {
    /// Whether it was what is known at an instant.
    #[must_use]
    pub fn was_known_at(&self, known_at: Instant) -> bool {
        self.change.source.known_at <= known_at && known_at < self.superseded_at
    }
}

/// What a report without a stated confidence weighs beside others of the same day.
const UNSTATED_CONFIDENCE: f64 = 0.6;

/// What was reported for an instant: of the reports in force those that began last, and of them the status with the most confidence behind
/// it, so that several sources of one day are weighed and later news take the place of earlier. `None` where nobody reported.
pub fn reported_at<'a>(changes: impl Iterator<Item = &'a StatusChange>, as_of: Instant) -> Option<&'a StatusChange> {
    let mut newest: Vec<&StatusChange> = Vec::new();
    for change in changes.filter(|change| change.interval().contains(as_of)) {
        match newest.first() {
            Some(first) if change.valid_from < first.valid_from => {}
            Some(first) if change.valid_from > first.valid_from => newest = vec![change],
            _ => newest.push(change),
        }
    }
    if newest.len() < 2 {
        return newest.first().copied();
    }
    let behind = |status: SegmentStatus| -> f64 {
        let of_it = newest.iter().filter(|change| change.status == status);
        of_it.map(|change| change.source.confidence.unwrap_or(UNSTATED_CONFIDENCE)).sum()
    };
    // Of equals the last in the file.
    newest.iter().max_by(|a, b| behind(a.status).total_cmp(&behind(b.status))).copied()
}

/// How much of what a town is supplied with comes from the first place of a corridor, as a share with the range that sources give.
#[derive(Debug, Clone, PartialEq)]
pub struct SupplyShare {
    /// The share, 0 to 1.
    pub share: f64,
    /// The least that a source says.
    pub low: f64,
    /// The most.
    pub high: f64,
    /// Who says so, when, and what of it contradicts the rest; `None` where it is not said.
    pub source: Option<Arc<str>>,
}

impl SupplyShare {
    /// Takes a share and its range, as nobody in particular states them.
    ///
    /// # Errors
    /// [`DomainError::Number`] when 0 ≤ low ≤ share ≤ high ≤ 1 does not hold or the share is 0.
    pub fn new(share: f64, low: f64, high: f64) -> Result<Self, DomainError> {
        if 0.0 <= low && low <= share && share <= high && high <= 1.0 && share > 0.0 {
            Ok(Self { share, low, high, source: None })
        } else {
            let text = format!("{low}, {share}, {high}");
            Err(DomainError::Number {
                what: "weight",
                text,
                reason: "expected 0 ≤ weight_low ≤ weight ≤ weight_high ≤ 1, weight above 0",
            })
        }
    }
}

/// A road between two named places that follow one another on a corridor.
#[derive(Debug, Clone, PartialEq)]
pub struct CorridorSegment {
    /// `corridor:seq`.
    pub id: String,
    /// Id of the corridor.
    pub corridor: String,
    /// Name of the corridor.
    pub name: String,
    /// Name of the place it starts from, in travel order.
    pub from: String,
    /// Name of the place it leads to.
    pub to: String,
    /// The town the corridor supplies.
    pub target: String,
    /// Position on the corridor, from 1.
    pub seq: u32,
    /// Length of the schematic line on the sphere, in kilometres: shorter than the road.
    pub length_km: f64,
    /// Class of the road: trunk, primary, secondary, tertiary or track.
    pub class: String,
    /// Supply share of the corridor's first place.
    pub weight: Option<SupplyShare>,
    /// The schematic line.
    pub line: LineString<f64>,
    /// The smallest box around [`line`](Self::line).
    pub bbox: Bbox,
    /// What is reported over time, by first day.
    pub changes: Arc<[StatusChange]>,
    /// What was reported and is no longer what is known.
    pub past: Arc<[PastReport]>,
    /// From when on it was known so; of that version the reports count that were known then. `None` for what is known now, and for what
    /// was known before anything was reported.
    pub known_at: Option<Instant>,
    /// When something else became known of it; `None` for what is known now.
    pub superseded_at: Option<Instant>,
}

impl CorridorSegment {
    /// The properties of the collection `corridors`.
    pub const FIELDS: &'static [Field] = &[
        Field::new("corridor", Text, "Id of the corridor"),
        Field::new("name", Text, "Name of the corridor"),
        Field::new("from", Text, "Place the segment starts from, in travel order"),
        Field::new("to", Text, "Place the segment leads to"),
        Field::new("target", Text, "Town the corridor supplies"),
        Field::new("seq", Integer, "Position on the corridor, from 1"),
        Field::new("length_km", Number, "Length of the schematic line in kilometres, shorter than the road"),
        Field::new("class", Text, "Class of the road: trunk, primary, secondary, tertiary or track"),
        Field::new(
            "weight",
            Number,
            "Share of the target's supply that comes from the corridor's first place, 0 to 1; null = not stated",
        ),
        Field::new("weight_low", Number, "The least that sources say of it"),
        Field::new("weight_high", Number, "The most"),
        Field::new("weight_source", Text, "Where the weight and its range are from").shown_only(),
        Field::new(
            "status",
            Word(SegmentStatus::WORDS),
            "What was reported of the corridor as a whole for the last day of the asked datetime (the note names the places); unknown = no report",
        ),
        Field::new("since", DateKind, "First day of that status"),
        Field::new("until", DateKind, "Last day of that status, included; null = not known to have ended"),
        Field::new("since_precision", Word(DatePrecision::WORDS_OF_CONTROL), "How exact the first day is"),
        Field::new("last_confirmed", DateKind, "Last day on which a source said so; null = its first day"),
        Field::new("actor", Text, "Code of the party that causes it"),
        Field::new("confidence", Number, "Judgement on whether it was as stated, 0 to 1; not a probability"),
        Field::new(
            "verification",
            Word(Verification::WORDS),
            "verified: a published page that states it was read; recalled: widely reported, no page at hand",
        ),
        Field::new("source", Text, "Publisher, title, date and address of what was read").shown_only(),
        Field::new("note", Text, "Remarks").shown_only(),
        Field::new("dataset", Text, "Id of the dataset, listed at /datasets"),
        Field::new("licence", Text, "Licence of the dataset, SPDX id where there is one"),
    ];

    /// What was reported for an instant, as [`reported_at`] says; of the segment alone where there is such a report, else of the corridor.
    #[must_use]
    pub fn change_at(&self, as_of: Instant) -> Option<&StatusChange> {
        let own = self.known().filter(|change| change.segment.is_some());
        let of_all = || self.known().filter(|change| change.segment.is_none());
        reported_at(own, as_of).or_else(|| reported_at(of_all(), as_of))
    }

    /// The reports of this version.
    fn known(&self) -> impl Iterator<Item = &StatusChange> {
        // What is known now is not asked for its day: a row may bear one that is to come.
        let is_now = self.known_at.is_none() && self.superseded_at.is_none();
        let then = |change: &&StatusChange| self.known_at.is_some_and(|known_at| change.source.known_at <= known_at);
        let past = self.past.iter().filter(|past| self.known_at.is_some_and(|known_at| past.was_known_at(known_at)));
        self.changes.iter().filter(move |change| is_now || then(change)).chain(past.map(|past| &past.change))
    }
}

impl Record for CorridorSegment {
    fn id(&self) -> &str {
        &self.id
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Line(&self.line)
    }

    fn bbox(&self) -> Option<Bbox> {
        Some(self.bbox)
    }

    fn interval(&self) -> Interval {
        // The road is always there; what changes is its status.
        Interval::ALWAYS
    }

    fn known_at(&self) -> Option<Instant> {
        self.known_at
    }

    fn superseded_at(&self) -> Option<Instant> {
        self.superseded_at
    }

    fn redistribution(&self) -> Redistribution {
        // The road is on every map; a report on it may not be. `Corridor::public` has none of those.
        let restricted = self.known().any(|change| change.redistribution() == Redistribution::Restricted);
        if restricted { Redistribution::Restricted } else { Redistribution::Allowed }
    }

    fn fields(&self) -> &'static [Field] {
        Self::FIELDS
    }

    fn value(&self, name: &str, as_of: Instant) -> Value<'_> {
        let change = || self.change_at(as_of);
        match name {
            "corridor" => (&self.corridor).into(),
            "name" => (&self.name).into(),
            "from" => (&self.from).into(),
            "to" => (&self.to).into(),
            "target" => Some(&self.target).filter(|target| !target.is_empty()).into(),
            "seq" => self.seq.into(),
            "length_km" => self.length_km.into(),
            "class" => (&self.class).into(),
            "weight" => self.weight.as_ref().map(|weight| weight.share).into(),
            "weight_low" => self.weight.as_ref().map(|weight| weight.low).into(),
            "weight_high" => self.weight.as_ref().map(|weight| weight.high).into(),
            "weight_source" => self.weight.as_ref().and_then(|weight| weight.source.as_deref()).into(),
            "status" => change().map_or(SegmentStatus::Unknown, |change| change.status).as_str().into(),
            "since" => change().map(|change| change.valid_from).into(),
            "until" => change().and_then(|change| change.valid_to).into(),
            "since_precision" => change().map(|change| change.from_precision.as_str()).into(),
            "last_confirmed" => change().and_then(|change| change.last_confirmed).into(),
            "actor" => change().and_then(|change| change.actor.as_ref()).into(),
            "confidence" => change().and_then(|change| change.source.confidence).into(),
            "verification" => change().and_then(|change| change.source.verification).map(Verification::as_str).into(),
            "source" => change().map(|change| &change.source.citation).into(),
            "note" => change().and_then(|change| change.note.as_ref()).into(),
            "dataset" => change().map(|change| &change.source.dataset.id).into(),
            "licence" => change().map(|change| &change.source.dataset.licence).into(),
            _ => Value::Null,
        }
    }
}

/// A supply road: its places in travel order and the reports on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Corridor {
    /// Stable id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The town it supplies; empty for a road that is no town's in particular.
    pub target: String,
    /// Class of the road.
    pub class: String,
    /// How much of the supply comes from its first place.
    pub weight: Option<SupplyShare>,
    /// Named places in travel order, at least two.
    pub waypoints: Vec<(String, Position)>,
    /// What the road runs through between each of them and the next, in travel order; empty for straight lines.
    pub between: Vec<Vec<Position>>,
    /// What is reported, by first day.
    pub changes: Arc<[StatusChange]>,
    /// What was reported and is no longer what is known, in the order in which it ceased to be.
    pub past: Arc<[PastReport]>,
}

impl Corridor {
    /// The road with the reports that may be passed on: on a day that only others speak of, nothing is known.
    #[must_use]
    pub fn public(&self) -> Self {
        let allowed = self.changes.iter().filter(|change| change.redistribution() == Redistribution::Allowed);
        let past = self.past.iter().filter(|past| past.change.redistribution() == Redistribution::Allowed);
        Self { changes: allowed.cloned().collect(), past: past.cloned().collect(), ..self.clone() }
    }

    /// The road as it was known at an instant: with the reports that were known then. The line is that of today.
    #[must_use]
    pub fn as_known(&self, known_at: Instant) -> Self {
        let now = self.changes.iter().filter(|change| change.source.known_at <= known_at);
        let past = self.past.iter().filter(|past| past.was_known_at(known_at)).map(|past| &past.change);
        let mut changes: Vec<StatusChange> = now.chain(past).cloned().collect();
        changes.sort_by_key(|change| change.valid_from);
        Self { changes: changes.into(), past: Arc::from([]), ..self.clone() }
    }

    /// The road with what it was before another version of it took its place: reports that say what they said were known since then, and
    /// what is said no longer is kept as the past, up to the day on which the first new report became known. `now` is when that is
    /// not told by any.
    #[must_use]
    pub fn after(self, before: &Self, now: Instant) -> Self {
        let mut left: Vec<&StatusChange> = before.changes.iter().collect();
        let (mut newest, mut newest_new) = (None, None);
        let changes = self.changes.iter().map(|change| {
            let known_at = change.source.known_at;
            newest = newest.max(Some(known_at));
            let Some(at) = left.iter().position(|old| old.says_the_same(change)) else {
                newest_new = newest_new.max(Some(known_at));
                return change.clone();
            };
            let known_at = left.remove(at).source.known_at.min(known_at);
            StatusChange { source: SourceRef { known_at, ..change.source.clone() }, ..change.clone() }
        });
        let changes: Vec<StatusChange> = changes.collect();
        let ended = |report: &StatusChange| {
            let known_at = report.source.known_at;
            // Without a new report it was withdrawn: when the rest was told again, where that is later than the report.
            newest_new.or(newest.filter(|newest| *newest > known_at)).unwrap_or(now)
        };
        let gone = left.into_iter().map(|report| PastReport { superseded_at: ended(report), change: report.clone() });
        let past = before.past.iter().cloned().chain(gone).chain(self.past.iter().cloned());
        // What was corrected under the stamp that it bore itself was never known.
        let past: Vec<PastReport> = past.filter(|past| past.change.source.known_at < past.superseded_at).collect();
        Self { changes: changes.into(), past: past.into(), ..self }
    }

    /// All versions of its segments, in the order of knowledge: one for each span between two instants at which something became known or was
    /// no longer, the first of them before anything was. They share the reports.
    #[must_use]
    pub fn versions(&self) -> Vec<CorridorSegment> {
        let reports = self.changes.iter().map(|change| change.source.known_at);
        let past = self.past.iter().flat_map(|past| [past.change.source.known_at, past.superseded_at]);
        let mut turns: Vec<Instant> = reports.chain(past).collect();
        turns.sort_unstable();
        turns.dedup();
        let now = self.segments();
        if turns.is_empty() {
            return now;
        }
        let from = std::iter::once(None).chain(turns.iter().copied().map(Some));
        let until = turns.iter().copied().map(Some).chain([None]);
        let spans: Vec<(Option<Instant>, Option<Instant>)> = from.zip(until).collect();
        let of_one = |segment: CorridorSegment| {
            let version = move |(known_at, superseded_at): &(_, _)| CorridorSegment {
                known_at: *known_at,
                superseded_at: *superseded_at,
                ..segment.clone()
            };
            spans.iter().map(version).collect::<Vec<_>>()
        };
        now.into_iter().flat_map(of_one).collect()
    }

    /// The segments between places that follow one another.
    #[must_use]
    pub fn segments(&self) -> Vec<CorridorSegment> {
        let past = self.past.iter().map(|past| &past.change);
        let of_one = self.changes.iter().chain(past).any(|change| change.segment.is_some());
        let pairs = self.waypoints.windows(2).zip(1u32..);
        pairs
            .filter_map(|(pair, seq)| {
                let [(from, start), (to, end)] = pair else { return None };
                let between = self.between.get(seq as usize - 1).map_or(&[][..], Vec::as_slice);
                let way: Vec<Position> = [*start].into_iter().chain(between.iter().copied()).chain([*end]).collect();
                let length_m: f64 = way.windows(2).map(|pair| pair[0].distance_m(pair[1])).sum();
                let spoken_of = |change: &&StatusChange| change.segment.is_none_or(|segment| segment == seq);
                Some(CorridorSegment {
                    id: format!("{}:{seq}", self.id),
                    corridor: self.id.clone(),
                    name: self.name.clone(),
                    from: from.clone(),
                    to: to.clone(),
                    target: self.target.clone(),
                    seq,
                    length_km: (length_m / 100.0).round() / 10.0,
                    class: self.class.clone(),
                    weight: self.weight.clone(),
                    line: way.iter().map(|position| (position.lon(), position.lat())).collect(),
                    bbox: way.iter().fold(Bbox::of(*start), |bbox, position| bbox.union(Bbox::of(*position))),
                    changes: if of_one {
                        self.changes.iter().filter(spoken_of).cloned().collect()
                    } else {
                        Arc::clone(&self.changes)
                    },
                    past: if of_one {
                        self.past.iter().filter(|past| spoken_of(&&past.change)).cloned().collect()
                    } else {
                        Arc::clone(&self.past)
                    },
                    known_at: None,
                    superseded_at: None,
                })
            })
            .collect()
    }
}
