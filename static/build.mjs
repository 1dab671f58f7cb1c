// Bundles static/src and static/css into static/dist with names by content, builds the basemap and About files from data/,
// and writes .br and .gz neighbours, so that the server only hands out bytes.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "static", "dist");
const assets = join(dist, "assets");

rmSync(dist, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });

function writeCompressed(path, bytes) {
  writeFileSync(path, bytes);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  const gzip = gzipSync(bytes, { level: 9 });
  writeFileSync(`${path}.gz`, gzip);
  return gzip.length;
}

/** Writes `name-<hash>.<ext>` and answers its address. */
function writeAsset(name, extension, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const file = `${name}-${hash}.${extension}`;
  const size = writeCompressed(join(assets, file), bytes);
  console.log(`${file.padEnd(32)} ${(bytes.length / 1000).toFixed(1)} kB, ${(size / 1000).toFixed(1)} kB gzip`);
  return `/assets/${file}`;
}

/** The same for a file that the bundler has named. */
function writeBundled(file, bytes) {
  const size = writeCompressed(join(assets, file), bytes);
  console.log(`${file.padEnd(32)} ${(bytes.length / 1000).toFixed(1)} kB, ${(size / 1000).toFixed(1)} kB gzip`);
  return `/assets/${file}`;
}

function readGeojson(name) {
  const path = join(root, "data", "basemap", `${name}.geojson`);
  if (!existsSync(path)) {
    console.warn(`data/basemap/${name}.geojson is missing: the basemap is built without it`);
    return [];
  }
  return JSON.parse(readFileSync(path, "utf8")).features;
}

/** A line as x0, y0 and then differences, in 1/10,000 degree (about 11 m); repeated points fall out. */
function packLine(coordinates) {
  const packed = [];
  let [lastX, lastY] = [0, 0];
  for (const [lon, lat] of coordinates) {
    const x = Math.round(lon * 10_000);
    const y = Math.round(lat * 10_000);
    if (packed.length > 0 && x === lastX && y === lastY) continue;
    packed.push(x - lastX, y - lastY);
    [lastX, lastY] = [x, y];
  }
  return packed;
}

function polygonRings(features) {
  return features.flatMap(({ geometry }) =>
    (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).flatMap((polygon) => polygon.map(packLine)),
  );
}

function lines({ geometry }) {
  return (geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates).map(packLine);
}

function basemap() {
  return {
    land: polygonRings(readGeojson("land")),
    lakes: polygonRings(readGeojson("lakes")),
    rivers: readGeojson("rivers").flatMap((river) => lines(river).map((line) => ({ rank: river.properties.rank ?? 9, line }))),
    borders: readGeojson("borders").flatMap((border) =>
      lines(border).map((line) => ({ disputed: border.properties.disputed === true, line })),
    ),
    labels: readGeojson("labels").map(({ geometry, properties }) => ({
      kind: properties.kind,
      en: properties.name_en,
      fr: properties.name_fr ?? properties.name_en,
      ar: properties.name_ar ?? properties.name_en,
      lon: geometry.coordinates[0],
      lat: geometry.coordinates[1],
    })),
  };
}

/** RFC 4180 with a header line. */
function parseCsv(text) {
  const rows = [[]];
  let field = "";
  let quoted = false;
  const endField = () => {
    rows[rows.length - 1].push(field);
    field = "";
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted && c === '"' && text[i + 1] === '"') field += text[++i];
    else if (c === '"') quoted = !quoted;
    else if (!quoted && c === ",") endField();
    else if (!quoted && c === "\n") {
      endField();
      rows.push([]);
    } else if (quoted || c !== "\r") field += c;
  }
  if (field !== "" || rows[rows.length - 1].length > 0) endField();
  const [header, ...body] = rows.filter((row) => row.length > 0);
  return body.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ""])));
}

function weakSpots() {
  const path = join(root, "data", "weak-spots.csv");
  if (!existsSync(path)) {
    console.warn("data/weak-spots.csv is missing: About is built without it");
    return [];
  }
  return parseCsv(readFileSync(path, "utf8"));
}

const basemapUrl = writeAsset("basemap", "json", Buffer.from(JSON.stringify(basemap())));
const weakSpotsUrl = writeAsset("weak-spots", "json", Buffer.from(JSON.stringify(weakSpots())));

const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints: { app: "static/src/main.ts", style: "static/css/style.css" },
  outdir: "static/dist/assets",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  bundle: true,
  // gifenc names its older form for browsers; the module is the one that imports can name parts of.
  mainFields: ["module", "browser", "main"],
  // What opens later (charts, films, languages) is loaded then.
  splitting: true,
  minify: true,
  write: false,
  metafile: true,
  format: "esm",
  target: ["es2021", "chrome100", "firefox100", "safari15.4"],
  loader: { ".png": "dataurl" },
  define: { BASEMAP_URL: JSON.stringify(basemapUrl), WEAK_SPOTS_URL: JSON.stringify(weakSpotsUrl) },
  legalComments: "inline",
});
const written = new Map(outputFiles.map(({ path, contents }) => [relative(root, path), writeBundled(basename(path), Buffer.from(contents))]));
const entry = (point) => Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === point)[0];
const script = entry("static/src/main.ts");
const js = written.get(script);
const css = written.get(entry("static/css/style.css"));
// What the first script imports at once comes with it; the browser asks for all of it together.
const first = metafile.outputs[script].imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => written.get(path));
const preload = first.map((path) => `<link rel="modulepreload" href="${path}">`).join("\n");

const favicon = readFileSync(join(root, "static", "favicon.svg"));
// Inside the page, the icon costs no request; browsers ask again for a linked one whenever the hash changes.
const icon = `data:image/svg+xml;base64,${favicon.toString("base64")}`;
// Films and animations are kept when they were used; all else is there without a network after the first visit.
const lazy = /^(encoder|gifenc)[.-]/;
const files = readdirSync(assets).filter((name) => !/\.(br|gz)$/.test(name) && !lazy.test(name)).map((name) => `/assets/${name}`);
const html = readFileSync(join(root, "static", "index.html"), "utf8")
  .replace("{{js}}", js)
  .replace("{{css}}", css)
  .replace("{{preload}}", preload)
  .replace("{{icon}}", icon);
writeCompressed(join(dist, "favicon.svg"), favicon);
writeCompressed(join(dist, "manifest.webmanifest"), readFileSync(join(root, "static", "manifest.webmanifest")));
const worker = await build({
  absWorkingDir: root,
  entryPoints: ["static/src/worker/sw.ts"],
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  target: ["es2021", "chrome100", "firefox100", "safari15.4"],
  define: { FILES: JSON.stringify(files), VERSION: JSON.stringify(createHash("sha256").update(html).digest("hex").slice(0, 10)) },
});
writeCompressed(join(dist, "sw.js"), Buffer.from(worker.outputFiles[0].contents));
// Last, so that its date says that everything else is there.
writeCompressed(join(dist, "index.html"), Buffer.from(html));
