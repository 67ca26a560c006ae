/*
 * Chat in C: one thread, level-triggered epoll, and deliveries that are gathered. Linux only.
 *
 * What all members have said by the time epoll_wait returns goes out as one send a member. It stands for the most
 * that this exercise allows on one core, and shows that the load generator can take it. A member that reads too
 * slowly for its buffer is put out, and the rest of the room is not held up.
 * Read next: chat_threading.py.
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

enum { INPUT_BYTES = 4096, OUTPUT_BYTES = 256 * 1024, NAME_BYTES = 32, SPARE_BYTES = 64 };
enum { MOST_CLIENTS = 1024, MOST_TRIES = 3, BACKLOG = 4096, EVENTS = 1024 };

struct client {
    int fd, tries, is_gone, awaits_room;
    char name[NAME_BYTES]; /* empty until it has joined */
    size_t input_length, output_length;
    char input[INPUT_BYTES], output[OUTPUT_BYTES];
};

static struct client *clients[MOST_CLIENTS];
static int client_count, joined_count, poller;

static void fail(const char *call) {
    perror(call);
    exit(1);
}

static int would_block(void) { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

static void watch(int operation, int fd, uint32_t events, void *data) {
    struct epoll_event event = {.events = events, .data.ptr = data};
    if (epoll_ctl(poller, operation, fd, &event) < 0) fail("epoll_ctl");
}

/* Adds to what the client is sent at the end of this turn. */
static void put(struct client *client, const char *bytes, size_t length) {
    if (client->output_length + length > OUTPUT_BYTES) client->is_gone = 1;
    if (client->is_gone) return;
    memcpy(client->output + client->output_length, bytes, length);
    client->output_length += length;
}

static void put_text(struct client *client, const char *text) { put(client, text, strlen(text)); }

static void tell(const char *line, int length, const struct client *but) {
    for (int i = 0; i < client_count; i++) {
        if (clients[i] != but && clients[i]->name[0] != '\0') put(clients[i], line, (size_t)length);
    }
}

static void join(struct client *client, const char *name) {
    char line[NAME_BYTES + SPARE_BYTES];
    const char *fault = NULL;
    if (name[0] == '\0') fault = "ERR an identification must not be empty\n";
    if (strlen(name) >= NAME_BYTES) fault = "ERR an identification must be shorter\n";
    for (int i = 0; i < client_count && fault == NULL; i++) {
        if (strcmp(clients[i]->name, name) == 0) fault = "ERR this identification is taken\n";
    }
    if (fault != NULL) {
        put_text(client, fault);
        if (++client->tries == MOST_TRIES) client->is_gone = 1;
        else put_text(client, "Who are you?\n");
        return;
    }
    strcpy(client->name, name);
    put(client, line, (size_t)snprintf(line, sizeof line, "Welcome %s\n", name));
    tell(line, snprintf(line, sizeof line, "* %s joined (%d here)\n", name, ++joined_count), client);
}

static void on_line(struct client *client, char *line) {
    char message[NAME_BYTES + INPUT_BYTES + SPARE_BYTES];
    size_t length = strlen(line);
    if (length > 0 && line[length - 1] == '\r') line[length - 1] = '\0';
    if (client->name[0] == '\0') join(client, line);
    else tell(message, snprintf(message, sizeof message, "%s: %s\n", client->name, line), client);
}

static void on_readable(struct client *client) {
    char *room = client->input + client->input_length, *start = client->input, *newline;
    ssize_t received = recv(client->fd, room, INPUT_BYTES - client->input_length, 0);
    if (received < 0 && would_block()) return;
    if (received <= 0) { /* also when a line has filled the buffer: then nothing was asked for */
        client->is_gone = 1;
        return;
    }
    client->input_length += (size_t)received;
    char *end = client->input + client->input_length;
    while (!client->is_gone && (newline = memchr(start, '\n', (size_t)(end - start))) != NULL) {
        *newline = '\0';
        on_line(client, start);
        start = newline + 1;
    }
    client->input_length = (size_t)(end - start);
    memmove(client->input, start, client->input_length);
}

static void flush(struct client *client) {
    ssize_t sent = send(client->fd, client->output, client->output_length, MSG_NOSIGNAL);
    if (sent < 0 && !would_block()) client->is_gone = 1;
    if (sent < 0) sent = 0;
    client->output_length -= (size_t)sent;
    memmove(client->output, client->output + sent, client->output_length);
    int awaits_room = client->output_length > 0;
    if (awaits_room == client->awaits_room) return;
    client->awaits_room = awaits_room;
    watch(EPOLL_CTL_MOD, client->fd, awaits_room ? EPOLLIN | EPOLLOUT : EPOLLIN, client);
}

static void drop(int place) {
    char line[NAME_BYTES + SPARE_BYTES];
    struct client *client = clients[place];
    clients[place] = clients[--client_count];
    close(client->fd);
    if (client->name[0] != '\0') {
        joined_count--;
        tell(line, snprintf(line, sizeof line, "* %s left\n", client->name), NULL);
    }
    free(client);
}

/* Backwards, because who is dropped makes room for the last; and before anything is sent, what dropping says. */
static void end_turn(void) {
    for (int i = client_count - 1; i >= 0; i--) {
        if (clients[i]->output_length > 0 && clients[i]->is_gone) flush(clients[i]);
        if (clients[i]->is_gone) drop(i);
    }
    for (int i = 0; i < client_count; i++) {
        if (clients[i]->output_length > 0) flush(clients[i]);
    }
}

static void on_connections(int listener) {
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct client *client = client_count == MOST_CLIENTS ? NULL : calloc(1, sizeof *client);
        if (client == NULL) {
            close(fd);
            continue;
        }
        client->fd = fd;
        clients[client_count++] = client;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(EPOLL_CTL_ADD, fd, EPOLLIN, client);
        put_text(client, "Hello, this is the chat.\nWho are you?\n");
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
            if (events[i].data.ptr == NULL) on_connections(listener);
            else if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) on_readable(events[i].data.ptr);
        }
        end_turn();
    }
}
