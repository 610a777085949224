#include "attack.h"

static void write_canary(int file, const char *path) {
  MUST(write(file, "changed", 7));
  (void)path;
}

void print_file(const char *path) {
  char text[4096];
  int file = MUST(open(path, O_RDONLY));
  long length = MUST(read(file, text, sizeof text - 1));
  text[length] = 0;
  printf("READ %s\n", text);
}

static const char *beside(const char *path) {
  static char other[4096];
  snprintf(other, sizeof other, "%s.beside", path);
  return other;
}

/* Reopens for writing what is open for reading, through the link in /proc. */
static void reopen(const char *path) {
  char link[64];
  int file = MUST(open(path, O_RDONLY));
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  write_canary(MUST(open(link, O_WRONLY)), path);
}

void attack_file(const char *operation, const char *path) {
  if (strcmp(operation, "read") == 0) print_file(path);
  else if (strcmp(operation, "write") == 0) write_canary(MUST(open(path, O_WRONLY)), path);
  else if (strcmp(operation, "reopen") == 0) reopen(path);
  else if (strcmp(operation, "truncate") == 0) MUST(truncate(path, 0));
  else if (strcmp(operation, "chmod") == 0) MUST(chmod(path, 04777));
  else if (strcmp(operation, "chown") == 0) MUST(chown(path, getenv("KITH_OTHER_ID") ? 1 : 0, 0));
  else if (strcmp(operation, "utimes") == 0) MUST(utimensat(AT_FDCWD, path, (struct timespec[2]){{1, 0}, {1, 0}}, 0));
  else if (strcmp(operation, "setxattr") == 0) MUST(setxattr(path, "user.kith", "changed", 7, 0));
  else if (strcmp(operation, "rename") == 0) MUST(rename(path, beside(path)));
  else if (strcmp(operation, "unlink") == 0) MUST(unlink(path));
  else if (strcmp(operation, "link") == 0) MUST(link(path, beside(path)));
  else if (strcmp(operation, "symlink") == 0) MUST(symlink("/", beside(path)));
  else if (strcmp(operation, "create") == 0) MUST(open(beside(path), O_WRONLY | O_CREAT | O_EXCL, 0644));
  else if (strcmp(operation, "mkdir") == 0) MUST(mkdir(beside(path), 0755));
  else if (strcmp(operation, "replace") == 0) {
    MUST(open(beside(path), O_WRONLY | O_CREAT | O_EXCL, 0644));
    MUST(rename(beside(path), path));
  } else {
    fprintf(stderr, "unknown operation %s\n", operation);
    _exit(2);
  }
  escaped();
}

static void file(char **words) { attack_file(words[0], words[1]); }

/* Links a file into a directory that can be written, and writes through that name. */
static void write_through_link(char **words) {
  MUST(link(words[0], words[1]));
  attack_file("write", words[1]);
}

static void climb(void) {
  for (int above = 0; above < 64; above++) MUST(chdir(".."));
  MUST(chroot("."));
}

/* A root that is only changed, not gone, is left by whoever has a working directory outside a deeper one. */
static void leave_chroot(char **words) {
  MUST(mkdir("/tmp/deeper", 0755));
  MUST(chdir("/"));
  MUST(chroot("/tmp/deeper"));
  climb();
  attack_file(words[0], words[1]);
}

/* The same with a descriptor of a directory that was kept. */
static void leave_by_descriptor(char **words) {
  int kept = MUST(open("/tmp", O_RDONLY | O_DIRECTORY));
  MUST(mkdir("/tmp/deeper", 0755));
  MUST(chroot("/tmp/deeper"));
  MUST(fchdir(kept));
  climb();
  attack_file(words[0], words[1]);
}

static void in_process_root(char **words) {
  char path[4096];
  snprintf(path, sizeof path, "/proc/%s/root%s", words[0], words[2]);
  attack_file(words[1], path);
}

/* The path of a directory that the host has open is a way to its other files. */
static void in_process_directory(char **words) {
  char path[4096];
  snprintf(path, sizeof path, "/proc/%s/cwd/%s", words[0], words[2]);
  attack_file(words[1], path);
}

static void make_device(const char *path, mode_t kind, const char *numbers) {
  unsigned major_number = 0, minor_number = 0;
  sscanf(numbers, "%u:%u", &major_number, &minor_number);
  MUST(mknod(path, kind | 0666, makedev(major_number, minor_number)));
}

static void character_device(char **words) {
  make_device(words[0], S_IFCHR, "1:5");
  escaped();
}

static void block_device(char **words) {
  /* No driver has this number. */
  make_device(words[0], S_IFBLK, "4095:4095");
  escaped();
}

/* Makes /dev/zero of its own and reads it. */
static void use_made_device(char **words) {
  make_device(words[0], S_IFCHR, "1:5");
  print_file(words[0]);
  escaped();
}

static void write_device(char **words) {
  MUST(write(MUST(open(words[0], O_WRONLY)), "x", 1));
  escaped();
}

static void open_device(char **words) {
  MUST(open(words[0], O_RDONLY | O_NONBLOCK));
  escaped();
}

/* An ioctl that no device knows. */
static void control_device(char **words) {
  reached(ioctl(MUST(open(words[0], O_RDONLY)), 0x4b54, 0), "ioctl");
}

/* What is there is the kernel's own file, not something laid over it. `how`: r or w; nothing is written. */
static void open_kernel_file(char **words) {
  struct statfs info;
  int file_ = MUST(open(words[1], (words[0][0] == 'w' ? O_WRONLY : O_RDONLY) | O_NONBLOCK));
  MUST(fstatfs(file_, &info));
  errno = ENOENT;
  if (info.f_type != 0x9fa0) stopped("fstatfs: not of proc");
  escaped();
}

void give_capability(const char *path) {
  /* struct vfs_cap_data, revision 2: cap_setuid permitted and effective. */
  unsigned data[5] = {0x02000001, 1u << 7, 0, 0, 0};
  MUST(setxattr(path, "security.capability", data, sizeof data, 0));
}

static void set_file_capability(char **words) {
  give_capability(words[0]);
  escaped();
}

const struct attack file_attacks[] = {
    {"file", 2, file},
    {"write-through-link", 2, write_through_link},
    {"leave-chroot", 2, leave_chroot},
    {"leave-by-descriptor", 2, leave_by_descriptor},
    {"in-process-root", 3, in_process_root},
    {"in-process-directory", 3, in_process_directory},
    {"character-device", 1, character_device},
    {"block-device", 1, block_device},
    {"use-made-device", 1, use_made_device},
    {"write-device", 1, write_device},
    {"open-device", 1, open_device},
    {"control-device", 1, control_device},
    {"open-kernel-file", 2, open_kernel_file},
    {"set-file-capability", 1, set_file_capability},
    {NULL, 0, NULL},
};
