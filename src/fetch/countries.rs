//! How the providers call the countries: UCDP by the numbers of Gleditsch and Ward, ACLED by its English names.

use std::str::FromStr;

/// The word for the whole world.
pub const EVERYWHERE: &str = "all";

/// ISO 3166-1 alpha-2 code, number of Gleditsch and Ward (doi:10.1080/03050629908434958), name in ACLED: the states of the map
/// and those around them.
const COUNTRIES: &[(&str, &str, &str)] = &[
    ("BF", "439", "Burkina Faso"),
    ("BJ", "434", "Benin"),
    ("CI", "437", "Ivory Coast"),
    ("GH", "452", "Ghana"),
    ("GN", "438", "Guinea"),
    ("ML", "432", "Mali"),
    ("MR", "435", "Mauritania"),
    ("NE", "436", "Niger"),
    ("NG", "475", "Nigeria"),
    ("SN", "433", "Senegal"),
    ("TG", "461", "Togo"),
    ("CM", "471", "Cameroon"),
    ("DZ", "615", "Algeria"),
    ("GM", "420", "Gambia"),
    ("GW", "404", "Guinea-Bissau"),
    ("LR", "450", "Liberia"),
    ("LY", "620", "Libya"),
    ("SL", "451", "Sierra Leone"),
    ("TD", "483", "Chad"),
];

/// How many of [`COUNTRIES`] are states of the map.
const ON_THE_MAP: usize = 11;

/// A country that rows are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    pub(super) ucdp: &'static str,
    pub(super) acled: &'static str,
}

impl Country {
    /// The states of the map.
    #[must_use]
    pub fn on_the_map() -> Vec<Self> {
        COUNTRIES.iter().take(ON_THE_MAP).map(Self::of).collect()
    }

    fn of(&(code, ucdp, acled): &(&'static str, &'static str, &'static str)) -> Self {
        Self { code, ucdp, acled }
    }
}

impl FromStr for Country {
    type Err = String;

    /// Reads an ISO code or ACLED's name, in either case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is = |word: &str| word.eq_ignore_ascii_case(text.trim());
        let found = COUNTRIES.iter().find(|(code, _, name)| is(code) || is(name)).map(Self::of);
        found.ok_or_else(|| {
            let codes: Vec<&str> = COUNTRIES.iter().map(|(code, ..)| *code).collect();
            format!("expected '{EVERYWHERE}' or one of {}", codes.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_its_code_or_its_name() {
        assert_eq!("ml".parse::<Country>(), Ok(Country { code: "ML", ucdp: "432", acled: "Mali" }));
        assert_eq!("Burkina faso".parse::<Country>().map(|country| country.code), Ok("BF"));
        assert!("Atlantis".parse::<Country>().is_err());
        assert_eq!(Country::on_the_map().len(), 11);
        assert_eq!(Country::on_the_map().last().map(|country| country.code), Some("TG"));
    }
}
