#include "attack.h"

static const char *scratch_directory(void) {
  mkdir("/tmp/mounted", 0755);
  return "/tmp/mounted";
}

static void mount_tmpfs(char **words) {
  (void)words;
  MUST(mount("none", scratch_directory(), "tmpfs", 0, NULL));
  escaped();
}

static void mount_at(char **words) {
  MUST(mount("none", words[0], "tmpfs", 0, NULL));
  escaped();
}

/* What a mask hides is there again without it. */
static void unmask(char **words) {
  MUST(umount2(words[0], 0));
  print_file(words[0]);
  escaped();
}

static void remount_writable(char **words) {
  MUST(mount("none", words[0], NULL, MS_REMOUNT | MS_BIND, NULL));
  attack_file(words[1], words[2]);
}

/* mount_setattr(2), by number: C libraries know it since few years. */
static void set_attributes(char **words) {
  uint64_t request[4] = {0, 1, 0, 0};
  MUST(syscall(442, AT_FDCWD, words[0], 0, request, sizeof request));
  attack_file(words[1], words[2]);
}

static void open_file_system(char **words) {
  (void)words;
  MUST(syscall(430, "tmpfs", 0));
  escaped();
}

/* A mount of the new kind that is attached: fsopen, fsconfig (create), fsmount, move_mount. */
static void attach_file_system(char **words) {
  (void)words;
  int context = MUST(syscall(430, "tmpfs", 0));
  MUST(syscall(431, context, 6, NULL, NULL, 0));
  int made = MUST(syscall(432, context, 0, 0));
  MUST(syscall(429, made, "", AT_FDCWD, scratch_directory(), 4));
  escaped();
}

/* A copy of a read-only mount of which the copy may be written. */
static void clone_tree(char **words) {
  uint64_t request[4] = {0, 1, 0, 0};
  int tree = MUST(syscall(428, AT_FDCWD, words[0], 1));
  MUST(syscall(442, tree, "", AT_EMPTY_PATH, request, sizeof request));
  MUST(fchdir(tree));
  attack_file(words[1], words[2]);
}

static void exchange_root(char **words) {
  (void)words;
  MUST(mount("none", scratch_directory(), "tmpfs", 0, NULL));
  MUST(chdir(scratch_directory()));
  MUST(syscall(SYS_pivot_root, ".", "."));
  escaped();
}

/* words: hierarchy's options, the cgroup to enter. */
static void enter_cgroup(char **words) {
  char path[4096];
  MUST(mount("none", scratch_directory(), "cgroup", 0, words[0]));
  snprintf(path, sizeof path, "/tmp/mounted/%s/cgroup.procs", words[1]);
  MUST(write(MUST(open(path, O_WRONLY)), "0", 1));
  escaped();
}

const struct attack mount_attacks[] = {
    {"mount-tmpfs", 0, mount_tmpfs},
    {"mount-at", 1, mount_at},
    {"unmask", 1, unmask},
    {"remount-writable", 3, remount_writable},
    {"set-attributes", 3, set_attributes},
    {"open-file-system", 0, open_file_system},
    {"attach-file-system", 0, attach_file_system},
    {"clone-tree", 3, clone_tree},
    {"exchange-root", 0, exchange_root},
    {"enter-cgroup", 2, enter_cgroup},
    {NULL, 0, NULL},
};
