-- A program that asks whose a session is. It is no user. A revoked one is a deleted row.
CREATE TABLE services (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name       TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX services_name_unique ON services (name);

-- A token of a service, by its SHA-256; the token itself is stored nowhere.
CREATE TABLE service_tokens (
    hash       BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    service_id BLOB    NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    -- When it stops to work because a later one was made. NULL: it is the newest.
    expires_at INTEGER
) STRICT;
CREATE INDEX service_tokens_service ON service_tokens (service_id);

-- What changed, for those who follow the history. NULL: it is not known, as in the rows of the release before.
ALTER TABLE invalidations ADD COLUMN kind TEXT;
-- The session, where a single one changed or ended. It may be gone.
ALTER TABLE invalidations ADD COLUMN session_id BLOB;

-- The service that was created, given another token, or revoked. It may be gone.
ALTER TABLE audit_events ADD COLUMN service_id BLOB;
