//! How exact a place or a date is, as the source codes it.

use super::DomainError;

/// How exact a date is. With a week, month or year the day inside it is nominal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DatePrecision {
    /// The day is known.
    Day,
    /// The week is known.
    Week,
    /// The month is known.
    Month,
    /// The quarter or the season is known, some 90 days; statements on control have it, incidents do not.
    Season,
    /// The year is known.
    Year,
}

impl DatePrecision {
    /// Every precision of an incident, finest first.
    pub const WORDS: &'static [&'static str] = &["day", "week", "month", "year"];
    /// Every precision of a statement on control, finest first.
    pub const WORDS_OF_CONTROL: &'static [&'static str] = &["day", "week", "month", "season", "year"];

    /// Reads one of [`WORDS`](Self::WORDS).
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is none of them.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        match text {
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            "year" => Ok(Self::Year),
            _ => Err(DomainError::Word { what: "date precision", text: text.to_owned(), expected: Self::WORDS.join(", ") }),
        }
    }

    /// Reads one of [`WORDS_OF_CONTROL`](Self::WORDS_OF_CONTROL).
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is none of them.
    pub fn parse_of_control(text: &str) -> Result<Self, DomainError> {
        if text == "season" {
            return Ok(Self::Season);
        }
        Self::parse(text).map_err(|_| DomainError::Word {
            what: "date precision",
            text: text.to_owned(),
            expected: Self::WORDS_OF_CONTROL.join(", "),
        })
    }

    /// The word of [`WORDS_OF_CONTROL`](Self::WORDS_OF_CONTROL).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Season => "season",
            Self::Year => "year",
        }
    }
}

/// How exact a point is (1–3, as ACLED's `geo_precision`; UCDP's `where_prec` is mapped onto it on import).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GeoPrecision {
    /// 1: the named town or site.
    Exact,
    /// 2: near it, or a village placed within some kilometres.
    Near,
    /// 3: a district or region only; the point is nominal and must not be read as a site.
    Area,
}

impl GeoPrecision {
    /// Reads 1, 2 or 3.
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is none of them.
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        match text {
            "1" => Ok(Self::Exact),
            "2" => Ok(Self::Near),
            "3" => Ok(Self::Area),
            _ => Err(DomainError::Word { what: "geo precision", text: text.to_owned(), expected: "1, 2, 3".to_owned() }),
        }
    }

    /// 1 exact, 2 near, 3 area.
    #[must_use]
    pub fn code(self) -> i64 {
        match self {
            Self::Exact => 1,
            Self::Near => 2,
            Self::Area => 3,
        }
    }
}
