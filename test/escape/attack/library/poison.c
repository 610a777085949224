#include <fcntl.h>
#include <unistd.h>

/* Shows that it was loaded into a program: only the worker's sandbox has this directory. */
__attribute__((constructor)) static void loaded(void) { close(open("/kith/out/poisoned", O_WRONLY | O_CREAT, 0644)); }
