//! The memory in which hashes are computed, observed in `/proc/self`.

#[cfg(target_os = "linux")]
use std::{fs::read_to_string, os::unix::fs::FileExt};

use argon2::Block;

use super::memory::HUGE_PAGE;
use super::*;

/// The number of blocks with the default parameters.
const BLOCKS: usize = 19_456;

#[test]
fn is_of_blocks_that_are_words_and_nothing_else() {
    let block = Block::new();
    let words: &[u64] = block.as_ref();
    assert_eq!(size_of_val(words), size_of::<Block>());
}

#[test]
fn begins_where_a_huge_page_can() {
    let mut memory = Memory::reserve(BLOCKS).unwrap();
    let (address, blocks) = memory
        .lend(BLOCKS, |blocks| (blocks.as_ptr() as usize, blocks.len()))
        .unwrap();
    assert_eq!(address % HUGE_PAGE, 0);
    assert_eq!(blocks, BLOCKS);
}

#[cfg(target_os = "linux")]
#[test]
fn is_taken_by_the_first_hash_and_kept() {
    // The second is a little less than two huge pages, and must not become two.
    for memory_kib in [19_456, 4_088] {
        let scheme = Scheme::new(memory_kib, 2, 1).unwrap();
        let mut memory = scheme.reserve_memory().unwrap();
        assert_eq!(resident_kib(&mut memory), 0);
        for _ in 0..2 {
            scheme.hash(b"neo", &mut memory).unwrap();
            assert!(is_all_of(u64::from(memory_kib), &mut memory));
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn is_in_huge_pages_where_the_system_gives_them() {
    let scheme = Scheme::new(65_536, 2, 1).unwrap();
    let mut memory = scheme.reserve_memory().unwrap();
    scheme.hash(b"neo", &mut memory).unwrap();
    let huge = of_mapping(&mut memory, "AnonHugePages");
    if gives_huge_pages() {
        assert!(huge > 0, "none of {}", resident_kib(&mut memory));
    } else {
        assert_eq!(huge, 0);
        assert!(is_all_of(65_536, &mut memory));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn beyond_what_is_kept_is_given_back() {
    const LARGE: usize = 256 * 1_024;
    let mut memory = Memory::reserve(8).unwrap();
    let during = memory
        .lend(LARGE, |blocks| {
            blocks.fill(Block::new());
            of_process("RssAnon")
        })
        .unwrap();
    let after = of_process("RssAnon");
    // Other tests take memory meanwhile, less than this.
    assert!(after + 128 * 1_024 < during, "{during} KiB, then {after}");
    assert_eq!(resident_kib(&mut memory), 0);
}

/// Whether as much as this is resident, or a page more: the blocks may begin within one.
#[cfg(target_os = "linux")]
fn is_all_of(kib: u64, memory: &mut Memory) -> bool {
    let page = of_mapping(memory, "KernelPageSize");
    (kib..=kib + page).contains(&resident_kib(memory))
}

/// How much of the blocks' pages is resident. Two pages more are counted, because the blocks may end within a page.
#[cfg(target_os = "linux")]
pub(super) fn resident_kib(memory: &mut Memory) -> u64 {
    let page = of_mapping(memory, "KernelPageSize");
    let (address, bytes) = memory
        .lend(0, |blocks| {
            (blocks.as_ptr() as u64, size_of_val(blocks) as u64)
        })
        .unwrap();
    let first = address / (page * 1_024);
    let pages = bytes.div_ceil(page * 1_024) + 2;
    // Eight bytes a page, of which the highest bit says whether it is in memory.
    let mut entries = vec![0; usize::try_from(pages).unwrap() * 8];
    let pagemap = std::fs::File::open("/proc/self/pagemap").unwrap();
    pagemap.read_exact_at(&mut entries, first * 8).unwrap();
    let present = entries.chunks_exact(8).filter(|entry| entry[7] & 0x80 != 0);
    present.count() as u64 * page
}

/// A value in KiB of the mapping that the blocks are in.
#[cfg(target_os = "linux")]
fn of_mapping(memory: &mut Memory, name: &str) -> u64 {
    let address = memory.lend(0, |blocks| blocks.as_ptr() as usize).unwrap();
    let maps = read_to_string("/proc/self/smaps").unwrap();
    let lines: Vec<_> = maps.lines().collect();
    let at = (lines.iter()).position(|line| is_mapping_of(line, address));
    value(&lines[at.unwrap()..], name)
}

/// Whether the line begins a mapping that holds the address, such as `7f0000000000-7f0000200000 rw-p …`.
#[cfg(target_os = "linux")]
fn is_mapping_of(line: &str, address: usize) -> bool {
    let hex = |text| usize::from_str_radix(text, 16).ok();
    let range = line
        .split(' ')
        .next()
        .and_then(|range| range.split_once('-'));
    let Some((Some(from), Some(to))) = range.map(|(from, to)| (hex(from), hex(to))) else {
        return false;
    };
    (from..to).contains(&address)
}

#[cfg(target_os = "linux")]
fn of_process(name: &str) -> u64 {
    let status = read_to_string("/proc/self/status").unwrap();
    value(&status.lines().collect::<Vec<_>>(), name)
}

/// The number of the first line `name: number`.
#[cfg(target_os = "linux")]
fn value(lines: &[&str], name: &str) -> u64 {
    let (_, value) = (lines.iter())
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| *key == name)
        .unwrap();
    value.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
fn gives_huge_pages() -> bool {
    let enabled = read_to_string("/sys/kernel/mm/transparent_hugepage/enabled");
    enabled.is_ok_and(|modes| !modes.contains("[never]")) && of_process("THP_enabled") == 1
}
