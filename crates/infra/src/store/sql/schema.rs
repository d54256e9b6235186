//! The tables as diesel sees them. `migrations/` creates the tables and documents their rows.

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::store::sql::types::{SqlTimestamp, SqlUuid};

    users (id) {
        id -> SqlUuid,
        name -> Text,
        name_key -> Text,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        password_hash -> Text,
        icon -> Nullable<Text>,
        status -> Nullable<Text>,
        created_at -> SqlTimestamp,
        pending_until -> Nullable<SqlTimestamp>,
        email_proved_at -> Nullable<SqlTimestamp>,
        disabled_at -> Nullable<SqlTimestamp>,
        disabled_reason -> Nullable<Text>,
        invite_id -> Nullable<SqlUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::store::sql::types::{SqlTimestamp, SqlUuid};

    sessions (id) {
        id -> SqlUuid,
        user_id -> SqlUuid,
        policy -> Text,
        shape -> Text,
        generation -> BigInt,
        created_at -> SqlTimestamp,
        user_agent -> Nullable<Text>,
        ip -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Nullable};
    use crate::store::sql::types::{SqlTimestamp, SqlUuid};

    session_tokens (hash) {
        hash -> Binary,
        session_id -> SqlUuid,
        generation -> BigInt,
        expires_at -> SqlTimestamp,
        last_used_at -> Nullable<SqlTimestamp>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable, Text};
    use crate::store::sql::types::{SqlTimestamp, SqlUuid};

    links (id) {
        id -> SqlUuid,
        hash -> Binary,
        user_id -> SqlUuid,
        purpose -> Text,
        email -> Nullable<Text>,
        expires_at -> SqlTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary};
    use crate::store::sql::types::{SqlTimestamp, SqlUuid};

    invites (id) {
        id -> SqlUuid,
        hash -> Binary,
        uses -> BigInt,
        created_at -> SqlTimestamp,
        expires_at -> SqlTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::store::sql::types::{SqlTimestamp, SqlUuid};

    outbox (id) {
        id -> SqlUuid,
        user_id -> Nullable<SqlUuid>,
        kind -> Text,
        language -> Text,
        address -> Text,
        link_id -> Nullable<SqlUuid>,
        created_at -> SqlTimestamp,
        due_at -> SqlTimestamp,
        #[sql_name = "useless_from"]
        expires_at -> SqlTimestamp,
        attempts -> BigInt,
        dead_at -> Nullable<SqlTimestamp>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::store::sql::types::{SqlTimestamp, SqlUuid};

    recoveries (id) {
        id -> SqlUuid,
        address -> Text,
        language -> Text,
        requested_at -> SqlTimestamp,
        due_at -> SqlTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::store::sql::types::SqlUuid;

    invalidations (number) {
        number -> BigInt,
        user_id -> SqlUuid,
        mark -> SqlUuid,
        kind -> Nullable<Text>,
        session_id -> Nullable<SqlUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, SmallInt};

    invalidation_counter (id) {
        id -> SmallInt,
        number -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::store::sql::types::{SqlTimestamp, SqlUuid};

    known_clients (user_id, network) {
        user_id -> SqlUuid,
        network -> Text,
        last_seen_at -> SqlTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Nullable};
    use crate::store::sql::types::SqlUuid;

    second_factors (user_id) {
        user_id -> SqlUuid,
        salt -> SqlUuid,
        secret_hash -> Binary,
        last_step -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::Binary;
    use crate::store::sql::types::SqlUuid;

    recovery_codes (user_id, hash) {
        user_id -> SqlUuid,
        hash -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::store::sql::types::{SqlTimestamp, SqlUuid};

    audit_events (at, id) {
        at -> SqlTimestamp,
        id -> SqlUuid,
        action -> Text,
        refused -> Nullable<Text>,
        actor -> Text,
        user_id -> Nullable<SqlUuid>,
        session_id -> Nullable<SqlUuid>,
        invite_id -> Nullable<SqlUuid>,
        ip -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        request_id -> Nullable<Text>,
        service_id -> Nullable<SqlUuid>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::store::sql::types::{SqlTimestamp, SqlUuid};

    services (id) {
        id -> SqlUuid,
        name -> Text,
        created_at -> SqlTimestamp,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable};
    use crate::store::sql::types::{SqlTimestamp, SqlUuid};

    service_tokens (hash) {
        hash -> Binary,
        service_id -> SqlUuid,
        created_at -> SqlTimestamp,
        expires_at -> Nullable<SqlTimestamp>,
    }
}

diesel::joinable!(session_tokens -> sessions (session_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(service_tokens -> services (service_id));
diesel::allow_tables_to_appear_in_same_query!(users, sessions, session_tokens, links, outbox);
diesel::allow_tables_to_appear_in_same_query!(invalidation_counter, invalidations);
diesel::allow_tables_to_appear_in_same_query!(services, service_tokens);
