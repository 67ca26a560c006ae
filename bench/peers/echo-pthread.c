/*
 * Echo server in C: one detached thread per client, blocking recv and send.
 *
 * It is the model that our thread-per-client copies, without JavaScript between the calls. Its
 * results show what a thread per client costs on this kernel. Wrong for more clients than the
 * machine can hold threads. Read next: thread-per-client.h, then echo-epoll.c, the same service on
 * one thread.
 */
#include "thread-per-client.h"

enum { BUFFER_BYTES = 64 * 1024 };

static void serve_client(int fd) {
    char buffer[BUFFER_BYTES];
    for (;;) {
        ssize_t received = recv(fd, buffer, sizeof buffer, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received <= 0 || send_all(fd, buffer, (size_t)received) < 0) return;
    }
}

int main(void) { accept_forever(); }
