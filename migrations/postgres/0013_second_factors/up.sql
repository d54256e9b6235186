CREATE TABLE second_factors (
    user_id     uuid    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    salt        uuid    NOT NULL,
    secret_hash bytea   NOT NULL CHECK (octet_length(secret_hash) = 32),
    last_step   bigint
);
COMMENT ON TABLE second_factors IS
    'A user''s second factor (TOTP). Its secret is derived from the secret key, the user and the salt; the hash tells which key.';
COMMENT ON COLUMN second_factors.last_step IS
    'The last time step whose code was used. NULL: the factor is being set up, and is not asked for.';

CREATE TABLE recovery_codes (
    user_id uuid  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash    bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (user_id, hash)
);
COMMENT ON TABLE recovery_codes IS
    'The SHA-256 of a code of 80 random bits that stands in for the second factor. A used one is a deleted row.';
