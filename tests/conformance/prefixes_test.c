/*
 * Goal: no byte outside a message is ever read, however it is cut off.
 * Method: every prefix of every message lies directly before a page that must not be touched, is
 *         read, and answered; the scratch buffer has such a page behind it as well.  Messages: our
 *         own (the fuzz corpus) and, where present, the samples.
 *
 * usage: prefixes_test CORPUS SOURCE_ROOT [SAMPLES].  One test a folder.
 */
#include "codec/hl7v2/batch.h"
#include "codec/hl7v2/hl7v2.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 2048, MESSAGE_SIZE_MAX = 1 << 20, PREFIXES_MAX = 4096 };

static unsigned long prefixes, files;

/* Memory of size bytes that ends at a page nobody may touch; never given back. */
static uint8_t *guarded_pages(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t whole = (size + page - 1) / page * page;
    uint8_t *pages =
        mmap(NULL, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED || mprotect(pages + whole, page, PROT_NONE) != 0)
        abort();
    return pages + whole;
}

static void read_prefix(const struct hw_hl7_options *options, struct hw_slice prefix)
{
    static struct hw_hl7_reading reading;
    static uint8_t *message_end, *scratch_end, *answer_end;
    struct hw_hl7_answers answers;

    if (message_end == NULL) {
        message_end = guarded_pages(MESSAGE_SIZE_MAX);
        scratch_end = guarded_pages(HW_HL7_SCRATCH_SIZE);
        answer_end = guarded_pages(1024);
    }
    memcpy(message_end - prefix.size, prefix.data, prefix.size);
    hw_hl7_read(options, hw_slice_of(message_end - prefix.size, prefix.size),
        scratch_end - HW_HL7_SCRATCH_SIZE, &reading);
    answers = hw_hl7_answers_for(&reading, HW_ACK_AUTO);
    for (uint8_t i = 0; i < answers.count; i++)
        if (hw_hl7_answer(&reading, answers.code[i], (struct hw_slice){0}, 0, 1, answer_end - 1024,
                1024) == 0)
            abort();
    prefixes++;
}

/* Long ones are mostly attached documents: their first bytes, and the whole. */
static void read_prefixes(struct hw_slice message)
{
    static struct hw_hl7_options options;

    if (options.nhs_ids_count == 0) {
        hw_hl7_options_init(&options);
        options.processing_ids[1] = hw_slice_text("T");
        options.processing_ids[2] = hw_slice_text("D");
        options.processing_ids_count = 3;
    }
    if (message.size > MESSAGE_SIZE_MAX)
        message.size = MESSAGE_SIZE_MAX;
    for (size_t size = 0; size < message.size && size < PREFIXES_MAX; size++)
        read_prefix(&options, hw_slice_of(message.data, size));
    read_prefix(&options, message);
}

static void read_file(const char *path, bool split)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(8 * MESSAGE_SIZE_MAX);
    struct hw_slice rest, message;

    if (file == NULL || bytes == NULL)
        abort();
    rest = hw_slice_of(bytes, fread(bytes, 1, 8 * MESSAGE_SIZE_MAX, file));
    fclose(file);
    if (!split)
        read_prefixes(rest);
    while (split && hw_hl7_batch_next(&rest, &message))
        read_prefixes(message);
    free(bytes);
    files++;
}

static void read_folder(const char *path, bool split)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    struct stat status;
    char name[PATH_SIZE];

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] == '.' || stat(name, &status) != 0)
            continue;
        if (S_ISDIR(status.st_mode))
            read_folder(name, split);
        else
            read_file(name, split);
    }
    if (folder != NULL)
        closedir(folder);
}

static bool tell(unsigned test, const char *what, bool may_be_absent)
{
    bool good = prefixes > 0 || may_be_absent;

    printf("%s %u - %s%s\n", good ? "ok" : "not ok", test, what,
        prefixes == 0 && may_be_absent ? " # SKIP there are none" : "");
    printf("# %lu files, %lu prefixes\n", files, prefixes);
    fflush(stdout);
    files = prefixes = 0;
    return good;
}

int main(int argc, char **argv)
{
    const char *samples = getenv("HOMEWARD_SAMPLES");
    char place[PATH_SIZE];
    bool good;

    if (argc < 3)
        return 2;
    printf("1..2\n");
    read_folder(argv[1], false);
    good = tell(1, "messages of our own", false);
    if (samples == NULL || samples[0] == '\0')
        samples = argc > 3 ? argv[3] : "";
    if (samples[0] != '\0')
        snprintf(place, sizeof place, "%s/hl7v2", samples);
    else
        snprintf(place, sizeof place, "%s/../shared/samples/hl7v2", argv[2]);
    read_folder(place, true);
    good = tell(2, "samples", true) && good;
    return good ? 0 : 1;
}
