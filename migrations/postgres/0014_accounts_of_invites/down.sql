DROP INDEX users_invite;
