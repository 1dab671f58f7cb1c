"""The programs that people read the server with, over the real server: what they count is what it holds, what they can ask they do ask the
server, and the recipes of docs/clients.md run as they stand there.

Run by scripts/test-clients.sh, which puts the clients into a virtual environment. HARMATTAN_BIN names the program.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import urllib.request

import geopandas
import pyarrow.ipc
import pyogrio
from openapi_spec_validator import validate
from owslib.ogcapi.features import Features

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = os.environ.get("HARMATTAN_BIN", str(ROOT / "target/debug/harmattan"))
COLLECTIONS = ["regions", "places", "incidents", "control", "corridors", "control-areas", "front"]


class Server:
    """A server over a store of its own that holds the bundled data."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.log = pathlib.Path(self.folder.name) / "log"
        self.written = self.log.open("w")
        self.process = subprocess.Popen(
            [BIN, "serve", "--listen", "127.0.0.1:0", "--store", f"{self.folder.name}/store.gpkg"],
            stdout=subprocess.PIPE,
            stderr=self.written,
            env={**os.environ, "HARMATTAN_LOG": "info", "NO_COLOR": "1"},
            text=True,
        )
        self.base = re.search(r"http://[^ /]+", self.process.stdout.readline()).group()

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()
        self.written.close()
        self.folder.cleanup()

    def get(self, path):
        with urllib.request.urlopen(self.base + path) as answer:
            return json.load(answer)

    def count(self, collection, **query):
        text = urllib.parse.urlencode({"limit": 1, **query})
        return self.get(f"/collections/{collection}/items?{text}")["numberMatched"]

    def asked(self, before):
        """The queries that came since the log had that length, decoded."""
        lines = self.log.read_text()[before:].splitlines()
        queries = [match.group(1) for line in lines if (match := re.search(r'query="([^"]*)"', line))]
        return [urllib.parse.unquote_plus(query) for query in queries]

    def mark(self):
        return len(self.log.read_text())


def setUpModule():
    global server
    server = Server()


def tearDownModule():
    server.stop()


def run(*command, folder=None):
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


def feature_count(*arguments):
    return int(re.search(r"Feature Count: (\d+)", run("ogrinfo", "-so", *arguments)).group(1))


class Gdal(unittest.TestCase):
    def source(self):
        return f"OAPIF:{server.base}"

    def test_every_collection_is_a_layer_of_as_many_features(self):
        for collection in COLLECTIONS:
            counted = feature_count(self.source(), collection, "-oo", "PAGE_SIZE=1000")
            self.assertEqual(counted, server.count(collection), collection)

    def test_conditions_boxes_and_times_are_asked_of_the_server(self):
        for where, sent in [
            ("country = 'ML' AND fatalities_best >= 10", "fatalities_best >= 10"),
            ("country = 'ML' OR place LIKE 'D%'", "place LIKE 'D%'"),
            ("NOT (fatalities_best IS NULL)", "fatalities_best IS NULL"),
            ("date_start >= '2024/01/01'", "date_start >= '2024-01-01"),
        ]:
            before = server.mark()
            counted = feature_count(self.source(), "incidents", "-where", where)
            self.assertTrue(any(sent in query and "filter=" in query for query in server.asked(before)), where)
            plain = where.replace("2024/01/01", "2024-01-01")
            self.assertEqual(counted, server.count("incidents", filter=plain), where)
            self.assertGreater(counted, 0)
        before = server.mark()
        counted = feature_count(self.source(), "incidents", "-spat", "-5", "13", "2.5", "16")
        self.assertTrue(any("bbox=-5,13,2.5,16" in query for query in server.asked(before)))
        self.assertEqual(counted, server.count("incidents", bbox="-5,13,2.5,16"))

    def test_every_format_opens_with_the_same_count(self):
        with tempfile.TemporaryDirectory() as folder:
            for form, ending in [("geojson", "geojson"), ("geojsonseq", "geojsons"), ("csv", "csv"), ("fgb", "fgb"), ("arrow", "arrows")]:
                for collection in COLLECTIONS:
                    path = pathlib.Path(folder) / f"{collection}.{ending}"
                    address = f"{server.base}/collections/{collection}/items?f={form}&limit=10000"
                    urllib.request.urlretrieve(address, path)
                    if form == "arrow":
                        # Debian's GDAL and the one in pyogrio's wheel are built without Arrow: its own library reads it.
                        with pyarrow.ipc.open_stream(path) as stream:
                            counted = stream.read_all().num_rows
                    else:
                        counted = feature_count("-al", str(path))
                    self.assertEqual(counted, server.count(collection), f"{form} {collection}")


class Python(unittest.TestCase):
    def test_pyogrio_asks_the_server_for_the_condition(self):
        before = server.mark()
        frame = pyogrio.read_dataframe(f"OAPIF:{server.base}", layer="incidents", where="country = 'ML'", PAGE_SIZE=1000)
        self.assertEqual(len(frame), server.count("incidents", country="ML"))
        self.assertTrue(any("country = 'ML'" in query for query in server.asked(before)))
        self.assertTrue(frame.crs.to_epsg() == 4326 or "CRS84" in str(frame.crs))

    def test_geopandas_reads_what_is_there_where_it_is(self):
        frame = geopandas.read_file(f"{server.base}/collections/places/items?limit=10000&f=fgb&country=ML")
        bamako = frame[frame["id"] == "geonames:2460596"].geometry.iloc[0]
        self.assertAlmostEqual(bamako.x, -8.0, delta=0.1)
        self.assertAlmostEqual(bamako.y, 12.65, delta=0.1)

    def test_owslib_finds_everything_from_the_address(self):
        client = Features(server.base + "/")
        self.assertEqual(client.feature_collections(), COLLECTIONS)
        self.assertEqual(client.api()["openapi"], "3.0.3")
        self.assertIn("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core", client.conformance()["conformsTo"])
        for collection in COLLECTIONS:
            self.assertEqual(client.collection(collection)["id"], collection)
            self.assertIn("properties", client.collection_queryables(collection))
            self.assertEqual(client.collection_items(collection, limit=1)["numberMatched"], server.count(collection))
        asked = {"bbox": [-5, 13, 2.5, 16], "datetime_": "2023-01-01/2024-12-31"}
        found = client.collection_items("incidents", limit=5, **asked)
        self.assertEqual(found["numberMatched"], server.count("incidents", bbox="-5,13,2.5,16", datetime="2023-01-01/2024-12-31"))
        item = found["features"][0]["id"]
        self.assertEqual(client.collection_item("incidents", item)["id"], item)


class Description(unittest.TestCase):
    def test_the_description_is_valid(self):
        validate(server.get("/api"))

    def test_nothing_that_is_described_fails_or_answers_otherwise(self):
        checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
        program = str(pathlib.Path(sys.executable).parent / "schemathesis")
        done = subprocess.run(
            [program, "run", f"{server.base}/api", "--url", server.base, "--phases", "examples,coverage,fuzzing"]
            + ["--max-examples", "5", "--seed", "1", "--workers", "2", "--no-color", "--checks", checks],
            capture_output=True,
            text=True,
            timeout=600,
            # It leaves what it learnt where it runs.
            cwd=server.folder.name,
        )
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])


class Recipes(unittest.TestCase):
    """docs/clients.md, as it stands there."""

    def blocks(self, heading, language):
        text = (ROOT / "docs/clients.md").read_text()
        section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.S | re.M).group(1)
        self.assertIn("*Run by a test", section)
        blocks = re.findall(rf"```{language}\n(.*?)```", section, re.S)
        self.assertTrue(blocks)
        return [block.replace("http://127.0.0.1:8080", server.base) for block in blocks]

    def shell(self, heading):
        with tempfile.TemporaryDirectory() as folder:
            for block in self.blocks(heading, "sh"):
                for line in block.splitlines():
                    printed = run("bash", "-euc", line.replace("curl ", "curl --fail --silent --show-error "), folder=folder)
                    self.printed.append(printed)
            return {path.name: path.stat().st_size for path in pathlib.Path(folder).iterdir()}

    def setUp(self):
        self.printed = []

    def test_curl(self):
        self.assertGreater(self.shell("curl")["incidents.csv"], 10_000)
        window, filtered, _, counted = self.printed
        self.assertEqual(json.loads(window)["numberMatched"], server.count("incidents", datetime="2024-01-01/..", bbox="-5,13,3,17"))
        condition = "country IN ('ML', 'NE') AND fatalities_best >= 10"
        self.assertEqual(json.loads(filtered)["numberMatched"], server.count("incidents", filter=condition))
        self.assertEqual(sum(int(line.split(",")[2]) for line in counted.splitlines()[1:]), server.count("incidents"))

    def test_gdal(self):
        files = self.shell("ogr2ogr and ogrinfo (GDAL)")
        self.assertTrue(all(files[name] > 1_000 for name in ["mali.gpkg", "niger.csv", "control.gpkg"]), files)

    def test_python(self):
        for heading in ["Python: geopandas and pyogrio", "Python: OWSLib"]:
            for block in self.blocks(heading, "python"):
                printed = run(sys.executable, "-c", block)
                self.assertTrue(all(int(number) > 0 for number in re.findall(r"^\d+$", printed, re.M)), printed)

    def test_qgis(self):
        # Debian's, which no virtual environment has.
        python = "/usr/bin/python3"
        if subprocess.run([python, "-c", "import qgis.core"], capture_output=True).returncode != 0:
            self.skipTest("PyQGIS is not installed")
        (block,) = self.blocks("QGIS", "python")
        with tempfile.TemporaryDirectory() as folder:
            before = server.mark()
            settings = {"QT_QPA_PLATFORM": "offscreen", "HOME": folder, "XDG_RUNTIME_DIR": folder}
            done = subprocess.run([python, "-c", block], capture_output=True, text=True, cwd=folder, env={**os.environ, **settings})
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            printed = done.stdout.splitlines()
            box = "-5,13,3,17"
            wanted = [server.count("incidents"), server.count("incidents", country="ML"), server.count("incidents", bbox=box)]
            self.assertEqual(printed[0].split(), ["EPSG:4326", *map(str, wanted)])
            self.assertTrue(any(f"bbox={box}" in query for query in server.asked(before)), "the box is asked of the server")
            self.assertIn("incidents", printed[1].split())
            # A picture of one colour takes some 2 kB.
            self.assertGreater((pathlib.Path(folder) / "map.png").stat().st_size, 10_000)

    def test_r(self):
        for block in self.blocks("R: sf", "r"):
            printed = run("Rscript", "-e", block)
            counts = re.search(r"^(\d+) (\d+) *$", printed, re.M).groups()
            wanted = server.count("incidents"), server.count("incidents", country="ML")
            self.assertEqual(tuple(map(int, counts)), wanted, printed)


if __name__ == "__main__":
    unittest.main(verbosity=1)
