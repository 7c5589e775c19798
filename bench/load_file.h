/*
 * load_file.h - messages made once and sent by every turn of every bench: a file of frames.
 *
 *      0  u64  magic   "HWLOAD1\n"
 *      8  u64  count
 *     16       count rows: u64 offset of the frame in the file, u32 its size, u32 where in it
 *              MSH-10 starts and its size, 16 bits each
 *      .       frames as MLLP sends them: 0x0B, the message, 0x1C 0x0D
 *
 * The messages are those of the synthetic county (adapters/simulate): never of anybody.
 */
#ifndef HW_BENCH_LOAD_FILE_H
#define HW_BENCH_LOAD_FILE_H

#include <stddef.h>
#include <stdint.h>

struct load_row {
    uint64_t offset;
    uint32_t size;
    uint16_t id_start; /* from the frame's start */
    uint16_t id_size;
};

struct load_file {
    const uint8_t *bytes; /* the whole file, mapped and read in */
    const struct load_row *rows;
    size_t size, count;
};

/* Write the first count messages of a county of people.  Both end the program when they cannot. */
void load_file_make(const char *path, uint64_t seed, size_t count, uint32_t people);
void load_file_open(struct load_file *file, const char *path);

#endif
