/*
 * Load generator in C: the closed loops of bench/generator/, for comparison. Linux only.
 *
 *     load-epoll port clients warm-up-ms duration-ms echo|churn
 *
 * It makes the same calls as ours: one thread, one edge-triggered epoll, and unique 64-byte
 * requests. It compares answers byte for byte, reads one byte more than expected, and reads the
 * clock once per answer. Its histogram has 128 buckets per octave. In `churn` it closes after each
 * answer and connects again, from the client's own loopback address; the latency starts before the
 * connect. It prints one line of JSON; CPU times are its own, over the measured window. Any wrong,
 * missing or failed answer ends it with an error. Read next: bench/contenders/generator-peer.ts,
 * which compiles and runs this.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 64, EVENTS = 512, ANSWER_LIMIT_MS = 2000, OCTAVE_BITS = 7, BUCKETS = 64 << OCTAVE_BITS };
/* As in bench/generator/sockets/socket.ts: the clients of `churn` connect from 127.0.0.2 and up. */
enum { SOURCE_ADDRESSES = 200 };

struct client {
    int fd, is_sent;
    struct sockaddr_in source;
    uint32_t sequence;
    size_t received;
    int64_t started_ns;
    char request[MESSAGE_BYTES];
};

static int poller, churns;
static struct sockaddr_in server;
static uint64_t histogram[BUCKETS];

static void fail(const char *call) {
    perror(call);
    exit(1);
}

static void wrong(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Below 256, each value has its own bucket. Above, each octave has 128 buckets of equal width. */
static void record(int64_t ns) {
    unsigned shift = ns < 2 << OCTAVE_BITS ? 0 : 63 - (unsigned)__builtin_clzll((uint64_t)ns) - OCTAVE_BITS;
    histogram[((uint64_t)shift << OCTAVE_BITS) + ((uint64_t)ns >> shift)]++;
}

static uint64_t percentile_ns(double percent, uint64_t count) {
    uint64_t seen = 0, rank = (uint64_t)(percent / 100 * (double)count + 0.999999);
    for (uint64_t bucket = 0; bucket < BUCKETS; bucket++) {
        seen += histogram[bucket];
        if (seen < rank || seen == 0) continue;
        uint64_t shift = bucket < 2 << OCTAVE_BITS ? 0 : (bucket >> OCTAVE_BITS) - 1;
        return ((bucket - (shift << OCTAVE_BITS) + 1) << shift) - 1;
    }
    return 0;
}

/* A digit has six bits, as a byte from '0' to 'o'. */
static void write_digits(char *at, int length, uint32_t value) {
    for (; length > 0; length--, value >>= 6) *at++ = (char)('0' + (value & 63));
}

static void fill(struct client *client, uint32_t number) {
    for (uint32_t i = 0; i < MESSAGE_BYTES; i++) client->request[i] = (char)('0' + ((number * 7 + i * 11) & 63));
    write_digits(client->request + 5, 3, number);
    client->request[MESSAGE_BYTES - 1] = '\n';
}

/* Sends the client's request, unless its connect is still in progress. */
static void try_send(struct client *client) {
    ssize_t length = send(client->fd, client->request, MESSAGE_BYTES, MSG_NOSIGNAL);
    client->is_sent = length == MESSAGE_BYTES;
    /* The last answer has been read, so the send buffer has room: a short write is an error. */
    if (!client->is_sent && (length >= 0 || errno != EAGAIN)) fail("send");
}

static void request(struct client *client, int64_t now) {
    client->sequence++;
    write_digits(client->request, 5, client->sequence);
    write_digits(client->request + MESSAGE_BYTES - 6, 5, client->sequence);
    client->received = 0;
    client->started_ns = now;
    try_send(client);
}

/* Returns whether the whole answer has come. */
static int receive(struct client *client) {
    static char answer[MESSAGE_BYTES + 1];
    size_t expected = MESSAGE_BYTES - client->received;
    ssize_t length = recv(client->fd, answer, expected + 1, 0);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (length < 0) fail("recv");
    if (length == 0) wrong("the server closed a connection");
    if ((size_t)length > expected || memcmp(answer, client->request + client->received, (size_t)length) != 0)
        wrong("the server answered with other bytes");
    client->received += (size_t)length;
    return client->received == MESSAGE_BYTES;
}

static struct sockaddr_in loopback(uint32_t host, uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl((INADDR_LOOPBACK & ~UINT32_C(0xff)) + host);
    return address;
}

/* Connects and sends a request. On loopback the connect is usually over before the send. */
static void open_client(struct client *client, int64_t now) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = client};
    int on = 1, fd = client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) fail("socket");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (churns) {
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (bind(fd, (struct sockaddr *)&client->source, sizeof client->source) < 0) fail("bind");
    }
    if (connect(fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS) fail("connect");
    request(client, now);
    if (!client->is_sent) event.events |= EPOLLOUT;
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
}

static void next_request(struct client *client, int64_t now) {
    if (!churns) return request(client, now);
    if (close(client->fd) < 0) fail("close");
    /* Not `now`: the close took a while, which is not the server's time. */
    open_client(client, now_ns());
}

/*
 * Sends a request after each answer until the time is over. Records latencies if `measured` is set.
 */
static uint64_t run_until(int64_t end_ns, int measured) {
    struct epoll_event events[EVENTS];
    uint64_t answers = 0;
    int64_t now, last = now_ns();
    while ((now = now_ns()) < end_ns) {
        int ready = epoll_wait(poller, events, EVENTS, 10);
        if (ready < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < ready; i++) {
            struct client *client = events[i].data.ptr;
            if (!client->is_sent) try_send(client);
            if (!receive(client)) continue;
            last = now_ns();
            if (measured) record(last - client->started_ns);
            answers++;
            next_request(client, last);
        }
        if (now - last > ANSWER_LIMIT_MS * INT64_C(1000000)) wrong("no answer for 2 s");
    }
    return answers;
}

static double ms_of(struct timeval time) { return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3; }

int main(int argc, char **argv) {
    if (argc != 6 || (strcmp(argv[5], "echo") != 0 && strcmp(argv[5], "churn") != 0))
        wrong("usage: load-epoll port clients warm-up-ms duration-ms echo|churn");
    int count = atoi(argv[2]);
    churns = strcmp(argv[5], "churn") == 0;
    server = loopback(1, (uint16_t)atoi(argv[1]));
    int64_t warm_up_ns = atoll(argv[3]) * 1000000, duration_ns = atoll(argv[4]) * 1000000;
    struct client *clients = calloc((size_t)count, sizeof *clients);
    struct rusage before, after;
    if (count < 1 || clients == NULL) wrong("at least one client is needed");
    poller = epoll_create1(0);
    if (poller < 0) fail("epoll_create1");
    for (int i = 0; i < count; i++) {
        fill(&clients[i], (uint32_t)i);
        clients[i].source = loopback(2 + (uint32_t)i % SOURCE_ADDRESSES, 0);
        open_client(&clients[i], now_ns());
    }
    run_until(now_ns() + warm_up_ns, 0);
    getrusage(RUSAGE_SELF, &before);
    int64_t start = now_ns();
    uint64_t requests = run_until(start + duration_ns, 1);
    int64_t end = now_ns();
    getrusage(RUSAGE_SELF, &after);
    printf("{\"requests\":%llu,\"seconds\":%.6f,\"userMs\":%.3f,\"systemMs\":%.3f,\"p50Ns\":%llu,\"p99Ns\":%llu}\n",
           (unsigned long long)requests, (double)(end - start) / 1e9, ms_of(after.ru_utime) - ms_of(before.ru_utime),
           ms_of(after.ru_stime) - ms_of(before.ru_stime), (unsigned long long)percentile_ns(50, requests),
           (unsigned long long)percentile_ns(99, requests));
    return 0;
}
