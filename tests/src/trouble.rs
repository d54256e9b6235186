//! Something that is wrong on purpose, for a while.

/// It lasts until this is dropped, so it ends with a test that fails, too.
#[must_use = "it is over as soon as this is dropped"]
pub struct Trouble(Option<Box<dyn FnOnce() + Send>>);

impl Trouble {
    /// What has begun already, and how it ends.
    pub(crate) fn begun(end: impl FnOnce() + Send + 'static) -> Self {
        Self(Some(Box::new(end)))
    }

    /// Ends it.
    pub fn end(self) {
        drop(self);
    }
}

impl Drop for Trouble {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}
