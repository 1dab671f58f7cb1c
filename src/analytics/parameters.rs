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
    "correlation of the errors of two places of a level-1 region: independent errors would make intervals too narrow",
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

/// All of them.
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
        for (at, parameter) in ALL.iter().enumerate() {
            assert!(ALL[..at].iter().all(|before| before.name != parameter.name), "{}", parameter.name);
            assert!(!parameter.source.is_empty() && !parameter.meaning.is_empty() && parameter.value > 0.0);
        }
    }
}
