//! The memory that Argon2 uses.

use std::io;

use argon2::Block;
use memmap2::MmapMut;

/// The size and alignment of a huge page, where pages have 4 KiB.
pub(super) const HUGE_PAGE: usize = 2 << 20;

/// The memory of one thread, for one hash at a time. It is kept for the next hash, because allocating it again takes
/// half as long as a hash.
///
/// The memory is a mapping of its own: the mapping takes no physical memory until a hash writes to it, and all of it
/// is freed when it is dropped. The allocator offers neither: `Vec` writes zeroes, and glibc keeps freed blocks of up
/// to 32 MiB.
pub(super) struct Memory {
    mapping: MmapMut,
    /// Where the blocks begin: the first boundary of a huge page in the mapping.
    start: usize,
    blocks: usize,
}

impl Memory {
    /// Reserves memory for this many blocks.
    ///
    /// # Errors
    /// The operating system's error, if it does not grant the memory.
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

    /// Lends at least this many blocks, with any content. If the memory has fewer, other memory is reserved for the
    /// time of the work.
    ///
    /// # Errors
    /// The operating system's error, if more memory is needed and not granted.
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
        // SAFETY: any initialized bytes are valid blocks. A block is the 128 words that its `AsRef` returns, and has no
        // other field, as the assertion below checks; each word may have any value. The bytes of the mapping are
        // initialized with zero, and are borrowed for as long as the blocks.
        let (_, blocks, _) = unsafe { bytes.align_to_mut::<Block>() };
        blocks.get_mut(..self.blocks).unwrap_or_default()
    }
}

// `Memory::blocks` relies on this layout.
const _: () = assert!(size_of::<Block>() == 128 * size_of::<u64>());

/// Asks for huge pages, because a hash reads all of its memory at random and the processor's TLB holds few pages. It is
/// called before the first write, which allocates the pages, and only for the blocks: with more, the last page would
/// take 2 MiB more. If the operating system refuses, hashing is only slower.
#[cfg(target_os = "linux")]
fn advise_huge_pages(mapping: &MmapMut, start: usize, bytes: usize) {
    let _ = mapping.advise_range(memmap2::Advice::HugePage, start, bytes);
}

#[cfg(not(target_os = "linux"))]
fn advise_huge_pages(_: &MmapMut, _: usize, _: usize) {}
