-- What a report on a corridor may also say: the one segment that it speaks of (empty for the whole), when it was last confirmed, how exact its days are (empty for a day). And of
-- a corridor: the supply share of its first place with its range, and which vertices of its line are the named places (empty where all are).
-- Never edited once released: the next change is 0005.
ALTER TABLE corridors ADD COLUMN vertices TEXT;
ALTER TABLE corridors ADD COLUMN weight DOUBLE;
ALTER TABLE corridors ADD COLUMN weight_low DOUBLE;
ALTER TABLE corridors ADD COLUMN weight_high DOUBLE;
ALTER TABLE corridor_status ADD COLUMN segment INTEGER;
ALTER TABLE corridor_status ADD COLUMN last_confirmed DATE;
ALTER TABLE corridor_status ADD COLUMN from_precision TEXT;
ALTER TABLE corridor_status ADD COLUMN to_precision TEXT;
