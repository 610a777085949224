/** Recipes of real libraries and of programs that are linked with them, for tests that change what a library is called. */

export interface LibraryRecipe {
  /** `foo` makes `libfoo.so.<major>` with a function `foo`. */
  readonly name: string
  readonly major: number
  /** Libraries that it is linked with. */
  readonly needs?: readonly string[]
  /** What the function returns. */
  readonly value?: number
  /** Further functions. */
  readonly symbols?: readonly string[]
}

/** The build script of a shared library. */
export function libraryBuild({ name, major, needs = [], value = major, symbols = [] }: LibraryRecipe): string {
  const calls = needs.map((need) => ` + ${need}()`).join('')
  const more = symbols.map((symbol) => `int ${name}_${symbol}(void) { return ${value}; }`).join('\n')
  return `#!/bin/sh -e
mkdir -p "$1/usr/lib"
cat >lib.c <<'END'
${needs.map((need) => `int ${need}(void);`).join('\n')}
int ${name}(void) { return ${value}${calls}; }
${more}
END
cc -fno-use-linker-plugin -shared -fPIC -nostdlib -L/usr/lib -Wl,-soname,lib${name}.so.${major} -o "$1/usr/lib/lib${name}.so.${major}" lib.c ${links(needs)}
ln -s lib${name}.so.${major} "$1/usr/lib/lib${name}.so"
`
}

/** The build script of a program that calls libraries. */
export function programBuild(name: string, needs: readonly string[]): string {
  return `#!/bin/sh -e
mkdir -p "$1/usr/bin"
cat >main.c <<'END'
${needs.map((need) => `int ${need}(void);`).join('\n')}
int main(void) { return (0${needs.map((need) => ` + ${need}()`).join('')}) & 127; }
END
cc -fno-use-linker-plugin -L/usr/lib -Wl,--allow-shlib-undefined -o "$1/usr/bin/${name}" main.c ${links(needs)}
`
}

function links(needs: readonly string[]): string {
  return needs.map((need) => `-l${need}`).join(' ')
}

/** The build script of a package that is a shell and a compiler with all they need, and `more` programs, taken from the host. */
export function systemBuild(more: readonly string[] = []): string {
  return `#!/bin/sh -e
put() { if [ -e "$1$2" ]; then return; fi; install -Dm755 "$2" "$1$2"; }
root=$1
for program in sh cc as ld env ${more.join(' ')}; do
  found=$(readlink -f "$(command -v $program)")
  put "$root" "$found"
  [ -e "$root/usr/bin/$program" ] || ln -s "$found" "$root/usr/bin/$program"
  programs="$programs $found"
done
for part in cc1 collect2; do put "$root" "$(cc -print-prog-name=$part)"; programs="$programs $(cc -print-prog-name=$part)"; done
for part in crt1.o crti.o crtn.o Scrt1.o crtbeginS.o crtendS.o libgcc.a libgcc_s.so libgcc_s.so.1 libc.so libc_nonshared.a; do
  found=$(cc -print-file-name=$part)
  case $found in /*) put "$root" "$(realpath -s "$found")" ;; esac
done
ln -s usr/bin "$root/bin"
mkdir "$root/usr/include"
: >"$root/usr/include/stdc-predef.h"
for library in $(for program in $programs; do ldd "$program"; done | grep -o '/[^ ]*' | sort -u); do put "$root" "$library"; done
`
}
