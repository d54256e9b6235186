DROP TABLE schema_compatibility;
ALTER TABLE users
    ALTER COLUMN name_key TYPE text COLLATE "default",
    ALTER COLUMN email_key TYPE text COLLATE "default";
