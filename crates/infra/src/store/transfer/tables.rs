//! What is copied: each table with its columns.

/// What a column holds, whatever either database calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// 16 bytes: `uuid` or `BLOB`.
    Id,
    /// `bytea` or `BLOB`.
    Bytes,
    /// `timestamptz`, or microseconds since 1970.
    Time,
    /// A whole number.
    Integer,
    /// A text.
    Text,
}

/// A column.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// A table. The columns of its primary key come first.
pub(super) struct Table {
    pub(super) name: &'static str,
    key: usize,
    pub(super) columns: &'static [Column],
}

impl Table {
    const fn new(name: &'static str, key: usize, columns: &'static [Column]) -> Self {
        Self { name, key, columns }
    }

    /// The columns of the primary key.
    pub(super) fn key(&self) -> &'static [Column] {
        self.columns.get(..self.key).unwrap_or(self.columns)
    }
}

/// The names of all tables, as a statement lists them.
pub(super) fn names() -> String {
    let names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
    names.join(", ")
}

const fn id(name: &'static str) -> Column {
    let kind = Kind::Id;
    Column { name, kind }
}

const fn bytes(name: &'static str) -> Column {
    let kind = Kind::Bytes;
    Column { name, kind }
}

const fn time(name: &'static str) -> Column {
    let kind = Kind::Time;
    Column { name, kind }
}

const fn integer(name: &'static str) -> Column {
    let kind = Kind::Integer;
    Column { name, kind }
}

const fn text(name: &'static str) -> Column {
    let kind = Kind::Text;
    Column { name, kind }
}

/// All tables, each after those that it refers to.
pub(super) const TABLES: [Table; 15] = [
    Table::new(
        "users",
        1,
        &[
            id("id"),
            text("name"),
            text("name_key"),
            text("email"),
            text("email_key"),
            text("password_hash"),
            text("icon"),
            text("status"),
            time("created_at"),
            time("pending_until"),
            time("email_proved_at"),
            time("disabled_at"),
            text("disabled_reason"),
            id("invite_id"),
        ],
    ),
    Table::new(
        "invites",
        1,
        &[
            id("id"),
            bytes("hash"),
            integer("uses"),
            time("created_at"),
            time("expires_at"),
        ],
    ),
    Table::new(
        "sessions",
        1,
        &[
            id("id"),
            id("user_id"),
            text("policy"),
            text("shape"),
            integer("generation"),
            time("created_at"),
            text("user_agent"),
            text("ip"),
        ],
    ),
    Table::new(
        "session_tokens",
        1,
        &[
            bytes("hash"),
            id("session_id"),
            integer("generation"),
            time("expires_at"),
            time("last_used_at"),
        ],
    ),
    Table::new(
        "links",
        1,
        &[
            id("id"),
            bytes("hash"),
            id("user_id"),
            text("purpose"),
            text("email"),
            time("expires_at"),
        ],
    ),
    Table::new(
        "outbox",
        1,
        &[
            id("id"),
            id("user_id"),
            text("kind"),
            text("language"),
            text("address"),
            id("link_id"),
            time("created_at"),
            time("due_at"),
            time("useless_from"),
            integer("attempts"),
            time("dead_at"),
            text("reason"),
        ],
    ),
    Table::new(
        "recoveries",
        1,
        &[
            id("id"),
            text("address"),
            text("language"),
            time("requested_at"),
            time("due_at"),
        ],
    ),
    Table::new(
        "known_clients",
        2,
        &[id("user_id"), text("network"), time("last_seen_at")],
    ),
    Table::new(
        "second_factors",
        1,
        &[
            id("user_id"),
            id("salt"),
            bytes("secret_hash"),
            integer("last_step"),
        ],
    ),
    Table::new("recovery_codes", 2, &[id("user_id"), bytes("hash")]),
    Table::new(
        "audit_events",
        2,
        &[
            time("at"),
            id("id"),
            text("action"),
            text("refused"),
            text("actor"),
            id("user_id"),
            id("session_id"),
            id("invite_id"),
            text("ip"),
            text("user_agent"),
            text("request_id"),
            id("service_id"),
        ],
    ),
    Table::new("services", 1, &[id("id"), text("name"), time("created_at")]),
    Table::new(
        "service_tokens",
        1,
        &[
            bytes("hash"),
            id("service_id"),
            time("created_at"),
            time("expires_at"),
        ],
    ),
    Table::new(
        "invalidations",
        1,
        &[
            integer("number"),
            id("user_id"),
            id("mark"),
            text("kind"),
            id("session_id"),
        ],
    ),
    Table::new(
        "invalidation_counter",
        1,
        &[integer("id"), integer("number")],
    ),
];
