/* The patient class: what it is called, what passes the filter, and how that is said. */
#include "codec/hl7v2/reader.h"

/* Classes of HL7 table 0004, and W of the UK standard. */
static bool is_known(struct hw_slice said)
{
    if (said.size != 1)
        return false;
    switch (said.data[0]) {
    case 'E':
    case 'I':
    case 'O':
    case 'P':
    case 'R':
    case 'B':
    case 'C':
    case 'N':
    case 'U':
    case 'W':
        return true;
    default:
        return false;
    }
}

static struct hl7_class read_class(struct hl7_reader *reader, struct hw_slice raw)
{
    const struct hw_hl7_options *options = reader->options;
    struct hl7_class class = {.said = HL7_CLASS_EMPTY};
    struct hw_slice said = hl7_text(&reader->scratch, raw);
    bool known;

    if (said.size == 0 || hl7_is_null(said))
        return class;
    known = is_known(said);
    for (uint32_t i = 0; i < options->classes_count; i++) {
        if (!hw_slice_equal(said, options->classes[i].said))
            continue;
        said = options->classes[i].class_;
        known = true;
        break;
    }
    class.inpatient =
        hl7_in_list(said, options->inpatient_classes, options->inpatient_classes_count);
    class.tracked = class.inpatient ||
        hl7_in_list(said, options->tracked_classes, options->tracked_classes_count);
    class.said = known || class.tracked ? HL7_CLASS_KNOWN : HL7_CLASS_UNKNOWN;
    class.text = class.inpatient ? hw_slice_text("I") : said;
    return class;
}

struct hl7_class hl7_class_read(struct hl7_reader *reader, struct hw_slice raw)
{
    if (raw.data != reader->classed.data || raw.size != reader->classed.size || raw.size == 0) {
        reader->class_ = read_class(reader, raw);
        reader->classed = raw;
    }
    return reader->class_;
}

struct hl7_class hl7_class_of_group(struct hl7_reader *reader)
{
    return hl7_class_read(reader, hl7_first(reader, hl7_field(reader->pv1, 2)));
}

/* Words with the class in them, for each class that has one letter. */
#define CLASS_WORDS(X)                                                                             \
    X('B', "B")                                                                                    \
    X('C', "C")                                                                                    \
    X('E', "E") X('I', "I") X('N', "N") X('O', "O") X('P', "P") X('R', "R") X('U', "U") X('W', "W")

static const char *class_words(const struct hl7_class *class, const char *const words[26],
    const char *empty, const char *other)
{
    if (class->said == HL7_CLASS_EMPTY)
        return empty;
    if (class->text.size == 1 && class->text.data[0] >= 'A' && class->text.data[0] <= 'Z' &&
        words[class->text.data[0] - 'A'] != NULL)
        return words[class->text.data[0] - 'A'];
    return other;
}

const char *hl7_class_ignored(const struct hl7_class *class)
{
#define WORDS(letter, text) [(letter) - 'A'] = "ignored (class " text ")",
    static const char *const words[26] = {CLASS_WORDS(WORDS)};
#undef WORDS
    return class_words(class, words, "ignored (class empty)", "ignored (class unknown)");
}

const char *hl7_class_admitted(uint8_t number, const struct hl7_class *class)
{
#define WORDS(letter, text)                                                                        \
    [(letter) - 'A'] = "spell.admitted (class " text ": tracked, not in hospital)",
    static const char *const admitted[26] = {CLASS_WORDS(WORDS)};
#undef WORDS
#define WORDS(letter, text)                                                                        \
    [(letter) - 'A'] = "attendance (class " text ": tracked, not in hospital)",
    static const char *const attended[26] = {CLASS_WORDS(WORDS)};
#undef WORDS

    if (class->inpatient)
        return "spell.admitted";
    if (class->said == HL7_CLASS_UNKNOWN)
        return "spell.admitted (class unknown: flagged)";
    if (number == 4)
        return class_words(class, attended, "", "attendance (tracked, not in hospital)");
    return class_words(class, admitted, "spell.admitted (class empty: flagged)",
        "spell.admitted (tracked, not in hospital)");
}

/*
 * The class filter: what opens a stay is looked at only if its class is tracked.  An unknown or
 * empty class counts as inpatient in an A01, as untracked in an A04; an expected admission may be
 * of class P, or of none yet.
 */
bool hl7_class_passes(uint8_t number, const struct hl7_class *class)
{
    if (class->tracked)
        return true;
    if (number == 4)
        return false;
    if (class->said != HL7_CLASS_KNOWN)
        return true;
    return (number == 5 || number == 14) && hw_slice_is(class->text, "P");
}
