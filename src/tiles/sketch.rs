//! A small map as SVG: shapes over the outlines of states, without a script and without a style of its own.

use geo::{Coord, LineString};
use std::fmt::Write as _;

use crate::domain::{Bbox, Shape};

/// Pixels across, and at most down.
const WIDTH: f64 = 640.0;
const GREATEST_HEIGHT: f64 = 480.0;
/// Degrees around what lies closer together than that: a point has no extent of its own.
const MARGIN_DEG: f64 = 0.5;
/// Corners closer than this many pixels to the one before are not drawn.
const NEAR_PX: f64 = 0.7;

/// A map of a box: degrees stretched so that the middle is true to scale (equirectangular).
#[derive(Debug)]
pub struct Sketch {
    west: f64,
    north: f64,
    /// Pixels a degree, of longitude and of latitude.
    scale: [f64; 2],
    height: f64,
    body: String,
}

impl Sketch {
    /// An empty map of a box and some room around it.
    #[must_use]
    pub fn new(bbox: Bbox) -> Self {
        let (west, south, north) = (bbox.west(), bbox.south(), bbox.north());
        let east = if bbox.east() < west { bbox.east() + 360.0 } else { bbox.east() };
        let room = |extent: f64| (extent * 0.05).max(MARGIN_DEG);
        let (dx, dy) = (room(east - west), room(north - south));
        let (west, east, south, north) = (west - dx, east + dx, (south - dy).max(-89.0), (north + dy).min(89.0));
        let narrowing = f64::midpoint(south, north).to_radians().cos();
        let per_lon = (WIDTH / (east - west)).min(GREATEST_HEIGHT * narrowing / (north - south));
        let scale = [per_lon, per_lon / narrowing];
        Self { west, north, scale, height: (north - south) * scale[1], body: String::new() }
    }

    fn at(&self, at: Coord<f64>) -> (f64, f64) {
        ((at.x - self.west) * self.scale[0], (self.north - at.y) * self.scale[1])
    }

    /// Draws a state's outline.
    pub fn land(&mut self, shape: Shape<'_>) {
        self.shape(shape, "land", None);
    }

    /// Draws a feature that says its name where one points at it.
    pub fn feature(&mut self, shape: Shape<'_>, name: &str) {
        let class = match shape {
            Shape::Unplaced => return,
            Shape::Point(_) => "point",
            Shape::Line(_) => "line",
            Shape::Area(_) => "area",
        };
        self.shape(shape, class, Some(name));
    }

    fn shape(&mut self, shape: Shape<'_>, class: &str, name: Option<&str>) {
        let title = name.map_or_else(String::new, |name| format!("<title>{}</title>", escaped(name)));
        match shape {
            Shape::Unplaced => {}
            Shape::Point(position) => {
                let (x, y) = self.at(Coord { x: position.lon(), y: position.lat() });
                let _ = write!(self.body, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\">{title}</circle>");
            }
            Shape::Line(line) => {
                let path = self.path(line);
                let _ = write!(self.body, "<path class=\"{class}\" d=\"{path}\">{title}</path>");
            }
            Shape::Area(area) => {
                let rings = area.iter().flat_map(|part| std::iter::once(part.exterior()).chain(part.interiors()));
                let path: String = rings.map(|ring| self.path(ring) + "Z").collect();
                let _ = write!(self.body, "<path class=\"{class}\" d=\"{path}\" fill-rule=\"evenodd\">{title}</path>");
            }
        }
    }

    fn path(&self, line: &LineString<f64>) -> String {
        let (mut path, mut last) = (String::new(), None);
        for (x, y) in line.coords().map(|at| self.at(*at)) {
            let near = last.is_some_and(|(a, b): (f64, f64)| (a - x).abs() < NEAR_PX && (b - y).abs() < NEAR_PX);
            if !near {
                let _ = write!(path, "{}{x:.1} {y:.1}", if last.is_none() { "M" } else { "L" });
                last = Some((x, y));
            }
        }
        path
    }

    /// The map.
    #[must_use]
    pub fn svg(&self) -> String {
        format!(
            "<svg class=\"sketch\" role=\"img\" aria-label=\"Map\" viewBox=\"0 0 {WIDTH:.0} {:.0}\" width=\"{WIDTH:.0}\" height=\"{:.0}\" \
             xmlns=\"http://www.w3.org/2000/svg\">{}</svg>",
            self.height.max(1.0),
            self.height.max(1.0),
            self.body
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Position;

    #[test]
    fn what_is_drawn_lies_on_the_map_and_names_are_escaped() {
        let mut sketch = Sketch::new(Bbox::parse("-5,13,-4,14").unwrap());
        sketch.feature(Shape::Point(Position::new(-4.5, 13.5).unwrap()), "a <b> & c");
        let svg = sketch.svg();
        assert!(svg.contains("<title>a &lt;b&gt; &amp; c</title>"), "{svg}");
        let (x, y) = sketch.at(Coord { x: -4.5, y: 13.5 });
        assert!(x > 0.0 && x < WIDTH && y > 0.0 && y < sketch.height);
        assert!(sketch.height <= GREATEST_HEIGHT + 1.0);
    }
}
