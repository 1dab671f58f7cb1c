#!/usr/bin/env bash
# Installs what `make test` needs beyond Rust and Node.js, and skips what is there:
#   chromium      Debian's browser, which the page's tests drive (playwright-core brings none of its own)
#   gdal-bin      ogrinfo and ogr2ogr, which open what we export and ask the server
#   python3       with its virtual environments, for the clients that tests/clients/requirements.txt names; they go to target/clients
#   curl          one of the clients
#   r-cran-sf     R with sf, another
#   python3-qgis  QGIS without its window, another
#   fonts         Latin and Arabic letters, so that the screenshots show text and not boxes
#   npm packages  the bundler, the type checker, the browser driver and axe, as package-lock.json names them
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }

if ! command -v node >/dev/null || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
    say "Node.js 20 or newer with npm is needed to build and test the page." >&2
    exit 1
fi

missing=()
if [ -z "${CHROMIUM:-}" ] && ! command -v chromium >/dev/null; then missing+=(chromium); fi
if ! command -v ogr2ogr >/dev/null; then missing+=(gdal-bin); fi
if ! command -v curl >/dev/null; then missing+=(curl); fi
if ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then missing+=(python3 python3-venv); fi
if command -v dpkg-query >/dev/null; then
    for package in fonts-dejavu-core fonts-noto-core r-cran-sf python3-qgis; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
fi
if [ "${#missing[@]}" -gt 0 ]; then
    if ! command -v apt-get >/dev/null; then
        say "please install: ${missing[*]} (or name a Chromium in CHROMIUM)" >&2
        exit 1
    fi
    say "installing Debian packages: ${missing[*]}"
    root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo)
    "${root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    say "installing npm packages"
    npm ci --no-audit --no-fund --silent
    touch node_modules/.package-lock.json
fi

clients=target/clients
if [ ! -e "$clients/installed" ] || ! cmp -s tests/clients/requirements.txt "$clients/installed"; then
    say "installing Python packages"
    python3 -m venv --clear "$clients"
    "$clients/bin/pip" install --quiet --disable-pip-version-check --requirement tests/clients/requirements.txt
    cp tests/clients/requirements.txt "$clients/installed"
fi
