//! Patterns with wildcards, and texts without case or accents.

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;

/// What is taken from a text before it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folding {
    /// Case: full case folding (Unicode 5.18).
    Case,
    /// Accents: the marks that do not take room (category Mn) after canonical decomposition.
    Accents,
}

impl Folding {
    /// The text without it.
    ///
    /// ```
    /// use harmattan::domain::Folding;
    /// assert_eq!(Folding::Accents.of("Ménaka"), "Menaka");
    /// assert_eq!(Folding::Case.of("Straße"), Folding::Case.of("STRASSE"));
    /// ```
    #[must_use]
    pub fn of(self, text: &str) -> String {
        match self {
            Self::Case if text.is_ascii() => text.to_ascii_lowercase(),
            Self::Case => CaseMapper::new().fold_string(text).into_owned(),
            Self::Accents if text.is_ascii() => text.to_owned(),
            Self::Accents => {
                let decomposed = DecomposingNormalizer::new_nfd().normalize(text);
                let category = CodePointMapData::<GeneralCategory>::new();
                let bare: String = decomposed.chars().filter(|c| category.get(*c) != GeneralCategory::NonspacingMark).collect();
                ComposingNormalizer::new_nfc().normalize(&bare).into_owned()
            }
        }
    }
}

/// A pattern of `LIKE`: `%` stands for any number of characters, `_` for one, a backslash takes the meaning from what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Any,
    One,
    Exactly(char),
}

impl Pattern {
    /// Reads a pattern. A backslash at the end stands for itself.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            let part = match character {
                '%' if parts.last() == Some(&Part::Any) => continue,
                '%' => Part::Any,
                '_' => Part::One,
                '\\' => Part::Exactly(characters.next().unwrap_or('\\')),
                other => Part::Exactly(other),
            };
            parts.push(part);
        }
        Self { parts }
    }

    /// Whether the whole of a text fits: in at most as many steps as the lengths of both multiplied.
    ///
    /// ```
    /// use harmattan::domain::Pattern;
    /// assert!(Pattern::new("Tin%_").fits("Tinzaouaten"));
    /// assert!(!Pattern::new("100\\%").fits("100 km"));
    /// ```
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        let (mut at, mut rest) = (0, text.chars());
        // Where to go on when what follows the last `%` does not fit: after it, one character later.
        let mut again: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let mut next = rest.clone();
            match (self.parts.get(at), next.next()) {
                (Some(Part::Any), _) => {
                    at += 1;
                    again = Some((at, rest.clone()));
                    continue;
                }
                (None, None) => return true,
                (Some(Part::One), Some(_)) => {
                    (at, rest) = (at + 1, next);
                    continue;
                }
                (Some(Part::Exactly(wanted)), Some(character)) if *wanted == character => {
                    (at, rest) = (at + 1, next);
                    continue;
                }
                _ => {}
            }
            let Some((part, from)) = again.as_mut() else { return false };
            if from.next().is_none() {
                return false;
            }
            (at, rest) = (*part, from.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, by trying everything.
    fn fits(pattern: &[Part], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((Part::Any, rest)) => (0..=text.len()).any(|from| fits(rest, &text[from..])),
            Some((Part::One, rest)) => !text.is_empty() && fits(rest, &text[1..]),
            Some((Part::Exactly(wanted), rest)) => text.first() == Some(wanted) && fits(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn a_pattern_fits_what_its_definition_says(pattern in "[aé%_]{0,8}", text in "[aéb]{0,10}") {
            let pattern = Pattern::new(&pattern);
            let characters: Vec<char> = text.chars().collect();
            prop_assert_eq!(pattern.fits(&text), fits(&pattern.parts, &characters));
        }

        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,12}") {
            for folding in [Folding::Case, Folding::Accents] {
                prop_assert_eq!(folding.of(&folding.of(&text)), folding.of(&text));
            }
        }
    }

    #[test]
    fn wildcards_can_be_meant_literally() {
        assert!(Pattern::new(r"50\%").fits("50%"));
        assert!(!Pattern::new(r"5\_").fits("50"));
        assert!(Pattern::new("").fits("") && Pattern::new("%").fits(""));
    }
}
