//! CQL2 JSON: the schema of OGC 21-065r2, annex C.

use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use serde_json::{Map, Value as Json};

use super::syntax::{Kind, MAX_DEPTH, Node};
use super::text::moment;
use super::{Cql2Error, Place};

type Read<T> = Result<T, Cql2Error>;

/// Reads a filter.
pub(super) fn read(text: &str) -> Read<Node> {
    let json: Json = serde_json::from_str(text).map_err(|error| {
        // The library counts bytes of a line.
        let before: usize =
            text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(|line| line.chars().count()).sum();
        let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
        let within = line.char_indices().take_while(|(byte, _)| byte + 1 < error.column()).count();
        let reason = error.to_string();
        let reason = reason.split(" at line ").next().unwrap_or("this is not JSON").to_owned();
        Cql2Error { place: Place::Character(before + within + 1), reason }
    })?;
    Part { json: &json, pointer: String::new(), depth: 0 }.node()
}

/// A part of the document and where it stands.
struct Part<'a> {
    json: &'a Json,
    pointer: String,
    depth: usize,
}

impl<'a> Part<'a> {
    fn place(&self) -> Place {
        Place::Pointer(self.pointer.clone())
    }

    fn fault<T>(&self, reason: impl Into<String>) -> Read<T> {
        Err(Cql2Error { place: self.place(), reason: reason.into() })
    }

    fn within(&self, name: &str, json: &'a Json) -> Self {
        // None of the names that are looked up needs an escape.
        Self { json, pointer: format!("{}/{name}", self.pointer), depth: self.depth + 1 }
    }

    fn member(&self, object: &'a Map<String, Json>, name: &str) -> Read<Self> {
        match object.get(name) {
            Some(json) => Ok(self.within(name, json)),
            None => self.fault(format!("'{name}' is missing")),
        }
    }

    fn items(&self) -> Read<Vec<Self>> {
        match self.json {
            Json::Array(items) => Ok(items.iter().enumerate().map(|(at, json)| self.within(&at.to_string(), json)).collect()),
            _ => self.fault("expected an array"),
        }
    }

    fn text(&self) -> Read<&'a str> {
        self.json.as_str().map_or_else(|| self.fault("expected a text"), Ok)
    }

    fn number(&self) -> Read<f64> {
        self.json.as_f64().filter(|number| number.is_finite()).map_or_else(|| self.fault("expected a number"), Ok)
    }

    fn node(&self) -> Read<Node> {
        if self.depth > 2 * MAX_DEPTH {
            return self.fault(format!("more than {MAX_DEPTH} parts within one another"));
        }
        let kind = match self.json {
            Json::Null => return self.fault("null means nothing here; isNull asks for what is unknown"),
            Json::Bool(truth) => Kind::Truth(*truth),
            Json::Number(_) => Kind::Number(self.number()?),
            Json::String(text) => Kind::Text(text.clone()),
            Json::Array(_) => Kind::List(self.items()?.iter().map(Self::node).collect::<Read<_>>()?),
            Json::Object(object) => self.object(object)?,
        };
        Ok(Node { place: self.place(), kind })
    }

    fn object(&self, object: &'a Map<String, Json>) -> Read<Kind> {
        let has = |name| object.contains_key(name);
        if has("op") {
            let name = self.member(object, "op")?.text()?;
            let arguments = self.member(object, "args")?.items()?;
            let arguments = arguments.iter().map(Self::node).collect::<Read<Vec<_>>>()?;
            return Ok(Kind::Call(name.to_ascii_lowercase(), arguments));
        }
        if has("property") {
            return Ok(Kind::Property(self.member(object, "property")?.text()?.to_owned()));
        }
        for name in ["date", "timestamp"] {
            if has(name) {
                let part = self.member(object, name)?;
                return Ok(Kind::Moment(moment(&part.place(), name, part.text()?)?));
            }
        }
        if has("interval") {
            let ends = self.member(object, "interval")?.items()?;
            return Ok(Kind::Call("interval".to_owned(), ends.iter().map(Self::node).collect::<Read<_>>()?));
        }
        if has("bbox") && !has("type") {
            let numbers = self.member(object, "bbox")?.items()?;
            return Ok(Kind::Bbox(numbers.iter().map(Self::number).collect::<Read<_>>()?));
        }
        if has("type") {
            return self.geometry(object).map(Kind::Geometry);
        }
        self.fault("expected an object with op, property, date, timestamp, interval, bbox or a geometry's type")
    }

    fn geometry(&self, object: &'a Map<String, Json>) -> Read<Geometry<f64>> {
        let kind = self.member(object, "type")?;
        if kind.text()? == "GeometryCollection" {
            let parts = self.member(object, "geometries")?.items()?;
            let part = |part: &Self| match part.json {
                Json::Object(object) if part.depth <= MAX_DEPTH => part.geometry(object),
                _ => part.fault("expected a geometry"),
            };
            return Ok(Geometry::GeometryCollection(GeometryCollection(parts.iter().map(part).collect::<Read<_>>()?)));
        }
        let at = || self.member(object, "coordinates");
        Ok(match kind.text()? {
            "Point" => Point(at()?.coordinate()?).into(),
            "LineString" => at()?.line()?.into(),
            "Polygon" => at()?.polygon()?.into(),
            "MultiPoint" => MultiPoint(at()?.each(|part| Ok(Point(part.coordinate()?)))?).into(),
            "MultiLineString" => MultiLineString(at()?.each(Self::line)?).into(),
            "MultiPolygon" => MultiPolygon(at()?.each(Self::polygon)?).into(),
            other => return kind.fault(format!("'{other}' is no type of geometry")),
        })
    }

    fn each<T>(&self, read: impl Fn(&Self) -> Read<T>) -> Read<Vec<T>> {
        self.items()?.iter().map(read).collect()
    }

    /// Two numbers; a third, the height, is set aside.
    fn coordinate(&self) -> Read<Coord<f64>> {
        match &self.each(Self::number)?[..] {
            [x, y] | [x, y, _] => Ok(Coord { x: *x, y: *y }),
            _ => self.fault("expected two numbers"),
        }
    }

    fn line(&self) -> Read<LineString<f64>> {
        Ok(LineString(self.each(Self::coordinate)?))
    }

    fn polygon(&self) -> Read<Polygon<f64>> {
        let mut rings = self.each(Self::line)?.into_iter();
        match rings.next() {
            Some(exterior) => Ok(Polygon::new(exterior, rings.collect())),
            None => self.fault("a polygon has at least one ring"),
        }
    }
}
