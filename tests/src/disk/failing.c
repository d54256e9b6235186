/* A disk that fails. Preloaded into a process, it stands between the process and what it writes below one directory.
 *
 * TESTED_DISK names the directory, an absolute path. TESTED_DISK_STATE names a file whose first byte says how the disk is:
 *
 *   '.'  it works
 *   's'  fsync takes as many milliseconds as the digits after it say
 *   'r'  it is mounted read-only (EROFS)
 *   'f'  it is full (ENOSPC)
 *   'e'  it is broken (EIO)
 *
 * Both names of each function are here, because which one a program calls depends on how it was compiled. Memory that a
 * program maps is written to as ever. Descriptors are never closed here: that would drop the process's locks.
 */
#define _GNU_SOURCE
#define _LARGEFILE64_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const char *directory;
static const volatile char *state;

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("TESTED_DISK_STATE");
    directory = getenv("TESTED_DISK");
    if (directory == NULL || file == NULL) return;
    int descriptor = syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) abort();
    void *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, descriptor, 0);
    if (page == MAP_FAILED) abort();
    state = page;
    close(descriptor);
}

static int is_fine(void) { return state == NULL || *state == '.'; }

static int is_below(const char *path) {
    size_t length = strlen(directory);
    return strncmp(path, directory, length) == 0 && path[length] == '/';
}

static int is_on_disk(int descriptor) {
    char name[64], path[PATH_MAX + 1];
    snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(name, path, PATH_MAX);
    if (length < 0) return 0;
    path[length] = 0;
    return is_below(path);
}

static int is_named_on_disk(int at, const char *path) {
    char absolute[2 * PATH_MAX];
    if (path[0] == '/') return is_below(path);
    if (at != AT_FDCWD || getcwd(absolute, PATH_MAX) == NULL) return 0;
    strcat(absolute, "/");
    strncat(absolute, path, PATH_MAX - 1);
    return is_below(absolute);
}

/* The error of whatever would write; 0 if it works. */
static int fault(void) {
    switch (state == NULL ? '.' : *state) {
    case 'r': return EROFS;
    case 'f': return ENOSPC;
    case 'e': return EIO;
    default: return 0;
    }
}

static int fault_of(int descriptor) {
    int saved = errno;
    int error = is_fine() || !is_on_disk(descriptor) ? 0 : fault();
    errno = saved;
    return error;
}

#define FAIL_IF(error) do { int failed = (error); if (failed) { errno = failed; return -1; } } while (0)

/* What was written before the disk filled up can still be written out; a disk that is slow, is slow here. */
static int fault_of_sync(int descriptor) {
    if (is_fine() || !is_on_disk(descriptor)) return 0;
    if (*state == 's') {
        long millis = atol((const char *)state + 1);
        struct timespec left = {millis / 1000, millis % 1000 * 1000000};
        while (nanosleep(&left, &left) != 0) {}
    }
    return *state == 'f' ? 0 : fault();
}

static int opened(int at, const char *path, int flags, mode_t mode) {
    int writes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
    if (writes && !is_fine() && is_named_on_disk(at, path)) {
        /* A full disk opens what is there. */
        int is_new = (flags & O_CREAT) && access(path, F_OK) != 0;
        FAIL_IF(*state == 'f' && !is_new ? 0 : fault());
    }
    return syscall(SYS_openat, at, path, flags, mode);
}

#define MODE_AFTER(flags, mode) \
    mode_t mode = 0; \
    if ((flags) & O_CREAT || ((flags) & O_TMPFILE) == O_TMPFILE) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, int); \
        va_end(rest); \
    }

int open(const char *path, int flags, ...) { MODE_AFTER(flags, mode) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_AFTER(flags, mode) return opened(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE_AFTER(flags, mode) return opened(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE_AFTER(flags, mode) return opened(at, path, flags, mode); }

ssize_t write(int descriptor, const void *bytes, size_t count) {
    FAIL_IF(fault_of(descriptor));
    return syscall(SYS_write, descriptor, bytes, count);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    FAIL_IF(fault_of(descriptor));
    return syscall(SYS_writev, descriptor, parts, count);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t at) {
    FAIL_IF(fault_of(descriptor));
    return syscall(SYS_pwrite64, descriptor, bytes, count, at);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t at) {
    return pwrite64(descriptor, bytes, count, at);
}

ssize_t pwritev64(int descriptor, const struct iovec *parts, int count, off64_t at) {
    FAIL_IF(fault_of(descriptor));
    return syscall(SYS_pwritev, descriptor, parts, count, at, 0);
}

ssize_t pwritev(int descriptor, const struct iovec *parts, int count, off_t at) {
    return pwritev64(descriptor, parts, count, at);
}

int fsync(int descriptor) {
    FAIL_IF(fault_of_sync(descriptor));
    return syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor) {
    FAIL_IF(fault_of_sync(descriptor));
    return syscall(SYS_fdatasync, descriptor);
}

int ftruncate64(int descriptor, off64_t length) {
    FAIL_IF(fault_of(descriptor));
    return syscall(SYS_ftruncate, descriptor, length);
}

int ftruncate(int descriptor, off_t length) { return ftruncate64(descriptor, length); }

int fallocate64(int descriptor, int mode, off64_t at, off64_t length) {
    FAIL_IF(fault_of(descriptor));
    return syscall(SYS_fallocate, descriptor, mode, at, length);
}

int fallocate(int descriptor, int mode, off_t at, off_t length) { return fallocate64(descriptor, mode, at, length); }

int posix_fallocate64(int descriptor, off64_t at, off64_t length) {
    return fallocate64(descriptor, 0, at, length) == 0 ? 0 : errno;
}

int posix_fallocate(int descriptor, off_t at, off_t length) { return posix_fallocate64(descriptor, at, length); }
