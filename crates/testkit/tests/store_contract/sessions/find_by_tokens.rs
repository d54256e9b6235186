use std::sync::Arc;

use azuma_domain::ports::Store;
use azuma_domain::session::{Session, SessionPolicy};
use azuma_domain::token::Generation;
use azuma_testkit::sample::{self, MINUTE, now, session, token, token_hash};
use azuma_testkit_macros::on_every_store;

use super::find;
use crate::{given, look};

#[on_every_store]
async fn each_is_what_it_is_when_it_is_asked_for_alone(store: Arc<dyn Store>) {
    let (ada, grace) = (given::ada(&store).await, given::grace(&store).await);
    let end = now().plus(MINUTE);
    given::login(&store, 1, ada, end).await;
    let rotating = Session {
        policy: SessionPolicy::Rotating,
        ..session(2, grace)
    };
    given::session(&store, &rotating, &token(2, 0, end)).await;
    given::token(&store, &token(2, 1, end)).await;
    given::login(&store, 3, ada, now()).await;
    let hashes = [(1, 0), (2, 0), (2, 1), (3, 0), (4, 0)];
    let hashes = hashes.map(|(number, generation)| token_hash(number, generation));
    let mut found = look(&store, move |reader| {
        reader.sessions().find_by_tokens(&hashes, now())
    })
    .await;
    found.sort_by_key(|live| (live.session_id(), live.token.generation));
    let mut alone = Vec::new();
    for (number, generation) in [(1, 0), (2, 0), (2, 1)] {
        alone.extend(find(&store, number, generation, now()).await);
    }
    assert_eq!(found, alone);
    assert_eq!(found[1].newest, Generation::new(1));
    assert_eq!(found[1].session_id(), sample::session_id(2));
}
