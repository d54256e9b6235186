//! A fault that a test injects.

/// The fault lasts until this guard is dropped, so a failing test ends it too.
#[must_use = "dropping the guard ends the fault"]
pub struct Fault(Option<Box<dyn FnOnce() + Send>>);

impl Fault {
    /// Guards a fault that has begun; `end` removes it.
    pub fn begun(end: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(end)))
    }

    /// Ends the fault.
    pub fn end(self) {
        drop(self);
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}
