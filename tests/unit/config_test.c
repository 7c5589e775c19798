/*
 * Goal: a configuration says only what has an effect, and whoever is wrong is told where and how
 *       to mend it.
 * Method: texts with the exact words expected of them; good texts with the value they set.
 */
#include "config/config.h"
#include "config/nearest.h"
#include "config/value.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <unistd.h>

struct said {
    char text[4096];
};

static void say(void *context, const char *line)
{
    struct said *said = context;
    size_t size = strlen(said->text);

    snprintf(said->text + size, sizeof said->text - size, "%s\n", line);
}

/* Load text as the file "homeward.yaml" of a folder of its own. */
static enum hw_status load(const char *text, char **environment, const char *set,
    struct said *ret_said, struct hw_config *ret_config)
{
    char folder[] = "/tmp/config_test.XXXXXX";
    struct hw_report report = {.say = say, .context = ret_said};
    struct hw_config_sources sources = {.file = "homeward.yaml",
        .environment = environment,
        .sets = &set,
        .sets_count = set != NULL};

    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(chdir(folder) == 0);
    FILE *file = fopen("homeward.yaml", "wb");
    cr_assert(file != NULL);
    fputs(text, file);
    cr_assert(fclose(file) == 0);
    memset(ret_said, 0, sizeof *ret_said);
    enum hw_status status = hw_config_load(&sources, &report, ret_config);
    unlink("homeward.yaml");
    cr_assert(chdir("/") == 0);
    rmdir(folder);
    return status;
}

#define MUST_BE_CODES "must be codes, or codes with a rank from 1 to 65535, such as BLA:1\n"

static const struct {
    const char *text, *words;
} bad[] = {
    {"mlpp:\n  listen: 127.0.0.1:1\n",
        "homeward.yaml:1:1: mlpp: unknown key; did you mean mllp?\n"},
    {"mllp:\n  listn: 127.0.0.1:1\n",
        "homeward.yaml:2:3: mllp.listn: unknown key; did you mean listen?\n"},
    {"unheardof: 1\n",
        "homeward.yaml:1:1: unheardof: unknown key; homeward check --keys lists all\n"},
    {"http:\n  listen: 127.0.0.1:8080\n",
        "homeward.yaml:1:1: http: not built yet in this version; leave it out\n"},
    {"mllp:\n  tls:\n    cert: a\n",
        "homeward.yaml:2:3: mllp.tls: not built yet in this version; leave it out\n"},
    {"clock: wall\n",
        "homeward.yaml:1:1: clock: \"wall\" is not allowed; allowed: system, events\n"},
    {"clock:\n",
        "homeward.yaml:1:1: clock: no value; allowed: system, events; without the key: system\n"},
    {"clock: system\nclock: events\n",
        "homeward.yaml:2:1: clock: given twice (also in line 1); keep one\n"},
    {"mllp: 4\n", "homeward.yaml:1:1: mllp: keys with values are wanted here\n"},
    {"- a\n", "homeward.yaml:1:1: keys with values are wanted at the top of the file\n"},
    {"clock: [system]\n",
        "homeward.yaml:1:1: clock: one value is wanted here, not a list; "
        "allowed: system, events\n"},
    {"mllp:\n  max_frame: 3 furlongs\n",
        "homeward.yaml:2:3: mllp.max_frame: \"3 furlongs\" is not "
        "allowed; allowed: 1024 to 67108864 bytes\n"},
    {"mllp:\n  max_frame: 1023\n",
        "homeward.yaml:2:3: mllp.max_frame: \"1023\" is not allowed; "
        "allowed: 1024 to 67108864 bytes\n"},
    {"metrics:\n  interval_ms: 2.5\n",
        "homeward.yaml:2:3: metrics.interval_ms: \"2.5\" is not "
        "allowed; allowed: 10 to 60000\n"},
    {"dedupe:\n  days: 99999999999999999999\n",
        "homeward.yaml:2:3: dedupe.days: \"99999999999999999999\" is not allowed; "
        "allowed: 1 to 366\n"},
    {"journal:\n  sync: interval:0\n",
        "homeward.yaml:2:3: journal.sync: \"interval:0\" is not allowed; allowed: always, "
        "interval:MS or never\n"},
    {"mllp:\n  listen: 127.0.0.1\n",
        "homeward.yaml:2:3: mllp.listen: \"127.0.0.1\" is not allowed; allowed: HOST:PORT\n"},
    {"mllp:\n  listen: 127.0.0.1:65536\n",
        "homeward.yaml:2:3: mllp.listen: \"127.0.0.1:65536\" is not allowed; allowed: HOST:PORT\n"},
    {"mllp:\n  listen: 0.0.0.0:2575\n",
        "homeward.yaml:2:3: mllp.listen: beyond loopback, and nobody is authenticated: use "
        "127.0.0.1, [::1], localhost or ipc://, or say listen.trusted_network: true\n"},
    {"clock: events\nlisten: {trusted_network: yes}\nnanomsg:\n  publish: tcp://10.0.0.1:5561\n",
        "homeward.yaml:4:3: nanomsg.publish: beyond loopback with clock: events, where any message "
        "moves the clock: use a loopback address, or clock: system\n"},
    {"nanomsg:\n  query: udp://127.0.0.1:1\n",
        "homeward.yaml:2:3: nanomsg.query: \"udp://127.0.0.1:1\" is not allowed; allowed: "
        "tcp://HOST:PORT, ipc://PATH or off\n"},
    {"hl7:\n  processing_ids: P\n",
        "homeward.yaml:2:3: hl7.processing_ids: a list is wanted here; "
        "allowed: a list of MSH-11 values\n"},
    {"hl7:\n  tracked_classes: [I, \"a b\"]\n",
        "homeward.yaml:2:24: hl7.tracked_classes: entry 2 is not a short code without blanks\n"},
    {"hl7:\n  mapping:\n    - {attribute: ready_att, from: ZDS-2}\n",
        "homeward.yaml:3:8: hl7.mapping[0].attribute: \"ready_att\" is not allowed; allowed: an "
        "attribute name such as ready_at\n"},
    {"hl7:\n  mapping:\n    - {attribute: ready_at, from: ZDS-0}\n",
        "homeward.yaml:3:29: hl7.mapping[0].from: \"ZDS-0\" is not allowed; allowed: "
        "SEGMENT-FIELD[-COMPONENT] such as ZDS-2-1, or OBX:CODE\n"},
    {"mllp:\n  ack_mode: sometimes\n",
        "homeward.yaml:2:3: mllp.ack_mode: \"sometimes\" is not allowed; allowed: auto, original, "
        "enhanced, none, or a list of sender and mode\n"},
    {"sites:\n  - code: A\n  - code: B\n  - code: A\n",
        "homeward.yaml:4:5: sites[2]: \"A\" is in the list already (line 2)\n"},
    {"sites:\n  - name: nameless\n",
        "homeward.yaml:2:5: sites[0].code: must be given; allowed: as in PV1-3.4\n"},
    {"sites:\n  - code: A/B\n",
        "homeward.yaml:2:5: sites[0].code: \"A/B\" is not allowed; allowed: as in PV1-3.4\n"},
    {"sites:\n  - code: A\n    wards:\n      - code: W\n        sex: mixed\n",
        "homeward.yaml:5:9: sites[0].wards[0].sex: \"mixed\" is not allowed; allowed: any, female, "
        "male\n"},
    {"councils: [{code: '1'}]\nzones:\n  - code: Z\n    council: '2'\n",
        "homeward.yaml:4:5: zones[0].council: \"2\" is not in councils; add it there or correct "
        "it\n"},
    {"zones:\n  - {code: Y, postcodes: [LE1]}\n  - {code: Z, postcodes: [LE2, LE1]}\n",
        "homeward.yaml:3:32: zones[1].postcodes: \"LE1\" belongs to zone Y already; a district has "
        "one zone\n"},
    {"a: [b\n",
        "homeward.yaml:2:1: not YAML: did not find expected ',' or ']' while parsing a flow "
        "sequence\n"},
    {"clock: system\n---\nclock: system\n",
        "homeward.yaml:3:1: a second document; there may be one\n"},
    {"clock: &a [*a]\n",
        "homeward.yaml:1:8: more than 16 levels or 1000000 values (an alias of itself?)\n"},
    /* Lists that the engine would pass over as a whole: no council would be anybody's people. */
    {"services:\n  - {code: A, kind: home_care, zones: ['A:0', B, ':1', 'A:1:2', 'C:']}\n",
        "homeward.yaml:2:40: services[0].zones: \"A:0\" is not allowed: zones " MUST_BE_CODES
        "homeward.yaml:2:50: services[0].zones: \":1\" is not allowed: zones " MUST_BE_CODES
        "homeward.yaml:2:56: services[0].zones: \"A:1:2\" is not allowed: zones " MUST_BE_CODES
        "homeward.yaml:2:65: services[0].zones: \"C:\" is not allowed: zones " MUST_BE_CODES},
    {"services:\n  - {code: A, kind: home_care}\n"
     "  - {code: B, kind: home_care, councils: ['c:x']}\n",
        "homeward.yaml:3:43: services[1].councils: \"c:x\" is not allowed: "
        "councils " MUST_BE_CODES},
    {"services:\n  - {code: A, kind: home_care, funding: ['a:b', 'c;d']}\n",
        "homeward.yaml:2:42: services[0].funding: \"a:b\" is not allowed: funding " MUST_BE_CODES
        "homeward.yaml:2:49: services[0].funding: \"c;d\" is not allowed: funding must have each "
        "of them as an entry of its own, without ;\n"},
    {"services:\n  - {code: A, kind: home_care, directions: []}\n",
        "homeward.yaml:2:32: services[0].directions: is empty: it must be step_up, step_down or "
        "both\n"},
    {"sources:\n  - {source: PAS}\n",
        "homeward.yaml:2:6: sources[0].source: \"PAS\" has no /; allowed: MSH-4/MSH-3 such as "
        "RWE/PAS\n"},
    {"sources:\n  - {source: A/B}\n  - {source: A/B}\n",
        "homeward.yaml:3:6: sources[1].source: \"A/B\" is in the list already (line 2)\n"},
    {"sources:\n  - {source: A/B, assert: [spell.admited, nothing, log.opened]}\n",
        "homeward.yaml:2:28: sources[0].assert: \"spell.admited\" is no event type; did you mean "
        "spell.admitted?\n"
        "homeward.yaml:2:43: sources[0].assert: \"nothing\" is no event type such as "
        "spell.admitted\n"
        "homeward.yaml:2:52: sources[0].assert: \"log.opened\" is no event type such as "
        "spell.admitted\n"},
    {"sources:\n  - {source: A/B, expected_silence_minutes: 0}\n",
        "homeward.yaml:2:19: sources[0].expected_silence_minutes: \"0\" is not allowed; allowed: 1 "
        "to 44640\n"},
    /* All that is wrong is said, not only the first. */
    {"clock: x\nmllp: {listen: y}\n",
        "homeward.yaml:1:1: clock: \"x\" is not allowed; allowed: system, events\n"
        "homeward.yaml:2:8: mllp.listen: \"y\" is not allowed; allowed: HOST:PORT\n"},
};

Test(config, what_is_wrong_is_said_exactly)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct hw_config config;
        struct said said;

        cr_expect(load(bad[i].text, NULL, NULL, &said, &config) == HW_E_INVALID, "taken: %s",
            bad[i].text);
        cr_expect(eq(str, said.text, (char *)bad[i].words), "%s", bad[i].text);
    }
}

Test(config, an_empty_file_runs_with_the_defaults)
{
    static const char *const texts[] = {"", "# nothing\n", "---\n", "mllp:\nsites:\n"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct hw_config config;
        struct said said;

        cr_assert(
            load(texts[i], NULL, NULL, &said, &config) == HW_OK, "%s: %s", texts[i], said.text);
        cr_expect(eq(str, config.keys->mllp.listen, "127.0.0.1:2575"));
        cr_expect(eq(i64, config.keys->mllp.max_frame, 1048576));
        cr_expect(eq(str, config.keys->clock, "system"));
        cr_expect(eq(i64, config.keys->dedupe.days, 35));
        cr_expect(eq(u32, config.keys->hl7.nhs_ids_count, 4));
        cr_expect(eq(str, config.keys->hl7.nhs_ids[3], "NHSNBR"));
        cr_expect(eq(u32, config.keys->mllp.ack_mode_count, 1));
        cr_expect(eq(str, config.keys->mllp.ack_mode[0].mode, "auto"));
        cr_expect(eq(u32, config.keys->sites_count, 0));
        cr_expect(not(config.keys->listen.trusted_network));
        hw_config_free(&config);
    }
}

Test(config, values_are_read_by_schema)
{
    const char *text =
        "county: no\n"
        "mllp:\n  max_frame: 2 MiB\n  ack_mode:\n"
        "    - {sender: RWE/PAS, mode: original}\n"
        "hl7:\n  nhs_ids: [no, 1, 'a''b']\n"
        "journal: {sync: interval:20}\n"
        "sites:\n"
        "  - code: RWEAA\n    name: \"Royal \\\"Inf\\\": \\u00e9\\t#1\"\n    beds: 900\n"
        "    wards: [{code: W1, kind: acute, sex: female, beds: 28}, {code: 01}]\n";
    struct hw_config config;
    struct said said;

    cr_assert(load(text, NULL, NULL, &said, &config) == HW_OK, "%s", said.text);
    cr_expect(eq(str, config.keys->county, "no"));
    cr_expect(eq(i64, config.keys->mllp.max_frame, 2097152));
    cr_expect(eq(str, config.keys->mllp.ack_mode[0].sender, "RWE/PAS"));
    cr_expect(eq(str, config.keys->hl7.nhs_ids[0], "no"));
    cr_expect(eq(str, config.keys->hl7.nhs_ids[2], "a'b"));
    cr_expect(eq(str, config.keys->sites[0].name, "Royal \"Inf\": \xc3\xa9\t#1"));
    cr_expect(eq(i64, config.keys->sites[0].beds, 900));
    cr_assert(eq(u32, config.keys->sites[0].wards_count, 2));
    cr_expect(eq(str, config.keys->sites[0].wards[0].sex, "female"));
    cr_expect(eq(str, config.keys->sites[0].wards[1].code, "01"));
    cr_expect(eq(str, config.keys->sites[0].wards[1].sex, "any"));
    hw_config_free(&config);
}

Test(config, sources_say_who_speaks_and_what_counts)
{
    const char *text = "sources:\n  - {source: RWE/PAS}\n"
                       "  - {source: RWE/WARD, organisation: RWE00, visit_authority: UHL,\n"
                       "     expected_silence_minutes: 1500, assert: [spell.updated]}\n";
    struct hw_config config;
    struct said said;

    cr_assert(load(text, NULL, NULL, &said, &config) == HW_OK, "%s", said.text);
    cr_assert(eq(u32, config.keys->sources_count, 2));
    cr_expect(eq(str, config.keys->sources[0].organisation, ""));
    cr_expect(eq(i64, config.keys->sources[0].expected_silence_minutes, 60));
    cr_assert(eq(u32, config.keys->sources[0].assert_count, 1));
    cr_expect(eq(str, config.keys->sources[0].assert[0], "all"));
    cr_expect(eq(str, config.keys->sources[1].source, "RWE/WARD"));
    cr_expect(eq(str, config.keys->sources[1].organisation, "RWE00"));
    cr_expect(eq(str, config.keys->sources[1].visit_authority, "UHL"));
    cr_expect(eq(i64, config.keys->sources[1].expected_silence_minutes, 1500));
    cr_expect(eq(str, config.keys->sources[1].assert[0], "spell.updated"));
    hw_config_free(&config);
}

Test(config, the_environment_wins_over_the_file_and_set_over_both)
{
    char *environment[] = {(char *)"PATH=/bin", (char *)"HOMEWARD_MLLP__LISTEN=127.0.0.1:2",
        (char *)"HOMEWARD_HL7__TRACKED_CLASSES=[I, O]", (char *)"HOMEWARD_DATA_DIR=there", NULL};
    const char *file = "mllp: {listen: '127.0.0.1:1'}\ndata_dir: here\nclock: events\n";
    struct hw_config config;
    struct said said;

    cr_assert(
        load(file, environment, "mllp.listen=[::1]:3", &said, &config) == HW_OK, "%s", said.text);
    cr_expect(eq(str, config.keys->mllp.listen, "[::1]:3"));
    cr_expect(eq(str, config.keys->data_dir, "there"));
    cr_expect(eq(str, config.keys->clock, "events"));
    cr_expect(eq(str, config.keys->hl7.tracked_classes[1], "O"));
    hw_config_free(&config);
}

static const struct {
    const char *variable, *set, *words;
} bad_settings[] = {
    {"HOMEWARD_MLLP__LISTEN=x", NULL,
        "HOMEWARD_MLLP__LISTEN: mllp.listen: \"x\" is not allowed; allowed: HOST:PORT\n"},
    {"HOMEWARD_MLLP__LISTN=x", NULL,
        "HOMEWARD_MLLP__LISTN: mllp.listn: unknown key; did you mean listen?\n"},
    {NULL, "clock", "--set clock: KEY=VALUE is wanted\n"},
    {NULL, "clok=events", "--set: clok: unknown key; did you mean clock?\n"},
    {NULL, "mlp.listen=1", "--set: mlp.listen: unknown key; did you mean mllp?\n"},
    {NULL, "clock.x=events", "--set: clock.x: unknown key; did you mean clock?\n"},
    {NULL, "sites=[{code: A",
        "--set: not YAML: did not find expected ',' or '}' while parsing a "
        "flow mapping\n"},
    {NULL, "spool=[]", "--set: spool: not built yet in this version; leave it out\n"},
};

Test(config, variables_and_options_are_checked_alike)
{
    for (size_t i = 0; i < sizeof bad_settings / sizeof *bad_settings; i++) {
        char *environment[] = {(char *)bad_settings[i].variable, NULL};
        struct hw_config config;
        struct said said;

        cr_expect(load("", environment, bad_settings[i].set, &said, &config) == HW_E_INVALID);
        cr_expect(eq(str, said.text, (char *)bad_settings[i].words));
    }
}

Test(config, what_is_printed_reads_back_as_the_same)
{
    const char *text = "county: 'x: y # z'\nsites: [{code: A, wards: [{code: 'on'}]}]\n"
                       "zones: [{code: Z, postcodes: [LE1, 'no']}]\n";
    char *first = NULL, *second = NULL;
    size_t first_size, second_size;
    struct hw_config config;
    struct said said;

    cr_assert(load(text, NULL, NULL, &said, &config) == HW_OK, "%s", said.text);
    FILE *out = open_memstream(&first, &first_size);
    hw_config_print(&config, out);
    fclose(out);
    hw_config_free(&config);
    cr_assert(load(first, NULL, NULL, &said, &config) == HW_OK, "%s", said.text);
    out = open_memstream(&second, &second_size);
    hw_config_print(&config, out);
    fclose(out);
    cr_expect(eq(str, config.keys->county, "x: y # z"));
    hw_config_free(&config);
    cr_expect(eq(str, first, second));
    free(first);
    free(second);
}

Test(config, a_file_that_is_not_there_is_named)
{
    struct said said = {""};
    struct hw_report report = {.say = say, .context = &said};
    struct hw_config_sources sources = {.file = "/nowhere/homeward.yaml"};
    struct hw_config config;

    cr_expect(hw_config_load(&sources, &report, &config) == HW_E_IO);
    cr_expect(
        eq(str, said.text, "/nowhere/homeward.yaml: cannot be read: No such file or directory\n"));
}

static const struct {
    const char *address;
    bool loopback;
} addresses[] = {
    {"127.0.0.1:2575", true},
    {"127.9.9.9:1", true},
    {"[::1]:0", true},
    {"localhost:1", true},
    {"ipc:///run/homeward", true},
    {"tcp://127.0.0.1:5561", true},
    {"off", true},
    {"0.0.0.0:2575", false},
    {"[::]:2575", false},
    {"127.example.org:1", false},
    {"localhost.example.org:1", false},
    {"tcp://*:5561", false},
    {"10.0.0.1:1", false},
};

Test(value, loopback_is_what_no_other_machine_can_reach)
{
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
        cr_expect(hw_value_is_loopback(addresses[i].address) == addresses[i].loopback, "%s",
            addresses[i].address);
}

Test(nearest, typing_errors_are_recognised_and_strangers_not)
{
    static const struct {
        const char *word, *best;
    } words[] = {{"lisetn", "listen"}, {"Listen", "listen"}, {"intervall_ms", "interval_ms"},
        {"xyz", NULL}, {"l", NULL}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct hw_nearest nearest;

        hw_nearest_init(&nearest, words[i].word);
        hw_nearest_offer(&nearest, "interval_ms");
        hw_nearest_offer(&nearest, "listen");
        bool same = (nearest.best == NULL) == (words[i].best == NULL);

        cr_expect(same, "%s", words[i].word);
        if (nearest.best != NULL && words[i].best != NULL)
            cr_expect(eq(str, (char *)nearest.best, (char *)words[i].best));
    }
}
