-- Where the supply share of a corridor's first place is from, with its range.
-- Never edited once released: the next change is 0006.
ALTER TABLE corridors ADD COLUMN weight_source TEXT;
