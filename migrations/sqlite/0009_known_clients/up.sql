-- A network, /24 or /48, that a user has logged in from: its clients are not slowed down where others guess at the password.
CREATE TABLE known_clients (
    user_id      BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    network      TEXT    NOT NULL,
    last_seen_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, network)
) STRICT;
CREATE INDEX known_clients_last_seen ON known_clients (last_seen_at);

-- Whoever is logged in is known; SQLite cannot tell the network of an IPv6 address.
INSERT INTO known_clients (user_id, network, last_seen_at)
SELECT user_id, rtrim(ip, '0123456789') || '0/24' AS network, max(created_at)
FROM sessions
WHERE ip LIKE '%.%.%.%' AND ip NOT LIKE '%:%'
GROUP BY user_id, network;
