/*
 * order.h - indices of facts in order of a time; equal times keep the order they came in.
 */
#ifndef HW_ORDER_H
#define HW_ORDER_H

#include "core/state.h"

struct hw_ordered {
    int64_t ms;
    uint32_t index; /* of a fact */
    uint32_t skip;  /* for who sorts: see cancel.c */
};

/* Sort list by ms, stable; spare has as many places. */
void hw_order_by_ms(struct hw_ordered *list, uint32_t count, struct hw_ordered *spare);

/* How many of a sorted list have an ms before this. */
uint32_t hw_order_before(const struct hw_ordered *list, uint32_t count, int64_t ms);

#endif
