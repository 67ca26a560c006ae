/*
 * Echo server in C: one detached thread per client, blocking recv and send.
 *
 * It is the model that our thread-per-client copies, without JavaScript between the calls. Its
 * results show what a thread per client costs on this kernel. Wrong for more clients than the
 * machine can hold threads. Read next: thread-per-client.h, then echo-queue.c, whose threads are
 * there before their clients, and echo-epoll.c, the same service on one thread.
 */
#include "thread-per-client.h"
#include "echo-client.h"

int main(void) { accept_forever(); }
