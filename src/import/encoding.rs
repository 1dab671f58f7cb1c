//! Any text that spreadsheets and data portals write, as a stream of UTF-8.
//!
//! UTF-16 is known by its byte order mark or, without one, by the zero bytes that every ASCII letter has in it. Anything else
//! is read as UTF-8, and a byte that is no UTF-8 as Windows-1252: whole files in that encoding come out right, and so do
//! files that were pasted together from both.

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

/// How many bytes are looked at to recognise UTF-16 without a mark.
const SAMPLE: usize = 512;

/// How many bytes are decoded at a time.
const CHUNK: usize = 64 * 1024;

/// The encoding that was met, as it is named in reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or nothing but ASCII.
    #[default]
    Utf8,
    /// UTF-16, least byte first.
    Utf16Le,
    /// UTF-16, greatest byte first.
    Utf16Be,
    /// At least one byte was no UTF-8 and was read as Windows-1252.
    Windows1252,
}

impl Encoding {
    /// Name as the WHATWG Encoding Standard spells it, in upper case where usual.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1252 => "windows-1252",
        }
    }
}

/// A reader of UTF-8 over bytes in any of the encodings. Holds one chunk, whatever the length of the input.
pub(super) struct Utf8<R> {
    bytes: BufReader<R>,
    utf16: Option<Decoder>,
    met: Rc<Cell<Encoding>>,
    text: Vec<u8>,
    at: usize,
    started: bool,
    done: bool,
}

impl<R: Read> Utf8<R> {
    /// Wraps the bytes; nothing is read yet.
    pub(super) fn new(bytes: R) -> Self {
        Self {
            bytes: BufReader::with_capacity(CHUNK, bytes),
            utf16: None,
            met: Rc::default(),
            text: Vec::new(),
            at: 0,
            started: false,
            done: false,
        }
    }

    /// A cell that holds the encoding met so far.
    pub(super) fn met(&self) -> Rc<Cell<Encoding>> {
        Rc::clone(&self.met)
    }

    fn start(&mut self) -> io::Result<()> {
        self.started = true;
        let head = self.bytes.fill_buf()?;
        let (encoding, mark) = match head {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
            [0xFF, 0xFE, ..] => (Encoding::Utf16Le, 2),
            [0xFE, 0xFF, ..] => (Encoding::Utf16Be, 2),
            _ => (guess(&head[..head.len().min(SAMPLE)]), 0),
        };
        self.bytes.consume(mark);
        self.met.set(encoding);
        self.utf16 = match encoding {
            Encoding::Utf16Le => Some(UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(UTF_16BE.new_decoder_without_bom_handling()),
            Encoding::Utf8 | Encoding::Windows1252 => None,
        };
        Ok(())
    }

    /// Decodes one chunk into `text`.
    fn refill(&mut self) -> io::Result<()> {
        if !self.started {
            self.start()?;
        }
        self.text.clear();
        self.at = 0;
        while self.text.is_empty() && !self.done {
            let input = self.bytes.fill_buf()?;
            let last = input.is_empty();
            let used = if let Some(decoder) = &mut self.utf16 {
                self.text.resize(CHUNK, 0);
                let (_, used, written, _) = decoder.decode_to_utf8(input, &mut self.text, last);
                self.text.truncate(written);
                used
            } else {
                let (used, foreign) = lenient_utf8(input, &mut self.text);
                if foreign {
                    self.met.set(Encoding::Windows1252);
                }
                used
            };
            let starved = used == 0 && !last;
            self.bytes.consume(used);
            self.done = last;
            if starved {
                self.join_split_character()?;
            }
        }
        Ok(())
    }

    /// The buffer ends within a character: reads on byte by byte until the character is whole or is none.
    fn join_split_character(&mut self) -> io::Result<()> {
        let mut pending = self.bytes.fill_buf()?.to_vec();
        self.bytes.consume(pending.len());
        while let Some(&next) = self.bytes.fill_buf()?.first() {
            self.bytes.consume(1);
            pending.push(next);
            if std::str::from_utf8(&pending).err().is_none_or(|error| error.error_len().is_some()) {
                break;
            }
        }
        // A character that the end of the input cuts off counts as bytes of Windows-1252.
        let mut rest = pending.as_slice();
        while !rest.is_empty() {
            let (used, foreign) = lenient_utf8(rest, &mut self.text);
            let used = if used == 0 { push_windows_1252(rest, 1, &mut self.text) } else { used };
            if foreign || used == 1 && rest[0] >= 0x80 {
                self.met.set(Encoding::Windows1252);
            }
            rest = &rest[used..];
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(into.len());
        into[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Utf8<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.text.len() {
            self.refill()?;
        }
        Ok(&self.text[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}

/// Copies UTF-8 and turns other bytes into what Windows-1252 means by them. Stops before a character that the end of the
/// input cuts off. Returns how many bytes were used and whether any was foreign.
fn lenient_utf8(input: &[u8], text: &mut Vec<u8>) -> (usize, bool) {
    let (mut used, mut foreign) = (0, false);
    while used < input.len() {
        let rest = &input[used..];
        match std::str::from_utf8(rest) {
            Ok(_) => {
                text.extend_from_slice(rest);
                used = input.len();
            }
            Err(error) => {
                text.extend_from_slice(&rest[..error.valid_up_to()]);
                used += error.valid_up_to();
                let Some(bad) = error.error_len() else { break };
                foreign = true;
                used += push_windows_1252(&rest[error.valid_up_to()..], bad, text);
            }
        }
    }
    (used, foreign)
}

fn push_windows_1252(bytes: &[u8], count: usize, text: &mut Vec<u8>) -> usize {
    let (decoded, _) = WINDOWS_1252.decode_without_bom_handling(&bytes[..count]);
    text.extend_from_slice(decoded.as_bytes());
    count
}

/// UTF-16 without a mark: in tables and JSON nearly every other byte is zero, on the side of the greater byte.
fn guess(sample: &[u8]) -> Encoding {
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), sample.len() / 2);
    if pairs >= 2 && odd * 2 > pairs && even * 8 < pairs {
        Encoding::Utf16Le
    } else if pairs >= 2 && even * 2 > pairs && odd * 8 < pairs {
        Encoding::Utf16Be
    } else {
        Encoding::Utf8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(bytes: &[u8]) -> (String, Encoding) {
        let mut reader = Utf8::new(bytes);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        (text, reader.met.get())
    }

    /// Hands out its bytes a few at a time, as a pipe does.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(into.len()).min(self.1);
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn each_encoding_is_recognised() {
        let text = "id,place\n1,Ségou\n";
        assert_eq!(decode(text.as_bytes()), (text.to_owned(), Encoding::Utf8));
        assert_eq!(decode(&[b"\xef\xbb\xbf", text.as_bytes()].concat()), (text.to_owned(), Encoding::Utf8));
        assert_eq!(decode(b"id,place\n1,S\xe9gou\n"), (text.to_owned(), Encoding::Windows1252));
        assert_eq!(decode(&utf16(text, false)), (text.to_owned(), Encoding::Utf16Le));
        assert_eq!(decode(&utf16(text, true)), (text.to_owned(), Encoding::Utf16Be));
        assert_eq!(decode(&[b"\xff\xfe".to_vec(), utf16(text, false)].concat()), (text.to_owned(), Encoding::Utf16Le));
        assert_eq!(decode(&[b"\xfe\xff".to_vec(), utf16(text, true)].concat()), (text.to_owned(), Encoding::Utf16Be));
    }

    #[test]
    fn a_character_cut_off_by_the_end_is_not_lost() {
        assert_eq!(decode(b"caf\xc3"), ("cafÃ".to_owned(), Encoding::Windows1252));
    }

    proptest! {
        #[test]
        fn text_survives_any_cut_into_reads(text in "[a-zé€😀\n,]{0,60}", step in 1usize..7) {
            let mut out = String::new();
            Utf8::new(Drip(text.as_bytes(), step)).read_to_string(&mut out).unwrap();
            prop_assert_eq!(out, text);
        }

        #[test]
        fn any_bytes_become_text(bytes in proptest::collection::vec(any::<u8>(), 0..400), step in 1usize..9) {
            let mut out = Vec::new();
            Utf8::new(Drip(&bytes, step)).read_to_end(&mut out).unwrap();
            prop_assert!(String::from_utf8(out).is_ok());
        }
    }
}
