//! Opens bytes that may be packed: gzip and zip, known by their first bytes and not by a name, and plain ones.

use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use zip::ZipArchive;

use super::ImportError;

/// How deep packages may lie in one another: a `.csv.gz` in a `.zip` in a `.gz`.
const MAX_DEPTH: u8 = 3;

/// File name extensions of data, for archives that hold a codebook beside it.
const DATA: &[&str] =
    &["csv", "tsv", "tab", "json", "geojson", "geojsonl", "geojsons", "geojsonseq", "ndjson", "jsonl", "txt", "gz", "pbf"];

/// What is done with the plain bytes: they come with the name of the file that holds them.
pub(super) type Use<'a, T> = &'a mut dyn FnMut(&mut dyn Read, &str) -> Result<T, ImportError>;

/// Hands the plain bytes of `source` to `then`. A zip is copied to a temporary file first, since its directory is at its end.
pub(super) fn open<T>(source: &mut dyn Read, name: &str, then: Use<'_, T>) -> Result<T, ImportError> {
    unpack(source, name, MAX_DEPTH, then)
}

fn unpack<T>(source: &mut dyn Read, name: &str, depth: u8, then: Use<'_, T>) -> Result<T, ImportError> {
    let failed = |source| ImportError::Read { file: name.to_owned(), source };
    let mut reader = BufReader::with_capacity(64 * 1024, source);
    let head = reader.fill_buf().map_err(failed)?;
    if depth > 0 && head.starts_with(&[0x1F, 0x8B]) {
        let inner = name.strip_suffix(".gz").unwrap_or(name).to_owned();
        return unpack(&mut MultiGzDecoder::new(reader), &inner, depth - 1, then);
    }
    // Local file header, or the end record of an archive with no files (APPNOTE.TXT 4.3.7, 4.3.16).
    if depth > 0 && (head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")) {
        let mut spool = tempfile::tempfile().map_err(failed)?;
        std::io::copy(&mut reader, &mut spool).map_err(failed)?;
        spool.seek(SeekFrom::Start(0)).map_err(failed)?;
        let bad = |source| ImportError::Zip { file: name.to_owned(), source };
        let mut archive = ZipArchive::new(BufReader::new(spool)).map_err(bad)?;
        let names: Vec<String> = archive.file_names().filter_map(Result::ok).map(Cow::into_owned).collect();
        let inner = data_file(names.iter().map(String::as_str), name)?;
        let mut file = archive.by_name(&inner).map_err(bad)?;
        return unpack(&mut file, &inner, depth - 1, then);
    }
    then(&mut reader, name)
}

/// The one data file of an archive: the one file, or the one with a data file's extension.
fn data_file<'a>(names: impl Iterator<Item = &'a str>, archive: &str) -> Result<String, ImportError> {
    let hidden = |name: &str| name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
    let files: Vec<&str> = names.filter(|name| !name.ends_with('/') && !hidden(name)).collect();
    let is_data = |name: &str| name.rsplit_once('.').is_some_and(|(_, end)| DATA.contains(&end.to_ascii_lowercase().as_str()));
    let data: Vec<&str> =
        files.iter().copied().filter(|name| is_data(name) && !name.to_ascii_lowercase().contains("readme")).collect();
    match (data.as_slice(), files.as_slice()) {
        ([only], _) | ([], [only]) => Ok((*only).to_owned()),
        _ => Err(ImportError::Archive { file: archive.to_owned(), names: files.join(", ") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::{Cursor, Write};
    use zip::{ZipWriter, write::SimpleFileOptions};

    fn text_of(bytes: &[u8], name: &str) -> Result<(String, String), ImportError> {
        open(&mut &*bytes, name, &mut |reader, name| {
            let mut text = String::new();
            reader.read_to_string(&mut text).map_err(|source| ImportError::Read { file: name.to_owned(), source })?;
            Ok((text, name.to_owned()))
        })
    }

    fn gz(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn plain_bytes_stay_as_they_are() {
        assert_eq!(text_of(b"id\n1\n", "a.csv").unwrap(), ("id\n1\n".to_owned(), "a.csv".to_owned()));
        assert_eq!(text_of(b"", "a.csv").unwrap().0, "");
    }

    #[test]
    fn gzip_is_known_by_its_bytes_and_all_its_members_are_read() {
        let two = [gz("id\n"), gz("1\n")].concat();
        assert_eq!(text_of(&two, "a.csv.gz").unwrap(), ("id\n1\n".to_owned(), "a.csv".to_owned()));
        assert_eq!(text_of(&two, "-").unwrap().0, "id\n1\n");
    }

    #[test]
    fn the_one_data_file_of_a_zip_is_found_beside_its_codebook() {
        let bytes = zip(&[("codebook.pdf", b"%PDF"), ("__MACOSX/._ged.csv", b"x"), ("ged/ged.csv", b"id\n")]);
        assert_eq!(text_of(&bytes, "a.zip").unwrap(), ("id\n".to_owned(), "ged/ged.csv".to_owned()));
        let packed = zip(&[("ged.csv.gz", &gz("id\n"))]);
        assert_eq!(text_of(&packed, "a.zip").unwrap(), ("id\n".to_owned(), "ged.csv".to_owned()));
    }

    #[test]
    fn a_zip_of_several_data_files_is_an_error_that_names_them() {
        let error = text_of(&zip(&[("a.csv", b""), ("b.csv", b"")]), "x.zip").unwrap_err().to_string();
        assert!(error.contains("a.csv, b.csv"), "{error}");
    }

    #[test]
    fn a_broken_package_is_an_error() {
        assert!(text_of(b"PK\x03\x04 and nothing more", "x.zip").is_err());
        assert!(text_of(b"\x1f\x8b and nothing more", "x.gz").is_err());
    }
}
