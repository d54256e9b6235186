//! Second factors and their recovery codes.

use azuma_domain::factor::{Factor, FactorSalt, TimeStep};
use azuma_domain::ports::{FactorReader, FactorRepository, StoreError};
use azuma_domain::token::TokenHash;
use azuma_domain::user::UserId;
use diesel::prelude::*;

use super::MAX_SWEEP;
use super::repositories::Repositories;
use super::schema::{recovery_codes, second_factors};
use super::types::{StoredHash, StoredId};

impl FactorReader for Repositories<'_> {
    fn find(&mut self, user_id: UserId) -> Result<Option<Factor>, StoreError> {
        let row: Option<(StoredId, StoredHash, Option<i64>)> = self.query(|connection| {
            second_factors::table
                .find(StoredId(user_id.uuid()))
                .select((
                    second_factors::salt,
                    second_factors::secret_hash,
                    second_factors::last_step,
                ))
                .first(connection)
                .optional()
        })?;
        Ok(row.map(|(salt, secret_hash, last_step)| factor(salt, secret_hash, last_step)))
    }

    fn page(
        &mut self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<(UserId, Factor)>, StoreError> {
        let rows: Vec<(StoredId, StoredId, StoredHash, Option<i64>)> =
            self.query(|connection| {
                let mut query = second_factors::table
                    .select((
                        second_factors::user_id,
                        second_factors::salt,
                        second_factors::secret_hash,
                        second_factors::last_step,
                    ))
                    .order(second_factors::user_id)
                    .limit(i64::from(limit.min(MAX_SWEEP)))
                    .into_boxed();
                if let Some(after) = after {
                    query = query.filter(second_factors::user_id.gt(StoredId(after.uuid())));
                }
                query.load(connection)
            })?;
        let rows = rows.into_iter();
        let of_user = |(user_id, salt, hash, step): (StoredId, _, _, _)| {
            (UserId::new(user_id.0), factor(salt, hash, step))
        };
        Ok(rows.map(of_user).collect())
    }

    fn recovery_codes(&mut self, user_id: UserId) -> Result<Vec<TokenHash>, StoreError> {
        let hashes: Vec<StoredHash> = self.query(|connection| {
            recovery_codes::table
                .filter(recovery_codes::user_id.eq(StoredId(user_id.uuid())))
                .select(recovery_codes::hash)
                .load(connection)
        })?;
        Ok(hashes.into_iter().map(|hash| hash.0).collect())
    }
}

fn factor(salt: StoredId, secret_hash: StoredHash, last_step: Option<i64>) -> Factor {
    Factor {
        salt: FactorSalt::new(salt.0),
        secret_hash: secret_hash.0,
        last_step: last_step.map(TimeStep::new),
    }
}

impl FactorRepository for Repositories<'_> {
    fn replace(&mut self, user_id: UserId, factor: &Factor) -> Result<(), StoreError> {
        FactorRepository::remove(self, user_id)?;
        self.query(|connection| {
            diesel::insert_into(second_factors::table)
                .values((
                    second_factors::user_id.eq(StoredId(user_id.uuid())),
                    second_factors::salt.eq(StoredId(factor.salt.uuid())),
                    second_factors::secret_hash.eq(StoredHash(factor.secret_hash)),
                    second_factors::last_step.eq(factor.last_step.map(TimeStep::number)),
                ))
                .execute(connection)
        })?;
        Ok(())
    }

    fn add_recovery_codes(
        &mut self,
        user_id: UserId,
        codes: &[TokenHash],
    ) -> Result<(), StoreError> {
        for code in codes {
            self.query(|connection| {
                diesel::insert_into(recovery_codes::table)
                    .values((
                        recovery_codes::user_id.eq(StoredId(user_id.uuid())),
                        recovery_codes::hash.eq(StoredHash(*code)),
                    ))
                    .execute(connection)
            })?;
        }
        Ok(())
    }

    fn use_step(
        &mut self,
        user_id: UserId,
        salt: FactorSalt,
        step: TimeStep,
    ) -> Result<bool, StoreError> {
        let used = self.query(|connection| {
            diesel::update(second_factors::table)
                .filter(second_factors::user_id.eq(StoredId(user_id.uuid())))
                .filter(second_factors::salt.eq(StoredId(salt.uuid())))
                .filter(
                    second_factors::last_step
                        .is_null()
                        .or(second_factors::last_step.lt(step.number())),
                )
                .set(second_factors::last_step.eq(step.number()))
                .execute(connection)
        })?;
        Ok(used == 1)
    }

    fn use_recovery_code(&mut self, user_id: UserId, code: &TokenHash) -> Result<bool, StoreError> {
        let used = self.query(|connection| {
            diesel::delete(recovery_codes::table)
                .filter(recovery_codes::user_id.eq(StoredId(user_id.uuid())))
                .filter(recovery_codes::hash.eq(StoredHash(*code)))
                .execute(connection)
        })?;
        Ok(used == 1)
    }

    fn remove(&mut self, user_id: UserId) -> Result<bool, StoreError> {
        let user_id = StoredId(user_id.uuid());
        let removed = self.query(|connection| {
            diesel::delete(recovery_codes::table)
                .filter(recovery_codes::user_id.eq(user_id))
                .execute(connection)?;
            diesel::delete(second_factors::table.find(user_id)).execute(connection)
        })?;
        Ok(removed == 1)
    }
}
