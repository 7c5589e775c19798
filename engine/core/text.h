/*
 * text.h - interned codes (text.c): their table hash, and the short cut to those seen lately; the
 * rest is declared in state.h and engine.h.
 */
#ifndef HW_TEXT_H
#define HW_TEXT_H

#include "core/state.h"

hw_table_hash hw_text_table_hash;

/* Handles may mean other codes from now on (an image was loaded): look each up anew. */
void hw_texts_forget(struct hw_engine *engine);

#endif
