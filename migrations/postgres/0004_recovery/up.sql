CREATE TABLE recoveries (
    id           uuid        PRIMARY KEY,
    address      text        NOT NULL,
    language     text        NOT NULL,
    requested_at timestamptz NOT NULL
);
COMMENT ON TABLE recoveries IS
    'A request to recover the account with this address, until a worker has looked whether there is one.';

-- Some messages carry no link.
ALTER TABLE outbox ALTER COLUMN link_id DROP NOT NULL;
