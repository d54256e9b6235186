//! [`InviteRepository`](azuma_domain::ports::InviteRepository).

mod delete_expired;
mod find;
mod lock;
mod revoke;

use std::sync::Arc;

use azuma_domain::Timestamp;
use azuma_domain::invite::{Invite, InviteCode, InviteId, InviteUses, UsedInvite};
use azuma_domain::ports::{NewUser, Store};
use azuma_testkit::sample::{account, now};
use uuid::Uuid;

use super::{given, look, write};

/// The code of an invitation, made of its number.
fn code(number: u32) -> InviteCode {
    InviteCode::from_random(u128::from(number))
}

/// An invitation that is stored.
async fn invite(store: &Arc<dyn Store>, number: u32, uses: u32, expires_at: Timestamp) -> Invite {
    let invite = Invite {
        id: InviteId::new(Uuid::from_u128(u128::from(number))),
        uses: InviteUses::new(uses).expect("a number of uses"),
        created_at: now().plus(std::time::Duration::from_secs(u64::from(number))),
        expires_at,
    };
    let (stored, hash) = (invite.clone(), code(number).hash());
    write(store, move |tx| tx.invites().insert(&stored, &hash)).await;
    invite
}

/// An account that was registered with the invitation, and waits until then.
async fn invited(
    store: &Arc<dyn Store>,
    number: u32,
    invite: &Invite,
    waits_until: Option<Timestamp>,
) {
    let name = format!("invited-{number}");
    let new = NewUser {
        waits_until,
        invite: Some(invite.id),
        ..account(number, &name)
    };
    given::account(store, &new).await;
}

async fn find(store: &Arc<dyn Store>, number: u32, now: Timestamp) -> Option<UsedInvite> {
    let hash = code(number).hash();
    look(store, move |tx| tx.invites().find(&hash, now)).await
}

async fn list(store: &Arc<dyn Store>, now: Timestamp, limit: u32) -> Vec<Invite> {
    let listed = look(store, move |tx| tx.invites().list(now, limit)).await;
    listed.into_iter().map(|used| used.invite).collect()
}
