#include "load_file.h"

#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint64_t MAGIC = UINT64_C(0x0a3144414f4c5748);

enum { HEADER_SIZE = 16 };

static void fail(const char *path)
{
    perror(path);
    exit(1);
}

static void need(bool is_good, const char *path)
{
    if (!is_good)
        fail(path);
}

/* MSH-10 of a message: what stands between the ninth and the tenth separator. */
static void find_id(struct hw_slice message, struct load_row *row)
{
    size_t at = 0;

    row->id_start = row->id_size = 0;
    for (unsigned separators = 0; separators < 9; separators++) {
        const uint8_t *next = memchr(message.data + at, '|', message.size - at);

        if (next == NULL)
            return;
        at = (size_t)(next - message.data) + 1;
    }
    const uint8_t *end = memchr(message.data + at, '|', message.size - at);
    if (end == NULL || end - message.data > UINT16_MAX)
        return;
    row->id_start = (uint16_t)(at + 1); /* The frame has one byte before the message. */
    row->id_size = (uint16_t)((size_t)(end - message.data) - at);
}

static struct load_row *make_rows(const struct bench_messages *messages)
{
    struct load_row *rows = malloc(messages->count * sizeof *rows);
    uint64_t offset = HEADER_SIZE + messages->count * sizeof *rows;

    for (size_t i = 0; rows != NULL && i < messages->count; i++) {
        struct hw_slice message = bench_message(messages, i);

        rows[i].offset = offset;
        rows[i].size = (uint32_t)message.size + 3;
        find_id(message, &rows[i]);
        offset += rows[i].size;
    }
    return rows;
}

void load_file_make(const char *path, uint64_t seed, size_t count, uint32_t people)
{
    static const char end[] = {0x1c, 0x0d};
    struct bench_messages messages;
    FILE *file = fopen(path, "wb");

    need(file != NULL, path);
    bench_messages_make(&messages, seed, count, people);
    struct load_row *rows = make_rows(&messages);
    uint64_t header[] = {MAGIC, count};
    need(rows != NULL && fwrite(header, sizeof header, 1, file) == 1, path);
    need(fwrite(rows, sizeof *rows, count, file) == count, path);
    for (size_t i = 0; i < count; i++) {
        struct hw_slice message = bench_message(&messages, i);

        need(putc(0x0b, file) != EOF && fwrite(message.data, message.size, 1, file) == 1 &&
                fwrite(end, sizeof end, 1, file) == 1,
            path);
    }
    need(fclose(file) == 0, path);
    free(rows);
    bench_messages_free(&messages);
}

void load_file_open(struct load_file *file, const char *path)
{
    struct stat about;
    uint64_t header[2];
    int number = open(path, O_RDONLY | O_CLOEXEC);

    need(number >= 0 && fstat(number, &about) == 0, path);
    file->size = (size_t)about.st_size;
    void *bytes = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, number, 0);
    need(bytes != MAP_FAILED, path);
    close(number);
    file->bytes = bytes;
    memcpy(header, file->bytes, sizeof header);
    if (file->size < HEADER_SIZE || header[0] != MAGIC) {
        fprintf(stderr, "%s: not a file of messages made by \"load make\"\n", path);
        exit(1);
    }
    file->count = header[1];
    file->rows = (const struct load_row *)(const void *)(file->bytes + HEADER_SIZE);
}
