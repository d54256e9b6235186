ALTER TABLE users ADD COLUMN email_proved_at timestamptz;
COMMENT ON COLUMN users.email_proved_at IS
    'When whoever has the account last followed a link mailed to email; NULL where that is not known.';
