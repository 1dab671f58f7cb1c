//! Every dependency is under a licence that this project may ship with.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails is the report")]

use serde_json::Value as Json;
use std::process::Command;

/// Licences that allow redistribution in a binary under MIT OR Apache-2.0, with their notices.
const ALLOWED: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "Unicode-3.0",
    "Unlicense",
    "CC0-1.0",
    "BSL-1.0",
    "MIT-0",
    "CDLA-Permissive-2.0",
];

/// Whether an SPDX expression can be met with allowed licences alone.
fn is_allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    expression
        .split(" OR ")
        .any(|choice| choice.split(" AND ").all(|licence| ALLOWED.contains(&licence.trim().trim_matches(['(', ')']))))
}

#[test]
fn every_crate_has_a_licence_we_can_ship() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    // What other systems would need is not downloaded here.
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(rustc.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host];
    let output = Command::new(cargo).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Json = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50);
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !is_allowed(package["license"].as_str().unwrap_or("none")))
        .map(|package| format!("{} {}", package["name"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn npm_packages_state_a_licence_we_can_ship() {
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/package-lock.json")).unwrap();
    let lock: Json = serde_json::from_str(&lock).unwrap();
    for (path, package) in lock["packages"].as_object().unwrap().iter().filter(|(path, _)| !path.is_empty()) {
        let licence = package["license"].as_str().unwrap_or("none");
        // axe-core runs in the tests only and is never shipped. mediabunny is shipped as it is, in a file of its own that names its
        // licence; the README says where its source is (MPL-2.0, 3.2).
        let covered = licence == "MPL-2.0" && ["/axe-core", "/mediabunny"].iter().any(|name| path.ends_with(name));
        assert!(is_allowed(licence) || covered, "{path} {licence}");
        assert!(package.get("resolved").is_none(), "{path} carries a download address");
    }
}
