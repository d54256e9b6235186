//! Refusing new passwords that are guessed first.

use std::sync::Arc;

use super::Accounts;
use crate::error_code::{ErrorCode, HasErrorCode};
use crate::ports::{CommonPasswords, StoreError, StoreExt};
use crate::user::{AccountEmail, EmailAddress, NewPassword, UserId, UserName};

/// A password that is a name or an address with at most so many more characters is refused.
const MOST_AROUND: usize = 6;

/// What new passwords are checked against, beside the [`PasswordRules`](crate::user::PasswordRules).
#[derive(Clone)]
pub enum PasswordBlocklist {
    /// Nothing.
    Off,
    /// The common passwords, and what the account's name and address say.
    On(Arc<dyn CommonPasswords>),
}

/// The password is common, or is the account's name or address with little around it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the password is one that is guessed first")]
pub struct PasswordGuessable;

impl HasErrorCode for PasswordGuessable {
    fn code(&self) -> ErrorCode {
        ErrorCode::PasswordGuessable
    }
}

impl PasswordBlocklist {
    /// Checks a new password of an account that has these names and addresses, or is about to have them.
    pub(super) fn admit<'a>(
        &self,
        password: &NewPassword,
        names: impl IntoIterator<Item = &'a UserName>,
        emails: impl IntoIterator<Item = &'a EmailAddress>,
    ) -> Result<(), PasswordGuessable> {
        let Self::On(common) = self else {
            return Ok(());
        };
        let folded = password.folded();
        let own_words = names
            .into_iter()
            .flat_map(words_of_name)
            .chain(emails.into_iter().flat_map(words_of_email));
        let is_own = { own_words }.any(|word| is_mostly(folded.expose(), &word));
        match is_own || common.contains(&folded) {
            true => Err(PasswordGuessable),
            false => Ok(()),
        }
    }
}

impl Accounts {
    /// Checks the new password of an account that exists.
    pub(super) async fn admit_new_password_of(
        &self,
        user_id: UserId,
        password: &NewPassword,
    ) -> Result<Result<(), PasswordGuessable>, StoreError> {
        if matches!(self.blocklist, PasswordBlocklist::Off) {
            return Ok(Ok(()));
        }
        let (name, email) = self
            .store
            .read(move |reader| {
                let users = reader.users();
                Ok((users.name_of(user_id)?, users.email_of(user_id)?))
            })
            .await?;
        let email = email.as_ref().map(AccountEmail::address);
        Ok(self.blocklist.admit(password, &name, email))
    }
}

fn words_of_name(name: &UserName) -> [String; 2] {
    [name.normalized().to_owned(), name.as_str().to_lowercase()]
}

/// The address, its local part, its domain and the labels of that, without the last one (`org`).
fn words_of_email(email: &EmailAddress) -> Vec<String> {
    let address = email.normalized();
    let mut words = vec![address.to_owned()];
    if let Some((local, domain)) = address.rsplit_once('@') {
        words.extend([local.to_owned(), domain.to_owned()]);
        let labels = domain.rsplit('.').skip(1);
        words.extend(labels.map(str::to_owned));
    }
    words
}

/// Whether the password is the word, perhaps with a few digits and signs before and behind it.
fn is_mostly(folded: &str, word: &str) -> bool {
    let core = folded.trim_matches(|character: char| !character.is_alphabetic());
    let around = folded.chars().count() - core.chars().count();
    folded == word || (core == word && around <= MOST_AROUND)
}
