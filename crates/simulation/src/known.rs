//! What clients have been told, and tell each other.

use azuma_checker::history::Token;

/// A token that a client holds.
#[derive(Clone)]
pub(crate) struct HeldToken {
    pub(crate) token: azuma_domain::token::Token,
    pub(crate) named: Token,
}

/// A name and a password that may belong to it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credential {
    pub(crate) name: String,
    pub(crate) password: String,
}

/// What clients have been told, the newest last.
#[derive(Default)]
pub(crate) struct Known {
    tokens: Vec<HeldToken>,
    credentials: Vec<Credential>,
    passwords: u32,
}

impl Known {
    /// A password that nobody has had.
    pub(crate) fn new_password(&mut self) -> String {
        self.passwords += 1;
        format!("password {}", self.passwords)
    }

    pub(crate) fn learn_token(&mut self, held: HeldToken) {
        let is_new = |other: &HeldToken| other.named.id != held.named.id;
        if self.tokens.iter().all(is_new) {
            self.tokens.push(held);
        }
    }

    pub(crate) fn learn_credential(&mut self, credential: Credential) {
        self.credentials.push(credential);
    }

    /// Somebody has this name now; with each password it may be who had it.
    pub(crate) fn learn_name(&mut self, name: &str) {
        self.learn_all(|known| Credential {
            name: name.to_owned(),
            password: known.password.clone(),
        });
    }

    /// Somebody has this password now.
    pub(crate) fn learn_password(&mut self, password: &str) {
        self.learn_all(|known| Credential {
            name: known.name.clone(),
            password: password.to_owned(),
        });
    }

    /// What may be right after a change of the newest credentials.
    fn learn_all(&mut self, changed: impl Fn(&Credential) -> Credential) {
        let newest = self.credentials.len().saturating_sub(3);
        let may_be: Vec<Credential> = self.credentials[newest..].iter().map(changed).collect();
        for credential in may_be {
            if !self.credentials.contains(&credential) {
                self.credentials.push(credential);
            }
        }
    }

    pub(crate) fn token(&self, number: u8) -> Option<HeldToken> {
        newest(&self.tokens, number)
    }

    pub(crate) fn credential(&self, number: u8) -> Option<Credential> {
        newest(&self.credentials, number)
    }

    pub(crate) fn tokens(&self) -> Vec<HeldToken> {
        self.tokens.clone()
    }

    pub(crate) fn credentials(&self) -> Vec<Credential> {
        self.credentials.clone()
    }
}

/// The `number`th from the end, counted round.
pub(crate) fn newest<T: Clone>(all: &[T], number: u8) -> Option<T> {
    let last = all.len().checked_sub(1)?;
    all.get(last - usize::from(number) % all.len()).cloned()
}
