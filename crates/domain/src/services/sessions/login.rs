//! Logging in with a password and a name or a proved address.

use std::net::IpAddr;

use super::{LoginError, Sessions};
use crate::audit::{AuditAction, AuditEvent, Source};
use crate::factor::GivenCode;
use crate::mail::{Language, MailId, MailKind, NewLoginNotice};
use crate::mutants::Mutant;
use crate::ports::{
    Abort, RateLimitedAction, RefusedLogin, SecurityEventKind, StoreError, StoreExt, UserChanges,
};
use crate::services::audit_trail::RationedEvent;
use crate::services::known_clients::{NamedAccount, is_from_a_new_place, note_client};
use crate::services::mail_permit::MailPermit;
use crate::services::notice::NoticeDraft;
use crate::services::second_factor::{FactorCheck, FactorProof};
use crate::services::session_issuer::{IssuedSession, SessionDraft};
use crate::services::surplus_sessions::MOST_REVOKED_AT_ONCE;
use crate::session::SessionTerms;
use crate::user::{Credential, GivenPassword, LoginName, PasswordHash, UserId};

/// How often a login is tried if the credential it has checked is replaced at the same time.
const ATTEMPTS: usize = 3;

/// A request to log in.
pub struct Login {
    /// The user's name, or its address.
    pub name: LoginName,
    /// The password to compare.
    pub password: GivenPassword,
    /// The code of a second factor.
    pub code: Option<GivenCode>,
    /// Where the request comes from.
    pub source: Source,
    /// The language of a notice.
    pub language: Language,
}

/// What a login writes once its password is right.
struct Opening {
    /// The credential that was checked.
    checked: Credential,
    proof: FactorProof,
    /// A new hash of the password, if the stored one is outdated.
    renewed: Option<PasswordHash>,
    session: SessionDraft,
    events: LoginEvents,
    notice: Option<NoticeDraft>,
    ip_to_note: Option<IpAddr>,
}

/// The events of a login.
struct LoginEvents {
    login: RationedEvent,
    /// That other sessions were revoked because there were too many.
    surplus: RationedEvent,
}

impl Sessions {
    /// Logs a user in under a dialect's terms, and rehashes its password if the hash is outdated. If the user already
    /// has as many sessions as allowed, the least recently used ones are revoked.
    ///
    /// # Errors
    /// [`LoginError`] says why the login is refused; nothing is changed then.
    pub async fn login(
        &self,
        login: Login,
        terms: SessionTerms,
    ) -> Result<IssuedSession, LoginError> {
        let ip = login.source.client.ip;
        let attempt = RateLimitedAction::Login(&login.name);
        self.doorkeeper.admit(ip, attempt)?;
        let outcome = self.log_in(&login, terms).await;
        if !outcome.as_ref().is_err_and(LoginError::is_of_a_guess) {
            self.doorkeeper.forgive(ip, attempt);
        }
        outcome
    }

    async fn log_in(
        &self,
        login: &Login,
        terms: SessionTerms,
    ) -> Result<IssuedSession, LoginError> {
        for _ in 0..ATTEMPTS {
            let account = NamedAccount::find(
                &self.store,
                &login.name,
                login.source.client.ip,
                self.clock.now(),
            )
            .await?;
            let attempt =
                RateLimitedAction::LoginTo(account.target(&login.name), account.familiarity());
            let user_id = account.credential.as_ref().map(|account| account.user_id);
            self.doorkeeper
                .admit_to(user_id, login.source.client.ip, attempt)?;
            let outcome = self.log_in_to(account, login, terms).await;
            if !outcome.as_ref().is_err_and(LoginError::is_of_a_guess) {
                self.doorkeeper.forgive(login.source.client.ip, attempt);
            }
            if let Some(issued) = outcome? {
                return Ok(issued);
            }
        }
        Err(StoreError::Unavailable("the user's password keeps changing".into()).into())
    }

    /// Opens a session if the password is right. `None` if the credential was replaced at the same time.
    async fn log_in_to(
        &self,
        account: NamedAccount,
        login: &Login,
        terms: SessionTerms,
    ) -> Result<Option<IssuedSession>, LoginError> {
        let ip_to_note = account.address_to_note(login.source.client.ip, self.clock.now());
        let Some(credential) = account.credential else {
            let kind = SecurityEventKind::LoginRefused(RefusedLogin::UserUnknown);
            self.doorkeeper.record(kind, None, login.source.client.ip);
            return Err(LoginError::UserUnknown);
        };
        let user_id = credential.user_id;
        let renewed = self.check(login, &credential).await?;
        let proof = self.prove(login, user_id).await?;
        let notice = self.draft_notice(login, user_id);
        let client = login.source.client.clone();
        let session = self.issuer.draft(user_id, terms, client, self.clock.now());
        let events = self.draft_events(login, &session);
        let opening = Opening {
            checked: credential,
            proof,
            renewed,
            session,
            events,
            notice,
            ip_to_note,
        };
        let opened = self.open_session(opening).await;
        if let Err(LoginError::SecondFactor(error)) = &opened {
            self.record_refused_code(error, login, user_id).await;
        }
        opened
    }

    /// Checks the code of a second factor. Most users have none and give none, so whether one is missing is only asked in
    /// the transaction of the login.
    async fn prove(&self, login: &Login, user_id: UserId) -> Result<FactorProof, LoginError> {
        let Some(code) = &login.code else {
            return Ok(FactorProof::NotAsked);
        };
        let check = FactorCheck {
            session: None,
            store: &self.store,
            keys: &self.keys,
            doorkeeper: &self.doorkeeper,
            attempt: AuditAction::Login,
            now: self.clock.now(),
        };
        Ok(check.prove(user_id, &login.source, Some(code)).await?)
    }

    /// The events of a login, and of the sessions that it pushes out.
    fn draft_events(&self, login: &Login, draft: &SessionDraft) -> LoginEvents {
        let (user_id, now) = (draft.session.user_id, draft.session.created_at);
        let ration = |event| RationedEvent::new(&self.doorkeeper, event);
        let begun = AuditEvent::by_user(user_id, AuditAction::Login, &login.source, now);
        LoginEvents {
            login: ration(begun.of_session(draft.session.id)),
            surplus: ration(AuditEvent::by_system(
                user_id,
                AuditAction::RevokeSurplusSessions,
                now,
            )),
        }
    }

    /// The notice of a login from a new place, if users get one.
    fn draft_notice(&self, login: &Login, user_id: UserId) -> Option<NoticeDraft> {
        let permit = match self.new_login_notice {
            NewLoginNotice::Off => return None,
            NewLoginNotice::Mailed => {
                MailPermit::new(self.doorkeeper.clone(), user_id, login.source.client.ip)
            }
        };
        let id = MailId::new(self.entropy.uuid());
        let now = self.clock.now();
        let kind = MailKind::NewLogin;
        Some(NoticeDraft::new(id, kind, login.language, permit, now))
    }

    /// Writes the session, and uses the code of the second factor up, if the credential is still the one that was checked;
    /// otherwise returns `None`. Without this check, a password change would not revoke a session that is issued for the
    /// old password at the same time.
    async fn open_session(&self, opening: Opening) -> Result<Option<IssuedSession>, LoginError> {
        let Opening {
            checked,
            proof,
            renewed,
            session: draft,
            events,
            notice,
            ip_to_note,
        } = opening;
        let user_id = checked.user_id;
        let SessionDraft {
            session,
            row,
            token,
        } = draft;
        let now = session.created_at;
        let expires_at = row.expires_at;
        let changes = UserChanges {
            password_hash: renewed,
            ..UserChanges::default()
        };
        let others = self.sessions_per_user.saturating_sub(1);
        let opened = self
            .store
            .transact::<_, LoginError>(move |tx| {
                let is_unchanged = tx.users().lock(user_id)?.as_ref() == Some(&checked);
                if !is_unchanged && !Mutant::LoginForgetsNewPassword.is_on() {
                    return Ok(None);
                }
                if let Some(refusal) = proof.spend(tx, user_id)? {
                    return Err(Abort::Refused(refusal.into()));
                }
                if changes.password_hash.is_some() {
                    let updated = tx.users().update(user_id, &changes);
                    updated.map_err(StoreError::from)?;
                }
                let sessions = tx.sessions();
                let revoked =
                    sessions.revoke_least_used(user_id, others, now, MOST_REVOKED_AT_ONCE)?;
                sessions.insert(&session, &row)?;
                let Some(user) = tx.users().find(user_id)? else {
                    return Ok(None);
                };
                if let Some(notice) = &notice
                    && is_from_a_new_place(tx, &user, ip_to_note, now)?
                {
                    notice.write(tx, user.email.as_ref())?;
                }
                note_client(tx, user_id, ip_to_note, now)?;
                events.login.write(tx)?;
                if revoked > 0 {
                    events.surplus.write(tx)?;
                }
                Ok(Some((user, revoked)))
            })
            .await?;
        let Some((user, revoked)) = opened else {
            return Ok(None);
        };
        if revoked > 0 {
            self.session_check.invalidate(user_id);
        }
        Ok(Some(IssuedSession {
            user,
            token,
            expires_at,
        }))
    }
}
