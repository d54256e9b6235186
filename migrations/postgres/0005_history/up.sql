-- A number alone does not tell a history from another one that has the number as well: that of a standby which was promoted
-- without the last commits, or of a backup. The release before adds rows too, so the database makes the mark.
ALTER TABLE invalidations ADD COLUMN mark uuid NOT NULL DEFAULT gen_random_uuid();
COMMENT ON COLUMN invalidations.mark IS 'Random; tells this row from the one with its number in another history.';
