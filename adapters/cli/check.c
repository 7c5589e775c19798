/*
 * check.c - homeward check: whether a configuration is good, and what it comes to.
 */
#include "cli/args.h"
#include "cli/command.h"
#include "cli/settle.h"
#include "config/config.h"

enum { KEYS = 256, MARKDOWN, PRINT };

static const struct hw_option options[] = {
    {'c', "config", "FILE", "the configuration; without: defaults and environment"},
    {'s', "set", "KEY=VALUE", "set one key, over file and environment; may be repeated"},
    {PRINT, "print", NULL, "print the effective configuration, defaults included"},
    {KEYS, "keys", NULL, "print every key, its default and what is allowed"},
    {MARKDOWN, "markdown", NULL, "with --keys: as the reference document"},
};

static const struct hw_usage usage = {
    .command = "check",
    .synopsis = "[-c FILE] [--set KEY=VALUE]... [--print] | --keys [--markdown]",
    .sentence = "Checks a configuration and says everything that is wrong with it, as\n"
                "FILE:LINE:COLUMN: KEY: what is wrong; what is allowed. Exit 1 if anything is.",
    .options = options,
    .options_count = sizeof options / sizeof *options,
};

/* Of the plural. */
static const char *ending(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void print_summary(const struct hw_config_top *keys, const char *file)
{
    uint64_t wards = 0, beds = 0;

    for (uint32_t i = 0; i < keys->sites_count; i++) {
        wards += keys->sites[i].wards_count;
        beds += (uint64_t)keys->sites[i].beds;
    }
    printf("%s: ok: county %s, %u site%s with %llu beds and %llu ward%s, %u zone%s, %u council%s\n",
        file ? file : "defaults", keys->county, keys->sites_count, ending(keys->sites_count),
        (unsigned long long)beds, (unsigned long long)wards, ending(wards), keys->zones_count,
        ending(keys->zones_count), keys->councils_count, ending(keys->councils_count));
}

int hw_command_check(int argc, char **argv)
{
    struct hw_settle settle = {0};
    struct hw_args args;
    bool print = false, keys = false, markdown = false;
    const char *value = NULL;
    int found;

    hw_args_init(&args, &usage, argc, argv);
    while ((found = hw_args_next(&args, &value)) != HW_ARG_END) {
        switch (found) {
        case HW_ARG_HELP:
            return HW_EXIT_OK;
        case HW_ARG_WRONG:
            return HW_EXIT_USAGE;
        case PRINT:
            print = true;
            break;
        case KEYS:
            keys = true;
            break;
        case MARKDOWN:
            markdown = true;
            break;
        default:
            if (!hw_settle_take(&settle, found, value))
                return hw_args_wrong(&usage, "%s: unexpected", value);
        }
    }
    if (markdown && !keys)
        return hw_args_wrong(&usage, "--markdown goes with --keys");
    if (keys) {
        hw_keys_print(stdout, markdown);
        return HW_EXIT_OK;
    }

    struct hw_config config;
    if (!hw_settle_load(&settle, &config))
        return HW_EXIT_FAILED;
    if (print)
        hw_config_print(&config, stdout);
    else
        print_summary(config.keys, settle.file);
    hw_settle_warn(config.keys, stderr);
    hw_config_free(&config);
    return HW_EXIT_OK;
}
