//! Every number that a measure rests on and that is not in the data: name, value, unit, what it does, and its source, or "default"
//! where no source settles it and it is this project's own choice.

/// One number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Name on the wire.
    pub name: &'static str,
    /// The number.
    pub value: f64,
    /// Its unit; empty for a plain number.
    pub unit: &'static str,
    /// What it does.
    pub meaning: &'static str,
    /// Where it comes from, or "default".
    pub source: &'static str,
}

const fn parameter(name: &'static str, value: f64, unit: &'static str, meaning: &'static str, source: &'static str) -> Parameter {
    Parameter { name, value, unit, meaning, source }
}

/// What the half-lives are held against.
const ANCHOR: &str = "default; anchored on the half-life of 3.2 months of an event's weight in the replication code of Anders 2020, Journal of Peace Research 57(6):701–714";

/// How long an open claim of control keeps half its weight after it was last confirmed.
pub const HALF_LIFE_CONTROL: Parameter = parameter(
    "half_life_control",
    180.0,
    "days",
    "half the weight of a claim of control is gone so long after it was last confirmed",
    ANCHOR,
);
/// The same of influence.
pub const HALF_LIFE_INFLUENCE: Parameter = parameter("half_life_influence", 120.0, "days", "the same of influence", ANCHOR);
/// The same of a contested place, and of one that was left.
pub const HALF_LIFE_CONTESTED: Parameter = parameter(
    "half_life_contested",
    60.0,
    "days",
    "the same of a contested place, of none reported and of a place that was left",
    ANCHOR,
);
/// The same of presence.
pub const HALF_LIFE_PRESENCE: Parameter = parameter("half_life_presence", 45.0, "days", "the same of presence", ANCHOR);
/// The same of a blockade.
pub const HALF_LIFE_BLOCKADE: Parameter = parameter("half_life_blockade", 30.0, "days", "the same of a blockade", ANCHOR);

/// Confidence of a claim that was confirmed on the ground or geolocated and states no number.
pub const CONFIDENCE_CONFIRMED: Parameter = parameter(
    "confidence_confirmed",
    0.95,
    "",
    "weight of a claim that was confirmed or geolocated and states no confidence",
    "default",
);
/// Of one by two independent sources.
pub const CONFIDENCE_TWO: Parameter =
    parameter("confidence_two_independent", 0.75, "", "the same of two independent sources", "default");
/// Of one by a neutral source, and of one whose basis is not stated.
pub const CONFIDENCE_ONE: Parameter =
    parameter("confidence_one_neutral", 0.6, "", "the same of one neutral source, and where nothing is stated", "default");
/// Of one by a party to the conflict.
pub const CONFIDENCE_PARTY: Parameter =
    parameter("confidence_party_claim", 0.4, "", "the same of a claim by a party to the conflict", "default");
/// Of one that was concluded from incidents.
pub const CONFIDENCE_INFERRED: Parameter =
    parameter("confidence_inferred", 0.3, "", "the same of what was concluded from incidents", "default");

/// The weight of not knowing.
pub const UNKNOWN_WEIGHT: Parameter = parameter(
    "unknown_weight",
    0.25,
    "",
    "weight of not knowing, w0: one confirmed report leaves 21 % unknown, one party's claim 38 %",
    "default",
);
/// Below so much weight a place is unknown.
pub const FLOOR: Parameter =
    parameter("floor", 0.1, "", "a place whose claims weigh less together is unknown, whatever was said of it last", "default");
/// The disorder from which a place is called disputed.
pub const DISPUTED: Parameter = parameter(
    "disputed",
    0.7,
    "",
    "normalised entropy over the states that are claimed, from which a place is called disputed",
    "default",
);
/// What a claim on a region weighs at each of its places.
pub const ADMIN_WEIGHT: Parameter =
    parameter("admin_weight", 0.5, "", "a claim on a whole region counts so much of its weight at each of its places", "default");
/// For how many half-lives a claim is carried on to the next one that says the same.
pub const BRIDGE: Parameter = parameter(
    "bridge",
    2.0,
    "half-lives",
    "between two claims that say the same, no farther apart, the first one keeps its full weight",
    "default",
);
/// How sharp the credible intervals of a place are.
pub const KAPPA: Parameter = parameter(
    "kappa",
    4.0,
    "",
    "one unit of weight counts as so many observations in the Dirichlet distribution behind a place's interval",
    "default",
);

/// How far a place speaks for the land around it.
pub const REACH: Parameter = parameter(
    "reach",
    30.0,
    "km",
    "a place speaks for land no farther away; control as a service area after Tao et al. 2016, Transactions in GIS, who use travel time",
    "default",
);
/// The grid of areas.
pub const CELL: Parameter =
    parameter("cell", 0.1, "degrees", "side of a cell of land, which belongs to one place as a whole", "default");

/// How much of the error the places of a region share.
pub const CORRELATION: Parameter = parameter(
    "correlation",
    0.5,
    "",
    "correlation of the errors of two places, or roads, of a level-1 region: independent errors would make intervals too narrow",
    "default",
);
/// The share of what is known that one state must have to name a region after it.
pub const NAMED: Parameter = parameter(
    "named",
    0.8,
    "",
    "a region is named after a state that has so much of what is known of it; else it is mixed",
    "default",
);
/// The unknown share above which a region is named after nothing.
pub const TOO_LITTLE: Parameter =
    parameter("too_little", 0.4, "", "above so much unknown there is insufficient data to name a region", "default");
/// From which belief on a place counts as definite.
pub const DEFINITE: Parameter =
    parameter("definite", 0.75, "", "the definite share counts places with at least this belief", "default");
/// From which belief on it counts as possible.
pub const POSSIBLE: Parameter =
    parameter("possible", 0.25, "", "the possible share counts places with at least this belief", "default");

/// Half-life of a report that a road is open.
pub const HALF_LIFE_OPEN_ROAD: Parameter = parameter(
    "half_life_open_road",
    180.0,
    "days",
    "half the weight of an open-ended report that a road is open is gone so long after it was last confirmed",
    "default; as of control",
);
/// The same of a disrupted one.
pub const HALF_LIFE_DISRUPTED_ROAD: Parameter =
    parameter("half_life_disrupted_road", 60.0, "days", "the same of a disrupted road", "default; as of a contested place");
/// The same of one that is blocked, cut or under escort.
pub const HALF_LIFE_CLOSED_ROAD: Parameter = parameter(
    "half_life_closed_road",
    30.0,
    "days",
    "the same of a road that is blocked, cut or passed under escort alone",
    "default; as of a blockade",
);
/// What a town takes in.
pub const SINK: Parameter = parameter(
    "sink",
    100.0,
    "% of normal inflow",
    "what a town takes in a normal day, in which capacities are counted",
    "default; only ratios to it matter",
);
/// How much more than its share a gateway can give.
pub const SLACK: Parameter = parameter(
    "gateway_slack",
    1.25,
    "",
    "a gateway can give so much of its share, so that others take over part of one that is cut",
    "default",
);
/// What an open trunk or primary road carries.
pub const CAPACITY_TRUNK: Parameter =
    parameter("capacity_trunk", 100.0, "% of normal inflow", "what an open trunk or primary road carries", "default");
/// The same of a secondary road.
pub const CAPACITY_SECONDARY: Parameter =
    parameter("capacity_secondary", 40.0, "% of normal inflow", "the same of a secondary road", "default");
/// The same of a tertiary road.
pub const CAPACITY_TERTIARY: Parameter =
    parameter("capacity_tertiary", 15.0, "% of normal inflow", "the same of a tertiary road", "default");
/// The same of a track.
pub const CAPACITY_TRACK: Parameter = parameter("capacity_track", 5.0, "% of normal inflow", "the same of a track", "default");
/// Speed on a trunk or primary road.
pub const SPEED_TRUNK: Parameter = parameter(
    "speed_trunk",
    60.0,
    "km/h",
    "speed on a trunk or primary road; times are compared for detours and never told",
    "default",
);
/// The same on a secondary road.
pub const SPEED_SECONDARY: Parameter = parameter("speed_secondary", 45.0, "km/h", "the same on a secondary road", "default");
/// The same on a tertiary road.
pub const SPEED_TERTIARY: Parameter = parameter("speed_tertiary", 30.0, "km/h", "the same on a tertiary road", "default");
/// The same on a track.
pub const SPEED_TRACK: Parameter = parameter("speed_track", 15.0, "km/h", "the same on a track", "default");
/// What is left of a disrupted road.
pub const MULTIPLIER_DISRUPTED: Parameter = parameter(
    "multiplier_disrupted",
    0.5,
    "",
    "part of its capacity that a disrupted road carries; an open one carries all, a cut one nothing",
    "default",
);
/// The least of it.
pub const MULTIPLIER_DISRUPTED_LOW: Parameter =
    parameter("multiplier_disrupted_low", 0.25, "", "least of it in a draw", "default");
/// The most of it.
pub const MULTIPLIER_DISRUPTED_HIGH: Parameter =
    parameter("multiplier_disrupted_high", 0.75, "", "most of it in a draw", "default");
/// What is left of a road under escort.
pub const MULTIPLIER_ESCORT: Parameter =
    parameter("multiplier_escort_only", 0.2, "", "the same of a road that is passed under escort alone", "default");
/// The least of it.
pub const MULTIPLIER_ESCORT_LOW: Parameter = parameter("multiplier_escort_only_low", 0.1, "", "least of it in a draw", "default");
/// The most of it.
pub const MULTIPLIER_ESCORT_HIGH: Parameter =
    parameter("multiplier_escort_only_high", 0.4, "", "most of it in a draw", "default");
/// What is left of a blocked road.
pub const MULTIPLIER_BLOCKED: Parameter =
    parameter("multiplier_blocked", 0.05, "", "the same of a blocked road; the least in a draw is 0", "default");
/// The most of it.
pub const MULTIPLIER_BLOCKED_HIGH: Parameter = parameter("multiplier_blocked_high", 0.2, "", "most of it in a draw", "default");
/// What is taken of a road that nobody reported on.
pub const MULTIPLIER_UNKNOWN: Parameter = parameter(
    "multiplier_unknown",
    0.5,
    "",
    "the same of a road that nobody reported on; in a draw anything from 0 to 1",
    "default",
);
/// How much longer a way may be.
pub const DETOUR: Parameter =
    parameter("detour", 2.0, "", "a gateway whose way takes longer than so many times the usual is degraded", "default");
/// Below so much a town is isolated.
pub const ISOLATED: Parameter = parameter("isolated", 0.25, "", "below so much open capacity a town is isolated", "default");
/// With so much it no longer is.
pub const RELIEVED: Parameter = parameter("relieved", 0.35, "", "with so much again it no longer is", "default");
/// Once that has lasted so long.
pub const RELIEF_DAYS: Parameter = parameter("relief_days", 3.0, "days", "once it has lasted so many days", "default");
/// How near an attack must be.
pub const ATTACK_REACH: Parameter = parameter(
    "attack_reach",
    5.0,
    "km",
    "an incident counts for a road no farther away; 70 % of events in North and West Africa 1997–2024 lie within 1 km of one, many hot spots within 4 km (OECD/SWAC 2025, Roads and Conflicts in North and West Africa)",
    "default",
);
/// How long it counts.
pub const ATTACK_HALF_LIFE: Parameter =
    parameter("attack_half_life", 30.0, "days", "half of what an incident counts is gone after so long", "default");
/// What an attack on the road counts.
pub const ATTACK_ROAD: Parameter =
    parameter("attack_road", 1.0, "", "what an attack on a convoy, an ambush, a mine or an improvised device counts", "default");
/// What a checkpoint and an abduction count.
pub const ATTACK_PASSAGE: Parameter = parameter("attack_passage", 0.7, "", "what a checkpoint and an abduction count", "default");
/// What other violence counts.
pub const ATTACK_OTHER: Parameter = parameter(
    "attack_other",
    0.3,
    "",
    "what any other violence counts; where only the district is known, nothing does",
    "default",
);
/// From when on a road is contested.
pub const ATTACK_CONTESTED: Parameter = parameter(
    "attack_contested",
    1.0,
    "",
    "from so much on a road that is reported open or not reported on counts as disrupted; never as blocked",
    "default",
);
/// When it no longer is.
pub const ATTACK_CLEARED: Parameter = parameter("attack_cleared", 0.5, "", "below so much it no longer does", "default");
/// Length of a piece of road.
pub const PIECE: Parameter = parameter(
    "piece",
    20.0,
    "km",
    "longer roads are looked at in pieces no longer than this, so that incidents far apart do not add up",
    "default",
);

/// The cells of the front.
pub const FRONT_CELL: Parameter =
    parameter("front_cell", 30.0, "km", "side of the cells in which first reports are counted", "default");
/// For how long an event makes a cell active.
pub const FRONT_ACTIVE: Parameter = parameter(
    "front_active",
    90.0,
    "days",
    "a cell is active for so long after an event, that day included; distances are over events of so many days, and windows of expansion are so long",
    "default",
);
/// How many events the origin is taken from.
pub const FRONT_ORIGIN: Parameter = parameter(
    "front_origin",
    10.0,
    "events",
    "the origin, where none is asked for, is that of the first events of so many cells which lies nearest to all others of them",
    "default",
);
/// Within which time another event confirms the first one.
pub const FRONT_CONFIRMED: Parameter = parameter(
    "front_confirmed",
    180.0,
    "days",
    "the cells that the origin is taken from are the first ones in which a second event follows within so long, where there are enough of them",
    "default",
);
/// From which part of such cells on the origin is taken from them.
pub const FRONT_ORIGIN_PART: Parameter = parameter(
    "front_origin_part",
    0.4,
    "",
    "where a smaller part of the affected cells is so, the origin is taken from the first events of all: the first confirmed cells come late then",
    "default",
);
/// From which part of confirmed cells on these are looked at apart.
pub const FRONT_CONFIRMED_PART: Parameter = parameter(
    "front_confirmed_part",
    0.8,
    "",
    "where so much of the affected cells is confirmed in that way, intervals also hold what they alone give, since single reports may be wrong",
    "default",
);
/// Width of the bins of distance.
pub const FRONT_BIN: Parameter = parameter(
    "front_bin",
    40.0,
    "km",
    "width of the bins of distance from the origin, or a multiple of it that holds enough cells",
    "default",
);
/// How many cells a bin needs.
pub const FRONT_BIN_CELLS: Parameter =
    parameter("front_bin_cells", 8.0, "cells", "cells with a known settlement that a bin has at least", "default");
/// How many bins a speed needs.
pub const FRONT_BINS: Parameter =
    parameter("front_bins", 4.0, "bins", "bins with a median of arrival that a speed needs at least", "default");
/// How many bins the speed of a sector needs.
pub const FRONT_SECTOR_BINS: Parameter = parameter("front_sector_bins", 3.0, "bins", "the same of a sector of 45°", "default");
/// How many affected cells a speed needs.
pub const FRONT_AFFECTED: Parameter = parameter(
    "front_affected",
    100.0,
    "cells",
    "affected cells that hold a known settlement which a speed needs at least",
    "default",
);
/// How many events a speed needs.
pub const FRONT_EVENTS: Parameter =
    parameter("front_events", 250.0, "events", "events in such cells that a speed needs at least", "default");
/// How wide the interval of a speed may be.
pub const FRONT_RATIO: Parameter = parameter(
    "front_ratio",
    2.5,
    "",
    "a speed is told when the upper end of its interval is at most so many times the lower",
    "default",
);
/// How many regions an interval needs.
pub const FRONT_REGIONS: Parameter = parameter(
    "front_regions",
    3.0,
    "regions",
    "level-1 regions that the cells of a speed must lie in at least: with fewer there is nothing to draw again",
    "default",
);
/// How many draws are made.
pub const FRONT_DRAWS: Parameter =
    parameter("front_draws", 500.0, "draws", "draws of level-1 regions with replacement behind intervals", "default");
/// The part of draws that may come to nothing.
pub const FRONT_VOID: Parameter =
    parameter("front_void", 0.1, "", "a speed is not told when more than this part of its draws gives none", "default");
/// The cells of expansion.
pub const EXPANSION_CELL: Parameter =
    parameter("expansion_cell", 0.5, "degrees", "side of the cells that fall silent, persist or are newly active", "default");
/// How many changes the index needs.
pub const EXPANSION_CHANGES: Parameter = parameter(
    "expansion_changes",
    20.0,
    "changes",
    "newly active and silenced cells in all windows together that a label needs at least",
    "default",
);
/// From where on a front is expanding.
pub const EXPANDING: Parameter = parameter(
    "expanding",
    0.2,
    "",
    "expanding from so much of the index on, contracting from minus so much",
    "default; synthetic growing, moving and shrinking discs give +0.5, 0.0 and −0.5",
);
/// From which turnover on it relocates.
pub const RELOCATING: Parameter = parameter(
    "relocating",
    0.25,
    "",
    "below this turnover what neither expands nor contracts is stable; from it on it is relocating where newly active cells lie beside others more often than by chance, and has no label where they do not",
    "default",
);
/// The level of that chance.
pub const CONTIGUOUS: Parameter = parameter("contiguous", 0.05, "", "p below which they do", "default");
/// How many permutations are made.
pub const PERMUTATIONS: Parameter =
    parameter("permutations", 199.0, "permutations", "draws of newly active cells among those at risk in each window", "default");
/// How many events a percentile needs.
pub const DISTANCE_EVENTS: Parameter =
    parameter("distance_events", 3.0, "events", "events that a percentile of distances needs at least", "default");
/// The percentile that is called nearest.
pub const DISTANCE_NEAR: Parameter =
    parameter("distance_near", 0.05, "", "part of the events that lie nearer than the robust nearest distance", "default");
/// What precision 2 may be off.
pub const NEAR_ERROR: Parameter =
    parameter("near_error", 25.0, "km", "how far off an event with geo_precision 2 may lie", "default");
/// How far apart the values of a trend are.
pub const TREND_STEP: Parameter = parameter(
    "trend_step",
    3.0,
    "months",
    "a trend takes every so-manieth monthly value, so that no event counts in two",
    "default",
);
/// How many values a trend needs.
pub const TREND_VALUES: Parameter = parameter("trend_values", 6.0, "values", "values that a trend needs at least", "default");
/// How far from a road an event may lie.
pub const ROAD_ACCESS: Parameter = parameter(
    "road_access",
    10.0,
    "km",
    "an event farther from every corridor has no distance by road; a capital is at a place of a corridor no farther away",
    "default",
);

/// Those that the front rests on.
pub const OF_FRONT: &[Parameter] = &[
    FRONT_CELL,
    FRONT_ACTIVE,
    FRONT_ORIGIN,
    FRONT_CONFIRMED,
    FRONT_CONFIRMED_PART,
    FRONT_ORIGIN_PART,
    FRONT_BIN,
    FRONT_BIN_CELLS,
    FRONT_BINS,
    FRONT_SECTOR_BINS,
    FRONT_AFFECTED,
    FRONT_EVENTS,
    FRONT_RATIO,
    FRONT_REGIONS,
    FRONT_DRAWS,
    FRONT_VOID,
    EXPANSION_CELL,
    EXPANSION_CHANGES,
    EXPANDING,
    RELOCATING,
    CONTIGUOUS,
    PERMUTATIONS,
    DISTANCE_EVENTS,
    DISTANCE_NEAR,
    NEAR_ERROR,
    TREND_STEP,
    TREND_VALUES,
    ROAD_ACCESS,
];

/// Those that corridors rest on.
pub const OF_CORRIDORS: &[Parameter] = &[
    SINK,
    SLACK,
    CAPACITY_TRUNK,
    CAPACITY_SECONDARY,
    CAPACITY_TERTIARY,
    CAPACITY_TRACK,
    SPEED_TRUNK,
    SPEED_SECONDARY,
    SPEED_TERTIARY,
    SPEED_TRACK,
    MULTIPLIER_DISRUPTED,
    MULTIPLIER_DISRUPTED_LOW,
    MULTIPLIER_DISRUPTED_HIGH,
    MULTIPLIER_ESCORT,
    MULTIPLIER_ESCORT_LOW,
    MULTIPLIER_ESCORT_HIGH,
    MULTIPLIER_BLOCKED,
    MULTIPLIER_BLOCKED_HIGH,
    MULTIPLIER_UNKNOWN,
    DETOUR,
    ISOLATED,
    RELIEVED,
    RELIEF_DAYS,
    ATTACK_REACH,
    ATTACK_HALF_LIFE,
    ATTACK_ROAD,
    ATTACK_PASSAGE,
    ATTACK_OTHER,
    ATTACK_CONTESTED,
    ATTACK_CLEARED,
    PIECE,
    HALF_LIFE_OPEN_ROAD,
    HALF_LIFE_DISRUPTED_ROAD,
    HALF_LIFE_CLOSED_ROAD,
    UNKNOWN_WEIGHT,
    FLOOR,
    BRIDGE,
    CORRELATION,
    CONFIDENCE_ONE,
    CONFIDENCE_INFERRED,
];

/// Those that control rests on.
pub const ALL: &[Parameter] = &[
    HALF_LIFE_CONTROL,
    HALF_LIFE_INFLUENCE,
    HALF_LIFE_CONTESTED,
    HALF_LIFE_PRESENCE,
    HALF_LIFE_BLOCKADE,
    CONFIDENCE_CONFIRMED,
    CONFIDENCE_TWO,
    CONFIDENCE_ONE,
    CONFIDENCE_PARTY,
    CONFIDENCE_INFERRED,
    UNKNOWN_WEIGHT,
    FLOOR,
    DISPUTED,
    ADMIN_WEIGHT,
    BRIDGE,
    KAPPA,
    REACH,
    CELL,
    CORRELATION,
    NAMED,
    TOO_LITTLE,
    DEFINITE,
    POSSIBLE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_named_once_and_says_where_it_is_from() {
        for (all, at) in [ALL, OF_CORRIDORS, OF_FRONT].into_iter().flat_map(|all| (0..all.len()).map(move |at| (all, at))) {
            let parameter = &all[at];
            assert!(all[..at].iter().all(|before| before.name != parameter.name), "{}", parameter.name);
            assert!(!parameter.source.is_empty() && !parameter.meaning.is_empty() && parameter.value > 0.0);
        }
    }
}
