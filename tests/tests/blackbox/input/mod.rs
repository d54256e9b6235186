//! What a name, an e-mail address, a password and a profile may be, and what happens to everything else.

mod emails;
mod hostile;
mod malformed;
mod names;
mod passwords;
mod profiles;
