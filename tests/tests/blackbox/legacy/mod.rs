//! The dialect under `/api`.

mod carriers;
mod cookie;
mod cookie_jar;
mod entrance;
