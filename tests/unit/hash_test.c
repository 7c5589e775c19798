#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "homeward/hash.h"

Test(hash, parts_know_where_they_end)
{
    struct hw_slice a[] = {hw_slice_text("ab"), hw_slice_text("c")};
    struct hw_slice b[] = {hw_slice_text("a"), hw_slice_text("bc")};

    cr_expect(not(hw_hash_equal(hw_hash_parts(a, 2), hw_hash_parts(b, 2))));
}
