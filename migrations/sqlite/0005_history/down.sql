CREATE TABLE invalidations_without_marks (
    number  INTEGER NOT NULL PRIMARY KEY,
    user_id BLOB    NOT NULL CHECK (length(user_id) = 16)
) STRICT;
INSERT INTO invalidations_without_marks (number, user_id) SELECT number, user_id FROM invalidations;
DROP TABLE invalidations;
ALTER TABLE invalidations_without_marks RENAME TO invalidations;
