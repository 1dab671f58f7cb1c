//! A point on the globe that is known to be finite and in range, so that no NaN ever reaches a tree.

use super::DomainError;

/// Mean radius of the Earth in metres (IUGG 1980, R1), for great-circle distances on the sphere.
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A position in CRS84: longitude then latitude, in degrees.
///
/// ```
/// use harmattan::domain::Position;
/// let bamako = Position::new(-8.0029, 12.6392)?;
/// assert_eq!((bamako.lon(), bamako.lat()), (-8.0029, 12.6392));
/// assert!(Position::new(f64::NAN, 12.0).is_err());
/// # Ok::<(), harmattan::domain::DomainError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    lon: f64,
    lat: f64,
}

impl Position {
    /// Takes a longitude of −180..180 and a latitude of −90..90 degrees, ends included.
    ///
    /// # Errors
    /// [`DomainError::Coordinate`] when a value is not finite or out of range.
    pub fn new(lon: f64, lat: f64) -> Result<Self, DomainError> {
        check("longitude", lon, 180.0)?;
        check("latitude", lat, 90.0)?;
        Ok(Self { lon, lat })
    }

    /// Degrees east of Greenwich, −180..180.
    #[must_use]
    pub fn lon(self) -> f64 {
        self.lon
    }

    /// Degrees north of the equator, −90..90.
    #[must_use]
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// Great-circle distance on a sphere of radius [`EARTH_RADIUS_M`], in metres (haversine formula; within 0.6 % of the
    /// ellipsoidal distance).
    #[must_use]
    pub fn distance_m(self, other: Self) -> f64 {
        let (lat1, lat2) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lat = ((lat2 - lat1) / 2.0).sin();
        let half_lon = ((other.lon - self.lon).to_radians() / 2.0).sin();
        let a = half_lat * half_lat + lat1.cos() * lat2.cos() * half_lon * half_lon;
        2.0 * EARTH_RADIUS_M * a.sqrt().min(1.0).asin()
    }
}

fn check(axis: &'static str, value: f64, bound: f64) -> Result<(), DomainError> {
    if value.is_finite() && (-bound..=bound).contains(&value) {
        Ok(())
    } else {
        Err(DomainError::Coordinate { axis, value, min: -bound, max: bound })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poles_and_the_antimeridian_are_positions() {
        for (lon, lat) in [(180.0, 90.0), (-180.0, -90.0), (0.0, 0.0)] {
            assert!(Position::new(lon, lat).is_ok());
        }
    }

    #[test]
    fn nan_infinite_and_out_of_range_are_refused() {
        for (lon, lat) in [(f64::NAN, 0.0), (0.0, f64::NAN), (f64::INFINITY, 0.0), (180.1, 0.0), (0.0, -90.5)] {
            assert!(Position::new(lon, lat).is_err(), "{lon} {lat}");
        }
    }

    #[test]
    fn a_degree_of_latitude_is_about_111_km() {
        let a = Position::new(0.0, 10.0).unwrap();
        let b = Position::new(0.0, 11.0).unwrap();
        assert!((a.distance_m(b) - 111_195.0).abs() < 1.0);
    }
}
