-- A user's second factor (TOTP). Its secret is derived from the secret key, the user and the salt; the hash tells which key.
CREATE TABLE second_factors (
    user_id     BLOB    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    salt        BLOB    NOT NULL CHECK (length(salt) = 16),
    secret_hash BLOB    NOT NULL CHECK (length(secret_hash) = 32),
    -- The last time step whose code was used. NULL: the factor is being set up, and is not asked for.
    last_step   INTEGER
) STRICT;

-- The SHA-256 of a code of 80 random bits that stands in for the second factor. A used one is a deleted row.
CREATE TABLE recovery_codes (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash    BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (user_id, hash)
) STRICT;
