CREATE TABLE known_clients (
    user_id      uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    network      text        COLLATE "C" NOT NULL,
    last_seen_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, network)
);
COMMENT ON TABLE known_clients IS
    'A network, /24 or /48, that a user has logged in from: its clients are not slowed down where others guess at the password.';
CREATE INDEX known_clients_last_seen ON known_clients (last_seen_at);

-- Whoever is logged in is known.
INSERT INTO known_clients (user_id, network, last_seen_at)
SELECT user_id, network, max(created_at)
FROM (
    SELECT user_id,
           created_at,
           text(network(set_masklen(ip::inet, CASE family(ip::inet) WHEN 4 THEN 24 ELSE 48 END))) AS network
    FROM sessions
    WHERE ip IS NOT NULL
) AS clients
GROUP BY user_id, network;
