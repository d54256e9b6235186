ALTER TABLE invalidations DROP COLUMN mark;
