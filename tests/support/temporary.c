#include "support/temporary.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void temporary_make(char folder[HW_PATH_SIZE])
{
    const char *base = getenv("TMPDIR");
    int size = snprintf(folder, HW_PATH_SIZE, "%s/homeward-XXXXXX", base == NULL ? "/tmp" : base);

    HW_ASSERT(size < HW_PATH_SIZE);
    HW_ASSERT(mkdtemp(folder) != NULL);
}

static void each(
    const char *folder, void (*visit)(const char *path, const char *name, void *with), void *with)
{
    DIR *listing = opendir(folder);
    struct dirent *entry;
    char path[HW_PATH_SIZE];

    if (listing == NULL)
        return;
    while ((entry = readdir(listing)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        HW_ASSERT(hw_file_path(path, folder, entry->d_name));
        visit(path, entry->d_name, with);
    }
    closedir(listing);
}

static bool is_folder(const char *path)
{
    struct stat about;

    return lstat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static void remove_one(const char *path, const char *name, void *with)
{
    (void)name;
    (void)with;
    if (is_folder(path))
        temporary_remove(path);
    else
        unlink(path);
}

void temporary_remove(const char *folder)
{
    each(folder, remove_one, NULL);
    rmdir(folder);
}

static void copy_file(const char *from, const char *to)
{
    FILE *source = fopen(from, "rb"), *target = fopen(to, "wb");
    char bytes[65536];
    size_t count;

    HW_ASSERT(source != NULL);
    HW_ASSERT(target != NULL);
    while ((count = fread(bytes, 1, sizeof bytes, source)) > 0)
        HW_ASSERT(fwrite(bytes, 1, count, target) == count);
    fclose(source);
    HW_ASSERT(fclose(target) == 0);
}

static void copy_one(const char *path, const char *name, void *with)
{
    char to[HW_PATH_SIZE];

    HW_ASSERT(hw_file_path(to, with, name));
    if (is_folder(path))
        temporary_copy(path, to);
    else
        copy_file(path, to);
}

void temporary_copy(const char *from, const char *to)
{
    HW_ASSERT(mkdir(to, 0750) == 0 || is_folder(to));
    each(from, copy_one, (void *)(uintptr_t)to);
}
