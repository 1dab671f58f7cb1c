//! `/preview.png`: what a link to the map shows where it is shared, drawn from what everybody may see.
//!
//! A hash is not sent to a server, so such a link says interval and view in its query too; the page itself goes by its hash.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use jiff::civil::Date;
use std::collections::HashMap;

use super::assets::{self, Basemap};
use super::negotiate::only;
use super::params::{Params, as_of};
use super::problem::Problem;
use super::reply;
use super::state::AppState;
use crate::domain::{
    Audience, Blockade, Collection, ControlObservation, ControlStatus, FeatureQuery, Interval, Position, Record as _,
    SegmentStatus, Side, Target,
};
use crate::formats::{FormatError, Picture, Rgb};
use crate::store::{PlaybackContent, STEP_DEG, Snapshot};

const PNG: HeaderValue = HeaderValue::from_static("image/png");

/// Width and height in pixels: what the Open Graph protocol's consumers show large.
pub(super) const SIZE: (u32, u32) = (1200, 630);

/// Where the map opens.
const HOME: View = View { lat: 14.9, lon: -2.5, zoom: 5.9 };

/// Above so many incidents the dots are of cells and days.
const MAX_DOTS: usize = 200_000;

/// Middle in degrees and zoom of a map.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    lat: f64,
    lon: f64,
    zoom: f64,
}

impl View {
    /// Takes `view`: latitude, longitude and zoom, as the page's hash has them.
    fn take(params: &mut Params) -> Result<Option<Self>, Problem> {
        let Some(text) = params.take("view")? else { return Ok(None) };
        let numbers: Vec<f64> = text.split(',').filter_map(|part| part.trim().parse().ok()).collect();
        match numbers[..] {
            [lat, lon, zoom] if lat.abs() <= 85.0 && lon.abs() <= 180.0 && (2.0..=12.0).contains(&zoom) => {
                Ok(Some(Self { lat, lon, zoom }))
            }
            _ => Err(Problem::parameter("view", format!("'{text}' is not latitude, longitude and a zoom of 2 to 12"))),
        }
    }
}

/// What a picture is asked of, as it stands in a query.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    datetime: Interval,
    view: Option<View>,
}

impl Asked {
    pub(super) fn take(params: &mut Params) -> Result<Self, Problem> {
        Ok(Self { datetime: params.datetime()?, view: View::take(params)? })
    }

    /// The query that asks for the same, written anew: nothing of what somebody sent goes into a page.
    pub(super) fn query(&self) -> String {
        let mut parts = Vec::new();
        if self.datetime != Interval::ALWAYS {
            parts.push(format!("datetime={}", self.datetime));
        }
        if let Some(View { lat, lon, zoom }) = self.view {
            parts.push(format!("view={lat},{lon},{zoom}"));
        }
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    /// The interval in words of the standard, when one was asked for.
    pub(super) fn interval(&self) -> Option<String> {
        (self.datetime != Interval::ALWAYS).then(|| self.datetime.to_string())
    }
}

/// `GET /preview.png`: the map of an interval (`datetime`) and a view (`view`), of what everybody may see.
pub(super) async fn preview(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &headers, "png", &["image/png"])?;
    let asked = Asked::take(&mut params)?;
    params.finish()?;
    let query = FeatureQuery {
        datetime: asked.datetime,
        audience: Audience::Public,
        ..FeatureQuery::all(Collection::Incidents, as_of(asked.datetime, state.now()))
    };
    // Made of incidents, towns and roads: what touches any collection makes it anew.
    let body = state
        .on_snapshot(move |snapshot| {
            draw(snapshot, &query, asked.view.unwrap_or(HOME)).map_err(|error| {
                tracing::error!(%error, "the preview could not be drawn");
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR)
            })
        })
        .await?;
    Ok(reply::tagged(PNG, body))
}

// The colours of static/src/draw/palette.ts, light.
const SEA: Rgb = (0xdb, 0xe4, 0xe6);
const LAND: Rgb = (0xf7, 0xf3, 0xea);
const LAKE: Rgb = (0xd3, 0xdf, 0xe2);
const BORDER: Rgb = (0xa2, 0x95, 0x7f);
const PAPER: Rgb = (0xff, 0xfd, 0xf8);
const INK: Rgb = (0x26, 0x22, 0x1c);

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
        SegmentStatus::Disrupted => ((0xc9, 0x8a, 0x00), 2.8, &[11.0, 4.0]),
        SegmentStatus::EscortOnly => ((0xa3, 0x56, 0x0f), 3.0, &[9.0, 3.5, 2.0, 3.5]),
        SegmentStatus::Blocked => ((0xa3, 0x12, 0x3f), 3.8, &[4.5, 3.5]),
        SegmentStatus::Cut => ((0x54, 0x00, 0x1f), 3.8, &[1.8, 4.6]),
        SegmentStatus::Unknown => ((0x9b, 0x95, 0x8a), 1.6, &[2.0, 4.0]),
    }
}

fn draw(snapshot: &Snapshot, query: &FeatureQuery, view: View) -> Result<Vec<u8>, FormatError> {
    let centre = Position::new(view.lon, view.lat).map_err(std::io::Error::other)?;
    let mut picture = Picture::new(SIZE.0, SIZE.1, centre, view.zoom, SEA)?;
    if let Some(basemap) = assets::basemap() {
        ground(&mut picture, basemap);
    }
    let day = query.as_of.date();
    let sides: HashMap<&str, Side> = snapshot.actors().iter().map(|actor| (actor.code.as_str(), actor.side)).collect();
    let side = |code: Option<&str>| code.and_then(|code| sides.get(code)).copied().unwrap_or(Side::Unknown);
    if let Some(day) = day {
        roads(&mut picture, snapshot, day);
        towns(&mut picture, snapshot, day, side);
    }
    incidents(&mut picture, snapshot, query, side);
    picture.png()
}

fn ground(picture: &mut Picture, basemap: &Basemap) {
    picture.areas(basemap.land.iter().map(Vec::as_slice), LAND);
    picture.areas(basemap.lakes.iter().map(Vec::as_slice), LAKE);
    for (disputed, line) in &basemap.borders {
        picture.line(line, BORDER, 1.4, if *disputed { &[5.0, 4.0] } else { &[] });
    }
}

/// A road as reported for the day; where several share a stretch the page draws the least severe, and so does the order here: what is worse
/// lies below.
fn roads(picture: &mut Picture, snapshot: &Snapshot, day: Date) {
    let covers = |from: Date, to: Option<Date>| from <= day && to.is_none_or(|to| day <= to);
    let mut drawn: Vec<_> = snapshot
        .corridors()
        .iter()
        .map(|corridor| {
            let public = corridor.public();
            let status =
                public.changes.iter().rev().find(|change| covers(change.valid_from, change.valid_to)).map(|change| change.status);
            (status.unwrap_or(SegmentStatus::Unknown), corridor)
        })
        .collect();
    let rank = |status| match status {
        SegmentStatus::Unknown => 0,
        SegmentStatus::Cut => 1,
        SegmentStatus::Blocked => 2,
        SegmentStatus::EscortOnly => 3,
        SegmentStatus::Disrupted => 4,
        SegmentStatus::Open => 5,
    };
    drawn.sort_by_key(|(status, _)| rank(*status));
    for (status, corridor) in drawn {
        let line: Vec<(f64, f64)> = corridor.waypoints.iter().map(|(_, at)| (at.lon(), at.lat())).collect();
        let (colour, width, dash) = road(status);
        picture.line(&line, PAPER, width + 2.0, &[]);
        picture.line(&line, colour, width, dash);
    }
}

/// Who is reported to hold each town on the day; a town that no report covers is not drawn.
fn towns<'a>(picture: &mut Picture, snapshot: &'a Snapshot, day: Date, side: impl Fn(Option<&'a str>) -> Side) {
    let mut latest: HashMap<(u64, u64), (&ControlObservation, Position)> = HashMap::new();
    for row in snapshot.control().iter().filter(|row| Audience::Public.may_see(row.redistribution())) {
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
    let mut rows: Vec<_> = latest.into_values().collect();
    rows.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    for (row, position) in rows {
        if row.blockade != Blockade::None {
            picture.ring(position, 13.0, hue(side(row.blockade_by.as_deref())));
        }
        let colour = hue(side(Some(&row.actor)));
        match row.status {
            ControlStatus::Control => picture.square(position, 6.0, colour, PAPER),
            ControlStatus::Contested => {
                picture.square(position, 5.5, PAPER, INK);
                picture.square(position, 1.5, colour, colour);
            }
            ControlStatus::Influence | ControlStatus::Presence => picture.square(position, 3.5, PAPER, colour),
            ControlStatus::NoneReported | ControlStatus::Abandoned => picture.square(position, 2.5, PAPER, BORDER),
        }
    }
}

/// A dot a place, its size by the number of incidents, its hue by the side that acted in the latest.
fn incidents<'a>(picture: &mut Picture, snapshot: &'a Snapshot, query: &FeatureQuery, side: impl Fn(Option<&'a str>) -> Side) {
    let playback = snapshot.playback(query, MAX_DOTS);
    let mut dots: Vec<(usize, Side, u64)> = vec![(0, Side::Unknown, 0); playback.position.values.len()];
    for (row, code) in playback.position.codes.iter().enumerate() {
        let Some(dot) = usize::try_from(*code).ok().and_then(|code| dots.get_mut(code)) else { continue };
        let (acted, count) = match &playback.content {
            PlaybackContent::Incidents { actor1, .. } => {
                let actor = usize::try_from(actor1.codes[row]).ok().and_then(|code| actor1.values.get(code)).copied();
                (side(actor), 1)
            }
            PlaybackContent::Cells { tallies, .. } => (Side::Unknown, tallies[row].count),
        };
        *dot = (row, acted, dot.2 + count);
    }
    let mut order: Vec<usize> = (0..dots.len()).filter(|dot| dots[*dot].2 > 0).collect();
    order.sort_by_key(|dot| dots[*dot].0);
    for dot in order {
        let (lon, lat) = playback.position.values[dot];
        let (_, acted, count) = dots[dot];
        let radius = match count {
            0..=1 => 4.0,
            2..=4 => 5.0,
            5..=19 => 6.5,
            _ => 8.0,
        };
        picture.dot((f64::from(lon) * STEP_DEG, f64::from(lat) * STEP_DEG), radius, hue(acted), PAPER);
    }
}
