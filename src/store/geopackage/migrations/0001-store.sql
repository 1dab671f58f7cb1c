-- The store as a GeoPackage 1.3 (OGC 12-128r17), which GDAL reads without a warning from version 3.4 on: the required tables, one feature table a collection with what is known now,
-- and beside them what was known before. Never edited once released: the next change is 0002.

PRAGMA application_id = 0x47504B47;  -- "GPKG", /req/core/application_id
PRAGMA user_version = 10300;         -- GeoPackage 1.3.0

CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL,
    srs_id INTEGER PRIMARY KEY,
    organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL,
    definition TEXT NOT NULL,
    description TEXT
);
INSERT INTO gpkg_spatial_ref_sys VALUES
    ('Undefined Cartesian', -1, 'NONE', -1, 'undefined', NULL),
    ('Undefined geographic', 0, 'NONE', 0, 'undefined', NULL),
    ('WGS 84', 4326, 'EPSG', 4326,
     'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]',
     'longitude, latitude in degrees');

CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY,
    data_type TEXT NOT NULL,
    identifier TEXT UNIQUE,
    description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    min_x DOUBLE,
    min_y DOUBLE,
    max_x DOUBLE,
    max_y DOUBLE,
    srs_id INTEGER REFERENCES gpkg_spatial_ref_sys (srs_id)
);

CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL REFERENCES gpkg_contents (table_name),
    column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL,
    srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys (srs_id),
    z TINYINT NOT NULL,
    m TINYINT NOT NULL,
    PRIMARY KEY (table_name, column_name),
    UNIQUE (table_name)
);

CREATE TABLE gpkg_extensions (
    table_name TEXT,
    column_name TEXT,
    extension_name TEXT NOT NULL,
    definition TEXT NOT NULL,
    scope TEXT NOT NULL,
    UNIQUE (table_name, column_name, extension_name)
);

-- What is ours alone: schema version and generation.
CREATE TABLE harmattan_store (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO harmattan_store VALUES ('generation', 0);

CREATE TABLE datasets (
    fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    version TEXT NOT NULL,
    released DATE NOT NULL,
    licence TEXT NOT NULL,
    licence_url TEXT,
    attribution TEXT NOT NULL,
    redistribution TEXT NOT NULL,
    homepage TEXT,
    description TEXT NOT NULL,
    imported_at DATETIME,
    content_hash INTEGER NOT NULL
);

CREATE TABLE actors (
    fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    name_en TEXT NOT NULL,
    name_fr TEXT NOT NULL,
    kind TEXT NOT NULL,
    side TEXT NOT NULL,
    force_of TEXT,
    parent_alliance TEXT,
    active_from TEXT,
    active_to TEXT,
    note TEXT,
    content_hash INTEGER NOT NULL
);

CREATE TABLE regions (
    fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    geom MULTIPOLYGON,
    id TEXT NOT NULL UNIQUE,
    code TEXT,
    level INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_fr TEXT,
    country TEXT NOT NULL,
    parent TEXT,
    valid_from DATE,
    valid_to DATE,
    source TEXT NOT NULL,
    content_hash INTEGER NOT NULL
);

CREATE TABLE places (
    fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    geom POINT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_fr TEXT,
    alt_names TEXT,
    country TEXT NOT NULL,
    region TEXT,
    population INTEGER,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    content_hash INTEGER NOT NULL
);

CREATE TABLE incidents (
    fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    geom POINT,
    id TEXT NOT NULL UNIQUE,
    date_start TEXT NOT NULL,
    date_end TEXT NOT NULL,
    date_precision TEXT NOT NULL,
    geo_precision INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    sub_event_type TEXT,
    actor1 TEXT,
    actor2 TEXT,
    fatalities_best INTEGER,
    fatalities_low INTEGER,
    fatalities_high INTEGER,
    country TEXT NOT NULL,
    region TEXT,
    place TEXT NOT NULL,
    title TEXT NOT NULL,
    notes TEXT,
    source TEXT NOT NULL,
    dataset TEXT NOT NULL,
    verification TEXT,
    confidence DOUBLE,
    known_at DATETIME NOT NULL,
    content_hash INTEGER NOT NULL
);

CREATE TABLE control (
    fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    geom POINT,
    id TEXT NOT NULL UNIQUE,
    place TEXT NOT NULL,
    country TEXT NOT NULL,
    region TEXT,
    geo_precision INTEGER,
    population INTEGER,
    actor TEXT NOT NULL,
    status TEXT NOT NULL,
    blockade TEXT NOT NULL,
    blockade_by TEXT,
    valid_from DATE NOT NULL,
    valid_to DATE,
    date_precision TEXT NOT NULL,
    last_confirmed DATE,
    note TEXT,
    source TEXT NOT NULL,
    dataset TEXT NOT NULL,
    verification TEXT,
    confidence DOUBLE,
    known_at DATETIME NOT NULL,
    content_hash INTEGER NOT NULL
);

CREATE TABLE corridors (
    fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    geom LINESTRING,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    target TEXT NOT NULL,
    class TEXT NOT NULL,
    waypoints TEXT NOT NULL,
    content_hash INTEGER NOT NULL
);

CREATE TABLE corridor_status (
    fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    corridor TEXT NOT NULL,
    status TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    actor TEXT,
    note TEXT,
    source TEXT NOT NULL,
    dataset TEXT NOT NULL,
    verification TEXT,
    confidence DOUBLE,
    known_at DATETIME NOT NULL
);
CREATE INDEX corridor_status_corridor ON corridor_status (corridor);

-- Versions that a later one took the place of, or that were retracted: known from known_at until superseded_at.
CREATE TABLE incidents_past AS SELECT *, known_at AS superseded_at FROM incidents WHERE 0;
CREATE INDEX incidents_past_id ON incidents_past (id);
CREATE TABLE control_past AS SELECT *, known_at AS superseded_at FROM control WHERE 0;
CREATE INDEX control_past_id ON control_past (id);

-- From known_at on the record said nothing more.
CREATE TABLE retractions (collection TEXT NOT NULL, id TEXT NOT NULL, known_at DATETIME NOT NULL, PRIMARY KEY (collection, id, known_at)) WITHOUT ROWID;

INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES
    ('regions', 'features', 'regions', 'Administrative regions', 4326),
    ('places', 'features', 'places', 'Towns, ports and border posts', 4326),
    ('incidents', 'features', 'incidents', 'Reported incidents', 4326),
    ('control', 'features', 'control', 'Reported control and blockade of places', 4326),
    ('corridors', 'features', 'corridors', 'Supply corridors', 4326),
    ('corridor_status', 'attributes', 'corridor_status', 'Reported status of corridors', NULL),
    ('datasets', 'attributes', 'datasets', 'Datasets with version, licence and attribution', NULL),
    ('actors', 'attributes', 'actors', 'Actor codes', NULL);

INSERT INTO gpkg_geometry_columns VALUES
    ('regions', 'geom', 'MULTIPOLYGON', 4326, 0, 0),
    ('places', 'geom', 'POINT', 4326, 0, 0),
    ('incidents', 'geom', 'POINT', 4326, 0, 0),
    ('control', 'geom', 'POINT', 4326, 0, 0),
    ('corridors', 'geom', 'LINESTRING', 4326, 0, 0);
