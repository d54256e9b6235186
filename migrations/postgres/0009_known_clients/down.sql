DROP TABLE known_clients;
