DROP TABLE outbox;
DROP TABLE links;
DROP TABLE session_tokens;
DROP TABLE sessions;
DROP TABLE users;
