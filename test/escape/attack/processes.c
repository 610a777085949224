#include "attack.h"
#include <sys/ptrace.h>

static pid_t process(const char *word) { return (pid_t)atoi(word); }

static void send_signal(char **words) {
  MUST(kill(process(words[0]), SIGUSR1));
  escaped();
}

static void attach(char **words) {
  pid_t id = process(words[0]);
  MUST(ptrace(PTRACE_ATTACH, id, NULL, NULL));
  MUST(waitpid(id, NULL, __WALL));
  MUST(ptrace(PTRACE_DETACH, id, NULL, NULL));
  escaped();
}

/* words: process, address of eight bytes that may be written. */
static void write_memory(char **words) {
  struct iovec own = {"changed", 8}, other = {(void *)strtoul(words[1], NULL, 16), 8};
  MUST(process_vm_writev(process(words[0]), &own, 1, &other, 1, 0));
  escaped();
}

static unsigned long first_mapping(const char *id) {
  char path[64], text[64];
  snprintf(path, sizeof path, "/proc/%s/maps", id);
  MUST(read(MUST(open(path, O_RDONLY)), text, sizeof text - 1));
  return strtoul(text, NULL, 16);
}

static void read_memory(char **words) {
  char byte;
  struct iovec own = {&byte, 1}, other = {(void *)first_mapping(words[0]), 1};
  MUST(process_vm_readv(process(words[0]), &own, 1, &other, 1, 0));
  escaped();
}

/* Opens the memory for writing, and writes nothing. */
static void open_memory(char **words) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/mem", words[0]);
  MUST(open(path, O_RDWR));
  escaped();
}

static void enter_namespace(char **words) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/ns/%s", words[0], words[1]);
  MUST(setns(MUST(open(path, O_RDONLY)), 0));
  escaped();
}

static void print_entry(char **words) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/%s", words[0], words[1]);
  print_file(path);
  escaped();
}

static void read_link(char **words) {
  char path[64], text[4096];
  snprintf(path, sizeof path, "/proc/%s/%s", words[0], words[1]);
  long length = MUST(readlink(path, text, sizeof text - 1));
  text[length] = 0;
  printf("READ %s\n", text);
  escaped();
}

static const char forged[] = "{\"kind\":\"exited\",\"status\":0}\n";

/* Tells in the launcher's place that the build went well, and fails. */
static void forge_by_path(char **words) {
  (void)words;
  MUST(write(MUST(open("/proc/1/fd/2", O_WRONLY)), forged, sizeof forged - 1));
  printf("ESCAPED\n");
  fflush(stdout);
  _exit(9);
}

static void forge_by_descriptor(char **words) {
  (void)words;
  int launcher = MUST(syscall(434, 1, 0));
  MUST(write(MUST(syscall(438, launcher, 2, 0)), forged, sizeof forged - 1));
  printf("ESCAPED\n");
  fflush(stdout);
  _exit(9);
}

/* Outlives the build, and shows it by a file. */
static void stay(char **words) {
  if (fork() == 0) {
    setsid();
    for (int file = 0; file < 3; file++) close(file);
    usleep(700 * 1000);
    _exit(open(words[0], O_WRONLY | O_CREAT, 0644) < 0);
  }
  printf("STARTED\n");
  fflush(stdout);
}

/* words: a setuid program of root that tells its effective user id. */
static void regain_user(char **words) {
  MUST(setgid(65533));
  MUST(setuid(65533));
  MUST(execl(words[0], words[0], "tell-user", NULL));
}

static void tell_user(char **words) {
  (void)words;
  errno = EPERM;
  if (geteuid() != 0) stopped("geteuid");
  escaped();
}

/* Root that gave up its capabilities has them again in the next program. */
static void regain_capabilities(char **words) {
  struct {
    unsigned version;
    int id;
  } header = {0x20080522, 0};
  unsigned nothing[6] = {0};
  MUST(syscall(SYS_capset, &header, nothing));
  MUST(execl(words[0], words[0], "tell-capabilities", NULL));
}

/* words: a program of its own, to which it gives a capability before it gives up all. */
static void regain_by_file(char **words) {
  give_capability(words[0]);
  MUST(setgid(65533));
  MUST(setuid(65533));
  MUST(execl(words[0], words[0], "tell-capabilities", NULL));
}

static void tell_capabilities(char **words) {
  struct {
    unsigned version;
    int id;
  } header = {0x20080522, 0};
  unsigned sets[6];
  (void)words;
  MUST(syscall(SYS_capget, &header, sets));
  errno = EPERM;
  if (sets[0] == 0) stopped("capget: none");
  escaped();
}

static void crash(char **words) {
  (void)words;
  printf("CRASHING\n");
  fflush(stdout);
  signal(SIGSEGV, SIG_DFL);
  raise(SIGSEGV);
}

const struct attack process_attacks[] = {
    {"send-signal", 1, send_signal},
    {"attach", 1, attach},
    {"write-memory", 2, write_memory},
    {"read-memory", 1, read_memory},
    {"open-memory", 1, open_memory},
    {"enter-namespace", 2, enter_namespace},
    {"print-entry", 2, print_entry},
    {"read-link", 2, read_link},
    {"forge-by-path", 0, forge_by_path},
    {"forge-by-descriptor", 0, forge_by_descriptor},
    {"stay", 1, stay},
    {"regain-user", 1, regain_user},
    {"tell-user", 0, tell_user},
    {"regain-capabilities", 1, regain_capabilities},
    {"regain-by-file", 1, regain_by_file},
    {"tell-capabilities", 0, tell_capabilities},
    {"crash", 0, crash},
    {NULL, 0, NULL},
};
