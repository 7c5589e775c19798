/*
 * A configuration is written by people, in a hurry: whatever the text, it is taken or everything
 * wrong with it is said, with its place; and what was taken can be printed and is taken again.
 */
#define _GNU_SOURCE /* memfd_create */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/config.h"
#include "fuzz.h"

#define MUST(fact) ((fact) ? (void)0 : abort())

static void say(void *context, const char *line)
{
    MUST(line[0] != '\0' && strchr(line, '\n') == NULL);
    ++*(unsigned *)context;
}

/* Load what stands in file, a file in memory. */
static enum hw_status load(int file, struct hw_config *ret_config)
{
    unsigned said = 0;
    struct hw_report report = {.say = say, .context = &said};
    char path[64];
    struct hw_config_sources sources = {.file = path};
    enum hw_status status;

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    status = hw_config_load(&sources, &report, ret_config);
    MUST((status == HW_OK) == (report.errors == 0));
    MUST(said >= report.errors);
    return status;
}

/* The same as it was printed. */
static void print_again(const struct hw_config *config)
{
    struct hw_config again;
    int file = memfd_create("printed", 0);
    FILE *out = fdopen(dup(file), "w");

    MUST(file >= 0 && out != NULL);
    hw_config_print(config, out);
    MUST(fclose(out) == 0);
    MUST(load(file, &again) == HW_OK);
    MUST(strcmp(config->keys->county, again.keys->county) == 0);
    MUST(strcmp(config->keys->data_dir, again.keys->data_dir) == 0);
    MUST(config->keys->sites_count == again.keys->sites_count);
    hw_config_free(&again);
    (void)close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hw_config config;
    int file = memfd_create("written", 0);

    MUST(file >= 0);
    MUST(write(file, data, size) == (ssize_t)size);
    if (load(file, &config) == HW_OK) {
        print_again(&config);
        hw_config_free(&config);
    }
    (void)close(file);
    return 0;
}
