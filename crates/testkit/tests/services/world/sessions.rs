//! What clients do with tokens, and what the store keeps of them.

use azuma_domain::ErrorCode;
use azuma_domain::audit::Source;
use azuma_domain::ports::StoreExt;
use azuma_domain::services::{LogoutScope, NextToken};
use azuma_domain::session::{ListedSession, LiveSession, SessionToken};
use azuma_domain::token::Token;

use super::{World, refusal};

impl World {
    /// Uses a token, as every request does first.
    pub async fn caller(&self, token: &Token) -> LiveSession {
        let found = self.sessions.authenticate(token).await;
        found.expect("a live token")
    }

    /// Uses a token as the `legacy` dialect does, which answers the next token if one is due.
    pub async fn renew(&self, token: &Token) -> Option<NextToken> {
        let caller = self.caller(token).await;
        self.sessions.renew_session(&caller).await.unwrap()
    }

    /// The next token, which must be due.
    pub async fn next_of(&self, token: &Token) -> Token {
        self.renew(token).await.expect("a next token").token
    }

    /// Whether the token is live. This is no use of the token.
    pub async fn is_live(&self, token: &Token) -> bool {
        let (hash, now) = (token.hash(), self.now());
        let found = self
            .parts
            .store
            .read(move |tx| tx.sessions().find_by_token(&hash, now));
        found.await.unwrap().is_some()
    }

    /// Fails the test unless the token is refused as unknown or expired.
    pub async fn assert_refused(&self, token: &Token) {
        let outcome = self.sessions.authenticate(token).await;
        assert_eq!(refusal(outcome), ErrorCode::TokenInvalid);
    }

    /// Logs the caller out.
    pub async fn log_out(&self, caller: &LiveSession, scope: LogoutScope) {
        self.sessions
            .log_out(caller, scope, &Source::default())
            .await
            .unwrap();
    }

    /// The sessions that a request with the token lists.
    pub async fn listed_to(&self, token: &Token) -> Vec<ListedSession> {
        let caller = self.caller(token).await;
        self.sessions.list_sessions(&caller).await.unwrap()
    }

    /// The tokens that a request with the token lists, in clear.
    pub async fn tokens_listed_to(&self, token: &Token) -> Vec<String> {
        let caller = self.caller(token).await;
        let tokens = self.sessions.list_tokens(&caller).await.unwrap();
        tokens
            .iter()
            .map(|one| one.token.expose().to_owned())
            .collect()
    }

    /// The stored tokens of the caller's session, expired ones included.
    pub async fn rows_of(&self, caller: &LiveSession) -> Vec<SessionToken> {
        let id = caller.session_id();
        let rows = self.parts.store.read(move |tx| tx.sessions().tokens(id));
        rows.await.unwrap()
    }
}
