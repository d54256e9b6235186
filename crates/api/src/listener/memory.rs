//! Free memory.

/// Gives free memory back to the system. By itself glibc keeps what lies between memory in use.
#[cfg(target_env = "gnu")]
#[allow(unsafe_code, reason = "glibc offers it to C alone")]
pub fn release() {
    // SAFETY: it takes no pointer, and locks each heap that it looks at.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other allocators decide for themselves.
#[cfg(not(target_env = "gnu"))]
pub fn release() {}
