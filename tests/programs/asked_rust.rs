// SPDX-License-Identifier: GPL-2.0-only
//! asked_rust FAULT [well]: as asked, in what Rust's library offers.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

extern "C" {
    fn fixture_ready(name: *const u8);
    fn fixture_pause();
    fn fixture_came_back(name: *const u8) -> !;
}

static JOBS: Mutex<VecDeque<u32>> = Mutex::new(VecDeque::new());
static CONDITION: Condvar = Condvar::new();
static GO: AtomicBool = AtomicBool::new(false);
static DONE: AtomicU32 = AtomicU32::new(0);
static ASLEEP: AtomicBool = AtomicBool::new(false);

#[inline(never)]
fn wait_for_job() {
    let mut jobs = JOBS.lock().unwrap();
    unsafe { fixture_ready(b"job\0".as_ptr()) }
    ASLEEP.store(true, Ordering::Release);
    while jobs.is_empty() {
        jobs = CONDITION.wait(jobs).unwrap(); // @block job
    }
    DONE.store(jobs.pop_front().unwrap(), Ordering::Release);
}

#[inline(never)]
fn wait_parked() {
    unsafe { fixture_ready(b"park\0".as_ptr()) }
    ASLEEP.store(true, Ordering::Release);
    while !GO.load(Ordering::Acquire) {
        thread::park(); // @block park
    }
    DONE.store(1, Ordering::Release);
}

// What it waits for is changed when it sleeps.
fn until_asleep() {
    while !ASLEEP.load(Ordering::Acquire) {
        thread::sleep(Duration::from_millis(1));
    }
    thread::sleep(Duration::from_millis(50));
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let (fault, well) = (words[1].clone(), words.len() > 2);
    thread::spawn(move || {
        if fault == "job" {
            wait_for_job()
        } else {
            wait_parked()
        }
        unsafe { fixture_came_back(b"asked\0".as_ptr()) }
    });
    until_asleep();
    if !well {
        JOBS.lock().unwrap().push_back(7);
        GO.store(true, Ordering::Release);
    }
    unsafe { fixture_ready(b"main\0".as_ptr()) }
    unsafe { fixture_pause() }
    std::hint::black_box(0);
}
