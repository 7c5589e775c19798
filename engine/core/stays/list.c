#include "core/stays/list.h"

#include "core/blocks.h"

struct header {
    uint32_t used; /* bytes, this header included */
    uint32_t count;
    uint32_t class_; /* of the block */
};

/* What parts a packed fact has. */
enum shape {
    RECORDED_DELTA = 1, /* neither: as the event time */
    RECORDED_WHOLE = 1 << 1,
    SENT_DELTA = 1 << 2, /* from the recorded time; neither: as that */
    SENT_WHOLE = 1 << 3, /* both: none */
    SEQUENCE = 1 << 4,
    MOMENT = 1 << 5, /* else as the event time */
    ADMITTED = 1 << 6,
    DISCHARGED = 1 << 7,
    EXPECTED = 1 << 8,
    EXPECTED_CLEARED = 1 << 9,
    DIED = 1 << 10,
    MOMENT_SAID = 1 << 11,
    REGISTERS = 1 << 12,
    CONTENT = 1 << 13,
    WIDE = 1 << 14, /* whole times are of eight bytes */
};

enum {
    FACT_SIZE_MAX = 1 + 2 + 9 + 8 + 8 + 8 + 1 + HW_CONTROL_KEY_SIZE + 4 * 9 + 4 +
        4 * HW_FACT_VALUES_MAX + 4 + 16 + 1,
    KIND_BITS = 5,
    EVENT_AT = 3,                    /* where the event time stands in a packed fact */
    READ_PAST = HW_CONTROL_KEY_SIZE, /* bytes behind the last fact that may be read */
};
_Static_assert(FACT_SIZE_MAX <= 255, "the size of a fact is one byte");
_Static_assert(HW_FACT_KINDS <= 1 << KIND_BITS, "a kind fits beside the answer on criteria");

/* ---- packing ---- */

static uint8_t *put(uint8_t *at, const void *bytes, size_t size)
{
    memcpy(at, bytes, size);
    return at + size;
}

/* Little-endian on every machine this is built for (the journal says so, too). */
static uint8_t *put_ms(uint8_t *at, int64_t ms, bool wide)
{
    return put(at, &ms, wide ? 8 : 6);
}

static uint8_t *put_time(uint8_t *at, struct hw_time time, bool wide)
{
    at = put_ms(at, time.start_ms, wide);
    *at = time.precision;
    return at + 1;
}

static uint8_t *put_delta(uint8_t *at, int64_t ms, int64_t from)
{
    int32_t delta = (int32_t)(ms - from);

    return put(at, &delta, sizeof delta);
}

static bool is_narrow(int64_t ms)
{
    return ms >= -(INT64_C(1) << 47) && ms < INT64_C(1) << 47;
}

static bool is_delta(int64_t ms, int64_t from)
{
    return is_narrow(ms) && is_narrow(from) && ms - from >= INT32_MIN && ms - from <= INT32_MAX;
}

static bool is_wide(const struct hw_fact *fact)
{
    return !is_narrow(fact->key.event_ms) || !is_narrow(fact->key.recorded_ms) ||
        (fact->key.sent_ms != HW_TIME_NONE && !is_narrow(fact->key.sent_ms)) ||
        !is_narrow(fact->moment.start_ms) ||
        (hw_time_is(fact->admitted) && !is_narrow(fact->admitted.start_ms)) ||
        (hw_time_is(fact->discharged) && !is_narrow(fact->discharged.start_ms)) ||
        (hw_time_is(fact->expected) && !is_narrow(fact->expected.start_ms));
}

static unsigned key_shape(const struct hw_key *key)
{
    unsigned shape = key->message_sequence == -1 ? 0 : SEQUENCE;

    if (key->recorded_ms != key->event_ms)
        shape |= is_delta(key->recorded_ms, key->event_ms) ? RECORDED_DELTA : RECORDED_WHOLE;
    if (key->sent_ms == HW_TIME_NONE)
        shape |= SENT_DELTA | SENT_WHOLE;
    else if (key->sent_ms != key->recorded_ms)
        shape |= is_delta(key->sent_ms, key->recorded_ms) ? SENT_DELTA : SENT_WHOLE;
    return shape;
}

static unsigned shape_of(const struct hw_fact *fact)
{
    unsigned shape = key_shape(&fact->key);

    if (fact->moment.start_ms != fact->key.event_ms ||
        fact->moment.precision != fact->event_precision)
        shape |= MOMENT;
    shape |= hw_time_is(fact->admitted) ? ADMITTED : 0;
    shape |= hw_time_is(fact->discharged) ? DISCHARGED : 0;
    shape |= hw_time_is(fact->expected) ? EXPECTED : 0;
    shape |= fact->expected_cleared ? EXPECTED_CLEARED : 0;
    shape |= fact->died ? DIED : 0;
    shape |= fact->moment_said ? MOMENT_SAID : 0;
    shape |= (fact->set | fact->cleared) != 0 ? REGISTERS : 0;
    shape |= fact->content_known ? CONTENT : 0;
    shape |= is_wide(fact) ? WIDE : 0;
    return shape;
}

/* Without the zeros at its end. */
static uint8_t control_size(const uint8_t *control)
{
    uint64_t words[HW_CONTROL_KEY_SIZE / 8];

    memcpy(words, control, sizeof words);
    for (unsigned i = HW_CONTROL_KEY_SIZE / 8; i-- > 0;)
        if (words[i] != 0)
            return (uint8_t)(8 * i + 8 - (unsigned)__builtin_clzll(words[i]) / 8);
    return 0;
}

static uint8_t *put_key(uint8_t *at, const struct hw_key *key, unsigned shape)
{
    uint8_t size = control_size(key->control);

    if (shape & RECORDED_DELTA)
        at = put_delta(at, key->recorded_ms, key->event_ms);
    else if (shape & RECORDED_WHOLE)
        at = put_ms(at, key->recorded_ms, shape & WIDE);
    if ((shape & (SENT_DELTA | SENT_WHOLE)) == SENT_DELTA)
        at = put_delta(at, key->sent_ms, key->recorded_ms);
    else if ((shape & (SENT_DELTA | SENT_WHOLE)) == SENT_WHOLE)
        at = put_ms(at, key->sent_ms, shape & WIDE);
    if (shape & SEQUENCE)
        at = put(at, &key->message_sequence, sizeof key->message_sequence);
    *at++ = size;
    memcpy(at, key->control, HW_CONTROL_KEY_SIZE); /* What follows is written over the rest. */
    return at + size;
}

static uint8_t *put_registers(uint8_t *at, const struct hw_fact *fact)
{
    at = put(at, &fact->set, sizeof fact->set);
    at = put(at, &fact->cleared, sizeof fact->cleared);
    for (unsigned set = fact->set; set != 0; set &= set - 1)
        at = put(at, &fact->values[__builtin_ctz(set)], sizeof fact->values[0]);
    return at;
}

/* Returns the size; bytes has FACT_SIZE_MAX. */
static uint32_t pack(const struct hw_fact *fact, uint8_t *bytes)
{
    unsigned shape = shape_of(fact);
    uint8_t *at = bytes;

    *at++ = (uint8_t)(fact->kind | fact->meets << KIND_BITS);
    *at++ = (uint8_t)shape;
    *at++ = (uint8_t)(shape >> 8);
    at = put_ms(at, fact->key.event_ms, shape & WIDE);
    *at++ = fact->event_precision;
    at = put_key(at, &fact->key, shape);
    if (shape & MOMENT)
        at = put_time(at, fact->moment, shape & WIDE);
    if (shape & ADMITTED)
        at = put_time(at, fact->admitted, shape & WIDE);
    if (shape & DISCHARGED)
        at = put_time(at, fact->discharged, shape & WIDE);
    if (shape & EXPECTED)
        at = put_time(at, fact->expected, shape & WIDE);
    if (shape & REGISTERS)
        at = put_registers(at, fact);
    at = put(at, &fact->organisation, sizeof fact->organisation);
    if (shape & CONTENT)
        at = put(at, &fact->key.content, sizeof fact->key.content);
    *at = (uint8_t)(at + 1 - bytes);
    return *at;
}

/* ---- unpacking ---- */

static const uint8_t *get(const uint8_t *at, void *bytes, size_t size)
{
    memcpy(bytes, at, size);
    return at + size;
}

/* Six bytes with their sign: there are always eight to read, for a fact is longer than its times.
 */
static const uint8_t *get_ms(const uint8_t *at, int64_t *ms, bool wide)
{
    memcpy(ms, at, sizeof *ms);
    if (wide)
        return at + 8;
    *ms = (int64_t)((uint64_t)*ms << 16) >> 16;
    return at + 6;
}

static const uint8_t *get_time(const uint8_t *at, struct hw_time *time, bool wide)
{
    at = get_ms(at, &time->start_ms, wide);
    time->precision = *at;
    return at + 1;
}

static const uint8_t *get_delta(const uint8_t *at, int64_t *ms, int64_t from)
{
    int32_t delta;

    at = get(at, &delta, sizeof delta);
    *ms = from + delta;
    return at;
}

/* The bits of the first so many bytes of a word. */
static uint64_t first_bytes(int count)
{
    return count >= 8 ? UINT64_MAX : count <= 0 ? 0 : (UINT64_C(1) << (8 * count)) - 1;
}

/* Whole words, without a branch on the size: grow() leaves room to read past the end. */
static const uint8_t *get_control(const uint8_t *at, uint8_t *control)
{
    uint64_t words[HW_CONTROL_KEY_SIZE / 8];
    int size = *at++;

    memcpy(words, at, sizeof words);
    for (int i = 0; i < HW_CONTROL_KEY_SIZE / 8; i++)
        words[i] &= first_bytes(size - 8 * i);
    memcpy(control, words, sizeof words);
    return at + size;
}

static const uint8_t *get_key(const uint8_t *at, struct hw_key *key, unsigned shape)
{

    key->recorded_ms = key->event_ms;
    if (shape & RECORDED_DELTA)
        at = get_delta(at, &key->recorded_ms, key->event_ms);
    else if (shape & RECORDED_WHOLE)
        at = get_ms(at, &key->recorded_ms, shape & WIDE);
    key->sent_ms = key->recorded_ms;
    if ((shape & (SENT_DELTA | SENT_WHOLE)) == (SENT_DELTA | SENT_WHOLE))
        key->sent_ms = HW_TIME_NONE;
    else if (shape & SENT_DELTA)
        at = get_delta(at, &key->sent_ms, key->recorded_ms);
    else if (shape & SENT_WHOLE)
        at = get_ms(at, &key->sent_ms, shape & WIDE);
    key->message_sequence = -1;
    if (shape & SEQUENCE)
        at = get(at, &key->message_sequence, sizeof key->message_sequence);
    return get_control(at, key->control);
}

static const uint8_t *get_registers(const uint8_t *at, struct hw_fact *fact)
{
    at = get(at, &fact->set, sizeof fact->set);
    at = get(at, &fact->cleared, sizeof fact->cleared);
    for (unsigned set = fact->set; set != 0; set &= set - 1)
        at = get(at, &fact->values[__builtin_ctz(set)], sizeof fact->values[0]);
    return at;
}

/* Every member is written: scratch is not cleared between folds. */
static const uint8_t *unpack(const uint8_t *at, struct hw_fact *fact)
{
    unsigned shape = at[1] | (unsigned)at[2] << 8;
    bool wide = shape & WIDE;

    fact->kind = at[0] & ((1u << KIND_BITS) - 1);
    fact->meets = (uint8_t)(at[0] >> KIND_BITS);
    at = get_ms(at + EVENT_AT, &fact->key.event_ms, wide);
    fact->event_precision = *at++;
    at = get_key(at, &fact->key, shape);
    fact->moment = (struct hw_time){fact->key.event_ms, .precision = fact->event_precision};
    fact->admitted = fact->discharged = fact->expected = hw_time_none();
    if (shape & MOMENT)
        at = get_time(at, &fact->moment, wide);
    if (shape & ADMITTED)
        at = get_time(at, &fact->admitted, wide);
    if (shape & DISCHARGED)
        at = get_time(at, &fact->discharged, wide);
    if (shape & EXPECTED)
        at = get_time(at, &fact->expected, wide);
    fact->expected_cleared = (shape & EXPECTED_CLEARED) != 0;
    fact->died = (shape & DIED) != 0;
    fact->moment_said = (shape & MOMENT_SAID) != 0;
    fact->set = fact->cleared = 0;
    memset(fact->values, 0, sizeof fact->values);
    if (shape & REGISTERS)
        at = get_registers(at, fact);
    at = get(at, &fact->organisation, sizeof fact->organisation);
    fact->content_known = (shape & CONTENT) != 0;
    fact->key.content = (struct hw_hash){0};
    if (shape & CONTENT)
        at = get(at, &fact->key.content, sizeof fact->key.content);
    return at + 1;
}

static int64_t event_of(const uint8_t *at)
{
    int64_t ms;

    (void)get_ms(at + EVENT_AT, &ms, (at[2] << 8 & WIDE) != 0);
    return ms;
}

/* ---- lists ---- */

static struct header *header_of(const struct hw_engine *engine, uint32_t list)
{
    return (struct header *)(void *)hw_block_at(engine, list);
}

uint32_t hw_list_count(const struct hw_engine *engine, uint32_t list)
{
    return list == 0 ? 0 : header_of(engine, list)->count;
}

uint32_t hw_list_unpack(const struct hw_engine *engine, uint32_t list, uint32_t stay,
    struct hw_fact *facts, uint32_t count_max)
{
    const uint8_t *at;
    uint32_t count = hw_list_count(engine, list);

    if (count > count_max)
        count = count_max;
    if (count == 0)
        return 0;
    at = hw_block_at(engine, list) + sizeof(struct header);
    for (uint32_t i = 0; i < count; i++) {
        at = unpack(at, &facts[i]);
        facts[i].stay = stay;
    }
    return count;
}

void hw_list_free(struct hw_engine *engine, uint32_t *list)
{
    if (*list != 0)
        hw_block_give(engine, *list, header_of(engine, *list)->class_);
    *list = 0;
}

struct hw_list_walk hw_list_walk(const struct hw_engine *engine, uint32_t list)
{
    const uint8_t *block;

    if (list == 0)
        return (struct hw_list_walk){NULL, NULL};
    block = hw_block_at(engine, list);
    return (struct hw_list_walk){
        block + sizeof(struct header), block + header_of(engine, list)->used};
}

bool hw_list_previous(struct hw_list_walk *walk, struct hw_fact *ret_fact)
{
    if (walk->at == walk->first)
        return false;
    walk->at -= walk->at[-1];
    (void)unpack(walk->at, ret_fact);
    return true;
}

/* Room for size bytes more: the list moves when its block has none. */
static void grow(struct hw_engine *engine, uint32_t *list, uint32_t size)
{
    uint32_t used = *list == 0 ? (uint32_t)sizeof(struct header) : header_of(engine, *list)->used;
    uint32_t class_, block;

    if (*list != 0 && used + size + READ_PAST <= hw_block_size(header_of(engine, *list)->class_))
        return;
    class_ = hw_block_class(used + size + READ_PAST);
    block = hw_block_take(engine, class_);
    if (*list == 0)
        *header_of(engine, block) = (struct header){.used = used};
    else
        memcpy(hw_block_at(engine, block), hw_block_at(engine, *list), used);
    hw_list_free(engine, list);
    header_of(engine, block)->class_ = class_;
    *list = block;
}

static void insert(
    struct hw_engine *engine, uint32_t *list, uint32_t offset, const struct hw_fact *fact)
{
    uint8_t bytes[FACT_SIZE_MAX];
    uint32_t size = pack(fact, bytes);
    struct header *header;
    uint8_t *block;

    grow(engine, list, size);
    header = header_of(engine, *list);
    block = hw_block_at(engine, *list);
    memmove(block + offset + size, block + offset, header->used - offset);
    memcpy(block + offset, bytes, size);
    header->used += size;
    header->count++;
}

static void cut_out(struct hw_engine *engine, uint32_t list, uint32_t offset)
{
    struct header *header = header_of(engine, list);
    uint8_t *block = hw_block_at(engine, list);
    struct hw_fact fact;
    uint32_t size = (uint32_t)(unpack(block + offset, &fact) - (block + offset));

    memmove(block + offset, block + offset + size, header->used - offset - size);
    header->used -= size;
    header->count--;
}

/* Where the same fact stands, which may be under another MSH-7, 13 or 10; 0: nowhere. */
static uint32_t find_same(
    const struct hw_engine *engine, uint32_t list, const struct hw_fact *fact, struct hw_fact *ret)
{
    struct hw_list_walk walk = hw_list_walk(engine, list);

    while (walk.at != walk.first) {
        if (event_of(walk.at - walk.at[-1]) < fact->key.event_ms)
            return 0;
        (void)hw_list_previous(&walk, ret);
        ret->stay = fact->stay;
        if (fact->content_known
                ? ret->kind == fact->kind && hw_hash_equal(ret->key.content, fact->key.content)
                : hw_fact_same(ret, fact))
            return (uint32_t)(walk.at - hw_block_at(engine, list));
    }
    return 0;
}

/* Where it belongs: behind all that do not come after it. */
static uint32_t place_of(const struct hw_engine *engine, uint32_t list, const struct hw_fact *fact)
{
    struct hw_list_walk walk = hw_list_walk(engine, list);
    struct hw_fact other;

    if (list == 0)
        return sizeof(struct header);
    while (walk.at != walk.first) {
        const uint8_t *behind = walk.at;

        if (event_of(walk.at - walk.at[-1]) < fact->key.event_ms)
            break;
        (void)hw_list_previous(&walk, &other);
        other.stay = fact->stay;
        if (hw_fact_order(engine, &other, fact) <= 0)
            return (uint32_t)(behind - hw_block_at(engine, list));
    }
    return (uint32_t)(walk.at - hw_block_at(engine, list));
}

/* After all others by its event time: most do. */
static bool comes_last(const struct hw_engine *engine, uint32_t list, const struct hw_fact *fact)
{
    const uint8_t *end;

    if (list == 0)
        return true;
    end = hw_block_at(engine, list) + header_of(engine, list)->used;
    return header_of(engine, list)->count == 0 || event_of(end - end[-1]) < fact->key.event_ms;
}

enum hw_list_added hw_list_add(
    struct hw_engine *engine, uint32_t *list, uint32_t count_max, const struct hw_fact *fact)
{
    struct hw_fact known;
    uint32_t same, place;
    enum hw_list_added added;

    if (comes_last(engine, *list, fact)) {
        if (hw_list_count(engine, *list) >= count_max)
            return HW_LIST_FULL;
        insert(engine, list, *list == 0 ? sizeof(struct header) : header_of(engine, *list)->used,
            fact);
        return HW_LIST_LAST;
    }
    same = find_same(engine, *list, fact, &known);
    if (same != 0) {
        if (hw_fact_order(engine, fact, &known) >= 0)
            return HW_LIST_KNOWN;
        cut_out(engine, *list, same);
    } else if (hw_list_count(engine, *list) >= count_max) {
        return HW_LIST_FULL;
    }
    place = place_of(engine, *list, fact);
    added = same != 0                                           ? HW_LIST_MOVED
        : *list == 0 || place == header_of(engine, *list)->used ? HW_LIST_LAST
                                                                : HW_LIST_ADDED;
    insert(engine, list, place, fact);
    return added;
}

void hw_list_replace(
    struct hw_engine *engine, uint32_t *list, const struct hw_fact *facts, uint32_t count)
{
    hw_list_free(engine, list);
    for (uint32_t i = 0; i < count; i++)
        insert(engine, list, *list == 0 ? sizeof(struct header) : header_of(engine, *list)->used,
            &facts[i]);
}
