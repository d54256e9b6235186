-- When whoever has the account last followed a link mailed to email; NULL where that is not known.
ALTER TABLE users ADD COLUMN email_proved_at INTEGER;
