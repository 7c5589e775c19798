/*
 * desk.h - an engine at work as a hub's: events in, its own decisions applied behind what caused
 * them, ticks before what is due (DESIGN, decisions are journaled); no journal, no people.
 */
#ifndef HW_BENCH_DESK_H
#define HW_BENCH_DESK_H

#include "feed.h"
#include "homeward/routing.h"

struct bench_desk {
    struct bench_feed feed;
    int64_t now_ms;
    uint64_t decisions;
    uint64_t apply_ns; /* CPU time of hw_engine_apply(), all records so far */
    /* Told of each decision, with the sequence it took effect at; NULL: nobody asks. */
    void (*decided)(void *context, const struct hw_event *decision, uint64_t sequence);
    void *context;
};

/* Ends the program when there is no memory.  desk stays where it is until closed. */
void bench_desk_open(struct bench_desk *desk, uint32_t people, int64_t now_ms);
void bench_desk_close(struct bench_desk *desk);

/* An event of the hub's source, now. */
struct hw_event bench_desk_said(const struct bench_desk *desk, enum hw_kind kind);

/* Apply it and all that is decided on it.  A refused command ends the program: the bench erred. */
void bench_desk_submit(struct bench_desk *desk, struct hw_event *event);

/* A setting: path is its key. */
void bench_desk_set(struct bench_desk *desk, const char *path, const char *value);
/* Key and value pairs of a service, then NULL. */
void bench_desk_service(struct bench_desk *desk, const char *code, const char *const *pairs);

/* Now is until_ms, or earlier when something was due before: that has been decided.  Returns so. */
bool bench_desk_wait(struct bench_desk *desk, int64_t until_ms);

#endif
