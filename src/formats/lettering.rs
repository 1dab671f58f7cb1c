//! Text as outlines, in the two weights of the font that is inside the program: Noto Sans, Latin letters (data/fonts, SIL OFL 1.1).
//!
//! Letters stand one after the other as wide as the font says: nothing is shaped, so scripts whose letters join need more than this.

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider as _};
use std::sync::OnceLock;
use tiny_skia::{Path, PathBuilder};

/// How bold letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// For what is read.
    Regular,
    /// For what is seen first.
    Bold,
}

/// A size in pixels (of the em) and a weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Type {
    /// Pixels to the em.
    pub size: f32,
    /// How bold.
    pub weight: Weight,
    /// Pixels put between letters.
    pub spacing: f32,
}

impl Type {
    /// Letters of a size, without anything put between them.
    #[must_use]
    pub const fn new(size: f32, weight: Weight) -> Self {
        Self { size, weight, spacing: 0.0 }
    }

    /// The width in pixels of a text on one line.
    #[must_use]
    pub fn width(self, text: &str) -> f32 {
        self.glyphs(text).map(|(_, wide)| wide).sum()
    }

    /// The text broken into lines no wider than `most` pixels, between words; a word that is wider stands alone.
    #[must_use]
    pub fn wrap(self, text: &str, most: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}")) <= most => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }

    /// The outline of a text whose baseline begins at a point in pixels, y down; `None` where nothing is to be seen.
    pub(super) fn outline(self, text: &str, (x, y): (f32, f32)) -> Option<Path> {
        let outlines = font(self.weight).outline_glyphs();
        let mut pen = Pen { path: PathBuilder::new(), x, y };
        for (glyph, wide) in self.glyphs(text) {
            if let Some(outline) = outlines.get(glyph) {
                // What a glyph lacks is left out: the other letters still tell the most.
                let _ = outline.draw(DrawSettings::unhinted(Size::new(self.size), LocationRef::default()), &mut pen);
            }
            pen.x += wide;
        }
        pen.path.finish()
    }

    /// The glyphs of a text with the width of each in pixels.
    fn glyphs(self, text: &str) -> impl Iterator<Item = (GlyphId, f32)> {
        let font = font(self.weight);
        let (letters, widths) = (font.charmap(), font.glyph_metrics(Size::new(self.size), LocationRef::default()));
        text.chars().map(move |letter| {
            let glyph = letters.map(letter).unwrap_or(GlyphId::NOTDEF);
            (glyph, widths.advance_width(glyph).unwrap_or(self.size / 2.0) + self.spacing)
        })
    }
}

fn font(weight: Weight) -> &'static FontRef<'static> {
    static FONTS: OnceLock<[FontRef<'static>; 2]> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        let regular: &[u8] = include_bytes!("../../data/fonts/NotoSans-Regular.ttf");
        let bold: &[u8] = include_bytes!("../../data/fonts/NotoSans-Bold.ttf");
        [regular, bold].map(|bytes| FontRef::new(bytes).expect("the fonts inside the program are whole: a test reads them"))
    });
    &fonts[usize::from(weight == Weight::Bold)]
}

/// Takes the strokes of a glyph, y up from its origin.
struct Pen {
    path: PathBuilder,
    x: f32,
    y: f32,
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.x + x, self.y - y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.x + x, self.y - y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.path.quad_to(self.x + cx, self.y - cy, self.x + x, self.y - y);
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.path.cubic_to(self.x + cx0, self.y - cy0, self.x + cx1, self.y - cy1, self.x + x, self.y - y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Type = Type::new(20.0, Weight::Regular);

    #[test]
    fn both_weights_have_the_letters_of_french_and_english() {
        for weight in [Weight::Regular, Weight::Bold] {
            let letters = font(weight).charmap();
            for letter in "Aàâæçéèêëîïôœùûüÿ ÀÉÈÇŒ’“”«»–—·… km² 0123456789\u{202f}\u{a0}".chars()
            {
                assert!(letters.map(letter).is_some(), "{letter:?}");
            }
        }
    }

    #[test]
    fn a_text_is_as_wide_as_its_letters_and_as_high_as_its_size() {
        assert!((PLAIN.width("aa") - 2.0 * PLAIN.width("a")).abs() < 0.001);
        assert!(Type::new(20.0, Weight::Bold).width("Mali") > PLAIN.width("Mali"));
        let bounds = PLAIN.outline("Hé", (10.0, 50.0)).unwrap().bounds();
        assert!(bounds.left() >= 10.0 && bounds.right() <= 10.0 + PLAIN.width("Hé"));
        assert!(bounds.bottom() <= 51.0 && bounds.top() > 30.0, "{bounds:?}");
        assert!(PLAIN.outline(" ", (0.0, 0.0)).is_none());
    }

    #[test]
    fn lines_break_between_words() {
        let text = "Borders and names imply no endorsement.";
        let lines = PLAIN.wrap(text, 150.0);
        assert!(lines.len() > 1 && lines.iter().all(|line| PLAIN.width(line) <= 150.0));
        assert_eq!(lines.join(" "), text);
        assert_eq!(PLAIN.wrap("Ouagadougou", 10.0), ["Ouagadougou"]);
    }
}
