//! What a set of vector tiles holds, for the programs that show it: TileJSON 3.0 (<https://github.com/mapbox/tilejson-spec>), and the
//! same as the metadata of a PMTiles file.

use super::geojson::{write_number, write_string};
use super::matrix::MAX_ZOOM;
use crate::domain::{Bbox, Field, FieldKind};

/// The kind of a property in a vector tile, as other programs name it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyType {
    /// Text; dates and lists too.
    Text,
    /// A number, whole or not.
    Number,
    /// Yes or no.
    Boolean,
}

impl PropertyType {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "String",
            Self::Number => "Number",
            Self::Boolean => "Boolean",
        }
    }
}

impl From<FieldKind> for PropertyType {
    fn from(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Integer | FieldKind::Number => Self::Number,
            FieldKind::Text
            | FieldKind::Word(_)
            | FieldKind::Date
            | FieldKind::Moment
            | FieldKind::Instant
            | FieldKind::TextList => Self::Text,
        }
    }
}

/// A layer of vector tiles and its properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VectorLayer<'a> {
    /// Name of the layer in the tiles.
    pub id: &'a str,
    /// What it holds.
    pub description: &'a str,
    /// Names and kinds of its properties.
    pub fields: Vec<(&'a str, PropertyType)>,
}

impl<'a> VectorLayer<'a> {
    /// The layer of a collection: `id`, and the properties of its table.
    #[must_use]
    pub fn of(id: &'a str, description: &'a str, fields: &'static [Field]) -> Self {
        let own = [("id", PropertyType::Text)].into_iter();
        Self { id, description, fields: own.chain(fields.iter().map(|field| (field.name, field.kind.into()))).collect() }
    }

    /// The layer `meta` of [`write_meta`](super::mvt::write_meta).
    #[must_use]
    pub fn meta() -> Self {
        let fields =
            [("matched", PropertyType::Number), ("returned", PropertyType::Number), ("aggregated", PropertyType::Boolean)];
        Self {
            id: "meta",
            description: "How many records the tile stands for, how many features it has, and whether these are bins",
            fields: fields.to_vec(),
        }
    }

    /// The same layer with further properties, such as those of bins.
    #[must_use]
    pub fn with(mut self, fields: &[(&'a str, PropertyType)]) -> Self {
        self.fields.extend(fields);
        self
    }
}

/// A set of vector tiles.
#[derive(Debug, Clone, PartialEq)]
pub struct TileSet<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it shows.
    pub description: &'a str,
    /// Whom it is owed to, and under which licences; plain text or links in HTML.
    pub attribution: &'a str,
    /// What it covers; one that crosses the antimeridian is told as the whole way round, which the format cannot say otherwise.
    pub bounds: Bbox,
    /// The least zoom that it has.
    pub min_zoom: u8,
    /// The greatest.
    pub max_zoom: u8,
    /// Its layers.
    pub layers: Vec<VectorLayer<'a>>,
}

impl<'a> TileSet<'a> {
    /// A set of all zooms of that name, with nothing else said yet.
    #[must_use]
    pub fn new(name: &'a str) -> Self {
        Self { name, description: "", attribution: "", bounds: Bbox::WORLD, min_zoom: 0, max_zoom: MAX_ZOOM, layers: Vec::new() }
    }

    /// The TileJSON document for tiles at these addresses, each with `{z}`, `{x}` and `{y}`.
    ///
    /// ```
    /// use harmattan::domain::Region;
    /// use harmattan::tiles::{TileSet, VectorLayer};
    /// let layers = vec![VectorLayer::of("regions", "Administrative regions", Region::FIELDS)];
    /// let set = TileSet { layers, ..TileSet::new("regions") };
    /// let text = set.tilejson(&["http://127.0.0.1:8080/tiles/regions/{z}/{x}/{y}.mvt?v=7"]);
    /// assert!(text.starts_with(r#"{"tilejson":"3.0.0","name":"regions","#));
    /// assert!(text.contains(r#""vector_layers":[{"id":"regions","#));
    /// assert!(text.contains(r#""fields":{"id":"String","level":"Number","code":"String","#));
    /// ```
    #[must_use]
    pub fn tilejson(&self, tiles: &[&str]) -> String {
        let mut out = String::from("{\"tilejson\":\"3.0.0\",");
        self.members(&mut out);
        out.push_str(",\"scheme\":\"xyz\",\"tiles\":[");
        list(&mut out, tiles, |out, tile| write_string(out, tile));
        out.push_str("],");
        self.extent(&mut out);
        out.push('}');
        out
    }

    /// The metadata of a PMTiles file: what its header does not say already. `licences` are the names of the licences of the rows in
    /// it; each other member is of the caller's own naming and is text.
    #[must_use]
    pub fn metadata(&self, licences: &[&str], others: &[(&str, &str)]) -> String {
        let mut out = String::from("{");
        self.members(&mut out);
        out.push_str(",\"type\":\"overlay\",\"licences\":[");
        list(&mut out, licences, |out, licence| write_string(out, licence));
        out.push(']');
        for (name, value) in others {
            out.push(',');
            member(&mut out, name, value);
        }
        out.push('}');
        out
    }

    /// West, south, east and north, west of east.
    #[must_use]
    pub fn corners(&self) -> [f64; 4] {
        let bbox = self.bounds;
        let (west, east) = if bbox.crosses_antimeridian() { (-180.0, 180.0) } else { (bbox.west(), bbox.east()) };
        [west, bbox.south(), east, bbox.north()]
    }

    fn members(&self, out: &mut String) {
        member(out, "name", self.name);
        for (name, value) in [("description", self.description), ("attribution", self.attribution)] {
            if !value.is_empty() {
                out.push(',');
                member(out, name, value);
            }
        }
        out.push_str(",\"vector_layers\":[");
        list(out, &self.layers, |out, layer| {
            out.push('{');
            member(out, "id", layer.id);
            out.push(',');
            member(out, "description", layer.description);
            out.push(',');
            self.zooms(out);
            out.push_str(",\"fields\":{");
            list(out, &layer.fields, |out, (name, kind)| member(out, name, kind.name()));
            out.push_str("}}");
        });
        out.push(']');
    }

    fn zooms(&self, out: &mut String) {
        out.push_str("\"minzoom\":");
        write_number(out, self.min_zoom.into());
        out.push_str(",\"maxzoom\":");
        write_number(out, self.max_zoom.into());
    }

    fn extent(&self, out: &mut String) {
        self.zooms(out);
        out.push_str(",\"bounds\":[");
        list(out, &self.corners(), |out, degrees| write_number(out, *degrees));
        out.push(']');
    }
}

fn member(out: &mut String, name: &str, value: &str) {
    write_string(out, name);
    out.push(':');
    write_string(out, value);
}

fn list<T>(out: &mut String, items: &[T], write: impl Fn(&mut String, &T)) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Incident;
    use serde_json::{Value, json};

    fn set() -> TileSet<'static> {
        TileSet {
            description: "Reported \"incidents\"",
            attribution: "UCDP GED, CC BY 4.0",
            bounds: Bbox::new(-17.5, 4.0, 15.0, 23.0).unwrap(),
            layers: vec![VectorLayer::of("incidents", "Incidents", Incident::FIELDS), VectorLayer::meta()],
            ..TileSet::new("incidents")
        }
    }

    #[test]
    fn the_document_has_what_tilejson_3_requires() {
        let read: Value = serde_json::from_str(&set().tilejson(&["http://a/{z}/{x}/{y}.mvt?v=1"])).unwrap();
        assert_eq!(read["tilejson"], json!("3.0.0"));
        assert_eq!(read["tiles"], json!(["http://a/{z}/{x}/{y}.mvt?v=1"]));
        assert_eq!(read["bounds"], json!([-17.5, 4, 15, 23]));
        assert_eq!((&read["minzoom"], &read["maxzoom"]), (&json!(0), &json!(14)));
        assert_eq!(read["description"], json!("Reported \"incidents\""));
        let fields = read["vector_layers"][0]["fields"].as_object().unwrap();
        assert_eq!(fields.len(), Incident::FIELDS.len() + 1);
        assert_eq!(
            (&fields["id"], &fields["fatalities_best"], &fields["date_start"]),
            (&json!("String"), &json!("Number"), &json!("String"))
        );
        assert_eq!(
            read["vector_layers"][1]["fields"],
            json!({"matched": "Number", "returned": "Number", "aggregated": "Boolean"})
        );
    }

    #[test]
    fn the_metadata_of_a_file_names_its_licences_and_has_no_addresses() {
        let read: Value = serde_json::from_str(&set().metadata(&["CC BY 4.0"], &[("generation", "7")])).unwrap();
        assert_eq!((&read["licences"], &read["generation"]), (&json!(["CC BY 4.0"]), &json!("7")));
        assert_eq!(read["vector_layers"].as_array().unwrap().len(), 2);
        assert!(read.get("tiles").is_none());
    }

    #[test]
    fn bounds_across_the_antimeridian_are_the_whole_way_round() {
        let set = TileSet { bounds: Bbox::new(170.0, -10.0, -170.0, 10.0).unwrap(), ..TileSet::new("a") };
        assert_eq!(set.corners(), [-180.0, -10.0, 180.0, 10.0]);
    }
}
