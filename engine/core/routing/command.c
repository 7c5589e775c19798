#include "core/routing/command_parts.h"

static const struct {
    uint8_t kind;
    hw_command_take *take;
} commands[] = {
    {HW_KIND_REFERRAL_RECEIVED, hw__command_take_referral},
    {HW_KIND_REFERRAL_UPDATED, hw__command_take_referral},
    {HW_KIND_REFERRAL_WITHDRAWN, hw__command_withdraw_referral},
    {HW_KIND_CONTACT_FIRST, hw__command_take_contact},
    {HW_KIND_OFFER_ANSWERED, hw__command_take_answer},
    {HW_KIND_PLACEMENT_STARTED, hw__command_take_placement},
    {HW_KIND_PLACEMENT_UNITS_CHANGED, hw__command_take_placement},
    {HW_KIND_PLACEMENT_REVIEWED, hw__command_take_placement},
    {HW_KIND_PLACEMENT_ENDED, hw__command_take_placement},
    {HW_KIND_PACKAGE_SUSPENDED, hw__command_take_package},
    {HW_KIND_PACKAGE_LAPSED, hw__command_take_package},
    {HW_KIND_PACKAGE_RESTARTED, hw__command_take_package},
    {HW_KIND_SERVICE_DECLARED, hw__command_declare_service},
    {HW_KIND_SERVICE_CAPACITY, hw__command_take_capacity},
    {HW_KIND_SERVICE_SUSPENDED, hw__command_suspend_service},
    {HW_KIND_SERVICE_RESUMED, hw__command_suspend_service},
    {HW_KIND_DECIDE_ROUTING_MODE, hw__command_take_mode},
    {HW_KIND_DECIDE_PROPOSAL_APPROVED, hw__command_approve},
    {HW_KIND_DECIDE_PROPOSAL_REJECTED, hw__command_reject},
    {HW_KIND_DECIDE_OFFER_MADE, hw__command_make_offer},
    {HW_KIND_DECIDE_OFFER_EXTENDED, hw__command_extend_offer},
    {HW_KIND_DECIDE_OFFER_WITHDRAWN, hw__command_withdraw_offer},
    {HW_KIND_DECIDE_OFFER_ANSWERED, hw__command_take_answer},
    {HW_KIND_DECIDE_REFERRAL_HELD, hw__command_hold_referral},
    {HW_KIND_DECIDE_REFERRAL_RELEASED, hw__command_release_referral},
    {HW_KIND_DECIDE_REFERRAL_PINNED, hw__command_link_referral},
    {HW_KIND_DECIDE_REFERRAL_UNPINNED, hw__command_link_referral},
    {HW_KIND_DECIDE_REFERRAL_EXCLUDED, hw__command_link_referral},
    {HW_KIND_DECIDE_REFERRAL_INCLUDED, hw__command_link_referral},
    {HW_KIND_DECIDE_REFERRAL_PRIORITY, hw__command_set_priority},
    {HW_KIND_DECIDE_ALERT_ACKNOWLEDGED, hw__command_acknowledge_alert},
};

bool hw_command_is(enum hw_kind kind)
{
    /* What people say of a reason or of who is whom are facts (R0, R4, R6). */
    return kind >= HW_KIND_REFERRAL_RECEIVED && kind < HW_KIND_DECIDED_PROPOSAL &&
        kind != HW_KIND_DECIDE_REASON_SETTLED && kind != HW_KIND_DECIDE_IDENTITY_JOINED &&
        kind != HW_KIND_DECIDE_IDENTITY_PARTED;
}

void hw_command_apply(
    struct hw_engine *engine, const struct hw_event *event, uint32_t identifier, uint32_t stay)
{
    struct hw_command command = {engine, event, identifier, stay};

    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (commands[i].kind == event->kind) {
            commands[i].take(&command);
            return;
        }
}
