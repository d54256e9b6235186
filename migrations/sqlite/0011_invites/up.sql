-- An invitation to register, by the SHA-256 of its code; the code itself is stored nowhere. A revoked one is a deleted row.
CREATE TABLE invites (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    uses       INTEGER NOT NULL CHECK (uses BETWEEN 1 AND 4294967295),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX invites_hash_unique ON invites (hash);
CREATE INDEX invites_expiry ON invites (expires_at);

-- The invitation that the account was registered with. Its accounts are its uses: a lapsed or deleted one gives its use back. It may
-- be gone: no foreign key, so that deleting it touches no account.
ALTER TABLE users ADD COLUMN invite_id BLOB;
