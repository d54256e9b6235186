ALTER TABLE session_tokens RESET (autovacuum_vacuum_scale_factor);
