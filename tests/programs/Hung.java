// SPDX-License-Identifier: GPL-2.0-only

import java.util.concurrent.CountDownLatch;

/** Hung: two threads that want each other's monitor. Hung left: a thread that is left over; left well: one that is not. */
public class Hung {
	static final Object FIRST = new Object(), SECOND = new Object();
	static final CountDownLatch BOTH = new CountDownLatch(2);

	static void take(Object mine, Object other) {
		synchronized (mine) {
			BOTH.countDown();
			try {
				BOTH.await();
			} catch (InterruptedException e) {
				return;
			}
			synchronized (other) {
				System.out.println("not reached");
			}
		}
	}

	static void left(boolean well) throws Exception {
		Object never = new Object();
		Thread worker = new Thread(() -> {
			synchronized (never) {
				try {
					never.wait();
				} catch (InterruptedException e) {
					return;
				}
			}
		}, "left-over");
		worker.start();
		Thread.sleep(50);
		if (well) {
			worker.interrupt();
			worker.join();
		}
		System.exit(0);
	}

	public static void main(String[] args) throws Exception {
		if (args.length > 0) {
			left(args.length > 1);
			return;
		}
		Thread other = new Thread(() -> take(SECOND, FIRST), "other");
		other.start();
		Thread main = Thread.currentThread();
		Thread watch = new Thread(() -> {
			while (main.getState() != Thread.State.BLOCKED || other.getState() != Thread.State.BLOCKED)
				Thread.yield();
			System.out.println("READY");
		});
		watch.setDaemon(true);
		watch.start();
		take(FIRST, SECOND);
	}
}
