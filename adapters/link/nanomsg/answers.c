#include "link/nanomsg/answers.h"

#include "homeward/status.h"

#include <nanomsg/nn.h>

#include <stdlib.h>
#include <string.h>

bool hw_answers_has_room(const struct hw_answers *answers)
{
    return answers->count + answers->promised < HW_ANSWERS_MAX &&
        answers->promised < HW_PROMISES_MAX && answers->size < HW_ANSWERS_SIZE_MAX;
}

void hw_answers_add(struct hw_answers *answers, struct hw_pending_answer answer)
{
    HW_ASSERT(answers->count + answers->promised < HW_ANSWERS_MAX);
    answers->ring[(answers->first + answers->count) % HW_ANSWERS_MAX] = answer;
    answers->count++;
    answers->size += answer.size;
}

void hw_answers_promise(struct hw_answers *answers, void *header, uint64_t later)
{
    HW_ASSERT(answers->promised < HW_PROMISES_MAX);
    answers->promises[answers->promised++] = (struct hw_promise){header, later};
}

void hw_answers_keep(struct hw_answers *answers, uint64_t later, char *text, size_t size)
{
    struct hw_pending_answer answer = {.text = text, .size = size};
    uint32_t at = 0;

    while (answers->promises[at].later != later) {
        at++;
        HW_ASSERT(at < answers->promised);
    }
    answer.header = answers->promises[at].header;
    answers->promises[at] = answers->promises[--answers->promised];
    if (text != NULL)
        hw_answers_add(answers, answer);
    else
        (void)nn_freemsg(answer.header);
}

static void take_first(struct hw_answers *answers)
{
    answers->size -= answers->ring[answers->first].size;
    answers->first = (answers->first + 1) % HW_ANSWERS_MAX;
    answers->count--;
}

static void send_one(struct hw_pending_answer *answer, int socket)
{
    void *message = nn_allocmsg(answer->size, 0);
    struct nn_iovec part = {.iov_base = &message, .iov_len = NN_MSG};
    struct nn_msghdr header = {.msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &answer->header,
        .msg_controllen = NN_MSG};

    if (message != NULL)
        memcpy(message, answer->text, answer->size);
    /* nanomsg takes message and header when it sends; whoever asked asks again otherwise. */
    if (message == NULL || nn_sendmsg(socket, &header, NN_DONTWAIT) < 0) {
        if (message != NULL)
            (void)nn_freemsg(message);
        (void)nn_freemsg(answer->header);
    }
    free(answer->text);
}

void hw_answers_send(
    struct hw_answers *answers, int socket, uint64_t durable, uint64_t refused_durable)
{
    while (answers->count > 0 && answers->ring[answers->first].release <= durable &&
        answers->ring[answers->first].refused <= refused_durable) {
        struct hw_pending_answer *answer = &answers->ring[answers->first];

        send_one(answer, socket);
        take_first(answers);
    }
}

void hw_answers_drop(struct hw_answers *answers)
{
    while (answers->count > 0) {
        (void)nn_freemsg(answers->ring[answers->first].header);
        free(answers->ring[answers->first].text);
        take_first(answers);
    }
    while (answers->promised > 0)
        (void)nn_freemsg(answers->promises[--answers->promised].header);
}
