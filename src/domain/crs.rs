//! The coordinate reference systems that answers and questions may be in.

use std::f64::consts::PI;

use super::DomainError;

/// A coordinate reference system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Crs {
    /// WGS 84, longitude before latitude, in degrees: what everything here is kept in.
    #[default]
    Crs84,
    /// WGS 84, latitude before longitude, in degrees.
    Epsg4326,
    /// Web Mercator: x before y, in metres; it ends at [`MERCATOR_LATITUDE`](Self::MERCATOR_LATITUDE).
    Epsg3857,
}

/// Radius of the sphere of Web Mercator in metres: the semi-major axis of WGS 84 (EPSG method 1024).
const RADIUS_M: f64 = 6_378_137.0;

impl Crs {
    /// Every one, the default first.
    pub const ALL: [Self; 3] = [Self::Crs84, Self::Epsg4326, Self::Epsg3857];

    /// Degrees from the equator to the edge of the square that Web Mercator fills: what lies beyond is drawn on it.
    pub const MERCATOR_LATITUDE: f64 = 85.051_128_779_806_59;

    /// The URI that OGC gives it.
    #[must_use]
    pub fn uri(self) -> &'static str {
        match self {
            Self::Crs84 => "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            Self::Epsg4326 => "http://www.opengis.net/def/crs/EPSG/0/4326",
            Self::Epsg3857 => "http://www.opengis.net/def/crs/EPSG/0/3857",
        }
    }

    /// Reads a URI, also in square brackets (a safe CURIE as `[EPSG:4326]`).
    ///
    /// # Errors
    /// [`DomainError::Word`] for any other.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let curie = |crs: Self| match crs {
            Self::Crs84 => "[OGC:CRS84]",
            Self::Epsg4326 => "[EPSG:4326]",
            Self::Epsg3857 => "[EPSG:3857]",
        };
        Self::ALL.into_iter().find(|crs| crs.uri() == text || curie(*crs) == text).ok_or_else(|| DomainError::Word {
            what: "coordinate reference system that is offered here",
            text: text.to_owned(),
            expected: Self::ALL.map(Self::uri).join(", "),
        })
    }

    /// Longitude and latitude of a coordinate pair; `None` where that is not on the globe.
    #[must_use]
    pub fn to_crs84(self, first: f64, second: f64) -> Option<(f64, f64)> {
        let (lon, lat) = match self {
            Self::Crs84 => (first, second),
            Self::Epsg4326 => (second, first),
            Self::Epsg3857 => ((first / RADIUS_M).to_degrees(), (2.0 * (second / RADIUS_M).exp().atan() - PI / 2.0).to_degrees()),
        };
        // The edge of the square comes back a hair beyond 180.
        let lon = if self == Self::Epsg3857 && lon.abs() <= 180.0 + 1e-9 { lon.clamp(-180.0, 180.0) } else { lon };
        (lon.abs() <= 180.0 && lat.abs() <= 90.0).then_some((lon, lat))
    }

    /// The coordinate pair of a longitude and latitude. Web Mercator holds the poles at its edge.
    #[must_use]
    pub fn of_crs84(self, lon: f64, lat: f64) -> (f64, f64) {
        match self {
            Self::Crs84 => (lon, lat),
            Self::Epsg4326 => (lat, lon),
            Self::Epsg3857 => {
                let lat = lat.clamp(-Self::MERCATOR_LATITUDE, Self::MERCATOR_LATITUDE).to_radians();
                (lon.to_radians() * RADIUS_M, (PI / 4.0 + lat / 2.0).tan().ln() * RADIUS_M)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_example_of_the_epsg_guidance_note_holds() {
        // IOGP 373-7-2, method 1024: 24°22'54.433"N 100°20'00"W is −11169055.58, 2800000.00.
        let (x, y) = Crs::Epsg3857.of_crs84(-(100.0 + 20.0 / 60.0), 24.0 + 22.0 / 60.0 + 54.433 / 3_600.0);
        assert!((x + 11_169_055.58).abs() < 0.01 && (y - 2_800_000.0).abs() < 0.02, "{x} {y}");
    }

    #[test]
    fn a_crs_is_named_by_its_uri_or_its_curie() {
        for crs in Crs::ALL {
            assert_eq!(Crs::parse(crs.uri()).unwrap(), crs);
        }
        assert_eq!(Crs::parse("[EPSG:3857]").unwrap(), Crs::Epsg3857);
        assert!(Crs::parse("EPSG:4326").is_err() && Crs::parse("").is_err());
    }

    #[test]
    fn what_is_not_on_the_globe_is_nowhere() {
        assert_eq!(Crs::Crs84.to_crs84(181.0, 0.0), None);
        assert_eq!(Crs::Epsg4326.to_crs84(100.0, 0.0), None);
        assert_eq!(Crs::Epsg3857.to_crs84(3e7, 0.0), None);
        assert_eq!(Crs::Epsg3857.to_crs84(f64::NAN, 0.0), None);
    }

    proptest! {
        #[test]
        fn there_and_back_is_here(lon in -180.0..=180.0f64, lat in -85.0..85.0f64) {
            for crs in Crs::ALL {
                let (first, second) = crs.of_crs84(lon, lat);
                let (back_lon, back_lat) = crs.to_crs84(first, second).unwrap();
                prop_assert!((back_lon - lon).abs() < 1e-9 && (back_lat - lat).abs() < 1e-9);
            }
        }
    }
}
