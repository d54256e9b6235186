//! What an operator does to accounts and sessions. Disabling is in `disable_account`.

mod change;
mod create;
mod key;
mod list;
mod sessions;
mod set_password;

use azuma_domain::services::{AccountKey, EmailStanding, WantedAccount};
use azuma_domain::user::UserId;
use azuma_testkit::sample;

use crate::world::{PASSWORD, World};

fn called(text: &str) -> AccountKey {
    AccountKey::parse(text).unwrap()
}

fn wanted(name: &str, email: Option<&str>) -> WantedAccount {
    WantedAccount {
        name: sample::name(name),
        email: email.map(|email| (sample::email(email), EmailStanding::Claimed)),
        password: sample::password(PASSWORD),
    }
}

async fn create(world: &World, name: &str, email: Option<&str>) -> UserId {
    let created = world.credential_admin().create(wanted(name, email)).await;
    created.unwrap().id
}
