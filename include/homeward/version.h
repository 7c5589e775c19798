/*
 * version.h - versions of what others rely on.
 */
#ifndef HOMEWARD_VERSION_H
#define HOMEWARD_VERSION_H

#define HW_VERSION "0.1.0"

/*
 * Changes with any fold or figure (CONTRACT R5): segments and snapshots carry it; a snapshot of
 * another version is not loaded, and replay checks decisions only under the same one.
 */
#define HW_RULES_VERSION 1u

/* Of journal segments and snapshots: one more for any change of layout. */
#define HW_FORMAT_VERSION 1u

#endif
