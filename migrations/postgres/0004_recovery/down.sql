-- The release before reads none of these.
DELETE FROM outbox WHERE kind NOT IN ('verify_account', 'confirm_email');
DELETE FROM links WHERE purpose = 'reset_password';
ALTER TABLE outbox ALTER COLUMN link_id SET NOT NULL;
DROP TABLE recoveries;
