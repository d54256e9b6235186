CREATE TABLE invites (
    id         uuid        NOT NULL PRIMARY KEY,
    hash       bytea       NOT NULL CHECK (octet_length(hash) = 32),
    uses       bigint      NOT NULL CHECK (uses BETWEEN 1 AND 4294967295),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX invites_hash_unique ON invites (hash);
CREATE INDEX invites_expiry ON invites (expires_at);
COMMENT ON TABLE invites IS
    'An invitation to register, by the SHA-256 of its code; the code itself is stored nowhere. A revoked one is a deleted row.';

ALTER TABLE users ADD COLUMN invite_id uuid;
COMMENT ON COLUMN users.invite_id IS
    'The invitation that the account was registered with. Its accounts are its uses: a lapsed or deleted one gives its use back. It may be gone: no foreign key, so that deleting it touches no account.';
