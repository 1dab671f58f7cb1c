//! Who may use whom, and that ARCHITECTURE.md is true: every layer's imports are read from the code, every path that the
//! document names exists, and every folder of the code is in the document.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails is the report")]

use std::fs;
use std::path::{Path, PathBuf};

/// What each layer may use of the crate. An absent arrow is a decision: `import`, `store` and `fetch` have never heard of each
/// other, `domain` knows nobody.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("index", &["domain"]),
    ("tiles", &["domain"]),
    ("cql2", &["domain"]),
    ("analytics", &["domain", "index"]),
    ("import", &["domain", "index"]),
    ("store", &["domain", "index", "tiles", "analytics"]),
    ("formats", &["domain", "tiles"]),
    ("http", &["domain", "tiles", "cql2", "analytics", "formats", "store"]),
    ("fetch", &[]),
    ("settings", &[]),
    ("cli", &["domain", "tiles", "cql2", "analytics", "formats", "import", "store", "fetch", "http", "settings"]),
];

/// Crates that a layer must not name: no wire format and no runtime in the values, no HTTP outside `http`.
const MUST_NOT_NAME: &[(&str, &[&str])] = &[
    ("domain", &["serde", "serde_json", "geojson", "tokio", "axum", "hyper", "csv", "rstar", "ureq"]),
    ("index", &["serde_json", "geojson", "tokio", "axum", "hyper", "csv"]),
    ("tiles", &["serde_json", "tokio", "axum", "hyper", "csv", "rstar"]),
    ("cql2", &["tokio", "axum", "hyper", "csv", "rstar", "rusqlite", "ureq"]),
    ("analytics", &["serde", "serde_json", "geojson", "tokio", "axum", "hyper", "csv", "rusqlite", "ureq"]),
    ("formats", &["tokio", "axum", "hyper", "rstar", "rusqlite", "ureq"]),
    ("import", &["tokio", "axum", "hyper", "rstar", "ureq"]),
    ("store", &["axum", "hyper", "csv", "geojson", "ureq"]),
    ("http", &["csv", "rstar", "geo", "geojson", "ureq", "arrow_ipc", "flatgeobuf"]),
    ("fetch", &["tokio", "axum", "hyper", "csv", "rstar", "geo", "geojson", "rusqlite"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
    found
}

/// The files of a layer and their shipped code: what stands before the tests and is no comment.
fn code_of(layer: &str) -> Vec<(PathBuf, String)> {
    let folder = root().join("src").join(layer);
    let paths = if folder.is_dir() { files(&folder, "rs") } else { vec![folder.with_extension("rs")] };
    let shipped = |text: String| {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
        code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    };
    paths.into_iter().map(|path| (path.clone(), shipped(fs::read_to_string(path).unwrap()))).collect()
}

fn names(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

#[test]
fn layers_use_only_what_they_may() {
    let layers: Vec<&str> = MAY_USE.iter().map(|(layer, _)| *layer).collect();
    for (layer, allowed) in MAY_USE {
        for (path, code) in code_of(layer) {
            for other in layers.iter().filter(|other| *other != layer && !allowed.contains(other)) {
                assert!(!names(&code, &format!("crate::{other}")), "{} must not use crate::{other}", path.display());
            }
        }
    }
}

#[test]
fn layers_name_no_crate_that_is_not_theirs() {
    for (layer, forbidden) in MUST_NOT_NAME {
        for (path, code) in code_of(layer) {
            for name in *forbidden {
                assert!(!names(&code, &format!("{name}::")), "{} must not use {name}", path.display());
            }
        }
    }
}

#[test]
fn every_module_is_a_known_layer() {
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let known = MAY_USE.iter().any(|(layer, _)| *layer == name);
        assert!(known || name == "lib" || name == "main", "src/{name} has no place in the order of the layers");
    }
}

#[test]
fn every_file_says_what_it_holds() {
    for path in files(&root().join("src"), "rs") {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} does not open with //!", path.display());
    }
}

#[test]
fn status_codes_and_problems_stay_in_http() {
    for (layer, _) in MAY_USE.iter().filter(|(layer, _)| *layer != "http") {
        for (path, code) in code_of(layer) {
            assert!(!names(&code, "StatusCode"), "{} names a status code", path.display());
        }
    }
}

/// The words between backticks that look like paths of this repository.
fn paths_in(document: &str) -> Vec<String> {
    let quoted = document.split('`').skip(1).step_by(2);
    let tops = ["src/", "static/", "tests/", "data/", "benches/", "fuzz/", "scripts/", ".ci/", "docs/"];
    quoted
        .filter(|text| tops.iter().any(|top| text.starts_with(top)) && !text.contains(['*', '<', '{', ' ']))
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn architecture_md_names_what_exists_and_all_of_it() {
    let document = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let named = paths_in(&document);
    assert!(named.len() > 20, "ARCHITECTURE.md names hardly any file");
    for path in &named {
        // The bundle is built, not kept.
        assert!(
            path.starts_with("static/dist") || root().join(path).exists(),
            "ARCHITECTURE.md names {path}, which does not exist"
        );
    }
    for (layer, _) in MAY_USE {
        assert!(document.contains(&format!("src/{layer}")), "ARCHITECTURE.md does not name src/{layer}");
    }
}

#[test]
fn readme_names_what_exists() {
    for document in ["README.md", "data/README.md", "docs/operators.md", "docs/clients.md"] {
        let text = fs::read_to_string(root().join(document)).unwrap();
        for path in paths_in(&text) {
            assert!(
                path.starts_with("static/dist") || root().join(&path).exists(),
                "{document} names {path}, which does not exist"
            );
        }
    }
}
