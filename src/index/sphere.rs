//! Distances on the sphere from a position to a box and to an edge, in metres.

use geo::Coord;

use crate::domain::{EARTH_RADIUS_M, Position};

/// Great-circle distance in metres between two latitudes that lie `dlon` degrees of longitude apart (haversine formula, as
/// [`Position::distance_m`]; longitudes that differ by whole turns are the same).
fn great_circle_m(lat1: f64, lat2: f64, dlon: f64) -> f64 {
    let half_lat = ((lat2 - lat1).to_radians() / 2.0).sin();
    let half_lon = (dlon.to_radians() / 2.0).sin();
    let a = half_lat * half_lat + lat1.to_radians().cos() * lat2.to_radians().cos() * half_lon * half_lon;
    2.0 * EARTH_RADIUS_M * a.sqrt().min(1.0).asin()
}

/// Great-circle distance in metres from a position to the nearest point of a box in CRS84 degrees, edges included; 0 within.
/// West is not greater than east.
pub(super) fn distance_to_box_m(from: Position, [west, south, east, north]: [f64; 4]) -> f64 {
    let east_of_west = (from.lon() - west).rem_euclid(360.0);
    if east_of_west <= east - west {
        return great_circle_m(from.lat(), from.lat().clamp(south, north), 0.0);
    }
    // Outside its meridians, the nearest point of a box lies on its western or eastern edge.
    let to_west = distance_to_meridian_m(from.lat(), east_of_west, south, north);
    to_west.min(distance_to_meridian_m(from.lat(), from.lon() - east, south, north))
}

/// Distance to the piece of meridian between two latitudes, `dlon` degrees of longitude away.
///
/// On the meridian the cosine of the distance is sin φ₀ sin φ + cos φ₀ cos φ cos Δλ, one sine wave in φ: it is greatest at its
/// crest where the piece holds it, at one of the two ends otherwise.
fn distance_to_meridian_m(lat: f64, dlon: f64, south: f64, north: f64) -> f64 {
    let phi = lat.to_radians();
    let crest = phi.sin().atan2(phi.cos() * dlon.to_radians().cos()).to_degrees();
    let ends = great_circle_m(lat, south, dlon).min(great_circle_m(lat, north, dlon));
    if (south..=north).contains(&crest) { ends.min(great_circle_m(lat, crest, dlon)) } else { ends }
}

/// Distance in metres from a position to the nearest point of the edge between two coordinates in CRS84 degrees.
///
/// The edge is straight in degrees (RFC 7946 §3.1.1). Its nearest point is found on a plane around the position, where a
/// degree of longitude is as long as at its latitude; the distance to that point is then the great circle. Over the few
/// kilometres this is used for, the plane moves the point by less than a metre.
pub(super) fn distance_to_edge_m(from: Position, a: Coord<f64>, b: Coord<f64>) -> f64 {
    let shrink = from.lat().to_radians().cos();
    let a_lon = (a.x - from.lon() + 180.0).rem_euclid(360.0) - 180.0;
    let b_lon = a_lon + (b.x - a.x);
    let (ax, ay) = (a_lon * shrink, a.y - from.lat());
    let (dx, dy) = ((b_lon - a_lon) * shrink, b.y - a.y);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { -(ax * dx + ay * dy) / length } else { 0.0 };
    // The ends are taken as they are, so that the two edges of a vertex agree on the distance to it.
    let (lon, lat) = if along <= 0.0 {
        (a.x - from.lon(), a.y)
    } else if along >= 1.0 {
        (b.x - from.lon(), b.y)
    } else {
        (a_lon + along * (b_lon - a_lon), a.y + along * (b.y - a.y))
    };
    great_circle_m(from.lat(), lat, lon)
}

/// The boxes in degrees, as west, south, east, north, that hold every position within `radius_m` metres of one: one box, or
/// two across the antimeridian, or a whole band of latitude around a pole.
pub(super) fn boxes_around(center: Position, radius_m: f64) -> Vec<[f64; 4]> {
    // A thousandth more than asked, against rounding; the distance itself decides.
    let angle = (radius_m * 1.001 / EARTH_RADIUS_M).to_degrees();
    let (south, north) = (center.lat() - angle, center.lat() + angle);
    if south <= -90.0 || north >= 90.0 {
        return vec![[-180.0, south.max(-90.0), 180.0, north.min(90.0)]];
    }
    // Widest where the circle touches its meridians: sin Δλ = sin r / cos φ.
    let half = (angle.to_radians().sin() / center.lat().to_radians().cos()).clamp(0.0, 1.0).asin().to_degrees();
    let (west, east) = (center.lon() - half, center.lon() + half);
    if west < -180.0 {
        vec![[-180.0, south, east, north], [west + 360.0, south, 180.0, north]]
    } else if east > 180.0 {
        vec![[west, south, 180.0, north], [-180.0, south, east - 360.0, north]]
    } else {
        vec![[west, south, east, north]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(lon: f64, lat: f64) -> Position {
        Position::new(lon, lat).unwrap()
    }

    #[test]
    fn a_box_across_the_antimeridian_line_is_near_from_the_other_side() {
        assert!(distance_to_box_m(at(-179.9, 0.0), [170.0, -1.0, 180.0, 1.0]) < 11_200.0);
        assert!(distance_to_box_m(at(-180.0, 0.0), [170.0, -1.0, 180.0, 1.0]) < 1e-6);
    }

    #[test]
    fn an_edge_is_near_from_across_the_antimeridian() {
        let edge = (Coord { x: 179.99, y: 0.0 }, Coord { x: 180.0, y: 0.0 });
        assert!((distance_to_edge_m(at(-179.99, 0.0), edge.0, edge.1) - 1_111.9).abs() < 1.0);
    }

    #[test]
    fn circles_at_the_pole_and_the_antimeridian_are_covered() {
        assert_eq!(boxes_around(at(0.0, 89.99), 5_000.0).len(), 1);
        assert_eq!(boxes_around(at(179.999, 0.0), 5_000.0).len(), 2);
    }

    proptest! {
        #[test]
        fn no_point_of_a_box_is_nearer_than_its_distance(
            lon in -180.0..=180.0f64, lat in -90.0..=90.0f64,
            w in -180.0..180.0f64, width in 0.0..360.0f64, a in -90.0..=90.0f64, b in -90.0..=90.0f64,
        ) {
            let bounds = [w, a.min(b), (w + width).min(180.0), a.max(b)];
            let from = at(lon, lat);
            let distance = distance_to_box_m(from, bounds);
            let mut least = f64::INFINITY;
            for i in 0..=100u8 {
                for j in 0..=100u8 {
                    let x = (bounds[0] + (bounds[2] - bounds[0]) * f64::from(i) / 100.0).clamp(bounds[0], bounds[2]);
                    let y = (bounds[1] + (bounds[3] - bounds[1]) * f64::from(j) / 100.0).clamp(bounds[1], bounds[3]);
                    least = least.min(from.distance_m(at(x, y)));
                }
            }
            // Near the antipode a metre is lost to rounding.
            prop_assert!(distance <= least + 1.0, "{distance} {least}");
            // The sampled grid is at most this coarse.
            let step = from_degrees((bounds[2] - bounds[0]).max(bounds[3] - bounds[1]) / 100.0);
            prop_assert!(least <= distance + step + 1.0, "{distance} {least} {step}");
        }

        #[test]
        fn what_lies_within_the_radius_lies_in_the_boxes(
            lon in -180.0..=180.0f64, lat in -90.0..=90.0f64, dx in -1.0..1.0f64, dy in -0.1..0.1f64, radius in 0.0..20_000.0f64,
        ) {
            let center = at(lon, lat);
            let x = (lon + dx + 180.0).rem_euclid(360.0) - 180.0;
            let y = (lat + dy).clamp(-90.0, 90.0);
            if center.distance_m(at(x, y)) <= radius {
                let held = boxes_around(center, radius).iter().any(|[w, s, e, n]| *w <= x && x <= *e && *s <= y && y <= *n);
                prop_assert!(held);
            }
        }

        #[test]
        fn the_nearest_point_of_an_edge_is_found(
            lon in -10.0..10.0f64, lat in -25.0..25.0f64, ax in -0.2..0.2f64, ay in -0.2..0.2f64, bx in -0.2..0.2f64, by in -0.2..0.2f64,
        ) {
            let from = at(lon, lat);
            let (a, b) = (Coord { x: lon + ax, y: lat + ay }, Coord { x: lon + bx, y: lat + by });
            let distance = distance_to_edge_m(from, a, b);
            let least = (0..=2_000u16)
                .map(|step| {
                    let t = f64::from(step) / 2_000.0;
                    from.distance_m(at(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t))
                })
                .fold(f64::INFINITY, f64::min);
            prop_assert!((distance - least).abs() < 20.0, "{distance} {least}");
        }
    }

    fn from_degrees(degrees: f64) -> f64 {
        degrees.to_radians() * EARTH_RADIUS_M
    }
}
