//! How a mail server reacts at each step of a conversation.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::mail::Mail;

/// A step of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Before the server says anything.
    Greeting,
    /// At `EHLO`.
    Ehlo,
    /// At `AUTH`.
    Auth,
    /// At `MAIL FROM`.
    Mail,
    /// At `RCPT TO`.
    Recipient,
    /// At `DATA`.
    Data,
    /// When the content has come, before the message is taken.
    Content,
    /// When the message has been taken, before the client is told.
    Taken,
}

impl Step {
    /// Every step that a conversation without a password has.
    pub const ALL: [Self; 7] = [
        Self::Greeting,
        Self::Ehlo,
        Self::Mail,
        Self::Recipient,
        Self::Data,
        Self::Content,
        Self::Taken,
    ];
}

/// What the server does instead of going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// It answers this.
    Say(&'static str),
    /// It says nothing more until the client hangs up.
    Stall,
    /// It closes the connection.
    Drop,
}

/// A message that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The message.
    pub mail: Mail,
    /// When the client named its sender.
    pub began: Instant,
    /// When it was taken, which the client may not have been told.
    pub at: Instant,
}

/// How the server is to react, and what happened.
#[derive(Debug, Default)]
pub(super) struct Script(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    reactions: HashMap<Step, (Reaction, u32)>,
    reacted: u32,
    heard: Vec<String>,
    taken: Vec<Taken>,
}

impl Script {
    pub(super) fn set(&self, step: Step, reaction: Reaction, times: u32) {
        self.state().reactions.insert(step, (reaction, times));
    }

    pub(super) fn clear(&self) {
        self.state().reactions.clear();
    }

    pub(super) fn reactions(&self) -> u32 {
        self.state().reacted
    }

    pub(super) fn heard(&self) -> Vec<String> {
        self.state().heard.clone()
    }

    pub(super) fn hear(&self, line: &str) {
        self.state().heard.push(line.to_owned());
    }

    pub(super) fn take(&self, taken: Taken) {
        self.state().taken.push(taken);
    }

    pub(super) fn taken_after(&self, count: usize) -> Vec<Taken> {
        self.state().taken.iter().skip(count).cloned().collect()
    }

    /// What to do at this step instead of going on.
    pub(super) fn reaction_at(&self, step: Step) -> Option<Reaction> {
        let mut state = self.state();
        let (reaction, times) = state.reactions.get_mut(&step)?;
        *times = times.checked_sub(1)?;
        let reaction = *reaction;
        state.reacted += 1;
        Some(reaction)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
