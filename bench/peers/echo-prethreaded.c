/*
 * Echo server in C: a fixed number of threads, each of which accepts its own clients.
 *
 * Nothing is handed over: the kernel wakes one of the threads that sleep in accept(2) on the one
 * listener. It is the least that a thread for each client can cost, and a client waits in the
 * kernel's queue while all threads serve. Argument: the number of threads. Read next:
 * echo-queue.c, in which the main thread accepts and hands over.
 */
#include "blocking.h"
#include "echo-client.h"

static int listener;

static void *accepting_thread(void *unused) {
    (void)unused;
    for (;;) {
        int fd = accept_one(listener);
        serve_client(fd);
        close(fd);
    }
}

int main(int argc, char **argv) {
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    listener = listen_on_loopback(0);
    for (int i = 0; i < threads; i++) {
        if (start_thread(accepting_thread, NULL) != 0) fail("pthread_create");
    }
    for (;;) pause();
}
