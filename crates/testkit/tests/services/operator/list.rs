//! Looking at accounts.

use azuma_domain::ports::StoreExt;
use azuma_domain::services::{
    AccountFilter, AccountList, EmailStanding, FactorStatus, StateFilter,
};
use azuma_domain::user::{AccountState, StoredAccount};
use azuma_testkit::sample::{self, MINUTE, account};

use super::{called, create};
use crate::world::{AZUMA, World};

async fn list(world: &World, filter: AccountFilter) -> Vec<StoredAccount> {
    let admin = world.account_admin();
    let mut list = AccountList::new(filter);
    let mut listed = Vec::new();
    while let Some(page) = admin.read_on(&mut list).await.unwrap() {
        assert!(page.len() <= 500, "{} at once", page.len());
        listed.extend(page);
    }
    listed
}

async fn names(world: &World, filter: AccountFilter) -> Vec<String> {
    let listed = list(world, filter).await.into_iter();
    listed
        .map(|account| account.name.as_str().to_owned())
        .collect()
}

/// An instance with accounts in all states, one of them lapsed.
async fn populated() -> World {
    let world = World::new();
    world.request_account("lapsed", "lapsed@example.org").await;
    world.wait(10 * MINUTE);
    for name in ["Trinity", "neo", "Nebu", "tank"] {
        create(&world, name, Some(&format!("{name}@example.org"))).await;
    }
    world.request_account("niobe", "niobe@example.org").await;
    world
        .account_admin()
        .disable(called("tank"), None)
        .await
        .unwrap();
    world
}

#[tokio::test]
async fn all_come_in_the_order_of_their_names_but_those_that_lapsed() {
    let world = populated().await;
    let listed = names(&world, AccountFilter::default()).await;
    assert_eq!(listed, ["Nebu", "neo", "niobe", "tank", "Trinity"]);
}

#[tokio::test]
async fn a_filter_admits_what_all_of_it_is_true_of() {
    let world = populated().await;
    let prefix = |text: &str| Some(sample::name(text));
    let email = |text: &str| Some(sample::email(text));
    for (name_prefix, address, state, expected) in [
        (prefix("NE"), None, None, &["Nebu", "neo"][..]),
        (prefix("neo"), None, None, &["neo"]),
        (prefix("neon"), None, None, &[]),
        (None, email("NEO@example.org"), None, &["neo"]),
        (None, email("niobe@example.org"), None, &["niobe"]),
        (None, email("lapsed@example.org"), None, &[]),
        (None, email("nobody@example.org"), None, &[]),
        (prefix("t"), email("neo@example.org"), None, &[]),
        (
            None,
            None,
            Some(StateFilter::Active),
            &["Nebu", "neo", "Trinity"],
        ),
        (None, None, Some(StateFilter::Waiting), &["niobe"]),
        (None, None, Some(StateFilter::Disabled), &["tank"]),
        (prefix("n"), None, Some(StateFilter::Waiting), &["niobe"]),
        (
            None,
            email("neo@example.org"),
            Some(StateFilter::Disabled),
            &[],
        ),
    ] {
        let filter = AccountFilter {
            name_prefix,
            email: address,
            state,
        };
        assert_eq!(names(&world, filter.clone()).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn a_list_of_several_pages_has_each_account_once() {
    let world = World::new();
    let created = world
        .parts
        .store
        .transact::<_, azuma_domain::ports::WriteError>(|tx| {
            for number in 1..=1_203 {
                tx.users()
                    .insert(&account(number, &format!("user{number:04}")))?;
            }
            Ok(())
        });
    created.await.unwrap();
    let listed = names(&world, AccountFilter::default()).await;
    let expected: Vec<_> = (1..=1_203)
        .map(|number| format!("user{number:04}"))
        .collect();
    assert_eq!(listed, expected);
    let name_prefix = Some(sample::name("user0"));
    let filter = AccountFilter {
        name_prefix,
        ..AccountFilter::default()
    };
    assert_eq!(list(&world, filter).await.len(), 999);
}

#[tokio::test]
async fn an_account_is_shown_with_what_is_stored_of_it() {
    let world = World::new();
    let neo = world.register_with_email("Neo", "neo@example.org").await;
    let admin = world.account_admin();
    let address = sample::email("theone@example.org");
    admin
        .set_email(called("neo"), address, EmailStanding::Proved)
        .await
        .unwrap();
    let details = admin.show(called("neo")).await.unwrap();
    assert_eq!(details.factor, FactorStatus::Off);
    let account = details.account;
    assert_eq!(account.id, neo.user.id);
    assert_eq!(account.name.as_str(), "Neo");
    assert_eq!(account.email.unwrap().as_str(), "theone@example.org");
    assert_eq!(account.email_proved_at, Some(world.now()));
    assert_eq!(account.state, AccountState::Active);
    assert_eq!(account.created_at, neo.user.created_at);
    assert_eq!(world.log_in("neo", AZUMA).await.user.id, account.id);
}
