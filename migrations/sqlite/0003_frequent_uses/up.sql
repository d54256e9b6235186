-- Uses of sessions are written a range of hashes at a time, so rows that are written together shall lie together: in the
-- order of their hashes. The index knows the day of the expiry alone, in microseconds since 1970 by those of a day; a
-- use then changes little in it.
CREATE TABLE tokens_by_hash (
    hash         BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    session_id   BLOB    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    generation   INTEGER NOT NULL CHECK (generation BETWEEN 0 AND 4294967295),
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    CONSTRAINT session_tokens_generation_unique UNIQUE (session_id, generation)
) STRICT, WITHOUT ROWID;
INSERT INTO tokens_by_hash SELECT hash, session_id, generation, expires_at, last_used_at FROM session_tokens;
DROP TABLE session_tokens;
ALTER TABLE tokens_by_hash RENAME TO session_tokens;
CREATE INDEX session_tokens_expiry ON session_tokens (expires_at / 86400000000);
