// SPDX-License-Identifier: GPL-2.0-only
//! Threads that wait for ever in what Rust's library offers. "rust abba [well]": two that take two
//! locks crosswise; well: beside one that sleeps.

use std::sync::{mpsc, Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

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

fn take_both(name: &'static [u8], first: Arc<Mutex<u32>>, other: Arc<Mutex<u32>>, both: Arc<Barrier>) {
    let _first = first.lock().unwrap();
    both.wait();
    ready(name);
    let _other = other.lock().unwrap(); // @block crosswise
}

fn crosswise() {
    let (one, other) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let both = Arc::new(Barrier::new(2));
    let (a, b, c) = (one.clone(), other.clone(), both.clone());
    let thread = thread::spawn(move || take_both(b"first\0", a, b, c));
    take_both(b"second\0", other, one, both);
    thread.join().unwrap();
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    if words.len() > 2 {
        thread::spawn(|| thread::sleep(Duration::from_secs(1000)));
    }
    if words.len() > 1 {
        return crosswise();
    }
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
