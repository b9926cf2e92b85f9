// libpq as Swift sees it, with the Linux calls that wait for its sockets (Swift's Glibc module leaves them out).
// Only the module `Postgres` imports it.
#pragma once
#include <libpq-fe.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
