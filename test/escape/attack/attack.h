#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Attacks end with one line, `ESCAPED` or `STOPPED <call>: <error>`: a run without it does not count. */
void escaped(void) __attribute__((noreturn));
void stopped(const char *what) __attribute__((noreturn));

/* The value of a call that must work for the attack to go on. */
long must(long value, const char *what);
#define MUST(call) must((long)(call), #call)

/* For calls with arguments that can do nothing: any error but a refusal shows that the kernel took them. */
void reached(long value, const char *what) __attribute__((noreturn));

typedef void attack_function(char **words);
struct attack {
  const char *name;
  int words; /* how many at least */
  attack_function *run;
};

extern const struct attack file_attacks[], mount_attacks[], process_attacks[], kernel_attacks[], network_attacks[],
    terminal_attacks[], exhaustion_attacks[], outside_helpers[];

/* One operation on a file, by name: attack_file in files.c. */
void attack_file(const char *operation, const char *path);
void print_file(const char *path);
/* Whoever runs that program may be whoever they like. */
void give_capability(const char *path);
