#include "attack.h"
#include <sys/timex.h>

/* Calls to the kernel itself, each with arguments that change nothing also where it is allowed. */
static char nowhere[] = "/kith-no-such-file";
#define INERT(name, call) \
  static void name(char **words) { \
    (void)words; \
    reached(call, #call); \
  }

static char big[1 << 16];
/* A description longer than a page is refused before anything else. */
INERT(load_bpf, syscall(SYS_bpf, 5, big, sizeof big))
INERT(watch_performance, syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0))
INERT(handle_faults, syscall(SYS_userfaultfd, 1))
INERT(queue_calls, syscall(425, 1, NULL))
INERT(load_kernel, syscall(SYS_kexec_load, 0, 1ul << 30, NULL, ~0ul))
INERT(load_module, syscall(SYS_init_module, NULL, 0ul, NULL))
INERT(unload_module, syscall(SYS_delete_module, NULL, 0))
INERT(account, syscall(SYS_acct, nowhere))
INERT(swap, syscall(SYS_swapon, nowhere, 0))
INERT(unswap, syscall(SYS_swapoff, nowhere))
INERT(set_clock, syscall(SYS_clock_settime, CLOCK_REALTIME, (void *)1))
INERT(set_time_of_day, syscall(SYS_settimeofday, (void *)1, NULL))
INERT(watch_files, syscall(SYS_fanotify_init, 0x200, O_RDONLY))
INERT(set_quota, syscall(SYS_quotactl, 0x800007 << 8, nowhere, 0, NULL))
INERT(create_key, syscall(SYS_add_key, "user", "kith-escape", "x", 1ul, -2 /* of this process */))
/* No key has the number 1. */
INERT(read_key, syscall(SYS_keyctl, 11, 1, NULL, 0ul))
INERT(read_log, syscall(SYS_syslog, 10, NULL, 0))
INERT(new_user_namespace, syscall(SYS_unshare, CLONE_NEWUSER))
INERT(new_mount_namespace, syscall(SYS_unshare, CLONE_NEWNS))

static void adjust_clock(char **words) {
  /* Root gets EINVAL for a tick of no length, everybody else EPERM. */
  struct timex change = {.modes = ADJ_TICK, .tick = 0};
  (void)words;
  reached(syscall(SYS_adjtimex, &change), "adjtimex");
}

/* To what it is already; whose name that was shows the namespace. */
static void set_host_name(char **words) {
  char name[65] = "", place[64] = "";
  (void)words;
  MUST(gethostname(name, sizeof name - 1));
  MUST(sethostname(name, strlen(name)));
  MUST(readlink("/proc/self/ns/uts", place, sizeof place - 1));
  printf("READ %s\n", place);
  escaped();
}

/* What a process of a new user namespace may do: mount. */
static void tell_child(int status) {
  errno = EPERM;
  if (status != 0) stopped("in the child");
  escaped();
}

static void clone_user_namespace(char **words) {
  int status = 0;
  (void)words;
  pid_t child = MUST(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL));
  if (child == 0) _exit(0);
  MUST(waitpid(child, &status, 0));
  tell_child(status);
}

static void clone3_user_namespace(char **words) {
  uint64_t arguments[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
  int status = 0;
  (void)words;
  pid_t child = MUST(syscall(435, arguments, sizeof arguments));
  if (child == 0) _exit(0);
  MUST(waitpid(child, &status, 0));
  tell_child(status);
}

/* getpid by the 32-bit interface, which a filter for 64-bit calls would not see. */
static void foreign_call(char **words) {
  (void)words;
#ifdef __x86_64__
  long value;
  __asm__ volatile("int $0x80" : "=a"(value) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
  errno = ENOSYS;
  if (value != getpid()) stopped("int 0x80");
  escaped();
#else
  errno = ENOSYS;
  stopped("not this processor");
#endif
}

static void x32_call(char **words) {
  (void)words;
  MUST(syscall(0x40000000 | 39));
  escaped();
}

static void port_access(char **words) {
  (void)words;
#ifdef SYS_iopl
  reached(syscall(SYS_iopl, 0), "iopl");
#else
  errno = ENOSYS;
  stopped("not this processor");
#endif
}

/* words: a handle as name_to_handle_at gave it outside, a directory on the same file system. */
static void open_handle(char **words) {
  union {
    struct file_handle handle;
    unsigned char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
  } it = {0};
  const char *hex = words[0];
  char text[256] = "";
  for (size_t index = 0; hex[2 * index] && hex[2 * index + 1] && index < sizeof it.bytes; index++)
    sscanf(hex + 2 * index, "%2hhx", &it.bytes[index]);
  int directory = MUST(open(words[1], O_RDONLY | O_DIRECTORY));
  int file = MUST(open_by_handle_at(directory, &it.handle, O_RDONLY));
  MUST(read(file, text, sizeof text - 1));
  printf("READ %s\n", text);
  escaped();
}

static void raise_limit(char **words) {
  struct rlimit less = {0, 0}, more = {1, 1};
  (void)words;
  MUST(setrlimit(RLIMIT_CORE, &less));
  MUST(setrlimit(RLIMIT_CORE, &more));
  escaped();
}

static void real_time(char **words) {
  struct sched_param first = {.sched_priority = 1};
  (void)words;
  MUST(sched_setscheduler(0, SCHED_FIFO, &first));
  escaped();
}

const struct attack kernel_attacks[] = {
    {"load-bpf", 0, load_bpf},
    {"watch-performance", 0, watch_performance},
    {"handle-faults", 0, handle_faults},
    {"queue-calls", 0, queue_calls},
    {"load-kernel", 0, load_kernel},
    {"load-module", 0, load_module},
    {"unload-module", 0, unload_module},
    {"account", 0, account},
    {"swap", 0, swap},
    {"unswap", 0, unswap},
    {"set-clock", 0, set_clock},
    {"set-time-of-day", 0, set_time_of_day},
    {"watch-files", 0, watch_files},
    {"set-quota", 0, set_quota},
    {"create-key", 0, create_key},
    {"read-key", 0, read_key},
    {"read-log", 0, read_log},
    {"new-user-namespace", 0, new_user_namespace},
    {"new-mount-namespace", 0, new_mount_namespace},
    {"clone-user-namespace", 0, clone_user_namespace},
    {"clone3-user-namespace", 0, clone3_user_namespace},
    {"adjust-clock", 0, adjust_clock},
    {"set-host-name", 0, set_host_name},
    {"foreign-call", 0, foreign_call},
    {"x32-call", 0, x32_call},
    {"port-access", 0, port_access},
    {"open-handle", 2, open_handle},
    {"raise-limit", 0, raise_limit},
    {"real-time", 0, real_time},
    {NULL, 0, NULL},
};
