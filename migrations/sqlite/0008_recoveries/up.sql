-- When a request is to be worked on: at once, or later where that failed. Requests of the release before, which does not set
-- it, are due since 1970.
ALTER TABLE recoveries ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;
UPDATE recoveries SET due_at = requested_at;
CREATE INDEX recoveries_due ON recoveries (due_at, id);
