/*
 * Echo server in C: one thread, level-triggered epoll, non-blocking sockets. Linux only.
 *
 * It shows the most that one core can serve: no threads, no runtime. It also calibrates the load
 * generator, which has to be faster. While a client does not read its echo, the server does not
 * read from it either; so such a client holds up only itself, and at most one buffer of memory.
 * Read next: event-loop.h, then bare-net.ts, the event loop that Node users write instead.
 */
#define _GNU_SOURCE
#include <string.h>
#include "event-loop.h"

enum { BUFFER_BYTES = 64 * 1024 };

/* `pending` is NULL, or the echo that the send buffer had no room for, from `sent` to `length`. */
struct client {
    int fd;
    char *pending;
    size_t sent, length;
};

static void drop(struct client *client) {
    close(client->fd);
    free(client->pending);
    free(client);
}

static void on_readable(struct client *client) {
    static char buffer[BUFFER_BYTES];
    ssize_t received = recv(client->fd, buffer, sizeof buffer, 0);
    if (received < 0 && would_block()) return;
    if (received <= 0) return drop(client);
    ssize_t sent = send(client->fd, buffer, (size_t)received, MSG_NOSIGNAL);
    if (sent == received) return;
    if (sent < 0 && !would_block()) return drop(client);
    if (sent < 0) sent = 0;
    client->sent = 0;
    client->length = (size_t)(received - sent);
    client->pending = malloc(client->length);
    if (client->pending == NULL) return drop(client);
    memcpy(client->pending, buffer + sent, client->length);
    watch(EPOLL_CTL_MOD, client->fd, EPOLLOUT, client);
}

static void on_writable(struct client *client) {
    ssize_t sent = send(client->fd, client->pending + client->sent, client->length - client->sent, MSG_NOSIGNAL);
    if (sent < 0 && would_block()) return;
    if (sent < 0) return drop(client);
    client->sent += (size_t)sent;
    if (client->sent < client->length) return;
    free(client->pending);
    client->pending = NULL;
    watch(EPOLL_CTL_MOD, client->fd, EPOLLIN, client);
}

static void on_connections(int listener) {
    int fd;
    while ((fd = accept_next(listener)) >= 0) {
        struct client *client = calloc(1, sizeof *client);
        if (client == NULL) fail("calloc");
        client->fd = fd;
        watch(EPOLL_CTL_ADD, fd, EPOLLIN, client);
    }
}

int main(void) {
    struct epoll_event events[EVENTS];
    int listener = start_event_loop();
    for (;;) {
        int ready = wait_for_events(events);
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            if (client == NULL) on_connections(listener);
            else if (client->pending != NULL) on_writable(client);
            else on_readable(client);
        }
    }
}
