-- From when on a report on a corridor was no longer what is known; empty while it is.
-- Never edited once released: the next change is 0007.
ALTER TABLE corridor_status ADD COLUMN superseded_at DATETIME;
