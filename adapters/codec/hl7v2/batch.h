/*
 * batch.h - the messages of a file: split at each MSH, without batch headers and MLLP bytes.
 *
 * For homeward send and the conformance suite.  Any line ends; FHS, BHS, BTS and FTS lines and
 * what stands outside a message are dropped.  Pure; any thread.
 */
#ifndef HW_HL7_BATCH_H
#define HW_HL7_BATCH_H

#include "homeward/slice.h"

/*
 * Take the next message off *rest, which starts as the whole file and must be kept between calls.
 * *ret_message is borrowed from it: from MSH up to the next MSH, batch line, end of frame (0x1C
 * before a line end, 0x0B or the end) or the end.  False when there is none left.
 */
bool hw_hl7_batch_next(struct hw_slice *rest, struct hw_slice *ret_message);

#endif
