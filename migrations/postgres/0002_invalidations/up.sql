CREATE TABLE invalidations (
    number  bigint PRIMARY KEY,
    user_id uuid   NOT NULL
);
COMMENT ON TABLE invalidations IS
    'Says to every node that what it remembers of the user and its sessions no longer holds. user_id is no foreign key: the user may be gone.';

CREATE TABLE invalidation_counter (
    id     smallint PRIMARY KEY CHECK (id = 1),
    number bigint   NOT NULL
);
COMMENT ON TABLE invalidation_counter IS
    'One row: the number of the last invalidation. It is updated last in a transaction, and locked until the commit, so numbers commit in their order and without gaps.';
INSERT INTO invalidation_counter (id, number) VALUES (1, 0);
