/*
 * banned.h - what the core may not name: clocks, heap, files, chance, the environment.
 *
 * Included before every file of the core (engine/core/meson.build).  The system's own headers come
 * first, so that their declarations do not trip over the poison.
 */
#ifndef HW_BANNED_H
#define HW_BANNED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The one header-only library the core uses; it names the heap for functions we never call. */
#define XXH_INLINE_ALL
#include <xxhash.h>

/* Words that are also good names for fields (time, read, open) are left to tests/shape/purity.sh.
 */
#pragma GCC poison malloc calloc realloc free aligned_alloc posix_memalign
#pragma GCC poison clock_gettime gettimeofday localtime gmtime mktime localtime_r
#pragma GCC poison rand srand random srandom rand_r drand48 getrandom arc4random
#pragma GCC poison fopen socket recv popen getenv setenv setlocale float double

#endif
