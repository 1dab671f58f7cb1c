//! Bodies in the encodings that clients take: quickly while one waits, better where there is time.

use axum::body::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::io::{self, Read as _, Write};

use super::negotiate::Encoding;

/// How hard to work for fewer bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// A client waits: gzip at some 400 MB/s, which takes off four fifths of a tile, brotli at some 150.
    Quick,
    /// The answer is asked for once and is large, or is asked for often: some 60 MB/s, and a quarter less to send.
    Thorough,
}

/// The window of brotli as a power of two of bytes: as large as an answer, all but the largest.
const BROTLI_WINDOW: u32 = 20;

const QUICK_GZIP: u32 = 1;
const QUICK_BROTLI: u32 = 3;

/// The name of an encoding as it is in headers; `None` for the plain bytes.
pub(super) fn name(encoding: Encoding) -> Option<&'static str> {
    match encoding {
        Encoding::Identity => None,
        Encoding::Gzip => Some("gzip"),
        Encoding::Brotli => Some("br"),
    }
}

/// The bytes in an encoding; `None` where they stay as they are.
pub(super) fn encoded(body: &[u8], encoding: Encoding, effort: Effort) -> Option<Bytes> {
    let room = Vec::with_capacity(body.len() / 3);
    match encoding {
        Encoding::Identity => None,
        Encoding::Gzip => {
            let level = if effort == Effort::Quick { QUICK_GZIP } else { 8 };
            let mut encoder = GzEncoder::new(room, Compression::new(level));
            encoder.write_all(body).ok()?;
            Some(fitted(encoder.finish().ok()?))
        }
        Encoding::Brotli => {
            let quality = if effort == Effort::Quick { QUICK_BROTLI } else { 5 };
            let mut encoder = brotli::CompressorWriter::new(room, 64 * 1024, quality, BROTLI_WINDOW);
            encoder.write_all(body).ok()?;
            Some(fitted(encoder.into_inner()))
        }
    }
}

/// The bytes without the room that was made for more.
fn fitted(mut bytes: Vec<u8>) -> Bytes {
    bytes.shrink_to_fit();
    bytes.into()
}

/// Has bytes written to `out` in an encoding as they come, quickly; gives `out` back when all of them are.
pub(super) fn encoding_to<W: Write, E: From<io::Error>>(
    mut out: W,
    encoding: Encoding,
    write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
) -> Result<W, E> {
    match encoding {
        Encoding::Identity => {
            write(&mut out)?;
            Ok(out)
        }
        Encoding::Gzip => {
            let mut encoder = GzEncoder::new(out, Compression::new(QUICK_GZIP));
            write(&mut encoder)?;
            Ok(encoder.finish()?)
        }
        Encoding::Brotli => {
            let mut encoder = brotli::CompressorWriter::new(out, 64 * 1024, QUICK_BROTLI, BROTLI_WINDOW);
            write(&mut encoder)?;
            Ok(encoder.into_inner())
        }
    }
}

/// The plain bytes of what [`encoded`] made.
pub(super) fn decoded(body: &[u8], encoding: Encoding) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(body.len() * 5);
    match encoding {
        Encoding::Identity => plain.extend_from_slice(body),
        Encoding::Gzip => drop(GzDecoder::new(body).read_to_end(&mut plain).ok()?),
        Encoding::Brotli => drop(brotli::Decompressor::new(body, 64 * 1024).read_to_end(&mut plain).ok()?),
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_reads_back_and_more_effort_takes_fewer_bytes() {
        let body: Vec<u8> =
            (0..40_000u32).flat_map(|at| format!("{{\"id\":{},\"n\":{}}},", at * 7 % 1_000, at % 13).into_bytes()).collect();
        for encoding in [Encoding::Gzip, Encoding::Brotli] {
            let [quick, thorough] = [Effort::Quick, Effort::Thorough].map(|effort| encoded(&body, encoding, effort).unwrap());
            assert!(
                thorough.len() < quick.len() && quick.len() < body.len() / 3,
                "{encoding:?}: {} {}",
                quick.len(),
                thorough.len()
            );
            assert_eq!(decoded(&quick, encoding).unwrap(), body);
            assert_eq!(decoded(&thorough, encoding).unwrap(), body);
            let streamed = encoding_to(Vec::new(), encoding, |out| body.chunks(999).try_for_each(|part| out.write_all(part)));
            assert_eq!(decoded(&streamed.unwrap(), encoding).unwrap(), body);
        }
        assert!(encoded(&body, Encoding::Identity, Effort::Thorough).is_none());
    }
}
