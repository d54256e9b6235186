use uuid::Uuid;

use std::fmt;

use super::StoreError;
use crate::session::SessionId;
use crate::user::UserId;

/// The number of an invalidation. The first one is 1; 0 stands before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct InvalidationNumber(u64);

impl InvalidationNumber {
    /// The number with this value.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// The value.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// The number after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A random mark that tells two invalidations with the same number apart. A backup that was restored, or a standby that
/// was promoted without the last commits, gives numbers a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InvalidationMark(Uuid);

impl InvalidationMark {
    /// The mark with this UUID.
    #[must_use]
    pub fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        self.0
    }
}

/// What a transaction changed of a user and its sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A session has another token, or another current one. It lives on.
    SessionChanged(SessionId),
    /// A session was revoked.
    SessionEnded(SessionId),
    /// Several sessions of the user were revoked, or all, or one that is not known; the user may be changed, too.
    SessionsEnded,
    /// Something of the user is changed.
    UserChanged,
    /// An operator has disabled the user, whose sessions are revoked.
    UserDisabled,
    /// The user is deleted, with its sessions.
    UserDeleted,
    /// Nothing: a node measures how soon others read it ([`add_probe`](InvalidationRepository::add_probe)).
    Probe,
    /// Any of these.
    Unknown,
}

impl Cause {
    /// The name, which never changes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SessionChanged(_) => "session_changed",
            Self::SessionEnded(_) => "session_ended",
            Self::SessionsEnded => "sessions_ended",
            Self::UserChanged => "user_changed",
            Self::UserDisabled => "user_disabled",
            Self::UserDeleted => "user_deleted",
            Self::Probe => "probe",
            Self::Unknown => "changed",
        }
    }

    /// The session, if it is about a single one.
    #[must_use]
    pub fn session_id(self) -> Option<SessionId> {
        match self {
            Self::SessionChanged(id) | Self::SessionEnded(id) => Some(id),
            Self::SessionsEnded
            | Self::UserChanged
            | Self::UserDisabled
            | Self::UserDeleted
            | Self::Probe
            | Self::Unknown => None,
        }
    }

    /// The one with this name; [`Unknown`](Self::Unknown) if a later release has named it, or the session is missing.
    #[must_use]
    pub fn named(name: &str, session_id: Option<SessionId>) -> Self {
        match (name, session_id) {
            ("session_changed", Some(id)) => Self::SessionChanged(id),
            ("session_ended", Some(id)) => Self::SessionEnded(id),
            ("sessions_ended", _) => Self::SessionsEnded,
            ("user_changed", _) => Self::UserChanged,
            ("user_disabled", _) => Self::UserDisabled,
            ("user_deleted", _) => Self::UserDeleted,
            ("probe", _) => Self::Probe,
            _ => Self::Unknown,
        }
    }

    /// Both, done to one user in one transaction. Whoever obeys it has obeyed each of them.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, same) if one == same => one,
            (Self::Probe, one) | (one, Self::Probe) => one,
            (Self::UserDeleted, _) | (_, Self::UserDeleted) => Self::UserDeleted,
            (Self::UserDisabled, _) | (_, Self::UserDisabled) => Self::UserDisabled,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::SessionEnded(ended), Self::SessionChanged(changed))
            | (Self::SessionChanged(changed), Self::SessionEnded(ended))
                if ended == changed =>
            {
                Self::SessionEnded(ended)
            }
            (Self::SessionsEnded | Self::SessionEnded(_), _)
            | (_, Self::SessionsEnded | Self::SessionEnded(_)) => Self::SessionsEnded,
            (
                Self::SessionChanged(_) | Self::UserChanged,
                Self::SessionChanged(_) | Self::UserChanged,
            ) => Self::Unknown,
        }
    }
}

/// Tells nodes that what they cached of a user and its sessions is out of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalidation {
    /// Its place in the order of commits.
    pub number: InvalidationNumber,
    /// Its mark.
    pub mark: InvalidationMark,
    /// The user whose data or sessions changed.
    pub user_id: UserId,
    /// What changed; [`Cause::Unknown`] if an older release did it.
    pub cause: Cause,
}

impl Invalidation {
    /// The place after it.
    #[must_use]
    pub fn place(&self) -> HistoryPosition {
        HistoryPosition {
            number: self.number,
            mark: Some(self.mark),
        }
    }
}

/// The last invalidation that exists, or that a node knows. As text it is its number, a hyphen, and its mark in 32 hexadecimal digits;
/// zeros stand for a mark that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryPosition {
    /// The number of the last invalidation.
    pub number: InvalidationNumber,
    /// Its mark; `None` if it is pruned, or there was no invalidation yet.
    pub mark: Option<InvalidationMark>,
}

/// The text is no place in a history.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("a place in the history is a number, a hyphen and 32 hexadecimal digits")]
pub struct MalformedPlace;

impl HistoryPosition {
    /// The place before the first invalidation that there ever is.
    pub const START: Self = Self {
        number: InvalidationNumber(0),
        mark: None,
    };

    /// Reads a place back.
    ///
    /// # Errors
    /// [`MalformedPlace`] if the text is none.
    pub fn parse(text: &str) -> Result<Self, MalformedPlace> {
        let (number, mark) = text.split_once('-').ok_or(MalformedPlace)?;
        let is_decimal = number.bytes().all(|byte| byte.is_ascii_digit());
        let is_mark = mark.len() == 32 && mark.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (Ok(number), Ok(mark)) = (number.parse(), Uuid::try_parse(mark)) else {
            return Err(MalformedPlace);
        };
        match is_decimal && is_mark {
            true => Ok(Self {
                number: InvalidationNumber(number),
                mark: (!mark.is_nil()).then_some(InvalidationMark(mark)),
            }),
            false => Err(MalformedPlace),
        }
    }
}

impl fmt::Display for HistoryPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = self.mark.map_or(Uuid::nil(), InvalidationMark::uuid);
        write!(f, "{}-{}", self.number.get(), mark.simple())
    }
}

/// Reads the invalidations of all nodes.
pub trait InvalidationReader {
    /// The last invalidation that was ever added.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn last(&mut self) -> Result<HistoryPosition, StoreError>;

    /// The invalidations from `number` on that are still kept, in order; at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn from(
        &mut self,
        number: InvalidationNumber,
        limit: u32,
    ) -> Result<Vec<Invalidation>, StoreError>;
}

/// The invalidations of all nodes. Each node reads them.
///
/// No use case adds an invalidation. When a transaction commits that updates, disables, enables or deletes a user, revokes or promotes a
/// session or adds a token to one, the store MUST have added one invalidation for each user concerned; any other
/// transaction MUST add none but those of [`add_probe`](Self::add_probe). It MUST say what changed, where several things did their [`Cause::and`]. Numbers MUST follow the order of commits without gaps, so that a node that has seen a
/// number has seen all before it; only [`begin_another_history`](Self::begin_another_history) leaves one out. Each invalidation MUST have a random mark of its own, and keep it.
pub trait InvalidationRepository: InvalidationReader {
    /// Has the transaction add a [`Cause::Probe`] for this user, of whom nothing needs to have changed, nor to exist. It is
    /// for measuring how soon nodes read it.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn add_probe(&mut self, user_id: UserId) -> Result<(), StoreError>;

    /// Begins another history: after the commit, every node that has read any part of the history before MUST find that it
    /// cannot go on from there, and so empty its cache. It is for a database that was restored.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn begin_another_history(&mut self) -> Result<(), StoreError>;

    /// Deletes invalidations before the last `keep`, oldest first, at most `limit`; answers how many.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be reached or refuses the statement.
    fn prune(&mut self, keep: u32, limit: u32) -> Result<usize, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(number: u128) -> SessionId {
        SessionId::new(Uuid::from_u128(number))
    }

    fn each() -> [Cause; 10] {
        [
            Cause::SessionChanged(session(1)),
            Cause::SessionChanged(session(2)),
            Cause::SessionEnded(session(1)),
            Cause::SessionEnded(session(2)),
            Cause::SessionsEnded,
            Cause::UserChanged,
            Cause::UserDisabled,
            Cause::UserDeleted,
            Cause::Probe,
            Cause::Unknown,
        ]
    }

    #[test]
    fn a_change_is_read_back_by_its_name() {
        for cause in each() {
            assert_eq!(Cause::named(cause.name(), cause.session_id()), cause);
        }
        assert_eq!(Cause::named("session_ended", None), Cause::Unknown);
        assert_eq!(Cause::named("moved_to_mars", None), Cause::Unknown);
    }

    /// Which sessions a follower drops: one, or all of the user's.
    fn dropped(cause: Cause) -> Option<SessionId> {
        cause.session_id()
    }

    #[test]
    fn of_two_changes_none_is_overlooked_and_their_order_does_not_matter() {
        for one in each() {
            for other in each() {
                let both = one.and(other);
                assert_eq!(both, other.and(one), "{one:?} {other:?}");
                if let Some(id) = dropped(both) {
                    let changes = [one, other].into_iter().filter(|one| *one != Cause::Probe);
                    assert!(changes.map(dropped).all(|dropped| dropped == Some(id)));
                }
            }
        }
        let ended = Cause::SessionEnded(session(1));
        assert_eq!(ended.and(Cause::SessionChanged(session(1))), ended);
        assert_eq!(ended.and(Cause::UserChanged), Cause::SessionsEnded);
        assert_eq!(Cause::UserDisabled.and(ended), Cause::UserDisabled);
    }

    #[test]
    fn a_place_is_read_back_only_as_it_is_written() {
        let text = "17-0123456789abcdef0123456789abcdef";
        assert_eq!(
            HistoryPosition::parse(text).map(|place| place.to_string()),
            Ok(text.to_owned())
        );
        let zero = HistoryPosition::parse("0-00000000000000000000000000000000");
        assert_eq!(
            zero.map(|place| (place.number.get(), place.mark)),
            Ok((0, None))
        );
        for text in [
            "",
            "17",
            "17-",
            "-0123456789abcdef0123456789abcdef",
            "+1-0123456789abcdef0123456789abcdef",
            "18446744073709551616-0123456789abcdef0123456789abcdef",
            "17-0123456789abcdef0123456789abcdeg",
            "17-01234567-89ab-cdef-0123-456789abcdef",
        ] {
            assert_eq!(HistoryPosition::parse(text), Err(MalformedPlace), "{text}");
        }
    }
}
