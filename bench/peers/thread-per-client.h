/* A server with one detached thread per client. The peer supplies serve_client(), which blocks. */
#include "blocking.h"

/* Serves one client until it leaves. The caller closes the descriptor. */
static void serve_client(int fd);

static void *client_thread(void *argument) {
    int fd = (int)(intptr_t)argument;
    serve_client(fd);
    close(fd);
    return NULL;
}

static void accept_forever(void) {
    int listener = listen_on_loopback(0);
    for (;;) {
        int fd = accept_one(listener);
        if (start_thread(client_thread, (void *)(intptr_t)fd) != 0) {
            fprintf(stderr, "no thread for a client\n");
            close(fd);
        }
    }
}
