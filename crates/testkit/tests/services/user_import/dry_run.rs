//! What an import would do.

use azuma_domain::Timestamp;
use azuma_domain::ports::{SourceProof, SourceUser};
use azuma_domain::services::{ImportMode, ImportRefusal};
use azuma_testkit::sample::MINUTE;

use super::{TAKEN, import, imports_told, refused, take, user, with_email, with_id};
use crate::world::World;

#[tokio::test]
async fn a_name_that_is_the_proved_address_of_another_user_is_refused() {
    for mode in [ImportMode::DryRun, ImportMode::Write] {
        let world = World::new();
        let users = [
            with_email("neo", "neo@example.org", SourceProof::Proved),
            user("Neo@example.org"),
        ];
        let (fates, _) = import(&world, mode, &[&users[..1], &users[1..]]).await;
        assert_eq!(
            fates,
            [TAKEN, refused(ImportRefusal::NameIsAddress)],
            "{mode:?}"
        );
    }
}

#[tokio::test]
async fn a_name_of_a_lapsed_account_is_free() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let neo = [with_email("neo", "neo@example.org", SourceProof::Claimed)];
    assert_eq!(
        take(&world, &neo).await,
        [refused(ImportRefusal::NameTaken)]
    );
    world.wait(10 * MINUTE);
    assert_eq!(import(&world, ImportMode::DryRun, &[&neo]).await.0, [TAKEN]);
    assert_eq!(take(&world, &neo).await, [TAKEN]);
}

#[tokio::test]
async fn a_dry_run_tells_what_an_import_does_and_writes_nothing() {
    let world = World::new();
    world.register_with_email("neo", "neo@example.org").await;
    take(&world, &[with_id(1, "there")]).await;
    let first = [
        user("ada"),
        with_id(1, "There"),
        with_id(1, "renamed"),
        user("two words"),
        user("NEO"),
        with_id(2, "grace"),
        with_email("lin", "lin@example.org", SourceProof::Claimed),
    ];
    let second = [
        user("ada"),
        user("ADA"),
        SourceUser {
            created_at: Some(Timestamp::from_micros(1)),
            ..with_id(2, "hopper")
        },
        with_email("joan", "LIN@example.org", SourceProof::Claimed),
        with_email("smith", "NEO@example.org", SourceProof::Claimed),
        // What a refused user would have had is free.
        user("joan"),
    ];
    let pages = [&first[..], &second[..]];
    let dry = import(&world, ImportMode::DryRun, &pages).await;
    let again = import(&world, ImportMode::DryRun, &pages).await;
    assert_eq!(dry, again, "the first wrote nothing");
    assert_eq!(imports_told(&world).await.len(), 1);
    assert_eq!(dry, import(&world, ImportMode::Write, &pages).await);
    assert_eq!(imports_told(&world).await.len(), 2);
}
