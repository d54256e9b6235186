//! The lives of sessions, whichever dialect they began in.

mod across_dialects;
mod keys;
mod promotion;
mod refresh;
mod sliding;
