/* What C peers with blocking sockets share. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <unistd.h>
#include "listener.h"

enum { STACK_BYTES = 256 * 1024, RETRY_US = 10000 };

#ifndef MSG_NOSIGNAL /* macOS */
#define MSG_NOSIGNAL 0
#endif

/* Returns 0, or -1 if the client is gone. */
static int send_all(int fd, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return -1;
        bytes += sent;
        length -= (size_t)sent;
    }
    return 0;
}

/* Accepts the next connection, without delay. */
static int accept_one(int listener) {
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0) {
            set_no_delay(fd);
            return fd;
        }
        if (errno == EINTR || errno == ECONNABORTED) continue;
        perror("accept");
        usleep(RETRY_US); /* Out of descriptors: without a delay the message would only repeat. */
    }
}

/* Starts a detached thread. Returns 0, or the error. */
static int start_thread(void *(*body)(void *), void *argument) {
    static pthread_attr_t detached;
    static int is_prepared;
    if (!is_prepared) {
        pthread_attr_init(&detached);
        pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
        pthread_attr_setstacksize(&detached, STACK_BYTES);
        is_prepared = 1;
    }
    pthread_t thread;
    return pthread_create(&thread, &detached, body, argument);
}
