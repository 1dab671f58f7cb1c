//! Query parameters: read once each, and anything left over is a mistake of the caller's.

use axum::http::StatusCode;
use percent_encoding::percent_decode_str;
use std::sync::Arc;

use super::problem::{Problem, refused};
use crate::cql2::{self, Language};
use crate::domain::{
    Bbox, Collection, Crs, Cursor, FeatureQuery, Field, Filter, Instant, Interval, Limit, Moment, Predicate, SortKey,
};

/// The parameters of a request, in their order.
#[derive(Debug)]
pub(super) struct Params {
    pairs: Vec<(String, String)>,
}

impl Params {
    /// Decodes a query string: `+` is a space, `%XX` a byte of UTF-8.
    ///
    /// # Errors
    /// 400 when the text is not UTF-8 once decoded.
    pub(super) fn parse(query: Option<&str>) -> Result<Self, Problem> {
        let decode = |text: &str| {
            let spaced = text.replace('+', " ");
            let decoded = percent_decode_str(&spaced).decode_utf8().map(std::borrow::Cow::into_owned);
            decoded.map_err(|_| Problem::new(StatusCode::BAD_REQUEST).detail("the query is not UTF-8"))
        };
        let pairs = query.unwrap_or("").split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        Ok(Self { pairs: pairs.collect::<Result<_, Problem>>()? })
    }

    /// Takes a parameter out; `None` when it is not there.
    ///
    /// # Errors
    /// 400 when it is there twice.
    pub(super) fn take(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let Some(at) = self.pairs.iter().position(|(other, _)| other == name) else { return Ok(None) };
        let (_, value) = self.pairs.remove(at);
        if self.pairs.iter().any(|(other, _)| other == name) {
            return Err(Problem::parameter(name, "it is given more than once"));
        }
        Ok(Some(value))
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 400 that names the first parameter that nobody took.
    pub(super) fn finish(self) -> Result<(), Problem> {
        match self.pairs.first() {
            None => Ok(()),
            Some((name, _)) => Err(Problem::parameter(name, format!("'{name}' is not a parameter of this address"))),
        }
    }

    /// Takes `datetime`.
    ///
    /// # Errors
    /// 400 when it is malformed.
    pub(super) fn datetime(&mut self) -> Result<Interval, Problem> {
        // A '+' in an offset arrives as a space when the client did not encode it.
        let text = self.take("datetime")?.map(|text| text.replace(' ', "+"));
        text.map_or(Ok(Interval::ALWAYS), |text| Interval::parse(&text).map_err(refused("datetime")))
    }

    /// Takes `known_at`: an instant, or a date for the end of that day.
    ///
    /// # Errors
    /// 400 when it is malformed.
    pub(super) fn known_at(&mut self) -> Result<Option<Instant>, Problem> {
        let text = self.take("known_at")?.map(|text| text.replace(' ', "+"));
        let read = |text: String| {
            let moment = Moment::parse(&text).map_err(|error| refused("known_at")(error.named("known_at")))?;
            Ok(moment.interval().end())
        };
        text.map(read).transpose()
    }

    /// Takes `duplicates`, of incidents: `all`, or `once` for those that several datasets report.
    fn once(&mut self, collection: Collection, known_at: Option<Instant>) -> Result<bool, Problem> {
        if collection != Collection::Incidents {
            return Ok(false);
        }
        match self.take("duplicates")?.as_deref() {
            None | Some("all") => Ok(false),
            Some("once") if known_at.is_some() => {
                Err(Problem::parameter("duplicates", "once is told of what is known now, not together with known_at"))
            }
            Some("once") => Ok(true),
            Some(other) => Err(Problem::parameter("duplicates", format!("'{other}' is neither all nor once"))),
        }
    }

    /// Takes `filter` with the language and the coordinate reference system that it is written in.
    fn predicate(&mut self, collection: Collection) -> Result<Option<Arc<Predicate>>, Problem> {
        let language = match self.take("filter-lang")? {
            None => Language::Text,
            Some(name) => Language::from_name(&name)
                .ok_or_else(|| Problem::parameter("filter-lang", format!("'{name}' is neither cql2-text nor cql2-json")))?,
        };
        let crs = self.crs("filter-crs")?;
        let Some(text) = self.take("filter")? else { return Ok(None) };
        let predicate = cql2::parse(&text, language, collection, crs).map_err(|error| Problem::parameter("filter", error))?;
        Ok(Some(Arc::new(predicate)))
    }

    /// Takes the URI of a coordinate reference system; CRS84 where there is none.
    ///
    /// # Errors
    /// 400 when it is none that is offered.
    pub(super) fn crs(&mut self, name: &str) -> Result<Crs, Problem> {
        self.take(name)?.map_or(Ok(Crs::default()), |uri| Crs::parse(&uri).map_err(refused(name)))
    }

    /// Takes a number.
    ///
    /// # Errors
    /// 400 when it is missing or no finite number.
    pub(super) fn number(&mut self, name: &str) -> Result<f64, Problem> {
        let text = self.take(name)?.ok_or_else(|| Problem::parameter(name, "it is needed"))?;
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| Problem::parameter(name, format!("'{text}' is not a finite number")))
    }

    /// Takes `bbox` with `bbox-crs`, the coordinate reference system that its corners are in.
    fn bbox(&mut self) -> Result<Option<Bbox>, Problem> {
        let crs = self.crs("bbox-crs")?;
        let Some(text) = self.take("bbox")? else { return Ok(None) };
        if crs == Crs::Crs84 {
            return Bbox::parse(&text).map(Some).map_err(refused("bbox"));
        }
        let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
        let (low, high) = match numbers.as_deref() {
            Some([a, b, c, d] | [a, b, _, c, d, _]) => ((*a, *b), (*c, *d)),
            _ => return Err(Problem::parameter("bbox", format!("bbox '{text}': expected four or six numbers"))),
        };
        let corner = |(first, second)| {
            let outside =
                || Problem::parameter("bbox", format!("bbox '{text}': a corner does not lie on the globe in {}", crs.uri()));
            crs.to_crs84(first, second).ok_or_else(outside)
        };
        let ((west, south), (east, north)) = (corner(low)?, corner(high)?);
        Bbox::new(west, south, east, north).map(Some).map_err(refused("bbox"))
    }

    /// Takes `properties`: names with commas between them, of any property of the collection.
    fn properties(&mut self, collection: Collection) -> Result<Option<Vec<&'static Field>>, Problem> {
        let Some(text) = self.take("properties")? else { return Ok(None) };
        let names: Vec<&str> = text.split(',').collect();
        let fields: Vec<&'static Field> = collection.fields().iter().filter(|field| names.contains(&field.name)).collect();
        match names.iter().find(|name| !fields.iter().any(|field| field.name == **name)) {
            None => Ok(Some(fields)),
            Some(name) => Err(Problem::parameter("properties", format!("'{name}' is not a property of {}", collection.id()))),
        }
    }

    /// Takes `skipGeometry`.
    fn skip_geometry(&mut self) -> Result<bool, Problem> {
        match self.take("skipGeometry")?.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(other) => Err(Problem::parameter("skipGeometry", format!("'{other}' is neither true nor false"))),
        }
    }

    /// Takes everything that says what is asked of a collection, and nothing may be left: `bbox`, `datetime`, `known_at`,
    /// `limit`, `cursor`, `sortby`, `properties`, `skipGeometry`, `filter` and any queryable.
    ///
    /// # Errors
    /// 400 that names the parameter to blame.
    pub(super) fn feature_query(mut self, collection: Collection, now: Instant) -> Result<FeatureQuery, Problem> {
        let bbox = self.bbox()?;
        let sort = self.take("sortby")?.map(|text| SortKey::parse(collection, &text).map_err(refused("sortby"))).transpose()?;
        let (properties, skip_geometry) = (self.properties(collection)?, self.skip_geometry()?);
        let limit = self.take("limit")?.map_or(Ok(Limit::DEFAULT), |text| Limit::parse(&text).map_err(refused("limit")))?;
        let cursor = self.take("cursor")?;
        let mut query = self.filtered_query(collection, now)?;
        (query.bbox, query.limit) = (bbox, limit);
        (query.sort, query.properties, query.skip_geometry) = (sort.unwrap_or_default(), properties, skip_geometry);
        let fingerprint = query.fingerprint();
        query.cursor = cursor.map(|text| Cursor::parse(&text, fingerprint).map_err(refused("cursor"))).transpose()?;
        Ok(query)
    }

    /// The part of [`feature_query`](Self::feature_query) that counts share, which have no pages: `bbox`, and what tiles take.
    ///
    /// # Errors
    /// 400 that names the parameter to blame.
    pub(super) fn counted_query(mut self, collection: Collection, now: Instant) -> Result<FeatureQuery, Problem> {
        let bbox = self.bbox()?;
        Ok(FeatureQuery { bbox, ..self.filtered_query(collection, now)? })
    }

    /// The part of [`feature_query`](Self::feature_query) that tiles share: `datetime`, `known_at`, `filter` and any queryable.
    ///
    /// # Errors
    /// 400 that names the parameter to blame.
    pub(super) fn filtered_query(mut self, collection: Collection, now: Instant) -> Result<FeatureQuery, Problem> {
        let datetime = self.datetime()?;
        let known_at = self.known_at()?;
        let once = self.once(collection, known_at)?;
        let predicate = self.predicate(collection)?;
        let mut filters = Vec::new();
        while let Some((name, text)) = self.pairs.first().cloned() {
            if collection.queryable(&name).is_none() {
                break;
            }
            self.take(&name)?;
            filters.push(Filter::parse(collection, &name, &text).map_err(refused(&name))?);
        }
        self.finish()?;
        let as_of = as_of(datetime, now);
        Ok(FeatureQuery { datetime, known_at, once, filters, predicate, ..FeatureQuery::all(collection, as_of) })
    }
}

/// The instant at which a changing status is told: the end of what was asked, or the present where that is open.
pub(super) fn as_of(datetime: Interval, now: Instant) -> Instant {
    if datetime.end() == Instant::MAX { now.max(datetime.start()) } else { datetime.end() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<FeatureQuery, Problem> {
        Params::parse(Some(text))?.feature_query(Collection::Incidents, Instant::from_millis(0))
    }

    #[test]
    fn parameters_are_decoded_and_queryables_become_filters() {
        let read = query("bbox=-5%2C10%2C5%2C15&datetime=2023-01-01/..&actor1=JNIM&place=Nioro+du%20Sahel&limit=5").unwrap();
        assert_eq!((read.filters.len(), read.limit.count()), (2, 5));
    }

    #[test]
    fn unknown_doubled_and_malformed_parameters_are_refused() {
        for text in [
            "colour=red",
            "limit=1&limit=2",
            "limit=0",
            "bbox=",
            "datetime=",
            "limit=",
            "bbox=1,2,3,NaN",
            "cursor=x",
            "source=x",
            "%FF=1",
        ] {
            assert!(query(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_malformed_date_is_told_by_its_parameter() {
        for name in ["known_at", "datetime"] {
            let problem = serde_json::to_value(query(&format!("{name}=soon")).unwrap_err()).unwrap();
            assert_eq!(problem["parameter"], name);
            assert!(problem["detail"].as_str().unwrap().starts_with(&format!("{name} 'soon': ")), "{problem}");
        }
    }

    #[test]
    fn a_status_is_told_at_the_end_of_the_window_or_now() {
        let now = Instant::parse("2026-11-22T12:00:00Z").unwrap();
        assert_eq!(as_of(Interval::parse("2025-10-01/2025-10-31").unwrap(), now).to_string(), "2025-10-31T23:59:59.999Z");
        assert_eq!(as_of(Interval::ALWAYS, now), now);
    }
}
