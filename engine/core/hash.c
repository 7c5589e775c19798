#include "homeward/hash.h"
#include "homeward/status.h"

struct hw_hash hw_hash_bytes(struct hw_slice bytes)
{
    XXH128_hash_t hash = XXH3_128bits(bytes.data, bytes.size);

    return (struct hw_hash){hash.low64, hash.high64};
}

struct hw_hash hw_hash_parts(const struct hw_slice *parts, size_t parts_count)
{
    enum { PART_SIZE_MAX = 256, PARTS_MAX = 8 };
    uint8_t buffer[PARTS_MAX * (sizeof(uint32_t) + PART_SIZE_MAX)];
    size_t used = 0;

    HW_ASSERT(parts_count <= PARTS_MAX);

    for (size_t i = 0; i < parts_count; i++) {
        struct hw_slice part = parts[i];
        uint32_t size = (uint32_t)part.size;
        struct hw_hash long_hash;

        /* A part that does not fit stands as its hash; its size still tells it apart. */
        if (part.size > PART_SIZE_MAX) {
            long_hash = hw_hash_bytes(part);
            part = hw_slice_of(&long_hash, sizeof long_hash);
        }
        memcpy(buffer + used, &size, sizeof size);
        used += sizeof size;
        hw_slice_copy(buffer + used, part);
        used += part.size;
    }
    return hw_hash_bytes(hw_slice_of(buffer, used));
}

/* One SipHash round (Aumasson and Bernstein, 2012). */
#define ROTATE(x, bits) (((x) << (bits)) | ((x) >> (64 - (bits))))
#define ROUND(v)                                                                                   \
    do {                                                                                           \
        (v)[0] += (v)[1];                                                                          \
        (v)[1] = ROTATE((v)[1], 13) ^ (v)[0];                                                      \
        (v)[0] = ROTATE((v)[0], 32);                                                               \
        (v)[2] += (v)[3];                                                                          \
        (v)[3] = ROTATE((v)[3], 16) ^ (v)[2];                                                      \
        (v)[0] += (v)[3];                                                                          \
        (v)[3] = ROTATE((v)[3], 21) ^ (v)[0];                                                      \
        (v)[2] += (v)[1];                                                                          \
        (v)[1] = ROTATE((v)[1], 17) ^ (v)[2];                                                      \
        (v)[2] = ROTATE((v)[2], 32);                                                               \
    } while (0)

static uint64_t load_u64(const uint8_t *bytes)
{
    uint64_t value;

    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline void sip_begin(uint64_t v[4], const uint64_t key[2])
{
    v[0] = key[0] ^ 0x736f6d6570736575u;
    v[1] = key[1] ^ 0x646f72616e646f6du;
    v[2] = key[0] ^ 0x6c7967656e657261u;
    v[3] = key[1] ^ 0x7465646279746573u;
}

static inline void sip_add(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    ROUND(v);
    v[0] ^= word;
}

static inline uint64_t sip_end(uint64_t v[4])
{
    v[2] ^= 0xff;
    ROUND(v);
    ROUND(v);
    ROUND(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t hw_hash_keyed(const uint64_t key[2], struct hw_slice bytes)
{
    uint64_t v[4], last = (uint64_t)bytes.size << 56;
    size_t whole = bytes.size / 8 * 8;

    sip_begin(v, key);
    for (size_t i = 0; i < whole; i += 8)
        sip_add(v, load_u64(bytes.data + i));
    for (size_t i = whole; i < bytes.size; i++)
        last |= (uint64_t)bytes.data[i] << (8 * (i - whole));
    sip_add(v, last);
    return sip_end(v);
}

uint64_t hw_hash_keyed_hash(const uint64_t key[2], struct hw_hash hash)
{
    uint64_t v[4];

    sip_begin(v, key);
    sip_add(v, hash.low);
    sip_add(v, hash.high);
    sip_add(v, (uint64_t)sizeof hash << 56);
    return sip_end(v);
}

uint64_t hw_hash_keyed_u64(const uint64_t key[2], uint64_t value)
{
    uint64_t v[4];

    sip_begin(v, key);
    sip_add(v, value);
    sip_add(v, (uint64_t)sizeof value << 56);
    return sip_end(v);
}
