-- What each generation changed, so that whoever holds an earlier one reads no more than that. An empty id stands for more records than are listed. A generation without
-- a row is one that is not known: it lies further back than the log goes, or a program without a log wrote it. Never edited once released: the next change is 0003.
CREATE TABLE harmattan_changes (
    generation INTEGER NOT NULL,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (generation, collection, id)
) WITHOUT ROWID;
