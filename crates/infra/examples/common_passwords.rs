//! Makes `crates/infra/data/common-passwords.table` from a list of passwords, most common first, a line each, on standard
//! input: of the first 100,000 lines and of all lines with at least 12 characters.

use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};

use azuma_domain::user::Password;
use azuma_infra::common_passwords::CommonPasswordTable;

const MOST_COMMON: usize = 100_000;
const LONG: usize = 12;

fn main() -> Result<(), Box<dyn Error>> {
    let mut passwords = Vec::new();
    for (number, line) in stdin().lock().lines().enumerate() {
        let line = line?;
        if number < MOST_COMMON || line.chars().count() >= LONG {
            // What is no password needs no place in the table.
            passwords.extend(Password::parse(&line).map(|password| password.folded()));
        }
    }
    stdout().write_all(&CommonPasswordTable::make(passwords)?)?;
    Ok(())
}
