ALTER TABLE audit_events DROP COLUMN service_id;
ALTER TABLE invalidations DROP COLUMN session_id;
ALTER TABLE invalidations DROP COLUMN kind;
DROP TABLE service_tokens;
DROP TABLE services;
