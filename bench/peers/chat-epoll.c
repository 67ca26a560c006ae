/*
 * Chat in C: one thread, level-triggered epoll, and deliveries sent in batches. Linux only.
 *
 * All lines that have come by one epoll_wait go out as one send per member. It shows the most that
 * this exercise allows on one core, and that the load generator can take it. A member that reads
 * too slowly for its buffer is disconnected, so that it does not hold up the room. Read next:
 * event-loop.h, then chat_threading.py.
 */
#define _GNU_SOURCE
#include <string.h>
#include "event-loop.h"

enum { INPUT_BYTES = 4096, OUTPUT_BYTES = 256 * 1024, NAME_BYTES = 32, SPARE_BYTES = 64 };
enum { MOST_CLIENTS = 1024, MOST_TRIES = 3 };

struct client {
    int fd, tries, is_gone, watches_output;
    char name[NAME_BYTES]; /* empty until it has joined */
    size_t input_length, output_length;
    char input[INPUT_BYTES], output[OUTPUT_BYTES];
};

static struct client *clients[MOST_CLIENTS];
static int client_count, joined_count;

/* Adds to the output that is sent at the end of this turn. */
static void put(struct client *client, const char *bytes, size_t length) {
    if (client->output_length + length > OUTPUT_BYTES) client->is_gone = 1;
    if (client->is_gone) return;
    memcpy(client->output + client->output_length, bytes, length);
    client->output_length += length;
}

static void put_text(struct client *client, const char *text) { put(client, text, strlen(text)); }

static void broadcast(const char *line, int length, const struct client *but) {
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
    broadcast(line, snprintf(line, sizeof line, "* %s joined (%d here)\n", name, ++joined_count), client);
}

static void on_line(struct client *client, char *line) {
    char message[NAME_BYTES + INPUT_BYTES + SPARE_BYTES];
    size_t length = strlen(line);
    if (length > 0 && line[length - 1] == '\r') line[length - 1] = '\0';
    if (client->name[0] == '\0') join(client, line);
    else broadcast(message, snprintf(message, sizeof message, "%s: %s\n", client->name, line), client);
}

static void on_readable(struct client *client) {
    char *free_space = client->input + client->input_length, *start = client->input, *newline;
    ssize_t received = recv(client->fd, free_space, INPUT_BYTES - client->input_length, 0);
    if (received < 0 && would_block()) return;
    if (received <= 0) { /* Also if a line has filled the buffer: then recv was called for 0 bytes. */
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
    int watches_output = client->output_length > 0;
    if (watches_output == client->watches_output) return;
    client->watches_output = watches_output;
    watch(EPOLL_CTL_MOD, client->fd, watches_output ? EPOLLIN | EPOLLOUT : EPOLLIN, client);
}

static void drop(int place) {
    char line[NAME_BYTES + SPARE_BYTES];
    struct client *client = clients[place];
    clients[place] = clients[--client_count];
    close(client->fd);
    if (client->name[0] != '\0') {
        joined_count--;
        broadcast(line, snprintf(line, sizeof line, "* %s left\n", client->name), NULL);
    }
    free(client);
}

/*
 * Drops clients first, because that adds lines to send. Backwards: the last client takes the place.
 */
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
    int fd;
    while ((fd = accept_next(listener)) >= 0) {
        struct client *client = client_count == MOST_CLIENTS ? NULL : calloc(1, sizeof *client);
        if (client == NULL) {
            close(fd);
            continue;
        }
        client->fd = fd;
        clients[client_count++] = client;
        watch(EPOLL_CTL_ADD, fd, EPOLLIN, client);
        put_text(client, "Hello, this is the chat.\nWho are you?\n");
    }
}

int main(void) {
    struct epoll_event events[EVENTS];
    int listener = start_event_loop();
    for (;;) {
        int ready = wait_for_events(events);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr == NULL) on_connections(listener);
            else if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) on_readable(events[i].data.ptr);
        }
        end_turn();
    }
}
