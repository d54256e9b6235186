/* A wall clock that can be set. Preloaded into a process, it shows the process the time with an offset.
 *
 * TESTED_CLOCK names a file that begins with the offset in seconds, such as "-3600". Clocks that nobody can set, and sleeps,
 * are those of the machine: libfaketime, which can set a clock as well, has sleeps of programs with threads fail.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *offset;

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("TESTED_CLOCK");
    if (file == NULL) return;
    int descriptor = open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) abort();
    void *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, descriptor, 0);
    if (page == MAP_FAILED) abort();
    offset = page;
    close(descriptor);
}

static long long seconds(void) { return offset == NULL ? 0 : atoll(offset); }

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += seconds();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int result = syscall(SYS_gettimeofday, now, zone);
    if (result == 0) now->tv_sec += seconds();
    return result;
}

time_t time(time_t *now) {
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    if (now != NULL) *now = precise.tv_sec;
    return precise.tv_sec;
}
