#include "config/keys.h"

#include <string.h>

#define KEY_ROW(tag, kind, member, fallback, allowed, sentence)                                    \
    KEY_##kind(kind, member, fallback, allowed, sentence)
#define KEY_VALUE(kind, member, fallback, allowed, sentence)                                       \
    {HW_KEY_##kind, #member, fallback, allowed, sentence, NULL},
#define KEY_INSIDE(kind, member, tag, allowed, sentence)                                           \
    {HW_KEY_##kind, #member, NULL, allowed, sentence, keys_##tag},

#define KEY_TEXT      KEY_VALUE
#define KEY_CODE      KEY_VALUE
#define KEY_ID        KEY_VALUE
#define KEY_ADDRESS   KEY_VALUE
#define KEY_URL       KEY_VALUE
#define KEY_SOURCE    KEY_VALUE
#define KEY_ATTRIBUTE KEY_VALUE
#define KEY_CHOICE    KEY_VALUE
#define KEY_COUNT     KEY_VALUE
#define KEY_BYTES     KEY_VALUE
#define KEY_BOOL      KEY_VALUE
#define KEY_SYNC      KEY_VALUE
#define KEY_MINUTES   KEY_VALUE
#define KEY_AGES      KEY_VALUE
#define KEY_HOURS     KEY_VALUE
#define KEY_WORDS     KEY_VALUE
#define KEY_TEXTS     KEY_VALUE
#define KEY_ITEMS     KEY_INSIDE
#define KEY_MODES     KEY_INSIDE
#define KEY_GROUP     KEY_INSIDE

#define KEY_TABLE(tag, LIST)                                                                       \
    static const struct hw_key keys_##tag[] = {LIST(KEY_ROW, tag){.name = NULL}};
HW_KEYS_LIST(KEY_TABLE)

const struct hw_key *hw_keys(void)
{
    return keys_top;
}

bool hw_key_is_later(const char *path)
{
    static const char *const later[] = {
#define LATER(path) path,
        HW_KEYS_LATER(LATER)
#undef LATER
    };

    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        if (strcmp(later[i], path) == 0)
            return true;
    }
    return false;
}

const struct hw_key *hw_key_find(const struct hw_key *keys, const char *name)
{
    for (const struct hw_key *key = keys; key->name != NULL; key++) {
        if (strcmp(key->name, name) == 0)
            return key;
    }
    return NULL;
}

/* What is allowed, in words: choices and ranges are written for the check. */
static void print_allowed(FILE *out, const struct hw_key *key, bool markdown)
{
    for (const char *at = key->allowed; *at != '\0'; at++) {
        if (*at == '|')
            fputs(", ", out);
        else if (strncmp(at, "..", 2) == 0 && key->kind != HW_KEY_TEXT && key->kind != HW_KEY_AGES)
            fputs((at++, " to "), out);
        else
            fputc(*at, out);
    }
    if (key->kind == HW_KEY_BYTES)
        fputs(markdown ? " bytes (or `KiB`, `MiB`, `GiB`)" : " bytes (or KiB, MiB, GiB)", out);
}

static void print_row(FILE *out, const struct hw_key *key, const char *path, bool markdown)
{
    const char *fallback = key->fallback;

    if (key->inside != NULL)
        fallback = key->kind == HW_KEY_MODES ? "auto" : "[]";
    else if (fallback == NULL)
        fallback = markdown ? "*(must be given)*" : "(must be given)";
    else if (*fallback == '\0')
        fallback = markdown ? "*(empty)*" : "(empty)";
    if (markdown)
        fprintf(out, *fallback == '*' ? "| `%s` | %s | " : "| `%s` | `%s` | ", path, fallback);
    else
        fprintf(out, "%s\n    %s.\n    default: %s\n    allowed: ", path, key->sentence, fallback);
    print_allowed(out, key, markdown);
    if (markdown)
        fprintf(out, " | %s |\n", key->sentence);
    else
        fputc('\n', out);
}

static void print_keys(FILE *out, const struct hw_key *keys, const char *above, bool markdown)
{
    for (const struct hw_key *key = keys; key->name != NULL; key++) {
        char path[128];

        snprintf(path, sizeof path, "%s%s%s", above, key->name,
            key->kind == HW_KEY_ITEMS || key->kind == HW_KEY_MODES ? "[]" : "");
        if (key->kind != HW_KEY_GROUP)
            print_row(out, key, path, markdown);
        if (key->inside != NULL) {
            snprintf(path + strlen(path), sizeof path - strlen(path), ".");
            print_keys(out, key->inside, path, markdown);
        }
    }
}

void hw_keys_print(FILE *out, bool markdown)
{
    if (markdown)
        fputs(
            "# Configuration keys\n\n"
            "Made by `homeward check --keys --markdown` from `keys.h`; do not edit.\n\n"
            "Every key has a default: an empty file runs. A dot is a level of the file, `[]` an\n"
            "entry of a list. Environment variables (`HOMEWARD_` and the key in capitals, dots as\n"
            "`__`) win over the file, `--set KEY=VALUE` over both; lists are written there as "
            "YAML\n"
            "flow text: `--set 'hl7.tracked_classes=[I, E]'`.\n\n"
            "| key | default | allowed | what it is |\n| --- | --- | --- | --- |\n",
            out);
    print_keys(out, hw_keys(), "", markdown);
}
