-- A request to recover the account with this address, until a worker has looked whether there is one.
CREATE TABLE recoveries (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    address      TEXT    NOT NULL,
    language     TEXT    NOT NULL,
    requested_at INTEGER NOT NULL
) STRICT;

-- A message not yet sent, as before; some carry no link.
CREATE TABLE outbox_with_notices (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id      BLOB    REFERENCES users (id) ON DELETE SET NULL,
    kind         TEXT    NOT NULL,
    language     TEXT    NOT NULL,
    address      TEXT    NOT NULL,
    link_id      BLOB    CHECK (length(link_id) = 16),
    created_at   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    useless_from INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 4294967295),
    dead_at      INTEGER,
    reason       TEXT
) STRICT;
INSERT INTO outbox_with_notices SELECT * FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_with_notices RENAME TO outbox;
CREATE INDEX outbox_user ON outbox (user_id);
CREATE INDEX outbox_due ON outbox (due_at) WHERE dead_at IS NULL;
