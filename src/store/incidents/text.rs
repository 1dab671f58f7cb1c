//! Texts in columns: a dictionary for those that repeat, and one long text with the ends of its parts for those that do not.

use xxhash_rust::xxh3::xxh3_64;

use crate::domain::ByHash;

/// The code of no text.
pub(super) const NONE: u32 = u32::MAX;

/// Texts that follow one another, each found by its number.
#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: String,
    ends: Vec<u32>,
}

impl Texts {
    /// Whether 32 bits count the bytes when a text is added: 4 GiB of texts of one kind are more than a store of this kind holds.
    pub(super) fn has_room_for(&self, text: &str) -> bool {
        self.bytes.len().checked_add(text.len()).is_some_and(|length| u32::try_from(length).is_ok())
    }

    pub(super) fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text of a number; empty for one that is not there.
    pub(super) fn get(&self, number: usize) -> &str {
        let Some(end) = self.ends.get(number) else { return "" };
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        self.bytes.get(start as usize..*end as usize).unwrap_or_default()
    }

    /// How many bytes the text of a number takes.
    fn len_of(&self, number: usize) -> usize {
        let Some(end) = self.ends.get(number) else { return 0 };
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        (end - start) as usize
    }

    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// Texts, each once, under a code that rows name it by.
#[derive(Debug, Default)]
pub(super) struct Dictionary {
    texts: Texts,
    /// From the hash of a text to its code. Of two texts of one hash the second is kept under a new code each time it comes.
    codes: ByHash<u32>,
    /// What came last: rows often repeat the row before them.
    last: Option<u32>,
}

impl Dictionary {
    /// The code of a text, which is kept if it was not there.
    pub(super) fn code(&mut self, text: &str) -> u32 {
        if let Some(last) = self.last.filter(|last| self.get(*last) == Some(text)) {
            return last;
        }
        let hash = xxh3_64(text.as_bytes());
        let known = self.codes.get(&hash).copied();
        let code = match known.filter(|code| self.get(*code) == Some(text)) {
            Some(code) => code,
            None => {
                // Rows are counted in 32 bits, and each brings one text at most: NONE is never reached.
                let code = u32::try_from(self.texts.len()).unwrap_or(NONE);
                self.texts.push(text);
                self.codes.entry(hash).or_insert(code);
                code
            }
        };
        self.last = Some(code);
        code
    }

    /// Whether there is room for a text.
    pub(super) fn has_room_for(&self, text: &str) -> bool {
        self.texts.has_room_for(text)
    }

    /// The code of a text, or [`NONE`].
    pub(super) fn optional_code(&mut self, text: Option<&str>) -> u32 {
        text.map_or(NONE, |text| self.code(text))
    }

    /// The text of a code; `None` for [`NONE`].
    pub(super) fn get(&self, code: u32) -> Option<&str> {
        let at = code as usize;
        (at < self.texts.len()).then(|| self.texts.get(at))
    }

    /// How many bytes the text of a code takes.
    pub(super) fn len_of(&self, code: u32) -> usize {
        self.texts.len_of(code as usize)
    }

    /// Every code whose text is that one.
    pub(super) fn codes_of(&self, text: &str) -> Vec<u32> {
        (0u32..).take(self.texts.len()).filter(|code| self.get(*code) == Some(text)).collect()
    }

    /// How many codes there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Takes in the texts of another; the codes that they have here, in the order of its own.
    pub(super) fn absorb(&mut self, other: &Self) -> Vec<u32> {
        (0..other.texts.len()).map(|at| self.code(other.texts.get(at))).collect()
    }

    /// Forgets how texts are found: nothing is added any more.
    pub(super) fn close(&mut self) {
        self.codes = ByHash::default();
        self.texts.shrink();
    }
}

/// The code in another dictionary of what had a code here.
pub(super) fn translated(code: u32, codes: &[u32]) -> u32 {
    usize::try_from(code).ok().and_then(|at| codes.get(at)).copied().unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_code_gives_its_text_back_also_after_two_were_joined(one in vec("[a-cé]{0,2}", 0..40), other in vec("[b-d]{0,2}", 0..40)) {
            let coded = |texts: &[String]| {
                let mut dictionary = Dictionary::default();
                let codes: Vec<u32> = texts.iter().map(|text| dictionary.code(text)).collect();
                (dictionary, codes)
            };
            let ((mut a, first), (b, second)) = (coded(&one), coded(&other));
            let there = a.absorb(&b);
            let all = first.into_iter().chain(second.into_iter().map(|code| translated(code, &there)));
            for (text, code) in one.iter().chain(&other).zip(all) {
                prop_assert_eq!(a.get(code), Some(text.as_str()));
                prop_assert_eq!(a.codes_of(text), vec![code]);
            }
            a.close();
            prop_assert_eq!(a.get(NONE), None);
        }
    }
}
