#include "cli/explain_mode.h"

#include <string.h>

void hw_explain_mode_words(struct hw_words *words, const struct hw_told *told)
{
    static const struct {
        const char *mode, *before, *behind;
    } modes[] = {
        {"paused", "paused ", " Nothing is proposed or offered there any more."},
        {"observe", "set Homeward to observe ", " It says only what it would do."},
        {"propose", "set Homeward to propose for ", " A person approves each offer."},
        {"offer", "set Homeward to offer for ",
            " Offers go by themselves where automation is allowed."},
    };
    struct hw_slice scope = hw_event_text(told->event, HW_FIELD_DETAIL), code = {0};
    struct hw_slice reason = hw_event_text(told->event, HW_FIELD_REASON);
    const uint8_t *colon = memchr(scope.data, ':', scope.size);

    if (colon != NULL) {
        code = hw_slice_of(colon + 1, scope.size - (size_t)(colon - scope.data) - 1);
        scope.size = (size_t)(colon - scope.data);
    }
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (!hw_slice_is(hw_event_text(told->event, HW_FIELD_ANSWER), modes[i].mode))
            continue;
        hw_words_add_who(words, hw_event_text(told->event, HW_FIELD_BY));
        hw_words_add(words, " %s", modes[i].before);
        if (hw_slice_is(scope, "service"))
            hw_words_add_service(words, told->engine, code);
        else
            hw_words_add_scope(words, scope, code);
        if (hw_event_has(told->event, HW_FIELD_UNTIL)) {
            hw_words_add(words, " until ");
            hw_words_add_moment(
                words, told->event->values[HW_FIELD_UNTIL].time.start_ms, told->accepted_ms);
        }
        if (reason.size > 0) {
            hw_words_add(words, ", because: ");
            hw_words_add_code(words, reason);
        }
        hw_words_add(words, ".%s", modes[i].behind);
    }
}
