-- Names and addresses are unique by their bytes. In the database's own order, which comes with the C library, an upgrade of
-- that library would leave the unique indexes in the wrong order, and two accounts with one name.
ALTER TABLE users
    ALTER COLUMN name_key TYPE text COLLATE "C",
    ALTER COLUMN email_key TYPE text COLLATE "C";

-- One row: the oldest migration that a release must know to work with this schema. A migration that does not work with
-- releases that were made before it sets the row to its own version; no other changes it.
CREATE TABLE schema_compatibility (
    id               smallint NOT NULL PRIMARY KEY CHECK (id = 1),
    oldest_migration text     NOT NULL
);
INSERT INTO schema_compatibility (id, oldest_migration) VALUES (1, '0004');
