ALTER TABLE recoveries ADD COLUMN due_at timestamptz NOT NULL DEFAULT 'epoch';
COMMENT ON COLUMN recoveries.due_at IS
    'When a request is to be worked on: at once, or later where that failed. Requests of the release before, which does not set it, are due since 1970.';
UPDATE recoveries SET due_at = requested_at;
CREATE INDEX recoveries_due ON recoveries (due_at, id);
