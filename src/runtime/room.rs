//! Room on the heap, taken in one piece.

use std::hint::black_box;
use std::sync::Once;

/// Has the allocator take room for so many bytes at once, and keep it.
///
/// The heap of each thread that is not the first grows a page at a time with glibc, and each step takes a system call
/// and stops the page faults of all threads: some four hundred of them before the first frame. A piece that is
/// freed stays with the thread's heap, as long as no larger piece is cut off its end; and no page of it counts before
/// it is written to. Other allocators are not harmed by a piece that comes and goes.
pub fn keep_room(bytes: usize) {
    static ONCE: Once = Once::new();
    // Up to the size of the largest piece that was ever mapped and freed, pieces are cut from the heap.
    ONCE.call_once(|| take(bytes));
    take(bytes);
}

fn take(bytes: usize) {
    // The allocator keeps some bytes of its own beside a piece.
    drop(black_box(Vec::<u8>::with_capacity(bytes - bytes / 64)));
}
