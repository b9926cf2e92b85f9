#ifndef MARTLET_MIGRATIONS_H
#define MARTLET_MIGRATIONS_H

#include <stddef.h>

/// One file of sql/, embedded in the binary.
struct martlet_sql_file {
    /// The path below sql/.
    const char *_Nonnull name;
    /// UTF-8, not terminated.
    const unsigned char *_Nonnull text;
    size_t length;
};

/// The numbered migrations, in order: each is applied once.
const struct martlet_sql_file *_Nonnull martlet_migrations_list(void);
extern const size_t martlet_migrations_count;

/// What is replaced as a whole when any of it changes: functions, triggers, views, grants; in order of dependency.
const struct martlet_sql_file *_Nonnull martlet_functions_list(void);
extern const size_t martlet_functions_count;

#endif
