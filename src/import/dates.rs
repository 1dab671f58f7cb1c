//! Dates in the forms that event files have them: ISO 8601, `22 February 2019`, `16-Feb-21`, `4/2/2026`, Unix seconds.
//!
//! Of `4/2/2026` nobody knows by itself whether it is in April or in February. The whole column decides
//! ([`OrderEvidence`]): one `4/13/2026` settles it. Where nothing does, such a date is refused and never guessed.

use jiff::civil::{Date, Time};

use crate::domain::{Instant, Moment};

/// Which number comes first in a date as `4/2/2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// 2 April, as in most of the world.
    DayFirst,
    /// 4 February's American form: month, day, year.
    MonthFirst,
}

/// First letters of the months, English and French, in lower case and without accents, longest first where one begins another.
const MONTHS: &[(&str, i8)] = &[
    ("jan", 1),
    ("feb", 2),
    ("fev", 2),
    ("mar", 3),
    ("apr", 4),
    ("avr", 4),
    ("may", 5),
    ("mai", 5),
    ("juin", 6),
    ("juil", 7),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("aou", 8),
    ("sep", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
];

/// Reads a day, or an instant where the text has a time of day other than midnight. A time without a zone is UTC.
pub(super) fn parse(text: &str, order: Option<DateOrder>) -> Result<Moment, String> {
    if let Ok(moment) = Moment::parse(text) {
        return Ok(moment);
    }
    let bad = || format!("'{text}' is no date in a form that is known");
    if !text.is_ascii() && text.len() > 64 {
        return Err(bad());
    }
    let (day, time) = split_time(text);
    let date = parse_date(day, order)?;
    match time {
        None => Ok(Moment::Day(date)),
        Some(time) => {
            let time = parse_time(time).ok_or_else(bad)?;
            if time == Time::midnight() {
                return Ok(Moment::Day(date));
            }
            let offset = time.duration_since(Time::midnight()).as_millis();
            let millis = i64::try_from(offset).map_err(|_| bad())?;
            Ok(Moment::Instant(Instant::from_millis(Instant::start_of(date).millis() + millis)))
        }
    }
}

/// Reads a day; a time of day is dropped.
pub(super) fn parse_day(text: &str, order: Option<DateOrder>) -> Result<Date, String> {
    match parse(text, order)? {
        Moment::Day(day) => Ok(day),
        Moment::Instant(instant) => instant.date().ok_or_else(|| format!("'{text}' is out of range")),
    }
}

/// Reads a stamp: Unix seconds (or milliseconds, from 12 digits on), or any date or instant.
pub(super) fn parse_stamp(text: &str) -> Result<Instant, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() > 8 {
        let number: i64 = text.parse().map_err(|_| format!("'{text}' is out of range"))?;
        let millis = if text.len() < 12 { number.saturating_mul(1_000) } else { number };
        let stamp = Instant::from_millis(millis);
        return stamp.date().map(|_| stamp).ok_or_else(|| format!("'{text}' is out of range"));
    }
    Ok(parse(text, None)?.interval().start())
}

/// Parts a text at its time of day, which is what follows a space or `T` and has a colon in it.
fn split_time(text: &str) -> (&str, Option<&str>) {
    let Some(colon) = text.find(':') else { return (text, None) };
    match text[..colon].rfind([' ', 'T', 't']) {
        Some(at) => (text[..at].trim_end(), Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// `hh:mm`, `hh:mm:ss` or with a fraction, and perhaps `Z`.
fn parse_time(text: &str) -> Option<Time> {
    let text = text.trim_end_matches(['Z', 'z']);
    let mut parts = text.splitn(3, ':');
    let (hour, minute) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let (second, fraction) = match parts.next() {
        None => ("0", ""),
        Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "")),
    };
    let digits = fraction.get(..fraction.len().min(9))?;
    let nanos: i32 = format!("{digits:0<9}").parse().ok()?;
    Time::new(hour, minute, second.parse().ok()?, nanos).ok()
}

/// The parts of a date: at most three words or numbers.
fn parts(day: &str) -> Option<[&str; 3]> {
    let mut parts = day.split([' ', '-', '/', '.', ',']).filter(|part| !part.is_empty());
    let found = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(found)
}

fn parse_date(day: &str, order: Option<DateOrder>) -> Result<Date, String> {
    let bad = || format!("'{day}' is no date in a form that is known");
    let [a, b, c] = parts(day).ok_or_else(bad)?;
    let (year, month, date) = match (month_of(a), month_of(b)) {
        (Some(month), None) => (year_of(c), Some(month), number(b)),
        (None, Some(month)) if a.len() == 4 => (year_of(a), Some(month), number(c)),
        (None, Some(month)) => (year_of(c), Some(month), number(a)),
        _ if a.len() == 4 => (year_of(a), number(b), number(c)),
        _ => {
            match (number(a), number(b)) {
                (Some(first), Some(second)) => {
                    let order = order_of(first, second).or(order).ok_or_else(|| {
                    format!("'{day}' may be day/month or month/day, and no date of the file tells which; say it with the date order")
                })?;
                    let (month, date) = if order == DateOrder::DayFirst { (second, first) } else { (first, second) };
                    (year_of(c), Some(month), Some(date))
                }
                _ => return Err(bad()),
            }
        }
    };
    let (Some(year), Some(month), Some(date)) = (year, month, date) else { return Err(bad()) };
    Date::new(year, month, date).map_err(|_| format!("'{day}' is no day of the calendar"))
}

/// What two numbers say by themselves of their order.
fn order_of(first: i8, second: i8) -> Option<DateOrder> {
    match (first > 12, second > 12) {
        (true, false) => Some(DateOrder::DayFirst),
        (false, true) => Some(DateOrder::MonthFirst),
        // 5/5 is the same day either way.
        _ => (first == second).then_some(DateOrder::DayFirst),
    }
}

fn number(text: &str) -> Option<i8> {
    if text.len() > 2 || !text.bytes().all(|byte| byte.is_ascii_digit()) { None } else { text.parse().ok() }
}

/// Four digits, or two: 00–68 stand for 2000–2068 (POSIX `strptime` %y).
fn year_of(text: &str) -> Option<i16> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: i16 = text.parse().ok()?;
    match text.len() {
        4 => Some(year),
        2 if year <= 68 => Some(2000 + year),
        2 => Some(1900 + year),
        _ => None,
    }
}

fn month_of(text: &str) -> Option<i8> {
    let letters = text.chars().map(|c| match c {
        'é' | 'É' | 'è' => 'e',
        'û' | 'Û' => 'u',
        c => c.to_ascii_lowercase(),
    });
    let plain: String = letters.take(10).collect();
    if plain.len() < 3 || !plain.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    MONTHS.iter().find(|(start, _)| plain.starts_with(start)).map(|(_, month)| *month)
}

/// What the dates of a column say of the order of their numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OrderEvidence {
    day_first: bool,
    month_first: bool,
}

impl OrderEvidence {
    /// Whether a date is one of two or three numbers with the year at the end, so that its order matters.
    pub(super) fn matters_for(text: &str) -> bool {
        parts(split_time(text).0).is_some_and(|[a, b, _]| a.len() <= 2 && number(a).is_some() && number(b).is_some())
    }

    /// Takes a date of the column into account.
    pub(super) fn look(&mut self, text: &str) {
        let numbers = parts(split_time(text).0).filter(|_| Self::matters_for(text));
        let numbers = numbers.and_then(|[a, b, _]| Some((number(a)?, number(b)?)));
        match numbers.filter(|(a, b)| a != b).and_then(|(a, b)| order_of(a, b)) {
            Some(DateOrder::DayFirst) => self.day_first = true,
            Some(DateOrder::MonthFirst) => self.month_first = true,
            None => {}
        }
    }

    /// The order, where the column shows one and not both.
    pub(super) fn order(self) -> Option<DateOrder> {
        match (self.day_first, self.month_first) {
            (true, false) => Some(DateOrder::DayFirst),
            (false, true) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn the_forms_of_real_files_are_read() {
        for (text, day) in [
            ("2020-07-31", date(2020, 7, 31)),
            ("2020-07-12", date(2020, 7, 12)),
            ("22 February 2019", date(2019, 2, 22)),
            ("16-Feb-21", date(2021, 2, 16)),
            ("12-September-22", date(2022, 9, 12)),
            ("2010-05-13T00:00:00", date(2010, 5, 13)),
            ("2026-01-05 00:00:00.000", date(2026, 1, 5)),
            ("February 22, 2019", date(2019, 2, 22)),
            ("3 août 2021", date(2021, 8, 3)),
            ("14 juillet 1998", date(1998, 7, 14)),
            ("13/4/2026", date(2026, 4, 13)),
            ("4/13/2026", date(2026, 4, 13)),
            ("2026/4/2", date(2026, 4, 2)),
            ("16-Feb-89", date(1989, 2, 16)),
        ] {
            assert_eq!(parse(text, None), Ok(Moment::Day(day)), "{text}");
        }
    }

    #[test]
    fn a_time_of_day_makes_an_instant() {
        let at = |text| Ok(Moment::Instant(Instant::parse(text).unwrap()));
        assert_eq!(parse("2012-01-01T05:06:07Z", None), at("2012-01-01T05:06:07Z"));
        assert_eq!(parse("2012-01-01 05:06", None), at("2012-01-01T05:06:00Z"));
        assert_eq!(parse("13/4/2026 05:06:07.25", None), at("2026-04-13T05:06:07.250Z"));
    }

    #[test]
    fn an_ambiguous_date_is_read_by_the_order_of_its_column_or_refused() {
        assert!(parse("4/2/2026", None).is_err());
        assert_eq!(parse("4/2/2026", Some(DateOrder::DayFirst)), Ok(Moment::Day(date(2026, 2, 4))));
        assert_eq!(parse("4/2/2026", Some(DateOrder::MonthFirst)), Ok(Moment::Day(date(2026, 4, 2))));
        assert_eq!(parse("5/5/2026", None), Ok(Moment::Day(date(2026, 5, 5))));
        let order = |texts: &[&str]| {
            let mut evidence = OrderEvidence::default();
            texts.iter().for_each(|text| evidence.look(text));
            evidence.order()
        };
        assert_eq!(order(&["4/2/2026", "4/13/2026"]), Some(DateOrder::MonthFirst));
        assert_eq!(order(&["4/2/2026", "5/5/2026", "2026-04-13", "13-Feb-21"]), None);
        assert_eq!(order(&["13/4/2026", "4/13/2026"]), None);
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["", "yesterday", "2019", "30 February 2019", "2019-13-01", "1-2-3-4", "99/99/2020", "12:30", "é é é"] {
            assert!(parse(text, Some(DateOrder::DayFirst)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_stamp_is_unix_seconds_or_a_date() {
        assert_eq!(parse_stamp("1618500000").unwrap().to_string(), "2021-04-15T15:20:00Z");
        assert_eq!(parse_stamp("1618500000000").unwrap().to_string(), "2021-04-15T15:20:00Z");
        assert_eq!(parse_stamp("2021-04-15").unwrap().to_string(), "2021-04-15T00:00:00Z");
        assert!(parse_stamp("99999999999999999999").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = parse(&text, None);
            let _ = parse_stamp(&text);
            OrderEvidence::default().look(&text);
        }

        #[test]
        fn nearly_dates_do_not_panic(text in "[0-9a-zé:/. T-]{0,24}") {
            let _ = parse(&text, Some(DateOrder::MonthFirst));
            OrderEvidence::default().look(&text);
        }
    }
}
