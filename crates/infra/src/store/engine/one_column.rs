//! Rows of statements that are written by hand and ask for one column.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

/// A column `line`.
#[derive(QueryableByName)]
pub(in crate::store) struct Line {
    #[diesel(sql_type = Text)]
    pub line: String,
}

/// A column `number`.
#[derive(QueryableByName)]
pub(in crate::store) struct Number {
    #[diesel(sql_type = BigInt)]
    pub number: i64,
}
