//! A session that ends on one node has ended on the other three seconds later.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use azuma_tests::clients::Azuma;
use azuma_tests::people::Person;
use tokio::task::JoinSet;

use super::revocation::Revocation;
use super::{WITHIN, expect_ended, two_nodes};

#[tokio::test]
async fn every_revocation_is_seen_by_the_other_and_ends_no_other_session() {
    let (here, there) = two_nodes();
    let bystander = here.azuma().sign_up(&Person::named("trinity")).await;
    for revocation in Revocation::ALL {
        let doomed = revocation.prepare(&here).await;
        for token in [&doomed.token, &bystander] {
            there.azuma().own_user(token).await.done(200);
        }
        doomed.end(&here).await;
        expect_ended(&there.azuma(), &doomed.token, Instant::now()).await;
        there.azuma().own_user(&bystander).await.done(200);
    }
}

#[tokio::test]
async fn the_logouts_of_a_crowd() {
    let (here, there) = two_nodes();
    let mut tokens = Vec::new();
    for number in 0..200 {
        let person = Person::named(&format!("user{number}"));
        let token = here.azuma().sign_up(&person).await;
        there.azuma().own_user(&token).await.done(200);
        tokens.push(token);
    }
    let mut ends = JoinSet::new();
    for token in tokens {
        let (here, there) = (here.azuma(), there.azuma());
        ends.spawn(async move {
            here.logout(&token).await.done(204);
            expect_ended(&there, &token, Instant::now()).await;
        });
    }
    ends.join_all().await;
}

/// Uses a token until longer after the revocation than a node may be mistaken.
async fn wear_out(azuma: Azuma, token: String, revoked: Arc<OnceLock<Instant>>) {
    loop {
        let asked = Instant::now();
        let status = azuma.own_user(&token).await.status;
        let Some(&revoked) = revoked.get() else {
            continue;
        };
        let after = asked.saturating_duration_since(revoked);
        if after > WITHIN {
            return assert_eq!(status, 401, "asked {after:?} after the logout");
        }
    }
}

#[tokio::test]
async fn uses_in_flight_revive_nothing() {
    let (here, mut there) = two_nodes();
    let neo = Person::named("neo");
    let other = here.azuma().sign_up(&neo).await;
    let mut tokens = Vec::new();
    for _ in 0..40 {
        let token = here.azuma().sign_in(&neo).await;
        there.azuma().own_user(&token).await.done(200);
        tokens.push(token);
    }
    let revoked = Arc::new(OnceLock::new());
    let mut uses = JoinSet::new();
    for token in tokens.iter().cycle().take(80) {
        let revoked = Arc::clone(&revoked);
        uses.spawn(wear_out(there.azuma(), token.clone(), revoked));
    }
    for token in &tokens {
        here.azuma().logout(token).await.done(204);
    }
    revoked.get_or_init(Instant::now);
    uses.join_all().await;

    // Stopping writes whatever uses were still to be written.
    there.restart().await;
    for server in [&here, &there] {
        for token in &tokens {
            server.azuma().own_user(token).await.challenged(true);
        }
        let left = server.azuma().list_sessions(&other).await;
        let left: Vec<_> = left.iter().map(|session| session.current).collect();
        assert_eq!(left, [true], "only the session that asks is left");
    }
}
