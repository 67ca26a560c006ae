/*
 * Echo server in C: the main thread accepts, and hands descriptors over to a fixed pool of threads
 * through a queue, with a mutex and a condition variable.
 *
 * It is our thread-per-client's hand-off without JavaScript: one wake-up a client, and a thread that
 * has served takes the next client without one. Argument: the number of threads. Read next:
 * echo-prethreaded.c, without a hand-off.
 */
#include "blocking.h"
#include "echo-client.h"

enum { QUEUE = 4096 };

/* Descriptors that no thread has taken: `count` of them, the oldest at `first`. */
static int waiting[QUEUE];
static int first, count;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t is_filled = PTHREAD_COND_INITIALIZER, has_room = PTHREAD_COND_INITIALIZER;

static void put(int fd) {
    pthread_mutex_lock(&mutex);
    while (count == QUEUE) pthread_cond_wait(&has_room, &mutex);
    waiting[(first + count++) % QUEUE] = fd;
    pthread_cond_signal(&is_filled);
    pthread_mutex_unlock(&mutex);
}

static int take(void) {
    pthread_mutex_lock(&mutex);
    while (count == 0) pthread_cond_wait(&is_filled, &mutex);
    int fd = waiting[first];
    first = (first + 1) % QUEUE;
    if (count-- == QUEUE) pthread_cond_signal(&has_room);
    pthread_mutex_unlock(&mutex);
    return fd;
}

static void *pool_thread(void *unused) {
    (void)unused;
    for (;;) {
        int fd = take();
        serve_client(fd);
        close(fd);
    }
}

int main(int argc, char **argv) {
    int threads = argc > 1 ? atoi(argv[1]) : 1;
    for (int i = 0; i < threads; i++) {
        if (start_thread(pool_thread, NULL) != 0) fail("pthread_create");
    }
    int listener = listen_on_loopback(0);
    for (;;) put(accept_one(listener));
}
