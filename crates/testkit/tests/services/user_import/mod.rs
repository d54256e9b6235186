//! Users of other systems.

mod dry_run;
mod passwords;

use azuma_domain::Timestamp;
use azuma_domain::audit::{Actor, AuditAction, EventPosition};
use azuma_domain::ports::{
    SourceEmail, SourceEntry, SourceId, SourcePlace, SourceProof, SourceUser, StoreExt,
    UnreadableEntry,
};
use azuma_domain::services::{ImportFate, ImportMode, ImportRefusal, ImportTally, Likeness};
use azuma_domain::user::{InvalidImportedHash, InvalidUserName, UserId};
use uuid::Uuid;

use crate::world::{AZUMA, LEGACY, PASSWORD, World, name_update};

/// Of `correct horse`, of `käse` with a combining diaeresis, of `tab`, a tab and `here`: by bcrypt.
const CORRECT: &str = "$2b$04$ouiKw2nRrnFjj.YrYLPCne4w08yd3Q0x1E1ymP3zTV8Egoy81E1mG";
const DECOMPOSED: &str = "$2b$04$GrxuWCK/mtx64kNoDBmocunMkXoPhXaVWdvvaTmgUs4MWiDqq1Kni";
const TAB: &str = "$2b$04$7YX39km41xMazrnL3pQZP.nMwCO9D1q/zX3/FvdYPQkEsPXTMxHn2";

const TAKEN: ImportFate = ImportFate::Taken;
const THERE: ImportFate = ImportFate::AlreadyThere(Likeness::SameName);
const RENAMED: ImportFate = ImportFate::AlreadyThere(Likeness::OtherName);

fn refused(why: ImportRefusal) -> ImportFate {
    ImportFate::Refused(why)
}

fn user(name: &str) -> SourceUser {
    SourceUser {
        id: SourceId::None,
        name: name.to_owned(),
        email: None,
        password_hash: CORRECT.to_owned(),
        icon: None,
        status: None,
        created_at: None,
    }
}

fn with_id(id: u128, name: &str) -> SourceUser {
    SourceUser {
        id: SourceId::Uuid(Uuid::from_u128(id)),
        ..user(name)
    }
}

fn with_email(name: &str, address: &str, proof: SourceProof) -> SourceUser {
    let address = address.to_owned();
    SourceUser {
        email: Some(SourceEmail { address, proof }),
        ..user(name)
    }
}

fn page(users: impl IntoIterator<Item = SourceUser>) -> Vec<SourceEntry> {
    let entry = |(number, user)| SourceEntry {
        place: SourcePlace::Line(number),
        user: Ok(user),
    };
    (1..).zip(users).map(entry).collect()
}

/// Imports pages, and answers what became of each user.
async fn import(
    world: &World,
    mode: ImportMode,
    pages: &[&[SourceUser]],
) -> (Vec<ImportFate>, ImportTally) {
    let mut run = world.user_import().begin(mode);
    let mut fates = Vec::new();
    for users in pages {
        let done = run.take(page(users.iter().cloned())).await.unwrap();
        fates.extend(done.into_iter().map(|entry| entry.fate));
    }
    (fates, run.tally())
}

async fn take(world: &World, users: &[SourceUser]) -> Vec<ImportFate> {
    import(world, ImportMode::Write, &[users]).await.0
}

async fn imports_told(world: &World) -> Vec<(Actor, Option<UserId>)> {
    let start = EventPosition::before(Timestamp::from_micros(0));
    let read = world
        .parts
        .store
        .read(move |reader| reader.audit().after(start, None, 1_000));
    let events = read.await.unwrap().into_iter();
    events
        .map(|event| event.unwrap().event)
        .filter(|event| event.action == AuditAction::ImportUsers)
        .map(|event| (event.actor, event.user_id))
        .collect()
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let world = World::new();
    let users = [
        user("anonymous"),
        with_id(7, "neo"),
        SourceUser {
            id: SourceId::ObjectId("5e626bd89158f3ecad052a8e".to_owned()),
            ..user("user1")
        },
    ];
    assert_eq!(take(&world, &users).await, [TAKEN, TAKEN, TAKEN]);
    let session = world
        .try_log_in("neo", "correct horse", AZUMA)
        .await
        .unwrap();
    let hash = world.credential("neo").await.password_hash;
    let (fates, tally) = import(&world, ImportMode::Write, &[&users]).await;
    assert_eq!(fates, [THERE, THERE, THERE]);
    let expected = ImportTally {
        already_there: 3,
        ..ImportTally::default()
    };
    assert_eq!(tally, expected);
    assert_eq!(world.credential("neo").await.password_hash, hash);
    assert_eq!(imports_told(&world).await, [(Actor::Operator, None)]);

    let caller = world.caller(&session.token).await;
    world.update(&caller, name_update("trinity")).await.unwrap();
    assert_eq!(take(&world, &users).await, [THERE, RENAMED, THERE]);
}

#[tokio::test]
async fn names_and_addresses_that_differ_by_case_alone_are_refused() {
    let world = World::new();
    world.register_with_email("neo", "neo@example.org").await;
    let users = [
        user("NEO"),
        user("ada"),
        user("Ada"),
        with_email("smith", "Neo@Example.org", SourceProof::Proved),
        with_email("joan", "joan@example.org", SourceProof::Claimed),
        with_email("jane", "JOAN@example.org", SourceProof::Claimed),
    ];
    let fates = take(&world, &users).await;
    let expected = [
        refused(ImportRefusal::NameTaken),
        TAKEN,
        refused(ImportRefusal::NameTaken),
        refused(ImportRefusal::EmailTaken),
        TAKEN,
        refused(ImportRefusal::EmailTaken),
    ];
    assert_eq!(fates, expected);
    world.log_in("neo", AZUMA).await;
    let smith = world.try_log_in("smith", "correct horse", AZUMA).await;
    assert!(smith.is_err(), "nothing of a refused user is there");
}

#[tokio::test]
async fn what_the_rules_refuse_is_refused_alone() {
    let world = World::new();
    let hash = |text: &str| SourceUser {
        password_hash: text.to_owned(),
        ..user("smith")
    };
    let mut entries = page([
        user("two words"),
        hash("5f4dcc3b5aa765d61d8327deb882cf99"),
        hash(&format!("$2b$31${}", &CORRECT[7..])),
        user("neo"),
    ]);
    entries.push(SourceEntry {
        place: SourcePlace::Line(5),
        user: Err(UnreadableEntry::NotUtf8),
    });
    let mut run = world.user_import().begin(ImportMode::Write);
    let done = run.take(entries).await.unwrap();
    let fates: Vec<_> = done.iter().map(|entry| entry.fate.clone()).collect();
    let expected = [
        refused(InvalidUserName.into()),
        refused(InvalidImportedHash::Form.into()),
        refused(InvalidImportedHash::TooCostly.into()),
        TAKEN,
        refused(UnreadableEntry::NotUtf8.into()),
    ];
    assert_eq!(fates, expected);
    let places: Vec<_> = done.iter().map(|entry| entry.place).collect();
    assert_eq!(places, [1, 2, 3, 4, 5].map(SourcePlace::Line));
    assert_eq!((run.tally().taken, run.tally().refused), (1, 4));
}

#[tokio::test]
async fn only_a_proved_address_logs_its_user_in() {
    let world = World::new();
    let users = [
        with_email("claims", "claims@example.org", SourceProof::Claimed),
        with_email("proves", "proves@example.org", SourceProof::Proved),
    ];
    take(&world, &users).await;
    let log_in = |address| world.try_log_in(address, "correct horse", AZUMA);
    assert!(log_in("claims@example.org").await.is_err());
    let issued = log_in("proves@example.org").await.unwrap();
    let email = issued.user.email.unwrap();
    assert_eq!(email.proved_at(), Some(world.now()));
}

#[tokio::test]
async fn a_user_of_the_first_azuma_has_the_time_of_its_object_id() {
    let world = World::new();
    let user1 = SourceUser {
        id: SourceId::ObjectId("5e626bd89158f3ecad052a8e".to_owned()),
        ..user("user1")
    };
    take(&world, &[user1]).await;
    let issued = world
        .try_log_in("user1", "correct horse", LEGACY)
        .await
        .unwrap();
    assert_eq!(issued.user.created_at.unix_seconds(), 0x5e62_6bd8);
}

#[tokio::test]
async fn an_import_that_takes_nobody_is_not_told() {
    let world = World::new();
    take(&world, &[user("two words")]).await;
    assert_eq!(imports_told(&world).await, []);
    world.register("neo", AZUMA).await;
    assert!(world.try_log_in("neo", PASSWORD, AZUMA).await.is_ok());
}
