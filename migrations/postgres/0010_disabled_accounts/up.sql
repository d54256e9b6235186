ALTER TABLE users ADD COLUMN disabled_at timestamptz, ADD COLUMN disabled_reason text;
COMMENT ON COLUMN users.disabled_at IS 'When an operator disabled the account; NULL while it can be used.';
COMMENT ON COLUMN users.disabled_reason IS 'Why, in the words of the operator.';
