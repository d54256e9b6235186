//! The current dialect: `/`, `/users`, `/user/...`.

mod deletion;
mod email_change;
mod entrance;
mod events;
mod index;
mod logout;
mod session_list;
mod update;
mod users;
