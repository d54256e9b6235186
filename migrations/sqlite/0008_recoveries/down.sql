DROP INDEX recoveries_due;
ALTER TABLE recoveries DROP COLUMN due_at;
