//! The ways to end a session that another client uses.

use azuma_tests::people::Person;
use azuma_tests::server::Server;

/// A way to end a session.
#[derive(Clone, Copy, Debug)]
pub enum Revocation {
    /// `POST /user/logout`
    Logout,
    /// `POST /user/logout?everywhere=true`, with another session
    LogoutEverywhere,
    /// `DELETE /user/sessions/{id}`, with another session
    EndedById,
    /// `DELETE /account/tokens`, with another session
    EndedByToken,
    /// `PATCH /user/update`, with another session
    PasswordChange,
    /// `DELETE /user/self`, with another session
    DeletedUser,
}

impl Revocation {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Logout,
        Self::LogoutEverywhere,
        Self::EndedById,
        Self::EndedByToken,
        Self::PasswordChange,
        Self::DeletedUser,
    ];

    /// Somebody with two sessions, one of which is to end.
    pub async fn prepare(self, here: &Server) -> Doomed {
        let azuma = here.azuma();
        let person = Person::named(&format!("{self:?}"));
        let caller = azuma.sign_up(&person).await;
        let token = azuma.sign_in(&person).await;
        let id = azuma.current_session(&token).await.id;
        Doomed {
            revocation: self,
            caller,
            token,
            id,
        }
    }
}

/// A session that is about to end.
#[derive(Clone, Debug)]
pub struct Doomed {
    /// How.
    pub revocation: Revocation,
    /// Its token.
    pub token: String,
    caller: String,
    id: String,
}

impl Doomed {
    /// Ends it.
    pub async fn end(&self, here: &Server) {
        let azuma = here.azuma();
        match self.revocation {
            Revocation::Logout => azuma.logout(&self.token).await.done(204),
            Revocation::LogoutEverywhere => azuma.logout_everywhere(&self.caller).await.done(204),
            Revocation::EndedById => azuma.revoke_session(&self.caller, &self.id).await.done(204),
            Revocation::EndedByToken => {
                let account = here.account();
                account
                    .delete_token(&self.caller, &self.token)
                    .await
                    .done(200);
            }
            Revocation::PasswordChange => {
                azuma
                    .change_password(&self.caller, "another")
                    .await
                    .done(200);
            }
            Revocation::DeletedUser => azuma.delete_self(&self.caller).await.done(204),
        }
    }
}
