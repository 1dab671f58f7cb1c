//! A map as a picture (PNG), for the preview of a link: areas, lines and signs in Web Mercator (EPSG:3857) on a sheet of a given size.
//!
//! It draws what it is told in the order in which it is told; what a colour means is its caller's business. There is no text in it.

use tiny_skia::{Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform};

use super::FormatError;
use crate::domain::Position;

/// Side of the world at zoom 0, in pixels.
const WORLD: f64 = 256.0;

/// Northern and southern end of Web Mercator in degrees (EPSG:3857).
const END_DEG: f64 = 85.051_128_78;

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

/// A sheet with what was drawn on it.
pub struct Picture {
    sheet: Pixmap,
    /// Pixels to the width of the world.
    scale: f64,
    /// Of the upper left corner, in pixels of the world.
    origin: (f64, f64),
}

impl Picture {
    /// A sheet of `width` × `height` pixels around a point at a zoom (256 · 2^zoom pixels around the world), in one colour.
    ///
    /// # Errors
    /// [`FormatError::Io`] when a side is 0 or the sheet is too large to be had.
    pub fn new(width: u32, height: u32, centre: Position, zoom: f64, ground: Rgb) -> Result<Self, FormatError> {
        let mut sheet = Pixmap::new(width, height).ok_or_else(|| std::io::Error::other("no sheet of that size"))?;
        sheet.fill(Color::from_rgba8(ground.0, ground.1, ground.2, 255));
        let scale = WORLD * zoom.exp2();
        let (x, y) = world(centre.lon(), centre.lat());
        let origin = (x * scale - f64::from(width) / 2.0, y * scale - f64::from(height) / 2.0);
        Ok(Self { sheet, scale, origin })
    }

    /// Pixels on the sheet of a point in degrees, longitude first.
    #[allow(clippy::cast_possible_truncation, reason = "the drawing library takes 32 bits, finer than a pixel")]
    fn at(&self, (lon, lat): (f64, f64)) -> (f32, f32) {
        let (x, y) = world(lon, lat);
        ((x * self.scale - self.origin.0) as f32, (y * self.scale - self.origin.1) as f32)
    }

    fn path<'a>(&self, lines: impl Iterator<Item = &'a [(f64, f64)]>, close: bool) -> Option<Path> {
        let mut path = PathBuilder::new();
        for line in lines {
            for (i, point) in line.iter().enumerate() {
                let (x, y) = self.at(*point);
                if i == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
            }
            if close {
                path.close();
            }
        }
        path.finish()
    }

    /// Fills areas given as rings of longitude and latitude; a ring inside another is a hole.
    pub fn areas<'a>(&mut self, rings: impl Iterator<Item = &'a [(f64, f64)]>, colour: Rgb) {
        if let Some(path) = self.path(rings, true) {
            self.sheet.fill_path(&path, &paint(colour, 255), FillRule::EvenOdd, Transform::identity(), None);
        }
    }

    /// Draws a line; `dash` holds lengths of strokes and gaps in pixels, empty for a whole line.
    pub fn line(&mut self, line: &[(f64, f64)], colour: Rgb, width: f32, dash: &[f32]) {
        let Some(path) = self.path(std::iter::once(line), false) else { return };
        let stroke = Stroke {
            width,
            line_join: LineJoin::Round,
            line_cap: LineCap::Butt,
            dash: StrokeDash::new(dash.to_vec(), 0.0),
            ..Stroke::default()
        };
        self.sheet.stroke_path(&path, &paint(colour, 255), &stroke, Transform::identity(), None);
    }

    /// A square with its middle at a point, with a rim.
    pub fn square(&mut self, at: Position, half: f32, colour: Rgb, rim: Rgb) {
        let (x, y) = self.at((at.lon(), at.lat()));
        for (half, colour) in [(half + 1.5, rim), (half, colour)] {
            if let Some(rect) = Rect::from_xywh(x - half, y - half, 2.0 * half, 2.0 * half) {
                self.sheet.fill_rect(rect, &paint(colour, 255), Transform::identity(), None);
            }
        }
    }

    /// A ring around a point.
    pub fn ring(&mut self, at: Position, radius: f32, colour: Rgb) {
        let (x, y) = self.at((at.lon(), at.lat()));
        if let Some(path) = PathBuilder::from_circle(x, y, radius) {
            let stroke = Stroke { width: 3.0, ..Stroke::default() };
            self.sheet.stroke_path(&path, &paint(colour, 255), &stroke, Transform::identity(), None);
        }
    }

    /// A dot at a point in degrees, with a rim.
    pub fn dot(&mut self, at: (f64, f64), radius: f32, colour: Rgb, rim: Rgb) {
        let (x, y) = self.at(at);
        for (radius, colour) in [(radius + 1.2, rim), (radius, colour)] {
            if let Some(path) = PathBuilder::from_circle(x, y, radius) {
                self.sheet.fill_path(&path, &paint(colour, 255), FillRule::Winding, Transform::identity(), None);
            }
        }
    }

    /// The sheet as PNG.
    ///
    /// # Errors
    /// [`FormatError::Io`] when it cannot be encoded.
    pub fn png(&self) -> Result<Vec<u8>, FormatError> {
        Ok(self.sheet.encode_png().map_err(std::io::Error::other)?)
    }
}

fn paint((r, g, b): Rgb, alpha: u8) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(r, g, b, alpha);
    paint.anti_alias = true;
    paint
}

/// Web Mercator in the unit square, y down (EPSG:3857 over its width).
fn world(lon: f64, lat: f64) -> (f64, f64) {
    let sine = lat.clamp(-END_DEG, END_DEG).to_radians().sin();
    (lon / 360.0 + 0.5, 0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(picture: &Picture, x: u32, y: u32) -> Rgb {
        let found = picture.sheet.pixel(x, y).unwrap();
        (found.red(), found.green(), found.blue())
    }

    #[test]
    fn what_lies_in_the_middle_is_drawn_in_the_middle() {
        let centre = Position::new(-8.0, 12.64).unwrap();
        let mut picture = Picture::new(100, 60, centre, 6.0, (10, 20, 30)).unwrap();
        picture.square(centre, 5.0, (200, 0, 0), (255, 255, 255));
        assert_eq!((pixel(&picture, 50, 30), pixel(&picture, 0, 0)), ((200, 0, 0), (10, 20, 30)));
        assert_eq!(pixel(&picture, 44, 30), (255, 255, 255));
        assert_eq!(&picture.png().unwrap()[1..4], b"PNG");
    }

    #[test]
    fn a_ring_within_a_ring_is_a_hole() {
        let centre = Position::new(0.0, 0.0).unwrap();
        let mut picture = Picture::new(100, 100, centre, 2.0, (0, 0, 0)).unwrap();
        let ring = |half: f64| vec![(-half, -half), (half, -half), (half, half), (-half, half)];
        let rings = [ring(10.0), ring(4.0)];
        picture.areas(rings.iter().map(Vec::as_slice), (255, 255, 255));
        assert_eq!((pixel(&picture, 50, 50), pixel(&picture, 32, 50)), ((0, 0, 0), (255, 255, 255)));
    }

    #[test]
    fn no_sheet_is_an_error() {
        assert!(Picture::new(0, 10, Position::new(0.0, 0.0).unwrap(), 3.0, (0, 0, 0)).is_err());
    }
}
