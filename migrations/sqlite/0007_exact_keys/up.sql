-- SQLite compares keys by their bytes anyway.

-- One row: the oldest migration that a release must know to work with this schema. A migration that does not work with
-- releases that were made before it sets the row to its own version; no other changes it.
CREATE TABLE schema_compatibility (
    id               INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    oldest_migration TEXT    NOT NULL
) STRICT;
INSERT INTO schema_compatibility (id, oldest_migration) VALUES (1, '0004');
