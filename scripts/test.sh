#!/usr/bin/env bash
# Everything that must hold before a change lands. Stops at the first part that fails.
set -euo pipefail
cd "$(dirname "$0")/.."

part() { printf '\n== %s\n' "$*"; }

part "form"
cargo fmt --check

part "lints, warnings as errors"
cargo clippy --locked --all-targets -- -D warnings

part "unit, property, store, HTTP, command-line, architecture and licence tests"
cargo test --locked --quiet

part "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --quiet

part "the page: types"
npm run --silent check

part "the page: pure parts"
npm test --silent

part "the page in a browser, over the real server (screenshots in target/screenshots)"
HARMATTAN_BIN=target/debug/harmattan npm run --silent test:browser

part "clients: GDAL, geopandas, OWSLib, the recipes of docs/clients.md, and schemathesis on the description of the API"
HARMATTAN_BIN=target/debug/harmattan scripts/test-clients.sh

part "the bundled data is what data/README.md says"
sed -nE 's/^\| `([^`]+)` \|.* `([0-9a-f]{64})` \|$/\2  data\/\1/p' data/README.md | sha256sum --check --quiet
