#!/usr/bin/env bash
# The programs that people read the server with (GDAL, QGIS, geopandas, OWSLib, R, schemathesis), over the real server, and the web maps of
# docs/clients.md in Chromium.
# scripts/setup-tests.sh makes the virtual environment that the Python ones are in; HARMATTAN_BIN names the program.
set -euo pipefail
cd "$(dirname "$0")/.."

target/clients/bin/python tests/clients/test_clients.py "$@"
node --test --test-concurrency=1 tests/clients/web_maps.test.mjs
