#include "attack.h"
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>

/* What the tests themselves do on the host and have no function for: victims, and looking at canaries. */

/* Tells its id and where its canary is; then the canary for every line that it reads. Ends with its input. */
static void victim(char **words) {
  static char canary[16] = "unchanged";
  char line[16];
  (void)words;
  alarm(60);
  printf("%d %lx\n", getpid(), (unsigned long)canary);
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    printf("%s\n", canary);
    fflush(stdout);
  }
}

/* Mode, owner, size, time, attribute and text of a file, in one line. */
static void state(char **words) {
  struct stat info;
  char attribute[32] = "", text[64] = "";
  if (lstat(words[0], &info) < 0) {
    printf("none\n");
    return;
  }
  if (getxattr(words[0], "user.kith", attribute, sizeof attribute - 1) < 0) strcpy(attribute, "-");
  int file = open(words[0], O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0 || !S_ISREG(info.st_mode) || read(file, text, sizeof text - 1) < 0) strcpy(text, "-");
  printf("%o %u:%u %ld %ld.%09ld %s %s\n", info.st_mode, info.st_uid, info.st_gid, (long)info.st_size,
         (long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec, attribute, text);
}

static void print_handle(char **words) {
  union {
    struct file_handle handle;
    unsigned char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
  } it = {.handle = {.handle_bytes = MAX_HANDLE_SZ}};
  int mount;
  MUST(name_to_handle_at(AT_FDCWD, words[0], &it.handle, &mount, 0));
  for (size_t index = 0; index < sizeof(struct file_handle) + it.handle.handle_bytes; index++)
    printf("%02x", it.bytes[index]);
  printf("\n");
}

/* Holds a segment, a queue and a POSIX queue of this key until its input ends; shows whether one was changed. */
static void shared(char **words) {
  int key = atoi(words[0]);
  struct {
    long kind;
    char text[8];
  } message;
  char text[64] = "", line[16];
  struct mq_attr sizes = {.mq_maxmsg = 1, .mq_msgsize = 64};
  int segment = MUST(shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600));
  int queue = MUST(msgget(key, IPC_CREAT | IPC_EXCL | 0600));
  mqd_t posix = MUST(mq_open(words[1], O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &sizes));
  char *memory = shmat(segment, NULL, 0);
  alarm(60);
  printf("ready\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    int changed = strcmp(memory, "changed") == 0 || msgrcv(queue, &message, 8, 0, IPC_NOWAIT) > 0 ||
                  mq_receive(posix, text, sizeof text, NULL) > 0;
    printf("%s\n", changed ? "changed" : "unchanged");
    fflush(stdout);
  }
  shmctl(segment, IPC_RMID, NULL);
  msgctl(queue, IPC_RMID, NULL);
  mq_unlink(words[1]);
}

/* Runs a program with a terminal of its own as input, whose other end is its descriptor 3. */
static void terminal(char **words) {
  int status = 0, other = MUST(posix_openpt(O_RDWR | O_NOCTTY));
  MUST(grantpt(other));
  MUST(unlockpt(other));
  alarm(0);
  /* Nothing goes on when the tests are ended. */
  MUST(prctl(PR_SET_PDEATHSIG, SIGKILL));
  pid_t child = MUST(fork());
  if (child == 0) {
    MUST(prctl(PR_SET_PDEATHSIG, SIGKILL));
    MUST(setsid());
    int slave = MUST(open(ptsname(other), O_RDWR));
    MUST(dup2(slave, 0));
    if (other != 3) MUST(dup2(other, 3));
    MUST(fcntl(3, F_SETFL, O_RDWR | O_NONBLOCK));
    if (slave > 3) close(slave);
    MUST(execvp(words[0], words));
  }
  close(other);
  MUST(waitpid(child, &status, 0));
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

const struct attack outside_helpers[] = {
    {"victim", 0, victim},       {"state", 1, state}, {"print-handle", 1, print_handle}, {"shared", 2, shared},
    {"terminal", 1, terminal}, {NULL, 0, NULL},
};
