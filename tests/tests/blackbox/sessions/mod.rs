//! The lives of sessions, whichever dialect they began in.

mod absolute;
mod across_dialects;
mod by_email;
mod keys;
mod promotion;
mod refresh;
mod sliding;
