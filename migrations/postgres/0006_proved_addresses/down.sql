ALTER TABLE users DROP COLUMN email_proved_at;
