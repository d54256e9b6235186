//! The memory that passwords are hashed in.

use std::io;

use argon2::Block;
use memmap2::MmapMut;

/// The size of a huge page where pages are of 4 KiB, and what it is aligned to.
pub(super) const HUGE_PAGE: usize = 2 << 20;

/// The memory of one thread, for one hash at a time. A thread keeps it from hash to hash, because to ask the operating system
/// for it again takes half as long as a hash.
///
/// It is a mapping of its own. So it is not resident until a hash writes to it, and is given back whole when it is dropped. Memory
/// of the allocator has neither property: `Vec` writes zeroes, and glibc keeps freed blocks of up to 32 MiB.
pub(super) struct Memory {
    mapping: MmapMut,
    /// Where the blocks begin: the first boundary of a huge page.
    start: usize,
    blocks: usize,
}

impl Memory {
    /// Reserves room for `blocks` blocks of 1 KiB.
    ///
    /// # Errors
    /// The operating system's, when it does not promise that much.
    pub(super) fn reserve(blocks: usize) -> io::Result<Self> {
        let bytes = blocks.saturating_mul(Block::SIZE);
        // Only an aligned range becomes a huge page. The rest before and after it is never written to.
        let mapping = MmapMut::map_anon(bytes.saturating_add(HUGE_PAGE))?;
        let start = mapping.as_ptr().align_offset(HUGE_PAGE);
        advise_huge_pages(&mapping, start, bytes);
        Ok(Self {
            mapping,
            start,
            blocks,
        })
    }

    /// Lends at least `blocks` blocks, which may hold anything. If there is not enough room, more is reserved until `work` ends.
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

// `blocks` relies on this.
const _: () = assert!(size_of::<Block>() == 128 * size_of::<u64>());

/// Asks for huge pages: a hash reads all over its memory, and the processor caches the places of few pages. The first write makes
/// the pages, so the advice comes before it. It covers the blocks alone, or the last of them would take up a whole page of
/// 2 MiB. A refusal only costs time.
#[cfg(target_os = "linux")]
fn advise_huge_pages(mapping: &MmapMut, start: usize, bytes: usize) {
    let _ = mapping.advise_range(memmap2::Advice::HugePage, start, bytes);
}

#[cfg(not(target_os = "linux"))]
fn advise_huge_pages(_: &MmapMut, _: usize, _: usize) {}
