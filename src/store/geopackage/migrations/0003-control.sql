-- What a statement on control may also say: what it is about (empty for a place, else a region, an area or a road), the parties of a contested place, the precision of its
-- last day (empty where it is that of the first), what its confidence rests on, what it takes the place of, and what its source is. And what an actor was part of, when.
-- Never edited once released: the next change is 0004.
ALTER TABLE control ADD COLUMN target TEXT;
ALTER TABLE control ADD COLUMN actors TEXT;
ALTER TABLE control ADD COLUMN to_precision TEXT;
ALTER TABLE control ADD COLUMN confidence_basis TEXT;
ALTER TABLE control ADD COLUMN supersedes TEXT;
ALTER TABLE control ADD COLUMN source_id TEXT;
ALTER TABLE control ADD COLUMN source_kind TEXT;
ALTER TABLE control ADD COLUMN source_url TEXT;
ALTER TABLE control ADD COLUMN party_to_conflict INTEGER;
ALTER TABLE control_past ADD COLUMN target TEXT;
ALTER TABLE control_past ADD COLUMN actors TEXT;
ALTER TABLE control_past ADD COLUMN to_precision TEXT;
ALTER TABLE control_past ADD COLUMN confidence_basis TEXT;
ALTER TABLE control_past ADD COLUMN supersedes TEXT;
ALTER TABLE control_past ADD COLUMN source_id TEXT;
ALTER TABLE control_past ADD COLUMN source_kind TEXT;
ALTER TABLE control_past ADD COLUMN source_url TEXT;
ALTER TABLE control_past ADD COLUMN party_to_conflict INTEGER;
ALTER TABLE actors ADD COLUMN parents TEXT;
-- Statements on regions and areas have an outline in place of a point.
UPDATE gpkg_geometry_columns SET geometry_type_name = 'GEOMETRY' WHERE table_name = 'control';
-- The declared type of a column changes nothing in SQLite but what readers are told; the table need not be written anew for it.
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(sql, 'geom POINT', 'geom GEOMETRY') WHERE type = 'table' AND name = 'control';
PRAGMA writable_schema = RESET;
