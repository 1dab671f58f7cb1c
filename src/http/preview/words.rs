//! What stands in a preview as text, in the words of the page's own catalogues, so that the two say the same.

use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A language that a preview is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Language {
    English,
    French,
}

/// Names of the months as the Unicode CLDR has them.
const MONTHS: [[&str; 12]; 2] = [
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
];

impl Language {
    /// The language of a link. Arabic, whose letters join, is not drawn: a link in Arabic has its picture in English.
    pub(super) fn parse(code: &str) -> Option<Self> {
        match code {
            "en" | "ar" => Some(Self::English),
            "fr" => Some(Self::French),
            _ => None,
        }
    }

    /// As the Open Graph protocol names it.
    pub(in crate::http) fn locale(self) -> &'static str {
        match self {
            Self::English => "en_GB",
            Self::French => "fr_FR",
        }
    }

    /// The text of a key.
    pub(in crate::http) fn text(self, key: &str) -> &'static str {
        static CATALOGUES: OnceLock<[HashMap<String, String>; 2]> = OnceLock::new();
        let read =
            |text: &str| serde_json::from_str(text).expect("the catalogues inside the program are JSON: a test reads them");
        let catalogues = CATALOGUES.get_or_init(|| {
            [include_str!("../../../static/src/i18n/en.json"), include_str!("../../../static/src/i18n/fr.json")].map(read)
        });
        catalogues[self as usize].get(key).map_or("", String::as_str)
    }

    /// The same with what stands in braces put in.
    pub(super) fn filled(self, key: &str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.text(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// `1 incident`, `41 incidents`: French counts none as one (CLDR plural rules).
    pub(super) fn counted(self, key: &str, count: u64) -> String {
        let one = count == 1 || (self == Self::French && count == 0);
        self.filled(&format!("{key}.{}", if one { "one" } else { "other" }), &[("count", &self.number(count))])
    }

    /// A text in quotation marks.
    pub(super) fn quoted(self, text: &str) -> String {
        match self {
            Self::English => format!("“{text}”"),
            Self::French => format!("« {text} »"),
        }
    }

    /// A whole number with its thousands apart: by a comma in English, by a narrow space in French.
    fn number(self, number: u64) -> String {
        let digits = number.to_string();
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(if self == Self::English { ',' } else { '\u{202f}' });
            }
            text.push(digit);
        }
        text
    }

    fn month(self, date: Date) -> &'static str {
        MONTHS[self as usize][usize::from(date.month().unsigned_abs()) - 1]
    }

    fn number_of_day(self, date: Date) -> String {
        if self == Self::French && date.day() == 1 { "1er".to_owned() } else { date.day().to_string() }
    }

    /// `9 November 2025`, `1er novembre 2025`.
    pub(super) fn day(self, date: Date) -> String {
        format!("{} {} {}", self.number_of_day(date), self.month(date), date.year())
    }

    /// The days from one to another, both included, as short as they can be said: `3 to 9 November 2025`, `October 2025`, `2012 to 2014`.
    pub(in crate::http) fn span(self, from: Date, to: Date) -> String {
        if from == to {
            return self.day(from);
        }
        let between = |key: &str, from: String, to: String| self.filled(key, &[("from", &from), ("to", &to)]);
        let same_year = from.year() == to.year();
        let same_month = same_year && from.month() == to.month();
        if from == from.first_of_month() && to == to.last_of_month() {
            if from == from.first_of_year() && to == to.last_of_year() {
                let (from, to) = (from.year().to_string(), to.year().to_string());
                return if same_year { to } else { between("date.rangeBare", from, to) };
            }
            let last = format!("{} {}", self.month(to), to.year());
            return if same_month {
                last
            } else if same_year {
                between("date.rangeBare", self.month(from).to_owned(), last)
            } else {
                between("date.rangeBare", format!("{} {}", self.month(from), from.year()), last)
            };
        }
        let first = if same_month {
            self.number_of_day(from)
        } else if same_year {
            format!("{} {}", self.number_of_day(from), self.month(from))
        } else {
            self.day(from)
        };
        between("date.range", first, self.day(to))
    }
}

/// With its first letter large.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::Language::{English, French};
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_text_of_a_picture_stands_in_both_catalogues() {
        for language in [English, French] {
            for key in super::super::sketch::KEYS {
                assert!(!language.text(key).is_empty(), "{key} in {language:?}");
            }
        }
        assert_eq!(English.text("no.such"), "");
    }

    #[test]
    fn spans_are_said_as_the_page_says_them() {
        for (from, to, english, french) in [
            (date(2025, 10, 1), date(2025, 10, 31), "October 2025", "octobre 2025"),
            (date(2025, 11, 3), date(2025, 11, 9), "3 to 9 November 2025", "du 3 au 9 novembre 2025"),
            (date(2025, 11, 1), date(2025, 11, 1), "1 November 2025", "1er novembre 2025"),
            (date(2012, 1, 1), date(2014, 12, 31), "2012 to 2014", "2012 à 2014"),
            (date(2024, 1, 1), date(2024, 12, 31), "2024", "2024"),
            (date(2024, 11, 1), date(2025, 10, 31), "November 2024 to October 2025", "novembre 2024 à octobre 2025"),
            (date(2025, 9, 29), date(2025, 10, 5), "29 September to 5 October 2025", "du 29 septembre au 5 octobre 2025"),
            (date(2024, 12, 30), date(2025, 1, 5), "30 December 2024 to 5 January 2025", "du 30 décembre 2024 au 5 janvier 2025"),
        ] {
            assert_eq!((English.span(from, to).as_str(), French.span(from, to).as_str()), (english, french));
        }
    }

    #[test]
    fn counts_follow_the_language() {
        assert_eq!(English.counted("count.incidents", 100_345), "100,345 incidents");
        assert_eq!(French.counted("count.incidents", 1_345), "1\u{202f}345 incidents");
        assert_eq!(
            (English.counted("count.incidents", 0), French.counted("count.incidents", 0)),
            ("0 incidents".into(), "0 incident".into())
        );
        assert_eq!(capitalised("du 3 au 9"), "Du 3 au 9");
    }
}
