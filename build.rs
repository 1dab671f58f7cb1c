//! Builds the page (`static/dist`) with Node when it is missing or older than its sources, so that the binary can embed it.

use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::SystemTime;

/// What the page is made of.
const SOURCES: &[&str] = &[
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "static/build.mjs",
    "static/index.html",
    "static/favicon.svg",
    "static/manifest.webmanifest",
    "static/css",
    "static/src",
    "data/basemap",
    "data/weak-spots.csv",
];

/// The file that is written last when the page is built.
const PAGE: &str = "static/dist/index.html";

fn main() -> ExitCode {
    for source in SOURCES.iter().chain([&PAGE]) {
        println!("cargo::rerun-if-changed={source}");
    }
    // New rows in the bundled tables reach the binary too.
    println!("cargo::rerun-if-changed=data");
    let built = changed(Path::new(PAGE));
    let sources = SOURCES.iter().filter_map(|source| changed(Path::new(source))).max();
    if built.is_some() && built >= sources {
        return ExitCode::SUCCESS;
    }
    match build_page().and_then(|()| date_page(sources)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!("cargo::error={reason}");
            ExitCode::FAILURE
        }
    }
}

fn build_page() -> Result<(), String> {
    let installed = changed(Path::new("node_modules/.package-lock.json"));
    if installed.is_none() || installed < changed(Path::new("package-lock.json")) {
        npm(&["ci", "--no-audit", "--no-fund"])?;
    }
    npm(&["run", "build"])
}

/// Gives the page the date of its newest source: one that is newer than this run would have Cargo run it, and compile everything that stands on
/// it, once more the next time.
fn date_page(sources: Option<SystemTime>) -> Result<(), String> {
    let Some(newest) = sources else { return Ok(()) };
    let dated = File::options().write(true).open(PAGE).and_then(|page| page.set_modified(newest));
    dated.map_err(|error| format!("{PAGE} could not be dated ({error})"))
}

fn npm(arguments: &[&str]) -> Result<(), String> {
    let line = format!("npm {}", arguments.join(" "));
    let output = Command::new("npm").args(arguments).output().map_err(|error| {
        format!("Node.js 20 or newer with npm is needed to build the page in static/: '{line}' could not be started ({error}).")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join(" | ");
    Err(format!("'{line}' failed: {last}"))
}

/// When a file, or the newest file below a folder, was last changed.
fn changed(path: &Path) -> Option<SystemTime> {
    let metadata = path.metadata().ok()?;
    if !metadata.is_dir() {
        return metadata.modified().ok();
    }
    path.read_dir().ok()?.filter_map(|entry| changed(&entry.ok()?.path())).max()
}
