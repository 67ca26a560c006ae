/*
 * Echo server in C: one thread, level-triggered epoll, non-blocking sockets. Linux only.
 *
 * It stands for the most that one core can serve here: no threads, no runtime. It also calibrates the load
 * generator, which has to be faster than this. A client that does not read its echo is not read from either,
 * so it holds back itself and at most one buffer of memory.
 * Read next: bare-net.ts, the event loop that Node users write instead.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_BYTES = 64 * 1024, BACKLOG = 4096, EVENTS = 1024 };

/* `pending` is NULL or holds the echo that the kernel would not take yet, from `sent` to `length`. */
struct client {
    int fd;
    char *pending;
    size_t sent, length;
};

static int poller;

static void fail(const char *call) {
    perror(call);
    exit(1);
}

static int would_block(void) { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

static void watch(int operation, int fd, uint32_t events, void *data) {
    struct epoll_event event = {.events = events, .data.ptr = data};
    if (epoll_ctl(poller, operation, fd, &event) < 0) fail("epoll_ctl");
}

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
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct client *client = calloc(1, sizeof *client);
        if (client == NULL) fail("calloc");
        client->fd = fd;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(EPOLL_CTL_ADD, fd, EPOLLIN, client);
    }
    if (!would_block() && errno != ECONNABORTED) perror("accept4");
}

static int listen_on_loopback(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (listener < 0) fail("socket");
    if (bind(listener, (struct sockaddr *)&address, length) < 0) fail("bind");
    if (listen(listener, BACKLOG) < 0) fail("listen");
    if (getsockname(listener, (struct sockaddr *)&address, &length) < 0) fail("getsockname");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(void) {
    struct epoll_event events[EVENTS];
    int listener = listen_on_loopback();
    poller = epoll_create1(0);
    if (poller < 0) fail("epoll_create1");
    watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    for (;;) {
        int ready = epoll_wait(poller, events, EVENTS, -1);
        if (ready < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            if (client == NULL) on_connections(listener);
            else if (client->pending != NULL) on_writable(client);
            else on_readable(client);
        }
    }
}
