/*
 * A disk that fails on command, put between a process and the system with LD_PRELOAD. While the file FAULT_FLAG is there,
 * files below FAULT_DIRECTORY fail as FAULT_KIND says:
 *   read-only  whatever would change a file or a folder fails with EROFS, as after the system has set a disk read-only
 *   write      writes fail with EIO
 *   flush      flushes fail with EIO, and what was written since the last one is lost, as it is when the system drops
 *              pages that it could not write
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_kind(const char *kind) {
  const char *chosen = getenv("FAULT_KIND");
  return chosen != NULL && strcmp(chosen, kind) == 0;
}

static int is_failing(const char *kind) {
  const char *flag = getenv("FAULT_FLAG");
  struct stat found;
  return is_kind(kind) && flag != NULL && stat(flag, &found) == 0;
}

static int is_below(const char *path) {
  const char *directory = getenv("FAULT_DIRECTORY");
  return directory != NULL && strncmp(path, directory, strlen(directory)) == 0;
}

static int is_kept(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_below(path);
}

static int failed(int error) {
  errno = error;
  return -1;
}

/* What a file held before each write since its last flush, the last one first. */
struct former {
  struct former *before;
  dev_t device;
  ino_t file;
  off_t size, at;
  size_t length;
  char bytes[];
};
static struct former *last_former;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void remember(int fd, off_t at, size_t length) {
  struct stat found;
  if (!is_kind("flush") || !is_kept(fd) || fstat(fd, &found) != 0) return;
  struct former *former = malloc(sizeof *former + length);
  if (former == NULL) abort();
  ssize_t had = pread(fd, former->bytes, length, at);
  former->device = found.st_dev;
  former->file = found.st_ino;
  former->size = found.st_size;
  former->at = at;
  former->length = had > 0 ? (size_t)had : 0;
  pthread_mutex_lock(&lock);
  former->before = last_former;
  last_former = former;
  pthread_mutex_unlock(&lock);
}

/* Forgets what was remembered of a file, putting it back where that is asked for. */
static void settle(int fd, int is_lost) {
  struct stat found;
  if (!is_kind("flush") || fstat(fd, &found) != 0) return;
  pthread_mutex_lock(&lock);
  for (struct former **at = &last_former; *at != NULL;) {
    struct former *former = *at;
    if (former->device != found.st_dev || former->file != found.st_ino) {
      at = &former->before;
      continue;
    }
    if (is_lost) {
      REAL(pwrite)(fd, former->bytes, former->length, former->at);
      REAL(ftruncate)(fd, former->size);
    }
    *at = former->before;
    free(former);
  }
  pthread_mutex_unlock(&lock);
}

static int write_error(int fd) {
  if (is_failing("read-only") && is_kept(fd)) return EROFS;
  return is_failing("write") && is_kept(fd) ? EIO : 0;
}

static int change_error(const char *path) { return is_failing("read-only") && is_below(path) ? EROFS : 0; }

#define WRITING(flags) (((flags) & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) != 0)

#define OPEN(name)                                                              \
  int name(const char *path, int flags, ...) {                                  \
    va_list more;                                                               \
    va_start(more, flags);                                                      \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0; \
    va_end(more);                                                               \
    int error = WRITING(flags) ? change_error(path) : 0;                        \
    return error != 0 ? failed(error) : REAL(name)(path, flags, mode);          \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                            \
  int name(int folder, const char *path, int flags, ...) {                      \
    va_list more;                                                               \
    va_start(more, flags);                                                      \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0; \
    va_end(more);                                                               \
    int error = WRITING(flags) ? change_error(path) : 0;                        \
    return error != 0 ? failed(error) : REAL(name)(folder, path, flags, mode);  \
  }
OPENAT(openat)
OPENAT(openat64)

#define PWRITE(name, offset)                                                    \
  ssize_t name(int fd, const void *bytes, size_t length, offset at) {           \
    int error = write_error(fd);                                                \
    if (error != 0) return failed(error);                                       \
    remember(fd, at, length);                                                   \
    return REAL(name)(fd, bytes, length, at);                                   \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *bytes, size_t length) {
  int error = write_error(fd);
  if (error != 0) return failed(error);
  remember(fd, lseek(fd, 0, SEEK_CUR), length);
  return REAL(write)(fd, bytes, length);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  int error = write_error(fd);
  size_t length = 0;
  for (int part = 0; part < count; part += 1) length += parts[part].iov_len;
  if (error != 0) return failed(error);
  remember(fd, at, length);
  return REAL(pwritev)(fd, parts, count, at);
}

static void remember_tail(int fd, off_t size) {
  struct stat found;
  if (fstat(fd, &found) != 0) return;
  remember(fd, size, found.st_size > size ? (size_t)(found.st_size - size) : 0);
}

#define FTRUNCATE(name, offset)                                                 \
  int name(int fd, offset size) {                                               \
    int error = write_error(fd);                                                \
    if (error != 0) return failed(error);                                       \
    remember_tail(fd, size);                                                    \
    return REAL(name)(fd, size);                                                \
  }
FTRUNCATE(ftruncate, off_t)
FTRUNCATE(ftruncate64, off64_t)

#define FLUSH(name)                                                             \
  int name(int fd) {                                                            \
    int is_lost = is_failing("flush") && is_kept(fd);                           \
    int result = is_lost ? failed(EIO) : REAL(name)(fd);                        \
    settle(fd, is_lost);                                                        \
    if (is_lost) errno = EIO;                                                   \
    return result;                                                              \
  }
FLUSH(fsync)
FLUSH(fdatasync)

int unlink(const char *path) {
  int error = change_error(path);
  return error != 0 ? failed(error) : REAL(unlink)(path);
}

int rename(const char *from, const char *to) {
  int error = change_error(to);
  return error != 0 ? failed(error) : REAL(rename)(from, to);
}

int mkdir(const char *path, mode_t mode) {
  int error = change_error(path);
  return error != 0 ? failed(error) : REAL(mkdir)(path, mode);
}
