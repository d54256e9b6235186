//! What the store holds before a test.

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::link::Link;
use azuma_domain::mail::OutgoingMail;
use azuma_domain::ports::{NewUser, Store};
use azuma_domain::session::{Session, SessionToken};
use azuma_domain::user::UserId;
use azuma_testkit::sample;

use super::{try_write, write};

/// This account.
pub(super) async fn account(store: &Arc<dyn Store>, new: &NewUser) {
    let new = new.clone();
    let done = try_write(store, move |tx| tx.users().insert(&new)).await;
    done.expect("nobody holds the name or the address");
}

/// User 1, `ada`, at `ada@example.org`.
pub(super) async fn ada(store: &Arc<dyn Store>) -> UserId {
    let new = sample::account_with_email(1, "ada", "ada@example.org");
    account(store, &new).await;
    new.user.id
}

/// User 2, `grace`, at `grace@example.org`.
pub(super) async fn grace(store: &Arc<dyn Store>) -> UserId {
    let new = sample::account_with_email(2, "grace", "grace@example.org");
    account(store, &new).await;
    new.user.id
}

/// This session with this token.
pub(super) async fn session(store: &Arc<dyn Store>, session: &Session, first: &SessionToken) {
    let (session, first) = (session.clone(), *first);
    write(store, move |tx| tx.sessions().insert(&session, &first)).await;
}

/// A session of the user, its token of generation 0 live until `expires_at`.
pub(super) async fn login(
    store: &Arc<dyn Store>,
    number: u32,
    user_id: UserId,
    expires_at: Timestamp,
) -> Session {
    let issued = sample::session(number, user_id);
    session(store, &issued, &sample::token(number, 0, expires_at)).await;
    issued
}

/// A further token of a session.
pub(super) async fn token(store: &Arc<dyn Store>, token: &SessionToken) {
    let token = *token;
    assert!(write(store, move |tx| tx.sessions().insert_token(&token)).await);
}

/// This link.
pub(super) async fn link(store: &Arc<dyn Store>, link: &Link) {
    let link = link.clone();
    write(store, move |tx| tx.links().insert(&link)).await;
}

/// This message.
pub(super) async fn mail(store: &Arc<dyn Store>, mail: &OutgoingMail) {
    let mail = mail.clone();
    write(store, move |tx| tx.outbox().enqueue(&mail)).await;
}

/// A session of the user, a link, and the message that carries the link; all with this number.
pub(super) async fn belongings(store: &Arc<dyn Store>, number: u32, user_id: UserId) {
    let later = sample::now().plus(10 * sample::MINUTE);
    login(store, number, user_id, later).await;
    link(store, &sample::link(number, user_id, later)).await;
    mail(store, &sample::mail(number, user_id)).await;
}
