//! [`RecoveryRepository`](azuma_domain::ports::RecoveryRepository).

pub mod postpone;
pub mod take;

use std::sync::Arc;

use super::write;
use azuma_domain::Timestamp;
use azuma_domain::ports::{Store, StoreError, Transaction};
use azuma_domain::recovery::RecoveryRequest;

async fn request(store: &Arc<dyn Store>, request: &RecoveryRequest) {
    let request = request.clone();
    write(store, move |tx| tx.recoveries().insert(&request)).await;
}

/// Takes at most so many requests due at `now`, the first due first.
fn take_due(
    tx: &mut dyn Transaction,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<RecoveryRequest>, StoreError> {
    let mut taken = Vec::new();
    while taken.len() < limit
        && let Some(id) = tx.recoveries().next_due(now)?
    {
        taken.extend(tx.recoveries().take(id)?);
    }
    Ok(taken)
}

async fn take(store: &Arc<dyn Store>, now: Timestamp, limit: usize) -> Vec<RecoveryRequest> {
    write(store, move |tx| take_due(tx, now, limit)).await
}

/// Tests of each behaviour of the port; part of [`store_contract!`](store_contract).
macro_rules! store_contract_of_recoveries {
    ($fresh:ident) => {
        store_contract_tests! {
            $fresh; recoveries
            take {
                a_request_comes_back_as_written
                a_request_is_taken_once
                an_unknown_address_is_as_good
                an_address_can_be_requested_twice
                the_oldest_come_first
                a_request_is_due_when_it_is_made_and_not_before
                rolled_back_the_requests_are_there_again
                of_8_racing_calls_each_request_goes_to_one
            }
            postpone {
                a_postponed_request_waits_and_is_otherwise_as_it_was
                the_others_are_due_before_it
                a_discarded_request_is_gone
                a_request_that_is_gone_is_not_missed
            }
        }
    };
}
