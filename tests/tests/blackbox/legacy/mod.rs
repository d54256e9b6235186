//! The dialect under `/api`.

mod carriers;
mod cookie;
mod entrance;
mod me;
