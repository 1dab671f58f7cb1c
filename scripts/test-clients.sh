#!/usr/bin/env bash
# The programs that people read the server with (GDAL, geopandas, OWSLib, schemathesis), over the real server.
# scripts/setup-tests.sh makes the virtual environment that the Python ones are in; HARMATTAN_BIN names the program.
set -euo pipefail
cd "$(dirname "$0")/.."

target/clients/bin/python tests/clients/test_clients.py "$@"
