//! `/preview.png`: what a link to the map shows where it is shared, drawn from what everybody may see.
//!
//! A hash is not sent to a server, so such a link says interval, view, layers, filters and language in its query too; the page itself goes by its hash.

mod filter;
mod front;
mod sketch;
mod words;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use jiff::civil::Date;

use self::filter::Filters;
use self::front::Front;
use super::front::no_such_actor;
use super::links;
use super::negotiate::{Accept, only};
use super::params::{Params, as_of};
use super::problem::Problem;
use super::reply;
use super::state::AppState;
use crate::domain::{Audience, Collection, FeatureQuery, Instant, Interval};
use crate::store::Snapshot;

pub(super) use filter::described as filters;
pub(super) use sketch::SIZE;
pub(super) use words::Language;

const PNG: HeaderValue = HeaderValue::from_static("image/png");

/// Where the map opens.
const HOME: Place = Place { lat: 14.4, lon: -2.5, zoom: 5.7 };

/// The map of a picture is some 460 pixels high where that of a page is about 650: so much farther out it shows as much, log2(460 / 650).
const FARTHER: f64 = 0.5;

/// Middle in degrees and zoom of a map.
#[derive(Debug, Clone, Copy)]
struct Place {
    lat: f64,
    lon: f64,
    zoom: f64,
}

impl Place {
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

/// What is drawn, by the names that the page's hash has for its layers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Layers {
    regions: bool,
    areas: bool,
    front: bool,
    corridors: bool,
    control: bool,
    incidents: bool,
    labels: bool,
}

impl Layers {
    /// Those that the page opens with.
    const FIRST: Self =
        Self { regions: false, areas: true, front: false, corridors: true, control: true, incidents: true, labels: true };

    /// Each name with what it switches.
    fn parts(&mut self) -> [(&'static str, &mut bool); 7] {
        [
            ("regions", &mut self.regions),
            ("areas", &mut self.areas),
            ("front", &mut self.front),
            ("corridors", &mut self.corridors),
            ("control", &mut self.control),
            ("incidents", &mut self.incidents),
            ("labels", &mut self.labels),
        ]
    }

    fn take(params: &mut Params) -> Result<Option<Self>, Problem> {
        let Some(text) = params.take("layers")? else { return Ok(None) };
        let mut layers = Self::default();
        for name in text.split(',').filter(|name| *name != "none") {
            let Some((_, is_on)) = layers.parts().into_iter().find(|(known, _)| *known == name) else {
                return Err(Problem::parameter(
                    "layers",
                    format!("'{name}' is none of regions, areas, front, corridors, control, incidents, labels, none"),
                ));
            };
            *is_on = true;
        }
        Ok(Some(layers))
    }

    fn names(mut self) -> String {
        let names: Vec<&str> = self.parts().into_iter().filter(|(_, is_on)| **is_on).map(|(name, _)| name).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(",") }
    }
}

/// What a picture is asked of, as it stands in a query.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    datetime: Interval,
    known_at: Option<Instant>,
    place: Option<Place>,
    layers: Option<Layers>,
    /// Code of the actor whose front is drawn.
    front: Option<String>,
    filters: Filters,
    language: Option<Language>,
}

impl Asked {
    pub(super) fn take(params: &mut Params) -> Result<Self, Problem> {
        let language = params.take("lang")?.map(|code| {
            Language::parse(&code).ok_or_else(|| Problem::parameter("lang", format!("'{code}' is none of en, fr, ar")))
        });
        Ok(Self {
            datetime: params.datetime()?,
            known_at: params.known_at()?,
            place: Place::take(params)?,
            layers: Layers::take(params)?,
            front: params.take("front")?,
            filters: Filters::take(params)?,
            language: language.transpose()?,
        })
    }

    /// The query that asks for the same, written anew: nothing of what somebody sent goes into a page.
    pub(super) fn query(&self) -> String {
        let mut parts = Vec::new();
        if self.datetime != Interval::ALWAYS {
            parts.push(format!("datetime={}", self.datetime));
        }
        if let Some(known_at) = self.known_at {
            parts.push(format!("known_at={known_at}"));
        }
        if let Some(Place { lat, lon, zoom }) = self.place {
            parts.push(format!("view={lat},{lon},{zoom}"));
        }
        if let Some(layers) = self.layers {
            parts.push(format!("layers={}", layers.names()));
        }
        parts.extend(self.front.as_deref().map(|actor| format!("front={}", links::segment(actor))));
        self.filters.write(&mut parts);
        if self.language == Some(Language::French) {
            parts.push("lang=fr".to_owned());
        }
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    /// The language of the link.
    pub(super) fn language(&self) -> Language {
        self.language.unwrap_or(Language::English)
    }

    /// The window in words, when one was asked for.
    pub(super) fn interval(&self) -> Option<String> {
        let (from, to) = (self.datetime.start().date()?, self.datetime.end().date()?);
        let is_bounded = self.datetime.start() != Instant::MIN && self.datetime.end() != Instant::MAX;
        is_bounded.then(|| self.language().span(from, to))
    }
}

/// All that a picture is made of besides the store.
struct Shown {
    query: FeatureQuery,
    /// First and last day of the window; open ends are those of the incidents.
    days: (Date, Date),
    view: Place,
    layers: Layers,
    front: Option<Front>,
    /// What is left out of the incidents, in words.
    filtered: Option<String>,
    language: Language,
}

impl Shown {
    fn new(asked: &Asked, snapshot: &Snapshot, now: Instant) -> Result<Self, Problem> {
        let Asked { datetime, known_at, .. } = *asked;
        let extent = snapshot.interval(Collection::Incidents).unwrap_or(Interval::ALWAYS);
        let first = if datetime.start() == Instant::MIN { extent.start() } else { datetime.start() };
        let last = if datetime.end() == Instant::MAX { extent.end().min(now) } else { datetime.end() };
        let today = now.date().unwrap_or_default();
        let last = last.date().unwrap_or(today);
        let view = asked.place.map_or(HOME, |place| Place { zoom: place.zoom - FARTHER, ..place });
        let (layers, language) = (asked.layers.unwrap_or(Layers::FIRST), asked.language());
        Ok(Self {
            query: FeatureQuery {
                datetime,
                known_at,
                predicate: asked.filters.predicate(snapshot, language),
                audience: Audience::Public,
                ..FeatureQuery::all(Collection::Incidents, as_of(datetime, now))
            },
            days: (first.date().unwrap_or(today).min(last), last),
            view,
            layers,
            front: if layers.front { front_of(asked, snapshot)? } else { None },
            filtered: asked.filters.words(snapshot, language),
            language,
        })
    }
}

/// The front that is asked for; without an actor that of the one with most reports, as on the page.
fn front_of(asked: &Asked, snapshot: &Snapshot) -> Result<Option<Front>, Problem> {
    let model = snapshot.front_model(Audience::Public, asked.known_at);
    let Some(actor) = asked.front.clone().or_else(|| model.actors().first().map(|actor| actor.code.to_owned())) else {
        return Ok(None);
    };
    match model.cells(&actor) {
        Some(cells) => Ok(Front::new(actor, cells)),
        // Known, and nothing that everybody may see is reported of it, or was then.
        None if snapshot.actors().iter().any(|known| known.code == actor) => Ok(None),
        None => Err(Problem::parameter("front", no_such_actor(&model, &actor).1)),
    }
}

/// `GET /preview.png`: the map of an interval (`datetime`), a view (`view`) and some layers (`layers`, `front`), of what everybody may see and the
/// filters let through.
pub(super) async fn preview(
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    accept: Accept,
) -> Result<Response, Problem> {
    let mut params = Params::parse(query.as_deref())?;
    only(&mut params, &accept, "png", &["image/png"])?;
    let asked = Asked::take(&mut params)?;
    params.finish()?;
    let now = state.now();
    // Made of incidents, towns, land and roads: what touches any collection makes it anew.
    let body = state
        .on_snapshot(move |snapshot| {
            sketch::draw(snapshot, &Shown::new(&asked, snapshot, now)?).map_err(|error| {
                tracing::error!(%error, "the preview could not be drawn");
                Problem::new(StatusCode::INTERNAL_SERVER_ERROR)
            })
        })
        .await?;
    Ok(reply::tagged(PNG, body))
}
