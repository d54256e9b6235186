-- Every use that is written leaves a dead row; the default waits until a fifth of the table is dead.
ALTER TABLE session_tokens SET (autovacuum_vacuum_scale_factor = 0.02);
