//! Registrations, changes and deletions of accounts.

use azuma_domain::ErrorCode;
use azuma_domain::audit::{Actor, AuditAction, AuditEvent, RefusalReason};
use azuma_domain::factor::GivenCode;
use azuma_domain::services::UserUpdate;
use azuma_domain::user::CurrentPasswordRule;
use azuma_testkit::sample::{self, SECOND};

use super::{log_in, next, refused, source, told_since, trail};
use crate::world::{
    AZUMA, NEW_PASSWORD, PASSWORD, World, email_update, name_update, password_update, refusal,
};

use Actor::User;

#[tokio::test]
async fn changes_of_name_password_and_address_are_told_and_a_new_status_is_not() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let at = next(&world);
    let status = azuma_domain::user::Change::Set(sample::status("away"));
    let update = UserUpdate {
        status,
        ..UserUpdate::default()
    };
    world.update(&caller, update).await.unwrap();
    assert_eq!(told_since(&world, at).await, []);
    for (update, action) in [
        (name_update("theone"), AuditAction::ChangeName),
        (password_update(NEW_PASSWORD), AuditAction::ChangePassword),
        (
            email_update("neo@example.org"),
            AuditAction::RequestEmailChange,
        ),
    ] {
        let at = next(&world);
        let source = source();
        world
            .update(
                &caller,
                UserUpdate {
                    source: source.clone(),
                    ..update
                },
            )
            .await
            .unwrap();
        let told = AuditEvent::by_user(neo.user.id, action, &source, at);
        let told = told.of_session(caller.session_id());
        assert_eq!(trail(&world).await.pop(), Some(told));
    }
    let link = world.link_mailed_to("neo@example.org").await;
    let at = next(&world);
    world.follow(&link).await.unwrap();
    world.follow(&link).await.unwrap_err();
    assert_eq!(
        told_since(&world, at).await,
        [(User, AuditAction::ChangeEmail)]
    );
    let at = next(&world);
    world.register("smith", AZUMA).await;
    assert_eq!(
        refusal(world.update(&caller, name_update("smith")).await),
        ErrorCode::NameTaken
    );
    assert_eq!(
        told_since(&world, at).await,
        [(User, AuditAction::Register)]
    );
}

#[tokio::test]
async fn an_account_is_told_from_its_request_to_its_deletion() {
    let world = World::new();
    let start = world.now();
    world.request_account("neo", "neo@example.org").await;
    let neo = world.credential("neo").await.user_id;
    let link = world.link_mailed_to("neo@example.org").await;
    next(&world);
    world.follow(&link).await.unwrap();
    next(&world);
    world.recover("neo@example.org").await;
    // What no account has, the trail does not tell.
    world.recover("nobody@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    next(&world);
    world.reset(&link, NEW_PASSWORD).await.unwrap();
    next(&world);
    let issued = world.try_log_in("neo", NEW_PASSWORD, AZUMA).await.unwrap();
    let caller = world.caller(&issued.token).await;
    next(&world);
    world
        .accounts
        .delete_user(&caller, None, &source())
        .await
        .unwrap();
    let told = [
        (Actor::Client, AuditAction::Register),
        (User, AuditAction::VerifyAccount),
        (Actor::Client, AuditAction::RequestRecovery),
        (User, AuditAction::ResetPassword),
        (User, AuditAction::Login),
        (User, AuditAction::DeleteAccount),
    ];
    assert_eq!(told_since(&world, start).await, told);
    let events = trail(&world).await;
    assert!(events.iter().all(|event| event.user_id == Some(neo)));
}

#[tokio::test]
async fn a_waiting_account_that_a_new_password_makes_active_is_told_verified() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    world.recover("neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    let at = next(&world);
    world.reset(&link, NEW_PASSWORD).await.unwrap();
    let mut told = told_since(&world, at).await;
    told.sort_by_key(|(_, action)| action.name());
    let both = [AuditAction::ResetPassword, AuditAction::VerifyAccount];
    assert_eq!(told, both.map(|action| (User, action)));
}

#[tokio::test]
async fn an_address_that_is_proved_already_is_told_only_where_it_cancels_a_change() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    world.follow(&link).await.unwrap();
    let neo = world.try_log_in("neo", PASSWORD, AZUMA).await.unwrap();
    let caller = world.caller(&neo.token).await;
    let mut told = Vec::new();
    for email in ["neo@example.org", "neo@zion.example", "neo@example.org"] {
        let at = next(&world);
        world.update(&caller, email_update(email)).await.unwrap();
        told.extend(told_since(&world, at).await);
    }
    let changes = [
        AuditAction::RequestEmailChange,
        AuditAction::CancelEmailChange,
    ];
    assert_eq!(told, changes.map(|action| (User, action)));
}

#[tokio::test]
async fn the_name_that_an_account_has_is_no_change() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let at = next(&world);
    world.update(&caller, name_update("neo")).await.unwrap();
    assert_eq!(told_since(&world, at).await, []);
    world.update(&caller, name_update("Neo")).await.unwrap();
    let told = [(User, AuditAction::ChangeName)];
    assert_eq!(told_since(&world, at).await, told);
}

#[tokio::test]
async fn a_disowned_link_is_told_of_its_recipient() {
    let world = World::new();
    world.request_account("neo", "neo@example.org").await;
    let link = world.link_mailed_to("neo@example.org").await;
    let at = next(&world);
    world
        .accounts
        .disown_link(Some(link), &source())
        .await
        .unwrap();
    assert_eq!(
        told_since(&world, at).await,
        [(Actor::Client, AuditAction::DeleteAccount)]
    );
    let smith = world.register("smith", AZUMA).await;
    let caller = world.caller(&smith.token).await;
    world
        .update(&caller, email_update("smith@example.org"))
        .await
        .unwrap();
    let link = world.link_mailed_to("smith@example.org").await;
    let at = next(&world);
    world
        .accounts
        .disown_link(Some(link), &source())
        .await
        .unwrap();
    let told = [(Actor::Client, AuditAction::CancelEmailChange)];
    assert_eq!(told_since(&world, at).await, told);
}

#[tokio::test]
async fn a_second_factor_is_told_when_it_is_enabled_removed_missing_and_wrong() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await;
    let (id, caller) = (neo.user.id, world.caller(&neo.token).await);
    let at = next(&world);
    let begun = world.accounts.begin_factor(&caller, None, &source()).await;
    let secret = begun.ok().unwrap();
    let code = || Some(GivenCode::read(&secret.code_at(world.now())));
    let confirmed = world
        .accounts
        .confirm_factor(&caller, code(), &source())
        .await;
    assert!(confirmed.is_ok());
    assert_eq!(
        told_since(&world, at).await,
        [(User, AuditAction::EnableSecondFactor)]
    );
    let at = next(&world);
    log_in(&world, "neo", PASSWORD, None).await;
    let told = refused(id, at, RefusalReason::SecondFactorMissing);
    assert_eq!(trail(&world).await.pop(), Some(told));
    let at = next(&world);
    log_in(&world, "neo", PASSWORD, Some(GivenCode::read("nonsense"))).await;
    let told = refused(id, at, RefusalReason::SecondFactorWrong);
    assert_eq!(trail(&world).await.pop(), Some(told));
    let at = next(&world);
    let wrong = Some(GivenCode::read("nonsense"));
    let removed = world
        .accounts
        .remove_factor(&caller, wrong, &source())
        .await;
    assert!(removed.is_err());
    let told = AuditEvent {
        action: AuditAction::Confirm,
        session_id: Some(caller.session_id()),
        ..refused(id, at, RefusalReason::SecondFactorWrong)
    };
    assert_eq!(trail(&world).await.pop(), Some(told));
    world.wait(30 * SECOND);
    let at = world.now();
    let removed = world
        .accounts
        .remove_factor(&caller, code(), &source())
        .await;
    assert!(removed.is_ok());
    assert_eq!(
        told_since(&world, at).await,
        [(User, AuditAction::RemoveSecondFactor)]
    );
}

#[tokio::test]
async fn a_wrong_current_password_is_told_with_the_session_that_gave_it() {
    let world = World::new().restarted(|parts| {
        parts.settings.current_password = CurrentPasswordRule::Required;
    });
    let neo = world.register("neo", AZUMA).await;
    let caller = world.caller(&neo.token).await;
    let at = next(&world);
    let update = UserUpdate {
        source: source(),
        current_password: Some(sample::given_password("wrong")),
        ..name_update("theone")
    };
    world.update(&caller, update).await.unwrap_err();
    let told = AuditEvent::by_client(neo.user.id, AuditAction::Confirm, &source(), at)
        .of_session(caller.session_id())
        .refused(RefusalReason::WrongPassword);
    assert_eq!(trail(&world).await.pop(), Some(told));
}
