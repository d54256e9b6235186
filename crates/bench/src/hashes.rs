//! Raw password hashes, as fast as one core computes them: what logins are compared with.

use std::ffi::c_void;
use std::time::Instant;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use rustix::mm::{Advice, madvise};
use rustix::param::page_size;

use crate::Outcome;

/// The password of every user in the bench's databases.
pub const PASSWORD: &str = "the secret of everybody";
/// The salt of every hash in the bench's databases.
pub const SALT: &[u8; 16] = b"sixteen bytes...";

/// Argon2id with Azuma's default parameters, and memory that is kept from hash to hash.
pub struct Hasher {
    argon2: Argon2<'static>,
    blocks: Vec<Block>,
}

impl Hasher {
    /// Reserves the memory and asks the kernel for huge pages.
    pub fn new() -> Outcome<Self> {
        let params = Params::new(19_456, 2, 1, Some(32)).map_err(|error| error.to_string())?;
        let mut blocks = Vec::with_capacity(params.block_count());
        advise_huge_pages(&mut blocks);
        blocks.resize(params.block_count(), Block::new());
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Ok(Self { argon2, blocks })
    }

    /// The hash of the [`PASSWORD`].
    pub fn hash(&mut self) -> Outcome<[u8; 32]> {
        let mut hash = [0; 32];
        self.argon2
            .hash_password_into_with_memory(
                PASSWORD.as_bytes(),
                SALT,
                &mut hash,
                self.blocks.as_mut_slice(),
            )
            .map_err(|error| error.to_string())?;
        Ok(hash)
    }
}

/// Asks for huge pages before the memory is touched. Without them it is only slower.
#[allow(unsafe_code)]
fn advise_huge_pages(blocks: &mut Vec<Block>) {
    let start = blocks.as_mut_ptr().cast::<u8>();
    let skipped = start.align_offset(page_size());
    let length = (blocks.capacity() * size_of::<Block>()).saturating_sub(skipped);
    // SAFETY: the range is within what the vector owns, and the advice changes no content.
    let _ = unsafe {
        madvise(
            start.wrapping_add(skipped).cast::<c_void>(),
            length,
            Advice::LinuxHugepage,
        )
    };
}

/// Computes `count` hashes and prints how many that is per second.
pub fn run(count: u32) -> Outcome<()> {
    let mut hasher = Hasher::new()?;
    hasher.hash()?;
    let start = Instant::now();
    for _ in 0..count {
        std::hint::black_box(hasher.hash()?);
    }
    println!("{}", f64::from(count) / start.elapsed().as_secs_f64());
    Ok(())
}
