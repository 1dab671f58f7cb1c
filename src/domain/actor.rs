//! Who acts: armed groups, forces, the side each one fights on, and what each one was part of and when.

use jiff::civil::Date;
use std::collections::HashMap;
use std::fmt;

use super::DomainError;

/// The side an actor stands on, which is what the map colours by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Forces and authorities of a state of the region.
    State,
    /// Foreign forces and companies beside a state.
    ForeignAlly,
    /// JNIM, its founding groups and other affiliates of al-Qaeda.
    Jnim,
    /// Islamic State provinces and the groups shown with them.
    IslamicState,
    /// Azawad movements.
    Separatist,
    /// Militias and self-defence groups.
    SelfDefence,
    /// United Nations and regional bodies.
    International,
    /// Civilians.
    Civilian,
    /// Anyone else who is known.
    Other,
    /// Not established.
    Unknown,
}

impl Side {
    /// Every side with its word.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::State, "state"),
        (Self::ForeignAlly, "foreign_ally"),
        (Self::Jnim, "jnim"),
        (Self::IslamicState, "islamic_state"),
        (Self::Separatist, "separatist"),
        (Self::SelfDefence, "self_defence"),
        (Self::International, "international"),
        (Self::Civilian, "civilian"),
        (Self::Other, "other"),
        (Self::Unknown, "unknown"),
    ];

    /// Reads the word of a side.
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is none of [`ALL`](Self::ALL).
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        Self::ALL.iter().find(|(_, word)| *word == text).map(|(side, _)| *side).ok_or_else(|| DomainError::Word {
            what: "side",
            text: text.to_owned(),
            expected: Self::ALL.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(", "),
        })
    }

    /// The word of the side.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(side, _)| *side == self).map_or("unknown", |(_, word)| word)
    }
}

/// What an actor was part of, and from when to when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Code of the larger body.
    pub code: String,
    /// First day.
    pub from: Date,
    /// Last day, included; `None` while it is not known to have ended.
    pub to: Option<Date>,
}

impl Membership {
    /// Reads memberships as `JNIM 2017-03-02/..; AQIM 2015-12-04/2017-03-01`: code, first day and last day or `..`.
    ///
    /// # Errors
    /// [`DomainError::Word`] when the text is anything else.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, DomainError> {
        let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
        let read = |part: &str| {
            let (code, span) = part.rsplit_once(' ')?;
            let (from, to) = span.split_once('/')?;
            let to = if to == ".." { None } else { Some(to.parse().ok()?) };
            let from = from.parse().ok()?;
            (to.is_none_or(|to| from <= to)).then(|| Self { code: code.trim().to_owned(), from, to })
        };
        let bad = || DomainError::Word {
            what: "membership",
            text: text.to_owned(),
            expected: "CODE FIRST-DAY/LAST-DAY or CODE FIRST-DAY/.., with semicolons in between".to_owned(),
        };
        parts.map(|part| read(part).ok_or_else(bad)).collect()
    }

    /// Whether it held on a day.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

impl fmt::Display for Membership {
    /// As [`parse_all`](Self::parse_all) reads one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/", self.code, self.from)?;
        match self.to {
            Some(to) => to.fmt(f),
            None => f.write_str(".."),
        }
    }
}

/// Who was part of whom, by day: groups merge, split and take other names, and what is said of a part holds of the whole.
#[derive(Debug, Clone, Default)]
pub struct ActorTree {
    parents: HashMap<String, Vec<Membership>>,
}

impl ActorTree {
    /// How many steps up are taken at most, so that memberships that run in a circle end.
    const DEPTH: usize = 8;

    /// The tree of the actors.
    #[must_use]
    pub fn new(actors: &[Actor]) -> Self {
        let parted = actors.iter().filter(|actor| !actor.parents.is_empty());
        Self { parents: parted.map(|actor| (actor.code.clone(), actor.parents.clone())).collect() }
    }

    /// The days on which it may change what an actor is part of, directly or through others, in their order.
    #[must_use]
    pub fn turns(&self, code: &str) -> Vec<Date> {
        let (mut codes, mut days) = (vec![code], Vec::new());
        let mut at = 0;
        while at < codes.len() && at < Self::DEPTH * Self::DEPTH {
            for parent in self.parents.get(codes[at]).into_iter().flatten() {
                days.push(parent.from);
                days.extend(parent.to.and_then(|to| to.tomorrow().ok()));
                if !codes.contains(&parent.code.as_str()) {
                    codes.push(&parent.code);
                }
            }
            at += 1;
        }
        days.sort_unstable();
        days.dedup();
        days
    }

    /// An actor and all that it was part of on a day, the largest body last.
    #[must_use]
    pub fn chain<'a>(&'a self, code: &'a str, day: Date) -> Vec<&'a str> {
        let mut chain = vec![code];
        while chain.len() <= Self::DEPTH {
            let last = chain[chain.len() - 1];
            let parent = self.parents.get(last).and_then(|parents| parents.iter().find(|parent| parent.holds(day)));
            match parent.map(|parent| parent.code.as_str()).filter(|parent| !chain.contains(parent)) {
                Some(parent) => chain.push(parent),
                None => break,
            }
        }
        chain
    }

    /// Whether an actor was ever part of anything.
    #[must_use]
    pub fn is_part(&self, code: &str) -> bool {
        self.parents.contains_key(code)
    }

    /// The largest body that an actor was part of on a day; itself where it was part of none.
    ///
    /// ```
    /// # use harmattan::domain::ActorTree;
    /// let tree = ActorTree::default();
    /// assert_eq!(tree.whole("JNIM", "2024-05-06".parse()?), "JNIM");
    /// # Ok::<(), jiff::Error>(())
    /// ```
    #[must_use]
    pub fn whole<'a>(&'a self, code: &'a str, day: Date) -> &'a str {
        let mut found = code;
        for _ in 0..Self::DEPTH {
            let parent = self.parents.get(found).and_then(|parents| parents.iter().find(|parent| parent.holds(day)));
            match parent {
                Some(parent) => found = &parent.code,
                None => break,
            }
        }
        found
    }
}

/// One actor code and what it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Actor {
    /// Stable code, as `JNIM`.
    pub code: String,
    /// Name in English.
    pub name_en: String,
    /// Name in French.
    pub name_fr: String,
    /// What kind of body it is, in the data's word: `jihadist`, `state`, `militia`…
    pub kind: String,
    /// The side it stands on.
    pub side: Side,
    /// The state whose national force it is, ISO 3166-1 alpha-2: the holder of a besieged town without an earlier one.
    pub force_of: Option<String>,
    /// What it belongs to or is allied with; free text.
    pub parent_alliance: Option<String>,
    /// What it was part of, and when.
    pub parents: Vec<Membership>,
    /// Since when it exists: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    pub active_from: Option<String>,
    /// Until when it existed, in the same forms.
    pub active_to: Option<String>,
    /// Remarks.
    pub note: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn tree(parts: &[(&str, &str)]) -> ActorTree {
        let parents = |text: &str| Membership::parse_all(text).unwrap();
        ActorTree { parents: parts.iter().map(|(code, text)| ((*code).to_owned(), parents(text))).collect() }
    }

    #[test]
    fn a_part_is_the_whole_while_it_belongs_to_it() {
        let tree = tree(&[("A", "B 2015-12-04/2017-03-01; C 2017-03-02/.."), ("C", "D 2020-01-01/..")]);
        assert_eq!(tree.whole("A", date(2015, 12, 3)), "A");
        assert_eq!(tree.whole("A", date(2017, 3, 1)), "B");
        assert_eq!(tree.whole("A", date(2017, 3, 2)), "C");
        assert_eq!(tree.whole("A", date(2020, 1, 1)), "D");
        assert_eq!(tree.chain("A", date(2020, 1, 1)), ["A", "C", "D"]);
        assert_eq!((tree.chain("D", date(2020, 1, 1)), tree.is_part("D"), tree.is_part("C")), (vec!["D"], false, true));
    }

    #[test]
    fn memberships_in_a_circle_end() {
        let tree = tree(&[("A", "B 2015-01-01/.."), ("B", "A 2015-01-01/..")]);
        assert!(["A", "B"].contains(&tree.whole("A", date(2016, 1, 1))));
        assert_eq!(tree.chain("A", date(2016, 1, 1)), ["A", "B"]);
    }

    #[test]
    fn what_is_printed_parses_back() {
        let text = "B 2015-12-04/2017-03-01; C 2017-03-02/..";
        let read = Membership::parse_all(text).unwrap();
        assert_eq!(read.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "), text);
        for bad in ["B", "B 2015", "B 2015-01-01", "B 2015-01-02/2015-01-01", "B x/y"] {
            assert!(Membership::parse_all(bad).is_err(), "{bad}");
        }
    }
}
