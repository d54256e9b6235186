//! The memory that Argon2 works in.

use std::io;

use argon2::Block;
use memmap2::MmapMut;

/// The size and alignment of a huge page, where pages have 4 KiB.
pub(super) const HUGE_PAGE: usize = 2 << 20;

/// The memory of one thread, for one hash at a time. It is kept from hash to hash, because allocating it anew takes
/// as long as half a hash.
///
/// It is a mapping of its own: it takes no physical memory until a hash writes to it, and dropping it returns all of
/// it. The allocator gives neither: `Vec` writes zeroes, and glibc keeps freed blocks of up to 32 MiB.
pub(super) struct Memory {
    mapping: MmapMut,
    /// Where the blocks begin: the first boundary of a huge page in the mapping.
    start: usize,
    blocks: usize,
}

impl Memory {
    /// Reserves memory for a number of blocks.
    ///
    /// # Errors
    /// The operating system's error, if it does not grant that much memory.
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

    /// Lends at least that many blocks, with any content. If there are too few, more are reserved while the work
    /// runs.
    ///
    /// # Errors
    /// Those of [`reserve`](Self::reserve), if more blocks are needed.
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

// The layout that `blocks` relies on.
const _: () = assert!(size_of::<Block>() == 128 * size_of::<u64>());

/// Asks for huge pages: a hash reads all over its memory, and the processor's TLB holds few pages. Called before the
/// first write, which is when pages are allocated, and for the blocks alone, or their last page would take 2 MiB
/// more. A refusal only costs time.
#[cfg(target_os = "linux")]
fn advise_huge_pages(mapping: &MmapMut, start: usize, bytes: usize) {
    let _ = mapping.advise_range(memmap2::Advice::HugePage, start, bytes);
}

#[cfg(not(target_os = "linux"))]
fn advise_huge_pages(_: &MmapMut, _: usize, _: usize) {}
