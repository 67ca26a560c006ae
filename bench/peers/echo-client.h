/* The echo of one client, with blocking recv and send. Include blocking.h or thread-per-client.h before. */
enum { BUFFER_BYTES = 64 * 1024 };

static void serve_client(int fd) {
    char buffer[BUFFER_BYTES];
    for (;;) {
        ssize_t received = recv(fd, buffer, sizeof buffer, 0);
        if (received < 0 && errno == EINTR) continue;
        if (received <= 0 || send_all(fd, buffer, (size_t)received) < 0) return;
    }
}
