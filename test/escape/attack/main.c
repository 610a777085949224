#include "attack.h"

/* The program that test/escape runs inside sandboxes whose protections are dropped on purpose, against canaries alone. */

void escaped(void) {
  printf("ESCAPED\n");
  fflush(stdout);
  _exit(0);
}

void stopped(const char *what) {
  printf("STOPPED %s: %s\n", what, strerror(errno));
  fflush(stdout);
  _exit(0);
}

long must(long value, const char *what) {
  if (value < 0) stopped(what);
  return value;
}

void reached(long value, const char *what) {
  if (value < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS || errno == EAFNOSUPPORT)) stopped(what);
  escaped();
}

static const struct attack *const tables[] = {
    file_attacks,    mount_attacks,    process_attacks,    kernel_attacks,
    network_attacks, terminal_attacks, exhaustion_attacks, outside_helpers,
};

int main(int count, char **words) {
  /* Whatever goes wrong, nothing of this runs for long. */
  alarm(20);
  for (size_t table = 0; table < sizeof tables / sizeof *tables; table++)
    for (const struct attack *one = tables[table]; count > 1 && one->name != NULL; one++)
      if (strcmp(one->name, words[1]) == 0 && count - 2 >= one->words) {
        one->run(words + 2);
        return 0;
      }
  fprintf(stderr, "attack: unknown, or too few words: %s\n", count > 1 ? words[1] : "");
  return 2;
}
