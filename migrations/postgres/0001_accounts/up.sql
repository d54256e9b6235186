-- Words such as a policy or a purpose are not listed in CHECKs: the other database, SQLite, cannot change a CHECK later.

CREATE TABLE users (
    id            uuid        PRIMARY KEY,
    name          text        NOT NULL,
    name_key      text        NOT NULL,
    email         text,
    email_key     text,
    password_hash text        NOT NULL,
    icon          text,
    status        text,
    created_at    timestamptz NOT NULL,
    pending_until timestamptz,
    CONSTRAINT users_email_has_key CHECK ((email IS NULL) = (email_key IS NULL))
);
COMMENT ON TABLE users IS
    'An account. With pending_until it waits for verification and holds its name and address until then.';
CREATE UNIQUE INDEX users_name_key_unique ON users (name_key);
CREATE UNIQUE INDEX users_email_key_unique ON users (email_key);
CREATE INDEX users_pending ON users (pending_until) WHERE pending_until IS NOT NULL;

CREATE TABLE sessions (
    id         uuid        PRIMARY KEY,
    user_id    uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    policy     text        NOT NULL,
    shape      text        NOT NULL,
    generation bigint      NOT NULL CHECK (generation BETWEEN 0 AND 4294967295),
    created_at timestamptz NOT NULL,
    user_agent text,
    ip         text
);
COMMENT ON TABLE sessions IS
    'A user''s being logged in somewhere; generation is that of its current token. An ended session is a deleted row.';
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE session_tokens (
    hash         bytea       PRIMARY KEY CHECK (octet_length(hash) = 32),
    session_id   uuid        NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    generation   bigint      NOT NULL CHECK (generation BETWEEN 0 AND 4294967295),
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    CONSTRAINT session_tokens_generation_unique UNIQUE (session_id, generation)
);
COMMENT ON TABLE session_tokens IS
    'One token of a session, by its SHA-256; the token itself is stored nowhere.';
CREATE INDEX session_tokens_expiry ON session_tokens (expires_at);

CREATE TABLE links (
    id         uuid        PRIMARY KEY,
    hash       bytea       NOT NULL CHECK (octet_length(hash) = 32),
    user_id    uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose    text        NOT NULL,
    email      text,
    expires_at timestamptz NOT NULL,
    CONSTRAINT links_email_of_change CHECK (purpose <> 'change_email' OR email IS NOT NULL)
);
COMMENT ON TABLE links IS
    'A mailed link that still works, by the SHA-256 of its token; email is the address that following it sets. A followed link is a deleted row.';
CREATE UNIQUE INDEX links_hash_unique ON links (hash);
CREATE INDEX links_user ON links (user_id);
CREATE INDEX links_expiry ON links (expires_at);

CREATE TABLE outbox (
    id           uuid        PRIMARY KEY,
    user_id      uuid        REFERENCES users (id) ON DELETE SET NULL,
    kind         text        NOT NULL,
    language     text        NOT NULL,
    address      text        NOT NULL,
    link_id      uuid        NOT NULL,
    created_at   timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    useless_from timestamptz NOT NULL,
    attempts     bigint      NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 4294967295),
    dead_at      timestamptz,
    reason       text
);
COMMENT ON TABLE outbox IS
    'A message not yet sent. due_at lies ahead while it is leased or postponed; with dead_at it is a dead letter; reason is why the last try failed. user_id is NULL once the account lapsed: its mail is kept. link_id is no foreign key: a followed link is gone.';
CREATE INDEX outbox_user ON outbox (user_id);
CREATE INDEX outbox_due ON outbox (due_at) WHERE dead_at IS NULL;
