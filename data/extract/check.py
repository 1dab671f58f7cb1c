#!/usr/bin/env python3
"""Check data/: the SHA-256 table of README.md against the files, and the curated tables for plain errors.

    python check.py            exit 1 and a list when anything is wrong
    python check.py --update   write the files' SHA-256 into the table of README.md
"""
import csv
import datetime
import hashlib
import json
import math
import re
import sys
from pathlib import Path

from shapely import shortest_line
from shapely.geometry import Point, shape

DATA = Path(__file__).resolve().parent.parent
FILES = ["actors.csv", "basemap/borders.geojson", "basemap/labels.geojson", "basemap/lakes.geojson",
         "basemap/land.geojson", "basemap/rivers.geojson", "control-observations.csv", "corridors.csv", "datasets.csv",
         "fonts/NotoSans-Bold.ttf", "fonts/NotoSans-Regular.ttf",
         "incidents.csv", "places.csv", "regions.geojson", "weak-spots.csv"]
MAX_BYTES = 3_000_000
SIDES = {"state", "foreign_ally", "jnim", "islamic_state", "separatist", "self_defence", "international", "civilian",
         "other", "unknown"}
problems = []


def problem(*words):
    problems.append(" ".join(str(w) for w in words))


def table(name):
    with open(DATA / name, encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    for r in rows:
        if None in r or None in r.values():
            problem(name, "ragged row", r)
    return rows


def day(text, where):
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        problem(where, "no ISO date:", text)


def km_outside(geom, lon, lat):
    p = Point(lon, lat)
    if geom.covers(p):
        return 0.0
    x, y = shortest_line(p, geom).coords[1]
    return math.hypot((x - lon) * 111.32 * math.cos(math.radians(lat)), (y - lat) * 110.57)


def hashes():
    return {f: hashlib.sha256((DATA / f).read_bytes()).hexdigest() for f in FILES}


def update_hashes():
    path = DATA / "README.md"
    text = path.read_text(encoding="utf-8")
    for name, h in hashes().items():
        text = re.sub(r"^(\| `%s` \|.*\| `)[^`]*(` \|)$" % re.escape(name), r"\g<1>%s\2" % h, text, flags=re.M)
    path.write_text(text, encoding="utf-8", newline="\n")


def check_hashes():
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    listed = {m[0]: m[1] for m in re.findall(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", readme, re.M)}
    for name, got in hashes().items():
        if listed.get(name) != got:
            problem(name, "README says", listed.get(name), "but the file has", got)
        raw = (DATA / name).read_bytes()
        if len(raw) > MAX_BYTES:
            problem(name, "is larger than", MAX_BYTES)
        if b"\r" in raw or raw.startswith(b"\xef\xbb\xbf") or not raw.endswith(b"\n"):
            problem(name, "has CR, a BOM or no newline at the end")
        raw.decode("utf-8")
    for name in listed.keys() - set(FILES):
        problem("README lists an unknown file", name)


def overlaps(rows, key, name):
    groups = {}
    for r in rows:
        start = day(r["valid_from"], name)
        end = day(r["valid_to"], name) or datetime.date.max
        if start is None or end < start:
            problem(name, "interval", r)
            continue
        groups.setdefault(key(r), []).append((start, end))
    for k, spans in groups.items():
        spans.sort()
        for (a, b), (c, d) in zip(spans, spans[1:]):
            if c <= b:
                problem(name, k, "intervals overlap:", a, b, c, d)


def check_tables():
    regions = json.loads((DATA / "regions.geojson").read_text(encoding="utf-8"))["features"]
    states = {f["id"]: shape(f["geometry"]) for f in regions if f["properties"]["level"] == 0}
    codes = [f["id"] for f in regions]
    if len(codes) != len(set(codes)):
        problem("regions.geojson", "duplicate ids")

    actors = table("actors.csv")
    known = {r["code"] for r in actors}
    if len(known) != len(actors):
        problem("actors.csv", "duplicate codes")
    for r in actors:
        if r["side"] not in SIDES:
            problem("actors.csv", r["code"], "side", r["side"])

    for name in ("incidents.csv", "control-observations.csv", "places.csv", "datasets.csv", "weak-spots.csv"):
        ids = [r["id"] for r in table(name)]
        if len(ids) != len(set(ids)) or not all(ids):
            problem(name, "ids are not unique")

    for name in ("incidents.csv", "control-observations.csv", "places.csv"):
        for r in table(name):
            if r.get("kind") == "port" or r["country"] not in states:
                continue
            off = km_outside(states[r["country"]], float(r["longitude"]), float(r["latitude"]))
            if off > 5:
                problem(name, r["id"], f"lies {off:.1f} km outside {r['country']}")

    for r in table("incidents.csv"):
        a, b = day(r["date_start"], r["id"]), day(r["date_end"], r["id"])
        if a is None or (b is not None and b < a):
            problem("incidents.csv", r["id"], "dates")
        for c in ("actor1", "actor2"):
            if r[c] and r[c] not in known:
                problem("incidents.csv", r["id"], "unknown actor", r[c])
        tolls = [int(r[c]) for c in ("fatalities_low", "fatalities_best", "fatalities_high") if r[c]]
        if tolls != sorted(tolls):
            problem("incidents.csv", r["id"], "fatalities", tolls)
        if not r["source"] or not 0 <= float(r["confidence"]) <= 1:
            problem("incidents.csv", r["id"], "source or confidence")

    control = table("control-observations.csv")
    overlaps(control, lambda r: (r["place"], r["country"]), "control-observations.csv")
    for r in control:
        if r["actor"] not in known:
            problem("control-observations.csv", r["id"], "unknown actor", r["actor"])
        if (r["status"] == "besieged") != (r["blockade"] in ("full", "partial")) or r["blockade"] not in ("", "full", "partial"):
            problem("control-observations.csv", r["id"], "blockade", r["blockade"])
    corridors = table("corridors.csv")
    overlaps(corridors, lambda r: r["corridor_id"], "corridors.csv")
    lines, points = {}, {}
    for r in corridors:
        if r["actor"] and r["actor"] not in known:
            problem("corridors.csv", r["corridor_id"], "unknown actor", r["actor"])
        if lines.setdefault(r["corridor_id"], r["waypoints"]) != r["waypoints"]:
            problem("corridors.csv", r["corridor_id"], "waypoints differ between rows")
        for w in r["waypoints"].split(";"):
            name, lon, lat = w.strip().rsplit(" ", 2)
            if points.setdefault(name, (lon, lat)) != (lon, lat):
                problem("corridors.csv", name, "has two positions")
    for r in table("datasets.csv"):
        if r["redistribution"] not in ("allowed", "restricted") or day(r["released"], r["id"]) is None:
            problem("datasets.csv", r["id"])


if __name__ == "__main__":
    if "--update" in sys.argv[1:]:
        update_hashes()
    check_tables()
    check_hashes()
    print("\n".join(problems) if problems else "data: all files match the README and pass the checks")
    sys.exit(1 if problems else 0)
