//! What operators do.

use azuma_domain::audit::{Actor, AuditAction};
use azuma_domain::invite::InviteUses;
use azuma_domain::registration::{RegistrationMode, RegistrationRules};
use azuma_domain::services::{AccountKey, InviteKey};
use azuma_testkit::sample::DAY;

use super::{next, told_since, trail};
use crate::world::{AZUMA, World, registration};

use Actor::Operator;

#[tokio::test]
async fn what_an_operator_did_is_told_as_such() {
    let world = World::new();
    let neo = world.register("neo", AZUMA).await.user.id;
    let key = || AccountKey::Id(neo);
    let at = next(&world);
    let accounts = world.account_admin();
    accounts.disable(key(), None).await.unwrap();
    next(&world);
    accounts.enable(key()).await.unwrap();
    accounts.enable(key()).await.unwrap_err();
    assert!(accounts.remove_factor(key()).await.is_err());
    next(&world);
    world.session_admin().revoke_all().await.unwrap();
    let told = [
        AuditAction::DisableAccount,
        AuditAction::EnableAccount,
        AuditAction::RevokeAllSessions,
    ];
    assert_eq!(
        told_since(&world, at).await,
        told.map(|action| (Operator, action))
    );
    let users: Vec<_> = trail(&world)
        .await
        .into_iter()
        .map(|event| event.user_id)
        .collect();
    assert_eq!(users, [Some(neo), Some(neo), Some(neo), None]);
}

#[tokio::test]
async fn an_invitation_is_told_when_it_is_made_used_and_revoked() {
    let world = World::new().restarted(|parts| {
        parts.settings.registration = RegistrationRules {
            mode: RegistrationMode::Invite,
            ..RegistrationRules::default()
        };
    });
    let invites = world.invite_admin();
    let (invite, code) = invites
        .create(InviteUses::new(2).unwrap(), DAY)
        .await
        .unwrap();
    next(&world);
    let wanted = registration("neo", None, Some(&code));
    world.accounts.register(wanted, AZUMA).await.ok().unwrap();
    next(&world);
    invites.revoke(InviteKey::Id(invite.id)).await.unwrap();
    invites.revoke(InviteKey::Id(invite.id)).await.unwrap_err();
    let told: Vec<_> = trail(&world)
        .await
        .into_iter()
        .map(|event| (event.action, event.invite_id))
        .collect();
    let expected = [
        AuditAction::CreateInvite,
        AuditAction::Register,
        AuditAction::RevokeInvite,
    ];
    assert_eq!(told, expected.map(|action| (action, Some(invite.id))));
}
