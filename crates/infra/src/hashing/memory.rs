//! The memory that passwords are hashed in.

use std::io;

use argon2::Block;
use memmap2::MmapMut;

/// The size of a huge page where pages are of 4 KiB, and what it is aligned to.
pub(super) const HUGE_PAGE: usize = 2 << 20;

/// The memory of one thread, for one hash at a time. It is kept from hash to hash, because to ask the operating system
/// for it anew takes as long as half a hash.
///
/// It is a mapping of its own, so that it takes no memory until a hash writes to it, and is given back whole when it is
/// dropped. From the allocator it would be neither: `Vec` writes zeroes, and glibc keeps freed blocks of up to 32 MiB.
pub(super) struct Memory {
    mapping: MmapMut,
    /// Where the blocks begin: the first boundary of a huge page.
    start: usize,
    blocks: usize,
}

impl Memory {
    /// Room for so many blocks.
    ///
    /// # Errors
    /// The operating system's, when it does not promise that much.
    pub(super) fn reserve(blocks: usize) -> io::Result<Self> {
        let bytes = blocks.saturating_mul(Block::SIZE);
        // Only an aligned range becomes a huge page. What is left over before and after is never written to.
        let mapping = MmapMut::map_anon(bytes.saturating_add(HUGE_PAGE))?;
        let start = mapping.as_ptr().align_offset(HUGE_PAGE);
        advise_huge_pages(&mapping, start, bytes);
        Ok(Self {
            mapping,
            start,
            blocks,
        })
    }

    /// Lends so many blocks or more, whatever they hold. More than there is room for are reserved for as long as the
    /// work lasts.
    ///
    /// # Errors
    /// Those of [`reserve`](Self::reserve).
    pub(super) fn lend<T>(
        &mut self,
        blocks: usize,
        work: impl FnOnce(&mut [Block]) -> T,
    ) -> io::Result<T> {
        if blocks > self.blocks {
            return Self::reserve(blocks)?.lend(blocks, work);
        }
        Ok(work(self.blocks()))
    }

    #[expect(
        unsafe_code,
        reason = "argon2 has no safe way to make blocks of memory it did not allocate"
    )]
    fn blocks(&mut self) -> &mut [Block] {
        let bytes = self.mapping.get_mut(self.start..).unwrap_or_default();
        // SAFETY: initialized bytes are blocks, whatever they are. A block is the 128 words that its `AsRef` lends,
        // any of which may be any number, and its size leaves room for nothing else. The bytes are the mapping's, zero
        // until something else is written, and borrowed for as long as the blocks are.
        let (_, blocks, _) = unsafe { bytes.align_to_mut::<Block>() };
        blocks.get_mut(..self.blocks).unwrap_or_default()
    }
}

// What `blocks` relies on.
const _: () = assert!(size_of::<Block>() == 128 * size_of::<u64>());

/// Asks for huge pages: a hash reads all over its memory, and the processor remembers where few pages are. It has to be
/// asked before the first write, which is when pages are made. It is asked for the blocks alone, or the last of them
/// would take up a whole page of 2 MiB. A refusal only costs time.
#[cfg(target_os = "linux")]
fn advise_huge_pages(mapping: &MmapMut, start: usize, bytes: usize) {
    let _ = mapping.advise_range(memmap2::Advice::HugePage, start, bytes);
}

#[cfg(not(target_os = "linux"))]
fn advise_huge_pages(_: &MmapMut, _: usize, _: usize) {}
