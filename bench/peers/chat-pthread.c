/*
 * Chat in C: one detached thread per client, the table of members behind one mutex.
 *
 * It stands for the solution of exercise 1.2 by a C programmer: whoever says something sends it to all others, one
 * blocking send each, and holds the mutex meanwhile. So everybody hears the same order, and a member that does
 * not read holds up the room.
 * Read next: chat-epoll.c, which sends each member once what many have said.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINE_BYTES = 1024, NAME_BYTES = 32, SPARE_BYTES = 64, MOST_MEMBERS = 1024 };
enum { MOST_TRIES = 3, STACK_BYTES = 256 * 1024, BACKLOG = 4096, RETRY_US = 10000 };

#ifndef MSG_NOSIGNAL /* macOS */
#define MSG_NOSIGNAL 0
#endif

struct member {
    int fd;
    char name[NAME_BYTES];
};

/* What has been received and not yet been read as lines. */
struct input {
    int fd;
    size_t start, end;
    char bytes[LINE_BYTES];
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct member *members[MOST_MEMBERS];
static int member_count;

static void fail(const char *call) {
    perror(call);
    exit(1);
}

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

static int send_text(int fd, const char *text) { return send_all(fd, text, strlen(text)); }

/* The next line, ended by a zero instead of its newline; NULL at the end of the stream or if it is too long. */
static char *read_line(struct input *input) {
    for (;;) {
        char *start = input->bytes + input->start;
        char *newline = memchr(start, '\n', input->end - input->start);
        if (newline != NULL) {
            *newline = '\0';
            if (newline > start && newline[-1] == '\r') newline[-1] = '\0';
            input->start = (size_t)(newline + 1 - input->bytes);
            return start;
        }
        memmove(input->bytes, start, input->end - input->start);
        input->end -= input->start;
        input->start = 0;
        if (input->end == sizeof input->bytes) return NULL;
        ssize_t received = recv(input->fd, input->bytes + input->end, sizeof input->bytes - input->end, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received <= 0) return NULL;
        input->end += (size_t)received;
    }
}

/* Holding the mutex. Who cannot be sent to has gone: its own thread will notice and take it out. */
static void tell(const char *line, int length, const struct member *but) {
    for (int i = 0; i < member_count; i++) {
        if (members[i] != but) (void)send_all(members[i]->fd, line, (size_t)length);
    }
}

/* What is wrong with the name; NULL if the member has joined. */
static const char *join(struct member *member, const char *name) {
    char line[NAME_BYTES + SPARE_BYTES];
    const char *fault = NULL;
    if (name[0] == '\0') return "an identification must not be empty";
    if (strlen(name) >= NAME_BYTES) return "an identification must be shorter";
    pthread_mutex_lock(&mutex);
    for (int i = 0; i < member_count; i++) {
        if (strcmp(members[i]->name, name) == 0) fault = "this identification is taken";
    }
    if (member_count == MOST_MEMBERS) fault = "the room is full";
    if (fault == NULL) {
        strcpy(member->name, name);
        members[member_count++] = member;
        (void)send_all(member->fd, line, (size_t)snprintf(line, sizeof line, "Welcome %s\n", name));
        tell(line, snprintf(line, sizeof line, "* %s joined (%d here)\n", name, member_count), member);
    }
    pthread_mutex_unlock(&mutex);
    return fault;
}

static void leave(struct member *member) {
    char line[NAME_BYTES + SPARE_BYTES];
    int place = 0;
    pthread_mutex_lock(&mutex);
    while (members[place] != member) place++;
    members[place] = members[--member_count];
    tell(line, snprintf(line, sizeof line, "* %s left\n", member->name), NULL);
    pthread_mutex_unlock(&mutex);
}

static void chat(int fd) {
    struct input input = {.fd = fd};
    struct member member = {.fd = fd};
    char message[NAME_BYTES + LINE_BYTES + SPARE_BYTES], *line;
    const char *fault = "";
    if (send_text(fd, "Hello, this is the chat.\nWho are you?\n") < 0) return;
    for (int tries = 0; fault != NULL; tries++) {
        if (tries == MOST_TRIES || (line = read_line(&input)) == NULL) return;
        fault = join(&member, line);
        if (fault == NULL) break;
        int length = snprintf(message, sizeof message, "ERR %s\nWho are you?\n", fault);
        if (send_all(fd, message, (size_t)length) < 0) return;
    }
    while ((line = read_line(&input)) != NULL) {
        int length = snprintf(message, sizeof message, "%s: %s\n", member.name, line);
        pthread_mutex_lock(&mutex);
        tell(message, length, &member);
        pthread_mutex_unlock(&mutex);
    }
    leave(&member);
}

static void *serve(void *argument) {
    int fd = (int)(intptr_t)argument;
    chat(fd);
    close(fd);
    return NULL;
}

static int listen_on_loopback(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0) fail("socket");
    if (bind(listener, (struct sockaddr *)&address, length) < 0) fail("bind");
    if (listen(listener, BACKLOG) < 0) fail("listen");
    if (getsockname(listener, (struct sockaddr *)&address, &length) < 0) fail("getsockname");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(void) {
    int listener = listen_on_loopback(), on = 1;
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&detached, STACK_BYTES);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            if (errno == EINTR || errno == ECONNABORTED) continue;
            perror("accept");
            usleep(RETRY_US); /* out of descriptors: at full speed it would only repeat the message */
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pthread_t thread;
        if (pthread_create(&thread, &detached, serve, (void *)(intptr_t)fd) != 0) {
            fprintf(stderr, "no thread for a client\n");
            close(fd);
        }
    }
}
