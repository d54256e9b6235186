//! Uses that are written after the session has changed.

use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_testkit::sample::{DAY, MINUTE, now, session, session_id, token};
use azuma_testkit_macros::on_every_store;

use super::{a_use, end, find, is_live, list, record};
use crate::{given, write};

#[on_every_store]
async fn a_use_does_not_revive_an_ended_session(store: Arc<dyn Store>) {
    let ada = given::ada(&store).await;
    given::login(&store, 1, ada, now().plus(MINUTE)).await;
    end(&store, ada, 1).await;
    record(&store, vec![a_use(1, 0, now(), now().plus(DAY))]).await;
    assert_eq!(find(&store, 1, 0, now()).await, None);
    assert!(!is_live(&store, 1, now()).await);
    assert_eq!(list(&store, ada, now()).await, vec![]);
}

#[on_every_store]
async fn racing_with_the_end_of_the_session_a_use_never_fails(store: Arc<dyn Store>) {
    use azuma_testkit::both;

    let ada = given::ada(&store).await;
    for number in 0..12 {
        let issued = session(number, ada);
        let first = token(number, 0, now().plus(MINUTE));
        given::session(&store, &issued, &first).await;
        let used = a_use(number, 0, now(), now().plus(DAY));
        let use_it = write(&store, move |tx| tx.sessions().record_uses(&[used]));
        let end_it = write(&store, move |tx| {
            tx.sessions().revoke(ada, session_id(number))
        });
        let (_, ended) = both(use_it, end_it).await;
        assert!(ended);
        assert_eq!(find(&store, number, 0, now()).await, None);
    }
}
