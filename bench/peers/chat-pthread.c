/*
 * Chat in C: one detached thread per client, the table of members behind one mutex.
 *
 * It is a C programmer's solution of exercise 1.2. The thread of the sender sends a line to all
 * other members, with one blocking send each, and holds the mutex meanwhile. So all members receive
 * the same order, and a member that does not read holds up the room. Read next: chat-epoll.c, which
 * sends each member many lines at once.
 */
#include <string.h>
#include "thread-per-client.h"

enum { LINE_BYTES = 1024, NAME_BYTES = 32, SPARE_BYTES = 64, MOST_MEMBERS = 1024, MOST_TRIES = 3 };

struct member {
    int fd;
    char name[NAME_BYTES];
};

/* Bytes received, from `start` to `end`, that are not read as lines yet. */
struct input {
    int fd;
    size_t start, end;
    char bytes[LINE_BYTES];
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct member *members[MOST_MEMBERS];
static int member_count;

static int send_text(int fd, const char *text) { return send_all(fd, text, strlen(text)); }

/*
 * The next line, with a zero for its newline; NULL at the end of the stream or if it is too long.
 */
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

/* The caller holds the mutex. A failed send needs no action: the member's own thread removes it. */
static void broadcast(const char *line, int length, const struct member *but) {
    for (int i = 0; i < member_count; i++) {
        if (members[i] != but) (void)send_all(members[i]->fd, line, (size_t)length);
    }
}

/* Returns NULL if the member has joined, else what is wrong with the name. */
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
        broadcast(line, snprintf(line, sizeof line, "* %s joined (%d here)\n", name, member_count), member);
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
    broadcast(line, snprintf(line, sizeof line, "* %s left\n", member->name), NULL);
    pthread_mutex_unlock(&mutex);
}

static void serve_client(int fd) {
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
        broadcast(message, length, &member);
        pthread_mutex_unlock(&mutex);
    }
    leave(&member);
}

int main(void) { accept_forever(); }
