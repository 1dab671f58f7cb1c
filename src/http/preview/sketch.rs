//! The drawing of a preview: a map of what the link shows, and below it the window, the counts, a key, the sources and the disclaimer.

use jiff::civil::Date;
use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::filter::actor_name;
use super::front;
use super::words::{Language, capitalised};
use super::{Layers, Shown};
use crate::analytics::belief::Standing;
use crate::analytics::parameters::CELL;
use crate::analytics::{ControlModel, UnitKind, day_of};
use crate::domain::{
    AdminLevel, Audience, Blockade, ControlObservation, ControlStatus, PlaceKind, Position, Record as _, SegmentStatus, Side,
    Target,
};
use crate::formats::{Fill, FormatError, Picture, Rgb, Type, View, Weight};
use crate::http::assets::{self, Basemap};
use crate::store::{PlaybackContent, STEP_DEG, Snapshot};

/// Width and height in pixels: what the Open Graph protocol's consumers show large.
pub(in crate::http) const SIZE: (u32, u32) = (1200, 630);

/// The same width, to reckon with.
const WIDTH: f32 = 1_200.0;

/// The texts that are looked up by key.
#[cfg(test)]
pub(super) const KEYS: [&str; 32] = [
    "page.tagline",
    "date.range",
    "date.rangeBare",
    "count.incidents.one",
    "count.incidents.other",
    "player.asOf",
    "player.knownAt",
    "map.disclaimer",
    "map.sources",
    "map.credit",
    "legend.selectionNote",
    "blockade.full",
    "details.town",
    "export.land",
    "road.open",
    "road.disrupted",
    "road.escort_only",
    "road.blocked",
    "road.cut",
    "road.unknown",
    "side.state",
    "side.foreign_ally",
    "side.jnim",
    "side.islamic_state",
    "side.separatist",
    "side.self_defence",
    "side.unknown",
    "layer.regions",
    "precision.geo.3",
    "front.keyFrame",
    "front.keySilent",
    "front.quarterName",
];

/// How exactly an incident is placed of which only the area is known (`geo_precision`).
const AREA_ONLY: u8 = 3;

/// Dots whose middles lie in one square of so many pixels are one.
const ALIKE_PX: f32 = 3.0;

/// Above so many incidents the dots are of cells and days.
const MAX_DOTS: usize = 200_000;

// The colours of static/src/draw/palette.ts, light.
const SEA: Rgb = (0xdb, 0xe4, 0xe6);
const LAND: Rgb = (0xf7, 0xf3, 0xea);
const LAKE: Rgb = (0xd3, 0xdf, 0xe2);
const RIVER: Rgb = (0xc3, 0xd3, 0xd7);
const BORDER: Rgb = (0xa2, 0x95, 0x7f);
const PAPER: Rgb = (0xff, 0xfd, 0xf8);
pub(super) const INK: Rgb = (0x26, 0x22, 0x1c);
pub(super) const MUTED: Rgb = (0x6f, 0x67, 0x5a);
const COUNTRY: Rgb = (0x8a, 0x7d, 0x66);
const RAMP: [Rgb; 5] = [(0xee, 0xe2, 0xcb), (0xe2, 0xcd, 0xa6), (0xd0, 0xb2, 0x7e), (0xb4, 0x8f, 0x58), (0x8f, 0x6c, 0x3c)];

fn hue(side: Side) -> Rgb {
    match side {
        Side::State => (0x00, 0x72, 0xb2),
        Side::ForeignAlly => (0xcc, 0x79, 0xa7),
        Side::Jnim => (0xd5, 0x5e, 0x00),
        Side::IslamicState => (0x17, 0x17, 0x1a),
        Side::Separatist => (0x00, 0x9e, 0x73),
        Side::SelfDefence => (0x56, 0xb4, 0xe9),
        Side::International => (0xf0, 0xe4, 0x42),
        Side::Civilian | Side::Other | Side::Unknown => (0x8a, 0x8a, 0x86),
    }
}

/// Colour, width and dashes of a road by its status.
fn road(status: SegmentStatus) -> (Rgb, f32, &'static [f32]) {
    match status {
        SegmentStatus::Open => ((0x4c, 0x6b, 0x78), 2.2, &[]),
        SegmentStatus::Disrupted => ((0xa8, 0x72, 0x00), 2.8, &[11.0, 4.0]),
        SegmentStatus::EscortOnly => ((0xa3, 0x56, 0x0f), 3.0, &[9.0, 3.5, 2.0, 3.5]),
        SegmentStatus::Blocked => ((0xa3, 0x12, 0x3f), 3.8, &[4.5, 3.5]),
        SegmentStatus::Cut => ((0x54, 0x00, 0x1f), 3.8, &[1.8, 4.6]),
        SegmentStatus::Unknown => ((0x85, 0x7f, 0x74), 1.6, &[2.0, 4.0]),
    }
}

/// From the least to the most severe, as they stand in the key; where roads share a stretch, the one that stands first is on top.
const STATUSES: [SegmentStatus; 6] = [
    SegmentStatus::Open,
    SegmentStatus::Disrupted,
    SegmentStatus::EscortOnly,
    SegmentStatus::Blocked,
    SegmentStatus::Cut,
    SegmentStatus::Unknown,
];

const TITLE: Type = Type::new(34.0, Weight::Bold);
const NAME: Type = Type::new(18.0, Weight::Bold);
const LEAD: Type = Type::new(21.0, Weight::Regular);
/// Of what is left out: not to be overlooked.
const FILTERED: Type = Type::new(18.0, Weight::Bold);
/// Lines of it; what is more is cut off.
const FILTERED_LINES: usize = 2;
const KEY: Type = Type::new(15.0, Weight::Regular);
const SMALL: Type = Type::new(14.0, Weight::Regular);
/// Of the line on what this is, over the upper edge of the map.
const HEAD: Type = Type::new(16.0, Weight::Regular);
const HEAD_PX: f32 = 32.0;
/// Left and right of the text, in pixels.
const MARGIN: f32 = 28.0;

/// Draws what a link shows of a snapshot, as PNG.
pub(super) fn draw(snapshot: &Snapshot, shown: &Shown) -> Result<Vec<u8>, FormatError> {
    let scene = Scene::new(snapshot, shown);
    let words = Words::new(snapshot, shown, &scene);
    #[allow(clippy::cast_precision_loss, reason = "some hundred pixels")]
    let (width, height) = (WIDTH, SIZE.1 as f32);
    let top = height - words.height;
    let centre = Position::new(shown.view.lon, shown.view.lat).map_err(std::io::Error::other)?;
    let view = View { centre, at: (f64::from(width) / 2.0, f64::from(top) / 2.0), zoom: shown.view.zoom };
    let mut picture = Picture::new(SIZE.0, SIZE.1, view, SEA)?;
    let basemap = assets::basemap();
    if let Some(basemap) = basemap {
        ground(&mut picture, basemap);
    }
    if shown.layers.regions {
        scene.regions(&mut picture);
    }
    if shown.layers.areas {
        scene.areas(&mut picture, basemap);
    }
    if let (Some(front), Some(day)) = (&shown.front, scene.day) {
        front.draw(&mut picture, day);
    }
    if let Some(basemap) = basemap {
        borders(&mut picture, basemap);
    }
    if shown.layers.corridors {
        scene.roads(&mut picture);
    }
    if shown.layers.control {
        scene.towns(&mut picture);
    }
    if shown.layers.incidents {
        scene.incidents(&mut picture, top);
    }
    if shown.layers.labels {
        names(&mut picture, basemap, &scene, top);
    }
    head(&mut picture, shown.language);
    words.write(&mut picture, top, width);
    picture.png()
}

fn ground(picture: &mut Picture, basemap: &Basemap) {
    picture.areas(basemap.land.iter().map(Vec::as_slice), Fill::Plain(LAND, 1.0));
    picture.lines(basemap.rivers.iter().map(Vec::as_slice), RIVER, 1.2, &[]);
    picture.areas(basemap.lakes.iter().map(Vec::as_slice), Fill::Plain(LAKE, 1.0));
}

/// Disputed ones dashed.
fn borders(picture: &mut Picture, basemap: &Basemap) {
    for disputed in [false, true] {
        let lines = basemap.borders.iter().filter(|(is, _)| *is == disputed).map(|(_, line)| line.as_slice());
        picture.lines(lines, BORDER, 1.5, if disputed { &[5.0, 4.0] } else { &[] });
    }
}

/// Above so many dots they are small and plain, as on the page.
const MOST_LARGE: usize = 800;

/// Which of four sizes a dot of so many incidents has.
fn size_of(count: u64) -> usize {
    match count {
        0..=1 => 0,
        2..=4 => 1,
        5..=19 => 2,
        _ => 3,
    }
}

/// The place of a word in its list; no place for what has none.
fn slot(code: u32) -> Option<usize> {
    usize::try_from(code).ok()
}

/// A place on the map with incidents: how many, how exactly placed, and the side that acted in the latest.
struct Dot {
    at: (f64, f64),
    count: u64,
    side: Side,
    precision: u8,
    last_row: usize,
}

/// How some land looks: the same as on the page (static/src/draw/areas.ts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Look {
    standing: Option<Standing>,
    side: Side,
    /// The second hue, where it is contested or reports disagree.
    rival: Option<Side>,
    /// Of the known share: 0 less than half, 1 up to 0.7, 2 above.
    level: u8,
}

impl Look {
    fn fill(self) -> Fill {
        let strength = [0.26, 0.42, 0.58][usize::from(self.level)];
        let rim = |side| if side == Side::Unknown { PAPER } else { hue(side) };
        match (self.standing, self.rival) {
            (None, _) => Fill::Hatch(MUTED, 0.55),
            (Some(_), Some(rival)) => Fill::Stripes(hue(self.side), rim(rival), strength + 0.08),
            (Some(Standing::NoneReported | Standing::Abandoned), None) => Fill::Plain(MUTED, 0.12),
            (Some(Standing::Influence), None) => Fill::Plain(hue(self.side), strength * 0.6),
            (Some(_), None) => Fill::Plain(hue(self.side), strength),
        }
    }
}

/// What there is to draw of a snapshot in a window.
struct Scene<'a> {
    snapshot: &'a Snapshot,
    shown: &'a Shown,
    /// The day that control and roads are told for; `None` where the window has no end that a calendar knows.
    day: Option<Date>,
    sides: HashMap<&'a str, Side>,
    dots: Vec<Dot>,
    count: u64,
    /// Incidents by region.
    by_region: HashMap<&'a str, u64>,
    /// Datasets that the incidents are from.
    datasets: BTreeSet<&'a str>,
    towns: Vec<(&'a ControlObservation, Position)>,
    roads: Vec<(SegmentStatus, Vec<(f64, f64)>)>,
}

impl<'a> Scene<'a> {
    fn new(snapshot: &'a Snapshot, shown: &'a Shown) -> Self {
        let sides = snapshot.actors().iter().map(|actor| (actor.code.as_str(), actor.side)).collect();
        let mut scene = Self {
            snapshot,
            shown,
            day: shown.query.as_of.date(),
            sides,
            dots: Vec::new(),
            count: 0,
            by_region: HashMap::new(),
            datasets: BTreeSet::new(),
            towns: Vec::new(),
            roads: Vec::new(),
        };
        scene.take_incidents();
        if let Some(day) = scene.day {
            scene.take_towns(day);
            scene.take_roads(day);
        }
        scene
    }

    fn side(&self, code: Option<&str>) -> Side {
        code.and_then(|code| self.sides.get(code)).copied().unwrap_or(Side::Unknown)
    }

    fn take_incidents(&mut self) {
        let playback = self.snapshot.playback(&self.shown.query, MAX_DOTS);
        let mut dots: Vec<Dot> = playback
            .position
            .values
            .iter()
            .map(|(lon, lat)| Dot {
                at: (f64::from(*lon) * STEP_DEG, f64::from(*lat) * STEP_DEG),
                count: 0,
                side: Side::Unknown,
                precision: 1,
                last_row: 0,
            })
            .collect();
        match &playback.content {
            PlaybackContent::Incidents { actor1, geo_precision, region, dataset, .. } => {
                // A word is looked up once, however many rows have it.
                let sides: Vec<Side> = actor1.values.iter().map(|code| self.side(Some(code))).collect();
                let acted =
                    |row: usize| slot(actor1.codes[row]).and_then(|code| sides.get(code)).copied().unwrap_or(Side::Unknown);
                for (row, code) in playback.position.codes.iter().enumerate() {
                    if let Some(dot) = slot(*code).and_then(|code| dots.get_mut(code)) {
                        (dot.side, dot.precision, dot.last_row) = (acted(row), geo_precision[row], row);
                        dot.count += 1;
                    }
                }
                // What has no place is counted and cannot be drawn.
                self.count = playback.position.codes.len() as u64;
                let mut counts = vec![0; region.values.len()];
                for code in &region.codes {
                    if let Some(count) = slot(*code).and_then(|code| counts.get_mut(code)) {
                        *count += 1;
                    }
                }
                self.by_region = region.values.iter().copied().zip(counts).collect();
                let mut used = vec![false; dataset.values.len()];
                for code in &dataset.codes {
                    if let Some(used) = slot(*code).and_then(|code| used.get_mut(code)) {
                        *used = true;
                    }
                }
                self.datasets = dataset.values.iter().zip(used).filter(|(_, used)| *used).map(|(id, _)| *id).collect();
            }
            PlaybackContent::Cells { tallies, .. } => {
                for (row, (code, tally)) in playback.position.codes.iter().zip(tallies).enumerate() {
                    self.count += tally.count;
                    if let Some(dot) = slot(*code).and_then(|code| dots.get_mut(code)) {
                        dot.last_row = row;
                        dot.count += tally.count;
                    }
                }
            }
        }
        dots.retain(|dot| dot.count > 0);
        // The latest is on top.
        dots.sort_by_key(|dot| dot.last_row);
        self.dots = dots;
    }

    /// Who is reported to hold each town on the day; a town that no report covers is not drawn.
    fn take_towns(&mut self, day: Date) {
        let mut latest: HashMap<(u64, u64), (&'a ControlObservation, Position)> = HashMap::new();
        let known = self.shown.query.known_at;
        for row in self.snapshot.control_known(known).filter(|row| Audience::Public.may_see(row.redistribution())) {
            if row.valid_from > day || row.valid_to.is_some_and(|to| to < day) {
                continue;
            }
            // A statement on a whole region is of no town.
            let Target::Place(position) = row.target else { continue };
            let key = (position.lon().to_bits(), position.lat().to_bits());
            let (known, _) = latest.entry(key).or_insert((row, position));
            if (row.valid_from, &row.id) > (known.valid_from, &known.id) {
                *known = row;
            }
        }
        self.towns = latest.into_values().collect();
        self.towns.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    }

    /// Roads as reported for the day.
    fn take_roads(&mut self, day: Date) {
        let covers = |from: Date, to: Option<Date>| from <= day && to.is_none_or(|to| day <= to);
        for corridor in self.snapshot.corridors() {
            let public = corridor.public();
            let reported =
                public.changes.iter().rev().find(|change| change.segment.is_none() && covers(change.valid_from, change.valid_to));
            let line = corridor.waypoints.iter().map(|(_, at)| (at.lon(), at.lat())).collect();
            self.roads.push((reported.map_or(SegmentStatus::Unknown, |change| change.status), line));
        }
    }

    /// First-level regions by the number of incidents; blank where there is none.
    fn regions(&self, picture: &mut Picture) {
        let bounds: [u64; 5] = if self.count > 5_000 { [1, 10, 50, 250, 1_000] } else { [1, 2, 5, 10, 20] };
        for region in self.snapshot.regions().iter().filter(|region| region.level == AdminLevel::First) {
            let count = self.by_region.get(region.id.as_str()).copied().unwrap_or(0);
            let Some(level) = bounds.iter().rposition(|bound| count >= *bound) else { continue };
            let rings: Vec<Vec<(f64, f64)>> = region
                .area
                .iter()
                .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
                .map(|ring| ring.coords().map(|at| (at.x, at.y)).collect())
                .collect();
            picture.areas(rings.iter().map(Vec::as_slice), Fill::Plain(RAMP[level], 0.82));
        }
    }

    /// Land by who is assessed to hold it on the day; blank where nobody ever reported on it.
    fn areas(&self, picture: &mut Picture, basemap: Option<&Basemap>) {
        let Some(day) = self.day.map(day_of) else { return };
        let model = self.snapshot.control_model(Audience::Public);
        let known = self.shown.query.known_at;
        let mut looks: BTreeMap<Look, Vec<Vec<(f64, f64)>>> = BTreeMap::new();
        for (at, unit) in model.units().iter().enumerate() {
            if unit.kind == UnitKind::Rest {
                continue;
            }
            let look = self.look(&model, at, day);
            let begun = || model.periods(at, known, 1).first().is_some_and(|period| period.from <= day);
            if look.standing.is_none() && !begun() {
                continue;
            }
            let rings = if unit.kind == UnitKind::Place {
                let corner = |corner: &(i32, i32)| (f64::from(corner.0) * CELL.value, f64::from(corner.1) * CELL.value);
                model.rings(at).iter().map(|ring| ring.iter().map(corner).collect()).collect()
            } else {
                let outline = model.outline(at).unwrap_or_default();
                outline
                    .into_iter()
                    .flatten()
                    .map(|ring| ring.into_iter().map(|[lon, lat]| (lon, lat)).collect())
                    .collect::<Vec<_>>()
            };
            looks.entry(look).or_default().extend(rings);
        }
        // Cells belong to where their middle lies and reach into the sea; nobody holds that.
        let land = basemap.and_then(|basemap| picture.stencil(basemap.land.iter().map(Vec::as_slice)));
        for (look, rings) in &looks {
            picture.areas_within(rings.iter().map(Vec::as_slice), look.fill(), land.as_ref());
        }
    }

    fn look(&self, model: &ControlModel, at: usize, day: i32) -> Look {
        let view = model.view(at, day, self.shown.query.known_at);
        let state = view.leading.as_ref().map(|(state, _)| *state);
        let contested = state.is_some_and(ControlModel::is_contested);
        let party = state.and_then(|state| model.party(state));
        let mut parties = view.parties.iter().map(String::as_str);
        let first = party.or_else(|| parties.next());
        let rival = (contested || view.belief.disputed()).then(|| self.side(parties.find(|party| Some(*party) != first)));
        let known = 1.0 - view.belief.unknown;
        Look {
            standing: state.map(|state| state.standing),
            side: self.side(first),
            rival: rival.filter(|_| state.is_some()),
            level: if known >= 0.7 { 2 } else { u8::from(known >= 0.5) },
        }
    }

    /// What is worse lies below, as the page draws the least severe where roads share a stretch.
    fn roads(&self, picture: &mut Picture) {
        for status in [SegmentStatus::Unknown].iter().chain(STATUSES[..5].iter().rev()) {
            let (colour, width, dash) = road(*status);
            for (_, line) in self.roads.iter().filter(|(of, _)| of == status) {
                picture.line(line, PAPER, width + 2.0, &[]);
                picture.line(line, colour, width, dash);
            }
        }
    }

    fn towns(&self, picture: &mut Picture) {
        for (row, position) in &self.towns {
            if row.blockade != Blockade::None {
                picture.ring(*position, 13.0, hue(self.side(row.blockade_by.as_deref())));
            }
            let colour = hue(self.side(Some(&row.actor)));
            match row.status {
                ControlStatus::Control => picture.square(*position, 6.0, colour, PAPER),
                ControlStatus::Contested => {
                    picture.square(*position, 5.5, PAPER, INK);
                    picture.square(*position, 1.5, colour, colour);
                }
                ControlStatus::Influence | ControlStatus::Presence => picture.square(*position, 3.5, PAPER, colour),
                ControlStatus::NoneReported | ControlStatus::Abandoned => picture.square(*position, 2.5, PAPER, BORDER),
            }
        }
    }

    /// A dot a place, its size by the number of incidents, its hue by the side that acted in the latest. Places that a reader cannot tell apart
    /// are one: a hundred thousand incidents then take some thousand dots.
    fn incidents(&self, picture: &mut Picture, bottom: f32) {
        let mut merged: Vec<(&Dot, (f32, f32), u64)> = Vec::new();
        let mut cells: HashMap<(i32, i32), usize> = HashMap::new();
        // The latest first: it gives the merged dot its place and hue.
        for dot in self.dots.iter().rev() {
            let at = picture.at(dot.at);
            if !(-20.0..=WIDTH + 20.0).contains(&at.0) || !(-20.0..=bottom + 20.0).contains(&at.1) {
                continue;
            }
            #[allow(clippy::cast_possible_truncation, reason = "a point near the sheet")]
            let cell = ((at.0 / ALIKE_PX).floor() as i32, (at.1 / ALIKE_PX).floor() as i32);
            match cells.entry(cell) {
                Entry::Occupied(known) => merged[*known.get()].2 += dot.count,
                Entry::Vacant(new) => {
                    new.insert(merged.len());
                    merged.push((dot, at, dot.count));
                }
            }
        }
        let crowded = merged.len() > MOST_LARGE;
        for (dot, at, count) in merged.into_iter().rev() {
            let area_only = dot.precision == AREA_ONLY;
            if crowded {
                let radius = [1.8, 2.6, 3.4, 4.4][size_of(count)];
                picture.disc(at, radius, hue(dot.side), if area_only { 0.4 } else { 1.0 });
                if dot.side == Side::Unknown {
                    picture.disc(at, radius - 1.0, LAND, 1.0);
                }
            } else {
                acted(picture, at, [4.5, 5.5, 7.0, 8.5][size_of(count)], dot.side, area_only);
            }
        }
    }

    /// Sides that are to be seen, in the order of the page's key.
    fn sides_shown(&self) -> BTreeSet<Side> {
        let Layers { incidents, control, .. } = self.shown.layers;
        let acted = self.dots.iter().filter(|_| incidents).map(|dot| dot.side);
        let held = self.towns.iter().filter(|_| control).map(|(row, _)| self.side(Some(&row.actor)));
        acted.chain(held).collect()
    }
}

/// A dot in the hue of a side; hollow where none is established, wide and pale where only the area is known.
fn acted(picture: &mut Picture, at: (f32, f32), radius: f32, side: Side, area_only: bool) {
    if area_only {
        picture.disc(at, 2.0 * radius, hue(side), 0.4);
        picture.dot(at, 1.5, hue(side), hue(side));
    } else if side == Side::Unknown {
        picture.dot(at, radius, hue(side), PAPER);
        picture.dot(at, radius - 3.0, LAND, LAND);
    } else {
        picture.dot(at, radius, hue(side), PAPER);
    }
}

/// Names of countries, capitals and, from near by, seats of regions; a name that would lie on another is left out.
fn names(picture: &mut Picture, basemap: Option<&Basemap>, scene: &Scene<'_>, bottom: f32) {
    let (snapshot, shown) = (scene.snapshot, scene.shown);
    let french = shown.language == Language::French;
    let mut taken: Vec<(f32, f32, f32, f32)> = Vec::new();
    let signs: Vec<(f32, f32)> = if shown.layers.control {
        scene.towns.iter().map(|(_, at)| picture.at((at.lon(), at.lat()))).collect()
    } else {
        Vec::new()
    };
    let right = WIDTH;
    let mut put = |picture: &mut Picture, (left, base): (f32, f32), text: &str, letters: Type, colour: Rgb| {
        let wide = letters.width(text);
        let free = (left - 4.0, base - letters.size, left + wide + 4.0, base + letters.size * 0.4);
        let overlaps = taken.iter().any(|other| free.0 < other.2 && free.2 > other.0 && free.1 < other.3 && free.3 > other.1);
        // Capitals are worth a town's sign behind them.
        let hides = letters.weight == Weight::Regular
            && signs.iter().any(|(x, y)| x + 7.0 > free.0 + 4.0 && x - 7.0 < free.2 && y + 7.0 > free.1 && y - 7.0 < free.3);
        let inside = free.0 > 0.0 && free.2 < right && free.1 > HEAD_PX && free.3 < bottom;
        if inside && !overlaps && !hides {
            taken.push(free);
            picture.text((left, base), text, letters, colour, Some(PAPER));
        }
    };
    let mut towns: Vec<_> = snapshot
        .places()
        .iter()
        .filter(|place| match place.kind {
            PlaceKind::Capital => true,
            PlaceKind::RegionalCapital => {
                shown.view.zoom >= 6.2 || (shown.view.zoom >= 5.2 && place.population.is_some_and(|people| people > 150_000))
            }
            _ => false,
        })
        .collect();
    towns.sort_by_key(|place| (place.kind != PlaceKind::Capital, std::cmp::Reverse(place.population), place.id.as_str()));
    for place in towns {
        let (x, y) = picture.at((place.position.lon(), place.position.lat()));
        let name = place.name_fr.as_deref().filter(|_| french).unwrap_or(&place.name);
        let letters =
            if place.kind == PlaceKind::Capital { Type::new(18.0, Weight::Bold) } else { Type::new(15.0, Weight::Regular) };
        put(picture, (x + 11.0, y + letters.size * 0.36), name, letters, INK);
    }
    for label in basemap.map_or(&[][..], |basemap| basemap.labels.as_slice()).iter().filter(|label| label.kind != "sea") {
        let letters = Type { spacing: 3.0, ..Type::new(15.0, Weight::Regular) };
        let name = if french { &label.fr } else { &label.en }.to_uppercase();
        let (x, y) = picture.at((label.lon, label.lat));
        put(picture, (x - letters.width(&name) / 2.0, y), &name, letters, COUNTRY);
    }
}

/// What this is, in a line.
fn head(picture: &mut Picture, language: Language) {
    let (name, line) = ("Harmattan", language.text("page.tagline"));
    let wide = NAME.width(name);
    picture.cover((0.0, 0.0), (MARGIN + wide + 12.0 + HEAD.width(line) + 20.0, HEAD_PX), PAPER, 0.92);
    picture.text((MARGIN, 22.0), name, NAME, INK, None);
    picture.text((MARGIN + wide + 12.0, 22.0), line, HEAD, MUTED, None);
}

/// A sign of the key.
enum Sign {
    Acted(Side),
    AreaOnly,
    Held,
    Besieged,
    Road(SegmentStatus),
    Land(Look),
    Counted,
    Quarters,
    SilentCell,
}

/// A sign with what it says.
type Named = (Sign, Cow<'static, str>);

/// All that is written below the map.
struct Words {
    title: String,
    lead: Vec<String>,
    filtered: Vec<String>,
    key: Vec<Vec<Named>>,
    small: Vec<String>,
    height: f32,
}

/// Between a sign's text and the next sign.
const GAP: f32 = 17.0;

impl Sign {
    /// Width of the sign with the space after it.
    fn width(&self) -> f32 {
        match self {
            Self::Road(_) => 42.0,
            Self::Besieged | Self::Land(_) | Self::Counted | Self::AreaOnly => 28.0,
            Self::Acted(_) | Self::Held | Self::SilentCell => 20.0,
            Self::Quarters => front::KEY_PX + 8.0,
        }
    }
}

impl Words {
    fn new(snapshot: &Snapshot, shown: &Shown, scene: &Scene<'_>) -> Self {
        let language = shown.language;
        let wide = WIDTH - 2.0 * MARGIN;
        let (from, to) = shown.days;
        let mut lead = vec![language.counted("count.incidents", scene.count)];
        let Layers { areas, corridors, control, .. } = shown.layers;
        if let Some(day) = scene.day.filter(|_| areas || corridors || control) {
            lead.push(language.filled("player.asOf", &[("date", &language.day(day))]));
        }
        if let Some(day) = shown.query.known_at.and_then(|at| at.date()) {
            lead.push(language.filled("player.knownAt", &[("date", &language.day(day))]));
        }
        let named = |id: &&str| snapshot.datasets().iter().find(|dataset| dataset.id == *id && dataset.id != "chronology");
        let others: Vec<String> = scene
            .datasets
            .iter()
            .filter_map(named)
            .map(|dataset| dataset.attribution.clone())
            .filter(|attribution| !attribution.is_empty())
            .collect();
        let credits: Vec<String> = std::iter::once(language.text("map.credit").to_owned()).chain(others).collect();
        let small = format!(
            "{} {} {} {}",
            language.text("map.disclaimer"),
            language.text("legend.selectionNote"),
            language.text("map.sources"),
            credits.join(" · ")
        );
        let (lead, small) = (LEAD.wrap(&lead.join(" · "), wide), SMALL.wrap(&small, wide));
        let mut filtered = shown.filtered.as_deref().map_or_else(Vec::new, |text| FILTERED.wrap(text, wide - 30.0));
        if filtered.len() > FILTERED_LINES {
            filtered.truncate(FILTERED_LINES);
            filtered.last_mut().expect("a line").push_str(" …");
        }
        let key = Self::rows(Self::signs(shown, scene), wide);
        #[allow(clippy::cast_precision_loss, reason = "some lines")]
        let height = 54.0
            + 28.0 * lead.len() as f32
            + 25.0 * filtered.len() as f32
            + 26.0 * key.len() as f32
            + 20.0 * small.len() as f32
            + 14.0;
        Self { title: capitalised(&language.span(from, to)), lead, filtered, key, small, height }
    }

    /// What the map shows, each with its name.
    fn signs(shown: &Shown, scene: &Scene<'_>) -> Vec<Named> {
        let language = shown.language;
        let mut signs: Vec<Named> = Vec::new();
        let mut put = |sign, key: &str| signs.push((sign, language.text(key).into()));
        for side in scene.sides_shown() {
            put(Sign::Acted(side), &format!("side.{}", side.as_str()));
        }
        if shown.layers.incidents && scene.dots.iter().any(|dot| dot.precision == AREA_ONLY) {
            put(Sign::AreaOnly, "precision.geo.3");
        }
        if shown.layers.control && !scene.towns.is_empty() {
            put(Sign::Held, "details.town");
            if scene.towns.iter().any(|(row, _)| row.blockade != Blockade::None) {
                put(Sign::Besieged, "blockade.full");
            }
        }
        if shown.layers.areas {
            let look = Look { standing: Some(Standing::Control), side: Side::State, rival: None, level: 2 };
            put(Sign::Land(look), "export.land");
        }
        if shown.layers.regions {
            put(Sign::Counted, "layer.regions");
        }
        if shown.layers.corridors {
            for status in STATUSES.into_iter().filter(|status| scene.roads.iter().any(|(of, _)| of == status)) {
                put(Sign::Road(status), &format!("road.{}", status.as_str()));
            }
        }
        if let Some(front) = &shown.front {
            let ((from, to), actor) = (front.span(language), actor_name(&front.actor, scene.snapshot, language));
            let words = language.filled("front.keyFrame", &[("actor", &actor), ("from", &from), ("to", &to)]);
            signs.push((Sign::Quarters, words.into()));
            signs.push((Sign::SilentCell, language.text("front.keySilent").into()));
        }
        signs
    }

    fn rows(signs: Vec<Named>, wide: f32) -> Vec<Vec<Named>> {
        let mut rows: Vec<Vec<Named>> = Vec::new();
        let mut x = f32::INFINITY;
        for (sign, text) in signs {
            let needs = sign.width() + KEY.width(&text);
            if x + needs > wide {
                rows.push(Vec::new());
                x = 0.0;
            }
            x += needs + GAP;
            if let Some(row) = rows.last_mut() {
                row.push((sign, text));
            }
        }
        rows
    }

    fn write(&self, picture: &mut Picture, top: f32, width: f32) {
        picture.cover((0.0, top), (width, self.height), PAPER, 1.0);
        picture.cover((0.0, top), (width, 2.0), BORDER, 1.0);
        let mut base = top + 42.0;
        picture.text((MARGIN, base), &self.title, TITLE, INK, None);
        for line in &self.lead {
            base += 28.0;
            picture.text((MARGIN, base), line, LEAD, INK, None);
        }
        for line in &self.filtered {
            base += 25.0;
            picture.text((MARGIN, base), line, FILTERED, INK, None);
        }
        base += 2.0;
        for row in &self.key {
            base += 26.0;
            let mut x = MARGIN;
            for (sign, text) in row {
                sign.put(picture, x, base - 5.5);
                x += sign.width();
                picture.text((x, base), text, KEY, INK, None);
                x += KEY.width(text) + GAP;
            }
        }
        base += 4.0;
        for line in &self.small {
            base += 20.0;
            picture.text((MARGIN, base), line, SMALL, MUTED, None);
        }
    }
}

impl Sign {
    /// Draws it with its left end at a point in pixels.
    fn put(&self, picture: &mut Picture, x: f32, y: f32) {
        match self {
            Self::Acted(side) => acted(picture, (x + 7.0, y), 6.0, *side, false),
            Self::AreaOnly => acted(picture, (x + 11.0, y), 5.0, Side::Jnim, true),
            Self::Held => picture.cover((x + 1.0, y - 6.0), (12.0, 12.0), hue(Side::State), 1.0),
            Self::Besieged => {
                picture.ring_at((x + 12.0, y), 10.0, hue(Side::Jnim));
                picture.cover((x + 7.5, y - 4.5), (9.0, 9.0), hue(Side::State), 1.0);
            }
            Self::Road(status) => {
                let (colour, width, dash) = road(*status);
                picture.stroke((x, y), (x + 34.0, y), colour, width, dash);
            }
            Self::Land(look) => picture.cover((x, y - 7.0), (22.0, 14.0), hue(look.side), 0.58),
            Self::Counted => picture.cover((x, y - 7.0), (22.0, 14.0), RAMP[2], 0.82),
            Self::Quarters => front::ramp(picture, (x, y)),
            Self::SilentCell => front::silent(picture, (x, y)),
        }
    }
}
