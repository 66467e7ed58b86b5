// SPDX-License-Identifier: GPL-2.0-only
//! Threads that wait for ever in what Rust's library offers.

use std::sync::{mpsc, Arc, Mutex};
use std::thread;

extern "C" {
    fn fixture_ready(name: *const u8);
    fn fixture_pause();
}

fn ready(name: &'static [u8]) {
    unsafe { fixture_ready(name.as_ptr()) }
}

#[inline(never)]
fn block_in_rust_mutex(lock: Arc<Mutex<u32>>) -> u32 {
    ready(b"rust_mutex\0");
    let guard = lock.lock().unwrap(); // @block rust_mutex
    *guard + 1
}

#[inline(never)]
fn block_in_rust_channel(receiver: mpsc::Receiver<u32>) -> u32 {
    ready(b"rust_channel\0");
    let word = receiver.recv().unwrap(); // @block rust_channel
    word + 1
}

fn main() {
    let lock = Arc::new(Mutex::new(0));
    let _held = lock.lock().unwrap();
    let other = lock.clone();
    let (_sender, receiver) = mpsc::channel();
    let _a = thread::spawn(move || block_in_rust_mutex(other)); // @spawn rust_mutex
    let _b = thread::spawn(move || block_in_rust_channel(receiver)); // @spawn rust_channel
    ready(b"main\0");
    unsafe { fixture_pause() } // @block main
    std::hint::black_box(0);
}
