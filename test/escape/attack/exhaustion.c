#include "attack.h"

/* As many processes as asked for at one time; all are gone when it ends, and by themselves within three seconds. */
static void fork_bomb(char **words) {
  int wanted = atoi(words[0]), made = 0, failure = 0;
  pid_t children[1024];
  for (; made < wanted && made < 1024; made++) {
    pid_t child = fork();
    if (child < 0) {
      failure = errno;
      break;
    }
    if (child == 0) {
      alarm(3);
      pause();
      _exit(0);
    }
    children[made] = child;
  }
  for (int index = 0; index < made; index++) kill(children[index], SIGKILL);
  for (int index = 0; index < made; index++) waitpid(children[index], NULL, 0);
  errno = failure;
  if (made < wanted) stopped("fork");
  escaped();
}

static void eat_memory(char **words) {
  for (int megabyte = 0; megabyte < atoi(words[0]); megabyte++) {
    char *more = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (more == MAP_FAILED) stopped("mmap");
    memset(more, 1, 1 << 20);
  }
  escaped();
}

/* words: a new file, megabytes, milliseconds to wait when it is that long. */
static void fill(char **words) {
  static char megabyte[1 << 20];
  int file = MUST(open(words[0], O_WRONLY | O_CREAT | O_EXCL, 0600));
  for (int written = 0; written < atoi(words[1]); written++) {
    long length = MUST(write(file, megabyte, sizeof megabyte));
    errno = ENOSPC;
    if (length < (long)sizeof megabyte) stopped("write");
  }
  usleep((unsigned)atoi(words[2]) * 1000);
  escaped();
}

/* words: milliseconds in all, milliseconds between words. */
static void linger(char **words) {
  int all = atoi(words[0]), between = atoi(words[1]);
  for (int waited = 0; waited < all; waited += between) {
    usleep((unsigned)between * 1000);
    if (between < all) printf("still here\n");
    fflush(stdout);
  }
  escaped();
}

static void print_environment(char **words) {
  const char *value = getenv(words[0]);
  errno = ENOENT;
  if (value == NULL) stopped("getenv");
  printf("READ %s\n", value);
  escaped();
}

static void print_cgroup(char **words) {
  (void)words;
  print_file("/proc/self/cgroup");
  escaped();
}

const struct attack exhaustion_attacks[] = {
    {"fork-bomb", 1, fork_bomb},       {"eat-memory", 1, eat_memory},
    {"fill", 3, fill},                 {"linger", 2, linger},
    {"print-environment", 1, print_environment}, {"print-cgroup", 0, print_cgroup},
    {NULL, 0, NULL},
};
