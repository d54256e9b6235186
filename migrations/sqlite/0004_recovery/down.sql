-- The release before reads none of these.
DELETE FROM outbox WHERE kind NOT IN ('verify_account', 'confirm_email');
DELETE FROM links WHERE purpose = 'reset_password';
CREATE TABLE outbox_of_links (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id      BLOB    REFERENCES users (id) ON DELETE SET NULL,
    kind         TEXT    NOT NULL,
    language     TEXT    NOT NULL,
    address      TEXT    NOT NULL,
    link_id      BLOB    NOT NULL CHECK (length(link_id) = 16),
    created_at   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    useless_from INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 4294967295),
    dead_at      INTEGER,
    reason       TEXT
) STRICT;
INSERT INTO outbox_of_links SELECT * FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_of_links RENAME TO outbox;
CREATE INDEX outbox_user ON outbox (user_id);
CREATE INDEX outbox_due ON outbox (due_at) WHERE dead_at IS NULL;
DROP TABLE recoveries;
