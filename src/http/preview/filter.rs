//! Which incidents a link lets through, and how a picture says so: the filters of the page, by the names of the collection's queryables where
//! these ask for the same.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::words::Language;
use crate::domain::{AdminLevel, Collection, Comparison, EventType, Field, Folding, Pattern, Predicate, Scalar, Side};
use crate::http::links;
use crate::http::params::Params;
use crate::http::problem::{Problem, refused};
use crate::store::Snapshot;

/// A value, or what is searched for, has at most so many characters.
const LONGEST: usize = 200;

/// Names of one kind that are written; of the others their number.
const MOST_NAMES: usize = 6;

/// Classes of reported deaths (best figure) with the least and the greatest number of each, as on the page; `None` where nobody gives one.
const DEATHS: [(&str, Option<(f64, f64)>); 6] = [
    ("unknown", None),
    ("0", Some((0.0, 0.0))),
    ("1-9", Some((1.0, 9.0))),
    ("10-24", Some((10.0, 24.0))),
    ("25-99", Some((25.0, 99.0))),
    ("100+", Some((100.0, f64::MAX))),
];

/// What incidents are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Facet {
    /// The side of the party that acts.
    Side,
    EventType,
    Country,
    Region,
    /// Either party.
    Actor,
    Deaths,
    GeoPrecision,
    Dataset,
}

impl Facet {
    /// Each with its parameter and the key of its name, in the order of the page.
    const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Side, "side", "filters.sides"),
        (Self::EventType, "event_type", "filters.types"),
        (Self::Country, "country", "filters.countries"),
        (Self::Region, "region", "filters.regions"),
        (Self::Actor, "actor", "filters.actors"),
        (Self::Deaths, "deaths", "filters.deaths"),
        (Self::GeoPrecision, "geo_precision", "filters.precisions"),
        (Self::Dataset, "dataset", "filters.datasets"),
    ];

    fn check(self, parameter: &str, value: &str) -> Result<(), Problem> {
        let among = |words: &mut dyn Iterator<Item = &'static str>| {
            let words: Vec<&str> = words.collect();
            let problem = || Problem::parameter(parameter, format!("'{value}' is none of {}", words.join(", ")));
            words.contains(&value).then_some(()).ok_or_else(problem)
        };
        match self {
            Self::Side => Side::parse(value).map(|_| ()).map_err(refused(parameter)),
            Self::EventType => EventType::parse(value).map(|_| ()).map_err(refused(parameter)),
            Self::Deaths => among(&mut DEATHS.iter().map(|(class, _)| *class)),
            Self::GeoPrecision => among(&mut ["1", "2", "3"].into_iter()),
            Self::Country | Self::Region | Self::Actor | Self::Dataset => plain(parameter, value),
        }
    }

    fn predicate(self, values: &[String], snapshot: &Snapshot) -> Predicate {
        let texts = |values: &[String]| values.iter().cloned().map(Scalar::Text).collect();
        let is_one_of = |name, values: &[String]| Predicate::In(property(name), texts(values));
        match self {
            Self::Side => acted(values, snapshot),
            Self::EventType => is_one_of("event_type", values),
            Self::Country => is_one_of("country", values),
            Self::Region => is_one_of("region", values),
            Self::Dataset => is_one_of("dataset", values),
            Self::Actor => Predicate::Or(vec![is_one_of("actor1", values), is_one_of("actor2", values)]),
            Self::GeoPrecision => {
                let numbers = values.iter().filter_map(|value| value.parse().ok()).map(Scalar::Number);
                Predicate::In(property("geo_precision"), numbers.collect())
            }
            Self::Deaths => {
                let class = |value: &String| DEATHS.iter().find(|(class, _)| class == value).map(|(_, span)| *span);
                Predicate::Or(values.iter().filter_map(class).map(died).collect())
            }
        }
    }

    /// A value as people call it.
    fn name(self, value: &str, snapshot: &Snapshot, language: Language) -> String {
        let text = |key: String| language.text(&key).to_owned();
        let region = |level| {
            let found = snapshot.regions().iter().find(|region| region.level == level && region.id == value);
            found.map(|region| region.name_fr.clone().filter(|_| language == Language::French).unwrap_or(region.name.clone()))
        };
        let named = match self {
            Self::Side => text(format!("side.{value}")),
            Self::EventType => text(format!("type.{value}")),
            Self::Deaths => text(format!("deaths.class.{value}")),
            Self::GeoPrecision => text(format!("precision.geo.{value}")),
            Self::Country => region(AdminLevel::Country).unwrap_or_default(),
            Self::Region => region(AdminLevel::First).unwrap_or_default(),
            Self::Actor => actor_name(value, snapshot, language),
            Self::Dataset => match language.text(&format!("dataset.{value}")) {
                "" => snapshot.datasets().iter().find(|set| set.id == value).map_or(String::new(), |set| set.title.clone()),
                title => title.to_owned(),
            },
        };
        if named.is_empty() { value.to_owned() } else { named }
    }
}

/// Each parameter with what it asks for, the words that it takes where they are fixed, and an example.
pub(in crate::http) fn described() -> Vec<(&'static str, &'static str, Vec<&'static str>, &'static str)> {
    let describe = |(facet, parameter, _)| {
        let (description, words, example) = match facet {
            Facet::Side => ("Side of the party that acts", Side::ALL.iter().map(|(_, word)| *word).collect(), "jnim"),
            Facet::EventType => ("Types of event", EventType::WORDS.to_vec(), "battle"),
            Facet::Country => ("States, ISO 3166-1 alpha-2", Vec::new(), "ML"),
            Facet::Region => ("Ids of level-1 regions", Vec::new(), "ML-5"),
            Facet::Actor => ("Codes of actors, on either side", Vec::new(), "JNIM"),
            Facet::Deaths => ("Classes of reported deaths, best figure", DEATHS.map(|(class, _)| class).to_vec(), "10-24"),
            Facet::GeoPrecision => {
                ("How exactly it is placed: 1 the named place, 2 near it, 3 an area", vec!["1", "2", "3"], "1")
            }
            Facet::Dataset => ("Ids of datasets", Vec::new(), "chronology"),
        };
        (parameter, description, words, example)
    };
    Facet::ALL.into_iter().map(describe).collect()
}

/// The name of an actor; its code where nobody knows one.
pub(super) fn actor_name(code: &str, snapshot: &Snapshot, language: Language) -> String {
    let Some(actor) = snapshot.actors().iter().find(|actor| actor.code == code) else { return code.to_owned() };
    if language == Language::French && !actor.name_fr.is_empty() { actor.name_fr.clone() } else { actor.name_en.clone() }
}

/// Text that may stand in a picture.
fn plain(parameter: &str, text: &str) -> Result<(), Problem> {
    if text.chars().count() > LONGEST {
        return Err(Problem::parameter(parameter, format!("it is longer than {LONGEST} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(Problem::parameter(parameter, "it has a control character"));
    }
    Ok(())
}

fn field(name: &str) -> &'static Field {
    Collection::Incidents.fields().iter().find(|field| field.name == name).expect("a property of incidents: a test asks for each")
}

fn property(name: &str) -> Scalar {
    Scalar::Property(field(name))
}

/// Incidents in which one of these sides acts. Whoever is not among the actors, or not named, is on no established side.
fn acted(values: &[String], snapshot: &Snapshot) -> Predicate {
    let codes = |of: &dyn Fn(Side) -> bool| {
        let actors = snapshot.actors().iter().filter(|actor| of(actor.side));
        Predicate::In(property("actor1"), actors.map(|actor| Scalar::Text(actor.code.clone())).collect())
    };
    let mut any = vec![codes(&|side| values.iter().any(|value| value == side.as_str()))];
    if values.iter().any(|value| value == Side::Unknown.as_str()) {
        any.push(Predicate::IsNull(field("actor1")));
        any.push(Predicate::Not(Box::new(codes(&|_| true))));
    }
    Predicate::Or(any)
}

fn died(span: Option<(f64, f64)>) -> Predicate {
    let best = || property("fatalities_best");
    match span {
        None => Predicate::IsNull(field("fatalities_best")),
        Some((least, most)) => Predicate::And(vec![
            Predicate::Compare(Comparison::GreaterOrEqual, best(), Scalar::Number(least)),
            Predicate::Compare(Comparison::LessOrEqual, best(), Scalar::Number(most)),
        ]),
    }
}

/// Without case and accents.
fn folded(text: &str) -> String {
    Folding::Case.of(&Folding::Accents.of(text))
}

/// The records that hold a word: in what they say, or in the names of what their codes stand for.
fn holds(word: &str, snapshot: &Snapshot, language: Language) -> Predicate {
    let word = folded(word);
    let mut pattern = String::from("%");
    for character in word.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    let said = |name: &&str| {
        let bare = Scalar::Folded(Folding::Accents, Box::new(property(name)));
        Predicate::Like(Scalar::Folded(Folding::Case, Box::new(bare)), Pattern::new(&pattern))
    };
    let mut any: Vec<Predicate> = ["title", "place", "notes", "source", "actor1", "actor2"].iter().map(said).collect();
    let mut coded = |name, codes: Vec<String>| {
        if !codes.is_empty() {
            any.push(Predicate::In(property(name), codes.into_iter().map(Scalar::Text).collect()));
        }
    };
    let fits = |facet: Facet, code: &str| folded(&facet.name(code, snapshot, language)).contains(&word);
    let actors = || snapshot.actors().iter().map(|actor| actor.code.clone()).filter(|code| fits(Facet::Actor, code)).collect();
    coded("actor1", actors());
    coded("actor2", actors());
    for (name, facet, level) in [("country", Facet::Country, AdminLevel::Country), ("region", Facet::Region, AdminLevel::First)] {
        let regions = snapshot.regions().iter().filter(|region| region.level == level).map(|region| region.id.clone());
        coded(name, regions.filter(|id| fits(facet, id)).collect());
    }
    let types = EventType::WORDS.iter().filter(|word| fits(Facet::EventType, word));
    coded("event_type", types.map(|word| (*word).to_owned()).collect());
    Predicate::Or(any)
}

/// The filters of a link: of each facet the values that pass, and words that a record must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Filters {
    chosen: Vec<(Facet, Vec<String>)>,
    text: Option<String>,
}

impl Filters {
    /// Takes the parameter of each facet (values with commas between them; a backslash takes the meaning from a comma) and `q`.
    pub(super) fn take(params: &mut Params) -> Result<Self, Problem> {
        let mut filters = Self::default();
        for (facet, parameter, _) in Facet::ALL {
            let Some(text) = params.take(parameter)? else { continue };
            let values = listed(&text);
            if values.is_empty() {
                return Err(Problem::parameter(parameter, "it names nothing"));
            }
            values.iter().try_for_each(|value| facet.check(parameter, value))?;
            filters.chosen.push((facet, values));
        }
        if let Some(text) = params.take("q")? {
            plain("q", &text)?;
            filters.text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        }
        Ok(filters)
    }

    /// Appends the parameters that ask for the same, each after an `&`.
    pub(super) fn write(&self, query: &mut Vec<String>) {
        for (facet, values) in &self.chosen {
            let Some((_, parameter, _)) = Facet::ALL.into_iter().find(|(other, ..)| other == facet) else { continue };
            let escaped: Vec<String> =
                values.iter().map(|value| links::segment(&value.replace('\\', "\\\\").replace(',', "\\,"))).collect();
            query.push(format!("{parameter}={}", escaped.join(",")));
        }
        query.extend(self.text.as_deref().map(|text| format!("q={}", links::segment(text))));
    }

    /// The condition on incidents; `None` where all pass.
    pub(super) fn predicate(&self, snapshot: &Snapshot, language: Language) -> Option<Arc<Predicate>> {
        let mut all: Vec<Predicate> = self.chosen.iter().map(|(facet, values)| facet.predicate(values, snapshot)).collect();
        let words = self.text.iter().flat_map(|text| text.split_whitespace());
        all.extend(words.map(|word| holds(word, snapshot, language)));
        (!all.is_empty()).then(|| Arc::new(Predicate::And(all)))
    }

    /// What is left out, in words; `None` where nothing is.
    pub(super) fn words(&self, snapshot: &Snapshot, language: Language) -> Option<String> {
        let mut parts = Vec::new();
        for (facet, values) in &self.chosen {
            let key = Facet::ALL.iter().find(|(other, ..)| other == facet).map_or("", |(.., key)| key);
            let mut seen = HashSet::new();
            let names: Vec<String> = values
                .iter()
                .map(|value| facet.name(value, snapshot, language))
                .filter(|name| seen.insert(name.clone()))
                .collect();
            let mut text = names.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
            if names.len() > MOST_NAMES {
                let _ = write!(text, " +{}", names.len() - MOST_NAMES);
            }
            parts.push(language.filled("stack.item", &[("name", language.text(key)), ("count", &text)]));
        }
        if let Some(text) = &self.text {
            let quoted = language.quoted(text);
            parts.push(language.filled("stack.item", &[("name", language.text("filters.text")), ("count", &quoted)]));
        }
        (!parts.is_empty()).then(|| format!("{} – {}", language.text("filters.active"), parts.join(" · ")))
    }
}

/// The values of a list.
fn listed(text: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, values.last_mut()) {
            (',', _) => values.push(String::new()),
            ('\\', Some(last)) => last.extend(characters.next()),
            (other, Some(last)) => last.push(other),
            (_, None) => {}
        }
    }
    values.retain(|value| !value.is_empty());
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FeatureQuery, GeoPrecision, Incident, Instant};
    use crate::import::bundled;
    use crate::store::{MemoryStore, Store as _, commit};

    fn taken(query: &str) -> Result<Filters, Problem> {
        let mut params = Params::parse(Some(query))?;
        let filters = Filters::take(&mut params)?;
        params.finish()?;
        Ok(filters)
    }

    #[test]
    fn what_is_written_is_read_again() {
        for query in [
            "",
            "side=jnim,unknown&event_type=battle&country=ML,NE&region=ML-5&actor=JNIM&deaths=100%2B,unknown&geo_precision=1&dataset=mine",
            "dataset=a%5C,b,c%5C%5C&q=M%C3%A9naka%20%26%20%3Cb%3E",
        ] {
            let filters = taken(query).expect("filters");
            let mut parts = Vec::new();
            filters.write(&mut parts);
            assert_eq!(parts.join("&"), query);
            assert_eq!(taken(&parts.join("&")).expect("the same"), filters);
        }
        assert_eq!(listed("a\\,b,c\\\\,,d"), ["a,b", "c\\", "d"]);
    }

    #[test]
    fn what_passes_is_what_passes_on_the_page() {
        let changes = bundled().expect("the bundled data reads").changes;
        let store = MemoryStore::new().expect("an empty store");
        commit(&store, changes.clone()).expect("the bundled data fits");
        let snapshot = store.snapshot().expect("a snapshot");
        let side = |code: Option<&str>| {
            let actor = snapshot.actors().iter().find(|actor| Some(actor.code.as_str()) == code);
            actor.map_or(Side::Unknown, |actor| actor.side)
        };
        let either = |of: &Incident, code: &str| [&of.actor1, &of.actor2].into_iter().any(|actor| actor.as_deref() == Some(code));
        // Record by record, as static/src/data/selection.ts and static/src/page.ts go about it.
        let hay = |of: &Incident, language| {
            let name =
                |facet: Facet, code: Option<&str>| code.map_or(String::new(), |code| facet.name(code, &snapshot, language));
            let parties = [of.actor1.as_deref(), of.actor2.as_deref()];
            let names = parties.map(|code| format!("{} {}", code.unwrap_or_default(), name(Facet::Actor, code)));
            folded(
                &[
                    of.title.clone(),
                    of.place.clone(),
                    of.notes.clone().unwrap_or_default(),
                    of.source.citation.clone(),
                    names.join(" "),
                    name(Facet::Country, Some(&of.country)),
                    name(Facet::Region, of.region.as_deref()),
                    name(Facet::EventType, Some(of.event_type.as_str())),
                ]
                .join(" "),
            )
        };
        type Passes<'a> = Box<dyn Fn(&Incident) -> bool + 'a>;
        let best = |of: &Incident| of.fatalities.best;
        let cases: Vec<(&str, Passes<'_>)> = vec![
            ("side=unknown", Box::new(|of| side(of.actor1.as_deref()) == Side::Unknown)),
            ("side=jnim,state", Box::new(|of| matches!(side(of.actor1.as_deref()), Side::Jnim | Side::State))),
            ("deaths=unknown", Box::new(|of| best(of).is_none())),
            ("deaths=0,10-24,100%2B", Box::new(|of| best(of).is_some_and(|n| n == 0 || (10..25).contains(&n) || n >= 100))),
            ("deaths=1-9,25-99", Box::new(|of| best(of).is_some_and(|n| (1..10).contains(&n) || (25..100).contains(&n)))),
            ("actor=JNIM,FAMA", Box::new(|of| either(of, "JNIM") || either(of, "FAMA"))),
            ("country=ML&event_type=battle", Box::new(|of| of.country == "ML" && of.event_type == EventType::Battle)),
            ("region=ML-5,ML-6", Box::new(|of| matches!(of.region.as_deref(), Some("ML-5" | "ML-6")))),
            ("geo_precision=2,3", Box::new(|of| of.geo_precision != GeoPrecision::Exact)),
            ("q=M%C3%89NAKA", Box::new(|of| hay(of, Language::English).contains("menaka"))),
            ("q=battle+niger", Box::new(|of| ["battle", "niger"].iter().all(|word| hay(of, Language::English).contains(word)))),
            ("q=%25", Box::new(|of| hay(of, Language::English).contains('%'))),
        ];
        for (query, passes) in cases {
            let predicate = taken(query).expect("filters").predicate(&snapshot, Language::English);
            let asked = FeatureQuery { predicate, ..FeatureQuery::all(Collection::Incidents, Instant::MAX) };
            let drawn = snapshot.playback(&asked, usize::MAX).position.codes.len();
            let wanted = changes.incidents.iter().filter(|of| passes(of)).count();
            assert_eq!(drawn, wanted, "{query}");
            assert!(drawn < changes.incidents.len(), "{query}");
        }
    }

    #[test]
    fn what_is_no_value_is_refused() {
        let long = "x".repeat(LONGEST + 1);
        for query in [
            "side=good",
            "event_type=war",
            "deaths=7",
            "geo_precision=4",
            "country=",
            "actor=,",
            "q=a%07b",
            "country=ML&country=NE",
            &format!("q={long}"),
            &format!("actor={long}"),
        ] {
            assert!(taken(query).is_err(), "{query}");
        }
    }

    #[test]
    fn every_property_and_every_name_is_there() {
        for name in ["title", "place", "notes", "source", "actor1", "actor2", "country", "region", "event_type", "dataset"] {
            assert_eq!(field(name).name, name);
        }
        for name in ["geo_precision", "fatalities_best"] {
            assert_eq!(field(name).name, name);
        }
        for language in [Language::English, Language::French] {
            let keys = Facet::ALL.iter().map(|(.., key)| (*key).to_owned());
            let keys = keys.chain(Side::ALL.iter().map(|(_, word)| format!("side.{word}")));
            let keys = keys.chain(EventType::WORDS.iter().map(|word| format!("type.{word}")));
            let keys = keys.chain(DEATHS.iter().map(|(class, _)| format!("deaths.class.{class}")));
            let keys = keys.chain(["1", "2", "3"].map(|number| format!("precision.geo.{number}")));
            for key in keys.chain(["filters.active", "filters.text", "stack.item"].map(ToOwned::to_owned)) {
                assert!(!language.text(&key).is_empty(), "{key} in {language:?}");
            }
        }
    }
}
