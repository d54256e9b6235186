CREATE TABLE services (
    id         uuid        NOT NULL PRIMARY KEY,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX services_name_unique ON services (name);
COMMENT ON TABLE services IS
    'A program that asks whose a session is. It is no user. A revoked one is a deleted row.';

CREATE TABLE service_tokens (
    hash       bytea       NOT NULL PRIMARY KEY CHECK (octet_length(hash) = 32),
    service_id uuid        NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz
);
CREATE INDEX service_tokens_service ON service_tokens (service_id);
COMMENT ON TABLE service_tokens IS
    'A token of a service, by its SHA-256; the token itself is stored nowhere.';
COMMENT ON COLUMN service_tokens.expires_at IS
    'When it stops to work because a later one was made. NULL: it is the newest.';

-- The release before adds rows without these.
ALTER TABLE invalidations ADD COLUMN kind text;
ALTER TABLE invalidations ADD COLUMN session_id uuid;
COMMENT ON COLUMN invalidations.kind IS
    'What changed, for those who follow the history. NULL: it is not known.';
COMMENT ON COLUMN invalidations.session_id IS
    'The session, where a single one changed or ended. It may be gone.';

ALTER TABLE audit_events ADD COLUMN service_id uuid;
COMMENT ON COLUMN audit_events.service_id IS
    'The service that was created, given another token, or revoked. It may be gone.';
