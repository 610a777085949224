#include "attack.h"
#include <poll.h>

static void type(int terminal) {
  for (const char *letter = "changed\n"; *letter; letter++) MUST(ioctl(terminal, TIOCSTI, letter));
  escaped();
}

static void type_into_input(char **words) {
  (void)words;
  type(0);
}

static void type_into_terminal(char **words) {
  (void)words;
  type(MUST(open("/dev/tty", O_RDWR)));
}

/* A request of a virtual console that none knows. */
static void paste(char **words) {
  char request = 127;
  (void)words;
  reached(ioctl(MUST(open(words[0], O_RDWR | O_NOCTTY)), TIOCLINUX, &request), "ioctl TIOCLINUX");
}

static void listen_to(int terminal) {
  char text[256];
  struct pollfd input = {.fd = terminal, .events = POLLIN};
  MUST(poll(&input, 1, 500));
  long length = MUST(read(terminal, text, sizeof text - 1));
  text[length] = 0;
  printf("READ %s\n", text);
  escaped();
}

static void read_input(char **words) {
  (void)words;
  listen_to(0);
}

static void read_terminal(char **words) {
  (void)words;
  listen_to(MUST(open("/dev/tty", O_RDONLY | O_NONBLOCK)));
}

static void write_terminal(char **words) {
  (void)words;
  MUST(write(MUST(open("/dev/tty", O_WRONLY)), "changed", 7));
  escaped();
}

const struct attack terminal_attacks[] = {
    {"type-into-input", 0, type_into_input},
    {"type-into-terminal", 0, type_into_terminal},
    {"paste", 1, paste},
    {"read-input", 0, read_input},
    {"read-terminal", 0, read_terminal},
    {"write-terminal", 0, write_terminal},
    {NULL, 0, NULL},
};
