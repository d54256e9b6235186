//! The lives of sessions, whichever dialect they began in.

mod across_dialects;
mod ending_rotated;
mod keys;
mod promotion;
mod refresh;
mod sliding;
