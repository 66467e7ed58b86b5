// SPDX-License-Identifier: GPL-2.0-only
//! held_rust: two that read what the other wants to write, by RwLock, beside one that sleeps.

use std::sync::{Barrier, RwLock};
use std::thread;
use std::time::Duration;

extern "C" {
    fn fixture_ready(name: *const u8);
}

static ONE: RwLock<u32> = RwLock::new(1);
static OTHER: RwLock<u32> = RwLock::new(2);
static BOTH: Barrier = Barrier::new(2);

#[inline(never)]
fn take(name: &'static [u8], first: &RwLock<u32>, second: &RwLock<u32>) {
    let reads = first.read().unwrap();
    BOTH.wait();
    unsafe { fixture_ready(name.as_ptr()) }
    let mut writes = second.write().unwrap(); // @block crosswise
    *writes += *reads;
}

fn main() {
    thread::spawn(|| take(b"first\0", &ONE, &OTHER));
    thread::spawn(|| take(b"second\0", &OTHER, &ONE));
    thread::sleep(Duration::from_secs(1000));
}
