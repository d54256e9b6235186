//! The networks that users have logged in from.

use azuma_domain::Timestamp;
use azuma_domain::ports::{KnownClientReader, KnownClientRepository, StoreError};
use azuma_domain::session::ClientNetwork;
use azuma_domain::user::UserId;
use diesel::prelude::*;

use super::corrupt;
use super::repositories::Repositories;
use super::schema::known_clients;
use super::types::{StoredId, StoredTime};

impl KnownClientReader for Repositories<'_> {
    fn last_seen(
        &mut self,
        user_id: UserId,
        network: ClientNetwork,
    ) -> Result<Option<Timestamp>, StoreError> {
        let seen: Option<StoredTime> = self.query(|connection| {
            known_clients::table
                .filter(known_clients::user_id.eq(StoredId(user_id.uuid())))
                .filter(known_clients::network.eq(network.to_string()))
                .select(known_clients::last_seen_at)
                .first(connection)
                .optional()
        })?;
        Ok(seen.map(|seen| seen.0))
    }

    fn list_of(
        &mut self,
        user_id: UserId,
        limit: u32,
    ) -> Result<Vec<(ClientNetwork, Timestamp)>, StoreError> {
        let rows: Vec<(String, StoredTime)> = self.query(|connection| {
            known_clients::table
                .filter(known_clients::user_id.eq(StoredId(user_id.uuid())))
                .order((
                    known_clients::last_seen_at.desc(),
                    known_clients::network.asc(),
                ))
                .limit(i64::from(limit))
                .select((known_clients::network, known_clients::last_seen_at))
                .load(connection)
        })?;
        rows.into_iter()
            .map(|(network, seen)| Ok((network_from(&network)?, seen.0)))
            .collect()
    }
}

/// Reads the network back from CIDR notation. Its size follows from its kind of address.
fn network_from(text: &str) -> Result<ClientNetwork, StoreError> {
    let address = text.split_once('/').and_then(|(ip, _)| ip.parse().ok());
    address
        .map(ClientNetwork::of)
        .ok_or_else(|| corrupt("known_clients.network"))
}

impl KnownClientRepository for Repositories<'_> {
    fn note(
        &mut self,
        user_id: UserId,
        network: ClientNetwork,
        now: Timestamp,
        most: usize,
    ) -> Result<(), StoreError> {
        let (user_id, network, now) = (
            StoredId(user_id.uuid()),
            network.to_string(),
            StoredTime(now),
        );
        self.query(|connection| {
            let known = diesel::update(known_clients::table)
                .filter(known_clients::user_id.eq(user_id))
                .filter(known_clients::network.eq(&network))
                .set(known_clients::last_seen_at.eq(now))
                .execute(connection)?;
            if known > 0 {
                return Ok(());
            }
            diesel::insert_into(known_clients::table)
                .values((
                    known_clients::user_id.eq(user_id),
                    known_clients::network.eq(&network),
                    known_clients::last_seen_at.eq(now),
                ))
                .execute(connection)?;
            let last_seen_first: Vec<String> = known_clients::table
                .filter(known_clients::user_id.eq(user_id))
                .order((
                    known_clients::last_seen_at.desc(),
                    known_clients::network.asc(),
                ))
                .select(known_clients::network)
                .load(connection)?;
            for forgotten in last_seen_first.into_iter().skip(most) {
                diesel::delete(known_clients::table)
                    .filter(known_clients::user_id.eq(user_id))
                    .filter(known_clients::network.eq(forgotten))
                    .execute(connection)?;
            }
            Ok(())
        })
    }

    fn delete_unseen_since(&mut self, time: Timestamp, limit: u32) -> Result<usize, StoreError> {
        self.query(|connection| {
            let oldest: Vec<StoredTime> = known_clients::table
                .filter(known_clients::last_seen_at.lt(StoredTime(time)))
                .order(known_clients::last_seen_at.asc())
                .select(known_clients::last_seen_at)
                .limit(i64::from(limit.min(super::MAX_SWEEP)))
                .load(connection)?;
            let Some(newest_of_them) = oldest.last() else {
                return Ok(0);
            };
            diesel::delete(known_clients::table)
                .filter(known_clients::last_seen_at.le(*newest_of_them))
                .execute(connection)
        })
    }
}
