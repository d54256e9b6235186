-- Says to every node that what it remembers of the user and its sessions no longer holds. user_id is no foreign key: the
-- user may be gone.
CREATE TABLE invalidations (
    number  INTEGER NOT NULL PRIMARY KEY,
    user_id BLOB    NOT NULL CHECK (length(user_id) = 16)
) STRICT;

-- One row: the number of the last invalidation. It is updated in the same transaction, so numbers commit in their order
-- and without gaps.
CREATE TABLE invalidation_counter (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO invalidation_counter (id, number) VALUES (1, 0);
