/*
 * effect.h - what happened a moment ago, as links tell it (CONTRACT 5.1).
 *
 * Names nobody: references and codes only.  Restricted people are the caller's to leave out.
 */
#ifndef HW_RESOURCE_EFFECT_H
#define HW_RESOURCE_EFFECT_H

#include "homeward/engine.h"

#include <jansson.h>

/* Add what an effect says to message; the texts of its codes are those of engine. */
void hw_effect_add_json(
    const struct hw_engine *engine, const struct hw_effect *effect, json_t *message);

#endif
