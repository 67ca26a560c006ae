/* A server with one detached thread per client. The peer supplies serve_client(), which blocks. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <unistd.h>
#include "listener.h"

enum { STACK_BYTES = 256 * 1024, RETRY_US = 10000 };

#ifndef MSG_NOSIGNAL /* macOS */
#define MSG_NOSIGNAL 0
#endif

/* Serves one client until it leaves. The caller closes the descriptor. */
static void serve_client(int fd);

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

static void *client_thread(void *argument) {
    int fd = (int)(intptr_t)argument;
    serve_client(fd);
    close(fd);
    return NULL;
}

static void accept_forever(void) {
    int listener = listen_on_loopback(0);
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&detached, STACK_BYTES);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            perror("accept");
            usleep(RETRY_US); /* Out of descriptors: without a delay the message would only repeat. */
            continue;
        }
        set_no_delay(fd);
        pthread_t thread;
        if (pthread_create(&thread, &detached, client_thread, (void *)(intptr_t)fd) != 0) {
            fprintf(stderr, "no thread for a client\n");
            close(fd);
        }
    }
}
