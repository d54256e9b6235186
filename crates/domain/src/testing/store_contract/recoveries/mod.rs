//! [`RecoveryRepository`](crate::ports::RecoveryRepository).

pub mod put_oldest_back;
pub mod take;

/// Tests of each behaviour of the port; part of [`store_contract!`](crate::store_contract).
#[doc(hidden)]
#[macro_export]
macro_rules! store_contract_of_recoveries {
    ($fresh:ident) => {
        $crate::store_contract_tests! {
            $fresh; recoveries
            take {
                a_request_comes_back_as_written
                a_request_is_taken_once
                an_unknown_address_is_as_good
                an_address_can_be_requested_twice
                the_oldest_come_first_and_no_more_than_the_limit
                rolled_back_the_requests_are_there_again
                of_8_racing_calls_each_request_goes_to_one
            }
            put_oldest_back {
                the_oldest_then_waits_for_the_others
                where_there_is_none_nothing_happens
            }
        }
    };
}
