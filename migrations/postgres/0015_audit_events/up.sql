CREATE TABLE audit_events (
    at         timestamptz NOT NULL,
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    action     text        NOT NULL,
    refused    text,
    actor      text        NOT NULL,
    user_id    uuid,
    session_id uuid,
    invite_id  uuid,
    ip         text,
    user_agent text,
    request_id text,
    PRIMARY KEY (at, id)
);
COMMENT ON TABLE audit_events IS
    'What happened to accounts, by whom and from where. Rows are added and, when they are old, deleted; none is changed.';
COMMENT ON COLUMN audit_events.at IS
    'By the clock of the node that wrote the row. Rows may be committed in another order.';
COMMENT ON COLUMN audit_events.refused IS
    'Why it was refused. NULL: it was done.';
COMMENT ON COLUMN audit_events.user_id IS
    'The account concerned. It may be deleted: its events stay.';
CREATE INDEX audit_events_user ON audit_events (user_id, at, id);
