//! The formats that can be imported, and how one is told from another by the names of its columns.

use std::fmt;
use std::str::FromStr;

use super::cells::Cells;
use crate::domain::{Dataset, Instant, Redistribution};

/// What a file holds. Packing, encoding and syntax (CSV or JSON) are found by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Events of the UCDP Georeferenced Event Dataset, final or candidate, CSV or API reply.
    Ucdp,
    /// Events of ACLED, CSV or API reply.
    Acled,
    /// A GeoJSON FeatureCollection of incidents.
    Geojson,
    /// GeoJSON features of incidents, one a line or each after a record separator.
    GeojsonSeq,
    /// Any other table of incidents.
    Csv,
    /// Administrative regions in GeoJSON.
    Regions,
    /// Statements on who held a place, CSV or GeoJSON.
    Control,
    /// Supply roads and their reported status, CSV or GeoJSON.
    Corridors,
    /// A road network as OpenStreetMap has it, GeoJSON or PBF.
    Roads,
}

impl Format {
    /// Every format with its word.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Ucdp, "ucdp"),
        (Self::Acled, "acled"),
        (Self::Geojson, "geojson"),
        (Self::GeojsonSeq, "geojsonseq"),
        (Self::Csv, "csv"),
        (Self::Regions, "regions"),
        (Self::Control, "control"),
        (Self::Corridors, "corridors"),
        (Self::Roads, "roads"),
    ];

    /// The word of `--format`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(format, _)| *format == self).map_or("csv", |(_, word)| word)
    }

    /// The dataset of the rows where the user describes none: the provider's with its licence for UCDP and ACLED, else one
    /// named after the file.
    #[must_use]
    pub fn dataset(self, name: Option<&str>, file: &str, known_at: Instant) -> Dataset {
        let stem = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let stem = stem.split('.').next().unwrap_or(stem);
        let (id, title, licence, licence_url, attribution, redistribution, homepage) = match self {
            Self::Ucdp => (
                "ucdp-ged",
                "UCDP Georeferenced Event Dataset",
                "CC-BY-4.0",
                Some("https://creativecommons.org/licenses/by/4.0/"),
                "Uppsala Conflict Data Program (UCDP), Georeferenced Event Dataset, CC BY 4.0",
                Redistribution::Allowed,
                Some("https://ucdp.uu.se/downloads/"),
            ),
            Self::Acled => (
                "acled",
                "Armed Conflict Location & Event Data",
                "LicenseRef-ACLED",
                Some("https://acleddata.com/terms-and-conditions"),
                "Armed Conflict Location & Event Data (ACLED), acleddata.com",
                Redistribution::Restricted,
                Some("https://acleddata.com"),
            ),
            Self::Roads => (
                "",
                stem,
                "ODbL-1.0",
                Some("https://opendatacommons.org/licenses/odbl/1-0/"),
                "© OpenStreetMap contributors, ODbL 1.0",
                Redistribution::Allowed,
                Some("https://www.openstreetmap.org/copyright"),
            ),
            _ => ("", stem, "not stated", None, stem, Redistribution::Allowed, None),
        };
        let id = name.map_or_else(|| if id.is_empty() { slug(stem) } else { id.to_owned() }, slug);
        Dataset {
            title: if title.is_empty() { id.clone() } else { title.to_owned() },
            version: self.version(stem).unwrap_or_else(|| "not stated".to_owned()),
            released: known_at.date().unwrap_or(jiff::civil::Date::constant(1970, 1, 1)),
            licence: licence.to_owned(),
            licence_url: licence_url.map(ToOwned::to_owned),
            attribution: if attribution.is_empty() { id.clone() } else { attribution.to_owned() },
            redistribution,
            homepage: homepage.map(ToOwned::to_owned),
            description: format!("Imported from {}", if stem.is_empty() || stem == "-" { "standard input" } else { stem }),
            imported_at: None,
            id,
        }
    }

    /// UCDP names its files after the version: `ged261-csv`, `GEDEvent_v26_0_8`.
    fn version(self, stem: &str) -> Option<String> {
        if self != Self::Ucdp {
            return None;
        }
        let lower = stem.to_ascii_lowercase();
        if let Some((_, version)) = lower.split_once("gedevent_v") {
            let parts: Vec<&str> = version.split('_').take_while(|part| part.bytes().all(|byte| byte.is_ascii_digit())).collect();
            return (!parts.is_empty() && !parts[0].is_empty()).then(|| parts.join("."));
        }
        let digits = lower.strip_prefix("ged")?.get(..3)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("{}.{}", &digits[..2], &digits[2..]))
    }

    /// Tells what a table holds by its columns and, in GeoJSON, by the geometry of the first row. `found` is the format of a
    /// table of incidents that is nobody's in particular.
    pub(super) fn of(row: &Cells<'_>, found: Self) -> Option<Self> {
        let has = |name: &str| row.columns().has(name);
        let geometry = row.geometry().and_then(|geometry| geometry.get("type")).and_then(serde_json::Value::as_str);
        if has("event_id_cnty") || has("event_date") && (has("inter1") || has("actor1") && has("data_id")) {
            Some(Self::Acled)
        } else if has("type_of_violence") && has("side_a") {
            Some(Self::Ucdp)
        } else if has("waypoints") || geometry == Some("LineString") && (has("corridor") || has("corridor_id")) {
            Some(Self::Corridors)
        } else if geometry.is_some() && has("highway") {
            Some(Self::Roads)
        } else if has("status") && has("actor") && has("valid_from") {
            Some(Self::Control)
        } else if matches!(geometry, Some("Polygon" | "MultiPolygon")) {
            Some(Self::Regions)
        } else if found != Self::Csv || DATES.iter().any(|name| has(name)) {
            Some(found)
        } else {
            None
        }
    }
}

/// Names without which a table is not taken for one of incidents.
const DATES: &[&str] = &["date_start", "datetime", "date", "event_date", "start_date", "date_of_event"];

/// Lower case letters, digits and hyphens; never empty.
fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() {
            out.push('-');
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() { "import".to_owned() } else { out.to_owned() }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no format: expected one of ucdp, acled, geojson, geojsonseq, csv, regions, control, corridors, roads")]
pub struct UnknownFormatWord(String);

impl FromStr for Format {
    type Err = UnknownFormatWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .find(|(_, word)| *word == text)
            .map(|(format, _)| *format)
            .ok_or_else(|| UnknownFormatWord(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_one_word() {
        for (format, word) in Format::ALL {
            assert_eq!(word.parse::<Format>().as_ref(), Ok(format));
            assert_eq!(format.to_string(), *word);
        }
        assert!("xlsx".parse::<Format>().is_err());
    }

    #[test]
    fn datasets_bear_the_terms_of_their_provider() {
        let known_at = Instant::parse("2026-11-22T00:00:00Z").unwrap();
        let ucdp = Format::Ucdp.dataset(None, "in/GEDEvent_v26_0_8.csv", known_at);
        assert_eq!((ucdp.id.as_str(), ucdp.version.as_str(), ucdp.licence.as_str()), ("ucdp-ged", "26.0.8", "CC-BY-4.0"));
        assert_eq!(Format::Ucdp.dataset(None, "ged261-csv.zip", known_at).version, "26.1");
        assert_eq!(Format::Acled.dataset(None, "a.csv", known_at).redistribution, Redistribution::Restricted);
        let own = Format::Csv.dataset(None, "My events (2).csv", known_at);
        assert_eq!((own.id.as_str(), own.title.as_str()), ("my-events-2", "My events (2)"));
        assert_eq!(Format::Csv.dataset(Some("Wall data"), "-", known_at).id, "wall-data");
        assert_eq!(Format::Csv.dataset(None, "-", known_at).id, "import");
    }
}
