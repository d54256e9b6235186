use std::sync::Arc;
use std::thread;
use std::time::Duration;

use azuma_domain::ports::{Decision, Store, Work};
use azuma_testkit::sample::{self, MINUTE, now, user_id};
use azuma_testkit::{all, both};
use azuma_testkit_macros::on_every_store;

use super::{Signal, write_everything};
use crate::{given, look, write};

#[on_every_store]
async fn a_commit_is_seen_by_every_later_read_and_write(store: Arc<dyn Store>) {
    given::ada(&store).await;
    // Many at once, so that every connection is asked.
    let found = all((0..32).map(|_| look(&store, |tx| tx.users().find(user_id(1))))).await;
    assert!(found.iter().all(Option::is_some));
    let found = all((0..32).map(|_| write(&store, |tx| tx.users().find(user_id(1))))).await;
    assert!(found.iter().all(Option::is_some));
}

#[on_every_store]
async fn a_transaction_sees_what_it_wrote(store: Arc<dyn Store>) {
    let found = write(&store, |tx| {
        write_everything(tx)?;
        let later = now().plus(MINUTE);
        Ok((
            tx.users().find(user_id(1))?.is_some(),
            tx.sessions()
                .find_by_token(&sample::token_hash(1, 0), now())?
                .is_some(),
            tx.links().consume(&sample::link_hash(1), now())?.is_some(),
            tx.outbox().lease(now(), later)?.is_some(),
        ))
    })
    .await;
    assert_eq!(found, (true, true, true, true));
}

#[on_every_store]
async fn what_a_transaction_wrote_is_not_seen_before_it_ends(store: Arc<dyn Store>) {
    let written = Signal::default();
    let writer = store.run(Work::write({
        let written = written.clone();
        move |tx| {
            write_everything(tx)?;
            written.raise();
            thread::sleep(Duration::from_millis(150));
            Ok(Decision::RollBack)
        }
    }));
    let reader = async {
        written.raised().await;
        look(&store, |tx| tx.users().find(user_id(1))).await
    };
    let (done, found) = both(writer, reader).await;
    done.expect("a refusal is no error of the store");
    assert_eq!(found, None);
}
