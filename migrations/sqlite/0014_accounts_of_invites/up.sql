-- Apart from 0011, so that the table is not locked against reads while the index is built. A database of an unreleased version may
-- have the index.
CREATE INDEX IF NOT EXISTS users_invite ON users (invite_id) WHERE invite_id IS NOT NULL;
