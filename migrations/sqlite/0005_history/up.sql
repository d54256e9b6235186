-- A number alone does not tell a history from another one that has the number as well: that of a backup. The release
-- before adds rows too, so the database makes the mark: random, it tells a row from the one with its number in another
-- history.
CREATE TABLE invalidations_with_marks (
    number  INTEGER NOT NULL PRIMARY KEY,
    user_id BLOB    NOT NULL CHECK (length(user_id) = 16),
    mark    BLOB    NOT NULL DEFAULT (randomblob(16)) CHECK (length(mark) = 16)
) STRICT;
INSERT INTO invalidations_with_marks (number, user_id) SELECT number, user_id FROM invalidations;
DROP TABLE invalidations;
ALTER TABLE invalidations_with_marks RENAME TO invalidations;
