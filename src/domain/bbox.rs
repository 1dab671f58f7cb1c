//! A bounding box in CRS84, which may cross the antimeridian.

use std::fmt;

use super::{DomainError, Position};

/// West, south, east, north in degrees, ends included. West greater than east crosses the antimeridian.
///
/// ```
/// use harmattan::domain::{Bbox, Position};
/// let mali = Bbox::parse("-12.3,10.1,4.3,25")?;
/// assert!(mali.contains(Position::new(-8.0, 12.6)?));
/// assert_eq!(Bbox::parse("170,-20,-170,20")?.split().count(), 2);
/// # Ok::<(), harmattan::domain::DomainError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bbox {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl Bbox {
    /// The whole globe.
    pub const WORLD: Self = Self { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };

    /// The box between two corners: south-west and north-east.
    ///
    /// # Errors
    /// [`DomainError::Bbox`] when south lies above north, [`DomainError::Coordinate`] when a value is no degree.
    pub fn new(west: f64, south: f64, east: f64, north: f64) -> Result<Self, DomainError> {
        Position::new(west, south)?;
        Position::new(east, north)?;
        if south > north {
            let text = format!("{west},{south},{east},{north}");
            return Err(DomainError::Bbox { text, reason: "south lies above north".to_owned() });
        }
        Ok(Self { west, south, east, north })
    }

    /// Reads `west,south,east,north`, or six numbers with a lowest and highest height (which are read and set aside: every
    /// position here is two-dimensional).
    ///
    /// # Errors
    /// [`DomainError::Bbox`] when the text is not four or six finite numbers in range and order.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let bad = |reason: String| DomainError::Bbox { text: text.to_owned(), reason };
        let mut numbers = Vec::with_capacity(6);
        for part in text.split(',') {
            let number: f64 = part.trim().parse().map_err(|_| bad(format!("'{part}' is not a number")))?;
            if !number.is_finite() {
                return Err(bad(format!("'{part}' is not a finite number")));
            }
            numbers.push(number);
        }
        let corners = match numbers[..] {
            [west, south, east, north] => Self::new(west, south, east, north),
            [west, south, low, east, north, high] if low <= high => Self::new(west, south, east, north),
            [_, _, _, _, _, _] => return Err(bad("the lowest height lies above the highest".to_owned())),
            _ => return Err(bad("expected west,south,east,north in degrees".to_owned())),
        };
        corners.map_err(|error| match error {
            DomainError::Bbox { reason, .. } => bad(reason),
            other => bad(other.to_string()),
        })
    }

    /// The box that holds one position.
    #[must_use]
    pub fn of(position: Position) -> Self {
        Self { west: position.lon(), south: position.lat(), east: position.lon(), north: position.lat() }
    }

    /// The smallest box around the positions; `None` when there are none. Never crosses the antimeridian.
    #[must_use]
    pub fn around(positions: impl IntoIterator<Item = Position>) -> Option<Self> {
        positions.into_iter().fold(None, |bbox: Option<Self>, position| {
            let point = Self::of(position);
            Some(bbox.map_or(point, |bbox| bbox.union(point)))
        })
    }

    /// The smallest box around both, neither of which may cross the antimeridian.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    /// Western edge in degrees.
    #[must_use]
    pub fn west(self) -> f64 {
        self.west
    }

    /// Southern edge in degrees.
    #[must_use]
    pub fn south(self) -> f64 {
        self.south
    }

    /// Eastern edge in degrees; less than [`west`](Self::west) when the box crosses the antimeridian.
    #[must_use]
    pub fn east(self) -> f64 {
        self.east
    }

    /// Northern edge in degrees.
    #[must_use]
    pub fn north(self) -> f64 {
        self.north
    }

    /// Whether the box crosses the antimeridian.
    #[must_use]
    pub fn crosses_antimeridian(self) -> bool {
        self.west > self.east
    }

    /// One box, or the two on either side of the antimeridian.
    pub fn split(self) -> impl Iterator<Item = Self> {
        let (first, second) = if self.crosses_antimeridian() {
            (Self { east: 180.0, ..self }, Some(Self { west: -180.0, ..self }))
        } else {
            (self, None)
        };
        std::iter::once(first).chain(second)
    }

    /// Whether the position lies within, edges included. 180° and −180° are the same meridian.
    #[must_use]
    pub fn contains(self, position: Position) -> bool {
        let within = |lon: f64| {
            if self.crosses_antimeridian() {
                lon >= self.west || lon <= self.east
            } else {
                (self.west..=self.east).contains(&lon)
            }
        };
        (self.south..=self.north).contains(&position.lat())
            && (within(position.lon()) || (position.lon().abs() == 180.0 && within(-position.lon())))
    }

    /// Whether the two boxes share a point, edges included. 180° and −180° are the same meridian.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        let meridians = |a: Self, b: Self| {
            let seam = (a.west == -180.0 && b.east == 180.0) || (b.west == -180.0 && a.east == 180.0);
            (a.west <= b.east && b.west <= a.east) || seam
        };
        self.south <= other.north && other.south <= self.north && self.split().any(|a| other.split().any(|b| meridians(a, b)))
    }
}

impl fmt::Display for Bbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{},{}", self.west, self.south, self.east, self.north)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_box_across_the_antimeridian_holds_both_sides_and_not_greenwich() {
        let fiji = Bbox::parse("170,-20,-170,20").unwrap();
        assert!(fiji.contains(Position::new(175.0, 0.0).unwrap()));
        assert!(fiji.contains(Position::new(-175.0, 0.0).unwrap()));
        assert!(fiji.contains(Position::new(180.0, 0.0).unwrap()));
        assert!(!fiji.contains(Position::new(0.0, 0.0).unwrap()));
    }

    #[test]
    fn the_antimeridian_is_one_line_under_two_names() {
        let east = Bbox::parse("170,-20,180,20").unwrap();
        assert!(east.contains(Position::new(-180.0, 0.0).unwrap()));
        assert!(east.meets(Bbox::parse("-180,0,-170,1").unwrap()));
        assert!(!east.meets(Bbox::parse("-179,0,-170,1").unwrap()));
    }

    #[test]
    fn six_numbers_carry_heights_that_are_set_aside() {
        assert_eq!(Bbox::parse("-12,10,0,4,25,500").unwrap(), Bbox::parse("-12,10,4,25").unwrap());
    }

    #[test]
    fn malformed_boxes_are_refused() {
        for text in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "a,b,c,d",
            "NaN,1,2,3",
            "0,inf,1,2",
            "0,10,1,5",
            "-181,0,1,1",
            "0,0,1,91",
            "0,0,9,1,1,2",
            "1,2,3,4,",
        ] {
            assert!(Bbox::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_back(w in -180.0..180.0f64, e in -180.0..180.0f64, a in -90.0..90.0f64, b in -90.0..90.0f64) {
            let bbox = Bbox::new(w, a.min(b), e, a.max(b)).unwrap();
            prop_assert_eq!(Bbox::parse(&bbox.to_string()).unwrap(), bbox);
        }

        #[test]
        fn a_position_is_in_the_box_when_it_is_in_a_part(w in -180.0..180.0f64, e in -180.0..180.0f64, lon in -179.9..179.9f64, lat in -90.0..90.0f64) {
            let bbox = Bbox::new(w, -45.0, e, 45.0).unwrap();
            let position = Position::new(lon, lat).unwrap();
            prop_assert_eq!(bbox.contains(position), bbox.split().any(|part| part.contains(position)));
        }
    }
}
