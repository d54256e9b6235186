-- What happened to accounts, by whom and from where. Rows are added and, when they are old, deleted; none is changed.
CREATE TABLE audit_events (
    -- By the clock of the node that wrote the row. Rows may be committed in another order.
    at         INTEGER NOT NULL,
    id         BLOB    NOT NULL DEFAULT (randomblob(16)) CHECK (length(id) = 16),
    action     TEXT    NOT NULL,
    -- Why it was refused. NULL: it was done.
    refused    TEXT,
    actor      TEXT    NOT NULL,
    -- The account concerned. It may be deleted: its events stay.
    user_id    BLOB,
    session_id BLOB,
    invite_id  BLOB,
    ip         TEXT,
    user_agent TEXT,
    request_id TEXT,
    PRIMARY KEY (at, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_events_user ON audit_events (user_id, at, id);
