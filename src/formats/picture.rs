//! A map as a picture (PNG), for the preview of a link: areas, lines, signs and names in Web Mercator (EPSG:3857) on a sheet of a given size, and
//! plain boxes and text beside them.
//!
//! It draws what it is told in the order in which it is told; what a colour means is its caller's business.

use tiny_skia::{
    Color, FillRule, FilterQuality, LineCap, LineJoin, Mask, Paint, Path, PathBuilder, Pattern, Pixmap, Rect, SpreadMode, Stroke,
    StrokeDash, Transform,
};

use super::FormatError;
use super::lettering::Type;
use crate::domain::Position;

/// Side of the world at zoom 0, in pixels.
const WORLD: f64 = 256.0;

/// Northern and southern end of Web Mercator in degrees (EPSG:3857).
const END_DEG: f64 = 85.051_128_78;

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

/// Which part of the world lies where on a sheet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// A point of the world.
    pub centre: Position,
    /// Where it lies on the sheet, in pixels from the upper left corner.
    pub at: (f64, f64),
    /// 256 · 2^zoom pixels lie around the world.
    pub zoom: f64,
}

/// What an area is filled with, `alpha` from 0 (nothing of it) to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fill {
    /// One colour.
    Plain(Rgb, f32),
    /// Diagonal bands of two colours.
    Stripes(Rgb, Rgb, f32),
    /// Thin diagonal lines with nothing between them.
    Hatch(Rgb, f32),
}

/// Where areas may be filled.
pub struct Stencil(Mask);

/// Side in pixels of the tile that stripes are made of.
const STRIPE_PX: u32 = 16;

/// The same of hatching.
const HATCH_PX: u32 = 7;

/// A sheet with what was drawn on it.
pub struct Picture {
    sheet: Pixmap,
    /// Pixels to the width of the world.
    scale: f64,
    /// Of the upper left corner, in pixels of the world.
    origin: (f64, f64),
}

impl Picture {
    /// A sheet of `width` × `height` pixels with a view of the world, in one colour.
    ///
    /// # Errors
    /// [`FormatError::Io`] when a side is 0 or the sheet is too large to be had.
    pub fn new(width: u32, height: u32, view: View, ground: Rgb) -> Result<Self, FormatError> {
        let mut sheet = Pixmap::new(width, height).ok_or_else(|| std::io::Error::other("no sheet of that size"))?;
        sheet.fill(colour(ground, 1.0));
        let scale = WORLD * view.zoom.exp2();
        let (x, y) = world(view.centre.lon(), view.centre.lat());
        let origin = (x * scale - view.at.0, y * scale - view.at.1);
        Ok(Self { sheet, scale, origin })
    }

    /// Pixels on the sheet of a point in degrees, longitude first.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "the drawing library takes 32 bits, finer than a pixel")]
    pub fn at(&self, (lon, lat): (f64, f64)) -> (f32, f32) {
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
    pub fn areas<'a>(&mut self, rings: impl Iterator<Item = &'a [(f64, f64)]>, fill: Fill) {
        self.areas_within(rings, fill, None);
    }

    /// The same, but only where a stencil lets it through.
    pub fn areas_within<'a>(&mut self, rings: impl Iterator<Item = &'a [(f64, f64)]>, fill: Fill, stencil: Option<&Stencil>) {
        let Some(path) = self.path(rings, true) else { return };
        let tile;
        let mut paint = Paint::default();
        match fill {
            Fill::Plain(rgb, alpha) => paint.set_color(colour(rgb, alpha)),
            Fill::Stripes(_, _, alpha) | Fill::Hatch(_, alpha) => {
                let Some(made) = tiled(fill) else { return };
                tile = made;
                paint.shader =
                    Pattern::new(tile.as_ref(), SpreadMode::Repeat, FilterQuality::Nearest, alpha, Transform::identity());
            }
        }
        self.sheet.fill_path(&path, &paint, FillRule::EvenOdd, Transform::identity(), stencil.map(|stencil| &stencil.0));
    }

    /// A stencil that lets through what lies in areas given as rings; `None` where there are none.
    #[must_use]
    pub fn stencil<'a>(&self, rings: impl Iterator<Item = &'a [(f64, f64)]>) -> Option<Stencil> {
        let path = self.path(rings, true)?;
        let mut mask = Mask::new(self.sheet.width(), self.sheet.height())?;
        mask.fill_path(&path, FillRule::EvenOdd, true, Transform::identity());
        Some(Stencil(mask))
    }

    /// Draws a line; `dash` holds lengths of strokes and gaps in pixels, empty for a whole line.
    pub fn line(&mut self, line: &[(f64, f64)], rgb: Rgb, width: f32, dash: &[f32]) {
        self.lines(std::iter::once(line), rgb, width, dash);
    }

    /// Draws lines of one look.
    pub fn lines<'a>(&mut self, lines: impl Iterator<Item = &'a [(f64, f64)]>, rgb: Rgb, width: f32, dash: &[f32]) {
        if let Some(path) = self.path(lines, false) {
            self.sheet.stroke_path(&path, &paint(rgb), &stroke(width, dash), Transform::identity(), None);
        }
    }

    /// Draws a straight line between two points in pixels, with `dash` as in [`line`](Self::line).
    pub fn stroke(&mut self, from: (f32, f32), to: (f32, f32), rgb: Rgb, width: f32, dash: &[f32]) {
        let mut path = PathBuilder::new();
        path.move_to(from.0, from.1);
        path.line_to(to.0, to.1);
        if let Some(path) = path.finish() {
            self.sheet.stroke_path(&path, &paint(rgb), &stroke(width, dash), Transform::identity(), None);
        }
    }

    /// A square with its middle at a point, with a rim.
    pub fn square(&mut self, at: Position, half: f32, rgb: Rgb, rim: Rgb) {
        let (x, y) = self.at((at.lon(), at.lat()));
        for (half, rgb) in [(half + 1.5, rim), (half, rgb)] {
            self.cover((x - half, y - half), (2.0 * half, 2.0 * half), rgb, 1.0);
        }
    }

    /// A ring around a point.
    pub fn ring(&mut self, at: Position, radius: f32, rgb: Rgb) {
        self.ring_at(self.at((at.lon(), at.lat())), radius, rgb);
    }

    /// A ring around a point in pixels.
    pub fn ring_at(&mut self, (x, y): (f32, f32), radius: f32, rgb: Rgb) {
        if let Some(path) = PathBuilder::from_circle(x, y, radius) {
            let stroke = Stroke { width: 3.0, ..Stroke::default() };
            self.sheet.stroke_path(&path, &paint(rgb), &stroke, Transform::identity(), None);
        }
    }

    /// A dot at a point in pixels, with a rim.
    pub fn dot(&mut self, (x, y): (f32, f32), radius: f32, rgb: Rgb, rim: Rgb) {
        for (radius, rgb) in [(radius + 1.2, rim), (radius, rgb)] {
            if let Some(path) = PathBuilder::from_circle(x, y, radius) {
                self.sheet.fill_path(&path, &paint(rgb), FillRule::Winding, Transform::identity(), None);
            }
        }
    }

    /// A disc around a point in pixels, that lets through what is below.
    pub fn disc(&mut self, (x, y): (f32, f32), radius: f32, rgb: Rgb, alpha: f32) {
        if let Some(path) = PathBuilder::from_circle(x, y, radius) {
            let mut paint = Paint::default();
            paint.set_color(colour(rgb, alpha));
            self.sheet.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
        }
    }

    /// A box of pixels: its upper left corner, its width and height.
    pub fn cover(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), rgb: Rgb, alpha: f32) {
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            let mut paint = Paint::default();
            paint.set_color(colour(rgb, alpha));
            self.sheet.fill_rect(rect, &paint, Transform::identity(), None);
        }
    }

    /// Text whose baseline begins at a point in pixels; a halo lifts it off what is below.
    pub fn text(&mut self, at: (f32, f32), text: &str, letters: Type, rgb: Rgb, halo: Option<Rgb>) {
        let Some(path) = letters.outline(text, at) else { return };
        if let Some(halo) = halo {
            let stroke = Stroke { width: 3.6, line_join: LineJoin::Round, ..Stroke::default() };
            self.sheet.stroke_path(&path, &paint(halo), &stroke, Transform::identity(), None);
        }
        self.sheet.fill_path(&path, &paint(rgb), FillRule::Winding, Transform::identity(), None);
    }

    /// The sheet as PNG.
    ///
    /// # Errors
    /// [`FormatError::Io`] when it cannot be encoded.
    pub fn png(&self) -> Result<Vec<u8>, FormatError> {
        // Nothing on the sheet is transparent: three channels say all, in a quarter less to pack. Faster packing would take half as many bytes more,
        // and some services show no picture above 300 kB.
        let rgb: Vec<u8> = self.sheet.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.sheet.width(), self.sheet.height());
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(std::io::Error::other)?;
        writer.write_image_data(&rgb).map_err(std::io::Error::other)?;
        writer.finish().map_err(std::io::Error::other)?;
        Ok(bytes)
    }
}

fn colour((r, g, b): Rgb, alpha: f32) -> Color {
    let mut colour = Color::from_rgba8(r, g, b, 255);
    colour.set_alpha(alpha);
    colour
}

fn stroke(width: f32, dash: &[f32]) -> Stroke {
    Stroke {
        width,
        line_join: LineJoin::Round,
        line_cap: LineCap::Butt,
        dash: StrokeDash::new(dash.to_vec(), 0.0),
        ..Stroke::default()
    }
}

fn paint(rgb: Rgb) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(colour(rgb, 1.0));
    paint
}

/// What a pattern repeats.
fn tiled(fill: Fill) -> Option<Pixmap> {
    let (side, ground, lines, width) = match fill {
        Fill::Plain(..) => return None,
        // A diagonal of the tile is longer than its side.
        Fill::Stripes(first, second, _) => (STRIPE_PX, Some(first), second, std::f32::consts::FRAC_1_SQRT_2 * 8.0),
        Fill::Hatch(lines, _) => (HATCH_PX, None, lines, 1.0),
    };
    let mut tile = Pixmap::new(side, side)?;
    if let Some(ground) = ground {
        tile.fill(colour(ground, 1.0));
    }
    #[allow(clippy::cast_precision_loss, reason = "some pixels")]
    let side = side as f32;
    let mut path = PathBuilder::new();
    for shift in [-side, 0.0, side] {
        path.move_to(shift - 4.0, side + 4.0);
        path.line_to(shift + side + 4.0, -4.0);
    }
    tile.stroke_path(&path.finish()?, &paint(lines), &Stroke { width, ..Stroke::default() }, Transform::identity(), None);
    Some(tile)
}

/// Web Mercator in the unit square, y down (EPSG:3857 over its width).
fn world(lon: f64, lat: f64) -> (f64, f64) {
    let sine = lat.clamp(-END_DEG, END_DEG).to_radians().sin();
    (lon / 360.0 + 0.5, 0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI))
}

#[cfg(test)]
mod tests {
    use super::super::lettering::Weight;
    use super::*;

    fn sheet(width: u32, height: u32, centre: (f64, f64), zoom: f64, ground: Rgb) -> Picture {
        let centre = Position::new(centre.0, centre.1).unwrap();
        let view = View { centre, at: (f64::from(width) / 2.0, f64::from(height) / 2.0), zoom };
        Picture::new(width, height, view, ground).unwrap()
    }

    fn pixel(picture: &Picture, x: u32, y: u32) -> Rgb {
        let found = picture.sheet.pixel(x, y).unwrap();
        (found.red(), found.green(), found.blue())
    }

    fn rings(halves: &[f64]) -> Vec<Vec<(f64, f64)>> {
        halves.iter().map(|half| vec![(-half, -half), (*half, -half), (*half, *half), (-half, *half)]).collect()
    }

    #[test]
    fn what_lies_in_the_middle_is_drawn_in_the_middle() {
        let mut picture = sheet(100, 60, (-8.0, 12.64), 6.0, (10, 20, 30));
        picture.square(Position::new(-8.0, 12.64).unwrap(), 5.0, (200, 0, 0), (255, 255, 255));
        assert_eq!((pixel(&picture, 50, 30), pixel(&picture, 0, 0)), ((200, 0, 0), (10, 20, 30)));
        assert_eq!(pixel(&picture, 44, 30), (255, 255, 255));
        assert_eq!(&picture.png().unwrap()[1..4], b"PNG");
    }

    #[test]
    fn the_centre_lies_where_the_view_says() {
        let centre = Position::new(2.0, 14.0).unwrap();
        let picture = Picture::new(100, 60, View { centre, at: (20.0, 10.0), zoom: 5.0 }, (0, 0, 0)).unwrap();
        let (x, y) = picture.at((2.0, 14.0));
        assert!((x - 20.0).abs() < 0.01 && (y - 10.0).abs() < 0.01);
    }

    #[test]
    fn a_ring_within_a_ring_is_a_hole() {
        let mut picture = sheet(100, 100, (0.0, 0.0), 2.0, (0, 0, 0));
        picture.areas(rings(&[10.0, 4.0]).iter().map(Vec::as_slice), Fill::Plain((255, 255, 255), 1.0));
        assert_eq!((pixel(&picture, 50, 50), pixel(&picture, 32, 50)), ((0, 0, 0), (255, 255, 255)));
    }

    #[test]
    fn stripes_have_two_colours_hatching_lets_the_ground_through_and_a_stencil_stops_both() {
        let white = (255, 255, 255);
        for (fill, expected) in [
            (Fill::Stripes((200, 0, 0), (0, 0, 200), 1.0), [(200, 0, 0), (0, 0, 200)]),
            (Fill::Hatch((0, 0, 0), 1.0), [white, (0, 0, 0)]),
        ] {
            let mut picture = sheet(100, 100, (0.0, 0.0), 3.0, white);
            let stencil = picture.stencil(rings(&[4.0]).iter().map(Vec::as_slice)).unwrap();
            picture.areas_within(rings(&[8.0]).iter().map(Vec::as_slice), fill, Some(&stencil));
            let inner: Vec<Rgb> = (0..100).map(|at| pixel(&picture, at, 50)).collect();
            let near = |a: Rgb, b: Rgb| a.0.abs_diff(b.0) < 90 && a.1.abs_diff(b.1) < 90 && a.2.abs_diff(b.2) < 90;
            assert!(expected.iter().all(|rgb| inner[30..70].iter().any(|found| near(*found, *rgb))), "{fill:?}: {inner:?}");
            // 4 degrees are 22.8 pixels, 8 are 45.5.
            assert_eq!((pixel(&picture, 50, 90), pixel(&picture, 8, 50)), (white, white), "{fill:?}");
        }
    }

    #[test]
    fn text_leaves_ink_and_a_halo_around_it() {
        let mut picture = sheet(120, 40, (0.0, 0.0), 3.0, (0, 0, 0));
        picture.text((10.0, 30.0), "Mali", Type::new(24.0, Weight::Bold), (255, 0, 0), Some((0, 0, 255)));
        let all: Vec<Rgb> = (0..40).flat_map(|y| (0..120).map(move |x| (x, y))).map(|(x, y)| pixel(&picture, x, y)).collect();
        assert!(all.contains(&(255, 0, 0)) && all.contains(&(0, 0, 255)));
        assert_eq!(pixel(&picture, 2, 2), (0, 0, 0));
    }

    #[test]
    fn no_sheet_is_an_error() {
        let view = View { centre: Position::new(0.0, 0.0).unwrap(), at: (0.0, 0.0), zoom: 3.0 };
        assert!(Picture::new(0, 10, view, (0, 0, 0)).is_err());
    }
}
