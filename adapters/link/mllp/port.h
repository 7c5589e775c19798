/*
 * port.h - the calls of the runtime as the table a listener works through.
 */
#ifndef HW_MLLP_PORT_H
#define HW_MLLP_PORT_H

#include "link/mllp/mllp.h"

/* runtime is borrowed as long as the table is used. */
struct hw_mllp_port hw_mllp_port_of(struct hw_runtime *runtime);

#endif
