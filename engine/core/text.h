/*
 * text.h - the table hash of interned codes (text.c); the rest is declared in state.h and engine.h.
 */
#ifndef HW_TEXT_H
#define HW_TEXT_H

#include "core/table.h"

hw_table_hash hw_text_table_hash;

#endif
