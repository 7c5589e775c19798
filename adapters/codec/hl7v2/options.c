#include "codec/hl7v2/hl7v2.h"

#define TEXT(text) hw_slice_of(text, sizeof(text) - 1)

void hw_hl7_options_init(struct hw_hl7_options *options)
{
    *options = (struct hw_hl7_options){
        .processing_ids = {TEXT("P")},
        .processing_ids_count = 1,
        .nhs_ids = {TEXT("NHS"), TEXT("NH"), TEXT("NHSNMBR"), TEXT("NHSNBR")},
        .nhs_ids_count = 4,
        .inpatient_classes = {TEXT("I")},
        .inpatient_classes_count = 1,
        .tracked_classes = {TEXT("I"), TEXT("E")},
        .tracked_classes_count = 2,
    };
}
