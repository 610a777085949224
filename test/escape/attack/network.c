#include "attack.h"
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/un.h>

static struct sockaddr_in loopback(const char *port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET,
      .sin_port = htons((uint16_t)atoi(port)),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
}

/* Sends a word to whoever listens. */
static void connect_tcp(char **words) {
  struct sockaddr_in to = loopback(words[0]);
  int one = MUST(socket(AF_INET, SOCK_STREAM, 0));
  MUST(connect(one, (void *)&to, sizeof to));
  MUST(write(one, "changed", 7));
  escaped();
}

static void send_udp(char **words) {
  struct sockaddr_in to = loopback(words[0]);
  int one = MUST(socket(AF_INET, SOCK_DGRAM, 0));
  MUST(sendto(one, "changed", 7, 0, (void *)&to, sizeof to));
  escaped();
}

/* Poses as a service of the host until somebody comes, or for a moment. */
static void serve_tcp(char **words) {
  struct sockaddr_in at = loopback(words[0]);
  struct timeval moment = {0, 300000};
  int one = MUST(socket(AF_INET, SOCK_STREAM, 0)), yes = 1;
  MUST(setsockopt(one, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes));
  MUST(bind(one, (void *)&at, sizeof at));
  MUST(listen(one, 1));
  MUST(setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment));
  printf("LISTENING\n");
  fflush(stdout);
  MUST(write(MUST(accept(one, NULL, NULL)), "changed", 7));
  escaped();
}

static void open_socket(char **words) {
  MUST(socket(atoi(words[0]), atoi(words[1]), atoi(words[2])));
  escaped();
}

static void list_addresses(char **words) {
  struct ifaddrs *all;
  (void)words;
  MUST(getifaddrs(&all));
  for (struct ifaddrs *one = all; one != NULL; one = one->ifa_next)
    if (one->ifa_addr != NULL && one->ifa_addr->sa_family == AF_INET)
      printf("READ %s %s\n", one->ifa_name, inet_ntoa(((struct sockaddr_in *)one->ifa_addr)->sin_addr));
  escaped();
}

static void connect_unix(struct sockaddr_un *to, socklen_t length) {
  int one = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  MUST(connect(one, (void *)to, length));
  MUST(write(one, "changed", 7));
  escaped();
}

static void connect_abstract(char **words) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  strncpy(to.sun_path + 1, words[0], sizeof to.sun_path - 2);
  connect_unix(&to, offsetof(struct sockaddr_un, sun_path) + 1 + strlen(words[0]));
}

/* Where the old root is in reach, so are its sockets. */
static void connect_path(char **words) {
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  strncpy(to.sun_path, words[0], sizeof to.sun_path - 1);
  MUST(mkdir("/tmp/deeper", 0755));
  MUST(chdir("/"));
  MUST(chroot("/tmp/deeper"));
  for (int above = 0; above < 64; above++) MUST(chdir(".."));
  MUST(chroot("."));
  connect_unix(&to, sizeof to);
}

static void shared_memory(char **words) {
  int segment = MUST(shmget(atoi(words[0]), 4096, 0));
  char *memory = shmat(segment, NULL, 0);
  if (memory == (void *)-1) stopped("shmat");
  strcpy(memory, "changed");
  escaped();
}

static void message_queue(char **words) {
  struct {
    long kind;
    char text[8];
  } message = {1, "changed"};
  MUST(msgsnd(MUST(msgget(atoi(words[0]), 0)), &message, 8, IPC_NOWAIT));
  escaped();
}

static void posix_queue(char **words) {
  MUST(mq_send(MUST(mq_open(words[0], O_WRONLY)), "changed", 8, 0));
  escaped();
}

const struct attack network_attacks[] = {
    {"connect-tcp", 1, connect_tcp},
    {"send-udp", 1, send_udp},
    {"serve-tcp", 1, serve_tcp},
    {"open-socket", 3, open_socket},
    {"list-addresses", 0, list_addresses},
    {"connect-abstract", 1, connect_abstract},
    {"connect-path", 1, connect_path},
    {"shared-memory", 1, shared_memory},
    {"message-queue", 1, message_queue},
    {"posix-queue", 1, posix_queue},
    {NULL, 0, NULL},
};
