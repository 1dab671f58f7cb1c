//! How a road stood on a day: what was reported of it, what is believed of it, and whether attacks near it make it contested.
//!
//! Reports alone can say that a road is blocked. Attacks can only contest one that is reported open, or that nobody reported on: of a
//! piece of road no longer than 20 km, λ(t) = Σ s·2^(−(t−t_i)/H) over the attacks within 5 km of it; contested from λ ≥ 1 until λ < 0.5.

use super::belief::{Claim, Evidence, Says, Standing, State};
use super::control::within;
use super::parameters::{
    ATTACK_CLEARED, ATTACK_CONTESTED, ATTACK_HALF_LIFE, ATTACK_OTHER, ATTACK_PASSAGE, ATTACK_REACH, ATTACK_ROAD, CONFIDENCE_ONE,
    HALF_LIFE_CLOSED_ROAD, HALF_LIFE_DISRUPTED_ROAD, HALF_LIFE_OPEN_ROAD, MULTIPLIER_BLOCKED, MULTIPLIER_BLOCKED_HIGH,
    MULTIPLIER_DISRUPTED, MULTIPLIER_DISRUPTED_HIGH, MULTIPLIER_DISRUPTED_LOW, MULTIPLIER_ESCORT, MULTIPLIER_ESCORT_HIGH,
    MULTIPLIER_ESCORT_LOW, MULTIPLIER_UNKNOWN, PIECE,
};
use super::{Day, date_of, day_of};
use crate::domain::{EARTH_RADIUS_M, EventType, Instant, Position, SegmentStatus, StatusChange, reported_at};
use std::sync::Arc;

/// The statuses from the best to the worst, the unknown in the middle: the order in which draws go through them.
pub(super) const LADDER: [SegmentStatus; 6] = [
    SegmentStatus::Open,
    SegmentStatus::Disrupted,
    SegmentStatus::Unknown,
    SegmentStatus::EscortOnly,
    SegmentStatus::Blocked,
    SegmentStatus::Cut,
];

/// Where a status stands on [`LADDER`].
pub(super) fn rung(status: SegmentStatus) -> usize {
    LADDER.iter().position(|other| *other == status).unwrap_or(2)
}

/// How severe a status that is known is.
pub(super) fn severity(status: SegmentStatus) -> u8 {
    match status {
        SegmentStatus::Open => 0,
        SegmentStatus::Disrupted | SegmentStatus::Unknown => 1,
        SegmentStatus::EscortOnly => 2,
        SegmentStatus::Blocked => 3,
        SegmentStatus::Cut => 4,
    }
}

/// How much of its capacity a road of that status carries.
pub(super) fn multiplier(status: SegmentStatus) -> f64 {
    match status {
        SegmentStatus::Open => 1.0,
        SegmentStatus::Disrupted => MULTIPLIER_DISRUPTED.value,
        SegmentStatus::EscortOnly => MULTIPLIER_ESCORT.value,
        SegmentStatus::Blocked => MULTIPLIER_BLOCKED.value,
        SegmentStatus::Cut => 0.0,
        SegmentStatus::Unknown => MULTIPLIER_UNKNOWN.value,
    }
}

/// The point of the band of a status below which a part of it lies; it rises with the part.
pub(super) fn in_band(status: SegmentStatus, part: f64) -> f64 {
    match status {
        SegmentStatus::Open => 1.0,
        SegmentStatus::Disrupted => {
            triangular(MULTIPLIER_DISRUPTED_LOW.value, MULTIPLIER_DISRUPTED.value, MULTIPLIER_DISRUPTED_HIGH.value, part)
        }
        SegmentStatus::EscortOnly => {
            triangular(MULTIPLIER_ESCORT_LOW.value, MULTIPLIER_ESCORT.value, MULTIPLIER_ESCORT_HIGH.value, part)
        }
        SegmentStatus::Blocked => triangular(0.0, MULTIPLIER_BLOCKED.value, MULTIPLIER_BLOCKED_HIGH.value, part),
        SegmentStatus::Cut => 0.0,
        SegmentStatus::Unknown => part,
    }
}

/// The inverse of the distribution function of the triangular distribution.
pub(super) fn triangular(low: f64, mode: f64, high: f64, part: f64) -> f64 {
    let width = high - low;
    if width <= 0.0 {
        return mode;
    }
    if part < (mode - low) / width {
        low + (part * width * (mode - low)).sqrt()
    } else {
        high - ((1.0 - part) * width * (high - mode)).sqrt()
    }
}

/// All that was reported of a corridor, or of one stretch of road alone.
#[derive(Debug)]
pub(super) struct Reports {
    pub(super) changes: Vec<StatusChange>,
    evidence: Evidence,
}

/// The belief in each status of [`LADDER`] in twentieths, so that days on which it is nearly the same have one answer.
pub(super) type Odds = [u8; 6];
/// The parts of an [`Odds`].
pub(super) const PARTS: u8 = 20;

impl Reports {
    pub(super) fn new(changes: Vec<StatusChange>) -> Self {
        let mut sources: Vec<&str> = Vec::new();
        let mut claims = Vec::new();
        for change in changes.iter().filter(|change| change.status != SegmentStatus::Unknown) {
            let citation = change.source.citation.as_str();
            let source = sources.iter().position(|other| *other == citation).unwrap_or_else(|| {
                sources.push(citation);
                sources.len() - 1
            });
            let half_life = match change.status {
                SegmentStatus::Open => HALF_LIFE_OPEN_ROAD,
                SegmentStatus::Disrupted => HALF_LIFE_DISRUPTED_ROAD,
                _ => HALF_LIFE_CLOSED_ROAD,
            };
            let from = within(change.valid_from, change.from_precision);
            let mut to = change.valid_to.map(|day| within(day, change.to_precision));
            if let Some(to) = &mut to {
                to.last = to.last.max(from.first);
            }
            claims.push(Claim {
                says: Says::State(state(change.status)),
                then: Vec::new(),
                confidence: change.source.confidence.unwrap_or(CONFIDENCE_ONE.value),
                on_region: false,
                source: u32::try_from(source).unwrap_or(u32::MAX),
                from,
                to,
                confirmed: day_of(change.last_confirmed.unwrap_or(change.valid_from)).max(from.last),
                half_life: half_life.value,
            });
        }
        Self { evidence: Evidence::new(claims), changes }
    }

    /// What was reported for a day; `None` where nobody reported, or that it is unknown.
    pub(super) fn on(&self, day: Day) -> Option<&StatusChange> {
        reported_at(self.changes.iter(), Instant::start_of(date_of(day))).filter(|change| change.status != SegmentStatus::Unknown)
    }

    /// What is believed on a day.
    pub(super) fn odds(&self, day: Day) -> Odds {
        let belief = self.evidence.on(day);
        let mut parts = [0.0; 6];
        for (at, status) in LADDER.iter().enumerate() {
            parts[at] = if *status == SegmentStatus::Unknown { belief.unknown } else { belief.of(state(*status)) };
        }
        twentieths(&parts)
    }

    /// Whether the belief may differ between a day and the next.
    pub(super) fn moves(&self, day: Day) -> bool {
        self.evidence.moves(day)
    }

    /// The days on which what was reported may become something else, and how exact each is known.
    pub(super) fn turns(&self) -> impl Iterator<Item = (Day, crate::domain::DatePrecision)> {
        self.changes.iter().flat_map(|change| {
            let first = Some((day_of(change.valid_from), change.from_precision));
            let after = change.valid_to.map(|last| (day_of(last) + 1, change.to_precision));
            first.into_iter().chain(after)
        })
    }
}

/// Statuses as the states of a belief.
fn state(status: SegmentStatus) -> State {
    State { standing: Standing::Control, party: u16::try_from(rung(status)).ok() }
}

/// Whole parts that sum to the whole, each as near to what it stands for as that allows (the largest remainders get what is left over).
fn twentieths(parts: &[f64; 6]) -> Odds {
    let mut odds: Odds = [0; 6];
    let scaled = parts.map(|part| part.clamp(0.0, 1.0) * f64::from(PARTS));
    for (odd, part) in odds.iter_mut().zip(scaled) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 20")]
        let whole = part.floor() as u8;
        *odd = whole;
    }
    let mut order: [usize; 6] = std::array::from_fn(|at| at);
    order.sort_by(|a, b| scaled[*b].fract().total_cmp(&scaled[*a].fract()).then(a.cmp(b)));
    let mut left = PARTS.saturating_sub(odds.iter().sum());
    for at in order.into_iter().cycle().take(12) {
        if left == 0 {
            break;
        }
        odds[at] += 1;
        left -= 1;
    }
    odds
}

/// Something that happened at a point.
#[derive(Debug, Clone)]
pub struct Attack {
    /// Where.
    pub position: Position,
    /// The day it began.
    pub day: Day,
    /// What it counts, 0 to 1.
    pub weight: f64,
    /// Id of its dataset.
    pub dataset: Arc<str>,
}

/// What an incident counts against a road near it: nothing where only its district is known.
#[must_use]
pub fn attack_weight(event_type: EventType, sub_event_type: Option<&str>, geo_precision: u8) -> f64 {
    if geo_precision >= 3 {
        return 0.0;
    }
    let finer = sub_event_type.unwrap_or_default().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| finer.contains(word));
    match event_type {
        EventType::ConvoyAttack => ATTACK_ROAD.value,
        EventType::ExplosionOrRemote if says(&["ied", "mine", "improvised"]) => ATTACK_ROAD.value,
        EventType::Battle | EventType::AttackOnCivilians if says(&["ambush", "convoy"]) => ATTACK_ROAD.value,
        EventType::BlockadeEnforcement | EventType::Abduction => ATTACK_PASSAGE.value,
        EventType::Battle
        | EventType::AttackOnCivilians
        | EventType::ExplosionOrRemote
        | EventType::LootingOrArson
        | EventType::CaptureOfPlace => ATTACK_OTHER.value,
        EventType::WithdrawalOrRecapture | EventType::ProtestOrRiot | EventType::StrategicDevelopment | EventType::Other => 0.0,
    }
}

/// The days from and up to which attacks make a road contested, both included.
pub(super) type Span = (Day, Day);

/// When attacks make a road contested. `attacks` are those near its box; each counts for every piece that it is near.
pub(super) fn contested(line: &[Position], attacks: &[&Attack]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for piece in pieces(line) {
        let mut near: Vec<(Day, f64)> =
            attacks.iter().filter(|attack| is_near(&piece, attack.position)).map(|attack| (attack.day, attack.weight)).collect();
        near.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        spans.extend(spans_of(&near));
    }
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.0 <= last.1 + 1 => last.1 = last.1.max(span.1),
            _ => joined.push(span),
        }
    }
    joined
}

/// The spans of one piece, from attacks in the order of their days.
fn spans_of(attacks: &[(Day, f64)]) -> Vec<Span> {
    let (mut spans, mut intensity, mut last): (Vec<Span>, f64, Day) = (Vec::new(), 0.0, 0);
    for (at, (day, weight)) in attacks.iter().enumerate() {
        intensity = intensity * (-f64::from(day - last) / ATTACK_HALF_LIFE.value).exp2() + weight;
        last = *day;
        // Several of one day count together.
        if attacks.get(at + 1).is_some_and(|(next, _)| next == day) {
            continue;
        }
        let still = spans.last().is_some_and(|(_, end)| end >= day);
        if still || intensity >= ATTACK_CONTESTED.value {
            // The last day on which it is not below what clears it; half a thousandth of a day against rounding.
            let days = (intensity / ATTACK_CLEARED.value).log2() * ATTACK_HALF_LIFE.value + 5e-4;
            #[allow(clippy::cast_possible_truncation, reason = "some months")]
            let end = day + days.max(0.0).floor() as Day;
            match spans.last_mut() {
                Some(span) if still => span.1 = span.1.max(end),
                _ => spans.push((*day, end)),
            }
        }
    }
    spans
}

/// A line in pieces no longer than [`PIECE`].
pub(super) fn pieces(line: &[Position]) -> Vec<Vec<Position>> {
    let lengths: Vec<f64> = line.windows(2).map(|pair| pair[0].distance_m(pair[1]) / 1000.0).collect();
    let count = (lengths.iter().sum::<f64>() / PIECE.value).ceil().max(1.0);
    let step = lengths.iter().sum::<f64>() / count;
    let mut pieces = vec![vec![line[0]]];
    let mut left = step;
    for (pair, length) in line.windows(2).zip(&lengths) {
        let (mut start, mut rest) = (pair[0], *length);
        // The last piece takes what rounding leaves.
        #[allow(clippy::cast_precision_loss, reason = "some hundred")]
        while rest > left + 1e-9 && (pieces.len() as f64) < count {
            let part = left / rest;
            let at = |from: f64, to: f64| from + (to - from) * part;
            let cut = Position::new(at(start.lon(), pair[1].lon()), at(start.lat(), pair[1].lat())).unwrap_or(start);
            pieces.last_mut().into_iter().for_each(|piece| piece.push(cut));
            pieces.push(vec![cut]);
            (start, rest, left) = (cut, rest - left, step);
        }
        left -= rest;
        pieces.last_mut().into_iter().for_each(|piece| piece.push(pair[1]));
    }
    pieces
}

/// Whether a point is no farther from a line than [`ATTACK_REACH`], on a plane that touches the globe at the point.
fn is_near(line: &[Position], point: Position) -> bool {
    let metres = EARTH_RADIUS_M.to_radians();
    let flat =
        |at: &Position| ((at.lon() - point.lon()) * point.lat().to_radians().cos() * metres, (at.lat() - point.lat()) * metres);
    let reach = ATTACK_REACH.value * 1000.0;
    line.windows(2).any(|pair| {
        let ((ax, ay), (bx, by)) = (flat(&pair[0]), flat(&pair[1]));
        let (dx, dy) = (bx - ax, by - ay);
        let square = dx * dx + dy * dy;
        let part = if square > 0.0 { (-(ax * dx + ay * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
        let (x, y) = (ax + dx * part, ay + dy * part);
        x * x + y * y <= reach * reach
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attacks_contest_a_road_with_hysteresis_and_fade_by_half_in_a_month() {
        assert_eq!(spans_of(&[(0, 0.7)]), []);
        // 1.0 on day 0 is 0.5 on day 30: still contested, and not the day after.
        assert_eq!(spans_of(&[(0, 1.0)]), [(0, 30)]);
        assert_eq!(spans_of(&[(0, 0.7), (0, 0.3)]), [(0, 30)]);
        // 0.5 + 0.3 is no more than 0.8, and yet it does not clear.
        assert_eq!(spans_of(&[(0, 1.0), (30, 0.3)]), [(0, 50)]);
        assert_eq!(spans_of(&[(0, 1.0), (60, 0.3)]), [(0, 30)]);
        // 0.25 of the first is left on day 60: 1.25 is 0.5 after another 39 days.
        assert_eq!(spans_of(&[(0, 1.0), (60, 1.0)]), [(0, 30), (60, 99)]);
    }

    #[test]
    fn a_long_road_is_looked_at_in_pieces_of_twenty_kilometres() {
        let at = |lon: f64| Position::new(lon, 0.0).unwrap();
        let line = [at(0.0), at(0.5), at(1.0)];
        let cut = pieces(&line);
        assert_eq!(cut.len(), 6, "111 km");
        let lengths: Vec<f64> = cut.iter().map(|piece| piece.windows(2).map(|pair| pair[0].distance_m(pair[1])).sum()).collect();
        assert!(lengths.iter().all(|length| (length - 18_532.0).abs() < 30.0), "{lengths:?}");
        assert_eq!((cut[0][0], *cut[5].last().unwrap()), (line[0], line[2]));
        // Two attacks far apart on one road do not add up.
        let attack = |lon: f64| Attack { position: at(lon), day: 0, weight: 0.7, dataset: Arc::from("x") };
        let (a, b, c) = (attack(0.1), attack(0.9), attack(0.12));
        assert!(contested(&line, &[&a, &b]).is_empty());
        assert_eq!(contested(&line, &[&a, &c]).len(), 1);
    }

    #[test]
    fn five_kilometres_are_near_and_six_are_not() {
        let at = |lon: f64, lat: f64| Position::new(lon, lat).unwrap();
        let line = [at(0.0, 13.0), at(1.0, 13.0)];
        assert!(is_near(&line, at(0.5, 13.044)) && !is_near(&line, at(0.5, 13.054)));
        assert!(is_near(&line, at(1.045, 13.0)) && !is_near(&line, at(1.06, 13.0)));
    }

    #[test]
    fn bands_lie_around_their_modes() {
        for status in LADDER {
            let (low, middle, high) = (in_band(status, 0.0), multiplier(status), in_band(status, 1.0));
            assert!(low <= middle && middle <= high, "{status:?}");
            assert!((0..=20).map(|part| in_band(status, f64::from(part) / 20.0)).is_sorted(), "{status:?}");
        }
        assert!((triangular(0.0, 0.05, 0.2, 0.25) - 0.05).abs() < 1e-12);
        assert!((triangular(0.25, 0.5, 0.75, 0.5) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn twentieths_sum_to_the_whole() {
        for parts in [[1.0, 0.0, 0.0, 0.0, 0.0, 0.0], [1.0 / 6.0; 6], [0.76, 0.0, 0.24, 0.0, 0.0, 0.0]] {
            assert_eq!(twentieths(&parts).iter().sum::<u8>(), PARTS);
        }
        assert_eq!(twentieths(&[0.76, 0.0, 0.24, 0.0, 0.0, 0.0]), [15, 0, 5, 0, 0, 0]);
    }

    #[test]
    fn an_area_only_known_by_its_district_counts_nothing() {
        assert_eq!(attack_weight(EventType::ConvoyAttack, None, 3), 0.0);
        assert_eq!(attack_weight(EventType::ConvoyAttack, None, 2), 1.0);
        assert_eq!(attack_weight(EventType::ExplosionOrRemote, Some("Remote explosive/landmine/IED"), 1), 1.0);
        assert_eq!(attack_weight(EventType::ExplosionOrRemote, Some("Air/drone strike"), 1), 0.3);
        assert_eq!(attack_weight(EventType::Abduction, None, 1), 0.7);
    }
}
