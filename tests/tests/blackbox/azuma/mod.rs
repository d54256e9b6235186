//! The current dialect: `/`, `/users`, `/user/...`.

mod deletion;
mod email_change;
mod index;
mod login;
mod logout;
mod password_change;
mod registration;
mod session_list;
mod update;
mod users;
