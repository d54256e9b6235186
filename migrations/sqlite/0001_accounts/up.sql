-- Ids are 16 bytes, hashes 32; times are microseconds since 1970-01-01T00:00:00Z.
-- Words such as a policy or a purpose are not listed in CHECKs: SQLite cannot change a CHECK later.

-- An account. With pending_until it waits for verification and holds its name and address until then.
CREATE TABLE users (
    id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name          TEXT    NOT NULL,
    name_key      TEXT    NOT NULL,
    email         TEXT,
    email_key     TEXT,
    password_hash TEXT    NOT NULL,
    icon          TEXT,
    status        TEXT,
    created_at    INTEGER NOT NULL,
    pending_until INTEGER,
    CHECK ((email IS NULL) = (email_key IS NULL))
) STRICT;
CREATE UNIQUE INDEX users_email_key_unique ON users (email_key);
CREATE UNIQUE INDEX users_name_key_unique ON users (name_key);
CREATE INDEX users_pending ON users (pending_until) WHERE pending_until IS NOT NULL;

-- A user's being logged in somewhere; generation is that of its current token. An ended session is a deleted row.
CREATE TABLE sessions (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    user_id    BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    policy     TEXT    NOT NULL,
    shape      TEXT    NOT NULL,
    generation INTEGER NOT NULL CHECK (generation BETWEEN 0 AND 4294967295),
    created_at INTEGER NOT NULL,
    user_agent TEXT,
    ip         TEXT
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id);

-- One token of a session, by its SHA-256; the token itself is stored nowhere.
CREATE TABLE session_tokens (
    hash         BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    session_id   BLOB    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    generation   INTEGER NOT NULL CHECK (generation BETWEEN 0 AND 4294967295),
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    CONSTRAINT session_tokens_generation_unique UNIQUE (session_id, generation)
) STRICT;
CREATE INDEX session_tokens_expiry ON session_tokens (expires_at);

-- A mailed link that still works, by the SHA-256 of its token; email is the address that following it sets.
-- A followed link is a deleted row.
CREATE TABLE links (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    user_id    BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose    TEXT    NOT NULL,
    email      TEXT,
    expires_at INTEGER NOT NULL,
    CHECK (purpose <> 'change_email' OR email IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX links_hash_unique ON links (hash);
CREATE INDEX links_user ON links (user_id);
CREATE INDEX links_expiry ON links (expires_at);

-- A message not yet sent. due_at lies ahead while it is leased or postponed; with dead_at it is a dead letter;
-- reason is why the last try failed. user_id is NULL once the account lapsed: its mail is kept. link_id is no foreign
-- key: a followed link is gone.
CREATE TABLE outbox (
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
CREATE INDEX outbox_user ON outbox (user_id);
CREATE INDEX outbox_due ON outbox (due_at) WHERE dead_at IS NULL;
