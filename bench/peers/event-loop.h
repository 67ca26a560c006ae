/* A server on one thread, over level-triggered epoll. Linux only; define _GNU_SOURCE before. */
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "listener.h"

enum { EVENTS = 1024 };

static int poller;

static int would_block(void) { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

static void watch(int operation, int fd, uint32_t events, void *data) {
    struct epoll_event event = {.events = events, .data.ptr = data};
    if (epoll_ctl(poller, operation, fd, &event) < 0) fail("epoll_ctl");
}

/* Opens the epoll and the listener. Events of the listener have NULL as their data. */
static int start_event_loop(void) {
    int listener = listen_on_loopback(SOCK_NONBLOCK);
    poller = epoll_create1(0);
    if (poller < 0) fail("epoll_create1");
    watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    return listener;
}

/* Waits for events and returns their number; 0 after a signal. */
static int wait_for_events(struct epoll_event *events) {
    int ready = epoll_wait(poller, events, EVENTS, -1);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    return ready < 0 ? 0 : ready;
}

/* Accepts one waiting connection, without delay and non-blocking; -1 if there is none. */
static int accept_next(int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd >= 0) set_no_delay(fd);
    else if (!would_block() && errno != ECONNABORTED) perror("accept4");
    return fd;
}
